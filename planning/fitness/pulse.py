"""Heart rate that is not the heart's: optical sensors lock on the cadence, straps stand still."""

import numpy as np

from planning.activity import FloatArray, Streams
from planning.fitness.comparable import BoolArray
from planning.fitness.spans import spans

LOCKED_BPM = 3.0
LOCKED_SHARE = 0.9
LOCKED_S = 240.0
FROM_THE_START_S = 90.0
LEAP_BPM, LEAP_S = 20.0, 8.0
STILL_S = 900.0
LEAST_CADENCE = 120.0  # below it is walking, or one foot is counted
DEAD_BPM = 25.0
BRIDGED_S = 30.0


def believed_heart_rate(streams: Streams) -> tuple[FloatArray | None, tuple[str, ...]]:
    """Heart rate in bpm, NaN where it is not believed, and what was left out, in plain words.

    Not believed is what stays within 3 bpm of the cadence for four minutes or longer, if that
    begins within 90 s of the start, when a heart has not got there yet, or with a leap of 20 bpm;
    one value for a quarter of an hour; and what no living heart does. Without any of these the very
    same array comes back, and no words.
    """
    beats, time = streams.heart_rate_bpm, streams.time_s
    if beats is None or not np.isfinite(beats).any():
        return beats, ()
    with np.errstate(invalid="ignore"):
        dead = beats < DEAD_BPM
    locked = _locked(streams, beats)
    still = _still(time, beats) & ~dead
    bad = dead | locked | still
    if not bad.any():
        return beats, ()
    repairs = [
        f"heart rate of {_when(time, where)} not believed: {why}"
        for where, why in (
            (locked, "it followed the cadence"),
            (still & ~locked, "it stood still"),
            (dead, "no heart beats that slowly"),
        )
        if where.any()
    ]
    return np.where(bad, np.nan, beats), tuple(repairs)


def _locked(streams: Streams, beats: FloatArray) -> BoolArray:
    """Samples of each long stretch that follows the cadence, bridged over short slips."""
    bad = np.zeros(len(beats), dtype=np.bool_)
    cadence = streams.cadence_steps_per_min
    if cadence is None:
        return bad
    with np.errstate(invalid="ignore"):
        near = (np.abs(beats - cadence) <= LOCKED_BPM) & (cadence >= LEAST_CADENCE)
    for first, last in spans(near, streams.time_s, within=BRIDGED_S):
        long_enough = streams.time_s[last] - streams.time_s[first] >= LOCKED_S
        sure = near[first : last + 1].mean() >= LOCKED_SHARE
        if long_enough and sure and _begins_oddly(streams.time_s, beats, first):
            bad[first : last + 1] = True
    return bad


def _begins_oddly(time: FloatArray, beats: FloatArray, first: int) -> bool:
    if time[first] - time[0] <= FROM_THE_START_S:
        return True
    before = (time >= time[first] - LEAP_S) & (time < time[first]) & np.isfinite(beats)
    return bool(before.any() and np.abs(beats[before] - beats[first]).max() >= LEAP_BPM)


def _still(time: FloatArray, beats: FloatArray) -> BoolArray:
    """Samples of one value held for a quarter of an hour."""
    bad = np.zeros(len(beats), dtype=np.bool_)
    known = np.flatnonzero(np.isfinite(beats))
    if len(known) < 2:
        return bad
    told = beats[known]
    changes = np.flatnonzero(told[1:] != told[:-1])
    firsts = known[np.concatenate(([0], changes + 1))]
    lasts = known[np.concatenate((changes, [len(known) - 1]))]
    for span in np.flatnonzero(time[lasts] - time[firsts] >= STILL_S).tolist():
        first, last = firsts[span], lasts[span]
        bad[first : last + 1] = np.isfinite(beats[first : last + 1])
    return bad


def _when(time: FloatArray, where: BoolArray) -> str:
    """`the first 9 min` when it begins with the run, else how long in all."""
    places = np.flatnonzero(where)
    step = np.diff(time, append=time[-1])
    minutes = max(round(float(np.minimum(step[places], BRIDGED_S).sum()) / 60), 1)
    if places[0] == 0 and bool(where[: places[-1] + 1].all()):
        return f"the first {minutes} min"
    return f"{minutes} min"
