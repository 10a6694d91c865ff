"""How sessions were run, beside what was planned."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from planning.schedule.judging import Judgement, Verdict
from planning.schedule.plan import DayStatus, Plan

if TYPE_CHECKING:
    from planning.activity import Activity
    from planning.schedule.review import Reviewed
    from worker.cli.session import Session

RUN = frozenset({DayStatus.DONE, DayStatus.PARTLY})


def judgements(at_work: "Session", plan: Plan) -> dict[str, Judgement]:
    """How the sessions of `plan` were run until now, by ident."""
    if not any(day.status in RUN for day in plan.days()):
        return {}  # reading all that was run would tell nothing
    found = _reviewed(at_work, plan, day=at_work.today)
    return {one.planned.workout.ident: one.judgement for one in found if one.planned.workout}


def session_of(at_work: "Session", run: "Activity") -> "Reviewed | None":
    """The session that `run` was, by the plan of its day; None for one that was none."""
    from worker import store
    from worker.db import reading

    if run.day >= at_work.today:
        plan = at_work.outcome().plan
    else:
        with reading(at_work.runtime.engine) as conn:
            before = run.day + timedelta(days=1)
            closing = store.last_closing(conn, at_work.athlete_id, before=before)
        plan = closing.plan if closing else None
    if plan is None:
        return None
    found = _reviewed(at_work, plan, day=run.day)
    return next((one for one in found if run.id in {each.id for each in one.runs}), None)


def in_words(judgement: Judgement) -> str:
    """`as planned`, or `harder: 5:21 /km in all, planned at most 5:40 /km`."""
    if judgement.verdict is Verdict.AS_PLANNED:
        return str(judgement.verdict)
    return f"{judgement.verdict}: {judgement.because}"


def session_line(one: "Reviewed") -> str:
    workout = one.planned.workout
    name = workout.workout.name if workout else ""
    return f"session: {name} of {one.planned.day}, {in_words(one.judgement)}"


def session_json(one: "Reviewed | None") -> dict[str, Any] | None:
    if one is None or one.planned.workout is None:
        return None
    return {
        "day": one.planned.day.isoformat(),
        "ident": one.planned.workout.ident,
        "name": one.planned.workout.workout.name,
        "verdict": one.judgement.verdict.value,
        "because": one.judgement.because,
        "distance_share": one.judgement.distance_share,
        "time_share": one.judgement.time_share,
    }


def _reviewed(at_work: "Session", plan: Plan, *, day: date) -> "tuple[Reviewed, ...]":
    from planning.schedule.review import reviewed
    from worker import store
    from worker.db import reading

    with reading(at_work.runtime.engine) as conn:
        athlete = store.profile_of(conn, at_work.athlete_id, until=at_work.until)
        ran = store.activities(conn, at_work.athlete_id, until=at_work.until)
    return reviewed(plan, athlete=athlete, activities=ran, today=day)
