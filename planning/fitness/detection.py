"""How likely a run was raced, or run as hard as a race: a probability with its reasons.

Everything is judged by the days before the run, so no later run changes it. Where the weights of
the signs are from: `race_fitting`. What they are: `fitted`.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from planning.activity import FloatArray
from planning.fitness.expectation import usual_ln_speed
from planning.fitness.history import TEN_K_M, IntArray, Runs

# (shortest, longest) m of 5 km, 10 km, half and marathon as watches record them
BANDS_M = ((4_900.0, 5_200.0), (9_900.0, 10_400.0), (20_900.0, 21_700.0), (42_000.0, 43_500.0))
EFFORT_M = (4_900.0, 43_500.0)  # shorter and longer ones say little of what is predicted
KNOWN_DAYS, FRESH_DAYS = 180, 84
LEAST_KNOWN, LEAST_FRESH, LEAST_HEART_RATES = 10, 6, 8
# Beyond these much slower or faster than usual a run is no less or more likely a race.
SLOWEST_LN, FASTEST_LN = -0.15, 0.25
HEART_RATE_STEPS = (0.3, 0.5, 0.7, 0.9)  # shares of the half-year's runs with a lower average
FORTNIGHT = 14
LEAST_CHANCE = 0.5  # of an effort that is compared with what was expected


@dataclass(frozen=True, slots=True)
class Signs:
    """What each sign adds to ln(odds) that a run was raced."""

    constant: float  # 10 km at the usual pace, not at a race distance, heart rate not known
    standard: float  # of 5 km, 10 km, half or marathon as watches have them
    longer: float  # times ln(distance / 10 km)
    faster: float  # times ln(speed / usual speed)
    heart_rate: FloatArray  # by the steps above, lowest first
    named: float


@dataclass(frozen=True, slots=True)
class Clues:
    """What there is to judge one run by."""

    standard: bool
    ln_longer: float  # ln(distance / 10 km)
    # ln(speed / usual speed of runs long enough), the clock never stopped; None without such runs
    ln_faster: float | None
    heart_rate_share: float | None  # of the half-year's runs, those with a lower average
    named: bool

    @property
    def heart_rate_step(self) -> int | None:
        """Index into Signs.heart_rate; None where the heart rate is not known."""
        if self.heart_rate_share is None:
            return None
        return int(np.searchsorted(HEART_RATE_STEPS, self.heart_rate_share, side="right"))

    def columns(self) -> tuple[float, float, float, float]:
        """What the first four of Signs are multiplied with."""
        faster = min(max(self.ln_faster or 0.0, SLOWEST_LN), FASTEST_LN)
        return 1.0, float(self.standard), self.ln_longer, faster


@dataclass(frozen=True, slots=True)
class RaceLooks:
    """How likely a run was raced, or run as hard, and the signs that were looked at, in words."""

    chance: float
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Efforts by their rows in the runs, oldest first, and how likely each was one."""

    row: IntArray
    chance: FloatArray


NOTHING_FOUND = Found(np.empty(0, dtype=np.int64), np.empty(0))


def clues_of(runs: Runs, row: int) -> Clues | None:
    """None below 3 km, for a speed that is not believed, and with too little before it to compare
    with: under ten such runs in 180 days, or under six in 84.
    """
    day = int(runs.day[row])
    first, before = runs.row(day - KNOWN_DAYS), runs.row(day)
    known = np.flatnonzero(runs.learnable[first:before]) + first
    fresh = int((runs.day[known] >= day - FRESH_DAYS).sum())
    if not runs.learnable[row] or len(known) < LEAST_KNOWN or fresh < LEAST_FRESH:
        return None
    metres = float(runs.distance_m[row])
    usual = usual_ln_speed(runs.distance_m[known], runs.score[known], math.log(metres))
    return Clues(
        standard=any(low <= metres <= high for low, high in BANDS_M),
        ln_longer=math.log(metres / TEN_K_M),
        ln_faster=None
        if usual is None
        else math.log(runs.comparable_m[row] / runs.result_s[row]) - usual,
        heart_rate_share=_share_below(runs.heart_rate_bpm[known], runs.heart_rate_bpm[row]),
        named=bool(runs.is_race[row]),
    )


def race_chance(clues: Clues, signs: Signs) -> float:
    """Probability, 0 to 1, that it was raced or run as hard: signs add up in ln(odds)."""
    weights = (signs.constant, signs.standard, signs.longer, signs.faster)
    ln_odds = sum(w * x for w, x in zip(weights, clues.columns(), strict=True))
    if clues.heart_rate_step is not None:
        ln_odds += float(signs.heart_rate[clues.heart_rate_step])
    if clues.named:
        ln_odds += signs.named
    return 1.0 / (1.0 + math.exp(-ln_odds))


def in_words(clues: Clues) -> tuple[str, ...]:
    """The signs that were looked at, in plain words."""
    words = [
        *(["it is marked or named as a race"] if clues.named else []),
        "a usual race distance" if clues.standard else "not a usual race distance",
        _pace(clues.ln_faster),
    ]
    if clues.heart_rate_share is None:
        return (*words, "heart rate not known")
    higher = 100.0 * clues.heart_rate_share
    return (*words, f"a higher average heart rate than in {higher:.0f} % of the half-year's runs")


def race_looks(runs: Runs, row: int, signs: Signs) -> RaceLooks | None:
    """None where `clues_of` is None."""
    clues = clues_of(runs, row)
    return None if clues is None else RaceLooks(race_chance(clues, signs), in_words(clues))


def hard_efforts(
    runs: Runs, signs: Signs, *, since: int = 0, earlier: Found = NOTHING_FOUND
) -> Found:
    """Runs on flat roads and tracks, 4.9 to 43.5 km, hardly a pause, that were likely raced.

    Likely is a chance of .5. What is named a race is judged by all but its pace: otherwise
    a slower race could make a better estimate, by being doubted. Another run is left out when one
    of the fortnight before it, nearest to the same race distance, was as likely: both are training.
    Looked at are rows from `since` on; `earlier` are those that were found before it.
    """
    rows, chances = earlier.row.tolist(), earlier.chance.tolist()
    near = _nearest(runs.distance_m)
    inside = (runs.distance_m >= EFFORT_M[0]) & (runs.distance_m <= EFFORT_M[1])
    compared = (_is_standard(runs.distance_m) | runs.is_race) & inside
    candidates = runs.learnable & runs.raceable & compared
    for row in (np.flatnonzero(candidates[since:]) + since).tolist():
        clues = clues_of(runs, row)
        if clues is None:
            continue
        judged = replace(clues, ln_faster=None) if clues.named else clues
        chance = race_chance(judged, signs)
        if chance < LEAST_CHANCE:
            continue
        rivals = [
            known
            for other, known in zip(rows, chances, strict=True)
            if near[other] == near[row] and runs.day[row] - runs.day[other] < FORTNIGHT
        ]
        if clues.named or all(known < chance for known in rivals):
            rows.append(row)
            chances.append(chance)
    return Found(np.array(rows, dtype=np.int64), np.array(chances, dtype=np.float64))


def _pace(ln_faster: float | None) -> str:
    if ln_faster is None:
        return "no run before it was long enough to compare its pace with"
    per_cent = 100.0 * math.expm1(ln_faster)
    if abs(per_cent) < 0.5:
        return "as fast as you usually run such a distance"
    than = "faster" if per_cent > 0 else "slower"
    return f"{abs(per_cent):.0f} % {than} than you usually run such a distance"


def _is_standard(metres: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    within = [(metres >= low) & (metres <= high) for low, high in BANDS_M]
    return np.asarray(np.any(within, axis=0), dtype=np.bool_)


def _nearest(metres: FloatArray) -> IntArray:
    """Index of the band whose middle is the nearest."""
    middles = np.array([math.log(low * high) / 2 for low, high in BANDS_M])
    apart = np.abs(np.log(np.maximum(metres, 1.0))[:, None] - middles)
    return np.asarray(apart.argmin(axis=1), dtype=np.int64)


def _share_below(known_bpm: FloatArray, bpm: float) -> float | None:
    known = known_bpm[np.isfinite(known_bpm)]
    if not math.isfinite(bpm) or len(known) < LEAST_HEART_RATES:
        return None
    return float((known < bpm).mean())
