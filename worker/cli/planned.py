"""The plan that commands speak of: the newest, a day of it by words, and its changes."""

from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.session import Session

if TYPE_CHECKING:
    from planning.replan import Outcome
    from planning.schedule.plan import Change, Plan, PlanDay

ERASED = "why is not kept: what led to it has been erased"
DayArgument = Annotated[str, typer.Argument(help="The day (YYYY-MM-DD) or the session's ident.")]


def plan_of(at_work: Session) -> "Plan":
    return plan_in(at_work.outcome())


def plan_in(outcome: "Outcome") -> "Plan":
    from worker.cli.failing import Failed

    if outcome.plan is None:
        raise Failed("there is no plan yet: state a goal first, `goalward goal add --help`")
    return outcome.plan


def find(plan: "Plan", words: str) -> "PlanDay":
    """By its day or by the ident of what stands on it."""
    from worker.cli.failing import UsedWrongly

    for day in plan.days():
        if words in (day.day.isoformat(), day.workout and day.workout.ident):
            return day
    raise UsedWrongly(f"{words!r} is neither a day that is laid out nor a session's ident")


def changes_in(at_work: Session, outcome: "Outcome") -> "list[Change]":
    from worker.db import reading
    from worker.outcomes import changes_of

    with reading(at_work.runtime.engine) as conn:
        return changes_of(conn, at_work.athlete_id, outcome, until=at_work.until)
