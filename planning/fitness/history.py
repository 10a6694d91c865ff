"""Runs as columns: what the estimate reads, sorted by day, with doubtful speeds gated out."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planning.activity import Activity, FloatArray, Surface
from planning.fitness.comparable import is_possible

type IntArray = npt.NDArray[np.int64]
type BoolArray = npt.NDArray[np.bool_]

NORMAL_FADE = 0.06  # Riegel 1981: T2 = T1 (D2/D1)^1.06, so speed falls with distance^-.06
TEN_K_M = 10_000.0
LEAST_DISTANCE_M = 3_000.0  # shorter runs say little about endurance
GATE_DAYS = 365
GATE_LN = 0.22


@dataclass(frozen=True, slots=True)
class Runs:
    """Columns of equal length, sorted by day. `day` is an ordinal (`date.toordinal`).

    `score` is ln of the 10 km-equivalent speed; `learnable` says which rows the estimate may read
    (road-like, at least 3 km, a believable speed). Volume counts every row.
    """

    day: IntArray
    distance_m: FloatArray
    time_s: FloatArray  # moving
    result_s: FloatArray  # the longer of elapsed and moving: what a race clock shows
    score: FloatArray
    learnable: BoolArray
    is_race: BoolArray
    raceable: BoolArray  # flat, on a road or track, hardly a pause: it may have been an effort

    def __len__(self) -> int:
        return len(self.day)


def score_of(distance_m: FloatArray, time_s: FloatArray) -> FloatArray:
    """ln(m/s) as it would be over 10 km, by Riegel's exponent (1981, 1.06)."""
    return np.log(distance_m / time_s) + NORMAL_FADE * np.log(distance_m / TEN_K_M)


def runs_of(activities: Sequence[Activity], cut: int) -> Runs:
    """The runs before the day `cut` (ordinal) as columns. The order of `activities` is irrelevant."""
    rows = sorted(
        (
            (a.day.toordinal(), a.start_at, a.id, a.distance_m, a.moving_time_s, a)
            for a in activities
            if a.is_run and a.distance_m and a.moving_time_s and a.day.toordinal() < cut
        ),
        key=lambda row: row[:5],
    )
    distance = np.array([row[3] for row in rows], dtype=np.float64)
    time = np.array([row[4] for row in rows], dtype=np.float64)
    day = np.array([row[0] for row in rows], dtype=np.int64)
    score = score_of(distance, time)
    trusted = np.array([_may_learn(row[5]) for row in rows], dtype=np.bool_)
    return Runs(
        day=day,
        distance_m=distance,
        time_s=time,
        result_s=np.array([max(row[4], row[5].elapsed_time_s or 0.0) for row in rows]),
        score=score,
        learnable=trusted & believable(day, score, trusted),
        is_race=np.array([row[5].is_race for row in rows], dtype=np.bool_),
        raceable=np.array([_raceable(row[5]) for row in rows], dtype=np.bool_),
    )


def believable(day: IntArray, score: FloatArray, trusted: BoolArray) -> BoolArray:
    """False where a score is over the third best of the 365 days before by more than .22.

    It looks only backwards, so a verdict never changes later. The yardstick counts refused rows
    too: a real leap is believed from its fourth run on, while two broken records change nothing.
    """
    verdict = np.ones(len(day), dtype=np.bool_)
    window: list[float] = []  # sorted scores of trusted rows of the last year
    first = 0
    for i in range(len(day)):
        while day[first] < day[i] - GATE_DAYS:
            if trusted[first]:
                del window[bisect_left(window, float(score[first]))]
            first += 1
        if len(window) >= 3:
            verdict[i] = score[i] <= window[-3] + GATE_LN
        if trusted[i]:
            insort(window, float(score[i]))
    return verdict


def _may_learn(a: Activity) -> bool:
    distance_m, time_s = a.distance_m or 0.0, a.moving_time_s or 0.0
    return (
        a.usable
        and a.surface is not Surface.TREADMILL
        and distance_m >= LEAST_DISTANCE_M
        and is_possible(distance_m, time_s)
    )


def _raceable(a: Activity) -> bool:
    """Science section 6: no trail, at most 18 m climbed a km, elapsed within 15 % of moving."""
    distance_m, moving_s = a.distance_m or 0.0, a.moving_time_s or 0.0
    return (
        a.surface in {Surface.ROAD, Surface.TRACK}
        and (a.climb_m or 0.0) <= 0.018 * distance_m
        and (a.elapsed_time_s or 0.0) <= 1.15 * moving_s
    )
