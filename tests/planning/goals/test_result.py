from datetime import timedelta

from planning.goals.goal import MARATHON_M, Goal, GoalKind, Priority
from planning.goals.result import result_message, result_of
from tests.planning.athletes import MONDAY, race, ride, run

DAY = MONDAY + timedelta(days=6)
NEXT = DAY + timedelta(days=1)


def goal(target_s=11_700.0, **fields):
    kind = GoalKind.TIME if target_s else GoalKind.COMPLETION
    return Goal("g", kind, Priority.A, DAY, MARATHON_M, target_s, **fields)


def told(stated, *activities):
    return result_message(stated, result_of(stated, activities, NEXT))


def test_a_met_goal_is_told_with_what_was_to_spare():
    assert told(goal(), race(DAY, 42.4, 11_655)) == (
        "Marathon on 8 March 2026: 3:14:15. Goal of 3:15 met with 0:45 to spare."
    )
    assert told(goal(), race(DAY, 42.4, 11_700)).endswith("Goal of 3:15 met to the second.")


def test_a_missed_goal_is_told_with_by_how_much():
    assert told(goal(), race(DAY, 42.4, 12_125)).endswith("Goal of 3:15 missed by 7:05.")
    late = told(goal(None, cut_off_s=14_400.0), race(DAY, 42.2, 14_500))
    assert late.endswith("Cut-off of 4:00 missed by 1:40.")


def test_to_finish_is_to_reach_it():
    assert told(goal(None), race(DAY, 42.0, 16_000)).endswith("Goal reached: finished.")


def test_the_race_clock_does_not_stop_with_the_watch():
    stopped = race(DAY, 42.2, 11_600, elapsed_time_s=11_800.0)
    assert result_of(goal(), [stopped], NEXT).time_s == 11_800.0


def test_only_a_run_of_that_day_and_distance_counts_and_a_race_before_a_run():
    wrong = [
        race(DAY - timedelta(days=1), 42.2, 11_000),
        race(DAY, 40.5, 11_000),
        race(DAY, 44.0, 11_000),
        ride(DAY, 42.2),
    ]
    assert result_of(goal(), wrong, NEXT) is None
    assert "no run of about the distance" in told(goal(), *wrong)
    jog, raced = run(DAY, 42.195, 300), race(DAY, 42.6, 11_900)
    assert result_of(goal(), [jog, raced], NEXT) == result_of(goal(), [raced, jog], NEXT)
    assert result_of(goal(), [jog, raced], NEXT).time_s == 11_900


def test_what_is_to_come_has_no_result():
    assert result_of(goal(), [race(DAY, 42.2, 11_000)], DAY - timedelta(days=1)) is None


def test_a_health_goal_simply_ends():
    stated = Goal("h", GoalKind.HEALTH, Priority.B, DAY, None)
    assert told(stated) == "This goal ended on 8 March 2026."
