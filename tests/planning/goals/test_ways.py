"""Three ways out of a conflict, each really planned and foretold; and the price of a lesser race."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.goals.completion import chance_to_finish
from planning.goals.conflicts import Clash, conflicts
from planning.goals.drift import TAPER_LN
from planning.goals.goal import (
    FIFTY_K_M,
    FIVE_K_M,
    HALF_M,
    HUNDRED_K_M,
    MARATHON_M,
    TEN_K_M,
    GoalKind,
    Priority,
)
from planning.goals.needs import GATES, longest_run_gate, needs_of
from planning.goals.prices import (
    LEGS,
    LEGS_LN,
    SHARPNESS,
    SHARPNESS_LN,
    judged_effects,
    priced,
    simulated,
)
from planning.goals.telling import race_price_lines, standing_line, ways_lines
from planning.goals.ways import WayKind, conflicts_of, race_prices, ways_out
from planning.replan import State, replan
from planning.schedule.effort import hard
from planning.schedule.lint import lint
from planning.schedule.plan import Phase
from tests.planning.schedule.cases import ATHLETE, TODAY, goal_in, history
from tests.sizes import FIXED, examples

FINISH = {"kind": GoalKind.COMPLETION}
FIVE = goal_in(8, FIVE_K_M, id="five", target_s=1_470.0)
ULTRA = goal_in(14, FIFTY_K_M, id="ultra", **FINISH)
RUNS = history(40, 345, race_every=0)


def state(*goals, activities=RUNS):
    return State(ATHLETE, activities, goals)


def ways_by_kind(told):
    kinds = {}
    for way in told.ways:
        kinds.setdefault(way.kind, []).append(way)
    return kinds


def test_alone_a_goal_stands_where_its_forecast_says():
    outcome = replan(state(FIVE), TODAY)
    standing = simulated(state(FIVE), (FIVE,), TODAY).standings["five"]
    (told,) = outcome.forecasts
    assert standing.judged == ()
    assert standing.probability == pytest.approx(told.probability)
    assert standing.expected.median_s == pytest.approx(told.median_s)
    assert standing.expected.quantile_s(0.1) == pytest.approx(told.p10_s)


def test_where_a_goal_to_finish_stands_is_said_in_words():
    """Rule C-1: what is judged by gates is no percentage."""
    line = standing_line(simulated(state(ULTRA), (ULTRA,), TODAY).standings["ultra"])
    assert "finishing " in line
    assert "%" not in line


def test_the_plan_is_laid_out_in_days_and_its_gates_are_what_is_planned():
    season = simulated(state(ULTRA), (ULTRA,), TODAY)
    assert all(len(week.days) == 7 for week in season.plan.weeks)
    standing = season.standings["ultra"]
    weeks = [
        math.fsum(d.workout.workout.distance_m for d in week.days if d.workout)
        for week in season.plan.weeks[:11]
    ]
    assert standing.weekly_m == max(sum(weeks[n : n + 4]) / 4 for n in range(8))
    days = [d for d in season.plan.days() if d.workout and d.day <= ULTRA.day - timedelta(weeks=4)]
    assert standing.longest_m == max(d.workout.workout.distance_m for d in days)


def test_fast_5k_and_first_ultra_have_three_ways_out_with_prices():
    known = state(FIVE, ULTRA)
    (conflict,) = conflicts_of(known, TODAY)
    assert conflict.clash is Clash.TOO_DIFFERENT
    told = ways_out(known, conflict, TODAY)
    kinds = ways_by_kind(told)
    assert set(kinds) == set(WayKind)
    five_first, ultra_first = kinds[WayKind.PRIORITISE]
    (sequence,), (compromise,) = kinds[WayKind.SEQUENCE], kinds[WayKind.COMPROMISE]
    prices = {
        name: {price.goal.id: price for price in way.prices}
        for name, way in (
            ("five", five_first),
            ("ultra", ultra_first),
            ("sequence", sequence),
            ("compromise", compromise),
        )
    }
    # who comes first loses next to nothing in time
    for name in ("five", "ultra"):
        cost = prices[name][name]
        assert abs(cost.seconds) < 0.002 * cost.before.expected.median_s
    # all the 5K's weeks are those of an ultra (half of 1.5 %), and it has no taper (1.1 %)
    cost = prices["ultra"]["five"]
    assert cost.judged == (SHARPNESS,)
    lost = SHARPNESS_LN + TAPER_LN
    assert cost.seconds == pytest.approx(lost * cost.before.expected.median_s, rel=0.05)
    assert cost.probability > 0.02
    # the ultra beside a 5K that comes first: no taper of its own, and shorter long runs
    assert prices["five"]["ultra"].seconds > 60.0
    long = {name: told["ultra"].after.longest_m for name, told in prices.items()}
    assert long["five"] < long["compromise"] <= long["ultra"] <= long["sequence"]
    # one after the other: full preparations, paid in days
    assert prices["sequence"]["ultra"].days_moved == 63
    assert (sequence.changed[1].day - FIVE.day).days >= conflict.days_needed
    assert all(price.days_moved == 0 for price in compromise.prices)
    lines = "\n".join(ways_lines(told))
    print(lines)
    for words in ("Prioritise:", "Sequence:", "Compromise:", "63 days later", "s slower"):
        assert words in lines


def test_every_way_is_a_lawful_plan_and_leaves_no_conflict_by_day():
    known = state(FIVE, ULTRA)
    told = ways_out(known, conflicts_of(known, TODAY)[0], TODAY)
    for way in told.ways:
        findings = lint(
            way.season.plan,
            athlete=ATHLETE,
            goals=way.season.goals,
            activities=RUNS,
            today=TODAY,
        )
        assert findings == (), way.kind
        left = conflicts(way.season.goals, TODAY)
        assert left == () or way.kind is WayKind.COMPROMISE


def test_two_a_races_too_near_are_sequenced_by_recovery_and_taper():
    one = goal_in(6, MARATHON_M, id="one", **FINISH)
    two = goal_in(9, MARATHON_M, id="two", **FINISH)
    known = state(one, two, activities=history(60, 330))
    (conflict,) = conflicts_of(known, TODAY)
    told = ways_by_kind(ways_out(known, conflict, TODAY))
    (sequence,) = told[WayKind.SEQUENCE]
    assert (sequence.changed[1].day - one.day).days == 35
    less = told[WayKind.PRIORITISE][0].changed[1]
    assert (less.id, less.priority) == ("two", Priority.B)


def test_what_cannot_even_be_a_b_race_is_a_c_race():
    one = goal_in(6, MARATHON_M, id="one", **FINISH)
    two = goal_in(7, TEN_K_M, id="two")
    known = state(one, two, activities=history(60, 330))
    (conflict,) = conflicts_of(known, TODAY)
    less = ways_out(known, conflict, TODAY).ways[0].changed[1]
    assert (less.id, less.priority) == ("two", Priority.C)


def test_two_races_on_one_day_leave_room_for_one():
    one = goal_in(6, MARATHON_M, id="one", **FINISH)
    two = goal_in(6, HALF_M, id="two", **FINISH)
    known = state(one, two, activities=history(60, 330))
    (conflict,) = conflicts_of(known, TODAY)
    first, second = ways_by_kind(ways_out(known, conflict, TODAY))[WayKind.PRIORITISE]
    assert [goal.id for goal in first.changed if goal.retired_on] == ["two"]
    assert [price.goal.id for price in first.prices] == ["one"]
    assert "is left out" in second.sentence
    assert first.lost >= 1.0


def test_a_sequence_goes_around_the_other_races_of_the_year():
    between = goal_in(23, HALF_M, id="between")
    known = state(FIVE, ULTRA, between)
    conflict = next(c for c in conflicts(known.goals, TODAY) if c.second.id == "ultra")
    told = ways_by_kind(ways_out(known, conflict, TODAY))
    moved = told[WayKind.SEQUENCE][0].changed[1]
    assert abs((moved.day - between.day).days) >= 26
    assert moved.day.weekday() == ULTRA.day.weekday()


def test_volume_that_another_goal_takes_is_found_out():
    first = goal_in(12, FIVE_K_M, id="five", target_s=1_320.0)
    far = goal_in(16, HUNDRED_K_M, id="far", priority=Priority.B, **FINISH)
    known = state(first, far, activities=history(44, 345))
    assert conflicts(known.goals, TODAY) == ()
    (conflict,) = conflicts_of(known, TODAY)
    assert conflict.clash is Clash.VOLUME
    assert "50 km a week" in conflict.sentence
    assert conflict.days_needed == conflict.days_apart + 7  # a week later is worth looking at
    assert conflicts_of(state(first, far, activities=history(80, 345)), TODAY) == ()
    # who falls short alone as well is not short because of the other
    assert conflicts_of(state(first, far, activities=history(20, 345)), TODAY) == ()


def test_the_price_of_a_b_and_a_c_race_for_the_a_race():
    marathon = goal_in(16, MARATHON_M, id="marathon", target_s=3.3 * 3600)
    half = goal_in(12, HALF_M, id="half", priority=Priority.B)
    ten = goal_in(9, TEN_K_M, id="ten", priority=Priority.C)
    known = state(marathon, half, ten, activities=history(60, 315))
    (of_b,), (of_c,) = race_prices(known, half, TODAY), race_prices(known, ten, TODAY)
    print("\n".join((*race_price_lines(of_b), *race_price_lines(of_c))))
    assert of_b.price.goal.id == of_c.price.goal.id == "marathon"
    # the week of the B race is quiet, two days before it and five after; a C race takes two days
    assert (of_b.price.quiet_days, of_c.price.quiet_days) == (11, 2)
    assert of_b.hard_sessions > of_c.hard_sessions >= 0
    assert of_b.training_m > of_c.training_m > 0.0
    alone, both = (
        simulated(known, goals, TODAY).sessions(marathon.day)
        for goals in ((marathon, ten), (marathon, half, ten))
    )
    less_m = sum(w.distance_m for w in alone) - sum(w.distance_m for w in both)
    assert of_b.training_m == pytest.approx(less_m)
    assert of_b.hard_sessions == sum(map(hard, alone)) - sum(map(hard, both))
    assert of_b.price.seconds >= of_c.price.seconds
    with pytest.raises(ValueError, match="A race"):
        race_prices(known, marathon, TODAY)


def test_legs_after_a_marathon_come_back_day_by_day():
    marathon = goal_in(6, MARATHON_M, id="marathon")
    costs = []
    for weeks in (1, 2):
        ten = goal_in(6 + weeks, TEN_K_M, id="ten", priority=Priority.B)
        effects = {e.what: e for e in judged_effects(ten, (marathon, ten), TODAY)}
        costs.append(effects[LEGS].ln_time if LEGS in effects else 0.0)
    assert costs == pytest.approx([LEGS_LN / 2, 0.0])  # 14 days (T-5)
    # a C race is training: it takes nothing out of the legs that counts
    jogged = replace(marathon, priority=Priority.C)
    ten = goal_in(7, TEN_K_M, id="ten")
    assert not any(e.what == LEGS for e in judged_effects(ten, (jogged, ten), TODAY))


def test_what_is_missing_of_a_gate_is_held_against_the_least_it_asks_for():
    """More weeks may aim higher, but reaching as far is no worse for it."""
    later = replace(ULTRA, day=ULTRA.day + timedelta(weeks=30))
    standing = simulated(state(later), (later,), TODAY).standings["ultra"]
    long, week = [need for need in needs_of(later, RUNS, TODAY) if need.what in GATES]
    assert long.value > longest_run_gate(FIFTY_K_M).least > standing.longest_m
    least = (
        replace(long, value=28_000.0, reachable=standing.longest_m, feasible=False),
        replace(week, reachable=standing.weekly_m, feasible=standing.weekly_m >= 42_000.0),
    )
    assert standing.probability == pytest.approx(chance_to_finish(least))


def test_beyond_the_marathon_another_kind_of_training_costs_no_sharpness():
    far = replace(ULTRA, priority=Priority.B)
    five = goal_in(16, FIVE_K_M, id="five")
    marathon = goal_in(14, MARATHON_M, id="marathon", priority=Priority.B)
    assert judged_effects(far, (five, far), TODAY) == ()
    assert [e.what for e in judged_effects(marathon, (five, marathon), TODAY)] == [SHARPNESS]


def test_sharpness_is_counted_in_whole_weeks_from_the_current_one():
    """The same on each day of a week, and less when the weeks of another race are over."""
    five = goal_in(8, FIVE_K_M, id="five")
    marathon = goal_in(14, MARATHON_M, id="marathon")
    costs = [
        judged_effects(marathon, (five, marathon), TODAY + timedelta(days=day))
        for day in (0, 3, 6, 7 * 5, 7 * 9)
    ]
    assert costs[0] == costs[1] == costs[2] != ()
    lost = [sum(effect.ln_time for effect in effects) for effects in costs]
    assert lost[0] >= lost[3] > lost[4]


def test_prices_are_of_one_season_against_another_and_nothing_is_kept():
    known = state(FIVE, ULTRA)
    one, other = (simulated(known, goals, TODAY) for goals in ((FIVE,), (FIVE, ULTRA)))
    price, back = priced(one, other, "five", today=TODAY), priced(other, one, "five", today=TODAY)
    assert price.seconds == -back.seconds
    assert price.quiet_days == -back.quiet_days
    assert known == state(FIVE, ULTRA)
    assert simulated(known, (FIVE, ULTRA), TODAY) == other


@given(
    st.lists(
        st.tuples(
            st.integers(3, 26),
            st.sampled_from([FIVE_K_M, TEN_K_M, HALF_M, MARATHON_M, FIFTY_K_M]),
            st.sampled_from(list(Priority)),
        ),
        min_size=2,
        max_size=3,
        unique_by=lambda told: told[0],
    ),
    st.integers(0, 6),
)
@settings(derandomize=FIXED, max_examples=examples(8), deadline=None)
def test_any_season_has_ways_out_that_are_lawful(told, days_on):
    today = TODAY + timedelta(days=days_on)
    goals = tuple(
        goal_in(weeks, metres, id=f"g{n}", priority=priority, **FINISH)
        for n, (weeks, metres, priority) in enumerate(told)
    )
    known = state(*goals)
    for conflict in conflicts_of(known, today)[:1]:
        out = ways_out(known, conflict, today)
        assert {way.kind for way in out.ways} >= {WayKind.PRIORITISE, WayKind.COMPROMISE}
        assert out.advice
        for way in out.ways:
            standing = [goal.id for goal in way.changed if goal.retired_on is None]
            assert {price.goal.id for price in way.prices} == set(standing)
            if way.kind is WayKind.SEQUENCE:
                touched = {goal.id for goal in way.changed}
                left = conflicts(way.season.goals, today)
                assert not any({c.first.id, c.second.id} == touched for c in left)
            assert all(week.phase in Phase for week in way.season.plan.weeks)
