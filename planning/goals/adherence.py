"""Keeping at it: the chance that a habit is kept up, from the weeks in which it was.

A week counts when it had the days with a run, and the hours, that the goal asks for; a habit is
kept up when four in five of its weeks count. The weeks of the last half-year are looked at, half of
the weight after eight weeks. Weeks hang together (a good one follows a good one), so each tells as
much as half a week would; to them comes Jeffreys' prior of half a week kept and half a week not.
Half-life and halving were found on 18 logs of the project's study (`make bench PART=assessment`):
those runners kept up what they had kept up, and nobody had asked them to. A goal may do more.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planning.activity import Activity
from planning.goals.drift import Running
from planning.goals.goal import Goal

KEPT_SHARE = 0.8  # of the weeks: a cold and a holiday are allowed
MOST_WEEKS, FEWEST_WEEKS = 26, 4
HALF_LIFE_WEEKS, TELLS, PRIOR = 8.0, 0.5, 0.5
LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True, slots=True)
class Adherence:
    """`weeks_met` of the `weeks_known` before today counted, those before the goal began as well.

    `weeks` is how many the goal has, `weeks_asked` how many of them must count, `weeks_over` and
    `over_met` those of them that are past. `probability` is of keeping it up; eight times out of
    ten between `low` and `high` of all its weeks count.
    """

    weeks_known: int
    weeks_met: int
    weeks: int
    weeks_asked: int
    weeks_over: int
    over_met: int
    probability: float
    low: int
    high: int

    @property
    def enough_known(self) -> bool:
        """Under four weeks on record nothing can be said."""
        return self.weeks_known >= FEWEST_WEEKS

    @property
    def kept_up(self) -> bool:
        """As many weeks as were asked for have counted."""
        return self.over_met >= self.weeks_asked


def adherence(
    goal: Goal, activities: Sequence[Activity], today: date, *, running: Running | None = None
) -> Adherence | None:
    """Of a health goal with a number of days or hours a week; None for any other.

    Weeks are of seven days: back from yesterday for what was held, and on from the goal's first day
    (else from the day it was stated, else from today) for what is asked. What is left at the end is
    no week. A week of which `running` does not know every day is left out of both. Hours are those
    of all runs, moving.
    """
    if goal.runs_per_week is None and goal.hours_per_week is None:
        return None
    asked_of = _Habit(goal, _hours_by_day(activities, today), running)
    first = goal.from_day or goal.stated_on or today
    whole = max(((goal.day - first).days + 1) // 7, 1)
    over = max(min((today - first).days // 7, whole), 0)
    done = [asked_of.met(first + timedelta(weeks=number)) for number in range(over)]
    past = asked_of.weeks_before(today)
    weeks, over_met = whole - done.count(None), done.count(True)
    asked = math.ceil(KEPT_SHARE * weeks - 1e-9)
    chances = beta_binomial(whole - over, *_prior(past))
    return Adherence(
        weeks_known=len(past) - past.count(None),
        weeks_met=past.count(True),
        weeks=weeks,
        weeks_asked=asked,
        weeks_over=over - done.count(None),
        over_met=over_met,
        probability=min(math.fsum(chances[max(asked - over_met, 0) :]), 1.0),
        low=over_met + _quantile(chances, LOW),
        high=over_met + _quantile(chances, HIGH),
    )


def beta_binomial(weeks: int, kept: float, missed: float) -> tuple[float, ...]:
    """The chances that 0, 1, ... `weeks` weeks count when the share of weeks that do is as unsure
    as Beta(`kept`, `missed`) says.
    """

    def ln_beta(one: float, other: float) -> float:
        return math.lgamma(one) + math.lgamma(other) - math.lgamma(one + other)

    whole = ln_beta(kept, missed)
    return tuple(
        math.comb(weeks, count) * math.exp(ln_beta(kept + count, missed + weeks - count) - whole)
        for count in range(weeks + 1)
    )


@dataclass(frozen=True, slots=True)
class _Habit:
    """Hours run by day (0 where only the distance is known), and what of them a week asks for."""

    goal: Goal
    ran: Mapping[date, float]
    running: Running | None

    def met(self, first: date) -> bool | None:
        """Whether the week that begins on `first` counts; None: not all of it is known."""
        days = [first + timedelta(days=number) for number in range(7)]
        hours = [self.ran[day] for day in days if day in self.ran]
        enough = len(hours) >= (self.goal.runs_per_week or 0) and (
            math.fsum(hours) >= (self.goal.hours_per_week or 0.0) - 1e-9
        )
        if not enough and self.running and not all(map(self.running.is_known, days)):
            return None
        return enough

    def weeks_before(self, today: date) -> list[bool | None]:
        """The last one first, none from before the first run on record."""
        weeks = (today - min(self.ran, default=today)).days // 7
        return [
            self.met(today - timedelta(weeks=back + 1)) for back in range(min(weeks, MOST_WEEKS))
        ]


def _hours_by_day(activities: Sequence[Activity], today: date) -> dict[date, float]:
    hours: dict[date, list[float]] = {}
    for run in activities:
        if run.is_run and run.day <= today:
            hours.setdefault(run.day, []).append((run.moving_time_s or 0.0) / 3_600.0)
    return {day: math.fsum(each) for day, each in hours.items()}


def _prior(past: Sequence[bool | None]) -> tuple[float, float]:
    """Weeks kept and weeks missed, by their age."""
    kept = missed = PRIOR
    for back, met in enumerate(past):
        weight = TELLS * 0.5 ** (back / HALF_LIFE_WEEKS)
        kept += weight * (met is True)
        missed += weight * (met is False)
    return kept, missed


def _quantile(chances: Sequence[float], share: float) -> int:
    """The smallest count that is not exceeded with that chance."""
    reached = 0.0
    for count, chance in enumerate(chances):
        reached += chance
        if reached >= share - 1e-12:
            return count
    return len(chances) - 1
