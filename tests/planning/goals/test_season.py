"""From goals to weeks: phases stand still, tapers count back, races ask for rest."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, GoalKind, Priority
from planning.goals.season import (
    alive,
    demand_of,
    no_hard_days,
    season,
    season_as_of,
    shaping,
)
from planning.schedule.menu import focus_of
from planning.schedule.plan import Phase
from tests.planning.schedule.cases import ATHLETE, TODAY, goal_in, history, planned

WEEK = timedelta(weeks=1)


def phases(weeks):
    return "".join(week.phase.value[0] for week in weeks)  # b base or build, p, t, r


def test_a_marathon_season_of_eighteen_weeks():
    weeks = season((goal_in(17),), TODAY)
    told = [week.phase for week in weeks]
    assert told == [Phase.BASE] * 4 + [Phase.BUILD] * 8 + [Phase.PEAK] * 3 + [Phase.TAPER] * 3
    assert [round(week.share, 2) for week in weeks[-3:]] == [0.8, 0.6, 0.4]
    assert [index for index, week in enumerate(weeks) if week.light] == [3, 7, 11]
    assert weeks[14].build_up == 1.0


@pytest.mark.parametrize(
    ("distance_m", "shares"),
    [(FIVE_K_M, [0.6]), (TEN_K_M, [0.6]), (HALF_M, [0.75, 0.5]), (MARATHON_M, [0.8, 0.6, 0.4])],
)
def test_tapers_by_distance(distance_m, shares):
    weeks = season((goal_in(12, distance_m),), TODAY)
    tapering = [round(week.share, 2) for week in weeks if week.phase is Phase.TAPER]
    assert tapering == shares


def test_a_wednesday_race_tapers_by_days():
    weeks = season((goal_in(12, HALF_M, weekday=2),), TODAY)
    # Week before: four days of the race's seven at .5, three of the seven before at .75.
    assert weeks[-2].share == pytest.approx((4 * 0.5 + 3 * 0.75) / 7)


def test_phases_stand_while_time_passes():
    goals = (goal_in(20, HALF_M),)
    early = {week.first_day: (week.phase, week.light, week.share) for week in season(goals, TODAY)}
    for later in range(1, 20):
        for week in season(goals, TODAY + later * WEEK):
            assert early[week.first_day] == (week.phase, week.light, week.share)


def test_the_nearest_a_goal_shapes_the_week():
    b = goal_in(4, TEN_K_M, id="b", priority=Priority.B)
    first, second = goal_in(8, HALF_M, id="a1"), goal_in(30, MARATHON_M, id="a2")
    assert shaping((b, first, second), TODAY) == first
    assert shaping((b, first, second), TODAY + 9 * WEEK) == second
    assert shaping((b,), TODAY) == b


def test_recovery_after_a_race_when_another_goal_follows():
    goals = (goal_in(5, MARATHON_M, id="one"), goal_in(25, MARATHON_M, id="two"))
    weeks = season(goals, TODAY)
    assert phases(weeks)[6:9] == "rrr"
    assert [week.share for week in weeks[6:9]] == [0.3, 0.5, 0.7]
    assert weeks[9].phase is not Phase.RECOVERY


def test_days_without_hard_running_around_races():
    marathon = goal_in(5)
    days = no_hard_days([marathon])
    assert marathon.day - timedelta(days=2) in days
    assert marathon.day - timedelta(days=3) not in days
    assert marathon.day + timedelta(days=10) in days
    b = goal_in(5, TEN_K_M, priority=Priority.B)
    assert b.day - timedelta(days=6) in no_hard_days([b])  # its whole week
    c = goal_in(5, TEN_K_M, priority=Priority.C)
    assert no_hard_days([c]) == {c.day - timedelta(days=1), c.day + timedelta(days=1)}


def test_health_goals_have_neither_peak_nor_taper():
    weeks = season((goal_in(11, None, kind=GoalKind.HEALTH),), TODAY)
    assert {week.phase for week in weeks} == {Phase.BASE}
    assert sum(week.light for week in weeks) == 3


def test_goals_given_up_or_over_do_not_count():
    over, ahead = goal_in(-2, id="over"), goal_in(3, id="ahead")
    assert alive((over, ahead), TODAY) == (ahead,)
    assert season((over,), TODAY) == ()


def test_goals_that_count_alike_share_the_long_run():
    ten, half = goal_in(10, TEN_K_M, id="ten"), goal_in(16, HALF_M, id="half")
    told = [(week.goal.id, week.leads_m) for week in season((ten, half), TODAY)]
    # the half is prepared for in the eleven weeks to its own, its week included
    assert told[:6] == [("ten", TEN_K_M)] * 6
    assert told[6:11] == [("ten", HALF_M)] * 5
    assert told[11:] == [("half", HALF_M)] * 6
    week = season((ten, half), TODAY)[7]
    assert week.demand.long_m == demand_of(half).long_m
    assert week.demand.taper_shares == demand_of(ten).taper_shares


def test_a_goal_that_counts_less_leads_nothing():
    five = goal_in(6, FIVE_K_M, id="five")
    ultra = goal_in(12, 50_000.0, id="ultra", priority=Priority.B)
    assert {week.leads_m for week in season((five, ultra), TODAY)[:7]} == {FIVE_K_M}


def test_after_the_marathon_come_recovery_and_time_off_before_a_new_base():
    goals = (goal_in(2, MARATHON_M, id="autumn"), goal_in(36, TEN_K_M, id="spring"))
    weeks = season(goals, TODAY)
    assert phases(weeks)[3:10] == "rrrrrrb"
    assert [week.share for week in weeks[3:9]] == [0.3, 0.5, 0.7, 0.75, 0.75, 0.75]
    assert [week.off for week in weeks[3:10]] == [False] * 3 + [True] * 3 + [False]
    assert focus_of(weeks[6]).startswith("Off season")
    # seen from later, when the marathon is past, the weeks are the same
    later = season(goals, TODAY + 7 * WEEK, past=goals[:1])
    assert [week.share for week in later[:3]] == [0.75, 0.75, 1.0]
    assert later[2].phase is Phase.BASE


def test_only_an_a_race_is_followed_by_time_off():
    tune_up = goal_in(2, MARATHON_M, id="tune-up", priority=Priority.B)
    weeks = season((tune_up, goal_in(36, TEN_K_M, id="spring")), TODAY)
    assert not any(week.off for week in weeks)
    assert phases(weeks)[3:7] == "rrrb"


def test_no_time_off_where_the_next_race_presses():
    goals = (goal_in(2, MARATHON_M, id="one"), goal_in(24, MARATHON_M, id="two"))
    assert not any(week.off for week in season(goals, TODAY))


def test_a_taper_soon_after_a_race_asks_for_no_more_than_recovery_does():
    goals = (goal_in(2, MARATHON_M, id="one"), goal_in(3, FIVE_K_M, id="two"))
    assert season(goals, TODAY)[3].share == pytest.approx(0.3)


def test_a_habit_that_begins_later_shapes_no_week_before():
    winter = goal_in(30, None, id="winter", kind=GoalKind.HEALTH, from_day=TODAY + 20 * WEEK)
    fun = goal_in(10, FIVE_K_M, id="fun", priority=Priority.B)
    weeks = season((fun, winter), TODAY)
    assert [week.goal.id for week in weeks[:11]] == ["fun"] * 11
    assert {week.goal.id for week in weeks[11:]} == {"winter"}


def test_the_season_shown_is_the_one_that_the_plan_has():
    """From 50 on every third week is lighter (M-2), and so it is where the season is shown."""
    goal, past = goal_in(24), goal_in(-3, HALF_M, id="past")
    for birth_year, every in ((1970, 3), (1990, 4), (None, 4)):
        shown = season_as_of((goal, past), TODAY, birth_year=birth_year)
        athlete = replace(ATHLETE, birth_year=birth_year)
        plan, _ = planned(athlete, (past, goal), history(until=TODAY))
        assert [week.focus for week in plan.weeks] == [focus_of(week) for week in shown]
        light = [number for number, week in enumerate(shown) if week.light]
        assert {after - before for before, after in pairwise(light)} == {every}
