"""Races of a calendar: proposals for what no goal stands for yet."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from planning.goals.announced import AnnouncedRace, proposed
from planning.goals.goal import HALF_M, Goal, GoalKind, Priority

TODAY = date(2026, 9, 1)
DAY = date(2026, 12, 6)
RACE = AnnouncedRace(DAY, "City 10K", 10_000.0)
GOAL = Goal("g", GoalKind.COMPLETION, Priority.A, DAY, 10_050.0)


def test_what_is_no_goal_yet_is_proposed_once_and_by_day():
    later = AnnouncedRace(DAY + timedelta(days=7), "Home", HALF_M, is_main=True)
    assert proposed((later, RACE, RACE), (), TODAY) == (RACE, later)
    assert (RACE.priority, later.priority) == (Priority.B, Priority.A)


@pytest.mark.parametrize(
    "race",
    [
        RACE,
        AnnouncedRace(DAY, "City race"),  # no distance told: any goal of the day is it
        AnnouncedRace(TODAY - timedelta(days=1), "Past", 10_000.0),
    ],
)
def test_a_goal_of_the_day_is_that_race_and_the_past_is_past(race):
    assert proposed((race,), (GOAL,), TODAY) == ()


def test_another_distance_of_the_day_and_a_goal_given_up_are_no_hindrance():
    half = AnnouncedRace(DAY, "City half", HALF_M)
    assert proposed((half,), (GOAL,), TODAY) == (half,)
    retired = Goal("g", GoalKind.COMPLETION, Priority.A, DAY, 10_050.0, retired_on=TODAY)
    assert proposed((RACE,), (retired,), TODAY) == (RACE,)
    habit = Goal("h", GoalKind.HEALTH, Priority.B, DAY, None)
    assert proposed((AnnouncedRace(DAY, "City race"),), (habit,), TODAY) != ()


def test_races_that_differ_in_their_time_alone_stand_in_one_order():
    """Whatever the order in which a calendar tells them, and whatever a set makes of it."""
    told = [replace(RACE, target_s=2_400.0 + 60.0 * number) for number in range(20)]
    assert proposed(told[::-1], (), TODAY) == tuple(told)
