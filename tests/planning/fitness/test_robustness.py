"""Broken records among good ones, put in at random: how far they can move the next days."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.backtest import backtest
from planning.fitness.career import Career
from planning.fitness.fitting import EffortRow
from tests.planning.athletes import MONDAY, run, runs, ten_k_time_s
from tests.sizes import FIXED, examples

quick = settings(deadline=None, derandomize=FIXED, max_examples=examples(25))
RUNNER = runs(40, 50.0, 330.0, seed=4)
LAST = RUNNER[-1].day
CAREER = Career.of(RUNNER)

which = st.integers(len(RUNNER) - 60, len(RUNNER) - 1)
later = st.integers(0, 14)  # days until somebody asks


def as_ride(one, km, pace):
    """A ride beside it, saved as a run."""
    return run(one.day, km, pace, start_at=one.start_at + timedelta(hours=5))


def numbers(fitness):
    return fitness.ln_speeds.tolist(), fitness.ln_speeds_later.tolist(), fitness.sd_ln.tolist()


def moved(broken, days):
    """The most that any distance moves, in ln of the speed."""
    day = LAST + timedelta(days)
    now, before = CAREER.extended(broken).fitness_on(day), CAREER.fitness_on(day)
    return float(np.abs(now.ln_speeds - before.ln_speeds).max())


@quick
@given(which, st.sampled_from(["car", "2:30/km for three hours", "ten times as far"]), later)
def test_what_nobody_can_run_was_never_there(row, kind, days):
    one, day = RUNNER[row], LAST + timedelta(days)
    match kind:
        case "car":
            broken = as_ride(one, 15.0, 60.0)
        case "2:30/km for three hours":
            broken = as_ride(one, 72.0, 150.0)
        case _:  # the decimal point was lost; the run is gone with it
            broken = replace(one, distance_m=10 * one.distance_m)
    assert numbers(CAREER.extended([broken]).fitness_on(day)) == numbers(
        CAREER.without([broken.id]).fitness_on(day)
    )


@quick
@given(st.lists(st.tuples(which, st.floats(8, 60), st.floats(120, 195)), max_size=3), later)
def test_rides_saved_as_runs_move_nothing(rides, days):
    # at 3:15/km or faster, a quarter faster than any race: the gate refuses the first three, and
    # what it refuses counts neither for speed nor for volume
    broken = [as_ride(RUNNER[row], km, pace) for row, km, pace in rides]
    assert numbers(CAREER.extended(broken).fitness_on(LAST + timedelta(days))) == numbers(
        CAREER.fitness_on(LAST + timedelta(days))
    )


@quick
@given(which, later)
def test_a_run_told_twice_moves_little(row, days):
    # One more of the same among a hundred and more: an order statistic moves by one place. A race
    # counts twice against what was expected of it.
    one = RUNNER[row]
    assert moved([replace(one, id="twice")], days) < (0.02 if one.is_race else 0.005)


@quick
@given(which, later)
def test_a_run_told_a_tenth_as_far_was_hardly_recorded(row, days):
    one, day = RUNNER[row], LAST + timedelta(days)
    short = CAREER.extended([replace(one, distance_m=0.1 * one.distance_m)]).fitness_on(day)
    none = CAREER.without([one.id]).fitness_on(day)
    assert short.ln_speeds == pytest.approx(none.ln_speeds, abs=0.0005)  # its metres are volume


@quick
@given(which, st.floats(0.5, 1.0), later)
def test_a_clock_that_was_paused_while_running_moves_little(row, share, days):
    # What is far too fast is refused. What is left is as a personal best would be: the quantiles
    # move by one place, the best of all years near the distance by most of the way. If it was as
    # far as a race is, and nobody knows of the pause, it is taken for one; and a named race may
    # leap further.
    one = RUNNER[row]
    told = replace(one, moving_time_s=share * one.moving_time_s)
    assert moved([told], days) < (0.04 if one.is_race else 0.035)
    assert moved([replace(told, elapsed_time_s=None)], days) < (0.085 if one.is_race else 0.05)


def test_a_real_leap_is_believed_after_a_few_runs():
    days = [LAST + timedelta(2 * n + 1) for n in range(16)]
    fast = [run(day, 10.0, 200.0) for day in days]  # the best of the year was 258 s/km
    before = CAREER.fitness_on(LAST).ln_speeds[1]
    gains = [
        float(CAREER.extended(fast[: n + 1]).fitness_on(day).ln_speeds[1] - before)
        for n, day in enumerate(days)
    ]
    assert gains[:3] == pytest.approx([0.0] * 3, abs=0.003)
    assert 0.01 < gains[3] < gains[7] < gains[11] < gains[15]
    assert gains[15] > 0.8 * (np.log(1_000 / 200) - before)


@pytest.mark.parametrize("weeks", [0, 4, 16])
def test_days_from_the_predicted_one_on_change_nothing(weeks):
    chance = np.random.default_rng(7)
    efforts = [
        EffortRow("a", MONDAY + timedelta(weeks=w, days=3), "10K", 10_000.0, ten_k_time_s(330.0))
        for w in (20, 27, 36)
    ]
    for effort in efforts:
        known = effort.day - timedelta(weeks=weeks)
        altered = [one if one.day < known else _altered(one, chance) for one in RUNNER]
        assert any(mine != theirs for mine, theirs in zip(altered, RUNNER, strict=True))
        assert backtest({"a": altered}, [effort], weeks_ahead=weeks) == backtest(
            {"a": RUNNER}, [effort], weeks_ahead=weeks
        )


def _altered(one, chance):
    return replace(
        one,
        day=one.day + timedelta(int(chance.integers(0, 30))),
        distance_m=one.distance_m * chance.uniform(0.3, 3.0),
        moving_time_s=one.moving_time_s * chance.uniform(0.3, 3.0),
        is_race=bool(chance.integers(0, 2)),
    )
