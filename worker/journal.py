"""The journal of a calendar: every write of ours, and what stood there before and after it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from worker import tables
from worker.app import Runtime
from worker.connections import Connected
from worker.db import database_now

CREATE, REPLACE, DELETE = WRITES = ("create", "replace", "delete")  # of a session's entry
RELEASE, DETACH = "release", "detach"  # one was left to the athlete for good; all were


@dataclass(frozen=True, slots=True)
class Line:
    """One write. `run` is equal for those of one publish, also when a fault came in between."""

    id: int
    connection_id: int
    at: datetime  # calendar time
    run: int | None  # None: older than runs, so by itself
    action: str
    ident: str
    remote_id: str | None
    reason: str
    before: Mapping[str, Any] | None  # an entry; with `workout` where it was not as we wrote it
    after: Mapping[str, Any] | None  # a planned workout; of what became the athlete's, an entry

    @property
    def was(self) -> tuple[date | None, str | None]:
        """Day and name before it."""
        return _day_and_name(self.before)

    @property
    def became(self) -> tuple[date | None, str | None]:
        return _day_and_name(self.after)


def write(  # noqa: PLR0913 - a row has many sides
    runtime: Runtime,
    conn: Connection,
    connected: Connected,
    *,
    run: int,
    action: str,
    ident: str,
    remote_id: str | None,
    reason: str,
    before: Any = None,
    after: Any = None,
) -> None:
    """In the transaction that stores what the write made of the records."""
    conn.execute(
        insert(tables.calendar_journal).values(
            athlete_id=connected.athlete_id,
            connection_id=connected.id,
            at=database_now(conn),
            known_at=runtime.calendar_now(conn),
            run=run,
            action=action,
            ident=ident,
            remote_id=remote_id,
            reason=reason,
            before=before,
            after=after,
        )
    )


def in_all(begun: str, after: Any) -> str | None:
    """What came of a write that was `begun`, whatever it took to finish it. None: nothing."""
    if after is None:
        return None if begun == CREATE else DELETE
    return CREATE if begun == CREATE else REPLACE


def lines(conn: Connection, connection_ids: Collection[int]) -> Iterator[Line]:
    """The newest first."""
    row = tables.calendar_journal
    mine = select(row).where(row.c.connection_id.in_(connection_ids)).order_by(row.c.id.desc())
    with conn.execution_options(yield_per=100).execute(mine) as found:
        for each in found:
            yield Line(
                each.id,
                each.connection_id,
                each.known_at or each.at,
                each.run,
                each.action,
                each.ident,
                each.remote_id,
                each.reason,
                each.before,
                each.after,
            )


def going_on(conn: Connection, connection_id: int, reason: str) -> int | None:
    """The run of the newest write where that is of this reason: what broke off and goes on is one.
    None: something else was written last, or nothing.
    """
    for line in lines(conn, [connection_id]):
        if line.action in WRITES or line.action == RELEASE:
            return line.run if line.reason == reason else None
    return None


def runs(found: Iterable[Line]) -> list[tuple[Line, ...]]:
    """What was written together, in the order of `found`; several calendars are written at once."""
    together: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for line in found:
        together[_run_of(line)].append(line)
    return [tuple(run) for run in together.values()]


def _run_of(line: Line) -> tuple[int, int]:
    return line.connection_id, -line.id if line.run is None else line.run


def _day_and_name(body: Mapping[str, Any] | None) -> tuple[date | None, str | None]:
    if not body:
        return None, None
    day, planned = body.get("day"), body.get("workout")
    name = body.get("name") or (planned or {}).get("name")
    return date.fromisoformat(day) if day else None, name
