"""Ability -> time distribution for a distance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from planning.fitness.ability import OUTSIDE_SD, Fitness
from planning.fitness.expectation import EFFORT_LN_M, far
from planning.fitness.history import TEN_K_M

SHORTEST_M, LONGEST_M = 1_500.0, 100_000.0
HALF_M, MARATHON_M, MILE_M = 21_097.5, 42_195.0, 1_609.344
STANDARD_M = (5_000.0, TEN_K_M, HALF_M, MARATHON_M)
HORIZON_SD = 0.012  # per square root of a week, on top of the spread of the day; the study's
SHORT_FADE = 0.06  # below 5 km: Riegel's exponent, 1.06
LONG_FADE = 0.15  # beyond the marathon on flat roads: exponent 1.15

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Effect:
    """What a course, a day or weeks to come do to ln(time): above 0 is slower.

    `sd_ln` is how unsure that is; `what` names it.
    """

    what: str
    ln_time: float
    sd_ln: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """A race time as a distribution: normal in ln(time).

    `median_s` seconds, `sd_ln` the standard deviation of ln(time).
    """

    distance_m: float
    median_s: float
    sd_ln: float

    def quantile_s(self, probability: float) -> float:
        """The time that is beaten with this probability: .1 is the fast end."""
        return self.median_s * math.exp(_NORMAL.inv_cdf(probability) * self.sd_ln)

    def probability_of(self, target_s: float) -> float:
        """The chance of running `target_s` or faster."""
        return _NORMAL.cdf(math.log(target_s / self.median_s) / self.sd_ln)

    def under(self, effects: Sequence[Effect]) -> "Prediction":
        """The same race with these effects, each unsure for itself: never surer than without."""
        slower = math.exp(math.fsum(each.ln_time for each in effects))
        sd = math.hypot(self.sd_ln, *(each.sd_ln for each in effects))
        return replace(self, median_s=self.median_s * slower, sd_ln=sd)


@dataclass(frozen=True, slots=True)
class DistanceForecast:
    distance_m: float
    median_s: float | None
    p10_s: float | None
    p90_s: float | None


def predict(
    fitness: Fitness,
    distance_m: float,
    *,
    weeks_ahead: float = 0.0,
    weeks_unknown: float = 0.0,
    even_if_thin: bool = False,
) -> Prediction | None:
    """Time of a race over a flat, cool course `weeks_ahead` weeks from the estimate.

    Training as usual, and preparing for it as those did who raced: see `fitting`. `weeks_unknown`
    before the estimate, of which nothing is known, widen it and prepare nobody. None while there is
    too little data (`even_if_thin`: a wide guess then) and outside 1,500 m to 100 km. A longer
    distance never has a faster speed.
    """
    if not (fitness.ready or even_if_thin) or not SHORTEST_M <= distance_m <= LONGEST_M:
        return None
    ln_m = math.log(distance_m)
    sd = widened(_sd_ln(fitness, ln_m), max(weeks_ahead, 0.0) + weeks_unknown)
    ln_speed = _ln_speed(fitness, ln_m, far(weeks_ahead))
    return Prediction(distance_m, math.exp(ln_m - ln_speed), sd)


def widened(sd_ln: float, weeks: float) -> float:
    """The spread of ln(time) when so many weeks lie between what is known and the day."""
    return math.sqrt(sd_ln**2 + HORIZON_SD**2 * weeks)


def distance_forecasts(
    fitness: Fitness, effects: Sequence[Effect] = ()
) -> tuple[DistanceForecast, ...]:
    """5 km, 10 km, half and marathon as of the day of the estimate, under these effects."""
    return tuple(
        _forecast(distance, told and told.under(effects))
        for distance in STANDARD_M
        for told in (predict(fitness, distance),)
    )


def speed_over(fitness: Fitness, distance_m: float) -> float:
    """The expected race speed (m/s) of today, flat and cool, however little it is known."""
    return math.exp(_ln_speed(fitness, math.log(distance_m)))


def speed_held_for(fitness: Fitness, seconds: float) -> float:
    """The race speed (m/s) that lasts `seconds`, by bisection over the distance."""
    low, high = math.log(SHORTEST_M), math.log(LONGEST_M)
    for _ in range(40):
        middle = (low + high) / 2
        if math.exp(middle) / speed_over(fitness, math.exp(middle)) < seconds:
            low = middle
        else:
            high = middle
    return math.exp(_ln_speed(fitness, low))


def _ln_speed(fitness: Fitness, ln_m: float, later: float = 0.0) -> float:
    """`later`: how much of the way to 26 weeks ahead; see `expectation.far`."""
    first, last = float(EFFORT_LN_M[0]), float(EFFORT_LN_M[-1])
    speeds = fitness.ln_speeds + later * (fitness.ln_speeds_later - fitness.ln_speeds)
    within = float(np.interp(ln_m, EFFORT_LN_M, speeds))
    return within + SHORT_FADE * max(first - ln_m, 0.0) - LONG_FADE * max(ln_m - last, 0.0)


def _sd_ln(fitness: Fitness, ln_m: float) -> float:
    """Spread at a distance; it grows by how far the distance lies outside 5 km to marathon."""
    outside = max(float(EFFORT_LN_M[0]) - ln_m, ln_m - float(EFFORT_LN_M[-1]), 0.0)
    return math.hypot(float(np.interp(ln_m, EFFORT_LN_M, fitness.sd_ln)), OUTSIDE_SD * outside)


def _forecast(distance_m: float, prediction: Prediction | None) -> DistanceForecast:
    if prediction is None:
        return DistanceForecast(distance_m, None, None, None)
    return DistanceForecast(
        distance_m, prediction.median_s, prediction.quantile_s(0.1), prediction.quantile_s(0.9)
    )
