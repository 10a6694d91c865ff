"""The gate for glitches: what of one run's recording cannot have been, and what is left without it.

Looks at one run alone, so a late run never changes what an early one was found to be. A recording
without a glitch is handed on as the very same objects. What is left out is said, with amounts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from planning.activity import Record, Streams
from planning.fitness.comparable import BoolArray
from planning.fitness.leaps import TOGETHER_S, Part, furthest_m, leaps
from planning.fitness.pulse import LEAST_CADENCE, believed_heart_rate
from planning.fitness.stalls import put_back
from planning.fitness.way import Way, way_of

_MOST_LEFT_OUT = 0.5

_STILL_SPEED_M_PER_S = 0.1
_STILL_STEP_S = 60.0
_FORGOTTEN_S = 600.0

_GAP_S = 60.0
_GAP_M = 100.0
_GAP_SPEED_M_PER_S = 1.0

_CLIFF_M = 25.0  # a lower step changes the flat distance by less than 10 m
_CLIFF_M_PER_S = 3.0  # nobody runs up or down like that: a 60 % slope at 5 m/s


@dataclass(frozen=True, slots=True)
class Believed:
    """What is left of a record and its streams.

    `stretches`: parts of the way within which best efforts may lie. `repairs` say what was left
    out, `doubts` why nothing is left to learn from; both in plain words.
    """

    record: Record
    streams: Streams | None
    stretches: tuple[Way, ...]
    repairs: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def believed(record: Record, streams: Streams | None) -> Believed:
    """The run without its glitches. Never raises.

    Way that was counted all at once, after a standstill, is put back there. Left out are: the end
    of a run whose watch was forgotten running, way that was covered while the clock stood still,
    leaps (more metres than anybody ran in the time), cliffs of the altitude, heart rate that
    followed the cadence or stood still. Distance, times, climb and heart rate of the record are
    lessened by what is left out.
    """
    seen = Believed(record, streams, ())
    way = None if streams is None else way_of(streams)
    if streams is None or way is None:
        return seen
    seen = replace(seen, stretches=(way,))
    for repair in _REPAIRS_OF_WAY:
        before = seen.streams
        seen = repair(seen, way)
        if seen.streams is not before:
            way = way_of(_required(seen.streams)) or way
    return _with_pulse(_without_cliffs(seen))


# --- leaps ----------------------------------------------------------------------------------------


def _with_stalls_filled(seen: Believed, way: Way) -> Believed:
    """The distance stood still and caught up: see `planning.fitness.stalls`."""
    along, count, metres = put_back(way)
    if not count:
        return seen
    streams = _required(seen.streams)
    jumps = "a jump" if count == 1 else f"{count} jumps"
    told = f"{jumps} of the distance, {_metres(metres)}, put back where it had stood still before"
    distance = streams.distance_m.copy()
    distance[np.isfinite(distance)] = along
    filled = replace(streams, distance_m=distance)
    whole = way_of(filled) or way
    spans = ((float(stretch.time_s[0]), float(stretch.time_s[-1])) for stretch in seen.stretches)
    stretches = filter(None, (whole.between(first_s, last_s) for first_s, last_s in spans))
    return replace(seen, streams=filled, stretches=tuple(stretches), repairs=(*seen.repairs, told))


def _without_leaps(seen: Believed, way: Way) -> Believed:
    parts = leaps(way)
    if not parts:
        return seen
    metres, seconds = sum(part.metres for part in parts), sum(part.seconds for part in parts)
    whole_m = way.length_m
    if metres > _MOST_LEFT_OUT * whole_m and seconds > TOGETHER_S:
        told = f"{_metres(metres)} of its {_metres(whole_m)} went faster than anybody runs"
        return replace(seen, stretches=(), doubts=(f"{told}: it was no run",))
    return replace(
        seen,
        record=_lessened(seen.record, whole_m, metres, seconds),
        streams=_flattened(_required(seen.streams), way, parts),
        stretches=tuple(_between(seen.stretches, parts)),
        repairs=(*seen.repairs, *(f"{_amount(part)}: nobody runs that fast" for part in parts)),
    )


def _lessened(record: Record, whole_m: float, metres: float, seconds: float) -> Record:
    """Unless its distance is without them already, as of a summary that was put right."""
    told_m = record.distance_m
    if told_m is None or abs(told_m - whole_m) > abs(told_m - (whole_m - metres)):
        return record
    return replace(
        record,
        distance_m=max(told_m - metres, 0.0),
        moving_time_s=_less(record.moving_time_s, seconds),
    )


def _less(told_s: float | None, seconds: float) -> float | None:
    return None if told_s is None else max(told_s - seconds, 0.0)


def _flattened(streams: Streams, way: Way, parts: Sequence[Part]) -> Streams:
    """The same samples, without the metres of the parts, which follow each other."""
    along, left_out_m = streams.distance_m.copy(), 0.0
    for part in parts:
        first_m, last_m = np.interp([part.first_s, part.last_s], way.time_s, way.covered_m)
        inside = (streams.time_s >= part.first_s) & (streams.time_s < part.last_s)
        along[inside] = np.where(np.isnan(along[inside]), np.nan, first_m - left_out_m)
        along[streams.time_s >= part.last_s] -= last_m - first_m
        left_out_m += last_m - first_m
    return replace(streams, distance_m=along)


def _between(stretches: tuple[Way, ...], parts: Sequence[Part]) -> Iterator[Way]:
    """What lies before, between and after the parts; an interval with a leap in it is left out."""
    edges = [-np.inf, *(edge for part in parts for edge in (part.first_s, part.last_s)), np.inf]
    for stretch in stretches:
        for first_s, last_s in zip(edges[::2], edges[1::2], strict=True):
            left = stretch.between(first_s, last_s)
            if left is not None:
                yield left


def _picked(streams: Streams, inside: BoolArray) -> Streams:
    columns = ((name, getattr(streams, name)) for name in Streams.__slots__)
    return replace(streams, **{name: told[inside] for name, told in columns if told is not None})


# --- clocks ---------------------------------------------------------------------------------------


def _without_tail(seen: Believed, way: Way) -> Believed:
    """A watch forgotten running: the end is left out in which it lay still for ten minutes."""
    streams = _required(seen.streams)
    time, covered = way.time_s, way.covered_m
    end_s = float(streams.time_s[-1])
    slow = covered >= covered[-1] - _STILL_SPEED_M_PER_S * (end_s - time)
    last = int(np.flatnonzero(~slow)[-1]) + 1 if not slow.all() else 0
    if last == 0 or end_s - time[last] < _FORGOTTEN_S:
        return seen
    ahead_m = np.interp(time + _STILL_STEP_S, time, covered) - covered
    last += int(np.argmax(ahead_m[last:] < _STILL_SPEED_M_PER_S * _STILL_STEP_S))
    stopped_s = float(time[last])
    lay = streams.time_s[streams.time_s >= stopped_s]
    recorded_s = float(np.minimum(np.diff(lay), _STILL_STEP_S).sum()) if len(lay) > 1 else 0.0
    if recorded_s < _FORGOTTEN_S or _steps_on(streams, stopped_s):
        return seen
    record = replace(
        seen.record,
        moving_time_s=_until(seen.record.moving_time_s, stopped_s, recorded_s),
        elapsed_time_s=_until(seen.record.elapsed_time_s, stopped_s, end_s - stopped_s),
    )
    kept = _picked(streams, streams.time_s <= stopped_s)
    told = f"the last {_clock(end_s - stopped_s)} left out: the watch ran on at a standstill"
    ran = tuple(filter(None, (way.between(-np.inf, stopped_s),)))
    return replace(seen, record=record, streams=kept, stretches=ran, repairs=(*seen.repairs, told))


def _steps_on(streams: Streams, since_s: float) -> bool:
    """It is the distance that stands still and not the runner: a foot pod fell off, a roof."""
    cadence = streams.cadence_steps_per_min
    if cadence is None:
        return False
    steps = cadence[(streams.time_s > since_s) & np.isfinite(cadence)]
    return len(steps) > 0 and float(np.median(steps)) >= LEAST_CADENCE


def _until(told_s: float | None, stopped_s: float, tail_s: float) -> float | None:
    """Unless the time ends before the tail already."""
    if told_s is None or told_s <= stopped_s + _STILL_STEP_S:
        return told_s
    return max(told_s - tail_s, 0.0)


def _without_ghost_way(seen: Believed, way: Way) -> Believed:
    """Way that was covered while the clock stood: its metres make the moving time a fiction."""
    gaps = np.flatnonzero(way.step_s > _GAP_S)
    if len(gaps) == 0:
        return seen
    time, step_s, step_m = way.time_s, way.step_s, way.step_m
    parts = [
        Part(float(time[k]), float(time[k + 1]), float(step_m[k]))
        for k in gaps.tolist()
        if step_m[k] > max(_GAP_M, _GAP_SPEED_M_PER_S * step_s[k])
        and step_m[k] <= furthest_m(step_s[k : k + 1])[0]
    ]
    moving_s = seen.record.moving_time_s
    if not parts or moving_s is None:
        return seen
    gaps_s = sum(part.seconds for part in parts)
    paused_s = float(step_s[gaps].sum()) - gaps_s
    running_s = float(time[-1] - time[0]) - paused_s
    if moving_s > running_s - 0.9 * gaps_s:
        return seen
    metres = sum(part.metres for part in parts)
    return replace(
        seen,
        record=_lessened(seen.record, way.length_m, metres, 0.0),
        streams=_flattened(_required(seen.streams), way, parts),
        stretches=tuple(_between(seen.stretches, parts)),
        repairs=(*seen.repairs, *(f"{_amount(part)}: the clock stood still" for part in parts)),
    )


# --- altitude and heart rate ----------------------------------------------------------------------


def _without_cliffs(seen: Believed) -> Believed:
    """Steps of the altitude that are too steep for anybody are taken out, both up and down."""
    streams = _required(seen.streams)
    if streams.altitude_m is None:
        return seen
    known = np.flatnonzero(np.isfinite(streams.altitude_m))
    height_m = streams.altitude_m[known]
    step_m = height_m[1:] - height_m[:-1]
    cliff = np.abs(step_m) >= _CLIFF_M
    if not cliff.any():
        return seen
    cliff &= np.abs(step_m) > _CLIFF_M_PER_S * np.diff(streams.time_s[known])
    if not cliff.any():
        return seen
    shift = np.concatenate(([0.0], np.cumsum(np.where(cliff, step_m, 0.0))))
    altitude = streams.altitude_m.copy()
    altitude[known] -= shift
    up_m = float(step_m[cliff & (step_m > 0)].sum())
    climb_m = seen.record.climb_m
    count, most = int(cliff.sum()), float(np.abs(step_m[cliff]).max())
    steps = "a step" if count == 1 else f"{count} steps"
    told = f"{steps} of the altitude left out, of up to {most:.0f} m at once"
    return replace(
        seen,
        record=seen.record
        if climb_m is None or climb_m < up_m
        else replace(seen.record, climb_m=round(climb_m - up_m, 1)),
        streams=replace(streams, altitude_m=altitude),
        repairs=(*seen.repairs, told),
    )


def _with_pulse(seen: Believed) -> Believed:
    streams = _required(seen.streams)
    heart_rate, repairs = believed_heart_rate(streams)
    if not repairs:
        return seen
    beats = heart_rate[np.isfinite(heart_rate)] if heart_rate is not None else np.array([])
    enough = len(beats) * 2 >= len(streams.time_s)
    record = replace(
        seen.record,
        average_heart_rate_bpm=round(float(beats.mean()), 1) if enough else None,
        max_heart_rate_bpm=float(beats.max()) if enough else None,
    )
    return replace(
        seen,
        record=record,
        streams=replace(streams, heart_rate_bpm=heart_rate),
        repairs=(*seen.repairs, *repairs),
    )


# In this order: what one leaves out the next does not see.
_REPAIRS_OF_WAY = (_without_tail, _without_ghost_way, _with_stalls_filled, _without_leaps)

# --- words ----------------------------------------------------------------------------------------


def _required(streams: Streams | None) -> Streams:
    assert streams is not None  # noqa: S101 - a run without streams never comes this far
    return streams


def _amount(part: Part) -> str:
    where = f"{_clock(part.first_s)} after the start"
    return f"{_metres(part.metres)} in {_clock(part.seconds)} left out, {where}"


def _metres(metres: float) -> str:
    return f"{metres:.0f} m" if metres < 1_000 else f"{metres / 1_000:.1f} km"


def _clock(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
