"""How the signs of a race in `fitted` are found, where hardly any truth is known.

Two witnesses, neither of them reliable, tell of each run: its name (some name their races, few of
them all) and its heart rate (high in a race, now and then in training, wrong on a bad day). Which
runs were raced is not known; it is found together with how far each witness is to be believed, by
expectation and maximisation: learning from noisy labels (Dawid & Skene 1979; Raykar et al. 2010).
Distance and speed say how likely a race was before either is heard; given that, the two are taken
as independent. Who is predicted is left out: `fit_signs(known.without(athlete))`.

One figure is not found but set. How many of their races do runners name? Those of the study who
name any named 7 of their 19 marathons, and a marathon is nearly always a race. That sets how hard
a run has to be to count as one: with .2 instead two thirds more would, with .5 two fifths fewer.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from planning.activity import Activity, FloatArray
from planning.fitness.comparable import BoolArray
from planning.fitness.detection import EFFORT_M, HEART_RATE_STEPS, Signs, clues_of
from planning.fitness.fitting import NothingToFit
from planning.fitness.history import NO_RUNS, IntArray, continued

NAMED_SHARE = 0.35  # of races, by runners who name any
# Spread to expect of constant, standard, longer and faster before any data; and what is as if seen
# of each step of heart rate, of falsely named runs and of others.
PRIOR_SD = np.array([10.0, 2.0, 2.0, 20.0])
AS_IF_SEEN = 1.0
# Where the search begins: races are fast, and their heart rate is high.
FIRST_WEIGHTS = np.array([-2.0, 0.0, 0.0, 10.0])
FIRST_RACED = np.array([0.02, 0.05, 0.13, 0.30, 0.50])
FIRST_TRAINED = np.array([0.30, 0.20, 0.20, 0.20, 0.10])
FIRST_FALSE = 0.001
ROUNDS, SETTLED = 2_000, 1e-8
NOT_KNOWN = -1


@dataclass(frozen=True, slots=True)
class Tellings:
    """Runs of many runners, with what tells whether they were raced. Columns of equal length."""

    athlete: tuple[str, ...]
    columns: FloatArray  # a row a run: `Clues.columns`
    heart_rate: IntArray  # step of HEART_RATE_STEPS, NOT_KNOWN where it is not known
    named: BoolArray
    names_races: BoolArray  # whether its runner named any run a race

    def without(self, athlete: str) -> "Tellings":
        kept = np.array([each != athlete for each in self.athlete], dtype=np.bool_)
        return Tellings(
            tuple(each for each in self.athlete if each != athlete),
            self.columns[kept],
            self.heart_rate[kept],
            self.named[kept],
            self.names_races[kept],
        )


def tellings_of(runs_by_athlete: Mapping[str, Sequence[Activity]]) -> Tellings:
    """Every run of 4.9 to 43.5 km with enough before it to compare with. Any order."""
    athlete = list[str]()
    columns = list[tuple[float, ...]]()
    witnesses = list[tuple[int, bool, bool]]()
    for who in sorted(runs_by_athlete):
        runs = continued(NO_RUNS, runs_by_athlete[who])
        names_races = bool(runs.is_race.any())
        inside = (runs.distance_m >= EFFORT_M[0]) & (runs.distance_m <= EFFORT_M[1])
        for row in np.flatnonzero(inside).tolist():
            clues = clues_of(runs, row)
            if clues is None:
                continue
            step = clues.heart_rate_step
            athlete.append(who)
            columns.append(clues.columns())
            witnesses.append((NOT_KNOWN if step is None else step, clues.named, names_races))
    heart_rate, named, names = np.array(witnesses, dtype=np.int64).reshape(-1, 3).T
    return Tellings(
        tuple(athlete),
        np.array(columns).reshape(-1, len(PRIOR_SD)),
        heart_rate,
        named.astype(np.bool_),
        names.astype(np.bool_),
    )


@dataclass(frozen=True, slots=True)
class _Witnesses:
    """How each tells of a race and of training."""

    raced: FloatArray  # probability of each step of heart rate
    trained: FloatArray
    false_name: float  # probability of a name without a race

    def ratio(self, known: Tellings) -> FloatArray:
        """Likelihood of what both said in a race, over that in training."""
        heard = known.heart_rate != NOT_KNOWN
        steps = np.where(heard, known.heart_rate, 0)
        by_heart = np.where(heard, (self.raced / self.trained)[steps], 1.0)
        yes, no = NAMED_SHARE / self.false_name, (1.0 - NAMED_SHARE) / (1.0 - self.false_name)
        by_name = np.where(known.named, yes, no)
        return np.asarray(by_heart * np.where(known.names_races, by_name, 1.0), dtype=np.float64)


def fit_signs(known: Tellings) -> Signs:
    """The signs under which all that was told is likeliest, with the priors above. Deterministic.

    Raises NothingToFit where nobody named a race.
    """
    if not known.named.any():
        raise NothingToFit("nobody named a race: what one looks like cannot be found")
    weights = FIRST_WEIGHTS
    witnesses = _Witnesses(FIRST_RACED, FIRST_TRAINED, FIRST_FALSE)
    for _ in range(ROUNDS):
        odds = np.exp(known.columns @ weights) * witnesses.ratio(known)
        raced = odds / (1.0 + odds)
        witnesses = _believed(known, raced)
        before, weights = weights, _logistic(known.columns, raced, weights)
        if np.abs(weights - before).max() < SETTLED:
            break
    constant, standard, longer, faster = weights.tolist()
    return Signs(
        constant,
        standard,
        longer,
        faster,
        np.log(witnesses.raced / witnesses.trained),
        math.log(NAMED_SHARE / witnesses.false_name),
    )


def _believed(known: Tellings, raced: FloatArray) -> _Witnesses:
    """What the witnesses say of runs that were raced with these probabilities."""

    def steps(share: FloatArray) -> FloatArray:
        heard = known.heart_rate != NOT_KNOWN
        seen = np.bincount(known.heart_rate[heard], share[heard], len(HEART_RATE_STEPS) + 1)
        return np.asarray((seen + AS_IF_SEEN) / (seen + AS_IF_SEEN).sum(), dtype=np.float64)

    trained = (1.0 - raced)[known.names_races]
    false = (trained * known.named[known.names_races]).sum() + AS_IF_SEEN / 2.0
    return _Witnesses(steps(raced), steps(1.0 - raced), float(false / trained.sum()))


def _logistic(columns: FloatArray, raced: FloatArray, weights: FloatArray) -> FloatArray:
    """One step of Newton's towards the weights that tell `raced` from `columns`."""
    told = 1.0 / (1.0 + np.exp(-(columns @ weights)))
    curved = (columns * (told * (1.0 - told))[:, None]).T @ columns + np.diag(PRIOR_SD**-2)
    slope = columns.T @ (raced - told) - weights / PRIOR_SD**2
    return np.asarray(weights + np.linalg.solve(curved, slope), dtype=np.float64)
