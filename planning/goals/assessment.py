"""Is a goal as stated specific, possible at all, and on a day that leaves time."""

import math
from datetime import date

import numpy as np

from planning.athlete import Athlete
from planning.goals.course import STEEPEST
from planning.goals.goal import (
    HALF_M,
    MARATHON_M,
    TEN_K_M,
    Goal,
    GoalKind,
)
from planning.goals.wording import distance_name, exact_time

# About the best ever run, seconds, men (World Athletics and IAU lists). A bound, not a claim.
RECORD_M = np.array([800.0, 1_500.0, 3_000.0, 5e3, 10e3, HALF_M, MARATHON_M, 50e3, 100e3, 246e3])
RECORD_S = np.array([100.9, 206.0, 437.6, 755.4, 1_571.0, 3_402.0, 7_235.0, 9_523.0, 21_560.0, 7e4])
WALKING_S_PER_M = 0.9  # 15 min/km
SHORTEST_M, LONGEST_M = 1_500.0, 250_000.0
FURTHEST_DAYS = 5 * 366  # a plan has weeks until the goal, and no forecast reaches so far


def check_goal(goal: Goal, today: date, *, athlete: Athlete | None = None) -> tuple[str, ...]:
    """What is wrong or doubtful in a goal as stated, in plain words. Empty: nothing.

    Specific (distance, time), measurable, possible at all, and on a day that leaves time. Whether
    it can be reached by this athlete is the forecast's to say.
    """
    return (
        *_day_problems(goal, today),
        *_distance_problems(goal),
        *climb_problems(goal),
        *_time_problems(goal),
        *_age_problems(goal, athlete),
    )


def climb_problems(goal: Goal) -> tuple[str, ...]:
    """As `check_goal`, of the course's climb alone."""
    if goal.climb_m is None or goal.distance_m is None:
        return ()
    most_m = STEEPEST * goal.distance_m
    if 0.0 <= goal.climb_m <= most_m:
        return ()
    return (f"A course of that length climbs at most {most_m:.0f} m, not {goal.climb_m:.0f} m.",)


def record_s(distance_m: float) -> float:
    """About the best time ever run over a distance, between the rows of the table by ln."""
    return float(math.exp(np.interp(math.log(distance_m), np.log(RECORD_M), np.log(RECORD_S))))


def _day_problems(goal: Goal, today: date) -> list[str]:
    days = (goal.day - today).days
    if days < 0:
        return [f"{goal.day.isoformat()} is already past: name a day to come."]
    if days < 7:
        return [
            "The day is less than a week away: training changes nothing any more, only rest helps."
        ]
    if days > FURTHEST_DAYS:
        return ["The day is over five years away: nothing can be foretold so far ahead."]
    if days > 2 * 366:
        return ["The day is over two years away: set a nearer goal on the way to it."]
    return []


def _distance_problems(goal: Goal) -> list[str]:
    if goal.kind is GoalKind.HEALTH:
        return []
    if goal.distance_m is None:
        return ["Which distance? A race needs one."]
    if not SHORTEST_M <= goal.distance_m <= LONGEST_M:
        return ["Races from 1.5 km to 250 km can be planned for; this distance is outside."]
    return []


def _time_problems(goal: Goal) -> list[str]:
    if goal.kind is GoalKind.TIME and goal.target_s is None:
        return ["Which time? Without one it is a goal to finish."]
    if goal.target_s is None or not goal.distance_m or not goal.distance_m > 0.0:
        return []
    name, told = distance_name(goal.distance_m), exact_time(goal.target_s, goal.distance_m)
    if goal.target_s < record_s(goal.distance_m):
        return [f"{told} over {name} is faster than anybody has ever run."]
    if goal.target_s > WALKING_S_PER_M * goal.distance_m:
        return [f"{told} over {name} is slower than a walk: is the time right?"]
    return []


def _age_problems(goal: Goal, athlete: Athlete | None) -> list[str]:
    """Y-1: under 18 no goal over the half, under 16 none over 10 km."""
    if athlete is None or athlete.birth_year is None or goal.distance_m is None:
        return []
    age = goal.day.year - athlete.birth_year
    if age < 16 and goal.distance_m > TEN_K_M * 1.02:
        return ["Under 16 no goal over 10 km is planned for."]
    if age < 18 and goal.distance_m > HALF_M * 1.02:
        return ["Under 18 no goal over the half marathon is planned for."]
    return []
