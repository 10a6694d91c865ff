import math
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from planning.athlete import Athlete
from planning.goals.assessment import RECORD_M, check_goal, record_s
from planning.goals.goal import HALF_M, MARATHON_M, Goal, GoalKind, Priority
from tests.planning.athletes import MONDAY

TODAY = MONDAY + timedelta(weeks=26)


def goal(distance_m=MARATHON_M, weeks=16, target_s=None, kind=None, **fields):
    kind = kind or (GoalKind.TIME if target_s else GoalKind.COMPLETION)
    day = TODAY + timedelta(weeks=weeks)
    return Goal("g", kind, Priority.A, day, distance_m, target_s, **fields)


@pytest.mark.parametrize(
    ("stated", "word"),
    [
        (goal(weeks=-1, target_s=12_000), "already past"),
        (
            Goal("g", GoalKind.TIME, Priority.A, TODAY + timedelta(days=6), 5e3, 1_200),
            "less than a week",
        ),
        (goal(weeks=120, target_s=12_000), "two years"),
        (goal(weeks=300, target_s=12_000), "five years"),
        (goal(5_000.0, climb_m=3_100.0), "climbs at most 3000 m"),
        (goal(5_000.0, climb_m=-1.0), "climbs at most"),
        (goal(5_000.0, climb_m=math.nan), "climbs at most"),
        (goal(None, target_s=12_000), "Which distance"),
        (goal(kind=GoalKind.TIME), "Which time"),
        (goal(800.0), "outside"),
        (goal(300_000.0), "outside"),
        (goal(target_s=7_200), "faster than anybody"),
        (goal(5_000.0, target_s=700), "faster than anybody"),
        (goal(target_s=40_000), "slower than a walk"),
        (goal(target_s=195), "3:15 is minutes and seconds, hours are 3:15:00"),
        (goal(50_000.0, cut_off_s=7_200.0), "Nobody has ever run the 50K inside 2:00"),
    ],
)
def test_a_goal_that_is_not_smart_is_told_so(stated, word):
    problems = check_goal(stated, TODAY)
    assert len(problems) == 1
    assert word in problems[0]


def test_a_sound_goal_has_no_problems():
    for stated in (
        goal(target_s=11_700),
        goal(),
        goal(5_000.0, target_s=1_199, weeks=1),
        goal(None, kind=GoalKind.HEALTH),
        goal(100_000.0, climb_m=4_000, cut_off_s=72_000),
    ):
        assert check_goal(stated, TODAY) == ()


def test_several_problems_are_all_named():
    assert len(check_goal(goal(weeks=-3, target_s=3_600), TODAY)) == 2


def test_the_young_have_a_longest_distance():
    def problems(age, distance_m):
        athlete = Athlete(ZoneInfo("UTC"), birth_year=goal().day.year - age)
        return check_goal(goal(distance_m), TODAY, athlete=athlete)

    assert problems(17, MARATHON_M)
    assert not problems(17, HALF_M)
    assert problems(15, HALF_M)
    assert not problems(15, 10_000.0)
    assert not problems(30, MARATHON_M)


def test_records_are_those_of_the_lists_and_grow_with_distance():
    assert record_s(MARATHON_M) == pytest.approx(2 * 3600 + 35)
    assert record_s(5_000) == pytest.approx(12 * 60 + 35.4)
    metres = [1_500, 2_000, 3_000, 7_000, 10_000, 20_000, 42_195, 60_000, 100_000, 250_000]
    assert [record_s(m) for m in metres] == sorted(record_s(m) for m in metres)


def test_nobody_has_run_further_faster():
    speeds = [metres / record_s(metres) for metres in RECORD_M]
    assert speeds == sorted(speeds, reverse=True)
    assert min(speeds) == pytest.approx(3.51, abs=0.01)  # 246 km in 19 h 27 min
