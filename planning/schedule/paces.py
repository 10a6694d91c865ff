"""Training paces as bands for a watch, from ability; by effort while ability is not known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median

from planning.activity import Activity
from planning.fitness.ability import Fitness
from planning.fitness.prediction import predict
from planning.fitness.training import TrainingSpeeds, training_speeds
from planning.fitness.zones import TOO_UNSURE
from planning.goals.goal import Goal
from planning.schedule.effort import Effort
from planning.workout import OPEN_TARGET, Target, TargetType

STEP_S_PER_KM = 5
WIDEST_HALF_S = 15  # beyond that a watch's band would be the next purpose's
STILL_SURE = 0.12  # once given, paces stay until here: no flicker at the border
GOAL_PACE_FROM = 0.2  # probability from which race-pace work uses the goal's pace (rule G-1)
UNKNOWN_EASY = 2.5  # m/s, 6:40/km: for estimates only, never a target


@dataclass(frozen=True, slots=True)
class Paces:
    """Speeds in m/s. `certain`: may be prescribed; otherwise they only serve estimates.

    `half_band_s` is half the width of a target band, in s/km. `ability` is the ln speed over a flat
    10 km that they stand for, None when unknown.
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
        }.get(effort or Effort.EASY, self.easy)

    def target(self, effort: Effort) -> Target:
        """A band of whole 5 s/km; open for hills, strides, walks and while ability is unknown."""
        if not self.certain or effort in {Effort.HILL, Effort.STRIDE, Effort.WALK}:
            return OPEN_TARGET
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
    paced_at: float | None = None,
    had_paces: bool = False,
) -> Paces:
    """The paces of today's ability, or of the ability `paced_at` when the plan still stands on it.

    Easy, threshold and interval paces come from ability, never from the goal (rule G-1).
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
    )


def for_goal(paces: Paces, *, goal: Goal, fitness: Fitness, today: date) -> Paces:
    """The same paces with the race pace of one goal: the goal's own while its probability is .2 or
    more, otherwise what the forecast holds to be realistic (rule G-1).
    """
    if goal.distance_m is None:
        return paces
    weeks = max((goal.day - today).days, 0) / 7
    expected = predict(fitness, goal.distance_m, weeks_ahead=weeks)
    if expected is None:
        return replace(paces, race=_race_guess(paces, goal.distance_m))
    if goal.target_s and expected.probability_of(goal.target_s) >= GOAL_PACE_FROM:
        return replace(paces, race=goal.distance_m / goal.target_s)
    now = fitness.today().ln_speed
    shift = 0.0 if now is None or paces.ability is None else paces.ability - now
    return replace(paces, race=goal.distance_m / expected.median_s * math.exp(shift))


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
