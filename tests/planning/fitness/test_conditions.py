import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.fitness.conditions import MOST_LOST, heat_loss
from planning.goals.goal import FIVE_K_M, HALF_M, HUNDRED_K_M, MARATHON_M, TEN_K_M
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
