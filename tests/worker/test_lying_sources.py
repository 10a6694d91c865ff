"""Sources that contradict themselves, go silent in the middle, or tell of what cannot be."""

from datetime import timedelta

import pytest

from tests.worker.living import START, life_with_services
from worker import tables

TODAY, DAY = START.date(), timedelta(days=1)


@pytest.fixture
def garmin(database_url, tmp_path):
    """Garmin is connected and has been asked once."""
    with life_with_services(database_url, tmp_path) as lived:
        lived.connect_garmin()
        lived.poll()
        yield lived


def requests_of(lived, path):
    asked = lived.control.dump()["requests"]
    return sum(number for name, number in asked.items() if path in name)


def polls(lived, *, hours, every_minutes=10):
    for _ in range(hours * 60 // every_minutes):
        lived.clock.later(minutes=every_minutes)
        lived.poll()


# --- listed, and not there ------------------------------------------------------------------------


def test_pitfall_18_what_is_listed_and_never_there_is_not_asked_for_with_every_poll(garmin):
    garmin.control.run()
    garmin.control.fault("garmin", path_contains="/activity-service", status=404, times=999)
    garmin.poll()
    polls(garmin, hours=12)
    assert requests_of(garmin, "/activity-service/") <= 2 * 4  # two looks, each with its three more


def test_what_was_listed_before_it_was_there_comes_in(garmin):
    garmin.control.run()
    garmin.control.fault("garmin", path_contains="/activity-service", status=404, times=8)
    garmin.poll()
    polls(garmin, hours=2)
    garmin.control.clear_faults()
    polls(garmin, hours=24, every_minutes=60)
    assert len(garmin.activities()) == 1
