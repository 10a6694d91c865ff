"""How a service may keep another workout than it was sent, on demand. Pure.

The three services have the same steps in different words; each fault is the same change of them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

type Json = dict[str, Any]

SCOPE = "goalward.misread"  # in the ASGI scope of a request: how it is to be misread


@dataclass(frozen=True, slots=True)
class Words:
    """A service's own: where steps stand, and what a change of them is in its JSON."""

    children: str
    lengths: tuple[str, ...]
    bounds: tuple[str, ...]
    uncounted: Json
    untargeted: Json
    odd: Json
    coarse: float  # what bounds are rounded to, so that it shows
    order: str = ""


GARMIN = Words(
    children="workoutSteps",
    lengths=("endConditionValue",),
    bounds=("targetValueOne", "targetValueTwo"),
    uncounted={"endCondition": None},
    untargeted={"targetType": None, "targetValueOne": None, "targetValueTwo": None},
    odd={"endCondition": {"conditionTypeId": 4, "conditionTypeKey": "time"}},  # the id counts
    coarse=0.1,
    order="stepOrder",
)
PARTNER = Words(
    children="steps",
    lengths=("durationValue",),
    bounds=("targetValueLow", "targetValueHigh"),
    uncounted={"repeatValue": 1},
    untargeted={"targetType": "OPEN", "targetValueLow": None, "targetValueHigh": None},
    odd={"durationType": "CALORIES"},
    coarse=0.1,
    order="stepOrder",
)
INTERVALS = Words(
    children="steps",
    lengths=("duration", "distance"),
    bounds=("start", "end", "value"),
    uncounted={"reps": 1},
    untargeted={"pace": None, "hr": None},
    odd={"freeride": True},
    coarse=30.0,
)


def misread(steps: list[Json], how: str, words: Words) -> list[Json]:
    """The steps as a service takes them that misreads them so; "": as they are."""
    return HOWS[how](steps, words) if how else steps


def _untargeted(steps: list[Json], words: Words) -> list[Json]:
    for step in _leaves(steps, words):
        step.update(words.untargeted)
    return steps


def _uncounted(steps: list[Json], words: Words) -> list[Json]:
    for step in _every(steps, words):
        if step.get(words.children):
            step.update(words.uncounted)
    return steps


def _odd(steps: list[Json], words: Words) -> list[Json]:
    for step in _leaves(steps, words):
        if any(step.get(key) for key in words.lengths):
            step.update(words.odd)
    return steps


def _rounded(by: float) -> Callable[[list[Json], Words], list[Json]]:
    """`by`: the share of what shows."""

    def rounded(steps: list[Json], words: Words) -> list[Json]:
        unit = words.coarse * by
        for step in _leaves(steps, words):
            for place in (step, step.get("pace") or {}):
                for key in words.bounds:
                    if isinstance(place.get(key), float | int):
                        place[key] = round(place[key] / unit) * unit
        return steps

    return rounded


def _shortened(steps: list[Json], words: Words) -> list[Json]:
    for step in _leaves(steps, words):
        for key in words.lengths:
            if step.get(key):
                step[key] = round(step[key] * 0.9)
    return steps


def _reordered(steps: list[Json], words: Words) -> list[Json]:
    """The first and the last change places."""
    if len(steps) > 1 and words.order:
        first, last = steps[0], steps[-1]
        first[words.order], last[words.order] = last[words.order], first[words.order]
    elif len(steps) > 1:
        steps[0], steps[-1] = steps[-1], steps[0]
    return steps


HOWS: Mapping[str, Callable[[list[Json], Words], list[Json]]] = {
    "targets": _untargeted,
    "counts": _uncounted,
    "kinds": _odd,
    "bounds": _rounded(1.0),
    "lengths": _shortened,
    "order": _reordered,
    "finely": _rounded(0.01),  # as a watch does: nothing of it shows
}


def _every(steps: list[Json], words: Words) -> Iterator[Json]:
    for step in steps:
        yield step
        yield from _every(step.get(words.children) or [], words)


def _leaves(steps: list[Json], words: Words) -> Iterator[Json]:
    return (step for step in _every(steps, words) if not step.get(words.children))
