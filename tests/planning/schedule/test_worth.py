"""Over the whole grid every plan is lawful, keeps to the athlete's days and is worth following."""

import os
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from planning.goals.goal import Priority
from planning.schedule.lint import lint
from planning.schedule.plan import PlanDay
from planning.workout import Kind, PlannedWorkout
from tests.planning.schedule.grid import WHOLE, case
from tests.planning.schedule.worth import shortcomings
from tests.sizes import SEED, examples

COUNT = examples(90)
# Always: with races that hard days stand close to; tapers that cut the long run, and one within
# another; a level that a race lifts over the peak; a lighter week behind one that was light by itself;
# a long run with too much race pace in its week.
KEPT = (54, 62, 66, 74, 3277, 4563, 5035, 5725)
FIRST = (int(SEED) - 1) * COUNT if SEED else 0


def judged(one, plan):
    """Rules broken and shortcomings: (word, day, sentence)."""
    known = {"goals": one.goals, "activities": one.activities, "today": one.today}
    broken = lint(plan, athlete=one.athlete, **known)
    short = shortcomings(plan, one.athlete, one.goals, one.activities, one.today)
    return [*((f.rule, f.day, f.sentence) for f in broken), *short]


@pytest.mark.parametrize("number", sorted({*range(FIRST, min(FIRST + COUNT, WHOLE)), *KEPT}))
def test_a_plan_is_lawful_and_worth_following(number):
    one = case(number)
    found = judged(one, one.plan())
    assert not found, "\n".join([one.told, *(f"{day} {word}: {what}" for word, day, what in found)])


def with_days(plan, change):
    """`change(day)` returns the new day."""
    weeks = tuple(replace(w, days=tuple(change(day) for day in w.days)) for w in plan.weeks)
    return replace(plan, weeks=weeks)


def emptied(plan):
    return with_days(plan, lambda day: replace(day, workout=None))


def constant(plan):
    """The first full week over and over; races stand on their days."""
    full = next(week for week in plan.weeks if week.days and week.first_day >= plan.made_on)

    def same(day):
        if day.workout and day.workout.workout.kind is Kind.RACE:
            return day
        model = full.days[day.day.weekday()].workout
        if model is None or model.workout.kind is Kind.RACE or day.day < plan.made_on:
            return replace(day, workout=None)
        ident = f"{model.ident}-{day.day.isocalendar().week}"
        return PlanDay(day.day, PlannedWorkout(ident, day.day, model.workout, model.note))

    return with_days(plan, same)


def only_easy(plan):
    """As many kilometres, and nothing hard or long in it."""

    def easier(day):
        if day.workout is None or day.workout.workout.kind is Kind.RACE:
            return day
        workout = replace(day.workout.workout, kind=Kind.EASY, steps=day.workout.workout.steps[:1])
        return replace(day, workout=replace(day.workout, workout=workout))

    return with_days(plan, easier)


def short(plan):
    """Seven tenths of everything."""

    def less(day):
        if day.workout is None or day.workout.workout.kind is Kind.RACE:
            return day
        whole = day.workout.workout
        workout = replace(
            whole, distance_m=0.7 * whole.distance_m, duration_s=0.7 * whole.duration_s
        )
        return replace(day, workout=replace(day.workout, workout=workout))

    return with_days(plan, less)


def raceless(plan):
    """Training for a race that stands nowhere."""

    def without(day):
        race = day.workout is not None and day.workout.workout.kind is Kind.RACE
        return replace(day, workout=None) if race else day

    return with_days(plan, without)


def one_run(plan):
    """The same easy run on every day with a run."""
    easy = next(
        day.workout.workout
        for day in plan.days()
        if day.workout and day.workout.workout.kind is Kind.EASY
    )

    def same(day):
        if day.workout is None or day.workout.workout.kind is Kind.RACE:
            return day
        return replace(day, workout=replace(day.workout, workout=easy))

    return with_days(plan, same)


def sawtooth(plan):
    """A full week, then a third of one."""
    thin = {
        day.day
        for index, week in enumerate(plan.weeks)
        if index % 2
        for day in week.days
        if day.workout and day.workout.workout.kind is not Kind.RACE
    }

    def less(day):
        if day.day not in thin:
            return day
        whole = day.workout.workout
        third = replace(whole, distance_m=whole.distance_m / 3, duration_s=whole.duration_s / 3)
        return replace(day, workout=replace(day.workout, workout=third))

    return with_days(plan, less)


FAR = [number for number in range(400) if case(number).level >= 4 and len(case(number).goals) == 1]
RACING = [
    number
    for number in FAR
    if case(number).goals[0].distance_m
    and case(number).goals[0].priority is Priority.A
    and (case(number).goals[0].day - case(number).today).days > 84
]
RETURNING = [
    number
    for number in range(1_500)
    if case(number).level >= 4
    and len(case(number).goals) == 2
    and case(number).goals[0].name == "marathon"
    and case(number).goals[0].priority is Priority.A
    and (case(number).goals[1].day - case(number).goals[0].day).days > 120
]


BROKEN = {
    emptied: "race",
    constant: "light",
    only_easy: "key",
    short: "volume",
    raceless: "race",
    one_run: "key",
    sawtooth: "floor",
}


@pytest.mark.parametrize("broken", BROKEN)
def test_plans_that_nobody_should_follow_fail_the_same_check(broken):
    """By what is asked of a plan's worth alone: the rules for plans take no part."""
    words = Counter()
    for number in RACING[:: max(len(RACING) // 12, 1)]:
        one = case(number)
        found = shortcomings(broken(one.plan()), one.athlete, one.goals, one.activities, one.today)
        assert found, one.told
        words.update({word for word, *_ in found})
    assert BROKEN[broken] in words


def test_who_never_comes_back_from_a_race_fails():
    """Recovery that goes on: every week after it holds half."""
    one = case(RETURNING[0])
    plan, race = one.plan(), one.goals[0]
    late = {
        day.day
        for week in plan.weeks
        if week.first_day > race.day + timedelta(weeks=10)
        for day in week.days
        if day.workout and day.workout.workout.kind is not Kind.RACE
    }
    assert late

    def less(day):
        if day.day not in late:
            return day
        whole = day.workout.workout
        half = replace(whole, distance_m=0.5 * whole.distance_m, duration_s=0.5 * whole.duration_s)
        return replace(day, workout=replace(day.workout, workout=half))

    assert not judged(one, plan)
    words = {word for word, *_ in judged(one, with_days(plan, less))}
    assert words & {"volume", "floor"}


def test_an_empty_plan_for_health_fails_too():
    number = next(n for n in FAR if case(n).goals[0].distance_m is None)
    one = case(number)
    assert {word for word, *_ in judged(one, emptied(one.plan()))} >= {"volume"}


def test_the_grid_meets_everything_that_it_promises():
    """Women and men, 16 to 75 years, 3 to 7 runs, 4 to 40 weeks, every kind, one to four goals."""
    cases = [
        case(number) for number in range(0, WHOLE, 10 if "GOALWARD_EXAMPLES" in os.environ else 60)
    ]
    assert {one.athlete.sex for one in cases} == {"f", "m"}
    assert {one.athlete.runs_per_week for one in cases} >= {None, 3, 4, 5, 6, 7}
    assert {one.level for one in cases} == set(range(9))
    assert {len(one.goals) for one in cases} == {1, 2, 3, 4}
    assert {goal.name for one in cases for goal in one.goals} == {
        "5K", "10K", "half", "marathon", "first half", "first marathon", "50 km", "100 km trail",
        "health",
    }  # fmt: skip
    assert {one.today.weekday() for one in cases} == set(range(7))
    assert {goal.day.weekday() for one in cases for goal in one.goals} == set(range(7))
    horizons = [(one.goals[-1].day - one.today) / timedelta(weeks=1) for one in cases]
    assert min(horizons) < 6
    assert max(horizons) > 39
