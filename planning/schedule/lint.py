"""An independent check of a plan against the rules of science.md section 8.

It knows the rules and the words of a plan, and nothing of how a plan is made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from planning.activity import Activity, Surface
from planning.athlete import Athlete
from planning.fitness.stated import runs_by_word
from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, Goal, Priority
from planning.schedule.effort import fast_time_s, hard
from planning.schedule.plan import BEFORE_PLAN, BY_HAND, DayStatus, Plan, PlanDay, PlanWeek
from planning.workout import Kind, TargetType, Workout, unrolled


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    day: date
    sentence: str


@dataclass(frozen=True, slots=True)
class _Case:
    plan: Plan
    athlete: Athlete
    races: tuple[Goal, ...]
    ran_m: dict[date, float]  # all running
    trained_m: dict[date, float]  # the longest run of a day, races left out
    today: date
    days: tuple[PlanDay, ...]

    def coming(self) -> Iterator[tuple[PlanDay, Workout]]:
        """Planned sessions from today on."""
        for day in self.days:
            if day.workout and day.day >= self.today:
                yield day, day.workout.workout

    def week_m(self, monday: date) -> float:
        """As run, and as planned where it is to come or not known."""
        return sum(self.day_m(monday + timedelta(days=n)) for n in range(7))

    def day_m(self, day: date, *, planned_at_least: bool = False) -> float:
        """Race metres count when run, not when planned (rule T-3)."""
        planned = self.plan.on(day)
        open_still = day >= self.today or (planned and planned.status is DayStatus.UNKNOWN)
        told = planned.workout.workout if planned and planned.workout else None
        told_m = told.distance_m if told and told.kind is not Kind.RACE else 0.0
        ran_m = self.ran_m.get(day, 0.0)
        return max(ran_m, told_m) if open_still or planned_at_least else ran_m

    def races_m(self, week: PlanWeek) -> float:
        """What the week's races to come add to the level held: each at most as the longest training
        run of the month before it, or 5 km.
        """
        to_come = [d for d in week.days if d.day >= self.today and _is_race(d) and d.workout]
        return sum(
            min(race.workout.workout.distance_m, max(self._longest_before(race.day), 5_000.0))
            for race in to_come
            if race.workout
        )

    def _longest_before(self, day: date) -> float:
        planned = {
            d.day: d.workout.workout.distance_m
            for d in self.days
            if d.workout and d.day >= self.today and not _is_race(d)
        }
        return _longest_in(self.trained_m | planned, day, 30)


def lint(
    plan: Plan,
    *,
    athlete: Athlete,
    goals: Sequence[Goal],
    activities: Sequence[Activity],
    today: date,
) -> tuple[Finding, ...]:
    """What is against the rules in the days from `today` on; nothing when the plan is lawful.

    The weeks that the athlete stated count as run until there is a record.
    """
    known = (*runs_by_word(athlete, activities), *activities)
    runs = [a for a in known if _counts(a) and a.day <= today]
    ran: dict[date, float] = {}
    trained: dict[date, float] = {}
    for run in runs:
        distance_m = run.distance_m or 0.0
        ran[run.day] = ran.get(run.day, 0.0) + distance_m
        if not run.is_race:
            trained[run.day] = max(trained.get(run.day, 0.0), distance_m)
    races = tuple(g for g in goals if g.distance_m and g.retired_on is None)
    case = _Case(plan, athlete, races, ran, trained, today, tuple(plan.days()))
    checks = (
        _shape, _weekdays, _races, _paces, _longest, _volume, _easy_share, _spacing, _long_runs,
        _taper, _around_races,
    )  # fmt: skip
    found = [finding for check in checks for finding in check(case)]
    return tuple(sorted(found, key=lambda finding: (finding.day, finding.rule, finding.sentence)))


def _counts(activity: Activity) -> bool:
    off_road = activity.surface in {Surface.TREADMILL, Surface.TRAIL}
    return activity.is_run and bool(activity.distance_m) and (activity.usable or off_road)


def _shape(case: _Case) -> Iterator[Finding]:
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


def _weekdays(case: _Case) -> Iterator[Finding]:
    for planned, workout in case.coming():
        allowed = planned.day.weekday() in case.athlete.run_weekdays
        if not allowed and workout.kind is not Kind.RACE and BY_HAND not in planned.why:
            yield Finding("days", planned.day, "The athlete does not run on this weekday.")


def _races(case: _Case) -> Iterator[Finding]:
    """Each goal's day that is laid out holds its race, and no other day holds one."""
    days = {race.day for race in case.races}
    for planned in case.days:
        if planned.day < case.today:
            continue
        is_race = planned.workout is not None and planned.workout.workout.kind is Kind.RACE
        by_hand = BY_HAND in planned.why
        if is_race != (planned.day in days) and not by_hand:
            yield Finding("race", planned.day, "A race is missing on its day, or stands elsewhere.")


def _paces(case: _Case) -> Iterator[Finding]:
    for planned, workout in case.coming():
        for step in unrolled(workout.steps):
            if step.target.type is TargetType.OPEN:
                continue
            low, high = step.target.low or 0.0, step.target.high or 0.0
            sane = 1.0 < low < high < 8.0 or step.target.type is not TargetType.PACE
            if not sane or low >= high:
                yield Finding("pace", planned.day, f"{workout.name}: a target is no pace.")
                break


def _longest(case: _Case) -> Iterator[Finding]:
    """P-2: no run over 1.10 x the longest training run of the 30 days before it."""
    longest = dict(case.trained_m)
    for planned in case.days:
        if planned.workout is None or planned.workout.workout.kind is Kind.RACE:
            continue
        distance_m, day = planned.workout.workout.distance_m, planned.day
        if day < case.today:
            if planned.status is DayStatus.UNKNOWN:
                longest[day] = max(longest.get(day, 0.0), distance_m)
            continue
        month = _longest_in(longest, day, 30)
        half = min(0.5 * _longest_in(longest, day, 180), 8_000.0)
        allowed = max(5_000.0, 1.10 * month if month else half)
        if distance_m > allowed + 1 and planned.status is not DayStatus.DONE:
            told = f"{distance_m / 1000:.1f} km where {allowed / 1000:.1f} km are allowed."
            yield Finding("P-2", day, told)
        longest[day] = max(longest.get(day, 0.0), distance_m)


def _longest_in(longest: dict[date, float], day: date, days: int) -> float:
    first = day - timedelta(days=days)
    return max((metres for ran, metres in longest.items() if first <= ran < day), default=0.0)


def _volume(case: _Case) -> Iterator[Finding]:
    """P-3: a week holds at most 10 % or 3 km more than the level really held: the mean of the best
    two of the eight weeks before it. Three short runs are always allowed.
    """
    week_m: dict[date, float] = {}
    for week in case.plan.weeks:
        monday = week.first_day
        week_m[monday] = case.week_m(monday) if week.days else week.volume_m
        raced_m = case.races_m(week)
        before = [monday - timedelta(weeks=n) for n in range(1, 9)]
        past = sorted(week_m[m] if m in week_m else case.week_m(m) for m in before)
        held = sum(past[-2:]) / 2
        allowed = max(9_500.0, 1.10 * held, held + 3_000.0) * 1.02
        to_come = any(d.workout and d.day >= case.today for d in week.days) or not week.days
        if week_m[monday] > allowed and to_come and not _by_hand(week):
            told = f"{week_m[monday] / 1000:.0f} km where {allowed / 1000:.0f} km are allowed."
            yield Finding("P-3", monday, told)
        week_m[monday] += raced_m  # what it held, for the weeks behind it


def _easy_share(case: _Case) -> Iterator[Finding]:
    """I-5: three quarters of an ordinary week's time are easy. Race weeks are no ordinary weeks."""
    for week in case.plan.weeks:
        workouts = [d.workout.workout for d in week.days if d.workout]
        if not _is_whole(week) or any(w.kind is Kind.RACE for w in workouts):
            continue
        total_s = sum(workout.duration_s for workout in workouts)
        fast_s = sum(fast_time_s(workout) for workout in workouts)
        if total_s and fast_s > 0.25 * total_s:
            told = f"Only {100 - 100 * fast_s / total_s:.0f} % of the time is easy."
            yield Finding("I-5", week.first_day, told)


def _spacing(case: _Case) -> Iterator[Finding]:
    """I-6: 48 h between hard sessions, 72 h from 50 on (M-2); two a week, one at three runs."""
    born = case.athlete.birth_year
    gap = 3 if born is not None and case.today.year - born >= 50 else 2
    hard_days = [d for d in case.days if d.workout and hard(d.workout.workout)]
    for before, after in pairwise(hard_days):
        close = (after.day - before.day).days < gap
        by_hand = BY_HAND in before.why or BY_HAND in after.why
        by_hand = by_hand or (_is_race(before) and _is_race(after))  # the athlete entered both
        if close and after.day >= case.today and not by_hand:
            yield Finding("I-6", after.day, "Two hard sessions stand too close.")
    for week in case.plan.weeks:
        runs = [d.workout.workout for d in week.days if d.workout]
        many = sum(1 for workout in runs if hard(workout) and workout.kind is not Kind.RACE)
        most = 2 if len(runs) >= 4 or not _is_whole(week) else 1
        if many > most and not _by_hand(week):
            yield Finding("I-6", week.first_day, f"{many} hard sessions in a week.")


def _long_runs(case: _Case) -> Iterator[Finding]:
    """L-1: at most 35 km and 3 h before a marathon, half the week (60 % below 40 km a week)."""
    ultra = any((race.distance_m or 0) > MARATHON_M * 1.05 for race in case.races)
    for week in case.plan.weeks:
        total = sum(
            case.day_m(week.first_day + timedelta(days=n), planned_at_least=True) for n in range(7)
        )
        for planned in week.days:
            if planned.workout is None or planned.day < case.today:
                continue
            workout = planned.workout.workout
            if workout.kind is not Kind.LONG:
                continue
            share = workout.distance_m / total if total else 1.0
            whole = _is_whole(week) and not _by_hand(week)
            if whole and share > (0.6 if total < 40_000 else 0.5) + 0.01:
                yield Finding(
                    "L-1", planned.day, f"The long run is {100 * share:.0f} % of the week."
                )
            too_long = workout.distance_m > 35_000 or workout.duration_s > 3 * 3600
            if too_long and not ultra:
                yield Finding("L-1", planned.day, "The long run is over 35 km or three hours.")


def _taper(case: _Case) -> Iterator[Finding]:
    """T-2, T-3: before an A race the last weeks fall, to at most their share of the peak week."""
    for race in case.races:
        if race.priority is not Priority.A or race.day < case.today:
            continue
        first = case.plan.weeks[0].first_day
        shares = _taper_shares(race.distance_m or 0.0)
        start = race.day + timedelta(days=1) - timedelta(weeks=len(shares))
        windows = [start + timedelta(weeks=n) for n in range(len(shares))]
        if any(case.plan.on(w + timedelta(days=6)) is None or w < first for w in windows):
            continue  # not laid out yet, or begun already
        mondays = [race.day - timedelta(days=race.day.weekday(), weeks=n) for n in range(1, 13)]
        peak = max(case.week_m(monday) for monday in mondays)
        for window, share in zip(windows, shares, strict=True):
            metres = sum(case.day_m(window + timedelta(days=n)) for n in range(7))
            if metres > (share + 0.10) * peak + 3_000:
                told = f"{metres / 1000:.0f} km in a taper week of at most {share:.0%}."
                yield Finding("T-3", window, told)


def _taper_shares(distance_m: float) -> tuple[float, ...]:
    if distance_m <= TEN_K_M * 1.05:
        return (0.6,)
    return (0.75, 0.5) if distance_m <= HALF_M * 1.05 else (0.8, 0.6, 0.4)


def _around_races(case: _Case) -> Iterator[Finding]:
    """T-5: nothing hard in the two days before an A or B race, nor in the days after it."""
    for race in case.races:
        if race.priority is Priority.C:
            continue
        after = _days_after(race.distance_m or 0.0)
        for planned, workout in case.coming():
            distance = (planned.day - race.day).days
            near = -2 <= distance <= after and distance != 0
            if near and hard(workout) and BY_HAND not in planned.why:
                other = workout.kind is Kind.RACE  # a race of its own is the athlete's choice
                if not other:
                    yield Finding("T-5", planned.day, "A hard session stands close to a race.")


def _days_after(distance_m: float) -> int:
    for metres, days in ((FIVE_K_M, 2), (TEN_K_M, 3), (HALF_M, 5), (MARATHON_M, 10)):
        if distance_m <= metres * 1.05:
            return days
    return 14


def _is_race(planned: PlanDay) -> bool:
    return planned.workout is not None and planned.workout.workout.kind is Kind.RACE


def _by_hand(week: PlanWeek) -> bool:
    return any(BY_HAND in planned.why for planned in week.days)


def _is_whole(week: PlanWeek) -> bool:
    """A week that was planned from its Monday on: not one whose first days were before the plan."""
    return bool(week.days) and not any(BEFORE_PLAN in planned.why for planned in week.days)
