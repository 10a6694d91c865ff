"""How the simulated runner slept and woke up: a pure function of runner, day and what was run.

Worse after hard days and in illness; missing for nights without the watch.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from connectors.sandbox.recorded import RecordedRun
from connectors.sandbox.runner import SETTLED_MIN_PER_KM, Runner, chance

USUAL_HRV_MS = 62.0
USUAL_SLEEP_S = 7.4 * 3600.0
FORGOTTEN = 0.03  # share of the nights without the watch
EASY_SHARE = 0.65  # of the heart-rate reserve: how hard a minute is that counts as one
MORNING = time(7, 0)  # when the watch syncs


@dataclass(slots=True)
class Watch:
    """What the athlete did with it. `silent_from`: nothing of that day or later was handed over."""

    unworn: set[date] = field(default_factory=set)
    ill: set[date] = field(default_factory=set)
    silent_from: date | None = None

    def last_day(self, today: date) -> date:
        """The last day of which the service can know anything."""
        silent = self.silent_from
        return today if silent is None else min(today, silent - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Night:
    """`day` is the one on which it ends. `readiness` is of the morning after it."""

    day: date
    sleep_s: int
    sleep_score: int
    hrv_ms: int
    resting_heart_rate_bpm: int
    readiness: int


def nights(
    runner: Runner, watch: Watch, strain: Mapping[date, float], *, first: date, last: date
) -> Iterator[Night]:
    """The nights with the watch from `first` to `last`, both included; see `strain_of`."""
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        forgot = chance(runner.seed, "watch", day).uniform() < FORGOTTEN
        if day not in watch.unworn and not forgot:
            yield _night(runner, day, strain, is_ill=day in watch.ill)


def strain_of(runner: Runner, activities: list[RecordedRun]) -> dict[date, float]:
    """How hard each day was; 1 is the usual day of a settled week, run easily."""
    usual = runner.weekly_km * SETTLED_MIN_PER_KM / 7.0
    reserve = runner.max_heart_rate_bpm - runner.resting_heart_rate_bpm
    strain: dict[date, float] = {}
    for activity in activities:
        pulse = activity.measures.average_heart_rate_bpm - runner.resting_heart_rate_bpm
        hard = (pulse / reserve / EASY_SHARE) ** 2
        minutes = activity.run.moving_s / 60.0
        day = activity.local_day
        strain[day] = strain.get(day, 0.0) + minutes / usual * hard
    return strain


def synced_at(
    runner: Runner, watch: Watch, activities: list[RecordedRun], *, today: date
) -> datetime:
    """When the watch handed over last: in the morning, and after each run."""
    last = watch.last_day(today)
    morning = datetime.combine(last, MORNING, tzinfo=runner.zone).astimezone(UTC)
    ends = (
        activity.run.start_at.astimezone(UTC) + timedelta(seconds=activity.run.elapsed_s)
        for activity in activities
        if activity.local_day <= last and not activity.is_manual
    )
    return max([morning, *ends])


def _night(runner: Runner, day: date, strain: Mapping[date, float], *, is_ill: bool) -> Night:
    random = chance(runner.seed, "night", day)
    before = [strain.get(day - timedelta(days=ago), 0.0) for ago in (1, 2)]
    tired = min(0.7 * before[0] + 0.3 * before[1], 4.0) - 0.9
    ill = 1.0 if is_ill else 0.0
    worse = 0.06 * tired + 0.30 * ill + float(random.normal(0.0, 0.06))  # in ln HRV
    score = 80.0 - 4.0 * tired - 25.0 * ill + float(random.normal(0.0, 6.0))
    resting = 1.2 * tired + 7.0 * ill + float(random.normal(0.0, 0.8))
    return Night(
        day,
        sleep_s=round(USUAL_SLEEP_S + 600.0 * tired + float(random.normal(0.0, 2100.0))),
        sleep_score=_percent(score),
        hrv_ms=round(USUAL_HRV_MS * math.exp(-worse)),
        resting_heart_rate_bpm=round(runner.resting_heart_rate_bpm + resting),
        readiness=_percent(70.0 - 14.0 * tired - 60.0 * worse + 0.3 * (score - 80.0)),
    )


def _percent(value: float) -> int:
    return round(min(max(value, 1.0), 100.0))
