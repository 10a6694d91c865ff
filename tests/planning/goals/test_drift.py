import math
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.goals.drift import (
    MOST_VOLUME,
    Running,
    break_effect,
    drift,
    first_year_effect,
    running_of,
    taper_effect,
    volume_effect,
)
from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, Goal, GoalKind, Priority
from planning.schedule.plan import DayStatus, Phase, Plan, PlanDay, PlanWeek
from planning.workout import Kind, PlannedWorkout, Workout
from tests.planning.athletes import MONDAY, race, ride, run
from tests.sizes import FIXED, examples

CASES = settings(deadline=None, derandomize=FIXED, max_examples=examples(60))
TODAY = MONDAY + timedelta(weeks=60)
DISTANCES = st.sampled_from([FIVE_K_M, TEN_K_M, HALF_M, MARATHON_M])


def goal(weeks, distance_m=TEN_K_M, priority=Priority.A):
    day = TODAY + timedelta(days=round(7 * weeks))
    return Goal("g", GoalKind.TIME, priority, day, distance_m, 2_700.0)


def running(before_m, after_m=0.0, *, weeks=60, ahead=40, skip=(), **known):
    """A run a day: weeks of `before_m` until today, of `after_m` from then on."""
    metres = {}
    for number in range(-7 * weeks + 1, 7 * ahead):
        weekly = before_m if number <= 0 else after_m
        if number not in skip and weekly:
            metres[TODAY + timedelta(days=number)] = weekly / 7
    planned_until = TODAY + timedelta(days=7 * ahead if after_m else 0)
    return Running(metres, TODAY, known.pop("known_until", TODAY), planned_until, **known)


# --- volume ---------------------------------------------------------------------------------------


def test_a_third_of_the_table_is_credited_for_more_volume():
    # 1.5 x the volume for 12 weeks and more: .037 x (ln 1.5 - ln 1.2), as unsure as it is large
    effect = volume_effect(goal(14), running(40e3, 60e3))
    assert effect.ln_time == pytest.approx(-0.037 * math.log(1.5 / 1.2), rel=0.02)
    assert effect.sd_ln == -effect.ln_time


def test_twice_the_volume_is_worth_no_more_than_one_and_a_half_per_cent():
    assert volume_effect(goal(14), running(30e3, 90e3)).ln_time == -0.015


def test_less_time_to_run_it_is_worth_less():
    long, short = (volume_effect(goal(weeks), running(40e3, 60e3)) for weeks in (13, 7))
    assert short.ln_time == pytest.approx(long.ln_time / 2, rel=0.03)


@pytest.mark.parametrize("share", [0.92, 1.0, 1.1, 1.19])
def test_what_the_runners_of_the_study_did_anyway_is_in_the_expectation_already(share):
    assert volume_effect(goal(12), running(40e3, share * 40e3)) is None


def test_fewer_kilometres_cost_something():
    assert volume_effect(goal(14), running(50e3, 30e3)).ln_time > 0.01


def test_nothing_is_credited_for_what_is_neither_done_nor_planned():
    assert volume_effect(goal(12), running(40e3)) is None
    assert volume_effect(goal(3), running(40e3, 80e3)) is None  # two weeks and the taper


def test_the_taper_is_no_loss_of_volume():
    before = running(50e3, 50e3)
    less = {
        day: metres / 2 if day >= TODAY + timedelta(weeks=9) else metres
        for day, metres in before.metres.items()
    }
    tapered = Running(less, TODAY, TODAY, before.planned_until)
    assert volume_effect(goal(12, MARATHON_M), tapered) is None


def test_weeks_of_a_break_do_not_make_the_usual_week_smaller():
    off = running(50e3, 50e3, skip=range(-40, -12))
    assert off.held_m() == pytest.approx(50e3, rel=0.15)


@CASES
@given(st.floats(0.3, 3.0), st.floats(1.0, 2.0), st.floats(0.0, 40.0), DISTANCES)
def test_more_kilometres_in_the_plan_never_slow(share, more, weeks, distance_m):
    race_day = goal(weeks, distance_m, Priority.B)
    less = sum(one.ln_time for one in drift(race_day, running(40e3, share * 40e3)))
    further = sum(one.ln_time for one in drift(race_day, running(40e3, share * more * 40e3)))
    assert further <= less + 1e-12
    assert abs(further) <= MOST_VOLUME


# --- breaks ---------------------------------------------------------------------------------------


def off_for(days, *, back_days_ago=0, **known):
    """The last run before the break, and every day run since it ended."""
    back = TODAY - timedelta(days=back_days_ago)
    metres = {back - timedelta(days=days + 1 + n): 9e3 for n in range(100)}
    metres |= {back + timedelta(days=n): 9e3 for n in range(back_days_ago + 1)}
    return Running(metres, TODAY, known.pop("known_until", TODAY), TODAY, **known)


@pytest.mark.parametrize(("days", "cost"), [(15, 0.03), (30, 0.04), (90, 0.065), (7, 0.0)])
def test_the_loss_is_there_on_the_first_day_back(days, cost):
    effect = break_effect(TODAY, off_for(days))
    assert (effect.ln_time if effect else 0.0) == pytest.approx(cost)
    assert effect is None or effect.sd_ln == effect.ln_time / 2


def test_it_is_regained_in_the_time_of_the_break_and_within_six_weeks():
    half = break_effect(TODAY, off_for(20, back_days_ago=10))
    assert half.ln_time == pytest.approx(break_effect(TODAY, off_for(20)).ln_time / 2)
    assert break_effect(TODAY, off_for(20, back_days_ago=20)) is None
    assert break_effect(TODAY, off_for(80, back_days_ago=42)) is None


def test_a_break_that_goes_on_costs_a_race_tomorrow_and_not_one_in_two_months():
    off = running(40e3, skip=range(-20, 1))  # 21 days
    assert break_effect(TODAY + timedelta(days=1), off).ln_time > 0.03
    assert break_effect(TODAY + timedelta(weeks=8), off) is None


def test_days_of_which_nothing_is_known_are_no_break():
    silent = running(40e3, skip=range(-20, 1), known_until=TODAY - timedelta(days=21))
    assert break_effect(TODAY, silent) is None
    hidden = frozenset(TODAY - timedelta(days=n) for n in range(30))
    assert break_effect(TODAY, off_for(20, withheld_on=hidden)) is None


def test_a_break_that_is_planned_counts():
    away = running(40e3, 40e3, skip=range(20, 41))
    assert break_effect(TODAY + timedelta(days=43), away).ln_time > 0.02


@CASES
@given(st.integers(0, 120), st.integers(0, 60), st.integers(0, 60))
def test_a_longer_break_is_no_faster(days, longer, back_days_ago):
    costs = [
        effect.ln_time if effect else 0.0
        for effect in (
            break_effect(TODAY, off_for(n, back_days_ago=back_days_ago))
            for n in (days, days + longer)
        )
    ]
    assert costs[1] >= costs[0] - 1e-12


# --- the taper ------------------------------------------------------------------------------------


def tapered(share, priority=Priority.A):
    whole = running(50e3, 50e3)
    race_day = goal(6, TEN_K_M, priority)
    metres = {
        day: m * share if race_day.day - timedelta(7) <= day < race_day.day else m
        for day, m in whole.metres.items()
    }
    return taper_effect(race_day, Running(metres, TODAY, TODAY, whole.planned_until))


@pytest.mark.parametrize("share", [0.5, 0.6, 0.7])
def test_a_real_taper_is_worth_a_little_over_one_per_cent(share):
    assert tapered(share).ln_time == pytest.approx(-0.011)
    assert tapered(share).sd_ln == pytest.approx(0.011)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0, 1.3])
def test_no_taper_and_no_running_are_worth_nothing(share):
    assert tapered(share) is None


def test_it_is_of_a_race_it_is_made_for_and_of_days_that_are_planned():
    assert tapered(0.6, Priority.B) is None
    half_planned = running(50e3, 50e3)
    until = goal(6).day - timedelta(days=4)
    metres = {day: m for day, m in half_planned.metres.items() if day <= until}
    assert taper_effect(goal(6), Running(metres, TODAY, TODAY, until)) is None


# --- the first year -------------------------------------------------------------------------------


def test_beginners_gain_very_unequally():
    young = running(12e3, weeks=8)
    effect = first_year_effect(TODAY + timedelta(weeks=10), young)
    assert effect.ln_time == 0.0
    # .004 a week for ten weeks, of which 8 to 18 of 52 weeks of the year are gone
    assert effect.sd_ln == pytest.approx(0.004 * 10 * (44 + 34) / 2 / 52, rel=0.02)
    assert first_year_effect(TODAY + timedelta(weeks=10), running(12e3, weeks=60)) is None
    assert first_year_effect(TODAY + timedelta(weeks=10), running(40e3, weeks=8)) is None
    assert first_year_effect(TODAY, young) is None


# --- what was run and what is planned ---------------------------------------------------------------


def ten_k_on(day):
    workout = Workout(Kind.EASY, "Easy", "", (), 10_000.0, 3_600.0, 40.0)
    return PlannedWorkout(f"g-{day.isoformat()}", day, workout)


def test_a_plan_is_read_by_days_and_beyond_them_by_weeks():
    monday = TODAY
    days = tuple(
        PlanDay(day, ten_k_on(day) if day.weekday() in {0, 2, 4} else None)
        for day in (monday + timedelta(days=n) for n in range(7))
    )
    skipped = PlanDay(days[4].day, days[4].workout, DayStatus.SKIPPED)
    weeks = (
        PlanWeek(monday, Phase.BASE, "", 30e3, 180.0, (*days[:4], skipped, *days[5:])),
        PlanWeek(monday + timedelta(7), Phase.BASE, "", 35e3, 200.0),
    )
    plan = Plan("v", TODAY, ("g",), None, weeks)
    ran = (run(TODAY, 5.0, 360), race(TODAY - timedelta(1), 10.0, 2_700), ride(TODAY))
    seen = running_of((*ran, run(TODAY + timedelta(1), 8.0, 360)), plan, today=TODAY)
    assert seen.metres[TODAY] == 5_000.0  # run already: not what was planned
    assert seen.metres[TODAY - timedelta(1)] == 10_000.0
    assert seen.metres[TODAY + timedelta(2)] == 10_000.0
    assert TODAY + timedelta(4) not in seen.metres
    assert TODAY + timedelta(1) not in seen.metres
    assert seen.metres[TODAY + timedelta(9)] == 5_000.0
    assert seen.planned_until == TODAY + timedelta(13)
