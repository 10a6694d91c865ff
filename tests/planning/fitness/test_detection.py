from datetime import timedelta

import pytest

from planning.fitness.detection import hard_efforts
from planning.fitness.history import runs_of
from tests.planning.athletes import MONDAY, race, run

BASE = [run(MONDAY + timedelta(2 * n), 8.0, 330.0) for n in range(30)]
DAY = MONDAY + timedelta(61)
CUT = DAY.toordinal() + 100


def found(*extra, base=BASE):
    runs = runs_of([*base, *extra], CUT)
    return [
        (int(runs.day[row]) - MONDAY.toordinal(), runs.distance_m[row])
        for row in hard_efforts(runs)
    ]


@pytest.mark.parametrize(
    ("km", "pace", "hard"),
    [
        (5.0, 330 / 1.081, True),  # 8 % faster than usual over 5 km
        (5.0, 330 / 1.079, False),
        (10.0, 330 / 1.061, True),
        (10.0, 330 / 1.059, False),
        (7.0, 330 / 1.2, False),  # no race distance
    ],
)
def test_an_effort_is_faster_than_usual_by_its_share(km, pace, hard):
    assert found(run(DAY, km, pace)) == ([(61, km * 1_000)] if hard else [])


def test_a_flagged_race_counts_at_any_speed_and_distance():
    assert found(race(DAY, 5.0, 5 * 335)) == [(61, 5_000.0)]
    assert found(race(DAY, 15.0, 15 * 320)) == [(61, 15_000.0)]
    assert found(race(DAY, 3.0, 3 * 270)) == []  # below the distances that are predicted


def test_too_little_before_it_makes_no_effort():
    assert found(run(DAY, 5.0, 290), base=BASE[:9]) == []
    assert found(run(DAY, 5.0, 290), base=BASE[-10:]) == [(61, 5_000.0)]
    assert found(run(MONDAY + timedelta(170), 5.0, 290)) == []  # nothing in the 84 days before
    # the last six of the thirty lie on days 48 to 58
    assert found(run(MONDAY + timedelta(48 + 84), 5.0, 290)) == [(132, 5_000.0)]
    assert found(run(MONDAY + timedelta(49 + 84), 5.0, 290)) == []


def test_one_a_fortnight_for_each_distance():
    first, soon, other, later = (
        run(DAY, 5.0, 290),
        run(DAY + timedelta(13), 5.0, 288),
        run(DAY + timedelta(13), 10.0, 295),
        run(DAY + timedelta(14), 5.0, 288),
    )
    assert found(first, soon) == [(61, 5_000.0)]
    assert found(first, other) == [(61, 5_000.0), (74, 10_000.0)]
    assert found(first, later) == [(61, 5_000.0), (75, 5_000.0)]
    assert found(first, race(DAY + timedelta(13), 5.0, 5 * 288)) == [(61, 5_000.0), (74, 5_000.0)]


def test_short_efforts_are_in_the_top_of_the_half_year():
    # eight of forty runs before it are faster still: the fastest 15 % are out of reach
    tempo = [run(MONDAY + timedelta(2 * n + 1), 8.0, 270.0) for n in range(8)]
    assert found(run(DAY, 5.0, 290), base=[*BASE, *tempo]) == []


def test_hilly_paused_and_trail_runs_are_no_efforts():
    assert found(run(DAY, 5.0, 290, climb_m=91.0)) == []
    assert found(run(DAY, 5.0, 290, elapsed_time_s=290 * 5 * 1.16)) == []
    assert found(run(DAY, 5.0, 290, usable=False)) == []


def test_what_was_found_before_is_taken_as_it_is():
    runs = runs_of([*BASE, *(run(DAY + timedelta(5 * n), 5.0, 290) for n in range(12))], CUT)
    whole = hard_efforts(runs)
    assert len(whole) == 4
    for since in range(len(runs)):
        earlier = [row for row in whole if row < since]
        assert hard_efforts(runs, since=since, earlier=earlier) == whole
