"""Is a goal achievable, in which versions, and what must happen."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from planning.activity import Activity, FloatArray
from planning.athlete import Athlete
from planning.goals.course import STEEPEST
from planning.goals.goal import (
    FIFTY_K_M,
    FIVE_K_M,
    HALF_M,
    HUNDRED_K_M,
    MARATHON_M,
    TEN_K_M,
    Goal,
    GoalKind,
)
from planning.goals.groundwork import groundwork
from planning.goals.wording import distance_name, exact_time

LONGEST_RUN = "longest run"
WEEKLY_DISTANCE = "weekly distance"

# What a distance asks for, metres: aim and least of the longest run, aim and least of a week.
# Marathon and half: Fokkema 2020 (longest under 25 km 13 min slower, over 21 km 4 min faster at the
# half; 40 and 32 km a week), L-1, L-2. The other rows are coaching custom.
GATE_LN_M = np.log([FIVE_K_M, TEN_K_M, HALF_M, MARATHON_M, FIFTY_K_M, HUNDRED_K_M])
LONGEST_AIM = np.array([8e3, 12e3, 21e3, 30e3, 32e3, 50e3])
LONGEST_LEAST = np.array([4e3, 8e3, 16e3, 25e3, 28e3, 40e3])
WEEKLY_AIM = np.array([20e3, 25e3, 32e3, 45e3, 50e3, 65e3])
WEEKLY_LEAST = np.array([10e3, 15e3, 24e3, 40e3, 42e3, 50e3])
GATE_STEP_M = 500.0
NEARLY = 0.98  # a watch measures to about two per cent

# About the best ever run, seconds, men (World Athletics and IAU lists). A bound, not a claim.
RECORD_M = np.array([800.0, 1_500.0, 3_000.0, 5e3, 10e3, HALF_M, MARATHON_M, 50e3, 100e3, 246e3])
RECORD_S = np.array([100.9, 206.0, 437.6, 755.4, 1_571.0, 3_402.0, 7_235.0, 9_523.0, 21_560.0, 7e4])
# How much faster a quarter and a tenth of 34 runners got within some weeks, per cent of speed
# (1,270 overlapping windows of training logs; it mixes fitness with intent).
GAIN_WEEKS = np.array([8.0, 12.0, 16.0, 26.0, 52.0])
GAIN_QUARTER = np.array([4.2, 5.1, 5.8, 5.8, 5.8])  # a longer time never makes less of it
GAIN_TENTH = np.array([8.9, 10.8, 11.5, 11.5, 12.9])
FEWEST_WEEKS = 6.0  # less is not in the table

WALKING_S_PER_M = 0.9  # 15 min/km
SHORTEST_M, LONGEST_M = 1_500.0, 250_000.0
FURTHEST_DAYS = 5 * 366  # a plan has weeks until the goal, and no forecast reaches so far


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that must happen: {"what", "by_day", "value", "unit", "met"}.

    `feasible`: it is met, or the steepest progression the rules allow reaches the least that the
    distance asks for. `reachable` is what that progression reaches, `held` what was done so far,
    in the same unit.
    """

    what: str
    by_day: date
    value: float
    unit: str
    met: bool
    feasible: bool = True
    reachable: float | None = None
    held: float | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """What a distance asks for: the value worth aiming at, and the least."""

    aim: float
    least: float


def longest_run_gate(distance_m: float) -> Gate:
    """Metres of the longest training run; between the rows of the table by ln distance."""
    return _gate(distance_m, LONGEST_AIM, LONGEST_LEAST)


def weekly_gate(distance_m: float) -> Gate:
    """Metres a week, held for four weeks."""
    return _gate(distance_m, WEEKLY_AIM, WEEKLY_LEAST)


def peak_day(goal: Goal) -> date:
    """The day by which the groundwork must be laid: before the taper begins to bite.

    Four weeks before a marathon or longer (Knopp 2024), three before a half, else two.
    """
    distance_m = goal.distance_m or 0.0
    weeks = 4 if distance_m >= MARATHON_M * 0.98 else 3 if distance_m >= HALF_M * 0.98 else 2
    return goal.day - timedelta(weeks=weeks)


def needs_of(goal: Goal, activities: Sequence[Activity], today: date) -> tuple[Need, ...]:
    """What must happen before the goal day: longest run and weekly distance, in metres.

    The value is what can be reached under P-2 and P-3, kept between the least and the aim of the
    distance. Empty for health goals and once the day is past.
    """
    if goal.distance_m is None or goal.day < today:
        return ()
    done, by_day = groundwork(activities, today), peak_day(goal)
    weeks = (by_day - today).days / 7
    return (
        _need(
            LONGEST_RUN,
            by_day,
            gate=longest_run_gate(goal.distance_m),
            unit="m",
            held=done.longest_m,
            reachable=done.reachable_longest_m(weeks),
        ),
        _need(
            WEEKLY_DISTANCE,
            by_day,
            gate=weekly_gate(goal.distance_m),
            unit="m/week",
            held=done.weekly_m,
            reachable=done.reachable_weekly_m(weeks, goal.distance_m),
        ),
    )


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


def base_rate(gain_percent: float, weeks: float) -> str | None:
    """How many runners got this much faster in the time, in words; None under six weeks."""
    if weeks < FEWEST_WEEKS:
        return None
    if gain_percent <= float(np.interp(weeks, GAIN_WEEKS, GAIN_QUARTER)):
        return "at least one in four"
    if gain_percent <= float(np.interp(weeks, GAIN_WEEKS, GAIN_TENTH)):
        return "between one in four and one in ten"
    return "fewer than one in ten"


def _gate(distance_m: float, aim: FloatArray, least: FloatArray) -> Gate:
    ln_m = math.log(distance_m)
    values = [float(np.interp(ln_m, GATE_LN_M, row)) for row in (aim, least)]
    return Gate(*(round(value / GATE_STEP_M) * GATE_STEP_M for value in values))


def _need(what: str, by_day: date, *, gate: Gate, unit: str, held: float, reachable: float) -> Need:
    within = math.floor(reachable / GATE_STEP_M) * GATE_STEP_M
    value = min(max(within, gate.least), gate.aim)
    met = held >= value * NEARLY
    return Need(what, by_day, value, unit, met, met or reachable >= gate.least, reachable, held)


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
