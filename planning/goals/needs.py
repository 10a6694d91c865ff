"""What must happen before a goal's day: longest run, long runs and weekly distance, by when."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from planning.activity import Activity, FloatArray
from planning.fitness.ability import Fitness
from planning.goals.goal import DISTANCES_M, HALF_M, MARATHON_M, Goal
from planning.goals.groundwork import EASY_START_M, Groundwork, groundwork, within_time

LONGEST_RUN = "longest run"
WEEKLY_DISTANCE = "weekly distance"
GATES = frozenset({LONGEST_RUN, WEEKLY_DISTANCE})  # finishing is judged by these

# What each of `DISTANCES_M` asks for, metres: aim and least of the longest run, and of a week.
# Marathon and half: Fokkema 2020 (longest under 25 km 13 min slower, over 21 km 4 min faster at the
# half; 40 and 32 km a week), L-1, L-2. The other rows are coaching custom.
GATE_LN_M = np.log(DISTANCES_M)
LONGEST_AIM = np.array([8e3, 12e3, 21e3, 30e3, 32e3, 50e3])
LONGEST_LEAST = np.array([4e3, 8e3, 16e3, 25e3, 28e3, 40e3])
WEEKLY_AIM = np.array([20e3, 25e3, 32e3, 45e3, 50e3, 65e3])
WEEKLY_LEAST = np.array([10e3, 15e3, 24e3, 40e3, 42e3, 50e3])
GATE_STEP_M = 500.0
NEARLY = 0.98  # a watch measures to about two per cent
# Faster marathoners had more long runs (Doherty 2020); how many, and how long, is custom.
LONG_RUNS, LONG_SHARE = 3, 0.8
STEP_WEEKS, STEP_M = 4, 1_000.0  # between steps that are told: a smaller one says nothing new


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


def needs_of(
    goal: Goal, activities: Sequence[Activity], today: date, *, fitness: Fitness | None = None
) -> tuple[Need, ...]:
    """What must happen before the goal day: see `needs_from`. With `fitness` as far as the time for
    long runs allows.
    """
    if goal.distance_m is None or goal.day < today:
        return ()
    done = groundwork(activities, today)
    return needs_from(goal, within_time(done, fitness, activities) if fitness else done, today)


def needs_from(goal: Goal, done: Groundwork, today: date) -> tuple[Need, ...]:
    """Longest run and weekly distance, metres; from the half on the number of long runs as well.

    The value is what can be reached under P-2 and P-3, kept between the least and the aim of the
    distance. Empty for health goals and once the day is past.
    """
    if goal.distance_m is None or goal.day < today:
        return ()
    by_day = peak_day(goal)
    weeks = (by_day - today).days / 7
    longest = _need(
        LONGEST_RUN,
        by_day,
        gate=longest_run_gate(goal.distance_m),
        unit="m",
        held=done.longest_m,
        reachable=done.reachable_longest_m(weeks, goal.distance_m),
    )
    weekly = _need(
        WEEKLY_DISTANCE,
        by_day,
        gate=weekly_gate(goal.distance_m),
        unit="m/week",
        held=done.weekly_m,
        reachable=done.reachable_weekly_m(weeks, goal.distance_m),
    )
    if goal.distance_m < HALF_M * 0.98:
        return (longest, weekly)
    return (longest, weekly, _long_runs(longest, done, weeks))


def steps_of(goal: Goal, done: Groundwork, today: date) -> tuple[Need, ...]:
    """What should stand by when on the way to `needs_from`, every fourth week counted back from its
    day: an even rise, by the same share each week, and no steeper than the rules allow.
    """
    steps = list[Need]()
    for need in needs_from(goal, done, today):
        if need.what in GATES and need.feasible and not need.met:
            steps.extend(_steps(goal, need, done, today))
    return tuple(sorted(steps, key=lambda step: (step.by_day, step.what)))


def _steps(goal: Goal, need: Need, done: Groundwork, today: date) -> Iterator[Need]:
    whole, held = (need.by_day - today).days, need.held or 0.0
    start, told_m = max(held, EASY_START_M), held
    for left in range(7 * STEP_WEEKS * (whole // (7 * STEP_WEEKS)), 0, -7 * STEP_WEEKS):
        weeks = (whole - left) / 7
        even = start * (need.value / start) ** (1.0 - left / whole)
        most = (
            done.reachable_longest_m(weeks, goal.distance_m or 0.0)
            if need.what == LONGEST_RUN
            else done.reachable_weekly_m(weeks, goal.distance_m or 0.0)
        )
        value = math.floor(min(even, most) / GATE_STEP_M) * GATE_STEP_M
        if weeks > 0 and told_m + STEP_M <= value < need.value:
            told_m, day = value, need.by_day - timedelta(days=left)
            yield Need(need.what, day, value, need.unit, met=False, reachable=most, held=held)


def _long_runs(longest: Need, done: Groundwork, weeks: float) -> Need:
    length_m = math.floor(LONG_SHARE * longest.value / 1000) * 1000.0
    ran = sum(metres >= NEARLY * length_m for metres in done.lengths_m)
    reachable = ran + max(math.floor(weeks), 0) if longest.feasible else ran
    return Need(
        f"runs of {length_m / 1000:.0f} km or more",
        longest.by_day,
        float(LONG_RUNS),
        "runs",
        ran >= LONG_RUNS,
        reachable >= LONG_RUNS,
        float(reachable),
        float(ran),
    )


def _gate(distance_m: float, aim: FloatArray, least: FloatArray) -> Gate:
    ln_m = math.log(distance_m)
    values = [float(np.interp(ln_m, GATE_LN_M, row)) for row in (aim, least)]
    return Gate(*(round(value / GATE_STEP_M) * GATE_STEP_M for value in values))


def _need(what: str, by_day: date, *, gate: Gate, unit: str, held: float, reachable: float) -> Need:
    within = math.floor(reachable / GATE_STEP_M) * GATE_STEP_M
    value = min(max(within, gate.least), gate.aim)
    met = held >= value * NEARLY
    feasible = met or reachable >= gate.least * NEARLY
    return Need(what, by_day, value, unit, met, feasible, reachable, held)
