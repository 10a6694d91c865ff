"""Every workout of the library goes into each calendar's format and comes back the same.

Read back by hands that share nothing with ours (`formats.py`). What a format cannot express is in
the table of connectors/README.md, and each line of it is shown here.
"""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from connectors.in_words import sentences
from connectors.registry import connectors
from planning.schedule.library import SESSIONS, note_of
from planning.workout import (
    Duration,
    DurationType,
    PlannedWorkout,
    Repeat,
    Step,
    StepKind,
    Target,
    TargetType,
    steps_as_json,
    unrolled,
)
from tests.connectors.formats import FEED, FORMATS
from tests.connectors.garmin.sessions import COOLDOWN, FAST, SLOW, WARMUP, planned
from tests.connectors.library import SPEEDS, library_workouts, one_of_each
from tests.documents import ROOT
from tests.planning.schedule.cases import PACES, UNSURE
from tests.sizes import FIXED, examples

MANY = settings(deadline=None, derandomize=FIXED, max_examples=examples(60))
EACH = pytest.mark.parametrize("kind", FORMATS.values(), ids=FORMATS)
DAY = date(2027, 3, 11)
ATHLETES = {
    "quick": replace(PACES, **{name: getattr(PACES, name) * 1.35 for name in SPEEDS}),
    "middling": PACES,
    "slow": replace(PACES, **{name: getattr(PACES, name) * 0.6 for name in SPEEDS}),
    "unsure": UNSURE,
    "by heart": replace(PACES, by_heart=True),
}


def assert_kept(kind, session):
    """Order, repeats, kinds, words, durations, kinds of target and both bounds."""
    kept = kind.keeps(session)
    meant = session.workout.steps
    assert [_times(item) for item in kept.steps] == [_times(item) for item in meant]
    for one, other in zip(unrolled(meant), unrolled(kept.steps), strict=True):
        assert (other.kind, other.note) == (one.kind, one.note)
        assert other.duration.type is one.duration.type
        assert_near(one.duration.value, other.duration.value, 0.5 / kind.per_unit)
        assert other.target.type is one.target.type
        for end, there in (
            (one.target.low, other.target.low),
            (one.target.high, other.target.high),
        ):
            if one.target.type is TargetType.PACE:
                assert_near(kind.pace_of(end), kind.pace_of(there), 0.5)
            else:
                assert_near(end, there, 0.0)  # beats are whole in the library
    assert session.workout.name in kept.name
    assert f"[goalward:{session.ident}]" in kept.note


def assert_near(meant, stored, by):
    if meant is None:
        assert stored is None
    else:
        assert abs(meant - stored) <= by + 1e-6


def _times(item):
    return (item.times, len(item.steps)) if isinstance(item, Repeat) else 1


def on_a_day(workout):
    return PlannedWorkout("g1-2027w10-quality", DAY, workout, note_of(workout))


@EACH
@pytest.mark.parametrize("athlete", ATHLETES)
def test_every_session_of_the_library_comes_back(kind, athlete):
    found = one_of_each(ATHLETES[athlete])
    assert found.keys() >= {session.id for session in SESSIONS}
    for workout in found.values():
        assert_kept(kind, on_a_day(workout))


@EACH
@given(session=library_workouts())
@MANY
def test_the_library_at_anybodys_paces_comes_back(kind, session):
    assert_kept(kind, session)


# --- what they cannot say: the table of connectors/README.md --------------------------------------

CUT, TEXT = "word " * 300, "0123456789" * 60
EVEN = replace(FAST, target=Target(TargetType.PACE, 4.0, 5.0))  # in whole mm/s and s per km
PARTS = (
    replace(WARMUP, duration=Duration(DurationType.TIME, 900.123456)),
    replace(EVEN, duration=Duration(DurationType.DISTANCE, 1000.123456)),
)
BAND = Target(TargetType.PACE, 3.92612345, 4.16612345)


def of(*steps, **changes):
    session = planned(**changes)
    return replace(session, workout=replace(session.workout, steps=steps))


EVERY_KIND = tuple(Step(kind, Duration(DurationType.TIME, 60.0)) for kind in StepKind)
SHOWN = {  # a workout that has what a line of the table is about
    "steps, repeats, kinds of step": of(*EVERY_KIND, Repeat(7, EVERY_KIND), COOLDOWN),
    "until the lap button": of(COOLDOWN, Repeat(2, (COOLDOWN,))),
    "paces, both bounds": of(replace(FAST, target=BAND)),
    "heart rates in beats, both bounds": of(WARMUP),
    "parts of a heart beat": of(
        replace(WARMUP, target=Target(TargetType.HEART_RATE, 120.4, 139.6))
    ),
    "parts of a second, of a metre": of(*PARTS),
    "more than 100 steps, repeats counted as well": of(*(Repeat(2, (EVEN, SLOW)),) * 34),
    "a step's text of more than 512 letters": of(replace(EVEN, note=f"{TEXT} word")),
    "several lines in a step's text": of(replace(EVEN, note="relaxed\narms")),
    "a number with its unit in a step's text (`30s`)": of(replace(EVEN, note="the last 30s fast")),
    "a note of more than 1,024 letters": of(EVEN, note=CUT.strip()),
    "a name of more than 45 letters with its day": of(EVEN, name="Easy 12 km, " * 5 + "6 strides"),
}


def ends(kept):
    return [(step.target.low, step.target.high) for step in unrolled(kept.steps)]


def lengths(kept):
    return [step.duration.value for step in unrolled(kept.steps)]


def text_is_cut(kept, longest=512):
    (step,) = kept.steps
    return len(step.note) == longest and step.note == f"{TEXT}"[: longest - 1] + "…"


def note_is_cut(kept, longest=1024):
    note, _, rest = kept.note.partition("…")
    return CUT.startswith(note) and len(note) > 200 and rest.endswith(f"[goalward:{IDENT}]")


def in_one_step(kept):
    (step,) = kept.steps
    first = "1. 2 times:\n   Run: 1 km, 3:20-4:10/km, relaxed arms\n   Recovery: 2:00\n2. 2 times:"
    return step.duration.type is DurationType.OPEN and step.note.startswith(first)


def as_words(session):
    return lambda kept: all(line in kept.note for line in sentences(session.workout.steps))


IDENT = planned().ident
DEGRADED = {  # what a cell says, by what is to be seen
    "as it is, drawn as ten minutes": lambda kept: lengths(kept) == [None] * 3,
    "whole seconds per km": lambda kept: ends(kept) == [(1000 / 255, 1000 / 240)],
    "whole mm/s": lambda kept: ends(kept) == [(3.926, 4.166)],
    "words, whole seconds per km": lambda kept: "4:00-4:15/km" in kept.note,
    "no target: `120-140 bpm` begins the step's text": lambda kept: "- 120-140 bpm " in kept.note,
    "whole beats": lambda kept: "120-140 bpm" in kept.note or ends(kept) == [(120.0, 140.0)],
    "tenths": lambda kept: lengths(kept) == [900.1, 1000.1],
    "whole ones": lambda kept: (
        lengths(kept) == [900.0, 1000.0] or ("15:00" in kept.note and "Run: 1 km" in kept.note)
    ),
    "ms, cm": lambda kept: lengths(kept) == [900.123, 1000.12],
    "one step until the lap button with all as text; told": in_one_step,
    "cut, with an ellipsis": text_is_cut,
    "254 bytes, with an ellipsis": lambda kept: text_is_cut(kept, 252),
    "one line": lambda kept: kept.steps[0].note == "relaxed arms",
    "apart (`30 s`), for else it is a length": (
        lambda kept: kept.steps[0].note == "the last 30 s fast"
    ),
    "cut, with an ellipsis; never the marker": note_is_cut,
    "254 bytes, with an ellipsis; never the marker": note_is_cut,
    "45 letters, with an ellipsis": lambda kept: len(kept.name) == 45 and kept.name[-1] == "…",
}
READ = {  # what looks otherwise there and is read back the same
    "as it is, drawn as ten minutes",
    "no target: `120-140 bpm` begins the step's text",
}
COLUMNS = {"ics": FEED, **FORMATS}


def table():
    """Line, calendar and cell."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (ROOT / "connectors" / "README.md").read_text().splitlines()
        if line.startswith("| ")
    ]
    (start,) = (n for n, row in enumerate(rows) if row[0] == "of a workout")
    calendars = [name.strip("`") for name in rows[start][1:]]
    for row in rows[start + 2 :]:
        if len(row) != len(calendars) + 1:
            return
        for calendar, cell in zip(calendars, row[1:], strict=True):
            yield row[0], calendar, cell


TABLE = list(table())


def test_the_table_has_a_line_for_all_that_is_tried_and_a_column_for_each_calendar():
    assert {line for line, _, _ in TABLE} == SHOWN.keys()
    kinds = {each.name for each in connectors().values() if each.capabilities.calendar}
    assert {calendar for _, calendar, _ in TABLE} == kinds


@pytest.mark.parametrize(("line", "calendar", "cell"), TABLE)
def test_a_calendar_keeps_what_the_table_says(line, calendar, cell):
    session = SHOWN[line]
    for name, kind in COLUMNS.items():
        if name.partition(",")[0] != calendar:
            continue
        kept = kind.keeps(session)
        if cell == "as it is":
            assert is_whole(kept, session, calendar)
        elif cell == "words":
            assert as_words(session)(kept)
        else:
            assert DEGRADED[cell](kept)
            assert cell in READ or calendar == "ics" or not is_whole(kept, session, calendar)


def is_whole(kept, session, calendar):
    """To the last digit that a format of ours sends."""
    name = session.workout.name in kept.name
    note = session.note in kept.note
    steps = steps_as_json(kept.steps) == steps_as_json(session.workout.steps)
    exact = [
        value is None or there is None or abs(value - there) < 1e-4
        for one, other in zip(unrolled(session.workout.steps), unrolled(kept.steps), strict=False)
        for value, there in (
            (one.duration.value, other.duration.value),
            (one.target.low, other.target.low),
            (one.target.high, other.target.high),
        )
    ]
    return name and note and (calendar == "ics" or (steps and all(exact)))
