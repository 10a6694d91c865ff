"""Before, between and after races: what training holds, and how it comes back."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from planning.athlete import Athlete
from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, GoalKind, Priority
from planning.goals.season import no_hard_days, season
from planning.schedule.effort import hard
from planning.schedule.lint import lint
from planning.schedule.plan import Phase
from planning.workout import Kind, StepKind
from tests.planning.schedule.cases import TODAY, ZONE, goal_in, history, planned
from tests.planning.schedule.grid import case

RUNNER = Athlete(zone=ZONE, runs_per_week=4)
WEEK = timedelta(weeks=1)
HEALTH = goal_in(30, None, kind=GoalKind.HEALTH, id="z")


def laid_out(*goals, km=36.0, pace=390.0, athlete=RUNNER, today=TODAY):
    ran = history(km, pace, until=today) if km else ()
    plan, _ = planned(athlete, goals, ran, today, laid_out_weeks=99)
    assert not lint(plan, athlete=athlete, goals=goals, activities=ran, today=today)
    return plan


def week_of(plan, race, later=0):
    monday = race.day - timedelta(days=race.day.weekday()) + later * WEEK
    return next(week for week in plan.weeks if week.first_day == monday)


def kinds(week):
    return [day.workout.workout.kind for day in week.days if day.workout]


def longest(week):
    return max(d.workout.workout.distance_m for d in week.days if d.workout)


def test_after_a_marathon_the_level_is_there_again_in_four_weeks_when_a_race_follows():
    """Rule P-2 would hold every run to 5 km once a month without a longer one has passed."""
    one = case(138)  # 36 km a week, and a marathon on Monday week
    plan, first = one.plan(), one.goals[0]
    assert longest(week_of(plan, first, 2)) > 7_000
    assert week_of(plan, first, 4).volume_m > 0.85 * 36_000


def test_time_off_is_a_share_of_the_level_before_the_race_not_of_the_week_before():
    race = goal_in(10, MARATHON_M)
    plan = laid_out(race, replace(HEALTH, day=race.day + 22 * WEEK), km=60.0, pace=340.0)
    off = [week.volume_m for week in plan.weeks if week.focus.startswith("Off")]
    assert len(off) == 3
    assert min(off) > 0.9 * max(off)


@pytest.mark.parametrize(("distance_m", "days"), [(FIVE_K_M, 1), (TEN_K_M, 1), (HALF_M, 5)])
def test_legs_recover_from_a_c_race_as_far_as_it_was(distance_m, days):
    race = goal_in(5, distance_m, priority=Priority.C)
    after = {day for day in no_hard_days([race]) if day > race.day}
    assert len(after) == days


def test_a_marathon_on_the_side_is_followed_by_recovery_all_the_same():
    side = goal_in(5, MARATHON_M, priority=Priority.C, id="c")
    plan = laid_out(goal_in(20, TEN_K_M), side)
    for later in (1, 2, 3):
        week = week_of(plan, side, later)
        assert week.phase is Phase.RECOVERY
        assert not any(hard(d.workout.workout) for d in week.days if d.workout)
    assert week_of(plan, side).phase is not Phase.TAPER  # and by nothing before it (rule T-4)


def test_the_check_sees_a_hard_session_after_a_half_marathon_of_little_weight():
    side = goal_in(3, HALF_M, priority=Priority.C, id="c")
    main = goal_in(12, TEN_K_M)
    plan = laid_out(main, side)
    key = next(d.workout for d in plan.days() if d.workout and d.workout.workout.kind in {
        Kind.TEMPO, Kind.THRESHOLD, Kind.INTERVAL, Kind.HILLS, Kind.REPETITION
    })  # fmt: skip
    close = side.day + timedelta(days=4)
    weeks = tuple(
        replace(w, days=tuple(replace(d, workout=key) if d.day == close else d for d in w.days))
        for w in plan.weeks
    )
    found = lint(
        replace(plan, weeks=weeks), athlete=RUNNER, goals=(main, side),
        activities=history(36.0, 390.0), today=TODAY,
    )  # fmt: skip
    assert ("T-5", close) in {(finding.rule, finding.day) for finding in found}


def test_light_days_before_a_b_race_on_a_monday_lie_in_the_week_before():
    def shares(weekday):
        side = goal_in(8, HALF_M, weekday=weekday, priority=Priority.B, id="b")
        weeks = season([goal_in(20, MARATHON_M), side], TODAY)
        return weeks[7].share, weeks[8].share

    assert shares(0) == (0.85, 0.75)
    assert shares(6) == (1.0, 0.75)


def test_who_never_ran_gets_no_empty_plan_even_three_weeks_before_a_marathon():
    plan = laid_out(goal_in(2, MARATHON_M), km=0.0)
    assert all(week.volume_m >= 3_000 for week in plan.weeks)
    assert all(kind in {Kind.EASY, Kind.RACE} for week in plan.weeks for kind in kinds(week))


def test_a_race_in_the_taper_leaves_room_for_easy_runs_after_it():
    side = goal_in(8, HALF_M, priority=Priority.C, id="c")
    main = goal_in(10, MARATHON_M, weekday=5)
    athlete = replace(RUNNER, runs_per_week=7, hours_per_week=4.0)
    plan = laid_out(main, side, km=70.0, pace=310.0, athlete=athlete)
    assert week_of(plan, side, 1).volume_m > 0.33 * 40_000


def test_a_long_run_stands_in_the_week_of_a_short_race_that_counts_little():
    """Rule L-1 takes a share of what is run that week, the race among it."""
    side = goal_in(8, TEN_K_M, weekday=2, priority=Priority.C, id="c")
    athlete = replace(
        RUNNER, runs_per_week=3, run_weekdays=frozenset({1, 3, 5, 6}), long_run_weekday=5
    )
    plan = laid_out(goal_in(26, HALF_M), side, km=95.0, pace=285.0, athlete=athlete)
    assert Kind.LONG in kinds(week_of(plan, side))
    assert longest(week_of(plan, side)) > 10_000


def test_nothing_under_five_kilometres_is_called_a_long_run():
    for km, goals in ((8.0, (goal_in(20, HALF_M),)), (36.0, (goal_in(4, MARATHON_M), HEALTH))):
        for day in laid_out(*goals, km=km).days():
            if day.workout and day.workout.workout.kind is Kind.LONG:
                assert day.workout.workout.distance_m >= 5_000


def test_kilometres_that_easy_runs_have_no_room_for_lengthen_the_warm_up():
    plan = laid_out(
        goal_in(30, HALF_M), km=130.0, pace=270.0, athlete=replace(RUNNER, runs_per_week=7)
    )
    full = [week for week in plan.weeks[1:16] if not week.focus.startswith("Lighter")]
    assert min(week.volume_m for week in full) > 0.93 * 130_000
    keys = [
        d.workout.workout
        for week in full
        for d in week.days
        if d.workout and hard(d.workout.workout) and d.workout.workout.kind is not Kind.LONG
    ]
    warm = [key.steps[0].duration.value for key in keys if key.steps[0].kind is StepKind.WARMUP]
    assert 900 < max(warm) <= 1_500


def test_race_pace_at_the_end_of_the_long_run_gives_way_to_the_week_s_session():
    """Three runs of few hours: rule I-5 leaves room for one of them."""
    plan = case(3709).plan()  # a half marathon on two and a half hours a week
    growing = [w for w in plan.weeks if w.phase in {Phase.BUILD, Phase.PEAK}]
    for week in growing:
        keys = [d for d in week.days if d.workout and hard(d.workout.workout)]
        assert keys, week.first_day


@pytest.mark.parametrize("priority", [Priority.A, Priority.B])
def test_the_last_days_before_a_race_hold_no_second_long_run_however_few_runs_there_are(priority):
    race = goal_in(10, HALF_M, priority=priority)
    plan = laid_out(race, km=70.0, pace=320.0)
    near = [
        day.workout.workout.distance_m
        for day in plan.days()
        if day.workout and 0 < (race.day - day.day).days <= 5
    ]
    assert max(near) <= 12_500


def test_the_last_long_run_of_a_taper_is_shorter_and_no_easy_run_makes_up_for_it():
    race = goal_in(10, HALF_M)
    plan = laid_out(race, km=70.0, pace=320.0)
    week = week_of(plan, race, -1)
    furthest = max(longest(each) for each in plan.weeks[:-2])
    assert longest(week) <= 0.75 * furthest
    long = next(d for d in week.days if d.workout and d.workout.workout.kind is Kind.LONG)
    assert long.workout.workout.distance_m == longest(week)


@pytest.mark.parametrize("weeks", range(16, 20))
def test_no_lighter_week_right_behind_a_recovery(weeks):
    first = goal_in(6, TEN_K_M, id="first")
    plan = season([first, goal_in(weeks, TEN_K_M, id="g2")], TODAY)
    recovering = [n for n, week in enumerate(plan) if week.phase is Phase.RECOVERY]
    assert recovering
    assert not plan[recovering[-1] + 1].light


@pytest.mark.parametrize("weeks", [18, 19, 20, 21])
@pytest.mark.parametrize(("birth_year", "full"), [(None, 2), (1964, 1)])
def test_right_after_a_break_no_week_is_lighter(weeks, birth_year, full):
    """Whenever a lighter week is due (rules P-1, M-2): a fortnight off was rest enough."""
    athlete, goals = replace(RUNNER, birth_year=birth_year), (goal_in(weeks, HALF_M),)
    ran, today = history(60.0, 345.0), TODAY + 2 * WEEK
    plan, _ = planned(athlete, goals, ran, today, complete_until=today - timedelta(days=1))
    assert min(week.volume_m for week in plan.weeks[:full]) > 0.6 * 60_000  # .65 by rule R-3
    assert not lint(plan, athlete=athlete, goals=goals, activities=ran, today=today)


def test_after_a_month_off_the_long_run_grows_by_eight_per_cent_a_week():
    """Rule P-2 starts from 8 km there; in half kilometres the way to 16 km takes half as long again."""
    goals, ran, today = (goal_in(24, HALF_M),), history(60.0, 345.0), TODAY + 4 * WEEK
    known = {"complete_until": today - timedelta(days=1), "laid_out_weeks": 99}
    plan, _ = planned(RUNNER, goals, ran, today, **known)
    long_m = [longest(week) for week in plan.weeks[:11]]
    assert long_m[0] == 8_000.0
    assert all(1.06 < b / a <= 1.08 for a, b in pairwise(long_m))
    assert long_m[-1] > 16_000.0
