"""C12 on histories small enough to work out by hand."""

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from planning.fitness.expectation import (
    features_at,
    ln_speed,
    ln_speed_from,
    quantile,
    weighted_quantile,
)
from planning.fitness.history import runs_of
from tests.planning.athletes import MONDAY, race, run

YEAR = [run(MONDAY + timedelta(2 * n), 10.0, 300.0) for n in range(183)]  # every other day, 5:00
CUT = MONDAY.toordinal() + 366
S = math.log(1_000 / 300)


def test_quantiles_are_linear_between_values():
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    assert quantile(values, 0.9) == pytest.approx(4.6)
    assert quantile(values, 0.5) == 3.0
    assert quantile(values[:1], 0.9) == 1.0
    assert quantile(values, 0.9) == pytest.approx(float(np.quantile(values, 0.9)))


def test_a_weighted_quantile_leans_to_the_weight():
    values = np.array([2.0, 1.0, 3.0])
    # centres of equal weights lie at 1/6, 1/2, 5/6
    assert weighted_quantile(values, np.ones(3), 0.5) == pytest.approx(2.0)
    assert weighted_quantile(values, np.ones(3), 0.8) == pytest.approx(2.9)
    assert weighted_quantile(values, np.array([1.0, 1.0, 8.0]), 0.8) == pytest.approx(3.0)


def test_ten_kilometres_of_one_who_always_runs_the_same():
    # all quantiles equal S; 35 km a week; the longest run is 10 km; usual is 6 % below an effort
    expected = S + 0.0456 - 0.056 * (S - 1.1) + 0.008 * math.log(35 / 40) + 0.144 * math.log(1.06)
    assert ln_speed(runs_of(YEAR, CUT), CUT, 10_000.0) == pytest.approx(expected, abs=1e-9)


def test_the_marathon_of_one_who_always_runs_the_same():
    distance = 42_195.0
    b = S - 0.06 * math.log(distance / 10_000)
    tanda = math.log(1_000 / (17.1 + 140 * math.exp(-0.0053 * 35) + 0.55 * 300))
    expected = b + 0.0456 - 0.056 * (b - 1.1) + 0.022 * math.log(distance / 10_000)
    expected += (0.008 + 0.061) * math.log(35 / 40) + 0.208 * (tanda - b)
    # no run of 15 km or more: no usual pace and nothing near the distance
    assert ln_speed(runs_of(YEAR, CUT), CUT, distance) == pytest.approx(expected, abs=1e-9)


def test_each_quantile_pulls_with_its_own_weight():
    f = features_at(runs_of(YEAR, CUT), CUT)
    plain = ln_speed_from(f, 10_000.0)
    for name, weight in (
        ("top3", 0.085),
        ("recent80", 0.234),
        ("year90", 0.132),
        ("median", -0.054),
    ):
        moved = replace(f, **{name: getattr(f, name) + 0.1})
        assert ln_speed_from(moved, 10_000.0) - plain == pytest.approx(0.1 * weight), name


def test_the_terms_of_the_marathon_fade_in_from_the_half():
    f = features_at(runs_of(YEAR, CUT), CUT)
    more = replace(f, km_a_week=f.km_a_week * math.e)
    gain = [ln_speed_from(more, d) - ln_speed_from(f, d) for d in (21_097.5, 29_836.0, 42_195.0)]
    assert gain == pytest.approx([0.008, 0.008 + 0.061 / 2, 0.069], abs=1e-4)


def test_the_median_is_of_ordinary_runs():
    day = MONDAY + timedelta(365)
    raced = [*YEAR[:-4], *(race(day, 10.0 + n / 10, 2_500.0) for n in range(60))]
    assert features_at(runs_of(raced, CUT), CUT).median == pytest.approx(S)


def test_without_any_run_there_is_no_expectation():
    assert ln_speed(runs_of([], CUT), CUT, 10_000.0) is None
    assert features_at(runs_of(YEAR, CUT), MONDAY.toordinal()) is None


def test_a_long_break_falls_back_on_the_last_runs():
    late = CUT + 1_000
    f = features_at(runs_of(YEAR, late), late)
    assert f.runs == 0
    assert f.q90 == f.top3 == f.recent80 == f.year90 == f.median == pytest.approx(S)
    assert f.tanda_ln_speed is None
    assert math.isfinite(ln_speed_from(f, 42_195.0))


def test_days_from_the_cut_on_are_not_read():
    future = [run(MONDAY + timedelta(366 + n), 10.0, 200.0) for n in range(20)]
    known = ln_speed(runs_of([*YEAR, *future], CUT + 99), CUT, 10_000.0)
    assert known == ln_speed(runs_of(YEAR, CUT), CUT, 10_000.0)
