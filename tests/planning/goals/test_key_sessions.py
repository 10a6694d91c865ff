"""The key sessions that an assessment names are those that the plan of that goal holds."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from planning.goals.goal import FIFTY_K_M, FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, GoalKind, Priority
from planning.goals.key_sessions import (
    CALM,
    HOW_MANY,
    IN_LONG_RUN,
    SHAPED_BY_OTHERS,
    TWO_LONG,
    WORDS,
    held_sessions,
    key_sessions,
    weeks_of,
)
from planning.goals.prices import simulated
from planning.replan import assessed
from planning.schedule.effort import hard
from planning.schedule.library import Theme, named
from planning.schedule.plan import Phase
from planning.workout import Kind
from tests.planning.athletes import race
from tests.planning.goals.stories import FINISH, MONDAY, RUNNER, full, goal, known, training

DAY = date(2026, 8, 16)
GOALS = {
    "5K": goal("5K", DAY, FIVE_K_M, 1_230.0),
    "10K": goal("10K", DAY, TEN_K_M, 2_580.0),
    "half": goal("half", DAY, HALF_M, 5_700.0),
    "marathon": goal("marathon", DAY, MARATHON_M, 12_000.0),
    "first half": goal("first half", DAY, HALF_M, kind=FINISH),
    "first marathon": goal("first marathon", DAY, MARATHON_M, kind=FINISH),
    "trail": goal("trail", DAY, 30_000.0, 4 * 3600.0, climb_m=1_200.0),
    "ultra": goal("ultra", DAY, FIFTY_K_M, 5 * 3600.0),
    "first ultra": goal("first ultra", DAY, FIFTY_K_M, kind=FINISH),
}
MARATHON = race(date(2025, 10, 19), 42.3, 3.5 * 3600)


def what_is_held(week):
    """The hard sessions of a planned week, and its weekend of two long runs, in the same words."""
    for workout in training(week):
        theme = named(workout.session).theme
        if workout.session == "back-to-back":
            yield TWO_LONG
        elif workout.kind is Kind.LONG and hard(workout):
            yield IN_LONG_RUN
        elif hard(workout):
            yield WORDS[theme]


@pytest.mark.parametrize("name", GOALS)
def test_what_is_named_is_in_the_plan_as_often_and_nothing_else_is(name):
    wanted = GOALS[name]
    state = known(wanted, km=60.0, pace=320.0, weeks=40, more=(MARATHON,))
    plan = simulated(state, state.goals, MONDAY).plan
    told = held_sessions(weeks_of(wanted, state.goals, MONDAY))
    for phase in (Phase.BUILD, Phase.PEAK, Phase.TAPER):
        weeks = full(plan, phase)
        expected = {each.what: each.weeks for each in told if each.phase is phase}
        assert Counter(what for week in weeks for what in what_is_held(week)) == expected
        assert {each.of for each in told if each.phase is phase} <= {len(weeks)}


def test_who_is_fifty_has_a_lighter_week_in_three_and_none_of_them_is_named():
    ultra = GOALS["first ultra"]
    runner = replace(RUNNER, birth_year=1970)
    state = known(ultra, km=60.0, pace=320.0, weeks=40, more=(MARATHON,), athlete=runner)
    plan = simulated(state, state.goals, MONDAY).plan
    told = held_sessions(weeks_of(ultra, state.goals, MONDAY, master=True))
    for phase in (Phase.BUILD, Phase.PEAK):
        weeks = full(plan, phase)
        expected = {each.what: each.weeks for each in told if each.phase is phase}
        assert Counter(what for week in weeks for what in what_is_held(week)) == expected
    lighter = [week for week in plan.weeks if week.focus.startswith("Lighter")]
    assert not {TWO_LONG} & {what for week in lighter for what in what_is_held(week)}
    named_ones = assessed(state, ultra, today=MONDAY, plan=plan).key_sessions
    assert named_ones == key_sessions(ultra, state.goals, MONDAY, master=True)


@pytest.mark.parametrize("name", GOALS)
def test_they_are_told_in_few_sentences_with_their_strength(name):
    lines = key_sessions(GOALS[name], (), MONDAY)
    assert 4 <= len(lines) + (GOALS[name].distance_m < HALF_M) * 2 <= 6
    assert all(line.endswith((" (D).", " (C).", "(I-6, D).")) for line in lines)
    calm = name.startswith("first")
    assert lines[-1] == (CALM if calm else HOW_MANY)


def test_they_follow_the_emphasis_of_each_goal():
    def told(name):
        return " ".join(key_sessions(GOALS[name], (), MONDAY))

    assert "Build (4 full weeks): intervals every week" in told("5K")
    assert "Peak (2 full weeks): race pace every week" in told("5K")
    assert "threshold every week" in told("half")
    assert f"{IN_LONG_RUN} in" in told("marathon")
    assert "growing to 30 km or to 3 h" in told("marathon")
    assert f"{TWO_LONG} in" in told("first ultra")
    assert "intervals" not in told("first marathon")


def test_near_the_race_what_is_left_is_told():
    near = replace(GOALS["marathon"], day=MONDAY + timedelta(days=13))
    lines = key_sessions(near, (), MONDAY)
    assert lines[0].startswith("Taper (2 weeks): race pace")
    assert "arrive rested" in lines[-1]
    week = replace(GOALS["first marathon"], day=MONDAY + timedelta(days=6))
    assert len(key_sessions(week, (), MONDAY)) == 1


def test_a_goal_that_is_changed_stands_once_as_it_is_stated_now():
    wanted = GOALS["marathon"]
    before = replace(wanted, day=DAY + timedelta(weeks=4), distance_m=FIVE_K_M)
    assert key_sessions(wanted, (before,), MONDAY) == key_sessions(wanted, (), MONDAY)


def test_a_race_on_the_way_has_no_sessions_of_its_own():
    way = replace(GOALS["10K"], day=DAY - timedelta(weeks=6), priority=Priority.B)
    assert key_sessions(way, (GOALS["marathon"], way), MONDAY) == (SHAPED_BY_OTHERS,)
    assert key_sessions(GOALS["marathon"], (way,), MONDAY)[0].startswith("A long run")


def test_a_habit_has_one_hard_session_of_every_kind_in_turn():
    habit = goal("habit", DAY, kind=GoalKind.HEALTH, from_day=MONDAY, runs_per_week=4)
    (line,) = key_sessions(habit, (), MONDAY)
    kinds = (Theme.HILLS, Theme.INTERVAL, Theme.THRESHOLD, Theme.TEMPO)
    assert all(WORDS[kind] in line for kind in kinds)
    state = known(habit, km=30.0)
    plan = simulated(state, state.goals, MONDAY).plan
    assert {what for week in plan.weeks for what in what_is_held(week)} == {
        WORDS[kind] for kind in kinds
    }
