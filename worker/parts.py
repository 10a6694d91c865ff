"""Sources that tell of an activity in parts, each once: a summary, a file, an address to look at.

What came first is kept, and joined with what comes later, whichever it is.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import batched
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from sqlalchemy import Connection, select

from connectors.errors import Refused
from connectors.ports import ActivityRef, ActivitySource, OriginalFile, Recorded
from planning.activity import Observation, Record
from planning.wellness import Wellness
from worker import store, tables
from worker.app import Runtime
from worker.connections import opened
from worker.db import reading, writing
from worker.inbox import Arrival, accept_all
from worker.perform import Held
from worker.recordings import Place, keep_raw
from worker.stored import from_body
from worker.wellness import store_wellness

if TYPE_CHECKING:
    from worker.polling import Event

AT_ONCE = 50  # rows in one transaction, so that nobody else waits long for the database


@runtime_checkable
class TellsInParts(Protocol):
    """What such a source offers beside `activity`."""

    def named_by(self, ref: ActivityRef) -> tuple[ActivityRef, ...] | None:
        """The activities behind a notification that only says where to look. None: it is one."""
        ...

    def joined(
        self, ref: ActivityRef, new: Recorded, known: Record | None, kept: OriginalFile | None
    ) -> Recorded:
        """`new` with what stands already. `is_bare`: there is still nothing but the file."""
        ...


@runtime_checkable
class TellsOfDays(Protocol):
    """What a source of nights and days offers that brings them only in notifications."""

    def wellness_carried(self, carried: str) -> Sequence[Wellness]: ...


def named(
    runtime: Runtime, event: "Event", held: Held, source: ActivitySource, ref: ActivityRef
) -> str | None:
    """Each activity behind an address becomes an arrival of its own. None: `ref` is one itself."""
    refs = source.named_by(ref) if isinstance(source, TellsInParts) else None
    if refs is None:
        return None
    now, new = runtime.clock.machine_now(), 0
    for some in batched(refs, AT_ONCE, strict=False):
        with writing(runtime.engine) as conn:
            held.check(conn)
            new += accept_all(conn, [_arrival(event, one) for one in some], now=now)
    runtime.ring()
    return f"{new} new"


def whole(
    runtime: Runtime,
    event: "Event",
    held: Held,
    source: ActivitySource,
    ref: ActivityRef,
    new: Recorded,
) -> Recorded | None:
    """`new` joined with what is kept of the activity; as it is where a source tells it whole.

    A file of several sessions is left alone: each of them is told of by itself, so None. Raises
    Refused when there is nothing: no summary yet, and a file that was given before.
    """
    if not isinstance(source, TellsInParts):
        return new
    if new.file is not None:
        _keep(runtime, event, held, ref, new.file)
    with reading(runtime.engine) as conn:
        known, kept = _known(conn, event, ref), _kept(conn, event, ref)
    joined = source.joined(ref, new, known, kept)
    if not joined.is_bare:
        return joined
    if joined.file is None:
        raise Refused(f"{ref.external_id}: its recording was given before, and is not kept")
    sessions = runtime.decode(joined.file).recorded
    if len(sessions) != 1:
        return None if sessions else joined
    alone = replace(
        sessions[0].record, source=event.connected.connector, external_id=ref.external_id
    )
    return replace(joined, record=alone, is_bare=False)


def carried_wellness(runtime: Runtime, event: "Event", held: Held, carried: str) -> int:
    """What a notification brought of some days, beside what is known of them; how many are new."""
    with opened(runtime, event.connected) as use:
        if not isinstance(use.wellness, TellsOfDays):
            raise Refused(f"{event.connected.connector} tells nothing of sleep and recovery")
        told = use.wellness.wellness_carried(carried)
    new, athlete_id = 0, event.connected.athlete_id
    with reading(runtime.engine) as conn:
        zone = store.zone_of(conn, athlete_id)
        today = runtime.calendar_now(conn).astimezone(zone).date()
    known = [each for each in told if each.day <= today]  # days to come are nobody's
    for some in batched(known, AT_ONCE, strict=False):
        with writing(runtime.engine) as conn:
            held.check(conn)
            rows = [_beside(conn, athlete_id, each) for each in some]
            new += store_wellness(runtime, conn, athlete_id, rows, known_at=event.known_at)
    runtime.ring()
    return new


def _beside(conn: Connection, athlete_id: int, told: Wellness) -> Wellness:
    """A day's row with its other values as they stand."""
    row = tables.wellness
    standing = select(row.c.body).where(
        row.c.athlete_id == athlete_id, row.c.key == told.key, row.c.superseded_at.is_(None)
    )
    body = conn.scalar(standing)
    if body is None:
        return told
    known = from_body(Wellness, body)
    said = {one.name: getattr(told, one.name) for one in fields(told)}
    return replace(known, **{name: value for name, value in said.items() if value is not None})


def _keep(
    runtime: Runtime, event: "Event", held: Held, ref: ActivityRef, file: OriginalFile
) -> None:
    """At once, for it is not given again: what follows may break off, and is then repeated."""
    connected = event.connected
    place = Place(connected.athlete_id, connected.connector, ref.external_id)
    with writing(runtime.engine) as conn:
        held.check(conn)
        keep_raw(conn, place, file, problem=None, now=runtime.clock.machine_now())


def _known(conn: Connection, event: "Event", ref: ActivityRef) -> Record | None:
    seen = tables.observation
    body = conn.scalar(
        select(seen.c.body).where(
            seen.c.athlete_id == event.connected.athlete_id,
            seen.c.key == f"{event.connected.connector}:{ref.external_id}",
            seen.c.superseded_at.is_(None),
        )
    )
    return from_body(Observation, body).record if body else None


def _kept(conn: Connection, event: "Event", ref: ActivityRef) -> OriginalFile | None:
    copy = tables.raw_copy
    row = conn.execute(
        select(copy.c.name, copy.c.content).where(
            copy.c.athlete_id == event.connected.athlete_id,
            copy.c.source == event.connected.connector,
            copy.c.external_id == ref.external_id,
        )
    ).one_or_none()
    return OriginalFile(row.name, row.content) if row and row.content else None


def _arrival(event: "Event", ref: ActivityRef) -> Arrival:
    connected = event.connected
    digest = hashlib.sha256(ref.carried.encode()).hexdigest()[:16]
    return Arrival(
        source=connected.connector,
        delivery_key=f"{connected.connector}:{connected.id}:{ref.external_id}:{event.id}:{digest}",
        kind="activity",
        payload={"external_id": ref.external_id, "tag": ref.tag, "carried": ref.carried},
        connection_id=connected.id,
        athlete_id=connected.athlete_id,
        known_at=event.known_at,
    )
