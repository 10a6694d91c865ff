"""How many of ours a device has room for beside the athlete's own."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.calendar import room_for
from tests.planning.calendar_world import TODAY, planned
from tests.sizes import FIXED, examples

MANY = settings(deadline=None, derandomize=FIXED, max_examples=examples(60))
FORTNIGHT = [planned(f"s{n}", TODAY + timedelta(days=n)) for n in range(14)]


@pytest.mark.parametrize(
    ("theirs", "fitting"), [(0, 14), (16, 14), (17, 13), (25, 5), (27, 3), (30, 3), (99, 3)]
)
def test_the_soonest_fit_and_three_days_always_do(theirs, fitting):
    room = room_for(reversed(FORTNIGHT), theirs=theirs, most=30, today=TODAY)
    assert room.fits == tuple(FORTNIGHT[:fitting])
    assert room.waiting == tuple(FORTNIGHT[fitting:])


@given(
    st.lists(st.integers(0, 27), unique=True), st.integers(0, 40), st.integers(1, 40)
)  # fmt: skip
@MANY
def test_nothing_is_lost_nothing_later_is_before_something_sooner(days, theirs, most):
    wanted = [planned(f"s{n}", TODAY + timedelta(days=n)) for n in days]
    room = room_for(wanted, theirs=theirs, most=most, today=TODAY)
    assert sorted((*room.fits, *room.waiting), key=lambda w: w.day) == sorted(
        wanted, key=lambda w: w.day
    )
    soon = sum(n < 3 for n in days)
    assert len(room.fits) + theirs <= most or len(room.fits) == soon
    if room.waiting:
        assert all(w.day < room.waiting[0].day for w in room.fits)
        assert len(room.fits) + theirs >= most or not room.fits or len(room.fits) == soon
