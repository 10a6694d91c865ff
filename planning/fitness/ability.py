"""The estimate: observations -> mean and spread of ability on a day."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from planning.activity import Activity, FloatArray
from planning.fitness.expectation import (
    EFFORT_LN_M,
    FURTHEST_WEEKS,
    Features,
    Weights,
    features_at,
    ln_speed_from,
)
from planning.fitness.fitted import WEIGHTS
from planning.fitness.history import TEN_K_M, Runs, runs_of
from planning.fitness.own import BASE_SD, Efforts, Own, efforts_of
from planning.units import counted

ENOUGH_RUNS = 5
WINDOW_DAYS = 180
# Who always runs alike is easier to foretell than who races, jogs and walks: the variance goes with
# the width of the scores of half a year. Leaving each athlete out, CRPS 3.52 for 3.55 on the day.
USUAL_WIDTH, LEAST_WIDTH, MOST_WIDTH = 0.14, 0.05, 0.35
WIDTH_PRIOR = 5.0  # runs as usual that are added to one's own
# Of the study's efforts, looked at from up to 26 weeks before, three of 1,700 were over 2.5 times
# the longest run of the half-year, and none under the shortest / 2.5; up to there ranges hold.
# Beyond, they widen by what is advised where a road curve is drawn on: .20 in all at 100 km.
AS_FAR, OUTSIDE_SD = 2.5, 0.16  # per unit of ln distance
THIN_RUNS, THIN_SD = 10, 0.10  # below ten runs in the window the range widens, to .10 more at five


@dataclass(frozen=True, slots=True)
class AbilityToday:
    """ln of the speed (m/s) over a flat, cool 10 km, and its standard deviation. None: not yet."""

    ln_speed: float | None
    sd_ln: float | None
    runs_used: int
    message: str


@dataclass(frozen=True, slots=True)
class Fitness:
    """Ability as of the evening of `day`: speed and spread at 5 km, 10 km, half and marathon.

    No speed rises with distance. `ln_speeds_later` is what to expect 26 weeks on, training as
    usual: a good month counts less then, and the years more. `ready` is False while there is too
    little to speak of; the numbers are then a wide guess, or a population's when there is nothing
    at all.
    """

    day: date
    ln_speeds: FloatArray  # ln(m/s) at EFFORT_LN_M
    ln_speeds_later: FloatArray
    sd_ln: FloatArray  # of ln(time), at EFFORT_LN_M, no horizon
    runs_used: int
    ready: bool
    message: str

    def today(self) -> AbilityToday:
        """The 10 km ability; None and the reason while there is too little."""
        if not self.ready:
            return AbilityToday(None, None, self.runs_used, self.message)
        ten_k = math.log(TEN_K_M)
        return AbilityToday(
            float(np.interp(ten_k, EFFORT_LN_M, self.ln_speeds)),
            float(np.interp(ten_k, EFFORT_LN_M, self.sd_ln)),
            self.runs_used,
            self.message,
        )


# With nothing on record: a middling adult runner, 10 km in an hour, fading by Riegel's exponent.
POPULATION_LN_SPEEDS = math.log(TEN_K_M / 3_600.0) - 0.06 * (EFFORT_LN_M - math.log(TEN_K_M))
POPULATION_SD = 0.25


def estimate(activities: Iterable[Activity], today: date, *, weights: Weights = WEIGHTS) -> Fitness:
    """Fitness at the end of `today`, from activities of that day and earlier, in any order.

    The speed over each of four distances is that of `expectation`, moved by how the athlete's own
    past efforts came out. Never raises; says `ready=False` under five usable runs in 180 days.
    For many days of one athlete see `career`.
    """
    runs = runs_of(activities, today.toordinal() + 1)
    return fitness_of(runs, efforts_of(runs, weights), today, weights=weights)


def fitness_of(runs: Runs, efforts: Efforts, today: date, *, weights: Weights = WEIGHTS) -> Fitness:
    """The same from columns. Nothing later than `today` is looked at, nor changes anything."""
    cut = today.toordinal() + 1
    features = features_at(runs, cut)
    if features is None:
        sd = np.full(len(EFFORT_LN_M), POPULATION_SD)
        known = POPULATION_LN_SPEEDS
        return Fitness(today, known, known, sd, 0, False, _message(0))
    own = efforts.seen_on(cut)

    def speeds(weeks: float) -> FloatArray:
        at = weights.at(weeks)
        return never_rising(
            [ln_speed_from(features, math.exp(m), at) - own.shift(float(m)) for m in EFFORT_LN_M]
        )

    return Fitness(
        today,
        speeds(0.0),
        speeds(FURTHEST_WEEKS),
        _spread(own, features),
        features.runs,
        features.runs >= ENOUGH_RUNS,
        _message(features.runs),
    )


def never_rising(values: Sequence[float]) -> FloatArray:
    """The nearest sequence that never rises (pool adjacent violators, equal weights)."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        blocks.append((value, 1))
        while len(blocks) > 1 and blocks[-1][0] > blocks[-2][0]:
            (high, n), (low, m) = blocks.pop(), blocks.pop()
            blocks.append(((high * n + low * m) / (n + m), n + m))
    return np.array([value for value, n in blocks for _ in range(n)])


def _spread(own: Own, features: Features) -> FloatArray:
    """Of ln(time), at EFFORT_LN_M."""
    thin = min(max(THIN_RUNS - features.runs, 0) / (THIN_RUNS - ENOUGH_RUNS), 2.0)
    weeks_away = max(features.weeks_away - 1.0, 0.0)
    n = features.runs
    width = (n * features.width + WIDTH_PRIOR * USUAL_WIDTH) / (n + WIDTH_PRIOR)
    width = min(max(width, LEAST_WIDTH), MOST_WIDTH) / USUAL_WIDTH
    known = BASE_SD**2 * own.spread() * width + THIN_SD**2 * thin + 0.019**2 * weeks_away
    return np.sqrt(known + (OUTSIDE_SD * _outside(features.half_year_m)) ** 2)


def _outside(ran_m: FloatArray) -> FloatArray:
    """How far each of EFFORT_LN_M lies outside of what runs so long tell of, in ln(m)."""
    if not len(ran_m):
        return np.zeros(len(EFFORT_LN_M))
    longest, shortest = math.log(AS_FAR * ran_m.max()), math.log(ran_m.min() / AS_FAR)
    return np.maximum(np.maximum(EFFORT_LN_M - longest, shortest - EFFORT_LN_M), 0.0)


def _message(runs: int) -> str:
    if runs >= ENOUGH_RUNS:
        return f"Estimated from {runs} runs of the last {WINDOW_DAYS} days."
    return (
        f"Not yet: {counted(runs, 'usable run')} of 3 km or more, not on a treadmill, in the last "
        f"{WINDOW_DAYS} days; {ENOUGH_RUNS} are needed."
    )
