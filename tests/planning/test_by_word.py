"""Who has no record is planned for by their word: from the level stated, by effort, lawfully."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from planning.athlete import Athlete, StatedFitness, StatedRace
from planning.goals.goal import HALF_M, Goal, GoalKind, Priority
from planning.goals.needs import LONGEST_RUN, WEEKLY_DISTANCE
from planning.replan import State, replan
from planning.schedule.lint import lint
from planning.workout import TargetType, unrolled
from tests.planning.athletes import MONDAY, run

ATHLETE = Athlete(ZoneInfo("Europe/Berlin"), long_run_weekday=6)
RACE = Goal("g", GoalKind.TIME, Priority.A, MONDAY + timedelta(weeks=18, days=6), HALF_M, 6_600.0)
RESULT = StatedRace(10_000.0, 3_000.0, MONDAY - timedelta(weeks=6))


def stating(weekly_m, on=MONDAY):
    return replace(ATHLETE, stated=StatedFitness(on, (RESULT,), weekly_m, 0.4 * weekly_m, 2019))


@pytest.mark.parametrize("weekday", [0, 3, 6])
@pytest.mark.parametrize("weekly_m", [15_000.0, 40_000.0, 70_000.0])
def test_the_plan_begins_at_the_level_stated_and_stays_lawful_day_by_day(weekly_m, weekday):
    first = MONDAY + timedelta(days=weekday)
    athlete, closing = stating(weekly_m, first), None
    for number in range(10):
        today = first + timedelta(days=number)
        outcome = replan(State(athlete, (), (RACE,), closing=closing), today)
        assert not lint(outcome.plan, athlete=athlete, goals=(RACE,), activities=(), today=today)
        closing = outcome.closing
    outcome = replan(State(athlete, (), (RACE,)), first)
    full = max(week.volume_m for week in outcome.plan.weeks[1:3])  # one may be a light week
    assert full >= 0.9 * weekly_m
    assert outcome.forecasts[0].probability is not None
    held = {need.what: need.held for need in outcome.forecasts[0].needs}
    assert held[WEEKLY_DISTANCE] == pytest.approx(weekly_m, rel=0.02)
    assert held[LONGEST_RUN] == pytest.approx(0.4 * weekly_m)
    steps = [s for d in outcome.plan.days() if d.workout for s in unrolled(d.workout.workout.steps)]
    assert TargetType.PACE not in {step.target.type for step in steps}


def test_without_a_word_there_is_no_forecast_and_a_beginners_plan():
    outcome = replan(State(ATHLETE, (), (RACE,)), MONDAY)
    assert outcome.forecasts[0].probability is None
    assert outcome.plan.weeks[0].volume_m < 15_000.0


def test_silence_after_the_word_widens_the_forecast_and_stops_the_growth():
    athlete = stating(40_000.0)
    said, later = (
        replan(State(athlete, (), (RACE,)), MONDAY + timedelta(weeks=weeks)) for weeks in (0, 5)
    )
    widths = [f.p90_s / f.p10_s for f in (said.forecasts[0], later.forecasts[0])]
    assert widths[1] > widths[0]
    assert later.effects == ()  # of no break: nobody knows of one
    assert max(week.volume_m for week in later.plan.weeks) <= 40_000.0


def test_a_record_of_runs_replaces_the_word():
    today = MONDAY + timedelta(weeks=8)
    recorded = [run(MONDAY + timedelta(days=n), 6.0, 400.0) for n in range(0, 56, 2)]
    with_word, without = (
        replan(State(athlete, tuple(recorded), (RACE,)), today)
        for athlete in (stating(90_000.0), ATHLETE)
    )
    assert with_word.ability == without.ability
    # the weeks stated before the record still bound what may be built up to, no more
    assert with_word.plan.weeks[0].volume_m == pytest.approx(
        without.plan.weeks[0].volume_m, rel=0.2
    )


def test_another_word_and_another_habit_ask_for_another_plan():
    habit = Goal("h", GoalKind.HEALTH, Priority.B, RACE.day, None, runs_per_week=3)
    more = replace(habit, runs_per_week=5)
    asked = {
        replan(State(athlete, (), (RACE, goal)), MONDAY).plan.asked
        for athlete in (ATHLETE, stating(40_000.0), stating(50_000.0))
        for goal in (habit, more)
    }
    assert len(asked) == 6


def test_what_is_planned_is_held_against_the_weeks_stated():
    """From 15 km a week on the plan leads to over half as much again: that is worth something."""
    (told,) = replan(State(stating(15_000.0), (), (RACE,)), MONDAY).forecasts
    assert "More kilometres" in told.message
