"""The only module that asks the clock. Two times, never mixed.

*Machine time* rules leases, `due_at`, token expiry and rate windows. *Calendar time* is what day it
is for the athlete: the trial instant of `GOALWARD_CLOCK`, if one is set, plus the time since the
process started, plus what the demo or the simulator has advanced it by, and never earlier than the
latest calendar instant stored. For real time that is kept about once a minute, so that a machine
that wakes up with its clock in the past does not live through those days again.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from worker import tables

KEPT_EVERY = timedelta(minutes=1)


def machine_now() -> datetime:
    return datetime.now(UTC)


def monotonic_s() -> float:
    """For measuring how long something took; says nothing about when."""
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class Clock:
    """`trial_start` is the calendar instant of the process's start; None: it is machine time."""

    trial_start: datetime | None = None
    _started_s: float = field(default_factory=time.monotonic)

    def machine_now(self) -> datetime:
        return machine_now()

    def calendar_now(self, offset_s: float, latest_at: datetime | None) -> datetime:
        if self.trial_start is None:
            here = machine_now()
        else:
            here = self.trial_start + timedelta(seconds=time.monotonic() - self._started_s)
        here += timedelta(seconds=offset_s)
        return here if latest_at is None else max(here, latest_at)


def calendar_now(conn: Connection, clock: Clock) -> datetime:
    """Calendar time, by the row that holds how far it has been advanced."""
    row = conn.execute(
        select(tables.calendar_clock.c.offset_s, tables.calendar_clock.c.latest_at)
    ).one_or_none()
    return clock.calendar_now(row.offset_s, row.latest_at) if row else clock.calendar_now(0.0, None)


def keep_calendar_now(conn: Connection, clock: Clock) -> datetime:
    """Calendar time, kept as the latest one stored when it is not simply machine time.

    For the transaction that stores an instant of calendar time. A process started again with the
    same trial instant then goes on where the last one was. Real time is kept by the scheduler
    alone (`keep_latest`), and spared a row that every writer would contend for.
    """
    at = calendar_now(conn, clock)
    offset_s = conn.scalar(select(tables.calendar_clock.c.offset_s)) or 0.0
    if clock.trial_start is not None or offset_s:
        _keep(conn, at)
    return at


def is_kept(conn: Connection, clock: Clock) -> bool:
    """Whether the latest instant stored is of the last minute."""
    latest_at = conn.scalar(select(tables.calendar_clock.c.latest_at))
    return latest_at is not None and calendar_now(conn, clock) - latest_at < KEPT_EVERY


def keep_latest(conn: Connection, clock: Clock) -> None:
    """Calendar time does not go back behind this moment any more, for no process."""
    _keep(conn, calendar_now(conn, clock))


def _keep(conn: Connection, at: datetime) -> None:
    _ensure_row(conn)
    row = tables.calendar_clock
    earlier = row.c.latest_at.is_(None) | (row.c.latest_at < at)
    conn.execute(update(row).where(earlier).values(latest_at=at))


def advance(conn: Connection, seconds: float) -> None:
    """Move calendar time forward for every process that shares the database."""
    if seconds < 0:
        raise ValueError("calendar time never goes back")
    _ensure_row(conn)
    row = tables.calendar_clock
    conn.execute(update(row).values(offset_s=row.c.offset_s + seconds))


def _ensure_row(conn: Connection) -> None:
    dialect = sqlite if conn.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(tables.calendar_clock).values(id=1, offset_s=0.0)
    conn.execute(insert.on_conflict_do_nothing())
