"""Asking a source what is new: every activity it names becomes an inbox row of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from sqlalchemy import Connection, select, update

from connectors.errors import Refused
from connectors.ports import ActivityRef, ActivitySource
from worker import tables
from worker.app import Runtime
from worker.connections import Connected, opened
from worker.db import reading, writing
from worker.inbox import Arrival, accept_now
from worker.perform import Held

ACTIVITY, POLL = "activity", "poll"
ASIDE = "kept aside: it is dated more than a day ahead"
LEFT_ALONE = "left alone"  # how the outcome of what was not looked at begins
AT_ONCE = 50  # rows in one transaction, so that nobody else waits long for the database
AGAIN_AT_MOST = 3  # looks after a look; after them the next poll by the clock is soon enough
NAMES_AT_ONCE = 1000  # in one question: databases take some thousands


@dataclass(frozen=True, slots=True)
class Event:
    """One inbox row, with the connection that it came by."""

    id: int
    kind: str
    delivery_key: str
    payload: dict[str, Any]
    known_at: datetime
    connected: Connected


@dataclass(frozen=True, slots=True)
class _Seen:
    """The arrival by which a state of an activity was last seen.

    `settled`: it was read, or will be. Otherwise it was given up, or kept aside, or left alone.
    """

    event_id: int
    tag: str
    settled: bool


@dataclass(frozen=True, slots=True)
class _Listing:
    """All that one run of a poll was told."""

    refs: tuple[ActivityRef, ...]
    cursor: str | None
    new: int
    again_after_s: float | None


def sliced[Item](items: Sequence[Item]) -> list[tuple[Item, ...]]:
    """In parts for one transaction each; at least one, which may be empty."""
    return list(batched(items, AT_ONCE, strict=False)) or [()]


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


def poll(runtime: Runtime, event: Event, held: Held) -> str:
    """Read all pages; each is stored, with the place to go on from, before the next is asked for.

    What was seen before in the same state is passed by. What should be listed and is not is looked
    at, for that is how a deletion shows where nobody announces it; but not when this run goes on
    from where another broke off, and so has not heard the beginning.
    """
    connected = event.connected
    with reading(runtime.engine) as conn:
        ended_at = _end_of_last(conn, connected.id)
    with opened(runtime, connected) as use:
        if use.activities is None:
            raise Refused(f"{connected.connector} gives no activities")
        listing = _listing(runtime, event, held, use.activities, backfill=ended_at is None)
    from_the_start = connected.cursor in {None, ended_at}
    missing = _missing(runtime, event, listing.refs) if from_the_start else []
    new = listing.new + _end(runtime, event, held, listing, missing)
    runtime.ring()
    return f"{new} new"


def accept_later(conn: Connection, arrival: Arrival, *, now: datetime, after: timedelta) -> None:
    """Keep an arrival that is to be looked at some time from now (machine time)."""
    if not accept_now(conn, arrival, now=now):
        return
    key = tables.inbox_event.c.delivery_key == arrival.delivery_key
    event_id = conn.execute(select(tables.inbox_event.c.id).where(key)).scalar_one()
    owed = tables.outbox
    mine = (owed.c.actor == "ingest") & (owed.c.key == str(event_id))
    conn.execute(update(owed).where(mine).values(due_at=now + after))


def _listing(
    runtime: Runtime, event: Event, held: Held, source: ActivitySource, *, backfill: bool
) -> _Listing:
    """Every page from the connection's cursor on, kept as it comes."""
    refs: tuple[ActivityRef, ...] = ()
    cursor, more, new, again_after_s = event.connected.cursor, True, 0, None
    while more:
        page = source.changes(cursor)
        arrivals = _arrivals(runtime, event, page.refs, backfill=backfill)
        new += _keep(runtime, event, held, arrivals, cursor=page.cursor)
        refs += page.refs
        cursor, more, again_after_s = page.cursor, page.more, page.again_after_s
    return _Listing(refs, cursor, new, again_after_s)


def _keep(
    runtime: Runtime, event: Event, held: Held, arrivals: Sequence[Arrival], *, cursor: str | None
) -> int:
    """The cursor moves with the last of them."""
    now, row = runtime.clock.machine_now(), tables.connection
    new, slices = 0, sliced(arrivals)
    for part in slices:
        with writing(runtime.engine) as conn:
            held.check(conn)
            new += sum(accept_now(conn, arrival, now=now) for arrival in part)
            if part is slices[-1]:
                mine = row.c.id == event.connected.id
                conn.execute(update(row).where(mine).values(cursor=cursor))
    return new


def _end(
    runtime: Runtime, event: Event, held: Held, listing: _Listing, missing: Sequence[Arrival]
) -> int:
    """Keep what is missed, write down where this run ended, and what it is to be followed by."""
    new = _keep(runtime, event, held, missing, cursor=listing.cursor)
    now, row = runtime.clock.machine_now(), tables.inbox_event
    payload = {**event.payload, "ended_at": listing.cursor or ""}
    again = event.payload.get("again", 0)
    with writing(runtime.engine) as conn:
        conn.execute(update(row).where(row.c.id == event.id).values(payload=payload))
        if listing.again_after_s is not None and again < AGAIN_AT_MOST:
            known_at = runtime.calendar_now(conn)
            arrival = poll_arrival(event.connected, reason=f"after {event.id}", known_at=known_at)
            arrival = replace(arrival, payload={"again": again + 1})
            after = timedelta(seconds=listing.again_after_s)
            accept_later(conn, arrival, now=now, after=after)
    return new


def _end_of_last(conn: Connection, connection_id: int) -> str | None:
    """The cursor at the end of the last run that had one ("": it needs none). None: none had."""
    event = tables.inbox_event
    ended_at = event.c.payload["ended_at"].as_string()
    query = (
        select(ended_at)
        .where(event.c.connection_id == connection_id, event.c.kind == POLL)
        .where(ended_at.is_not(None))
        .order_by(event.c.id.desc())
    )
    found: str | None = conn.scalar(query.limit(1))
    return found


def _arrivals(
    runtime: Runtime, event: Event, refs: Sequence[ActivityRef], *, backfill: bool
) -> list[Arrival]:
    with reading(runtime.engine) as conn:
        seen = _last_seen(conn, event.connected.id, [ref.external_id for ref in refs])
    keys = ((ref, _key(ref, seen.get(ref.external_id), event)) for ref in refs)
    return [
        _arrival(event, ref, key=key, backfill=backfill) for ref, key in keys if key is not None
    ]


def _key(ref: ActivityRef, last: _Seen | None, event: Event) -> str | None:
    """What tells this sight of an activity from all others. None: there is nothing to look at."""
    if last is None:
        return ref.tag
    if last.tag != ref.tag:
        return f"{ref.tag}:after {last.event_id}"  # it may be in an earlier state once more
    return None if last.settled else f"{ref.tag}:again on {event.known_at.date()}"


def _last_seen(
    conn: Connection, connection_id: int, external_ids: Sequence[str]
) -> Mapping[str, _Seen]:
    """By external id. Webhooks name no state, so they do not count."""
    event, owed = tables.inbox_event, tables.outbox
    matches = (owed.c.actor == "ingest") & (owed.c.key == event.c.id.cast(owed.c.key.type))
    query = (
        select(event.c.id, event.c.payload, event.c.outcome, owed.c.buried_at)
        .select_from(event.outerjoin(owed, matches))
        .where(event.c.connection_id == connection_id, event.c.kind == ACTIVITY)
        .order_by(event.c.id)
    )
    external_id = event.c.payload["external_id"].as_string()
    return {
        row.payload["external_id"]: _Seen(row.id, row.payload["tag"], _is_settled(row))
        for names in batched(external_ids, NAMES_AT_ONCE, strict=False)
        for row in conn.execute(query.where(external_id.in_(names)))
        if row.payload.get("tag")
    }


def _is_settled(row: Any) -> bool:
    outcome = row.outcome or ""
    put_off = ASIDE in outcome or outcome.startswith(LEFT_ALONE)
    return row.buried_at is None and not put_off


def _missing(runtime: Runtime, event: Event, listed: Sequence[ActivityRef]) -> list[Arrival]:
    """Known runs of the listed days that the listing does not have; each asked about once a day."""
    first = min((ref.start_at for ref in listed if ref.start_at), default=None)
    if first is None:
        return []
    seen, there = tables.observation, {ref.external_id for ref in listed}
    query = select(seen.c.external_id).where(
        seen.c.athlete_id == event.connected.athlete_id,
        seen.c.source == event.connected.connector,
        seen.c.start_at > first,
        seen.c.body.is_not(None),
        seen.c.superseded_at.is_(None),
    )
    with reading(runtime.engine) as conn:
        known = conn.scalars(query.order_by(seen.c.id)).all()
    return [
        _arrival(event, ActivityRef(gone), key=f"missing on {event.known_at.date()}")
        for gone in known
        if gone not in there
    ]


def _arrival(event: Event, ref: ActivityRef, *, key: str, backfill: bool = False) -> Arrival:
    connected = event.connected
    return Arrival(
        source=connected.connector,
        delivery_key=f"{connected.connector}:{connected.id}:{ref.external_id}:{key}",
        kind=ACTIVITY,
        payload={"external_id": ref.external_id, "tag": ref.tag, "backfill": backfill},
        connection_id=connected.id,
        athlete_id=connected.athlete_id,
        known_at=event.known_at,
    )
