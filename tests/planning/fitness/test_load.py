from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.activity import LoadBasis, Sport, Surface
from planning.fitness.heart import HeartLimits
from planning.fitness.load import (
    daily_loads,
    day_loads,
    heart_scale,
    load_of,
    relative_trimp,
)
from tests.planning.athletes import MONDAY, ride, run

quick = settings(deadline=None, derandomize=True, max_examples=60)
MAN = HeartLimits(resting_bpm=50, max_bpm=190, sex="m")


def test_an_hour_at_threshold_is_sixty_minutes_of_load():
    hour = run(MONDAY, 14.4, 250)  # 4 m/s for an hour
    load = load_of(hour, threshold_m_per_s=4.0)
    assert (load.minutes, load.basis) == (pytest.approx(60.0), LoadBasis.PACE)


def test_half_of_threshold_speed_costs_a_quarter():
    assert load_of(run(MONDAY, 7.2, 500), threshold_m_per_s=4.0).minutes == pytest.approx(15.0)


def test_a_broken_speed_does_not_make_a_monstrous_day():
    broken = run(MONDAY, 40.0, 90, usable=False)
    assert load_of(broken, threshold_m_per_s=4.0).basis is LoadBasis.DURATION
    assert load_of(replace(broken, usable=True), threshold_m_per_s=4.0).minutes == 60 * 1.5


def test_a_minute_at_threshold_heart_rate_is_one_minute():
    assert relative_trimp(50 + 0.88 * 140, MAN) == pytest.approx(1.0)
    # half of the reserve: .5 e^(1.92 x .5) / (.88 e^(1.92 x .88)) = 1.3059 / 4.7667
    assert relative_trimp(120, MAN) == pytest.approx(0.2739, abs=2e-4)
    # women: .5 e^(1.67 x .5) / (.88 e^(1.67 x .88))
    assert relative_trimp(120, replace(MAN, sex="f")) == pytest.approx(0.3012, abs=2e-4)
    assert relative_trimp(40, MAN) == 0
    assert relative_trimp(230, MAN) == relative_trimp(190, MAN)


@pytest.mark.parametrize("surface", [Surface.TREADMILL, Surface.TRAIL])
def test_where_pace_means_little_the_heart_counts(surface):
    hour = run(MONDAY, 8.0, 450, surface=surface, average_heart_rate_bpm=120.0)
    load = load_of(hour, threshold_m_per_s=4.0, limits=MAN)
    assert load.basis is LoadBasis.HEART_RATE
    assert load.minutes == pytest.approx(60 * relative_trimp(120, MAN))
    assert load_of(hour, threshold_m_per_s=4.0).basis is LoadBasis.DURATION


def test_pace_is_made_comparable_for_grade_where_that_is_known():
    # 10 km in an hour that cost as much as 11 on the flat, threshold 4 m/s: 60 (11/14.4)^2
    hilly = run(MONDAY, 10.0, 360, flat_distance_m=11_000.0, climb_m=400.0)
    load = load_of(hilly, threshold_m_per_s=4.0, limits=MAN)
    assert (load.minutes, load.basis) == (pytest.approx(35.01, abs=0.01), LoadBasis.PACE)


@pytest.mark.parametrize(
    ("climb_m", "basis"),
    [(200.0, LoadBasis.HEART_RATE), (199.0, LoadBasis.PACE), (None, LoadBasis.PACE)],
)
def test_on_hills_of_which_only_the_climb_is_known_the_heart_counts(climb_m, basis):
    hilly = run(MONDAY, 10.0, 360, climb_m=climb_m, average_heart_rate_bpm=160.0)
    assert load_of(hilly, threshold_m_per_s=4.0, limits=MAN).basis is basis
    assert load_of(hilly, threshold_m_per_s=4.0).basis is LoadBasis.PACE  # better than nothing
    known = replace(hilly, flat_distance_m=10_400.0)
    assert load_of(known, threshold_m_per_s=4.0, limits=MAN).basis is LoadBasis.PACE


def both(n, pace=500.0, bpm=120.0, **fields):
    """Runs of an hour and a bit, by 120 bpm .2739 of threshold, by 2 m/s .25 of it."""
    days = (MONDAY + timedelta(day) for day in range(n))
    return [run(day, 8.0, pace, average_heart_rate_bpm=bpm, **fields) for day in days]


def test_a_minute_by_heart_rate_is_worth_what_the_athletes_own_runs_say():
    known = {"threshold_m_per_s": 4.0, "limits": MAN}
    scale = heart_scale(both(10), **known)
    assert scale == pytest.approx(0.25 / 0.2739, rel=1e-3)
    belt = run(MONDAY, 8.0, 500, surface=Surface.TREADMILL, average_heart_rate_bpm=120.0)
    road = load_of(both(1)[0], **known)
    assert load_of(belt, **known, scale=scale).minutes == pytest.approx(road.minutes)
    assert daily_loads([belt], **known, scale=scale)[MONDAY] == pytest.approx(road.minutes)
    # one race with a strap that slipped does not move the median
    assert heart_scale([*both(10), *both(1, pace=250.0)], **known) == scale


def test_without_enough_runs_that_have_both_nothing_is_scaled():
    known = {"threshold_m_per_s": 4.0, "limits": MAN}
    for runs in (
        both(9),
        both(10, surface=Surface.TREADMILL),
        both(10, sport=Sport.RIDE),
        both(10, climb_m=400.0),  # pace says little there
        both(10, bpm=50.0),
        both(10, bpm=None),
        both(10, moving_time_s=None, elapsed_time_s=None),
    ):
        assert heart_scale(runs, **known) == 1.0
    assert heart_scale(both(10), threshold_m_per_s=None, limits=MAN) == 1.0
    assert heart_scale(both(10), threshold_m_per_s=4.0, limits=None) == 1.0
    assert heart_scale(both(10, bpm=60.0), **known) == 2.0
    assert heart_scale(both(10, bpm=185.0), **known) == 0.5


def test_limits_that_make_no_sense_are_not_used():
    hour = run(MONDAY, 8.0, 450, surface=Surface.TRAIL, average_heart_rate_bpm=120.0)
    assert load_of(hour, limits=HeartLimits(190, 190)).basis is LoadBasis.DURATION


def test_other_sports_count_roughly_and_are_marked():
    load = load_of(ride(MONDAY, minutes=60), threshold_m_per_s=4.0, limits=MAN)
    assert (load.minutes, load.basis) == (pytest.approx(27.0), LoadBasis.DURATION)
    for sport in Sport:
        assert 0 < load_of(run(MONDAY, 10, 360, sport=sport)).minutes < 60


def test_an_activity_without_a_time_costs_nothing():
    nothing = run(MONDAY, 10, 300, moving_time_s=None, elapsed_time_s=None)
    assert load_of(nothing, threshold_m_per_s=4.0).minutes == 0


def test_fitness_and_fatigue_of_the_first_days():
    loads = {MONDAY: 84.0, MONDAY + timedelta(2): 42.0}
    first, second, third = day_loads(loads, until=MONDAY + timedelta(2))
    assert (first.fitness, first.fatigue, first.form) == (2.0, 12.0, 0.0)
    assert second.fitness == pytest.approx(2 - 2 / 42)
    assert (second.minutes, second.form) == (0.0, -10.0)
    assert third.fatigue == pytest.approx(12 * 6 / 7 + (42 - 12 * 6 / 7) / 7)


def test_what_lies_after_the_last_day_does_not_count():
    late = {MONDAY: 30.0, MONDAY + timedelta(9): 300.0}
    assert day_loads(late, until=MONDAY) == day_loads({MONDAY: 30.0}, until=MONDAY)
    assert day_loads({MONDAY: 30.0}, until=MONDAY - timedelta(1)) == ()


def test_steady_training_is_where_fitness_ends():
    loads = {MONDAY + timedelta(day): 40.0 for day in range(400)}
    last = day_loads(loads, until=MONDAY + timedelta(399))[-1]
    assert last.fitness == pytest.approx(40.0, abs=0.01)
    assert last.form == pytest.approx(0.0, abs=0.01)


minutes = st.lists(st.floats(0, 200), min_size=1, max_size=60)


@quick
@given(minutes, st.data())
def test_more_load_is_never_less_fatigue(each_day, data):
    which = data.draw(st.integers(0, len(each_day) - 1))
    loads = {MONDAY + timedelta(n): m for n, m in enumerate(each_day)}
    more = loads | {MONDAY + timedelta(which): each_day[which] + data.draw(st.floats(0, 200))}
    until = MONDAY + timedelta(len(each_day) + 10)
    for less, harder in zip(
        day_loads(loads, until=until), day_loads(more, until=until), strict=True
    ):
        assert harder.fatigue >= less.fatigue - 1e-9
        assert harder.fitness >= less.fitness - 1e-9


@quick
@given(st.floats(2.0, 6.0), st.floats(2.0, 6.0))
def test_running_faster_never_costs_less(one, other):
    slow, fast = (
        load_of(run(MONDAY, 0.6 * speed * 6, 1_000 / speed), threshold_m_per_s=4.0)
        for speed in sorted((one, other))
    )
    assert slow.minutes <= fast.minutes + 1e-9


anywhere = st.sampled_from([Surface.ROAD, Surface.TRACK, Surface.TRAIL, Surface.TREADMILL])
heart_rates = st.none() | st.floats(60.0, 200.0)


@quick
@given(st.floats(1.0, 300.0), st.floats(1.0, 300.0), st.floats(150.0, 700.0), heart_rates, anywhere)
def test_more_minutes_at_one_effort_never_cost_less(one, other, pace, heart_rate, surface):
    short, long = (
        load_of(
            run(
                MONDAY,
                minutes * 60 / pace,
                pace,
                average_heart_rate_bpm=heart_rate,
                surface=surface,
            ),
            threshold_m_per_s=4.0,
            limits=MAN,
        )
        for minutes in sorted((one, other))
    )
    assert short.basis is long.basis
    assert 0 <= short.minutes <= long.minutes + 1e-9


@quick
@given(heart_rates, heart_rates)
def test_a_faster_heart_never_costs_less(one, other):
    calm, driven = (
        load_of(
            run(MONDAY, 8.0, 450, surface=Surface.TRAIL, average_heart_rate_bpm=bpm), limits=MAN
        )
        for bpm in sorted((one or 90.0, other or 90.0))
    )
    assert calm.minutes <= driven.minutes + 1e-9


def test_days_without_a_run_only_let_go():
    days = day_loads({MONDAY: 60.0}, until=MONDAY + timedelta(30))
    assert len(days) == 31
    for before, after in pairwise(days):
        assert (after.fitness, after.fatigue) == (
            pytest.approx(before.fitness * 41 / 42),
            pytest.approx(before.fatigue * 6 / 7),
        )


def test_days_are_summed_in_any_order():
    many = [run(MONDAY + timedelta(n % 3), 5 + 0.1 * n, 300 + n) for n in range(30)]
    there, back = daily_loads(many), daily_loads(reversed(many))
    assert there == back
    assert all(a < b for a, b in pairwise(there))
