"""Which runs the estimate rests on, how much each moved it, and why others did not count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from planning.activity import Activity, Surface
from planning.fitness.ability import Fitness, estimate
from planning.fitness.comparable import is_possible
from planning.fitness.expectation import EFFORT_LN_M
from planning.fitness.history import LEAST_DISTANCE_M, TEN_K_M, runs_of


@dataclass(frozen=True, slots=True)
class Evidence:
    """One activity's part in the estimate.

    `moved_ln` is ln of the 10 km speed with it less without it: .01 is one per cent faster. What
    counts for volume only may still move it a little; `reason` says why it is not used for speed.
    """

    activity_id: str
    day: date
    used: bool
    moved_ln: float
    reason: str


def evidence(
    activities: Sequence[Activity], today: date, *, days: int = 28
) -> tuple[Evidence, ...]:
    """The activities of the last `days` days, newest first.

    Each part is measured by leaving that activity out: one estimate for each, some ten
    milliseconds for a history of years. The parts do not add up: two equal runs cover each other.
    """
    known = [a for a in activities if a.day <= today]
    learnt = _learnt(known, today)
    whole = _ten_k(estimate(known, today))
    recent = [a for a in known if a.day > today - timedelta(days=days)]
    return tuple(
        Evidence(
            activity_id=a.id,
            day=a.day,
            used=a.id in learnt,
            moved_ln=whole - _ten_k(estimate([b for b in known if b.id != a.id], today))
            if a.is_run
            else 0.0,
            reason="" if a.id in learnt else _why_not(a),
        )
        for a in sorted(recent, key=lambda a: (a.day, a.start_at, a.id), reverse=True)
    )


def _learnt(known: Sequence[Activity], today: date) -> frozenset[str]:
    runs = runs_of(known, today.toordinal() + 1)
    return frozenset(runs.ids[row] for row in np.flatnonzero(runs.learnable))


def _ten_k(fitness: Fitness) -> float:
    return float(np.interp(np.log(TEN_K_M), EFFORT_LN_M, fitness.ln_speeds))


def _why_not(a: Activity) -> str:
    if not a.is_run:
        return f"not a run but a {a.sport.value}" if a.sport.value != "other" else "not a run"
    if a.reasons:
        return "; ".join(a.reasons)
    if a.surface is Surface.TREADMILL:
        return "on a treadmill: it counts for volume only"
    time_s = a.moving_time_s if a.moving_time_s is not None else a.elapsed_time_s
    if not is_possible(a.distance_m or 0.0, time_s or 0.0):
        return "no believable distance and time"
    if (a.distance_m or 0.0) < LEAST_DISTANCE_M:
        return "under 3 km: it counts for volume only"
    if not a.usable:
        return "left out by hand"
    return "far faster than anything in the year before: the record is doubted"
