"""A workout as sentences, for a calendar that does not keep its steps. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from planning.athlete import Units
from planning.units import MILE_M, format_duration, format_pace
from planning.workout import (
    Duration,
    DurationType,
    Item,
    PlannedWorkout,
    Repeat,
    Step,
    StepKind,
    Target,
    TargetType,
)

MILES_FROM_M = 2_000.0
WORDS = {  # what a step's text begins with where nothing else says it
    StepKind.WARMUP: "Warm up",
    StepKind.RECOVERY: "Recovery",
    StepKind.REST: "Rest",
    StepKind.COOLDOWN: "Cool down",
}


def sentences(steps: Sequence[Item], units: Units = Units.METRIC) -> Iterator[str]:
    """A line a step, numbered; what is repeated stands below its number."""
    for number, item in enumerate(steps, 1):
        if isinstance(item, Repeat):
            yield f"{number}. {item.times} times:"
            yield from (f"   {_sentence(step, units)}" for step in item.steps)
        else:
            yield f"{number}. {_sentence(item, units)}"


def as_text(planned: PlannedWorkout) -> PlannedWorkout:
    """The same as one step until the lap button, with all of it as its text and in the note."""
    told = "\n".join(sentences(planned.workout.steps, planned.units))
    text = Step(StepKind.WORK, Duration(DurationType.OPEN), note=told)
    note = f"{told}\n\n{planned.note}".strip()
    return replace(planned, workout=replace(planned.workout, steps=(text,)), note=note)


def pace_band(target: Target, units: Units = Units.METRIC) -> str:
    """The faster one first, like `4:00-4:15/km`."""
    per = "mi" if units is Units.IMPERIAL else "km"
    fast, slow = (format_pace(end or 0.0, per=per) for end in (target.high, target.low))
    return fast if fast == slow else f"{fast.removesuffix(f'/{per}')}-{slow}"


def beats_band(target: Target) -> str:
    return f"{target.low:.0f}-{target.high:.0f} bpm"


def in_miles(duration: Duration, units: Units) -> bool:
    """What is shorter is a matter of the track, where miles are not at home either."""
    far = duration.type is DurationType.DISTANCE and (duration.value or 0.0) >= MILES_FROM_M
    return far and units is Units.IMPERIAL


def length(duration: Duration, units: Units = Units.METRIC) -> str:
    """Like `2:00`, `400 m`, `1.5 km`, `5.6 mi (9 km)`."""
    match duration.type:
        case DurationType.TIME:
            return format_duration(duration.value or 0.0)
        case DurationType.DISTANCE:
            metres = round(duration.value or 0.0)
            told = f"{metres} m" if metres < 1_000 else f"{metres / 1_000:g} km"
            return f"{metres / MILE_M:.1f} mi ({told})" if in_miles(duration, units) else told
        case _:
            return "until you press lap"


def band(target: Target, units: Units = Units.METRIC) -> str:
    """Like `4:00-4:15/km`, `120-140 bpm`; empty where there is none."""
    if not target.low or not target.high:
        return ""
    return pace_band(target, units) if target.type is TargetType.PACE else beats_band(target)


def _sentence(step: Step, units: Units) -> str:
    """Like `Recovery: 2:00, easy, able to talk`."""
    told = (length(step.duration, units), band(step.target, units), step.note)
    return f"{WORDS.get(step.kind, 'Run')}: {', '.join(filter(None, told))}"
