"""Way that was run while the distance stood still, and counted all at once afterwards.

In a tunnel, between houses or in the pocket of a sleeping phone no metre is counted, and then all
of them in one second. That is no leap of the receiver: the runner was there, and ran it.
"""

import numpy as np

from planning.activity import FloatArray
from planning.fitness.leaps import furthest_m
from planning.fitness.way import Way

_LEAST_M = 45.0  # less is the jitter of a receiver, which evens out
_STILL_M = 2.0  # what a receiver without a fix drifts
_LEAST_S = 3.0  # a shorter standstill is rounding
_USUAL = 1.25  # of the run's usual speed: what is caught up faster than that was not run
_MOVING_M_PER_S = 0.5


def put_back(way: Way) -> tuple[FloatArray, int, float]:
    """(metres by sample, number of jumps, metres in all) with each jump spread over its standstill.

    A jump is further than anybody runs in the time. One of 45 m and more is put back where that
    makes it a stretch as fast as this run usually was, as it is where a watch wrote nothing in the
    tunnel.
    """
    time_s, covered_m, step_m = way.time_s, way.covered_m, way.step_m
    far = np.flatnonzero(step_m >= _LEAST_M)
    jumps = far[step_m[far] > furthest_m(way.step_s[far])]
    if len(jumps) == 0:
        return covered_m, 0, 0.0
    along, count, metres, most = covered_m.copy(), 0, 0.0, _USUAL * _usual(way)
    for jump in jumps.tolist():
        first = int(np.searchsorted(covered_m, covered_m[jump] - _STILL_M))
        way_m = float(covered_m[jump + 1] - covered_m[first])
        long_s = float(time_s[jump + 1] - time_s[first])
        stood_s = float(time_s[jump] - time_s[first])
        if stood_s >= _LEAST_S and way_m <= most * long_s:
            inside = slice(first, jump + 2)
            ends = [time_s[first], time_s[jump + 1]], [covered_m[first], covered_m[jump + 1]]
            along[inside] = np.interp(time_s[inside], *ends)
            count, metres = count + 1, metres + float(step_m[jump])
    return along, count, metres


def _usual(way: Way) -> float:
    """m/s of the run: the slower of its mean and the median of its moving intervals."""
    speed = way.step_m / way.step_s
    moving = speed[speed >= _MOVING_M_PER_S]
    mean = way.step_m.sum() / way.step_s.sum()
    return float(min(mean, np.median(moving))) if len(moving) else 0.0
