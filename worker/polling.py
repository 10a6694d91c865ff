"""Asking a source what is new: every activity it names becomes an inbox row of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

import structlog
from sqlalchemy import Connection, func, select, update

from connectors.errors import Refused
from connectors.ports import ActivityRef, ActivitySource, Page
from worker import coverage, sightings, tables
from worker.app import Runtime
from worker.connections import Connected, opened
from worker.db import reading, writing
from worker.inbox import INGEST, LEFT_ALONE, Arrival, accept_all, accept_now, key_of, work_of
from worker.perform import Held
from worker.sightings import Seen

log = structlog.get_logger()

ACTIVITY, POLL = "activity", "poll"
ASIDE = "kept aside: it is dated more than a day ahead"
NOT_THERE = "not there"  # the same of what was listed, or announced, and could not be fetched
AT_ONCE = 50  # rows in one transaction, so that nobody else waits long for the database
LONGEST_NAME = 200  # of an activity or its state, in the database
MISSED_AT_ONCE = 100  # a listing that leaves out more is doubted: the newest are asked about first
AGAIN_AT_MOST = 3  # looks after a look; after them the next poll by the clock is soon enough


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
class Progress:
    """How far a history has been read. `complete`: the source has named all that there is."""

    read: int
    named: int
    complete: bool

    @property
    def words(self) -> str:
        about = "" if self.complete else "about "
        return f"history: {self.read:,} of {about}{self.named:,} read"


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
    event = as_of_now(runtime, event)
    connected = event.connected
    with reading(runtime.engine) as conn:
        ended_at = _end_of_last(conn, connected.id)
    first_ever = ended_at is None
    with opened(runtime, connected, backfill=first_ever) as use:
        source = source_of(connected, use.activities)
        listing = _listing(runtime, event, held, source, backfill=first_ever)
    from_the_start = connected.cursor in {None, ended_at}
    missing: list[Arrival] = []
    if from_the_start and (first := _first_of(listing.refs)):
        there = {ref.external_id for ref in listing.refs}
        missing = missing_from(runtime, event, there, after=first, backfill=False)
    new = listing.new + _end(runtime, event, held, listing, missing)
    runtime.ring()
    return f"{new} new"


def as_of_now(runtime: Runtime, event: Event) -> Event:
    """What is heard now was not known when the question was put: it may have waited for days."""
    with reading(runtime.engine) as conn:
        return replace(event, known_at=runtime.calendar_now(conn))


def progress(conn: Connection, connection_id: int) -> Progress | None:
    """How far the history of a connection has been read. None: nothing of it is waiting."""
    event, owed = tables.inbox_event, tables.outbox
    waiting = (
        select(event.c.kind, func.count().label("number"))
        .select_from(event.join(owed, work_of(event.c.id)))
        .where(event.c.connection_id == connection_id, event.c.done_at.is_(None))
        .where(owed.c.buried_at.is_(None), owed.c.late == 1)
        .group_by(event.c.kind)
    )
    waiting_for = {row.kind: row.number for row in conn.execute(waiting)}
    unread = waiting_for.get(ACTIVITY, 0)
    if not unread:
        return None
    named = sightings.count(conn, connection_id)
    complete = _end_of_last(conn, connection_id) is not None and POLL not in waiting_for
    return Progress(max(named - unread, 0), named, complete)


def accept_later(conn: Connection, arrival: Arrival, *, now: datetime, after: timedelta) -> None:
    """Keep an arrival that is to be looked at some time from now (machine time)."""
    if not accept_now(conn, arrival, now=now):
        return
    key = tables.inbox_event.c.delivery_key == key_of(arrival)
    event_id = conn.execute(select(tables.inbox_event.c.id).where(key)).scalar_one()
    owed = tables.outbox
    mine = (owed.c.actor == INGEST) & (owed.c.key == str(event_id))
    conn.execute(update(owed).where(mine).values(due_at=now + after))


def source_of(connected: Connected, source: ActivitySource | None) -> ActivitySource:
    if source is None:
        raise Refused(f"{connected.connector} gives no activities")
    return source


def _listing(
    runtime: Runtime, event: Event, held: Held, source: ActivitySource, *, backfill: bool
) -> _Listing:
    """Every page from the connection's cursor on, kept as it comes."""
    refs: tuple[ActivityRef, ...] = ()
    cursor, more, new, again_after_s = event.connected.cursor, True, 0, None
    while more:
        page = source.changes(cursor)
        arrivals = arrivals_of(runtime, event, page.refs, backfill=backfill)
        new += keep(runtime, event, held, arrivals, page=page, moves=True)
        refs += page.refs
        cursor, more, again_after_s = page.cursor, page.more, page.again_after_s
    return _Listing(refs, cursor, new, again_after_s)


def keep(
    runtime: Runtime,
    event: Event,
    held: Held,
    arrivals: Sequence[Arrival],
    *,
    page: Page | None = None,
    moves: bool = False,
    heard: Mapping[str, Any] | None = None,
) -> int:
    """The place to go on from is kept with the last of them: by the connection, if it `moves`, or
    by the look back itself.
    """
    now, row = runtime.clock.machine_now(), tables.inbox_event
    new, slices = 0, sliced(arrivals)
    for part in slices:
        with writing(runtime.engine) as conn:
            held.check(conn)
            new += _accept(conn, event.connected.id, part, now=now)
            if part is not slices[-1]:
                continue
            if page is not None:
                coverage.note_page(runtime, conn, event.connected, page, known_at=event.known_at)
                if moves:
                    _move(conn, event.connected.id, page.cursor)
            if heard is not None:
                conn.execute(update(row).where(row.c.id == event.id).values(payload=dict(heard)))
    return new


def _accept(
    conn: Connection, connection_id: int, arrivals: Sequence[Arrival], *, now: datetime
) -> int:
    """How many are new. Those that are missed have no tag: no listing names them."""
    new = accept_all(conn, arrivals, now=now)
    told = ((each.payload["external_id"], each.payload["tag"], key_of(each)) for each in arrivals)
    sightings.note_listed(conn, connection_id, [each for each in told if each[1]])
    return new


def _move(conn: Connection, connection_id: int, cursor: str | None) -> None:
    row = tables.connection
    conn.execute(update(row).where(row.c.id == connection_id).values(cursor=cursor))


def _end(
    runtime: Runtime, event: Event, held: Held, listing: _Listing, missing: Sequence[Arrival]
) -> int:
    """Keep what is missed, write down where this run ended, and what it is to be followed by."""
    ended = {**event.payload, "ended_at": listing.cursor or ""}
    new = keep(runtime, event, held, missing, heard=ended)
    now, again = runtime.clock.machine_now(), event.payload.get("again", 0)
    if listing.again_after_s is not None and again < AGAIN_AT_MOST:
        after = timedelta(seconds=listing.again_after_s)
        with writing(runtime.engine) as conn:
            known_at = runtime.calendar_now(conn)
            arrival = poll_arrival(event.connected, reason=f"after {event.id}", known_at=known_at)
            arrival = replace(arrival, payload={"again": again + 1})
            accept_later(conn, arrival, now=now, after=after)
    return new


def last_ended(conn: Connection, connection_id: int) -> int | None:
    """The arrival of the last poll that was read to its end."""
    event = tables.inbox_event
    query = (
        select(event.c.id)
        .where(event.c.connection_id == connection_id, event.c.kind == POLL)
        .where(event.c.payload["ended_at"].as_string().is_not(None))
        .order_by(event.c.id.desc())
    )
    found: int | None = conn.scalar(query.limit(1))
    return found


def _end_of_last(conn: Connection, connection_id: int) -> str | None:
    """The cursor at the end of the last run that had one ("": it needs none). None: none had."""
    event = tables.inbox_event
    last = last_ended(conn, connection_id)
    if last is None:
        return None
    ended_at: str = conn.execute(
        select(event.c.payload["ended_at"].as_string()).where(event.c.id == last)
    ).scalar_one()
    return ended_at


def arrivals_of(
    runtime: Runtime, event: Event, refs: Sequence[ActivityRef], *, backfill: bool
) -> list[Arrival]:
    refs = [ref for ref in refs if _can_be_kept(ref)]
    with reading(runtime.engine) as conn:
        names = [ref.external_id for ref in refs]
        seen = sightings.last_seen(conn, event.connected.id, names)
    keys = ((ref, _key(ref, seen.get(ref.external_id), event)) for ref in refs)
    return [
        activity_arrival(event, ref, key=key, backfill=backfill)
        for ref, key in keys
        if key is not None
    ]


def _can_be_kept(ref: ActivityRef) -> bool:
    """One odd name, such as of a file from another system, does not end the poll of all others."""
    kept = all(
        len(name) <= LONGEST_NAME and name == name.encode(errors="ignore").decode()
        for name in (ref.external_id, ref.tag)
    )
    if not kept:
        log.warning("poll.name_not_kept", name=ascii(ref.external_id[:LONGEST_NAME]))
    return kept


def _key(ref: ActivityRef, last: Seen | None, event: Event) -> str | None:
    """What tells this sight of an activity from all others. None: there is nothing to look at."""
    if last is None:
        return ref.tag
    again = f"{ref.tag}:again on {event.known_at.date()}"
    if (last.outcome or "").startswith(NOT_THERE) and last.tag in {sightings.GONE, ref.tag}:
        return again  # it is listed, and when it is asked for it is not there: for how long?
    if last.tag != ref.tag:
        return f"{ref.tag}:after {last.event_id}"  # it may be in an earlier state once more
    return None if _is_settled(last) else again


def _is_settled(seen: Seen) -> bool:
    """It was read, or will be. Otherwise it was given up, or kept aside, or left alone."""
    outcome = seen.outcome or ""
    put_off = ASIDE in outcome or outcome.startswith(LEFT_ALONE)
    return seen.buried_at is None and not put_off


def _first_of(refs: Sequence[ActivityRef]) -> datetime | None:
    return min((ref.start_at for ref in refs if ref.start_at), default=None)


def missing_from(
    runtime: Runtime, event: Event, there: set[str], *, after: datetime, backfill: bool
) -> list[Arrival]:
    """Runs known by this connection that began after an instant and that a listing of them does
    not have; each asked about once a day, and not too many at once. For a listing may break off in
    the middle, and a whole history would be fetched anew to find that nothing was deleted.
    """
    seen, sighted = tables.observation, tables.sighting
    here = (sighted.c.external_id == seen.c.external_id) & (
        sighted.c.connection_id == event.connected.id
    )
    query = select(seen.c.external_id).select_from(seen.join(sighted, here))
    query = query.where(
        seen.c.athlete_id == event.connected.athlete_id,
        seen.c.source == event.connected.connector,
        seen.c.start_at > after,
        seen.c.body.is_not(None),
        seen.c.superseded_at.is_(None),
    )
    with reading(runtime.engine) as conn:
        known = conn.scalars(query.order_by(seen.c.start_at.desc(), seen.c.id.desc())).all()
    key = f"missing on {event.known_at.date()}"
    gone = [external_id for external_id in known if external_id not in there]
    return [
        activity_arrival(event, ActivityRef(one), key=key, backfill=backfill)
        for one in gone[:MISSED_AT_ONCE]
    ]


def activity_arrival(
    event: Event, ref: ActivityRef, *, key: str, backfill: bool = False
) -> Arrival:
    """Look at an activity that this event tells of. The same key looks once."""
    connected = event.connected
    payload = {"external_id": ref.external_id, "tag": ref.tag, "backfill": backfill}
    return Arrival(
        source=connected.connector,
        delivery_key=f"{connected.connector}:{connected.id}:{ref.external_id}:{key}",
        kind=ACTIVITY,
        payload={**payload, "carried": ref.carried} if ref.carried else payload,
        connection_id=connected.id,
        athlete_id=connected.athlete_id,
        known_at=event.known_at,
    )
