import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.activity import Effort, Streams
from planning.fitness.efforts import (
    CURVE_S,
    STANDARD_M,
    Bests,
    bests_of,
    fastest,
    furthest,
)
from planning.fitness.way import way_of
from tests.planning.fitness.test_comparable import record
from tests.sizes import FIXED, examples

quick = settings(deadline=None, derandomize=FIXED, max_examples=examples(60))


def steady(speed, seconds, step=1.0):
    time = np.arange(0.0, seconds + step / 2, step)
    return Streams(time_s=time, distance_m=speed * time)


def best_efforts(streams, distances_m):
    way = way_of(streams)
    return tuple(Effort(*found) for found in fastest(way, distances_m)) if way else ()


def by_distance(efforts):
    return {effort.distance_m: effort.time_s for effort in efforts}


def test_a_steady_run_is_equally_fast_everywhere():
    found = by_distance(best_efforts(steady(4.0, 2_000), STANDARD_M))
    assert sorted(found) == [400.0, 800.0, 1_000.0, 1_609.344, 3_000.0, 5_000.0]
    for distance, time in found.items():
        assert time == pytest.approx(distance / 4.0)


def test_a_fast_kilometre_inside_a_run_is_found():
    speed = np.r_[np.full(600, 3.0), np.full(200, 5.0), np.full(600, 3.0)]
    streams = Streams(np.arange(1_401.0), np.r_[0.0, np.cumsum(speed)])
    found = by_distance(best_efforts(streams, STANDARD_M))
    assert found[1_000.0] == pytest.approx(200.0)
    assert found[1_609.344] == pytest.approx(200.0 + 609.344 / 3.0)


def test_the_fastest_stretch_may_lie_between_samples():
    # samples 30 s apart: 100 m of the stretch come from a slower interval
    streams = Streams(np.array([0.0, 30.0, 60.0, 90.0, 120.0]), np.array([0, 90, 240, 390, 480.0]))
    assert best_efforts(streams, [400.0])[0].time_s == pytest.approx(60.0 + 100.0 / 3.0)


@pytest.mark.parametrize(
    ("covered", "time_s"),
    [
        ([0.0, 150.0, 210.0], 30.0 + 50 / 2),  # begins at a sample, ends between two
        ([0.0, 60.0, 210.0], 30.0 + 50 / 2),  # the other way round
    ],
)
def test_a_stretch_may_begin_or_end_at_a_sample(covered, time_s):
    streams = Streams(np.array([0.0, 30.0, 60.0]), np.array(covered))
    assert best_efforts(streams, [200.0])[0].time_s == pytest.approx(time_s)


def test_a_pause_counts_as_time_within_and_not_around():
    paused = Streams(np.array([0.0, 100.0, 400.0, 500.0]), np.array([0.0, 400.0, 400.0, 800.0]))
    found = by_distance(best_efforts(paused, [400.0, 800.0]))
    assert found[400.0] == pytest.approx(100.0)
    assert found[800.0] == pytest.approx(500.0)


def test_samples_without_a_distance_are_passed_over():
    whole = steady(4.0, 600)
    holes = whole.distance_m.copy()
    holes[50:80] = np.nan
    assert by_distance(best_efforts(Streams(whole.time_s, holes), [1_000.0])) == pytest.approx(
        {1_000.0: 250.0}
    )
    assert best_efforts(Streams(whole.time_s, np.full(601, np.nan)), STANDARD_M) == ()
    assert best_efforts(Streams(whole.time_s, np.zeros(601)), STANDARD_M) == ()
    assert best_efforts(Streams(np.array([]), np.array([])), STANDARD_M) == ()


@quick
@given(st.lists(st.floats(0.0, 7.0), min_size=120, max_size=400), st.integers(1, 5))
def test_no_window_is_faster_and_longer_takes_longer(speeds, step):
    time = step * np.arange(len(speeds) + 1.0)
    covered = np.r_[0.0, np.cumsum(step * np.array(speeds))]
    distances = [d for d in (100.0, 200.0, 400.0, 800.0) if d <= covered[-1] - 1]
    found = best_efforts(Streams(time, covered), distances)
    for effort in found:
        # every window that begins and ends at a sample and covers the distance is no faster
        reach = np.searchsorted(covered, covered + effort.distance_m)
        inside = reach < len(covered)
        assert (time[reach[inside]] - time[inside]).min() >= effort.time_s - 1e-6
    times = [effort.time_s for effort in found]
    assert times == sorted(times)


def test_without_streams_there_is_the_run_as_a_whole():
    assert bests_of(record(), ()) == Bests((Effort(10_000.0, 3_000.0),))
    assert bests_of(record(moving_time_s=None, elapsed_time_s=3_100.0), ()).efforts == (
        Effort(10_000.0, 3_100.0),
    )
    assert bests_of(record(distance_m=None), ()) == Bests()


def test_with_streams_the_whole_comes_first_then_the_stretches():
    efforts = bests_of(record(), [way_of(steady(10 / 3, 3_000))]).efforts
    assert efforts[0] == Effort(10_000.0, 3_000.0)
    assert [effort.distance_m for effort in efforts[1:]] == [d for d in STANDARD_M if d <= 10_000]


@pytest.mark.parametrize("step", [1, -1])
def test_the_best_of_several_stretches_counts_and_none_reaches_across(step):
    found = bests_of(record(), [way_of(steady(3.0, 400)), way_of(steady(4.0, 300))][::step])
    assert by_distance(found.efforts[1:]) == pytest.approx(
        {400.0: 100.0, 800.0: 200.0, 1_000.0: 250.0}
    )
    assert found.curve_m == tuple(4.0 * s if s <= 300 else 3.0 * s for s in CURVE_S if s <= 400)


def test_a_track_that_jumps_gives_no_stretches():
    streams = steady(10 / 3, 3_000)
    jumped = streams.distance_m.copy()
    jumped[1_500:] += 600.0
    stretches = [way_of(Streams(streams.time_s, jumped))]
    assert bests_of(record(), stretches) == Bests((Effort(10_000.0, 3_000.0),))


def test_a_track_a_second_faster_than_the_world_best_gives_none():
    stretches = [way_of(steady(3_000 / 436.5, 437))]  # none of the curve's times tells of it
    assert bests_of(record(), stretches) == Bests((Effort(10_000.0, 3_000.0),))
    assert bests_of(record(), [way_of(steady(3_000 / 438.0, 439))]).curve_m


def test_nor_does_one_that_is_too_fast_between_the_standard_distances():
    # 318 m in 30 s, when 43 s are the world's best for 400 m; 400 m take 57 s here
    speed = np.r_[np.full(30, 10.6), np.full(600, 3.0)]
    stretches = [way_of(Streams(np.arange(631.0), np.r_[0.0, np.cumsum(speed)]))]
    assert bests_of(record(), stretches) == Bests((Effort(10_000.0, 3_000.0),))


# --- the mean-maximal curve -----------------------------------------------------------------------


def curve(time, covered, durations=CURVE_S):
    way = way_of(Streams(np.array(time, float), np.array(covered, float)))
    found = furthest(way, durations) if way else np.zeros(0)
    return dict(zip(durations, found.tolist(), strict=False))


def test_the_curve_of_a_steady_run_is_its_speed():
    streams = steady(4.0, 2_000)
    found = curve(streams.time_s, streams.distance_m)
    assert found == pytest.approx({s: 4.0 * s for s in CURVE_S if s <= 2_000})


def test_fast_minutes_inside_a_run_are_found_and_fade_out():
    speed = np.r_[np.full(600, 3.0), np.full(200, 5.0), np.full(600, 3.0)]
    found = curve(np.arange(1_401.0), np.r_[0.0, np.cumsum(speed)])
    assert [found[s] for s in (10, 120, 180, 240, 1_200)] == [50.0, 600.0, 900.0, 1_120.0, 4_000.0]


def test_a_pause_within_counts_as_time():
    found = curve([0, 100, 400, 500], [0, 400, 400, 800])
    assert [found[s] for s in (90, 300, 480)] == [360.0, 400.0, 720.0]


def test_samples_need_not_be_a_second_apart():
    covered = [0, 90, 240, 390, 480]
    assert curve([0, 30, 60, 90, 120], covered, [60, 90, 240]) == {60: 300.0, 90: 390.0}
    halves = np.arange(0.25, 300.0, 0.5)
    assert curve(halves, 4.0 * halves, [60]) == pytest.approx({60: 240.0})


runs = st.lists(st.floats(0.0, 7.0), min_size=30, max_size=300)


def along(speeds):
    return np.arange(len(speeds) + 1.0), np.r_[0.0, np.cumsum(speeds)]


@quick
@given(runs)
def test_the_curve_falls_with_duration(speeds):
    """Longer is never less far, and twice, three times as long never twice, three times further."""
    durations = range(1, len(speeds) + 1)
    found = curve(*along(speeds), list(durations))
    assert all(found[s] <= found[s + 1] + 1e-9 for s in durations[:-1])
    for times in (2, 3):
        assert all(
            found[times * s] <= times * found[s] + 1e-9
            for s in durations
            if times * s <= len(speeds)
        )


@quick
@given(runs, st.floats(0.5, 2.0))
def test_a_run_further_in_the_same_time_is_further_everywhere(speeds, times):
    found, scaled = curve(*along(speeds)), curve(*along(times * np.array(speeds)))
    assert scaled == pytest.approx({s: times * metres for s, metres in found.items()})


@quick
@given(runs, st.integers(0, 100), st.integers(0, 100))
def test_cutting_a_run_never_raises_its_curve(speeds, first, last):
    time, covered = along(speeds)
    inside = slice(first, max(len(time) - last, first + 2))
    found, cut = curve(time, covered), curve(time[inside], covered[inside])
    assert all(metres <= found[s] + 1e-9 for s, metres in cut.items())


@quick
@given(st.lists(st.floats(0.5, 7.0), min_size=30, max_size=300), st.data())
def test_the_curve_and_the_best_efforts_tell_the_same(speeds, data):
    """The fastest over what was covered in so many seconds at most takes so many seconds."""
    time, covered = along(speeds)
    seconds = data.draw(st.integers(1, len(speeds) - 1))
    metres = curve(time, covered, [seconds])[seconds]
    (effort,) = best_efforts(Streams(time, covered), [metres])
    assert effort.time_s == pytest.approx(seconds, abs=1e-6)
