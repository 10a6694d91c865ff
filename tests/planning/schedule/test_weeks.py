"""What stands in single weeks: tests, second long runs, walking breaks, strength, strides."""

from dataclasses import replace
from datetime import timedelta

import pytest

from planning.athlete import Athlete
from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, GoalKind, Priority
from planning.schedule.effort import hard
from planning.schedule.lint import lint
from planning.schedule.plan import Phase
from planning.workout import Kind, Repeat
from tests.planning.athletes import race
from tests.planning.schedule.cases import TODAY, ZONE, goal_in, history, planned

HISTORY = history(50, 340)
FIVE = Athlete(zone=ZONE, runs_per_week=5)


GROWING = {Phase.BASE, Phase.BUILD, Phase.PEAK}


def laid_out(*goals, activities=HISTORY, athlete=FIVE):
    plan, _ = planned(athlete, goals, activities, laid_out_weeks=99)
    found = lint(plan, athlete=athlete, goals=goals, activities=activities, today=TODAY)
    assert not found, found
    return plan


def sessions(plan, *ids):
    """Days with such a session, and the week that each is of."""
    return [
        (week, day)
        for week in plan.weeks
        for day in week.days
        if day.workout and day.workout.workout.session in ids
    ]


def test_lighter_weeks_before_a_race_against_the_clock_hold_a_test_and_nothing_else_hard():
    plan = laid_out(goal_in(16, TEN_K_M, target_s=2_700))
    tests = sessions(plan, "test-3k")
    assert len(tests) >= 2
    for week, _ in tests:
        assert "Lighter" in week.focus
        assert week.phase in {Phase.BASE, Phase.BUILD}
        assert sum(hard(d.workout.workout) for d in week.days if d.workout) == 1


def test_no_test_close_to_a_race_nor_for_who_wants_to_finish():
    free = sessions(laid_out(goal_in(16, TEN_K_M)), "test-3k")
    b_race = goal_in(8, FIVE_K_M, id="b", priority=Priority.B)
    busy = sessions(laid_out(goal_in(16, TEN_K_M), b_race), "test-3k")
    assert all(abs((day.day - b_race.day).days) > 21 for _, day in busy)
    assert len(busy) < len(free)
    near = goal_in(3, FIVE_K_M, id="c", priority=Priority.C)
    first = free[0][1].day
    moved = replace(near, day=first + timedelta(days=12))
    after = sessions(laid_out(goal_in(16, TEN_K_M), moved), "test-3k")
    assert first in {day.day for _, day in free} - {day.day for _, day in after}
    finish = goal_in(16, HALF_M, kind=GoalKind.COMPLETION)
    assert not sessions(laid_out(finish), "test-3k", "test-5k")


def test_before_an_ultra_long_runs_stand_back_to_back_from_four_runs_on():
    goal = goal_in(16, 50_000.0, kind=GoalKind.COMPLETION)
    plan = laid_out(goal)
    pairs = sessions(plan, "back-to-back")
    assert pairs
    for week, day in pairs:
        after = plan.on(day.day + timedelta(days=1)).workout.workout
        assert after.kind is Kind.LONG
        assert day.workout.workout.distance_m <= 0.6 * after.distance_m
        assert week.phase in {Phase.BUILD, Phase.PEAK}
    three = laid_out(goal, athlete=Athlete(zone=ZONE, runs_per_week=3))
    assert not sessions(three, "back-to-back")
    assert not sessions(laid_out(goal_in(16, MARATHON_M)), "back-to-back")


@pytest.mark.parametrize(("pace_s", "walks"), [(470.0, True), (330.0, False)])
def test_who_runs_out_of_time_before_a_first_marathon_practises_walking_breaks(pace_s, walks):
    """Two and a half hours at 7:50 are 19 km: rule L-1 offers run-walk below 25."""
    slow = history(35, pace_s)
    plan = laid_out(goal_in(16, MARATHON_M, kind=GoalKind.COMPLETION), activities=slow)
    walking = sessions(plan, "long-run-walk")
    assert bool(walking) is walks
    if walks:  # on every long run: a break that is not practised is none on the day
        kept = {week.first_day for week, _ in walking}
        growing = [week for week in plan.weeks if week.phase in GROWING]
        assert kept == {week.first_day for week in growing}
    for _, day in walking:
        breaks = day.workout.workout.steps[-1]
        assert isinstance(breaks, Repeat)
        assert not hard(day.workout.workout)


def test_strength_is_told_on_easy_days_before_no_demanding_one_and_never_in_the_taper():
    plan = laid_out(goal_in(16, HALF_M))
    lifting = sessions(plan, "easy-strength")
    assert {week.phase for week, _ in lifting} <= {Phase.BASE, Phase.BUILD, Phase.PEAK}
    assert len(lifting) >= 8
    for _, day in lifting:
        assert "strength later in the day" in day.workout.note
        after = plan.on(day.day + timedelta(days=1))
        demanding = after and after.workout and (
            hard(after.workout.workout) or after.workout.workout.kind is Kind.LONG
        )  # fmt: skip
        assert not demanding


def test_the_eve_of_a_race_is_a_shakeout_and_the_week_after_a_marathon_is_recovery():
    marathon = goal_in(6, MARATHON_M)
    ran = (race(TODAY - timedelta(days=300), 42.195, 3.5 * 3600), *HISTORY)
    plan = laid_out(marathon, goal_in(24, TEN_K_M, id="g2"), activities=ran)
    eve = plan.on(marathon.day - timedelta(days=1)).workout.workout
    assert eve.session == "shakeout"
    assert sessions(plan, "recovery")
    for week, _ in sessions(plan, "recovery"):
        assert week.phase is Phase.RECOVERY


def test_strides_go_uphill_in_every_other_week_of_the_base():
    plan = laid_out(goal_in(20, FIVE_K_M))
    uphill = sessions(plan, "hill-strides")
    assert uphill
    assert {week.phase for week, _ in uphill} == {Phase.BASE}
    assert len({week.first_day for week, _ in uphill}) < sum(
        week.phase is Phase.BASE for week in plan.weeks
    )


def test_a_second_long_stretch_in_mid_week_where_the_volume_carries_it():
    far = history(80, 320)
    plan = laid_out(
        goal_in(16, MARATHON_M), activities=far, athlete=Athlete(zone=ZONE, runs_per_week=6)
    )
    assert sessions(plan, "medium-long")
    assert all(d.workout.workout.distance_m >= 10_000 for _, d in sessions(plan, "medium-long"))
    assert not sessions(laid_out(goal_in(16, FIVE_K_M), activities=far), "medium-long")


def test_every_session_of_a_plan_is_of_the_library_and_its_note_gives_an_easier_option():
    for goal in (
        goal_in(12, HALF_M),
        goal_in(12, 50_000.0),
        goal_in(12, None, kind=GoalKind.HEALTH),
    ):
        for day in laid_out(goal).days():
            if day.workout:
                assert day.workout.workout.session
                assert "Easier option: " in day.workout.note
                assert day.workout.workout.distance_m > 0
                assert day.workout.workout.duration_s > 0
                assert day.workout.workout.load_min > 0


def test_who_never_ran_is_led_from_walking_to_running_and_on():
    plan = laid_out(
        goal_in(15, HALF_M, kind=GoalKind.COMPLETION), activities=(), athlete=Athlete(zone=ZONE)
    )
    walked = [
        (step.steps[0].duration.value, step.steps[1].duration.value)
        for _, day in sessions(plan, "run-walk", "run-walk-start")
        for step in day.workout.workout.steps
    ]
    assert {walk for _, walk in walked} == {60.0}
    assert [run for run, _ in walked] == sorted(run for run, _ in walked)
    assert {run for run, _ in walked} == {60.0, 120.0, 180.0, 300.0}
    # so little is not made less: the limits alone set the pace
    small = plan.weeks[:6]
    assert all("Lighter" not in week.focus for week in small)
    assert small[0].focus.startswith("Running and walking")
    assert small[2].volume_m > 9_500  # two weeks are a level to go by where there is no third
    assert max(week.volume_m for week in plan.weeks) > 19_000
    longest = max(w.distance_m for _, day in sessions(plan, "long") for w in [day.workout.workout])
    assert longest >= 7_500
