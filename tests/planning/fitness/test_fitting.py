"""Weights are found again where they are known, and nobody is predicted by their own races."""

import math
from dataclasses import replace
from datetime import timedelta
from random import Random

import numpy as np
import pytest

from planning.fitness.expectation import FURTHEST_WEEKS, TERMS, far
from planning.fitness.fitting import HORIZONS, EffortRow, Examples, examples_of, fit
from tests.planning.athletes import MONDAY, runs, ten_k_time_s

ATHLETES = ("a", "b", "c", "d", "e", "f", "g", "h")


def made(now, ahead, *, each=200, noise=0.0, levels=(0.0,) * 8):
    """Examples that follow given weights, with terms drawn at random."""
    chance = np.random.default_rng(5)
    n = each * len(ATHLETES)
    athlete = tuple(np.repeat(ATHLETES, each).tolist())
    terms = chance.normal(0.0, 0.1, (n, len(TERMS)))
    terms[:, 0] = 1.0
    weeks = chance.choice(HORIZONS, n).astype(float)
    part = np.array([far(w) for w in weeks])
    excess = terms @ now + part * (terms @ ahead) + np.repeat(levels, each)
    ln_m = np.log(chance.choice([5_000.0, 10_000.0, 21_097.5, 42_195.0], n))
    return Examples(athlete, ln_m, weeks, terms, excess + noise * chance.standard_t(5, n))


NOW = np.array([0.03, 0.1, 0.1, 0.1, -0.05, 0.01, 0.02, 0.02])
AHEAD = np.array([0.0, 0.1, 0.1, 0.0, -0.05, -0.02, 0.0, 0.0])


def test_what_is_in_the_examples_is_found():
    found = fit(made(NOW, AHEAD))
    assert found.now == pytest.approx(NOW, abs=0.02)
    assert found.ahead == pytest.approx(AHEAD, abs=0.03)


def test_a_runner_unlike_the_others_and_heavy_tails_change_little():
    levels = (0.1, *[0.0] * 7)
    found = fit(made(NOW, AHEAD, noise=0.05, levels=levels))
    assert found.now[1:] == pytest.approx(NOW[1:], abs=0.04)
    assert found.now[0] == pytest.approx(NOW[0], abs=0.025)


def test_what_all_gained_on_the_way_is_found():
    """Who races has prepared for it; see the module."""
    found = fit(made(NOW, AHEAD + 0.05 * (np.arange(len(TERMS)) == 0)))
    assert found.ahead[0] == pytest.approx(0.05, abs=0.01)
    assert found.now == pytest.approx(NOW, abs=0.02)


def test_who_is_left_out_has_no_part_in_it():
    known = made(NOW, AHEAD)
    mad = np.where(np.array(known.athlete) == "c", 9.0, known.excess)
    odd = replace(known, excess=mad)
    assert np.array_equal(fit(odd.without("c")).now, fit(known.without("c")).now)
    assert not np.array_equal(fit(odd).now, fit(known).now)


def logs():
    chance = Random(3)
    known, efforts = {}, []
    for n, pace in enumerate((290.0, 330.0, 380.0)):
        known[str(n)] = runs(40, 50.0, pace, seed=n)
        for week in (20, 30, 38):
            time_s = ten_k_time_s(pace) * math.exp(chance.gauss(0.0, 0.03))
            day = MONDAY + timedelta(weeks=week)
            efforts.append(EffortRow(str(n), day, "10K", 10_000.0, time_s))
    return known, efforts


def test_an_effort_is_seen_from_every_horizon_at_which_its_runner_was_known():
    known, efforts = logs()
    seen = examples_of(known, efforts)
    assert len(seen.athlete) == 9 * len(HORIZONS) - 3  # after 20 weeks nobody knows of 26 before
    assert set(seen.weeks.tolist()) == {float(w) for w in HORIZONS}
    assert max(HORIZONS) == FURTHEST_WEEKS


def test_any_order_gives_the_same_and_later_days_change_nothing():
    known, efforts = logs()
    chance = Random(8)
    shuffled = {name: chance.sample(known[name], len(known[name])) for name in reversed(known)}
    one, other = examples_of(known, efforts), examples_of(shuffled, efforts[::-1])
    assert np.array_equal(one.terms, other.terms)
    assert np.array_equal(fit(one).now, fit(other).now)
    last = max(effort.day for effort in efforts)
    early = {name: [a for a in log if a.day < last] for name, log in known.items()}
    assert np.array_equal(examples_of(early, efforts).terms, one.terms)


def test_efforts_without_a_time_or_a_runner_teach_nothing():
    known, efforts = logs()
    strangers = [EffortRow("x", MONDAY, "10K", 10_000.0, 3_000.0), replace(efforts[0], time_s=None)]
    assert len(examples_of(known, [*efforts, *strangers]).athlete) == 51
