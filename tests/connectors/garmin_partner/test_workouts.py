"""The JSON of the Training API both ways; the simulation keeps it, and its rules are not ours."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from connectors.garmin_partner.workouts import (
    LONGEST_DESCRIPTION,
    LONGEST_STEP_NOTE,
    MOST_STEPS,
    PROVIDER,
    differences,
    expressed,
    parse,
    render,
    shown_name,
    too_long,
)
from connectors.in_words import as_text
from connectors.sandbox.garmin_partner_training import Invalid, checked
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
)
from tests.connectors.garmin.sessions import COOLDOWN, FAST, SLOW, WARMUP, planned, sessions
from tests.connectors.library import library_workouts, one_of_each
from tests.sizes import FIXED, examples

MANY = settings(deadline=None, derandomize=FIXED, max_examples=examples(60))
OPEN_END = Duration(DurationType.OPEN)


def kept(session):
    """As Garmin has it: unknown fields dropped, unsaid ones null."""
    return json.loads(json.dumps(checked(json.loads(json.dumps(render(session))))))


def of(*steps):
    session = planned()
    return replace(session, workout=replace(session.workout, steps=steps))


def read(*rows, **segment):
    return parse({"segments": [{"segmentOrder": 1, "steps": list(rows), **segment}]})[2]


def test_five_times_a_kilometre_as_garmin_wants_it():
    sent = render(planned())
    assert {key: sent[key] for key in sent if key != "segments"} == {
        "workoutName": "11-25 5 x 1 km",
        "description": "because\n\n[goalward:g1-w40-quality]",
        "sport": "RUNNING",
        "workoutProvider": "Goalward",
        "workoutSourceId": "Goalward",
        "isSessionTransitionEnabled": False,
    }
    step = {"type": "WorkoutStep"}
    fast, slow = (
        {"intensity": "INTERVAL", "description": "relaxed arms", "durationType": "DISTANCE"},
        {"intensity": "RECOVERY", "durationType": "TIME", "durationValue": 120},
    )
    assert sent["segments"] == [
        {
            "segmentOrder": 1,
            "sport": "RUNNING",
            "steps": [
                {
                    **step,
                    "stepOrder": 1,
                    "intensity": "WARMUP",
                    "durationType": "TIME",
                    "durationValue": 900,
                    "targetType": "HEART_RATE",
                    "targetValueLow": 120,
                    "targetValueHigh": 140,
                },
                {
                    "type": "WorkoutRepeatStep",
                    "stepOrder": 2,
                    "repeatType": "REPEAT_UNTIL_STEPS_CMPLT",
                    "repeatValue": 5,
                    "skipLastRestStep": False,
                    "steps": [
                        {
                            **step,
                            **fast,
                            "stepOrder": 3,
                            "durationValue": 1000,
                            "durationValueType": "METER",
                            "targetType": "PACE",
                            "targetValueLow": 3.9216,
                            "targetValueHigh": 4.1667,
                        },
                        {**step, **slow, "stepOrder": 4, "targetType": "OPEN"},
                    ],
                },
                {
                    **step,
                    "stepOrder": 5,
                    "intensity": "COOLDOWN",
                    "durationType": "OPEN",
                    "targetType": "OPEN",
                },
            ],
        }
    ]


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.id)
def test_every_session_of_the_library_comes_back_as_it_is(session):
    planned_one = replace(planned(), workout=one_of_each()[session.id])
    steps = parse(kept(planned_one))[2]
    assert differences(planned_one.workout.steps, steps) == []
    assert steps_as_json(steps) == steps_as_json(planned_one.workout.steps)


@given(library_workouts())
@MANY
def test_the_library_at_anybodys_paces_comes_back_as_it_is(session):
    ident, name, steps = parse(kept(session))
    assert (ident, name) == (session.ident, session.workout.name)
    assert steps_as_json(steps) == steps_as_json(session.workout.steps)
    seen = replace(session, workout=replace(session.workout, steps=steps))
    assert digest(seen) == digest(session)


@given(sessions())
@MANY
def test_whatever_a_step_may_be_it_comes_back_within_garmins_limits(session):
    if too_long(session.workout.steps):
        session = as_text(session)
    ident, _, steps = parse(kept(session))
    assert ident == session.ident
    assert differences(session.workout.steps, steps) == []
    assert steps_as_json(steps) == steps_as_json(expressed(session.workout.steps))


def test_what_is_too_long_ends_in_an_ellipsis_and_keeps_the_marker():
    session = of(Step(StepKind.WORK, OPEN_END, note="\N{SNOWMAN}\N{ATHLETIC SHOE}" * 400))
    session = replace(session, note="word " * 1000)
    sent = render(session)
    note = sent["segments"][0]["steps"][0]["description"]
    for text, longest in ((note, LONGEST_STEP_NOTE), (sent["description"], LONGEST_DESCRIPTION)):
        assert longest - 2 <= len(text.encode("utf-16-le")) // 2 <= longest
    assert note.endswith("…")
    assert sent["description"].endswith("…\n\n[goalward:g1-w40-quality]")
    assert differences(session.workout.steps, parse(kept(session))[2]) == []
    assert len(PROVIDER) <= 20


def test_more_steps_than_garmin_takes_are_counted_with_their_repeats():
    repeats = (Repeat(2, (FAST, SLOW)),) * 33
    assert too_long((*repeats, WARMUP)) == ""
    kept(of(*repeats, WARMUP))
    why = too_long((*repeats, WARMUP, COOLDOWN))
    assert why == f"it has 101 steps, and Garmin takes {MOST_STEPS}"
    with pytest.raises(Invalid, match="100"):
        kept(of(*repeats, WARMUP, COOLDOWN))
    assert not too_long(as_text(of(*repeats, WARMUP, COOLDOWN)).workout.steps)


def test_told_in_words_all_is_in_the_step_and_in_the_note():
    words = as_text(of(WARMUP, Repeat(5, (FAST, SLOW)), COOLDOWN))
    (step,) = words.workout.steps
    assert step.duration == OPEN_END
    assert step.note.splitlines() == [
        "1. Warm up: 15:00, 120-140 bpm",
        "2. 5 times:",
        "   Run: 1 km, 4:00-4:15/km, relaxed arms",
        "   Recovery: 2:00",
        "3. Cool down: until you press lap",
    ]
    assert words.note == f"{step.note}\n\nbecause"
    assert differences(words.workout.steps, parse(kept(words))[2]) == []


def step_of(**row):
    (step,) = read({"type": "WorkoutStep", "stepOrder": 1, "durationType": "OPEN", **row})
    return step


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("WARMUP", StepKind.WARMUP),
        ("RECOVERY", StepKind.RECOVERY),
        ("REST", StepKind.REST),
        ("ACTIVE", StepKind.WORK),
        ("MAIN", StepKind.WORK),
        (None, StepKind.WORK),
    ],
)
def test_kinds_by_the_words_that_garmin_has(word, kind):
    assert step_of(intensity=word).kind is kind


@pytest.mark.parametrize(
    "strange",
    [
        {"durationType": "HR_LESS_THAN", "durationValue": 120},
        {"targetType": "CADENCE", "targetValueLow": 170, "targetValueHigh": 180},
        {"targetType": "HEART_RATE", "targetValue": 2},
        {"targetType": "HEART_RATE", "targetValueLow": 70, "targetValueType": "PERCENT"},
        {"targetType": "OPEN", "secondaryTargetType": "POWER"},
    ],
)
def test_what_we_have_no_word_for_is_seen_as_a_change(strange):
    assert step_of(**strange).note.startswith("[")


@pytest.mark.parametrize(
    "strange",
    [
        {"repeatType": "REPEAT_UNTIL_TIME", "repeatValue": 600},
        {"skipLastRestStep": True},
        {"repeatValue": 4},
    ],
)
def test_another_repeat_is_seen_as_a_change(strange):
    session = planned()
    workout = kept(session)
    workout["segments"][0]["steps"][1] |= strange
    assert differences(session.workout.steps, parse(workout)[2])


def test_a_speed_is_a_pace_and_a_fixed_rest_is_a_time():
    step = step_of(targetType="SPEED", targetValueLow=3.0, targetValueHigh=4.0)
    assert step.target == Target(TargetType.PACE, 3.0, 4.0)
    rest = step_of(durationType="FIXED_REST", durationValue=90)
    assert rest.duration == Duration(DurationType.TIME, 90.0)


def test_steps_are_run_in_the_order_that_they_say():
    session = planned()
    workout = kept(session)
    workout["segments"][0]["steps"].reverse()
    workout["segments"][0]["steps"][1]["steps"].reverse()
    assert differences(session.workout.steps, parse(workout)[2]) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (lambda steps: steps[0].update(durationValue=800), "15:00 became 13:20"),
        (lambda steps: steps[0].update(durationType="OPEN"), "press lap"),
        (lambda steps: steps[0].update(targetValueHigh=150), "120-150 bpm"),
        (lambda steps: steps[0].update(intensity="ACTIVE"), "warmup became work"),
        (lambda steps: steps[1].update(repeatValue=4), "12 steps became 10"),
        (lambda steps: steps[1]["steps"][0].update(durationValue=900), "1 km became 900 m"),
        (lambda steps: steps[1]["steps"][0].update(targetValueLow=3.91), "became"),
        (lambda steps: steps[1]["steps"][0].update(targetValueHigh=4.17), "became"),
        (lambda steps: steps[1]["steps"][0].update(targetType="HEART_RATE"), "bpm"),
        (lambda steps: steps[1]["steps"][0].update(description=None), "relaxed arms"),
        (lambda steps: steps[1]["steps"][0].update(stepOrder=9), "step 2"),
        (lambda steps: steps.clear(), "12 steps became 0"),
    ],
)
def test_every_difference_is_told(changes, fault):
    session = planned()
    workout = kept(session)
    changes(workout["segments"][0]["steps"])
    assert fault in "; ".join(differences(session.workout.steps, parse(workout)[2]))


def test_a_nested_repeat_is_laid_out():
    inner = {"repeatType": "REPEAT_UNTIL_STEPS_CMPLT", "repeatValue": 2, "steps": [{}]}
    (repeat,) = read({**inner, "repeatValue": 3, "steps": [inner, {}]})
    assert (repeat.times, len(repeat.steps)) == (3, 3)


def test_another_sport_is_seen_as_a_change():
    assert shown_name({**kept(planned()), "sport": "CYCLING"}) == "5 x 1 km [CYCLING]"
