"""What became of planned days: done, partly, missed, unknown, skipped."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from planning.activity import Activity
from planning.schedule.plan import DayStatus, PlanDay

DONE_SHARE = 0.75  # of the planned distance or time
SETTLED = frozenset({DayStatus.SKIPPED, DayStatus.BREAK, DayStatus.MOVED})


def closed(
    planned: PlanDay, *, runs: Sequence[Activity], complete_until: date | None, today: date
) -> PlanDay:
    """The day with its status as known now; `runs` are those that may have fulfilled it.

    A session is missed only when its day is over and all sources are complete for it; until then
    it is unknown. What was planned is never touched.
    """
    if planned.workout is None or planned.status in SETTLED:
        return planned
    return replace(planned, status=_status(planned, runs, complete_until, today))


def _status(
    planned: PlanDay, runs: Sequence[Activity], complete_until: date | None, today: date
) -> DayStatus:
    share = _share_done(planned, runs)
    if share >= DONE_SHARE:
        return DayStatus.DONE
    if planned.day >= today:
        return DayStatus.PLANNED
    if share > 0:
        return DayStatus.PARTLY
    if complete_until is not None and complete_until >= planned.day:
        return DayStatus.MISSED
    return DayStatus.UNKNOWN


def _share_done(planned: PlanDay, runs: Sequence[Activity]) -> float:
    """By distance or by time, whichever says more: a treadmill knows the one, a trail the other."""
    if planned.workout is None:
        return 0.0
    workout = planned.workout.workout
    distance_m = sum(run.distance_m or 0.0 for run in runs)
    time_s = sum(run.moving_time_s or 0.0 for run in runs)
    return max(distance_m / max(workout.distance_m, 1.0), time_s / max(workout.duration_s, 1.0))


def runs_by_day(
    activities: Sequence[Activity], days: Sequence[PlanDay], today: date
) -> Mapping[date, list[Activity]]:
    """Runs by the planned day they belong to: a run that names its workout goes to that workout's
    day, every other one to its own.
    """
    day_of = {planned.workout.ident: planned.day for planned in days if planned.workout}
    first = min((planned.day for planned in days), default=today)
    found: dict[date, list[Activity]] = {}
    for activity in activities:
        if activity.is_run and first <= activity.day <= today:
            day = day_of.get(activity.planned_ident or "", activity.day)
            found.setdefault(day, []).append(activity)
    return found
