"""What became of planned days: done, partly, missed, unknown, skipped."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from planning.activity import Activity
from planning.schedule.execution import DONE_SHARE, SETTLED, share_done
from planning.schedule.plan import DayStatus, PlanDay


def closed(
    planned: PlanDay, *, runs: Sequence[Activity], complete_until: date | None, today: date
) -> PlanDay:
    """The day with its status as known now; `runs` are those that were its session, be it a day
    early or late (`execution.matched`).

    A session is missed only when its day is over and all sources are complete for it; until then
    it is unknown. What was planned is never touched.
    """
    if planned.workout is None or planned.status in SETTLED:
        return planned
    share = share_done(planned.workout.workout, runs)
    return replace(planned, status=_status(planned, share, complete_until, today))


def _status(planned: PlanDay, share: float, complete_until: date | None, today: date) -> DayStatus:
    if share >= DONE_SHARE or (share > 0 and planned.status is DayStatus.DONE):
        return DayStatus.DONE  # a run that comes in late and fits better takes nothing back
    if planned.day >= today:
        return DayStatus.PLANNED
    if share > 0:
        return DayStatus.PARTLY
    if complete_until is not None and complete_until >= planned.day:
        return DayStatus.MISSED
    return DayStatus.UNKNOWN
