import math
from dataclasses import replace
from datetime import timedelta

import pytest

from planning.fitness.prediction import Prediction
from planning.goals.goal import HALF_M, MARATHON_M, Goal, GoalKind, Priority
from planning.goals.groundwork import groundwork
from planning.goals.needs import GATES, needs_from
from planning.goals.offers import Offered, offers
from tests.planning.athletes import MONDAY, runs

TODAY = MONDAY + timedelta(weeks=26)
STRONG = groundwork(runs(26, 60, 330, race_every=0), TODAY)
WEAK = groundwork(runs(26, 16, 400, race_every=0), TODAY)


def goal(target_s=None, weeks=16, distance_m=MARATHON_M, **fields):
    kind = GoalKind.TIME if target_s else GoalKind.COMPLETION
    day = TODAY + timedelta(weeks=weeks)
    return Goal("m", kind, Priority.A, day, distance_m, target_s, **fields)


def getting_faster(a_week=0.0, until=26, sd=0.06, widens=0.0):
    """A marathon in 3:20 today, so much of it less each week for so many weeks."""

    def foretell(race):
        weeks = (race.day - TODAY).days / 7
        median_s = 12_000.0 * math.exp(-a_week * min(weeks, until))
        return Prediction(race.distance_m, median_s, sd + widens * weeks)

    return foretell


def offered(wanted, done=STRONG, foretell=None):
    foretell = foretell or getting_faster()
    chance = foretell(wanted).probability_of(wanted.target_s) if wanted.is_timed else None
    found = offers(wanted, done, today=TODAY, probability=chance, foretell=foretell)
    return {offer.kind: offer for offer in found}


def test_what_can_be_had_is_left_alone():
    assert offered(goal(11_800.0)) == {}
    assert offered(goal()) == {}
    assert offered(replace(goal(), kind=GoalKind.HEALTH, distance_m=None)) == {}


def test_the_nearest_time_is_an_even_chance_and_no_faster_than_it_is():
    offer = offered(goal(10_800.0), foretell=getting_faster(0.0003))[Offered.TIME]
    median_s = 12_000.0 * math.exp(-0.0003 * 16)
    assert median_s <= offer.goal.target_s < median_s + 60
    assert offer.goal.target_s % 60 == 0
    assert 0.5 <= offer.probability < 0.54
    assert offer.goal.day == goal().day
    short = offered(goal(2_000.0, distance_m=10_000.0), foretell=getting_faster())
    assert short[Offered.TIME].goal.target_s == 12_000.0


def test_the_earliest_day_is_the_first_one_on_which_it_is_an_even_chance():
    # 3 % to gain at .12 % a week: 25 weeks; at 16 weeks it is a chance of 15 %
    wanted = goal(12_000.0 * math.exp(-0.03))
    foretell = getting_faster(0.0012, sd=0.0103)
    offer = offered(wanted, foretell=foretell)[Offered.DAY]
    assert offer.goal.day == TODAY + timedelta(weeks=25)
    assert offer.probability == pytest.approx(0.5)
    assert offer.goal.target_s == wanted.target_s


def test_a_stretch_is_offered_where_an_even_chance_is_not_to_be_had():
    wanted = goal(12_000.0 * math.exp(-0.04))
    offer = offered(wanted, foretell=getting_faster(0.0012, sd=0.0203))[Offered.DAY]
    assert 0.2 <= offer.probability < 0.5
    before = getting_faster(0.0012, sd=0.0203)(
        replace(wanted, day=offer.goal.day - timedelta(weeks=1))
    )
    assert before.probability_of(wanted.target_s) < 0.2


def test_a_day_further_off_is_not_offered_for_being_less_sure():
    wanted, foretell = goal(10_500.0), getting_faster(widens=0.002)
    far = replace(wanted, day=TODAY + timedelta(weeks=52))
    assert foretell(far).probability_of(wanted.target_s) > 0.2
    assert set(offered(wanted, foretell=foretell)) == {Offered.TIME}


def test_who_wants_to_finish_too_early_is_told_the_first_day_and_the_longest_race():
    wanted = goal(weeks=9)
    told = offered(wanted, WEAK)
    assert set(told) == {Offered.DAY, Offered.DISTANCE}
    day, shorter = told[Offered.DAY].goal, told[Offered.DISTANCE].goal
    assert can_be_prepared_for(day)
    assert not can_be_prepared_for(replace(day, day=day.day - timedelta(weeks=1)))
    assert shorter.day == wanted.day
    assert can_be_prepared_for(shorter)
    assert not can_be_prepared_for(replace(shorter, distance_m=HALF_M))
    assert (shorter.distance_m, shorter.target_s) == (10_000.0, None)


def test_a_time_that_is_easy_but_for_the_distance_gets_a_later_day():
    wanted = goal(15_000.0, weeks=9)
    told = offered(wanted, WEAK)
    assert set(told) == {Offered.DAY, Offered.DISTANCE}
    assert told[Offered.DAY].probability > 0.9
    assert can_be_prepared_for(told[Offered.DAY].goal)


def test_without_a_forecast_the_ground_alone_decides():
    wanted = goal(15_000.0, weeks=9)
    found = offers(wanted, WEAK, today=TODAY, probability=None, foretell=lambda _: None)
    assert [(offer.kind, offer.probability) for offer in found] == [
        (Offered.DAY, None),
        (Offered.DISTANCE, None),
    ]


def can_be_prepared_for(race):
    return all(need.feasible for need in needs_from(race, WEAK, TODAY) if need.what in GATES)
