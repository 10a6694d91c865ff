"""What the estimate rests on: past efforts and their weight, runs and what each did, why not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import log

import numpy as np

from planning.activity import Activity
from planning.fitness.ability import WINDOW_DAYS, Fitness, fitness_of
from planning.fitness.career import Career
from planning.fitness.detection import RaceLooks, race_looks
from planning.fitness.expectation import EFFORT_LN_M
from planning.fitness.history import TEN_K_M, in_order
from planning.fitness.quality import quality_of

MATTERS_LN = 0.002  # an older run that moved less is not worth a line


@dataclass(frozen=True, slots=True)
class Evidence:
    """One activity's part in the estimate.

    `moved_ln` is ln of the 10 km speed with it less without it: .01 is one per cent faster. What
    counts for volume only may still move it a little; `reason` says why it is not used for speed,
    or how it was read.
    """

    activity_id: str
    day: date
    used: bool
    moved_ln: float
    reason: str


@dataclass(frozen=True, slots=True)
class PastEffort:
    """A race or hard effort, and what was expected of it on its morning.

    `share` is its weight, from 0 to 1, in how the athlete's own past moves the 10 km estimate;
    `moved_ln` by how much it does (ln speed), all else as it is.
    """

    activity_id: str
    day: date
    distance_m: float
    time_s: float
    expected_s: float
    is_race: bool
    looks: RaceLooks | None  # None: too little was known before it
    share: float
    moved_ln: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """`efforts` by weight, the heaviest first; `recent` is every activity of the last weeks and
    `older` those runs of the half-year that still matter, newest first.

    `ten_k_s` is the estimate and `runs_alone_s` what it would be without the own past, both None
    while there is too little to speak of.
    """

    ten_k_s: float | None
    runs_alone_s: float | None
    efforts: tuple[PastEffort, ...]
    recent: tuple[Evidence, ...]
    older: tuple[Evidence, ...]


def explained(activities: Iterable[Activity], today: date, *, days: int = 28) -> Explanation:
    """What the estimate of `today` rests on; `recent` are the last `days` days.

    Each activity is measured by leaving it out; older runs are told if they moved it by .2 %. The
    parts do not add up: two equal runs cover each other. Some two milliseconds a run of 180 days.
    """
    known = sorted((a for a in activities if a.day <= today), key=in_order, reverse=True)
    career = Career.of(known)
    fitness = career.fitness_on(today)
    alone = fitness_of(career.runs, career.efforts.before(0), today, weights=career.weights)
    half_year = [a for a in known if a.day > today - timedelta(days=max(days, WINDOW_DAYS))]
    parts = _parts(career, half_year, today)
    begin = today - timedelta(days=days)
    return Explanation(
        ten_k_s=_ten_k_s(fitness),
        runs_alone_s=_ten_k_s(alone),
        efforts=_past_efforts(career, today),
        recent=tuple(part for part in parts if part.day > begin),
        older=tuple(p for p in parts if p.day <= begin and abs(p.moved_ln) >= MATTERS_LN),
    )


def _parts(career: Career, activities: Iterable[Activity], today: date) -> list[Evidence]:
    runs = career.runs
    learnt = {runs.ids[row] for row in np.flatnonzero(runs.learnable)}
    whole = _ten_k(career.fitness_on(today))
    told = []
    for a in activities:
        without = career.without([a.id]).fitness_on(today) if a.is_run else None
        moved = 0.0 if without is None else whole - _ten_k(without)
        used = a.id in learnt
        told.append(
            Evidence(a.id, a.day, used, moved, "; ".join(quality_of(a, learnt=used).reasons))
        )
    return told


def _past_efforts(career: Career, today: date) -> tuple[PastEffort, ...]:
    own = career.efforts.seen_on(today.toordinal() + 1)
    shares, shift = own.shares(log(TEN_K_M)), own.shift(log(TEN_K_M))
    unclipped = career.efforts.error[np.searchsorted(career.efforts.row, own.row)]
    told = []
    for row, share, error, counted in zip(own.row, shares, unclipped, own.error, strict=True):
        time_s = float(career.runs.result_s[row])
        rest = (shift - share * counted) / (1.0 - share)  # the shift by all the others
        told.append(
            PastEffort(
                activity_id=career.runs.ids[row],
                day=date.fromordinal(int(career.runs.day[row])),
                distance_m=float(career.runs.distance_m[row]),
                time_s=time_s,
                expected_s=time_s * float(np.exp(-error)),
                is_race=bool(career.runs.is_race[row]),
                looks=race_looks(career.runs, int(row), career.signs),
                share=float(share),
                moved_ln=float(rest - shift),
            )
        )
    return tuple(sorted(told, key=lambda effort: (-effort.share, effort.day, effort.activity_id)))


def _ten_k(fitness: Fitness) -> float:
    return float(np.interp(np.log(TEN_K_M), EFFORT_LN_M, fitness.ln_speeds))


def _ten_k_s(fitness: Fitness) -> float | None:
    return TEN_K_M / float(np.exp(_ten_k(fitness))) if fitness.ready else None
