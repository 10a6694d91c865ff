"""A season told by three services, as things happened there and as word of them came.

A *history* is what happened, in order: runs appear at a service, change, disappear; the athlete
rules on copies. A *telling* is a history with the word of each happening put somewhere after it:
late, doubled, in any order, or lost until a look at everything. Who is told looks at the service,
and sees what is there by then. Everything follows from a `random.Random`.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from planning.activity import Effort, Record, RecordKind, Sport, Surface
from planning.fitness.ability import estimate
from planning.fitness.load import daily_loads, day_loads
from planning.fitness.observation import derive
from planning.records import activities_of, excluded_of
from planning.rulings import Edit, Exclude, Join, Split
from worker.stored import to_body

ZONE = ZoneInfo("Europe/Paris")
MONDAY = date(2026, 1, 5)
KINDS = {
    "garmin": RecordKind.GARMIN_API,
    "strava": RecordKind.STRAVA_API,
    "intervals": RecordKind.INTERVALS_API,
    "files": RecordKind.DEVICE_FILE,
}
THIRD = ("files", "intervals")  # beside Garmin and Strava


@dataclass(frozen=True)
class Happened:
    """At a service: from now on it has this record under this id, or, with None, nothing."""

    source: str
    external_id: str
    record: Record | None

    @property
    def told(self):
        return Told(self.source, self.external_id)


@dataclass(frozen=True)
class Told:
    """Word that something happened: go and look."""

    source: str
    external_id: str


@dataclass(frozen=True)
class Said:
    """The athlete ruled; `taken_back`: no longer."""

    ruling: object
    taken_back: bool = False


@dataclass(frozen=True)
class History:
    happenings: tuple  # Happened and Said, in the order in which they were
    today: date


# -- what happens -----------------------------------------------------------------------------------


def history(chance):
    """10 to 20 weeks of running, told by Garmin, Strava and a third; things change afterwards."""
    weeks, third = chance.randint(10, 20), chance.choice(THIRD)
    truths = [truth for week in range(weeks) for truth in _week(chance, week)]
    happenings, ids = [], {}
    for place, truth in enumerate(truths):
        copies = list(_copies(chance, truth, place, third))
        ids[place] = [copy.told for copy in copies]
        happenings += copies
        happenings += _later(chance, copies, happenings)
        happenings += _rulings(chance, ids, place)
    return History(_with_late_uploads(chance, happenings), MONDAY + timedelta(weeks=weeks))


def _week(chance, week):
    """Runs as they really were, and what else there was."""
    for weekday in sorted(chance.sample(range(7), chance.randint(3, 6))):
        day, hour = MONDAY + timedelta(weeks=week, days=weekday), chance.choice([6, 7, 12, 18])
        at = datetime.combine(day, time(hour, chance.randrange(60), chance.randrange(60)), UTC)
        km = chance.choice([5.0, 8.0, 8.0, 10.0, 12.0, 18.0]) * chance.uniform(0.97, 1.03)
        run = _truth(at, km * 1000.0, km * chance.uniform(270.0, 360.0), chance)
        match chance.randrange(14):
            case 0:  # a warm-up before
                warm = replace(run, start_at=at - timedelta(seconds=700), distance_m=1300.0)
                yield replace(warm, moving_time_s=450.0, elapsed_time_s=460.0)
            case 1:  # the same again in the evening
                yield replace(run, start_at=at + timedelta(hours=5))
            case 2:
                yield replace(run, start_at=at - timedelta(hours=2), sport=Sport.RIDE)
            case 3:
                run = replace(run, surface=Surface.TREADMILL)
            case 4:
                run = replace(run, is_race=True, moving_time_s=run.moving_time_s * 0.88)
            case 5:  # run, ride, run
                yield replace(run, parent_id=f"m{week}{weekday}")
                ride_at = at + timedelta(seconds=run.elapsed_time_s + 60)
                ride = replace(run, start_at=ride_at, sport=Sport.RIDE, distance_m=30_000.0)
                yield replace(ride, parent_id=f"m{week}{weekday}")
                run = replace(run, start_at=ride_at + timedelta(seconds=run.elapsed_time_s + 60))
                run = replace(run, parent_id=f"m{week}{weekday}")
            case _:
                pass
        yield run


def _truth(at, distance_m, time_s, chance):
    return Record(
        source="",
        external_id="",
        kind=RecordKind.LOG,
        start_at=at,
        sport=Sport.RUN,
        distance_m=distance_m,
        moving_time_s=float(round(time_s)),
        elapsed_time_s=float(round(time_s * chance.uniform(1.0, 1.04))),
        utc_offset_s=chance.choice([None, 3600]),
        average_heart_rate_bpm=float(chance.randint(130, 170)),
    )


def _copies(chance, truth, place, third) -> Iterator[Happened]:
    told = [source for source in ("garmin", "strava", third) if chance.random() < 0.8] or ["garmin"]
    for source in told:
        external_id = hashlib.sha256(f"{source}{place}".encode()).hexdigest()[:8]
        yield Happened(source, external_id, _copy(chance, truth, source, external_id))


def _copy(chance, truth, source, external_id):
    record = replace(
        truth,
        source=source,
        external_id=external_id,
        kind=KINDS[source],
        start_at=truth.start_at + timedelta(seconds=chance.randint(-40, 40)),
        distance_m=round(truth.distance_m * chance.uniform(0.985, 1.015), 1),
        moving_time_s=float(round(truth.moving_time_s * chance.uniform(0.98, 1.0))),
        name=chance.choice(["", f"{source} run"]),
        climb_m=chance.choice([None, 40.0]),
    )
    match chance.randrange(25):
        case 0:
            midnight = record.start_at.replace(hour=0, minute=0, second=1)
            return replace(record, start_at=midnight, start_hidden=True)
        case 1:
            return replace(record, sport=Sport.RIDE)  # saved as the wrong one
        case 2 | 3 if source == "strava":
            return replace(record, is_manual=True)
        case _:
            return record


def _later(chance, copies, before):
    """What is done afterwards to some of what is there."""
    for copy in copies:
        if copy.record and chance.random() < 0.25:
            yield from _change(chance, copy, before)


def _change(chance, copy, before):
    source, external_id, record = copy.source, copy.external_id, copy.record
    match chance.randrange(8):
        case 0:
            yield Happened(source, external_id, replace(record, name="another name"))
        case 1:
            yield Happened(source, external_id, replace(record, sport=Sport.WALK))
            if chance.random() < 0.5:
                yield copy
        case 2:  # reprocessed
            yield Happened(
                source, external_id, replace(record, distance_m=record.distance_m * 1.01)
            )
        case 3:
            yield Happened(source, external_id, None)
        case 4:  # hidden from us, and shown again
            yield Happened(source, external_id, None)
            yield copy
        case 5:  # cropped
            yield Happened(source, external_id, _cropped(record))
        case 6:  # uploaded anew under another id
            yield Happened(source, external_id, None)
            again = replace(record, external_id=f"{external_id}x")
            yield Happened(source, again.external_id, again)
        case 7:  # merged with the one before into a third
            yield from _merged(copy, before)


def _cropped(record):
    return replace(
        record,
        start_at=record.start_at + timedelta(seconds=60),
        distance_m=record.distance_m * 0.96,
        moving_time_s=record.moving_time_s * 0.96,
        elapsed_time_s=record.elapsed_time_s * 0.96,
    )


def _merged(copy, before):
    mine = [h for h in before if isinstance(h, Happened) and h.source == copy.source and h.record]
    if len(mine) < 2:
        return
    other, record = mine[-2], copy.record
    yield Happened(copy.source, other.external_id, None)
    yield Happened(copy.source, copy.external_id, None)
    merged = replace(
        record,
        external_id=f"{copy.external_id}m",
        start_at=min(record.start_at, other.record.start_at),
        distance_m=record.distance_m + other.record.distance_m,
        moving_time_s=record.moving_time_s + other.record.moving_time_s,
        elapsed_time_s=record.elapsed_time_s + other.record.elapsed_time_s,
    )
    yield Happened(copy.source, merged.external_id, merged)


def _rulings(chance, ids, place):
    if chance.random() > 0.12:
        return
    here = [f"{each.source}:{each.external_id}" for each in ids[place]]
    near = ids[max(0, place - 1)]
    there = [f"{each.source}:{each.external_id}" for each in near]
    one, other = chance.choice(here), chance.choice(here + there)
    said = chance.choice(
        [
            Split(one, other),
            Join(one, other),
            Exclude(one),
            Exclude(one, whole_run=True),
            Edit(one, "name", chance.choice(["mine", "ours"])),
            Edit(one, "distance_m", chance.choice([5000.0, 9000.0])),
            Edit(one, "sport", "run"),
        ]
    )
    yield Said(said)
    if chance.random() < 0.2:
        yield Said(said, taken_back=True)


def _with_late_uploads(chance, happenings):
    """Some activities, with all that is done to them, appear only at the end of the season."""
    late = {h.told for h in happenings if isinstance(h, Happened) and chance.random() < 0.02}
    is_late = [isinstance(h, Happened) and h.told in late for h in happenings]
    in_time = [h for h, later in zip(happenings, is_late, strict=True) if not later]
    return (*in_time, *(h for h, later in zip(happenings, is_late, strict=True) if later))


# -- how word of it comes -----------------------------------------------------------------------------


def plainly(history):
    """Word of each happening at once, and only once."""
    for happening in history.happenings:
        yield happening
        if isinstance(happening, Happened):
            yield happening.told


def anyhow(history, chance):
    """Late, doubled, in any order, some of it lost; at the end somebody looks at everything."""
    last = len(history.happenings) - 1
    after = [[] for _ in history.happenings]
    for place, happening in enumerate(history.happenings):
        if isinstance(happening, Happened):
            for _ in range(chance.choice([0, 1, 1, 1, 1, 2, 3])):
                delay = chance.choice([0, 0, chance.randint(0, 9), chance.randint(0, last)])
                after[min(last, place + delay)].append(happening.told)
    steps = []
    for happening, words in zip(history.happenings, after, strict=True):
        steps += [happening, *chance.sample(words, len(words))]
    known = list(dict.fromkeys(h.told for h in history.happenings if isinstance(h, Happened)))
    return [*steps, *chance.sample(known, len(known))]


class Known:
    """What is known after being told: the latest look at each copy, and the latest word."""

    def __init__(self):
        self.seen, self.said = {}, {}

    def look(self, observation):
        self.seen[observation.key] = observation

    def gone(self, key):
        self.seen.pop(key, None)

    def hear(self, ruling):
        self.said[ruling.key] = ruling

    def take_back(self, ruling):
        self.said.pop(ruling.key, None)


def live(steps, known, *, pace=lambda: 0, in_order=True):
    """Tells `known` what each look at a service found. Returns it.

    `pace()` says how many steps later an answer is in. Several questions may be on their way at
    once; `in_order`: an answer is believed only if none to a later question about the same copy
    has been. Without that an old answer could stand for ever.
    """
    there, waiting, believed = {}, [], {}
    for number, step in enumerate(steps):
        match step:
            case Happened(source, external_id, record):
                there[source, external_id] = record
            case Told(source, external_id):
                waiting.append((number + pace(), number, step, there[source, external_id]))
            case Said(ruling, taken_back):
                (known.take_back if taken_back else known.hear)(ruling)
        waiting = _answer(known, waiting, number, believed if in_order else {})
    _answer(known, waiting, float("inf"), believed if in_order else {})
    return known


def _answer(known, waiting, until, believed):
    """What is in by then is believed. Returns what is still on its way."""
    for _, asked, copy, record in sorted(
        (w for w in waiting if w[0] <= until), key=lambda w: w[:2]
    ):
        if asked >= believed.get(copy, asked):
            believed[copy] = asked
            if record:
                known.look(observed(record))
            else:
                known.gone(f"{copy.source}:{copy.external_id}")
    return [each for each in waiting if each[0] > until]


def observed(record):
    """What is derived from it; a device's file also has a fast stretch in it."""
    seen = derive(record, None, zone=ZONE)
    if seen.usable and record.kind is RecordKind.DEVICE_FILE:
        return replace(seen, efforts=(*seen.efforts, Effort(1000.0, 250.0)))
    return seen


# -- what it comes to ---------------------------------------------------------------------------------


def outcome(observations, rulings, today):
    """Activities, those left out, loads and estimate, each as text that tells every bit."""
    observations, rulings = list(observations), list(rulings)
    activities = activities_of(observations, rulings)
    fitness = estimate(activities, today)
    loads = daily_loads(activities, threshold_m_per_s=3.5)
    return {
        "activities": [_text(each) for each in activities],
        "excluded": [_text(each) for each in excluded_of(observations, rulings)],
        "loads": [repr(each) for each in day_loads(loads, until=today)],
        "estimate": [repr(fitness.ln_speeds.tolist()), repr(fitness.sd_ln.tolist()), repr(fitness)],
    }


def _text(activity):
    return json.dumps(to_body(activity), sort_keys=True)
