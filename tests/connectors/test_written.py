"""What every calendar is given alike: names that carry the day, notes that carry the marker."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.comparing import ident_in
from connectors.written import LONGEST_NAME, cut, dated, day_in, described, undated
from tests.connectors.garmin.sessions import planned, sessions
from tests.sizes import FIXED, examples

MANY = settings(deadline=None, derandomize=FIXED, max_examples=examples(60))


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(-180, 180))
@MANY
def test_the_day_in_a_name_is_found_again(day, away):
    near = date.fromordinal(day.toordinal() + away)
    assert day_in(dated("Easy", day), near) == day
    assert undated(dated("Easy", day)) == "Easy"


@pytest.mark.parametrize(
    "name",
    ["Easy", "Mon", "Monday 3 Nov Easy", "Mon 32 Nov x", "Fri 3 November x", "13-01 x", "1-5 x"],
)
def test_the_athletes_own_names_carry_no_day_of_ours(name):
    assert undated(name) == name
    assert day_in(name, date(2026, 11, 23)) is None


def in_bytes(text):
    return len(text.encode())


@given(st.text(max_size=300), st.integers(0, 260), st.sampled_from([len, in_bytes]))
@MANY
def test_what_is_cut_is_short_enough_and_says_so(text, longest, size):
    kept = cut(text, longest=longest, size=size)
    assert size(kept) <= longest
    assert kept in {text, ""} or (kept[-1] == "…" and text.startswith(kept[:-1]))


@given(sessions(), st.sampled_from([len, in_bytes]))
@MANY
def test_a_note_leaves_room_for_the_marker(session, size):
    told = described(session, longest=254, size=size)
    assert size(told) <= 254
    assert ident_in(told.rpartition("\n")[2]) == session.ident


def test_a_note_that_fits_is_whole():
    assert described(planned(note=" because "), longest=254) == (
        "because\n\n[goalward:g1-w40-quality]"
    )


@pytest.mark.parametrize("name", ["11-25 5 x 1 km", "Wed 25 Nov 5 x 1 km"])
def test_names_as_they_were_spelled_before_are_still_ours(name):
    assert undated(name) == "5 x 1 km"
    assert day_in(name, date(2026, 11, 1)) == date(2026, 11, 25)


def test_a_list_by_name_is_one_by_day_and_a_short_screen_shows_the_session():
    days = [date(2027, 1, 31) + timedelta(days=n) for n in range(300)]
    names = [dated("6 x 1 km threshold", day) for day in days]
    assert names == sorted(names)
    assert len(set(names)) == len(names)
    assert names[0][:18] == "01-31 6 x 1 km thr"


def test_a_name_that_is_too_long_ends_in_an_ellipsis():
    told = dated("Long 24 km, 2 x 4 km race pace and some more of it", date(2026, 11, 25))
    assert (len(told), told[-1]) == (LONGEST_NAME, "…")
