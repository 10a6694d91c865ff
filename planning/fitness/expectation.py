"""Speed to expect over a distance, from recency-weighted quantiles of distance-normalised speed.

The formula is C12 of the project's own study (18 runners, 311 race-like efforts over 5 km to the
marathon): a Bayesian ridge with athlete random effects over quantiles of past speed. Mean absolute
error 4.9 % with the athlete left out of the fit, 3.7 % on runners who took no part in it.
"""

import math
from dataclasses import dataclass

import numpy as np

from planning.activity import FloatArray
from planning.fitness.history import NORMAL_FADE, TEN_K_M, Runs

CONSTANT = 0.0456
TOP3, RECENT80, YEAR90, MEDIAN, NEAR, USUAL = 0.085, 0.234, 0.132, -0.054, 0.106, 0.144
VOLUME, LONGEST, SPEED = 0.008, -0.022, -0.056
MARATHON_VOLUME, MARATHON_TANDA = 0.061, 0.208
SPEED_ORIGIN = 1.1  # ln m/s, about 3 m/s
RECENT_DAYS = 45.0
LN_HALF, LN_MARATHON = math.log(21_097.5), math.log(42_195.0)
# "Usual" pace is read from runs at least this long; an effort is this much faster than usual.
EFFORT_LN_M = np.log(np.array([5_000.0, 10_000.0, 21_097.5, 42_195.0]))
USUAL_FROM_M = np.array([3_000.0, 6_000.0, 12_000.0, 15_000.0])
USUAL_LN = np.log(np.array([1.08, 1.06, 1.04, 0.97]))


@dataclass(frozen=True, slots=True)
class Features:
    """What is read once per day, whatever the distance. All scores are ln m/s at 10 km."""

    q90: float
    top3: float
    recent80: float
    year90: float
    median: float  # of ordinary runs: its weight is negative, and no faster race may slow anyone
    q80: float
    half_year_m: FloatArray
    half_year_score: FloatArray
    longest_m: float
    km_a_week: float
    tanda_ln_speed: float | None
    runs: int  # learnable ones in 180 days


def ln_speed(runs: Runs, cut: int, distance_m: float) -> float | None:
    """ln(m/s) expected over `distance_m` from the runs before the day `cut`; None without runs."""
    features = features_at(runs, cut)
    return None if features is None else ln_speed_from(features, distance_m)


def features_at(runs: Runs, cut: int) -> Features | None:
    """The quantiles as they stood at the morning of `cut` (an ordinal). None without any run."""
    rows = np.flatnonzero(runs.learnable[: _row(runs, cut)])
    if not len(rows):
        return None
    day, score = runs.day[rows], runs.score[rows]
    since = [int(np.searchsorted(day, cut - w)) for w in (365, 180, 90)]
    year, half, quarter = (score[start:] for start in since)
    half_rows = rows[since[1] :]
    sample = np.sort(half if len(half) >= 6 else score[-20:])
    q90 = quantile(sample, 0.9)
    recent = np.sort(quarter)
    ordinary = np.sort(quarter[~runs.is_race[rows[since[2] :]]])
    return Features(
        q90=q90,
        top3=float(recent[-3:].mean()) if len(recent) else q90,
        recent80=weighted_quantile(year, np.exp((day[since[0] :] - cut) / RECENT_DAYS), 0.8)
        if len(year)
        else q90,
        year90=quantile(np.sort(year), 0.9) if len(year) else q90,
        median=quantile(ordinary, 0.5) if len(ordinary) else q90,
        q80=quantile(recent, 0.8) if len(recent) else q90,
        half_year_m=runs.distance_m[half_rows],
        half_year_score=half,
        longest_m=_longest(runs, cut),
        km_a_week=_sum(runs.distance_m, runs, cut - 84, cut) / 12_000.0,
        tanda_ln_speed=_tanda(runs, cut),
        runs=len(half),
    )


def ln_speed_from(f: Features, distance_m: float) -> float:
    """C12 at one distance (5 km to marathon; between the half and the marathon the marathon's own
    terms fade in with ln distance).
    """
    ln_m = math.log(distance_m)
    fade = NORMAL_FADE * (ln_m - math.log(TEN_K_M))
    b = f.q90 - fade
    volume = math.log(max(f.km_a_week, 3.0) / 40.0)
    longest = min(max(math.log(max(f.longest_m, 1.0) / distance_m), -2.0), 0.3)
    result = b + CONSTANT + SPEED * (b - SPEED_ORIGIN) + VOLUME * volume + LONGEST * longest
    result += TOP3 * (f.top3 - f.q90) + RECENT80 * (f.recent80 - f.q90)
    result += YEAR90 * (f.year90 - f.q90) + MEDIAN * (f.median - f.q90)
    result += NEAR * (_near(f, distance_m) - f.q90) + USUAL * _usual_excess(f, ln_m, b)
    marathon = min(max((ln_m - LN_HALF) / (LN_MARATHON - LN_HALF), 0.0), 1.0)
    tanda = 0.0 if f.tanda_ln_speed is None else f.tanda_ln_speed - b
    return result + marathon * (MARATHON_VOLUME * volume + MARATHON_TANDA * tanda)


def quantile(ordered: FloatArray, p: float) -> float:
    """Linear between order statistics (type 7). `ordered` ascends and is not empty."""
    position = p * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (position - low) * (ordered[high] - ordered[low]))


def weighted_quantile(values: FloatArray, weights: FloatArray, p: float) -> float:
    """The value below which a share `p` of the weight lies; each weight is centred on its value."""
    order = np.argsort(values, kind="stable")
    ordered, mass = values[order], weights[order]
    centre = (np.cumsum(mass) - 0.5 * mass) / mass.sum()
    return float(np.interp(p, centre, ordered))


def usual_ln_speed(distance_m: FloatArray, score: FloatArray, ln_m: float) -> float | None:
    """Median ln(m/s) of the runs long enough to compare with a race of e^ln_m metres."""
    long_enough = distance_m >= np.interp(ln_m, EFFORT_LN_M, USUAL_FROM_M)
    if not long_enough.any():
        return None
    speeds = score[long_enough] - NORMAL_FADE * np.log(distance_m[long_enough] / TEN_K_M)
    return quantile(np.sort(speeds), 0.5)


def _usual_excess(f: Features, ln_m: float, b: float) -> float:
    usual = usual_ln_speed(f.half_year_m, f.half_year_score, ln_m)
    return 0.0 if usual is None else usual + float(np.interp(ln_m, EFFORT_LN_M, USUAL_LN)) - b


def _near(f: Features, distance_m: float) -> float:
    near = f.half_year_score[f.half_year_m >= 0.45 * distance_m]
    return float(np.sort(near)[-2:].mean()) if len(near) >= 2 else f.q80


def _row(runs: Runs, day: int) -> int:
    return int(np.searchsorted(runs.day, day))


def _sum(column: FloatArray, runs: Runs, first: int, last: int) -> float:
    return float(column[_row(runs, first) : _row(runs, last)].sum())


def _longest(runs: Runs, cut: int) -> float:
    return float(runs.distance_m[_row(runs, cut - 70) : _row(runs, cut)].max(initial=0.0))


def _tanda(runs: Runs, cut: int) -> float | None:
    """ln(m/s) of Tanda's marathon (2011): P_m = 17.1 + 140 e^(-.0053 K) + .55 P, s/km, from K km
    a week and mean pace P of the eight weeks that end a week before.
    """
    metres = _sum(runs.distance_m, runs, cut - 63, cut - 7)
    if metres <= 0:
        return None
    pace = 1000.0 * _sum(runs.time_s, runs, cut - 63, cut - 7) / metres
    return math.log(1000.0 / (17.1 + 140.0 * math.exp(-0.0053 * metres / 8000.0) + 0.55 * pace))
