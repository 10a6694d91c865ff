"""Every plan is lawful: over the runners, goals and horizons one meets."""

from datetime import timedelta
from itertools import product

import pytest

from planning.athlete import Athlete
from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, GoalKind
from planning.schedule.lint import lint
from planning.schedule.plan import Phase
from tests.planning.schedule.cases import TODAY, ZONE, goal_in, history, planned

GRID = list(
    product(
        (20.0, 35.0, 55.0, 90.0), (3, 5, 7), (FIVE_K_M, TEN_K_M, HALF_M, MARATHON_M), (4, 11, 30)
    )
)


def told(findings):
    return "\n".join(f"{f.day} {f.rule} {f.sentence}" for f in findings)


@pytest.mark.parametrize(("km", "runs_a_week", "distance_m", "weeks"), GRID)
def test_a_fresh_plan_is_lawful_and_has_its_race(km, runs_a_week, distance_m, weeks):
    athlete = Athlete(zone=ZONE, runs_per_week=runs_a_week)
    activities = history(km, 420 - km)
    goals = (goal_in(weeks, distance_m),)
    for weekday in (0, 3, 6):
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
