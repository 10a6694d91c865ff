from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.activity import Record, RecordKind, Sport, Streams, Surface
from planning.fitness.comparable import (
    WORLD_BESTS_S,
    doubts,
    flat_distance_m,
    grade_factor,
    is_possible,
)

quick = settings(deadline=None, derandomize=True, max_examples=50)


def record(**fields):
    told = {
        "source": "files",
        "external_id": "x",
        "kind": RecordKind.DEVICE_FILE,
        "start_at": datetime(2026, 5, 1, 6, tzinfo=UTC),
        "sport": Sport.RUN,
        "distance_m": 10_000.0,
        "moving_time_s": 3_000.0,
        "elapsed_time_s": 3_000.0,
    }
    return Record(**(told | fields))


def slope(grade, length_m=2_000.0, noise=0.0):
    distance = np.arange(0.0, length_m + 1, 3.0)
    bumps = noise * np.where(np.arange(len(distance)) % 2, 1.0, -1.0)
    return Streams(
        time_s=np.arange(len(distance), dtype=float),
        distance_m=distance,
        altitude_m=100.0 + grade * distance + bumps,
    )


@pytest.mark.parametrize(
    ("grade", "factor"), [(0.0, 1.0), (0.10, 1.37), (-0.07, 0.9195), (0.15, 1.6675), (-0.20, 1.16)]
)
def test_grade_factors_of_the_source(grade, factor):
    assert grade_factor(np.array([grade]))[0] == pytest.approx(factor, abs=5e-4)


def test_grades_beyond_what_was_measured_count_as_the_steepest():
    assert grade_factor(np.array([0.5, -0.9])) == pytest.approx(
        grade_factor(np.array([0.15, -0.2]))
    )


@pytest.mark.parametrize("grade", [-0.1, -0.02, 0.0, 0.04, 0.1])
def test_a_steady_slope_costs_its_factor(grade):
    streams = slope(grade)
    expected = streams.distance_m[-1] * grade_factor(np.array([grade]))[0]
    assert flat_distance_m(streams) == pytest.approx(expected, rel=1e-9)


def test_altitude_that_flickers_is_smoothed():
    # one metre up and down every three metres would be grades of 67 %
    assert flat_distance_m(slope(0.0, noise=1.0)) == pytest.approx(1_998.0, rel=0.03)


@quick
@given(st.floats(0.0, 0.14), st.floats(0.0, 0.14))
def test_a_steeper_climb_never_costs_less(one, other):
    low, high = sorted((one, other))
    assert flat_distance_m(slope(low)) <= flat_distance_m(slope(high)) + 1e-6


def test_without_altitude_nothing_is_known_of_the_flat():
    level = slope(0.0)
    assert flat_distance_m(Streams(level.time_s, level.distance_m)) is None
    holes = level.altitude_m.copy()
    holes[: len(holes) // 2] = np.nan
    assert flat_distance_m(Streams(level.time_s, level.distance_m, altitude_m=holes)) is None
    assert flat_distance_m(slope(0.05, length_m=30.0)) is None


def test_a_track_round_the_world_is_a_broken_file():
    broken = slope(0.0)
    along = broken.distance_m.copy()
    along[-1] = 2e6
    assert flat_distance_m(Streams(broken.time_s, along, altitude_m=broken.altitude_m)) is None
    towers = broken.altitude_m.copy()
    towers[7] = 1e300
    assert flat_distance_m(Streams(broken.time_s, broken.distance_m, altitude_m=towers)) is None


def test_a_few_missing_altitudes_are_bridged():
    streams = slope(0.05)
    holes = streams.altitude_m.copy()
    holes[100:150] = np.nan
    bridged = Streams(streams.time_s, streams.distance_m, altitude_m=holes)
    assert flat_distance_m(bridged) == pytest.approx(flat_distance_m(streams))


def test_nobody_is_faster_than_the_world_best():
    for distance, best in WORLD_BESTS_S.items():
        assert is_possible(distance, best + 0.5)
        assert not is_possible(distance, best * 0.995)
    for distance, time in ((0.0, 100.0), (100.0, 0.0), (-5.0, 3.0), (float("nan"), 3.0)):
        assert not is_possible(distance, time)
    assert not is_possible(float("inf"), 3.0)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"sport": Sport.RIDE}, "not a run but a ride"),
        ({"sport": Sport.OTHER}, "not a run"),
        ({"surface": Surface.TREADMILL}, "treadmill"),
        ({"distance_m": None}, "no distance"),
        ({"distance_m": 0.0}, "no distance"),
        ({"distance_m": float("nan")}, "no distance"),
        ({"moving_time_s": None, "elapsed_time_s": None}, "no time"),
        ({"moving_time_s": -3.0}, "no time"),
        ({"distance_m": 999.0}, "only 999 m"),
        ({"moving_time_s": 1_500.0}, "world best"),
        ({"distance_m": float("inf")}, "world best"),
        ({"moving_time_s": 13_000.0}, "slower than a walk"),
    ],
)
def test_doubtful_records_are_kept_out_with_the_reason(fields, reason):
    (told,) = doubts(record(**fields))
    assert reason in told


def test_ordinary_runs_are_not_doubted():
    assert doubts(record()) == ()
    assert doubts(record(surface=Surface.TRAIL)) == ()
    assert doubts(record(moving_time_s=None)) == ()


def test_where_the_runner_stood_or_the_track_went_back_nothing_is_climbed():
    plain = slope(0.05)
    again = np.sort(np.r_[np.arange(len(plain.time_s)), np.full(50, 200)])
    covered, height = plain.distance_m[again].copy(), plain.altitude_m[again].copy()
    height[201:251] += 20.0  # a barometer's whim while standing
    covered[300:303] -= 30.0
    stood = Streams(np.arange(float(len(again))), covered, altitude_m=height)
    assert flat_distance_m(stood) == pytest.approx(flat_distance_m(plain))
