"""Borders of the zones: the figures of Nuuttila 2025, and how unsure they are."""

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.fitness.ability import estimate
from planning.fitness.expectation import EFFORT_LN_M
from planning.fitness.heart import Highest, Origin
from planning.fitness.zones import ability_sd_ln, first_of_second, zones
from tests.planning.athletes import MONDAY, run, runs
from tests.sizes import FIXED, examples

RUNNER = estimate(runs(40, 50.0, 330.0, seed=4), MONDAY + timedelta(weeks=40))
SET = Highest(190.0, 0.0, Origin.SET, "")
RANGE = 1.2816  # sd to the tenth from either end


def hour_at(speed_m_per_s, sd=0.05):
    """Who races an hour at this speed, and every other length too."""
    speeds = np.full(len(EFFORT_LN_M), math.log(speed_m_per_s))
    return replace(RUNNER, ln_speeds=speeds, sd_ln=np.full(len(EFFORT_LN_M), sd))


def test_heart_rate_borders_are_those_of_the_study_by_sex():
    woman, man = (zones(RUNNER, highest=SET, sex=sex) for sex in "fm")
    assert woman.first.heart_rate_bpm.middle == pytest.approx(0.836 * 190)
    assert woman.second.heart_rate_bpm.middle == pytest.approx(0.917 * 190)
    assert man.first.heart_rate_bpm.middle == pytest.approx(0.789 * 190)
    assert man.second.heart_rate_bpm.middle == pytest.approx(0.899 * 190)
    # mean error 4.9 bpm: sd 6.14, eight times out of ten within 7.9 bpm; 2.8 bpm: 4.5
    assert man.first.heart_rate_bpm.high - man.first.heart_rate_bpm.middle == pytest.approx(
        7.87, abs=0.01
    )
    assert man.second.heart_rate_bpm.middle - man.second.heart_rate_bpm.low == pytest.approx(
        4.50, abs=0.01
    )


def test_the_first_border_is_the_studys_share_of_the_second():
    assert first_of_second("f") == (pytest.approx(0.673 / 0.809), 0.0)
    assert first_of_second("m") == (pytest.approx(0.646 / 0.808), 0.0)
    share, sd = first_of_second(None)
    assert (share, sd) == (pytest.approx(0.8157, abs=1e-4), pytest.approx(0.0162, abs=1e-4))
    borders = zones(hour_at(4.0), sex="m")
    assert borders.second.speed_m_per_s.middle == pytest.approx(4.0)
    assert borders.first.speed_m_per_s.middle == pytest.approx(3.198, abs=0.001)


def test_a_border_is_as_unsure_as_ability_and_the_anchor_together():
    # 4 m/s: .04 x 4 = .16 of ability, .4 km/h mean error = .139 m/s of the anchor: .212
    second = zones(hour_at(4.0), sex="m").second.speed_m_per_s
    assert second.high - second.middle == pytest.approx(RANGE * 0.212, abs=0.001)
    assert second.middle - second.low == pytest.approx(second.high - second.middle)
    assert ability_sd_ln(0.05) == pytest.approx(0.04)
    assert ability_sd_ln(0.02) == 0.01


def test_without_a_sex_it_is_the_mean_and_wider():
    woman, man, unknown = (zones(RUNNER, highest=SET, sex=sex) for sex in ("f", "m", None))
    assert (man.sex, unknown.sex, zones(RUNNER, sex="x").sex) == ("m", None, None)
    for border in ("first", "second"):
        for what in ("speed_m_per_s", "heart_rate_bpm"):
            low, high, mean = (getattr(getattr(z, border), what) for z in (man, woman, unknown))
            assert mean.middle == pytest.approx((low.middle + high.middle) / 2)
            if (border, what) != ("second", "speed_m_per_s"):  # the same race of an hour
                assert mean.high - mean.low > max(one.high - one.low for one in (low, high))


def test_a_highest_heart_rate_that_was_only_seen_makes_the_borders_wider():
    seen = zones(RUNNER, highest=replace(SET, sd_bpm=4.0), sex="f").first.heart_rate_bpm
    told = zones(RUNNER, highest=SET, sex="f").first.heart_rate_bpm
    assert seen.middle == told.middle
    assert seen.high > told.high


def test_nothing_is_made_up():
    borders = zones(RUNNER)
    assert borders.first.heart_rate_bpm is None
    assert borders.second.heart_rate_bpm is None
    for unsure in (hour_at(3.0, sd=0.101), estimate([run(MONDAY, 5.0, 380.0)], MONDAY)):
        borders = zones(unsure, highest=SET)
        assert borders.first.speed_m_per_s is borders.second.speed_m_per_s is None
        assert borders.first.heart_rate_bpm is not None
    assert zones(hour_at(3.0, sd=0.1)).first.speed_m_per_s is not None


@settings(max_examples=examples(60), deadline=None, derandomize=FIXED)
@given(
    st.floats(1.0, 6.5),
    st.floats(0.0, 0.10),
    st.floats(150.0, 215.0),
    st.floats(0.0, 6.0),
    st.sampled_from(["f", "m", None]),
)
def test_the_first_border_is_below_the_second(speed, sd, bpm, sd_bpm, sex):
    highest = Highest(bpm, sd_bpm, Origin.SEEN, "")
    borders = zones(hour_at(speed, sd=sd), highest=highest, sex=sex)
    for what in ("speed_m_per_s", "heart_rate_bpm"):
        first, second = getattr(borders.first, what), getattr(borders.second, what)
        assert first.middle < second.middle
        assert first.low < first.middle < first.high
    assert borders.second.heart_rate_bpm.middle < bpm
