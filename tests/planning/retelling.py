"""One run as other devices and services would tell it, and the neighbours it is mistaken for.

Everything follows from a run, second by second, and a `random.Random`. A *scene* is what happened
in some days and all copies of it; each copy knows of which run it really is.
"""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from planning.activity import Observation, Record, RecordKind, Sport, Surface

STREAMS = Path(__file__).resolve().parents[3] / "shared" / "data" / "streams"
ABSENT = f"the runs second by second are not there: {STREAMS.name}"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
APART = timedelta(days=3)  # from scene to scene
LONGEST_CLOCK_ERROR_S = 90.0
KINDS = {
    "garmin": RecordKind.DEVICE_FILE,
    "files": RecordKind.DEVICE_FILE,
    "garmin_partner": RecordKind.GARMIN_API,
    "intervals": RecordKind.INTERVALS_API,
    "strava": RecordKind.STRAVA_API,
}


@dataclass(frozen=True)
class Run:
    """Seconds from the start, and metres by then."""

    time_s: np.ndarray
    distance_m: np.ndarray

    @property
    def length_s(self):
        return float(self.time_s[-1])


@dataclass(frozen=True)
class Copy:
    truth: str  # of which run it really is
    seen: Observation


@dataclass(frozen=True)
class Scene:
    kind: str
    copies: tuple[Copy, ...]
    is_told_apart: bool = True  # False: nobody could say which is which; joining is still wrong


# -- runs -------------------------------------------------------------------------------------------


def real_runs(folder=STREAMS):
    """Every run of the folder, in the order of its manifest."""
    with (folder / "manifest.csv").open(newline="") as file:
        names = [row["file"] for row in csv.DictReader(file)]
    return [_read(folder / name) for name in names]


def _read(path):
    with gzip.open(path, "rt") as file:
        next(file)
        rows = [line.split(",", 2)[:2] for line in file]
    time_s, distance_m = np.array([row for row in rows if row[1]], dtype=float).T
    return Run(time_s - time_s[0], distance_m - distance_m[0])


def simulated_runs(chance, count):
    """Runs of 1 to 42 km with stops at lights and a pace that wanders."""
    return [_simulated(chance) for _ in range(count)]


def _simulated(chance):
    numbers = np.random.default_rng(chance.getrandbits(32))
    length_s = int(
        chance.choice([360, 1200, 1800, 3000, 3600, 5400, 9000]) * chance.uniform(0.9, 1.1)
    )
    speed = chance.uniform(2.2, 4.5) + 0.3 * np.sin(np.arange(length_s) / chance.uniform(40, 400))
    speed += numbers.normal(0.0, 0.2, length_s)
    for _ in range(chance.randint(0, 5)):
        stop = chance.randrange(length_s)
        speed[stop : stop + chance.randint(5, 60)] = 0.0
    distance_m = np.concatenate([[0.0], np.cumsum(speed.clip(min=0.0))])
    return Run(np.arange(length_s + 1.0), distance_m)


# -- copies -----------------------------------------------------------------------------------------


def sampled(run, chance, how):
    """`how`: "1 s" leaves it, "5 s" takes every fifth point, "smart" a point now and then."""
    if how == "1 s":
        return run
    steps = 5 if how == "5 s" else [chance.randint(1, 8) for _ in range(61)]
    kept = np.cumsum(np.resize(np.atleast_1d(steps), len(run.time_s))) - 1
    kept = kept[kept < len(run.time_s)]
    return Run(run.time_s[kept], run.distance_m[kept]) if len(kept) > 1 else run


def cropped(run, first_s, last_s):
    """The part from `first_s` to `last_s`; its times still count from the start of the whole."""
    kept = (run.time_s >= first_s) & (run.time_s <= last_s)
    return Run(run.time_s[kept], run.distance_m[kept])


def moving_s(run, slowest):
    """Seconds at `slowest` m/s and faster, as a service recomputes them."""
    steps, metres = np.diff(run.time_s), np.diff(run.distance_m)
    return float(steps[(metres >= slowest * steps) & (steps < 30)].sum())


def copy_of(run, source, chance, *, start_at, truth, **what):
    """What `source` says of a run that began at `start_at`.

    `clock_s`: how far its clock is off; `scale`: its distances to the true ones; `slowest`: below
    it is standing. What else is given are fields of the record.
    """
    clock_s, scale = what.pop("clock_s", chance.uniform(-2, 2)), what.pop("scale", None)
    scale = chance.uniform(0.99, 1.01) if scale is None else scale
    slowest = what.pop("slowest", 0.5)
    began_s = float(run.time_s[0])
    told_at = (start_at + timedelta(seconds=began_s + clock_s)).replace(microsecond=0)
    fields = {
        "kind": KINDS[source],
        "sport": Sport.RUN,
        "elapsed_time_s": float(round(run.time_s[-1] - began_s)),
        "moving_time_s": float(round(moving_s(run, slowest))),
        "distance_m": round(float(run.distance_m[-1] - run.distance_m[0]) * scale, 1),
    }
    external_id = f"{truth}-{chance.getrandbits(40):x}"
    record = Record(source, external_id, start_at=told_at, **(fields | what))
    return Copy(truth, Observation(record, start_at.date()))


def hidden(copy):
    """The same, its start hidden: midnight and one second."""
    midnight = copy.seen.record.start_at.replace(hour=0, minute=0, second=1)
    record = replace(copy.seen.record, start_at=midnight, start_hidden=True)
    return replace(copy, seen=replace(copy.seen, record=record))


def clock_error_s(chance):
    return chance.uniform(-LONGEST_CLOCK_ERROR_S, LONGEST_CLOCK_ERROR_S)


# -- one run, told differently ----------------------------------------------------------------------


def _sampling(run, chance, say):
    yield say(run, "garmin")
    yield say(sampled(run, chance, "5 s"), "files", kind=RecordKind.EXCHANGE_FILE)
    yield say(sampled(run, chance, "smart"), "strava")


def _clock(run, chance, say):
    for source in ("garmin", "strava"):
        yield say(run, source, clock_s=0.5 * clock_error_s(chance))
    yield say(run, "files")


def _cropped(run, chance, say):
    """Up to 15 % of it gone, at either end or both."""
    share, first = chance.uniform(0.0, 0.15), chance.choice([0.0, 1.0, chance.random()])
    gone_s = share * run.length_s
    part = cropped(run, gone_s * first, run.length_s - gone_s * (1 - first))
    yield say(run, "garmin", clock_s=chance.uniform(-20, 20))
    yield say(part, "strava", clock_s=0.0)


def _forgotten(run, chance, say):
    """One watch ran on for a while after the run."""
    idle_s = chance.uniform(60.0, 0.4 * run.length_s + 60.0)
    on = Run(
        np.append(run.time_s, run.length_s + idle_s),
        np.append(run.distance_m, run.distance_m[-1]),
    )
    yield say(on, "garmin")
    yield say(run, "strava")


def _distance(run, chance, say):
    yield say(run, "garmin", scale=chance.uniform(0.98, 1.02))
    yield say(run, "intervals", scale=chance.uniform(0.98, 1.02), clock_s=clock_error_s(chance))


def _footpod(run, chance, say):
    indoors = {"surface": Surface.TREADMILL}
    yield say(run, "garmin", scale=1.0, **indoors)
    yield say(
        run, "strava", scale=chance.uniform(0.9, 1.1), clock_s=clock_error_s(chance), **indoors
    )


def _virtual(run, chance, say):
    """A virtual world beside the watch: started a few minutes later, stopped earlier, its own metres."""
    late_s = chance.uniform(0.0, 0.06) * run.length_s
    early_s = chance.uniform(0.0, 0.06) * run.length_s
    inner = cropped(run, late_s, run.length_s - early_s)
    yield say(run, "garmin", surface=Surface.TREADMILL)
    yield say(inner, "strava", surface=Surface.VIRTUAL, scale=chance.uniform(0.85, 1.15))


def _moving(run, chance, say):
    yield say(run, "garmin", slowest=0.2)
    yield say(run, "strava", slowest=chance.uniform(0.8, 2.0), clock_s=clock_error_s(chance))


def _paused(run, chance, say):
    """One of them tells nothing but the time that its own auto-pause left."""
    yield say(run, "garmin", slowest=0.1)
    yield say(run, "intervals", slowest=chance.uniform(0.5, 1.8), elapsed_time_s=None)


def _hidden(run, chance, say):
    yield say(run, "garmin", scale=1.0)
    yield hidden(say(run, "strava", scale=chance.uniform(0.985, 1.015)))


def _typed(run, chance, say):
    """From memory: to the minute, to 100 m, at about the time."""
    exact = say(run, "garmin", scale=1.0)
    minutes_s = max(60.0, 60.0 * round(run.length_s / 60))
    metres = max(100.0, 100.0 * round((exact.seen.record.distance_m or 0.0) / 100))
    yield exact
    yield say(
        run,
        "strava",
        clock_s=chance.uniform(-1500.0, 1500.0),
        is_manual=True,
        elapsed_time_s=minutes_s,
        moving_time_s=minutes_s,
        distance_m=metres,
    )


def _wrong_sport(run, chance, say):
    yield say(run, "garmin", scale=1.0)
    other = chance.choice([Sport.RIDE, Sport.OTHER, Sport.WALK])
    yield say(run, "strava", sport=other, scale=chance.uniform(0.992, 1.008))


def _everything(run, chance, say):
    """Several of these at once, for each of four sources."""
    for source in ("garmin", "files", "intervals", "strava"):
        first, last = chance.choice([0.0, 0.0, 0.04]), chance.choice([1.0, 1.0, 0.95])
        part = cropped(run, run.length_s * first, run.length_s * last)
        part = sampled(part, chance, chance.choice(["1 s", "5 s", "smart"]))
        clock_s, scale = 0.5 * clock_error_s(chance), chance.uniform(0.98, 1.02)
        yield say(part, source, clock_s=clock_s, scale=scale, slowest=chance.uniform(0.2, 1.5))


ONE_RUN = {
    "sampled otherwise": _sampling,
    "clocks apart by up to 90 s": _clock,
    "ends cropped by up to 15 %": _cropped,
    "a watch that ran on": _forgotten,
    "distances apart by up to 4 %": _distance,
    "treadmill, footpod to 10 %": _footpod,
    "virtual beside the watch": _virtual,
    "moving time recomputed": _moving,
    "only a paused time": _paused,
    "start hidden": _hidden,
    "typed in as well": _typed,
    "saved as another sport": _wrong_sport,
    "everything a little, four sources": _everything,
}


# -- runs that are neighbours -----------------------------------------------------------------------


def _short(run, chance):
    """3 to 10 minutes of it, as a warm-up."""
    return cropped(run, 0.0, min(chance.uniform(180.0, 600.0), 0.5 * run.length_s))


def _before(run, chance):
    warm = _short(run, chance)
    gap_s = chance.uniform(60.0, 420.0)
    return [(warm, -warm.length_s - gap_s, {}), (run, 0.0, {})]


def _after(run, chance):
    return [(run, 0.0, {}), (_short(run, chance), run.length_s + chance.uniform(60.0, 420.0), {})]


def _both(run, chance):
    return [*_before(run, chance), _after(run, chance)[1]]


def _twice(run, chance):
    """Two runs a day of equal length, there and back."""
    return [(run, 0.0, {}), (run, run.length_s + chance.uniform(1800.0, 30_000.0), {})]


def _track(run, chance):
    """Sessions on the track, each saved by itself, minutes apart."""
    session = cropped(run, 0.0, min(run.length_s, chance.uniform(400.0, 1500.0)))
    track, starts = {"surface": Surface.TRACK}, [0.0]
    for _ in range(2):
        starts.append(starts[-1] + session.length_s + chance.uniform(90.0, 300.0))
    return [(session, start_s, track) for start_s in starts]


def _other_sport(run, chance):
    other = chance.choice([_ride(chance), {"sport": Sport.STRENGTH, "distance_m": None}])
    early_s = chance.uniform(60.0, 600.0)
    return [(run, -early_s, other), (run, 0.0, {})]


def _ride(chance):
    """As long as the run, and faster."""
    return {"sport": Sport.RIDE, "faster": chance.uniform(1.3, 3.0)}


def _commute(run, chance):
    """A ride to work and home, and the run between or beside them."""
    ride = _ride(chance)
    home_s = run.length_s + chance.uniform(1800.0, 20_000.0)
    beside_s = chance.choice([20.0, home_s / 2, home_s - 20.0]) + chance.uniform(0.0, 600.0)
    return [(run, 0.0, ride), (run, home_s, ride), (run, beside_s, {})]


NEIGHBOURS = {
    "warm-up before": _before,
    "cool-down after": _after,
    "warm-up and cool-down": _both,
    "two equal runs a day": _twice,
    "three sessions on the track": _track,
    "another sport minutes earlier": _other_sport,
    "commuter rides": _commute,
}


def _told_by_several(runs, chance, say):
    """Each by three sources whose clocks differ and whose distances do, and not each by all."""
    errors = {source: 0.5 * clock_error_s(chance) for source in ("garmin", "files", "strava")}
    scales = {source: chance.uniform(0.985, 1.015) for source in errors}
    for place, (run, start_s, what) in enumerate(runs):
        some = [source for source in errors if chance.random() < 0.85] or ["garmin"]
        for source in some:
            scale = scales[source] * what.get("faster", 1.0)
            told = {key: value for key, value in what.items() if key != "faster"}
            yield say(run, source, place, start_s, clock_s=errors[source], scale=scale, **told)


# -- scenes -----------------------------------------------------------------------------------------


def scenes(runs, chance, *, rounds=1) -> Iterator[Scene]:
    """Every kind of scene with every run, each some days after the one before."""
    start_at = NOON
    for _ in range(rounds):
        for run in runs:
            for kind in (*ONE_RUN, *NEIGHBOURS, "hidden, two equal runs", "clock an hour off"):
                yield _scene(kind, run, chance, start_at)
                start_at += APART


def _scene(kind, run, chance, start_at):
    day_at = start_at + timedelta(minutes=chance.randint(-300, 60))

    def say(told, source, place=0, start_s=0.0, **what):
        truth = f"{start_at:%Y%m%d}-{place}"
        began_at = day_at + timedelta(seconds=start_s)
        return copy_of(told, source, chance, start_at=began_at, truth=truth, **what)

    if kind in ONE_RUN:
        return Scene(kind, tuple(ONE_RUN[kind](run, chance, say)))
    if kind in NEIGHBOURS:
        return Scene(kind, tuple(_told_by_several(NEIGHBOURS[kind](run, chance), chance, say)))
    if kind == "clock an hour off":
        off = say(run, "strava", clock_s=chance.choice([-3600.0, 3600.0]))
        return Scene(kind, (say(run, "garmin"), off), is_told_apart=False)
    copies = [say(run, "garmin"), hidden(say(run, "strava"))]
    copies.append(say(run, "garmin", 1, run.length_s + 3600.0, scale=1.0))
    return Scene(kind, tuple(copies), is_told_apart=False)
