"""A workout's day in every calendar's own words, and back: every day of four years, anywhere.

By the real worker, with zones and travel: tests/worker/test_time_matrix.py.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import product

import pytest

from connectors.garmin import workouts as garmin_workouts
from connectors.garmin.calendar import is_soon
from connectors.garmin.listing import months
from connectors.intervals import workouts as intervals_workouts
from connectors.sandbox.garmin_calendar import grid
from connectors.workout_files.names import day_of, names_for
from connectors.written import day_in
from planning.workout import PlannedWorkout
from tests.connectors.garmin.sessions import planned

SESSION = planned()
FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(4 * 366)]  # with the leap day of 2028
ZONES = [timezone(timedelta(hours=hours)) for hours in range(-11, 15)]


def on(day):
    return PlannedWorkout(SESSION.ident, day, SESSION.workout)


def test_a_day_is_the_same_day_in_every_calendar():
    for day in DAYS:
        assert intervals_workouts.render(on(day))["start_date_local"] == f"{day}T00:00:00"
        assert day_of(next(names_for(on(day)))) == day
        name = garmin_workouts.render(on(day))["workoutName"]
        for near in (-28, -1, 0, 1, 28):  # whenever it is read
            assert day_in(name, day + timedelta(days=near)) == day


@pytest.mark.parametrize("length", [1, 14, 28])
def test_garmins_months_hold_every_day_of_a_window_and_no_more(length):
    """As its pages are asked for: counted from 0, in whole weeks."""
    for first in DAYS:
        last = first + timedelta(days=length - 1)
        asked = list(months(first, last))
        pages = [grid(year, month - 1) for year, month in asked]
        for n in range(length):
            day = first + timedelta(days=n)
            assert any(begins <= day <= ends for begins, ends in pages)
        assert [(first.year, first.month), (last.year, last.month)] == [asked[0], asked[-1]]
        assert len(asked) == len(set(asked)) <= 2 + length // 28


def test_what_begins_within_two_days_is_soon_in_every_zone():
    """Whenever the athlete may run on that day: now is told without a zone."""
    instants = [datetime(2026, 12, 30, tzinfo=UTC) + timedelta(hours=n) for n in range(48)]
    for zone, now in product(ZONES, instants):
        today = now.astimezone(zone).date()
        for n in range(4):
            day = today + timedelta(days=n)
            starts = [datetime(day.year, day.month, day.day, hour, tzinfo=zone) for hour in (0, 23)]
            if any(now <= start <= now + timedelta(days=2) for start in starts):
                assert is_soon(day, now), (zone, now, day)
        assert is_soon(today, now)
        assert not is_soon(today + timedelta(days=5), now)
        assert not is_soon(today - timedelta(days=3), now)
