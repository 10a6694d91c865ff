from datetime import date, timedelta

import pytest

from planning.fitness.ability import estimate
from planning.fitness.prediction import predict
from planning.fitness.progress import fitness_weeks
from tests.planning.athletes import MONDAY, ride, runs

RUNNER = (*runs(20, 50.0, 330.0, seed=4), ride(MONDAY))
UNTIL = MONDAY + timedelta(weeks=19, days=3)


def test_each_week_is_what_was_estimated_in_its_last_evening():
    weeks = fitness_weeks(RUNNER, MONDAY + timedelta(weeks=5, days=4), UNTIL)
    assert [week.first_day for week in weeks] == [MONDAY + timedelta(weeks=n) for n in range(5, 20)]
    assert [week.as_of for week in weeks][-2:] == [MONDAY + timedelta(weeks=18, days=6), UNTIL]
    for week in weeks:
        known = [activity for activity in RUNNER if activity.day <= week.as_of]
        assert week.ten_k == predict(estimate(known, week.as_of), 10_000.0)
        of_week = [a for a in known if a.day >= week.first_day]
        assert week.runs == len(of_week)
        assert week.distance_m == pytest.approx(sum(a.distance_m for a in of_week))


def test_it_begins_with_the_first_run_and_says_when_it_is_too_early():
    weeks = fitness_weeks(RUNNER, date.min, UNTIL)
    assert weeks[0].first_day == MONDAY
    assert weeks[0].runs == 5  # the ride is none
    young = fitness_weeks(RUNNER[:4], date.min, MONDAY + timedelta(weeks=2))
    assert [week.ten_k for week in young] == [None, None, None]


def test_nothing_run_is_no_week():
    assert fitness_weeks([ride(MONDAY)], date.min, UNTIL) == ()
    assert fitness_weeks(RUNNER, UNTIL + timedelta(weeks=1), UNTIL) == ()
