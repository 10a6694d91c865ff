"""A structured session: steps, repeats, targets; its estimates and its digest.

Speeds are m/s with low < high, heart rates bpm, durations seconds or metres by their type.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from planning.athlete import Units


class Kind(StrEnum):
    EASY = "easy"
    LONG = "long"
    TEMPO = "tempo"
    THRESHOLD = "threshold"
    INTERVAL = "interval"
    REPETITION = "repetition"
    HILLS = "hills"
    STRIDES = "strides"
    RACE = "race"
    TEST = "test"


class StepKind(StrEnum):
    WARMUP = "warmup"
    WORK = "work"
    RECOVERY = "recovery"
    REST = "rest"
    COOLDOWN = "cooldown"


class DurationType(StrEnum):
    TIME = "time"
    DISTANCE = "distance"
    OPEN = "open"  # until the lap button


class TargetType(StrEnum):
    PACE = "pace"
    HEART_RATE = "heart_rate"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Duration:
    type: DurationType
    value: float | None = None  # seconds or metres; None for open


@dataclass(frozen=True, slots=True)
class Target:
    type: TargetType = TargetType.OPEN
    low: float | None = None  # m/s or bpm, low < high
    high: float | None = None


OPEN_TARGET = Target()


@dataclass(frozen=True, slots=True)
class Step:
    kind: StepKind
    duration: Duration
    target: Target = OPEN_TARGET
    note: str = ""


@dataclass(frozen=True, slots=True)
class Repeat:
    times: int
    steps: tuple[Step, ...]  # repeats are not nested: no watch service expresses that reliably


type Item = Step | Repeat


@dataclass(frozen=True, slots=True)
class Workout:
    kind: Kind
    name: str
    purpose: str
    steps: tuple[Item, ...]
    distance_m: float  # estimate of the whole session
    duration_s: float
    load_min: float  # threshold-equivalent minutes
    session: str = ""  # its id in the library; "" for what is of no library or older than ids


@dataclass(frozen=True, slots=True)
class PlannedWorkout:
    """A workout on a day. `ident` belongs to the session (goal, week, slot): it survives moves and
    replacements, and is what the marker on a calendar carries. Letters, digits, `-` only.
    """

    ident: str
    day: date
    workout: Workout
    note: str = ""  # reason and easier option, for the watch's description; not in the digest
    units: Units = field(default=Units.METRIC, repr=False)  # of its texts, on a calendar


def unrolled(steps: Sequence[Item]) -> Iterator[Step]:
    """Every step in the order it is run, repeats laid out."""
    for item in steps:
        if isinstance(item, Repeat):
            for _ in range(item.times):
                yield from item.steps
        else:
            yield item


def digest(planned: PlannedWorkout) -> str:
    """What the athlete would notice: day, name, steps and targets. Not the note.

    Speeds are rounded to a mm/s and durations to a tenth, so that a float's last bits are no edit.
    """
    told = [planned.day.isoformat(), planned.workout.name, steps_as_json(planned.workout.steps)]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]


def steps_as_json(steps: Sequence[Item]) -> list[dict[str, Any]]:
    """The steps in the shape of the contract (`plan show --json`)."""
    return [
        {"repeat": item.times, "steps": [_step_as_json(step) for step in item.steps]}
        if isinstance(item, Repeat)
        else _step_as_json(item)
        for item in steps
    ]


def steps_from_json(items: Sequence[dict[str, Any]]) -> tuple[Item, ...]:
    """The inverse of `steps_as_json`."""
    return tuple(
        Repeat(item["repeat"], tuple(_step_from_json(step) for step in item["steps"]))
        if "repeat" in item
        else _step_from_json(item)
        for item in items
    )


def _step_as_json(step: Step) -> dict[str, Any]:
    return {
        "step": step.kind.value,
        "duration": {
            "type": step.duration.type.value,
            "value": None if step.duration.value is None else round(step.duration.value, 1),
        },
        "target": {
            "type": step.target.type.value,
            "low": None if step.target.low is None else round(step.target.low, 3),
            "high": None if step.target.high is None else round(step.target.high, 3),
        },
        "note": step.note,
    }


def _step_from_json(item: dict[str, Any]) -> Step:
    duration, target = item["duration"], item["target"]
    return Step(
        StepKind(item["step"]),
        Duration(DurationType(duration["type"]), duration["value"]),
        Target(TargetType(target["type"]), target["low"], target["high"]),
        item.get("note", ""),
    )
