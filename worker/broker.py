"""What rings and what never forgets: the broker, the sweep, and the pool that performs.

A message carries the number of one outbox row and nothing else. It may be lost, doubled or late:
the row knows what is owed, the lease who is at it, the sweep sends again what waits. So an
in-process queue and Redis serve alike, and either may lose everything it holds.

What is late, such as years of history, has a queue of its own, from which a worker takes only when
the other has nothing for it: a run of today waits for the work under way and for nothing else.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Self

from dramatiq import Actor as DramatiqActor
from dramatiq import Broker, Worker
from dramatiq.brokers.stub import StubBroker
from sqlalchemy import Connection, Engine

from worker import outbox
from worker.clock import monotonic_s
from worker.db import database_now, reading
from worker.perform import (
    Actor,
    HasEngine,
    Heartbeat,
    Held,
    Performed,
    Snooze,
    perform,
    run_owed,
)

__all__ = [
    "Actor",
    "Bell",
    "HasEngine",
    "Heartbeat",
    "Held",
    "Performed",
    "Pool",
    "Snooze",
    "Sweep",
    "open_broker",
    "perform",
    "run_owed",
]

log = logging.getLogger(__name__)

QUEUE, LATE_QUEUE = "goalward", "goalward-late"
WORKER_TIMEOUT_MS = 100  # the default of 1 s would be added to every chain of two actors
SWEEP_EVERY_S = 5.0
SWEEP_AT_MOST = 100  # what is rung for directly waits behind no more than these
LOST_AFTER = timedelta(seconds=60)  # due so long with a full queue: its message may be lost
LOST_AT_MOST = 20
AWAY_FOR_S = 5.0  # how long a broker that did not answer is left alone
STOP_WITHIN_MS = 20_000


def open_broker(redis_url: str | None) -> Broker:
    """Without a URL the queue is in the process. No middleware: retrying is the outbox's work."""
    if redis_url is None:
        return StubBroker(middleware=[])
    import redis
    from dramatiq.brokers.redis import RedisBroker
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    # One try and short time-outs: who rings must not wait for Redis, the sweep rings again.
    client = redis.Redis.from_url(
        redis_url, socket_connect_timeout=2, socket_timeout=5, retry=Retry(NoBackoff(), 0)
    )
    return RedisBroker(client=client, middleware=[], namespace=QUEUE)  # type: ignore[no-untyped-call]  # theirs


class Bell:
    """Sends messages. Never raises: who does not hear this will be found by the sweep."""

    def __init__(
        self,
        broker: Broker,
        perform_row: Callable[[int], None] | None = None,
        *,
        measure_s: Callable[[], float] = monotonic_s,
    ) -> None:
        self.broker = broker
        # The lower number comes first among what the workers of a process have fetched.
        self._actors = {
            late: DramatiqActor(
                perform_row or _nobody,
                broker=broker,
                actor_name="perform_late" if late else "perform",
                queue_name=_queue(late=late),
                priority=int(late),
                options={},
            )
            for late in (False, True)
        }
        self._measure_s = measure_s
        self._away_since_s: float | None = None

    def ring(self, row_ids: Iterable[int], *, late: bool = False) -> None:
        """Send the rows' numbers, unless the broker has just failed to answer."""
        rows = list(row_ids)
        if not rows or self._left_alone():
            return
        try:
            for row_id in rows:
                self.broker.enqueue(self._actors[late].message(row_id))
        except Exception as error:  # noqa: BLE001 -- whatever it is, the work is safe in the database
            self._gone(error)
        else:
            self._back()

    def waiting(self, *, late: bool = False) -> int | None:
        """Messages that no worker has fetched yet. None: the broker is away."""
        if self._left_alone():
            return None
        try:
            if isinstance(self.broker, StubBroker):
                return int(self.broker.queues[_queue(late=late)].qsize())
            # Its own count includes what is being worked at; the list holds what is not fetched.
            client: Any = self.broker.client  # type: ignore[attr-defined]  # it is Redis
            return int(client.llen(f"{QUEUE}:{_queue(late=late)}"))
        except Exception as error:  # noqa: BLE001 -- as above
            self._gone(error)
            return None

    def close(self) -> None:
        self.broker.close()
        if client := getattr(self.broker, "client", None):
            client.close()

    def _left_alone(self) -> bool:
        away_s = self._away_since_s
        return away_s is not None and self._measure_s() - away_s < AWAY_FOR_S

    def _gone(self, error: Exception) -> None:
        if self._away_since_s is None:  # said once when it goes, once when it is back
            log.warning("the broker is away, work waits in the database: %s", error)
        self._away_since_s = self._measure_s()

    def _back(self) -> None:
        if self._away_since_s is not None:
            log.warning("the broker is back")
        self._away_since_s = None


def _queue(*, late: bool) -> str:
    return LATE_QUEUE if late else QUEUE


def _nobody(row_id: int) -> None:
    raise RuntimeError(f"row {row_id}: this process rings and does not perform")


class Sweep:
    """A thread that rings for what is due, when it falls due, every few seconds, or when woken."""

    def __init__(self, engine: Engine, bell: Bell, *, every_s: float = SWEEP_EVERY_S) -> None:
        self._engine = engine
        self._bell = bell
        self._every_s = every_s
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="sweep", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def wake(self) -> None:
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            wait_s = self._every_s
            try:
                wait_s = self.once()
            except Exception:  # the database is away: try again, for ever
                log.warning("the sweep failed", exc_info=True)
            self._wake.wait(wait_s)
            self._wake.clear()

    def once(self) -> float:
        """Ring for what is due; the seconds until it should be done again.

        While a queue holds messages, most of what is due is in it already: then only what has been
        due for long is sent again. So a backlog is not doubled at every sweep; and that of a
        history keeps nothing from the queue of what is new.
        """
        waiting = {late: self._bell.waiting(late=late) for late in (False, True)}
        with reading(self._engine) as conn:
            now = database_now(conn)
            rows = {late: _to_ring(conn, now, late=late, waiting=n) for late, n in waiting.items()}
            following = outbox.next_due_at(conn, after=now)
        for late, row_ids in rows.items():
            self._bell.ring(row_ids, late=late)
        if following is None:
            return self._every_s
        return min(self._every_s, (following - now).total_seconds() + 0.01)


def _to_ring(conn: Connection, now: datetime, *, late: bool, waiting: int | None) -> list[int]:
    """The due rows to ring for while that many messages wait in their queue."""
    if waiting == 0:
        return outbox.due(conn, now=now, limit=SWEEP_AT_MOST, late=late)
    if waiting is not None and waiting < SWEEP_AT_MOST:
        return outbox.due(conn, now=now - LOST_AFTER, limit=LOST_AT_MOST, late=late)
    return []


class Pool:
    """Everything that performs in one process: worker threads, heartbeat, sweep.

    Use as a context manager; leaving it waits for the work under way. What is queued then is not
    lost: the next process's sweep finds it.
    """

    def __init__(
        self,
        runtime: HasEngine,
        actors: Mapping[str, Actor],
        *,
        broker: Broker,
        threads: int = 4,
        sweep_every_s: float = SWEEP_EVERY_S,
    ) -> None:
        self._runtime = runtime
        self._actors = actors
        self._heartbeat = Heartbeat(runtime.engine)
        self.bell = Bell(broker, self._perform)
        self.sweep = Sweep(runtime.engine, self.bell, every_s=sweep_every_s)
        self._worker = Worker(broker, worker_timeout=WORKER_TIMEOUT_MS, worker_threads=threads)

    def __enter__(self) -> Self:
        self._heartbeat.__enter__()
        self._worker.start()
        self.sweep.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self.sweep.__exit__(*exception)
        self._worker.stop(timeout=STOP_WITHIN_MS)
        self._heartbeat.__exit__(*exception)
        self.bell.close()

    def ring(self, row_ids: Iterable[int]) -> None:
        self.bell.ring(row_ids)

    def _perform(self, row_id: int) -> None:
        try:
            performed = perform(
                self._runtime, row_id, actors=self._actors, heartbeat=self._heartbeat
            )
        except Exception:  # the database: the lease runs out, the sweep sends the row again
            log.exception("row %s could not be performed", row_id)
        else:
            if performed is not Performed.NOTHING:
                self.sweep.wake()  # for what this work made owing
