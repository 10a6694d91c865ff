"""Rules for weeks: volume, lighter weeks, easy share, hard sessions, and how much of it is long."""

import math
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from planning.goals.goal import MARATHON_M
from planning.schedule.effort import fast_time_s, hard
from planning.schedule.plan import BY_HAND, DayStatus, Phase, PlanWeek
from planning.schedule.rules.case import (
    Case,
    Finding,
    by_hand,
    is_race,
    is_whole,
    taken_by_hand_m,
    without_hand,
    workouts_of,
)
from planning.workout import Kind, Workout

LEAST_CEILING = ((30_000.0, 25_000.0), (MARATHON_M, 40_000.0), (math.inf, 50_000.0))
NEARLY = 1.03  # sessions are rounded
FIRST_FROM_M = 30_000.0
HELD_WEEKS, CUT_SHORT, LOOKED_BACK_WEEKS, HALF_A_YEAR_WEEKS = 8, 2, 16, 26
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
LIGHTER, MOST_FULL, NOTHING_TO_LIGHTEN_M = 0.92, 6, 15_000.0
MASTERS_MOST_FULL = 4  # of them every third is lighter
MOST_FAST = 0.25  # of a week's time


def volume(case: Case) -> Iterator[Finding]:
    """P-3: a week holds at most 10 % or 3 km more than the level really held. Three short runs are
    always allowed.
    """
    week_m: dict[date, float] = {}
    for week in case.plan.weeks:
        monday = week.first_day
        week_m[monday] = case.week_m(monday) if week.days else week.volume_m
        raced_m = case.races_m(week)
        before = [monday - timedelta(weeks=n) for n in range(1, LOOKED_BACK_WEEKS + 1)]
        run_m = {m: week_m[m] if m in week_m else case.week_m(m) for m in before}
        held = max(
            share * _held_m([run_m[m] for m in weeks])
            for share, weeks in ((1.0, before), *_but_for_breaks(before, case))
        )
        allowed = max(9_500.0, 1.10 * held, held + 3_000.0) * 1.02
        to_come = not week.days or any(
            d.workout and d.day >= case.today and d.status is not DayStatus.DONE and not is_race(d)
            for d in week.days
        )
        if week_m[monday] > allowed and to_come:
            told = f"{week_m[monday] / 1000:.0f} km where {allowed / 1000:.0f} km are allowed."
            yield Finding("P-3", monday, told)
        week_m[monday] += raced_m  # what it held, for the weeks behind it


def _held_m(before: Sequence[float]) -> float:
    """The mean of the best two of the last eight weeks, the last one first. After weeks off, what
    was held before them counts again: half of it at once, all of it after as many weeks (R-3). The
    weeks at both ends of those off were cut short, and count for none of the eight. Weeks before
    the first run were not off.
    """
    first = max((n for n, metres in enumerate(before, start=1) if metres), default=0)
    off = before[:first].count(0.0)
    since = before.index(0.0) if off else 0
    behind = [metres for metres in before if metres > 0.0][: HELD_WEEKS + CUT_SHORT]
    back = min(0.5 + 0.5 * since / off, 1.0) if 0 < off < HELD_WEEKS else 0.0
    return max(_best_two_m(before[:HELD_WEEKS]), back * _best_two_m(behind))


def _but_for_breaks(before: Sequence[date], case: Case) -> Iterator[tuple[float, list[date]]]:
    """The weeks, the last one first, without those of breaks, and how much of them counts (R-3):
    all of it where the way back, which takes as long as the break did, lies behind; behind one of a
    week .8 at once, of three weeks and more .5, and the rest bit by bit.
    """
    monday = before[0] + WEEK
    ended = [(days, (monday - days[-1]).days - 1) for days in _time_off(case) if days[-1] < monday]
    over = {day for days, since in ended for day in days if since >= len(days)}
    yield 1.0, _without(before, over)
    for days, since in ended:
        if since < len(days) >= WEEK.days:
            at_once = max(0.95 - 0.15 * len(days) / WEEK.days, 0.5)
            share = at_once + (1 - at_once) * since / len(days)
            yield share, _without(before, over.union(days))


def _time_off(case: Case) -> Iterator[list[date]]:
    """The days of each break that has an end, with those after it that went by without a run."""
    for one in case.breaks.said:
        if one.is_off and one.days and one.until_day:
            days = [one.from_day + n * DAY for n in range(one.days)]
            while (after := days[-1] + DAY) < case.today and after not in case.ran_m:
                days.append(after)
            yield days


def _beyond_plan_m(week: PlanWeek, case: Case) -> float:
    """What was run in the week, or is to be, beyond what is planned for it."""
    if not week.days:
        return 0.0
    planned_m = sum(w.distance_m for w in workouts_of(week) if w.kind is not Kind.RACE)
    return max(case.week_m(week.first_day) - planned_m, 0.0)


def _without(weeks: Sequence[date], off: Collection[date]) -> list[date]:
    return [monday for monday in weeks if not any(monday + n * DAY in off for n in range(7))]


def _best_two_m(weeks: Sequence[float]) -> float:
    return sum(sorted(weeks)[-2:]) / 2


def ceiling(case: Case) -> Iterator[Finding]:
    """P-5: no week over 1.5 x the highest four-week mean of the last year, or what the longest race
    asks for where that is more: 25 km, marathon 40, ultra 50; nor over a week that was run.
    """
    first = case.plan.weeks[0].first_day
    ran_m = [case.ran_week_m(first - timedelta(weeks=n)) for n in range(53)]
    means = [sum(ran_m[n : n + 4]) / 4 for n in range(50)]
    furthest = max((race.distance_m or 0.0 for race in case.races), default=0.0)
    least = next(m for far, m in LEAST_CEILING if furthest <= far * 1.05)
    allowed = max(1.5 * max(means), *ran_m, least) * NEARLY
    for week in case.plan.weeks:
        if week.first_day > case.today and week.volume_m > allowed and not by_hand(week):
            told = f"{week.volume_m / 1000:.0f} km over a season's ceiling of {allowed / 1000:.0f}."
            yield Finding("P-5", week.first_day, told)


def lighter(case: Case) -> Iterator[Finding]:
    """P-1, M-2: weeks undulate. After six weeks a lighter one is due, from 50 on after four; taper,
    recovery and race weeks are that as well. Nothing is to be lightened below 15 km a week, of
    hours to be kept up, or on the way back, under half of what was held within half a year (R-3).
    A week counts as what it was before the athlete took from it by hand, or as run where that was
    more; one that a break made smaller than those before it is a lighter one.
    """
    if case.hours_asked:
        return
    most = MASTERS_MOST_FULL if case.master else MOST_FULL
    first = case.plan.weeks[0].first_day
    ran_m = [case.ran_week_m(first - timedelta(weeks=n)) for n in range(1, HALF_A_YEAR_WEEKS + 1)]
    least_m = max(NOTHING_TO_LIGHTEN_M, 0.5 * _best_two_m(ran_m))
    weeks_m, full = list(reversed(ran_m[:3])), list[float]()
    for week in case.plan.weeks:
        metres = week.volume_m + _beyond_plan_m(week, case)
        raced = any(is_race(day) for day in week.days)
        eased = raced or week.phase in {Phase.TAPER, Phase.RECOVERY}
        eased = eased or (bool(full) and metres < LIGHTER * max(full[-3:]))
        eased = eased or (_is_broken(week, case) and metres < LIGHTER * max(weeks_m[-3:]))
        weeks_m.append(metres)
        full = [] if eased else [*full, metres + max(taken_by_hand_m(week), 0.0)]
        if len(full) > most and min(full) > least_m:
            yield Finding("P-1", week.first_day, f"{len(full)} weeks without a lighter one.")


def _is_broken(week: PlanWeek, case: Case) -> bool:
    """Whether there is less time for running on one of its days, or none."""
    days = (week.first_day + timedelta(days=n) for n in range(7))
    return any(case.breaks.off(day) or case.breaks.minutes(day) for day in days)


def easy_share(case: Case) -> Iterator[Finding]:
    """I-5: three quarters of an ordinary week's time are easy, before the athlete's hand or with
    it: what the hand alone does was chosen so. A race week is no ordinary week.
    """
    for week in case.plan.weeks:
        workouts = workouts_of(week)
        if not is_whole(week) or any(w.kind is Kind.RACE for w in workouts):
            continue
        if not any(hard(w) for w in _to_come(case, week)):
            continue
        fast = _fast_share(workouts)
        if min(fast, _fast_share(without_hand(week))) > MOST_FAST:
            told = f"Only {100 - 100 * fast:.0f} % of the time is easy."
            yield Finding("I-5", week.first_day, told)


def _fast_share(workouts: Sequence[Workout]) -> float:
    total_s = sum(workout.duration_s for workout in workouts)
    return sum(fast_time_s(workout) for workout in workouts) / total_s if total_s else 0.0


def spacing(case: Case) -> Iterator[Finding]:
    """I-6: 48 h between hard sessions, 72 h from 50 on (M-2); two a week, one at three runs, before
    the athlete's hand or with it.
    """
    gap = 3 if case.master else 2
    hard_days = [d for d in case.days if d.workout and hard(d.workout.workout)]
    for before, after in pairwise(hard_days):
        close = (after.day - before.day).days < gap
        chosen = BY_HAND in before.why or BY_HAND in after.why
        chosen = chosen or (is_race(before) and is_race(after))  # the athlete entered both
        if close and after.day >= case.today and not chosen:
            yield Finding("I-6", after.day, "Two hard sessions stand too close.")
    for week in case.plan.weeks:
        many = _hard_sessions(workouts_of(week))
        whole = is_whole(week)
        too_many = all(
            _hard_sessions(runs) > (2 if len(runs) >= 4 or not whole else 1)
            for runs in (workouts_of(week), without_hand(week))
        )
        if too_many and any(hard(workout) for workout in _to_come(case, week)):
            yield Finding("I-6", week.first_day, f"{many} hard sessions in a week.")


def _hard_sessions(workouts: Sequence[Workout]) -> int:
    return sum(1 for workout in workouts if hard(workout) and workout.kind is not Kind.RACE)


def _to_come(case: Case, week: PlanWeek) -> list[Workout]:
    """What is still to be run: of a week that is over nothing can be mended."""
    return [
        day.workout.workout
        for day in week.days
        if day.workout and day.day >= case.today and day.status is not DayStatus.DONE
    ]


def long_runs(case: Case) -> Iterator[Finding]:
    """L-1: at most 35 km and 3 h before a marathon, 2.5 h before a first one, half the week (60 %
    below 40 km a week).
    """
    furthest = max((race.distance_m or 0.0 for race in case.races), default=0.0)
    first = furthest > FIRST_FROM_M and not case.ran_marathon
    most_s = 3600 * (2.5 if first else 3.0)
    for week in case.plan.weeks:
        total = sum(
            case.day_m(week.first_day + timedelta(days=n), planned_at_least=True) for n in range(7)
        )
        total += case.races_m(week)
        for planned in week.days:
            if planned.workout is None or planned.day < case.today:
                continue
            workout = planned.workout.workout
            if workout.kind is not Kind.LONG:
                continue
            share = workout.distance_m / total if total else 1.0
            whole = is_whole(week) and not by_hand(week)
            if whole and share > (0.6 if total < 40_000 else 0.5) + 0.01:
                yield Finding(
                    "L-1", planned.day, f"The long run is {100 * share:.0f} % of the week."
                )
            too_long = workout.distance_m > 35_000 or workout.duration_s > most_s
            if too_long and furthest <= MARATHON_M * 1.05:
                told = f"The long run is over 35 km or {most_s / 3600:g} hours."
                yield Finding("L-1", planned.day, told)
