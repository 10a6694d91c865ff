"""Sources that contradict themselves, go silent in the middle, or tell of what cannot be."""

from datetime import timedelta

import pytest

from tests.worker.living import START, life_with_services
from worker import tables
from worker.db import writing
from worker.inbox import Arrival, accept_now

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


# --- when it became known -------------------------------------------------------------------------


def test_what_a_poll_finds_after_days_of_waiting_was_not_known_when_it_was_asked(garmin):
    garmin.control.fault("garmin", path_contains="/activitylist-service", status=503, times=99)
    garmin.clock.later(minutes=10)
    garmin.poll()
    garmin.clock.later(days=2)
    garmin.control.clear_faults()
    garmin.control.run(TODAY + 2 * DAY, at="07:30")
    garmin.clock.later(hours=2)
    garmin.work("ingest")
    (seen,) = garmin.rows(tables.observation)
    assert seen.known_at >= seen.start_at


def test_nor_were_nights(garmin):
    garmin.clock.later(minutes=10)
    with writing(garmin.engine) as conn:
        asked = Arrival("garmin", "wellness:test", "wellness", {}, 1, 1, known_at=garmin.clock.at)
        accept_now(conn, asked, now=garmin.clock.at)
    garmin.control.fault("garmin", path_contains="/sleep-service", status=503, times=99)
    garmin.work("ingest")
    garmin.clock.later(days=3)
    garmin.control.clear_faults()
    garmin.control.day(TODAY + 3 * DAY)
    garmin.work("ingest")
    nights = garmin.rows(tables.wellness)
    assert max(night.day for night in nights) > TODAY + DAY
    assert all(night.known_at.date() >= night.day for night in nights)
