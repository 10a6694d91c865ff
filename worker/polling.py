"""Asking a source what is new: every activity it names becomes an inbox row of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from connectors.errors import Refused
from connectors.ports import ActivityRef
from worker import tables
from worker.app import Runtime
from worker.connections import Connected, opened
from worker.db import reading, writing
from worker.inbox import Arrival, accept_now
from worker.perform import Held

ACTIVITY, POLL = "activity", "poll"


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
    """The arrival by which a state of an activity was last seen."""

    event_id: int
    tag: str


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
    at, for that is how a deletion shows where nobody announces it.
    """
    connected, new = event.connected, 0
    cursor, backfill = connected.cursor, connected.cursor is None
    listed: list[ActivityRef] = []
    with opened(runtime, connected) as use:
        if use.activities is None:
            raise Refused(f"{connected.connector} gives no activities")
        more = True
        while more:
            page = use.activities.changes(cursor)
            held.check()
            arrivals = _arrivals(runtime, event, page.refs, backfill=backfill)
            new += _keep(runtime, connected, arrivals, cursor=page.cursor)
            listed += page.refs
            cursor, more = page.cursor, page.more
    new += _keep(runtime, connected, _missing(runtime, event, listed), cursor=cursor)
    runtime.ring()
    return f"{new} new"


def _keep(
    runtime: Runtime, connected: Connected, arrivals: Sequence[Arrival], *, cursor: str | None
) -> int:
    now, row = runtime.clock.machine_now(), tables.connection
    with writing(runtime.engine) as conn:
        new = sum(accept_now(conn, arrival, now=now) for arrival in arrivals)
        conn.execute(update(row).where(row.c.id == connected.id).values(cursor=cursor))
    return new


def _arrivals(
    runtime: Runtime, event: Event, refs: Sequence[ActivityRef], *, backfill: bool
) -> list[Arrival]:
    with reading(runtime.engine) as conn:
        seen = _last_seen(conn, event.connected.id, [ref.external_id for ref in refs])
    arrivals = []
    for ref in refs:
        last, key = seen.get(ref.external_id), ref.tag
        if last is not None:
            if last.tag == ref.tag:
                continue
            key = f"{ref.tag}:after {last.event_id}"  # it may be in an earlier state once more
        arrivals.append(_arrival(event, ref, key=key, backfill=backfill))
    return arrivals


def _last_seen(
    conn: Connection, connection_id: int, external_ids: Sequence[str]
) -> Mapping[str, _Seen]:
    """By external id. Webhooks name no state, so they do not count."""
    event = tables.inbox_event
    external_id = event.c.payload["external_id"].as_string()
    query = (
        select(event.c.id, event.c.payload)
        .where(event.c.connection_id == connection_id, event.c.kind == ACTIVITY)
        .where(external_id.in_(external_ids))
        .order_by(event.c.id)
    )
    return {
        row.payload["external_id"]: _Seen(row.id, row.payload["tag"])
        for row in conn.execute(query)
        if row.payload.get("tag")
    }


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
