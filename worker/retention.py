"""Terms that are over: what a service lets be kept for some days only goes when they have passed.

Once an hour, by machine time. Payloads of arrivals are emptied, recordings deleted, and the title
and device that an observation carries are taken out of it; what was derived from them stays, and is
not derived again. Ids stay too: without them a later deletion at the source could not be obeyed.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, or_, select, update

from worker import stripped, tables
from worker.app import Runtime
from worker.db import reading, writing
from worker.inbox import LEFT_ALONE
from worker.polling import POLL

EVERY = timedelta(hours=1)
ROWS_AT_ONCE, RECORDINGS_AT_ONCE = 100, 5
type _Treat = Callable[[Runtime, Sequence[int]], None]

OVER = f"{LEFT_ALONE}: its term was over before it could be read"


def purge(runtime: Runtime) -> int:
    """How many rows were emptied, deleted or stripped. Whoever is stopped goes on an hour later."""
    now = runtime.clock.machine_now()
    begins = _begins(runtime, now)
    return (
        _in_slices(runtime, tables.inbox_event, _payloads(begins, now), _empty)
        + _in_slices(
            runtime, tables.raw_copy, _recordings(begins, now), _delete, at_once=RECORDINGS_AT_ONCE
        )
        + _in_slices(runtime, tables.observation, _titles(begins), _strip)
    )


def expires_at(runtime: Runtime, source: str, now: datetime) -> datetime | None:
    """Until when what comes in now may be kept (machine time). None: as long as one likes."""
    connector = runtime.connectors.get(source)
    days = connector.capabilities.terms.keep_days if connector else None
    return None if days is None else now + timedelta(days=days)


def _begins(runtime: Runtime, now: datetime) -> dict[str, datetime]:
    """By source, the instant before which what came in is over its term."""
    kept = {name: c.capabilities.terms.keep_days for name, c in runtime.connectors.items()}
    return {name: now - timedelta(days=days) for name, days in kept.items() if days is not None}


def _payloads(begins: dict[str, datetime], now: datetime) -> ColumnElement[bool]:
    # A poll's payload says where it ended, and nothing of any activity.
    row = tables.inbox_event
    over = or_(row.c.expires_at <= now, _unmarked(row, row.c.received_at, begins))
    return and_(row.c.payload.is_not(None), row.c.kind != POLL, over)


def _recordings(begins: dict[str, datetime], now: datetime) -> ColumnElement[bool]:
    row = tables.raw_copy
    return or_(row.c.expires_at <= now, _unmarked(row, row.c.fetched_at, begins))


def _titles(begins: dict[str, datetime]) -> ColumnElement[bool]:
    row = tables.observation
    record = row.c.body["record"]
    words = or_(record["name"].as_string() != "", record["device"].as_string().is_not(None))
    over = [and_(row.c.source == name, row.c.recorded_at <= at) for name, at in begins.items()]
    return and_(row.c.body.is_not(None), words, or_(False, *over))


def _unmarked(row: Any, came: Any, begins: dict[str, datetime]) -> ColumnElement[bool]:
    """Rows from before expiry was written beside them."""
    over = [and_(row.c.source == name, came <= at) for name, at in begins.items()]
    return and_(row.c.expires_at.is_(None), or_(False, *over))


def _in_slices(
    runtime: Runtime,
    table: Any,
    where: ColumnElement[bool],
    treat: _Treat,
    *,
    at_once: int = ROWS_AT_ONCE,
) -> int:
    """What is over is looked for while reading: it may take a look at everything there is, and
    nobody else is to wait for that. Only these few rows are then written.
    """
    done, last = 0, 0
    while True:
        with reading(runtime.engine) as conn:
            over = select(table.c.id).where(where, table.c.id > last).order_by(table.c.id)
            ids = conn.scalars(over.limit(at_once)).all()
        if ids:
            treat(runtime, ids)
            done, last = done + len(ids), ids[-1]
        if len(ids) < at_once:
            return done


def _empty(runtime: Runtime, ids: Sequence[int]) -> None:
    """One that was not read cannot be read any more: its source is asked for it again."""
    row, owed, now = tables.inbox_event, tables.outbox, runtime.clock.machine_now()
    with writing(runtime.engine) as conn:
        waiting = select(row.c.id).where(row.c.id.in_(ids), row.c.done_at.is_(None))
        unread = conn.scalars(waiting).all()
        if unread:
            mine = (owed.c.actor == "ingest") & owed.c.key.in_(list(map(str, unread)))
            conn.execute(delete(owed).where(mine))
            ended = update(row).where(row.c.id.in_(unread))
            conn.execute(ended.values(done_at=now, outcome=OVER))
        conn.execute(update(row).where(row.c.id.in_(ids)).values(payload=None, expires_at=None))


def _delete(runtime: Runtime, ids: Sequence[int]) -> None:
    with writing(runtime.engine) as conn:
        conn.execute(delete(tables.raw_copy).where(tables.raw_copy.c.id.in_(ids)))


def _strip(runtime: Runtime, ids: Sequence[int]) -> None:
    """A body never changes otherwise, so what was read of it still holds when it is written."""
    row = tables.observation
    with reading(runtime.engine) as conn:
        found = conn.execute(select(row.c.id, row.c.body).where(row.c.id.in_(ids))).all()
    bare = [{"of": one.id, "bare": stripped.observation(one.body)} for one in found]
    mine = update(row).where(row.c.id == bindparam("of")).values(body=bindparam("bare"))
    with writing(runtime.engine) as conn:
        conn.execute(mine, bare)
