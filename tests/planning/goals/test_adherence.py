import itertools
import math
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.goals.adherence import FEWEST_WEEKS, MOST_WEEKS, adherence, beta_binomial
from planning.goals.drift import Running
from planning.goals.goal import MARATHON_M, Goal, GoalKind, Priority
from tests.planning.athletes import MONDAY, ride, run
from tests.sizes import FIXED, examples

WEEKS = 26
TODAY = MONDAY + timedelta(weeks=WEEKS)


def habit(weeks=12, runs_per_week=3, first=TODAY, **fields):
    day = first + timedelta(weeks=weeks, days=-1)
    kind = GoalKind.HEALTH
    return Goal(
        "h", kind, Priority.A, day, None, runs_per_week=runs_per_week, from_day=first, **fields
    )


def kept(pattern, start=MONDAY, km=8.0):
    """A week for each entry: that many days with a run."""
    return tuple(
        run(start + timedelta(weeks=week, days=2 * day), km, 360)
        for week, days in enumerate(pattern)
        for day in range(days)
    )


def test_an_unsure_share_spreads_the_count_as_the_beta_binomial_does():
    # uniform share: every count is as likely as any other (Bayes, 1763)
    assert beta_binomial(4, 1.0, 1.0) == pytest.approx([0.2] * 5)
    # Polya's urn: 3 kept and 1 missed; both of the next two kept with 3/4 x 4/5
    assert beta_binomial(2, 3.0, 1.0)[2] == pytest.approx(0.6)
    assert beta_binomial(0, 2.0, 5.0) == (1.0,)
    assert math.fsum(beta_binomial(12, 7.3, 0.5)) == pytest.approx(1.0)


def test_who_kept_it_up_is_likely_to_and_who_never_did_is_not():
    always = adherence(habit(), kept([3] * WEEKS), TODAY)
    assert (always.weeks_known, always.weeks_met, always.weeks, always.weeks_asked) == (
        26,
        26,
        12,
        10,
    )
    assert always.probability > 0.85
    assert (always.low, always.high) == (9, 12)
    never = adherence(habit(), kept([1] * WEEKS), TODAY)
    assert never.probability < 0.05
    assert never.high <= 3


def test_the_last_weeks_count_more():
    came = adherence(habit(), kept([1] * 13 + [3] * 13), TODAY)
    went = adherence(habit(), kept([3] * 13 + [1] * 13), TODAY)
    assert came.weeks_met == went.weeks_met == 13
    assert came.probability > went.probability + 0.2


def test_hours_count_as_days_do_and_other_sports_do_not():
    # 3 x 8 km at 6:00 a km: 2.4 hours
    asked = habit(runs_per_week=None, hours_per_week=2.4)
    history = kept([3] * WEEKS)
    assert adherence(asked, history, TODAY).weeks_met == WEEKS
    more = habit(runs_per_week=None, hours_per_week=2.5)
    rides = tuple(ride(MONDAY + timedelta(days=day)) for day in range(7 * WEEKS))
    assert adherence(more, (*history, *rides), TODAY).weeks_met == 0


def test_two_runs_on_a_day_are_one_day():
    history = kept([2] * WEEKS)
    again = tuple(run(each.day, 5.0, 400) for each in history)
    assert adherence(habit(), (*history, *again), TODAY).weeks_met == 0


def test_only_a_health_goal_with_a_number_has_a_habit():
    assert adherence(habit(runs_per_week=None), kept([3] * WEEKS), TODAY) is None
    race = Goal("g", GoalKind.COMPLETION, Priority.A, TODAY, MARATHON_M)
    assert adherence(race, kept([3] * WEEKS), TODAY) is None


def test_under_four_weeks_nothing_is_said():
    new = kept([3] * FEWEST_WEEKS, start=TODAY - timedelta(weeks=FEWEST_WEEKS))
    assert adherence(habit(), new, TODAY).enough_known
    newer = kept([3] * 3, start=TODAY - timedelta(weeks=3))
    assert not adherence(habit(), newer, TODAY).enough_known
    assert (
        adherence(habit(), kept([3] * 60, start=TODAY - timedelta(weeks=60)), TODAY).weeks_known
        == MOST_WEEKS
    )


def test_weeks_that_are_over_count_as_they_were():
    goal = habit(weeks=10, first=TODAY - timedelta(weeks=6))
    told = adherence(goal, kept([1] * 20 + [3, 3, 3, 3, 3, 1]), TODAY)
    assert (told.weeks, told.weeks_asked, told.weeks_over, told.over_met) == (10, 8, 6, 5)
    lost = adherence(goal, kept([3] * 20 + [3, 1, 1, 1, 3, 3]), TODAY)
    assert lost.probability == 0.0  # seven at most of the eight that were asked for
    won = adherence(habit(weeks=5, first=TODAY - timedelta(weeks=4)), kept([3] * WEEKS), TODAY)
    assert won.kept_up
    assert won.probability == pytest.approx(1.0)


def test_a_week_of_which_something_is_unknown_is_neither_kept_nor_missed():
    history = kept([3] * 24 + [1, 1])
    known = Running({}, TODAY, TODAY, TODAY)
    assert adherence(habit(), history, TODAY, running=known).weeks_known == 26
    silent = Running({}, TODAY, TODAY - timedelta(weeks=2, days=1), TODAY)
    told = adherence(habit(), history, TODAY, running=silent)
    assert (told.weeks_known, told.weeks_met) == (24, 24)
    withheld = frozenset({TODAY - timedelta(days=2)})
    kept_back = Running({}, TODAY, TODAY, TODAY, withheld)
    assert adherence(habit(), history, TODAY, running=kept_back).weeks_known == 25


@settings(max_examples=examples(25), deadline=None, derandomize=FIXED)
@given(st.lists(st.integers(0, 5), min_size=5, max_size=WEEKS), st.integers(1, 26))
def test_asking_for_less_is_never_less_likely_and_a_range_holds_its_count(pattern, weeks):
    history = kept(pattern, start=TODAY - timedelta(weeks=len(pattern)))
    chances = []
    for days in (5, 4, 3, 2, 1):
        told = adherence(habit(weeks, days), history, TODAY)
        assert 0.0 <= told.probability <= 1.0
        assert 0 <= told.low <= told.high <= told.weeks == weeks
        chances.append(told.probability)
    assert all(less <= more + 1e-12 for less, more in itertools.pairwise(chances))
