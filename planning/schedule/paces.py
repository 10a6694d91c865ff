"""Training paces as bands for a watch, from ability; by effort while ability is not known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from statistics import median

from planning.activity import Activity, Surface
from planning.fitness.ability import Fitness
from planning.fitness.conditions import WARNING_C
from planning.fitness.heart import highest_heart_rate
from planning.fitness.prediction import predict, speed_over
from planning.fitness.training import TrainingSpeeds, training_speeds
from planning.fitness.zones import TOO_UNSURE, zones
from planning.goals.course import RaceTime, is_mountain, is_ultra, race_time, ultras_of
from planning.goals.goal import Goal
from planning.schedule.effort import Effort
from planning.units import format_duration
from planning.workout import OPEN_TARGET, Target, TargetType

STEP_S_PER_KM = 5
WIDEST_HALF_S = 15  # beyond that a watch's band would be the next purpose's
STILL_SURE = 0.12  # once given, paces stay until here: no flicker at the border
GOAL_PACE_FROM = 0.2  # probability from which race-pace work uses the goal's pace (rule G-1)
UNKNOWN_EASY = 2.5  # m/s, 6:40/km: for estimates only, never a target
# Where most runs of eight weeks are on a treadmill or a trail, pace says little of the effort.
BY_HEART_SHARE, USUAL_WEEKS = 0.5, 8
# Metres whose times give critical speed: D = CS t + D', over 3 to 20 minutes (Smyth & Muniz-Pumares
# 2020 take fastest segments of 400, 800 and 5,000 m; the estimate begins at 1,500 m).
CRITICAL_FROM_M, CRITICAL_TO_M = 1_500.0, 5_000.0
EASY_BEATS_FROM = 0.82  # of the first border; there is no border below, this is custom (E)
BY_FEEL = frozenset({Effort.HILL, Effort.STRIDE, Effort.HILL_STRIDE, Effort.WALK, Effort.ALL_OUT})


@dataclass(frozen=True, slots=True)
class Beats:
    """The two borders of heart rate, bpm (rule Z-1)."""

    first: float
    second: float

    def target(self, effort: Effort) -> Target:
        """A band; open for what is too short or too fast for the heart to tell."""
        between = self.second - self.first
        match effort:
            case Effort.EASY:
                return _beats(EASY_BEATS_FROM * self.first, self.first)
            case Effort.MARATHON:
                return _beats(self.first, self.first + 0.5 * between)
            case Effort.TEMPO:
                return _beats(self.first + 0.5 * between, self.second)
            case Effort.THRESHOLD:
                return _beats(self.second - 0.25 * between, self.second + 0.1 * between)
            case _:
                return OPEN_TARGET


@dataclass(frozen=True, slots=True)
class Paces:
    """Speeds in m/s. `certain`: may be prescribed; otherwise they only serve estimates.

    `half_band_s` is half the width of a target band, in s/km. `ability` is the ln speed over a flat
    10 km that they stand for, None when unknown. `race` is the pace of race-pace work, `on_the_day`
    that of the race over its course and in its weather, paced for `version`; `critical` is critical
    speed. `by_heart`: pace means little where these runs are run; `hot`: on the day of the race.
    """

    easy_low: float
    easy_high: float
    marathon: float
    threshold: float
    interval: float
    repetition: float
    race: float
    half_band_s: int
    certain: bool
    ability: float | None
    critical: float = math.inf
    on_the_day: float = 0.0
    version: str = ""
    beats: Beats | None = None
    by_heart: bool = False
    hot: bool = False

    @property
    def easy(self) -> float:
        return (self.easy_low + self.easy_high) / 2

    def speed(self, effort: Effort | None) -> float:
        """What the effort covers in a second, for estimates of distance and time."""
        return {
            Effort.WALK: 1.5,
            Effort.MARATHON: self.marathon,
            Effort.TEMPO: math.sqrt(self.marathon * self.threshold),
            Effort.THRESHOLD: self.threshold,
            Effort.INTERVAL: self.interval,
            Effort.REPETITION: self.repetition,
            Effort.STRIDE: self.repetition,
            Effort.RACE: self.race,
            Effort.HILL: 0.8 * self.threshold,
            Effort.HILL_STRIDE: 0.8 * self.repetition,
            Effort.ALL_OUT: self.interval,
        }.get(effort or Effort.EASY, self.easy)

    def target(self, effort: Effort) -> Target:
        """A band of whole 5 s/km, or of beats where pace means little; open for what goes by feel
        and while ability is unknown.
        """
        if not self.certain or effort in BY_FEEL:
            return OPEN_TARGET
        if self.by_heart:
            return self.beats.target(effort) if self.beats else OPEN_TARGET
        if effort is Effort.EASY:
            fast_s, slow_s = rounded_pace(self.easy_high), rounded_pace(self.easy_low)
            return band(fast_s, max(slow_s, fast_s + 4 * STEP_S_PER_KM))
        middle_s = rounded_pace(self.speed(effort))
        # A race pace is chosen, not estimated: doubt about ability does not widen it.
        half_s = STEP_S_PER_KM if effort is Effort.RACE else self.half_band_s
        return band(middle_s - half_s, middle_s + half_s)


def rounded_pace(speed_m_per_s: float) -> int:
    """s/km, rounded to whole 5 s/km."""
    return STEP_S_PER_KM * round(1000.0 / speed_m_per_s / STEP_S_PER_KM)


def band(fast_s_per_km: float, slow_s_per_km: float) -> Target:
    return Target(TargetType.PACE, 1000.0 / slow_s_per_km, 1000.0 / fast_s_per_km)


def paces_of(
    fitness: Fitness,
    *,
    activities: Sequence[Activity],
    today: date,
    sex: str | None = None,
    highest_bpm: float | None = None,
    paced_at: float | None = None,
    had_paces: bool = False,
) -> Paces:
    """The paces of today's ability, or of the ability `paced_at` when the plan still stands on it.

    Easy, threshold and interval paces come from ability, never from the goal (rule G-1).
    `highest_bpm` is the highest heart rate that the athlete set; else a year of runs may show it.
    """
    ability = fitness.today()
    speeds = training_speeds(fitness, sex=sex)
    unsure = STILL_SURE if had_paces else TOO_UNSURE
    if (
        speeds is None
        or ability.ln_speed is None
        or ability.sd_ln is None
        or ability.sd_ln > unsure
    ):
        return _by_effort(_usual_easy(activities, today), ability.ln_speed)
    at = ability.ln_speed if paced_at is None else paced_at
    shift = math.exp(at - ability.ln_speed)
    by_heart = _off_road_share(activities, today) > BY_HEART_SHARE
    return Paces(
        easy_low=speeds.easy_low * shift,
        easy_high=speeds.easy_high * shift,
        marathon=speeds.marathon * shift,
        threshold=speeds.threshold * shift,
        interval=speeds.interval * shift,
        repetition=speeds.repetition * shift,
        race=speeds.marathon * shift,
        half_band_s=_half_band_s(speeds),
        certain=True,
        ability=at,
        critical=critical_speed(fitness) * shift,
        on_the_day=speeds.marathon * shift,
        beats=_borders(fitness, activities, today, highest_bpm, sex),
        by_heart=by_heart,
    )


def critical_speed(fitness: Fitness) -> float:
    """m/s: the slope of distance over time between the predicted races of 1,500 m and 5 km."""
    near_s, far_s = (m / speed_over(fitness, m) for m in (CRITICAL_FROM_M, CRITICAL_TO_M))
    return (CRITICAL_TO_M - CRITICAL_FROM_M) / (far_s - near_s)


def for_goal(
    paces: Paces,
    *,
    goal: Goal,
    fitness: Fitness,
    today: date,
    activities: Sequence[Activity] = (),
    temperature_c: float | None = None,
) -> Paces:
    """The same paces with the race paces of one goal: the goal's own while its probability is .2 or
    more, otherwise what the forecast holds to be realistic (rule G-1). Race-pace work stands on
    what the goal itself says; only the day of the race knows the weather that is forecast for it,
    its `temperature_c`. In the mountains pace means little. `activities`: for ultras of one's own.
    """
    if goal.distance_m is None:
        return paces
    warmth = goal.temperature_c if temperature_c is None else temperature_c
    hot = warmth is not None and warmth > WARNING_C
    paces = replace(paces, hot=hot, by_heart=paces.by_heart or is_mountain(goal))
    weeks = max((goal.day - today).days, 0) / 7
    flat = predict(fitness, goal.distance_m, weeks_ahead=weeks)
    timed = partial(
        race_time,
        goal,
        fitness,
        weeks_ahead=weeks,
        ultras=ultras_of(activities, today) if is_ultra(goal.distance_m, goal.climb_m) else (),
    )
    stated = timed(temperature_c=goal.temperature_c)
    on_day = stated if warmth == goal.temperature_c else timed(temperature_c=warmth)
    if flat is None or stated is None or on_day is None:
        guess = _race_guess(paces, goal.distance_m)
        return replace(paces, race=guess, on_the_day=guess)
    now = fitness.today().ln_speed
    shift = 1.0 if now is None or paces.ability is None else math.exp(paces.ability - now)
    work_s, day_s = _within_reach(goal, stated), _within_reach(goal, on_day)
    return replace(
        paces,
        race=goal.distance_m / (work_s or flat.median_s / shift),
        on_the_day=goal.distance_m / (day_s or on_day.expected.median_s / shift),
        version=_version(goal, day_s, on_day.expected.median_s),
    )


def _within_reach(goal: Goal, told: RaceTime) -> float | None:
    """The time that is wanted, s, while it is likely enough to be raced for (rule G-1)."""
    wanted = goal.target_s if goal.is_timed else None
    if wanted and told.expected.probability_of(wanted) >= GOAL_PACE_FROM:
        return wanted
    return None


def _version(goal: Goal, wanted_s: float | None, median_s: float) -> str:
    """What the race is paced for; a realistic time to the minute, or to 10 s below an hour."""
    if wanted_s is not None:
        return f"your goal of {format_duration(wanted_s)}"
    step_s = 60 if median_s >= 3_600 else 10
    realistic = f"about {format_duration(step_s * round(median_s / step_s))}"
    other = f"; {format_duration(goal.target_s)} is not, yet" if goal.target_s else ""
    return f"{realistic}, which is realistic as things stand{other}"


def _half_band_s(speeds: TrainingSpeeds) -> int:
    """What is unsure of the threshold, in whole 5 s/km: at least 5, at most 15."""
    half_s = speeds.half_width_ln * 1000.0 / speeds.threshold
    return min(max(STEP_S_PER_KM * round(half_s / STEP_S_PER_KM), STEP_S_PER_KM), WIDEST_HALF_S)


def _race_guess(paces: Paces, distance_m: float) -> float:
    if distance_m <= 5_500:
        return paces.interval
    return paces.threshold if distance_m <= 16_000 else paces.marathon


def _by_effort(easy: float, ability: float | None) -> Paces:
    """Rough multiples of the usual easy speed; they are never shown as targets."""
    return Paces(
        easy_low=0.95 * easy,
        easy_high=1.05 * easy,
        marathon=1.12 * easy,
        threshold=1.20 * easy,
        interval=1.30 * easy,
        repetition=1.40 * easy,
        race=1.12 * easy,
        half_band_s=2 * STEP_S_PER_KM,
        certain=False,
        ability=ability,
        on_the_day=1.12 * easy,
    )


def _usual_easy(activities: Sequence[Activity], today: date) -> float:
    """Median speed of the runs of eight weeks, kept between 1.8 and 4 m/s."""
    speeds = [
        a.distance_m / a.moving_time_s
        for a in activities
        if a.is_run
        and a.distance_m
        and a.moving_time_s
        and today - timedelta(weeks=8) <= a.day <= today
    ]
    return min(max(median(speeds), 1.8), 4.0) if speeds else UNKNOWN_EASY


def _off_road_share(activities: Sequence[Activity], today: date) -> float:
    """Of the runs of eight weeks, those on a treadmill or a trail."""
    first = today - timedelta(weeks=USUAL_WEEKS)
    surfaces = [a.surface for a in activities if a.is_run and first <= a.day <= today]
    off_road = [s for s in surfaces if s in {Surface.TREADMILL, Surface.TRAIL}]
    return len(off_road) / len(surfaces) if surfaces else 0.0


def _borders(
    fitness: Fitness,
    activities: Sequence[Activity],
    today: date,
    highest_bpm: float | None,
    sex: str | None,
) -> Beats | None:
    """None while no highest heart rate is known."""
    highest = highest_heart_rate(activities, today, set_bpm=highest_bpm)
    known = zones(fitness, highest=highest, sex=sex)
    first, second = known.first.heart_rate_bpm, known.second.heart_rate_bpm
    return Beats(first.middle, second.middle) if first and second else None


def _beats(low_bpm: float, high_bpm: float) -> Target:
    low = round(low_bpm)
    return Target(TargetType.HEART_RATE, float(low), float(max(round(high_bpm), low + 1)))
