"""Runners and goals of the stories that the product is made for, and their plans told in print."""

from datetime import date, timedelta

import pytest

from planning.athlete import Athlete
from planning.goals.goal import Goal, GoalKind, Priority
from planning.goals.judging import assessment_lines
from planning.goals.telling import standing_line
from planning.replan import State, assessed, replan
from planning.schedule.effort import effort_of, hard
from planning.schedule.library import Theme, named
from planning.schedule.lint import lint
from planning.schedule.plan import Phase
from planning.workout import Kind, unrolled
from tests.planning.schedule.cases import ZONE, history
from tests.planning.schedule.reading import printed

FAST = (Theme.INTERVAL, Theme.REPETITION)
BEFORE_TAPER = {Phase.BASE, Phase.BUILD, Phase.PEAK}
MONDAY = date(2026, 3, 2)
WEEK = timedelta(weeks=1)
RUNNER = Athlete(zone=ZONE, runs_per_week=5)
FINISH = GoalKind.COMPLETION
# A 5K of 20:50 today, on 40 km and five runs a week.
FIVE_K_RUNNER = {"km": 40.0, "pace": 325.0, "weeks": 30}


def goal(name, day, distance_m=None, target_s=None, *, kind=GoalKind.TIME, **fields):
    priority = fields.pop("priority", Priority.A)
    return Goal(name, kind, priority, day, distance_m, target_s, name=name, **fields)


def known(*goals, km=50.0, pace=330.0, weeks=30, athlete=RUNNER, more=(), race_every=6):
    runs = history(km, pace, weeks=weeks, until=MONDAY, race_every=race_every)
    taken = {each.day for each in more}
    runs = tuple(each for each in runs if each.day not in taken)
    return State(athlete, (*runs, *more), goals)


def lawful(state, made):
    """No rule is broken by the plan."""
    findings = lint(
        made.plan,
        athlete=state.athlete,
        goals=made.goals,
        activities=state.activities,
        today=MONDAY,
    )
    assert findings == ()


def told(state, made):
    """The plan as a runner reads it, and where its races end up; it is lawful."""
    lawful(state, made)
    print(printed(made.plan.weeks))
    for standing in made.standings.values():
        print(f"  {standing_line(standing)}")


def judged(state, goal, *, today=MONDAY):
    """Its assessment as `goal assess` makes it, told."""
    outcome = replan(state, today)
    (said,) = (each for each in outcome.forecasts if each.goal_id == goal.id)
    found = assessed(state, goal, today=today, plan=outcome.plan, said=said)
    print("\n".join(assessment_lines(found)))
    return found


def training(week):
    """The workouts of a week, races left out."""
    workouts = [day.workout.workout for day in week.days if day.workout]
    return [workout for workout in workouts if workout.kind is not Kind.RACE]


def full(plan, *phases):
    """The weeks of these phases that are not lighter ones."""
    return [w for w in plan.weeks if w.phase in phases and not w.focus.startswith("Lighter")]


def workouts(plan, *sessions):
    """(day, workout) of these sessions of the library."""
    days = [day for day in plan.days() if day.workout]
    return [(d.day, d.workout.workout) for d in days if d.workout.workout.session in sessions]


def longest_m(plan):
    return max(workout.distance_m for week in plan.weeks for workout in training(week))


def step_paces(plan, effort):
    """(low, high) in m/s of the steps of that effort, races left out."""
    return {
        (step.target.low, step.target.high)
        for week in plan.weeks
        for workout in training(week)
        for step in unrolled(workout.steps)
        if effort_of(step) is effort
    }


def theme_weeks(weeks, *themes):
    """Of these weeks those with a session of one of the themes."""
    return [week for week in weeks if any(named(w.session).theme in themes for w in training(week))]


def hard_ones(week):
    return [workout for workout in training(week) if hard(workout)]


def falls_to(plan, race_day, *shares):
    """The weeks of the taper are about these shares of the fullest one."""
    peak_m = max(week.volume_m for week in plan.weeks if week.phase in BEFORE_TAPER)
    last = [week.volume_m / peak_m for week in plan.weeks if week.phase is Phase.TAPER]
    assert last == pytest.approx(shares, abs=0.06)
    near = [plan.on(race_day - timedelta(days=n)) for n in (1, 2)]
    assert not any(day.workout and hard(day.workout.workout) for day in near)


def race_of(made, race_goal):
    workout = made.plan.on(race_goal.day).workout
    assert workout.workout.kind is Kind.RACE
    metres = sum(step.duration.value for step in workout.workout.steps)
    assert metres == pytest.approx(race_goal.distance_m)
    return workout


def as_foretold(made, found):
    """The plan's end and the assessment tell of one and the same chance and versions."""
    said, standing = found.forecast, made.standings[found.goal.id]
    assert standing.probability == pytest.approx(said.probability, abs=0.001)
    assert said.p10_s < said.stretch_s < said.median_s < said.conservative_s < said.p90_s
    assert standing.expected.probability_of(found.goal.target_s) == standing.probability


def day_of(plan, workout):
    return next(d.day for d in plan.days() if d.workout and d.workout.workout is workout)


def day_of_fullest(plan):
    return max(plan.weeks, key=lambda week: week.volume_m).first_day
