import math
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.fitness.ability import estimate
from planning.fitness.conditions import DOUBT, heat_loss
from planning.fitness.prediction import predict
from planning.fitness.ultra import UltraRace
from planning.goals.course import effort_distance_m, is_ultra, race_time, ultras_of
from planning.goals.goal import HUNDRED_K_M, MARATHON_M, Goal, GoalKind, Priority
from tests.planning.athletes import MONDAY, race, run, runs
from tests.sizes import FIXED, examples

TODAY = MONDAY + timedelta(weeks=26)
FITNESS = estimate(runs(26, 60, 320), TODAY)
CASES = settings(deadline=None, derandomize=FIXED, max_examples=examples(60))
metres = st.floats(1_500.0, 100_000.0)
climbs = st.floats(0.0, 4_000.0)
degrees = st.floats(-10.0, 40.0)


def ultra(distance_m, climb_m=None):
    return Goal("u", GoalKind.COMPLETION, Priority.A, TODAY, distance_m, climb_m=climb_m)


def time_of(distance_m, climb_m=None, weeks_ahead=0.0, **fields):
    goal = ultra(distance_m, climb_m)
    return race_time(goal, FITNESS, weeks_ahead=weeks_ahead, **fields).expected


def test_a_mountain_race_takes_a_kilometre_and_a_fifth_per_hundred_metres_climbed():
    assert effort_distance_m(100_000, 5_000) == 160_000
    assert effort_distance_m(50_000, 2_500) == 80_000


@pytest.mark.parametrize(("climb_m_per_km", "share"), [(7.0, 0.00588), (10.0, 0.012)])
def test_on_the_road_the_way_down_gives_most_of_it_back(climb_m_per_km, share):
    # hills on half of the way: 7.5 x (4 c / 1000)^2 by the cost 1 + 2.2 i + 15 i^2
    effort_m = effort_distance_m(MARATHON_M, climb_m_per_km * MARATHON_M / 1_000)
    assert effort_m / MARATHON_M - 1 == pytest.approx(share)
    assert effort_distance_m(MARATHON_M, None) == MARATHON_M


def test_the_cost_of_climb_is_an_effect_with_a_spread():
    goal = ultra(MARATHON_M, 400.0)
    hilly = race_time(goal, FITNESS, weeks_ahead=0.0)
    (climb,) = hilly.effects
    assert hilly.flat == predict(FITNESS, MARATHON_M)
    assert climb.what == "climb"
    assert 0.009 < climb.ln_time < 0.016
    assert climb.sd_ln >= climb.ln_time / 2


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
    assert race_time(health, FITNESS, weeks_ahead=1.0) is None
    assert race_time(ultra(MARATHON_M), estimate((), TODAY), weeks_ahead=1.0) is None


# --- heat -----------------------------------------------------------------------------------------


def test_heat_costs_what_the_curve_says():
    cool = time_of(MARATHON_M)
    lost = heat_loss(22.0, MARATHON_M, marathon_s=cool.median_s)
    hot = time_of(MARATHON_M, temperature_c=22.0)
    assert hot.median_s == pytest.approx(cool.median_s / (1 - lost))
    assert hot.sd_ln == pytest.approx(math.hypot(cool.sd_ln, DOUBT * math.log1p(lost)), rel=1e-2)
    assert race_time(ultra(MARATHON_M), FITNESS, weeks_ahead=0.0, temperature_c=8.0).effects == ()


@CASES
@given(metres, climbs, degrees, st.floats(0.0, 10.0))
def test_hotter_is_no_faster_whatever_the_course(distance_m, climb_m, temperature_c, warmer):
    less, more = (
        time_of(distance_m, climb_m, temperature_c=celsius)
        for celsius in (temperature_c, temperature_c + warmer)
    )
    for p in (0.1, 0.2, 0.5, 0.8, 0.9):  # nor is its fast end, for all that it is less sure
        assert more.quantile_s(p) >= less.quantile_s(p) * (1 - 1e-12)
    assert more.sd_ln >= less.sd_ln


@CASES
@given(metres, climbs, st.floats(0.0, 1_000.0), degrees)
def test_more_climb_is_no_faster_whatever_the_weather(distance_m, climb_m, more_m, temperature_c):
    less, more = (
        time_of(distance_m, climbed, temperature_c=temperature_c)
        for climbed in (climb_m, climb_m + more_m)
    )
    assert more.median_s >= less.median_s * (1 - 1e-12)


@CASES
@given(metres, st.floats(1.0, 2.0), degrees)
def test_a_longer_race_is_no_faster_whatever_the_weather(distance_m, longer, temperature_c):
    short, long = (
        time_of(each, temperature_c=temperature_c) for each in (distance_m, distance_m * longer)
    )
    assert long.median_s / long.distance_m >= short.median_s / short.distance_m * (1 - 1e-12)


# --- the athlete's own ultras ---------------------------------------------------------------------

OWN = UltraRace(TODAY - timedelta(weeks=20), 62_000.0, 3_600.0, 10 * 3_600.0)


def test_the_athletes_own_ultra_says_more_than_their_speed_on_roads():
    goal = ultra(62_000.0, 3_600.0)
    by_speed = race_time(goal, FITNESS, weeks_ahead=0.0).expected
    own = race_time(goal, FITNESS, weeks_ahead=0.0, ultras=(OWN,)).expected
    assert own.median_s == pytest.approx(10 * 3_600)
    assert own.sd_ln < by_speed.sd_ln
    later = race_time(goal, FITNESS, weeks_ahead=16.0, ultras=(OWN,)).expected
    assert later.sd_ln**2 - own.sd_ln**2 == pytest.approx(0.012**2 * 16)


def test_it_says_nothing_of_a_road_marathon():
    assert time_of(MARATHON_M, ultras=(OWN,)) == time_of(MARATHON_M)


def test_it_does_without_any_other_run():
    nobody = estimate((), TODAY)
    assert race_time(ultra(80_000.0), nobody, weeks_ahead=1.0, ultras=(OWN,)) is not None


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
