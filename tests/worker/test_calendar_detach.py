"""`goalward calendar detach`: everything stays where it is, nothing of it is ever ours again.

Real commands and workers, the simulated services over HTTP.
"""

from dataclasses import replace
from datetime import date

import pytest

from connectors.ports import MARKER
from connectors.workout_files.fit import read
from connectors.written import undated
from tests.worker import test_workout_folder
from tests.worker.on_calendars import commands, ids
from tests.worker.on_intervals import on_intervals
from tests.worker.on_partner import on_partner
from tests.worker.published import (
    a_published_life,
    coming,
    edits,
    on_calendar,
    outdated,
    publishes,
    runs_towards_a_goal,
    takes_off_its_day,
)
from worker import tables
from worker.connections import connection, opened
from worker.db import reading, writing
from worker.detaching import detach_now
from worker.publish import look_at

SIGN = MARKER.partition("{")[0]


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        yield lived


@pytest.fixture
def command(lived, tmp_path):
    with commands(lived, tmp_path) as command:
        yield command


def calendar_of(lived, name):
    with reading(lived.engine) as conn:
        return connection(conn, ids(lived)[name])


def leaves(lived, name):
    return detach_now(lived.runtime, calendar_of(lived, name), pause=lambda conn: None)


def ours(lived, name):
    """What would be taken for ours by whoever looked now."""
    with opened(lived.runtime, calendar_of(lived, name)) as use:
        look = look_at(lived.runtime, calendar_of(lived, name), use.calendar)
        there = use.calendar.foreign(look.wanted.today, look.wanted.last)
    return list(look.observed), sorted(there)


def on_garmin(lived):
    """Ident, day and name of what we made there; one without a marker has no ident."""
    dump = lived.control.dump()
    return [(e["ident"], e["day"], e["name"]) for e in dump["entries"]]


def marked(lived):
    return [entry for entry in on_garmin(lived) if entry[0]]


def forgotten(lived):
    return lived.rows(tables.calendar_entry) == []


# --- each target ----------------------------------------------------------------------------------


def test_on_garmin_every_entry_and_template_stays_and_loses_its_marker(lived, command):
    loose, theirs, *_ = coming(lived)
    edits(lived, theirs)
    takes_off_its_day(lived, loose)
    publishes(lived)
    before = on_garmin(lived)
    said = command.ok("calendar", "detach", "--yes").out
    assert said.endswith(
        "left to you. It is paused now: `goalward calendar resume garmin` writes the plan beside "
        "them.\n"
    )
    assert on_garmin(lived) == [(None, day, name) for _, day, name in before]
    assert ours(lived, "garmin")[0] == []
    assert forgotten(lived)
    assert SIGN not in str(lived.control.dump())


def test_on_intervals_every_event_stays_and_loses_its_marker_and_our_name(sqlite_url, tmp_path):
    with on_intervals(sqlite_url, tmp_path) as lived:
        before = lived.there.rows()
        assert leaves(lived, "intervals") == len(before)
        after = lived.there.rows()
        for was, became in zip(before, after, strict=True):
            assert became["description"] == was["description"].partition(SIGN)[0].rstrip()
            assert not became["external_id"].startswith("goalward")
            same = {k: v for k, v in was.items() if k not in {"description", "external_id"}}
            assert same == {k: became[k] for k in same}
        assert ours(lived, "intervals") == ([], sorted(row["name"] for row in before))
        assert forgotten(lived)


def test_what_is_long_past_and_forgotten_loses_its_marker_as_well(sqlite_url, tmp_path):
    with on_intervals(sqlite_url, tmp_path) as lived:
        number = len(lived.there.rows())
        with writing(lived.engine) as conn:
            conn.execute(tables.calendar_entry.delete())
        lived.clock.later(days=90)
        assert leaves(lived, "intervals") == number
        assert SIGN not in str(lived.there.rows())


def test_in_a_folder_every_file_stays_under_its_name_and_loses_its_marker(sqlite_url, tmp_path):
    with test_workout_folder.connected(sqlite_url, tmp_path) as lived:
        runs_towards_a_goal(lived)
        names = test_workout_folder.files(lived)
        before = [read((lived.folder / name).read_bytes()) for name in names]
        assert leaves(lived, "workout_files") == len(names)
        assert test_workout_folder.files(lived) == names
        after = [read((lived.folder / name).read_bytes()) for name in names]
        assert after == [replace(each, ident=None) for each in before]
        assert ours(lived, "workout_files")[0] == []
        assert forgotten(lived)


def test_with_the_partner_programme_every_workout_stays_and_loses_its_marker(sqlite_url, tmp_path):
    with on_partner(sqlite_url, tmp_path) as lived:
        before = lived.control.post("partner/workouts")
        assert leaves(lived, "garmin_partner") == len(before["schedules"])
        after = lived.control.post("partner/workouts")
        assert after["schedules"] == before["schedules"]
        assert SIGN not in str(after)
        assert [one["segments"] for one in after["workouts"]] == [
            one["segments"] for one in before["workouts"]
        ]
        assert ours(lived, "garmin_partner")[0] == []
        assert forgotten(lived)


def test_a_feed_stands_still_for_nobody_else_writes_it(lived, command):
    command.ok("connect", "ics")
    runs = command.ok("calendar", "sync").out
    assert "ics: " in runs
    before, records = lived.rows(tables.feed_event), lived.rows(tables.calendar_entry)
    said = command.ok("calendar", "detach", "ics", "--yes").out
    assert said.startswith("ics: nobody but Goalward writes it, so nothing in it can become yours.")
    assert lived.rows(tables.feed_event) == before
    assert lived.rows(tables.calendar_entry) == records


# --- asking, breaking off, and afterwards ---------------------------------------------------------


def test_it_asks_first(lived, command):
    before = lived.control.dump()["entries"]
    said = command("calendar", "detach", answers="n\n")
    assert said.status == 1
    assert "Leave all that Goalward wrote on Garmin" in said.out
    assert lived.control.dump()["entries"] == before
    assert command("calendar", "detach", answers="y\n").status == 0
    assert marked(lived) == []


def test_one_that_broke_off_goes_on(lived, command):
    second = sorted(on_calendar(lived), key=lambda entry: entry[1])[1][0]
    (row,) = lived.rows(tables.calendar_entry, ident=second)
    path = f"/workout/{row.remote_id.partition('/')[0]}"
    lived.control.fault("garmin", method="PUT", path_contains=path, status=503, times=99)
    number = len(on_calendar(lived))
    said = command("calendar", "detach", "--yes")
    assert (said.status, "503" in said.err) == (4, True)
    assert len(marked(lived)) == number - 1
    lived.control.clear_faults()
    command.ok("calendar", "detach", "--yes")
    assert marked(lived) == []
    assert forgotten(lived)


def test_where_it_broke_off_and_the_plan_is_written_again_nothing_that_was_left_is_touched(
    lived, command
):
    """The answer of a release is lost: the marker is gone, our record is not."""
    first = min(on_calendar(lived), key=lambda entry: entry[1])[0]
    (row,) = lived.rows(tables.calendar_entry, ident=first)
    path = f"/workout/{row.remote_id.partition('/')[0]}"
    lived.control.fault("garmin", "timeout_after", method="PUT", path_contains=path)
    assert command("calendar", "detach", "--yes").status == 4
    lived.control.clear_faults()
    (kept,) = (entry for entry in lived.control.dump()["entries"] if not entry["ident"])
    outdated(lived, *(entry for entry in coming(lived, after=0)))
    command.ok("calendar", "resume", "--yes")
    publishes(lived)
    assert kept in lived.control.dump()["entries"]
    assert first not in {ident for ident, _, _ in marked(lived)}


def test_what_was_left_is_not_ours_to_take_back(lived, command):
    command.ok("calendar", "detach", "--yes")
    kept = lived.control.dump()["entries"]
    said = command.ok("calendar", "undo", "--to", "2026-08-31").out
    assert said == "garmin: there is nothing to take back.\n"
    assert lived.control.dump()["entries"] == kept
    told = command.ok("calendar", "journal").out.splitlines()[1]
    assert told == "  detached     -  all that stood there  (left to you)"


def test_written_anew_the_plan_stands_beside_what_was_kept(lived, command):
    before = on_garmin(lived)
    command.ok("calendar", "detach", "--yes")
    publishes(lived)
    kept = lived.control.dump()["entries"]
    assert on_garmin(lived) == [(None, day, name) for _, day, name in before]  # it is paused
    asked = command("calendar", "resume", answers="n\n")
    assert asked.status == 1
    for _, day, name in before:
        assert f"  {date.fromisoformat(day):%a %d %b}  {undated(name)}\n" in asked.out
    assert "Take off there what you do not want twice." in asked.out
    publishes(lived)
    assert marked(lived) == []  # still paused
    assert command("calendar", "resume", answers="y\n").status == 0
    publishes(lived)
    assert sorted(marked(lived)) == sorted(before)
    assert [each for each in lived.control.dump()["entries"] if not each["ident"]] == kept


def test_what_was_kept_on_days_that_are_over_is_not_in_the_way(lived, command):
    before = on_garmin(lived)
    command.ok("calendar", "detach", "--yes")
    command.environ["GOALWARD_CLOCK"] = "2026-09-10T09:00:00+02:00"
    said = command("calendar", "resume", answers="n\n").out
    assert [line for line in said.splitlines() if line.startswith("  ")] == [
        f"  {date.fromisoformat(day):%a %d %b}  {undated(name)}"
        for _, day, name in before
        if day >= "2026-09-10"
    ]
