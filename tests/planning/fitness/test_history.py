import math
from dataclasses import fields
from datetime import timedelta

import numpy as np
import pytest

from planning.activity import Surface
from planning.fitness.conditions import lost_to_heat
from planning.fitness.history import NO_RUNS, believable, continued, runs_of, score_of
from tests.planning.athletes import MONDAY, ride, run

CUT = MONDAY.toordinal() + 400


def daily(*paces, km=10.0, **fields):
    return [run(MONDAY + timedelta(n), km, pace, **fields) for n, pace in enumerate(paces)]


def test_riegel_brings_every_distance_to_ten_kilometres():
    # Riegel 1981, 1.06: 10 km in 40:00 goes with 5 km in 40:00 x .5^1.06 = 19:11.1
    five_k_s = 2_400 * 0.5**1.06
    assert five_k_s == pytest.approx(1_151.1, abs=0.1)
    scores = score_of(np.array([10_000.0, 5_000.0]), np.array([2_400.0, five_k_s]))
    assert scores[0] == pytest.approx(scores[1])
    assert scores[0] == pytest.approx(math.log(10_000 / 2_400))


def test_only_runs_with_numbers_before_the_cut_are_columns():
    kept = run(MONDAY, 10, 300)
    runs = runs_of(
        [
            kept,
            ride(MONDAY),
            run(MONDAY, 10, 300, distance_m=None, id="a"),
            run(MONDAY, 10, 300, moving_time_s=None, elapsed_time_s=None, id="b"),
            run(MONDAY, 10, 300, distance_m=-1.0, id="c"),
            run(MONDAY, 10, 300, moving_time_s=float("nan"), elapsed_time_s=None, id="d"),
            run(MONDAY, 10, 100, id="e"),  # faster than the world best
            run(MONDAY + timedelta(1), 10, 300),
        ],
        MONDAY.toordinal() + 1,
    )
    assert len(runs) == 1
    assert runs.distance_m[0] == 10_000


def test_without_moving_time_the_elapsed_one_counts():
    runs = runs_of([run(MONDAY, 10, 300, moving_time_s=None, elapsed_time_s=3_100.0)], CUT)
    assert runs.time_s[0] == runs.result_s[0] == 3_100.0


def test_the_clock_of_a_race_does_not_stop():
    runs = runs_of([run(MONDAY, 10, 300, elapsed_time_s=3_060.0)], CUT)
    assert (runs.time_s[0], runs.result_s[0]) == (3_000.0, 3_060.0)


@pytest.mark.parametrize(
    "fields",
    [
        {"usable": False},
        {"surface": Surface.TREADMILL},
        {"distance_m": 2_999.0, "moving_time_s": 900.0},
    ],
)
def test_some_runs_count_for_volume_only(fields):
    runs = runs_of([run(MONDAY, 10, 300, **fields)], CUT)
    assert len(runs) == 1
    assert not runs.learnable[0]


def test_what_is_not_believed_is_no_volume_either():
    runs = runs_of(daily(*[330] * 12, 200, 330), CUT)
    assert not runs.learnable[12]
    assert runs.distance_m.tolist() == [10_000.0] * 14
    assert runs.volume_m.tolist() == [10_000.0] * 12 + [0.0, 10_000.0]
    belt = run(MONDAY + timedelta(20), 10, 200, surface=Surface.TREADMILL)
    indoors = runs_of([*daily(*[330] * 12), belt], CUT)  # its speed was never asked for
    assert indoors.volume_m.tolist() == [10_000.0] * 13


@pytest.mark.parametrize(
    ("fields", "raceable"),
    [
        ({}, True),
        ({"climb_m": 180.0}, True),
        ({"climb_m": 181.0}, False),
        ({"surface": Surface.TRAIL}, False),
        ({"elapsed_time_s": 3_449.0}, True),
        ({"elapsed_time_s": 3_451.0}, False),
        ({"elapsed_time_s": None}, True),
    ],
)
def test_what_may_have_been_a_race(fields, raceable):
    assert runs_of([run(MONDAY, 10, 300, **fields)], CUT).raceable[0] == raceable


def gate(*scores, days=None, races=()):
    day = np.array(days if days is not None else range(len(scores)), dtype=np.int64)
    race = np.isin(np.arange(len(scores)), races)
    trusted = np.ones(len(scores), dtype=bool)
    verdict, _ = believable(NO_RUNS, day, np.array(scores), trusted=trusted, is_race=race)
    return verdict.tolist()


def test_a_leap_over_the_third_best_is_not_believed():
    assert gate(1.0, 1.1, 1.2, 1.219) == [True] * 4
    assert gate(1.0, 1.1, 1.2, 1.221) == [True, True, True, False]


def test_a_named_race_may_leap_further():
    assert gate(1.0, 1.1, 1.2, 1.399, races=[3]) == [True] * 4
    assert gate(1.0, 1.1, 1.2, 1.401, races=[3]) == [True, True, True, False]


def test_the_first_three_runs_have_no_yardstick():
    assert gate(0.5, 1.5, 0.5) == [True] * 3


def test_a_leap_that_is_real_is_believed_from_its_fourth_run_on():
    assert gate(1.0, 1.0, 1.0, 1.5, 1.5, 1.5, 1.5) == [True] * 3 + [False] * 3 + [True]


def test_rides_saved_as_runs_are_never_believed_however_many():
    known = [1.0 + n / 100 for n in range(10)]
    assert gate(*known, *[1.54] * 40) == [True] * 10 + [False] * 40  # .47 over the third best
    assert gate(*known, *[1.51] * 4) == [True] * 10 + [False] * 3 + [True]  # .44: it may be real
    assert gate(*known[3:], *[1.54] * 4) == [True] * 7 + [False] * 3 + [True]  # too few are known


def test_whose_walks_were_saved_as_runs_may_begin_to_run():
    walks = [0.45 + n / 100 for n in range(10)]  # 10:38/km at 10 km
    assert gate(*walks, *[0.99] * 5) == [True] * 10 + [False] * 3 + [True] * 2  # 6:12/km, .47 over
    assert gate(*walks, *[1.38] * 5) == [True] * 10 + [False] * 3 + [True] * 2  # under 4 m/s
    assert gate(*walks, *[1.39] * 9) == [True] * 10 + [False] * 9


def test_the_yardstick_is_a_year_long():
    old = [0, 1, 2]
    assert gate(1.0, 1.0, 1.0, 1.5, days=[*old, 365]) == [True] * 3 + [False]
    assert gate(1.0, 1.0, 1.0, 1.5, days=[*old, 366]) == [True] * 4  # two left: no yardstick


def test_a_verdict_looks_only_backwards():
    scores = [1.0, 1.1, 0.9, 1.4, 1.0, 1.5, 1.5, 1.5]
    for known in range(1, len(scores)):
        assert gate(*scores[:known]) == gate(*scores)[:known]


def test_rows_that_teach_nothing_are_no_yardstick():
    trusted = np.array([False, True, True, True, True])
    score = np.array([9.0, 1.0, 1.0, 1.0, 1.3])
    verdict, yardstick = believable(
        NO_RUNS, np.arange(5), score, trusted=trusted, is_race=np.zeros(5, dtype=bool)
    )
    assert yardstick.tolist() == trusted.tolist()
    assert verdict.tolist() == [True, True, True, True, False]


def test_order_does_not_matter():
    many = daily(300, 290, 310, 280, 240, 305)
    there, back = runs_of(many, CUT), runs_of(many[::-1], CUT)
    assert equal(there, back)


def equal(one, other):
    return all(
        np.asarray(getattr(one, column.name)).tobytes()
        == np.asarray(getattr(other, column.name)).tobytes()
        for column in fields(one)
    )


@pytest.mark.parametrize("known", [0, 1, 3, 12, 399, 400])
def test_columns_are_continued_bit_for_bit(known):
    paces = [300 + (37 * n) % 60 - 120 * (n % 50 == 49) for n in range(400)]
    whole = runs_of(daily(*paces), CUT)
    day = MONDAY.toordinal() + known
    assert equal(continued(runs_of(daily(*paces), day), daily(*paces)[known:]), whole)
    assert equal(whole.before(day), runs_of(daily(*paces), day))
    assert not whole.learnable.all()


def test_a_run_counts_by_its_distance_on_the_flat_where_altitude_was_recorded():
    hill = run(MONDAY, 10.0, 360.0, flat_distance_m=11_000.0)
    plain = run(MONDAY + timedelta(1), 10.0, 360.0, climb_m=300.0)
    runs = runs_of([hill, plain], CUT)
    assert runs.score.tolist() == pytest.approx(
        [math.log(11_000 / 3_600) + 0.06 * math.log(1.1), math.log(10_000 / 3_600)]
    )
    assert runs.distance_m.tolist() == [10_000.0, 10_000.0]  # and volume by what was run
    assert runs.comparable_m.tolist() == [11_000.0, 10_000.0]


def test_a_run_in_known_heat_counts_as_in_the_cool():
    hot, cool = (
        run(MONDAY, 10.0, 300.0, temperature_c=26.0),
        run(MONDAY + timedelta(1), 10.0, 300.0),
    )
    runs = runs_of([hot, cool], CUT)
    assert runs.comparable_m[0] == pytest.approx(10_000.0 / (1.0 - lost_to_heat(hot)))
    assert runs.score[0] > runs.score[1] + 0.03
    assert runs.volume_m.tolist() == [10_000.0, 10_000.0]


def test_a_race_is_one_by_its_mark_or_its_name_unless_the_athlete_says_no():
    called = {"name": "Parkrun #7"}
    runs = runs_of(
        [
            run(MONDAY, 5.0, 300.0, is_race=True),
            run(MONDAY + timedelta(1), 5.0, 300.0, **called),
            run(MONDAY + timedelta(2), 5.0, 300.0, **called, provenance={"is_race": "athlete"}),
            run(MONDAY + timedelta(3), 5.0, 300.0),
        ],
        CUT,
    )
    assert runs.is_race.tolist() == [True, True, False, False]
