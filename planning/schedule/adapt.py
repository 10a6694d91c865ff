"""plan(today) = adapt(plan as closed yesterday, everything known now)."""

from collections.abc import Sequence
from datetime import date, timedelta

from planning.activity import Activity, content_id
from planning.athlete import Athlete
from planning.goals.assessment import Need
from planning.goals.goal import Goal
from planning.schedule.plan import Change, Layer, Phase, Plan, PlanDay, PlanWeek


def plan_for(  # noqa: PLR0913 - one door, everything that is known goes through it
    *,
    athlete: Athlete,
    goals: Sequence[Goal],
    activities: Sequence[Activity],
    fitness: object,
    today: date,
    assessment_needs: Sequence[Need] = (),
    closing_plan: Plan | None = None,
    closing_ability: float | None = None,
    layers: Sequence[Layer] = (),
    complete_until: date | None = None,
) -> tuple[Plan | None, tuple[Change, ...]]:
    """The plan as of `today` and the receipts of what it changes in `closing_plan`."""
    del athlete, activities, fitness, assessment_needs, closing_plan, closing_ability
    del layers, complete_until
    alive = [goal for goal in goals if goal.retired_on is None and goal.day >= today]
    if not alive:
        return None, ()
    monday = today - timedelta(days=today.weekday())
    last = max(goal.day for goal in alive)
    weeks = tuple(
        PlanWeek(
            monday + timedelta(weeks=index),
            Phase.BASE,
            "Easy running",
            0.0,
            0.0,
            tuple(PlanDay(monday + timedelta(weeks=index, days=day), None) for day in range(7))
            if index < 4
            else (),
        )
        for index in range((last - monday).days // 7 + 1)
    )
    goal_ids = tuple(goal.id for goal in alive)
    return Plan(content_id(goal_ids, weeks), today, goal_ids, None, weeks), ()
