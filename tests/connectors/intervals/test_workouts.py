"""The text of intervals.icu both ways; the simulation reads it, and its reading is not ours."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from connectors.comparing import differences
from connectors.intervals.workouts import (
    LONGEST_NOTE,
    expressed,
    in_words,
    misread,
    parse,
    render,
    shown_name,
)
from connectors.sandbox.intervals_workout import workout_doc
from planning.schedule.library import SESSIONS
from planning.workout import (
    Duration,
    DurationType,
    Repeat,
    Step,
    StepKind,
    Target,
    TargetType,
    digest,
    steps_as_json,
    unrolled,
)
from tests.connectors.garmin.sessions import COOLDOWN, FAST, SLOW, WARMUP, planned, sessions
from tests.connectors.library import library_workouts, one_of_each
from tests.connectors.linked import TODAY
from tests.sizes import FIXED, examples

MANY = settings(deadline=None, derandomize=FIXED, max_examples=examples(60))
KILOMETRES = Duration(DurationType.DISTANCE, 1000.0)
BAND = Target(TargetType.PACE, 1000 / 255, 1000 / 240)


def kept(session, **changes):
    """The event as intervals.icu has it once it has read the text."""
    sent = json.loads(json.dumps(render(session)))
    return {**sent, "workout_doc": workout_doc(sent["description"]), **changes}


def read(*rows):
    """Steps from what intervals.icu says it has understood."""
    return parse({"workout_doc": {"steps": list(rows)}})[2]


def of(*steps):
    session = planned()
    return replace(session, workout=replace(session.workout, steps=steps))


def lines(*steps):
    return render(of(*steps))["description"].split("\n\n")[1:-1]


def test_five_times_a_kilometre_as_intervals_wants_it():
    assert render(planned()) == {
        "category": "WORKOUT",
        "type": "Run",
        "start_date_local": "2026-11-25T00:00:00",
        "name": "5 x 1 km",
        "description": """because

Warmup
- 120-140 bpm 15m intensity=warmup

Main set 5x
- relaxed arms 1km 4:00-4:15/km Pace intensity=active
- Recovery 2m intensity=recovery

Cooldown
- Press lap 10m intensity=cooldown

[goalward:g1-w40-quality]""",
    }


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.id)
def test_every_session_of_the_library_comes_back_as_it_is(session):
    planned_one = replace(planned(), workout=one_of_each()[session.id])
    event = kept(planned_one)
    assert misread(planned_one, event) == []
    assert steps_as_json(parse(event)[2]) == steps_as_json(planned_one.workout.steps)


@given(library_workouts())
@MANY
def test_the_library_at_anybodys_paces_comes_back_within_what_the_text_can_say(session):
    event = kept(session)
    ident, name, steps = parse(event)
    assert (ident, name) == (session.ident, session.workout.name)
    assert misread(session, event) == []
    assert steps_as_json(steps) == steps_as_json(expressed(session.workout.steps))
    assert repeats(steps) == repeats(session.workout.steps)
    assert_near(session.workout.steps, steps)


def repeats(items):
    return [item.times if isinstance(item, Repeat) else 1 for item in items]


def assert_near(meant, stored):
    """Half a second, half a metre, half a second per km at the most; kinds and words as they are."""
    for one, other in zip(unrolled(meant), unrolled(stored), strict=True):
        assert (one.kind, one.note) == (other.kind, other.note)
        assert one.duration.type is other.duration.type
        assert abs((one.duration.value or 0) - (other.duration.value or 0)) <= 0.5
        assert one.target.type is other.target.type
        ends = zip((one.target.low, one.target.high), (other.target.low, other.target.high))  # noqa: B905 - pairs
        for end, there in ends:
            if one.target.type is TargetType.PACE:
                assert abs(1000 / end - 1000 / there) <= 0.5 + 1e-6
            else:
                assert end == there


@given(sessions())
@MANY
def test_whatever_a_step_may_be_it_is_read_as_it_was_expressed(session):
    assert differences(expressed(session.workout.steps), parse(kept(session))[2]) == []


@given(sessions())
@MANY
def test_told_in_words_there_are_no_steps_and_ours_is_still_ours(session):
    event = in_words(session)
    doc = workout_doc(event["description"])
    assert doc["steps"] == []
    assert parse({**event, "workout_doc": doc})[:2] == (session.ident, session.workout.name)


def test_words_tell_all_that_the_steps_would():
    told = in_words(of(WARMUP, Repeat(5, (FAST, SLOW)), COOLDOWN))["description"]
    assert told.splitlines()[2:-2] == [
        "1. Warm up: 15:00, 120-140 bpm",
        "2. 5 times:",
        "   Run: 1 km, 4:00-4:15/km, relaxed arms",
        "   Recovery: 2:00",
        "3. Cool down: until you press lap",
    ]


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (Step(StepKind.WORK, Duration(DurationType.TIME, 5400.0)), "1h30m"),
        (Step(StepKind.WORK, Duration(DurationType.TIME, 3605.0)), "1h5s"),
        (Step(StepKind.WORK, Duration(DurationType.DISTANCE, 400.0)), "400mtr"),
        (Step(StepKind.WORK, Duration(DurationType.DISTANCE, 42_195.0)), "42.195km"),
        (Step(StepKind.WORK, Duration(DurationType.DISTANCE, 21_097.5)), "21.098km"),
        (Step(StepKind.REST, Duration(DurationType.TIME, 90.0)), "Rest 1m30s"),
        (
            Step(StepKind.RECOVERY, KILOMETRES, Target(TargetType.HEART_RATE, 120.0, 140.0), "jog"),
            "Recovery: 120-140 bpm, jog 1km",
        ),
        (Step(StepKind.WORK, KILOMETRES, BAND, "or 2 km"), "or 2 km 1km 4:00-4:15/km Pace"),
        (Step(StepKind.WORK, KILOMETRES, replace(BAND, low=BAND.high)), "1km 4:00/km Pace"),
        (Step(StepKind.WORK, KILOMETRES, note="30s on, 2x"), "30 s on, 2 x 1km"),
        (Step(StepKind.WORK, KILOMETRES, note="two\n- lines"), "two - lines 1km"),
    ],
)
def test_one_step_is_one_line(step, line):
    (block,) = lines(step)
    assert block.rpartition(" intensity=")[0] == f"- {line}"
    (back,) = parse(kept(of(step)))[2]
    assert differences(expressed([step]), [back]) == []


def test_sections_follow_the_steps():
    easy = Step(StepKind.WORK, KILOMETRES)
    names = [block.splitlines()[0] for block in lines(WARMUP, WARMUP, easy, Repeat(2, (FAST,)))]
    assert names[0] == "Warmup"
    assert names[1].startswith("- 1km")
    assert names[2:] == ["Main set 2x"]


def test_a_note_cannot_be_read_as_steps():
    session = planned(note="- 10m hard\n\n5x\n- 1km")
    assert misread(session, kept(session)) == []
    assert render(session)["description"].startswith("10 m hard 5 x - 1 km\n\n")
    long = render(planned(note="word " * 1000))["description"]
    assert len(long.splitlines()[0]) <= LONGEST_NOTE
    assert long.endswith("[goalward:g1-w40-quality]")


def test_a_distance_counts_where_a_time_was_reckoned_for_it():
    (step,) = read({"distance": 800, "duration": 196, "pace": {"value": 245, "units": "secs/km"}})
    assert step.duration == Duration(DurationType.DISTANCE, 800.0)
    assert step.target == Target(TargetType.PACE, 1000 / 245, 1000 / 245)


@pytest.mark.parametrize("ends", [{"start": 255, "end": 240}, {"start": 240, "end": 255}])
def test_paces_are_read_in_either_order_and_by_the_mile(ends):
    (step,) = read({"duration": 60, "pace": {**ends, "units": "secs/km"}})
    assert step.target == BAND
    (miles,) = read({"duration": 60, "pace": {**ends, "units": "secs/mi"}})
    assert miles.target.low == pytest.approx(1609.344 / 255)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"intensity": "recovery"}, StepKind.RECOVERY),
        ({"intensity": "interval"}, StepKind.WORK),
        ({"intensity": "REST", "warmup": True}, StepKind.REST),
        ({"warmup": True}, StepKind.WARMUP),
        ({"cooldown": True}, StepKind.COOLDOWN),
        ({"text": "Recovery: jog"}, StepKind.RECOVERY),
        ({"text": "Recovering well"}, StepKind.WORK),
        ({}, StepKind.WORK),
    ],
)
def test_the_kind_of_a_step_by_whatever_says_it(row, kind):
    (step,) = read({"duration": 60, **row})
    assert step.kind is kind


@pytest.mark.parametrize(
    "strange",
    [
        {"hr": {"value": 2, "units": "hr_zone"}},
        {"hr": {"start": 70, "end": 80, "units": "%lthr"}},
        {"pace": {"value": 95, "units": "%pace"}},
        {"pace": {"value": 0, "units": "secs/km"}},
        {"pace": {"units": "secs/km"}},
        {"pace": "fast"},
        {"power": {"value": 250, "units": "w"}},
        {"ramp": True},
    ],
)
def test_what_we_have_no_word_for_is_seen_as_a_change(strange):
    (step,) = read({"duration": 900, "warmup": True, **strange})
    assert step.target == Target()
    assert step.note.startswith("[")


def test_a_second_target_beside_one_of_ours_is_seen_as_a_change():
    pace = {"start": 240, "end": 255, "units": "secs/km"}
    (step,) = read({"duration": 900, "pace": pace, "hr": {"value": 150, "units": "bpm"}})
    assert step.target == BAND
    assert "150" in step.note


def test_beats_that_the_service_keeps_are_a_target():
    (step,) = read({"duration": 900, "hr": {"start": 120, "end": 140, "units": "bpm"}})
    assert step.target == Target(TargetType.HEART_RATE, 120.0, 140.0)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (lambda rows: rows[0].update(duration=800), "15:00 became 13:20"),
        (lambda rows: rows[0].pop("duration"), "press lap"),
        (lambda rows: rows[0].update(text="120-150 bpm"), "120-150 bpm"),
        (lambda rows: rows[0].pop("warmup"), "warmup became work"),
        (lambda rows: rows[1].update(reps=4), "12 steps became 10"),
        (lambda rows: rows[1]["steps"][0].update(distance=900), "1 km became 900 m"),
        (lambda rows: rows[1]["steps"][0]["pace"].update(start=239), "became"),
        (lambda rows: rows[1]["steps"][0]["pace"].update(end=256), "became"),
        (lambda rows: rows[1]["steps"][0].pop("pace"), "no target"),
        (lambda rows: rows[1]["steps"][0].pop("text"), "relaxed arms"),
        (lambda rows: rows[1]["steps"].reverse(), "step 2"),
        (lambda rows: rows[2].pop("until_lap_press"), "10:00"),
        (lambda rows: rows.clear(), "12 steps became 1"),
    ],
)
def test_every_misreading_is_told(changes, fault):
    session = planned()
    event = kept(session)
    assert misread(session, event) == []
    changes(event["workout_doc"]["steps"])
    assert fault in "; ".join(misread(session, event))


def test_a_nested_repeat_is_laid_out():
    inner = {"reps": 2, "steps": [{"duration": 30}]}
    ((repeat),) = read({"reps": 3, "steps": [inner, {"duration": 60}]})
    assert (repeat.times, len(repeat.steps)) == (3, 3)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "5 x 1 km"),
        ({"type": "Ride"}, "5 x 1 km [Ride]"),
        ({"category": "NOTE"}, "5 x 1 km [NOTE]"),
    ],
)
def test_another_sport_or_a_note_is_seen_as_a_change(changes, name):
    assert shown_name(kept(planned(), **changes)) == name


def test_an_edit_of_what_stands_in_words_is_seen():
    words = {**in_words(planned()), "workout_doc": {"steps": []}}
    edited = {**words, "description": words["description"].replace("5 times", "3 times")}
    assert parse(words)[2] != parse(edited)[2]


def test_the_same_planned_and_read_has_one_digest():
    session = of(Step(StepKind.WARMUP, KILOMETRES, BAND, "easy"), Repeat(3, (FAST, SLOW)))
    _, name, steps = parse(kept(session))
    seen = replace(session.workout, name=name, steps=steps)
    assert digest(replace(session, workout=seen)) == digest(session)
    assert session.day > TODAY
