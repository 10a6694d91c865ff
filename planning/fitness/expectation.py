"""Speed to expect over a distance, from recency-weighted quantiles of distance-normalised speed.

A linear sum of a few terms (see TERMS), each with a weight for the day itself and one for how that
moves with the weeks ahead. How the weights were found: `fitting`. What they are: `fitted`.
"""

import math
from dataclasses import dataclass

import numpy as np

from planning.activity import FloatArray
from planning.fitness.history import NORMAL_FADE, TEN_K_M, Runs

TERMS = (
    "constant",
    "recent",
    "best near",
    "usual",
    "speed",
    "absence",
    "long runs",
    "marathon long runs",
)
SPEED_ORIGIN = 1.1  # ln m/s, about 3 m/s
FURTHEST_WEEKS = 26.0  # as far as was looked; the expectation stays there, the spread grows on
LEAST_SAMPLE = 8  # scores, older than half a year where there are fewer
RECENT_DAYS, BEST_DAYS = 20.0, 700.0
BEST_LN = 0.2  # in ln of the distance: a run a fifth longer says e^-1 as much
LONG_M, VERY_LONG_M = 15_000.0, 25_000.0
LN_HALF, LN_MARATHON = math.log(21_097.5), math.log(42_195.0)
# "Usual" pace is read from runs at least this long; an effort is this much faster than usual.
EFFORT_LN_M = np.log(np.array([5_000.0, 10_000.0, 21_097.5, 42_195.0]))
USUAL_FROM_M = np.array([3_000.0, 6_000.0, 12_000.0, 15_000.0])
USUAL_LN = np.log(np.array([1.08, 1.06, 1.04, 0.97]))


@dataclass(frozen=True, slots=True)
class Weights:
    """One for each of TERMS: `now`, and what is added to it 26 weeks ahead."""

    now: FloatArray
    ahead: FloatArray

    def at(self, weeks: float) -> FloatArray:
        return self.now + self.ahead * far(weeks)


def far(weeks: float) -> float:
    """0 today, 1 from 26 weeks on; in between like the root, as what is unknown grows."""
    return math.sqrt(min(max(weeks, 0.0), FURTHEST_WEEKS) / FURTHEST_WEEKS)


@dataclass(frozen=True, slots=True)
class Features:
    """What is read once per day, whatever the distance. All scores are ln m/s at 10 km."""

    q90: float  # of 180 days
    recent80: float  # of a year, the younger the more
    width: float  # of 180 days, from the median to the 95 % quantile: how differently they run
    all_ln_m: FloatArray  # all years, slowest score first
    all_score: FloatArray
    all_age: FloatArray  # days
    half_year_m: FloatArray
    half_year_score: FloatArray
    weeks_away: float  # since the last run
    long_runs: int
    very_long_runs: int
    runs: int  # learnable ones in 180 days


def ln_speed(runs: Runs, cut: int, distance_m: float, weights: Weights) -> float | None:
    """ln(m/s) expected over `distance_m` from the runs before the day `cut` (an ordinal); None
    without runs.
    """
    features = features_at(runs, cut)
    return None if features is None else ln_speed_from(features, distance_m, weights.now)


def features_at(runs: Runs, cut: int) -> Features | None:
    """The quantiles as they stood at the morning of `cut`. None without any run."""
    rows = np.flatnonzero(runs.learnable[: _row(runs, cut)])
    if not len(rows):
        return None
    day, score, metres = runs.day[rows], runs.score[rows], runs.distance_m[rows]
    age = (cut - day).astype(np.float64)
    half, year = (int(np.searchsorted(day, cut - w)) for w in (180, 365))
    sample = np.sort(score[min(half, max(len(day) - LEAST_SAMPLE, 0)) :])
    q90 = quantile(sample, 0.9)
    recent = np.exp(-age[year:] / RECENT_DAYS)
    by_score = np.argsort(score, kind="stable")
    return Features(
        q90=q90,
        recent80=weighted_quantile(score[year:], recent, 0.8) if len(recent) else q90,
        width=quantile(sample, 0.95) - quantile(sample, 0.5),
        all_ln_m=np.log(metres[by_score]),
        all_score=score[by_score],
        all_age=age[by_score],
        half_year_m=metres[half:],
        half_year_score=score[half:],
        weeks_away=float(age[-1]) / 7.0,
        long_runs=_longer(runs, LONG_M, cut - 84, cut),
        very_long_runs=_longer(runs, VERY_LONG_M, cut - 112, cut),
        runs=len(day) - half,
    )


def terms_of(f: Features, distance_m: float) -> tuple[float, FloatArray]:
    """The base, ln(m/s) by the 90 % quantile and Riegel's exponent, and the TERMS beside it."""
    ln_m = math.log(distance_m)
    base = f.q90 - NORMAL_FADE * (ln_m - math.log(TEN_K_M))
    marathon = min(max((ln_m - LN_HALF) / (LN_MARATHON - LN_HALF), 0.0), 1.0)
    return base, np.array(
        [
            1.0,
            f.recent80 - f.q90,
            _best_near(f, ln_m) - f.q90,
            _usual_excess(f, ln_m, base),
            base - SPEED_ORIGIN,
            math.log1p(f.weeks_away),
            math.log1p(f.long_runs),
            marathon * math.log1p(f.very_long_runs),
        ]
    )


def ln_speed_from(f: Features, distance_m: float, weights: FloatArray) -> float:
    """ln(m/s) over a distance; between the half and the marathon the marathon's own terms fade in
    with ln distance.
    """
    base, terms = terms_of(f, distance_m)
    return base + float(terms @ weights)


def quantile(ordered: FloatArray, p: float) -> float:
    """Linear between order statistics (type 7). `ordered` ascends and is not empty."""
    position = p * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (position - low) * (ordered[high] - ordered[low]))


def weighted_quantile(values: FloatArray, weights: FloatArray, p: float) -> float:
    """The value below which a share `p` of the weight lies; each weight is centred on its value."""
    order = np.argsort(values, kind="stable")
    return _of_ordered(values[order], weights[order], p)


def usual_ln_speed(distance_m: FloatArray, score: FloatArray, ln_m: float) -> float | None:
    """Median ln(m/s) of the runs long enough to compare with a race of e^ln_m metres."""
    long_enough = distance_m >= np.interp(ln_m, EFFORT_LN_M, USUAL_FROM_M)
    if not long_enough.any():
        return None
    speeds = score[long_enough] - NORMAL_FADE * np.log(distance_m[long_enough] / TEN_K_M)
    return quantile(np.sort(speeds), 0.5)


def _usual_excess(f: Features, ln_m: float, base: float) -> float:
    usual = usual_ln_speed(f.half_year_m, f.half_year_score, ln_m)
    return 0.0 if usual is None else usual + float(np.interp(ln_m, EFFORT_LN_M, USUAL_LN)) - base


def _best_near(f: Features, ln_m: float) -> float:
    """Nearly the best of all years, the younger and the nearer in distance the more: the 99 %
    quantile, so that a lone record counts a little less than one of many.
    """
    ln_weight = -f.all_age / BEST_DAYS - np.abs(f.all_ln_m - ln_m) / BEST_LN
    # of the heaviest: by a watch that begins its calendar in the year 1 all of them vanish
    return _of_ordered(f.all_score, np.exp(ln_weight - ln_weight.max()), 0.99)


def _of_ordered(ascending: FloatArray, weights: FloatArray, p: float) -> float:
    centre = (np.cumsum(weights) - 0.5 * weights) / weights.sum()
    return float(np.interp(p, centre, ascending))


def _row(runs: Runs, day: int) -> int:
    return int(np.searchsorted(runs.day, day))


def _longer(runs: Runs, metres: float, first: int, last: int) -> int:
    """Runs of at least so many metres in these days."""
    return int((runs.volume_m[_row(runs, first) : _row(runs, last)] >= metres).sum())
