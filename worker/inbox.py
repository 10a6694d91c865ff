"""What came in: kept once, on disk, before anybody is told that it was received.

Group commit: one thread writes. Whatever arrives while it commits waits, and goes into the next
transaction together; so each answer is as durable as a commit of its own would make it, and a
hundred webhooks at once cost one synchronisation of the disk and not a hundred.

A new arrival owes its `ingest` in the same transaction. An arrival that names its owner by the
service's own id is given its connection there too: known or not is decided by what the database
says at that moment, never by a memory of it, so an event of a known athlete is not lost.
"""

import asyncio
import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

import structlog
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    bindparam,
    cast,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from worker import tables
from worker.clock import Clock, keep_calendar_now, monotonic_s
from worker.db import database_now, writing

log = structlog.get_logger()

WAITING_AT_MOST = 2000
TOGETHER_AT_MOST = 250  # arrivals in one transaction: some 10 ms
PATIENCE = 0.5  # of the last commit's time, for others to join the next
RETRY_AFTER_S = 2
KEY_LENGTH = 300
INGEST = "ingest"
LEFT_ALONE = "left alone"  # how the outcome of what was not looked at begins


class Accepted(StrEnum):
    """What became of an arrival. Durable, whichever it is."""

    NEW = "new"
    SEEN = "seen"  # this delivery key was there
    UNKNOWN = "unknown"  # nobody here is its owner: nothing was stored


class InboxFull(Exception):
    """More is waiting than can be written soon: the sender should come again."""

    retry_after_s = RETRY_AFTER_S


class InboxClosed(InboxFull):
    """Not started yet, or stopped."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that came in, to be looked at once.

    `delivery_key` is the same for every repeat. With `owner_id`, the athlete in the service's own
    ids, connection and athlete are looked up. `known_at` is calendar time; None: when it is
    written.
    """

    source: str
    delivery_key: str
    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    connection_id: int | None = None
    athlete_id: int | None = None
    known_at: datetime | None = None
    owner_id: str | None = None


def _keeping(dialect: Any) -> Any:
    event = tables.inbox_event
    kept = dialect.insert(event).on_conflict_do_nothing(index_elements=("delivery_key",))
    return kept.returning(event.c.id, event.c.delivery_key)


def _owners() -> Any:
    row = tables.connection
    return select(row.c.connector, row.c.external_athlete_id, row.c.id, row.c.athlete_id).where(
        row.c.connector.in_(bindparam("sources", expanding=True)),
        row.c.external_athlete_id.in_(bindparam("owners", expanding=True)),
        row.c.state != "disconnected",
    )


def _first_pushes() -> Any:
    """For many events at once what outbox.push writes for one: their keys are new, as ids are."""
    event, owed = tables.inbox_event, tables.outbox
    at, late = bindparam("at", type_=tables.Instant()), bindparam("late", type_=owed.c.late.type)
    values = {
        owed.c.actor: literal(INGEST),
        owed.c.key: cast(event.c.id, owed.c.key.type),
        owed.c.generation: literal(1),
        owed.c.done_generation: literal(0),
        owed.c.due_at: at,
        owed.c.late: late,
        owed.c.lease_number: literal(0),
        owed.c.tries: literal(0),
        owed.c.tries_generation: literal(0),
        owed.c.created_at: at,
    }
    new = event.c.id.in_(bindparam("events", expanding=True))
    in_order = select(*values.values()).where(new).order_by(event.c.id)
    return insert(owed).from_select(list(values), in_order)


# Made once: making a statement takes longer than running it.
_KEEP = {"sqlite": _keeping(sqlite), "postgresql": _keeping(postgresql)}
_OWNERS, _FIRST_PUSHES = _owners(), _first_pushes()


def accept_now(conn: Connection, arrival: Arrival, *, now: datetime) -> bool:
    """Keep it in the caller's transaction; True when it is new. `now` is machine time.

    Raises ValueError without `known_at`: the caller knows what time it is for the athlete.
    """
    return accept_all(conn, [arrival], now=now) > 0


def accept_all(conn: Connection, arrivals: Sequence[Arrival], *, now: datetime) -> int:
    """The same for many at once; how many are new."""
    if any(arrival.known_at is None for arrival in arrivals):
        raise ValueError("an arrival in a transaction of its own says when it became known")
    return _store(conn, arrivals, now=now, known_at=now).count(Accepted.NEW)


def _store(
    conn: Connection, arrivals: Sequence[Arrival], *, now: datetime, known_at: datetime
) -> list[Accepted]:
    """All of them; each key once, the first of its kind."""
    owned = _with_owners(conn, arrivals)
    first: dict[str, Arrival] = {}
    for arrival in owned:
        if arrival is not None:
            first.setdefault(key_of(arrival), arrival)
    new = _insert(conn, first, now=now, known_at=known_at) if first else set()
    told = []
    for arrival in owned:
        if arrival is None:
            told.append(Accepted.UNKNOWN)
            continue
        told.append(Accepted.NEW if key_of(arrival) in new else Accepted.SEEN)
        new.discard(key_of(arrival))
    return told


def work_of(event_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Joins an arrival with the row of the outbox that it owes."""
    owed = tables.outbox
    return (owed.c.actor == INGEST) & (owed.c.key == cast(event_id, owed.c.key.type))


def key_of(arrival: Arrival) -> str:
    """Its delivery key as it is stored."""
    key = arrival.delivery_key
    if len(key) <= KEY_LENGTH:
        return key
    return f"{key[:200]}:{hashlib.sha256(key.encode()).hexdigest()}"


def _with_owners(conn: Connection, arrivals: Sequence[Arrival]) -> list[Arrival | None]:
    """Connection and athlete filled in; None where the owner is not known here."""
    asked = {(a.source, a.owner_id) for a in arrivals if a.owner_id is not None}
    if not asked:
        return list(arrivals)
    names = {
        "sources": [source for source, _ in asked],
        "owners": [owner for _, owner in asked],
    }
    known = {(found[0], found[1]): (found[2], found[3]) for found in conn.execute(_OWNERS, names)}
    owned: list[Arrival | None] = []
    for arrival in arrivals:
        if arrival.owner_id is None:
            owned.append(arrival)
        elif ids := known.get((arrival.source, arrival.owner_id)):
            owned.append(replace(arrival, connection_id=ids[0], athlete_id=ids[1]))
        else:
            owned.append(None)
    return owned


def _insert(
    conn: Connection, arrivals: Mapping[str, Arrival], *, now: datetime, known_at: datetime
) -> set[str]:
    """The keys that were not there before, each with its work owed."""
    rows = [
        {
            "source": arrival.source,
            "delivery_key": key,
            "connection_id": arrival.connection_id,
            "athlete_id": arrival.athlete_id,
            "kind": arrival.kind,
            "payload": dict(arrival.payload),
            "received_at": now,
            "known_at": arrival.known_at or known_at,
        }
        for key, arrival in arrivals.items()
    ]
    found = conn.execute(_KEEP[conn.dialect.name], rows).all()
    for late in (False, True):  # a history waits until all that is new has been read
        events = [row.id for row in found if _is_late(arrivals[row.delivery_key]) is late]
        if events:
            conn.execute(_FIRST_PUSHES, {"events": events, "at": now, "late": int(late)})
    return {row.delivery_key for row in found}


def _is_late(arrival: Arrival) -> bool:
    return bool(arrival.payload.get("backfill"))


@dataclass(slots=True, eq=False)
class _Waiting:
    """One call of `accept`."""

    arrivals: Sequence[Arrival]
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[list[Accepted]]"


class Inbox:
    """Start it before anything is accepted; stopping commits what waits.

    `ring` is called after each commit that stored something new; `on_commit` hears how many
    arrivals a transaction held, for the metrics.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        *,
        ring: Callable[[], None] = lambda: None,
        waiting_at_most: int = WAITING_AT_MOST,
        on_commit: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._ring = ring
        self._waiting_at_most = waiting_at_most
        self._on_commit = on_commit
        self._queue: deque[_Waiting] = deque()
        self._count = 0  # accepted and not on disk
        self._queued = 0  # of these, not taken by the writer yet
        self._enough = 1  # how many queued ones it waits for
        self._turn = threading.Condition()
        self._open = False
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def start(self) -> None:
        self._open = True
        self._thread = threading.Thread(target=self._run, name="inbox")
        self._thread.start()

    def stop(self) -> None:
        """Returns when everything that was accepted is committed and answered."""
        with self._turn:
            self._open = False
            self._turn.notify()
        if self._thread:
            self._thread.join()
            self._thread = None

    @property
    def waiting(self) -> int:
        """Arrivals not on disk yet."""
        return self._count

    @property
    def writes(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    async def accept(self, arrivals: Sequence[Arrival]) -> list[Accepted]:
        """Returns when all of them are on disk. Raises InboxFull, or what the database raised.

        Whoever stops waiting does not take back what was accepted.
        """
        if not arrivals:
            return []
        loop = asyncio.get_running_loop()
        waiting = _Waiting(arrivals, loop, loop.create_future())
        with self._turn:
            if not self._open:
                raise InboxClosed("the inbox is closed")
            if self._count + len(arrivals) > self._waiting_at_most:
                raise InboxFull(f"{self._count} arrivals are waiting to be written")
            self._queue.append(waiting)
            self._count += len(arrivals)
            self._queued += len(arrivals)
            if self._queued >= self._enough:
                self._turn.notify()
        return await waiting.answer

    def _run(self) -> None:
        answered, took_s = 0, 0.0
        while batch := self._next(answered, patience_s=took_s * PATIENCE):
            begun_s = monotonic_s()
            self._commit(batch)
            answered, took_s = sum(len(one.arrivals) for one in batch), monotonic_s() - begun_s

    def _next(self, answered: int, *, patience_s: float) -> list[_Waiting]:
        """What waits, in order. Empty: stopped, and nothing waits any more.

        Whoever was just answered may have more to say. Where others wait already, the writer gives
        them a part of what a commit takes: without it two halves of the senders would take turns,
        each paying for a synchronisation of the disk of its own. A lone sender never waits.
        """
        with self._turn:
            while not self._queue and self._open:
                self._turn.wait()
                answered = 0
            if answered > 1 and self._queue:
                self._enough = min(self._queued + answered, TOGETHER_AT_MOST)
                self._turn.wait_for(
                    lambda: self._queued >= self._enough or not self._open, patience_s
                )
                self._enough = 1
            return self._taken()

    def _taken(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        while self._queue and size < TOGETHER_AT_MOST:
            batch.append(self._queue.popleft())
            size += len(batch[-1].arrivals)
        self._queued -= size
        return batch

    def _commit(self, batch: list[_Waiting]) -> None:
        try:
            told = self._write([a for waiting in batch for a in waiting.arrivals])
        except Exception as error:  # noqa: BLE001 - each caller hears what befell its own arrivals
            if len(batch) > 1:  # one of them may be at fault: the others must not suffer for it
                for waiting in batch:
                    self._commit([waiting])
                return
            log.warning("inbox.not_written", reason=str(error).partition("\n")[0])
            self._answer(batch, [error])
            return
        answers: list[list[Accepted]] = []
        for waiting in batch:
            answers.append(told[: len(waiting.arrivals)])
            told = told[len(waiting.arrivals) :]
        self._answer(batch, answers)

    def _answer(self, batch: list[_Waiting], answers: Sequence[list[Accepted] | Exception]) -> None:
        """Wake the callers, each on its own loop, with one call a loop: waking is dear."""
        with self._turn:
            self._count -= sum(len(waiting.arrivals) for waiting in batch)
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Any, Any]]] = {}
        for waiting, answer in zip(batch, answers, strict=True):
            by_loop.setdefault(waiting.loop, []).append((waiting.answer, answer))
        for loop, pairs in by_loop.items():
            # A closed loop: nobody waits there any more, and the rows are on disk.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_tell, pairs)

    def _write(self, arrivals: list[Arrival]) -> list[Accepted]:
        with writing(self._engine) as conn:
            at = keep_calendar_now(conn, self._clock)
            told = _store(conn, arrivals, now=database_now(conn), known_at=at)
        self._on_commit(len(arrivals))
        if Accepted.NEW in told:
            self._ring()
        return told


def _tell(pairs: Iterable[tuple[Any, Any]]) -> None:
    for future, answer in pairs:
        if future.done():  # its caller went away
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
