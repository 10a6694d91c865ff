import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.fitness.fitted import ULTRA_SHAPE, ULTRA_SPREAD
from planning.fitness.fitting import NothingToFit, fit_shape
from planning.fitness.ultra import UltraRace, course_terms, predict_ultra
from tests.sizes import FIXED, examples

DAY = date(2026, 6, 1)
quick = settings(deadline=None, derandomize=FIXED, max_examples=examples(30))


def race(days_ago, km=80.0, climb_m=4_000.0, hours=14.0):
    return UltraRace(DAY - timedelta(days_ago), km * 1_000, climb_m, hours * 3_600)


def told(*races, km=80.0, climb_m=4_000.0, **how):
    return predict_ultra(races, DAY, distance_m=km * 1_000, climb_m=climb_m, **how)


def test_a_course_by_hand():
    (terms,) = course_terms(np.array([100_000.0]), np.array([5_000.0]))
    effort = math.log(160.0)  # 100 km and 1.2 km for each 100 m
    assert terms == pytest.approx([effort, (effort - 4.4) ** 2, 1.0, 1.0])


def test_the_same_course_again_takes_as_long():
    assert told(race(300)).median_s == pytest.approx(14 * 3_600)
    assert told(race(300), race(20), race(700)).median_s == pytest.approx(14 * 3_600)


def test_without_an_earlier_race_there_is_nothing_to_go_by():
    assert told() is None
    assert told(race(0), race(-5)) is None


def test_further_and_steeper_takes_longer():
    plain = told(race(100)).median_s
    assert told(race(100), km=100.0).median_s > plain
    assert told(race(100), climb_m=6_000.0).median_s > plain
    flat = told(race(100), climb_m=0.0).median_s
    assert flat < plain


def test_the_nearer_race_counts_more():
    mixed = (race(30, hours=12.0), race(2_000, hours=13.0))
    assert told(*mixed).median_s < 12.1 * 3_600
    alike = (race(100, hours=12.0), race(100, km=30.0, climb_m=1_500.0, hours=7.0))
    by_the_short_one = told(alike[1]).median_s
    assert abs(told(*alike).median_s - 12 * 3_600) < abs(told(*alike).median_s - by_the_short_one)


def test_one_odd_race_counts_little():
    steady = [race(100 * n, hours=14.0) for n in range(1, 6)]
    assert told(*steady, race(10, hours=28.0)).median_s == pytest.approx(14 * 3_600, rel=0.05)


def test_more_races_like_this_one_narrow_the_range():
    always, each = ULTRA_SPREAD
    widths = [told(*(race(30 * n) for n in range(1, count + 1))).sd_ln for count in (1, 2, 4, 9)]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] > always
    once = math.exp(-30 / 500)
    assert widths[0] == pytest.approx(math.sqrt(always**2 + each**2 / (once + 0.5)))


races = st.lists(
    st.builds(
        race, st.integers(1, 3_000), st.floats(20, 330), st.floats(0, 20_000), st.floats(2, 90)
    ),
    min_size=1,
    max_size=8,
)


@quick
@given(races, st.randoms(use_true_random=False), st.floats(0.5, 1.0))
def test_any_order_is_the_same_and_faster_races_never_slow_it(known, chance, share):
    shuffled = list(known)
    chance.shuffle(shuffled)
    one = told(*known)
    assert told(*shuffled) == one
    faster = [UltraRace(r.day, r.distance_m, r.climb_m, r.time_s * share) for r in known]
    assert told(*faster).median_s == pytest.approx(one.median_s * share)


def test_the_shape_is_found_whatever_the_runners_are():
    chance = np.random.default_rng(4)
    histories = []
    for level in chance.normal(8.0, 0.3, 60):
        metres, climb = chance.uniform(20e3, 170e3, 8), chance.uniform(0, 9_000, 8)
        times = np.exp(level + course_terms(metres, climb) @ ULTRA_SHAPE)
        histories.append(
            [UltraRace(DAY, m, c, t) for m, c, t in zip(metres, climb, times, strict=True)]
        )
    assert fit_shape(histories) == pytest.approx(ULTRA_SHAPE, abs=1e-6)
    odd = [[*known[:-1], UltraRace(DAY, 50e3, 2e3, 3e5)] for known in histories[:6]]
    assert fit_shape([*odd, *histories[6:]]) == pytest.approx(ULTRA_SHAPE, abs=0.03)


def test_too_few_races_fit_nothing():
    with pytest.raises(NothingToFit):
        fit_shape([[race(1), race(2)], [race(1)]])


@quick
@given(st.floats(15, 330), st.floats(0, 100), st.floats(1.0, 1.5), st.floats(0, 30))
def test_no_longer_and_no_steeper_course_is_faster(km, climb_a_km, further, more):
    known, climb_m = race(100), km * climb_a_km
    plain = told(known, km=km, climb_m=climb_m).median_s
    assert told(known, km=km * further, climb_m=climb_m).median_s >= plain * (1 - 1e-9)
    assert told(known, km=km, climb_m=climb_m + km * more).median_s >= plain * (1 - 1e-9)
