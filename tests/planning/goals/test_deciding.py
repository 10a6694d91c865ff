import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.fitness.prediction import HORIZON_SD, Prediction
from planning.goals.deciding import decision, telling
from planning.goals.goal import HALF_M, MARATHON_M, TEN_K_M, Goal, GoalKind, Priority
from tests.planning.athletes import MONDAY
from tests.sizes import FIXED, examples

TODAY = MONDAY
GOAL = Goal("m", GoalKind.TIME, Priority.A, TODAY + timedelta(weeks=16), MARATHON_M, 11_700.0)
SD = 0.07


def race(name="h", weeks=11, distance_m=HALF_M, **fields):
    kind = GoalKind.COMPLETION
    return Goal(name, kind, Priority.B, TODAY + timedelta(weeks=weeks), distance_m, **fields)


def foretold(one):
    """A marathon in 3:20 and others by 1.06, the spread growing as that of forecasts does."""
    weeks = (one.day - TODAY).days / 7
    median_s = 12_000.0 * (one.distance_m / MARATHON_M) ** 1.06
    return Prediction(one.distance_m, median_s, math.hypot(SD, HORIZON_SD * math.sqrt(weeks)))


def decided(goals=(), goal=GOAL, today=TODAY, longest_m=25_000.0, foretell=foretold):
    return decision(goal, goals, today=today, longest_m=longest_m, foretell=foretell)


def test_what_a_race_tells_is_as_measured_and_fades():
    assert telling(MARATHON_M, MARATHON_M, 4) == pytest.approx(0.57 * math.exp(-0.5))  # .35
    assert telling(TEN_K_M, MARATHON_M, 4) == pytest.approx(0.133, abs=0.002)
    assert telling(HALF_M, MARATHON_M, 4) > telling(TEN_K_M, MARATHON_M, 4)
    assert telling(HALF_M, MARATHON_M, 3) > telling(HALF_M, MARATHON_M, 6)


def test_the_choice_falls_when_the_taper_begins():
    for distance_m, weeks in ((5_000.0, 1), (TEN_K_M, 1), (HALF_M, 2), (MARATHON_M, 3)):
        goal = replace(GOAL, distance_m=distance_m)
        assert decided(goal=goal).day == goal.day - timedelta(weeks=weeks)


def test_a_race_leaves_the_spread_that_its_telling_says():
    (test,) = decided([race(weeks=12)]).tests
    by_then = math.hypot(SD, HORIZON_SD * math.sqrt(4))  # four of sixteen weeks are left
    assert test.sd_without == pytest.approx(by_then)
    tells = telling(HALF_M, MARATHON_M, 4)
    assert test.sd_ln == pytest.approx(by_then * math.sqrt(1 - tells**2))


def test_the_result_at_the_border_makes_it_an_even_chance_and_one_in_five():
    (test,) = decided([race(weeks=12)], goal=replace(GOAL, target_s=11_650.0)).tests
    for result_s, chance in ((test.even_s, 0.5), (test.doubtful_s, 0.2)):
        z = math.log(result_s / test.expected.median_s) / SD
        moved = 12_000.0 * math.exp(telling(HALF_M, MARATHON_M, 4) * test.sd_without * z)
        after = Prediction(MARATHON_M, moved, test.sd_ln)
        assert after.probability_of(11_650.0) == pytest.approx(chance, abs=0.001)
    assert test.even_s < test.expected.median_s < test.doubtful_s


def test_what_no_likely_result_settles_is_not_said_to():
    (test,) = decided([race(weeks=12)], goal=replace(GOAL, target_s=9_000.0)).tests
    assert (test.even_s, test.doubtful_s) == (None, None)


def test_the_nearer_race_comes_first_and_others_count_only_in_time():
    goals = [
        GOAL,
        race("early", weeks=4),
        race("late", weeks=11),
        race("short", weeks=11, distance_m=5_000.0),
        race("taper", weeks=14),
        race("gone", weeks=10, retired_on=TODAY),
        race("past", weeks=-1),
        replace(race("habit"), kind=GoalKind.HEALTH, distance_m=None),
    ]
    assert [test.race.id for test in decided(goals).tests] == ["late", "short", "early"]


def test_without_a_race_near_a_time_trial_is_offered_as_long_as_the_legs_know():
    trials = decided().tests
    assert all(test.is_trial for test in trials)
    assert [test.race.distance_m for test in trials] == [HALF_M, TEN_K_M]
    assert {test.race.day for test in trials} == {GOAL.day - timedelta(weeks=4)}
    assert [test.race.distance_m for test in decided(longest_m=15_000.0).tests] == [TEN_K_M]
    assert not any(test.is_trial for test in decided([race(weeks=14)]).tests)
    five_k = decided(goal=replace(GOAL, distance_m=5_000.0), longest_m=4_000.0)
    assert [test.race.distance_m for test in five_k.tests] == [3_000.0]


def test_in_the_taper_only_the_pace_is_left_to_choose():
    late = decided(today=GOAL.day - timedelta(weeks=2))
    assert (late.day, late.shapes_training, late.tests) == (GOAL.day - timedelta(days=1), False, ())
    assert decided(today=GOAL.day).day == GOAL.day
    soon = decided(today=GOAL.day - timedelta(weeks=4, days=3))
    assert soon.shapes_training
    assert soon.tests == ()  # three days are no notice for a time trial


def test_nothing_to_decide_without_a_time_or_a_forecast():
    assert decided(goal=replace(GOAL, kind=GoalKind.COMPLETION, target_s=None)) is None
    assert decided(foretell=lambda _: None) is None


@settings(max_examples=examples(25), deadline=None, derandomize=FIXED)
@given(st.floats(3_000, 42_195), st.integers(1, 12), st.floats(9_000, 16_000), st.floats(3e3, 4e4))
def test_no_test_widens_a_forecast_and_a_faster_result_is_never_worse(
    distance_m, weeks, target_s, longest_m
):
    goals = [race(weeks=weeks, distance_m=distance_m)]
    found = decided(goals, goal=replace(GOAL, target_s=target_s), longest_m=longest_m).tests
    for test in found:
        assert 0 < test.sd_ln < test.sd_without <= foretold(GOAL).sd_ln
        if test.even_s and test.doubtful_s:
            assert test.even_s < test.doubtful_s
    assert [test.sd_ln for test in found] == sorted(test.sd_ln for test in found)
