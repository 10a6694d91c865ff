"""How a day ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from planning.fitness.ability import AbilityToday
from planning.goals.trajectory import GoalForecast
from planning.schedule.plan import Plan


@dataclass(frozen=True, slots=True)
class Closing:
    """How a day ended: output of one day, input of the next, never rewritten.

    `race_days` are the days of all races then known, so that a race that comes in late is still
    news; None (older closings): those up to `day`.
    """

    day: date
    plan: Plan | None
    ability: AbilityToday
    forecasts: tuple[GoalForecast, ...]
    race_days: tuple[date, ...] | None = None


def new_race_days(before: Closing, race_days: Sequence[date]) -> tuple[date, ...]:
    """Race days that were not known when the day closed."""
    if before.race_days is None:
        return tuple(day for day in race_days if day > before.day)
    return tuple(day for day in race_days if day not in before.race_days)
