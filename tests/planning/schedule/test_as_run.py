"""How hard a run was: by pace first, by heart rate where pace says nothing."""

from dataclasses import replace

import pytest

from planning.activity import Surface
from planning.schedule.as_run import mean_speed, was_hard
from planning.schedule.paces import Beats
from tests.planning.athletes import race, ride, run
from tests.planning.schedule.cases import PACES, TODAY, UNSURE

BEATS = replace(PACES, beats=Beats(first=148.0, second=170.0))
MARATHON_S = 287  # s/km


def curve(twenty_minutes_m):
    """A mean-maximal curve up to 20 minutes; only its last value matters."""
    return (*(10.0 * n for n in range(1, 17)), twenty_minutes_m)


@pytest.mark.parametrize(
    ("km", "pace", "was"),
    [
        (5, MARATHON_S - 1, True),  # 23:50
        (4, MARATHON_S - 1, False),  # 19:04 only
        (12, MARATHON_S + 1, False),
        (5, 240, True),  # just 20 minutes
    ],
)
def test_twenty_minutes_at_marathon_pace_are_hard(km, pace, was):
    assert was_hard(run(TODAY, km, pace), PACES) is was


def test_a_fast_stretch_within_an_easy_run_is_hard():
    twenty_m = 1_200_000 / MARATHON_S
    assert was_hard(run(TODAY, 12, 340, curve_m=curve(twenty_m + 1)), PACES)
    assert not was_hard(run(TODAY, 12, 340, curve_m=curve(twenty_m - 1)), PACES)
    downhill = run(TODAY, 12, 340, curve_m=curve(twenty_m + 1), flat_distance_m=12_600.0)
    assert not was_hard(downhill, PACES)


def test_uphill_counts_as_the_flat_that_costs_as_much():
    assert was_hard(run(TODAY, 10, 310, flat_distance_m=11_000.0), PACES)


def test_a_race_is_hard_and_a_ride_is_not():
    assert was_hard(race(TODAY, 3, 1_200), PACES)
    assert not was_hard(replace(ride(TODAY), average_heart_rate_bpm=160.0), BEATS)
    assert not was_hard(replace(ride(TODAY), is_race=True), BEATS)


@pytest.mark.parametrize(
    "fields",
    [
        {"surface": Surface.TREADMILL},
        {"surface": Surface.TRAIL},
        {"surface": Surface.VIRTUAL},
        {"usable": False},
        {"temperature_c": 28.0},
        {"distance_m": None},
    ],
)
def test_where_pace_does_not_tell_the_heart_does(fields):
    fast = run(TODAY, 10, 240, **fields)
    assert mean_speed([fast]) is None
    assert not was_hard(fast, PACES)
    assert not was_hard(fast, BEATS)
    assert was_hard(replace(fast, average_heart_rate_bpm=149.0), BEATS)
    assert not was_hard(replace(fast, average_heart_rate_bpm=147.0), BEATS)
    assert not was_hard(replace(fast, average_heart_rate_bpm=149.0), PACES)
    short = replace(fast, average_heart_rate_bpm=160.0, moving_time_s=1_100.0)
    assert not was_hard(short, BEATS)


def test_pace_is_asked_before_the_heart():
    """A strap that slips, or a hot day that nobody wrote down, makes no easy run hard."""
    assert not was_hard(run(TODAY, 10, 340, average_heart_rate_bpm=165.0), BEATS)
    assert was_hard(run(TODAY, 10, 280, average_heart_rate_bpm=140.0), BEATS)
    unsure = replace(UNSURE, beats=BEATS.beats)
    assert not was_hard(run(TODAY, 10, 280), unsure)
    assert was_hard(run(TODAY, 10, 340, average_heart_rate_bpm=165.0), unsure)


def test_a_jog_to_the_start_counts_and_is_not_asked():
    jog = run(TODAY, 0.5, 400, usable=False)
    assert mean_speed([jog, run(TODAY, 9.5, 300)]) == pytest.approx(10_000 / (200 + 2_850))
    assert mean_speed([jog]) is None
