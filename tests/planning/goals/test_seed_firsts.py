"""First marathon, first ultra, and no race at all, told whole (`-s` prints the plans): what a demanding coach looks for."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from planning.goals.evolution import End
from planning.goals.goal import FIFTY_K_M, FIVE_K_M, MARATHON_M, GoalKind
from planning.goals.needs import longest_run_gate, weekly_gate
from planning.goals.offers import Offered
from planning.goals.prices import simulated
from planning.goals.proposals import evolution
from planning.goals.telling import evolution_lines
from planning.schedule.effort import Effort
from planning.schedule.library import Theme
from planning.schedule.plan import Phase
from planning.workout import Kind, TargetType
from tests.planning.athletes import race, run
from tests.planning.goals.stories import (
    BEFORE_TAPER,
    FAST,
    FINISH,
    MONDAY,
    RUNNER,
    WEEK,
    day_of_fullest,
    falls_to,
    full,
    goal,
    hard_ones,
    judged,
    known,
    longest_m,
    race_of,
    step_paces,
    told,
    training,
    workouts,
)
from tests.planning.schedule.cases import as_planned
from tests.planning.schedule.emphasis import emphasis


def test_first_marathon():
    first = goal("First marathon", date(2026, 10, 11), MARATHON_M, kind=FINISH)
    runner = replace(RUNNER, runs_per_week=4)
    state = known(first, km=28.0, pace=375.0, athlete=runner, race_every=0)
    made = simulated(state, state.goals, MONDAY)
    told(state, made)
    found = judged(state, first)
    # finishing is judged in words, and never promised; no time is claimed
    said = found.forecast
    assert said.stretch_s is None
    assert "judged by longest run and weekly distance and not by statistics" in said.message
    assert made.standings[first.id].probability <= said.probability <= 0.75
    # two and a half hours hold 20 km at this pace: it is said, with its price and what helps (L-1)
    assert (
        "in 3 h at most and 2.5 before a first marathon, the longest run reaches 20" in said.message
    )
    assert "took about 13 minutes longer" in said.message
    assert {need.what for need in found.steps} == {"weekly distance"}
    assert not found.offers
    assert found.decision is None
    # patience: gradual, one hard session a week at most and none in the taper
    plan = made.plan
    for week in plan.weeks:
        assert len(hard_ones(week)) <= (0 if week.phase is Phase.TAPER else 1)
        assert emphasis(plan).share(*FAST) == 0.0
    fullest = 0.0
    for week in plan.weeks[1:]:
        assert week.volume_m <= max(1.1 * fullest, fullest + 3_000.0, 31_000.0)
        fullest = max(fullest, week.volume_m)
    assert (first.day - day_of_fullest(plan)).days // 7 == 3
    # the long run leads: to two and a half hours, with walking breaks from the first one on
    longs = [w for week in plan.weeks for w in training(week) if w.kind is Kind.LONG]
    lengths = [max(w.distance_m for w in training(week)) for week in full(plan, *BEFORE_TAPER)]
    assert lengths[-2] > 1.7 * lengths[0]
    assert max(w.duration_s for w in longs) <= 2.5 * 3600.0
    assert max(w.duration_s for w in longs) > 2.3 * 3600.0
    growing = [
        w for week in full(plan, *BEFORE_TAPER) for w in training(week) if w.kind is Kind.LONG
    ]
    assert {w.session for w in growing} == {"long-run-walk"}
    falls_to(plan, first.day, 0.80, 0.60, 0.40)
    # the race as it was practised
    planned = race_of(made, first)
    assert "walk a minute in ten from the start" in planned.workout.steps[0].note
    assert "eat and drink" in planned.workout.steps[1].note
    easy = max(low for low, _ in step_paces(plan, Effort.EASY))
    assert planned.workout.steps[0].target.low > easy


def test_first_ultra():
    ultra = goal(
        "First 50K", date(2026, 8, 16), FIFTY_K_M, kind=FINISH, cut_off_s=8 * 3600.0, climb_m=800.0
    )
    marathon = race(date(2025, 10, 19), 42.3, 3 * 3600 + 45 * 60.0)
    state = known(ultra, km=48.0, pace=350.0, weeks=40, more=(marathon,))
    made = simulated(state, state.goals, MONDAY)
    told(state, made)
    found = judged(state, ultra)
    # honest: an expected time on feet with a wide range, the cut-off, and judgement
    said = found.forecast
    assert "Expected time on feet" in said.message
    assert "inside the cut-off" in said.message
    assert said.p90_s / said.p10_s > 1.25
    assert made.standings[ultra.id].probability <= said.probability <= 0.93
    assert not found.offers
    # long weekends every other week, from the build on: tired legs, walking breaks, food
    plan = made.plan
    pairs = workouts(plan, "back-to-back")
    assert len(pairs) >= 4
    for day, second in pairs:
        after = plan.on(day + timedelta(days=1)).workout.workout
        assert after.session == "long-run-walk"
        assert 0.4 * after.distance_m <= second.distance_m <= 0.6 * after.distance_m
    assert all(later - earlier >= 2 * WEEK for (earlier, _), (later, _) in pairwise(pairs))
    held = {day - timedelta(days=day.weekday()) for day, _ in pairs}
    for week in plan.weeks:
        assert len(hard_ones(week)) <= (0 if week.phase is Phase.TAPER else 1)
        if week.first_day in held:
            assert week.focus == "Long runs on two days in a row"
            assert len(training(week)) == 5
            (uphill,) = hard_ones(week)
            assert uphill.kind is Kind.HILLS
            assert uphill.distance_m > 8_000.0
    told_of = emphasis(plan)
    assert told_of.share(Theme.LONG) > 0.5
    assert told_of.share(*FAST, Theme.RACE_PACE) == 0.0
    assert told_of.share(Theme.HILLS, Theme.STRIDES) > 0.15
    assert made.standings[ultra.id].longest_m >= longest_run_gate(FIFTY_K_M).least
    assert made.standings[ultra.id].weekly_m >= weekly_gate(FIFTY_K_M).aim
    falls_to(plan, ultra.day, 0.80, 0.60, 0.40)
    # the race: hiking, eating, no haste; not faster than can be held
    planned = race_of(made, ultra)
    notes = " ".join(step.note for step in planned.workout.steps)
    assert "hike the climbs; eat from the first half hour" in notes
    assert "30 to 60 g of carbohydrate an hour, up to 90 g" in planned.note
    assert "never by pace" not in planned.workout.purpose
    highs = [step.target.high for step in planned.workout.steps]
    assert all(step.target.type is TargetType.PACE for step in planned.workout.steps)
    assert max(highs) * said.median_s < 1.05 * FIFTY_K_M


def test_three_good_months_of_just_consistent():
    habit = goal(
        "Just consistent",
        date(2026, 5, 31),
        kind=GoalKind.HEALTH,
        from_day=MONDAY,
        runs_per_week=3,
        reason="I feel better when I run",
    )
    runner = replace(RUNNER, runs_per_week=4)
    state = known(habit, km=24.0, pace=370.0, weeks=16, athlete=runner, race_every=0)
    made = simulated(state, state.goals, MONDAY)
    told(state, made)
    found = judged(state, habit)
    # the chance is that of the athlete's own weeks: more of them kept, more to go by
    assert "held in 16 of the last 16 weeks" in found.forecast.message
    assert (found.habit.weeks_met, found.habit.weeks, found.habit.weeks_asked) == (16, 13, 11)
    assert 0.7 < found.forecast.probability == found.habit.probability < 0.95
    patchy = replace(
        state,
        activities=tuple(
            r for r in state.activities if r.day.isocalendar().week % 3 or r.day.weekday() == 6
        ),
    )
    less = judged(patchy, habit)
    assert less.forecast.probability < found.forecast.probability - 0.2
    # no peak, no taper, no race pace: a varied week that can be repeated, never more than it was
    plan = made.plan
    assert {week.phase for week in plan.weeks} == {Phase.BASE}
    assert len(plan.weeks) == 13
    volumes = [week.volume_m for week in full(plan, Phase.BASE)]
    assert max(volumes) < 1.12 * min(volumes)
    for week in plan.weeks:
        assert 3 <= len(training(week)) <= 4
        assert len(hard_ones(week)) <= 1
    told_of = emphasis(plan)
    varied = {Theme.HILLS, Theme.TEMPO, Theme.INTERVAL, Theme.THRESHOLD, Theme.STRIDES, Theme.LONG}
    assert varied <= set(told_of.time)
    assert not {Theme.RACE_PACE, Theme.TEST, Theme.RACE} & set(told_of.time)
    assert told_of.share(Theme.EASY, Theme.LONG, Theme.STRIDES) > 0.7
    assert longest_m(plan) < 1.15 * max(r.distance_m for r in state.activities)
    # kept up: it is said, and the next thing is to go on
    kept = replace(state, activities=(*state.activities, *as_planned(plan, MONDAY, habit.day)))
    after = evolution(kept, habit, habit.day + timedelta(days=1))
    print("\n".join(evolution_lines(after)))
    assert after.ended.end is End.REACHED
    assert after.proposals[0].goal.runs_per_week == 3
    assert after.proposals[1].goal.distance_m == FIVE_K_M


def test_who_seldom_ran_is_offered_a_lighter_habit():
    habit = goal(
        "Six days", date(2026, 5, 31), kind=GoalKind.HEALTH, from_day=MONDAY, runs_per_week=6
    )
    twice = tuple(
        run(MONDAY - timedelta(days=days), 6.0, 380.0) for days in range(3, 120, 7) for _ in (0,)
    )
    found = judged(replace(known(habit), activities=twice), habit)
    assert found.forecast.probability < 0.2
    (offer,) = found.offers
    assert offer.kind is Offered.HABIT
    assert offer.goal.runs_per_week == 1
