"""A goal as stated: what makes it another one, and what does not."""

from dataclasses import replace
from datetime import date

import pytest

from planning.goals.goal import MARATHON_M, Goal, GoalKind, Priority

DAY = date(2027, 4, 18)
RACE = Goal("g", GoalKind.TIME, Priority.A, DAY, MARATHON_M, 11_700.0)
HABIT = Goal("h", GoalKind.HEALTH, Priority.B, DAY, None)


def test_what_was_stated_before_there_were_habits_reads_as_it_did():
    assert RACE.statement == "97b3e8a5b373"


@pytest.mark.parametrize(
    "told",
    [
        {"reason": "to run with my sister"},
        {"temperature_c": 18.0},
        {"qualifier": "boston", "buffer_s": 300.0},
        {"name": "Paris"},
    ],
)
def test_reasons_and_expectations_do_not_make_it_another_goal(told):
    assert replace(RACE, **told).statement == RACE.statement


@pytest.mark.parametrize(
    "told",
    [{"runs_per_week": 3}, {"hours_per_week": 3.0}, {"from_day": date(2027, 1, 1)}],
)
def test_another_habit_is_another_goal(told):
    assert replace(HABIT, **told).statement != HABIT.statement
    assert replace(HABIT, **told).habit
    assert not HABIT.habit
