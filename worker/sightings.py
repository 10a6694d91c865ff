"""In which state each activity was last seen at its source, and how often an answer was kept.

A source is asked about one activity by several workers at times: a poll names it while a webhook
about it is being read. Their answers may come in any order; what must stand in the end is what the
service said last. So every answer that is kept counts, and one is kept only if none has been since
its question. Otherwise nobody knows which is newer, and it is asked again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from worker import tables
from worker.db import upsert
from worker.inbox import work_of

NAMES_AT_ONCE = 1000  # in one question: databases take some thousands
GONE = ""  # the tag of what is not there any more: should it be listed again, that is news

_row, _event, _owed = tables.sighting, tables.inbox_event, tables.outbox


def _listing(dialect: Any) -> Any:
    insert = dialect.insert(_row)
    state = {name: insert.excluded[name] for name in ("tag", "event_id")}
    return insert.on_conflict_do_update(index_elements=("connection_id", "external_id"), set_=state)


_LISTED = {"sqlite": _listing(sqlite), "postgresql": _listing(postgresql)}


@dataclass(frozen=True, slots=True)
class Seen:
    """The arrival by which a state of an activity was last seen, and what became of it."""

    event_id: int
    tag: str
    outcome: str | None
    buried_at: datetime | None


def last_seen(
    conn: Connection, connection_id: int, external_ids: Sequence[str]
) -> Mapping[str, Seen]:
    """By external id. Arrivals that were pruned long ago have no outcome."""
    owed = work_of(_row.c.event_id)
    joined = _row.outerjoin(_event, _event.c.id == _row.c.event_id).outerjoin(_owed, owed)
    query = (
        select(_row.c.external_id, _row.c.event_id, _row.c.tag, _event.c.outcome, _owed.c.buried_at)
        .select_from(joined)
        .where(_row.c.connection_id == connection_id)
    )
    return {
        row.external_id: Seen(row.event_id, row.tag, row.outcome, row.buried_at)
        for names in batched(external_ids, NAMES_AT_ONCE, strict=False)
        for row in conn.execute(query.where(_row.c.external_id.in_(names)))
    }


def note_listed(
    conn: Connection, connection_id: int, listed: Sequence[tuple[str, str, str]]
) -> None:
    """A listing names these (external id, tag): each with the key of the arrival that looks at it.

    All at once, for a page of them is noted in a transaction in which others wait.
    """
    keys = [delivery_key for _, _, delivery_key in listed]
    found = select(_event.c.delivery_key, _event.c.id).where(_event.c.delivery_key.in_(keys))
    events = {row.delivery_key: row.id for row in conn.execute(found)}
    rows = [
        {
            "connection_id": connection_id,
            "external_id": external_id,
            "tag": tag,
            "event_id": events[delivery_key],
        }
        for external_id, tag, delivery_key in listed
    ]
    if rows:
        conn.execute(_LISTED[conn.dialect.name], rows)


def answers(conn: Connection, connection_id: int, external_id: str) -> int:
    """How many answers have been kept. To be read before asking."""
    return conn.scalar(select(_row.c.answers).where(_is(connection_id, external_id))) or 0


def keep_answer(
    conn: Connection,
    connection_id: int,
    external_id: str,
    *,
    asked_after: int,
    event_id: int,
    tag: str | None,
) -> bool:
    """First in the transaction that stores an answer. False: others came in since it was asked for.

    `asked_after`: what `answers` said before. `tag`: the state it tells; None where a listing has
    said so already. Until the transaction ends nobody else can keep one about the same activity.
    """
    first = {
        "connection_id": connection_id,
        "external_id": external_id,
        "tag": tag or GONE,
        "event_id": event_id,
    }
    upsert(conn, _row, first, key=("connection_id", "external_id"), keep=True)
    last = (_is(connection_id, external_id)) & (_row.c.answers == asked_after)
    kept = update(_row).where(last).values(answers=asked_after + 1)
    if tag is not None:
        kept = kept.values(tag=tag, event_id=event_id)
    return conn.execute(kept).rowcount > 0


def count(conn: Connection, connection_id: int) -> int:
    """How many activities have been seen there."""
    query = select(func.count()).select_from(_row).where(_row.c.connection_id == connection_id)
    return int(conn.execute(query).scalar_one())


def _is(connection_id: int, external_id: str) -> ColumnElement[bool]:
    return (_row.c.connection_id == connection_id) & (_row.c.external_id == external_id)
