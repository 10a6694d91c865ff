"""The time over a goal's course: distance, climb, and what lies beyond 100 km."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from planning.activity import Activity
from planning.fitness.ability import Fitness
from planning.fitness.prediction import LONGEST_M, Prediction, predict, widened
from planning.fitness.ultra import CLIMB_EFFORT, UltraRace, predict_ultra
from planning.goals.goal import Goal

ROLLING, MOUNTAIN = 10.0, 30.0  # metres climbed per kilometre
ULTRA_EXPONENT = 1.318
ULTRA_SD = 0.20  # from a road record, without an ultra of the athlete's own
# Where the athlete's own races of that kind say more than their speed on roads.
ULTRA_M, LEAST_MOUNTAIN_M = 43_500.0, 15_000.0


def effort_distance_m(distance_m: float, climb_m: float | None) -> float:
    """The flat distance that takes as much: km + 1.2 km per 100 m climbed (science 1.9).

    The formula was fitted on mountain races (7,304 held-out races, 8 % median error). On the road
    the way down gives most of it back, so it fades in between 10 and 30 m climbed per km.
    """
    if not climb_m or climb_m <= 0.0:
        return distance_m
    return distance_m + _share(climb_m / distance_m * 1000) * CLIMB_EFFORT * climb_m


def course_time(
    goal: Goal,
    fitness: Fitness,
    *,
    weeks_ahead: float,
    weeks_unknown: float = 0.0,
    ultras: Sequence[UltraRace] = (),
) -> Prediction | None:
    """The goal's race as a distribution of seconds, on its day, training and preparing as usual.

    `weeks_unknown`: of the last ones, those of which nothing is known; they widen it.
    None while too little is known, without a distance, or for a distance too short to foresee. In
    the mountains and beyond the marathon from the athlete's own `ultras`. Without one from their
    speed: beyond 100 km of effort ln T grows by 1.318 ln e, and the spread is at least .20.
    """
    if goal.distance_m is None:
        return None
    if ultras and is_ultra(goal.distance_m, goal.climb_m):
        return _by_own_ultras(goal.distance_m, goal, weeks_ahead + weeks_unknown, ultras)
    effort_m = effort_distance_m(goal.distance_m, goal.climb_m)
    flat = predict(
        fitness,
        min(effort_m, LONGEST_M),
        weeks_ahead=weeks_ahead,
        weeks_unknown=weeks_unknown,
    )
    if flat is None:
        return None
    median_s = flat.median_s * max(effort_m / LONGEST_M, 1.0) ** ULTRA_EXPONENT
    wide = 1.0 if effort_m > LONGEST_M else _share((goal.climb_m or 0.0) / goal.distance_m * 1000)
    sd = max(flat.sd_ln, math.hypot((1 - wide) * flat.sd_ln, wide * ULTRA_SD))
    return Prediction(goal.distance_m, median_s, sd)


def is_ultra(distance_m: float, climb_m: float | None) -> bool:
    """Longer than a marathon, or in the mountains (30 m a km) and no short race."""
    steep = (climb_m or 0.0) >= MOUNTAIN * distance_m / 1000
    return distance_m > ULTRA_M or (steep and distance_m >= LEAST_MOUNTAIN_M)


def ultras_of(activities: Iterable[Activity], until: date) -> tuple[UltraRace, ...]:
    """The athlete's own races of that kind, up to that day."""
    return tuple(
        UltraRace(each.day, each.distance_m, each.climb_m or 0.0, each.elapsed_time_s)
        for each in activities
        if each.is_run and each.is_race and each.distance_m and each.elapsed_time_s
        if each.day <= until and is_ultra(each.distance_m, each.climb_m)
    )


def _by_own_ultras(
    distance_m: float, goal: Goal, weeks: float, ultras: Sequence[UltraRace]
) -> Prediction | None:
    told = predict_ultra(ultras, goal.day, distance_m=distance_m, climb_m=goal.climb_m or 0.0)
    return told and replace(told, sd_ln=widened(told.sd_ln, max(weeks, 0.0)))


def _share(climb_m_per_km: float) -> float:
    return min(max((climb_m_per_km - ROLLING) / (MOUNTAIN - ROLLING), 0.0), 1.0)
