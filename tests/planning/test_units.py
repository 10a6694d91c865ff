import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.units import (
    format_distance,
    format_duration,
    format_pace,
    name_of_distance,
    parse_distance,
    parse_duration,
    parse_pace,
    rounded_to_pace_step,
    seconds_per,
)

quick = settings(deadline=None, derandomize=True, max_examples=100)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3:15:00", 11_700), ("52:30", 3_150), ("95:00", 5_700), ("0:59", 59), (" 19:59.5 ", 1_199.5)],
)
def test_durations_are_read(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "315", "3:5", "3:61:00", "3:15:60", "3h15", "-3:15", "0:00", "1:2:3", "٣:15:00"]
)
def test_what_is_no_duration_is_refused_with_what_to_write(text):
    with pytest.raises(ValueError, match=r"H:\]MM:SS|up to 59"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(11_700, "3:15:00"), (3_599.6, "1:00:00"), (3_599.4, "59:59"), (5, "0:05")],
)
def test_durations_are_written(seconds, text):
    assert format_duration(seconds) == text


def test_a_negative_duration_is_refused():
    with pytest.raises(ValueError, match="negative"):
        format_duration(-1)


@quick
@given(st.integers(1, 300 * 3_600))
def test_a_written_duration_reads_back(seconds):
    assert parse_duration(format_duration(seconds)) == seconds


@quick
@given(st.integers(120, 900), st.sampled_from(["km", "mi"]))
def test_a_written_pace_reads_back(seconds, per):
    text = f"{seconds // 60}:{seconds % 60:02}/{per}"
    assert format_pace(parse_pace(text), per=per) == text


@pytest.mark.parametrize("text", ["4:35", "4:75/km", "0:00/km", "4.35/km", "4:35/lap"])
def test_what_is_no_pace_is_refused(text):
    with pytest.raises(ValueError, match="is not a pace"):
        parse_pace(text)


def test_a_standstill_has_no_pace():
    with pytest.raises(ValueError, match="above zero"):
        seconds_per(0.0)


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("5k", 5_000),
        ("10K", 10_000),
        ("half", 21_097.5),
        ("Half marathon", 21_097.5),
        ("marathon", 42_195),
        ("50k", 50_000),
        ("100k", 100_000),
        ("21.1 km", 21_100),
        ("15km", 15_000),
        ("13.1 mi", 13.1 * 1_609.344),
        ("1500", 1_500),
        ("400 m", 400),
    ],
)
def test_distances_are_read(text, metres):
    assert parse_distance(text) == pytest.approx(metres)


@pytest.mark.parametrize("text", ["", "far", "-5k", "0", "0 km", "10 miles an hour", "nan", "inf"])
def test_what_is_no_distance_is_refused(text):
    with pytest.raises(ValueError, match="is not a distance"):
        parse_distance(text)


@pytest.mark.parametrize(
    ("metres", "text"), [(21_097.5, "half"), (42_195.4, "marathon"), (15_000, "15 km")]
)
def test_distances_are_named(metres, text):
    assert name_of_distance(metres) == text


@pytest.mark.parametrize(
    ("metres", "per", "text"),
    [(21_097.5, "km", "21.1 km"), (400, "km", "400 m"), (16_093.44, "mi", "10 mi")],
)
def test_distances_are_written(metres, per, text):
    assert format_distance(metres, per=per) == text


def test_a_pace_is_rounded_to_five_seconds_a_km():
    assert format_pace(rounded_to_pace_step(1_000 / 277.4)) == "4:35/km"
    assert format_pace(rounded_to_pace_step(1_000 / 277.6)) == "4:40/km"
    assert format_pace(rounded_to_pace_step(1_000 / 277.6, step_s_per_km=1)) == "4:38/km"


@quick
@given(st.floats(0.5, 10.0))
def test_rounding_a_pace_twice_changes_nothing(speed):
    once = rounded_to_pace_step(speed)
    assert rounded_to_pace_step(once) == once
    assert abs(seconds_per(once) - seconds_per(speed)) <= 2.5 + 1e-6
