"""The way of a run: where the runner was when, as far as the recording can be read."""

from dataclasses import dataclass

import numpy as np

from planning.activity import FloatArray, Streams

_LONGEST_S = 10 * 86_400  # a longer recording has a broken clock: it is not looked into


@dataclass(frozen=True, slots=True)
class Way:
    """Seconds and metres of the samples whose distance is known, and what lies between them.

    `time_s` rises, `covered_m` never falls; `step_s` and `step_m` are one shorter.
    """

    time_s: FloatArray
    covered_m: FloatArray
    step_s: FloatArray
    step_m: FloatArray

    @property
    def length_m(self) -> float:
        return float(self.covered_m[-1] - self.covered_m[0])

    def by_second(self) -> tuple[float, FloatArray]:
        """(the first whole second, metres at it and at each whole second until the last).

        Metres are linear between samples, so nothing is lost where samples are at whole seconds.
        """
        first_s = float(np.floor(self.time_s[0]))
        if first_s == self.time_s[0] and (self.step_s == 1.0).all():
            return first_s, self.covered_m  # as most watches write it: there is nothing to do
        seconds = np.arange(first_s, np.ceil(self.time_s[-1]) + 1.0)
        return first_s, np.interp(seconds, self.time_s, self.covered_m)


def way_of(streams: Streams) -> Way | None:
    """None where the clock does not run forward or no way is to be seen."""
    time, covered = streams.time_s, streams.distance_m
    if len(time) < 2 or not np.isfinite(time).all() or time[-1] - time[0] > _LONGEST_S:
        return None
    step_s = time[1:] - time[:-1]
    if not (step_s > 0).all():
        return None
    known = np.isfinite(covered)
    if not known.all():
        time, covered = time[known], covered[known]
        step_s = time[1:] - time[:-1]
        if len(time) < 2:
            return None
    step_m = covered[1:] - covered[:-1]
    if (step_m < 0).any():
        covered = np.maximum.accumulate(covered)
        step_m = covered[1:] - covered[:-1]
    return Way(time, covered, step_s, step_m)
