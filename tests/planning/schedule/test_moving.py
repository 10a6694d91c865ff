"""Moving a goal, or saying the same again, never weakens a plan absurdly nor changes the past."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.athlete import Athlete
from planning.fitness.ability import estimate
from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M
from planning.schedule.adapt import plan_for
from planning.schedule.lint import lint
from planning.schedule.plan import Phase
from planning.workout import Kind
from tests.planning.schedule.cases import TODAY, ZONE, as_planned, goal_in, history
from tests.sizes import FIXED, examples

HISTORY = history(50, 330)
FITNESS = estimate(HISTORY, TODAY)
ATHLETE = Athlete(zone=ZONE, runs_per_week=5)
FULL = {Phase.BASE, Phase.BUILD, Phase.PEAK}
WORN = 0.85  # of the full weeks' mean: a light week more or less lies between two plans


def made(goal, today=TODAY, activities=HISTORY, closing=None, weeks=60):
    plan, changes = plan_for(
        athlete=ATHLETE,
        goals=(goal,),
        activities=activities,
        fitness=FITNESS,
        today=today,
        closing_plan=closing,
        complete_until=today - timedelta(days=1),
        laid_out_weeks=weeks,
    )
    return plan, changes


def strength(plan):
    """Mean volume of the full weeks and longest run, metres."""
    full = [week for week in plan.weeks if week.phase in FULL]
    runs = [d.workout.workout for w in full for d in w.days if d.workout]
    longest = max(run.distance_m for run in runs if run.kind is not Kind.RACE)
    return sum(week.volume_m for week in full) / len(full), longest


@pytest.mark.parametrize("distance_m", [FIVE_K_M, HALF_M, MARATHON_M])
@given(weeks=st.integers(8, 34), days=st.integers(-21, 21))
@settings(max_examples=examples(12), deadline=None, derandomize=FIXED)
def test_a_goal_moved_makes_no_absurdly_weaker_plan(distance_m, weeks, days):
    """Further away leaves more time, so neither volume nor longest run falls; nearer, no more than
    the weeks that are gone would have brought.
    """
    goal = goal_in(weeks, distance_m)
    moved = replace(goal, day=goal.day + timedelta(days=days))
    near, far = sorted((goal, moved), key=lambda each: each.day)
    (near_m, near_long), (far_m, far_long) = (strength(made(each)[0]) for each in (near, far))
    assert far_m >= WORN * near_m
    assert far_long >= WORN * near_long
    gone_weeks = (far.day - near.day).days / 7 + 1
    assert near_m >= WORN * far_m * 0.97**gone_weeks
    assert near_long >= WORN * far_long * 0.92**gone_weeks


@given(weeks=st.integers(6, 20), days=st.integers(-14, 28), lived=st.integers(1, 20))
@settings(max_examples=examples(12), deadline=None, derandomize=FIXED)
def test_a_goal_moved_leaves_the_past_and_the_next_two_days(weeks, days, lived):
    goal = goal_in(weeks, HALF_M)
    today = TODAY + timedelta(days=lived)
    closing, _ = made(goal, weeks=4)
    ran = (*HISTORY, *as_planned(closing, TODAY, today - timedelta(days=1)))
    before, _ = made(goal, today - timedelta(days=1), ran, closing, weeks=4)
    moved = replace(goal, day=max(goal.day + timedelta(days=days), today + timedelta(days=14)))
    after, changes = made(moved, today, ran, before, weeks=4)
    for day in after.days():
        stood = before.on(day.day)
        if stood is not None and day.day < today + timedelta(days=2):
            assert day.workout == stood.workout
    assert all(change.day >= today + timedelta(days=2) for change in changes)
    known = {"athlete": ATHLETE, "goals": (moved,), "activities": ran, "today": today}
    assert lint(after, **known) == ()


@given(weeks=st.integers(4, 30), back=st.integers(-14, 14))
@settings(max_examples=examples(12), deadline=None, derandomize=FIXED)
def test_the_same_said_again_changes_nothing_and_there_and_back_is_where_it_was(weeks, back):
    goal = goal_in(weeks, MARATHON_M)
    first, _ = made(goal, weeks=4)
    tomorrow = TODAY + timedelta(days=1)
    ran = (*HISTORY, *as_planned(first, TODAY, TODAY))
    again, changes = made(goal, tomorrow, ran, first, weeks=4)
    assert changes == ()
    assert made(goal, tomorrow, ran, first, weeks=4)[0] == again
    moved = replace(goal, day=max(goal.day + timedelta(days=back), tomorrow))
    made(moved, tomorrow, ran, first, weeks=4)  # tried on the same day, and taken back
    assert made(goal, tomorrow, ran, first, weeks=4)[0].version == again.version
