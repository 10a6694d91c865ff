"""Years ahead: the races on the way, milestones, and a forecast that knows less and less."""

import math
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.goals.goal import FIFTY_K_M, HALF_M, MARATHON_M, GoalKind
from planning.goals.needs import longest_run_gate
from planning.goals.path import GAIN_OF_ONE_IN_FOUR, ageing, path_to
from planning.replan import State
from tests.planning.athletes import race
from tests.planning.schedule.cases import ATHLETE, TODAY, goal_in, history
from tests.sizes import FIXED, examples

RUNS = history(40, 345, weeks=30, race_every=0)  # never a race, never over 21 km
AIM = goal_in(208, MARATHON_M, id="aim", target_s=3.25 * 3600)


def state(activities=RUNS, birth_year=None):
    return State(replace(ATHLETE, birth_year=birth_year), activities, ())


def test_what_was_never_run_comes_first_and_the_aim_last():
    path = path_to(state(), AIM, TODAY)
    assert [(s.goal.distance_m, s.is_first) for s in path.stages[:2]] == [
        (HALF_M, True),
        (MARATHON_M, True),
    ]
    assert path.aim.goal == AIM
    assert {stage.goal.distance_m for stage in path.stages[2:]} == {MARATHON_M}
    assert not any(stage.is_first for stage in path.stages[2:])
    days = [stage.goal.day for stage in path.stages]
    assert all(b - a >= timedelta(weeks=22) for a, b in pairwise(days[1:]))
    assert days[0] - TODAY >= timedelta(weeks=10)  # build, peak and taper of a half
    assert path.earliest is None


def test_who_has_run_a_marathon_only_gets_faster():
    ran = race(TODAY - timedelta(days=60), 42.3, 4 * 3600.0)
    path = path_to(state((*RUNS, ran)), AIM, TODAY)
    assert not any(stage.is_first for stage in path.stages)
    assert [stage.goal.day for stage in path.stages] == [
        AIM.day - timedelta(weeks=52 * back) for back in (3, 2, 1, 0)
    ]


def test_milestones_lead_evenly_from_today_to_the_aim():
    ran = race(TODAY - timedelta(days=60), 42.3, 4 * 3600.0)
    path = path_to(state((*RUNS, ran)), AIM, TODAY)
    gain = math.log(path.aim.expected.median_s / AIM.target_s)
    assert path.gain_percent == pytest.approx(100 * gain)
    assert gain > 0
    for stage in path.stages[:-1]:
        share = (stage.goal.day - TODAY).days / (AIM.day - TODAY).days
        assert math.log(stage.expected.median_s / stage.milestone_s) == pytest.approx(gain * share)
        # one year before the aim, latest is what one in four gained in a year
        years = (AIM.day - stage.goal.day).days / 365.25
        if stage.latest_s is not None:
            left = gain - math.log(stage.expected.median_s / stage.latest_s)
            assert left == pytest.approx(GAIN_OF_ONE_IN_FOUR * years)
    assert path.aim.milestone_s == AIM.target_s


def test_the_spread_grows_as_the_study_saw_it_grow_in_a_year_and_never_shrinks():
    path = path_to(state(), AIM, TODAY)
    marathons = [stage.expected for stage in path.stages[1:]]
    assert all(a.sd_ln < b.sd_ln for a, b in pairwise(marathons))
    # science 5: .106 between two efforts a year apart, each with luck of .047
    seen = math.sqrt(0.106**2 - 2 * 0.047**2)
    assert math.sqrt(52) * 0.012 == pytest.approx(seen, abs=0.005)
    assert path.aim.expected.sd_ln > 0.17


def test_an_aim_too_soon_is_told_its_earliest_day():
    soon = goal_in(12, FIFTY_K_M, id="soon", kind=GoalKind.COMPLETION)
    path = path_to(state(history(20, 360, race_every=0)), soon, TODAY)
    assert path.earliest > soon.day
    assert path.aim.goal == soon
    later = replace(soon, day=path.earliest)
    assert path_to(state(history(20, 360, race_every=0)), later, TODAY).earliest is None


def test_age_costs_nothing_before_37_and_more_after_70():
    day = TODAY + timedelta(days=1461)
    assert ageing(None, TODAY, day) is None
    assert ageing(1990 + 3, TODAY, day) is None
    middle, old = ageing(1980, TODAY, day), ageing(1954, TODAY, day)
    assert middle.ln_time == pytest.approx(4 * 0.0085)
    assert old.ln_time == pytest.approx(4 * 0.015)
    assert middle.sd_ln == middle.ln_time / 2
    young = path_to(state(), AIM, TODAY).aim.expected
    aged = path_to(state(birth_year=1970), AIM, TODAY).aim.expected
    assert aged.median_s > young.median_s
    assert aged.sd_ln > young.sd_ln


def test_without_runs_there_are_races_and_no_times():
    path = path_to(state(()), AIM, TODAY)
    assert path.gain_percent is None
    assert all(stage.expected is None for stage in path.stages)
    assert path.stages[0].goal.distance_m == HALF_M


def test_no_path_leads_into_the_past_or_to_a_habit():
    with pytest.raises(ValueError, match="day to come"):
        path_to(state(), replace(AIM, day=TODAY), TODAY)
    with pytest.raises(ValueError, match="race"):
        path_to(state(), replace(AIM, distance_m=None), TODAY)


@given(
    st.sampled_from([HALF_M, MARATHON_M, FIFTY_K_M]),
    st.integers(8, 260),
    st.integers(10, 80),
    st.booleans(),
)
@settings(derandomize=FIXED, max_examples=examples(15), deadline=None)
def test_any_path_is_in_order_and_ends_at_its_aim(metres, weeks, km, timed):
    target_s = metres * 0.3 if timed else None
    kind = GoalKind.TIME if timed else GoalKind.COMPLETION
    aim = goal_in(weeks, metres, id="aim", target_s=target_s, kind=kind)
    path = path_to(state(history(km, 360, race_every=0)), aim, TODAY)
    days = [stage.goal.day for stage in path.stages]
    assert days == sorted(set(days))
    assert days[0] > TODAY
    assert path.aim.goal == aim
    assert path.aim.is_first is (kind is GoalKind.COMPLETION)
    for stage in path.stages:
        assert stage.probability is None or 0.0 < stage.probability < 1.0
        assert longest_run_gate(stage.goal.distance_m).least > 0
