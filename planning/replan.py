"""The one door: replan(state, today) -> Outcome. Pure and deterministic."""

from dataclasses import dataclass
from datetime import date

from planning.activity import Activity
from planning.athlete import Athlete
from planning.fitness.ability import AbilityToday
from planning.fitness.prediction import DistanceForecast
from planning.goals.goal import Goal
from planning.goals.trajectory import GoalForecast
from planning.news import News
from planning.schedule.plan import Change, Layer, Plan


@dataclass(frozen=True, slots=True)
class Closing:
    """How a day ended: output of one day, input of the next, never rewritten."""

    day: date
    plan: Plan | None
    ability: AbilityToday
    forecasts: tuple[GoalForecast, ...]


@dataclass(frozen=True, slots=True)
class State:
    """Everything known at a moment. `activities` are sorted by start.

    `closing` is how the last day before today ended that had news in it; None: there was no plan.
    `complete_until` is the last day of which all sources are known to be complete; None: unknown.
    """

    athlete: Athlete
    activities: tuple[Activity, ...]
    goals: tuple[Goal, ...]
    closing: Closing | None = None
    layers: tuple[Layer, ...] = ()
    complete_until: date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`changes` are today's receipts against `state.closing`."""

    day: date
    ability: AbilityToday
    distances: tuple[DistanceForecast, ...]
    forecasts: tuple[GoalForecast, ...]
    plan: Plan | None
    changes: tuple[Change, ...]
    news: tuple[News, ...]

    @property
    def closing(self) -> Closing:
        return Closing(self.day, self.plan, self.ability, self.forecasts)
