import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from planning.fitness.expectation import ln_speed
from planning.fitness.fitted import WEIGHTS
from planning.fitness.history import runs_of
from planning.fitness.own import efforts_of
from tests.planning.athletes import MONDAY, race, run, runs, ten_k_time_s

RUNNER = runs(40, 50.0, 330.0, seed=4)
TODAY = MONDAY + timedelta(weeks=40)
CUT = TODAY.toordinal() + 1
PLAIN = [run(TODAY - timedelta(2 * n), 8.0, 330.0) for n in range(100)]  # no effort among them


def seen(activities, cut=CUT):
    columns = runs_of(activities, cut)
    return columns, efforts_of(columns).seen_on(cut)


def test_own_errors_are_shrunk_by_two_efforts():
    day, time_s = TODAY - timedelta(10), 3_400.0
    told = [*PLAIN, race(day, 10.0, time_s)]
    columns, own = seen(told, TODAY.toordinal())
    expected = ln_speed(columns, day.toordinal(), 10_000.0, WEIGHTS)
    error = math.log(time_s / 10_000.0) + expected
    assert own.error == pytest.approx([error])
    assert own.chance[0] > 0.9
    assert own.trust == pytest.approx([own.chance[0] * (1 + 4 * math.exp(-10 / 60))])
    weight = own.trust[0] * math.exp(-10 / 1_500)
    assert own.shift(math.log(10_000)) == pytest.approx(weight * error / (weight + 2))
    far = own.trust[0] * math.exp(-10 / 1_500 - math.log(4.2195) / 0.6)
    assert own.shift(math.log(42_195)) == pytest.approx(far * error / (far + 2))


def test_a_fast_run_that_bears_no_name_is_trusted_less():
    named, unnamed = (
        seen([*PLAIN, run(TODAY, 10.0, 290.0, is_race=named)])[1] for named in (True, False)
    )
    assert unnamed.trust.tolist() == unnamed.chance.tolist()
    assert 0.6 < unnamed.chance[0] < 1.0
    assert named.trust[0] > 4.0
    assert named.error == unnamed.error


def test_a_monstrous_error_is_clipped():
    jogged = [*RUNNER, race(TODAY, 10.0, ten_k_time_s(330.0) * 1.9)]
    _, own = seen(jogged)
    assert own.error.max() == pytest.approx(0.2)
    assert own.squared.max() == pytest.approx(9.0)


def test_shares_leave_what_two_average_efforts_are_worth():
    _, own = seen([*PLAIN, race(TODAY - timedelta(10), 10.0, 2_700.0)])
    ten_k = math.log(10_000)
    weight = own.trust[0] * math.exp(-11 / 1_500)
    assert own.shares(ten_k) == pytest.approx([weight / (weight + 2)])
    assert own.shift(ten_k) == pytest.approx(float(own.shares(ten_k) @ own.error))


def test_efforts_older_than_five_years_are_forgotten():
    base = [run(MONDAY + timedelta(2 * n), 8.0, 330.0) for n in range(30)]
    day = MONDAY + timedelta(61)
    efforts = efforts_of(runs_of([*base, run(day, 5.0, 280)], CUT))
    known = [len(efforts.seen_on(day.toordinal() + 5 * 365 + more).row) for more in (0, 1)]
    assert known == [1, 0]


def test_later_efforts_are_not_seen_yet():
    columns = runs_of(RUNNER, CUT)
    efforts = efforts_of(columns)
    assert len(efforts.day) >= 4
    for day in efforts.day.tolist():
        own, alone = efforts.seen_on(day), efforts_of(columns.before(day)).seen_on(day)
        assert np.array_equal(own.error, alone.error)
        assert np.array_equal(own.trust, alone.trust)
        assert (own.age_days > 0).all()


def test_an_effort_is_compared_by_its_distance_on_the_flat():
    day = TODAY - timedelta(10)
    level, rising = (
        seen([*PLAIN, race(day, 10.0, 3_000.0, flat_distance_m=flat)])[1]
        for flat in (None, 10_150.0)
    )
    assert rising.error - level.error == pytest.approx([-math.log(1.015)])


def test_errors_widen_the_range_by_how_likely_they_were_a_races():
    own = seen([*PLAIN, run(TODAY, 10.0, 290.0)])[1]
    sure = replace(own, chance=np.ones(1), squared=np.array([9.0]))
    half = replace(sure, chance=np.array([0.5]))
    none = replace(sure, chance=np.zeros(1))
    near = math.exp(-own.age_days[0] / 1_500)
    assert sure.spread()[1] == pytest.approx((4 + 9 * near) / (4 + near))
    assert half.spread()[1] == pytest.approx((4 + 4.5 * near) / (4 + 0.5 * near))
    assert none.spread().tolist() == [1.0] * 4
