"""Every workout stands on its day, wherever the athlete lives and wherever they travel to.

The real worker and three calendars of one athlete at once: Garmin's, that of intervals.icu, and a
folder of workout files. What is pure of it is in tests/connectors/test_days_of_workouts.py.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.workout_files import CONNECTOR as WORKOUT_FILES
from connectors.workout_files.fit import read
from planning.fitness.observation import derive
from planning.goals.goal import MARATHON_M, Goal, GoalKind, Priority
from planning.schedule.plan import DayStatus
from tests.worker.living import a_record, life_with_services
from tests.worker.on_intervals import Calendar, connect_intervals, without_limits
from tests.worker.published import plan
from worker import store, tables
from worker.connections import connections
from worker.db import reading, writing
from worker.outcomes import latest_outcome
from worker.owing import owe_replan
from worker.schedule import tick

CALENDARS = {"garmin", "intervals", "workout_files"}


@dataclass
class Traveller:
    """An athlete with three calendars, who may be anywhere."""

    lived: object
    there: Calendar
    folder: Path
    zone: ZoneInfo
    stood: dict = field(default_factory=dict)  # calendar and ident to the day it was last on

    @property
    def today(self):
        return self.lived.clock.at.astimezone(self.zone).date()

    def at(self, day, hour, minute=0):
        """It is this local time now."""
        self.lived.clock.at = local(self.zone, day, hour, minute)
        self.lives()

    def goes_to(self, zone):
        self.zone = ZoneInfo(zone)
        self.lived.profile(zone=self.zone)
        with writing(self.lived.engine) as conn:
            owe_replan(self.lived.runtime, conn, 1)
        self.lives()

    def lives(self):
        """What is owed is done, and what a limit or a late listing put off."""
        tick(self.lived.runtime)
        for _ in range(8):
            self.lived.work()
            if not self.lived.owed("publish"):
                break
            self.lived.clock.later(seconds=150)
        assert not self.lived.owed("publish")

    def runs(self, *starts):
        """Recorded by a watch that knows the local time."""
        clock = self.lived.clock
        with writing(self.lived.engine) as conn:
            for start in starts:
                offset_s = round(start.astimezone(self.zone).utcoffset().total_seconds())
                run = a_record(
                    f"{start:%m%d%H}", start_at=start.astimezone(UTC), utc_offset_s=offset_s
                )
                seen = derive(run, None, zone=self.zone)
                store.put_observation(conn, 1, seen, known_at=clock.at, now=clock.at)
            owe_replan(self.lived.runtime, conn, 1)

    def planned(self):
        """Ident and day of what is to be run from today on."""
        last = self.today + timedelta(days=13)
        return {
            day.workout.ident: day.day
            for day in plan(self.lived).days()
            if day.workout and self.today <= day.day <= last and day.status is DayStatus.PLANNED
        }

    def standing(self):
        """On each calendar, ident and day of every entry of ours."""
        garmin = [
            (entry["ident"], date.fromisoformat(entry["day"]))
            for entry in self.lived.control.dump()["entries"]
        ]
        files = [
            (read(path.read_bytes()).ident, date.fromisoformat(path.name[:10]))
            for path in self.folder.glob("2*.fit")
        ]
        intervals = [
            (event["external_id"].split(":")[1], date.fromisoformat(event["start_date_local"][:10]))
            for event in self.there.rows()
        ]
        return {"garmin": garmin, "intervals": intervals, "workout_files": files}

    def every_workout_is_on_its_day(self):
        wanted, today = self.planned(), self.today
        with reading(self.lived.engine) as conn:
            assert latest_outcome(conn, 1).day == today
        assert wanted
        assert min(wanted.values()) >= today
        for calendar, entries in self.standing().items():
            assert len(dict(entries)) == len(entries), (calendar, "one twice")
            coming = {ident: day for ident, day in entries if day > today or ident in wanted}
            assert coming == wanted, (calendar, today)
            for ident, day in entries:
                was = self.stood.get((calendar, ident), day)
                assert day == was or day >= today, (calendar, ident, "the past is not touched")
            self.stood |= {(calendar, ident): day for ident, day in entries}
        assert not self.lived.rows(tables.layer), "nothing of it is the athlete's hand"


def local(zone, day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


@contextmanager
def living_in(zone, day, hour, minute, *, database_url, home):
    """Five weeks of running, a goal in sixteen, and the coming fortnight on all calendars."""
    zone, folder = ZoneInfo(zone), home / "watch"
    folder.mkdir()
    at = local(zone, day, hour, minute)
    with life_with_services(database_url, home, at=at, zone=zone) as lived:
        without_limits(lived)
        lived.connect_garmin()
        there = Calendar(lived)
        connect_intervals(lived, there.given, intervals_calendar="yes")
        signed = WORKOUT_FILES.sign_in({}, {"folder": str(folder)}, at)
        lived._connect("workout_files", signed.athlete_id, signed.tokens, **signed.settings)
        with reading(lived.engine) as conn:
            assert {each.connector for each in connections(conn)} == CALENDARS
        traveller = Traveller(lived, there, folder, zone)
        race, stated = day + timedelta(weeks=16), day - timedelta(days=7)
        goal = Goal("g", GoalKind.TIME, Priority.A, race, MARATHON_M, 12_000.0, stated_on=stated)
        with writing(lived.engine) as conn:
            store.put_goal(conn, 1, goal, known_at=at, now=at)
        traveller.runs(*(local(zone, day - timedelta(days=n), 7) for n in range(1, 36, 2)))
        traveller.lives()
        yield traveller


@pytest.fixture
def living(sqlite_url, tmp_path):
    def begin(zone, day, hour=9, minute=0):
        return living_in(zone, day, hour, minute, database_url=sqlite_url, home=tmp_path)

    return begin


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Pacific/Pago_Pago", date(2026, 12, 30)),  # -11, over New Year
        ("Pacific/Kiritimati", date(2027, 2, 27)),  # +14, to 1 March
        ("Asia/Kathmandu", date(2028, 2, 28)),  # +5:45, over a leap day
        ("Europe/Paris", date(2026, 10, 24)),  # a day of 25 hours
        ("America/New_York", date(2027, 3, 13)),  # a day of 23 hours
    ],
)
def test_two_midnights_long_every_workout_is_on_its_day(living, zone, first):
    """Late each evening and early each morning; one run ended just before midnight."""
    with living(zone, first, 23, 30) as athlete:
        athlete.every_workout_is_on_its_day()
        athlete.runs(local(athlete.zone, first, 22, 40))
        for n in (1, 2):
            day = first + timedelta(days=n)
            athlete.at(day, 0, 10)
            assert athlete.today == day
            athlete.every_workout_is_on_its_day()
            athlete.at(day, 23, 30)
            athlete.every_workout_is_on_its_day()


@pytest.mark.parametrize(
    ("zone", "hour", "there"),
    [
        ("Pacific/Auckland", 9, "Pacific/Honolulu"),  # the same day begins again
        ("Pacific/Kiritimati", 0, "Pacific/Pago_Pago"),  # 25 hours back: the day before
        ("Pacific/Honolulu", 20, "Pacific/Auckland"),  # most of a day is left out
    ],
)
def test_over_the_date_line_in_the_middle_of_a_week(living, zone, hour, there):
    """The days of the plan are those of where the athlete is: at once, and on the day after."""
    wednesday = date(2026, 9, 2)
    with living(zone, wednesday, hour, 30) as athlete:
        athlete.every_workout_is_on_its_day()
        athlete.goes_to(there)
        athlete.every_workout_is_on_its_day()
        athlete.at(athlete.today + timedelta(days=1), 6)
        athlete.every_workout_is_on_its_day()
        athlete.goes_to(zone)
        athlete.every_workout_is_on_its_day()
