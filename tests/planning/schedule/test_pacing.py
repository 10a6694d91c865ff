"""Which paces a plan stands on: today's ability, the ability it was paced at, or none at all."""

from dataclasses import replace
from datetime import timedelta

import pytest

from planning.fitness.ability import estimate
from planning.fitness.prediction import predict
from planning.goals.goal import HALF_M
from planning.schedule.adapt import plan_for
from planning.schedule.paces import for_goal, paces_of
from planning.workout import TargetType, unrolled
from tests.planning.schedule.cases import ATHLETE, TODAY, as_planned, goal_in, history, planned

HISTORY = history()
FITNESS = estimate(HISTORY, TODAY)
WEEK = timedelta(weeks=1)


def paces(fitness=FITNESS, **more):
    return paces_of(fitness, activities=HISTORY, today=TODAY, **more)


def spread(sd):
    return replace(FITNESS, sd_ln=FITNESS.sd_ln * 0 + sd)


def test_race_pace_is_the_goals_while_it_is_not_out_of_reach():
    expected = predict(FITNESS, HALF_M, weeks_ahead=10)
    near = goal_in(9, HALF_M, weekday=6)
    weeks = (near.day - TODAY).days / 7
    expected = predict(FITNESS, HALF_M, weeks_ahead=weeks)
    possible, beyond = expected.quantile_s(0.25), expected.quantile_s(0.15)

    def race(target_s):
        goal = replace(near, target_s=target_s)
        return for_goal(paces(), goal=goal, fitness=FITNESS, today=TODAY).race

    assert race(possible) == pytest.approx(HALF_M / possible)
    assert race(beyond) == pytest.approx(HALF_M / expected.median_s)
    assert race(None) == pytest.approx(HALF_M / expected.median_s)


def test_no_paces_while_ability_is_too_unsure_and_no_flicker_at_the_border():
    assert paces(spread(0.09)).certain
    assert not paces(spread(0.11)).certain
    assert paces(spread(0.11), had_paces=True).certain
    assert not paces(spread(0.13), had_paces=True).certain
    assert not paces(estimate((), TODAY)).certain


def test_bands_widen_with_doubt():
    assert paces(spread(0.05)).half_band_s == 5
    assert paces(spread(0.08)).half_band_s == 10


def test_paces_of_another_ability_are_scaled_to_it():
    slower = paces(paced_at=FITNESS.today().ln_speed - 0.05)
    assert slower.threshold == pytest.approx(paces().threshold * 0.95123, rel=1e-4)


def test_new_weeks_stand_on_the_paces_of_the_plan():
    """Ability moved by .9 %: too little to move anything, so the new week speaks the same paces."""
    goals = (goal_in(14, HALF_M),)
    plan, _ = planned(ATHLETE, goals, HISTORY)
    ran = (*HISTORY, *as_planned(plan, TODAY, TODAY + WEEK))
    told = {
        "athlete": ATHLETE,
        "goals": goals,
        "activities": ran,
        "today": TODAY + WEEK,
        "closing_plan": plan,
        "complete_until": TODAY + WEEK,
    }

    def bands(shift):
        moved = replace(FITNESS, ln_speeds=FITNESS.ln_speeds + shift)
        grown, changes = plan_for(fitness=moved, **told)
        assert changes == ()
        new = grown.weeks[3]
        assert new.days
        assert new.first_day not in {day.day for day in plan.days()}
        return [
            (step.target.low, step.target.high)
            for day in new.days
            if day.workout
            for step in unrolled(day.workout.workout.steps)
            if step.target.type is TargetType.PACE
        ]

    still = bands(0.0)
    assert still
    assert bands(0.009) == still
    assert bands(-0.009) == still


def test_paces_come_when_there_are_enough_runs():
    thin = HISTORY[-3:]
    goals = (goal_in(14, HALF_M),)
    plan, _ = planned(ATHLETE, goals, thin)
    assert plan.paced_at is None
    grown, changes = plan_for(
        athlete=ATHLETE,
        goals=goals,
        activities=HISTORY,
        fitness=FITNESS,
        today=TODAY + timedelta(days=1),
        closing_plan=plan,
    )
    assert grown.paced_at == FITNESS.today().ln_speed
    assert {change.rule for change in changes} <= {"B-1", "P-2", "P-3"}
    assert any("enough runs" in change.sentence for change in changes)
