"""A marathon plan read with a runner's eye: 55 km a week, about 3:22, eighteen weeks.

`pytest -s tests/planning/schedule/test_reading.py` prints it.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from planning.athlete import Athlete
from planning.fitness.ability import estimate
from planning.fitness.prediction import predict
from planning.goals.goal import MARATHON_M
from planning.schedule.adapt import plan_for
from planning.schedule.effort import hard
from planning.schedule.plan import Phase
from planning.workout import Kind
from tests.planning.athletes import race
from tests.planning.schedule.cases import TODAY, ZONE, as_planned, goal_in, history
from tests.planning.schedule.reading import printed

WEEK = timedelta(weeks=1)
GOAL = goal_in(17, target_s=3.25 * 3600, name="Autumn Marathon")


@pytest.fixture(scope="module")
def season():
    """Every week as it stood on its Monday, the plan being done as it says."""
    activities = (race(TODAY - 30 * WEEK, 42.195, 3.42 * 3600), *history(55, 342))
    fitness = estimate(activities, TODAY)
    print(f"\nmarathon today: {predict(fitness, MARATHON_M).median_s / 3600:.2f} h")
    plan, weeks = None, []
    for index in range(18):
        today = TODAY + index * WEEK
        plan, _ = plan_for(
            athlete=Athlete(zone=ZONE),
            goals=(GOAL,),
            activities=activities,
            fitness=fitness,
            today=today,
            closing_plan=plan,
            complete_until=today - timedelta(days=1),
        )
        weeks.append(replace(plan.weeks[0]))
        activities = (*activities, *as_planned(plan, today, today + timedelta(days=6)))
    print(printed(weeks))
    return weeks


def sessions(week):
    return [day.workout.workout for day in week.days if day.workout]


def test_it_reads_as_a_marathon_plan(season):
    longest = [
        max((w.distance_m for w in sessions(week) if w.kind is Kind.LONG), default=0)
        for week in season
    ]
    assert 28_000 <= max(longest) <= 32_000  # L-1
    assert longest.index(max(longest)) in range(10, 15)  # well before the day, not too early
    assert longest[17] == 0
    assert longest[16] < 0.65 * max(longest)
    with_pace = [w for week in season for w in sessions(week) if w.kind is Kind.LONG and hard(w)]
    assert 3 <= len(with_pace) <= 7
    work = [len(w.steps) and w.name for w in with_pace]
    assert len(set(work)) > 1, "the race-pace blocks grow"


def test_every_week_has_its_rest_and_its_runs(season):
    for week in season:
        told = sessions(week)
        assert len(told) == 5
        assert sum(hard(w) for w in told if w.kind is not Kind.RACE) <= 2
        assert any(w.kind in {Kind.EASY, Kind.STRIDES} for w in told)


def test_the_race_week(season):
    week = season[17]
    assert week.phase is Phase.TAPER
    saturday, sunday = week.days[5], week.days[6]
    assert sunday.workout.workout.kind is Kind.RACE
    assert sunday.workout.workout.name == "Autumn Marathon"
    assert saturday.workout.workout.distance_m <= 5_000
    assert week.days[4].workout is None
    assert [w.kind for w in sessions(week) if hard(w)][:-1]  # some race pace early in the week
    assert week.volume_m < 0.45 * max(w.volume_m for w in season)
