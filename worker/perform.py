"""Doing one piece of owed work: claim, keep the lease, run the actor, write down what became of it.

The actor's outcome is how it ends. It returns: done. It raises Snooze or RateLimited: later, no try
counted. Unavailable: again after a growing wait, for as long as the outage lasts. Anything
unforeseen: again after a growing wait, and buried in the end. SignInNeeded or Refused: buried at
once, with the reason, until something new is pushed.
"""

import logging
import os
import random
import secrets
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, Self

from sqlalchemy import Connection, Engine

from connectors.errors import RateLimited, Refused, SignInNeeded, Unavailable
from worker import outbox
from worker.db import database_now, reading
from worker.outbox import Lease, LeaseLost

log = logging.getLogger(__name__)


class HasEngine(Protocol):
    @property
    def engine(self) -> Engine: ...


class Snooze(Exception):
    """Raised by an actor: not now, but from `due_at` on. Not an error, and no try is counted."""

    def __init__(self, due_at: datetime, reason: str | None = None) -> None:
        super().__init__(reason or f"until {due_at.isoformat()}")
        self.due_at = due_at
        self.reason = reason


class Held:
    """The lease as an actor sees it."""

    def __init__(self, engine: Engine, lease: Lease) -> None:
        self._engine = engine
        self.lease = lease

    def check(self, conn: Connection | None = None) -> None:
        """Before every remote write, and first in every transaction that stores, with its `conn`.

        Raises LeaseLost when somebody else may be at this work. In a transaction nobody can take
        it over before that ends, however long this process is paused.
        """
        if conn is None:
            mine = outbox.still_held(self._engine, self.lease)
        else:
            mine = outbox.still_mine(conn, self.lease)
        if not mine:
            raise LeaseLost(f"{self.lease.actor} {self.lease.key} was taken over")


type Actor = Callable[[Any, str, Held], None]  # (runtime, key, held)


class Performed(StrEnum):
    """What became of one row."""

    NOTHING = "nothing"  # not due, or somebody else is at it
    DONE = "done"
    SNOOZED = "snoozed"
    FAILED = "failed"
    BURIED = "buried"
    LOST = "lost"  # the lease ran out during the work


class Heartbeat:
    """Renews the leases of everything this process is at, in one thread."""

    def __init__(self, engine: Engine, *, every_s: float = outbox.RENEW_EVERY_S) -> None:
        self._engine = engine
        self._every_s = every_s
        self._leases: dict[int, Lease] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stopping.set()
        self._thread.join()

    @contextmanager
    def keeping(self, lease: Lease) -> Iterator[None]:
        with self._lock:
            self._leases[lease.row_id] = lease
        try:
            yield
        finally:
            with self._lock:
                self._leases.pop(lease.row_id, None)

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            with self._lock:
                leases = list(self._leases.values())
            for lease in leases:
                try:
                    outbox.renew(self._engine, lease)
                except Exception:  # the database may be back before the lease runs out
                    log.warning("could not renew the lease of %s", lease.actor, exc_info=True)


def perform(
    runtime: HasEngine,
    row_id: int,
    *,
    actors: Mapping[str, Actor],
    heartbeat: Heartbeat,
    chance: Callable[[], float] = random.random,
) -> Performed:
    """Claim one row, do its work, write down what became of it. Raises only for the database."""
    engine = runtime.engine
    while True:
        lease = outbox.claim(engine, row_id, owner=_owner())
        if lease is None:
            return Performed.NOTHING
        with heartbeat.keeping(lease):
            performed = _attempt(runtime, lease, actors, chance)
        if performed is not Performed.DONE or not outbox.finish(engine, lease):
            return performed


def _attempt(
    runtime: HasEngine, lease: Lease, actors: Mapping[str, Actor], chance: Callable[[], float]
) -> Performed:
    engine = runtime.engine
    try:
        _actor_of(lease, actors)(runtime, lease.key, Held(engine, lease))
    except Snooze as wish:
        outbox.snooze(engine, lease, due_at=wish.due_at, reason=wish.reason)
        return Performed.SNOOZED
    except RateLimited as error:
        until = _now(engine) + timedelta(seconds=error.retry_after_s)
        outbox.snooze(engine, lease, due_at=until, reason=str(error))
        return Performed.SNOOZED
    except (SignInNeeded, Refused) as error:
        outbox.bury(engine, lease, reason=str(error))
        return Performed.BURIED
    except LeaseLost as error:
        log.warning("%s", error)
        return Performed.LOST
    except Unavailable as error:
        log.info("%s %s: %s", lease.actor, lease.key, error)
        wait = outbox.backoff(lease.outages + 1, jitter=chance())
        outbox.wait_out(engine, lease, str(error), due_at=_now(engine) + wait)
        return Performed.FAILED
    except Exception as error:  # noqa: BLE001 -- an actor may fail in any way; the row says how
        return _failed(engine, lease, error, chance)
    return Performed.DONE


def _actor_of(lease: Lease, actors: Mapping[str, Actor]) -> Actor:
    if lease.actor not in actors:  # pushed by a newer version, whose workers may come to it yet
        raise LookupError(f"this version has no actor {lease.actor!r}")
    return actors[lease.actor]


def _failed(
    engine: Engine, lease: Lease, error: Exception, chance: Callable[[], float]
) -> Performed:
    log.error("%s %s failed", lease.actor, lease.key, exc_info=error)
    wait = outbox.backoff(lease.tries, jitter=chance())
    reason = f"{type(error).__name__}: {error}"
    outbox.fail(engine, lease, reason, due_at=_now(engine) + wait)
    return Performed.BURIED if lease.tries >= outbox.MAX_TRIES else Performed.FAILED


def _now(engine: Engine) -> datetime:
    with reading(engine) as conn:
        return database_now(conn)


def _owner() -> str:
    """Names one claim: the machine and process, for the log, and a number nobody else has."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(6)}"


def run_owed(
    runtime: HasEngine, actors: Mapping[str, Actor], *, only: Iterable[str] | None = None
) -> int:
    """Do in this process what is due now, until nothing is, and return how many runs that took.

    For a command that wants its consequences before it returns; safe beside running workers.
    """
    names = list(actors) if only is None else list(only)
    runs = 0
    with Heartbeat(runtime.engine) as heartbeat:
        while rows := _due(runtime.engine, limit=100, actors=names):
            for row_id in rows:
                performed = perform(runtime, row_id, actors=actors, heartbeat=heartbeat)
                runs += performed is not Performed.NOTHING  # somebody else may have been quicker
    return runs


def _due(engine: Engine, *, limit: int, actors: list[str] | None = None) -> list[int]:
    with reading(engine) as conn:
        return outbox.due(conn, now=database_now(conn), limit=limit, actors=actors)
