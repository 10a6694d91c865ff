import math
from datetime import timedelta

import pytest

from planning.activity import Sport, Surface
from planning.fitness.ability import estimate
from planning.fitness.evidence import explained
from tests.planning.athletes import MONDAY, race, ride, run, runs

RUNNER = runs(20, 50.0, 330.0, seed=4)
TODAY = MONDAY + timedelta(weeks=20)


def told_of(activity):
    first, *_ = explained([*RUNNER, activity], TODAY, days=1).recent
    assert first.activity_id == activity.id
    return first


def test_a_race_is_the_strongest_evidence():
    fast = race(TODAY, 10.0, 2_500.0)
    parts = explained([*RUNNER, fast], TODAY).recent
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
    assert later.id not in {part.activity_id for part in explained([*RUNNER, later], TODAY).recent}


def test_older_runs_are_told_while_they_matter():
    fast = race(TODAY - timedelta(60), 10.0, 2_500.0)
    told = explained([*RUNNER, fast], TODAY)
    strongest = max(told.older, key=lambda part: part.moved_ln)
    assert strongest.activity_id == fast.id
    assert len(told.older) < len(RUNNER) / 4
    assert all(part.day <= TODAY - timedelta(28) for part in told.older)
    assert all(abs(part.moved_ln) >= 0.002 for part in told.older)


def test_past_efforts_share_what_the_own_past_does():
    told = explained([*RUNNER, race(TODAY - timedelta(3), 10.0, 2_500.0)], TODAY)
    assert sum(effort.is_race for effort in told.efforts) == 4  # three in twenty weeks, and this
    shares = [effort.share for effort in told.efforts]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) < 1
    heaviest = told.efforts[0]
    assert (heaviest.distance_m, heaviest.time_s, heaviest.is_race) == (10_000.0, 2_500.0, True)
    better = math.log(heaviest.expected_s / heaviest.time_s)
    assert better > 0.05
    assert heaviest.moved_ln > 0
    # the shift that they make together is the mean of how they came out, by weight
    shift = sum(e.share * math.log(e.expected_s / e.time_s) for e in told.efforts)
    assert told.runs_alone_s / told.ten_k_s == pytest.approx(math.exp(shift))


def test_what_an_effort_moves_is_what_goes_without_it():
    fast = race(TODAY - timedelta(3), 10.0, 2_500.0)
    alone = explained([*RUNNER[:60], fast], TODAY)
    only = [effort for effort in alone.efforts if effort.activity_id == fast.id]
    assert len(alone.efforts) > 1
    rest = [effort for effort in alone.efforts if effort not in only]
    # without it the others weigh more: their shares are of a smaller whole
    others = sum(e.share * math.log(e.expected_s / e.time_s) for e in rest) / (1 - only[0].share)
    whole = math.log(alone.runs_alone_s / alone.ten_k_s)
    assert only[0].moved_ln == pytest.approx(whole - others)


def test_nothing_known_explains_nothing():
    told = explained([ride(TODAY)], TODAY)
    assert (told.ten_k_s, told.runs_alone_s, told.efforts, told.older) == (None, None, (), ())
    assert [part.reason for part in told.recent] == ["not a run but a ride"]
