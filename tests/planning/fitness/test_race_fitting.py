"""Signs are found again where it is known what was raced, though two bad witnesses tell of it."""

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from planning.fitness.fitted import RACE_SIGNS
from planning.fitness.fitting import NothingToFit
from planning.fitness.race_fitting import NAMED_SHARE, NOT_KNOWN, Tellings, fit_signs, tellings_of
from tests.planning.athletes import MONDAY, race, run

TRUE = np.array([-3.0, 1.0, 1.5, 25.0])
RACED = np.array([0.03, 0.05, 0.12, 0.35, 0.45])
TRAINED = np.array([0.34, 0.23, 0.21, 0.16, 0.06])


def told(n=30_000, *, seed=3, false=0.01):
    """Runs of four runners, the last of whom never names a race nor wears a strap."""
    chance = np.random.default_rng(seed)
    columns = np.column_stack(
        [
            np.ones(n),
            chance.random(n) < 0.2,
            chance.normal(0.0, 0.5, n),
            np.clip(chance.normal(0.0, 0.08, n), -0.15, 0.25),
        ]
    )
    raced = chance.random(n) < 1.0 / (1.0 + np.exp(-(columns @ TRUE)))
    draw = [chance.choice(5, n, p=p) for p in (TRAINED, RACED)]
    names = np.arange(n) % 4 != 3
    named = (chance.random(n) < np.where(raced, NAMED_SHARE, false)) & names
    return Tellings(
        tuple("abcd"[k % 4] for k in range(n)),
        columns,
        np.where(names, np.where(raced, draw[1], draw[0]), NOT_KNOWN),
        named,
        names,
    )


def test_what_is_in_the_tellings_is_found():
    found = fit_signs(told())
    assert [found.constant, found.standard, found.longer] == pytest.approx(TRUE[:3], abs=0.25)
    assert found.faster == pytest.approx(TRUE[3], rel=0.12)
    assert found.heart_rate == pytest.approx(np.log(RACED / TRAINED), abs=0.4)
    assert found.named == pytest.approx(math.log(NAMED_SHARE / 0.01), abs=0.5)


def test_who_is_left_out_has_no_part_in_it():
    known = told(4_000)
    of_c = np.array(known.athlete) == "c"
    mad = np.where(of_c[:, None], -known.columns, known.columns)
    odd = replace(known, columns=mad, named=known.named ^ of_c)
    left = known.without("c")
    kept = ~of_c
    assert left.athlete == tuple(each for each in known.athlete if each != "c")
    for column in ("columns", "heart_rate", "named", "names_races"):
        assert np.array_equal(getattr(left, column), getattr(known, column)[kept])
    one, other = fit_signs(known.without("c")), fit_signs(odd.without("c"))
    assert (one.constant, one.faster, one.named) == (other.constant, other.faster, other.named)
    assert np.array_equal(one.heart_rate, other.heart_rate)
    assert fit_signs(odd).named != fit_signs(known).named


def test_who_names_no_race_says_nothing_by_that():
    """That a run bears no name tells of training only where its runner names races."""
    known = told(8_000)
    all_name = replace(known, names_races=np.ones(8_000, dtype=np.bool_))
    assert fit_signs(all_name).faster != fit_signs(known).faster


def test_without_a_named_race_nothing_can_be_found():
    known = told(400)
    with pytest.raises(NothingToFit, match="nobody named"):
        fit_signs(replace(known, named=np.zeros(400, dtype=np.bool_)))


def test_runs_with_enough_before_them_tell_in_any_order():
    days = [run(MONDAY + timedelta(2 * n), 8.0, 330.0 - n) for n in range(20)]
    raced = [*days, race(MONDAY + timedelta(41), 10.0, 2_700.0)]
    known = tellings_of({"b": raced, "a": days})
    assert known.athlete == ("a",) * 10 + ("b",) * 11
    assert known.named.tolist() == [False] * 20 + [True]
    assert known.names_races.tolist() == [False] * 10 + [True] * 11
    assert set(known.heart_rate.tolist()) == {NOT_KNOWN}
    assert known.columns[-1].tolist() == pytest.approx(
        [1.0, 1.0, 0.0, math.log(321 / 270)], abs=0.03
    )
    again = tellings_of({"a": days[::-1], "b": raced[::-1]})
    assert np.array_equal(known.columns, again.columns)


def test_no_run_at_all_tells_nothing():
    assert tellings_of({}).athlete == ()
    assert tellings_of({"a": []}).columns.shape == (0, 4)


def test_signs_in_force_mean_what_they_should():
    assert RACE_SIGNS.faster > 0 < RACE_SIGNS.longer
    assert RACE_SIGNS.standard > 0 < RACE_SIGNS.named
    assert (np.diff(RACE_SIGNS.heart_rate) > 0).all()
