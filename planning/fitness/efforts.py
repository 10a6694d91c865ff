"""Best efforts of a run: its mean-maximal curve over standard distances."""

from collections.abc import Sequence

import numpy as np

from planning.activity import Effort, FloatArray, Record, Streams
from planning.fitness.comparable import is_possible

STANDARD_M = (400.0, 800.0, 1_000.0, 1_609.344, 3_000.0, 5_000.0, 10_000.0, 21_097.5, 42_195.0)


def efforts_of(record: Record, stretches: Sequence[Streams]) -> tuple[Effort, ...]:
    """The run as a whole (by its moving time), then the best within `stretches`, shortest first.

    An effort lies within one stretch. Should one still be faster than the world best, something was
    not found out: then no stretch is believed, the whole run is if its own speed is possible.
    """
    distance_m, time_s = record.distance_m, record.moving_time_s or record.elapsed_time_s
    if not distance_m or not time_s or not is_possible(distance_m, time_s):
        return ()
    whole = (Effort(distance_m, time_s),)
    best: dict[float, Effort] = {}
    for stretch in stretches:
        for effort in best_efforts(stretch, STANDARD_M):
            known = best.get(effort.distance_m)
            if known is None or effort.time_s < known.time_s:
                best[effort.distance_m] = effort
    if not all(is_possible(effort.distance_m, effort.time_s) for effort in best.values()):
        return whole
    return whole + tuple(best[distance] for distance in STANDARD_M if distance in best)


def best_efforts(streams: Streams, distances_m: Sequence[float]) -> tuple[Effort, ...]:
    """The fastest stretch over each distance the run is long enough for; pauses count as time.

    Distance is linear between samples, so the fastest stretch begins or ends at a sample: both are
    searched, which makes it exact. Samples without a distance are passed over.
    """
    known = np.isfinite(streams.distance_m) & np.isfinite(streams.time_s)
    if known.sum() < 2:
        return ()
    time = streams.time_s[known]
    covered = np.maximum.accumulate(streams.distance_m[known])
    metres, arrival = np.unique(covered, return_index=True)
    if len(metres) < 2:
        return ()
    departure = np.append(arrival[1:], len(covered)) - 1
    return tuple(
        Effort(distance, _fastest(metres, time[arrival], time[departure], distance))
        for distance in distances_m
        if distance <= metres[-1] - metres[0]
    )


def _fastest(
    metres: FloatArray, arrival: FloatArray, departure: FloatArray, distance_m: float
) -> float:
    """Seconds. A runner reaches `metres[k]` at `arrival[k]` and leaves it at `departure[k]`."""
    starts = metres <= metres[-1] - distance_m
    ends = metres >= metres[0] + distance_m
    from_sample = (
        _passing(metres, arrival, departure, metres[starts] + distance_m) - departure[starts]
    )
    to_sample = arrival[ends] - _passing(metres, arrival, departure, metres[ends] - distance_m)
    return float(min(from_sample.min(initial=np.inf), to_sample.min(initial=np.inf)))


def _passing(
    metres: FloatArray, arrival: FloatArray, departure: FloatArray, at: FloatArray
) -> FloatArray:
    """When places between the samples are passed."""
    k = np.clip(np.searchsorted(metres, at, side="right") - 1, 0, len(metres) - 2)
    share = (at - metres[k]) / (metres[k + 1] - metres[k])
    return np.asarray(departure[k] + share * (arrival[k + 1] - departure[k]), dtype=np.float64)
