"""One inbox row: fetch, derive, store. A webhook is a hint: only what is fetched is believed."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from connectors.errors import Refused, SignInNeeded
from connectors.files.decode import Decoded
from connectors.ports import ActivityRef, OriginalFile, Recorded
from planning.activity import Record, RecordKind, Streams, Surface
from planning.fitness.observation import derive
from worker import outbox, store, tables
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
from worker.polling import ACTIVITY, Event, poll, poll_arrival

AHEAD = timedelta(days=1)  # an activity dated further in the future is kept aside
ASIDE = "kept aside: it is dated more than a day ahead"
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
        return "left alone: the connection was ended"
    if event.connected.state == SIGN_IN_NEEDED:  # its tokens were refused: they are not tried again
        raise SignInNeeded("it waits for a new sign-in", remedy="")
    match event.kind:
        case "activity":
            return _activity_event(runtime, event, held)
        case "poll":
            return poll(runtime, event, held)
        case "deauthorised":
            return _deauthorised(runtime, event)
        case other:
            raise Refused(f"an inbox row of unknown kind {other!r}")


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


def _activity_event(runtime: Runtime, event: Event, held: Held) -> str:
    """Fetch it, or, where Strava may only say that something happened, ask the other sources."""
    if event.connected.connector == "strava":
        with reading(runtime.engine) as conn:
            use = strava_use(conn, runtime, event.connected.athlete_id)
        if use == "off":
            return "left alone: Strava is switched off"
        if use == "trigger":
            return _ask_others(runtime, event)
    return _fetch(runtime, event, held)


def _ask_others(runtime: Runtime, event: Event) -> str:
    asked = []
    with writing(runtime.engine) as conn:
        for other in connections(conn, athlete_id=event.connected.athlete_id):
            if other.id != event.connected.id and gives_activities(runtime, other):
                arrival = poll_arrival(other, reason=event.delivery_key, known_at=event.known_at)
                accept_now(conn, arrival, now=runtime.clock.machine_now())
                asked.append(other.connector)
    runtime.ring()
    return f"asked {', '.join(asked) or 'nobody: no other source is connected'}"


def _fetch(runtime: Runtime, event: Event, held: Held) -> str:
    payload, connected = event.payload, event.connected
    ref = ActivityRef(payload["external_id"], payload.get("tag", ""))
    with opened(runtime, connected) as use:
        if use.activities is None:
            raise Refused(f"{connected.connector} gives no activities")
        recorded = use.activities.activity(ref)
    if recorded is None:
        return _gone(runtime, event, ref)
    decoded = runtime.decode(recorded.file) if recorded.file else None
    held.check()
    return _store(runtime, event, ref, recorded, decoded)


def _store(
    runtime: Runtime,
    event: Event,
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
        latest_start = runtime.calendar_now(conn) + AHEAD
        believed = _believed(event, recorded, decoded)
        usable = [one for one in believed if one.record.start_at <= latest_start]
        if not usable:
            return ASIDE
        new = [
            store_recorded(conn, athlete_id, one, known_at=event.known_at, now=now)
            for one in usable
        ]
        if any(new):
            late = now + BACKFILL_PAUSE if event.payload.get("backfill") else now
            outbox.push(conn, "replan", str(athlete_id), due_at=late)
        if recorded.incomplete:
            _look_again(runtime, conn, event)
    runtime.ring()
    return "stored" if any(new) else "known already"


def _believed(event: Event, recorded: Recorded, decoded: Decoded | None) -> tuple[Recorded, ...]:
    """A service's activity is one; a file from a folder is all that is in it."""
    if event.connected.connector == "files" and decoded and decoded.recorded:
        return decoded.recorded
    return (believed(recorded, decoded),)


def _look_again(runtime: Runtime, conn: Connection, event: Event) -> None:
    """The samples are still on their way: an arrival of its own asks for them later."""
    now = runtime.clock.machine_now()
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
    if accept_now(conn, arrival, now=now):
        key = tables.inbox_event.c.delivery_key == arrival.delivery_key
        event_id = conn.execute(select(tables.inbox_event.c.id).where(key)).scalar_one()
        owed = tables.outbox
        mine = (owed.c.actor == "ingest") & (owed.c.key == str(event_id))
        conn.execute(update(owed).where(mine).values(due_at=now + SAMPLES_PAUSE))


def _gone(runtime: Runtime, event: Event, ref: ActivityRef) -> str:
    """The service itself says that it is not there (any more)."""
    athlete_id, now = event.connected.athlete_id, runtime.clock.machine_now()
    key = f"{event.connected.connector}:{ref.external_id}"
    with writing(runtime.engine) as conn:
        dropped = store.drop_observation(conn, athlete_id, key, known_at=event.known_at, now=now)
        if dropped:
            outbox.push(conn, "replan", str(athlete_id), due_at=now)
    runtime.ring()
    return "deleted at the source" if dropped else "not there"


def _deauthorised(runtime: Runtime, event: Event) -> str:
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
