"""The plan on the calendar of intervals.icu, alone and beside Garmin's, by the real worker."""

from datetime import timedelta

import pytest

from planning.schedule.plan import DayStatus
from tests.worker.living import life_with_services
from tests.worker.on_intervals import Calendar, connect_intervals, without_limits
from tests.worker.published import (
    coming,
    free_day,
    plan,
    publishes,
    removes,
    runs_towards_a_goal,
)
from worker import tables
from worker.connections import connections
from worker.db import reading, writing
from worker.owing import owe_publishing


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path) as lived:
        without_limits(lived)
        lived.there = Calendar(lived)
        yield lived


def begins(lived):
    runs_towards_a_goal(lived)
    goes_on(lived)


def goes_on(lived, rounds=6):
    """Until what waits for a limit or a lagging listing is done."""
    for _ in range(rounds):
        lived.work()
        lived.clock.later(minutes=3)
    assert not lived.owed("publish")


def equal(lived):
    last = lived.today + timedelta(days=13)
    wanted = sorted(
        (d.day.isoformat(), d.workout.ident, d.workout.workout.name)
        for d in plan(lived).days()
        if d.workout and lived.today <= d.day <= last and d.status is DayStatus.PLANNED
    )
    there = sorted(
        (row["start_date_local"][:10], row["external_id"].split(":")[1], row["name"])
        for row in lived.there.rows()
        if row["start_date_local"][:10] >= lived.today.isoformat()
    )
    return wanted == there and bool(wanted)


def written(lived):
    asked = lived.control.dump()["requests"]
    methods = tuple(f"intervals {name}" for name in ("POST", "PUT", "DELETE"))
    return sum(number for name, number in asked.items() if name.startswith(methods))


def test_the_plan_stands_there_and_nothing_is_written_again(lived):
    connect_intervals(lived, lived.there.given, intervals_calendar="yes")
    begins(lived)
    assert equal(lived)
    before = written(lived)
    assert before == len(lived.there.rows())
    publishes(lived, times=2)
    assert written(lived) == before


@pytest.mark.parametrize("settings", [{}, {"intervals_calendar": "no"}])
def test_who_did_not_ask_for_it_finds_nothing_there(lived, settings):
    connect_intervals(lived, lived.there.given, **settings)
    begins(lived)
    publishes(lived)
    assert lived.there.rows() == []
    assert not lived.rows(tables.outbox, actor="publish")


def test_lost_answers_and_faults_leave_each_session_there_once(lived):
    connect_intervals(lived, lived.there.given, intervals_calendar="yes")
    for kind in ("timeout_after", "timeout_before"):
        lived.control.fault("intervals", kind, method="POST", times=2)
    lived.control.fault("intervals", method="GET", path_contains="/events/", status=500, times=4)
    begins(lived)
    for _ in range(4):
        lived.clock.later(minutes=10)
        lived.work()
    assert equal(lived)


def test_two_calendars_hold_the_same_and_what_is_done_on_one_reaches_the_other(lived):
    lived.connect_garmin()
    connect_intervals(lived, lived.there.given, intervals_calendar="yes")
    begins(lived)
    assert equal(lived)
    first, second, *_ = coming(lived)

    to_day = free_day(lived, first.day)
    told = {"start_date_local": f"{to_day}T00:00:00"}
    lived.there.ask("PUT", f"/{lived.there.of(first)['id']}", told)
    publishes(lived)
    goes_on(lived)
    assert plan(lived).on(to_day).workout.ident == first.ident
    on_garmin = {each["ident"]: each["day"] for each in lived.control.dump()["entries"]}
    assert on_garmin[first.ident] == to_day.isoformat()

    removes(lived, second)
    publishes(lived)
    goes_on(lived)
    assert second.ident not in {row["external_id"].split(":")[1] for row in lived.there.rows()}
    assert equal(lived)


def test_a_workout_that_is_misread_stands_there_in_words_and_is_told_once(lived):
    connect_intervals(lived, lived.there.given, intervals_calendar="yes")
    begins(lived)
    (workout, *_) = coming(lived)
    event = lived.there.of(workout)
    row = tables.calendar_entry
    with writing(lived.engine) as conn:  # as after a crash in the middle of a write
        torn = row.update().where(row.c.ident == workout.ident)
        conn.execute(torn.values(state="pending", written_at=None))
    wrong = {**event, "workout_doc": {"steps": [{"duration": 60}]}}
    lived.control.fault(
        "intervals", path_contains=f"/{event['id']}", method="GET", status=200, body=wrong, times=7
    )
    publishes(lived)
    goes_on(lived)
    assert lived.there.of(workout)["workout_doc"]["steps"] == []
    before = written(lived)
    publishes(lived, times=2)
    told = [row.body for row in lived.rows(tables.message) if "words only" in row.title]
    assert len(told) == 1
    assert workout.workout.name in told[0]
    assert written(lived) == before


def test_who_wants_it_no_longer_is_left_alone(lived):
    connect_intervals(lived, lived.there.given, intervals_calendar="yes")
    begins(lived)
    before = written(lived)
    with writing(lived.engine) as conn:
        conn.execute(tables.calendar_entry.update().values(plan_digest="another"))
        owe_publishing(lived.runtime, conn, 1)
    connect_intervals(lived, lived.there.given, intervals_calendar="no")
    publishes(lived)
    assert written(lived) == before
    with reading(lived.engine) as conn:
        assert [each.connector for each in connections(conn)] == ["intervals"]
