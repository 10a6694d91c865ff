"""What to offer who wants more than can be had: another time, another day, another distance."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from planning.fitness.prediction import Prediction
from planning.goals.completion import DOUBTFUL, chance_to_finish
from planning.goals.goal import DISTANCES_M, Goal, GoalKind
from planning.goals.groundwork import Groundwork
from planning.goals.needs import GATES, needs_from
from planning.goals.wording import no_faster

SELDOM, EVEN = 0.2, 0.5
FURTHEST_WEEKS = 52  # a longer search would promise what no training log shows
FURTHEST_TO_FINISH_WEEKS = 104


class Offered(StrEnum):
    TIME = "time"  # the nearest realistic time for that day
    DAY = "day"  # the earliest sensible day for what is wanted
    DISTANCE = "distance"  # the longest race that can be prepared for by that day
    HABIT = "habit"  # the most days or hours a week that are likely to be kept up


@dataclass(frozen=True, slots=True)
class Offer:
    """`goal` as it would be; `probability` of its time, None where there is none."""

    kind: Offered
    goal: Goal
    probability: float | None = None


type Foretell = Callable[[Goal], Prediction | None]


def offers(
    goal: Goal,
    done: Groundwork,
    *,
    today: date,
    probability: float | None,
    foretell: Foretell,
) -> tuple[Offer, ...]:
    """Other goals near to one whose time has a chance under one in five, or whose gates cannot be
    reached; empty for all others. `foretell` gives a race's time on its day, training as usual.

    The time is an even chance, told no faster than it is. The day is the first one, by whole weeks
    and within a year, whose training can be built up and on which the time is an even chance, or at
    least one in five: by what is known of getting faster, and not because a day further off is less
    sure. The distance is the longest one that is shorter and can be built up by that day.
    """
    reachable = _is_reachable(goal, done, today)
    seldom = goal.is_timed and probability is not None and probability < SELDOM
    if goal.distance_m is None or (reachable and not seldom):
        return ()
    found = [_nearest_time(goal, foretell)] if seldom else []
    found.append(_earliest_day(goal, done, today=today, foretell=foretell))
    if not reachable:
        found.append(_shorter(goal, done, today))
    return tuple(offer for offer in found if offer is not None)


def lighter_habit(goal: Goal, chance_of: Callable[[Goal], float | None]) -> Offer | None:
    """The most days a week (by half hours where the goal has only hours) that are an even chance to
    be kept up; None unless the goal itself has less than one in five, or where nothing has.
    """
    chance = chance_of(goal)
    if chance is None or chance >= SELDOM:
        return None
    for lighter in _lighter(goal):
        chance = chance_of(lighter)
        if chance is not None and chance >= EVEN:
            return Offer(Offered.HABIT, lighter, chance)
    return None


def _lighter(goal: Goal) -> Iterator[Goal]:
    """With fewer days each, and the hours in proportion; or with fewer half hours."""
    days, hours = goal.runs_per_week, goal.hours_per_week
    if days is None:
        for halves in range(math.ceil((hours or 0.0) * 2) - 1, 0, -1):
            yield replace(goal, hours_per_week=halves / 2)
        return
    for fewer in range(days - 1, 0, -1):
        share = None if hours is None else max(math.floor(hours * fewer / days * 2), 1) / 2
        yield replace(goal, runs_per_week=fewer, hours_per_week=share)


def _nearest_time(goal: Goal, foretell: Foretell) -> Offer | None:
    expected = foretell(goal)
    if expected is None:
        return None
    target_s = no_faster(expected.median_s, expected.distance_m)
    return Offer(Offered.TIME, replace(goal, target_s=target_s), expected.probability_of(target_s))


def _earliest_day(goal: Goal, done: Groundwork, *, today: date, foretell: Foretell) -> Offer | None:
    best: Offer | None = None
    spread = foretell(goal)
    for later in _later(goal, today):
        if not _is_feasible(later, done, today):
            continue
        told = foretell(later) if goal.is_timed else None
        if told is None or spread is None or goal.target_s is None:
            return Offer(Offered.DAY, later)
        chance = replace(told, sd_ln=min(told.sd_ln, spread.sd_ln)).probability_of(goal.target_s)
        if chance >= EVEN:
            return Offer(Offered.DAY, later, chance)
        if best is None and chance >= SELDOM:
            best = Offer(Offered.DAY, later, chance)
    return best


def _later(goal: Goal, today: date) -> Iterator[Goal]:
    furthest = FURTHEST_WEEKS if goal.is_timed else FURTHEST_TO_FINISH_WEEKS
    day = goal.day + timedelta(weeks=1)
    while (day - today).days <= 7 * furthest:
        yield replace(goal, day=day)
        day += timedelta(weeks=1)


def _shorter(goal: Goal, done: Groundwork, today: date) -> Offer | None:
    for distance_m in reversed(DISTANCES_M):
        if goal.distance_m is None or distance_m >= 0.98 * goal.distance_m:
            continue
        kind = GoalKind.COMPLETION
        shorter = replace(
            goal, kind=kind, distance_m=distance_m, target_s=None, cut_off_s=None, climb_m=None
        )
        if _is_feasible(shorter, done, today):
            return Offer(Offered.DISTANCE, shorter)
    return None


def _is_reachable(goal: Goal, done: Groundwork, today: date) -> bool:
    """Whether the goal can stay: for a time a gate may be missed by a little, at a price."""
    if not goal.is_timed:
        return _is_feasible(goal, done, today)
    return chance_to_finish(needs_from(goal, done, today)) >= DOUBTFUL


def _is_feasible(goal: Goal, done: Groundwork, today: date) -> bool:
    return all(need.feasible for need in needs_from(goal, done, today) if need.what in GATES)
