"""What a receipt names as the reason of a change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from planning.athlete import Athlete
from planning.breaks import Break, BreakKind, Breaks
from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, GoalKind, Priority
from planning.workout import Kind
from tests.planning.athletes import race, run
from tests.planning.schedule.cases import ATHLETE, TODAY, goal_in, history, planned

DAY = timedelta(days=1)
HISTORY = history()
FAR = goal_in(10, HALF_M)
NEAR = goal_in(7, FIVE_K_M, id="near", name="Town Run")
HEALTH = goal_in(12, None, id="well", kind=GoalKind.HEALTH, runs_per_week=4, from_day=TODAY)

TWO_SAID = (
    "you set a goal, Town Run of 26 July 2026 and you changed a goal, the marathon of "
    "16 August 2026"
)


def facts(before, after, athlete=ATHLETE):
    """The reasons for what changes when `after` is asked for the evening after `before`."""
    plan, _ = planned(ATHLETE, before, HISTORY)
    _, receipts = planned(athlete, after, HISTORY, TODAY + DAY, plan)
    return {receipt.fact for receipt in receipts}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ([FAR], [FAR, NEAR], "you set a goal, Town Run of 26 July 2026"),
        ([FAR, NEAR], [FAR], "you gave up a goal"),
        (
            [FAR],
            [replace(FAR, day=FAR.day - timedelta(weeks=2))],
            "you changed a goal, the half marathon of 2 August 2026",
        ),
        (
            [FAR],
            [replace(FAR, distance_m=MARATHON_M), NEAR],
            TWO_SAID,
        ),
        (
            [HEALTH],
            [FAR],
            "you set a goal, the half marathon of 16 August 2026 and you gave up a goal",
        ),
    ],
)
def test_a_goal_that_is_new_changed_or_given_up_is_named(before, after, told):
    assert facts(before, after) == {told}


def test_other_days_are_named():
    few = Athlete(ATHLETE.zone, run_weekdays=frozenset({0, 2, 5}))
    assert facts([FAR], [FAR], few) == {"you changed your days, or what you said of yourself"}


SATURDAY = TODAY + 5 * DAY


def limits_after(ten_k_s):
    """The receipts of limits on the evening of a 10 km race the day before the long run, after a
    week with much more than was planned.
    """
    plan, _ = planned(ATHLETE, [FAR], HISTORY)
    extra = [run(TODAY + n * DAY, 14.0, 345.0) for n in range(3)]
    ran = (*HISTORY, *extra, race(SATURDAY, 10.0, ten_k_s))
    _, receipts = planned(ATHLETE, [FAR], ran, SATURDAY, plan, complete_until=SATURDAY - DAY)
    return [receipt for receipt in receipts if receipt.rule in {"P-2", "P-3"}]


def test_a_day_that_a_limit_and_new_paces_change_tells_of_both():
    told = limits_after(38 * 60.0)
    both = [one for one in told if "moved the estimate up by" in one.fact]
    assert both
    assert all(one.ability_after > one.ability_before for one in both)


def test_a_limit_alone_is_told_alone():
    told = limits_after(47 * 60.0)  # near to what was expected: rounding hides it
    assert len(told) > 1
    assert all(one.ability_after is None for one in told)


RACE = goal_in(1, TEN_K_M, id="ten", priority=Priority.C)


def ill(until, today, closing):
    """Plan and receipts of the evening, ill from the second day on; a race lies thirteen on."""
    said = Break("ill", BreakKind.ILLNESS, TODAY + DAY, until)
    return planned(ATHLETE, [RACE, FAR], HISTORY, today, closing, breaks=Breaks((said,)))


def test_a_race_in_a_break_is_told_where_it_may_go():
    before, _ = planned(ATHLETE, [RACE, FAR], HISTORY)
    plan, receipts = ill(RACE.day, TODAY + DAY, before)
    assert plan.on(RACE.day).workout is None
    (told,) = [receipt for receipt in receipts if receipt.day == RACE.day]
    assert told.fact.endswith("; `goalward goal change` gives the race another day")
    assert told.rule == "R-1"
    others = [receipt for receipt in receipts if receipt.day != RACE.day]
    assert others
    assert not any("goalward" in receipt.fact for receipt in others)


def test_a_race_too_soon_after_an_illness_comes_back_with_a_warning():
    before, _ = planned(ATHLETE, [RACE, FAR], HISTORY)
    off, _ = ill(None, TODAY + DAY, before)
    plan, receipts = ill(TODAY + 7 * DAY, TODAY + 7 * DAY, off)
    assert plan.on(RACE.day).workout.workout.kind is Kind.RACE
    (told,) = [receipt for receipt in receipts if receipt.day == RACE.day]
    assert told.fact == "you come back from 7 days off: run it easily, or leave it out"
    assert not any("leave it out" in one.fact for one in receipts if one.day != RACE.day)


def test_a_race_on_the_way_back_that_is_not_too_soon_comes_back_without_a_warning():
    before, _ = planned(ATHLETE, [RACE, FAR], HISTORY)
    off, _ = ill(None, TODAY + DAY, before)
    _, receipts = ill(TODAY + 5 * DAY, TODAY + 5 * DAY, off)
    (told,) = [receipt for receipt in receipts if receipt.day == RACE.day]
    assert told.fact == "you come back from 5 days off"
