"""One inbox row: fetch, derive, store. A webhook is a hint: only what is fetched is believed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from connectors.errors import Refused, SignInNeeded
from connectors.files.decoded import Decoded, Skipped
from connectors.files.decoded import Refused as RefusedFile
from connectors.ports import ActivityRef, EventKind, Recorded
from planning.activity import Observation, Record, RecordKind, Streams, Surface
from planning.fitness.observation import derive
from worker import coverage, erasing, outbox, store, tables
from worker.app import Runtime
from worker.connections import (
    DISCONNECTED,
    SIGN_IN_NEEDED,
    connection,
    connections,
    gives_activities,
    opened,
    strava_use,
)
from worker.db import reading, writing
from worker.inbox import Arrival, accept_now
from worker.perform import Held
from worker.polling import (
    ACTIVITY,
    ASIDE,
    LEFT_ALONE,
    POLL,
    Event,
    accept_later,
    poll,
    poll_arrival,
    sliced,
)
from worker.recordings import Place, gave_something, keep_raw, take_back_earlier
from worker.weather import fetch as fetch_weather

DEAUTHORISED = EventKind.DEAUTHORISED.value
AHEAD = timedelta(days=1)  # an activity dated further in the future is kept aside
SAMPLES_PAUSE = timedelta(minutes=5)  # a service may take a while to make a recording's samples
BACKFILL_PAUSE = timedelta(seconds=1)  # a history makes one replan a second, not one a run


def ingest(runtime: Runtime, key: str, held: Held) -> None:
    """The actor. `key` is the id of an inbox row."""
    with reading(runtime.engine) as conn:
        event = _load(conn, int(key))
    if event is None:
        return
    outcome = _outcome(runtime, event, held)
    with writing(runtime.engine) as conn:
        _done(conn, event.id, outcome, runtime.clock.machine_now())


def _outcome(runtime: Runtime, event: Event, held: Held) -> str:
    """What became of it, in words. Raises what perform knows."""
    if event.connected.state == DISCONNECTED:
        return f"{LEFT_ALONE}: the connection was ended"
    if event.kind == DEAUTHORISED:  # also where the tokens were found refused before it was read
        return _deauthorised(runtime, event, held)
    if event.connected.state == SIGN_IN_NEEDED:  # its tokens were refused: they are not tried again
        raise SignInNeeded("it waits for a new sign-in", remedy="")
    if event.kind in {ACTIVITY, POLL} and event.connected.connector == "strava":
        with reading(runtime.engine) as conn:
            use = strava_use(conn, runtime, event.connected.athlete_id)
        if use == "off":
            return f"{LEFT_ALONE}: Strava is switched off"
        if use == "trigger":
            return _triggered(runtime, event)
    return _by_kind(runtime, event, held)


def _by_kind(runtime: Runtime, event: Event, held: Held) -> str:
    match event.kind:
        case "activity":
            return _fetch(runtime, event, held)
        case "poll":
            return poll(runtime, event, held)
        case "weather":
            return fetch_weather(runtime, event, held)
        case other:
            raise Refused(f"an inbox row of unknown kind {other!r}")


def store_seen(
    runtime: Runtime,
    conn: Connection,
    athlete_id: int,
    seen: Sequence[Observation],
    *,
    known_at: datetime,
    pause: timedelta = timedelta(0),
) -> bool:
    """Append what was derived; True when it says something new, and then a replan is owed too."""
    now = runtime.clock.machine_now()
    new = [store.put_observation(conn, athlete_id, o, known_at=known_at, now=now) for o in seen]
    if any(new):
        outbox.push(conn, "replan", str(athlete_id), due_at=now + pause)
    return any(new)


def _load(conn: Connection, event_id: int) -> Event | None:
    row = conn.execute(
        select(tables.inbox_event).where(tables.inbox_event.c.id == event_id)
    ).one_or_none()
    if row is None or row.done_at is not None or row.connection_id is None:
        return None
    connected = connection(conn, row.connection_id)
    if connected is None:
        return None
    return Event(row.id, row.kind, row.delivery_key, row.payload, row.known_at, connected)


def _triggered(runtime: Runtime, event: Event) -> str:
    """Strava may only say that something happened. Its listing does not: webhooks do, untagged."""
    if event.kind == POLL or event.payload.get("tag"):
        return f"{LEFT_ALONE}: Strava only says when to ask other sources"
    return _ask_others(runtime, event)


def _ask_others(runtime: Runtime, event: Event) -> str:
    asked = []
    with writing(runtime.engine) as conn:
        for other in connections(conn, athlete_id=event.connected.athlete_id):
            if other.id != event.connected.id and gives_activities(runtime, other):
                arrival = poll_arrival(other, reason=f"told by {event.id}", known_at=event.known_at)
                accept_now(conn, arrival, now=runtime.clock.machine_now())
                asked.append(other.connector)
    runtime.ring()
    return f"asked {', '.join(asked) or 'nobody: no other source is connected'}"


def _fetch(runtime: Runtime, event: Event, held: Held) -> str:
    ref = ActivityRef(event.payload["external_id"], event.payload.get("tag", ""))
    with opened(runtime, event.connected) as use:
        if use.activities is None:
            raise Refused(f"{event.connected.connector} gives no activities")
        recorded = use.activities.activity(ref)
    if recorded is None:
        return _gone(runtime, event, ref, held)
    decoded = runtime.decode(recorded.file) if recorded.file else None
    if recorded.is_bare and isinstance(decoded, Skipped):
        return f"not kept: {decoded.reason}"
    told = _store(runtime, event, held, recorded, decoded)
    if recorded.is_bare and isinstance(decoded, RefusedFile):
        raise Refused(f"{ref.external_id}: {decoded.reason}")
    return told


def _store(
    runtime: Runtime, event: Event, held: Held, recorded: Recorded, decoded: Decoded | None
) -> str:
    """A few at a time; with the last of them the recording itself, and what follows.

    So whoever is stopped in between finds the earlier recording still there when it goes on.
    """
    seen, aside = _derived(runtime, event, recorded, decoded)
    athlete_id, known_at = event.connected.athlete_id, event.known_at
    pause = BACKFILL_PAUSE if event.payload.get("backfill") else timedelta(0)
    new, slices = False, sliced(seen)
    for part in slices:
        with writing(runtime.engine) as conn:
            held.check(conn)
            new |= store_seen(runtime, conn, athlete_id, part, known_at=known_at, pause=pause)
            if part is slices[-1]:
                new |= _keep_file(runtime, conn, event, recorded, decoded, seen=seen)
                key = f"{event.connected.connector}:{event.payload['external_id']}"
                coverage.given(runtime, conn, athlete_id, [key], known_at=known_at)
            if recorded.incomplete and seen:
                _look_again(runtime, conn, event)
    runtime.ring()
    if not seen:
        return ASIDE
    told = "stored" if new else "known already"
    return f"{told}; {aside} more {ASIDE}" if aside else told


def _derived(
    runtime: Runtime, event: Event, recorded: Recorded, decoded: Decoded | None
) -> tuple[list[Observation], int]:
    """What is learnt from all that is believed, and how many are dated ahead."""
    with reading(runtime.engine) as conn:
        zone = store.zone_of(conn, event.connected.athlete_id)
        latest_start = runtime.calendar_now(conn) + AHEAD
    found = _believed(recorded, decoded)
    usable = [one for one in found if one.record.start_at <= latest_start]
    seen = [derive(one.record, one.streams, zone=zone) for one in usable]
    return seen, len(found) - len(usable)


def _keep_file(
    runtime: Runtime,
    conn: Connection,
    event: Event,
    recorded: Recorded,
    decoded: Decoded | None,
    *,
    seen: Sequence[Observation],
) -> bool:
    """In place of what was there under its name; True if that changes what was run."""
    if recorded.file is None:
        return False
    athlete_id, now = event.connected.athlete_id, runtime.clock.machine_now()
    place = Place(athlete_id, event.connected.connector, event.payload["external_id"])
    gone = False
    if recorded.is_bare:
        if not seen and gave_something(conn, place):
            return False  # it may be half-written over: what it was counts until it can be read
        file, known_at = recorded.file, event.known_at
        gone = take_back_earlier(conn, place, file, seen, known_at=known_at, now=now)
    if gone:
        outbox.push(conn, "replan", str(athlete_id), due_at=now)
    tag, problem = event.payload.get("tag", ""), decoded.problem if decoded else None
    keep_raw(conn, place, recorded.file, tag=tag, problem=problem, now=now)
    return gone


def _believed(recorded: Recorded, decoded: Decoded | None) -> tuple[Recorded, ...]:
    """A service's activity is one; a bare file is all that is in it."""
    if recorded.is_bare:
        return decoded.recorded if decoded else ()
    return (believed(recorded, decoded),)


def _look_again(runtime: Runtime, conn: Connection, event: Event) -> None:
    """The samples are still on their way: an arrival of its own asks for them later."""
    payload = {**event.payload, "again": event.payload.get("again", 0) + 1}
    arrival = Arrival(
        source=event.connected.connector,
        delivery_key=f"{event.delivery_key.partition('#')[0]}#{payload['again']}",
        kind=ACTIVITY,
        payload=payload,
        connection_id=event.connected.id,
        athlete_id=event.connected.athlete_id,
        known_at=runtime.calendar_now(conn),
    )
    accept_later(conn, arrival, now=runtime.clock.machine_now(), after=SAMPLES_PAUSE)


def _gone(runtime: Runtime, event: Event, ref: ActivityRef, held: Held) -> str:
    """The service itself says that it is not there (any more)."""
    athlete_id, now = event.connected.athlete_id, runtime.clock.machine_now()
    key = f"{event.connected.connector}:{ref.external_id}"
    with writing(runtime.engine) as conn:
        held.check(conn)
        dropped = store.drop_observation(conn, athlete_id, key, known_at=event.known_at, now=now)
        if dropped:
            outbox.push(conn, "replan", str(athlete_id), due_at=now)
    runtime.ring()
    return "deleted at the source" if dropped else "not there"


def _deauthorised(runtime: Runtime, event: Event, held: Held) -> str:
    """Said by a webhook, so it is confirmed before anything is erased."""
    if not erasing.is_confirmed(runtime, event.connected):
        return "not confirmed: the tokens still work"
    with writing(runtime.engine) as conn:
        held.check(conn)
        erasing.deauthorised(runtime, conn, event.connected)
    runtime.ring()
    return "confirmed: what came from there is being erased"


def believed(recorded: Recorded, decoded: Decoded | None) -> Recorded:
    """The summary of a service joined with the file that the device wrote.

    The device file is believed for what it measured, the service for what a person says there:
    name, race, surface; on a treadmill also the distance, which is corrected after the run. What
    is left of a damaged file is not believed against the service, which saw the whole.
    """
    found = _same_session(recorded.record, decoded)
    if found is None:
        return recorded
    summary, measured = recorded.record, found.record
    if decoded and decoded.problem and not _is_whole(measured, summary):
        return recorded
    indoor = summary.surface is Surface.TREADMILL or summary.is_manual
    record = replace(
        measured,
        source=summary.source,
        external_id=summary.external_id,
        kind=RecordKind.DEVICE_FILE,
        sport=summary.sport,
        surface=summary.surface,
        name=summary.name,
        is_race=summary.is_race or measured.is_race,
        is_manual=summary.is_manual,
        utc_offset_s=measured.utc_offset_s
        if summary.utc_offset_s is None
        else summary.utc_offset_s,
        planned_ident=summary.planned_ident or measured.planned_ident,
        distance_m=summary.distance_m if indoor else measured.distance_m,
        moving_time_s=summary.moving_time_s if indoor else measured.moving_time_s,
    )
    streams: Streams | None = None if indoor else found.streams
    return Recorded(record, streams, recorded.file)


def _is_whole(measured: Record, summary: Record) -> bool:
    """Whether a damaged file still holds about all of what the service made of the run."""
    pairs = (
        (measured.distance_m, summary.distance_m),
        (measured.elapsed_time_s, summary.elapsed_time_s),
    )
    return all(there is None or (here or 0.0) >= 0.98 * there for here, there in pairs)


def _same_session(record: Record, decoded: Decoded | None) -> Recorded | None:
    sessions = decoded.recorded if decoded else ()
    return next(
        (
            found
            for found in sessions
            if found.record.sport is record.sport
            and abs((found.record.start_at - record.start_at).total_seconds()) <= 120
        ),
        None,
    )


def _done(conn: Connection, event_id: int, outcome: str, now: datetime) -> None:
    conn.execute(
        update(tables.inbox_event)
        .where(tables.inbox_event.c.id == event_id)
        .values(done_at=now, outcome=outcome)
    )
