"""What we wrote on a calendar, row by row. Every write is in `worker.journal` besides."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select, update

from planning.calendar import EntryRecord, EntryState, reclaimed
from worker import tables
from worker.connections import Connected
from worker.db import upsert


def entries_of(conn: Connection, connection_id: int) -> list[EntryRecord]:
    row = tables.calendar_entry
    found = conn.execute(select(row).where(row.c.connection_id == connection_id).order_by(row.c.id))
    return [_record(entry) for entry in found]


def handed_over_to(conn: Connection, athlete_id: int) -> list[EntryRecord]:
    """What is the athlete's now on any of their calendars."""
    return [record for _, record in _theirs(conn, athlete_id)]


def reclaim(conn: Connection, athlete_id: int, ident: str) -> bool:
    """The athlete gives a session's entry back, on every calendar; True if one was theirs.

    The next publish writes the plan over it.
    """
    found = [each for each in _theirs(conn, athlete_id) if each[1].ident == ident]
    for connection_id, record in found:
        _keep(conn, athlete_id, connection_id, reclaimed(record))
    return bool(found)


def keep(conn: Connection, connected: Connected, entry: EntryRecord) -> None:
    _keep(conn, connected.athlete_id, connected.id, entry)


def begin(
    conn: Connection, connected: Connected, entry: EntryRecord, write: Mapping[str, Any]
) -> None:
    """Keep a pending one with the write that it is about to be. Where an earlier one was never
    finished, that stays: it says what stood there before both.
    """
    keep(conn, connected, entry)
    row = tables.calendar_entry
    mine = _of(connected, entry.ident) & row.c.unfinished.is_(None)
    conn.execute(update(row).where(mine).values(unfinished=dict(write)))


def unfinished(conn: Connection, connected: Connected, ident: str) -> Mapping[str, Any] | None:
    """The write that was begun; None: there is none."""
    found = select(tables.calendar_entry.c.unfinished).where(_of(connected, ident))
    write: Mapping[str, Any] | None = conn.scalar(found)
    return write


def _of(connected: Connected, ident: str) -> ColumnElement[bool]:
    row = tables.calendar_entry
    return (row.c.connection_id == connected.id) & (row.c.ident == ident)


def _keep(conn: Connection, athlete_id: int, connection_id: int, entry: EntryRecord) -> None:
    values = {
        "athlete_id": athlete_id,
        "connection_id": connection_id,
        "ident": entry.ident,
        "state": entry.state.value,
        "day": entry.day,
        "remote_id": entry.remote_id,
        "plan_digest": entry.plan_digest,
        "seen_digest": entry.seen_digest,
        "seen_etag": entry.seen_etag,
        "seen_name": entry.seen_name,
        "earlier_digests": sorted(entry.earlier_digests),
        "written_at": entry.written_at,
        "worded_on": entry.worded_on,
    }
    if entry.state is not EntryState.PENDING:
        values["unfinished"] = None
    upsert(conn, tables.calendar_entry, values, key=("connection_id", "ident"))


def _theirs(conn: Connection, athlete_id: int) -> list[tuple[int, EntryRecord]]:
    """Also of calendars that were disconnected: they may be connected again."""
    row = tables.calendar_entry
    query = select(row).where(
        row.c.athlete_id == athlete_id, row.c.state == EntryState.ATHLETES.value
    )
    return [
        (entry.connection_id, _record(entry)) for entry in conn.execute(query.order_by(row.c.id))
    ]


def _record(entry: Any) -> EntryRecord:
    return EntryRecord(
        ident=entry.ident,
        state=EntryState(entry.state),
        day=entry.day,
        remote_id=entry.remote_id,
        plan_digest=entry.plan_digest,
        seen_digest=entry.seen_digest,
        seen_etag=entry.seen_etag,
        seen_name=entry.seen_name,
        earlier_digests=frozenset(entry.earlier_digests),
        written_at=entry.written_at,
        worded_on=entry.worded_on,
    )


def drop(conn: Connection, connected: Connected, ident: str) -> None:
    conn.execute(delete(tables.calendar_entry).where(_of(connected, ident)))
