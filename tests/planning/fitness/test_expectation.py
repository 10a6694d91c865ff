"""The expectation on histories small enough to work out by hand."""

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from planning.fitness.expectation import (
    TERMS,
    Weights,
    far,
    features_at,
    ln_speed,
    ln_speed_from,
    quantile,
    terms_of,
    weighted_quantile,
)
from planning.fitness.fitted import WEIGHTS
from planning.fitness.history import runs_of
from tests.planning.athletes import MONDAY, run

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


def terms(features, distance_m):
    base, found = terms_of(features, distance_m)
    return base, dict(zip(TERMS, found.tolist(), strict=True))


def test_ten_kilometres_of_one_who_always_runs_the_same():
    # all quantiles equal S; no run of 15 km; usual is 6 % below an effort; the last run was today
    base, found = terms(features_at(runs_of(YEAR, CUT), CUT), 10_000.0)
    assert base == pytest.approx(S)
    assert found == pytest.approx(
        dict.fromkeys(TERMS, 0.0)
        | {
            "constant": 1.0,
            "speed": S - 1.1,
            "usual": math.log(1.06),
            "absence": math.log(1 + 2 / 7),  # the last run was on the day before yesterday
        }
    )
    expected = base + sum(
        weight * found[term] for term, weight in zip(TERMS, WEIGHTS.now, strict=True)
    )
    told = ln_speed(runs_of(YEAR, CUT), CUT, 10_000.0, WEIGHTS)
    assert told == pytest.approx(expected, abs=1e-12)


def test_the_marathon_of_one_who_always_runs_the_same():
    base, found = terms(features_at(runs_of(YEAR, CUT), CUT), 42_195.0)
    assert base == pytest.approx(S - 0.06 * math.log(4.2195))
    assert found["speed"] == pytest.approx(base - 1.1)
    # no run of 15 km or more: no usual pace; what is nearest is as good as all else
    assert found["usual"] == found["marathon long runs"] == 0.0
    assert found["best near"] == pytest.approx(0.0)


def test_long_runs_are_counted():
    day = MONDAY + timedelta(365)
    long = [run(day - timedelta(7 * n), 25.0 + n % 2, 330.0) for n in range(1, 21)]
    found = terms(features_at(runs_of([*YEAR, *long], CUT), CUT), 42_195.0)[1]
    assert found["long runs"] == pytest.approx(math.log(1 + 11))  # of 84 days
    assert found["marathon long runs"] == pytest.approx(math.log(1 + 15))  # of 112 days
    shorter = [run(day - timedelta(7 * n), 14.9, 330.0) for n in range(1, 21)]
    found = terms(features_at(runs_of([*YEAR, *shorter], CUT), CUT), 42_195.0)[1]
    assert (found["long runs"], found["marathon long runs"]) == (0.0, 0.0)


def test_what_was_recent_pulls_with_its_own_weight():
    f = features_at(runs_of(YEAR, CUT), CUT)
    moved = replace(f, recent80=f.recent80 + 0.1)
    gain = ln_speed_from(moved, 10_000.0, WEIGHTS.now) - ln_speed_from(f, 10_000.0, WEIGHTS.now)
    assert gain == pytest.approx(0.1 * WEIGHTS.now[TERMS.index("recent")])


def test_the_best_counts_most_for_its_own_distance_and_less_with_the_years():
    day = MONDAY + timedelta(364)

    def best_near(ago: int, km: float, distance_m: float) -> float:
        one = run(day - timedelta(ago), km, 290.0)  # the others: 360 s/km
        return terms(features_at(runs_of([*YEAR, one], CUT), CUT), distance_m)[1]["best near"]

    there, elsewhere = best_near(20, 21.1, 21_097.5), best_near(20, 21.1, 5_000.0)
    assert there > 0.05
    assert 0.0 <= elsewhere < 0.01
    assert best_near(20, 12.0, 16_000.0) > best_near(360, 12.0, 16_000.0)


def test_the_terms_of_the_marathon_fade_in_from_the_half():
    f = replace(features_at(runs_of(YEAR, CUT), CUT), very_long_runs=3)
    found = [terms(f, d)[1]["marathon long runs"] for d in (21_097.5, 29_836.0, 42_195.0)]
    assert found == pytest.approx([0.0, 0.5 * math.log(4), math.log(4)], abs=1e-4)


def test_no_faster_run_can_slow_anybody_down():
    """The base counts for what is left when all others have taken their part of it."""
    for weights in (WEIGHTS.at(0.0), WEIGHTS.at(26.0)):
        by_term = dict(zip(TERMS, weights.tolist(), strict=True))
        pulling = [by_term[term] for term in ("recent", "best near", "usual")]
        assert min(pulling) > 0.0
        assert 1.0 + by_term["speed"] - sum(pulling) > 0.0


def test_what_lies_ahead_comes_in_by_the_root_and_stays():
    assert [far(weeks) for weeks in (-1.0, 0.0, 6.5, 26.0, 60.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]
    weights = Weights(np.array([1.0, 2.0]), np.array([0.5, -1.0]))
    assert weights.at(0.0).tolist() == [1.0, 2.0]
    assert weights.at(6.5).tolist() == [1.25, 1.5]


def test_a_good_month_counts_less_for_a_far_day_and_the_years_more():
    ahead = dict(zip(TERMS, WEIGHTS.ahead.tolist(), strict=True))
    assert ahead["best near"] > 0.0
    f = features_at(runs_of(YEAR, CUT), CUT)
    better = replace(f, q90=f.q90 + 0.1)  # of the half-year
    gain = [
        ln_speed_from(better, 10_000.0, WEIGHTS.at(w)) - ln_speed_from(f, 10_000.0, WEIGHTS.at(w))
        for w in (0.0, 8.0, 26.0)
    ]
    assert gain == sorted(gain, reverse=True)


def test_without_any_run_there_is_no_expectation():
    assert ln_speed(runs_of([], CUT), CUT, 10_000.0, WEIGHTS) is None
    assert features_at(runs_of(YEAR, CUT), MONDAY.toordinal()) is None


def test_a_long_break_falls_back_on_the_last_runs():
    late = CUT + 1_000
    f = features_at(runs_of(YEAR, late), late)
    assert f.runs == 0
    assert f.q90 == f.recent80 == pytest.approx(S)
    assert f.all_score == pytest.approx(np.full(len(YEAR), S))
    assert math.isfinite(ln_speed_from(f, 42_195.0, WEIGHTS.now))


def test_days_from_the_cut_on_are_not_read():
    future = [run(MONDAY + timedelta(366 + n), 10.0, 200.0) for n in range(20)]
    known = ln_speed(runs_of([*YEAR, *future], CUT + 99), CUT, 10_000.0, WEIGHTS)
    assert known == ln_speed(runs_of(YEAR, CUT), CUT, 10_000.0, WEIGHTS)


def test_a_run_of_the_year_one_is_a_run():
    # as a watch without a clock dates it: its weight is that of the only one there is
    first = [run(date(1, 1, 1), 10.0, 300.0)]
    features = features_at(runs_of(first, CUT), CUT)
    assert terms(features, 10_000.0)[1]["best near"] == 0.0
