"""Calendars that are paused: nothing is written there until the athlete resumes them."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from worker import outbox, tables
from worker.app import Runtime
from worker.connections import Connected

BY_YOU, UNDO, DETACH, REMOVE_ALL = "by you", "undo", "detach", "remove-all"


def pause(runtime: Runtime, conn: Connection, connected: Connected, why: str) -> None:
    """One that is paused already keeps its first time, and gets the newest reason."""
    since = paused(conn, connected)
    at = since[0] if since else runtime.calendar_now(conn)
    _set(conn, connected, at, why)


def resume(runtime: Runtime, conn: Connection, connected: Connected) -> bool:
    """True if it was paused. What it missed is owed."""
    if paused(conn, connected) is None:
        return False
    _set(conn, connected, None, None)
    outbox.push(conn, "publish", str(connected.id), due_at=runtime.clock.machine_now())
    return True


def paused(conn: Connection, connected: Connected) -> tuple[datetime, str] | None:
    """Since when, in calendar time, and why; None: it is written."""
    row = tables.connection
    asked = select(row.c.calendar_paused_at, row.c.calendar_paused_why)
    found = conn.execute(asked.where(row.c.id == connected.id)).one_or_none()
    if found is None or found.calendar_paused_at is None:
        return None
    return found.calendar_paused_at, found.calendar_paused_why or BY_YOU


def by(why: str) -> str:
    """Like "by you", "by `goalward calendar undo`"."""
    return why if why == BY_YOU else f"by `goalward calendar {why}`"


def _set(conn: Connection, connected: Connected, at: datetime | None, why: str | None) -> None:
    row = tables.connection
    values = {"calendar_paused_at": at, "calendar_paused_why": why}
    conn.execute(update(row).where(row.c.id == connected.id).values(**values))
