"""Runs as columns: what the estimate reads, sorted by day, with doubtful speeds gated out."""

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

import numpy as np
import numpy.typing as npt

from planning.activity import Activity, FloatArray, Surface
from planning.fitness.comparable import BoolArray, possible
from planning.fitness.conditions import lost_to_heat
from planning.fitness.naming import says_race
from planning.records import ATHLETE

type IntArray = npt.NDArray[np.int64]

NORMAL_FADE = 0.06  # Riegel 1981: T2 = T1 (D2/D1)^1.06, so speed falls with distance^-.06
TEN_K_M = 10_000.0
LEAST_DISTANCE_M = 3_000.0  # shorter runs say little about endurance
GATE_DAYS = 365
GATE_LN, RACE_GATE_LN = 0.22, 0.40
# Half as fast again as the year before, with runs enough to know that year by, and as fast as
# people ride: nobody became that. It was a ride, and forty rides saved as runs are rides. What is
# slower is no ride (by judgement): whose walks were saved as runs may have begun to run.
NOBODY_LN, KNOWN_RUNS = 0.45, 10
SLOWEST_RIDE_LN = math.log(4.0)  # m/s
LEVEL_CLIMB = 0.018  # metres climbed a metre: more is no flat race
LONGEST_PAUSE = 1.15  # elapsed over moving time: more is no race


@dataclass(frozen=True, slots=True)
class Runs:
    """Columns of equal length, sorted by day. `day` is an ordinal (`date.toordinal`).

    `score` is ln of the 10 km-equivalent speed on the flat; `learnable` says which rows the
    estimate may read (at least 3 km, not on a treadmill, a believable speed).
    """

    ids: tuple[str, ...]
    day: IntArray
    distance_m: FloatArray
    volume_m: FloatArray  # the same, but nothing for a run that is not believed
    comparable_m: FloatArray  # the same on the flat and in the cool, as far as both are known
    time_s: FloatArray  # moving
    result_s: FloatArray  # the longer of elapsed and moving: what a race clock shows
    score: FloatArray
    learnable: BoolArray
    yardstick: BoolArray  # what later runs are gated by; see `believable`
    is_race: BoolArray  # by a mark or by its name
    heart_rate_bpm: FloatArray  # average; NaN where it is not known
    raceable: BoolArray  # flat, on a road or track, hardly a pause: it may have been an effort

    def __len__(self) -> int:
        return len(self.day)

    def row(self, day: int) -> int:
        """Of the first run of that day (an ordinal) or later."""
        return int(np.searchsorted(self.day, day))

    def before(self, day: int) -> "Runs":
        end = self.row(day)
        return Runs(*(getattr(self, column.name)[:end] for column in fields(self)))

    def then(self, later: "Runs") -> "Runs":
        """These and after them `later` ones."""
        pairs = ((getattr(self, c.name), getattr(later, c.name)) for c in fields(self)[1:])
        return Runs(self.ids + later.ids, *(np.concatenate(pair) for pair in pairs))


def score_of(distance_m: FloatArray, time_s: FloatArray) -> FloatArray:
    """ln(m/s) as it would be over 10 km, by Riegel's exponent (1981, 1.06)."""
    return np.log(distance_m / time_s) + NORMAL_FADE * np.log(distance_m / TEN_K_M)


def runs_of(activities: Iterable[Activity], cut: int) -> Runs:
    """The runs before the day `cut` (ordinal) as columns, in whatever order they come.

    Runs without distance or time and those faster than a world best are left out altogether.
    """
    return continued(NO_RUNS, (a for a in activities if a.day.toordinal() < cut))


def continued(before: Runs, activities: Iterable[Activity]) -> Runs:
    """`before` and the runs among `activities`, all of which are of later days, in any order.

    Bit for bit what all of them at once would give: nothing of a run depends on later ones.
    """
    rows = sorted((a for a in activities if a.is_run), key=in_order)
    distance, time = _column(rows, "distance_m"), _column(rows, "moving_time_s")
    elapsed = _column(rows, "elapsed_time_s")
    time = np.where(np.isnan(time), elapsed, time)
    sound = possible(distance, time)
    rows = [a for a, kept in zip(rows, sound, strict=True) if kept]
    distance, time, elapsed = distance[sound], time[sound], elapsed[sound]
    day = np.array([a.day.toordinal() for a in rows], dtype=np.int64)
    flat = _column(rows, "flat_distance_m")
    kept = np.array([1.0 - lost_to_heat(a) for a in rows])
    comparable = np.where(np.isnan(flat), distance, flat) / kept
    score = score_of(comparable, time)
    trusted = _flags(a.usable and a.surface is not Surface.TREADMILL for a in rows)
    trusted &= distance >= LEAST_DISTANCE_M
    is_race = _flags(a.is_race or _named_race(a) for a in rows)
    level = np.nan_to_num(_column(rows, "climb_m")) <= LEVEL_CLIMB * distance
    on_road = _flags(a.surface in {Surface.ROAD, Surface.TRACK} for a in rows)
    verdict, yardstick = believable(before, day, score, trusted=trusted, is_race=is_race)
    return before.then(
        Runs(
            ids=tuple(a.id for a in rows),
            day=day,
            distance_m=distance,
            volume_m=np.where(trusted & ~verdict, 0.0, distance),
            comparable_m=comparable,
            time_s=time,
            result_s=np.fmax(time, elapsed),
            score=score,
            learnable=trusted & verdict,
            yardstick=yardstick,
            is_race=is_race,
            heart_rate_bpm=_column(rows, "average_heart_rate_bpm"),
            raceable=level & on_road & ~(elapsed > LONGEST_PAUSE * time),
        )
    )


def in_order(activity: Activity) -> tuple[date, datetime, str]:
    """Sorts runs as columns have them."""
    return activity.day, activity.start_at, activity.id


def believable(
    before: Runs, day: IntArray, score: FloatArray, *, trusted: BoolArray, is_race: BoolArray
) -> tuple[BoolArray, BoolArray]:
    """False where a score is over the third best of the 365 days before by more than .22.

    A named race may be over it by .40: a first race after nothing but easy running is.
    It looks only backwards, so a verdict never changes later. The yardstick (the second array)
    counts refused rows too: a real leap is believed from its fourth run on, while two broken
    records change nothing. Only what leaps by more than .45 to over 4 m/s, with ten runs known, is
    never any yardstick. `before` are the runs of earlier days.
    """
    verdict, counted = np.ones(len(day), dtype=np.bool_), trusted.copy()
    known = slice(before.row(int(day[0]) - GATE_DAYS) if len(day) else 0, None)
    year = deque(  # (day, score) of what counts, and the scores sorted
        (int(d), float(s))
        for d, s, counts in zip(
            before.day[known], before.score[known], before.yardstick[known], strict=True
        )
        if counts
    )
    window = sorted(s for _, s in year)
    for i, (today, reached) in enumerate(zip(day.tolist(), score.tolist(), strict=True)):
        while year and year[0][0] < today - GATE_DAYS:
            del window[bisect_left(window, year.popleft()[1])]
        if len(window) >= 3:
            leap = reached - window[-3]
            verdict[i] = leap <= (RACE_GATE_LN if is_race[i] else GATE_LN)
            a_ride = leap > NOBODY_LN and reached > SLOWEST_RIDE_LN
            counted[i] &= len(window) < KNOWN_RUNS or not a_ride
        if counted[i]:
            insort(window, reached)
            year.append((today, reached))
    return verdict, counted


def _named_race(activity: Activity) -> bool:
    """The athlete's own word that it was none goes before what it is called."""
    said = activity.provenance.get("is_race") == ATHLETE
    return not said and says_race(activity.name, activity.distance_m)


def _column(rows: Sequence[Activity], name: str) -> FloatArray:
    """One field of every run; NaN where it is not known."""
    return np.array([getattr(a, name) for a in rows], dtype=np.float64)


def _flags(values: Iterable[bool]) -> BoolArray:
    return np.fromiter(values, dtype=np.bool_)


_WHOLE, _REAL, _FLAG = np.empty(0, np.int64), np.empty(0), np.empty(0, np.bool_)
NO_RUNS = Runs(
    (), _WHOLE, _REAL, _REAL, _REAL, _REAL, _REAL, _REAL, _FLAG, _FLAG, _FLAG, _REAL, _FLAG
)
