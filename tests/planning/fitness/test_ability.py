import math
from datetime import timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.activity import Surface
from planning.fitness.ability import (
    BASE_SD,
    ENOUGH_RUNS,
    POPULATION_SD,
    estimate,
    never_rising,
)
from planning.fitness.expectation import EFFORT_LN_M
from tests.planning.athletes import MONDAY, race, ride, run, runs, ten_k_time_s
from tests.sizes import FIXED, examples

EXAMPLES = examples(12)
quick = settings(deadline=None, derandomize=FIXED, max_examples=EXAMPLES)
RUNNER = runs(40, 50.0, 330.0, seed=4)
TODAY = MONDAY + timedelta(weeks=40)
PLAIN = [run(TODAY - timedelta(2 * n), 8.0, 330.0) for n in range(100)]  # no effort among them


def same(one, other):
    return (
        np.array_equal(one.ln_speeds, other.ln_speeds)
        and np.array_equal(one.ln_speeds_later, other.ln_speeds_later)
        and np.array_equal(one.sd_ln, other.sd_ln)
        and (one.day, one.runs_used, one.ready, one.message)
        == (other.day, other.runs_used, other.ready, other.message)
    )


def test_a_runner_is_estimated_near_the_races_they_ran():
    strong = estimate(runs(30, 80.0, 280.0, seed=4), MONDAY + timedelta(weeks=30)).today()
    assert strong.ln_speed == pytest.approx(math.log(10_000 / ten_k_time_s(280.0)), abs=0.02)
    assert 0.03 < strong.sd_ln < 0.08
    today = estimate(RUNNER, TODAY).today()
    # a quarter faster in races than in training is more than most: the estimate stays behind
    assert -0.07 < today.ln_speed - math.log(10_000 / ten_k_time_s(330.0)) < 0.02
    assert f"{today.runs_used} runs" in today.message
    half_year = [activity for activity in RUNNER if (TODAY - activity.day).days < 180]
    assert today.runs_used == len(half_year)


def test_without_anything_there_is_no_ability_yet():
    nothing = estimate([], TODAY)
    assert nothing.today() == type(nothing.today())(None, None, 0, nothing.message)
    assert nothing.message.startswith("Not yet: 0 usable runs")
    assert not nothing.ready
    assert nothing.sd_ln == pytest.approx(POPULATION_SD)


def test_the_fifth_usable_run_is_enough_and_widely_so():
    few = [run(TODAY - timedelta(3 * n), 6.0, 360.0) for n in range(10)]
    assert not estimate(few[: ENOUGH_RUNS - 1], TODAY).ready
    five, ten = estimate(few[:ENOUGH_RUNS], TODAY).today(), estimate(few, TODAY).today()
    assert five.sd_ln > 0.10 > ten.sd_ln  # over .10: no target paces
    # five like these, which are all alike, and as if five like anybody's
    assert five.sd_ln == pytest.approx(math.hypot(BASE_SD[1] * math.sqrt(5 / 10), 0.10))


def test_runs_that_teach_nothing_are_not_counted():
    untaught = [
        ride(TODAY),
        run(TODAY, 10.0, 300.0, surface=Surface.TREADMILL),
        run(TODAY, 10.0, 300.0, usable=False, id="broken"),
        run(TODAY, 2.0, 300.0),
    ]
    assert estimate(untaught, TODAY).runs_used == 0


def spread_of(*km):
    """Of one who always runs as fast for the distance, these distances in turn."""
    told = [(TODAY - timedelta(2 * n), km[n % len(km)]) for n in range(80)]
    return estimate([run(day, far, 360.0 * far**0.06) for day, far in told], TODAY).sd_ln


def test_distances_far_from_all_that_was_run_are_unsure():
    short, usual, long = spread_of(6.0), spread_of(4.0, 17.0), spread_of(30.0)
    beyond, below = math.log(42_195 / (2.5 * 6_000)), math.log(30_000 / 2.5 / 5_000)
    assert short[:2] == pytest.approx(usual[:2])  # 10 km is not 2.5 times as far
    assert short[3] == pytest.approx(math.hypot(usual[3], 0.16 * beyond))
    assert short[3] > 0.17 > 3 * usual[3]
    assert long[0] == pytest.approx(math.hypot(usual[0], 0.16 * below))
    assert long[2:] == pytest.approx(usual[2:])


def test_a_long_absence_widens():
    back_then = estimate(RUNNER, TODAY)
    later = estimate(RUNNER, TODAY + timedelta(weeks=20))
    assert later.ready
    assert (later.sd_ln > back_then.sd_ln).all()
    gone = estimate(RUNNER, TODAY + timedelta(weeks=60))
    assert not gone.ready
    assert np.isfinite(gone.ln_speeds).all()


@quick
@given(st.randoms(use_true_random=False))
def test_order_is_irrelevant_to_the_last_bit(chance):
    shuffled = list(RUNNER)
    chance.shuffle(shuffled)
    assert same(estimate(shuffled, TODAY), estimate(RUNNER, TODAY))


@quick
@given(st.integers(60, 270), st.integers(0, 10_000))
def test_days_to_come_change_nothing(day, seed):
    today = MONDAY + timedelta(day)
    chance = Random(seed)
    known = [activity for activity in RUNNER if activity.day <= today]
    future = [
        run(
            today + timedelta(chance.randint(1, 90)),
            chance.uniform(3, 42),
            chance.uniform(180, 500),
        )
        for _ in range(20)
    ]
    assert same(estimate([*known, *future], today), estimate(known, today))
    assert same(estimate(RUNNER, today), estimate(known, today))


@quick
@given(
    st.sampled_from([5.0, 10.0, 15.0, 21.0975, 42.195]),
    st.floats(0.92, 1.5),
    st.floats(0.92, 1.5),
    st.integers(0, 6),
)
def test_a_faster_race_never_slows_the_estimate(km, one, other, history):
    known = RUNNER if history == 0 else runs(4 * history, 20.0 + 10 * history, 360.0, seed=history)
    day = known[-1].day + timedelta(2)
    par = ten_k_time_s(330.0 if history == 0 else 360.0) * (km / 10) ** 1.06
    fast, slow = (
        estimate([*known, race(day, km, par * share, id="race")], day)
        for share in sorted((one, other))
    )
    assert (fast.ln_speeds >= slow.ln_speeds - 1e-12).all()
    assert (fast.ln_speeds_later >= slow.ln_speeds_later - 1e-12).all()


def test_a_race_moves_the_estimate_its_way():
    before = estimate(RUNNER, TODAY).today().ln_speed
    expected_s = 10_000 / math.exp(before)
    better, worse = (
        estimate([*RUNNER, race(TODAY, 10.0, expected_s * share)], TODAY).today().ln_speed
        for share in (0.95, 1.05)
    )
    assert 0.012 < better - before < 0.05
    assert 0.003 < before - worse < 0.05


@quick
@given(st.floats(330.0, 600.0), st.floats(3.0, 12.0))
def test_an_easy_run_more_changes_little(pace, km):
    before = estimate(RUNNER, TODAY)
    after = estimate([*RUNNER, run(TODAY, km, pace)], TODAY)
    assert after.ln_speeds == pytest.approx(before.ln_speeds, abs=0.006)


def test_one_broken_record_changes_next_to_nothing():
    before = estimate(RUNNER, TODAY)
    for broken in (
        run(TODAY, 12.0, 190.0),  # a ride called a run
        run(TODAY, 10.0, 60.0),  # a car
        run(TODAY, 6.0, 330.0, distance_m=0.0),
    ):
        after = estimate([*RUNNER, broken], TODAY)
        assert after.ln_speeds == pytest.approx(before.ln_speeds, abs=0.002)


def test_a_runner_of_erratic_races_has_a_wider_range():
    days = [TODAY - timedelta(20 * n) for n in range(1, 9)]
    steady = [*PLAIN, *(race(day, 10.0, 3_300.0) for day in days)]
    erratic = [*PLAIN, *(race(day, 10.0, 3_100.0 + 400 * (n % 2)) for n, day in enumerate(days))]
    wide, narrow = (estimate(told, TODAY).sd_ln for told in (erratic, steady))
    assert (wide > narrow).all()


@quick
@given(st.lists(st.floats(-2, 2), min_size=1, max_size=8))
def test_the_nearest_sequence_that_never_rises(values):
    level = never_rising(values)
    assert (np.diff(level) <= 0).all()
    assert level.sum() == pytest.approx(sum(values), abs=1e-9)
    assert never_rising(list(level)) == pytest.approx(level)


def test_longer_is_never_faster_though_the_races_say_so():
    days = [TODAY - timedelta(20 * n) for n in range(8)]
    odd = [race(day, *((10.0, 2_700.0) if n % 2 else (5.0, 1_600.0))) for n, day in enumerate(days)]
    speeds = estimate([*PLAIN, *odd], TODAY).ln_speeds
    assert speeds[0] == speeds[1] > speeds[2] > speeds[3]


def test_violators_are_pooled():
    assert never_rising([3.0, 1.0, 2.0, 0.0]).tolist() == [3.0, 1.5, 1.5, 0.0]
    assert never_rising([1.0, 2.0, 3.0]).tolist() == [2.0, 2.0, 2.0]


def test_the_distances_are_the_four_of_the_formula():
    assert np.exp(EFFORT_LN_M) == pytest.approx([5_000, 10_000, 21_097.5, 42_195])
