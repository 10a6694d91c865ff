"""Sources that tell of an activity in parts, each once: a summary, a file, an address to look at.

What came first is kept, and joined with what comes later, whichever it is.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import batched
from typing import Protocol, runtime_checkable

from sqlalchemy import Connection

from connectors.errors import Refused
from connectors.ports import ActivityRef, ActivitySource, OriginalFile, Recorded
from planning.activity import Observation, Record
from planning.wellness import Wellness
from worker import store, tables
from worker.app import Runtime
from worker.connections import opened
from worker.db import reading, writing
from worker.facts import standing_body
from worker.inbox import accept_all
from worker.perform import Held
from worker.polling import AT_ONCE, Event, activity_arrival
from worker.recordings import Place, keep_raw, kept
from worker.stored import from_body
from worker.wellness import store_wellness


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
    runtime: Runtime, event: Event, held: Held, source: ActivitySource, ref: ActivityRef
) -> str | None:
    """Each activity behind an address becomes an arrival of its own. None: `ref` is one itself."""
    refs = source.named_by(ref) if isinstance(source, TellsInParts) else None
    if refs is None:
        return None
    now, new = runtime.clock.machine_now(), 0
    for some in batched(refs, AT_ONCE, strict=False):
        with writing(runtime.engine) as conn:
            held.check(conn)
            arrivals = [activity_arrival(event, one, key=_key(event, one)) for one in some]
            new += accept_all(conn, arrivals, now=now)
    runtime.ring()
    return f"{new} new"


def whole(
    runtime: Runtime,
    event: Event,
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
    place = _place(event, ref)
    if new.file is not None:
        _keep(runtime, held, place, new.file)
    with reading(runtime.engine) as conn:
        known, file = _known(conn, place), kept(conn, place)
    joined = source.joined(ref, new, known, file)
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


def carried_wellness(runtime: Runtime, event: Event, held: Held, carried: str) -> int:
    """What a notification brought of some days, beside what is known of them; how many are new."""
    with opened(runtime, event.connected) as use:
        if not isinstance(use.wellness, TellsOfDays):
            raise Refused(f"{event.connected.connector} tells nothing of sleep and recovery")
        told = use.wellness.wellness_carried(carried)
    new, athlete_id = 0, event.connected.athlete_id
    with reading(runtime.engine) as conn:
        today = store.today_of(conn, athlete_id, runtime.calendar_now(conn))
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
    body = standing_body(conn, tables.wellness, athlete_id=athlete_id, key=told.key)
    if body is None:
        return told
    known = from_body(Wellness, body)
    said = {one.name: getattr(told, one.name) for one in fields(told)}
    return replace(known, **{name: value for name, value in said.items() if value is not None})


def _keep(runtime: Runtime, held: Held, place: Place, file: OriginalFile) -> None:
    """At once, for it is not given again: what follows may break off, and is then repeated."""
    with writing(runtime.engine) as conn:
        held.check(conn)
        keep_raw(conn, place, file, problem=None, now=runtime.clock.machine_now())


def _known(conn: Connection, place: Place) -> Record | None:
    key = f"{place.source}:{place.external_id}"
    body = standing_body(conn, tables.observation, athlete_id=place.athlete_id, key=key)
    return from_body(Observation, body).record if body else None


def _place(event: Event, ref: ActivityRef) -> Place:
    return Place(event.connected.athlete_id, event.connected.connector, ref.external_id)


def _key(event: Event, ref: ActivityRef) -> str:
    digest = hashlib.sha256(ref.carried.encode()).hexdigest()[:16]
    return f"{event.id}:{digest}"
