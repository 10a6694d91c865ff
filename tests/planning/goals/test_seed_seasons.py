"""The stories that several goals and years are made of, told whole (`-s` prints them)."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

import pytest

from planning.fitness.prediction import Prediction
from planning.goals.conflicts import combined, conflicts
from planning.goals.goal import FIFTY_K_M, FIVE_K_M, MARATHON_M, TEN_K_M, GoalKind
from planning.goals.path import path_to
from planning.goals.prices import simulated
from planning.goals.proposals import evolution, rebuilt
from planning.goals.season import season
from planning.goals.telling import (
    evolution_lines,
    path_lines,
    phase_lines,
    ways_lines,
)
from planning.goals.ways import WayKind, conflicts_of, ways_out
from planning.schedule.effort import hard
from planning.schedule.plan import Phase
from planning.workout import Kind
from tests.planning.athletes import race
from tests.planning.goals.stories import FINISH, MONDAY, RUNNER, goal, known, told


def blocks(goals):
    weeks = season(goals, MONDAY)
    print("\n".join(phase_lines(weeks)))
    return [(phase, len(list(group))) for phase, group in groupby(week.phase for week in weeks)]


def kinds_before(made, day, weeks):
    first = day - timedelta(weeks=weeks)
    days = [d for d in made.plan.days() if d.workout and first <= d.day < day]
    return [d.workout.workout.kind for d in days]


def test_5k_and_10k_in_one_season():
    five = goal("Spring 5K", date(2026, 5, 17), FIVE_K_M, 20 * 60.0)
    ten = goal("Town 10K", date(2026, 6, 7), TEN_K_M, 42 * 60.0)
    state = known(five, ten)
    assert conflicts_of(state, MONDAY) == ()
    assert combined(state.goals, MONDAY) == ((five, ten),)
    blocks(state.goals)
    made = simulated(state, state.goals, MONDAY)
    told(state, made)
    # one build for both, a taper for each, and each race on its day
    assert {week.phase for week in made.plan.weeks if week.first_day <= date(2026, 4, 27)} <= {
        Phase.BASE,
        Phase.BUILD,
        Phase.PEAK,
    }
    for each in (five, ten):
        week = next(w for w in made.plan.weeks if 0 <= (each.day - w.first_day).days < 7)
        assert week.phase is Phase.TAPER
        assert made.plan.on(each.day).workout.workout.kind is Kind.RACE
    assert Kind.INTERVAL in kinds_before(made, five.day, 8)
    # each is as near as if it were alone
    for each in (five, ten):
        alone = simulated(state, (each,), MONDAY).standings[each.id]
        lost = alone.probability - made.standings[each.id].probability
        assert abs(lost) < 0.05


def test_fast_5k_and_first_ultra_with_all_three_ways_out():
    five = goal("Fast 5K", date(2026, 5, 10), FIVE_K_M, 20 * 60.0)
    ultra = goal("First ultra", date(2026, 6, 14), FIFTY_K_M, kind=FINISH)
    state = known(five, ultra)
    (conflict,) = conflicts_of(state, MONDAY)
    out = ways_out(state, conflict, MONDAY)
    print("\n".join(ways_lines(out)))
    by_kind = {kind: [way for way in out.ways if way.kind is kind] for kind in WayKind}
    assert [len(by_kind[kind]) for kind in WayKind] == [2, 1, 1]
    for way in out.ways:
        told(state, way.season)
        for price in way.prices:
            assert price.seconds is not None
            assert price.probability is not None
    # the days are kept or paid for
    assert by_kind[WayKind.SEQUENCE][0].prices[1].days_moved >= 49
    kept = [price for way in out.ways if way.kind is not WayKind.SEQUENCE for price in way.prices]
    assert {price.days_moved for price in kept} == {0}
    five_first, ultra_first = by_kind[WayKind.PRIORITISE]
    assert ultra_first.prices[0].seconds > five_first.prices[0].seconds + 10
    assert five_first.prices[1].seconds > ultra_first.prices[1].seconds + 60


def test_spring_speed_summer_base_autumn_marathon_winter_recovery():
    speed = goal("Spring 5K", date(2026, 5, 10), FIVE_K_M, 20 * 60.0)
    marathon = goal("Autumn marathon", date(2026, 10, 18), MARATHON_M, 3.4 * 3600)
    winter = goal(
        "Winter",
        date(2027, 1, 31),
        kind=GoalKind.HEALTH,
        from_day=date(2026, 10, 19),
        runs_per_week=4,
    )
    state = known(speed, marathon, winter)
    assert conflicts(state.goals, MONDAY) == ()
    assert [name for name, _ in blocks(state.goals)] == [
        Phase.BASE,  # one week
        Phase.BUILD,
        Phase.PEAK,
        Phase.TAPER,  # spring speed
        Phase.RECOVERY,
        Phase.BASE,  # summer base
        Phase.BUILD,
        Phase.PEAK,
        Phase.TAPER,  # autumn marathon
        Phase.RECOVERY,  # winter recovery, and time off
        Phase.BASE,
    ]
    made = simulated(state, state.goals, MONDAY)
    told(state, made)
    weeks = {week.first_day: week for week in made.plan.weeks}
    assert Kind.INTERVAL in kinds_before(made, speed.day, 6)
    summer = [w for day, w in weeks.items() if date(2026, 5, 18) <= day < date(2026, 7, 13)]
    assert {week.phase for week in summer} == {Phase.BASE}
    after = [weeks[date(2026, 10, 19) + timedelta(weeks=n)] for n in range(6)]
    assert {week.phase for week in after} == {Phase.RECOVERY}
    assert not any(hard(d.workout.workout) for w in after for d in w.days if d.workout)
    assert after[0].volume_m < after[2].volume_m


def test_first_marathon_done_now_a_qualifier():
    day = MONDAY - timedelta(days=1)
    first = goal("First marathon", day, MARATHON_M, kind=FINISH)
    runner = replace(RUNNER, sex="f", birth_year=1988)
    state = known(first, km=60.0, athlete=runner, more=(race(day, 42.3, 3.75 * 3600),))
    found = evolution(state, first, MONDAY)
    print("\n".join(evolution_lines(found)))
    qualifier = found.proposals[0]
    assert qualifier.goal.qualifier == "boston"
    assert qualifier.goal.target_s == 3.5 * 3600
    assert isinstance(qualifier.expected, Prediction)
    assert 0.0 < qualifier.probability < 1.0
    assert len(found.proposals) == 3
    made = rebuilt(state, found.ended, qualifier, MONDAY)
    told(state, made)
    assert [week.phase for week in made.plan.weeks[:3]] == [Phase.RECOVERY] * 3
    assert made.plan.on(qualifier.goal.day).workout.workout.kind is Kind.RACE


def test_four_years_from_first_half_to_qualifier():
    aim = goal("Qualifier", date(2030, 4, 14), MARATHON_M, 3.5 * 3600)
    runner = replace(RUNNER, sex="f", birth_year=1988, runs_per_week=4)
    state = known(km=28.0, pace=360.0, athlete=runner, race_every=0)
    path = path_to(state, aim, MONDAY)
    print("\n".join(path_lines(path)))
    first_half, first_marathon, *faster, last = path.stages
    assert first_half.is_first
    assert first_marathon.is_first
    assert first_half.goal.distance_m < first_marathon.goal.distance_m == MARATHON_M
    assert len(faster) >= 2
    assert last.goal == aim
    widths = [stage.expected.sd_ln for stage in (first_marathon, *faster, last)]
    assert widths == sorted(widths)
    milestones = [stage.milestone_s for stage in (first_marathon, *faster, last)]
    assert milestones == sorted(milestones, reverse=True)
    assert last.probability == pytest.approx(last.expected.probability_of(aim.target_s))
    # the first season of it can be planned today
    made = simulated(state, (first_half.goal,), MONDAY)
    told(state, made)
    assert made.plan.on(first_half.goal.day).workout.workout.kind is Kind.RACE
