"""Goals end and change: what was learned, what could be next, and the season rebuilt."""

from dataclasses import replace
from datetime import timedelta

import pytest

from planning.athlete import Athlete
from planning.goals.evolution import End, ended
from planning.goals.goal import (
    FIFTY_K_M,
    FIVE_K_M,
    HALF_M,
    MARATHON_M,
    TEN_K_M,
    Goal,
    GoalKind,
    Priority,
)
from planning.goals.proposals import evolution, rebuilt
from planning.goals.telling import evolution_lines
from planning.replan import State, replan
from planning.schedule.lint import lint
from planning.schedule.plan import Phase
from tests.planning.athletes import race, run
from tests.planning.schedule.cases import TODAY, ZONE, goal_in, history

RACED = TODAY - timedelta(days=1)
RUNS = tuple(each for each in history(55, 340, weeks=30) if each.day != RACED)
ATHLETE = Athlete(zone=ZONE, sex="f", birth_year=1988)


def past(distance_m, **fields):
    return replace(goal_in(1, distance_m, id="over", **fields), day=RACED)


def known(goal, *more, runs=RUNS, athlete=ATHLETE):
    return State(athlete, (*runs, *more), (goal,))


def told(goal, *more, today=TODAY, **fields):
    state = known(goal, *more, **fields)
    return state, evolution(state, goal, today)


def test_a_first_marathon_finished_leads_to_a_time_a_qualifier_or_further():
    goal = past(MARATHON_M, kind=GoalKind.COMPLETION)
    state, found = told(goal, race(RACED, 42.4, 4 * 3600.0))
    assert found.ended.end is End.REACHED
    learned = " ".join(found.ended.learned)
    assert "slower than the" in learned
    assert "foretold on the eve" in learned
    assert "13 minutes longer (Fokkema 2020" in learned  # the longest run was 20 km
    qualifier, faster, longer = found.proposals
    assert qualifier.goal.qualifier == "boston"
    assert qualifier.goal.target_s == 3.5 * 3600  # women under 40, from 2026 on
    assert faster.goal.distance_m == MARATHON_M
    assert faster.probability == pytest.approx(0.5, abs=0.05)
    assert longer.goal.distance_m == FIFTY_K_M
    assert longer.goal.kind is GoalKind.COMPLETION
    # the season that follows: recovery, then up to the new race
    season = rebuilt(state, found.ended, faster, TODAY)
    phases = [week.phase for week in season.plan.weeks]
    assert phases[:3] == [Phase.RECOVERY] * 3
    assert phases[-3:] == [Phase.TAPER] * 3
    assert season.plan.goal_ids == (faster.goal.id,)
    found_wrong = lint(
        season.plan, athlete=ATHLETE, goals=season.goals, activities=state.activities, today=TODAY
    )
    assert found_wrong == ()


def test_without_sex_and_age_no_standard_is_proposed():
    goal = past(MARATHON_M, kind=GoalKind.COMPLETION)
    _, found = told(goal, race(RACED, 42.4, 4 * 3600.0), athlete=Athlete(zone=ZONE))
    assert not any(each.goal.qualifier for each in found.proposals)
    assert 2 <= len(found.proposals) <= 3


def test_a_time_missed_is_tried_again_or_made_realistic():
    goal = past(MARATHON_M, target_s=3.8 * 3600)
    _, found = told(goal, race(RACED, 42.4, 4 * 3600.0))
    assert found.ended.end is End.MISSED
    assert "12:00 over what was wanted" in found.ended.learned[0]
    assert any("the chance of the time went from" in line for line in found.ended.learned)
    again, realistic, test = found.proposals
    assert again.goal.target_s == goal.target_s
    assert again.goal.day - RACED >= timedelta(weeks=20)
    assert realistic.probability == pytest.approx(0.5, abs=0.05)
    assert (test.goal.distance_m, test.goal.priority) == (HALF_M, Priority.B)


def test_a_time_far_out_of_reach_is_not_proposed_again():
    goal = past(MARATHON_M, target_s=2.6 * 3600)
    _, found = told(goal, race(RACED, 42.4, 4 * 3600.0))
    assert goal.target_s not in {each.goal.target_s for each in found.proposals}
    assert len(found.proposals) == 2


def test_a_time_reached_asks_for_a_faster_one_a_longer_race_or_rest():
    goal = past(TEN_K_M, target_s=46 * 60.0)
    _, found = told(goal, race(RACED, 10.0, 45 * 60.0))
    assert found.ended.end is End.REACHED
    faster, longer, habit = found.proposals
    assert faster.probability == pytest.approx(0.35, abs=0.05)
    assert longer.goal.distance_m == HALF_M
    assert habit.goal.kind is GoalKind.HEALTH
    assert habit.goal.runs_per_week == 4


def test_a_goal_outgrown_asks_for_more_on_the_same_day():
    goal = goal_in(10, TEN_K_M, id="easy", target_s=3_600.0)
    _, found = told(goal)
    assert found.ended.end is End.OUTGROWN
    assert all(each.goal.day == goal.day for each in found.proposals)
    assert all(each.goal.target_s < goal.target_s for each in found.proposals)
    near = goal_in(2, TEN_K_M, id="easy", target_s=3_600.0)
    assert told(near)[1].ended.end is End.UNDERWAY  # too late for another goal


def test_a_goal_made_impossible_has_better_offers_and_its_season_is_rebuilt():
    goal = goal_in(10, MARATHON_M, id="far", target_s=2.5 * 3600)
    state, found = told(goal)
    assert found.ended.end is End.IMPOSSIBLE
    assert len(found.proposals) >= 2
    assert found.proposals[0].goal.day == goal.day
    assert found.proposals[0].goal.target_s > goal.target_s
    season = rebuilt(state, found.ended, found.proposals[0], TODAY)
    assert season.plan.goal_ids == (found.proposals[0].goal.id,)


def test_a_goal_given_up_leaves_a_habit_and_a_small_race():
    goal = replace(goal_in(10, MARATHON_M, id="gone", target_s=3.5 * 3600), retired_on=TODAY)
    _, found = told(goal)
    assert found.ended.end is End.ABANDONED
    assert [each.goal.kind for each in found.proposals] == [GoalKind.HEALTH, GoalKind.TIME]


def test_a_goal_on_its_way_asks_for_nothing():
    goal = goal_in(10, HALF_M, id="half", target_s=1.75 * 3600)
    _, found = told(goal)
    assert found.ended.end is End.UNDERWAY
    assert found.proposals == ()


def test_a_day_that_passed_without_a_run_is_no_result():
    _, found = told(past(HALF_M, target_s=1.75 * 3600))
    assert found.ended.end is End.NOT_RUN
    assert found.ended.result is None
    assert found.proposals


def test_a_break_before_the_race_is_named():
    away = [each for each in RUNS if not 20 <= (RACED - each.day).days < 40]
    goal = past(HALF_M, target_s=1.75 * 3600)
    _, found = told(goal, race(RACED, 21.1, 1.9 * 3600), runs=tuple(away))
    assert any("break" in line and "Feely 2023" in line for line in found.ended.learned)


@pytest.mark.parametrize(("runs_per_week", "end"), [(4, End.REACHED), (7, End.MISSED)])
def test_a_habit_is_kept_up_or_not(runs_per_week, end):
    goal = replace(
        past(None, kind=GoalKind.HEALTH),
        from_day=TODAY - timedelta(weeks=12),
        runs_per_week=runs_per_week,
    )
    _, found = told(goal)
    assert found.ended.end is end
    assert found.proposals[0].goal.kind is GoalKind.HEALTH
    assert found.proposals[1].goal.distance_m == FIVE_K_M


def test_a_habit_that_is_as_good_as_kept_up_is_not_outgrown():
    goal = goal_in(6, None, id="habit", kind=GoalKind.HEALTH, runs_per_week=2)
    state = known(goal)
    sure = replace(replan(state, TODAY).forecasts[0], probability=0.99)
    assert ended(goal, state.activities, today=TODAY, forecast=sure).end is End.UNDERWAY


def test_later_runs_change_nothing_that_was_learned():
    goal = past(MARATHON_M, target_s=3.8 * 3600)
    state = known(goal, race(RACED, 42.4, 4 * 3600.0))
    later = (*state.activities, run(TODAY + timedelta(days=3), 10.0, 240.0))
    one = ended(goal, state.activities, today=TODAY, forecast=None)
    assert ended(goal, later, today=TODAY, forecast=None) == one
    assert ended(goal, later[::-1], today=TODAY, forecast=None) == one


def test_the_young_are_proposed_nothing_too_long():
    goal = past(TEN_K_M, kind=GoalKind.COMPLETION)
    young = replace(ATHLETE, birth_year=TODAY.year - 15)
    _, found = told(goal, race(RACED, 10.0, 50 * 60.0), athlete=young)
    assert all((each.goal.distance_m or 0.0) <= TEN_K_M for each in found.proposals)


def test_of_a_goal_under_way_nothing_is_told_as_if_it_were_over():
    goal = replace(goal_in(20, MARATHON_M, id="ahead"), target_s=3.4 * 3600)
    _, found = told(goal)
    learned = " ".join(found.ended.learned)
    assert "12 weeks ago" in learned
    assert "whatever is planned" in learned
    assert "so far" in learned
    assert "before it" not in learned
    assert "at the end" not in learned
    assert "Fokkema" not in learned


def test_a_habit_out_of_reach_comes_with_one_that_lasts():
    habit = Goal(
        "h", GoalKind.HEALTH, Priority.A, TODAY + timedelta(weeks=14), None, hours_per_week=12.0
    )
    state = known(habit)
    outcome = replan(state, TODAY)
    assert outcome.forecasts[0].probability < 0.05
    lines = list(evolution_lines(evolution(state, habit, TODAY)))
    assert lines[0].startswith("12 hours a week until")
    assert lines[0].endswith("impossible.")
    (lighter,) = evolution(state, habit, TODAY).proposals
    assert lighter.probability >= 0.5
    assert lighter.goal.hours_per_week < 12.0
    assert f"{lighter.goal.hours_per_week:g} hours a week until" in " ".join(lines)


def test_on_its_own_day_a_race_is_not_yet_missed():
    goal = replace(past(HALF_M, target_s=1.75 * 3600), day=TODAY)
    _, found = told(goal)
    assert found.ended.end is End.UNDERWAY
    assert found.proposals == ()


def test_a_habit_under_way_is_followed_by_nothing_yet_and_a_past_one_is_told_by_weeks():
    habit = replace(
        past(None, kind=GoalKind.HEALTH), from_day=TODAY - timedelta(weeks=12), runs_per_week=4
    )
    _, over = told(habit)
    assert any(line.startswith("It was kept up in ") for line in over.ended.learned)
    _, on_its_way = told(replace(habit, day=TODAY + timedelta(weeks=6)))
    assert on_its_way.proposals == ()


def test_the_next_race_leaves_recovery_and_a_whole_season():
    """After a half two weeks of recovery, then base, build, peak and taper: 6, 6, 3 and 2."""
    goal = past(HALF_M, target_s=1.75 * 3600)
    _, ran = told(goal, race(RACED, 21.1, 1.74 * 3600))
    again = next(each.goal for each in ran.proposals if each.goal.distance_m == HALF_M)
    assert again.day == _sunday(RACED + timedelta(weeks=2 + 17))
    # without a race there is nothing to recover from, and the season begins today
    long_ago = replace(goal, day=TODAY - timedelta(weeks=4))
    _, missed = told(long_ago)
    assert missed.proposals[0].goal.day == _sunday(TODAY + timedelta(weeks=17))


def test_a_first_finish_is_followed_by_a_time_and_a_time_by_a_faster_one():
    finish = past(HALF_M, kind=GoalKind.COMPLETION)
    for goal, words in ((finish, "Now with a time"), (past(HALF_M, target_s=7_200.0), "faster")):
        _, found = told(goal, race(RACED, 21.1, 1.8 * 3600))
        assert any(words in each.why for each in found.proposals)


@pytest.mark.parametrize(("pace_s_per_km", "years"), [(340, False), (480, True)])
def test_a_standard_far_away_is_told_to_take_years(pace_s_per_km, years):
    runs = tuple(one for one in history(55, pace_s_per_km, weeks=30) if one.day != RACED)
    goal = past(MARATHON_M, kind=GoalKind.COMPLETION)
    _, found = told(goal, race(RACED, 42.4, 40 * pace_s_per_km), runs=runs)
    qualifier = next(each for each in found.proposals if each.goal.qualifier)
    assert ("it may take years" in qualifier.why) is years is (qualifier.probability < 0.2)


def _sunday(day):
    return day + timedelta(days=6 - day.weekday())
