"""`calendar undo` and `detach` die at one of their writes, before it or after it: run again, they
go on to where they were going. And `undo` on each target.

Real commands and workers, the simulated services over HTTP, a real folder and feed.
"""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from connectors.ports import MARKER
from connectors.workout_files.fit import read
from tests.worker import test_workout_folder
from tests.worker.crashing import dies, each_moment
from tests.worker.on_calendars import commands, ids
from tests.worker.on_intervals import on_intervals
from tests.worker.on_partner import on_partner
from tests.worker.published import (
    a_published_life,
    coming,
    does,
    free_day,
    moves_by_command,
    outdated,
    publishes,
    runs_towards_a_goal,
    skips,
)
from worker import hand, tables
from worker.connections import connection
from worker.db import reading, writing
from worker.detaching import detach_now
from worker.pausing import DETACH, UNDO, pause, resume
from worker.undoing import undo_now

SIGN = MARKER.partition("{")[0]
MOMENTS = [0, 1, 2]


# --- each target, and what stands there ------------------------------------------------------------


@contextmanager
def on_garmin(database_url, home):
    with a_published_life(database_url, home) as lived:
        yield lived


@contextmanager
def in_a_folder(database_url, home):
    with test_workout_folder.connected(database_url, home) as lived:
        runs_towards_a_goal(lived)
        yield lived


def stands_on_garmin(lived):
    dump = lived.control.dump()
    assert dump["templates"] == []
    told = ("ident", "day", "name", "steps", "description")
    return sorted([str([one.get(key) for key in told]) for one in dump["entries"]])


def stands_on_intervals(lived):
    told = ("external_id", "start_date_local", "name", "description")
    return sorted(str([row[key] for key in told]) for row in lived.there.rows())


def stands_with_the_partner(lived):
    told = lived.control.post("partner/workouts")
    workouts = {one["workoutId"]: one for one in told["workouts"]}
    assert {row["workoutId"] for row in told["schedules"]} == workouts.keys()
    keys = ("workoutName", "description", "segments")
    return sorted(
        str([row["date"], *(workouts[row["workoutId"]][key] for key in keys)])
        for row in told["schedules"]
    )


def stands_in_the_folder(lived):
    """A file that comes back is a new one."""
    stored = {
        name: read((lived.folder / name).read_bytes()) for name in test_workout_folder.files(lived)
    }
    return [(name, one.ident, one.name, one.steps) for name, one in stored.items()]


TARGETS = {
    "garmin": (on_garmin, stands_on_garmin),
    "intervals": (on_intervals, stands_on_intervals),
    "garmin_partner": (on_partner, stands_with_the_partner),
    "workout_files": (in_a_folder, stands_in_the_folder),
}
each_target = pytest.mark.parametrize("name", TARGETS)


def calendar_of(lived, name):
    with reading(lived.engine) as conn:
        return connection(conn, ids(lived)[name])


def undoes(runtime, lived, name, to=None):
    mine = calendar_of(lived, name)
    return undo_now(runtime, mine, to=to, pause=lambda conn: pause(runtime, conn, mine, UNDO))


def detaches(runtime, lived, name):
    mine = calendar_of(lived, name)
    return detach_now(runtime, mine, pause=lambda conn: pause(runtime, conn, mine, DETACH))


def rewrites(lived):
    """One more writing: something is removed, something moved, something written again."""
    lived.clock.later(minutes=10)
    at = lived.clock.at
    lived.clock.later(minutes=1)
    dropped, moved, *more = coming(lived)
    skips(lived, dropped)
    moves_by_command(lived, moved, free_day(lived, moved.day))
    outdated(lived, more[-1])
    publishes(lived)
    return at


def resumes(lived, name):
    with writing(lived.engine) as conn:
        resume(lived.runtime, conn, calendar_of(lived, name))
    publishes(lived, times=2)


# --- undo -----------------------------------------------------------------------------------------


@each_moment
@pytest.mark.parametrize("writes", MOMENTS)
@each_target
def test_an_undo_that_died_goes_on_to_where_it_was_going(
    sqlite_url, tmp_path, name, writes, applied
):
    life, stands = TARGETS[name]
    with life(sqlite_url, tmp_path) as lived:
        before = stands(lived)
        at = rewrites(lived)
        after = stands(lived)
        assert after != before

        def work(runtime):
            undoes(runtime, lived, name, at)

        assert dies(lived, name, work, writes=writes, applied=applied)
        lived.clock.later(minutes=5)
        undoes(lived.runtime, lived, name)  # it knows where it was going
        assert stands(lived) == before
        publishes(lived)
        assert stands(lived) == before  # it is paused
        resumes(lived, name)
        assert stands(lived) == after


@each_moment
def test_an_undo_that_died_and_went_on_is_taken_back_as_one(sqlite_url, tmp_path, applied):
    with on_garmin(sqlite_url, tmp_path) as lived:
        at = rewrites(lived)
        after = stands_on_garmin(lived)

        def work(runtime):
            undoes(runtime, lived, "garmin", at)

        assert dies(lived, "garmin", work, writes=1, applied=applied)
        for _ in range(2):  # it goes on; then it is taken back
            lived.clock.later(minutes=5)
            undoes(lived.runtime, lived, "garmin")
        assert stands_on_garmin(lived) == after


@each_moment
@pytest.mark.parametrize("writes", MOMENTS)
@each_target
def test_a_publish_that_died_is_taken_back_to_what_stood_before_it(
    sqlite_url, tmp_path, name, writes, applied
):
    """Also where the service had the write and nobody here wrote down that it had."""
    life, stands = TARGETS[name]
    with life(sqlite_url, tmp_path) as lived:
        before, at = stands(lived), lived.clock.at

        def work(runtime):
            rewrites(replace(lived, runtime=runtime))

        assert dies(lived, name, work, writes=writes, applied=applied)
        lived.clock.later(minutes=5)
        publishes(lived, times=2)
        assert stands(lived) != before
        undoes(lived.runtime, lived, name, at)
        assert stands(lived) == before


@each_moment
@each_target
def test_a_creation_that_died_is_taken_back_by_a_removal(sqlite_url, tmp_path, name, applied):
    life, stands = TARGETS[name]
    with life(sqlite_url, tmp_path) as lived:
        dropped = coming(lived)[0]
        skips(lived, dropped)
        publishes(lived)
        before, at = stands(lived), lived.clock.at
        lived.clock.later(minutes=1)

        def work(runtime):
            does(replace(lived, runtime=runtime), hand.undone, dropped.ident)

        assert dies(lived, name, work, writes=0, applied=applied)
        lived.clock.later(minutes=5)
        publishes(lived, times=2)
        assert len(stands(lived)) == len(before) + 1
        created = lived.rows(tables.calendar_journal, ident=dropped.ident)[-1]
        assert (created.action, created.before) == ("create", None)
        undoes(lived.runtime, lived, name, at)
        assert stands(lived) == before


def test_two_undos_are_two_things(sqlite_url, tmp_path):
    with on_garmin(sqlite_url, tmp_path) as lived:
        at = rewrites(lived)
        after = stands_on_garmin(lived)
        for to in (None, at, None):
            lived.clock.later(minutes=5)
            undoes(lived.runtime, lived, "garmin", to)
        lines = lived.rows(tables.calendar_journal)
        assert len({line.run for line in lines if line.reason == "taken back"}) > 1
        resumes(lived, "garmin")
        assert stands_on_garmin(lived) == after


# --- detach ---------------------------------------------------------------------------------------


@each_moment
@pytest.mark.parametrize("writes", MOMENTS)
@each_target
def test_a_detach_that_died_goes_on_and_leaves_nothing_of_ours(
    sqlite_url, tmp_path, name, writes, applied
):
    life, stands = TARGETS[name]
    with life(sqlite_url, tmp_path) as lived:
        number = len(stands(lived))

        def work(runtime):
            detaches(runtime, lived, name)

        assert dies(lived, name, work, writes=writes, applied=applied)
        lived.clock.later(minutes=5)
        publishes(lived)
        assert len(stands(lived)) == number  # it is paused already
        detaches(lived.runtime, lived, name)
        assert SIGN not in str(stands(lived))
        assert "goalward" not in str(stands(lived))
        assert len(stands(lived)) == number
        assert lived.rows(tables.calendar_entry) == []
        assert lived.rows(tables.layer) == []
        kept = stands(lived)
        lived.clock.later(minutes=5)
        resumes(lived, name)
        now = stands(lived)
        assert len(now) == 2 * number
        assert all(one in now for one in kept)


@each_moment
@pytest.mark.parametrize("name", ["garmin", "intervals", "garmin_partner"])
def test_where_a_detach_died_and_is_resumed_what_was_left_is_never_touched(
    sqlite_url, tmp_path, name, applied
):
    """The first was left; whether the second was, nobody knows."""
    life, stands = TARGETS[name]
    with life(sqlite_url, tmp_path) as lived:
        number = len(stands(lived))

        def work(runtime):
            detaches(runtime, lived, name)

        assert dies(lived, name, work, writes=1, applied=applied)
        left = [one for one in stands(lived) if SIGN not in one]
        assert len(left) == 1 + applied
        lived.clock.later(minutes=5)
        outdated(lived, *coming(lived, after=0))
        resumes(lived, name)
        assert [one for one in stands(lived) if SIGN not in one] == left
        assert len(stands(lived)) == number + 1  # the first session is written beside what was left


# --- undo by command on the other targets ---------------------------------------------------------


@each_target
def test_by_command_what_was_written_is_taken_back(sqlite_url, tmp_path, name):
    life, stands = TARGETS[name]
    with life(sqlite_url, tmp_path) as lived:
        before = stands(lived)
        at = rewrites(lived)
        after = stands(lived)
        secret = {"GOALWARD_GARMIN_PARTNER_CLIENT_SECRET": "secret"}
        with commands(lived, tmp_path, **secret) as command:
            said = command.ok("calendar", "undo", "--to", at.isoformat()).out
            assert stands(lived) == before
            assert "  created " in said
            assert "  moved " in said
            again = command.ok("calendar", "undo").out
            assert "  removed " in again
            assert stands(lived) == after


def test_by_command_a_feed_goes_back_to_what_it_said_and_its_sequence_goes_on(sqlite_url, tmp_path):
    with on_garmin(sqlite_url, tmp_path) as lived, commands(lived, tmp_path) as command:
        command.ok("connect", "ics")
        command.ok("calendar", "sync")
        before = {row.ident: row for row in lived.rows(tables.feed_event)}
        dropped = coming(lived)[0]
        command.ok("plan", "skip", dropped.ident)
        command.ok("calendar", "sync")
        (gone,) = (row for row in lived.rows(tables.feed_event) if row.status == "CANCELLED")
        assert gone.ident == dropped.ident
        said = command.ok("calendar", "undo", "ics").out
        assert "  created " in said
        after = {row.ident: row for row in lived.rows(tables.feed_event)}
        assert after.keys() == before.keys()
        for ident, was in before.items():
            now = after[ident]
            assert (now.day, now.name, now.text, now.status) == (
                (was.day, was.name, was.text, was.status)
            )
        assert after[dropped.ident].sequence > gone.sequence
