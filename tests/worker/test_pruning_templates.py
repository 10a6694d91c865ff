"""Weeks on Garmin's calendar, up to a year: what is long past is cleared away, and nothing else.

The library of an account holds only so many templates, and a watch lists them.
"""

from datetime import date, datetime, time, timedelta

from planning.calendar import KEPT
from planning.fitness.observation import derive
from planning.goals.goal import HALF_M, Goal, GoalKind, Priority
from tests.sizes import examples
from tests.worker.living import PARIS, START, a_record
from tests.worker.published import (
    a_published_life,
    coming,
    moves,
    plan,
    removes,
    takes_off_its_day,
)
from worker import store, tables
from worker.db import writing
from worker.owing import owe_replan

WEEKS = examples(10)
MOST = 28 + 14 + 1  # days, and a session a day
HAND = (moves, removes, takes_off_its_day)
FAULTS = (
    {"kind": "timeout_after", "method": "POST", "path_contains": "/workout-service/workout"},
    {"kind": "timeout_after", "method": "POST", "path_contains": "/schedule/"},
    {"status": 500, "method": "POST", "path_contains": "/schedule/"},
    {"kind": "timeout_after", "method": "DELETE"},
    {"status": 500, "method": "DELETE", "path_contains": "/workout-service/workout"},
)


def far_goal():
    day = START.date() + timedelta(weeks=WEEKS + 8)
    return Goal("g", GoalKind.TIME, Priority.A, day, HALF_M, 6000.0, stated_on=START.date())


def runs_as_planned(lived, day):
    session = plan(lived).on(day)
    if session is None or session.workout is None:
        return
    start, far = datetime.combine(day, time(7), PARIS), session.workout.workout.distance_m
    run = a_record(day.toordinal(), start_at=start, distance_m=far, minutes=far / 190)
    with writing(lived.engine) as conn:
        seen = derive(run, None, zone=PARIS)
        store.put_observation(conn, 1, seen, known_at=lived.clock.at, now=lived.clock.at)


def next_day(lived):
    before = lived.today
    lived.clock.later(days=1)
    lived.control.day(lived.today)
    runs_as_planned(lived, before)
    with writing(lived.engine) as conn:
        owe_replan(lived.runtime, conn, 1)
    for _ in range(3):  # with what a fault has put off
        lived.work()
        lived.clock.later(minutes=5)
    lived.clock.later(minutes=-15)


def test_the_library_holds_four_weeks_and_what_is_to_come_and_no_more(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        with writing(lived.engine) as conn:
            store.put_goal(conn, 1, far_goal(), known_at=lived.clock.at, now=lived.clock.at)
        foreign = lived.control.dump()["foreign"]
        for week in range(WEEKS):
            HAND[week % len(HAND)](lived, coming(lived)[-1])
            lived.control.fault("garmin", **FAULTS[week % len(FAULTS)])
            for _ in range(7):
                next_day(lived)
            there = lived.control.dump()
            entries, loose = there["entries"], there["templates"]
            days = [date.fromisoformat(one["day"]) for one in entries]
            assert min(days) >= lived.today - KEPT
            assert max(days) < lived.today + timedelta(days=14)
            known = {row.remote_id for row in lived.rows(tables.calendar_entry)}
            for one in entries:
                assert f"{one['workout_id']}/{one['schedule_id']}" in known, one
            assert {one["ident"] for one in loose} <= theirs(lived)  # just taken off their days
            assert len(entries) + len(loose) <= MOST
            assert there["foreign"] == foreign
        pruned = [row.remote_id for row in lived.rows(tables.calendar_journal, reason="long past")]
        assert len(pruned) > 2 * (WEEKS - 6)
        assert len(set(pruned)) == len(pruned)


def theirs(lived):
    return {row.ident for row in lived.rows(tables.calendar_entry, state="athletes")}
