import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.activity import Surface
from planning.fitness.detection import (
    LEAST_CHANCE,
    Clues,
    Found,
    clues_of,
    hard_efforts,
    in_words,
    race_chance,
)
from planning.fitness.fitted import RACE_SIGNS
from planning.fitness.history import runs_of
from tests.planning.athletes import MONDAY, race, run
from tests.sizes import FIXED, examples

BASE = [
    run(MONDAY + timedelta(2 * n), 8.0, 330.0, average_heart_rate_bpm=130.0 + n) for n in range(30)
]
DAY = MONDAY + timedelta(61)
CUT = DAY.toordinal() + 100
TEN_K = Clues(
    standard=True, ln_longer=0.0, ln_faster=math.log(1.06), heart_rate_share=None, named=False
)


def clues(*extra, base=BASE):
    """Of the first of `extra`."""
    runs = runs_of([*base, *extra], CUT)
    return clues_of(runs, runs.ids.index(extra[0].id))


def found(*extra, base=BASE):
    runs = runs_of([*base, *extra], CUT)
    efforts = hard_efforts(runs, RACE_SIGNS)
    return [(int(runs.day[row]) - MONDAY.toordinal(), runs.distance_m[row]) for row in efforts.row]


# --- the probability ------------------------------------------------------------------------------


def chance_of(ln_odds):
    return pytest.approx(1 / (1 + math.exp(-ln_odds)), rel=1e-3)


def test_signs_add_up_in_the_logarithm_of_the_odds():
    ln_odds = -3.337 + 0.857 + 27.702 * math.log(1.06)
    assert race_chance(TEN_K, RACE_SIGNS) == chance_of(ln_odds)  # .29
    high = replace(TEN_K, heart_rate_share=0.93)
    assert race_chance(high, RACE_SIGNS) == chance_of(ln_odds + 2.115)  # .78
    low = replace(TEN_K, heart_rate_share=0.29)
    assert race_chance(low, RACE_SIGNS) == chance_of(ln_odds - 2.649)
    assert race_chance(replace(TEN_K, named=True), RACE_SIGNS) == chance_of(ln_odds + 6.029)
    half = replace(TEN_K, ln_longer=math.log(2.10975))
    assert race_chance(half, RACE_SIGNS) == chance_of(ln_odds + 1.720 * math.log(2.10975))
    odd = replace(TEN_K, standard=False)
    assert race_chance(odd, RACE_SIGNS) == chance_of(ln_odds - 0.857)


def test_a_step_of_heart_rate_begins_at_its_border():
    shares = (0.0, 0.29, 0.3, 0.5, 0.7, 0.89, 0.9, 1.0)
    steps = [replace(TEN_K, heart_rate_share=share).heart_rate_step for share in shares]
    assert steps == [0, 0, 1, 2, 3, 3, 4, 4]


every_clue = st.builds(
    Clues,
    standard=st.booleans(),
    ln_longer=st.floats(-0.7, 1.5),
    ln_faster=st.none() | st.floats(-1.0, 1.0),
    heart_rate_share=st.none() | st.floats(0.0, 1.0),
    named=st.booleans(),
)


@given(every_clue, st.floats(0.0, 0.5), st.floats(0.0, 1.0))
@settings(max_examples=examples(100), derandomize=FIXED, deadline=None)
def test_faster_or_harder_or_named_is_no_less_likely_a_race(one, faster, share):
    chance = race_chance(one, RACE_SIGNS)
    assert 0.0 < chance < 1.0
    if one.ln_faster is not None:
        quicker = replace(one, ln_faster=one.ln_faster + faster)
        assert race_chance(quicker, RACE_SIGNS) >= chance
    assert race_chance(replace(one, named=True), RACE_SIGNS) >= chance
    assert race_chance(replace(one, standard=True), RACE_SIGNS) >= chance
    if one.heart_rate_share is not None:
        higher = replace(one, heart_rate_share=max(share, one.heart_rate_share))
        assert race_chance(higher, RACE_SIGNS) >= chance


# --- what it is judged by -------------------------------------------------------------------------


def test_clues_are_read_from_the_days_before():
    told = clues(run(DAY, 10.0, 300.0, average_heart_rate_bpm=157.5))
    assert told == Clues(
        standard=True,
        ln_longer=0.0,
        ln_faster=pytest.approx(math.log(330.0 / 300.0), abs=1e-12),
        heart_rate_share=28 / 30,
        named=False,
    )


def test_the_clock_of_a_race_does_not_stop():
    stood = clues(run(DAY, 10.0, 300.0, elapsed_time_s=3_300.0))
    assert stood.ln_faster == pytest.approx(0.0, abs=1e-9)


def test_heart_rate_counts_from_eight_known_ones():
    at = {"average_heart_rate_bpm": 170.0}
    bare = [replace(each, average_heart_rate_bpm=None) for each in BASE]
    assert clues(run(DAY, 10.0, 300.0)).heart_rate_share is None
    assert (
        clues(run(DAY, 10.0, 300.0, **at), base=[*bare[:23], *BASE[23:]]).heart_rate_share is None
    )
    assert clues(run(DAY, 10.0, 300.0, **at), base=[*bare[:22], *BASE[22:]]).heart_rate_share == 1.0


def test_without_enough_before_it_nothing_is_said():
    fast = run(DAY, 5.0, 290)
    assert clues(fast, base=BASE[:9]) is None
    assert clues(fast, base=BASE[-10:]) is not None
    # the last six of the thirty lie on days 48 to 58
    assert clues(run(MONDAY + timedelta(48 + 84), 5.0, 290)) is not None
    assert clues(run(MONDAY + timedelta(49 + 84), 5.0, 290)) is None
    assert clues(run(DAY, 2.9, 290)) is None
    assert clues(run(DAY, 5.0, 290, usable=False)) is None


def test_the_signs_are_said_in_words():
    told = clues(race(DAY, 10.0, 3_000.0, average_heart_rate_bpm=157.5))
    assert in_words(told) == (
        "it is marked or named as a race",
        "a usual race distance",
        "10 % faster than you usually run such a distance",
        "a higher average heart rate than in 93 % of the half-year's runs",
    )
    assert "no run before it was long enough" in in_words(clues(run(DAY, 21.1, 331.0)))[1]
    assert in_words(clues(run(DAY, 8.0, 331.0))) == (
        "not a usual race distance",
        "as fast as you usually run such a distance",
        "heart rate not known",
    )


@pytest.mark.parametrize("km", [5.0, 8.0, 10.0, 21.1])
def test_later_runs_and_the_order_of_runs_change_nothing(km):
    one = run(DAY, km, 300.0, average_heart_rate_bpm=150.0)
    later = [race(DAY + timedelta(n), 5.0, 1_300.0, average_heart_rate_bpm=180.0) for n in (1, 9)]
    assert clues(one, *later) == clues(one) == clues(one, base=BASE[::-1])


# --- the efforts of a history ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("km", "faster", "hard"),
    [
        (5.0, 1.15, True),  # the border is at 14, 9, 4 and 0 %
        (5.0, 1.13, False),
        (10.0, 1.10, True),
        (10.0, 1.08, False),
        (21.1, 1.05, True),
        (21.1, 1.03, False),
        (42.2, 1.01, True),
        (42.2, 0.99, False),
        (7.0, 1.2, False),  # no race distance
    ],
)
def test_an_effort_is_a_run_that_was_likely_raced(km, faster, hard):
    long = [replace(each, distance_m=16_000.0, moving_time_s=5_280.0) for each in BASE]
    told = found(run(DAY, km, 330 / faster), base=long)
    assert told == ([(61, km * 1_000)] if hard else [])


def test_heart_rate_confirms_and_contradicts():
    ten_k = {"km": 10.0, "pace": 330 / 1.05}
    assert found(run(DAY, **ten_k)) == []
    assert found(run(DAY, **ten_k, average_heart_rate_bpm=170.0)) == [(61, 10_000.0)]
    fast = {"km": 10.0, "pace": 330 / 1.10}
    assert found(run(DAY, **fast)) == [(61, 10_000.0)]
    assert found(run(DAY, **fast, average_heart_rate_bpm=135.0)) == []


def test_a_named_race_may_be_of_any_distance_and_need_not_be_fast():
    assert found(race(DAY, 5.0, 5 * 320)) == [(61, 5_000.0)]
    assert found(race(DAY, 15.0, 15 * 320)) == [(61, 15_000.0)]
    assert found(race(DAY, 3.0, 3 * 270)) == []  # below the distances that are predicted


def test_a_named_race_is_not_doubted_for_its_pace():
    """If slow races were doubted, running slower could help."""
    jogged = race(DAY, 5.0, 5 * 400)
    assert race_chance(clues(jogged), RACE_SIGNS) < LEAST_CHANCE
    assert found(jogged) == [(61, 5_000.0)]
    assert found(race(DAY, 7.0, 7 * 400, average_heart_rate_bpm=120.0)) == []


def test_the_chance_is_kept_with_the_effort():
    runs = runs_of([*BASE, run(DAY, 10.0, 330 / 1.12)], CUT)
    efforts = hard_efforts(runs, RACE_SIGNS)
    (row,) = efforts.row
    assert efforts.chance.tolist() == [race_chance(clues_of(runs, row), RACE_SIGNS)]
    assert efforts.chance[0] > LEAST_CHANCE


def test_of_a_fortnight_only_what_is_likelier_than_all_before_counts():
    first, slower, faster, other, later = (
        run(DAY, 5.0, 285),
        run(DAY + timedelta(13), 5.0, 286),
        run(DAY + timedelta(13), 5.0, 280),
        run(DAY + timedelta(13), 10.0, 295),
        run(DAY + timedelta(14), 5.0, 286),
    )
    assert found(first, slower) == [(61, 5_000.0)]
    assert found(first, faster) == [(61, 5_000.0), (74, 5_000.0)]
    assert found(first, other) == [(61, 5_000.0), (74, 10_000.0)]
    assert found(first, later) == [(61, 5_000.0), (75, 5_000.0)]
    assert found(first, race(DAY + timedelta(13), 5.0, 5 * 286)) == [(61, 5_000.0), (74, 5_000.0)]


def test_hilly_paused_and_trail_runs_are_no_efforts():
    assert found(run(DAY, 5.0, 270, climb_m=91.0)) == []
    assert found(run(DAY, 5.0, 270, elapsed_time_s=270 * 5 * 1.16)) == []
    assert found(run(DAY, 5.0, 270, surface=Surface.TRAIL)) == []
    assert found(run(DAY, 5.0, 270, usable=False)) == []


def test_what_was_found_before_is_taken_as_it_is():
    runs = runs_of([*BASE, *(run(DAY + timedelta(5 * n), 5.0, 285 - n) for n in range(12))], CUT)
    whole = hard_efforts(runs, RACE_SIGNS)
    assert len(whole.row) > 3
    for since in range(len(runs) + 1):
        known = whole.row < since
        earlier = Found(whole.row[known], whole.chance[known])
        again = hard_efforts(runs, RACE_SIGNS, since=since, earlier=earlier)
        assert np.array_equal(again.row, whole.row)
        assert np.array_equal(again.chance, whole.chance)


def test_pace_is_compared_on_the_flat():
    level, rising = (clues(run(DAY, 10.0, 300, flat_distance_m=flat)) for flat in (None, 10_200.0))
    assert rising.ln_faster - level.ln_faster == pytest.approx(math.log(1.02))
