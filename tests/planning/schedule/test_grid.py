"""Every plan is lawful: over the runners, goals and horizons one meets."""

import os
from datetime import timedelta
from itertools import product

import pytest

from planning.athlete import Athlete
from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, GoalKind, Priority
from planning.schedule.effort import hard
from planning.schedule.lint import lint
from planning.schedule.plan import Phase
from planning.workout import Kind
from tests.planning.athletes import race, run
from tests.planning.schedule.cases import TODAY, ZONE, as_planned, goal_in, history, planned

GRID = list(
    product(
        (20.0, 35.0, 55.0, 90.0), (3, 5, 7), (FIVE_K_M, TEN_K_M, HALF_M, MARATHON_M), (4, 11, 30)
    )
)


def told(findings):
    return "\n".join(f"{f.day} {f.rule} {f.sentence}" for f in findings)


EVERY_DAY = "GOALWARD_EXAMPLES" in os.environ


@pytest.mark.parametrize(("km", "runs_a_week", "distance_m", "weeks"), GRID)
def test_a_fresh_plan_is_lawful_and_has_its_race(km, runs_a_week, distance_m, weeks):
    athlete = Athlete(zone=ZONE, runs_per_week=runs_a_week)
    activities = history(km, 420 - km)
    goals = (goal_in(weeks, distance_m),)
    for weekday in range(7) if EVERY_DAY else ((int(km) + runs_a_week + weeks) % 7,):
        today = TODAY + timedelta(days=weekday)
        plan, changes = planned(athlete, goals, activities, today)
        findings = lint(plan, athlete=athlete, goals=goals, activities=activities, today=today)
        assert not findings, told(findings)
        assert changes == ()
        assert plan.weeks[-1].first_day <= goals[0].day <= plan.weeks[-1].first_day + timedelta(6)
        assert plan.weeks[-1].phase is Phase.TAPER


@pytest.mark.parametrize("kind", [GoalKind.COMPLETION, GoalKind.HEALTH])
@pytest.mark.parametrize("km", [0.0, 8.0, 25.0, 60.0])
def test_completion_and_health_goals_and_beginners(kind, km):
    distance_m = None if kind is GoalKind.HEALTH else MARATHON_M
    activities = history(km, 400) if km else ()
    goals = (goal_in(16, distance_m, kind=kind),)
    athlete = Athlete(zone=ZONE)
    plan, _ = planned(athlete, goals, activities)
    findings = lint(plan, athlete=athlete, goals=goals, activities=activities, today=TODAY)
    assert not findings, told(findings)


ATHLETES = [
    Athlete(zone=ZONE, run_weekdays=frozenset({1, 3, 5}), long_run_weekday=5),
    Athlete(zone=ZONE, run_weekdays=frozenset({0, 2, 4, 6}), birth_year=1970),
    Athlete(zone=ZONE, run_weekdays=frozenset({5, 6})),
    Athlete(zone=ZONE, runs_per_week=6, long_run_weekday=2, birth_year=1960),
    Athlete(zone=ZONE, run_weekdays=frozenset({1, 2, 3}), long_run_weekday=6),
]


@pytest.mark.parametrize("athlete", ATHLETES)
@pytest.mark.parametrize("distance_m", [FIVE_K_M, MARATHON_M, 100_000.0])
@pytest.mark.parametrize("weekday", [2, 5])
def test_other_days_other_ages_ultras_and_races_in_mid_week(athlete, distance_m, weekday):
    activities = history(48, 350)
    goals = (
        goal_in(3, TEN_K_M, id="c", priority=Priority.C),
        goal_in(9, distance_m, weekday=weekday),
    )
    for today in (TODAY, TODAY + timedelta(weeks=6)):
        ran = history(48, 350, until=today)
        plan, _ = planned(athlete, goals, ran, today)
        findings = lint(plan, athlete=athlete, goals=goals, activities=ran, today=today)
        assert not findings, told(findings)
    assert activities


def test_a_plan_leads_somewhere():
    """Long runs and volume rise towards the peak, and fall every week of the taper (T-2)."""
    goals = (goal_in(18, MARATHON_M),)
    activities = (race(TODAY - timedelta(days=300), 42.195, 3.4 * 3600), *history(55, 330))
    plan, ran, longest = None, activities, {}
    for week in range(19):
        today = TODAY + timedelta(weeks=week)
        plan, _ = planned(Athlete(zone=ZONE), goals, ran, today, closing=plan)
        first = plan.weeks[0]
        longs = [
            d.workout.workout
            for d in first.days
            if d.workout and d.workout.workout.kind is Kind.LONG
        ]
        longest[week] = (
            first.phase,
            first.volume_m,
            max((w.distance_m for w in longs), default=0.0),
        )
        ran = (*ran, *as_planned(plan, today, today + timedelta(days=6)))
    full = [volume for phase, volume, _ in longest.values() if phase is not Phase.TAPER]
    taper = [volume for phase, volume, _ in longest.values() if phase is Phase.TAPER]
    assert 1.15 * full[1] < max(full) < 1.5 * full[1]
    assert taper == sorted(taper, reverse=True)
    peak = max(full)
    assert [round(volume / peak, 1) for volume in taper] == [0.8, 0.6, 0.4]
    assert 27_000 <= max(metres for _, _, metres in longest.values()) <= 32_000
    assert longest[18][2] == 0.0


def test_beginners_start_with_three_run_walks_and_nothing_hard():
    athlete, goals = Athlete(zone=ZONE), (goal_in(20, HALF_M, kind=GoalKind.COMPLETION),)
    plan, ran, hard_from = None, (), None
    for week in range(14):
        today = TODAY + timedelta(weeks=week)
        plan, _ = planned(athlete, goals, ran, today, closing=plan, complete_until=today)
        findings = lint(plan, athlete=athlete, goals=goals, activities=ran, today=today)
        assert not findings, told(findings)
        first = [d.workout.workout for d in plan.weeks[0].days if d.workout]
        assert len(first) == 3
        if week == 0:
            assert all(workout.name.startswith("Run-walk") for workout in first)
        if hard_from is None and any(hard(workout) for workout in first):
            hard_from = week
        ran = (*ran, *as_planned(plan, today, today + timedelta(days=6)))
    assert hard_from is None or hard_from >= 6
    assert plan.weeks[0].volume_m > 10_000


def test_the_ceiling_of_a_small_runner():
    """Twelve km a week may become 25 before a half marathon, not the 32 that would help (P-5)."""
    plan, _ = planned(Athlete(zone=ZONE), (goal_in(40, HALF_M),), history(12, 400))
    assert dict(plan.peaks_m)["g1"] == 25_000
    assert max(week.volume_m for week in plan.weeks) <= 25_000


def test_a_long_run_is_at_most_its_share_though_longer_ones_were_run():
    monday = TODAY - timedelta(weeks=10)
    ran = tuple(
        run(monday + timedelta(weeks=week, days=day), km, 340)
        for week in range(10)
        for day, km in ((1, 3.0), (3, 3.0), (6, 24.0))
    )
    athlete, goals = Athlete(zone=ZONE), (goal_in(12, MARATHON_M),)
    plan, _ = planned(athlete, goals, ran)
    findings = lint(plan, athlete=athlete, goals=goals, activities=ran, today=TODAY)
    assert not findings, told(findings)


def test_the_week_of_a_b_race_is_lighter_and_otherwise_easy():
    b = goal_in(2, TEN_K_M, id="b", priority=Priority.B)
    goals = (b, goal_in(12, HALF_M, id="a"))
    plan, _ = planned(Athlete(zone=ZONE), goals, history(55, 330))
    before, week = plan.weeks[1], plan.weeks[2]
    assert week.volume_m < 0.8 * before.volume_m
    assert [d.day for d in week.days if d.workout and hard(d.workout.workout)] == [b.day]


def test_after_a_race_in_mid_week_the_rest_of_it_is_easy():
    goals = (goal_in(2, FIVE_K_M, weekday=2), goal_in(12, FIVE_K_M, id="g2"))
    plan, _ = planned(Athlete(zone=ZONE), goals, history(55, 330))
    after = [d for d in plan.weeks[2].days if d.day > goals[0].day and d.workout]
    assert after
    assert not any(hard(d.workout.workout) for d in after)
    assert all(d.workout.workout.distance_m <= 8_000 for d in after)


def test_more_weeks_laid_out_change_nothing_of_the_first_four():
    activities, goals = history(55, 330), (goal_in(16, MARATHON_M),)
    plan, _ = planned(Athlete(zone=ZONE), goals, activities)
    whole, _ = planned(Athlete(zone=ZONE), goals, activities, laid_out_weeks=17)
    assert whole.weeks[:4] == plan.weeks[:4]
    assert all(len(week.days) == 7 for week in whole.weeks)
    assert len(whole.weeks) == len(plan.weeks) == 17
    assert not any(week.days for week in plan.weeks[4:])


@pytest.mark.parametrize("hours", [2.0, 4.0])
def test_no_week_takes_more_time_than_there_is(hours):
    athlete = Athlete(zone=ZONE, hours_per_week=hours)
    plan, _ = planned(athlete, (goal_in(16, HALF_M),), history(60, 330), laid_out_weeks=17)
    for week in plan.weeks[:-1]:
        took_s = sum(day.workout.workout.duration_s for day in week.days if day.workout)
        assert 0.4 * hours < took_s / 3600 < 1.02 * hours
