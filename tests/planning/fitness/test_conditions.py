from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.fitness.conditions import MOST_LOST, heat_loss, lost_to_heat
from planning.goals.goal import FIVE_K_M, HALF_M, HUNDRED_K_M, MARATHON_M, TEN_K_M
from tests.planning.athletes import MONDAY, run
from tests.sizes import FIXED, examples

CASES = settings(deadline=None, derandomize=FIXED, max_examples=examples(50))
degrees = st.floats(-20.0, 45.0)
metres = st.floats(1_500.0, 100_000.0)
marathons = st.floats(2.0 * 3_600, 7.0 * 3_600)


@pytest.mark.parametrize(
    ("temperature_c", "distance_m", "hours", "lost"),
    [
        (20.0, MARATHON_M, 3.5, 0.0432),  # "4.3 % at 20 C for 3:30"
        (20.0, MARATHON_M, 2.5, 0.02304),
        (20.0, MARATHON_M, 3.0, 0.03312),  # halfway between .016 and .030
        (20.0, MARATHON_M, 4.5, 0.05472),
        (20.0, MARATHON_M, 6.0, 0.05472),  # "4:30 and slower"
        (20.0, HALF_M, 3.5, 0.0432 * 0.65),
        (20.0, TEN_K_M, 3.5, 0.0432 * 0.4),
        (20.0, FIVE_K_M, 3.5, 0.0432 * 0.25),
        (20.0, HUNDRED_K_M, 3.5, 0.0432),
        (35.0, MARATHON_M, 4.5, 0.12),
        (8.0, MARATHON_M, 4.5, 0.0),
        (-5.0, MARATHON_M, 4.5, 0.0),
    ],
)
def test_the_curve_of_the_source(temperature_c, distance_m, hours, lost):
    found = heat_loss(temperature_c, distance_m, marathon_s=hours * 3_600)
    assert found == pytest.approx(lost)


@CASES
@given(degrees, st.floats(0.0, 10.0), metres, st.floats(1.0, 3.0), marathons, st.floats(1.0, 1.5))
def test_hotter_longer_and_slower_never_lose_less(
    temperature_c, warmer, distance_m, longer, marathon_s, slower
):
    least = heat_loss(temperature_c, distance_m, marathon_s=marathon_s)
    assert 0.0 <= least <= MOST_LOST
    assert heat_loss(temperature_c + warmer, distance_m, marathon_s=marathon_s) >= least
    assert heat_loss(temperature_c, distance_m * longer, marathon_s=marathon_s) >= least
    assert heat_loss(temperature_c, distance_m, marathon_s=marathon_s * slower) >= least


def test_what_a_run_lost_is_what_its_own_speed_says():
    hot = run(MONDAY, 10.0, 240.0, temperature_c=20.0)  # 10 km in 40:00, a marathon in 3:04
    marathon_s = 2_400.0 * 4.2195**1.06
    assert lost_to_heat(hot) == heat_loss(20.0, 10_000.0, marathon_s=marathon_s)
    assert lost_to_heat(hot) == pytest.approx(0.4 * 0.0239 * 1.44, rel=0.01)


def test_an_easy_run_is_given_back_no_more_than_a_swift_runner_lost():
    easy, easier = (run(MONDAY, 10.0, pace, temperature_c=25.0) for pace in (330.0, 420.0))
    assert lost_to_heat(easy) == lost_to_heat(easier) == pytest.approx(0.4 * 0.030 * 2.89)


def test_of_a_run_whose_day_is_not_known_nothing_is_given_back():
    assert lost_to_heat(run(MONDAY, 10.0, 300.0)) == 0.0
    for missing in ({"distance_m": None}, {"moving_time_s": None, "elapsed_time_s": None}):
        assert lost_to_heat(replace(run(MONDAY, 10.0, 300.0, temperature_c=30.0), **missing)) == 0.0
