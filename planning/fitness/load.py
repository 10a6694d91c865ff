"""Load of a run and of days, in threshold-equivalent minutes; fitness, fatigue, form.

One minute at the speed that can be raced for an hour is one minute of load. The descriptors show
how training has been; ability is estimated elsewhere and never reads them.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from planning.activity import Activity, LoadBasis, Sport, Surface
from planning.fitness.heart import HeartLimits

EASY_FACTOR = 0.62  # an easy run: about .79 of threshold speed, squared
# Rough: minutes of other sports in running minutes; they count for recovery, not for ability.
SPORT_FACTOR = {
    Sport.RUN: EASY_FACTOR,
    Sport.RIDE: 0.45,
    Sport.SWIM: 0.45,
    Sport.STRENGTH: 0.30,
    Sport.WALK: 0.20,
    Sport.OTHER: 0.30,
}
THRESHOLD_RESERVE = 0.88  # heart-rate reserve at the second threshold, about 91 % of the maximum
HIGHEST_INTENSITY = 1.5  # of threshold, squared: a mile race; what is above is a broken record
STEEP_M_PER_KM = 20.0  # climb from which pace alone says too little: 2 % more cost, and rising
BOTH_KNOWN = 10  # runs that tell what a minute by heart rate is by pace
FURTHEST_SCALE = 2.0
FITNESS_DAYS, FATIGUE_DAYS = 42.0, 7.0


@dataclass(frozen=True, slots=True)
class Load:
    """`minutes` at threshold that would have cost the same, and how that was found."""

    minutes: float
    basis: LoadBasis


@dataclass(frozen=True, slots=True)
class DayLoad:
    """Load of a day in minutes; fitness and fatigue after it (a day's mean over 42 and 7 days)."""

    day: date
    minutes: float
    fitness: float
    fatigue: float
    form: float  # fitness less fatigue as they stood the evening before


def load_of(
    activity: Activity,
    *,
    threshold_m_per_s: float | None = None,
    limits: HeartLimits | None = None,
    scale: float = 1.0,
) -> Load:
    """Load of one activity.

    By pace, minutes x (v / threshold)^2 (the running stress score's shape, threshold being the
    60-minute race and v made comparable for grade where that is known), where the distance can be
    trusted; by heart rate on treadmill, trail and hills of unknown grade where limits are known,
    times `scale` (see `heart_scale`); else minutes x a rough factor of the sport. Never raises.
    """
    minutes = _minutes(activity)
    rough = Load(minutes * SPORT_FACTOR[activity.sport], LoadBasis.DURATION)
    if not activity.is_run or minutes <= 0:
        return rough
    by_heart = _by_heart(activity, minutes, limits, scale=scale)
    by_pace = _by_pace(activity, minutes, threshold_m_per_s)
    if by_heart and _pace_says_little(activity):
        return by_heart
    return by_pace or by_heart or rough


def relative_trimp(heart_rate_bpm: float, limits: HeartLimits) -> float:
    """Banister's TRIMP of a minute over that of a minute at threshold.

    r x .64 e^(1.92 r) for men, r x .86 e^(1.67 r) for women, r the share of heart-rate reserve;
    without a sex the mean of both.
    """
    r = (heart_rate_bpm - limits.resting_bpm) / (limits.max_bpm - limits.resting_bpm)
    r = min(max(r, 0.0), 1.0)
    exponent = {"m": 1.92, "f": 1.67}.get(limits.sex or "", 1.795)
    at_threshold = THRESHOLD_RESERVE * math.exp(exponent * THRESHOLD_RESERVE)
    return r * math.exp(exponent * r) / at_threshold


def heart_scale(
    activities: Iterable[Activity], *, threshold_m_per_s: float | None, limits: HeartLimits | None
) -> float:
    """Minutes of load by pace for one by heart rate: the median of the athlete's own runs that have
    both, held to 1/2 ... 2; 1 with fewer than ten of them.

    The formula of `relative_trimp` is that of no one runner. On four runners (51 times the next 40
    runs, resting rate taken as 50) it read .74 of the load by pace, scaled .98; a run was 38 %
    off on the mean, then 17 %, and by duration alone 26 %.
    """
    ratios = [
        by_pace.minutes / by_heart.minutes
        for activity in activities
        if activity.is_run and (minutes := _minutes(activity)) > 0
        for by_heart in (_by_heart(activity, minutes, limits, scale=1.0),)
        for by_pace in (_by_pace(activity, minutes, threshold_m_per_s),)
        if by_heart and by_pace and by_heart.minutes > 0 and not _pace_says_little(activity)
    ]
    if len(ratios) < BOTH_KNOWN:
        return 1.0
    return min(max(median(ratios), 1 / FURTHEST_SCALE), FURTHEST_SCALE)


def daily_loads(
    activities: Iterable[Activity],
    *,
    threshold_m_per_s: float | None = None,
    limits: HeartLimits | None = None,
    scale: float = 1.0,
) -> dict[date, float]:
    """Minutes of load by day, days without any left out, oldest first; see `load_of`."""
    parts: dict[date, list[float]] = {}
    for activity in activities:
        load = load_of(activity, threshold_m_per_s=threshold_m_per_s, limits=limits, scale=scale)
        parts.setdefault(activity.day, []).append(load.minutes)
    return {day: math.fsum(parts[day]) for day in sorted(parts)}


def day_loads(loads: Mapping[date, float], *, until: date) -> tuple[DayLoad, ...]:
    """Every day from the first loaded one to `until`, starting from nothing.

    fitness += (load - fitness)/42, fatigue the same with 7 (Banister's shape, fixed: fitted to one
    athlete its constants mean nothing). Form is fitness less fatigue of the day before.
    """
    day, fitness, fatigue, days = min(loads, default=date.max), 0.0, 0.0, list[DayLoad]()
    while day <= until:
        minutes, form = loads.get(day, 0.0), fitness - fatigue
        fitness += (minutes - fitness) / FITNESS_DAYS
        fatigue += (minutes - fatigue) / FATIGUE_DAYS
        days.append(DayLoad(day, minutes, fitness, fatigue, form))
        day += timedelta(days=1)
    return tuple(days)


def _minutes(activity: Activity) -> float:
    return (activity.moving_time_s or activity.elapsed_time_s or 0.0) / 60.0


def _by_pace(activity: Activity, minutes: float, threshold_m_per_s: float | None) -> Load | None:
    distance_m = activity.flat_distance_m or activity.distance_m
    if not (threshold_m_per_s and activity.usable and distance_m):
        return None
    if activity.surface in {Surface.TREADMILL, Surface.TRAIL}:
        return None
    intensity = (distance_m / (minutes * 60.0) / threshold_m_per_s) ** 2
    return Load(minutes * min(intensity, HIGHEST_INTENSITY), LoadBasis.PACE)


def _pace_says_little(activity: Activity) -> bool:
    """On hills, while nothing but the climb is known of them."""
    if activity.flat_distance_m or not activity.climb_m or not activity.distance_m:
        return False
    return activity.climb_m >= STEEP_M_PER_KM * activity.distance_m / 1_000.0


def _by_heart(
    activity: Activity, minutes: float, limits: HeartLimits | None, *, scale: float
) -> Load | None:
    heart_rate = activity.average_heart_rate_bpm
    if limits is None or not heart_rate or not 0 < limits.resting_bpm < limits.max_bpm:
        return None
    intensity = relative_trimp(heart_rate, limits) * scale
    return Load(minutes * min(intensity, HIGHEST_INTENSITY), LoadBasis.HEART_RATE)
