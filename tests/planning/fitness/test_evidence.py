from datetime import timedelta

import pytest

from planning.activity import Sport, Surface
from planning.fitness.ability import estimate
from planning.fitness.evidence import evidence
from tests.planning.athletes import MONDAY, race, ride, run, runs

RUNNER = runs(20, 50.0, 330.0, seed=4)
TODAY = MONDAY + timedelta(weeks=20)


def told_of(activity):
    first, *_ = evidence([*RUNNER, activity], TODAY, days=1)
    assert first.activity_id == activity.id
    return first


def test_a_race_is_the_strongest_evidence():
    fast = race(TODAY, 10.0, 2_500.0)
    parts = evidence([*RUNNER, fast], TODAY)
    assert parts[0].activity_id == fast.id
    assert parts[0].used
    assert parts[0].moved_ln == max(part.moved_ln for part in parts)
    ten_k = estimate([*RUNNER, fast], TODAY).today().ln_speed
    assert parts[0].moved_ln == pytest.approx(ten_k - estimate(RUNNER, TODAY).today().ln_speed)
    assert [part.day for part in parts] == sorted((part.day for part in parts), reverse=True)
    assert all(part.day > TODAY - timedelta(28) for part in parts)


@pytest.mark.parametrize(
    ("activity", "reason"),
    [
        (ride(TODAY), "not a run but a ride"),
        (run(TODAY, 5, 700, sport=Sport.OTHER), "not a run"),
        (run(TODAY, 8, 300, surface=Surface.TREADMILL), "treadmill"),
        (run(TODAY, 2.5, 300), "under 3 km"),
        (run(TODAY, 8, 300, usable=False, reasons=("the track jumps",)), "the track jumps"),
        (run(TODAY, 8, 300, usable=False), "by hand"),
        (run(TODAY, 8, 300, distance_m=None), "no believable distance"),
        (run(TODAY, 20, 190), "doubted"),
    ],
)
def test_what_does_not_count_says_why(activity, reason):
    told = told_of(activity)
    assert not told.used
    assert reason in told.reason
    assert abs(told.moved_ln) < 0.002


def test_the_future_is_no_evidence():
    later = run(TODAY + timedelta(1), 10, 300)
    assert later.id not in {part.activity_id for part in evidence([*RUNNER, later], TODAY)}
