"""What Garmin does to a workout that is sent to it, and how a watch reads the result.

The rules are those that live accounts were seen to follow: ids beat keys, bounds stand on the step
or are lost, a zone beats bounds, a repeat needs its own end condition, step orders are unique.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from planning.workout import (
    Duration,
    DurationType,
    Item,
    Repeat,
    Step,
    StepKind,
    Target,
    TargetType,
)

SPORTS = {
    1: "running",
    2: "cycling",
    3: "other",
    4: "swimming",
    5: "strength_training",
    6: "cardio_training",
    7: "yoga",
    8: "pilates",
    9: "hiit",
    10: "multi_sport",
    11: "mobility",
    13: "rucking",
}
STEPS = {
    1: "warmup",
    2: "cooldown",
    3: "interval",
    4: "recovery",
    5: "rest",
    6: "repeat",
    7: "other",
    8: "main",
}
CONDITIONS = {
    1: "lap.button",
    2: "time",
    3: "distance",
    4: "calories",
    5: "power",
    6: "heart.rate",
    7: "iterations",
    8: "fixed.rest",
    9: "fixed.repetition",
    10: "reps",
}
TARGETS = {
    1: "no.target",
    2: "power.zone",
    3: "cadence",
    4: "heart.rate.zone",
    5: "speed.zone",
    6: "pace.zone",
    7: "grade",
    8: "heart.rate.lap",
    9: "power.lap",
    15: "resistance",
    17: "swim.css.offset",
}
ITERATIONS = 7
MARKER = re.compile(r"\[goalward:([A-Za-z0-9-]+)\]")
ZONE_FLOORS_BPM = (94.0, 113.0, 132.0, 150.0, 169.0, 188.0)  # zones 1 to 5 of a maximum of 188
USUAL_SPEED_M_PER_S = 3.0

_STEP_KIND = {
    1: StepKind.WARMUP,
    2: StepKind.COOLDOWN,
    4: StepKind.RECOVERY,
    5: StepKind.REST,
}

type Json = dict[str, Any]


class Invalid(Exception):
    """Garmin refuses the workout with this text (400)."""


def stored(sent: Mapping[str, Any], *, workout_id: int, owner_id: int) -> Json:
    """The workout as Garmin keeps and shows it. Raises Invalid."""
    if not isinstance(sent.get("workoutName"), str) or not sent["workoutName"].strip():
        raise Invalid("Workout name is required")
    sport = _agreed(sent.get("sportType"), "sportType", SPORTS)
    segments = sent.get("workoutSegments")
    if not isinstance(segments, list) or not segments:
        raise Invalid("Workout needs at least one segment")
    _check_orders(segments)
    order = iter(range(1, 10_000))
    kept = [_segment(segment, number, order) for number, segment in enumerate(segments, 1)]
    seconds, metres = _estimate(parse(kept))
    return {
        "workoutId": workout_id,
        "ownerId": owner_id,
        "workoutName": sent["workoutName"],
        "description": sent.get("description") or None,
        "sportType": sport,
        "subSportType": None,
        "estimatedDurationInSecs": round(seconds),
        "estimatedDistanceInMeters": round(metres, 2),
        "workoutSegments": kept,
    }


def head(workout: Json) -> Json:
    """The line of a listing: everything but the steps."""
    return {key: value for key, value in workout.items() if key != "workoutSegments"}


def parse(segments: Sequence[Json]) -> tuple[Item, ...]:
    """The steps as a watch understands them, in planning's words."""
    return tuple(item for segment in segments for item in _items(segment["workoutSteps"]))


def marker(workout: Mapping[str, Any]) -> str | None:
    """The ident in a workout's description."""
    found = MARKER.search(workout.get("description") or "")
    return found.group(1) if found else None


def _check_orders(segments: Sequence[Json]) -> None:
    orders = [step.get("stepOrder") for step in _every_step(segments)]
    given = [order for order in orders if order is not None]
    if given and (len(given) < len(orders) or len(set(given)) < len(given)):
        raise Invalid("The workout steps need to have unique step orders for the whole workout")
    if not orders:
        raise Invalid("Workout needs at least one step")


def _every_step(segments: Sequence[Json]) -> Iterator[Json]:
    for segment in segments:
        pending = list(segment.get("workoutSteps") or ())
        while pending:
            step = pending.pop(0)
            pending = list(step.get("workoutSteps") or ()) + pending
            yield step


def _segment(segment: Json, number: int, order: Iterator[int]) -> Json:
    steps = sorted(segment.get("workoutSteps") or (), key=_order_of)
    return {
        "segmentOrder": segment.get("segmentOrder", number),
        "sportType": _agreed(segment.get("sportType"), "sportType", SPORTS),
        "workoutSteps": [_step(step, order) for step in steps],
    }


def _order_of(step: Json) -> int:
    return int(step.get("stepOrder") or 0)


def _step(step: Json, order: Iterator[int]) -> Json:
    number = step.get("stepOrder") or next(order)
    if step.get("type") == "RepeatGroupDTO":
        return _repeat(step, number, order)
    condition = _agreed(step.get("endCondition"), "conditionType", CONDITIONS)
    target = _agreed(step.get("targetType"), "workoutTargetType", TARGETS, missing=1)
    low, high = _bounds(step, target["workoutTargetTypeId"])
    return {
        "type": "ExecutableStepDTO",
        "stepId": 7_000_000_000 + number,
        "stepOrder": number,
        "stepType": _agreed(step.get("stepType"), "stepType", STEPS),
        "childStepId": None,
        "description": step.get("description") or None,
        "endCondition": condition,
        "endConditionValue": _number(step.get("endConditionValue")),
        "preferredEndConditionUnit": _unit(step, condition["conditionTypeId"]),
        "endConditionCompare": None,
        "endConditionZone": step.get("endConditionZone"),
        "targetType": target,
        "targetValueOne": low,
        "targetValueTwo": high,
        "zoneNumber": step.get("zoneNumber"),
    }


def _repeat(step: Json, number: int, order: Iterator[int]) -> Json:
    """Without the end condition "iterations" the count is silently lost."""
    condition = step.get("endCondition") or {}
    counted = condition.get("conditionTypeId") == ITERATIONS
    times = step.get("numberOfIterations") if counted else None
    children = sorted(step.get("workoutSteps") or (), key=_order_of)
    return {
        "type": "RepeatGroupDTO",
        "stepId": 7_000_000_000 + number,
        "stepOrder": number,
        "stepType": _agreed({"stepTypeId": 6}, "stepType", STEPS),
        "childStepId": 1,
        "numberOfIterations": times,
        "endCondition": _agreed({"conditionTypeId": ITERATIONS}, "conditionType", CONDITIONS),
        "endConditionValue": _number(times),
        "smartRepeat": bool(step.get("smartRepeat")),
        "skipLastRestStep": bool(step.get("skipLastRestStep")),
        "workoutSteps": [_step(child, order) for child in children],
    }


def _agreed(
    given: Any, prefix: str, names: Mapping[int, str], *, missing: int | None = None
) -> Json:
    """Id and key in agreement: the id is believed, everything else inside is dropped."""
    id_name, key_name = f"{prefix}Id", f"{prefix}Key"
    identity: Any = missing
    if isinstance(given, dict):
        keys = {key: number for number, key in names.items()}
        identity = given.get(id_name) or keys.get(str(given.get(key_name)))
    if identity not in names:
        raise Invalid(f"Unknown {prefix}: {given}")
    return {id_name: identity, key_name: names[identity], "displayOrder": identity}


def _bounds(step: Json, target: int) -> tuple[float | None, float | None]:
    """One and Two. A zone beats bounds; of two paces the faster comes first."""
    one, two = _number(step.get("targetValueOne")), _number(step.get("targetValueTwo"))
    if step.get("zoneNumber") is not None:
        return None, None
    if target == 6 and one is not None and two is not None:
        return max(one, two), min(one, two)
    return one, two


def _unit(step: Json, condition: int) -> Json | None:
    if condition != 3:
        return None
    kilometre: Json = {"unitId": 2, "unitKey": "kilometer", "factor": 100_000.0}
    return step.get("preferredEndConditionUnit") or kilometre


def _number(value: Any) -> float | None:
    return None if value is None else round(float(value), 7)


def _items(steps: Sequence[Json]) -> Iterator[Item]:
    for step in steps:
        if step["type"] == "RepeatGroupDTO":
            inner = tuple(item for item in _items(step["workoutSteps"]) if isinstance(item, Step))
            yield Repeat(int(step["numberOfIterations"] or 1), inner)
        else:
            yield Step(
                _STEP_KIND.get(step["stepType"]["stepTypeId"], StepKind.WORK),
                _duration(step),
                _target(step),
                step["description"] or "",
            )


def _duration(step: Json) -> Duration:
    match step["endCondition"]["conditionTypeId"]:
        case 2 | 8:
            return Duration(DurationType.TIME, step["endConditionValue"])
        case 3:
            return Duration(DurationType.DISTANCE, step["endConditionValue"])
        case _:
            return Duration(DurationType.OPEN)


def _target(step: Json) -> Target:
    one, two = step["targetValueOne"], step["targetValueTwo"]
    target, zone = step["targetType"]["workoutTargetTypeId"], step["zoneNumber"]
    if target == 4 and zone:
        low, high = ZONE_FLOORS_BPM[int(zone) - 1], ZONE_FLOORS_BPM[int(zone)]
        return Target(TargetType.HEART_RATE, low, high)
    if one is None or two is None:
        return Target()
    if target == 4:
        return Target(TargetType.HEART_RATE, min(one, two), max(one, two))
    if target in (5, 6):
        return Target(TargetType.PACE, min(one, two), max(one, two))
    return Target()


def _estimate(items: Sequence[Item]) -> tuple[float, float]:
    """Seconds and metres, as far as the steps say; the rest at a usual speed."""
    seconds = metres = 0.0
    for item in items:
        if isinstance(item, Repeat):
            inner_s, inner_m = _estimate(item.steps)
            seconds, metres = seconds + item.times * inner_s, metres + item.times * inner_m
            continue
        step_s, step_m = _step_estimate(item)
        seconds, metres = seconds + step_s, metres + step_m
    return seconds, metres


def _step_estimate(step: Step) -> tuple[float, float]:
    speed = USUAL_SPEED_M_PER_S
    if step.target.type is TargetType.PACE and step.target.low and step.target.high:
        speed = math.sqrt(step.target.low * step.target.high)
    value = step.duration.value or 0.0
    if step.duration.type is DurationType.DISTANCE:
        return value / speed, value
    return value, value * speed
