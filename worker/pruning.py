"""Arrivals that were read long ago: deleted, with the work they caused.

What they brought is in the facts. What is still asked of them stays: where a connection's last poll
ended, and why an activity that is still listed was put off.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, or_, select

from worker import tables
from worker.app import Runtime
from worker.connections import connections
from worker.db import reading, writing
from worker.inbox import INGEST, LEFT_ALONE
from worker.polling import ASIDE, last_ended

KEPT = timedelta(days=30)
AT_ONCE = 100

_event, _sighting = tables.inbox_event, tables.sighting


def prune(runtime: Runtime) -> int:
    """How many arrivals were deleted, in slices; whoever is stopped goes on the next time."""
    with reading(runtime.engine) as conn:
        ends = [last_ended(conn, one.id) for one in connections(conn, state=None)]
    last = [event_id for event_id in ends if event_id is not None]
    pruned = 0
    while True:
        with reading(runtime.engine) as conn:
            ids = list(conn.scalars(select(_event.c.id).where(_old(runtime, last)).limit(AT_ONCE)))
        if not ids:
            return pruned
        with writing(runtime.engine) as conn:
            _delete(conn, ids)
        pruned += len(ids)


def _old(runtime: Runtime, last_polls: list[int]) -> ColumnElement[bool]:
    before = runtime.clock.machine_now() - KEPT
    put_off = or_(_event.c.outcome.contains(ASIDE), _event.c.outcome.startswith(LEFT_ALONE))
    still_listed = exists().where(
        _sighting.c.connection_id == _event.c.connection_id, _sighting.c.event_id == _event.c.id
    )
    return and_(
        _event.c.received_at < before,
        _event.c.done_at < before,
        _event.c.id.not_in(last_polls),
        ~and_(put_off, still_listed),
    )


def _delete(conn: Connection, ids: list[int]) -> None:
    owed = tables.outbox
    keys = [str(event_id) for event_id in ids]
    conn.execute(delete(owed).where(owed.c.actor == INGEST, owed.c.key.in_(keys)))
    conn.execute(delete(_event).where(_event.c.id.in_(ids)))
