"""A workout as sentences, for a calendar that does not keep its steps. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from planning.units import format_duration, format_pace
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

WORDS = {  # what a step's text begins with where nothing else says it
    StepKind.WARMUP: "Warm up",
    StepKind.RECOVERY: "Recovery",
    StepKind.REST: "Rest",
    StepKind.COOLDOWN: "Cool down",
}


def sentences(steps: Sequence[Item]) -> Iterator[str]:
    """A line a step, numbered; what is repeated stands below its number."""
    for number, item in enumerate(steps, 1):
        if isinstance(item, Repeat):
            yield f"{number}. {item.times} times:"
            yield from (f"   {_sentence(step)}" for step in item.steps)
        else:
            yield f"{number}. {_sentence(item)}"


def as_text(planned: PlannedWorkout) -> PlannedWorkout:
    """The same as one step until the lap button, with all of it as its text and in the note."""
    told = "\n".join(sentences(planned.workout.steps))
    text = Step(StepKind.WORK, Duration(DurationType.OPEN), note=told)
    note = f"{told}\n\n{planned.note}".strip()
    return replace(planned, workout=replace(planned.workout, steps=(text,)), note=note)


def pace_band(target: Target) -> str:
    """The faster one first, like `4:00-4:15/km`."""
    fast, slow = format_pace(target.high or 0.0), format_pace(target.low or 0.0)
    return fast if fast == slow else f"{fast.removesuffix('/km')}-{slow}"


def beats_band(target: Target) -> str:
    return f"{target.low:.0f}-{target.high:.0f} bpm"


def length(duration: Duration) -> str:
    """Like `2:00`, `400 m`."""
    match duration.type:
        case DurationType.TIME:
            return format_duration(duration.value or 0.0)
        case DurationType.DISTANCE:
            return f"{duration.value or 0.0:.0f} m"
        case _:
            return "until you press lap"


def band(target: Target) -> str:
    """Like `4:00-4:15/km`, `120-140 bpm`; empty where there is none."""
    if not target.low or not target.high:
        return ""
    return pace_band(target) if target.type is TargetType.PACE else beats_band(target)


def _sentence(step: Step) -> str:
    """Like `Recovery: 2:00, easy, able to talk`."""
    told = (length(step.duration), band(step.target), step.note)
    return f"{WORDS.get(step.kind, 'Run')}: {', '.join(filter(None, told))}"
