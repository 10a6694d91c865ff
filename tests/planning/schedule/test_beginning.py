"""The first weeks of running (rule B-1), when runs that were to come first are then not run."""

from dataclasses import replace
from datetime import timedelta

import pytest

from planning.athlete import Athlete
from planning.goals.goal import HALF_M
from planning.schedule.autonomy import material_groups
from planning.schedule.beginning import Begun, too_soon
from planning.schedule.effort import Effort, hard, noted
from planning.schedule.library import easy, long, run_walk, strides
from planning.schedule.limits import Room, soften
from planning.schedule.mileage import mileage_of, week_of
from planning.schedule.plan import BY_HAND, DayStatus, PlanDay
from planning.workout import Kind, PlannedWorkout
from tests.planning.schedule.cases import PACES, TODAY, ZONE, goal_in, history
from tests.planning.schedule.test_seasons import lived

DAY = timedelta(days=1)
GOAL = goal_in(12, HALF_M)


def begun_ago(weeks):
    since = TODAY - timedelta(weeks=weeks)
    return tuple(run for run in history(36.0, 324.0) if run.day >= since)


def without(first, days):
    """Every session as planned, but for `days` days from the one that is `first` days ahead."""
    off = range(first, first + days)
    return lambda today: 0.0 if (today - TODAY).days in off else 1.0


# By weeks of running, days without a run, and the first of them; each once laid strides or a hard
# session into a week that too few weeks then lay before.
LIVES = [(3, 4, 3), (3, 8, 12), (4, 5, 0), (4, 6, 6), (5, 4, 3), (5, 5, 0)]


@pytest.mark.parametrize(("weeks", "off", "first"), LIVES)
def test_who_misses_runs_of_the_first_weeks_has_a_lawful_plan_every_evening(weeks, off, first):
    athlete, told = Athlete(zone=ZONE, runs_per_week=4), []
    seen = lived(athlete, (GOAL,), begun_ago(weeks), 32, share=without(first, off))
    for today, _, changes in seen:  # `lived` holds each plan against every rule
        told += [(today, change) for change in changes if change.rule == "B-1"]
    assert told
    for _, change in told:
        assert "before it, and " in change.sentence
        assert change.workout_before.kind is Kind.STRIDES or hard(change.workout_before)
        assert change.workout_after.kind is Kind.EASY
        assert change.workout_after.distance_m <= change.workout_before.distance_m
        assert material_groups([change]) == 0  # it neither waits nor takes the room of others


def day(workout, **more):
    return PlanDay(TODAY + 3 * DAY, PlannedWorkout("w", TODAY + 3 * DAY, workout), **more)


def softened(planned, so_far):
    room = Room(TODAY, TODAY, MILEAGE, PACES, begun=so_far)
    found = soften({planned.day: planned}, room)
    return {soft.cause.rule: soft.day.workout.workout for soft in found.values()}.get("B-1")


MILEAGE = mileage_of(history(50), today=TODAY, complete_until=TODAY)
LITTLE = mileage_of((), today=TODAY, complete_until=TODAY)
RUN = easy(8_000, PACES)
TEMPO = replace(RUN, kind=Kind.TEMPO, steps=(replace(RUN.steps[0], note=noted(Effort.TEMPO)),))
STRIDES = strides(6_000, PACES)
WALKED = run_walk(1_800, PACES, run_s=60, walk_s=60)


def test_strides_come_after_four_weeks_and_hard_running_after_six():
    assert softened(day(STRIDES), Begun(3)).kind is Kind.EASY
    assert softened(day(STRIDES), Begun(4)) is None
    assert softened(day(TEMPO), Begun(5)).distance_m == 8_000
    assert softened(day(TEMPO), Begun(6)) is None
    assert softened(day(easy(5_000, PACES)), Begun(0)) is None


def test_where_walking_belongs_to_the_week_what_becomes_easy_has_it_too():
    so_far = Begun(3, walk_every_s=120.0)
    for workout in (STRIDES, TEMPO, easy(5_000, PACES), long(6_000, PACES)):
        becomes = softened(day(workout), so_far)
        assert too_soon(becomes, so_far) is None
        assert becomes.distance_m <= workout.distance_m
    assert softened(day(WALKED), so_far) is None


def test_what_is_eased_for_another_reason_has_walking_too():
    """Hard running is allowed here, but there is no easy running beside it."""
    so_far = Begun(7, walk_every_s=300.0)
    room = Room(TODAY, TODAY, MILEAGE, PACES, begun=so_far)
    on = TODAY + 3 * DAY
    tempo = PlanDay(on, PlannedWorkout("w", on, TEMPO))
    eased = soften({d: PlanDay(d, None) for d in week_of(TODAY)} | {on: tempo}, room)
    assert {day: soft.cause.rule for day, soft in eased.items()} == {on: "I-5"}
    assert too_soon(eased[on].day.workout.workout, so_far) is None


def test_a_hard_session_that_is_cut_to_an_easy_run_has_walking_too():
    so_far = Begun(7, walk_every_s=300.0)
    room = Room(TODAY, TODAY, LITTLE, PACES, begun=so_far)
    soft = soften({day(TEMPO).day: day(TEMPO)}, room)[day(TEMPO).day]
    assert soft.cause.rule == "P-2"
    assert too_soon(soft.day.workout.workout, so_far) is None


def test_what_the_athlete_put_there_and_what_was_run_stay():
    assert softened(day(TEMPO, why=(BY_HAND,)), Begun(0)) is None
    assert softened(day(TEMPO, status=DayStatus.DONE), Begun(0)) is None


def test_the_reason_counts_the_weeks():
    told = [too_soon(TEMPO, Begun(regular)).fact for regular in (0, 1, 5)]
    assert told == [
        "no weeks with two runs or more lie before it, and hard running comes after six",
        "1 week with two runs or more lies before it, and hard running comes after six",
        "5 weeks with two runs or more lie before it, and hard running comes after six",
    ]
