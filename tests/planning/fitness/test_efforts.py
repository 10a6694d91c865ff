import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.activity import Effort, Streams
from planning.fitness.efforts import STANDARD_M, best_efforts, efforts_of
from tests.planning.fitness.test_comparable import record

quick = settings(deadline=None, derandomize=True, max_examples=60)


def steady(speed, seconds, step=1.0):
    time = np.arange(0.0, seconds + step / 2, step)
    return Streams(time_s=time, distance_m=speed * time)


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
    assert efforts_of(record(), ()) == (Effort(10_000.0, 3_000.0),)
    assert efforts_of(record(moving_time_s=None, elapsed_time_s=3_100.0), ()) == (
        Effort(10_000.0, 3_100.0),
    )
    assert efforts_of(record(distance_m=None), ()) == ()
    assert efforts_of(record(moving_time_s=600.0), ()) == ()


def test_with_streams_the_whole_comes_first_then_the_stretches():
    efforts = efforts_of(record(), [steady(10 / 3, 3_000)])
    assert efforts[0] == Effort(10_000.0, 3_000.0)
    assert [effort.distance_m for effort in efforts[1:]] == [d for d in STANDARD_M if d <= 10_000]


def test_the_best_of_several_stretches_counts_and_none_reaches_across():
    efforts = by_distance(efforts_of(record(), [steady(3.0, 400), steady(4.0, 300)])[1:])
    assert efforts == pytest.approx({400.0: 100.0, 800.0: 200.0, 1_000.0: 250.0})


def test_a_track_that_jumps_gives_no_stretches():
    streams = steady(10 / 3, 3_000)
    jumped = streams.distance_m.copy()
    jumped[1_500:] += 600.0
    assert efforts_of(record(), [Streams(streams.time_s, jumped)]) == (Effort(10_000.0, 3_000.0),)
