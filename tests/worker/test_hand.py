"""The last word counts, of a command and the hand on the calendar, and reaches the watch."""

from datetime import timedelta

import pytest

from planning.schedule.plan import Layer, LayerKind
from tests.worker.published import (
    TODAY,
    a_published_life,
    coming,
    connected,
    does,
    edits,
    equals_the_plan,
    free_day,
    moves,
    on_calendar,
    plan,
    publishes,
    record_of,
    removes,
    standing,
    takes_off_its_day,
)
from tests.worker.test_cli import Home
from worker import hand, store, tables
from worker.connections import disconnect
from worker.db import reading, writing


@pytest.fixture
def garmin(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        yield lived


# --- undoing reaches the watch --------------------------------------------------------------------


@pytest.mark.parametrize("hand_does", [removes, takes_off_its_day, moves, edits])
def test_undone_here_it_is_as_planned_on_the_watch(garmin, hand_does):
    before, (workout, *_) = on_calendar(garmin), coming(garmin)
    hand_does(garmin, workout)
    publishes(garmin)
    record = record_of(garmin, workout.ident)
    assert record is None or record.state == "athletes"
    assert [key for key, _ in standing(garmin)] == [f"calendar:{workout.ident}"]
    changed = on_calendar(garmin)
    publishes(garmin)
    assert on_calendar(garmin) == changed != before  # their hand is left alone
    does(garmin, hand.undone, workout.ident)
    assert standing(garmin) == set()
    publishes(garmin, times=2)
    assert on_calendar(garmin) == before
    assert record_of(garmin, workout.ident).state == "settled"


def test_undone_it_is_owed_in_the_same_transaction(database_url, tmp_path):
    with a_published_life(database_url, tmp_path) as lived:
        (workout, *_) = coming(lived)
        edits(lived, workout)  # which changes no plan: replanning alone would owe nothing
        publishes(lived)
        with writing(lived.engine) as conn:
            hand.undone(lived.runtime, conn, 1, workout.ident)
        record = record_of(lived, workout.ident)
        assert (record.state, record.written_at) == ("pending", None)
        assert len(lived.owed("publish")) == len(lived.owed("replan")) == 1


def test_undoing_a_command_touches_no_record(garmin):
    first, second, *_ = coming(garmin)
    edits(garmin, second)
    publishes(garmin)
    does(garmin, hand.by_command, Layer(LayerKind.SKIP, first.ident, None, "by you"))
    does(garmin, hand.undone, first.ident)
    assert record_of(garmin, second.ident).state == "athletes"
    assert equals_the_plan(garmin)


# --- the last word counts -------------------------------------------------------------------------


def test_a_command_stands_above_what_was_done_on_the_calendar_before(garmin):
    (workout, *_) = coming(garmin)
    moves(garmin, workout)
    publishes(garmin)
    does(garmin, hand.by_command, Layer(LayerKind.SKIP, workout.ident, None, "by you"))
    assert standing(garmin) == {(f"by hand:{workout.ident}", "skip")}
    assert workout.ident not in {d.workout.ident for d in plan(garmin).days() if d.workout}
    assert equals_the_plan(garmin)  # it is off the watch as well
    does(garmin, hand.undone, workout.ident)
    assert plan(garmin).on(workout.day).workout.ident == workout.ident
    assert equals_the_plan(garmin)


def test_what_is_done_on_the_calendar_stands_above_a_command_before(garmin):
    (workout, *_) = coming(garmin)
    first = free_day(garmin, workout.day)
    second = free_day(garmin, first)
    layer = Layer(LayerKind.MOVE, workout.ident, first, "by you")
    does(garmin, hand.by_command, layer)
    assert equals_the_plan(garmin)
    garmin.control.move_entry(workout.ident, second)
    publishes(garmin)
    assert standing(garmin) == {(f"calendar:{workout.ident}", "move")}
    assert plan(garmin).on(second).workout.ident == workout.ident
    does(garmin, hand.by_command, layer)
    assert plan(garmin).on(first).workout.ident == workout.ident
    assert equals_the_plan(garmin)


def test_what_was_known_then_is_still_known(garmin):
    """The word that was taken back stood until it was."""
    (workout, *_) = coming(garmin)
    moves(garmin, workout)
    publishes(garmin)
    then = garmin.clock.at
    garmin.clock.later(minutes=1)
    does(garmin, hand.by_command, Layer(LayerKind.SKIP, workout.ident, None, "by you"))
    with reading(garmin.engine) as conn:
        keys = [key for key, _ in store.facts(conn, tables.layer, athlete_id=1, until=then)]
    assert keys == [f"calendar:{workout.ident}"]


def test_trying_a_command_stores_nothing(database_url, tmp_path):
    with a_published_life(database_url, tmp_path) as lived:
        (workout, *_) = coming(lived)
        edits(lived, workout)
        publishes(lived)
        before = everything(lived)
        to_day = free_day(lived, workout.day)
        layer = Layer(LayerKind.MOVE, workout.ident, to_day, "by you")
        would_be = hand.tried(lived.runtime, 1, layer)
        assert everything(lived) == before
        does(lived, hand.by_command, layer)
        assert would_be.plan == plan(lived)
        assert plan(lived).on(to_day).workout.ident == workout.ident


def everything(lived):
    return [lived.rows(table) for table in (tables.layer, tables.calendar_entry, tables.outbox)]


# --- giving an entry back -------------------------------------------------------------------------


def test_an_edited_entry_that_is_given_back_is_written_over(garmin):
    before, (workout, *_) = on_calendar(garmin), coming(garmin)
    edits(garmin, workout)
    publishes(garmin)
    does(garmin, hand.reclaimed, workout.ident)
    assert standing(garmin) == set()
    assert on_calendar(garmin) == before
    assert record_of(garmin, workout.ident).state == "settled"


def test_a_moved_entry_that_is_given_back_keeps_its_day(garmin):
    (workout, *_) = coming(garmin)
    to_day = free_day(garmin, workout.day)
    garmin.control.move_entry(workout.ident, to_day)
    publishes(garmin)
    garmin.control.edit_entry(workout.ident, name="My own", scale=0.5)
    does(garmin, hand.reclaimed, workout.ident)
    assert standing(garmin) == {(f"calendar:{workout.ident}", "move")}
    assert plan(garmin).on(to_day).workout.ident == workout.ident
    assert equals_the_plan(garmin)
    assert "My own" not in {name for _, _, name in on_calendar(garmin)}


def test_a_removed_entry_that_is_given_back_is_there_again(garmin):
    before, (workout, *_) = on_calendar(garmin), coming(garmin)
    removes(garmin, workout)
    publishes(garmin)
    does(garmin, hand.reclaimed, workout.ident)
    assert on_calendar(garmin) == before


# --- what the athlete changed outlives a connection -----------------------------------------------


def test_connected_again_what_was_edited_is_still_theirs(garmin):
    (workout, *_) = coming(garmin)
    edits(garmin, workout)
    publishes(garmin)
    before = on_calendar(garmin)
    disconnect(garmin.runtime, connected(garmin))
    garmin.clock.later(hours=1)
    garmin.connect_garmin()
    publishes(garmin, times=2)
    assert on_calendar(garmin) == before
    assert "My own" in {name for _, _, name in before}
    does(garmin, hand.undone, workout.ident)  # and can still be taken back
    assert equals_the_plan(garmin)


# --- the commands ---------------------------------------------------------------------------------


@pytest.fixture
def commands(garmin, tmp_path):
    """Commands as a process would run them, in the home of `garmin`, an hour later."""
    later = garmin.clock.at + timedelta(hours=1)
    url = garmin.runtime.settings.garmin_api_url
    return Home(
        tmp_path,
        {
            "GOALWARD_DATABASE_URL": f"sqlite:///{tmp_path / 'goalward.db'}",
            "GOALWARD_GARMIN_API_URL": str(url),
            "GOALWARD_CALENDAR_SETTLE_S": "0",
            "GOALWARD_CLOCK": later.isoformat(),
        },
    )


def test_undo_is_on_the_watch_after_the_next_sync(garmin, commands):
    before, (workout, *_) = on_calendar(garmin), coming(garmin)
    moves(garmin, workout)
    commands.ok("calendar", "sync")
    assert commands.ok("calendar", "sync").out == "garmin: 0 written; it equals the plan.\n"
    commands.ok("plan", "undo", workout.ident)
    assert commands.ok("calendar", "sync").out == "garmin: 1 written; it equals the plan.\n"
    assert on_calendar(garmin) == before


def test_reclaim_by_day_or_ident(garmin, commands):
    before, (first, second, *_) = on_calendar(garmin), coming(garmin)
    assert "there are: none" in commands.wrong("calendar", "reclaim", first.day)
    edits(garmin, first)
    edits(garmin, second)
    commands.ok("calendar", "sync")
    assert on_calendar(garmin) != before
    said = commands.wrong("calendar", "reclaim", TODAY)
    assert f"{first.day} ({first.ident}), {second.day} ({second.ident})" in said
    assert "Given back" in commands.ok("calendar", "reclaim", first.day).out
    assert "Given back" in commands.ok("calendar", "reclaim", second.ident).out
    assert "there are: none" in commands.wrong("calendar", "reclaim", first.ident)
    commands.ok("calendar", "sync")
    assert on_calendar(garmin) == before
    assert standing(garmin) == set()


def test_a_move_that_cannot_be_leaves_the_calendars_word_as_it_was(garmin, commands):
    (workout, *rest) = coming(garmin)
    moves(garmin, workout)
    commands.ok("calendar", "sync")
    before = garmin.rows(tables.layer), garmin.rows(tables.calendar_entry)
    full = next(w.day for w in rest if w.workout.kind not in ("easy", "strides"))
    assert "skip or move that first" in commands.wrong("plan", "move", workout.ident, full)
    assert (garmin.rows(tables.layer), garmin.rows(tables.calendar_entry)) == before
    assert standing(garmin) == {(f"calendar:{workout.ident}", "move")}


def test_skipping_what_was_moved_on_the_calendar(garmin, commands):
    (workout, *_) = coming(garmin)
    moves(garmin, workout)
    commands.ok("calendar", "sync")
    commands.ok("plan", "skip", workout.ident)
    assert standing(garmin) == {(f"by hand:{workout.ident}", "skip")}
    commands.ok("calendar", "sync")
    assert workout.ident not in {ident for ident, _, _ in on_calendar(garmin)}
