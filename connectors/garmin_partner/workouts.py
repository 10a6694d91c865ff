"""A workout in the JSON of Garmin's Training API and back. Pure.

Unlike Garmin Connect's own pages this API has words instead of numbers for kinds, a lower and an
upper bound, and limits of its own: so many steps, so many letters.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from connectors import comparing
from connectors.comparing import ident_in
from connectors.written import dated, described, letters, short_noted, undated
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

MOST_STEPS = 100  # repeats count as well
LONGEST_DESCRIPTION = 1024
LONGEST_STEP_NOTE = 512
PROVIDER = "Goalward"  # at most 20 letters

RUNNING = "RUNNING"
STEPS, TIMES = "WorkoutStep", "REPEAT_UNTIL_STEPS_CMPLT"
INTENSITIES = {
    StepKind.WARMUP: "WARMUP",
    StepKind.WORK: "INTERVAL",
    StepKind.RECOVERY: "RECOVERY",
    StepKind.REST: "REST",
    StepKind.COOLDOWN: "COOLDOWN",
}
KINDS = {word: kind for kind, word in INTENSITIES.items()}
DURATIONS = {
    "TIME": DurationType.TIME,
    "FIXED_REST": DurationType.TIME,
    "DISTANCE": DurationType.DISTANCE,
    "OPEN": DurationType.OPEN,
}
TARGETS = {
    "OPEN": TargetType.OPEN,
    "PACE": TargetType.PACE,
    "SPEED": TargetType.PACE,  # the same numbers, shown as a speed
    "HEART_RATE": TargetType.HEART_RATE,
}
FOREIGN = ("targetValue", "targetValueType", "secondaryTargetType")  # none is of ours


def render(planned: PlannedWorkout) -> dict[str, Any]:
    """What is sent to create or, with the ids added, to replace the workout."""
    orders = count(1)
    return {
        "workoutName": dated(planned.workout.name, planned.day),
        "description": described(planned, longest=LONGEST_DESCRIPTION, size=letters),
        "sport": RUNNING,
        "workoutProvider": PROVIDER,
        "workoutSourceId": PROVIDER,
        "isSessionTransitionEnabled": False,
        "segments": [
            {
                "segmentOrder": 1,
                "sport": RUNNING,
                "steps": [_render(item, orders) for item in expressed(planned.workout.steps)],
            }
        ],
    }


def too_long(steps: Sequence[Item]) -> str:
    """Why Garmin cannot take so many steps; empty when it can."""
    number = sum(1 + len(item.steps) if isinstance(item, Repeat) else 1 for item in steps)
    return f"it has {number} steps, and Garmin takes {MOST_STEPS}" if number > MOST_STEPS else ""


def parse(workout: Json) -> tuple[str | None, str, tuple[Item, ...]]:
    """Ident (None: no marker), name without the day, and steps, in the order that they say.

    Whatever the athlete may have made of it is read. What our words have none for is put into the
    step's note, so that a change of it is seen as one.
    """
    segments = _in_order(workout.get("segments"), "segmentOrder")
    steps = tuple(item for one in segments for item in _items(one.get("steps")))
    return ident_in(workout.get("description")), shown_name(workout), steps


def shown_name(workout: Json) -> str:
    """The name without the day; another sport than running is named."""
    sport = workout.get("sport") or RUNNING
    name = undated(str(workout.get("workoutName") or ""))
    return name if sport == RUNNING else f"{name} [{sport}]"


def content_of(workout: Json) -> str:
    """All of it that the athlete could change, for an etag."""
    told = ("workoutName", "description", "sport", "segments")
    return json.dumps([workout.get(key) for key in told], sort_keys=True)


def differences(wanted: Sequence[Item], stored: Sequence[Item]) -> list[str]:
    """Where what Garmin keeps is not what was sent, in words; empty when all is well."""
    return comparing.differences(expressed(wanted), stored)


def expressed(steps: Sequence[Item]) -> tuple[Item, ...]:
    """As well as Garmin can say it: a step's text that is too long ends in an ellipsis."""
    return short_noted(steps, longest=LONGEST_STEP_NOTE, size=letters)


def _render(item: Item, orders: Iterator[int]) -> dict[str, Any]:
    if isinstance(item, Repeat):
        return {
            "type": "WorkoutRepeatStep",
            "stepOrder": next(orders),  # before its children: depth first, each once
            "repeatType": TIMES,
            "repeatValue": item.times,
            "skipLastRestStep": False,
            "steps": [_render(step, orders) for step in item.steps],
        }
    step: dict[str, Any] = {
        "type": STEPS,
        "stepOrder": next(orders),
        "intensity": INTENSITIES[item.kind],
        "durationType": item.duration.type.name,
        "targetType": item.target.type.name,
    }
    if item.duration.value is not None:
        step["durationValue"] = _plain(item.duration.value)
    if item.duration.type is DurationType.DISTANCE:
        step["durationValueType"] = "METER"
    if item.note:
        step["description"] = item.note
    return step | _bounds(item.target)


def _plain(value: float) -> float:
    """To a tenth; whole ones without a point, for not every reader takes 900.0 for 900."""
    return int(value) if value == int(value) else round(value, 1)


def _bounds(target: Target) -> dict[str, float]:
    if target.low is None or target.high is None:
        return {}
    digits = 7 if target.type is TargetType.PACE else None
    return {
        "targetValueLow": round(target.low, digits),
        "targetValueHigh": round(target.high, digits),
    }


def _in_order(rows: Any, key: str) -> Sequence[Json]:
    return sorted(rows or (), key=lambda row: _number(row.get(key)) or 0.0)


def _items(rows: Any) -> Iterator[Item]:
    for row in _in_order(rows, "stepOrder"):
        if row.get("steps") is None:
            yield _step(row)
            continue
        inner = tuple(unrolled(tuple(_items(row["steps"]))))  # a nested one is laid out
        if inner and (odd := _oddly_repeated(row)):
            inner = (
                replace(inner[0], note=" ".join(filter(None, (inner[0].note, *odd)))),
                *inner[1:],
            )
        times = int(row.get("repeatValue") or 1) if row.get("repeatType") == TIMES else 1
        yield Repeat(times, inner)


def _oddly_repeated(row: Json) -> list[str]:
    """What makes a repeat another than so many times all its steps."""
    odd = []
    if (kind := row.get("repeatType")) != TIMES:
        odd.append(f"[{kind} {row.get('repeatValue')}]")
    if row.get("skipLastRestStep"):
        odd.append("[without the last rest]")
    return odd


def _step(row: Json) -> Step:
    duration_type = DURATIONS.get(str(row.get("durationType") or "OPEN"))
    target_type = TARGETS.get(str(row.get("targetType") or "OPEN"))
    value = _number(row.get("durationValue"))
    low, high = _number(row.get("targetValueLow")), _number(row.get("targetValueHigh"))
    notes = [str(row.get("description") or "")]
    if duration_type is None:
        notes.append(f"[until {row.get('durationType')} {value}]")
    if target_type is None:
        notes.append(f"[at {row.get('targetType')} {low} {high}]")
    notes += [f"[{key} {row[key]}]" for key in FOREIGN if row.get(key) is not None]
    open_ended = duration_type in {None, DurationType.OPEN}
    return Step(
        KINDS.get(str(row.get("intensity") or ""), StepKind.WORK),
        Duration(duration_type or DurationType.OPEN, None if open_ended else value),
        _target(target_type, low, high),
        " ".join(filter(None, notes)),
    )


def _target(kind: TargetType | None, low: float | None, high: float | None) -> Target:
    if kind is None or kind is TargetType.OPEN:
        return OPEN_TARGET
    return Target(kind, low, high)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
