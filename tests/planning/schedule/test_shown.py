"""A session as the athlete reads it: their units, what the week is about, why it was changed."""

from dataclasses import replace
from datetime import date

import pytest

from planning.athlete import Units
from planning.schedule import library
from planning.schedule.plan import PlanDay
from planning.schedule.receipt import Cause, change
from planning.schedule.shown import name_in, shown
from planning.workout import PlannedWorkout, digest
from tests.planning.schedule.cases import PACES

DAY = date(2026, 11, 29)
FOCUS = "Easy volume, hills and tempo"
HEAT = Cause("it is expected to be over 25 degrees", "H-1")
EASY, LONG = library.easy(9_000, PACES), library.long(24_000, PACES)


def planned(workout, note=None):
    said = library.note_of(workout) if note is None else note
    return PlannedWorkout("g1-2026w48-long", DAY, workout, said)


def changed(before, after, cause=HEAT):
    old, new = (PlanDay(DAY, one and planned(one)) for one in (before, after))
    return change(old, new, cause, made_on=date(2026, 11, 24))


def told(session, *changes, units=Units.METRIC):
    return shown(session, focus=FOCUS, changes=changes, units=units)


def test_the_note_says_why_the_easier_option_and_what_the_week_is_about():
    assert told(planned(EASY)).note == (
        "Builds the aerobic base at a cost you can repeat tomorrow. "
        "Easier option: shorten it, walk, or leave it out. "
        "This week: easy volume, hills and tempo."
    )


@pytest.mark.parametrize(
    ("before", "says"),
    [
        (LONG, "Instead of Long 24 km: it is expected to be over 25 degrees (rule H-1)."),
        (
            replace(EASY, steps=LONG.steps),
            "Changed: it is expected to be over 25 degrees (rule H-1).",
        ),
        (None, "Added: it is expected to be over 25 degrees (rule H-1)."),
    ],
)
def test_what_was_changed_says_so_right_after_its_purpose(before, says):
    note = told(planned(EASY), changed(before, EASY)).note
    assert note.startswith(f"{EASY.purpose} {says} Easier option: ")


def test_only_the_newest_change_counts_and_only_while_it_stands():
    older, newer = changed(LONG, EASY), changed(EASY, LONG, Cause("you asked for it", "A-6"))
    assert "you asked for it" in told(planned(LONG), newer, older).note
    assert "rule" not in told(planned(EASY), newer, older).note
    other = replace(older, ident="g1-2026w48-quality")
    elsewhere = replace(older, day=date(2026, 11, 30))
    assert "rule" not in told(planned(EASY), other, elsewhere).note


def test_a_fact_that_is_no_longer_kept_leaves_the_rule():
    stripped = replace(changed(LONG, EASY), fact="", sentence="")
    assert " Instead of Long 24 km (rule H-1). " in told(planned(EASY), stripped).note


def test_what_else_the_note_says_stays():
    warned = planned(EASY, f"Run it easily. {library.note_of(EASY)}")
    assert told(warned).note.startswith(f"Run it easily. {EASY.purpose} ")
    own = planned(EASY, "with Anna")
    assert told(own).note == "with Anna"
    assert told(own, changed(LONG, EASY)).note.endswith("over 25 degrees (rule H-1).")


def test_miles_for_who_runs_in_miles():
    seen = told(planned(LONG), changed(EASY, LONG), units=Units.IMPERIAL)
    assert seen.workout.name == "Long 15 mi"
    assert "Easier option: 11 mi without any pace." in seen.note
    assert "Instead of Easy 5.5 mi: " in seen.note
    assert "km" not in seen.note
    assert seen.units is Units.IMPERIAL
    assert seen.workout.steps == LONG.steps


@pytest.mark.parametrize(
    ("workout", "name"),
    [
        (library.strides(8_000, PACES), "Easy 5 mi, 6 strides"),
        (library.long(26_000, PACES, blocks=2, block_m=4_000), "Long 16 mi, 2 x 4 km race pace"),
        (library.quality([library.named("cruise-1k")], work_m=6_000, limit_m=30_000, paces=PACES),
         "6 x 1 km threshold"),
        (replace(EASY, name="Run to Anna's"), "Run to Anna's"),
    ],
)  # fmt: skip
def test_names_in_miles_say_of_the_work_what_its_steps_say(workout, name):
    assert name_in(workout, Units.IMPERIAL) == name
    assert name_in(workout, Units.METRIC) == workout.name


def test_in_metres_nothing_but_the_note_is_another():
    """Else every entry would be written again."""
    assert digest(told(planned(LONG), changed(EASY, LONG))) == digest(planned(LONG))


@pytest.mark.parametrize(
    "focus", ["Race week", "Lighter week: let the work sink in", "Recovery: easy"]
)
def test_what_speaks_for_itself_is_said_by_itself(focus):
    note = shown(planned(EASY), focus=focus, changes=(), units=Units.METRIC).note
    assert note.endswith(f". {focus}.")
