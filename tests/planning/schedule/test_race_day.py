"""The race as a workout (rules G-1, G-2, H-1) and the notes that go with it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.fitness.ability import estimate
from planning.fitness.prediction import predict
from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, GoalKind
from planning.schedule import library
from planning.schedule.paces import critical_speed, for_goal, paces_of
from planning.workout import TargetType
from tests.planning.schedule.cases import PACES, TODAY, UNSURE, goal_in, history
from tests.sizes import FIXED, examples

SETTINGS = settings(deadline=None, derandomize=FIXED, max_examples=examples(80))
HISTORY = history(55, 330)
FITNESS = estimate(HISTORY, TODAY)


def middle(step):
    """Seconds a kilometre."""
    return 500 / step.target.low + 500 / step.target.high


def paced(goal, fitness=FITNESS):
    paces = paces_of(fitness, activities=HISTORY, today=TODAY)
    return for_goal(paces, goal=goal, fitness=fitness, today=TODAY)


def test_the_marathon_of_3_22_by_segments():
    """4:47 a kilometre on the mean; the first five kilometres 1.5 % slower, the last ten 1 % faster
    than even, each to the second.
    """
    race = library.race(goal_in(3, MARATHON_M), PACES)
    assert [step.duration.value for step in race.steps] == [5_000, 16_000, 10_900, 10_295]
    assert [round(middle(step)) for step in race.steps] == [292, 287, 287, 284]
    assert race.distance_m == MARATHON_M
    assert race.duration_s == pytest.approx(MARATHON_M * 0.287, rel=0.002)
    assert race.session == "race-far"
    assert "hold back" in race.steps[0].note
    assert "carbohydrate" in race.steps[1].note


@SETTINGS
@given(
    distance_m=st.sampled_from([FIVE_K_M, 8_400.0, TEN_K_M, HALF_M, MARATHON_M, 50_000.0]),
    speed=st.floats(1.8, 5.6),
    of_critical=st.floats(0.7, 1.05),
    kind=st.sampled_from([GoalKind.TIME, GoalKind.COMPLETION]),
)
def test_even_or_faster_at_the_end_and_never_above_94_per_cent_of_critical_speed(
    distance_m, speed, of_critical, kind
):
    paces = replace(PACES, on_the_day=speed, critical=speed / of_critical)
    race = library.race(goal_in(3, distance_m, kind=kind), paces)
    assert race.distance_m == pytest.approx(distance_m, abs=0.1)
    speeds = [middle(step) for step in race.steps]
    assert speeds == sorted(speeds, reverse=True)
    assert speeds[0] - speeds[-1] <= 0.035 * speeds[0] + 3
    gone_m = 0.0
    for step in race.steps:
        assert step.target.low < step.target.high
        if distance_m > 30_000 and gone_m < 0.495 * distance_m:
            assert step.target.high <= 0.94 * paces.critical + 1e-9
        gone_m += step.duration.value
    if distance_m < 30_000 or of_critical < 0.92:
        assert race.duration_s == pytest.approx(distance_m / speed, rel=0.01)


def test_a_goal_within_reach_sets_the_pace_and_one_out_of_reach_does_not():
    usual_s = predict(FITNESS, MARATHON_M, weeks_ahead=10).median_s
    for share, version in ((0.97, "your goal of"), (0.75, "realistic as things stand")):
        goal = goal_in(10, MARATHON_M, target_s=share * usual_s)
        paces = paced(replace(goal, day=TODAY + timedelta(weeks=10)))
        race = library.race(goal, paces)
        assert version in race.purpose
        within = MARATHON_M / paces.on_the_day
        assert within == pytest.approx(min(share, 1.0) * usual_s if share > 0.9 else usual_s)
    assert "is not, yet" in race.purpose


def test_climb_slows_the_day_and_not_the_work_before_it():
    flat, hilly = (paced(goal_in(10, HALF_M, climb_m=climb)) for climb in (None, 250.0))
    assert hilly.on_the_day < 0.995 * flat.on_the_day
    assert hilly.race == flat.race


def test_warm_days_are_slower_and_above_25_degrees_there_is_no_pace():
    cool, warm, hot = (paced(goal_in(10, MARATHON_M, temperature_c=t)) for t in (8, 20, 28))
    assert warm.on_the_day < 0.97 * cool.on_the_day
    goal = goal_in(10, MARATHON_M, temperature_c=28)
    race = library.race(goal, hot)
    assert {step.target.type for step in race.steps} == {TargetType.OPEN}
    assert "25 degrees" in race.purpose
    assert library.race(goal, warm).steps[0].target.type is TargetType.PACE


@pytest.mark.parametrize(
    "goal", [goal_in(10, 30_000.0, climb_m=1_200.0), goal_in(10, 80_000.0, climb_m=4_000.0)]
)
def test_mountains_and_unknown_ability_go_by_effort(goal):
    race = library.race(goal, paced(goal))
    assert {step.target.type for step in race.steps} == {TargetType.OPEN}
    assert race.session == "race-ultra"
    flat = library.race(goal_in(10, TEN_K_M), UNSURE)
    assert {step.target.type for step in flat.steps} == {TargetType.OPEN}


def test_walking_breaks_and_fuel_are_told():
    first = library.race(goal_in(10, MARATHON_M, kind=GoalKind.COMPLETION), PACES)
    note = library.note_of(first)
    assert "a minute in ten" in note
    assert "30 to 60 g of carbohydrate an hour, up to 90 g" in note
    assert "carbohydrate" not in library.note_of(library.race(goal_in(10, FIVE_K_M), PACES))
    half = library.note_of(library.race(goal_in(10, HALF_M), PACES))
    assert "30 to 60 g of carbohydrate an hour, as practised." in half
    assert "practise what the race will ask for" in library.note_of(library.long(24_000, PACES))
    assert "carbohydrate" not in library.note_of(library.long(12_000, PACES))
    assert "18 km without any pace" in library.note_of(library.long(24_000, PACES))
    assert library.note_of(replace(library.easy(8_000, PACES), session="")).endswith("40 min easy.")


def test_critical_speed_lies_between_the_races_of_twenty_minutes_and_an_hour():
    """Between 5 km and 10 km race speed for a runner of 3:20 to 3:40 (Smyth & Muniz-Pumares 2020:
    the marathon at 84.8 +- 13.6 % of it).
    """
    critical = critical_speed(FITNESS)
    speeds = [m / predict(FITNESS, m).median_s for m in (FIVE_K_M, TEN_K_M, MARATHON_M)]
    assert speeds[1] * 0.98 < critical < speeds[0]
    assert 0.78 < speeds[2] / critical < 0.97


def test_a_race_in_the_mountains_takes_the_time_that_is_foretold():
    """By effort, but not in the time of a flat one: whoever reads the plan packs for it."""
    goal = goal_in(12, 50_000.0, kind=GoalKind.COMPLETION, climb_m=2_200.0, temperature_c=24.0)
    paces = paced(goal)
    raced = library.race(goal, paces)
    assert raced.duration_s == pytest.approx(50_000.0 / paces.on_the_day, rel=0.02)
    assert raced.duration_s > 1.3 * 50_000.0 / paces.race
