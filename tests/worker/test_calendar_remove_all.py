"""`goalward calendar remove-all`: all of ours goes from today on, and nothing of the athlete's.

Real commands and workers, the simulated services over HTTP, a real folder and feed.
"""

from datetime import timedelta

import pytest

from tests.worker import test_workout_folder
from tests.worker.crashing import dies, each_moment
from tests.worker.living import life_with_services
from tests.worker.on_calendars import commands, ids
from tests.worker.on_intervals import Calendar, connect_intervals, without_limits
from tests.worker.on_partner import on_partner
from tests.worker.published import (
    a_published_life,
    coming,
    connected,
    edits,
    equals_the_plan,
    library,
    moves,
    on_calendar,
    outdated,
    publishes,
    record_of,
    removes,
    runs_towards_a_goal,
    skips,
    standing,
    takes_off_its_day,
)
from worker import tables
from worker.clearing import clear_now
from worker.db import reading, writing
from worker.pausing import paused
from worker.undoing import undo_now


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        yield lived


@pytest.fixture
def command(lived, tmp_path):
    with commands(lived, tmp_path) as command:
        yield command


def foreign(lived):
    return lived.control.dump()["foreign"]


def test_all_of_ours_goes_with_its_templates_and_nothing_else(lived, command):
    before, number = foreign(lived), len(on_calendar(lived))
    said = command.ok("calendar", "remove-all", "--yes").out
    assert said.count("  removed  ") == number
    assert said.endswith(
        f"garmin: {number} workouts taken off. It is paused now: nothing is written there until "
        "`goalward calendar resume garmin`, which writes the plan again.\n"
    )
    assert library(lived) == set()
    assert foreign(lived) == before
    assert lived.rows(tables.calendar_entry) == []
    again = command.ok("calendar", "remove-all", "--yes").out
    assert again.startswith("garmin: 0 workouts taken off.")


def test_a_template_on_no_day_and_one_that_nobody_knows_go_as_well(lived, command):
    loose, orphan, *_ = coming(lived)
    takes_off_its_day(lived, loose)
    with writing(lived.engine) as conn:
        row = tables.calendar_entry
        conn.execute(row.delete().where(row.c.ident.in_([loose.ident, orphan.ident])))
    command.ok("calendar", "remove-all", "--yes")
    assert library(lived) == set()


@pytest.mark.parametrize("did", [moves, edits, removes])
def test_what_the_athlete_made_theirs_stays_and_stays_theirs_when_resumed(lived, command, did):
    theirs = coming(lived)[0]
    did(lived, theirs)
    there = [entry for entry in on_calendar(lived) if entry[0] == theirs.ident]
    said = command.ok("calendar", "remove-all", "--yes").out
    assert on_calendar(lived) == there
    assert record_of(lived, theirs.ident).state == "athletes"
    assert f"calendar:{theirs.ident}" in {key for key, _ in standing(lived)}
    assert theirs.workout.name not in said
    command.ok("calendar", "resume")
    lived.clock.later(hours=2)
    publishes(lived, times=2)
    assert [entry for entry in on_calendar(lived) if entry[0] == theirs.ident] == there


def test_what_stands_on_days_that_are_over_stays_and_is_counted(lived, command):
    soon = min(row.day for row in lived.rows(tables.calendar_entry))
    lived.clock.at += soon - lived.today + timedelta(days=1)
    lived.control.day(lived.today)
    command.environ["GOALWARD_CLOCK"] = (lived.clock.at + timedelta(hours=1)).isoformat()
    said = command.ok("calendar", "remove-all", "--yes").out
    assert "Left as they are: 1 workout on days that are over. It is paused now" in said
    assert [day for _, day, _ in on_calendar(lived)] == [soon.isoformat()]


def test_what_is_done_today_stays_and_is_counted(lived, command):
    first = coming(lived, after=0)[0]
    lived.clock.at += first.day - lived.today
    lived.control.day(lived.today)
    lived.control.run(lived.today, kind="planned", at="07:00")
    lived.poll("garmin")
    lived.clock.later(minutes=5)
    command.environ["GOALWARD_CLOCK"] = (lived.clock.at + timedelta(hours=1)).isoformat()
    said = command.ok("calendar", "remove-all", "--yes").out
    assert "Left as they are: 1 workout under way or done." in said
    assert [ident for ident, _, _ in on_calendar(lived)] == [first.ident]


def test_it_shows_what_goes_and_asks_first(lived, command):
    before, number = on_calendar(lived), len(on_calendar(lived))
    said = command("calendar", "remove-all", answers="n\n")
    assert said.status == 1
    assert said.out.count("  removed  ") == number
    assert f"Take {number} workouts off Garmin Connect, and pause that calendar?" in said.out
    tried = command.ok("calendar", "remove-all", "--dry-run").out
    assert tried.splitlines()[:number] == said.out.splitlines()[:number]
    assert tried.endswith("Nothing was written.\n")
    assert on_calendar(lived) == before
    with reading(lived.engine) as conn:
        assert paused(conn, connected(lived)) is None
    assert command("calendar", "remove-all", answers="y\n").status == 0
    assert on_calendar(lived) == []


def test_nothing_is_written_again_until_it_is_resumed(lived, command):
    command.ok("calendar", "remove-all", "--yes")
    publishes(lived, times=2)
    assert on_calendar(lived) == []
    command.ok("calendar", "resume")
    command.ok("calendar", "sync")
    assert equals_the_plan(lived)


def test_it_is_taken_back_like_any_writing(lived, command):
    before = lived.control.dump()["entries"]
    command.ok("calendar", "remove-all", "--yes")
    command.ok("calendar", "undo")
    for was, became in zip(before, lived.control.dump()["entries"], strict=True):
        told = ("ident", "day", "name", "steps", "description")
        assert [was.get(key) for key in told] == [became.get(key) for key in told]


def test_so_many_gone_already_are_nobodys_hand(lived, command):
    for workout in coming(lived)[:4]:
        removes(lived, workout)
    command.ok("calendar", "remove-all", "--yes")
    assert on_calendar(lived) == []
    assert lived.rows(tables.layer) == []
    assert lived.rows(tables.calendar_entry) == []


def test_one_that_is_refused_holds_up_no_other(lived, command):
    first = min(on_calendar(lived), key=lambda entry: entry[1])[0]
    path = f"/workout/{record_of(lived, first).remote_id.partition('/')[0]}"
    lived.control.fault("garmin", method="DELETE", path_contains=path, status=400, times=99)
    said = command("calendar", "remove-all", "--yes")
    assert said.status == 1
    assert library(lived) == {first}
    lived.control.clear_faults()
    command.ok("calendar", "remove-all", "--yes")
    assert library(lived) == set()


# --- a crash at each write -------------------------------------------------------------------------


def clears(runtime, lived, name):
    from worker.connections import connection

    with reading(lived.engine) as conn:
        mine = connection(conn, ids(lived)[name])
    clear_now(runtime, mine, pause=lambda conn: None)


@each_moment
@pytest.mark.parametrize("writes", [0, 2])
def test_one_that_died_goes_on_and_leaves_nothing_on_garmin(lived, writes, applied):
    before = foreign(lived)
    outdated(lived, coming(lived)[0])

    def work(runtime):
        clears(runtime, lived, "garmin")

    assert dies(lived, "garmin", work, writes=writes, applied=applied)
    lived.clock.later(minutes=5)
    work(lived.runtime)
    assert library(lived) == set()
    assert foreign(lived) == before
    assert lived.rows(tables.layer) == []
    assert lived.rows(tables.calendar_entry) == []


@each_moment
def test_one_that_died_and_went_on_is_taken_back_as_one(lived, applied):
    before = on_calendar(lived)

    def work(runtime):
        clears(runtime, lived, "garmin")

    assert dies(lived, "garmin", work, writes=2, applied=applied)
    lived.clock.later(minutes=5)
    work(lived.runtime)
    lived.clock.later(minutes=5)
    undo_now(lived.runtime, connected(lived), pause=lambda conn: None)
    assert on_calendar(lived) == before


# --- the other targets ----------------------------------------------------------------------------


@each_moment
def test_on_intervals(sqlite_url, tmp_path, applied):
    with life_with_services(sqlite_url, tmp_path) as lived:
        without_limits(lived)
        there = Calendar(lived)
        connect_intervals(lived, there.given, intervals_calendar="yes")
        there.ask("POST", json={"category": "NOTE", "name": "Mine", "type": "Run",
                                "start_date_local": "2026-09-02T00:00:00"})  # fmt: skip
        runs_towards_a_goal(lived)
        publishes(lived)

        def work(runtime):
            clears(runtime, lived, "intervals")

        assert dies(lived, "intervals", work, writes=1, applied=applied)
        lived.clock.later(minutes=5)
        work(lived.runtime)
        assert [row["name"] for row in there.rows()] == ["Mine"]
        assert lived.rows(tables.calendar_entry) == []
        assert lived.rows(tables.layer) == []


@each_moment
def test_with_the_partner_programme(sqlite_url, tmp_path, applied):
    with on_partner(sqlite_url, tmp_path) as lived:

        def work(runtime):
            clears(runtime, lived, "garmin_partner")

        assert dies(lived, "garmin_partner", work, writes=1, applied=applied)
        lived.clock.later(minutes=5)
        work(lived.runtime)
        left = lived.control.post("partner/workouts")
        assert (left["schedules"], left["workouts"]) == ([], [])
        assert lived.rows(tables.calendar_entry) == []


@each_moment
def test_in_a_folder(sqlite_url, tmp_path, applied):
    with test_workout_folder.connected(sqlite_url, tmp_path) as lived:
        runs_towards_a_goal(lived)
        (lived.folder / "2026-09-02 mine.fit").write_bytes(b"mine as well")

        def work(runtime):
            clears(runtime, lived, "workout_files")

        assert dies(lived, "workout_files", work, writes=1, applied=applied)
        lived.clock.later(minutes=5)
        work(lived.runtime)
        assert test_workout_folder.files(lived) == ["2026-09-02 mine.fit"]
        assert lived.rows(tables.calendar_entry) == []


def test_in_a_feed_they_are_cancelled(lived, command):
    command.ok("connect", "ics")
    command.ok("calendar", "sync")
    there = on_calendar(lived)
    assert "say which calendar is to be emptied: garmin, ics" in (
        command.wrong("calendar", "remove-all", "--yes")
    )
    command.ok("calendar", "remove-all", "ics", "--yes")
    assert {row.status for row in lived.rows(tables.feed_event)} == {"CANCELLED"}
    assert on_calendar(lived) == there


def test_skipped_meanwhile_it_goes_just_the_same(lived, command):
    command.ok("calendar", "pause")
    skips(lived, coming(lived)[0])
    command.ok("calendar", "remove-all", "--yes")
    assert library(lived) == set()
