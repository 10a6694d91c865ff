"""`goalward calendar pause` and `resume`: nothing is written meanwhile, and nothing is wrong.

Real commands and workers, the simulated services over HTTP.
"""

import pytest

from tests.worker.living import life_with_services
from tests.worker.on_calendars import commands, ids
from tests.worker.on_intervals import Calendar, connect_intervals, without_limits
from tests.worker.published import (
    a_published_life,
    coming,
    connected,
    edits,
    equals_the_plan,
    moves,
    on_calendar,
    outdated,
    publishes,
    record_of,
    removes,
    runs_towards_a_goal,
    skips,
    standing,
)
from tests.worker.shapes import STATUS, fits
from worker import concerns, tables
from worker.db import reading
from worker.pausing import paused
from worker.web.pages import _page as page


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        yield lived


@pytest.fixture
def command(lived, tmp_path):
    with commands(lived, tmp_path) as command:
        yield command


def since(lived):
    with reading(lived.engine) as conn:
        return paused(conn, connected(lived))


def goes_on(lived):
    lived.clock.later(hours=2)
    publishes(lived, times=2)


def test_nothing_is_written_while_it_is_paused_and_all_of_it_afterwards(lived, command):
    assert command.ok("calendar", "pause").out == (
        "garmin: paused. `goalward calendar resume` starts it again.\n"
    )
    before = on_calendar(lived)
    skips(lived, coming(lived)[0])
    outdated(lived, coming(lived)[0])
    goes_on(lived)
    assert on_calendar(lived) == before
    command.ok("calendar", "resume")
    assert [row.key for row in lived.owed("publish")] == [str(connected(lived).id)]
    goes_on(lived)
    assert equals_the_plan(lived)
    assert on_calendar(lived) != before


def test_a_sync_of_a_paused_one_says_so_and_is_not_taken_for_done(lived, command):
    command.ok("calendar", "pause")
    said = command("calendar", "sync")
    assert (said.status, said.out) == (1, "")
    assert said.err == (
        "garmin: 0 written. it is paused: `goalward calendar resume` starts it again\n"
    )
    (one,) = command("calendar", "sync", "--json").json
    assert (one["written"], "paused" in one["failed"]) == (0, True)


@pytest.mark.parametrize("did", [moves, edits, removes])
def test_what_the_athlete_does_meanwhile_is_theirs_when_it_is_resumed(lived, command, did):
    command.ok("calendar", "pause")
    theirs = coming(lived)[0]
    did(lived, theirs)
    there = [entry for entry in on_calendar(lived) if entry[0] == theirs.ident]
    publishes(lived)
    assert standing(lived) == set()
    said = command.ok("calendar", "resume").out
    assert "  yours    " in said
    goes_on(lived)
    assert [entry for entry in on_calendar(lived) if entry[0] == theirs.ident] == there
    assert f"calendar:{theirs.ident}" in {key for key, _ in standing(lived)}
    assert record_of(lived, theirs.ident) is None or (
        record_of(lived, theirs.ident).state == "athletes"
    )


def test_resuming_shows_what_will_be_written_and_what_stays_handed_over(lived, command):
    theirs, dropped, *_ = coming(lived)
    edits(lived, theirs)
    publishes(lived)
    command.ok("calendar", "pause")
    skips(lived, dropped)
    will = command.ok("calendar", "diff").out.splitlines()
    said = command.ok("calendar", "resume").out.splitlines()
    shown = [line for line in will if not line.startswith("It is paused")]
    assert any(line.startswith("  removed  ") for line in shown)
    assert said[: len(shown)] == shown
    stays, ends = said[len(shown) :]
    name = record_of(lived, theirs.ident).seen_name
    assert stays == (f"garmin: handed over to you, and left so: {name} ({theirs.day:%a %d %b}).")
    assert ends == "garmin: started again; `goalward up`, or `goalward calendar sync`, writes that."


def test_it_is_resumed_also_when_nobody_can_look_there_now(lived, command):
    command.ok("calendar", "pause")
    lived.control.fault("garmin", status=503, times=99)
    said = command.ok("calendar", "resume")
    assert "503" in said.err
    assert said.out.endswith("writes that.\n")
    assert since(lived) is None


def test_one_that_is_not_paused_is_left_as_it_is(lived, command):
    before = len(lived.rows(tables.outbox))
    assert command.ok("calendar", "resume").out == "garmin: was not paused.\n"
    assert len(lived.rows(tables.outbox)) == before


def test_paused_twice_it_keeps_its_first_time_and_the_newest_reason(lived, command):
    command.ok("calendar", "pause")
    at, why = since(lived)
    assert why == "by you"
    command.environ["GOALWARD_CLOCK"] = "2026-09-02T09:00:00+02:00"
    command.ok("calendar", "remove-all", "--yes")
    assert since(lived) == (at, "remove-all")


def test_a_new_sign_in_does_not_start_it(lived, command):
    command.ok("calendar", "pause")
    lived.connect_garmin()
    assert since(lived) is not None


def test_of_several_one_can_be_paused_alone(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path) as lived:
        without_limits(lived)
        lived.connect_garmin()
        there = Calendar(lived)
        connect_intervals(lived, there.given, intervals_calendar="yes")
        runs_towards_a_goal(lived)
        publishes(lived)
        with commands(lived, tmp_path) as command:
            command.ok("calendar", "pause", "intervals")
            before = there.rows()
            skips(lived, coming(lived)[0])
            goes_on(lived)
            assert equals_the_plan(lived)
            assert there.rows() == before
            said = command("calendar", "sync")
            assert (said.status, said.out) == (1, "garmin: 0 written; it equals the plan.\n")
            assert set(ids(lived)) == {"garmin", "intervals"}
            command.ok("calendar", "resume")
            goes_on(lived)
            assert len(there.rows()) == len(before) - 1


# --- where it is seen -----------------------------------------------------------------------------


def test_status_and_page_show_a_pause_and_take_it_for_nothing_wrong(lived, command):
    (well,) = command.ok("status", "--json").json["connections"]
    assert well["calendar"] == {"policy": "sync", "paused_on": None, "paused_why": None}
    command.ok("calendar", "undo", "--to", "2026-08-31")
    told = (
        "Its calendar is paused since Monday, 31 August by `goalward calendar undo`: nothing is "
        "written there until `goalward calendar resume garmin`."
    )
    assert f"  {told}\n" in command.ok("status").out
    shown = command.ok("status", "--json").json
    assert fits(shown, STATUS) == []
    (one,) = shown["connections"]
    assert one["calendar"] == {
        "policy": "sync",
        "paused_on": "2026-08-31",
        "paused_why": "undo",
    }
    assert (one["state"], one["problem"], one["remedy"]) == ("connected", None, None)
    assert told in page(lived.runtime, None).replace("&#39;", "'")
    messages = len(lived.rows(tables.message))
    goes_on(lived)
    concerns.look(lived.runtime, 1, slot=("look:1:0", lived.today))
    assert len(lived.rows(tables.message)) == messages
    assert lived.owed("publish") == []
    assert command.ok("status", "--json").json["stuck"] == []


def test_status_shows_a_policy_that_is_not_the_usual_one(lived, command):
    assert "Its calendar" not in command.ok("status").out
    command.ok("calendar", "policy", "no-deletes")
    assert (
        "  Its calendar is set to no-deletes: nothing is taken off until `goalward calendar policy "
        "sync garmin`.\n"
    ) in command.ok("status").out
    command.ok("calendar", "policy", "dry-run")
    assert "set to dry-run: nothing is written until" in command.ok("status").out


def test_a_source_without_a_calendar_says_nothing_of_one(lived, command, tmp_path):
    command.ok("connect", "folder", tmp_path)
    shown = command.ok("status", "--json").json
    calendars = {one["connector"]: one["calendar"] for one in shown["connections"]}
    assert calendars["files"] is None
