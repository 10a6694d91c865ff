from datetime import timedelta

import pytest

from planning.fitness.ability import estimate
from planning.fitness.prediction import predict
from planning.fitness.ultra import UltraRace
from planning.goals.course import course_time, effort_distance_m, is_ultra, ultras_of
from planning.goals.goal import HUNDRED_K_M, MARATHON_M, Goal, GoalKind, Priority
from tests.planning.athletes import MONDAY, race, run, runs

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


# --- the athlete's own ultras ---------------------------------------------------------------------

OWN = UltraRace(TODAY - timedelta(weeks=20), 62_000.0, 3_600.0, 10 * 3_600.0)


def test_the_athletes_own_ultra_says_more_than_their_speed_on_roads():
    goal = ultra(62_000.0, 3_600.0)
    by_speed = course_time(goal, FITNESS, weeks_ahead=0.0)
    own = course_time(goal, FITNESS, weeks_ahead=0.0, ultras=(OWN,))
    assert own.median_s == pytest.approx(10 * 3_600)
    assert own.sd_ln < by_speed.sd_ln
    later = course_time(goal, FITNESS, weeks_ahead=16.0, ultras=(OWN,))
    assert later.sd_ln**2 - own.sd_ln**2 == pytest.approx(0.013**2 * 16)


def test_it_says_nothing_of_a_road_marathon():
    road = ultra(MARATHON_M)
    assert course_time(road, FITNESS, weeks_ahead=0.0, ultras=(OWN,)) == time_of(MARATHON_M)


def test_it_does_without_any_other_run():
    nobody = estimate((), TODAY)
    assert course_time(ultra(80_000.0), nobody, weeks_ahead=1.0, ultras=(OWN,)) is not None


@pytest.mark.parametrize(
    ("distance_m", "climb_m", "counts"),
    [
        (MARATHON_M, None, False),
        (MARATHON_M, 1_300.0, True),
        (MARATHON_M, 1_200.0, False),
        (50_000.0, 0.0, True),
        (12_000.0, 900.0, False),
    ],
)
def test_what_counts_as_one(distance_m, climb_m, counts):
    assert is_ultra(distance_m, climb_m) == counts


def test_only_named_races_up_to_the_day_are_the_athletes_own():
    day = TODAY - timedelta(days=30)
    finished = race(day, 62.0, 36_000.0, climb_m=3_600.0)
    trained = run(day, 62.0, 600.0, climb_m=3_600.0)
    to_come = race(TODAY + timedelta(days=1), 62.0, 36_000.0)
    road = race(day, 42.195, 12_600.0)
    assert ultras_of([finished, trained, to_come, road], TODAY) == (
        UltraRace(day, 62_000.0, 3_600.0, finished.elapsed_time_s),
    )
