"""Own past: how the athlete's earlier efforts came out against what was expected of them."""

from dataclasses import dataclass, fields

import numpy as np

from planning.activity import FloatArray
from planning.fitness.comparable import BoolArray
from planning.fitness.detection import Found, Signs, hard_efforts
from planning.fitness.expectation import EFFORT_LN_M, Weights, ln_speed
from planning.fitness.fitted import RACE_SIGNS, WEIGHTS
from planning.fitness.history import IntArray, Runs

# Spread of ln(time) on the day itself, 5 km to marathon; between them linear in ln distance.
BASE_SD = np.array([0.046, 0.043, 0.060, 0.080])
OWN_CLIP, OWN_PRIOR, OWN_SCALE, OWN_DAYS = 0.2, 2.0, 0.6, 1_500.0
REMEMBERED_DAYS = 5 * 365
# A race that is named one tells more than a fast run, the more the fresher it is: one of last week
# moves the next forecast over its distance, of who has none besides, by two thirds of what it was
# off, and that of a marathon after 10 km by a sixth. On the study's logs, where 30 of 12,978 runs
# bear such a name, that is neutral: MAPE 4.90 for 4.89.
RACE_TRUST, RACE_DAYS = 4.0, 60.0
SPREAD_PRIOR, SPREAD_SCALE, HIGHEST_SQUARE = 4.0, 0.6, 9.0


@dataclass(frozen=True, slots=True)
class Own:
    """The efforts of five years as they count on one day, oldest first. Columns of equal length."""

    row: IntArray  # in the runs
    ln_m: FloatArray
    age_days: FloatArray
    error: FloatArray  # ln(time run / time expected), on the flat and in the cool, clipped
    squared: FloatArray  # (error / base sd)^2, at most 9
    chance: FloatArray  # that it was raced
    trust: FloatArray  # the chance; up to five times that for a named race

    def shares(self, ln_m: float) -> FloatArray:
        """Weight of each effort at a distance of e^ln_m metres; what is left to one is nobody's:
        it stands for two efforts that came out as expected.
        """
        weight = self._weight(ln_m)
        return np.asarray(weight / (weight.sum() + OWN_PRIOR), dtype=np.float64)

    def shift(self, ln_m: float) -> float:
        """Expected ln(time run / time expected): past errors, shrunk by two efforts."""
        weight = self._weight(ln_m)
        return float((weight * self.error).sum() / (weight.sum() + OWN_PRIOR))

    def spread(self) -> FloatArray:
        """How much wider (over 1) or narrower than BASE_SD^2 the errors were, at EFFORT_LN_M."""
        apart = np.abs(self.ln_m - EFFORT_LN_M[:, None])
        weight = self.chance * np.exp(-apart / SPREAD_SCALE - self.age_days / OWN_DAYS)
        total = (weight * self.squared).sum(axis=1)
        return np.asarray(
            (SPREAD_PRIOR + total) / (SPREAD_PRIOR + weight.sum(axis=1)), dtype=np.float64
        )

    def _weight(self, ln_m: float) -> FloatArray:
        near = np.exp(-np.abs(self.ln_m - ln_m) / OWN_SCALE - self.age_days / OWN_DAYS)
        return np.asarray(self.trust * near, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Efforts:
    """Every effort of a history with its error, by what was known on its own morning."""

    row: IntArray
    day: IntArray
    ln_m: FloatArray
    error: FloatArray  # ln(time run / time expected)
    chance: FloatArray  # that it was raced
    is_race: BoolArray

    def seen_on(self, cut: int) -> Own:
        """Those of the five years before the day `cut` (an ordinal)."""
        first, end = np.searchsorted(self.day, (cut - REMEMBERED_DAYS, cut)).tolist()
        ln_m, error = self.ln_m[first:end], self.error[first:end]
        sd = np.interp(ln_m, EFFORT_LN_M, BASE_SD)
        age = (cut - self.day[first:end]).astype(np.float64)
        chance = self.chance[first:end]
        fresh = 1.0 + RACE_TRUST * np.exp(-age / RACE_DAYS)
        return Own(
            row=self.row[first:end],
            ln_m=ln_m,
            age_days=age,
            error=np.clip(error, -OWN_CLIP, OWN_CLIP),
            squared=np.minimum((error / sd) ** 2, HIGHEST_SQUARE),
            chance=chance,
            trust=chance * np.where(self.is_race[first:end], fresh, 1.0),
        )

    def before(self, row: int) -> "Efforts":
        """Those of earlier rows."""
        end = int(np.searchsorted(self.row, row))
        return Efforts(*(getattr(self, column.name)[:end] for column in fields(self)))


def efforts_of(
    runs: Runs,
    weights: Weights = WEIGHTS,
    *,
    signs: Signs = RACE_SIGNS,
    earlier: Efforts | None = None,
    since: int = 0,
) -> Efforts:
    """Efforts against their own forecasts, each made from the days before it only.

    `earlier` are those before the row `since`, by the same weights and signs: they are taken as
    they are. The result is the same bit for bit.
    """
    known = earlier or _none()
    found = hard_efforts(runs, signs, since=since, earlier=Found(known.row, known.chance))
    rows, chance = found.row[len(known.row) :], found.chance[len(known.row) :]
    ln_m = np.log(runs.distance_m[rows])
    expected = [
        ln_speed(runs, int(runs.day[row]), float(runs.distance_m[row]), weights) or 0.0
        for row in rows
    ]
    ran = np.log(runs.result_s[rows] / runs.comparable_m[rows])
    error = ran + np.array(expected, dtype=np.float64)
    new = Efforts(rows, runs.day[rows], ln_m, error, chance, runs.is_race[rows])
    pairs = ((getattr(known, c.name), getattr(new, c.name)) for c in fields(Efforts))
    return Efforts(*(np.concatenate(pair) for pair in pairs))


def _none() -> Efforts:
    whole, real = np.empty(0, dtype=np.int64), np.empty(0)
    return Efforts(whole, whole, real, real, real, np.empty(0, dtype=np.bool_))
