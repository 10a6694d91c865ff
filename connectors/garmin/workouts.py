"""A workout in Garmin's JSON and back. Pure.

Rules that live accounts taught: step orders are unique over the whole workout; the id counts and
not the key; a repeat needs its own end condition or loses its count; bounds stand on the step; the
faster pace comes first; the name is unique, so it carries the day.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from connectors import comparing
from connectors.comparing import ident_in
from connectors.in_words import in_miles
from connectors.written import dated, described, letters, short_noted, undated
from planning.athlete import Units
from planning.workout import (
    OPEN_TARGET,
    Duration,
    DurationType,
    Item,
    PlannedWorkout,
    Repeat,
    Step,
    StepKind,
    Target,
    TargetType,
    unrolled,
)

type Json = Mapping[str, Any]

LONGEST_DESCRIPTION = 1024
LONGEST_STEP_NOTE = 512

RUNNING = {"sportTypeId": 1, "sportTypeKey": "running"}
STEP_TYPES = {
    StepKind.WARMUP: (1, "warmup"),
    StepKind.COOLDOWN: (2, "cooldown"),
    StepKind.WORK: (3, "interval"),
    StepKind.RECOVERY: (4, "recovery"),
    StepKind.REST: (5, "rest"),
}
STEP_KINDS = {number: kind for kind, (number, _) in STEP_TYPES.items()}
CONDITIONS = {
    DurationType.OPEN: (1, "lap.button"),
    DurationType.TIME: (2, "time"),
    DurationType.DISTANCE: (3, "distance"),
}
MILES = {"unitId": 4, "unitKey": "mile", "factor": 160_934.4}  # how it is shown, in centimetres
FIXED_REST = 8  # the same as time
DURATIONS = {
    **{number: kind for kind, (number, _) in CONDITIONS.items()},
    FIXED_REST: DurationType.TIME,
}
TARGETS = {
    TargetType.OPEN: (1, "no.target"),
    TargetType.HEART_RATE: (4, "heart.rate.zone"),
    TargetType.PACE: (6, "pace.zone"),
}
SPEED_ZONE = 5  # the same numbers as a pace, shown as a speed
TARGET_KINDS = {
    **{number: kind for kind, (number, _) in TARGETS.items()},
    SPEED_ZONE: TargetType.PACE,
}


def render(planned: PlannedWorkout) -> dict[str, Any]:
    """What is sent to create or, with `workoutId` added, to replace the template."""
    orders = count(1)
    return {
        "workoutName": dated(planned.workout.name, planned.day),
        "description": described(planned, longest=LONGEST_DESCRIPTION, size=letters),
        "sportType": RUNNING,
        "estimatedDurationInSecs": round(planned.workout.duration_s),
        "workoutSegments": [
            {
                "segmentOrder": 1,
                "sportType": RUNNING,
                "workoutSteps": [
                    _render(item, orders, planned.units)
                    for item in expressed(planned.workout.steps)
                ],
            }
        ],
    }


def parse(workout: Json) -> tuple[str | None, str, tuple[Item, ...]]:
    """Ident (None: no marker), name without the day, and steps.

    Whatever the athlete may have made of it is read. What our words have none for is put into the
    step's note, so that a change of it is seen as one.
    """
    segments = workout.get("workoutSegments") or ()
    steps = tuple(item for one in segments for item in _items(one.get("workoutSteps") or ()))
    return ident_in(workout.get("description")), shown_name(workout), steps


def shown_name(head: Json) -> str:
    """The name without the day, of a workout or its head; another sport than running is named."""
    sport = (head.get("sportType") or {}).get("sportTypeKey") or RUNNING["sportTypeKey"]
    name = undated(str(head.get("workoutName") or ""))
    return name if sport == RUNNING["sportTypeKey"] else f"{name} [{sport}]"


def differences(wanted: Sequence[Item], stored: Sequence[Item]) -> list[str]:
    """Where what Garmin keeps is not what was sent, in words; empty when all is well."""
    return comparing.differences(expressed(wanted), stored)


def expressed(steps: Sequence[Item]) -> tuple[Item, ...]:
    """As well as Garmin can say it: a step's text that is too long ends in an ellipsis."""
    return short_noted(steps, longest=LONGEST_STEP_NOTE, size=letters)


def _render(item: Item, orders: Iterator[int], units: Units) -> dict[str, Any]:
    if isinstance(item, Repeat):
        return {
            "type": "RepeatGroupDTO",
            "stepOrder": next(orders),  # before its children: depth first
            "stepType": {"stepTypeId": 6, "stepTypeKey": "repeat"},
            "numberOfIterations": item.times,
            "smartRepeat": False,
            "skipLastRestStep": False,
            "endCondition": {"conditionTypeId": 7, "conditionTypeKey": "iterations"},
            "endConditionValue": item.times,
            "workoutSteps": [_render(step, orders, units) for step in item.steps],
        }
    type_id, type_key = STEP_TYPES[item.kind]
    condition_id, condition_key = CONDITIONS[item.duration.type]
    target_id, target_key = TARGETS[item.target.type]
    step: dict[str, Any] = {
        "type": "ExecutableStepDTO",
        "stepOrder": next(orders),
        "stepType": {"stepTypeId": type_id, "stepTypeKey": type_key},
        "endCondition": {"conditionTypeId": condition_id, "conditionTypeKey": condition_key},
        "targetType": {"workoutTargetTypeId": target_id, "workoutTargetTypeKey": target_key},
    }
    if item.duration.value is not None:
        step["endConditionValue"] = round(item.duration.value, 1)
    if in_miles(item.duration, units):
        step["preferredEndConditionUnit"] = MILES
    if item.note:
        step["description"] = item.note
    return step | _bounds(item.target)


def _bounds(target: Target) -> dict[str, float]:
    if target.low is None or target.high is None:
        return {}
    if target.type is TargetType.PACE:  # the faster one first, as Garmin's own editor does
        return {
            "targetValueOne": round(target.high, 7),
            "targetValueTwo": round(target.low, 7),
        }
    return {"targetValueOne": round(target.low), "targetValueTwo": round(target.high)}


def _items(steps: Sequence[Json]) -> Iterator[Item]:
    for step in steps:
        children = step.get("workoutSteps")
        if children is None:
            yield _step(step)
            continue
        times = int(step.get("numberOfIterations") or step.get("endConditionValue") or 1)
        yield Repeat(times, tuple(unrolled(tuple(_items(children)))))  # a nested one is laid out


def _step(step: Json) -> Step:
    condition, target = step.get("endCondition") or {}, step.get("targetType") or {}
    duration_type = DURATIONS.get(_id(condition, "conditionTypeId", default=1))
    target_type = TARGET_KINDS.get(_id(target, "workoutTargetTypeId", default=1))
    value, zone = _number(step.get("endConditionValue")), step.get("zoneNumber")
    one, two = _number(step.get("targetValueOne")), _number(step.get("targetValueTwo"))
    notes = [str(step.get("description") or "")]
    if duration_type is None:
        until = step.get("endConditionZone") or value
        notes.append(f"[until {condition.get('conditionTypeKey')} {until}]")
    if target_type is None or zone:
        notes.append(f"[at {target.get('workoutTargetTypeKey')} {zone or (one, two)}]")
    open_ended = duration_type in {None, DurationType.OPEN}
    return Step(
        STEP_KINDS.get(_id(step.get("stepType") or {}, "stepTypeId", default=3), StepKind.WORK),
        Duration(duration_type or DurationType.OPEN, None if open_ended else value),
        _target(target_type, one, two) if not zone else Target(target_type or TargetType.OPEN),
        " ".join(filter(None, notes)),
    )


def _target(kind: TargetType | None, one: float | None, two: float | None) -> Target:
    if kind is None or kind is TargetType.OPEN:
        return OPEN_TARGET
    if one is None or two is None:
        return Target(kind)
    return Target(kind, min(one, two), max(one, two))


def _id(choice: Json, key: str, *, default: int) -> int:
    value = choice.get(key)
    return int(value) if isinstance(value, (int, float)) else default


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
