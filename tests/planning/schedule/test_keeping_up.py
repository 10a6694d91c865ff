"""A health goal's days and hours are what its weeks hold, within the rules."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from planning.athlete import Athlete
from planning.goals.goal import Goal, GoalKind, Priority
from planning.replan import State, replan
from planning.schedule.lint import lint
from tests.planning.athletes import MONDAY, run, runs

ATHLETE = Athlete(ZoneInfo("Europe/Berlin"))
WEEKS = 16
TODAY = MONDAY + timedelta(weeks=WEEKS)
HISTORY = tuple(runs(WEEKS, 30, 360))  # five runs, 30 km, three hours a week
HABIT = Goal("h", GoalKind.HEALTH, Priority.A, TODAY + timedelta(weeks=12), None)


def planned(goal, *, activities=HISTORY, athlete=ATHLETE):
    plan = replan(State(athlete, activities, (goal,)), TODAY).plan
    assert not lint(plan, athlete=athlete, goals=(goal,), activities=activities, today=TODAY)
    return plan.weeks


def days(week):
    return sum(1 for day in week.days if day.workout)


@pytest.mark.parametrize("wished", [3, 5, 6])
def test_the_days_asked_for_are_planned_and_never_fewer_than_usual(wished):
    for week in planned(replace(HABIT, runs_per_week=wished))[1:4]:
        assert days(week) == max(wished, 5)


def test_a_beginner_gets_the_days_that_were_asked_for():
    """Six weeks of three runs: by rule B-1 three, unless more is asked for."""
    began = tuple(run(TODAY - timedelta(days=7 * n + d), 5.5, 400.0) for n in range(6) for d in (2, 4, 7))  # fmt: skip
    assert {days(week) for week in planned(HABIT, activities=began)[1:4]} == {3}
    weeks = planned(replace(HABIT, runs_per_week=4), activities=began)
    assert {days(week) for week in weeks[1:4]} == {4}


def test_before_it_begins_a_habit_asks_for_nothing():
    later = replace(HABIT, runs_per_week=6, from_day=TODAY + timedelta(weeks=2))
    weeks = planned(later)
    assert [days(week) for week in weeks[1:4]] == [5, 6, 6]


def test_the_hours_asked_for_are_led_up_to_and_held_in_lighter_weeks():
    weeks = planned(replace(HABIT, hours_per_week=3.5))
    hours = [sum(d.workout.workout.duration_s for d in w.days if d.workout) / 3600 for w in weeks[:4]]  # fmt: skip
    assert max(hours) <= 4.0
    assert hours[1] >= 3.4
    assert min(hours[2:]) >= 3.5
    assert sum(w.volume_m for w in weeks) > sum(w.volume_m for w in planned(HABIT))
