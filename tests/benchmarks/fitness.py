"""A life of 3,000 runs from the database into the estimate, and one run more.

In full: every stored observation is read, parsed, made an activity with its copies, given the
weather of its day, and the estimate made of all of them, as after any change. One more: the new run's row is read, made an activity and
added to the career that was read before; both give the same, bit for bit. Beside each the least
array work there is on the same columns, in numpy, by turns in one process: a bound and no rival, as
it neither reads nor understands anything. Medians in milliseconds of processor time, which the
target is for (the work is one thread and waits for nobody); by the clock, where others work as
well, it is longer. Told twice: each run by a watch and by a service too, so 6,000 rows.
"""

import os
import random
import statistics
import tempfile
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from planning.activity import Effort, Observation, Record, RecordKind, Sport
from planning.athlete import Athlete
from planning.fitness.career import Career
from planning.fitness.efforts import CURVE_S, STANDARD_M
from planning.fitness.observation import derive
from planning.records import activities_of
from planning.weather import Weather
from tests.servers import migrated_sqlite
from worker import store, tables
from worker.db import open_database, reading, writing
from worker.facts import facts, standing_body
from worker.stored import from_body

SEED = int(os.environ.get("GOALWARD_SEED", "20261123"))
ROUNDS = int(os.environ.get("GOALWARD_BENCH_ROUNDS", "9"))
RUNS = 3_000
FULL_MS, ONE_MORE_MS = 300.0, 5.0
NOW = datetime(2026, 11, 1, tzinfo=UTC)
ATHLETE = 1
STAGES = ("read rows", "parse", "join copies", "weather of the days", "estimate")


def run():
    """Rows for the table."""
    with tempfile.TemporaryDirectory() as folder:
        once = _measured(*stored(folder, "once", lives(1)))
        twice = _measured(*stored(folder, "twice", lives(2)))
    return [
        _row(f"{RUNS:,} runs in full", once, of="full", target_ms=FULL_MS),
        *(_stage(stage, once) for stage in STAGES),
        _row("one run more", once, of="one more", target_ms=ONE_MORE_MS),
        _row("in full, told twice", twice, of="full"),
    ]


def missed(table):
    """Whether anything took too long."""
    return any(row["target"].endswith("MISSED") for row in table)


def lives(sources):
    """What `sources` services tell of the same runs, the newest last."""
    chance = random.Random(SEED)
    start_at, told = NOW - timedelta(days=int(RUNS * 1.34)), []
    for number in range(RUNS):
        start_at += timedelta(days=chance.choice((1, 1, 2)))
        pace, km = chance.gauss(320.0, 12.0), chance.choice((6.0, 8.0, 10.0, 13.0, 18.0, 25.0))
        is_race = number % 40 == 39
        if is_race:
            km = chance.choice((5.0, 10.0, 21.0975, 42.195))
            pace = chance.gauss(262.0, 4.0) * (km / 10.0) ** 0.06
        kinds = (("garmin", RecordKind.GARMIN_API), ("strava", RecordKind.STRAVA_API))
        for source, kind in kinds[:sources]:
            record = _record(source, kind, number, start_at=start_at, km=km, pace=pace)
            told.append(_observed(replace(record, is_race=is_race)))
    return told


def _record(source, kind, number, *, start_at, km, pace):
    return Record(
        source=source,
        external_id=str(10_000_000_000 + number),
        kind=kind,
        start_at=start_at,
        sport=Sport.RUN,
        distance_m=1_000.0 * km,
        moving_time_s=km * pace,
        elapsed_time_s=km * pace + 12.0,
        utc_offset_s=3_600,
        name="Morning run",
        climb_m=4.0 * km,
        average_heart_rate_bpm=147.0,
        max_heart_rate_bpm=171.0,
        device="watch",
    )


def _observed(record):
    """With the best efforts and the curve that streams would have given."""
    seen = derive(record, None, zone=UTC)
    speed = 1.03 * record.distance_m / record.moving_time_s
    within = tuple(Effort(m, m / speed) for m in STANDARD_M if m <= record.distance_m)
    curve = tuple(round(s * speed, 1) for s in CURVE_S if s <= record.moving_time_s)
    flat_m = record.distance_m
    return replace(seen, efforts=seen.efforts + within, curve_m=curve, flat_distance_m=flat_m)


def stored(folder, name, told):
    """A database that holds them, and the key of the newest."""
    file = migrated_sqlite(Path(folder) / f"{name}.db")
    engine = open_database(f"sqlite:///{file}", now=lambda: NOW)
    with writing(engine) as conn:
        store.add_athlete(conn, Athlete(UTC), known_at=NOW, now=NOW)
        for seen in told:
            store.put_observation(conn, ATHLETE, seen, known_at=NOW, now=NOW)
        for day in sorted({seen.day for seen in told}):
            store.put_weather(conn, ATHLETE, Weather("x", day, 14.0), known_at=NOW, now=NOW)
    return engine, told[-1].key


def _measured(engine, newest):
    """Milliseconds of every round, by stage."""
    spent = defaultdict(list)
    career = Career.of(_activities(engine, defaultdict(list)))
    before, today = career.without([career.told[-1].id]), career.told[-1].day
    for _ in range(ROUNDS):
        with _timed(spent["full"]):
            activities = _activities(engine, spent)
            with _timed(spent["estimate"]):
                full = Career.of(activities).fitness_on(today)
        with _timed(spent["full, numpy"]):
            _least(career.runs)
        with _timed(spent["one more"]):
            more = before.extended(_newest(engine, newest)).fitness_on(today)
        with _timed(spent["one more, numpy"]):
            _least_more(before.runs, career.runs)
        if full.ln_speeds.tolist() != more.ln_speeds.tolist():
            raise AssertionError("one run more does not give what all runs at once give")
    engine.dispose()
    return spent


@contextmanager
def _timed(spent):
    """Appends milliseconds: of the processor, and by the clock."""
    began = time.process_time(), time.perf_counter()
    yield
    ended = time.process_time(), time.perf_counter()
    spent.append([1_000.0 * (end - begin) for begin, end in zip(began, ended, strict=True)])


def _activities(engine, spent):
    """What `store.activities` does, step by step."""
    with _timed(spent["read rows"]), reading(engine) as conn:
        bodies = [body for _, body in facts(conn, tables.observation, athlete_id=ATHLETE)]
        rulings = store.rulings(conn, ATHLETE)
    with _timed(spent["parse"]):
        seen = [from_body(Observation, body) for body in bodies]
    with _timed(spent["weather of the days"]), reading(engine) as conn:
        weather = store.weather(conn, ATHLETE)
    with _timed(spent["join copies"]):
        return activities_of(seen, rulings, weather=weather)


def _newest(engine, key):
    with reading(engine) as conn:
        body = standing_body(conn, tables.observation, athlete_id=ATHLETE, key=key)
        seen = from_body(Observation, body)
        of_day = f"x:{seen.day.isoformat()}"
        weather = standing_body(conn, tables.weather, athlete_id=ATHLETE, key=of_day)
    return activities_of([seen], weather=[from_body(Weather, weather)])


def _least(runs):
    """Sorted by day, speeds from distance and time, one weighted quantile of them."""
    order = np.argsort(runs.day, kind="stable")
    speed = np.log(runs.distance_m[order] / runs.time_s[order])
    return _quantile(speed, runs.day[order])


def _least_more(before, after):
    """One value more in each column, and the quantile again."""
    day, *speeds = (
        np.append(getattr(before, name), getattr(after, name)[-1])
        for name in ("day", "distance_m", "time_s")
    )
    return _quantile(np.log(speeds[0] / speeds[1]), day)


def _quantile(value, day):
    order = np.argsort(value, kind="stable")
    mass = np.cumsum(np.exp((day[order] - day[-1]) / 700.0))
    return value[order[np.searchsorted(mass, 0.9 * mass[-1])]]


def _row(what, spent, *, of, target_ms=None):
    took, clock = (statistics.median(column) for column in zip(*spent[of], strict=True))
    least = _median(spent[f"{of}, numpy"])
    verdict = "met" if target_ms is None or took <= target_ms else "MISSED"
    return {
        "what": what,
        "ms": f"{took:.1f}",
        "clock": f"{clock:.1f}",
        "numpy": f"{least:.2f}",
        "ratio": f"{took / least:.0f}",
        "target": "" if target_ms is None else f"<= {target_ms:g} {verdict}",
    }


def _stage(what, spent):
    took = f"{_median(spent[what]):.1f}"
    return {"what": f"- {what}", "ms": took, "clock": "", "numpy": "", "ratio": "", "target": ""}


def _median(spent):
    return statistics.median(took for took, _ in spent)
