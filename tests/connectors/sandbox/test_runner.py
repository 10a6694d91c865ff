"""The simulated runner: known fitness in, plausible seconds out."""

import math
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.history import execute, history, race
from connectors.sandbox.runner import Runner, Setting, Stretch, run
from planning.activity import Surface
from planning.workout import (
    Duration,
    DurationType,
    Repeat,
    Step,
    StepKind,
    Target,
    TargetType,
)

RUNNER = Runner()
UNTIL = date(2026, 11, 22)  # a Sunday
FITNESS = math.log(10_000 / 2625)
AT = Setting(datetime(2026, 11, 22, 8, tzinfo=UTC), "Morning Run")


def minutes_of(runs):
    minutes = defaultdict(float)
    for done in runs:
        minutes[done.start_at.date()] += done.moving_s / 60
    return minutes


def test_the_default_runner_is_worth_about_three_hours_twenty_four():
    # Riegel: T2 = T1 * (D2 / D1) ** 1.07; 43:45 over 10 km
    assert 42_195 / RUNNER.speed(42_195, FITNESS) == pytest.approx(2625 * 4.2195**1.07)
    assert 42_195 / RUNNER.speed(42_195, FITNESS) == pytest.approx(3 * 3600 + 24 * 60, abs=30)


def test_a_history_is_plausible():
    runs = history(RUNNER, UNTIL, weeks=26)
    weekly = defaultdict(float)
    counts = defaultdict(int)
    for done in runs:
        week = done.start_at.date().isocalendar()[:2]
        weekly[week] += done.total_m / 1000
        counts[week] += 1
    assert len(weekly) == 26
    assert set(counts.values()) <= {4, 5}
    ordinary = [km for km in weekly.values() if km > 40]
    assert 45 < np.mean(ordinary) < 55
    assert len(ordinary) > 18
    assert 25 < min(weekly.values()) < 40  # rest weeks
    assert sum(done.is_race for done in runs) == 3
    assert sum(done.is_manual for done in runs) == 2
    easy = [d.moving_s / d.total_m * 1000 for d in runs if d.name == "Morning Run"]
    assert 330 < np.mean(easy) < 380  # s/km
    assert max(done.total_m for done in runs) > 17_000
    assert all(100 < done.heart_rate_bpm.mean() < 185 for done in runs)
    assert all(done.heart_rate_bpm.max() <= 190 for done in runs)
    hilly = [done.climb_m for done in runs if done.name == "Hilly Run"]
    assert np.mean(hilly) > 80
    assert {done.surface for done in runs} == {Surface.ROAD, Surface.TREADMILL}
    ends = runs[-1].start_at.date()
    assert ends == UNTIL


def test_races_are_as_fast_as_the_fitness_allows():
    runs = history(RUNNER, UNTIL, weeks=26)
    raced = [done for done in runs if done.is_race]
    for done in raced:
        before = [other for other in runs if other.start_at < done.start_at]
        day = done.start_at.date()
        expected = RUNNER.speed(done.total_m, RUNNER.fitness(day, minutes_of(before)))
        assert done.total_m / done.elapsed_s == pytest.approx(expected, rel=0.02)


def test_fitness_rises_with_training_and_fades_without():
    runs = history(RUNNER, UNTIL, weeks=26)
    minutes = minutes_of(runs)
    start = RUNNER.fitness(runs[4].start_at.date(), minutes)
    now = RUNNER.fitness(UNTIL, minutes)
    later = RUNNER.fitness(UNTIL + timedelta(days=60), minutes)
    assert later < start < now
    assert abs(now - FITNESS) < 0.01
    doubled = {day: 2 * amount for day, amount in minutes.items()}
    assert RUNNER.fitness(UNTIL, doubled) > now


def test_the_same_seed_is_the_same_runner_and_another_is_not():
    one, two = history(RUNNER, UNTIL, weeks=3), history(Runner(), UNTIL, weeks=3)
    other = history(Runner(seed=8), UNTIL, weeks=3)
    for a, b in zip(one, two, strict=True):
        assert np.array_equal(a.distance_m, b.distance_m)
        assert np.array_equal(a.heart_rate_bpm, b.heart_rate_bpm)
    assert one[0].total_m != other[0].total_m


def test_a_longer_history_ends_with_nearly_the_same_days():
    short, long = history(RUNNER, UNTIL, weeks=3), history(RUNNER, UNTIL, weeks=6)
    assert [d.start_at for d in short] == [d.start_at for d in long][-len(short) :]


@settings(deadline=None, derandomize=True, max_examples=25)
@given(
    st.lists(
        st.one_of(
            st.builds(Stretch, st.floats(2.0, 6.0), distance_m=st.floats(200, 5000)),
            st.builds(Stretch, st.floats(2.0, 6.0), duration_s=st.floats(20, 1200)),
            st.builds(Stretch, st.just(0.0), duration_s=st.floats(20, 300)),
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 2**32 - 1),
)
def test_every_stretch_is_as_long_as_it_says(stretches, seed):
    done = run(Runner(seed=seed), stretches, setting=AT, fitness=FITNESS)
    assert len(done.laps) == len(stretches)
    for lap, stretch in zip(done.laps, stretches, strict=True):
        covered = done.distance_m[lap.last] - done.distance_m[lap.first]
        assert lap.last - lap.first == stretch.seconds
        if stretch.distance_m is not None:
            assert covered == pytest.approx(stretch.distance_m)
        else:
            assert covered == pytest.approx(stretch.speed_m_per_s * stretch.seconds, rel=0.025)
    lengths = {
        len(series)
        for series in (
            done.distance_m,
            done.speed_m_per_s,
            done.heart_rate_bpm,
            done.altitude_m,
            done.cadence_steps_per_min,
            done.latitude,
            done.longitude,
        )
    }
    assert lengths == {done.elapsed_s + 1}
    assert np.all(np.diff(done.distance_m) >= 0)
    assert np.all(np.isfinite(done.heart_rate_bpm))


def test_a_workout_is_run_as_it_is_written():
    pace = Target(TargetType.PACE, 3.9, 4.1)
    heart = Target(TargetType.HEART_RATE, 130, 140)
    items = (
        Step(StepKind.WARMUP, Duration(DurationType.TIME, 600), heart),
        Repeat(
            3,
            (
                Step(StepKind.WORK, Duration(DurationType.DISTANCE, 1000), pace),
                Step(StepKind.REST, Duration(DurationType.TIME, 60)),
            ),
        ),
        Step(StepKind.COOLDOWN, Duration(DurationType.OPEN)),
    )
    done = execute(RUNNER, UNTIL, items=items, name="3 x 1 km", fitness=FITNESS, at=None)
    kinds = [lap.kind for lap in done.laps]
    assert kinds == [
        StepKind.WARMUP,
        *[StepKind.WORK, StepKind.REST] * 3,
        StepKind.COOLDOWN,
    ]
    work = [lap for lap in done.laps if lap.kind is StepKind.WORK]
    for lap in work:
        metres = done.distance_m[lap.last] - done.distance_m[lap.first]
        assert metres == pytest.approx(1000)
        assert metres / (lap.last - lap.first) == pytest.approx(4.0, abs=0.02)
    rest = next(lap for lap in done.laps if lap.kind is StepKind.REST)
    assert done.distance_m[rest.last] == done.distance_m[rest.first]
    assert done.moving_s == done.elapsed_s - 3 * 60
    settled = done.heart_rate_bpm[400:600].mean()
    assert 128 < settled < 143


def test_a_faster_race_by_three_per_cent():
    plain = race(RUNNER, UNTIL, distance_m=10_000, fitness=FITNESS)
    better = race(RUNNER, UNTIL, distance_m=10_000, fitness=FITNESS + 0.03)
    assert plain.elapsed_s / better.elapsed_s == pytest.approx(math.exp(0.03), rel=0.001)
    assert plain.elapsed_s == pytest.approx(2625, rel=0.015)


def test_the_clock_is_the_runners_own():
    winter = race(RUNNER, date(2026, 11, 22), distance_m=5000, fitness=FITNESS)
    summer = race(RUNNER, date(2026, 7, 12), distance_m=5000, fitness=FITNESS)
    assert (winter.start_at.hour, summer.start_at.hour) == (8, 7)  # both 9:15 in Paris


def test_a_treadmill_is_flat_and_hills_are_not():
    stretch = [Stretch(3.0, distance_m=8000.0)]
    hills = Setting(AT.start_at, "Hills", hill_m=14)
    inside = Setting(AT.start_at, "Inside", surface=Surface.TREADMILL)
    assert run(RUNNER, stretch, setting=inside, fitness=FITNESS).climb_m == 0
    assert run(RUNNER, stretch, setting=hills, fitness=FITNESS).climb_m > 80


def test_faster_running_beats_the_heart_higher():
    rates = [RUNNER.heart_rate_bpm(speed, FITNESS) for speed in (2.0, 2.8, 3.4, 4.0)]
    assert rates == sorted(rates)
    assert RUNNER.heart_rate_bpm(RUNNER.speed(15_500, FITNESS), FITNESS) == pytest.approx(
        48 + 0.88 * 140
    )
    assert RUNNER.heart_rate_bpm(
        RUNNER.speed_at_heart_rate(140, FITNESS), FITNESS
    ) == pytest.approx(140)
