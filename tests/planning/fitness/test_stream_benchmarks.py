"""The benchmarks of streams, small: C and we find the same, and the study counts what it says."""

import math
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from planning.activity import Streams
from planning.fitness.career import Career
from planning.fitness.fitting import EffortRow
from planning.fitness.observation import derive
from planning.fitness.prediction import predict
from planning.records import activities_of
from tests.benchmarks import deriving, streams
from tests.planning.fitness.test_comparable import record

DAY = date(2026, 5, 1)


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    found = deriving.compiled(tmp_path_factory.mktemp("c"))
    if found is None:
        pytest.skip("there is no C compiler (cc) on this machine")
    return found


def hilly(seconds=3_000, **series):
    time = np.arange(float(seconds + 1))
    covered = np.cumsum(3.3 + 0.6 * np.sin(time / 40.0)) - 3.3
    return Streams(time, covered, altitude_m=30.0 * np.sin(covered / 700.0), **series)


def test_c_finds_what_we_find(kernel):
    samples, ours, ceiling = deriving.timed(kernel, record(), hilly())
    assert samples == 3_001
    assert 0 < ceiling < ours


@pytest.mark.parametrize(
    "wrong",
    [
        {"curve_m": (99.0, 99.0)},
        {"flat_distance_m": 9_999.0},
        {"efforts": ()},
    ],
)
def test_a_difference_from_c_is_found(kernel, wrong):
    arguments, out = deriving.prepared(hilly())
    kernel(*arguments)
    seen = derive(record(), hilly(), zone=UTC)
    deriving.agree(seen, out)
    with pytest.raises(AssertionError):
        deriving.agree(replace(seen, **wrong), out)


def test_c_sees_what_we_repair(kernel):
    leapt = hilly()
    leapt.distance_m[1_500:] += 400.0
    arguments, out = deriving.prepared(leapt)
    kernel(*arguments)
    assert derive(record(), leapt, zone=UTC).repairs
    assert out.suspect == 8 + 4


def test_more_than_five_times_as_long_is_missed():
    table = list(deriving.rows([(100, 5.1e-4, 1e-4)] * 20))
    assert deriving.missed(table)
    assert not deriving.missed(list(deriving.rows([(100, 4.9e-4, 1e-4)] * 20)))


def test_without_a_compiler_nothing_is_measured_and_that_is_no_success():
    command = [sys.executable, "-m", "tests.benchmarks", "deriving"]
    environ = {**os.environ, "PATH": "/nowhere"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no C compiler" in done.stdout


# --- the study ------------------------------------------------------------------------------------


def recorded(days_ago, speed, *, beats=150.0, minutes=40, stretches=(), flat=None):
    hours = np.arange(10, 10 + minutes) / 60.0
    rows = np.column_stack(
        [np.log(speed) - streams.DRIFT_LN * hours, np.full(minutes, beats), hours]
    )
    return streams.Recorded(DAY - timedelta(days=days_ago), 10_000.0, stretches, flat, rows)


def effort(distance_m=21_097.5):
    return EffortRow("1", DAY, "HM", distance_m, 6_000.0)


def career_of(*days_ago, race_days_ago=()):
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    records = [record(external_id=str(n), start_at=noon - timedelta(n)) for n in days_ago]
    for n in race_days_ago:
        told = {"moving_time_s": 2_600.0 - n, "elapsed_time_s": 2_600.0 - n, "is_race": True}
        records.append(record(external_id=str(n), start_at=noon - timedelta(n), **told))
    return Career.of(activities_of(derive(one, None, zone=UTC) for one in records))


def test_without_streams_the_study_says_what_the_estimate_says():
    career = career_of(*range(5, 200, 4), race_days_ago=(3, 42, 110))
    assert len(career.efforts.row) == 3
    expected = predict(career.fitness_on(DAY - timedelta(1)), 21_097.5)
    as_it_is = streams._told(career, effort())
    assert as_it_is.error == pytest.approx(math.log(expected.median_s / 6_000.0))
    assert as_it_is.sd == pytest.approx(expected.sd_ln)
    # and so does its own reckoning from columns that are the same
    assert streams._told(career, effort(), replace(career.runs)) == as_it_is


def test_stretches_are_runs_of_their_own_for_speed_and_not_for_volume():
    career = career_of(30, 20, 10)
    fast = recorded(20, 3.0, stretches=((3_000.0, 700.0), (5_000.0, 1_300.0)))
    seen = streams._with_stretches(career.runs, [fast])
    assert seen.distance_m.tolist() == [10_000.0, 10_000.0, 3_000.0, 5_000.0, 10_000.0]
    assert seen.score[2] == pytest.approx(math.log(3_000 / 700) + 0.06 * math.log(0.3))
    plain = streams._features(career, career.runs, DAY)
    found = streams._features(career, seen, DAY)
    assert found.q90 > plain.q90
    assert (found.long_runs, found.runs) == (plain.long_runs, plain.runs)


def test_a_stretch_or_the_climb_makes_a_run_faster_and_never_slower():
    career = career_of(30, 20, 10)
    slow, fast = ((3_000.0, 900.0),), ((3_000.0, 700.0),)
    for stretches, flat, raised in ((slow, None, 0.0), (slow, 1.1, math.log(1.1) * 1.06)):
        one = recorded(20, 3.0, stretches=stretches, flat=flat)
        score = streams._by_both(career.runs, [one]).score
        assert score - career.runs.score == pytest.approx([0.0, raised, 0.0])
    score = streams._by_best_stretch(career.runs, [recorded(20, 3.0, stretches=fast)]).score
    assert score[1] == pytest.approx(math.log(3_000 / 700) + 0.06 * math.log(0.3))


def test_the_pulse_tells_how_much_faster_the_same_heart_rate_became():
    before, now = recorded(120, 3.0), recorded(10, 3.09)
    assert streams._pulse([before, now], effort()) == pytest.approx(-math.log(1.03))
    calmer = recorded(10, 3.0, beats=145.0)
    assert streams._pulse([before, calmer], effort()) == pytest.approx(-5 * streams.USUAL_SLOPE)
    assert streams._pulse([now], effort()) == 0.0
    assert streams._pulse([before, now, recorded(0, 9.0)], effort()) == pytest.approx(
        -math.log(1.03)
    )


def test_decoupling_is_what_the_heart_ran_away_beyond_the_usual_drift():
    steady = recorded(10, 3.0)
    assert streams._decoupling([steady], effort()) == pytest.approx(0.0, abs=1e-12)
    steady.minutes[20:, 1] = 155.0
    lost = math.log(155 / 150)
    assert streams._decoupling([steady], effort()) == pytest.approx(lost * math.log(2.10975))
    assert streams._decoupling([steady], effort(10_000.0)) == 0.0


def test_what_is_said_counts_as_much_as_it_did_for_the_others():
    others = [streams.Told("2", "HM", -0.1, 0.1, 0.1)] * 4
    mine = streams.Told("1", "HM", -0.05, 0.1, 0.06)
    factor = 0.04 / (0.04 + 0.06**2)
    assert streams._moved(mine, [mine, *others]).error == pytest.approx(-0.05 + factor * 0.06)


def test_crps_of_a_hit_is_that_of_the_normal():
    # Gneiting & Raftery 2007: sd (2 phi(0) - 1 / sqrt(pi)) = .2337 sd
    assert streams._crps_of([streams.Told("1", "HM", 0.0, 0.05)]) == pytest.approx(
        [1.1685], abs=1e-4
    )


def test_minutes_on_the_flat_are_read_where_the_runner_ran():
    time = np.arange(1_801.0)
    beats = np.where(time < 1_200, 150.0, 90.0)
    up = Streams(time, 3.0 * time, altitude_m=0.3 * time, heart_rate_bpm=beats)
    minutes = streams._minutes(up)
    assert len(minutes) == 10
    assert minutes[0] == pytest.approx([math.log(3.0 * 1.37), 150.0, 1 / 6])
