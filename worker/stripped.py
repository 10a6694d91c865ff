"""What is left of a body when what it was made of is gone. Pure; twice is the same as once.

Facts are append-only; these are the two exceptions. When a source's term is over, the words and the
device of an activity go from its observation, for they are the source's, and what was derived from
it stays. When a source is erased, whatever was concluded from it keeps only what was told: the day,
the goal, median, range and probability, and the sessions that were planned.
"""

from dataclasses import replace
from typing import Any

from planning.activity import Observation
from planning.fitness.ability import AbilityToday
from planning.goals.trajectory import GoalForecast
from planning.replan import Closing
from planning.schedule.plan import Change, DayStatus, Plan, PlanDay
from worker.stored import from_body, to_body

NO_ABILITY = AbilityToday(None, None, 0, "")
FROM_RUNS = frozenset({DayStatus.DONE, DayStatus.PARTLY, DayStatus.MISSED})


def observation(body: Any) -> Any:
    """Without the title and the device; start, distances, times, efforts and quality stay."""
    seen = from_body(Observation, body)
    return to_body(replace(seen, record=replace(seen.record, name="", device=None)))


def closing(body: Any) -> Any:
    """How a day ended, without the estimate it ended with."""
    ended = from_body(Closing, body)
    return to_body(
        replace(
            ended,
            plan=_plan(ended.plan) if ended.plan else None,
            ability=NO_ABILITY,
            forecasts=tuple(map(_forecast, ended.forecasts)),
            race_days=None,
        )
    )


def forecast(body: Any) -> Any:
    """One line of the ledger: what was told, and not why."""
    return to_body(_forecast(from_body(GoalForecast, body)))


def change(body: Any) -> Any:
    """A receipt: which day, by which rule, from what to what; not from which fact."""
    made = from_body(Change, body)
    return to_body(replace(made, fact="", sentence="", ability_before=None, ability_after=None))


def _forecast(told: GoalForecast) -> GoalForecast:
    return replace(
        told,
        verdict=None,
        stretch_s=None,
        realistic_s=None,
        conservative_s=None,
        needs=(),
        message="",
        waiting=None,
    )


def _plan(plan: Plan) -> Plan:
    """The sessions as they were planned; not at which ability, nor what became of them, nor what
    was only thought of.
    """
    return replace(
        plan,
        paced_at=None,
        weeks=tuple(replace(week, days=tuple(map(_day, week.days))) for week in plan.weeks),
        peaks_m=(),
        races_seen=(),
        unbroken=plan.unbroken and _plan(plan.unbroken),
        untouched=plan.untouched and _plan(plan.untouched),
        held=(),
    )


def _day(day: PlanDay) -> PlanDay:
    return replace(day, status=DayStatus.UNKNOWN) if day.status in FROM_RUNS else day
