"""One inbox row: fetch, derive, store. A webhook is a hint: only what is fetched is believed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from connectors.errors import Refused, SignInNeeded
from connectors.files.decoded import Decoded, Skipped
from connectors.files.decoded import Refused as RefusedFile
from connectors.ports import ActivityRef, EventKind, Recorded
from planning.activity import Observation
from planning.fitness.observation import derive
from worker import coverage, erasing, outbox, parts, retention, sightings, store, tables
from worker.app import Runtime
from worker.believing import believed
from worker.connections import (
    DISCONNECTED,
    ENDED,
    SIGN_IN_NEEDED,
    connection,
    connections,
    gives_activities,
    opened,
    strava_use,
)
from worker.db import reading, writing
from worker.inbox import LEFT_ALONE, Arrival, accept_now
from worker.looking_back import look_back
from worker.owing import owe_publishing
from worker.perform import Held, Snooze
from worker.polling import (
    ACTIVITY,
    ASIDE,
    NOT_THERE,
    POLL,
    Event,
    accept_later,
    poll,
    poll_arrival,
    sliced,
    source_of,
)
from worker.recordings import Place, gave_something, keep_raw, take_back_earlier
from worker.weather import fetch as fetch_weather
from worker.wellness import poll_wellness

DEAUTHORISED = EventKind.DEAUTHORISED.value
AHEAD = timedelta(days=1)  # an activity dated further in the future is kept aside
# A service may tell of an activity before it can show it, or before its samples are made.
AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
MOMENT = timedelta(seconds=1)
BACKFILL_PAUSE = timedelta(seconds=1)  # a history makes one replan a second, not one a run


def ingest(runtime: Runtime, key: str, held: Held) -> None:
    """The actor. `key` is the id of an inbox row."""
    with reading(runtime.engine) as conn:
        event = _load(conn, int(key))
    if event is None:
        return
    outcome = _outcome(runtime, event, held)
    with writing(runtime.engine) as conn:
        _done(runtime, conn, event, outcome)


def _outcome(runtime: Runtime, event: Event, held: Held) -> str:
    """What became of it, in words. Raises what perform knows."""
    if event.connected.state == DISCONNECTED:
        return ENDED
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
        case "poll" if "back" in event.payload:
            return look_back(runtime, event, held)
        case "poll":
            return poll(runtime, event, held)
        case EventKind.WELLNESS:
            if carried := event.payload.get("carried"):
                return f"{parts.carried_wellness(runtime, event, held, carried)} days new"
            return poll_wellness(runtime, event, held)
        case EventKind.PERMISSIONS:
            return _permissions(runtime, event)
        case EventKind.CALENDAR:
            return _calendar(runtime, event)
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
    return Event(row.id, row.kind, row.delivery_key, row.payload or {}, row.known_at, connected)


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


def _permissions(runtime: Runtime, event: Event) -> str:
    """What the athlete allows has changed: a poll finds out what can be read now."""
    with writing(runtime.engine) as conn:
        reason = f"permissions {event.id}"
        arrival = poll_arrival(event.connected, reason=reason, known_at=event.known_at)
        accept_now(conn, arrival, now=runtime.clock.machine_now())
    runtime.ring()
    return "asked what can be read now"


def _calendar(runtime: Runtime, event: Event) -> str:
    """An entry was touched there: whoever publishes reads the calendar first."""
    with writing(runtime.engine) as conn:
        owe_publishing(runtime, conn, event.connected.athlete_id)
    runtime.ring()
    return "the calendar is looked through"


def _fetch(runtime: Runtime, event: Event, held: Held) -> str:
    external_id = event.payload.get("external_id")
    if external_id is None:
        return retention.OVER
    ref = ActivityRef(
        external_id, event.payload.get("tag", ""), carried=event.payload.get("carried", "")
    )
    with reading(runtime.engine) as conn:
        asked_after = sightings.answers(conn, event.connected.id, external_id)
    with opened(runtime, event.connected, backfill=bool(event.payload.get("backfill"))) as use:
        source = source_of(event.connected, use.activities)
        if (told := parts.named(runtime, event, held, source, ref)) is not None:
            return told
        recorded = source.activity(ref)
        if recorded is not None:
            recorded = parts.whole(runtime, event, held, source, ref, recorded)
    if recorded is None:
        return _gone(runtime, event, ref, held, asked_after=asked_after)
    decoded = runtime.decode(recorded.file) if recorded.file else None
    if recorded.is_bare and isinstance(decoded, Skipped):
        return f"not kept: {decoded.reason}"
    told = _store(runtime, event, held, recorded, decoded, asked_after=asked_after)
    if recorded.is_bare and isinstance(decoded, RefusedFile):
        raise Refused(f"{ref.external_id}: {decoded.reason}")
    return told


def _only_newest(
    runtime: Runtime, conn: Connection, event: Event, *, asked_after: int, tag: str | None
) -> None:
    """First in a transaction that stores an answer. Raises Snooze where another one was stored
    since it was asked for: nobody knows which is newer, so it is asked again.
    """
    external_id = event.payload["external_id"]
    if not sightings.keep_answer(
        conn,
        event.connected.id,
        external_id,
        asked_after=asked_after,
        event_id=event.id,
        tag=tag,
    ):
        again_at = runtime.clock.machine_now() + MOMENT
        raise Snooze(again_at, "another answer about it came in meanwhile")


def _store(
    runtime: Runtime,
    event: Event,
    held: Held,
    recorded: Recorded,
    decoded: Decoded | None,
    *,
    asked_after: int,
) -> str:
    """A few at a time; with the last of them the recording itself, and what follows.

    So whoever is stopped in between finds the earlier recording still there when it goes on.
    """
    seen, aside = _derived(runtime, event, recorded, decoded)
    athlete_id, known_at = event.connected.athlete_id, event.known_at
    pause = BACKFILL_PAUSE if event.payload.get("backfill") else timedelta(0)
    tag = None if event.payload.get("tag") else recorded.tag or None
    new, slices = False, sliced(seen)
    for number, part in enumerate(slices):
        with writing(runtime.engine) as conn:
            held.check(conn)
            _only_newest(runtime, conn, event, asked_after=asked_after + number, tag=tag)
            new |= store_seen(runtime, conn, athlete_id, part, known_at=known_at, pause=pause)
            if part is slices[-1]:
                new |= _keep_file(runtime, conn, event, recorded, decoded, seen=seen)
                key = f"{event.connected.connector}:{event.payload['external_id']}"
                coverage.given(runtime, conn, athlete_id, [key], known_at=known_at)
            behind = not new and _is_behind(event, recorded)
            if seen and (recorded.incomplete or behind):
                _look_again(runtime, conn, event)
    runtime.ring()
    if not seen:
        return ASIDE
    told = "stored" if new else "known already"
    return f"{told}; {aside} more {ASIDE}" if aside else told


def _is_behind(event: Event, recorded: Recorded) -> bool:
    """It was listed in another state than the one in which it is shown. Where that is the one that
    is known, the listing is of later, and what has changed will be shown in a while.
    """
    listed = event.payload.get("tag")
    return bool(listed and recorded.tag) and listed != recorded.tag


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
    until = retention.expires_at(runtime, place.source, now)
    keep_raw(conn, place, recorded.file, tag=tag, problem=problem, now=now, expires_at=until)
    return gone


def _believed(recorded: Recorded, decoded: Decoded | None) -> tuple[Recorded, ...]:
    """A service's activity is one; a bare file is all that is in it."""
    if recorded.is_bare:
        return decoded.recorded if decoded else ()
    return (believed(recorded, decoded),)


def _look_again(runtime: Runtime, conn: Connection, event: Event) -> bool:
    """It is on its way, as a whole or its samples: an arrival of its own asks for it later.

    False: it was asked for often enough, and that is that.
    """
    again = event.payload.get("again", 0)
    if again >= len(AGAIN_AFTER):
        return False
    arrival = Arrival(
        source=event.connected.connector,
        delivery_key=f"{event.delivery_key.removesuffix(f'#{again}')}#{again + 1}",
        kind=ACTIVITY,
        payload={**event.payload, "again": again + 1},
        connection_id=event.connected.id,
        athlete_id=event.connected.athlete_id,
        known_at=runtime.calendar_now(conn),
    )
    accept_later(conn, arrival, now=runtime.clock.machine_now(), after=AGAIN_AFTER[again])
    return True


def _gone(runtime: Runtime, event: Event, ref: ActivityRef, held: Held, *, asked_after: int) -> str:
    """The service itself says that it is not there: any more, or yet."""
    athlete_id, now = event.connected.athlete_id, runtime.clock.machine_now()
    key = f"{event.connected.connector}:{ref.external_id}"
    with writing(runtime.engine) as conn:
        held.check(conn)
        _only_newest(runtime, conn, event, asked_after=asked_after, tag=sightings.GONE)
        dropped = store.drop_observation(conn, athlete_id, key, known_at=event.known_at, now=now)
        if dropped:
            outbox.push(conn, "replan", str(athlete_id), due_at=now)
            outcome = "deleted at the source"
        else:
            outcome = f"{NOT_THERE} yet" if _look_again(runtime, conn, event) else NOT_THERE
    runtime.ring()
    return outcome


def _deauthorised(runtime: Runtime, event: Event, held: Held) -> str:
    """Said by a webhook, so it is confirmed before anything is erased."""
    if not erasing.is_confirmed(runtime, event.connected):
        return "not confirmed: the tokens still work"
    with writing(runtime.engine) as conn:
        held.check(conn)
        erasing.deauthorised(runtime, conn, event.connected)
    runtime.ring()
    return "confirmed: what came from there is being erased"


def _done(runtime: Runtime, conn: Connection, event: Event, outcome: str) -> None:
    row = tables.inbox_event
    mine = row.c.id == event.id
    received_at = conn.scalar(select(row.c.received_at).where(mine))
    if received_at is None:  # erased meanwhile
        return
    until = retention.expires_at(runtime, event.connected.connector, received_at)
    done_at = runtime.clock.machine_now()
    conn.execute(update(row).where(mine).values(done_at=done_at, outcome=outcome, expires_at=until))
