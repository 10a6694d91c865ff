"""Leaps: parts of a recording with more metres than anybody ran in the time."""

from dataclasses import dataclass

import numpy as np

from planning.activity import FloatArray
from planning.fitness.comparable import WORLD_BESTS_S, BoolArray
from planning.fitness.spans import spans
from planning.fitness.way import Way

# Furthest that anybody ran in so many seconds. Up to 20 s: flying sprints, whose fastest 10 m were
# run at 12.4 m/s (Bolt 2009), with a tenth for rounded seconds; longer: world bests.
_FURTHEST_S = (1.0, 5.0, 10.0, 20.0, *WORLD_BESTS_S.values())
_FURTHEST_M = (13.6, 68.0, 130.0, 240.0, *WORLD_BESTS_S)
_LN_FURTHEST_S, _LN_FURTHEST_M = np.log(_FURTHEST_S), np.log(_FURTHEST_M)
# Shortest first, so that a leap is found by itself and not with its neighbourhood.
WINDOWS_S = (1, 2, 5, 10, 20, 43, 101, 206, 437, 755, 1571)
_LEAST_LEAP_M = 45.0  # less is the jitter of a receiver, which evens out
_ONE_LEAP_S = 3.0
TOGETHER_S = 60.0  # between two leaps nearer than this nothing is believed


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the recording, in seconds from its start."""

    first_s: float
    last_s: float
    metres: float

    @property
    def seconds(self) -> float:
        return self.last_s - self.first_s


def furthest_m(seconds: FloatArray) -> FloatArray:
    """Metres that nobody exceeded in so many seconds (above zero), interpolated in logarithms."""
    ln_m = np.interp(np.log(seconds), _LN_FURTHEST_S, _LN_FURTHEST_M)
    return np.asarray(np.exp(ln_m), dtype=np.float64)


def leaps(way: Way) -> tuple[Part, ...]:
    """Each part with more metres than can be run in it, in order."""
    along = way.by_second_m
    # cheap for nearly all runs: what is not too far with the leaps is not without them
    suspected = _suspected(along)
    if not suspected:
        return ()
    step_m = np.diff(along)
    cut = np.zeros(len(step_m), dtype=np.bool_)
    left = step_m.copy()
    for window, most_m in suspected:
        _cut(left, cut, window, most_m)
    return _merged(cut, step_m, way.first_s)


def _suspected(along: FloatArray) -> list[tuple[int, float]]:
    """The windows in which too much was covered, and how much would not be too much.

    What was covered in a short one bounds the longer ones, so most need no looking at.
    """
    found, reach_m, in_s = list[tuple[int, float]](), np.inf, 1
    for window, most_m in zip(WINDOWS_S, _MOST_M, strict=True):
        if window < len(along) and reach_m * -(-window // in_s) > most_m:
            reach_m, in_s = float((along[window:] - along[:-window]).max()), window
            if reach_m > most_m:
                found.append((window, most_m))
    return found


_MOST_M = tuple(furthest_m(np.array(WINDOWS_S, dtype=np.float64)).tolist())


def _cut(left: FloatArray, cut: BoolArray, window: int, most_m: float) -> None:
    """Marks the seconds that make windows of this length impossible, until none is."""
    fast = most_m / window
    for _ in range(len(left)):
        along = np.concatenate(([0.0], np.cumsum(left)))
        impossible = np.flatnonzero(along[window:] - along[:-window] > most_m)
        if len(impossible) == 0:
            return
        marks = np.zeros(len(left) + 1)
        np.add.at(marks, impossible, 1.0)
        np.add.at(marks, impossible + window, -1.0)
        guilty = (np.cumsum(marks)[:-1] > 0) & (left > fast)
        cut |= guilty
        left[guilty] = 0.0


def _merged(cut: BoolArray, step_m: FloatArray, start_s: float) -> tuple[Part, ...]:
    """Leaps that are worth the name; between two that are near each other nothing is believed."""
    marked, second = np.zeros(len(cut), dtype=np.bool_), np.arange(len(cut), dtype=np.float64)
    for first, last in spans(cut, second, within=_ONE_LEAP_S + 1):
        inside = slice(first, last + 1)
        if float(step_m[inside][cut[inside]].sum()) >= _LEAST_LEAP_M:
            marked[inside] = True
    return tuple(
        Part(start_s + first, start_s + last + 1, float(step_m[first : last + 1].sum()))
        for first, last in spans(marked, second, within=TOGETHER_S + 1)
    )
