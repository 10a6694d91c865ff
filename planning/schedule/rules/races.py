"""Rules for races: the taper before, nothing hard around, and who may race how far."""

import math
from collections.abc import Iterator
from datetime import date, timedelta

from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, Goal, Priority
from planning.schedule.effort import hard
from planning.schedule.plan import BY_HAND, DayStatus, PlanDay
from planning.schedule.rules.case import Case, Finding, is_race
from planning.workout import Kind, TargetType, unrolled

FAR_M, MARATHON_LIKE_M = 20_000.0, 30_000.0
THREE_SHORT_RUNS_M = 9_000.0
EVEN = 1.02
NO_MORE = 1.02
ADULT = 18


def taper(case: Case) -> Iterator[Finding]:
    """T-3: before an A race the last weeks hold at most their share of the peak week. Where nothing
    but the race is still to be run nothing can be mended. Three short runs are a week's level at
    least.
    """
    for race, windows in _tapers(case):
        mondays = [race.day - timedelta(days=race.day.weekday(), weeks=n) for n in range(1, 13)]
        peak = max(THREE_SHORT_RUNS_M, *(case.week_m(monday) for monday in mondays))
        for window, share in zip(windows, _taper_shares(race.distance_m or 0.0), strict=True):
            metres = _seven_days_m(case, window)
            if metres > (share + 0.10) * peak + 3_000 and _trains_still(case, window):
                told = f"{metres / 1000:.0f} km in a taper week of at most {share:.0%}."
                yield Finding("T-3", window, told)


def falling(case: Case) -> Iterator[Finding]:
    """T-2: before an A race each of the last weeks holds no more than the one before, what was
    missed there counted as planned (rule R-2). Another race within or just before them has its own
    days of rest. Of what a break took, with the quiet days after it, the taper goes on: a week
    behind it is held against the last one before it.
    """
    for race, windows in _tapers(case):
        since = windows[0] - timedelta(weeks=2)
        if any(since <= other.day < race.day for other in case.races):
            continue
        before_m = math.inf
        for window in windows:
            if _seven_days_m(case, window) > NO_MORE * before_m + 3_000:
                yield Finding("T-2", window, "A week of the taper holds more than the one before.")
            days = _seven_days(case, window)
            if not any(d.status is DayStatus.BREAK or case.breaks.quiet(d.day) for d in days):
                before_m = _seven_days_m(case, window, planned_at_least=True)


def _tapers(case: Case) -> Iterator[tuple[Goal, list[date]]]:
    """A races to come, and the first days of their windows of seven days, where all are laid out
    and none had begun before the plan.
    """
    for race in case.races:
        if race.priority is not Priority.A or race.day < case.today:
            continue
        first = case.plan.weeks[0].first_day
        count = len(_taper_shares(race.distance_m or 0.0))
        start = race.day + timedelta(days=1) - timedelta(weeks=count)
        windows = [start + timedelta(weeks=n) for n in range(count)]
        if all(w + timedelta(days=6) in case.by_day and w >= first for w in windows):
            yield race, windows


def _seven_days_m(case: Case, first: date, *, planned_at_least: bool = False) -> float:
    days = {first + timedelta(days=n) for n in range(7)} - {race.day for race in case.races}
    return sum(case.day_m(day, planned_at_least=planned_at_least) for day in days)


def _trains_still(case: Case, first: date) -> bool:
    """Whether any of the seven days has a run that is still to come and is no race."""
    return any(
        day.workout and day.day >= case.today and day.status is not DayStatus.DONE
        for day in _seven_days(case, first)
        if not is_race(day)
    )


def _seven_days(case: Case, first: date) -> list[PlanDay]:
    days = (case.by_day.get(first + timedelta(days=n)) for n in range(7))
    return [day for day in days if day]


def _taper_shares(distance_m: float) -> tuple[float, ...]:
    if distance_m <= TEN_K_M * 1.05:
        return (0.6,)
    return (0.75, 0.5) if distance_m <= HALF_M * 1.05 else (0.8, 0.6, 0.4)


def around_races(case: Case) -> Iterator[Finding]:
    """T-5: nothing hard in the two days before an A or B race, nor in the days after it or after a
    C race of half a marathon and more.
    """
    for race in case.races:
        minor = race.priority is Priority.C
        if minor and (race.distance_m or 0.0) < FAR_M:
            continue
        before, after = 0 if minor else 2, _days_after(race.distance_m or 0.0)
        for planned, workout in case.coming():
            distance = (planned.day - race.day).days
            near = -before <= distance <= after and distance != 0
            if near and hard(workout) and BY_HAND not in planned.why:
                other = workout.kind is Kind.RACE  # a race of its own is the athlete's choice
                if not other:
                    yield Finding("T-5", planned.day, "A hard session stands close to a race.")


def minor_races(case: Case) -> Iterator[Finding]:
    """T-4: in the week of a B race there is no other hard session; a C race replaces one."""
    for race in case.races:
        monday = race.day - timedelta(days=race.day.weekday())
        if race.priority is Priority.A or race.day < case.today:
            continue
        most = 0 if race.priority is Priority.B else 1
        keyed = [
            planned
            for planned, workout in case.coming()
            if monday <= planned.day < monday + timedelta(weeks=1)
            and hard(workout)
            and workout.kind is not Kind.RACE
            and BY_HAND not in planned.why
        ]
        if len(keyed) > most:
            yield Finding("T-4", keyed[-1].day, f"A hard session beside a {race.priority} race.")


def rest_after(case: Case) -> Iterator[Finding]:
    """T-5: two days of rest follow a marathon and what is longer."""
    tired = {
        race.day + timedelta(days=n): race
        for race in case.races
        if (race.distance_m or 0.0) > MARATHON_LIKE_M
        for n in (1, 2)
    }
    for planned, workout in case.coming():
        chosen = workout.kind is Kind.RACE or BY_HAND in planned.why
        if planned.day in tired and not chosen:
            yield Finding("T-5", planned.day, "A run in the two days after a marathon.")


def even_pace(case: Case) -> Iterator[Finding]:
    """G-2: a race begins no faster than it goes on."""
    for planned, workout in case.coming():
        if workout.kind is not Kind.RACE or BY_HAND in planned.why:
            continue
        speeds = [
            (step.target.low + step.target.high) / 2
            for step in unrolled(workout.steps)
            if step.target.type is TargetType.PACE and step.target.low and step.target.high
        ]
        flat = planned.day not in case.hilly_days
        if speeds and flat and speeds[0] > EVEN * sum(speeds) / len(speeds):
            yield Finding("G-2", planned.day, "The race begins faster than it goes on.")


def young(case: Case) -> Iterator[Finding]:
    """Y-1: under 16 no race over 10 km, under 18 none over the half marathon."""
    born = case.athlete.birth_year
    for race in case.races:
        if born is None or race.day < case.today:
            continue
        age, distance_m = race.day.year - born, race.distance_m or 0.0
        too_far = distance_m > HALF_M * 1.02 if age >= 16 else distance_m > TEN_K_M * 1.02
        if age < ADULT and too_far:
            yield Finding("Y-1", race.day, "The race is too long for the athlete's age.")


def _days_after(distance_m: float) -> int:
    for metres, days in ((FIVE_K_M, 2), (TEN_K_M, 3), (HALF_M, 5), (MARATHON_M, 10)):
        if distance_m <= metres * 1.05:
            return days
    return 14
