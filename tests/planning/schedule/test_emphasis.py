"""Different goals, different plans: the emphasis of each kind of goal is plain to see."""

import pytest

from planning.schedule.effort import hard
from planning.schedule.library import Theme
from planning.schedule.lint import lint
from planning.workout import Kind
from tests.planning.schedule.cases import TODAY
from tests.planning.schedule.emphasis import (
    ATHLETE,
    GOALS,
    HISTORY,
    emphasis,
    plan_for_goal,
    table,
)

FAST = (Theme.INTERVAL, Theme.REPETITION)
STRONG = (Theme.TEMPO, Theme.THRESHOLD)
PRACTICE = (Theme.STRIDES, Theme.HILLS)


@pytest.fixture(scope="module")
def plans():
    return {name: plan_for_goal(name) for name in GOALS}


@pytest.fixture(scope="module")
def told(plans):
    return {name: emphasis(plan) for name, plan in plans.items()}


def test_each_plan_is_lawful(plans):
    for name, plan in plans.items():
        goals = (GOALS[name],)
        assert not lint(plan, athlete=ATHLETE, goals=goals, activities=HISTORY, today=TODAY)


def test_speed_goals_have_speed_and_little_volume(told):
    fast = {name: each.share(*FAST) for name, each in told.items()}
    assert sorted(fast, key=fast.get)[-2:] == ["10 km", "5 km"]
    assert fast["5 km"] > 0.10
    assert fast["10 km"] > 3 * fast["marathon"]
    assert told["5 km"].share(*PRACTICE) > told["marathon"].share(*PRACTICE) + 0.02
    peaks = {name: each.peak_km for name, each in told.items() if name != "health"}
    assert sorted(peaks, key=peaks.get)[:2] == ["5 km", "10 km"]
    assert told["5 km"].long_share < 0.30
    assert told["5 km"].share(Theme.RACE_PACE) > 0.02


def test_endurance_goals_have_threshold_long_runs_and_race_pace_within_them(told):
    for name in ("half", "marathon"):
        assert told[name].share(*STRONG) > 1.4 * told["5 km"].share(*STRONG)
        assert told[name].share(Theme.LONG) > told["10 km"].share(Theme.LONG) + 0.04
        assert told[name].sessions["long-race-pace"] >= 1
        assert told[name].share(*FAST) < 0.05
    assert told["marathon"].peak_km > told["half"].peak_km > told["10 km"].peak_km
    assert told["marathon"].sessions["long-race-pace"] >= 4


def test_a_first_marathon_is_calm_and_practises_its_pace(plans, told):
    first, faster = told["first marathon"], told["marathon"]
    assert first.share(*FAST) == 0.0
    assert first.share(Theme.EASY, Theme.LONG) > faster.share(Theme.EASY, Theme.LONG) + 0.05
    assert first.sessions["long-finish"] >= 2
    for week in plans["first marathon"].weeks:
        demanding = [d for d in week.days if d.workout and hard(d.workout.workout)]
        assert len([d for d in demanding if d.workout.workout.kind is not Kind.RACE]) <= 1


def test_a_first_ultra_is_time_on_feet_and_hills(told):
    ultra = told["first 50 km"]
    longs = {name: each.share(Theme.LONG) for name, each in told.items()}
    assert max(longs, key=longs.get) == "first 50 km"
    assert ultra.sessions["back-to-back"] >= 2
    assert ultra.sessions["long-run-walk"] >= 2
    assert ultra.share(*FAST, Theme.RACE_PACE) == 0.0
    assert ultra.share(Theme.HILLS) > told["marathon"].share(Theme.HILLS) + 0.04
    assert ultra.longest_km > told["first marathon"].longest_km


def test_health_is_varied_and_can_be_repeated(plans, told):
    health = told["health"]
    easy = {name: each.share(Theme.EASY) for name, each in told.items()}
    assert max(easy, key=easy.get) == "health"
    assert {Theme.HILLS, Theme.TEMPO, Theme.THRESHOLD, Theme.INTERVAL} <= set(health.time)
    assert not {Theme.RACE_PACE, Theme.TEST} & set(health.time)
    volumes = [week.volume_m for week in plans["health"].weeks]
    assert max(volumes) <= 1.15 * volumes[0]
    for week in plans["health"].weeks:
        assert sum(1 for d in week.days if d.workout and hard(d.workout.workout)) <= 1


def test_the_table_names_every_goal():
    lines = table().splitlines()
    assert [line.split(" | ")[0][2:] for line in lines[2:]] == list(GOALS)
