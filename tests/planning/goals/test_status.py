import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.goals.status import CLOSINGS, RUNGS, settled, status_of, verdict_of


@pytest.mark.parametrize(
    ("probability", "verdict", "status"),
    [
        (1.0, "conservative", "ahead"),
        (0.8, "conservative", "ahead"),
        (0.7999, "realistic", "on_track"),
        (0.5, "realistic", "on_track"),
        (0.4999, "stretch", "behind"),
        (0.2, "stretch", "behind"),
        (0.1999, "very_ambitious", "behind"),
        (0.05, "very_ambitious", "behind"),
        (0.0499, "not_by_then", "out_of_reach"),
        (0.0, "not_by_then", "out_of_reach"),
    ],
)
def test_bands_begin_at_their_borders(probability, verdict, status):
    assert verdict_of(probability) == verdict
    assert status_of(probability) == status


def closings(start, probabilities, *, days=1, races=()):
    """The statuses of successive closings, each fed with the one before."""
    status, waiting, told = start, None, []
    for number, probability in enumerate(probabilities):
        status, waiting = settled(
            probability, before=status, waiting=waiting, days=days, at_once=number in races
        )
        told.append(str(status))
    return told


def test_a_status_moves_when_three_days_have_closed_beyond_the_border():
    assert closings("on_track", [0.46] * 5) == ["on_track"] * 3 + ["behind"] * 2


def test_the_margin_is_three_hundredths_and_counts_itself():
    assert closings("on_track", [0.48] * 9) == ["on_track"] * 9
    assert closings("on_track", [0.47] * 4)[-1] == "behind"
    assert closings("on_track", [0.82] * 9) == ["on_track"] * 9
    assert closings("on_track", [0.83] * 4)[-1] == "ahead"


def test_a_day_back_inside_the_border_starts_the_count_again():
    assert closings("on_track", [0.4, 0.4, 0.49, 0.4, 0.4, 0.4]) == ["on_track"] * 6
    assert closings("on_track", [0.4, 0.4, 0.9, 0.4, 0.4, 0.4, 0.4])[-2:] == ["on_track", "behind"]


def test_a_fall_through_two_borders_waits_once_and_lands_where_it_is():
    assert closings("ahead", [0.3] * 4) == ["ahead"] * 3 + ["behind"]
    assert closings("on_track", [0.4, 0.01, 0.01, 0.01])[-1] == "out_of_reach"
    # .04 lies below the lowest border, but not by the margin
    assert closings("on_track", [0.04] * 4)[-1] == "behind"


def test_a_race_moves_it_at_once():
    assert closings("ahead", [0.79, 0.4], races={1}) == ["ahead", "behind"]


def test_the_first_word_needs_no_waiting():
    for before in (None, "unknown", "done"):
        assert settled(0.6, before=before, waiting=None, days=1, at_once=False) == (
            "on_track",
            None,
        )


def test_days_on_which_nothing_ran_closed_like_the_day_before():
    daily = closings("on_track", [0.4] * 4)
    status, waiting = settled(0.4, before="on_track", waiting=None, days=1, at_once=False)
    assert (status, waiting) == ("on_track", ("behind", 1))
    assert settled(0.4, before=status, waiting=waiting, days=3, at_once=False)[0] == daily[-1]
    assert settled(0.4, before=status, waiting=waiting, days=2, at_once=False) == (
        "on_track",
        ("behind", 3),
    )


@settings(deadline=None, derandomize=True, max_examples=200)
@given(
    st.sampled_from(RUNGS),
    st.lists(st.floats(0, 1), min_size=1, max_size=12),
)
def test_no_status_moves_sooner_than_three_closings_after_the_last_move(start, probabilities):
    told = [start, *closings(start, probabilities)]
    moves = [day for day in range(1, len(told)) if told[day] != told[day - 1]]
    assert all(move > CLOSINGS for move in moves[:1])
    assert all(later - move > CLOSINGS for move, later in itertools.pairwise(moves))


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.sampled_from(RUNGS), st.floats(0, 1))
def test_a_steady_chance_ends_within_the_margin_of_its_own_status(start, probability):
    last = closings(start, [probability] * 8)[-1]
    near = {status_of(min(max(probability + off, 0.0), 1.0)) for off in (-0.031, 0.0, 0.031)}
    assert last in near
