"""Which paces a plan stands on: today's ability, the ability it was paced at, or none at all."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest

from planning.fitness.ability import estimate
from planning.fitness.prediction import predict
from planning.goals.goal import HALF_M, MARATHON_M
from planning.schedule.adapt import plan_for
from planning.schedule.effort import Effort, effort_of
from planning.schedule.paces import for_goal, paces_of
from planning.schedule.pacing import pacing_of
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
    # 4:49/km: half a band is .6745 x sqrt(sd^2 - .03^2) of it, in steps of 5 s
    assert paces(spread(0.035)).half_band_s == 5  # .6745 x .018 x 289 s = 3.5 s
    assert paces(spread(0.05)).half_band_s == 10  # 7.8 s
    assert paces(spread(0.08)).half_band_s == 15  # 14.5 s
    assert paces(spread(0.10)).half_band_s == 15  # 18.6 s: no wider, it would be another purpose's


def test_by_sex_easy_stays_below_the_first_border_of_the_zones():
    woman, man, unknown = (paces(sex=sex).easy_high for sex in ("f", "m", None))
    assert man < unknown < woman
    assert man == pytest.approx(0.646 / 0.808 * paces().threshold)
    own = pacing_of(FITNESS, activities=HISTORY, closing=None, today=TODAY, sex="m")
    assert own.paces.easy_high == man
    closing, _ = planned(ATHLETE, (goal_in(14, HALF_M),), HISTORY)
    stood = pacing_of(FITNESS, activities=HISTORY, closing=closing, today=TODAY + WEEK, sex="m")
    assert stood.paces.easy_high == pytest.approx(man)
    goals = (goal_in(14, HALF_M),)
    for sex, fastest in (("m", man), ("f", woman)):
        plan, _ = planned(replace(ATHLETE, sex=sex), goals, HISTORY)
        assert targets_of(plan)[Effort.EASY] == {paces(sex=sex).target(Effort.EASY)}
        assert max(t.high for t in targets_of(plan)[Effort.EASY]) == pytest.approx(
            fastest, rel=0.01
        )


def targets_of(plan):
    """Every target of the plan by what its step is meant to feel like."""
    told = defaultdict(set)
    for day in plan.days():
        for step in unrolled(day.workout.workout.steps) if day.workout else ():
            told[effort_of(step)].add(step.target)
    return told


@pytest.mark.parametrize("distance_m", [5_000.0, 10_000.0, HALF_M, MARATHON_M])
def test_only_race_pace_work_knows_the_goal(distance_m):
    """Rule G-1: easy, threshold, interval and repetition targets are those of today's ability."""
    goal = goal_in(4, distance_m)
    usual_s = predict(FITNESS, distance_m, weeks_ahead=4).median_s
    wishes = (None, 0.80 * usual_s, 0.97 * usual_s, 1.10 * usual_s)
    plans = [planned(ATHLETE, (replace(goal, target_s=wish),), HISTORY)[0] for wish in wishes]
    from_ability = paces(sex=ATHLETE.sex)
    trained = set()
    for plan in plans:
        for effort, targets in targets_of(plan).items():
            if effort not in {Effort.RACE, None}:
                assert targets == {from_ability.target(effort)}, effort
                trained.add(effort)
    assert Effort.EASY in trained
    assert trained & {Effort.THRESHOLD, Effort.INTERVAL}
    raced = [targets_of(plan)[Effort.RACE] for plan in plans]
    assert raced[0] != raced[2]  # a goal within reach is what race pace is rehearsed at
    assert raced[0] == raced[1]  # one out of reach is not


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
        moved = replace(
            FITNESS,
            ln_speeds=FITNESS.ln_speeds + shift,
            ln_speeds_later=FITNESS.ln_speeds_later + shift,
        )
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


@pytest.mark.parametrize("complete", [True, False])
def test_paces_wait_while_nothing_is_heard(complete):
    """What an estimate loses in days of silence is no news of the runner."""
    goals, later = (goal_in(14, HALF_M),), TODAY + timedelta(days=5)
    plan, _ = planned(ATHLETE, goals, HISTORY)
    _, changes = plan_for(
        athlete=ATHLETE,
        goals=goals,
        activities=HISTORY,
        fitness=replace(
            FITNESS,
            ln_speeds=FITNESS.ln_speeds - 0.02,
            ln_speeds_later=FITNESS.ln_speeds_later - 0.02,
        ),
        today=later,
        closing_plan=plan,
        complete_until=later - timedelta(days=1) if complete else None,
    )
    paced = [change for change in changes if change.rule == "G-1"]
    assert bool(paced) is complete
    assert all("days without a run moved the estimate down" in one.fact for one in paced)
