from datetime import timedelta

import pytest

from planning.fitness.ability import estimate
from planning.fitness.prediction import predict
from planning.goals.course import course_time, effort_distance_m
from planning.goals.goal import HUNDRED_K_M, MARATHON_M, Goal, GoalKind, Priority
from tests.planning.athletes import MONDAY, runs

TODAY = MONDAY + timedelta(weeks=26)
FITNESS = estimate(runs(26, 60, 320), TODAY)


def ultra(distance_m, climb_m=None):
    return Goal("u", GoalKind.COMPLETION, Priority.A, TODAY, distance_m, climb_m=climb_m)


def time_of(distance_m, climb_m=None, weeks_ahead=0.0):
    return course_time(ultra(distance_m, climb_m), FITNESS, weeks_ahead=weeks_ahead)


def test_a_mountain_race_takes_a_kilometre_and_a_fifth_per_hundred_metres_climbed():
    assert effort_distance_m(100_000, 5_000) == 160_000
    assert effort_distance_m(50_000, 2_500) == 80_000


def test_on_the_road_the_way_down_gives_it_back():
    assert effort_distance_m(MARATHON_M, 300) == MARATHON_M
    assert effort_distance_m(MARATHON_M, None) == MARATHON_M


def test_more_climb_is_never_faster_and_never_surer():
    last = None
    for climb_m in range(0, 6_000, 250):
        now = time_of(60_000, float(climb_m))
        if last is not None:
            assert now.median_s >= last.median_s
            assert now.sd_ln >= last.sd_ln
        last = now


def test_beyond_a_hundred_kilometres_time_grows_by_effort_to_the_1_318():
    hundred, double = time_of(HUNDRED_K_M), time_of(2 * HUNDRED_K_M)
    assert double.median_s / hundred.median_s == pytest.approx(2**1.318)
    assert double.sd_ln >= 0.20


def test_a_flat_course_is_the_prediction_itself():
    assert time_of(MARATHON_M, weeks_ahead=8.0) == predict(FITNESS, MARATHON_M, weeks_ahead=8.0)


def test_nothing_is_said_without_distance_or_history():
    health = Goal("h", GoalKind.HEALTH, Priority.A, TODAY, None)
    assert course_time(health, FITNESS, weeks_ahead=1.0) is None
    assert course_time(ultra(MARATHON_M), estimate((), TODAY), weeks_ahead=1.0) is None
