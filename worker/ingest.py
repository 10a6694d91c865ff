"""One inbox row: fetch, derive, store. A webhook is a hint: only what is fetched is believed."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from connectors.errors import Refused, SignInNeeded
from connectors.files.decode import Decoded
from connectors.ports import ActivityRef, OriginalFile, Recorded
from planning.activity import Record, RecordKind, Streams, Surface
from planning.fitness.observation import derive
from worker import outbox, store, tables
from worker.app import Runtime
from worker.connections import (
    Connected,
    connection,
    connections,
    gives_activities,
    opened,
    strava_use,
)
from worker.db import reading, writing
from worker.inbox import Arrival, accept_now
from worker.perform import Held

ACTIVITY, POLL, DEAUTHORISED = "activity", "poll", "deauthorised"
AHEAD = timedelta(days=1)  # an activity dated further in the future is kept aside
BACKFILL_PAUSE = timedelta(seconds=1)  # a history makes one replan a second, not one a run


@dataclass(frozen=True, slots=True)
class _Event:
    id: int
    kind: str
    delivery_key: str
    payload: dict[str, Any]
    known_at: datetime
    connected: Connected


def ingest(runtime: Runtime, key: str, held: Held) -> None:
    """The actor. `key` is the id of an inbox row."""
    with reading(runtime.engine) as conn:
        event = _load(conn, int(key))
    if event is None:
        return
    match event.kind:
        case "activity":
            outcome = _activity_event(runtime, event, held)
        case "poll":
            outcome = _poll(runtime, event, held)
        case "deauthorised":
            outcome = _deauthorised(runtime, event)
        case other:
            raise Refused(f"an inbox row of unknown kind {other!r}")
    with writing(runtime.engine) as conn:
        _done(conn, event.id, outcome, runtime.clock.machine_now())


def poll_arrival(connected: Connected, *, reason: str, known_at: datetime) -> Arrival:
    """Ask a source what is new. The same reason asks once."""
    return Arrival(
        source=connected.connector,
        delivery_key=f"poll:{connected.id}:{reason}",
        kind=POLL,
        payload={},
        connection_id=connected.id,
        athlete_id=connected.athlete_id,
        known_at=known_at,
    )


def store_recorded(
    conn: Connection,
    athlete_id: int,
    recorded: Recorded,
    *,
    known_at: datetime,
    now: datetime,
) -> bool:
    """Derive and append; True when it says something new. Owes nothing: the caller does."""
    zone = store.zone_of(conn, athlete_id)
    seen = derive(recorded.record, recorded.streams, zone=zone)
    return store.put_observation(conn, athlete_id, seen, known_at=known_at, now=now)


def keep_raw(
    conn: Connection,
    athlete_id: int,
    file: OriginalFile,
    *,
    source: str,
    external_id: str,
    tag: str,
    problem: str | None,
    now: datetime,
) -> None:
    """The recording as it came, so that it can be derived again; also a damaged one."""
    copy = tables.raw_copy
    conn.execute(
        delete(copy).where(
            copy.c.athlete_id == athlete_id,
            copy.c.source == source,
            copy.c.external_id == external_id,
        )
    )
    conn.execute(
        insert(copy).values(
            athlete_id=athlete_id,
            source=source,
            external_id=external_id,
            tag=tag,
            name=file.name,
            content=file.content,
            fetched_at=now,
            problem=problem,
        )
    )


def _load(conn: Connection, event_id: int) -> _Event | None:
    row = conn.execute(
        select(tables.inbox_event).where(tables.inbox_event.c.id == event_id)
    ).one_or_none()
    if row is None or row.done_at is not None or row.connection_id is None:
        return None
    connected = connection(conn, row.connection_id)
    if connected is None:
        return None
    return _Event(row.id, row.kind, row.delivery_key, row.payload, row.known_at, connected)


def _activity_event(runtime: Runtime, event: _Event, held: Held) -> str:
    """Fetch it, or, where Strava may only say that something happened, ask the other sources."""
    if event.connected.connector == "strava":
        with reading(runtime.engine) as conn:
            use = strava_use(conn, runtime, event.connected.athlete_id)
        if use == "off":
            return "left alone: Strava is switched off"
        if use == "trigger":
            return _ask_others(runtime, event)
    return _fetch(runtime, event, held)


def _ask_others(runtime: Runtime, event: _Event) -> str:
    asked = []
    with writing(runtime.engine) as conn:
        for other in connections(conn, athlete_id=event.connected.athlete_id):
            if other.id != event.connected.id and gives_activities(runtime, other):
                arrival = poll_arrival(other, reason=event.delivery_key, known_at=event.known_at)
                accept_now(conn, arrival, now=runtime.clock.machine_now())
                asked.append(other.connector)
    runtime.ring()
    return f"asked {', '.join(asked) or 'nobody: no other source is connected'}"


def _fetch(runtime: Runtime, event: _Event, held: Held) -> str:
    payload, connected = event.payload, event.connected
    ref = ActivityRef(payload["external_id"], payload.get("tag", ""))
    with opened(runtime, connected) as use:
        if use.activities is None:
            raise Refused(f"{connected.connector} gives no activities")
        recorded = use.activities.activity(ref)
    if recorded is None:
        return _gone(runtime, event, ref)
    decoded = runtime.decode(recorded.file) if recorded.file else None
    recorded = believed(recorded, decoded)
    held.check()
    return _store(runtime, event, ref, recorded, decoded)


def _store(
    runtime: Runtime,
    event: _Event,
    ref: ActivityRef,
    recorded: Recorded,
    decoded: Decoded | None,
) -> str:
    athlete_id = event.connected.athlete_id
    now = runtime.clock.machine_now()
    with writing(runtime.engine) as conn:
        if recorded.file:
            keep_raw(
                conn,
                athlete_id,
                recorded.file,
                source=event.connected.connector,
                external_id=ref.external_id,
                tag=ref.tag,
                problem=decoded.problem if decoded else None,
                now=now,
            )
        if recorded.record.start_at > runtime.calendar_now(conn) + AHEAD:
            return "kept aside: it is dated more than a day ahead"
        new = store_recorded(conn, athlete_id, recorded, known_at=event.known_at, now=now)
        if new:
            late = now + BACKFILL_PAUSE if event.payload.get("backfill") else now
            outbox.push(conn, "replan", str(athlete_id), due_at=late)
    runtime.ring()
    return "stored" if new else "known already"


def _gone(runtime: Runtime, event: _Event, ref: ActivityRef) -> str:
    """The service itself says that it is not there (any more)."""
    athlete_id, now = event.connected.athlete_id, runtime.clock.machine_now()
    key = f"{event.connected.connector}:{ref.external_id}"
    with writing(runtime.engine) as conn:
        dropped = store.drop_observation(conn, athlete_id, key, known_at=event.known_at, now=now)
        if dropped:
            outbox.push(conn, "replan", str(athlete_id), due_at=now)
    runtime.ring()
    return "deleted at the source" if dropped else "not there"


def _poll(runtime: Runtime, event: _Event, held: Held) -> str:
    """Every ref becomes an inbox row of its own; what was seen before is ignored by its key."""
    connected, new = event.connected, 0
    cursor, backfill = connected.cursor, connected.cursor is None
    with opened(runtime, connected) as use:
        if use.activities is None:
            raise Refused(f"{connected.connector} gives no activities")
        more = True
        while more:
            page = use.activities.changes(cursor)
            held.check()
            with writing(runtime.engine) as conn:
                new += sum(
                    accept_now(
                        conn,
                        _ref_arrival(event, ref, backfill=backfill),
                        now=runtime.clock.machine_now(),
                    )
                    for ref in page.refs
                )
                conn.execute(
                    update(tables.connection)
                    .where(tables.connection.c.id == connected.id)
                    .values(cursor=page.cursor)
                )
            cursor, more = page.cursor, page.more
    runtime.ring()
    return f"{new} new"


def _ref_arrival(event: _Event, ref: ActivityRef, *, backfill: bool) -> Arrival:
    connected = event.connected
    return Arrival(
        source=connected.connector,
        delivery_key=f"{connected.connector}:{connected.id}:{ref.external_id}:{ref.tag}",
        kind=ACTIVITY,
        payload={"external_id": ref.external_id, "tag": ref.tag, "backfill": backfill},
        connection_id=connected.id,
        athlete_id=connected.athlete_id,
        known_at=event.known_at,
    )


def _deauthorised(runtime: Runtime, event: _Event) -> str:
    """Said by a webhook, so it is confirmed: only a refused token ends the connection."""
    try:
        with opened(runtime, event.connected) as use:
            if use.activities is not None:
                use.activities.changes(event.connected.cursor)
    except SignInNeeded:
        return "confirmed: the service refuses the tokens; waiting for a new sign-in"
    return "not confirmed: the tokens still work"


def believed(recorded: Recorded, decoded: Decoded | None) -> Recorded:
    """The summary of a service joined with the file that the device wrote.

    The device file is believed for what it measured, the service for what a person says there:
    name, race, surface; on a treadmill also the distance, which is corrected after the run.
    """
    found = _same_session(recorded.record, decoded)
    if found is None:
        return recorded
    summary, measured = recorded.record, found.record
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
