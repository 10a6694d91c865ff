"""The five questions put to a goal: what is answered, what is missing, and how to say it."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from planning.athlete import Athlete, StatedFitness, StatedRace
from planning.fitness.ability import estimate
from planning.goals.goal import HALF_M, MARATHON_M, Goal, GoalKind, Priority
from planning.goals.smart import smart
from planning.goals.trajectory import forecast

TODAY = date(2026, 9, 1)
RUNNER = Athlete(ZoneInfo("Europe/Paris"))
RACE = Goal(
    "g",
    GoalKind.TIME,
    Priority.A,
    TODAY + timedelta(weeks=20),
    MARATHON_M,
    12_600.0,
    climb_m=120.0,
    reason="ten years since the first",
)
HABIT = Goal(
    "h",
    GoalKind.HEALTH,
    Priority.B,
    TODAY + timedelta(weeks=12),
    None,
    runs_per_week=3,
    reason="to sleep well",
)


def of(goal, *, athlete=RUNNER, today=TODAY, **known):
    return {check.name: check for check in smart(goal, today, athlete=athlete, **known)}


def said(goal, probability, verdict):
    """A forecast with this chance: what a real one of nobody looks like, with numbers in it."""
    nothing = estimate((), TODAY)
    blank = forecast(goal, fitness=nothing, activities=(), today=TODAY)
    return replace(blank, probability=probability, verdict=verdict, realistic_s=13_500.0)


def test_a_goal_with_everything_said_misses_nothing_but_runs():
    checks = of(RACE)
    assert [check.name[0] for check in checks.values()] == list("SMART")
    missing = [line for check in checks.values() for line in check.missing]
    assert len(missing) == 1
    assert "athlete set --recent" in missing[0]
    assert checks["Achievable"].met is None
    assert "You said: ten years" in checks["Relevant"].says


@pytest.mark.parametrize(
    ("goal", "name", "option"),
    [
        (replace(RACE, reason=""), "Relevant", "--reason"),
        (replace(RACE, climb_m=None), "Specific", "--climb"),
        (replace(RACE, kind=GoalKind.COMPLETION, target_s=None), "Specific", "--cut-off"),
        (replace(RACE, distance_m=None), "Specific", "distance"),
        (replace(RACE, qualifier="boston", buffer_s=300.0), "Measurable", "--buffer"),
        (replace(HABIT, runs_per_week=None), "Measurable", "--runs-per-week"),
        (replace(HABIT, day=TODAY + timedelta(weeks=2)), "Time-bound", "--until"),
    ],
)
def test_what_is_missing_is_named_with_how_to_say_it(goal, name, option):
    assert option in " ".join(of(goal)[name].missing)


def test_enough_of_a_buffer_is_not_asked_for_more():
    assert of(replace(RACE, qualifier="boston", buffer_s=420.0))["Measurable"].missing == ()


@pytest.mark.parametrize(
    ("probability", "verdict", "met"),
    [
        (0.9, "conservative", True),
        (0.6, "realistic", True),
        (0.3, "stretch", True),
        (0.1, "very_ambitious", False),
        (0.01, "not_by_then", False),
    ],
)
def test_achievable_is_what_the_forecast_says(probability, verdict, met):
    check = of(RACE, forecast=said(RACE, probability, verdict))["Achievable"]
    assert check.met is met
    assert bool(check.missing) is not met
    if not met:
        assert "3:45 is realistic" in check.missing[0]


def test_the_chance_to_finish_is_said_in_words():
    finish = replace(RACE, kind=GoalKind.COMPLETION, target_s=None)
    check = of(finish, forecast=said(finish, 0.75, "realistic"))["Achievable"]
    assert check.says == "Yes: finishing is likely (7 to 8 in 10)."


def test_a_habit_that_does_not_fit_the_days_is_not_achievable():
    athlete = replace(RUNNER, run_weekdays=frozenset({1, 3}))
    assert of(HABIT, athlete=athlete)["Achievable"].met is False
    assert of(HABIT)["Achievable"].met is None


def test_who_has_stated_a_race_is_not_asked_for_one():
    stated = StatedFitness(TODAY, (StatedRace(10_000.0, 3_150.0, TODAY),))
    told = of(RACE, athlete=replace(RUNNER, stated=stated))["Achievable"].missing
    assert "--recent" not in " ".join(told)


def test_a_small_race_may_lead_to_the_great_one():
    small = replace(RACE, id="c", priority=Priority.C, reason="", distance_m=HALF_M)
    small = replace(small, day=TODAY + timedelta(weeks=10))
    assert of(small)["Relevant"].met is None
    leading = of(small, goals=(small, RACE))["Relevant"]
    assert leading.met
    assert "leads to marathon" in leading.says


@pytest.mark.parametrize(("days", "met"), [(-1, False), (10, False), (60, True)])
def test_there_must_be_time_to_build(days, met):
    assert of(replace(RACE, day=TODAY + timedelta(days=days)))["Time-bound"].met is met


def test_a_habit_is_checked_as_a_habit_and_from_when_it_begins():
    checks = of(HABIT)
    assert checks["Specific"].met
    assert "3 days of running" in checks["Specific"].says
    assert checks["Time-bound"].says.startswith("12 weeks")
    begun = replace(HABIT, from_day=TODAY - timedelta(weeks=8))  # what is left counts
    assert of(begun)["Time-bound"].says.startswith("12 weeks")
    later = replace(HABIT, from_day=TODAY + timedelta(weeks=10))
    assert of(later)["Time-bound"].met is False
    assert of(later)["Time-bound"].says.startswith("2 weeks")
    over = replace(HABIT, day=TODAY - timedelta(days=30))
    assert of(over)["Time-bound"].says.startswith("0 weeks")
