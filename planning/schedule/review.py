"""A look back on a plan: which runs its sessions were, and how each was run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from planning.activity import Activity
from planning.athlete import Athlete
from planning.fitness.ability import estimate
from planning.fitness.stated import with_stated
from planning.schedule.execution import matched
from planning.schedule.judging import Judgement, judged
from planning.schedule.paces import paces_of
from planning.schedule.plan import Plan, PlanDay


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A planned day, the runs that were its session, by start, and how they were run."""

    planned: PlanDay
    runs: tuple[Activity, ...]
    judgement: Judgement


def reviewed(
    plan: Plan, *, athlete: Athlete, activities: Sequence[Activity], today: date
) -> tuple[Reviewed, ...]:
    """The sessions of `plan` that were run up to `today`, by day, each beside the paces that the
    plan stands on. Later activities are not looked at, and the order of `activities` does not
    matter. What was run without being a session is not in it.
    """
    ran = tuple(activity for activity in activities if activity.day <= today)
    days = tuple(plan.days())
    found = matched(days, ran, today)
    paces = paces_of(
        with_stated(estimate(ran, today), athlete.stated, today),
        activities=ran,
        today=today,
        sex=athlete.sex,
        highest_bpm=athlete.max_heart_rate_bpm,
        paced_at=plan.paced_at,
        had_paces=plan.paced_at is not None,
    )
    return tuple(
        Reviewed(planned, runs, judged(planned.workout.workout, runs, paces))
        for planned in days
        if planned.workout and (runs := found.of(planned))
    )
