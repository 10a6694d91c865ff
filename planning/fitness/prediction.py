"""Ability -> time distribution for a distance."""

import math
from dataclasses import dataclass
from statistics import NormalDist

_NORMAL = NormalDist()


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


@dataclass(frozen=True, slots=True)
class DistanceForecast:
    distance_m: float
    median_s: float | None
    p10_s: float | None
    p90_s: float | None
