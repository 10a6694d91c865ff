"""Speeds to train at: worked figures of Daniels, and the order that none may break."""

import math
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.fitness.ability import estimate, never_rising
from planning.fitness.expectation import EFFORT_LN_M
from planning.fitness.prediction import MARATHON_M, predict, speed_held_for
from planning.fitness.training import Purpose, training_speeds
from planning.fitness.zones import zones
from planning.units import parse_duration
from tests.planning.athletes import MONDAY, run, runs
from tests.sizes import FIXED, examples

RUNNER = estimate(runs(40, 50.0, 330.0, seed=4), MONDAY + timedelta(weeks=40))
SEXES = ("f", "m", None)


def racing(ten_k, sd=0.05):
    """Who runs 10 km in `ten_k` and fades by Riegel's exponent."""
    speeds = math.log(10_000 / parse_duration(ten_k)) - 0.06 * (EFFORT_LN_M - math.log(10_000))
    return replace(RUNNER, ln_speeds=speeds, sd_ln=np.full(len(EFFORT_LN_M), sd))


def paces(speeds):
    names = ("easy_low", "easy_high", "threshold", "interval", "repetition")
    return {name: 1_000 / getattr(speeds, name) for name in names}


def test_the_paces_of_a_43_minute_runner_are_those_of_daniels():
    # 10 km in 43:00 is about VDOT 48: easy 5:15-5:50, threshold 4:24, interval 4:04 a km. The first
    # border of a woman is .832 of the threshold, 5:17; of a man .800, 5:30: there easy ends.
    told = paces(training_speeds(racing("43:00"), sex="f"))
    assert told == pytest.approx(
        {"easy_low": 350, "easy_high": 318, "threshold": 264, "interval": 244, "repetition": 231},
        abs=3,
    )
    assert paces(training_speeds(racing("43:00"), sex="m"))["easy_high"] == pytest.approx(
        330, abs=2
    )
    assert paces(training_speeds(racing("43:00")))["easy_high"] == pytest.approx(322, abs=2)
    # Daniels' own limit where the border lies beyond it: VDOT 74.3 at .70, 3:43
    assert paces(training_speeds(racing("29:30"), sex="f"))["easy_high"] == pytest.approx(
        222.9, abs=0.3
    )


def test_race_speeds_are_the_forecast_and_threshold_is_the_race_of_an_hour():
    speeds = training_speeds(RUNNER)
    assert speeds.marathon == pytest.approx(MARATHON_M / predict(RUNNER, MARATHON_M).median_s)
    assert speeds.interval == pytest.approx(4_000 / predict(RUNNER, 4_000.0).median_s)
    assert speeds.threshold == speed_held_for(RUNNER, 3_600.0)
    assert speeds.sd_ln == RUNNER.today().sd_ln


def test_a_band_is_as_wide_as_ability_is_unsure_and_no_wider_for_the_luck_of_a_day():
    # sd .05 of a race, .03 of it the day's: .04 is left, and the quartiles lie .6745 x .04 off
    speeds = training_speeds(racing("43:00"))
    assert speeds.half_width_ln == pytest.approx(0.6745 * 0.04, abs=1e-5)
    low, high = speeds.band(Purpose.THRESHOLD)
    assert (low, high) == pytest.approx((speeds.threshold * 0.97302, speeds.threshold * 1.02698))
    # where a race is hardly less sure than its day, half of the spread is ability's all the same
    sure = training_speeds(racing("43:00", sd=0.032))
    assert sure.half_width_ln == pytest.approx(0.6745 * 0.016, abs=1e-5)


def test_there_are_none_under_five_runs():
    assert training_speeds(estimate([], MONDAY)) is None
    assert training_speeds(estimate([run(MONDAY, 5.0, 380.0)], MONDAY)) is None
    assert all(purpose.feel for purpose in Purpose)


anybody = st.builds(
    lambda ln, falls, sd: replace(
        RUNNER,
        ln_speeds=never_rising([ln, ln - falls[0], ln - sum(falls[:2]), ln - sum(falls)]),
        sd_ln=np.full(len(EFFORT_LN_M), sd),
    ),
    st.floats(math.log(0.9), math.log(6.5)),
    st.tuples(*[st.floats(0.0, 0.25)] * 3),
    st.floats(0.02, 0.10),
)


@settings(max_examples=examples(60), deadline=None, derandomize=FIXED)
@given(anybody, st.sampled_from(SEXES))
def test_a_longer_purpose_is_never_faster_and_easy_stays_easy(fitness, sex):
    speeds = training_speeds(fitness, sex=sex)
    bands = [speeds.band(purpose) for purpose in Purpose]
    for longer, shorter in pairwise(bands):
        assert longer[0] <= shorter[0] * (1 + 1e-12)
        assert longer[1] <= shorter[1] * (1 + 1e-12)
    assert all(low < high for low, high in bands)
    borders = zones(fitness, sex=sex)
    assert speeds.easy_high <= borders.first.speed_m_per_s.middle * (1 + 1e-12)
    assert speeds.threshold == borders.second.speed_m_per_s.middle


@settings(max_examples=examples(40), deadline=None, derandomize=FIXED)
@given(anybody, st.floats(0.0, 0.2), st.sampled_from(SEXES))
def test_who_is_faster_over_every_distance_trains_no_slower(fitness, gain, sex):
    before = training_speeds(fitness, sex=sex)
    after = training_speeds(replace(fitness, ln_speeds=fitness.ln_speeds + gain), sex=sex)
    for purpose in Purpose:
        for slow, fast in zip(before.band(purpose), after.band(purpose), strict=True):
            assert slow <= fast * (1 + 1e-9)
