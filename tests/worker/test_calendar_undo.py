"""`goalward calendar undo`: what was written is taken back, and what the athlete did since is not.

Real commands and workers, the simulated services over HTTP.
"""

from datetime import timedelta

import pytest

from planning.workout import PlannedWorkout
from tests.worker.living import life_with_services
from tests.worker.on_calendars import commands, ids
from tests.worker.on_intervals import Calendar, connect_intervals, without_limits
from tests.worker.published import (
    a_published_life,
    coming,
    connected,
    does,
    edits,
    equals_the_plan,
    free_day,
    moves,
    moves_by_command,
    on_calendar,
    outdated,
    publishes,
    record_of,
    runs_towards_a_goal,
    skips,
)
from worker import hand, tables
from worker.connections import connection
from worker.db import reading, writing
from worker.stored import from_body, to_body


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        yield lived


@pytest.fixture
def command(lived, tmp_path):
    with commands(lived, tmp_path) as command:
        yield command


def journal_times(command):
    """Of the writings, the newest first."""
    lines = command.ok("calendar", "journal").out.splitlines()
    return [line[:19] for line in lines if not line.startswith(" ")]


def templates(lived):
    """What each of ours holds: by ident, its name and its steps."""
    return {
        e["ident"]: (e["day"], e["name"], e.get("steps")) for e in lived.control.dump()["entries"]
    }


def test_what_was_removed_comes_back_as_it_was(lived, command):
    before = templates(lived)
    dropped = coming(lived)[0]
    skips(lived, dropped)
    assert templates(lived) != before
    said = command.ok("calendar", "undo")
    name = dropped.workout.name
    assert said.out == (
        f"  created  {dropped.day:%a %d %b}  {name}  (taken back)\n"
        "garmin: 1 write taken back. It is paused now: nothing is written there until "
        "`goalward calendar resume garmin`, which writes the plan again.\n"
    )
    assert templates(lived) == before


def test_what_was_created_is_removed_and_with_a_time_all_that_was_written_since(lived, command):
    (first,) = journal_times(command)
    dropped, *_ = coming(lived)
    skips(lived, dropped)
    assert len(journal_times(command)) == 2
    said = command.ok("calendar", "undo", "--to", "2026-08-31")
    assert "removed" in said.out
    assert on_calendar(lived) == []
    assert first.startswith("2026-08-31 09:00")


def test_a_time_takes_back_only_what_was_written_after_it(lived, command):
    (first,) = journal_times(command)
    before = templates(lived)
    one, other, *_ = coming(lived)
    skips(lived, one)
    outdated(lived, other)
    publishes(lived)
    command.ok("calendar", "undo", "--to", first)
    assert templates(lived) == before


def test_what_was_moved_goes_back_to_its_day(lived, command):
    before = templates(lived)
    moved, *_ = coming(lived)
    day = free_day(lived, moved.day)
    moves_by_command(lived, moved, day)
    assert templates(lived)[moved.ident][0] == day.isoformat()
    said = command.ok("calendar", "undo").out
    days = f"{day:%a %d %b} -> {moved.day:%a %d %b}"
    assert f"  moved    {days}  {moved.workout.name}  (taken back)" in said
    assert templates(lived) == before


def test_an_undo_is_taken_back_by_another(lived, command):
    dropped = coming(lived)[0]
    skips(lived, dropped)
    after = templates(lived)
    command.ok("calendar", "undo")
    assert templates(lived) != after
    said = command.ok("calendar", "undo")
    assert "  removed " in said.out
    assert templates(lived) == after


def test_tried_it_writes_nothing_and_says_the_same(lived, command):
    dropped = coming(lived)[0]
    skips(lived, dropped)
    before, rows = templates(lived), len(lived.rows(tables.calendar_journal))
    said = command.ok("calendar", "undo", "--dry-run")
    assert said.out.endswith("garmin: 1 write would be taken back. Nothing was written.\n")
    (one,) = command.ok("calendar", "undo", "--dry-run", "--json").json
    assert (templates(lived), len(lived.rows(tables.calendar_journal))) == (before, rows)
    assert one["actions"] == [
        {
            "action": "create",
            "become": "created",
            "day": dropped.day.isoformat(),
            "from_day": None,
            "ident": dropped.ident,
            "name": dropped.workout.name,
            "was": None,
            "differences": [],
            "reason": "taken back",
        }
    ]
    (done,) = command.ok("calendar", "undo", "--json").json
    assert done == {**one, "dry_run": False}


@pytest.mark.parametrize("did", [moves, edits])
def test_what_the_athlete_did_since_stays_theirs_and_is_said(lived, command, did):
    one, theirs, *_ = coming(lived)
    outdated(lived, one, theirs)
    publishes(lived)
    did(lived, theirs)
    there = templates(lived)[theirs.ident]
    said = command.ok("calendar", "undo", "--to", "2026-08-31").out
    (line,) = (line for line in said.splitlines() if line.startswith("  left "))
    assert "it is yours since" in line
    assert templates(lived) == {theirs.ident: there}


def test_what_was_handed_over_before_stays_theirs(lived, command):
    theirs, *_ = coming(lived)
    edits(lived, theirs)
    publishes(lived)
    there = templates(lived)[theirs.ident]
    said = command.ok("calendar", "undo", "--to", "2026-08-31").out
    assert "it is yours since; `goalward plan undo`" in said
    assert templates(lived) == {theirs.ident: there}


def test_what_was_given_back_and_written_over_is_theirs_again_in_content(lived, command):
    """Cold feet after `reclaim`: their version stands there once more."""
    theirs, *_ = coming(lived)
    edits(lived, theirs)
    publishes(lived)
    there = templates(lived)[theirs.ident]
    does(lived, hand.reclaimed, theirs.ident)
    publishes(lived)
    assert templates(lived)[theirs.ident] != there
    command.ok("calendar", "undo")
    day, name, steps = there
    assert templates(lived)[theirs.ident] == (day, f"{theirs.day:%m-%d} {name}", steps)


def test_days_that_are_over_are_left_alone(lived, command):
    soon = min(
        (row for row in lived.rows(tables.calendar_entry) if row.day >= lived.today),
        key=lambda row: row.day,
    )
    lived.clock.at += soon.day - lived.today + timedelta(days=1)
    lived.control.day(lived.today)
    later = (lived.clock.at + timedelta(hours=1)).isoformat()
    command.environ["GOALWARD_CLOCK"] = later
    said = command.ok("calendar", "undo", "--to", "2026-08-31").out
    assert "(its day is over)" in said
    assert [day for _, day, _ in on_calendar(lived)] == [soon.day.isoformat()]


def test_what_broke_off_goes_on(lived, command):
    one, other, *_ = coming(lived)
    outdated(lived, one)
    publishes(lived)
    skips(lived, other)
    after = len(lived.rows(tables.calendar_journal))
    lived.control.fault("garmin", method="DELETE", status=503, times=99)
    said = command("calendar", "undo", "--to", "2026-08-31")
    assert said.status == 4
    assert "503" in said.err
    lived.control.clear_faults()
    command.ok("calendar", "undo")
    assert on_calendar(lived) == []
    assert len(lived.rows(tables.calendar_journal)) > after
    assert lived.rows(tables.app_value, name=f"undoing:{connected(lived).id}") == []


def test_what_broke_off_after_some_writes_goes_on_and_is_not_itself_undone(lived, command):
    """The second removal is not let through."""
    second = sorted(on_calendar(lived), key=lambda entry: entry[1])[1][0]
    there, number = record_of(lived, second).remote_id, len(on_calendar(lived))
    path = f"/workout/{there.partition('/')[0]}"
    lived.control.fault("garmin", method="DELETE", path_contains=path, status=503, times=99)
    said = command("calendar", "undo", "--to", "2026-08-31")
    assert (said.status, "503" in said.err) == (4, True)
    assert 0 < len(on_calendar(lived)) < number
    lived.control.clear_faults()
    command.ok("calendar", "undo")
    assert on_calendar(lived) == []


def test_one_that_broke_off_is_over_once_the_plan_was_written_again(lived, command):
    dropped = coming(lived)[0]
    lived.control.fault("garmin", method="DELETE", status=503, times=99)
    assert command("calendar", "undo", "--to", "2026-08-31").status == 4
    lived.control.clear_faults()
    command.ok("calendar", "resume")
    before = templates(lived)
    skips(lived, dropped)
    publishes(lived)
    assert dropped.ident not in templates(lived)
    command.ok("calendar", "undo")
    assert templates(lived) == before


def test_a_time_goes_back_over_an_undo_as_well(lived, command):
    (first,) = journal_times(command)
    before = templates(lived)
    skips(lived, coming(lived)[0])
    command.ok("calendar", "undo")
    command.ok("calendar", "undo", "--to", first)
    assert templates(lived) == before
    command.ok("calendar", "undo", "--to", "2026-08-31")
    assert templates(lived) == {}
    command.ok("calendar", "undo", "--to", first)
    assert templates(lived) == before


def test_nothing_is_written_over_it_until_it_is_resumed(lived, command):
    skips(lived, coming(lived)[0])
    command.ok("calendar", "undo")
    there = templates(lived)
    publishes(lived, times=2)
    assert templates(lived) == there
    assert not equals_the_plan(lived)
    said = command("calendar", "sync")
    assert (said.status, templates(lived)) == (1, there)
    assert said.err == (
        "garmin: 0 written. it is paused: `goalward calendar resume` starts it again\n"
    )
    told = "It is paused: none of this is written until `goalward calendar resume garmin`."
    assert told in command.ok("calendar", "diff").out
    assert command.ok("calendar", "diff", "--json").json["paused"] is True
    command.ok("calendar", "resume", "garmin")
    assert "paused" not in command.ok("calendar", "diff").out
    command.ok("calendar", "sync")
    assert equals_the_plan(lived)


@pytest.mark.parametrize("words", ["yesterday", "2026-13-01", "25:00", "2026-08-31T09:00+99:00"])
def test_what_is_no_time_is_said(command, words):
    said = command.wrong("calendar", "undo", "--to", words)
    assert said.startswith(
        f"--to {words!r} is no time; write it as `goalward calendar journal` does"
    )


def test_a_time_to_come_is_said(command):
    assert command.wrong("calendar", "undo", "--to", "2026-09-30").endswith("is still to come")


def test_with_nothing_written_there_is_nothing_to_take_back(lived, command):
    with writing(lived.engine) as conn:
        conn.execute(tables.calendar_journal.delete())
    said = command.ok("calendar", "undo").out
    assert said == "garmin: there is nothing to take back.\n"
    with reading(lived.engine) as conn:
        assert connection(conn, connected(lived).id).state == "connected"


def test_more_than_three_that_vanished_look_like_a_fault(lived, command):
    for workout in coming(lived)[:4]:
        lived.control.delete_entry(workout.ident, template=True)
    before = templates(lived)
    said = command("calendar", "undo", "--to", "2026-08-31")
    assert said.status == 1
    assert "`goalward calendar undo --removed-by-me`" in said.err
    assert templates(lived) == before
    command.ok("calendar", "undo", "--to", "2026-08-31", "--removed-by-me")
    assert templates(lived) == {}


def test_of_several_the_last_writing_is_of_one_that_is_named(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path) as lived:
        without_limits(lived)
        lived.connect_garmin()
        there = Calendar(lived)
        connect_intervals(lived, there.given, intervals_calendar="yes")
        runs_towards_a_goal(lived)
        publishes(lived)
        with commands(lived, tmp_path) as command:
            said = command.wrong("calendar", "undo")
            assert said.endswith("say which one, or `--to` when. There are: garmin, intervals")
            dropped = coming(lived)[0]
            before = [row["description"] for row in there.rows()]
            skips(lived, dropped)
            publishes(lived)
            command.ok("calendar", "undo", "intervals")
            assert [row["description"] for row in there.rows()] == before
            assert dropped.ident not in templates(lived)
            assert set(ids(lived)) == {"garmin", "intervals"}
            command.ok("calendar", "undo", "--to", "2026-08-31")
            assert (there.rows(), templates(lived)) == ([], {})


def test_the_journal_keeps_what_was_not_ours_so_that_it_can_be_written_again(lived):
    theirs, *_ = coming(lived)
    edits(lived, theirs)
    publishes(lived)
    does(lived, hand.reclaimed, theirs.ident)
    publishes(lived)
    row = lived.rows(tables.calendar_journal, ident=theirs.ident)[-1]
    assert row.action == "replace"
    assert row.before["workout"]["name"] == "My own"
    assert row.before["workout"]["steps"]
    assert record_of(lived, theirs.ident).state == "settled"
    assert to_body(from_body(PlannedWorkout, row.after)) == row.after
