"""The athlete's heart rate limits: what they said, else what their runs and nights show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import median

import numpy as np

from planning.activity import Activity
from planning.athlete import Athlete
from planning.wellness import Wellness

YEAR_DAYS = 365
ENOUGH_RUNS = 20  # with a highest heart rate, in a year
# Of the highest heart rates of a year's runs. On 18 runners' streams, those five with 20 runs or
# more: within 2 bpm of the 98 % quantile of their 30-second maxima, while the very highest was 4 to
# 19 bpm above it: one bad second of a sensor is enough.
QUANTILE = 0.98
SEEN_SD_BPM = 4.0  # a judgement: who never races all out has never seen the highest
PLAUSIBLE_BPM = (120.0, 230.0)
DOUBTFUL_BPM = 3.0  # runs that go so far beyond a limit that was set put it in question
NIGHTS, ENOUGH_NIGHTS = 28, 7


class Origin(StrEnum):
    SET = "set"  # the athlete's own word
    SEEN = "seen"  # in a year of runs


@dataclass(frozen=True, slots=True)
class Highest:
    """The highest heart rate, how sure that is, and where it is from."""

    bpm: float
    sd_bpm: float
    origin: Origin
    message: str


@dataclass(frozen=True, slots=True)
class HeartLimits:
    """bpm; `sex` is "f", "m" or None."""

    resting_bpm: float
    max_bpm: float
    sex: str | None = None


def highest_heart_rate(
    activities: Iterable[Activity], today: date, *, set_bpm: float | None = None
) -> Highest | None:
    """What the athlete set, else the 98 % quantile of the highest of each run of 365 days.

    None with nothing set and fewer than 20 runs that have one. Never 220 less age.
    """
    runs = _maxima(activities, today)
    seen = float(np.quantile(runs, QUANTILE)) if len(runs) >= ENOUGH_RUNS else None
    if set_bpm is not None:
        message = f"From the highest heart rate that you set, {set_bpm:.0f} bpm."
        if seen is not None and seen > set_bpm + DOUBTFUL_BPM:
            message += f" Your runs reach {seen:.0f}: set a higher one with `athlete set --max-hr`."
        return Highest(set_bpm, 0.0, Origin.SET, message)
    if seen is None:
        return None
    message = (
        f"From the highest heart rate of {len(runs)} runs of a year, {seen:.0f} bpm, which may be "
        "too low if none was all out: `athlete set --max-hr` if you know better."
    )
    return Highest(seen, SEEN_SD_BPM, Origin.SEEN, message)


def resting_heart_rate(
    wellness: Iterable[Wellness], today: date, *, set_bpm: float | None = None
) -> float | None:
    """bpm: what the athlete set, else the median of the last 28 nights if seven or more tell."""
    if set_bpm is not None:
        return set_bpm
    nights = [
        night.resting_heart_rate_bpm
        for night in wellness
        if night.resting_heart_rate_bpm and timedelta(0) <= today - night.day < timedelta(NIGHTS)
    ]
    return float(median(nights)) if len(nights) >= ENOUGH_NIGHTS else None


def heart_limits(
    athlete: Athlete,
    *,
    activities: Iterable[Activity] = (),
    wellness: Iterable[Wellness] = (),
    today: date,
) -> HeartLimits | None:
    """Both limits, or None: load by heart rate needs both."""
    highest = highest_heart_rate(activities, today, set_bpm=athlete.max_heart_rate_bpm)
    resting = resting_heart_rate(wellness, today, set_bpm=athlete.resting_heart_rate_bpm)
    if highest is None or resting is None or not 0 < resting < highest.bpm:
        return None
    return HeartLimits(resting, highest.bpm, athlete.sex)


def _maxima(activities: Iterable[Activity], today: date) -> Sequence[float]:
    lowest, highest = PLAUSIBLE_BPM
    return [
        run.max_heart_rate_bpm
        for run in activities
        if run.is_run
        and run.max_heart_rate_bpm is not None
        and lowest <= run.max_heart_rate_bpm <= highest
        and timedelta(0) <= today - run.day < timedelta(YEAR_DAYS)
    ]
