"""Heart rate limits: the athlete's own word first, then what is well seen, else none."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from planning.activity import Sport
from planning.athlete import Athlete
from planning.fitness.heart import (
    HeartLimits,
    Origin,
    heart_limits,
    highest_heart_rate,
    resting_heart_rate,
)
from planning.wellness import Wellness
from tests.planning.athletes import MONDAY, run

TODAY = MONDAY + timedelta(days=400)
ATHLETE = Athlete(ZoneInfo("UTC"), sex="f")


def seen(*maxima, last=TODAY, **fields):
    return [
        run(last - timedelta(days=n), 8.0, 350.0, max_heart_rate_bpm=float(bpm), **fields)
        for n, bpm in enumerate(maxima)
    ]


def nights(*bpm):
    return [
        Wellness("garmin", TODAY - timedelta(days=n), resting_heart_rate_bpm=float(one))
        for n, one in enumerate(bpm)
    ]


def test_what_the_athlete_set_counts_before_what_was_seen():
    runs = seen(*[180] * 30)
    told = highest_heart_rate(runs, TODAY, set_bpm=192.0)
    assert (told.bpm, told.sd_bpm, told.origin) == (192.0, 0.0, Origin.SET)
    assert "Your runs reach" not in told.message
    assert "Your runs reach 180" in highest_heart_rate(runs, TODAY, set_bpm=176.0).message


def test_else_the_98_per_cent_quantile_of_the_highest_of_a_years_runs():
    # under 120 is no highest of a run; of the 81 values left, 120 ... 200, it is 120 + .98 x 80
    told = highest_heart_rate(seen(*range(100, 201)), TODAY)
    assert told.bpm == pytest.approx(198.4)
    assert (told.sd_bpm, told.origin) == (4.0, Origin.SEEN)
    assert "81 runs" in told.message


def test_one_bad_second_of_a_sensor_moves_it_little():
    runs = seen(*[185] * 60)
    worse = [replace(runs[0], max_heart_rate_bpm=219.0), *runs[1:]]
    assert highest_heart_rate(worse, TODAY).bpm == highest_heart_rate(runs, TODAY).bpm == 185.0


def test_too_few_runs_tell_none():
    assert highest_heart_rate(seen(*[185] * 20), TODAY).bpm == 185.0
    assert highest_heart_rate(seen(*[185] * 19), TODAY) is None
    assert highest_heart_rate([], TODAY) is None


@pytest.mark.parametrize(
    "others",
    [
        seen(*[185] * 30, last=TODAY - timedelta(days=365)),
        seen(*[185] * 30, last=TODAY + timedelta(days=30)),
        seen(*[185] * 30, sport=Sport.RIDE),
        seen(*[240] * 30),
        [replace(each, max_heart_rate_bpm=None) for each in seen(*[185] * 30)],
    ],
    ids=["older than a year", "later", "rides", "no heart", "none recorded"],
)
def test_what_does_not_tell_the_highest_of_a_run_today(others):
    assert highest_heart_rate(others, TODAY) is None


def test_resting_is_what_was_set_else_the_median_of_the_last_nights():
    assert resting_heart_rate(nights(48, 50, 47, 49, 90, 46, 48), TODAY) == 48.0
    assert resting_heart_rate(nights(48, 50, 47, 49, 51, 46), TODAY) is None  # six nights
    assert resting_heart_rate(nights(*[48] * 9), TODAY, set_bpm=52.0) == 52.0
    old = [replace(each, day=each.day - timedelta(days=28)) for each in nights(*[48] * 9)]
    assert resting_heart_rate(old, TODAY) is None
    later = [replace(each, day=each.day + timedelta(days=9)) for each in nights(*[48] * 9)]
    assert resting_heart_rate(later, TODAY) is None


def test_load_by_heart_rate_needs_both_limits():
    whole = replace(ATHLETE, max_heart_rate_bpm=190.0, resting_heart_rate_bpm=50.0)
    assert heart_limits(whole, today=TODAY) == HeartLimits(50.0, 190.0, "f")
    assert heart_limits(ATHLETE, today=TODAY) is None
    assert heart_limits(replace(whole, resting_heart_rate_bpm=None), today=TODAY) is None
    assert heart_limits(replace(whole, max_heart_rate_bpm=None), today=TODAY) is None
    assert heart_limits(replace(whole, resting_heart_rate_bpm=195.0), today=TODAY) is None
    told = heart_limits(
        ATHLETE, activities=seen(*[185] * 20), wellness=nights(*[47] * 7), today=TODAY
    )
    assert told == HeartLimits(47.0, 185.0, "f")
