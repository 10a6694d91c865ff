"""The way of a run: where the runner was when, as far as the recording can be read."""

from dataclasses import dataclass

import numpy as np

from planning.activity import FloatArray, Streams

_LONGEST_S = 10 * 86_400  # a longer recording has a broken clock: it is not looked into


@dataclass(frozen=True, slots=True)
class Way:
    """Seconds and metres of the samples whose distance is known, and what lies between them.

    `time_s` rises, `covered_m` never falls; `step_s` and `step_m` are one shorter. `by_second_m`
    are the metres at `first_s` and at each second from then until the last; they are linear between
    samples, so nothing is lost where samples are at whole seconds.
    """

    time_s: FloatArray
    covered_m: FloatArray
    step_s: FloatArray
    step_m: FloatArray
    first_s: float
    by_second_m: FloatArray

    @property
    def length_m(self) -> float:
        return float(self.covered_m[-1] - self.covered_m[0])

    def between(self, first_s: float, last_s: float) -> "Way | None":
        """The part from one second to another, ends included; None where that is no way."""
        first = int(np.searchsorted(self.time_s, first_s))
        last = int(np.searchsorted(self.time_s, last_s, side="right"))
        return _through(self.time_s[first:last], self.covered_m[first:last])


def way_of(streams: Streams) -> Way | None:
    """None where the clock does not run forward or no way is to be seen."""
    time, metres = streams.time_s, streams.distance_m
    if len(time) < 2 or not (time[1:] > time[:-1]).all() or time[-1] - time[0] > _LONGEST_S:
        return None
    known = np.isfinite(metres)
    return _through(time, metres) if known.all() else _through(time[known], metres[known])


def _through(time: FloatArray, metres: FloatArray) -> Way | None:
    if len(time) < 2:
        return None
    step_m = metres[1:] - metres[:-1]
    if (step_m < 0).any():
        metres = np.maximum.accumulate(metres)
        step_m = metres[1:] - metres[:-1]
    step_s = time[1:] - time[:-1]
    if (step_s == 1.0).all():  # as most watches write it: there is nothing to do
        return Way(time, metres, step_s, step_m, float(time[0]), metres)
    first_s = float(np.floor(time[0]))
    seconds = np.arange(first_s, np.ceil(time[-1]) + 1.0)
    return Way(time, metres, step_s, step_m, first_s, np.interp(seconds, time, metres))
