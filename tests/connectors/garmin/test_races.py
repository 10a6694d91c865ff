"""Races on a Garmin calendar: read as the athlete entered them, and never touched."""

from datetime import timedelta

import pytest

from connectors.errors import Unavailable
from connectors.garmin.races import race_of
from planning.goals.announced import AnnouncedRace
from tests.connectors.linked import TODAY

LAST = TODAY + timedelta(days=400)
SPRING = TODAY + timedelta(days=150)


def put(control, name, day=SPRING, **told):
    control.post("calendar/race", name=name, day=day.isoformat(), **told)


def test_races_are_read_with_distance_goal_and_rank(control, opened):
    put(control, "Home marathon", distance_km=42.195, target_s=11_700.0, is_main=True)
    put(control, "Somewhere", SPRING + timedelta(days=1))
    before = control.dump()["foreign"]
    club, marathon, somewhere = opened.races.races(TODAY, LAST)
    assert (club.name, club.distance_m, club.is_main) == ("Parkrun with the club", 5_000.0, False)
    assert marathon == AnnouncedRace(SPRING, "Home marathon", 42_195.0, 11_700.0, is_main=True)
    assert (somewhere.distance_m, somewhere.target_s) == (None, None)
    assert control.dump()["foreign"] == before


def test_only_running_races_of_the_days_asked_for(control, opened):
    put(control, "Ride", kind="cycling")
    put(control, "Hills", kind="trail_running")
    put(control, "Much later", LAST + timedelta(days=1))
    names = [race.name for race in opened.races.races(SPRING, LAST)]
    assert names == ["Hills"]


def test_the_calendars_page_tells_the_same_in_other_words():
    """As seen on a page of the month."""
    item = {
        "id": 880001,
        "itemType": "event",
        "date": "2026-12-06",
        "title": "City 10K",
        "isRace": True,
        "primaryEvent": True,
        "completionTarget": {"value": 10.0, "unit": "kilometer", "unitType": "distance"},
    }
    told = race_of(item)
    assert (told.name, told.distance_m, told.is_main) == ("City 10K", 10_000.0, True)
    miles = {"value": 13.1, "unit": "mile", "unitType": "distance"}
    assert race_of(item | {"completionTarget": miles}).distance_m == pytest.approx(21_082.4)
    hours = {"value": 24.0, "unit": "hour", "unitType": "time"}
    assert race_of(item | {"completionTarget": hours}).distance_m is None


@pytest.mark.parametrize("event", [{}, {"date": "soon"}, {"date": "2026-12-06", "completionTarget": "10"}])  # fmt: skip
def test_another_shape_is_said(event):
    with pytest.raises(Unavailable, match="no known shape"):
        race_of(event)


def test_a_calendar_that_does_not_answer_is_unavailable(control, opened):
    control.fault("garmin", path_contains="/calendar-service/events", status=503, times=20)
    with pytest.raises(Unavailable):
        opened.races.races(TODAY, LAST)
