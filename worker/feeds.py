"""What stands in calendar feeds, as rows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, select

from connectors.feed import FeedEvent, Status
from worker import tables
from worker.db import reading, upsert, writing


def events_of(conn: Connection, connection_id: int) -> list[FeedEvent]:
    row = tables.feed_event
    found = select(row).where(row.c.connection_id == connection_id).order_by(row.c.day, row.c.ident)
    return [_from_row(each) for each in conn.execute(found).mappings()]


class ConnectionFeed:
    """The Feed that a connector is given."""

    def __init__(self, engine: Engine, *, athlete_id: int, connection_id: int) -> None:
        self._engine = engine
        self._athlete_id = athlete_id
        self._connection_id = connection_id

    def events(self) -> Sequence[FeedEvent]:
        with reading(self._engine) as conn:
            return events_of(conn, self._connection_id)

    def change(
        self, ident: str, becomes: Callable[[FeedEvent | None], FeedEvent | None]
    ) -> FeedEvent | None:
        row, connection = tables.feed_event, tables.connection
        mine = (row.c.connection_id == self._connection_id) & (row.c.ident == ident)
        with writing(self._engine) as conn:
            held = select(connection.c.id).where(connection.c.id == self._connection_id)
            conn.execute(held.with_for_update())  # one writer at a time, be it twice the same
            found = conn.execute(select(row).where(mine)).mappings().one_or_none()
            before = _from_row(found) if found else None
            after = becomes(before)
            if after is not None and after != before:
                upsert(conn, row, self._as_row(after), key=("connection_id", "ident"))
        return after

    def _as_row(self, event: FeedEvent) -> dict[str, Any]:
        return {
            "athlete_id": self._athlete_id,
            "connection_id": self._connection_id,
            "ident": event.ident,
            "day": event.day,
            "name": event.name,
            "text": event.text,
            "digest": event.digest,
            "sequence": event.sequence,
            "status": event.status.value,
            "changed_at": event.changed_at,
        }


def _from_row(row: Mapping[Any, Any]) -> FeedEvent:
    return FeedEvent(
        ident=row["ident"],
        day=row["day"],
        name=row["name"],
        text=row["text"],
        digest=row["digest"],
        sequence=row["sequence"],
        status=Status(row["status"]),
        changed_at=row["changed_at"],
    )
