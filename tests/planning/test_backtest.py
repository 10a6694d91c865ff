"""The backtest on made runners, and on real ones where the project's data lies beside the tree."""

import csv
import math
import random
import statistics
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from planning.activity import Record, RecordKind, Sport, Surface
from planning.backtest import backtest
from planning.fitness.career import Career
from planning.fitness.fitted import RACE_SIGNS, WEIGHTS
from planning.fitness.fitting import EffortRow, examples_of, fit
from planning.fitness.observation import derive
from planning.fitness.race_fitting import fit_signs, tellings_of
from tests.planning.athletes import MONDAY, run, runs

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "runs"
DAY_ZERO = date(2005, 1, 3)
SURFACES = {"run": Surface.ROAD, "trail": Surface.TRAIL, "treadmill": Surface.TREADMILL}
EFFORT = EffortRow("a", MONDAY + timedelta(weeks=30), "10K", 10_000.0)


def test_only_earlier_days_are_used():
    known = [activity for activity in runs(40, 50.0, 330.0) if activity.day < EFFORT.day]
    whole = runs(40, 50.0, 330.0)
    assert backtest({"a": whole}, [EFFORT]) == backtest({"a": known}, [EFFORT])
    on_the_day = run(EFFORT.day, 10.0, 240.0)
    assert backtest({"a": [*known, on_the_day]}, [EFFORT]) == backtest({"a": known}, [EFFORT])


def test_weeks_ahead_hides_the_last_weeks():
    whole = runs(40, 50.0, 330.0)
    early = [activity for activity in whole if activity.day < EFFORT.day - timedelta(weeks=8)]
    (seen,) = backtest({"a": whole}, [EFFORT], weeks_ahead=8)
    assert (seen,) == tuple(backtest({"a": early}, [EFFORT], weeks_ahead=8))
    assert seen.expected.sd_ln > backtest({"a": whole}, [EFFORT])[0].expected.sd_ln


def test_an_athlete_s_own_signs_of_a_race_are_used():
    whole = [replace(each, is_race=False) for each in runs(40, 50.0, 330.0)]
    blind = replace(RACE_SIGNS, constant=-99.0)
    seen, unseen, other = (
        backtest({"a": whole}, [EFFORT], signs=signs)
        for signs in (None, {"a": blind}, {"b": blind})
    )
    assert seen == other != unseen


def test_nobody_is_left_out():
    strangers = backtest({}, [EFFORT])
    assert strangers[0].expected.median_s == pytest.approx(3_600)
    assert strangers[0].expected.sd_ln > 0.2
    assert backtest({}, [EffortRow("a", MONDAY, "mile", 200.0)])[0].expected is None


def activity_of(number, row):
    from planning.activity import Activity

    day = DAY_ZERO + timedelta(int(row["day"]))
    record = Record(
        source="log",
        external_id=str(number),
        kind=RecordKind.LOG,
        start_at=datetime.combine(day, time(int(row["hour"] or 0)), tzinfo=UTC),
        sport=Sport.RUN,
        distance_m=number_in(row["distance_m"]),
        moving_time_s=number_in(row["moving_s"]),
        elapsed_time_s=number_in(row["elapsed_s"]),
        surface=SURFACES[row["kind"]],
        climb_m=number_in(row["elev_gain_m"]),
        average_heart_rate_bpm=number_in(row["avg_hr"]),
        is_race=row["name_says_race"] == "1",
    )
    seen = derive(record, None, zone=UTC)
    return Activity(
        id=str(number),
        day=seen.day,
        start_at=record.start_at,
        sport=record.sport,
        surface=record.surface,
        name="",
        distance_m=record.distance_m,
        moving_time_s=record.moving_time_s,
        elapsed_time_s=record.elapsed_time_s,
        climb_m=record.climb_m,
        average_heart_rate_bpm=record.average_heart_rate_bpm,
        is_race=record.is_race,
        efforts=seen.efforts,
        usable=seen.usable,
        reasons=seen.reasons,
        planned_ident=None,
        sources=(seen.key,),
    )


def number_in(text):
    return float(text) if text else None


@pytest.fixture(scope="module")
def real():
    if not DATA.is_dir():
        pytest.skip(f"no logs of real runners at {DATA}: they are not part of the project")
    logs = defaultdict(list)
    with (DATA / "runs.csv").open() as lines:
        for number, row in enumerate(csv.DictReader(lines)):
            logs[row["athlete"]].append(activity_of(number, row))
    with (DATA / "efforts.csv").open() as lines:
        efforts = [
            EffortRow(
                row["athlete"],
                DAY_ZERO + timedelta(int(row["day"])),
                row["effort"],
                float(row["distance_m"]),
                float(row["time_s"]),
            )
            for row in csv.DictReader(lines)
        ]
    return logs, backtest(logs, efforts)


def test_real_efforts_are_predicted_better_than_by_riegel(real):
    _, predicted = real
    errors = [abs(p.expected.median_s / p.effort.time_s - 1) * 100 for p in predicted]
    assert len(errors) == 311
    assert statistics.fmean(errors) < 5.2  # Riegel over the best of 90 days: 6.7


def test_real_efforts_are_predicted_as_well_by_weights_from_other_runners(real):
    logs, predicted = real
    efforts = [one.effort for one in predicted]
    known = examples_of(logs, efforts)
    weights = {athlete: fit(known.without(athlete)) for athlete in logs}
    for weeks, at_most in ((0, 5.1), (8, 6.4), (16, 6.9)):
        without = backtest(logs, efforts, weeks_ahead=weeks, weights=weights)
        errors = [abs(p.expected.median_s / p.effort.time_s - 1) * 100 for p in without]
        assert statistics.fmean(errors) < at_most


def test_the_weights_in_force_are_those_that_are_found(real):
    logs, predicted = real
    found = fit(examples_of(logs, [one.effort for one in predicted]))
    assert found.now == pytest.approx(WEIGHTS.now, abs=6e-5)
    assert found.ahead == pytest.approx(WEIGHTS.ahead, abs=6e-5)


def test_the_signs_of_a_race_in_force_are_those_that_are_found(real):
    logs, _ = real
    found = fit_signs(tellings_of(logs))
    single = ("constant", "standard", "longer", "faster", "named")
    assert [getattr(found, name) for name in single] == pytest.approx(
        [getattr(RACE_SIGNS, name) for name in single], abs=6e-4
    )
    assert found.heart_rate == pytest.approx(RACE_SIGNS.heart_rate, abs=6e-4)


def test_four_of_five_real_efforts_lie_in_the_range(real):
    _, predicted = real
    inside = [
        abs(math.log(p.effort.time_s / p.expected.median_s)) <= 1.281552 * p.expected.sd_ln
        for p in predicted
    ]
    assert 0.76 <= statistics.fmean(inside) <= 0.86


def test_few_real_runs_are_refused(real):
    logs, _ = real
    outdoors = [a for log in logs.values() for a in log if a.surface is not Surface.TREADMILL]
    refused = [a for a in outdoors if not a.usable and "long" not in a.reasons[0]]
    assert len(refused) < 0.005 * len(outdoors)


def off_by(predicted):
    return statistics.fmean(abs(p.expected.median_s / p.effort.time_s - 1) * 100 for p in predicted)


@pytest.mark.parametrize("weeks", [0, 8])
def test_rows_that_somebody_doubts_change_next_to_nothing(real, weeks):
    logs, predicted = real
    with (DATA / "runs.csv").open() as lines:
        doubted = {str(n) for n, row in enumerate(csv.DictReader(lines)) if row["suspect"] == "1"}
    sound = {who: [a for a in log if a.id not in doubted] for who, log in logs.items()}
    assert sum(map(len, logs.values())) - sum(map(len, sound.values())) == len(doubted) > 30
    efforts = [one.effort for one in predicted]
    left_in, left_out = (
        off_by(backtest(each, efforts, weeks_ahead=weeks)) for each in (logs, sound)
    )
    assert abs(left_in - left_out) < 0.2


@pytest.mark.parametrize("weeks", [0, 12])
def test_real_rows_of_the_day_and_later_change_nothing(real, weeks):
    logs, predicted = real
    chance = random.Random(11)
    for one in chance.sample(predicted, 12):
        effort, log = one.effort, logs[one.effort.athlete]
        known = effort.day - timedelta(weeks=weeks)
        altered = [
            a
            if a.day < known
            else replace(a, moving_time_s=chance.uniform(600, 9_000), is_race=chance.random() < 0.5)
            for a in log
        ]
        told = backtest({effort.athlete: altered}, [effort], weeks_ahead=weeks)
        assert told == backtest({effort.athlete: log}, [effort], weeks_ahead=weeks)


def test_broken_rows_among_real_ones_move_the_next_days_little(real):
    """One glitch at a time, in histories with twenty runs or more in the half-year."""
    logs, _ = real
    chance, moved = random.Random(5), []
    careers = {who: Career.of(log) for who, log in logs.items()}
    while len(moved) < 80:
        career = careers[chance.choice(sorted(careers))]
        one = chance.choice(career.told)
        before = career.without([a.id for a in career.told if a.day > one.day])
        day = one.day + timedelta(chance.randrange(15))
        usual = before.fitness_on(day)
        if usual.runs_used >= 20:
            after = before.extended([glitch(one, chance)]).fitness_on(day)
            moved.append(100 * float(abs(after.ln_speeds - usual.ln_speeds).max()))
    assert statistics.fmean(moved) < 0.4
    assert statistics.quantiles(moved, n=20)[-1] < 2.0
    assert max(moved) < 5.0


def glitch(one, chance):
    time_s = one.moving_time_s or one.elapsed_time_s
    km = chance.uniform(8, 60)
    ride = replace(one, distance_m=1_000 * km, moving_time_s=km * chance.uniform(95, 200))
    return chance.choice(
        [
            replace(ride, id="ride", elapsed_time_s=None, is_race=False),
            replace(one, id="stuck", distance_m=72_000.0, moving_time_s=10_800.0),
            replace(one, id="twice"),
            replace(one, distance_m=10 * (one.distance_m or 0.0)),
            replace(one, distance_m=0.1 * (one.distance_m or 0.0)),
            replace(one, moving_time_s=time_s and time_s * chance.uniform(0.5, 1.0)),
        ]
    )
