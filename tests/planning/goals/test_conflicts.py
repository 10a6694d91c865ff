"""Goals that help each other, and goals in each other's way."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.goals.conflicts import Clash, combined, conflicts, days_between
from planning.goals.goal import FIFTY_K_M, FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, Priority
from tests.planning.schedule.cases import TODAY, goal_in
from tests.sizes import FIXED, examples

DAY = timedelta(days=1)


def pair(first_m, second_m, weeks, *, priorities=(Priority.A, Priority.A)):
    return (
        goal_in(4, first_m, id="one", priority=priorities[0]),
        goal_in(4 + weeks, second_m, id="two", priority=priorities[1]),
    )


@pytest.mark.parametrize(
    ("first_m", "second_m", "days"),
    [
        # no hard running after the first (T-5), then the taper of the second (T-3)
        (HALF_M, MARATHON_M, 5 + 21),
        (MARATHON_M, MARATHON_M, 14 + 21),
        (MARATHON_M, FIVE_K_M, 14 + 7),
        (TEN_K_M, HALF_M, 3 + 14),
        # one peak serves two short races
        (FIVE_K_M, TEN_K_M, 2 + 2),
        (TEN_K_M, FIVE_K_M, 3 + 2),
    ],
)
def test_days_between_two_a_races(first_m, second_m, days):
    assert days_between(*pair(first_m, second_m, 1)) == days


def test_a_half_three_weeks_before_the_marathon_cannot_be_an_a_race_too():
    goals = pair(HALF_M, MARATHON_M, 3)
    (found,) = conflicts(goals, TODAY)
    assert found.clash is Clash.TOO_NEAR
    assert (found.days_apart, found.days_needed) == (21, 26)
    assert found.ground == "rules T-5 and T-3"
    assert found.sentence == (
        "Half marathon and marathon are 21 days apart, and 26 days are needed: 5 without hard "
        "running after the first and a taper of 21 before the second."
    )
    assert conflicts(pair(HALF_M, MARATHON_M, 4), TODAY) == ()
    as_b = pair(HALF_M, MARATHON_M, 3, priorities=(Priority.B, Priority.A))
    assert conflicts(as_b, TODAY) == ()
    assert conflicts(pair(HALF_M, MARATHON_M, 1, priorities=(Priority.C, Priority.A)), TODAY) == ()


def test_a_b_race_on_legs_that_are_not_back():
    goals = pair(MARATHON_M, TEN_K_M, 2, priorities=(Priority.A, Priority.B))
    (found,) = conflicts(goals, TODAY)
    assert found.clash is Clash.TOO_NEAR
    assert found.ground == "rule T-5"
    assert "legs" in found.sentence


def test_fast_5k_and_first_ultra_ask_for_different_training():
    goals = pair(FIVE_K_M, FIFTY_K_M, 6)
    (found,) = conflicts(goals, TODAY)
    assert found.clash is Clash.TOO_DIFFERENT
    assert found.days_needed == 2 + 7 * 14
    assert conflicts(pair(FIVE_K_M, FIFTY_K_M, 15), TODAY) == ()
    assert conflicts(pair(FIFTY_K_M, FIVE_K_M, 6), TODAY)[0].clash is Clash.TOO_DIFFERENT
    # decided already: one of them counts for more
    as_b = pair(FIVE_K_M, FIFTY_K_M, 6, priorities=(Priority.B, Priority.A))
    assert conflicts(as_b, TODAY) == ()
    both_b = pair(FIVE_K_M, FIFTY_K_M, 6, priorities=(Priority.B, Priority.B))
    assert conflicts(both_b, TODAY)[0].clash is Clash.TOO_DIFFERENT
    far = goal_in(40, MARATHON_M, id="far")
    assert conflicts((*both_b, far), TODAY) == ()


def test_a_climb_makes_a_race_longer():
    half = goal_in(10, HALF_M, id="trail", climb_m=2_000.0)
    five = goal_in(6, FIVE_K_M, id="five")
    assert conflicts((five, half), TODAY)[0].clash is Clash.TOO_DIFFERENT
    assert conflicts((five, goal_in(10, HALF_M, id="road")), TODAY) == ()


def test_5k_and_10k_share_a_season_and_goals_far_apart_share_nothing():
    goals = pair(FIVE_K_M, TEN_K_M, 3)
    assert combined(goals, TODAY) == (goals,)
    assert combined(pair(FIVE_K_M, MARATHON_M, 20), TODAY) == ()
    assert combined(pair(FIVE_K_M, FIFTY_K_M, 6), TODAY) == ()


def test_what_is_given_up_or_over_is_in_nobodys_way():
    one, two = pair(MARATHON_M, MARATHON_M, 2)
    assert conflicts((one, two), one.day + DAY) == ()


@given(
    st.lists(
        st.tuples(
            st.integers(1, 40),
            st.sampled_from([FIVE_K_M, TEN_K_M, HALF_M, MARATHON_M, FIFTY_K_M]),
            st.sampled_from(list(Priority)),
        ),
        max_size=5,
    )
)
@settings(derandomize=FIXED, max_examples=examples(60), deadline=None)
def test_far_enough_apart_nothing_clashes_and_order_does_not_matter(told):
    goals = [goal_in(w, m, id=f"g{n}", priority=p) for n, (w, m, p) in enumerate(told)]
    found = conflicts(goals, TODAY)
    assert conflicts(goals[::-1], TODAY) == found
    assert all(each.days_apart < each.days_needed for each in found)
    apart = [
        goal_in(40 * n, m, id=f"g{n}", priority=p) for n, (_, m, p) in enumerate(told, start=1)
    ]
    assert conflicts(apart, TODAY) == ()


def test_a_c_race_needs_only_the_two_days_before_a_race():
    for first, second in ((Priority.C, Priority.A), (Priority.B, Priority.C)):
        races = [
            replace(race, priority=priority)
            for race, priority in zip(pair(HALF_M, MARATHON_M, 1), (first, second), strict=True)
        ]
        assert days_between(*races) == 3
