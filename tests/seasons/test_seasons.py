"""A few simulated seasons in `make test`; `python -m tests.verify seasons` lives a thousand.

Every check is shown to find what it is for, in plans that are spoiled on purpose.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import islice

import pytest

from planning.breaks import NO_BREAKS
from planning.replan import replan
from planning.schedule.plan import DayStatus
from planning.schedule.receipt import Cause, change
from tests.seasons.athletes import Chances, runner
from tests.seasons.checks import checked
from tests.seasons.living import evenings

DAY = timedelta(days=1)
DAYS, SPOILED_DAYS = 30, 8


def lived(seed, days=DAYS, **how):
    who = runner(seed)
    return checked(islice(evenings(who, **how), days), who)


@pytest.mark.parametrize("seed", [1, 2, 9, 10, 16, 21])
def test_no_evening_breaks_what_a_runner_may_trust_in(seed):
    account = lived(seed)
    assert account.days == DAYS
    assert [str(violation) for violation in account.violations] == []


def test_the_same_seed_meets_the_same_days_whatever_the_plan_says():
    assert runner(3) == runner(3)
    assert Chances.of(3, runner(3).first_day) == Chances.of(3, runner(3).first_day)
    assert runner(3) != runner(4)


def spoiled(seed, *, ahead, day_as, told=None, days=SPOILED_DAYS, **fields):
    """What is found when, from the second evening on, the day so far ahead reads `day_as(day)`;
    with a receipt by the rule `told`, or with none.
    """

    def decide(state, today):
        outcome = replan(state, today)
        target = outcome.plan.on(today + ahead * DAY)
        if state.closing is None or target is None or target.workout is None:
            return outcome
        now = day_as(target)
        weeks = tuple(
            replace(week, days=tuple(now if day is target else day for day in week.days))
            for week in outcome.plan.weeks
        )
        receipt = change(target, now, Cause("of a test", told)) if told else None
        changes = (*outcome.changes, *([receipt] if receipt else []))
        return replace(outcome, plan=replace(outcome.plan, weeks=weeks, **fields), changes=changes)

    return {violation.what for violation in lived(seed, days, decide=decide).violations}


def with_workout(day, **fields):
    workout = replace(day.workout.workout, **fields)
    return replace(day, workout=replace(day.workout, workout=workout))


def doubled(day):
    return with_workout(
        day,
        name="Twice as much",
        distance_m=2 * day.workout.workout.distance_m,
        duration_s=2 * day.workout.workout.duration_s,
    )


def renamed(day):
    return with_workout(day, name=f"{day.workout.workout.name}, again")


def rested(day):
    return replace(day, workout=None)


def test_a_changed_past_is_found():
    assert "past" in spoiled(1, ahead=-1, day_as=renamed)


def test_what_was_done_stays_done():
    assert "past" in spoiled(1, ahead=-1, day_as=lambda day: replace(day, status=DayStatus.MISSED))


def test_a_day_called_missed_of_which_nobody_knows_is_found():
    found = spoiled(1, ahead=0, day_as=lambda day: replace(day, status=DayStatus.MISSED))
    assert "missed" in found


def test_a_change_without_a_receipt_is_found():
    assert "receipt" in spoiled(1, ahead=5, day_as=renamed)


def test_a_frozen_day_that_becomes_more_is_found_and_one_that_becomes_less_is_not():
    assert {"frozen", "raised"} <= spoiled(1, ahead=1, day_as=doubled, told="P-3")
    assert "frozen" not in spoiled(1, ahead=1, day_as=rested, told="P-3")


@pytest.mark.parametrize("wish", ["athlete", "asked"])
def test_a_receipt_that_names_a_wish_nobody_had_is_found(wish):
    assert "reason" in spoiled(1, ahead=5, day_as=rested, told=wish)


def test_a_day_that_is_raised_is_found():
    found = spoiled(1, ahead=5, day_as=doubled, told="P-3")
    assert "raised" in found
    assert "frozen" not in found
    assert "lint" in found


def test_a_fourth_material_change_in_seven_days_is_found_but_safety_is_apart():
    assert "material" in spoiled(1, ahead=5, day_as=rested, told="G-1")
    assert "material" not in spoiled(1, ahead=5, day_as=rested, told="H-1")


def test_a_session_on_a_day_that_is_not_run_on_is_found():
    who = next(r for r in map(runner, range(1, 99)) if len(r.athlete(r.first_day).run_weekdays) < 5)
    free = min(set(range(7)) - who.athlete(who.first_day).run_weekdays)

    def decide(state, today):
        other = replace(state.athlete, run_weekdays=frozenset(range(7)), long_run_weekday=free)
        return replan(replace(state, athlete=other), today)

    assert "weekday" in {one.what for one in lived(who.seed, 3, decide=decide).violations}


def test_a_plan_that_is_deaf_to_breaks_is_found():
    who = next(
        r
        for r in map(runner, range(1, 99))
        if any(one.minutes is None and one.from_day < r.first_day + 20 * DAY for one in r.off)
    )

    def decide(state, today):
        return replan(replace(state, breaks=NO_BREAKS), today)

    assert "break" in {one.what for one in lived(who.seed, 30, decide=decide).violations}


def test_a_plan_that_is_made_afresh_every_evening_is_found():
    found = lived(
        1, SPOILED_DAYS, decide=lambda state, today: replan(replace(state, closing=None), today)
    )
    assert "receipt" in {violation.what for violation in found.violations}


def test_the_order_of_facts_that_matters_is_found():
    def decide(state, today):
        outcome = replan(state, today)
        late = state.activities[0].day > state.activities[-1].day
        return replace(outcome, plan=None) if late else outcome

    assert "order" in {one.what for one in lived(1, 21, decide=decide).violations}
