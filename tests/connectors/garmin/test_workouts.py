import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from connectors.comparing import ident_in
from connectors.garmin.workouts import (
    LONGEST_DESCRIPTION,
    differences,
    parse,
    render,
    shown_name,
)
from connectors.sandbox import garmin_workouts
from connectors.written import LONGEST_NAME
from planning.workout import (
    Duration,
    DurationType,
    Repeat,
    Step,
    StepKind,
    Target,
    TargetType,
    steps_as_json,
)
from tests.connectors.garmin.sessions import (
    COOLDOWN,
    FAST,
    SLOW,
    WARMUP,
    every_step,
    planned,
    sessions,
)
from tests.sizes import FIXED, examples

MANY = settings(deadline=None, derandomize=FIXED, max_examples=examples(60))


def test_five_times_a_kilometre_as_garmin_wants_it():
    sent = render(planned())
    assert sent["workoutName"] == "11-25 5 x 1 km"
    assert sent["description"] == "because\n\n[goalward:g1-w40-quality]"
    assert sent["estimatedDurationInSecs"] == 3600
    warmup, group, fast, slow, cooldown = every_step(sent)
    assert [step["stepOrder"] for step in every_step(sent)] == [1, 2, 3, 4, 5]
    assert warmup["stepType"] == {"stepTypeId": 1, "stepTypeKey": "warmup"}
    assert (warmup["targetValueOne"], warmup["targetValueTwo"]) == (120, 140)
    assert warmup["targetType"]["workoutTargetTypeId"] == 4
    assert group["numberOfIterations"] == group["endConditionValue"] == 5
    assert group["endCondition"]["conditionTypeId"] == 7
    assert (fast["targetValueOne"], fast["targetValueTwo"]) == (4.1667, 3.9216)
    assert fast["endCondition"]["conditionTypeId"] == 3
    assert fast["endConditionValue"] == 1000
    assert fast["description"] == "relaxed arms"
    assert slow["targetType"]["workoutTargetTypeKey"] == "no.target"
    assert cooldown["endCondition"]["conditionTypeKey"] == "lap.button"
    assert "endConditionValue" not in cooldown
    assert not any("zoneNumber" in step for step in every_step(sent))


@given(sessions())
@MANY
def test_what_is_rendered_is_read_back(session):
    ident, name, steps = parse(render(session))
    assert ident == session.ident
    assert name == session.workout.name
    assert differences(session.workout.steps, steps) == []
    assert steps_as_json(steps) == steps_as_json(session.workout.steps)


@given(sessions())
@MANY
def test_garmin_keeps_all_of_it_and_a_watch_reads_the_same(session):
    """The simulation validates as live accounts do; its reading is not ours."""
    sent = json.loads(json.dumps(render(session)))
    kept = garmin_workouts.stored(sent, workout_id=7, owner_id=1)
    assert garmin_workouts.marker(kept) == session.ident
    watch = garmin_workouts.parse(kept["workoutSegments"])
    assert steps_as_json(watch) == steps_as_json(session.workout.steps)
    assert parse(kept) == parse(sent)


@given(sessions())
@MANY
def test_orders_are_unique_names_short_and_markers_whole(session):
    sent = render(session)
    orders = [step["stepOrder"] for step in every_step(sent)]
    assert orders == list(range(1, len(orders) + 1))
    assert len(sent["workoutName"]) <= LONGEST_NAME
    assert len(sent["description"]) <= LONGEST_DESCRIPTION
    assert ident_in(sent["description"]) == session.ident


@pytest.mark.parametrize(
    "description", [None, "", 5, "[goalward:]", "[goalward:a b]", "goalward:a", "[goalward:é]"]
)
def test_what_is_no_marker(description):
    assert ident_in(description) is None


def test_a_long_note_is_cut_and_never_the_marker():
    sent = render(planned(note="x" * 5000))
    assert len(sent["description"]) == LONGEST_DESCRIPTION
    assert sent["description"].endswith("…\n\n[goalward:g1-w40-quality]")


def first_step(**changes):
    """The first step of a workout, changed by hand, as we then read it."""
    sent = render(planned())
    sent["workoutSegments"][0]["workoutSteps"][0] |= changes
    return parse(sent)[2][0]


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"zoneNumber": 2}, "[at heart.rate.zone 2]"),
        (
            {"targetType": {"workoutTargetTypeId": 2, "workoutTargetTypeKey": "power.zone"}},
            "[at power.zone (120.0, 140.0)]",
        ),
        (
            {"endCondition": {"conditionTypeId": 4, "conditionTypeKey": "calories"}},
            "[until calories 900.0]",
        ),
    ],
)
def test_what_we_have_no_word_for_is_seen_as_a_change(changes, note):
    step = first_step(**changes)
    assert step.note == note
    assert differences([WARMUP], [step])


def test_another_sport_is_seen_as_a_change():
    sent = render(planned()) | {"sportType": {"sportTypeId": 2, "sportTypeKey": "cycling"}}
    assert parse(sent)[1] == "5 x 1 km [cycling]"


def test_a_nested_repeat_is_laid_out():
    sent = render(planned(times=2))
    group = sent["workoutSegments"][0]["workoutSteps"][1]
    outer = {**group, "numberOfIterations": 3, "workoutSteps": [group]}
    sent["workoutSegments"][0]["workoutSteps"] = [outer]
    assert parse(sent)[2] == (Repeat(3, (FAST, SLOW, FAST, SLOW)),)


def test_nothing_is_read_from_nothing():
    assert parse({}) == (None, "", ())
    assert shown_name({}) == ""


@pytest.mark.parametrize(
    ("stored", "fault"),
    [
        (replace(FAST, kind=StepKind.REST), "work became rest"),
        (replace(FAST, duration=Duration(DurationType.DISTANCE, 1001.0)), "1.001 km"),
        (replace(FAST, duration=Duration(DurationType.TIME, 1000.0)), "16:40"),
        (replace(FAST, duration=Duration(DurationType.OPEN)), "press lap"),
        (replace(FAST, target=Target()), "no target"),
        (replace(FAST, target=Target(TargetType.PACE, 3.9216, 4.1690)), "4.169"),
        (replace(FAST, target=Target(TargetType.PACE, 3.9196, 4.1667)), "3.9196"),
        (replace(FAST, note=""), "note"),
    ],
)
def test_every_difference_is_told(stored, fault):
    (told,) = differences([WARMUP, FAST], [WARMUP, stored])
    assert told.startswith("step 2: ")
    assert fault in told


def test_what_a_watch_cannot_show_is_no_difference():
    near = Step(
        FAST.kind,
        Duration(DurationType.DISTANCE, 1000.4),
        Target(TargetType.PACE, 3.9217, 4.1666),
        FAST.note,
    )
    assert differences([FAST], [near]) == []


def test_a_lost_step_is_told_by_its_number():
    assert differences([Repeat(5, (FAST, SLOW))], [Repeat(4, (FAST, SLOW))]) == [
        "10 steps became 8"
    ]
    assert differences([WARMUP, COOLDOWN], [WARMUP]) == ["2 steps became 1"]
