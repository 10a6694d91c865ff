"""Best efforts of a run: the fastest over standard distances, the furthest in standard times."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from planning.activity import Effort, FloatArray, Record
from planning.fitness.comparable import possible
from planning.fitness.leaps import furthest_m
from planning.fitness.way import Way

STANDARD_M = (400.0, 800.0, 1_000.0, 1_609.344, 3_000.0, 5_000.0, 10_000.0, 21_097.5, 42_195.0)
# 10 s to 4 h, about evenly spaced in the logarithm
CURVE_S = (
    *(10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 360, 480, 600, 720, 900, 1_200),
    *(1_500, 1_800, 2_400, 3_000, 3_600, 4_500, 5_400, 7_200, 9_000, 10_800, 12_600, 14_400),
)
_MOST_M = furthest_m(np.array(CURVE_S, dtype=np.float64)) + 0.05  # rounded as the curve is


@dataclass(frozen=True, slots=True)
class Bests:
    """The best within one run.

    `efforts`: the run as a whole (by its moving time), then the fastest over each of STANDARD_M.
    `curve_m`: the mean-maximal curve, metres within each of CURVE_S. Both as far as the run goes.
    """

    efforts: tuple[Effort, ...] = ()
    curve_m: tuple[float, ...] = ()


def bests_of(record: Record, stretches: Iterable[Way]) -> Bests:
    """The best efforts of a run that can have been (`comparable.doubts`); pauses count as time.

    Each lies within one of `stretches`. Should one still be faster than the world best, something
    was not found out: then the run is believed as a whole, and no stretch of it. Never raises.
    """
    distance_m, time_s = record.distance_m, record.moving_time_s or record.elapsed_time_s
    if not distance_m or not time_s:
        return Bests()
    whole = (Effort(distance_m, time_s),)
    best_s: dict[float, float] = {}
    curve = np.zeros(0)
    for way in stretches:
        for metres, took_s in fastest(way, STANDARD_M):
            best_s[metres] = min(took_s, best_s.get(metres, np.inf))
        curve = _further(curve, furthest(way, CURVE_S))
    within, took = np.array(list(best_s)), np.array(list(best_s.values()))
    if not possible(within, took).all() or (curve > _MOST_M[: len(curve)]).any():
        return Bests(whole)
    efforts = tuple(Effort(metres, best_s[metres]) for metres in sorted(best_s))
    return Bests(whole + efforts, tuple(np.round(curve, 1).tolist()))


def fastest(way: Way, distances_m: Sequence[float]) -> Iterator[tuple[float, float]]:
    """Metres and seconds of the fastest stretch over each distance that is no longer than the way;
    pauses count as time.

    Distance is linear between samples, so the fastest stretch begins or ends at a sample: both are
    searched, which makes it exact. Interpolation of time by metres gives of a place at which the
    runner stood the last moment. That is right for where a stretch begins; where one ends there,
    the stretch that ends at the first sample of the place is the faster. All places are asked for
    at once: it costs less.
    """
    time, metres = way.time_s, way.covered_m
    wanted = [far for far in distances_m if 0 < far <= way.length_m]
    if not wanted:
        return
    starts = np.searchsorted(metres, metres[-1] - np.array(wanted), side="right").tolist()
    ends = np.searchsorted(metres, metres[0] + np.array(wanted)).tolist()
    pairs = list(zip(wanted, starts, ends, strict=True))
    places = [at for far, start, end in pairs for at in (metres[:start] + far, metres[end:] - far)]
    passed, first = np.interp(np.concatenate(places), metres, time), 0
    for far, start, end in pairs:
        middle, last = first + start, first + start + len(time) - end
        from_sample = passed[first:middle] - time[:start]
        to_sample = time[end:] - passed[middle:last]
        yield far, float(min(from_sample.min(initial=np.inf), to_sample.min(initial=np.inf)))
        first = last


def furthest(way: Way, durations_s: Sequence[int]) -> FloatArray:
    """Most metres covered within each of the durations (whole seconds, rising) that is no longer
    than the way; pauses count as time. Exact where samples are at whole seconds, as watches write
    them.
    """
    along = way.by_second_m
    within = [duration for duration in durations_s if duration < len(along)]
    return np.array([(along[duration:] - along[:-duration]).max() for duration in within])


def _further(one: FloatArray, other: FloatArray) -> FloatArray:
    """The larger of each; the longer curve goes on alone."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    both = longer.copy()
    np.maximum(both[: len(shorter)], shorter, out=both[: len(shorter)])
    return both
