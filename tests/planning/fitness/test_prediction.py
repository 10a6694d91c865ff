import math
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.fitness.ability import estimate
from planning.fitness.prediction import (
    HALF_M,
    MARATHON_M,
    Prediction,
    distance_forecasts,
    predict,
    speed_held_for,
)
from tests.planning.athletes import MONDAY, run, runs, ten_k_time_s

quick = settings(deadline=None, derandomize=True, max_examples=100)
RUNNER = estimate(runs(40, 50.0, 330.0, seed=4), MONDAY + timedelta(weeks=40))
SPEEDY = estimate(runs(20, 90.0, 250.0, seed=2), MONDAY + timedelta(weeks=20))
BEGINNER = estimate(
    [run(MONDAY + timedelta(3 * n), 4.0, 430.0) for n in range(8)], MONDAY + timedelta(25)
)
NOBODY = estimate([], MONDAY)
LIMPING = estimate([run(MONDAY, 5.0, 380.0)], MONDAY)
everyone = st.sampled_from([RUNNER, SPEEDY, BEGINNER])


def test_quantiles_and_probabilities_of_a_known_distribution():
    forecast = Prediction(10_000.0, 2_400.0, 0.05)
    assert forecast.quantile_s(0.5) == pytest.approx(2_400)
    assert forecast.quantile_s(0.1) == pytest.approx(2_400 * math.exp(-1.281552 * 0.05), rel=1e-6)
    assert forecast.probability_of(2_400 * math.exp(0.05)) == pytest.approx(0.841345, abs=1e-6)
    assert forecast.probability_of(forecast.quantile_s(0.2)) == pytest.approx(0.2)


@quick
@given(everyone, st.floats(1_500, 100_000), st.floats(0, 52))
def test_the_fast_end_comes_first(fitness, distance, weeks):
    forecast = predict(fitness, distance, weeks_ahead=weeks)
    times = [forecast.quantile_s(p) for p in (0.05, 0.1, 0.2, 0.5, 0.8, 0.9)]
    assert all(fast < slow for fast, slow in pairwise(times))
    assert forecast.quantile_s(0.5) == pytest.approx(forecast.median_s)


@quick
@given(everyone, st.floats(1_500, 100_000), st.floats(1_500, 100_000))
def test_a_longer_distance_is_never_run_faster(fitness, one, other):
    near, far = (predict(fitness, d) for d in sorted((one, other)))
    assert far.distance_m / far.median_s <= near.distance_m / near.median_s * (1 + 1e-12)
    assert far.median_s >= near.median_s


@quick
@given(everyone, st.floats(1_500, 100_000), st.floats(0, 60), st.floats(0, 60))
def test_further_ahead_is_wider_and_on_the_way_to_the_usual(fitness, distance, one, other):
    soon, late = (predict(fitness, distance, weeks_ahead=w) for w in sorted((one, other)))
    assert late.sd_ln >= soon.sd_ln
    now, then = (predict(fitness, distance, weeks_ahead=w).median_s for w in (0.0, 26.0))
    by_then = sorted((now, then))
    assert by_then[0] * (1 - 1e-12) <= late.median_s <= by_then[1] * (1 + 1e-12)
    assert abs(late.median_s - now) >= abs(soon.median_s - now) - 1e-6
    assert predict(fitness, distance, weeks_ahead=99.0).median_s == then  # as far as was looked


def test_a_longer_distance_is_never_run_faster_on_a_day_ahead():
    for weeks in (1.0, 10.0, 40.0):
        times = [predict(RUNNER, d, weeks_ahead=weeks) for d in (5_000.0, 8_000.0, 21_097.5, 5e4)]
        speeds = [one.distance_m / one.median_s for one in times]
        assert speeds == sorted(speeds, reverse=True)


def test_the_range_grows_by_the_weeks():
    now, then = predict(RUNNER, 10_000.0), predict(RUNNER, 10_000.0, weeks_ahead=16)
    assert then.sd_ln**2 - now.sd_ln**2 == pytest.approx(0.012**2 * 16)


def test_the_knots_are_the_estimate():
    for distance, ln_speed, sd in zip(
        (5_000.0, 10_000.0, HALF_M, MARATHON_M), RUNNER.ln_speeds, RUNNER.sd_ln, strict=True
    ):
        forecast = predict(RUNNER, distance)
        assert math.log(distance / forecast.median_s) == pytest.approx(ln_speed)
        assert forecast.sd_ln == pytest.approx(sd)


def test_outside_the_known_distances_the_fade_is_that_of_the_source_and_the_range_wider():
    marathon, hundred = predict(RUNNER, MARATHON_M), predict(RUNNER, 100_000.0)
    assert hundred.median_s / marathon.median_s == pytest.approx((100_000 / MARATHON_M) ** 1.15)
    assert hundred.sd_ln > max(marathon.sd_ln, 0.16)
    five, mile = predict(RUNNER, 5_000.0), predict(RUNNER, 1_609.344)
    assert five.median_s / mile.median_s == pytest.approx((5_000 / 1_609.344) ** 1.06)
    assert mile.sd_ln > five.sd_ln


@pytest.mark.parametrize("distance", [1_499.0, 100_001.0])
def test_other_distances_are_not_predicted(distance):
    assert predict(RUNNER, distance) is None


@pytest.mark.parametrize("fitness", [NOBODY, LIMPING])
def test_too_little_is_not_predicted_but_can_be_guessed_widely(fitness):
    assert predict(fitness, 10_000.0) is None
    assert {forecast.median_s for forecast in distance_forecasts(fitness)} == {None}
    assert predict(fitness, 10_000.0, even_if_thin=True).sd_ln > 0.1


def test_the_four_forecasts():
    five, ten, half, marathon = distance_forecasts(RUNNER)
    assert (five.distance_m, marathon.distance_m) == (5_000.0, MARATHON_M)
    assert ten.p10_s < ten.median_s < ten.p90_s
    assert ten.median_s == pytest.approx(ten_k_time_s(330.0), rel=0.07)
    assert 2.0 < marathon.median_s / half.median_s < 2.3


def test_the_speed_that_lasts_an_hour_is_the_race_of_that_length():
    speed = speed_held_for(RUNNER, 3_600.0)
    assert predict(RUNNER, speed * 3_600).median_s == pytest.approx(3_600, rel=1e-6)
    assert speed_held_for(RUNNER, 1_800.0) > speed
