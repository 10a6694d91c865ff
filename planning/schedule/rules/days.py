"""Rules for single days: whole sessions, the athlete's weekdays, races in place, sane targets, no
run much longer than those of the month before.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from planning.schedule.effort import hard
from planning.schedule.plan import BY_HAND, DayStatus
from planning.schedule.rules.case import Case, Finding, longest_in
from planning.workout import Kind, TargetType, unrolled

TIME_MOST = 1.1  # of the minutes there are: an easy pace is a band


def shape(case: Case) -> Iterator[Finding]:
    """Whole weeks from Monday, one workout a day, idents unique, sessions with sane estimates."""
    seen_days: set[date] = set()
    seen_idents: set[str] = set()
    for week in case.plan.weeks:
        expected = [week.first_day + timedelta(days=n) for n in range(7)]
        if week.first_day.weekday() != 0 or (week.days and [d.day for d in week.days] != expected):
            yield Finding("shape", week.first_day, "The week is not seven days from Monday.")
    for planned in case.days:
        if planned.day in seen_days:
            yield Finding("shape", planned.day, "The day stands twice in the plan.")
        seen_days.add(planned.day)
        if planned.workout is None:
            continue
        if planned.workout.ident in seen_idents:
            yield Finding("shape", planned.day, f"{planned.workout.ident} stands twice.")
        seen_idents.add(planned.workout.ident)
        workout = planned.workout.workout
        if planned.workout.day != planned.day or not workout.steps or not workout.name:
            yield Finding("shape", planned.day, "The workout is not whole or of another day.")
        if workout.distance_m <= 0 or workout.duration_s <= 0:
            yield Finding("shape", planned.day, "The workout has no length.")


def weekdays(case: Case) -> Iterator[Finding]:
    for planned, workout in case.coming():
        allowed = planned.day.weekday() in case.athlete.run_weekdays
        if not allowed and workout.kind is not Kind.RACE and BY_HAND not in planned.why:
            yield Finding("days", planned.day, "The athlete does not run on this weekday.")


def races(case: Case) -> Iterator[Finding]:
    """Each goal's day that is laid out holds its race, and no other day holds one."""
    days = {race.day for race in case.races}
    for planned in case.days:
        if planned.day < case.today:
            continue
        is_race = planned.workout is not None and planned.workout.workout.kind is Kind.RACE
        by_hand = BY_HAND in planned.why
        off = case.breaks.off(planned.day) is not None and not is_race
        if is_race != (planned.day in days) and not (by_hand or off):
            yield Finding("race", planned.day, "A race is missing on its day, or stands elsewhere.")


def paces(case: Case) -> Iterator[Finding]:
    for planned, workout in case.coming():
        for step in unrolled(workout.steps):
            if step.target.type is TargetType.OPEN:
                continue
            low, high = step.target.low or 0.0, step.target.high or 0.0
            sane = 1.0 < low < high < 8.0 or step.target.type is not TargetType.PACE
            if not sane or low >= high:
                yield Finding("pace", planned.day, f"{workout.name}: a target is no pace.")
                break


def longest(case: Case) -> Iterator[Finding]:
    """P-2: no run over 1.10 x the longest training run of the 30 days before it. After 30 days off
    half of the longest of 180, at most 8 km, through the whole first week back.
    """
    trained = dict(case.trained_m)
    for planned in case.days:
        if planned.workout is None or planned.workout.workout.kind is Kind.RACE:
            continue
        distance_m, day = planned.workout.workout.distance_m, planned.day
        if day < case.today:
            if planned.status is DayStatus.UNKNOWN:
                trained[day] = max(trained.get(day, 0.0), distance_m)
            continue
        month = longest_in(trained, day, 30)
        monday = day - timedelta(days=day.weekday())
        off = not longest_in({ran: m for ran, m in trained.items() if ran < monday}, day, 30)
        half = min(0.5 * longest_in(trained, day, 180), 8_000.0) if off else 0.0
        allowed = max(5_000.0, 1.10 * month, half)
        if distance_m > allowed + 1 and planned.status is not DayStatus.DONE:
            told = f"{distance_m / 1000:.1f} km where {allowed / 1000:.1f} km are allowed."
            yield Finding("P-2", day, told)
        trained[day] = max(trained.get(day, 0.0), distance_m)


def breaks(case: Case) -> Iterator[Finding]:
    """R-1: no run on a day off; nothing hard in the first days after an illness; no run longer than
    there are minutes for it.
    """
    for planned, workout in case.coming():
        day, minutes = planned.day, case.breaks.minutes(planned.day)
        if case.breaks.off(day):
            yield Finding("R-1", day, "A run on a day off.")
        is_race = workout.kind is Kind.RACE
        chosen = is_race or BY_HAND in planned.why  # a race is the athlete's to run or to leave
        if case.breaks.quiet(day) and hard(workout) and not chosen:
            yield Finding("R-1", day, "A hard session in the first days after an illness.")
        if minutes and workout.duration_s > TIME_MOST * 60 * minutes and not is_race:
            told = f"{workout.duration_s / 60:.0f} minutes where there are {minutes:.0f}."
            yield Finding("R-1", day, told)
