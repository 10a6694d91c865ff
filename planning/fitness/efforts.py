"""Best efforts of a run: the fastest over standard distances, the furthest in standard times."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from planning.activity import Effort, FloatArray, Record, Streams
from planning.fitness.comparable import is_possible, possible
from planning.fitness.leaps import furthest_m
from planning.fitness.way import Way, way_of

STANDARD_M = (400.0, 800.0, 1_000.0, 1_609.344, 3_000.0, 5_000.0, 10_000.0, 21_097.5, 42_195.0)
# 10 s to 4 h, about evenly spaced in the logarithm
CURVE_S = (
    *(10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 360, 480, 600, 720, 900, 1_200),
    *(1_500, 1_800, 2_400, 3_000, 3_600, 4_500, 5_400, 7_200, 9_000, 10_800, 12_600, 14_400),
)


@dataclass(frozen=True, slots=True)
class Bests:
    """The best within one run.

    `efforts`: the run as a whole (by its moving time), then the fastest over each of STANDARD_M.
    `curve_m`: the mean-maximal curve, metres within each of CURVE_S. Both as far as the run goes.
    """

    efforts: tuple[Effort, ...] = ()
    curve_m: tuple[float, ...] = ()


def bests_of(record: Record, stretches: Iterable[Streams]) -> Bests:
    """The best efforts of a run; each lies within one of `stretches`, and pauses count as time.

    Should one still be faster than the world best, something was not found out: then no stretch is
    believed, the whole run is if its own speed is possible. Never raises.
    """
    distance_m, time_s = record.distance_m, record.moving_time_s or record.elapsed_time_s
    if not distance_m or not time_s or not is_possible(distance_m, time_s):
        return Bests()
    whole = (Effort(distance_m, time_s),)
    fastest: dict[float, float] = {}
    curve = np.zeros(0)
    for way in filter(None, map(way_of, stretches)):
        for effort in _efforts(way, STANDARD_M):
            known_s = fastest.get(effort.distance_m, np.inf)
            fastest[effort.distance_m] = min(effort.time_s, known_s)
        curve = _further(curve, _furthest(way, CURVE_S))
    within, took = np.array(list(fastest)), np.array(list(fastest.values()))
    if not possible(within, took).all() or (curve > _MOST_M[: len(curve)]).any():
        return Bests(whole)
    efforts = tuple(Effort(metres, fastest[metres]) for metres in sorted(fastest))
    return Bests(whole + efforts, tuple(np.round(curve, 1).tolist()))


_MOST_M = furthest_m(np.array(CURVE_S, dtype=np.float64)) + 0.05  # rounded as the curve is


def best_efforts(streams: Streams, distances_m: Sequence[float]) -> tuple[Effort, ...]:
    """The fastest stretch over each distance the run is long enough for; pauses count as time.

    Distance is linear between samples, so the fastest stretch begins or ends at a sample: both are
    searched, which makes it exact. Samples without a distance are passed over.
    """
    way = way_of(streams)
    return _efforts(way, distances_m) if way else ()


def mean_maximal_m(streams: Streams, durations_s: Sequence[int]) -> FloatArray:
    """Most metres covered within each of the durations (whole seconds, rising) that is no longer
    than the run; pauses count as time.

    Exact where samples are at whole seconds, as watches write them.
    """
    way = way_of(streams)
    return _furthest(way, durations_s) if way else np.zeros(0)


def _efforts(way: Way, distances_m: Sequence[float]) -> tuple[Effort, ...]:
    length_m = way.length_m
    return tuple(
        Effort(distance, _fastest(way, distance))
        for distance in distances_m
        if 0 < distance <= length_m
    )


def _fastest(way: Way, distance_m: float) -> float:
    """Seconds. Where the runner stood, the way before ends on coming and the next begins on going.

    A place between samples is passed at one time, so interpolation is of time by metres; of a place
    at which the runner stood it gives the last moment, which is right for where a stretch begins.
    Where such a stretch ends, the one that ends at the first sample there is the faster.
    """
    time, metres = way.time_s, way.covered_m
    starts = int(np.searchsorted(metres, metres[-1] - distance_m, side="right"))
    ends = int(np.searchsorted(metres, metres[0] + distance_m))
    from_sample = np.interp(metres[:starts] + distance_m, metres, time) - time[:starts]
    to_sample = time[ends:] - np.interp(metres[ends:] - distance_m, metres, time)
    return float(min(from_sample.min(initial=np.inf), to_sample.min(initial=np.inf)))


def _furthest(way: Way, durations_s: Sequence[int]) -> FloatArray:
    _, along = way.by_second()
    within = [duration for duration in durations_s if duration < len(along)]
    return np.array([(along[duration:] - along[:-duration]).max() for duration in within])


def _further(one: FloatArray, other: FloatArray) -> FloatArray:
    """The larger of each; the longer curve goes on alone."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    furthest = longer.copy()
    np.maximum(furthest[: len(shorter)], shorter, out=furthest[: len(shorter)])
    return furthest
