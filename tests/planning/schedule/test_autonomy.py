"""What the plan changes of its own accord: within its room, after an answer, or not at all."""

from dataclasses import replace
from datetime import timedelta

import pytest

from planning.athlete import Autonomy
from planning.fitness.ability import estimate
from planning.goals.goal import HALF_M
from planning.schedule.adapt import plan_for
from planning.schedule.effort import hard
from planning.schedule.plan import Answer, WaitsFor
from planning.wellness import Wellness
from tests.planning.athletes import run
from tests.planning.schedule.cases import ATHLETE, TODAY, goal_in, history, planned

DAY = timedelta(days=1)
HISTORY = history()
FITNESS = estimate(HISTORY, TODAY)
GOALS = (goal_in(14, HALF_M),)
PLAN, _ = planned(ATHLETE, GOALS, HISTORY)


def evening(shift, *, closing=PLAN, autonomy=Autonomy.AUTO, days=1, **more):
    """The plan so many days after TODAY when ability has moved by `shift` since."""
    return plan_for(
        athlete=replace(ATHLETE, autonomy=autonomy),
        goals=GOALS,
        activities=HISTORY,
        fitness=replace(
            FITNESS,
            ln_speeds=FITNESS.ln_speeds + shift,
            ln_speeds_later=FITNESS.ln_speeds_later + shift,
        ),
        today=TODAY + days * DAY,
        closing_plan=closing,
        **more,
    )


def test_who_leaves_it_to_the_plan_gets_new_paces_at_once():
    plan, changes = evening(0.03)
    assert {change.rule for change in changes} == {"G-1"}
    assert plan.held == ()
    assert plan.paced_at != PLAN.paced_at


def test_who_wants_to_be_asked_is_asked_and_told_what_holding_still_costs():
    plan, changes = evening(0.03, autonomy=Autonomy.ASK)
    assert changes == ()
    assert plan.paced_at == PLAN.paced_at
    (held,) = plan.held
    assert (held.waits, held.rule) == (WaitsFor.ANSWER, "G-1")
    assert held.changes == evening(0.03)[1]  # as it would be
    assert "3.0 % slower than your estimate says" in held.cost
    assert held.until == max(day.day for day in PLAN.days() if day.workout) - 2 * DAY


def test_what_is_quiet_is_not_asked_for():
    """It moves targets by less than two per cent: that is nothing to ask an athlete about."""
    plan, changes = evening(0.015, autonomy=Autonomy.ASK)
    assert changes
    assert not any(change.material for change in changes)
    assert plan.held == ()


def test_who_wants_no_changes_gets_none_not_even_quiet_ones():
    for shift, told in ((0.011, 0), (0.015, 1), (0.03, 1)):
        plan, changes = evening(shift, autonomy=Autonomy.NEVER)
        assert changes == ()
        assert plan.paced_at == PLAN.paced_at
        assert [held.waits for held in plan.held] == [WaitsFor.NOTHING] * told


def test_yes_holds_for_its_day_whatever_else_comes_in_on_it():
    (held,) = evening(0.03, autonomy=Autonomy.ASK)[0].held
    yes = Answer(held.id, accepted=True, day=TODAY + DAY)
    plan, changes = evening(0.032, autonomy=Autonomy.ASK, answers=(yes,))
    assert plan.held == ()
    assert {change.rule for change in changes} == {"G-1"}
    later, _ = evening(0.03, autonomy=Autonomy.ASK, answers=(yes,), days=2)
    assert [each.waits for each in later.held] == [WaitsFor.ANSWER]


def test_a_yes_to_faster_paces_is_none_to_slower_ones():
    (held,) = evening(0.03, autonomy=Autonomy.ASK)[0].held
    yes = Answer(held.id, accepted=True, day=TODAY + DAY)
    plan, _ = evening(-0.03, autonomy=Autonomy.ASK, answers=(yes,))
    assert [each.waits for each in plan.held] == [WaitsFor.ANSWER]
    assert "3.0 % faster than your estimate says" in plan.held[0].cost


def test_no_is_no_until_more_is_at_stake():
    (held,) = evening(0.03, autonomy=Autonomy.ASK)[0].held
    no = Answer(held.id, accepted=False, day=TODAY + DAY)
    for shift, days, waits in ((0.03, 1, "nothing"), (0.035, 2, "nothing"), (0.045, 2, "answer")):
        plan, changes = evening(shift, autonomy=Autonomy.ASK, answers=(no,), days=days)
        assert changes == ()
        assert [each.waits for each in plan.held] == [waits], shift


def test_a_question_is_the_same_from_day_to_day_and_is_withdrawn_when_the_facts_move():
    first, _ = evening(0.03, autonomy=Autonomy.ASK)
    second, _ = evening(0.035, autonomy=Autonomy.ASK, closing=first, days=2)
    assert [each.id for each in second.held] == [each.id for each in first.held]
    assert second.held[0].since == TODAY + DAY
    withdrawn, _ = evening(0.004, autonomy=Autonomy.ASK, closing=second, days=3)
    assert withdrawn.held == ()


@pytest.mark.parametrize("used", [2, 3])
def test_there_are_at_most_three_in_seven_days_and_what_waits_for_room_is_told(used):
    closing = replace(PLAN, material_on=(TODAY - 6 * DAY,) + (TODAY - DAY,) * (used - 1))
    plan, changes = evening(0.03, closing=closing, days=0)
    assert bool(changes) is (used < 3)
    assert [each.waits for each in plan.held] == ([] if used < 3 else [WaitsFor.ROOM])
    next_day, _ = evening(0.03, closing=closing, days=1)  # the first of them is seven days old
    assert next_day.held == ()


# --- a bad morning --------------------------------------------------------------------------------


def bad_mornings(today):
    """Four usual weeks, then three nights of illness."""
    return tuple(
        Wellness(
            "garmin",
            today - n * DAY,
            hrv_ms=(62 if n % 2 else 58) * (0.7 if n < 3 else 1.0),
            resting_heart_rate_bpm=(49 if n % 2 else 48) + (8 if n < 3 else 0),
        )
        for n in range(40)
    )


HARD = next(d for d in PLAN.days() if d.workout and hard(d.workout.workout) and d.day > TODAY)


def morning(autonomy=Autonomy.AUTO, **more):
    days = (HARD.day - TODAY).days
    return evening(0.0, days=days, autonomy=autonomy, wellness=bad_mornings(HARD.day), **more)


def test_a_bad_morning_softens_todays_hard_session_and_nothing_else():
    plan, changes = morning()
    (softened,) = [change for change in changes if change.rule == "H-2"]
    assert softened.day == HARD.day
    assert not hard(plan.on(HARD.day).workout.workout)
    assert plan.on(HARD.day).workout.workout.distance_m <= HARD.workout.workout.distance_m
    assert plan.material_on[-1] == HARD.day


def test_the_evening_after_the_easy_run_says_the_same():
    plan, _ = morning()
    workout = plan.on(HARD.day).workout.workout
    easy = run(HARD.day, workout.distance_m / 1000, 1000 * workout.duration_s / workout.distance_m)
    again, _ = plan_for(
        athlete=ATHLETE,
        goals=GOALS,
        activities=(*HISTORY, easy),
        fitness=FITNESS,
        today=HARD.day,
        closing_plan=PLAN,
        wellness=bad_mornings(HARD.day),
    )
    assert again.on(HARD.day).workout == plan.on(HARD.day).workout


@pytest.mark.parametrize(
    ("autonomy", "waits"), [(Autonomy.ASK, WaitsFor.ANSWER), (Autonomy.NEVER, WaitsFor.NOTHING)]
)
def test_a_bad_morning_is_asked_about_or_left_alone(autonomy, waits):
    plan, changes = morning(autonomy)
    assert not [change for change in changes if change.rule == "H-2"]
    assert hard(plan.on(HARD.day).workout.workout)
    (held,) = [each for each in plan.held if each.rule == "H-2"]
    assert held.waits is waits
    assert held.until == HARD.day
    if waits is WaitsFor.ANSWER:
        yes = Answer(held.id, accepted=True, day=HARD.day)
        plan, changes = morning(autonomy, answers=(yes,))
        assert not hard(plan.on(HARD.day).workout.workout)
