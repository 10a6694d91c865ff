"""How what is in `fitted` is found.

`fit`, the weights of the expectation: a ridge over many runners' efforts. Each effort is looked at
from several weeks before, with nothing known of the weeks between. What is fitted is ln(speed run)
less the base of `expectation.terms_of`. Runners differ for good, so each has a level and a slope
over distance of their own, both drawn to zero; what is left has heavy tails (Student t, 5 degrees
of freedom, by reweighting). Who is predicted is left out of the fit: `fit(known.without(athlete))`.
`fit_shape`, how the time over a course goes with its length and climb.

The constant ahead is no effect of training. Who runs hard on a day has prepared for it, and who is
not in shape stays at home: from half a year before, the efforts of the study looked 3 % faster than
what was known then, while over all windows of those runners nothing changed on the mean. A forecast
is of a race, so it carries what races were; without it, forecasts are too slow by that much.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from planning.activity import Activity, FloatArray
from planning.fitness.expectation import EFFORT_LN_M, TERMS, Weights, far, features_at, terms_of
from planning.fitness.history import TEN_K_M, runs_of
from planning.fitness.ultra import ODD_LN, UltraRace, courses_and_times

HORIZONS = (0, 4, 8, 12, 16, 26)  # weeks
# Spread to expect of each weight before any data.
PRIOR_SD = {
    "constant": 0.07,
    "speed": 0.07,
    "absence": 0.035,
    "usual": 0.28,
    "marathon long runs": 0.035,
}
OTHER_PRIOR_SD = 0.14
# What moves with the weeks ahead: how much the recent and the lasting count. The rest hardly.
MOVING = frozenset({"constant", "recent", "speed", "best near", "absence"})
HARDLY = 0.1
NOISE_LN = np.array([0.042, 0.046, 0.067, 0.083])  # of one effort, at EFFORT_LN_M
NOISE_AHEAD = 0.02  # per square root of a week
LEVEL_SD, SLOPE_SD = 0.03, 0.02  # of runners, about what is expected of them; per unit of ln(m)
FREEDOM = 5.0
ALIKE = 3.0  # an effort seen from six horizons tells about as much as two
ROUNDS, SHAPE_ROUNDS = 4, 6  # of reweighting


class NothingToFit(Exception):
    """There are too few runners or races to tell anything by."""


@dataclass(frozen=True, slots=True)
class EffortRow:
    """A race-like effort that was run: `label` is whatever the log calls it ("10K")."""

    athlete: str
    day: date
    label: str
    distance_m: float
    time_s: float | None = None


@dataclass(frozen=True, slots=True)
class Examples:
    """Efforts of many runners as columns, each from every horizon at which a run was known.

    `terms` has a row an example and a column each of TERMS; `excess` is ln(speed run) - base.
    """

    athlete: tuple[str, ...]
    ln_m: FloatArray
    weeks: FloatArray
    terms: FloatArray
    excess: FloatArray

    def without(self, athlete: str) -> "Examples":
        keep = np.array([each != athlete for each in self.athlete], dtype=np.bool_)
        return Examples(
            tuple(each for each in self.athlete if each != athlete),
            self.ln_m[keep],
            self.weeks[keep],
            self.terms[keep],
            self.excess[keep],
        )


def examples_of(
    runs_by_athlete: Mapping[str, Sequence[Activity]], efforts: Sequence[EffortRow]
) -> Examples:
    """Every effort whose time is known, seen from every one of HORIZONS. Any order of both.

    Raises NothingToFit when there is none.
    """
    known: dict[str, list[EffortRow]] = {}
    for effort in efforts:
        if effort.time_s is not None and effort.athlete in runs_by_athlete:
            known.setdefault(effort.athlete, []).append(effort)
    athletes, columns = list[str](), list[tuple[float, float, FloatArray, float]]()
    for athlete in sorted(known):
        rows = sorted(known[athlete], key=lambda each: (each.day, each.label, each.distance_m))
        runs = runs_of(runs_by_athlete[athlete], max(each.day for each in rows).toordinal())
        for effort in rows:
            ran = np.log(effort.distance_m / (effort.time_s or np.nan))
            for weeks in HORIZONS:
                features = features_at(runs, effort.day.toordinal() - 7 * weeks)
                if features is None:
                    continue
                base, terms = terms_of(features, effort.distance_m)
                athletes.append(athlete)
                columns.append((float(np.log(effort.distance_m)), float(weeks), terms, ran - base))
    if not columns:
        raise NothingToFit("no effort has a time and a runner whose earlier runs are known")
    ln_m, weeks_ahead, terms_, excess = zip(*columns, strict=True)
    return Examples(
        tuple(athletes), np.array(ln_m), np.array(weeks_ahead), np.stack(terms_), np.array(excess)
    )


def fit(known: Examples) -> Weights:
    """The weights under which the examples are likeliest, with the priors above. Deterministic.

    Raises NothingToFit without examples.
    """
    if not known.athlete:
        raise NothingToFit("to leave one athlete out, efforts of at least two are needed")
    ahead = np.array([far(weeks) for weeks in known.weeks])[:, None]
    people, who = np.unique(known.athlete, return_inverse=True)
    is_of = (who[:, None] == np.arange(len(people))).astype(np.float64)
    slope = (known.ln_m - np.log(TEN_K_M))[:, None]
    columns = np.hstack([known.terms, known.terms * ahead, is_of, is_of * slope])
    now_sd = np.array([PRIOR_SD.get(term, OTHER_PRIOR_SD) for term in TERMS])
    ahead_sd = now_sd * np.array([1.0 if term in MOVING else HARDLY for term in TERMS])
    own_sd = np.repeat([LEVEL_SD, SLOPE_SD], len(people))
    precision = np.diag(np.concatenate([now_sd, ahead_sd, own_sd]) ** -2.0)
    noise = np.interp(known.ln_m, EFFORT_LN_M, NOISE_LN) ** 2 + NOISE_AHEAD**2 * known.weeks
    trust, found = np.ones(len(noise)), np.zeros(columns.shape[1])
    for _ in range(ROUNDS):
        scaled = columns * (trust / (ALIKE * noise))[:, None]
        found = np.linalg.solve(scaled.T @ columns + precision, scaled.T @ known.excess)
        left = known.excess - columns @ found
        trust = (FREEDOM + 1.0) / (FREEDOM + left**2 / noise)
    return Weights(found[: len(TERMS)], found[len(TERMS) : 2 * len(TERMS)])


def fit_shape(histories: Sequence[Sequence[UltraRace]]) -> FloatArray:
    """The weights of `ultra.course_terms`, by least squares within runners; the odd race counts
    little. Raises NothingToFit when the races are too few, or too alike.
    """
    runners = [courses_and_times(races) for races in histories if len(races) > 1]
    trust = [np.ones(len(time)) for _, time in runners]
    shape = np.zeros(4)
    for _ in range(SHAPE_ROUNDS):
        within = [
            (terms - np.average(terms, axis=0, weights=w), time - np.average(time, weights=w), w)
            for (terms, time), w in zip(runners, trust, strict=True)
        ]
        left = sum((terms * w[:, None]).T @ terms for terms, _, w in within)
        right = sum((terms * w[:, None]).T @ time for terms, time, w in within)
        try:
            shape = np.linalg.solve(left, right)
        except np.linalg.LinAlgError as error:
            raise NothingToFit("there are too few different races to tell their shapes") from error
        off = [np.abs(time - terms @ shape) for terms, time, _ in within]
        trust = [1.0 / np.maximum(1.0, each / ODD_LN) ** 2 for each in off]
    return shape
