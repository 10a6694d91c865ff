"""Runners and goals as one meets them: `case(n)` is the n-th, the same on every machine.

Every axis is drawn by itself, so that all pairs of values meet: how much is run and how fast, sex,
age, days, the long run's day, how long until the goals, which and how many, on which days.
"""

import random
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise

from planning.athlete import Athlete
from planning.fitness.ability import estimate
from planning.goals.goal import (
    FIFTY_K_M,
    FIVE_K_M,
    HALF_M,
    HUNDRED_K_M,
    MARATHON_M,
    TEN_K_M,
    Goal,
    GoalKind,
    Priority,
)
from planning.schedule.adapt import plan_for
from tests.planning.athletes import RIEGEL, race, run, ten_k_time_s
from tests.planning.schedule.cases import TODAY, ZONE

WHOLE = 6_000  # cases of the whole grid
EVERY_WEEK = 60  # laid out in days to the last goal

# Kilometres and runs a week, easy pace in s/km: from nobody's first run to a marathon in 2:30.
LEVELS = (
    (0.0, 0, 430.0),
    (8.0, 2, 460.0),
    (15.0, 3, 420.0),
    (24.0, 3, 400.0),
    (35.0, 4, 370.0),
    (50.0, 5, 340.0),
    (70.0, 6, 310.0),
    (95.0, 7, 285.0),
    (130.0, 7, 252.0),
)
RUN_DAYS = {2: (2, 6), 3: (1, 3, 6), 4: (1, 3, 5, 6), 5: (0, 2, 3, 5, 6), 6: (0, 1, 2, 3, 5, 6)}
KINDS = {
    "5K": (GoalKind.TIME, FIVE_K_M, 0.0),
    "10K": (GoalKind.TIME, TEN_K_M, 0.0),
    "half": (GoalKind.TIME, HALF_M, 0.0),
    "marathon": (GoalKind.TIME, MARATHON_M, 0.0),
    "first half": (GoalKind.COMPLETION, HALF_M, 0.0),
    "first marathon": (GoalKind.COMPLETION, MARATHON_M, 0.0),
    "50 km": (GoalKind.COMPLETION, FIFTY_K_M, 0.0),
    "100 km trail": (GoalKind.COMPLETION, HUNDRED_K_M, 3_000.0),
    "health": (GoalKind.HEALTH, None, 0.0),
}
WEEKDAYS = (
    frozenset(range(7)),
    frozenset(range(7)),
    frozenset({0, 2, 3, 5, 6}),
    frozenset({1, 3, 5, 6}),
    frozenset({1, 3, 6}),
    frozenset({0, 1, 2, 3, 4}),
    frozenset({2, 4, 5, 6}),
)
AGES = (16, 17, 25, 38, 49, 50, 62, 75)


@dataclass(frozen=True)
class Case:
    number: int
    told: str
    athlete: Athlete
    level: int
    goals: tuple[Goal, ...]
    today: object

    @property
    def activities(self):
        return history_of(self.level, self.today)

    def plan(self, **more):
        """Laid out in days to the last goal, as `plan show --all` does."""
        plan, _ = plan_for(
            athlete=self.athlete,
            goals=self.goals,
            activities=self.activities,
            fitness=fitness_of(self.level, self.today),
            today=self.today,
            **({"laid_out_weeks": EVERY_WEEK} | more),
        )
        return plan


@lru_cache(maxsize=80)
def fitness_of(level, today):
    return estimate(history_of(level, today), today)


@lru_cache(maxsize=80)
def history_of(level, today):
    """26 weeks up to yesterday: every fourth lighter, a race every eighth."""
    km, count, pace = LEVELS[level]
    if not count:
        return ()
    chance, told = random.Random(level), []
    monday = today - timedelta(days=today.weekday(), weeks=26)
    days = RUN_DAYS.get(count, tuple(range(7)))
    share = 0.22 + 0.36 / count
    for week in range(27):
        this_km = km * (0.8 if week % 4 == 1 else 1.04) * chance.uniform(0.96, 1.04)
        for weekday in days:
            day = monday + timedelta(weeks=week, days=weekday)
            if day >= today:
                continue
            is_long = weekday == 6
            of_week = share if is_long else (1 - share) / (count - 1)
            if is_long and week % 8 == 5:
                distance = (5.0, 10.0, 10.0)[week // 8 % 3]
                told.append(race(day, distance, ten_k_time_s(pace) * (distance / 10) ** RIEGEL))
            else:
                told.append(
                    run(day, round(this_km * of_week, 2), pace * chance.uniform(0.97, 1.03))
                )
    return tuple(told)


def case(number):
    chance = random.Random(f"grid {number}")
    level = chance.randrange(len(LEVELS))
    age, sex = chance.choice(AGES), chance.choice(("f", "m"))
    days = chance.choice(WEEKDAYS)
    wished = chance.choice((None, None, 3, 4, 5, 6, 7))
    long_weekday = chance.choice(sorted(days)) if chance.random() < 0.3 else max(days)
    today = TODAY + timedelta(days=chance.randrange(7))
    athlete = Athlete(
        zone=ZONE,
        run_weekdays=days,
        long_run_weekday=long_weekday,
        runs_per_week=wished,
        sex=sex,
        birth_year=TODAY.year - age,
        hours_per_week=chance.choice((None, None, None, 2.5, 4.0, 6.0)),
    )
    goals = _goals(chance, today, age)
    km, count, _ = LEVELS[level]
    told = (
        f"#{number} {sex}{age}, {km:.0f} km in {count}, wishes {wished} on {sorted(days)} "
        f"(long {long_weekday}, {athlete.hours_per_week} h), from {today:%a}: "
        + ", ".join(f"{g.name} {g.priority} {g.day:%a} in {(g.day - today).days} d" for g in goals)
    )
    return Case(number, told, athlete, level, goals, today)


def _goals(chance, today, age):
    count = chance.choices((1, 2, 3, 4), (6, 3, 2, 1))[0]
    weeks = chance.randrange(4, 41)
    last = today + timedelta(days=7 * weeks + chance.randrange(7))
    names = [name for name, (_, metres, _) in KINDS.items() if _may(age, metres)]
    goals = [_goal(chance, 0, Priority.A, last, chance.choice(names))]
    for index in range(1, count):
        close = chance.random() < 0.3
        days = chance.randrange(-21, 22) if close else -chance.randrange(1, (last - today).days)
        day = max(last + timedelta(days=days), today + timedelta(days=chance.randrange(1, 4)))
        priority = chance.choice((Priority.A, Priority.B, Priority.B, Priority.C, Priority.C))
        goals.append(_goal(chance, index, priority, day, chance.choice(names)))
    return tuple(sorted(goals, key=lambda goal: (goal.day, goal.id)))


def _goal(chance, index, priority, day, name):
    kind, distance_m, climb_m = KINDS[name]
    if chance.random() < 0.7:  # most races are on a weekend
        day += timedelta(days=chance.choice((5, 6)) - day.weekday())
    target_s = None
    if kind is GoalKind.TIME:
        target_s = distance_m / 1000 * chance.uniform(210, 400)
    return Goal(
        id=f"g{index}",
        kind=kind,
        priority=priority,
        day=day,
        distance_m=distance_m,
        target_s=target_s,
        name=name,
        climb_m=climb_m or None,
    )


def _may(age, metres):
    """Rule Y-1, as the assessment of a goal says it."""
    return age >= 18 or metres is None or metres <= (TEN_K_M if age < 16 else HALF_M)


def apart(goals):
    """Whether no two A races stand so close that one takes the preparation of the other."""
    days = [goal.day for goal in goals if goal.priority is Priority.A and goal.distance_m]
    return all((b - a).days >= 84 for a, b in pairwise(sorted(days)))
