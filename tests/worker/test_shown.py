"""What stands on the watch is in the athlete's units and says why it was changed, by the worker."""

from planning.athlete import Units
from planning.schedule.plan import Layer, LayerKind
from tests.worker.published import a_published_life, coming, does, free_day, plan, publishes
from worker import hand, tables
from worker.db import writing
from worker.owing import owe_replan


def notes(lived):
    """By ident."""
    return {one["ident"]: one["description"] for one in lived.control.dump()["entries"]}


def names(lived):
    return {one["ident"]: one["name"] for one in lived.control.dump()["entries"]}


def writes(lived):
    return len(lived.rows(tables.calendar_journal))


def test_a_note_says_what_the_week_is_about_and_why_a_session_was_changed(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        workout = coming(lived)[-1]
        (focus,) = (
            week.focus for week in plan(lived).weeks if any(workout == d.workout for d in week.days)
        )
        assert focus[1:] in notes(lived)[workout.ident]
        lived.clock.later(days=1)  # a day is closed, and what changes has a receipt
        lived.control.day(lived.today)
        with writing(lived.engine) as conn:
            owe_replan(lived.runtime, conn, 1)
        lived.work()
        to_day = free_day(lived, lived.today)
        does(lived, hand.by_command, Layer(LayerKind.MOVE, workout.ident, to_day, "by command"))
        note = notes(lived)[workout.ident]
        assert note.startswith(f"{workout.workout.purpose} Added: you asked for it")
        before = writes(lived)
        publishes(lived, times=2)
        assert writes(lived) == before


def test_who_runs_in_miles_reads_miles(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        easy = next(one for one in coming(lived) if one.workout.name.startswith("Easy"))
        assert " km" in names(lived)[easy.ident]
        lived.profile(units=Units.IMPERIAL)
        publishes(lived)
        assert " mi" in names(lived)[easy.ident]
        assert not any("km without" in note for note in notes(lived).values())
        before = writes(lived)
        publishes(lived, times=2)
        assert writes(lived) == before
