"""`goalward calendar diff` and `calendar sync --dry-run`: a list of changes that a person reads.

Real commands, the simulated Garmin and intervals.icu over HTTP.
"""

import pytest

from tests.worker.living import life_with_services
from tests.worker.on_calendars import commands
from tests.worker.on_intervals import Calendar, connect_intervals, without_limits
from tests.worker.published import (
    a_published_life,
    coming,
    edits,
    equals_the_plan,
    free_day,
    moves,
    on_calendar,
    outdated,
    publishes,
    record_of,
    removes,
    runs_towards_a_goal,
)
from tests.worker.shapes import DIFF, fits
from worker import tables

LOOKS = (("calendar", "diff"), ("calendar", "sync", "--dry-run"))


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        yield lived


@pytest.fixture
def command(lived, tmp_path):
    with commands(lived, tmp_path) as command:
        yield command


def journal(lived):
    return len(lived.rows(tables.calendar_journal))


def at(day):
    return f"{day:%a %d %b}"


def told(said):
    """Its lines, but for the reasons: what is done with which days and names."""
    lines = [line.partition("  (")[0].split("  ") for line in said.splitlines()[:-1]]
    return [tuple(word.strip() for word in line if word.strip()) for line in lines]


@pytest.mark.parametrize("look", LOOKS)
def test_what_was_and_what_will_be_in_the_order_of_days(lived, command, look):
    changed, moved, dropped, *_ = coming(lived, after=2)
    day = free_day(lived, moved.day)
    theirs = lived.control.dump()["foreign"]
    command.ok("plan", "move", moved.ident, day)
    command.ok("plan", "skip", dropped.ident)
    before, lines = on_calendar(lived), journal(lived)
    said = command.ok(*look).out
    found = {line[:2]: line[2] for line in told(said) if len(line) == 3}
    assert found["removed", at(dropped.day)] == dropped.workout.name
    assert moved.workout.name in found["moved", f"{at(moved.day)} -> {at(day)}"]
    shown = command.ok(*look, "--json").json
    assert fits(shown, DIFF) == []
    days = [each["day"] for each in shown["actions"]]
    assert days == sorted(days)
    counts = shown["counts"]
    assert (counts["moved"], counts["removed"]) == (1, 1)
    words = [f"{counts[word]} {word}" for word in ("created", "moved", "changed") if counts[word]]
    words += ["1 removed", f"{shown['foreign']} yours untouched"]
    assert said.splitlines()[-1] == f"garmin: {', '.join(words)}."
    assert (on_calendar(lived), journal(lived)) == (before, lines)
    assert lived.control.dump()["foreign"] == theirs
    assert changed.ident in {entry[0] for entry in before}
    (line,) = (each for each in shown["actions"] if each["become"] == "moved")
    assert (line["from_day"], line["day"]) == (moved.day.isoformat(), day.isoformat())


def test_what_of_a_workout_changes_is_told_below_it(lived, command):
    """The plan has another length for it."""
    long = next(one for one in coming(lived) if one.workout.name.startswith("Long"))
    run = next(run for run in coming(lived) if run.workout.name.startswith("Easy"))
    command.ok("break", "add", "travel", "--from", run.day, "--until", long.day, "--minutes", "30")
    shown = command.ok("calendar", "diff", "--json").json
    changed = [each for each in shown["actions"] if each["was"]]
    said = command.ok("calendar", "diff").out.splitlines()
    assert changed
    for each in changed:
        line = next(n for n, line in enumerate(said) if f"{each['was']} -> {each['name']}" in line)
        assert each["differences"]
        assert said[line + 1].strip() == each["differences"][0]
        assert "became" in each["differences"][0]


def test_what_stands_there_in_words_is_held_against_what_was_meant(lived, command):
    """Else its one step of text would be a difference."""
    workout = coming(lived)[0]
    lived.control.fault(
        "garmin",
        "misread",
        how="targets",
        method="PUT",
        path_contains="/workout-service/workout",
        times=9,
    )
    outdated(lived, workout)
    publishes(lived)
    assert record_of(lived, workout.ident).worded_on
    outdated(lived, workout)
    (line,) = command.ok("calendar", "diff", "--json").json["actions"]
    assert (line["become"], line["was"], line["differences"]) == ("changed", None, [])


def test_with_nothing_to_do_it_says_so(lived, command):
    command.ok("calendar", "sync")
    shown = command.ok("calendar", "diff", "--json").json
    said = command.ok("calendar", "diff").out
    assert shown["actions"] == shown["left_out"] == []
    assert said == f"garmin: nothing to do, {shown['foreign']} yours untouched.\n"


@pytest.mark.parametrize("did", [moves, edits, removes])
def test_what_the_athlete_did_is_shown_as_theirs_and_counted_with_what_is(lived, command, did):
    theirs = coming(lived)[0]
    before = command.ok("calendar", "diff", "--json").json["counts"]["yours"]
    did(lived, theirs)
    shown = command.ok("calendar", "diff", "--json").json
    (line,) = (each for each in shown["actions"] if each["become"] == "yours")
    assert (line["ident"], line["action"]) == (theirs.ident, "hand over")
    stands = did is not removes
    assert shown["counts"]["yours"] == before + stands
    publishes(lived)
    assert command.ok("calendar", "diff", "--json").json["counts"]["yours"] == before + stands


def test_in_a_dry_run_it_shows_what_would_be(lived, command):
    command.ok("plan", "skip", coming(lived)[0].ident)
    before = command.ok("calendar", "diff")
    command.ok("calendar", "policy", "dry-run")
    said = command.ok("calendar", "diff").out
    kept = "It is set to dry-run: none of this is written until `goalward calendar policy sync"
    assert f"{kept} garmin`.\n" in said
    assert [line for line in said.splitlines() if not line.startswith(kept)] == (
        before.out.splitlines()
    )
    shown = command.ok("calendar", "diff", "--json").json
    assert fits(shown, DIFF) == []
    assert (shown["actions"], shown["counts"]["removed"]) == ([], 1)
    assert "delete" in {each["action"] for each in shown["left_out"]}


def test_without_deletes_it_shows_what_is_left_there(lived, command):
    dropped = coming(lived)[0]
    command.ok("plan", "skip", dropped.ident)
    command.ok("calendar", "policy", "no-deletes")
    said = command.ok("calendar", "diff").out
    assert ("left", at(dropped.day), dropped.workout.name) in told(said)
    assert "(no longer planned; this calendar is set to no-deletes)" in said
    counts = command.ok("calendar", "diff", "--json").json["counts"]
    assert (counts["removed"], counts["left"]) == (0, 1)
    assert " 1 left, " in said.splitlines()[-1]


@pytest.mark.parametrize("look", LOOKS)
def test_it_goes_on_past_a_calendar_that_fails_and_names_each(sqlite_url, tmp_path, look):
    with life_with_services(sqlite_url, tmp_path) as lived:
        without_limits(lived)
        lived.connect_garmin()
        connect_intervals(lived, Calendar(lived).given, intervals_calendar="yes")
        runs_towards_a_goal(lived)
        publishes(lived)
        with commands(lived, tmp_path) as command:
            said = command.ok(*look)
            ends = [line.partition(":")[0] for line in said.out.splitlines() if "untouched" in line]
            assert ends == ["garmin", "intervals"]
            lived.control.fault("garmin", status=503, times=999)
            said = command(*look)
            assert said.status == 4
            assert said.err.splitlines()[-1].startswith("garmin: ")
            assert said.out.splitlines()[-1].startswith("intervals: ")
            failed, well = command(*look, "--json").json
            assert failed["calendar"] == "garmin"
            assert "503" in failed["failed"]
            assert fits(well, DIFF) == []
            lived.control.clear_faults()
            lived.control.revoke("garmin")
            lived.control.fault("intervals", status=503, times=999)
            said = command(*look)
            assert (said.status, said.out) == (3, "")
            assert [line.partition(":")[0] for line in said.err.splitlines()[-2:]] == (
                ["garmin", "intervals"]
            )


def test_tried_it_takes_what_is_gone_for_the_athletes_where_they_say_so(lived, command):
    for workout in coming(lived)[:4]:
        lived.control.delete_entry(workout.ident, template=True)
    said = command.ok("calendar", "sync", "--dry-run").out
    assert "are gone from this calendar at once" in said
    said = command.ok("calendar", "sync", "--dry-run", "--removed-by-me").out
    assert [line[0] for line in told(said)].count("yours") == 4
    assert lived.rows(tables.layer) == []
    command.ok("calendar", "sync", "--removed-by-me")
    assert not equals_the_plan(lived)  # until it is planned anew
    assert len(lived.rows(tables.layer)) == 4
