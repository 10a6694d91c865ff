"""The athlete as far as planning must know them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(7))


class Autonomy(StrEnum):
    """What may happen to the calendar by itself when a change is material."""

    AUTO = "auto"
    ASK = "ask"
    NEVER = "never"


class Units(StrEnum):
    METRIC = "metric"
    IMPERIAL = "imperial"


@dataclass(frozen=True, slots=True)
class StatedRace:
    """A result by the athlete's word: no run of it is on record."""

    distance_m: float
    time_s: float
    day: date


@dataclass(frozen=True, slots=True)
class StatedFitness:
    """How fit the athlete says to be, on the day `on`: used while runs say too little."""

    on: date
    races: tuple[StatedRace, ...] = ()
    weekly_m: float | None = None  # metres a week, as held of late
    longest_m: float | None = None  # the longest run of the last month
    running_since: int | None = None  # a year


@dataclass(frozen=True, slots=True)
class Athlete:
    """Weekdays count from Monday = 0, as `date.weekday()` does."""

    zone: ZoneInfo
    name: str = ""
    run_weekdays: frozenset[int] = EVERY_DAY  # days on which a run may be planned
    long_run_weekday: int = 6
    runs_per_week: int | None = None  # None: as many as the athlete has been running
    hours_per_week: float | None = None  # of running at most; None or 0: no limit
    units: Units = Units.METRIC
    sex: str | None = None  # "f", "m" or unknown
    birth_year: int | None = None
    max_heart_rate_bpm: float | None = None
    resting_heart_rate_bpm: float | None = None
    autonomy: Autonomy = Autonomy.AUTO
    horizon_days: int = 14
    stated: StatedFitness | None = None
