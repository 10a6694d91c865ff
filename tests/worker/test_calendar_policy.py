"""What a calendar's policy lets us do to it, by the real worker and commands against Garmin and
intervals.icu as they are simulated.
"""

import pytest

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
    library,
    moves,
    moves_by_command,
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
from tests.worker.test_pruning_templates import next_day
from worker import hand, tables
from worker.db import writing
from worker.owing import owe_replan
from worker.policies import STAYS
from worker.publish import EQUAL_AGAIN, NOT_EQUAL, sync_now


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        yield lived


@pytest.fixture
def command(lived, tmp_path):
    with commands(lived, tmp_path) as command:
        yield command


def later(lived, **how):
    """Time passes, and what is owed is done."""
    lived.clock.later(**how)
    lived.control.day(lived.today)
    with writing(lived.engine) as conn:
        owe_replan(lived.runtime, conn, 1)
    lived.work()
    publishes(lived)


def told(lived):
    return [row.body for row in lived.rows(tables.message) if row.title == STAYS]


def titles(lived):
    return {row.title for row in lived.rows(tables.message)}


def journal(lived):
    return [row.action for row in lived.rows(tables.calendar_journal)]


def test_without_deletes_what_is_not_planned_stays_and_is_told_once_a_week(lived, command):
    assert command.ok("calendar", "policy", "no-deletes").out.startswith("garmin: no-deletes.\n")
    before, dropped = on_calendar(lived), coming(lived)[-1]
    skips(lived, dropped)
    publishes(lived, times=2)
    assert on_calendar(lived) == before
    said = command.ok("calendar", "sync").out
    assert said == (
        "garmin: 0 written; it equals the plan, but for 1 workout that no-deletes leaves there.\n"
    )
    (body,) = told(lived)
    assert body == (
        f"Garmin Connect: {dropped.workout.name} on {dropped.day}. You chose that nothing is taken "
        "off there: do it yourself, or run `goalward calendar policy sync garmin`."
    )
    for _ in range(7):
        next_day(lived)
    assert len(told(lived)) == 2
    assert "delete" not in journal(lived)


def test_without_deletes_what_changes_or_moves_is_written(lived, command):
    command.ok("calendar", "policy", "no-deletes")
    changed, moved, *_ = coming(lived)
    day = free_day(lived, moved.day)
    outdated(lived, changed)
    moves_by_command(lived, moved, day)
    assert record_of(lived, changed.ident).plan_digest != "another"
    assert (moved.ident, day.isoformat()) in [entry[:2] for entry in on_calendar(lived)]
    assert told(lived) == []
    assert equals_the_plan(lived)


def test_without_deletes_a_session_that_comes_back_is_not_doubled(lived, command):
    before, dropped = on_calendar(lived), coming(lived)[0]
    command.ok("calendar", "policy", "no-deletes")
    skips(lived, dropped)
    does(lived, hand.undone, dropped.ident)
    publishes(lived)
    assert on_calendar(lived) == before
    assert equals_the_plan(lived)


@pytest.mark.parametrize("policy", ["no-deletes", "dry-run"])
@pytest.mark.parametrize("did", [moves, edits, removes])
def test_under_each_the_athletes_hand_counts(lived, command, policy, did):
    command.ok("calendar", "policy", policy)
    theirs = coming(lived)[0]
    did(lived, theirs)
    there = on_calendar(lived)
    publishes(lived, times=2)
    assert record_of(lived, theirs.ident) is None or (
        record_of(lived, theirs.ident).state == "athletes"
    )
    assert f"calendar:{theirs.ident}" in {key for key, _ in standing(lived)}
    assert on_calendar(lived) == there


def test_set_back_to_sync_what_stayed_is_taken_off(lived, command):
    command.ok("calendar", "policy", "no-deletes")
    dropped = coming(lived)[-1]
    skips(lived, dropped)
    assert not equals_the_plan(lived)
    said = command.ok("calendar", "policy", "sync", "garmin").out
    assert said.startswith("garmin: sync.\n")
    later(lived, hours=2)
    assert equals_the_plan(lived)


def test_what_stayed_is_not_told_of_any_more_when_its_day_is_over(lived, command):
    command.ok("calendar", "policy", "no-deletes")
    dropped = coming(lived)[0]
    skips(lived, dropped)
    publishes(lived)
    count = len(told(lived))
    later(lived, days=(dropped.day - lived.today).days + 7)
    assert len(told(lived)) == count == 1


def test_in_a_dry_run_nothing_is_written_and_nobody_is_told_that_it_follows(lived, command):
    command.ok("calendar", "policy", "dry-run")
    before, lines = on_calendar(lived), journal(lived)
    changed, dropped, *_ = coming(lived)
    outdated(lived, changed)
    skips(lived, dropped)
    publishes(lived, times=2)
    assert (on_calendar(lived), journal(lived)) == (before, lines)
    said = command.ok("calendar", "sync").out
    assert on_calendar(lived) == before
    (one,) = command.ok("calendar", "sync", "--json").json
    assert one == {"calendar": "garmin", "written": 0, "left_out": one["left_out"]}
    assert said == (
        "garmin: nothing written, for it is set to dry-run; `goalward calendar diff` shows the "
        f"{one['left_out']} writes that there would be.\n"
    )
    assert told(lived) == []
    assert EQUAL_AGAIN not in titles(lived)
    command.ok("calendar", "policy", "sync")
    later(lived, hours=2)
    assert equals_the_plan(lived)
    assert journal(lived)[len(lines) :].count("delete") == 1


def test_whoever_looks_under_the_lease_goes_by_what_was_said_last(lived, command):
    stale = connected(lived)
    command.ok("calendar", "policy", "dry-run")
    outdated(lived, coming(lived)[0])
    assert sync_now(lived.runtime, stale) == 0


def test_in_a_dry_run_nobody_is_told_that_the_fault_is_over(lived, command):
    for workout in coming(lived)[:4]:
        removes(lived, workout)
    publishes(lived)
    assert NOT_EQUAL in titles(lived)
    command.ok("calendar", "policy", "dry-run")
    command.ok("calendar", "sync", "--removed-by-me")
    publishes(lived, times=2)
    assert EQUAL_AGAIN not in titles(lived)
    command.ok("calendar", "policy", "sync")
    publishes(lived)
    assert EQUAL_AGAIN in titles(lived)


def test_a_template_on_no_day_is_in_the_difference_and_not_worth_a_message(lived, command):
    workout = coming(lived)[0]
    command.ok("calendar", "policy", "no-deletes")
    takes_off_its_day(lived, workout)
    before = library(lived)
    with writing(lived.engine) as conn:  # as if it had been written for nobody
        mine = tables.calendar_entry.c.ident == workout.ident
        conn.execute(tables.calendar_entry.delete().where(mine))
    command.ok("plan", "skip", workout.ident)
    said = command.ok("calendar", "diff").out
    assert f"  left     no day  {workout.workout.name}" in said
    publishes(lived)
    assert library(lived) == before
    assert told(lived) == []


def test_what_was_asked_for_by_name_is_done_all_the_same(lived, command):
    command.ok("calendar", "policy", "dry-run")
    command.ok("calendar", "undo", "--to", "2026-08-31")
    assert on_calendar(lived) == []


def test_it_is_said_while_connecting_and_kept_by_a_new_sign_in(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path) as lived, commands(lived, tmp_path) as command:
        command.ok("connect", "ics", "--policy", "dry-run")
        assert command.ok("calendar", "policy", "--json").json == [
            {"calendar": "ics", "policy": "dry-run", "paused": False}
        ]
        command.ok("connect", "ics", "--renew")
        assert command.ok("calendar", "policy").out == "ics: dry-run.\n"
        command.ok("connect", "ics", "--policy", "no-deletes")
        command.ok("calendar", "pause")
        assert command.ok("calendar", "policy").out == "ics: no-deletes, paused.\n"


def test_of_several_each_has_its_own(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path) as lived:
        without_limits(lived)
        lived.connect_garmin()
        there = Calendar(lived)
        connect_intervals(lived, there.given, intervals_calendar="yes")
        runs_towards_a_goal(lived)
        publishes(lived)
        with commands(lived, tmp_path) as command:
            command.ok("calendar", "policy", "no-deletes", "intervals")
            dropped = coming(lived)[0]
            before = len(there.rows())
            skips(lived, dropped)
            publishes(lived)
            assert equals_the_plan(lived)
            assert len(there.rows()) == before
            assert set(ids(lived)) == {"garmin", "intervals"}
            said = command.ok("calendar", "policy").out
            assert said == "garmin: sync.\nintervals: no-deletes.\n"


def test_what_is_no_policy_is_said(command):
    said = command.wrong("calendar", "policy", "garmin")
    assert said == (
        "'garmin' is no policy; there are: sync, no-deletes, dry-run. A calendar's name comes after"
        " it"
    )
    assert "is no policy" in command.wrong("connect", "ics", "--policy", "often")
    said = command.wrong("connect", "garmin-personal", "--policy", "sync", answers="x\nx\n")
    assert said.endswith("has no calendar, so --policy says nothing")
