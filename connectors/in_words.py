"""A workout as sentences, for a calendar that does not keep its steps. Pure."""

from collections.abc import Iterator, Sequence

from planning.units import format_duration, format_pace
from planning.workout import DurationType, Item, Repeat, Step, StepKind, Target, TargetType

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


def pace_band(target: Target) -> str:
    """The faster one first, like `4:00-4:15/km`."""
    fast, slow = format_pace(target.high or 0.0), format_pace(target.low or 0.0)
    return fast if fast == slow else f"{fast.removesuffix('/km')}-{slow}"


def beats_band(target: Target) -> str:
    return f"{target.low:.0f}-{target.high:.0f} bpm"


def _sentence(step: Step) -> str:
    """Like `Recovery: 2:00, easy, able to talk`."""
    long = {
        DurationType.TIME: format_duration(step.duration.value or 0.0),
        DurationType.DISTANCE: f"{step.duration.value or 0.0:.0f} m",
        DurationType.OPEN: "until you press lap",
    }[step.duration.type]
    target = ""
    if step.target.type is not TargetType.OPEN:
        target = (pace_band if step.target.type is TargetType.PACE else beats_band)(step.target)
    told = (long, target, step.note)
    return f"{WORDS.get(step.kind, 'Run')}: {', '.join(filter(None, told))}"
