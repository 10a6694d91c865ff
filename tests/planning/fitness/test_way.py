"""What of a recording can be read, and its parts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.activity import Streams
from planning.fitness import leaps
from planning.fitness.way import way_of
from tests.sizes import FIXED, examples

DAY_S = 86_400.0


def way(time, covered):
    return way_of(Streams(np.array(time, dtype=float), np.array(covered, dtype=float)))


@pytest.mark.parametrize(
    ("time", "covered"),
    [
        ([], []),
        ([0], [0]),
        ([0, 1, 1], [0, 3, 6]),
        ([0, 2, 1], [0, 3, 6]),
        ([0, np.nan, 2], [0, 3, 6]),
        ([0, 1, np.inf], [0, 3, 6]),
        ([0, 11 * DAY_S], [0, 3]),
        ([0, 1, 2], [np.nan, 3, np.inf]),
    ],
)
def test_what_cannot_be_read_is_no_way(time, covered):
    assert way(time, covered) is None


def test_samples_without_a_distance_are_passed_over_and_none_runs_backwards():
    found = way([0, 1, 2, 3, 5], [0, np.nan, 6, 5, 9])
    assert found.time_s.tolist() == [0, 2, 3, 5]
    assert found.covered_m.tolist() == [0, 6, 6, 9]
    assert (found.step_s.tolist(), found.step_m.tolist()) == ([2, 1, 2], [6, 0, 3])
    assert found.length_m == 9


def test_what_is_as_it_should_be_is_taken_as_it_is():
    streams = Streams(np.arange(5.0), 3 * np.arange(5.0))
    assert way_of(streams).covered_m is streams.distance_m
    assert way_of(streams).by_second_m is streams.distance_m


def test_metres_by_second():
    found = way([0.5, 1.5, 4.5], [0, 3, 9])
    assert (found.first_s, found.by_second_m.tolist()) == (0.0, [0, 1.5, 4, 6, 8, 9])
    found = way([0.5, 1.5, 2.5], [0, 3, 9])
    assert (found.first_s, found.by_second_m.tolist()) == (0.5, [0, 3, 9])


def test_a_part_has_both_its_ends():
    whole = way(range(10), range(10))
    assert whole.between(3, 6).time_s.tolist() == [3, 4, 5, 6]
    assert whole.between(-np.inf, 1.5).covered_m.tolist() == [0, 1]
    assert whole.between(3.5, 4.5) is None


@settings(deadline=None, derandomize=FIXED, max_examples=examples(60))
@given(
    st.floats(4.0, 14.0),
    st.lists(st.floats(0.0, 1.0), min_size=50, max_size=500),
    st.integers(1, 40),
)
def test_no_window_with_too_much_in_it_is_passed_over(fast, shares, often):
    along = np.r_[0.0, np.cumsum(fast * np.array(shares).repeat(often)[:1_000])]
    most = zip(leaps.WINDOWS_S, leaps.furthest_m(np.array(leaps.WINDOWS_S, float)), strict=True)
    assert leaps._suspected(along) == [
        (seconds, pytest.approx(most_m))
        for seconds, most_m in most
        if seconds < len(along) and (along[seconds:] - along[:-seconds]).max() > most_m
    ]
