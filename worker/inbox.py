"""What came in, once. An arrival and the work it causes are one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from worker import outbox
from worker.db import upsert
from worker.tables import inbox_event


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing that came in. `delivery_key` is the same for every repeat of it.

    `known_at` is calendar time: the day on which it became known to planning.
    """

    source: str
    delivery_key: str
    kind: str
    payload: Mapping[str, Any]
    known_at: datetime
    connection_id: int | None = None
    athlete_id: int | None = None


def accept_now(conn: Connection, arrival: Arrival, *, now: datetime) -> bool:
    """Store an arrival and owe its reading, in the caller's transaction. False: seen before.

    `now` is machine time.
    """
    values = {
        "source": arrival.source,
        "delivery_key": arrival.delivery_key[:300],
        "kind": arrival.kind,
        "payload": dict(arrival.payload),
        "connection_id": arrival.connection_id,
        "athlete_id": arrival.athlete_id,
        "received_at": now,
        "known_at": arrival.known_at,
    }
    if not upsert(conn, inbox_event, values, key=("delivery_key",), keep=True):
        return False
    found = inbox_event.select().where(inbox_event.c.delivery_key == values["delivery_key"])
    outbox.push(conn, "ingest", str(conn.execute(found).one().id), due_at=now)
    return True
