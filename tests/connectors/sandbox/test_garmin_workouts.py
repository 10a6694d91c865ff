"""The rules that bite, each as live accounts were seen to follow it."""

import pytest
from garminconnect import GarminConnectConnectionError, GarminConnectNotFoundError
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.garmin_workouts import Invalid, parse, stored
from planning.workout import DurationType, Repeat, StepKind, TargetType, unrolled
from tests.connectors.sandbox.workouts import (
    DISTANCE,
    HEART,
    LAP,
    OPEN,
    PACE,
    TIME,
    intervals,
    repeat,
    step,
    workout,
)


def kept(*steps):
    made = stored(workout(*steps), workout_id=1, owner_id=2)
    return made["workoutSegments"][0]["workoutSteps"]


def test_the_real_client_writes_reads_replaces_and_deletes(garmin):
    made = garmin.upload_workout(intervals("g-1"))
    assert made["workoutName"] == "5 x 1 km"
    (line,) = [w for w in garmin.get_workouts() if w["workoutId"] == made["workoutId"]]
    assert line["description"] == "Relaxed arms [goalward:g-1]"
    assert "workoutSegments" not in line
    changed = intervals("g-1", name="6 x 1 km")
    assert garmin.update_workout(made["workoutId"], changed) == {}  # 204
    read = garmin.get_workout_by_id(made["workoutId"])
    assert read["workoutName"] == "6 x 1 km"
    assert read["workoutId"] == made["workoutId"]
    assert read["createdDate"] == made["createdDate"]
    assert read["updateDate"] > made["updateDate"]
    assert garmin.delete_workout(made["workoutId"]) == {}
    with pytest.raises(GarminConnectNotFoundError):
        garmin.get_workout_by_id(made["workoutId"])
    with pytest.raises(GarminConnectNotFoundError):
        garmin.delete_workout(made["workoutId"])


def test_two_creations_are_two_templates(garmin):
    one, two = garmin.upload_workout(intervals("g-1")), garmin.upload_workout(intervals("g-1"))
    assert one["workoutId"] != two["workoutId"]
    names = [w["workoutName"] for w in garmin.get_workouts()]
    assert names.count("5 x 1 km") == 2


def test_listings_come_in_pages(garmin):
    every = [w["workoutId"] for w in garmin.get_workouts(0, 100)]
    pages = [w["workoutId"] for n in range(5) for w in garmin.get_workouts(n * 2, 2)]
    assert pages == every


@pytest.mark.parametrize(
    "steps",
    [
        [step(1), step(1)],
        [step(1), repeat(2, 3, [step(2)])],
        [step(1), step(None)],
    ],
)
def test_step_orders_are_unique_over_the_whole_workout(garmin, steps):
    with pytest.raises(GarminConnectConnectionError, match="unique step orders") as refused:
        garmin.upload_workout(workout(*steps))
    assert refused.value.response.status_code == 400


def test_step_orders_may_be_absent_everywhere():
    first, group = kept(step(None), repeat(None, 2, [step(None), step(None)]))
    assert [first["stepOrder"], group["stepOrder"]] == [1, 2]
    assert [inner["stepOrder"] for inner in group["workoutSteps"]] == [3, 4]


def test_the_order_is_by_step_order_not_by_place():
    steps = kept(step(2, "cooldown"), step(1, "warmup"))
    assert [s["stepType"]["stepTypeKey"] for s in steps] == ["warmup", "cooldown"]


def test_ids_beat_keys():
    wrong = {"conditionTypeId": 4, "conditionTypeKey": "heart.rate"}
    (made,) = kept(step(1, until=wrong, value=150))
    assert made["endCondition"]["conditionTypeKey"] == "calories"


def test_unknown_ids_are_refused():
    with pytest.raises(Invalid):
        kept(step(1, until={"conditionTypeId": 99, "conditionTypeKey": "time"}))


def test_a_repeat_without_its_own_end_condition_loses_its_count():
    (good,) = kept(repeat(1, 5, [step(2)]))
    (bad,) = kept(repeat(1, 5, [step(2)], until=TIME))
    assert good["numberOfIterations"] == 5
    assert good["endConditionValue"] == 5
    assert bad["numberOfIterations"] is None


def test_bounds_inside_the_target_are_dropped():
    nested = {**PACE, "targetValueOne": 4.0, "targetValueTwo": 3.8}
    (made,) = kept(step(1, target=nested))
    assert made["targetType"]["workoutTargetTypeKey"] == "pace.zone"
    assert "targetValueOne" not in made["targetType"]
    assert made["targetValueOne"] is None
    assert parse([{"workoutSteps": [made]}])[0].target.type is TargetType.OPEN


def test_the_faster_pace_comes_first():
    for one, two in ((3.8, 4.0), (4.0, 3.8)):
        (made,) = kept(step(1, target=PACE, targetValueOne=one, targetValueTwo=two))
        assert (made["targetValueOne"], made["targetValueTwo"]) == (4.0, 3.8)


def test_a_heart_rate_range_stays_as_it_is():
    (made,) = kept(step(1, target=HEART, targetValueOne=140, targetValueTwo=150))
    assert (made["targetValueOne"], made["targetValueTwo"]) == (140, 150)
    target = parse([{"workoutSteps": [made]}])[0].target
    assert (target.type, target.low, target.high) == (TargetType.HEART_RATE, 140, 150)


def test_a_zone_beats_bounds():
    (made,) = kept(step(1, target=HEART, zoneNumber=2, targetValueOne=140, targetValueTwo=150))
    assert made["zoneNumber"] == 2
    assert made["targetValueOne"] is None


def test_the_estimate_is_garmins_own():
    made = stored(intervals("g"), workout_id=1, owner_id=2)
    assert made["estimatedDurationInSecs"] != 1
    work_s = 1000 / (3.9216 * 4.1667) ** 0.5
    assert made["estimatedDurationInSecs"] == pytest.approx(900 + 5 * (work_s + 120), abs=1)


@pytest.mark.parametrize(
    "broken",
    [
        workout(step(1), name=" "),
        workout(step(1)) | {"workoutSegments": []},
        workout(),
        workout(step(1)) | {"sportType": None},
    ],
)
def test_what_is_no_workout_is_refused(garmin, broken):
    with pytest.raises(GarminConnectConnectionError) as refused:
        garmin.upload_workout(broken)
    assert refused.value.response.status_code == 400


def test_a_watch_reads_what_was_meant():
    items = parse(stored(intervals("g"), workout_id=1, owner_id=2)["workoutSegments"])
    warmup, group, cooldown = items
    assert isinstance(group, Repeat)
    assert group.times == 5
    assert [s.kind for s in group.steps] == [StepKind.WORK, StepKind.RECOVERY]
    assert (group.steps[0].target.low, group.steps[0].target.high) == (3.9216, 4.1667)
    assert warmup.duration.value == 900
    assert cooldown.duration.type is DurationType.OPEN
    assert len(list(unrolled(items))) == 12


@st.composite
def any_steps(draw):
    """A workout as a careful client would send it, numbered depth first."""
    order = iter(range(1, 100))

    def one():
        until, value = draw(
            st.sampled_from([(TIME, 300), (DISTANCE, 1000), (LAP, None), (TIME, 45.5)])
        )
        target, more = draw(
            st.sampled_from(
                [
                    (OPEN, {}),
                    (PACE, {"targetValueOne": 4.1, "targetValueTwo": 3.9}),
                    (HEART, {"targetValueOne": 140, "targetValueTwo": 150}),
                    (HEART, {"zoneNumber": 3}),
                ]
            )
        )
        kind = draw(st.sampled_from(["warmup", "interval", "recovery", "rest", "cooldown"]))
        return step(next(order), kind, until=until, value=value, target=target, **more)

    steps = []
    for _ in range(draw(st.integers(1, 5))):
        if draw(st.booleans()):
            number = next(order)
            steps.append(repeat(number, draw(st.integers(1, 20)), [one(), one()]))
        else:
            steps.append(one())
    return steps


@settings(deadline=None, derandomize=True, max_examples=50)
@given(any_steps())
def test_what_is_read_can_be_sent_back_unchanged(steps):
    once = stored(workout(*steps), workout_id=1, owner_id=2)
    twice = stored(once, workout_id=1, owner_id=2)
    assert twice == once
