"""The ground of all limits: what was run, what is held, what is allowed."""

from datetime import timedelta

import pytest

from planning.activity import Sport, Surface
from planning.schedule.mileage import mileage_of
from tests.planning.athletes import race, ride, run
from tests.planning.schedule.cases import TODAY

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def weeks(*km, until=TODAY):
    """Two runs a week, three quarters on Sunday; the last number is the week before `until`."""
    told = []
    for back, far in enumerate(reversed(km), start=1):
        if far:
            monday = until - back * WEEK
            told += [run(monday + 2 * DAY, far / 4, 360), run(monday + 6 * DAY, far * 3 / 4, 360)]
    return told


def ground(activities, known=TODAY - DAY):
    return mileage_of(activities, today=TODAY, complete_until=known)


def test_a_run_is_at_most_ten_per_cent_over_the_longest_of_thirty_days():
    seen = ground([run(TODAY - 30 * DAY, 20, 360), run(TODAY - 31 * DAY, 25, 360)])
    assert seen.run_limit_m(TODAY) == pytest.approx(22_000)
    assert seen.run_limit_m(TODAY + DAY) == 8_000  # 30 days off: half of 25, at most 8
    assert ground([]).run_limit_m(TODAY) == 5_000
    assert ground([run(TODAY - DAY, 3, 360)]).run_limit_m(TODAY) == 5_000


def test_a_race_is_no_training_run_and_counts_as_one_at_most():
    """A hundred kilometres in a race are no level held: weeks are not built on them."""
    training = run(TODAY - 3 * DAY, 10, 360)
    for race_km, counted_m in ((5.0, 5_000), (21.1, 10_000), (100.0, 10_000)):
        seen = ground([race(TODAY - DAY, race_km, 300 * race_km), training])
        assert seen.run_limit_m(TODAY) == pytest.approx(11_000)
        assert seen.week_m(TODAY - WEEK) == pytest.approx(10_000 + counted_m)
        to_come = ground([training]).and_then(TODAY - DAY, 1000 * race_km, training=False)
        assert to_come.week_m(TODAY - WEEK) == pytest.approx(10_000 + counted_m)
    assert ground([race(TODAY - DAY, 21.1, 6_000)]).week_m(TODAY - WEEK) == 5_000


def test_treadmill_counts_and_a_ride_does_not():
    seen = ground(
        [
            run(TODAY - DAY, 10, 360, usable=False, surface=Surface.TREADMILL),
            run(TODAY - 2 * DAY, 300, 100, usable=False),
            ride(TODAY - 2 * DAY),
            run(TODAY - 3 * DAY, 8, 600, sport=Sport.WALK),
        ]
    )
    assert seen.week_m(TODAY - WEEK) == pytest.approx(10_000)


def test_held_is_the_mean_of_the_best_two_of_eight():
    assert ground(weeks(50, 40, 30, 30, 50)).held_m(TODAY) == pytest.approx(50_000)
    old = weeks(90, 40, 30, 20, 40, 50, 60, 30, 20)
    assert ground(old).held_m(TODAY) == pytest.approx(55_000)


def test_who_ran_less_for_five_weeks_comes_back_to_a_little_more_at_once():
    assert ground(weeks(60, 60, 60, 30, 30, 30, 30, 30)).held_m(TODAY) == pytest.approx(34_500)


def test_a_run_missed_in_most_weeks_is_no_run_a_week_less():
    tuesdays, thursdays, sundays = (
        [run(TODAY - n * WEEK + weekday * DAY, 5, 360) for n in range(1, 9)]
        for weekday in (1, 3, 6)
    )
    now_and_then = [thursdays[3], thursdays[6]]
    assert ground([*tuesdays, *sundays, *now_and_then]).runs_a_week(TODAY) == 3
    assert ground([*tuesdays, *sundays]).runs_a_week(TODAY) == 2


def test_a_break_lowers_what_is_held_and_comes_back_over_its_own_length():
    steady = ground(weeks(*[50] * 10)).held_m(TODAY)
    one_off = ground(weeks(*[50] * 9, 0)).held_m(TODAY)
    two_off = ground(weeks(*[50] * 8, 0, 0)).held_m(TODAY)
    back = ground(weeks(*[50] * 8, 0, 0, 32, 40)).held_m(TODAY)
    assert steady == pytest.approx(50_000)
    assert 0.7 * steady < one_off < 0.85 * steady
    assert 0.5 * steady <= two_off < 0.7 * steady
    assert two_off < back <= steady


def test_once_a_break_is_run_off_the_weeks_of_it_no_longer_count():
    """Three weeks off and four back (rule R-3): the level of before, within what P-3 sees of it."""
    back = ground(weeks(*[50] * 8, 0, 0, 0, 25, 33, 42, 48))
    assert back.held_m(TODAY) == pytest.approx(49_000)  # the best two of eight weeks


def test_silence_is_no_break():
    """Two weeks without data that may yet arrive are not two weeks off."""
    known = ground(weeks(*[50] * 8, 0, 0), known=TODAY - 2 * WEEK)
    assert known.held_m(TODAY) == pytest.approx(50_000)


def test_a_break_is_remembered_for_so_many_weeks():
    off = ground(weeks(*[50] * 8, 0, 50))
    assert off.was_off(TODAY, weeks=1)  # it ended on the Tuesday of that week
    assert off.was_off(TODAY + WEEK, weeks=2)
    assert not off.was_off(TODAY + WEEK, weeks=1)
    assert not ground(weeks(*[50] * 8)).was_off(TODAY, weeks=2)


def test_the_ceiling_is_half_more_than_the_best_month_of_the_year():
    assert ground(weeks(*[40] * 6)).ceiling_m(TODAY, least_m=25_000) == pytest.approx(60_000)
    assert ground(weeks(10, 10)).ceiling_m(TODAY, least_m=40_000) == 40_000


def test_the_week_limit_is_ten_per_cent_or_three_kilometres():
    assert ground(weeks(*[50] * 5)).week_limit_m(TODAY) == pytest.approx(55_000)
    assert ground(weeks(*[20] * 5)).week_limit_m(TODAY) == pytest.approx(23_000)
    assert ground([]).week_limit_m(TODAY) == 9_000
