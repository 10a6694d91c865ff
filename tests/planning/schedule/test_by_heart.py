"""Heart rate where pace means little: trails, treadmills, mountains (rules Z-1, H-1)."""

from dataclasses import replace

import pytest

from planning.activity import Surface
from planning.athlete import Athlete
from planning.fitness.ability import estimate
from planning.goals.goal import HALF_M
from planning.schedule.effort import Effort, effort_of
from planning.schedule.lint import lint
from planning.schedule.paces import Beats, for_goal, paces_of
from planning.workout import TargetType, unrolled
from tests.planning.schedule.cases import TODAY, ZONE, goal_in, history, planned

HISTORY = history(50, 340)
FITNESS = estimate(HISTORY, TODAY)
TRAIL = goal_in(12, 30_000.0, climb_m=1_200.0)


def paces(activities=HISTORY, **more):
    return paces_of(FITNESS, activities=activities, today=TODAY, **more)


def on(surface, every):
    return tuple(
        replace(a, surface=surface) if index % every == 0 else a for index, a in enumerate(HISTORY)
    )


def test_the_borders_are_those_of_the_zones():
    """190 bpm: 78.9 and 89.9 % for a man are 150 and 171, 83.6 and 91.7 % for a woman 159 and 174
    (Nuuttila 2025).
    """
    man, woman = (paces(highest_bpm=190.0, sex=sex).beats for sex in ("m", "f"))
    assert (round(man.first), round(man.second)) == (150, 171)
    assert (round(woman.first), round(woman.second)) == (159, 174)
    assert paces().beats is None  # nothing set, and no run told a heart rate


def test_bands_rise_with_the_effort_and_stop_where_the_heart_is_too_slow():
    beats = Beats(150.0, 171.0)
    efforts = (Effort.EASY, Effort.MARATHON, Effort.TEMPO, Effort.THRESHOLD)
    bands = [beats.target(effort) for effort in efforts]
    assert [(band.low, band.high) for band in bands] == [
        (123, 150),
        (150, 160),
        (160, 171),
        (166, 173),
    ]
    for effort in (Effort.INTERVAL, Effort.REPETITION, Effort.RACE):
        assert beats.target(effort).type is TargetType.OPEN


@pytest.mark.parametrize(("surface", "every", "by_heart"), [
    (Surface.TREADMILL, 1, True),
    (Surface.TRAIL, 1, True),
    (Surface.TRAIL, 3, False),
    (Surface.TRACK, 1, False),
])  # fmt: skip
def test_where_most_runs_are_off_the_road_easy_running_goes_by_heart(surface, every, by_heart):
    told = paces(on(surface, every), highest_bpm=190.0, sex="m")
    assert told.by_heart is by_heart
    wanted = TargetType.HEART_RATE if by_heart else TargetType.PACE
    assert told.target(Effort.EASY).type is wanted
    assert told.target(Effort.THRESHOLD).type is wanted
    assert told.target(Effort.HILL).type is TargetType.OPEN
    assert replace(told, certain=False).target(Effort.EASY).type is TargetType.OPEN


@pytest.mark.parametrize("highest_bpm", [190.0, None])
def test_a_plan_for_the_mountains_is_by_heart_or_by_effort_and_lawful(highest_bpm):
    athlete = Athlete(zone=ZONE, max_heart_rate_bpm=highest_bpm, sex="f")
    plan, _ = planned(athlete, (TRAIL,), HISTORY, laid_out_weeks=99)
    steps = [
        step for day in plan.days() if day.workout for step in unrolled(day.workout.workout.steps)
    ]
    types = {step.target.type for step in steps if effort_of(step) is Effort.EASY}
    assert types == {TargetType.HEART_RATE if highest_bpm else TargetType.OPEN}
    assert TargetType.PACE not in {step.target.type for step in steps}
    found = lint(plan, athlete=athlete, goals=(TRAIL,), activities=HISTORY, today=TODAY)
    assert not found


def test_the_road_keeps_its_paces():
    told = for_goal(
        paces(highest_bpm=190.0), goal=goal_in(12, HALF_M), fitness=FITNESS, today=TODAY
    )
    assert told.target(Effort.EASY).type is TargetType.PACE
