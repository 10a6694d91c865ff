"""Predictions beside what was run: for a log of many runners, or for the athlete's own history."""

import csv
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np

from planning.activity import Activity, FloatArray
from planning.backtest import backtest, backtest_ultra
from planning.fitness.career import Career
from planning.fitness.detection import Signs
from planning.fitness.expectation import TERMS, Weights
from planning.fitness.fitting import EffortRow, Examples, NothingToFit, examples_of, fit, fit_shape
from planning.fitness.race_fitting import Tellings, fit_signs, tellings_of
from planning.fitness.ultra import CLIMB_EFFORT
from planning.units import format_duration, name_of_distance
from worker import store
from worker.db import reading
from worker.logs import ANY_MONDAY, effort_rows, runs_by_athlete, ultra_histories

if TYPE_CHECKING:
    from worker.app import Runtime

type Track = Callable[[Sequence[EffortRow]], Iterable[EffortRow]]  # shows progress

RACE, HARD_RUN = "race", "hard run"
COLUMNS = ("athlete", "day", "effort", "median_s", "sd_ln")


@dataclass(frozen=True, slots=True)
class Scored:
    """A race or hard run of the athlete's own, beside what was expected of it."""

    day: date
    is_race: bool
    distance_m: float
    time_s: float
    median_s: float
    p10_s: float
    p90_s: float

    def as_json(self) -> dict[str, Any]:
        return {
            "day": self.day.isoformat(),
            "race": self.is_race,
            "distance_m": self.distance_m,
            "time_s": self.time_s,
            "median_s": self.median_s,
            "p10_s": self.p10_s,
            "p90_s": self.p90_s,
        }

    @property
    def error_percent(self) -> float:
        """Negative: foretold too fast."""
        return 100 * (self.median_s / self.time_s - 1)

    @property
    def inside(self) -> bool:
        return self.p10_s <= self.time_s <= self.p90_s

    def line(self) -> str:
        kind = RACE if self.is_race else HARD_RUN
        return (
            f"{self.day}  {kind:8}  {name_of_distance(self.distance_m):>8}"
            f"  run {format_duration(self.time_s):>7}"
            f"  foretold {format_duration(self.median_s):>7} ({self.error_percent:+.1f} %), "
            f"{'inside' if self.inside else 'outside'} the range"
        )


def in_all(scored: Sequence[Scored]) -> str:
    """How good it was on the whole. One at least."""
    off = fmean(abs(one.error_percent) for one in scored)
    inside = sum(one.inside for one in scored)
    told = f"In all {len(scored)}: off by {off:.1f} % on the mean, {inside} inside the range"
    return f"{told} (8 of 10 should be). Hard runs were found by their pace: that flatters."


@dataclass(frozen=True, slots=True)
class Log:
    """Many athletes' runs, and the efforts among them."""

    runs: Mapping[str, tuple[Activity, ...]]
    efforts: tuple[EffortRow, ...]

    @classmethod
    def read(cls, runs: Path, efforts: Path, *, drop_suspect: bool = False) -> "Log":
        """`drop_suspect` leaves out the rows that somebody marked as doubtful; we never do.

        Raises Unreadable.
        """
        return cls(runs_by_athlete(runs, drop_suspect=drop_suspect), effort_rows(efforts))

    def weights(self) -> Weights:
        """Fitted on all of it."""
        return fit(self._examples())

    def weights_without_each(self) -> dict[str, Weights]:
        """For each athlete those that were fitted on all others."""
        known = self._examples()
        return {athlete: fit(known.without(athlete)) for athlete in sorted(self.runs)}

    def signs(self) -> Signs | None:
        """Of a race, fitted on all of it; None where nobody named one."""
        return _signs(tellings_of(self.runs))

    def signs_without_each(self) -> dict[str, Signs]:
        """For each athlete those fitted on all others, where any of these named a race."""
        known = tellings_of(self.runs)
        found = {athlete: _signs(known.without(athlete)) for athlete in sorted(self.runs)}
        return {athlete: signs for athlete, signs in found.items() if signs is not None}

    def _examples(self) -> Examples:
        if not any(effort.time_s for effort in self.efforts):
            raise NothingToFit("the efforts need a column time_s: what was run is what is fitted")
        return examples_of(self.runs, self.efforts)


def predict_log(
    log: Log, out: Path, *, track: Track, weeks_ahead: int = 0, leave_one_out: bool = False
) -> int:
    """Predict every effort from earlier runs of its athlete into a CSV; returns how many.

    `leave_one_out`: by weights that were fitted without the athlete. Raises NothingToFit.
    """
    weights = log.weights_without_each() if leave_one_out else None
    signs = log.signs_without_each() if leave_one_out else None
    efforts = track(log.efforts)
    predicted = backtest(log.runs, efforts, weeks_ahead=weeks_ahead, weights=weights, signs=signs)
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for one in predicted:
            day = (one.effort.day - ANY_MONDAY).days
            told = one.expected
            found = (f"{told.median_s:.2f}", f"{told.sd_ln:.5f}") if told else ("", "")
            writer.writerow((one.effort.athlete, day, one.effort.label, *found))
    return len(predicted)


@dataclass(frozen=True, slots=True)
class UltraScore:
    """How predictions of trail and ultra races came out. Errors in % of the time."""

    label: str
    races: int
    median_error: float
    mean_error: float
    bias: float  # negative: foretold too fast
    inside: float  # % in the central 80 % range

    def as_json(self) -> dict[str, Any]:
        return {
            "effort_km": self.label,
            "races": self.races,
            "median_error_percent": round(self.median_error, 2),
            "mean_error_percent": round(self.mean_error, 2),
            "bias_percent": round(self.bias, 2),
            "inside_percent": round(self.inside, 1),
        }

    def line(self) -> str:
        return (
            f"{self.label:>14}{self.races:8}{self.median_error:8.1f}{self.mean_error:8.1f}"
            f"{self.bias:8.1f}{self.inside:9.0f}"
        )


ULTRA_HEADER = f"{'effort km':>14}{'n':>8}{'MdAPE':>8}{'MAPE':>8}{'bias':>8}{'80% in':>9}"
EFFORTS_KM = (0.0, 60.0, 110.0, 160.0, math.inf)


def score_ultra(path: Path, *, track: Callable[[Sequence[str]], Iterable[str]]) -> list[UltraScore]:
    """The shape of courses fitted on the first half of the runners; then every race of the second
    half that has one before it, from its runner's earlier races. By effort, and all.

    Raises NothingToFit for a file without runners enough, and Unreadable.
    """
    histories = ultra_histories(path)
    names = list(histories)
    half = len(names) // 2
    shape = fit_shape([histories[name] for name in names[:half]])
    tried = (histories[name] for name in track(names[half:]))
    rows = np.array(
        [
            (
                (race.distance_m + CLIMB_EFFORT * race.climb_m) / 1_000.0,
                100.0 * (told.median_s / race.time_s - 1.0),
                told.quantile_s(0.1) <= race.time_s <= told.quantile_s(0.9),
            )
            for race, told in backtest_ultra(tried, shape)
        ]
    )
    if not len(rows):
        raise NothingToFit(f"nobody in the second half of {path} ran twice")
    bands = ((rows[:, 0] >= low) & (rows[:, 0] < high) for low, high in pairwise(EFFORTS_KM))
    scored = [
        _scored(f"{low:.0f}-{high:.0f}".removesuffix("inf"), rows[band])
        for (low, high), band in zip(pairwise(EFFORTS_KM), bands, strict=True)
        if band.any()
    ]
    return [*scored, _scored("all", rows)]


def _scored(label: str, rows: FloatArray) -> UltraScore:
    """`rows`: effort in km, error in %, whether it lay in the range."""
    error = rows[:, 1]
    return UltraScore(
        label,
        len(rows),
        float(np.median(np.abs(error))),
        float(np.abs(error).mean()),
        float(np.median(error)),
        100.0 * float(rows[:, 2].mean()),
    )


def weights_as_json(weights: Weights) -> dict[str, Any]:
    """By term: what counts on the day, and what comes in 26 weeks ahead."""
    rows = zip(TERMS, weights.now, weights.ahead, strict=True)
    return {term: {"now": float(now), "ahead": float(ahead)} for term, now, ahead in rows}


def signs_as_json(signs: Signs) -> dict[str, Any]:
    return {field.name: np.asarray(getattr(signs, field.name)).tolist() for field in fields(signs)}


def weights_in_words(weights: Weights) -> str:
    """As they stand in planning/fitness/fitted.py."""
    rows = zip(TERMS, weights.now, weights.ahead, strict=True)
    return "\n".join(f'    "{term}": ({now:.4f}, {ahead:.4f}),' for term, now, ahead in rows)


def signs_in_words(signs: Signs) -> str:
    """As they stand in planning/fitness/fitted.py."""
    steps = ", ".join(f"{step:.3f}" for step in signs.heart_rate)
    single = ("constant", "standard", "longer", "faster", "named")
    rows = {name: f"{getattr(signs, name):.3f}" for name in single}
    rows["heart_rate"] = f"np.array([{steps}])"
    return "\n".join(f"    {field.name}={rows[field.name]}," for field in fields(signs))


def of_athlete(runtime: "Runtime", athlete_id: int, *, weeks_ahead: int = 0) -> list[Scored]:
    """Every flat race and hard run on record, oldest first, beside what the days before it said.

    With `weeks_ahead` the last that many weeks before are not known either. Left out is what
    nothing would have been said of: with too little before it, or shorter than is foretold.
    """
    with reading(runtime.engine) as conn:
        recorded = store.activities(conn, athlete_id)
    told = backtest({"": recorded}, _own_efforts(recorded, weeks_ahead), weeks_ahead=weeks_ahead)
    return [
        Scored(
            one.effort.day,
            one.effort.label == RACE,
            one.effort.distance_m,
            one.effort.time_s,
            one.expected.median_s,
            one.expected.quantile_s(0.1),
            one.expected.quantile_s(0.9),
        )
        for one in told
        if one.expected and one.effort.time_s
    ]


def _own_efforts(recorded: Sequence[Activity], weeks_ahead: int) -> list[EffortRow]:
    """Those before which there was enough to speak of."""
    career = Career.of(recorded)
    runs, found = career.runs, list[EffortRow]()
    for row in np.union1d(np.flatnonzero(runs.is_race & runs.raceable), career.efforts.row):
        day = date.fromordinal(int(runs.day[row]))
        if career.fitness_on(day - timedelta(days=1, weeks=weeks_ahead)).ready:
            label = RACE if runs.is_race[row] else HARD_RUN
            metres, seconds = float(runs.distance_m[row]), float(runs.result_s[row])
            found.append(EffortRow("", day, label, metres, seconds))
    return found


def _signs(known: Tellings) -> Signs | None:
    try:
        return fit_signs(known)
    except NothingToFit:
        return None
