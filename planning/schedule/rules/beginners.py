"""Rule B-1: what whoever begins to run is spared."""

from collections.abc import Iterator
from datetime import timedelta

from planning.schedule.effort import Effort, effort_of, hard
from planning.schedule.plan import BY_HAND, DayStatus, PlanDay, PlanWeek
from planning.schedule.rules.case import Case, Finding, is_race
from planning.workout import Kind, Workout, unrolled

REGULAR_WEEKS, NO_HARD_WEEKS, NO_STRIDES_WEEKS = 8, 6, 4
SMALL_M, MOST_RUNS = 15_000.0, 3
LOOKED_BACK_WEEKS = 26


def begun(case: Case) -> Iterator[Finding]:
    """B-1: nothing hard in the first six weeks of two runs or more, no strides in the first four.
    Below eight such weeks and without a week of 15 km walking belongs to every easy run, and there
    are three runs where no more were asked for.
    """
    before = [case.monday - timedelta(weeks=n) for n in range(1, LOOKED_BACK_WEEKS + 1)]
    regular = sum(case.ran_days(monday) >= 2 for monday in before)
    small = all(case.ran_week_m(monday) < SMALL_M for monday in before)
    for week in case.plan.weeks:
        coming = [day for day in week.days if day.workout and day.day >= case.today]
        mine = [day for day in coming if not is_race(day) and BY_HAND not in day.why]
        novice = small and regular < REGULAR_WEEKS
        for day in mine:
            yield from _spared(day, regular, novice=novice)
        if novice and len(mine) > MOST_RUNS and not case.runs_asked:
            yield Finding("B-1", week.first_day, f"{len(mine)} runs in one of the first weeks.")
        regular += _run_days(case, week) >= 2 or not week.days
        small = small and _week_m(case, week) < SMALL_M


def _run_days(case: Case, week: PlanWeek) -> int:
    """Days of the week with a run on record, to come, or not known to be missed."""
    open_still = {
        day.day
        for day in week.days
        if day.workout and day.status is not DayStatus.DONE
        if day.day >= case.today or day.status is DayStatus.UNKNOWN
    }
    ran = {day.day for day in week.days if day.day in case.ran_m}
    return len(open_still | ran)


def _spared(day: PlanDay, regular: int, *, novice: bool) -> Iterator[Finding]:
    workout = day.workout.workout if day.workout else None
    if workout is None:
        return
    if regular < NO_HARD_WEEKS and hard(workout):
        yield Finding("B-1", day.day, "A hard session in the first weeks of running.")
    elif regular < NO_STRIDES_WEEKS and workout.kind is Kind.STRIDES:
        yield Finding("B-1", day.day, "Strides in the first weeks of running.")
    elif novice and not (hard(workout) or _walks(workout)):
        yield Finding("B-1", day.day, "A run without walking in the first weeks of running.")


def _walks(workout: Workout) -> bool:
    return any(effort_of(step) is Effort.WALK for step in unrolled(workout.steps))


def _week_m(case: Case, week: PlanWeek) -> float:
    return case.week_m(week.first_day) if week.days else week.volume_m
