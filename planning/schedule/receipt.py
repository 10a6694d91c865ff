"""Receipts: which fact, which rule, what it was, what it is, in one plain sentence."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from planning.schedule.naming import clock, distance_name, kilometres, step_length
from planning.schedule.plan import Change, PlanDay
from planning.workout import (
    Item,
    Kind,
    Repeat,
    Step,
    StepKind,
    Target,
    TargetType,
    Workout,
    unrolled,
)

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = "January February March April May June July August September October November December"
MATERIAL_SHARE, MATERIAL_TARGET = 0.15, 0.02


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a day changes. `fact` completes "because ..."; abilities are ln m/s over a flat 10 km."""

    fact: str
    rule: str
    ability_before: float | None = None
    ability_after: float | None = None


def change(
    before: PlanDay, after: PlanDay, cause: Cause, *, made_on: date | None = None
) -> Change | None:
    """The receipt for one day; None when the athlete would notice nothing."""
    old, new = _workout(before), _workout(after)
    planned = after.workout or before.workout
    if planned is None or reads_alike(before, after):
        return None
    was, becomes = _both(old, new)
    subject = f"{day_name(after.day)}: "
    sentence = f"{subject}{was} becomes {becomes}, because {cause.fact} (rule {cause.rule})."
    return Change(
        day=after.day,
        ident=planned.ident,
        fact=cause.fact,
        rule=cause.rule,
        before="" if old is None else one_line(old),
        after="" if new is None else one_line(new),
        sentence=sentence,
        material=is_material(old, new),
        ability_before=cause.ability_before,
        ability_after=cause.ability_after,
        made_on=made_on,
        workout_before=old,
        workout_after=new,
    )


def reads_alike(one: PlanDay, other: PlanDay) -> bool:
    """Whether the athlete would notice no difference."""
    return _told(_workout(one)) == _told(_workout(other))


def in_words(changes: Sequence[Change]) -> tuple[str, ...]:
    """Lines for a person: a cause of several changes is said once, above them."""
    causes: dict[tuple[str, str], dict[str, None]] = {}
    for one in changes:
        causes.setdefault((one.fact, one.rule), {})[one.sentence] = None
    lines: list[str] = []
    for (fact, rule), sentences in causes.items():
        if len(sentences) == 1:
            lines += sentences
            continue
        lines.append(f"Because {fact} (rule {rule}):")
        lines += [f"  {sentence.partition(', because ')[0]}" for sentence in sentences]
    return tuple(lines)


def is_material(old: Workout | None, new: Workout | None) -> bool:
    """Kind or presence, distance or time by more than 15 %, a target by more than 2 %."""
    if old is None or new is None:
        return old is not new
    if old.kind is not new.kind:
        return True
    sizes = ((old.distance_m, new.distance_m), (old.duration_s, new.duration_s))
    if any(abs(b - a) > MATERIAL_SHARE * a for a, b in sizes):
        return True
    return any(
        abs(math.log(b / a)) > MATERIAL_TARGET
        for kind in (TargetType.PACE, TargetType.HEART_RATE)
        for a, b in zip(_middles(old, kind), _middles(new, kind), strict=False)
    )


def one_line(workout: Workout) -> str:
    """`5 x 1 km threshold at 4:15-4:25/km`, `Easy 8 km at 123-150 bpm`, or the name alone."""
    pace = pace_of(workout)
    return f"{workout.name} at {pace}" if pace else workout.name


def in_full(workout: Workout | None) -> str:
    """Name, length and every step: `Easy 8 km; 8 km, 48 min; 8 km at 123-150 bpm`."""
    if workout is None:
        return "rest"
    steps = ", ".join(_item_in_words(item) for item in workout.steps)
    return f"{workout.name} ({_size(workout)}): {steps}"


def pace_of(workout: Workout) -> str:
    """The band of the step that the session is for, as runners write it; "" without one."""
    step = _telling_step(workout)
    return "" if step is None else _band(step.target)


def day_name(day: date) -> str:
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS.split()[day.month - 1]}"


def race_in_words(distance_m: float, time_s: float) -> str:
    """`10 km in 41:20`."""
    hours, rest = divmod(round(time_s), 3600)
    time = f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
    return f"{distance_name(distance_m).lower()} in {time}"


def _both(old: Workout | None, new: Workout | None) -> tuple[str, str]:
    """Only what differs is said twice: `5 x 1 km threshold at 4:20-4:30/km` / `4:15-4:25/km`."""
    was = "rest" if old is None else one_line(old)
    becomes = "rest" if new is None else one_line(new)
    if old and new and old.name == new.name and pace_of(new):
        becomes = pace_of(new)
    if was == becomes or (old and new and pace_of(old) == pace_of(new) and old.name == new.name):
        return f"{was} ({_size(old)})", _size(new)
    return was, becomes


def _size(workout: Workout | None) -> str:
    if workout is None:
        return "rest"
    return f"{kilometres(workout.distance_m)}, {clock(60 * round(workout.duration_s / 60))}"


def _item_in_words(item: Item) -> str:
    if isinstance(item, Repeat):
        return f"{item.times} x ({', '.join(map(_item_in_words, item.steps))})"
    length = step_length(item) if item.duration.value else "until the lap button"
    band = _band(item.target)
    return f"{length} {item.kind.value}{f' at {band}' if band else ''}"


def _workout(planned: PlanDay) -> Workout | None:
    return planned.workout.workout if planned.workout else None


def _told(workout: Workout | None) -> tuple[object, ...] | None:
    return None if workout is None else (workout.kind, workout.name, workout.steps)


def _telling_step(workout: Workout) -> Step | None:
    paced = [step for step in unrolled(workout.steps) if step.target.type is not TargetType.OPEN]
    work = [step for step in paced if step.kind is StepKind.WORK]
    if workout.kind is Kind.STRIDES:
        work = paced
    return work[-1] if work else None


def _band(target: Target) -> str:
    if not target.low or not target.high:
        return ""
    if target.type is TargetType.HEART_RATE:
        return f"{target.low:.0f}-{target.high:.0f} bpm"
    return f"{_minutes(target.high)}-{_minutes(target.low)}/km"


def _minutes(speed_m_per_s: float) -> str:
    minutes, seconds = divmod(round(1000 / speed_m_per_s), 60)
    return f"{minutes}:{seconds:02d}"


def _middles(workout: Workout, kind: TargetType) -> list[float]:
    """Middle speeds or heart rates of the steps that the session is for."""
    return [
        (step.target.low + step.target.high) / 2
        for step in unrolled(workout.steps)
        if step.kind is StepKind.WORK
        and step.target.type is kind
        and step.target.low
        and step.target.high
    ]
