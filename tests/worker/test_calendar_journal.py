"""`goalward calendar journal`: what was written, the newest first, in words and for programs."""

import pytest

from planning.schedule.plan import Layer, LayerKind
from tests.worker.living import life_with_services
from tests.worker.on_calendars import commands
from tests.worker.on_intervals import Calendar, connect_intervals, without_limits
from tests.worker.published import (
    a_published_life,
    coming,
    does,
    free_day,
    moves,
    outdated,
    publishes,
    runs_towards_a_goal,
)
from worker import hand, journal, tables
from worker.db import reading, writing


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        yield lived


@pytest.fixture
def command(lived, tmp_path):
    with commands(lived, tmp_path) as command:
        yield command


def written(lived):
    with reading(lived.engine) as conn:
        return journal.runs(journal.lines(conn, [1]))


def test_it_reads_newest_first_and_what_was_written_in_one_go_stands_together(lived, command):
    kept, theirs, dropped, *_ = coming(lived)
    outdated(lived, kept)
    moves(lived, theirs)
    does(lived, hand.by_command, Layer(LayerKind.SKIP, dropped.ident, None, "by you"))
    said = command.ok("calendar", "journal").out
    heads = [line for line in said.splitlines() if not line.startswith("  ")]
    assert [head.partition("  ")[2] for head in heads][-1] == (
        f"garmin, {len(written(lived)[-1])} writes"
    )
    assert heads[-1].startswith("2026-08-31 09:0")  # the athlete's time: it was seven in UTC
    lines = [line.strip() for line in said.splitlines() if line.startswith("  ")]
    did = [line.split()[0] for line in lines]
    assert did[-1] == "created"
    assert {"changed", "removed", "hand"} < set(did)
    (line,) = (each for each in lines if each.startswith("changed"))
    assert f"{kept.day:%a %d %b}  {kept.workout.name}  (changed in the plan)" in line
    (line,) = (each for each in lines if each.startswith("removed"))
    assert f"{dropped.day:%a %d %b}  {dropped.workout.name}  (no longer planned)" in line


def test_for_programs_it_says_the_same(lived, command):
    moved, *_ = coming(lived)
    day = free_day(lived, moved.day)
    does(lived, hand.by_command, Layer(LayerKind.MOVE, moved.ident, day, "by you"))
    rows = command.ok("calendar", "journal", "--json").json
    assert len(rows) == len(lived.rows(tables.calendar_journal))
    at = rows[0].pop("at")
    assert at.startswith("2026-08-31T07:")
    assert at.endswith("Z")
    assert rows[0] == {
        "calendar": "garmin",
        "writing": written(lived)[0][0].run,
        "action": "replace",
        "day": day.isoformat(),
        "from_day": moved.day.isoformat(),
        "ident": moved.ident,
        "name": moved.workout.name,
        "reason": "changed in the plan",
    }
    assert {row["action"] for row in rows[1:]} == {"create"}
    said = command.ok("calendar", "journal", "--last", "1").out.splitlines()[1]
    days = f"{moved.day:%a %d %b} -> {day:%a %d %b}"
    assert said == f"  moved        {days}  {moved.workout.name}  (changed in the plan)"


def test_a_writing_that_a_fault_broke_off_is_one_all_the_same(lived):
    first, second, *_ = coming(lived)
    before = len(lived.rows(tables.calendar_journal))
    outdated(lived, first, second)
    (there,) = lived.rows(tables.calendar_entry, ident=second.ident)
    path = f"/workout/{there.remote_id.partition('/')[0]}"
    lived.control.fault("garmin", method="PUT", path_contains=path, status=503, times=99)
    publishes(lived)
    assert len(lived.rows(tables.calendar_journal)) == before + 1
    lived.control.clear_faults()
    lived.clock.later(hours=1)
    lived.work()
    assert [line.ident for line in written(lived)[0]] == [second.ident, first.ident]


def test_what_is_older_than_runs_stands_by_itself(lived):
    row = tables.calendar_journal
    number = len(lived.rows(row))
    with writing(lived.engine) as conn:
        conn.execute(row.update().values(run=None, known_at=None))
    assert [len(run) for run in written(lived)] == [1] * number


def test_of_several_calendars_one_can_be_named(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path) as lived:
        without_limits(lived)
        lived.connect_garmin()
        connect_intervals(lived, Calendar(lived).given, intervals_calendar="yes")
        runs_towards_a_goal(lived)
        with commands(lived, tmp_path) as command:
            both = command.ok("calendar", "journal", "--json").json
            assert {row["calendar"] for row in both} == {"garmin", "intervals"}
            one = command.ok("calendar", "journal", "intervals", "--json").json
            assert one == [row for row in both if row["calendar"] == "intervals"]
            said = command.ok("calendar", "journal", "--last", "1").out
            assert said.endswith("There are older ones: `--last 2` shows more.\n")
            said = command.wrong("calendar", "journal", "polar")
            assert said == "there is no calendar 'polar'; there are: garmin, intervals"
