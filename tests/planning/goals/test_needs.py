import itertools
import random
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from planning.fitness.ability import estimate
from planning.fitness.training import training_speeds
from planning.fitness.zones import TOO_UNSURE
from planning.goals.completion import chance_to_finish
from planning.goals.goal import DISTANCES_M, HALF_M, MARATHON_M, Goal, GoalKind, Priority
from planning.goals.groundwork import Groundwork, groundwork, within_time
from planning.goals.needs import (
    GATES,
    LONGEST_RUN,
    WEEKLY_DISTANCE,
    longest_run_gate,
    needs_from,
    needs_of,
    peak_day,
    steps_of,
    weekly_gate,
)
from tests.planning.athletes import MONDAY, race, ride, run, runs

TODAY = MONDAY + timedelta(weeks=26)


def goal(distance_m=MARATHON_M, weeks=16, target_s=None, kind=None, **fields):
    kind = kind or (GoalKind.TIME if target_s else GoalKind.COMPLETION)
    day = TODAY + timedelta(weeks=weeks)
    return Goal("g", kind, Priority.A, day, distance_m, target_s, **fields)


def steady(km, longest_km, weeks=26):
    """Four runs a week: one of them `longest_km`, the others the rest."""
    told = []
    for week in range(weeks):
        for weekday, distance in ((1, 0), (3, 0), (4, 0), (6, longest_km)):
            day = MONDAY + timedelta(weeks=week, days=weekday)
            told.append(run(day, distance or (km - longest_km) / 3, 340))
    return tuple(told)


def test_eight_km_reach_twenty_five_in_about_twenty_weeks():
    done = groundwork([run(TODAY, 8.0, 360)], TODAY)
    assert done.reachable_longest_m(20) == pytest.approx(8_000 * 1.1**12)  # 25.1 km
    assert done.reachable_longest_m(18) < 25_000


def test_the_safe_rise_starts_from_training_and_after_a_month_off_from_half():
    racing = [run(TODAY, 12.0, 360), race(TODAY - timedelta(days=3), 21.1, 6_300)]
    assert groundwork(racing, TODAY).long_run_from_m == 12_000
    assert groundwork(racing, TODAY).longest_m == 21_100
    for usual, restart in ((12.0, 6_000), (30.0, 8_000)):
        rested = groundwork([run(TODAY - timedelta(days=31), usual, 360)], TODAY)
        assert rested.long_run_from_m == restart


def test_before_a_marathon_the_long_run_ends_where_its_time_does():
    """L-1: three hours of easy running, two and a half before a first one; time wins."""
    slow = runs(26, 40, 420, race_every=0)
    fitness = estimate(slow, TODAY)
    speeds = training_speeds(fitness)
    easy = (speeds.easy_low + speeds.easy_high) / 2
    done = within_time(groundwork(slow, TODAY), fitness, slow)
    most_m = 0.98 * 9_000 * easy
    assert done.longest_m < most_m < longest_run_gate(MARATHON_M).least
    assert done.reachable_longest_m(50, MARATHON_M) == most_m
    assert done.reachable_longest_m(50, HALF_M) > done.reachable_longest_m(50, MARATHON_M)
    marathon = (*slow, race(TODAY - timedelta(days=120), 42.2, 18_000))
    again = within_time(groundwork(marathon, TODAY), fitness, marathon)
    assert again.marathon_long_m == pytest.approx(1.2 * done.marathon_long_m, rel=0.01)
    few = slow[-5:]  # no paces can be given yet, so none is reckoned with
    unsure = estimate(few, TODAY)
    assert unsure.today().sd_ln > TOO_UNSURE
    assert within_time(done, unsure, few) == done
    # a gate that cannot be met is told as such, and it costs; on other distances nothing changes
    free, timed = (needs_of(goal(weeks=40), slow, TODAY, fitness=f)[0] for f in (None, fitness))
    assert (free.feasible, timed.feasible) == (True, False)
    assert chance_to_finish((timed,)) < chance_to_finish((free,)) - 0.03
    for metres in (HALF_M, 50_000.0):
        asked = goal(metres, weeks=40)
        assert needs_of(asked, slow, TODAY) == needs_of(asked, slow, TODAY, fitness=fitness)


def test_weekly_distance_rises_by_a_tenth_or_three_km_and_rests_every_fourth_week():
    done = groundwork(steady(40, 14), TODAY)
    assert done.held_weekly_m == pytest.approx(40_000, rel=0.02)
    assert done.reachable_weekly_m(3, MARATHON_M) == pytest.approx(done.held_weekly_m * 1.331)
    assert done.reachable_weekly_m(4, MARATHON_M) == done.reachable_weekly_m(3, MARATHON_M)
    assert done.reachable_weekly_m(52, MARATHON_M) == pytest.approx(1.5 * done.highest_weekly_m)
    small = groundwork(steady(12, 5), TODAY)
    assert small.reachable_weekly_m(2, MARATHON_M) == pytest.approx(small.held_weekly_m + 6_000)
    assert small.reachable_weekly_m(52, HALF_M) == 25_000
    assert small.reachable_weekly_m(52, MARATHON_M) == 40_000


def test_what_was_run_does_not_depend_on_order_nor_on_other_sports_nor_on_glitches():
    history = [*runs(20, 47.3, 331), *(run(TODAY, km / 7, 331) for km in range(20, 60))]
    want = groundwork(history, TODAY)
    for seed in range(5):
        shuffled = random.Random(seed).sample(history, len(history))
        extra = [ride(TODAY), run(TODAY, 90.0, 60), run(TODAY + timedelta(days=1), 50.0, 360)]
        assert groundwork(shuffled + extra, TODAY) == want


def test_a_drive_home_on_the_watch_is_no_long_run():
    """Slow enough for a run, and doubted for its leaps."""
    history = steady(12, 40)
    drive = run(TODAY, 35.0, 170, usable=False, reasons=("it was no run",))
    assert groundwork([*history, drive], TODAY) == groundwork(history, TODAY)
    believed = run(TODAY, 35.0, 330, usable=True)
    assert groundwork([*history, believed], TODAY) != groundwork(history, TODAY)


def test_the_marathon_asks_for_what_fokkema_found():
    assert longest_run_gate(MARATHON_M).least == 25_000
    assert 28_000 <= longest_run_gate(MARATHON_M).aim <= 32_000
    assert weekly_gate(MARATHON_M).least == 40_000
    assert weekly_gate(HALF_M).aim == 32_000
    assert longest_run_gate(HALF_M).aim == 21_000


def test_what_each_distance_asks_for():
    """The table as it is published in the notes: aim and least of the longest run and of a week."""
    asked = {
        metres: (*_gate(longest_run_gate(metres)), *_gate(weekly_gate(metres)))
        for metres in DISTANCES_M
    }
    assert list(asked.values()) == [
        (8, 4, 20, 10),
        (12, 8, 25, 15),
        (21, 16, 32, 24),
        (30, 25, 45, 40),
        (32, 28, 50, 42),
        (50, 40, 65, 50),
    ]


def _gate(gate):
    return gate.aim / 1000, gate.least / 1000


def test_steps_stand_every_fourth_week_before_the_need_and_rise_by_equal_shares():
    """From 12 to 21 km in 14 weeks, and from 24 to 32 km a week."""
    done = Groundwork(12_000.0, 12_000.0, 24_000.0, 24_000.0, 30_000.0)
    half = Goal("g", GoalKind.COMPLETION, Priority.A, MONDAY + timedelta(weeks=17), HALF_M)
    steps = {
        what: [
            ((step.by_day - MONDAY).days / 7, step.value)
            for step in steps_of(half, done, MONDAY)
            if step.what == what
        ]
        for what in GATES
    }
    # 12 x (21 / 12)^(weeks / 14) and 24 x (32 / 24)^(weeks / 14), down to half kilometres; 12.5 km
    # in the second week would be no step worth telling
    assert steps[LONGEST_RUN] == [(6, 15_000.0), (10, 17_500.0)]
    assert steps[WEEKLY_DISTANCE] == [(2, 25_000.0), (6, 27_000.0), (10, 29_000.0)]
    assert all(
        step.held is not None and step.value > step.held for step in steps_of(half, done, MONDAY)
    )


def test_no_steps_to_what_is_met_or_cannot_be_reached():
    half = Goal("g", GoalKind.COMPLETION, Priority.A, MONDAY + timedelta(weeks=17), HALF_M)
    met = Groundwork(22_000.0, 22_000.0, 40_000.0, 40_000.0, 40_000.0)
    assert steps_of(half, met, MONDAY) == ()
    soon = replace(half, day=MONDAY + timedelta(weeks=6))
    assert steps_of(soon, Groundwork(0.0, 0.0, 0.0, 0.0, 0.0), MONDAY) == ()


def test_longer_races_never_ask_for_less():
    metres = [1_500, 3_000, 5_000, 8_000, 10_000, 15_000, 21_097.5, 30_000, 42_195, 5e4, 7e4, 1e5]
    for gate in (longest_run_gate, weekly_gate):
        for short, far in itertools.pairwise(metres):
            assert gate(short).aim <= gate(far).aim
            assert gate(short).least <= gate(far).least <= gate(far).aim


def test_needs_are_dated_before_the_taper_and_met_by_history():
    longest, weekly, _ = needs_of(goal(), steady(60, 31), TODAY)
    assert longest.by_day == weekly.by_day == goal().day - timedelta(weeks=4)
    assert (longest.value, longest.unit, longest.met) == (30_000, "m", True)
    assert (weekly.value, weekly.unit, weekly.met) == (45_000, "m/week", True)
    assert peak_day(goal(HALF_M)) == goal().day - timedelta(weeks=3)
    assert peak_day(goal(5_000.0)) == goal().day - timedelta(weeks=2)


def test_what_is_asked_for_lies_between_the_least_and_the_aim_by_what_can_be_reached():
    # 12 weeks to the peak day: seven steps from 14 km make 27.3 km
    longest, *_ = needs_of(goal(weeks=16), steady(40, 14), TODAY)
    assert (longest.value, longest.met, longest.feasible) == (27_000, False, True)
    longest, weekly, _ = needs_of(goal(weeks=8), steady(25, 10), TODAY)
    assert (longest.value, longest.met, longest.feasible) == (25_000, False, False)
    assert (weekly.value, weekly.feasible) == (40_000, False)


def test_no_needs_without_a_distance_or_after_the_day():
    assert needs_of(goal(None, kind=GoalKind.HEALTH), steady(40, 14), TODAY) == ()
    assert needs_of(goal(weeks=-1), steady(40, 14), TODAY) == ()
    longest, weekly, _ = needs_of(goal(), (), TODAY)
    assert not longest.met
    assert not weekly.met


def test_what_is_missed_by_less_than_a_watch_can_measure_is_reached():
    """A sentence that says 16 km of 16 km are not reached would be odd."""
    least, nearly = longest_run_gate(HALF_M).least, 0
    for hundred_m in range(60, 160):
        done = groundwork([run(TODAY, hundred_m / 10, 360)], TODAY)
        longest = needs_from(goal(HALF_M, 8), done, TODAY)[0]
        assert longest.feasible == (longest.reachable >= 0.98 * least)
        nearly += 0.98 * least <= longest.reachable < least
    assert nearly


def test_steps_rise_and_none_says_what_another_said():
    done = groundwork(steady(60, 27), TODAY)
    steps = [step.value for step in steps_of(goal(weeks=46), done, TODAY) if step.unit == "m"]
    assert steps
    assert all(later - earlier >= 1_000 for earlier, later in pairwise(steps))
