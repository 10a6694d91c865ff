"""Durable webhooks a second, beside the same server that stores nothing.

The same application, routes, checks and server (uvicorn, uvloop, httptools), once with the inbox on
disk and once with an inbox that forgets at once. Three processes: client and two servers. The two
are measured in turns, A B A B, and each ratio is of neighbours, so that a busy machine slows both.
"""

import asyncio
import json
import multiprocessing
import os
import socket
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

CLIENTS = (1, 8, 64)
ROUNDS = int(os.environ.get("GOALWARD_BENCH_ROUNDS", "7"))
ROUND_S = float(os.environ.get("GOALWARD_BENCH_ROUND_S", "1.0"))
TARGET = 0.40  # of the ceiling, at 64 connections
SECRET = "benchmark-secret-of-some-length"
OWNER = 777_001


def run():
    """Rows for the table; the last column says whether the target was met."""
    with tempfile.TemporaryDirectory() as folder, Server(folder, stores=True) as durable:
        with Server(folder, stores=False) as forgetful:
            rows = [_row(n, _measured(durable, forgetful, n)) for n in CLIENTS]
        kept, sent = durable.kept(), durable.sent
    if kept != sent:
        raise AssertionError(f"{sent} requests were answered and {kept} are on disk")
    return rows


def _row(clients, pairs):
    ratio = statistics.median(durable.per_s / ceiling.per_s for durable, ceiling in pairs)
    return {
        "connections": clients,
        "durable/s": round(statistics.median(d.per_s for d, _ in pairs)),
        "ceiling/s": round(statistics.median(c.per_s for _, c in pairs)),
        "ratio": round(ratio, 2),
        "p50 ms": round(1000 * statistics.median(d.p50_s for d, _ in pairs), 2),
        "p99 ms": round(1000 * statistics.median(d.p99_s for d, _ in pairs), 2),
        "target": f">= {TARGET:.2f} {'met' if ratio >= TARGET else 'MISSED'}"
        if clients == max(CLIENTS)
        else "",
    }


def _measured(durable, forgetful, clients):
    for server in (durable, forgetful):
        server.load(clients, 0.3)
    return [
        (durable.load(clients, ROUND_S), forgetful.load(clients, ROUND_S)) for _ in range(ROUNDS)
    ]


@dataclass
class Load:
    """What one round of requests came to."""

    answered: int
    seconds: float
    p50_s: float
    p99_s: float

    @property
    def per_s(self):
        return self.answered / self.seconds


class Server:
    """One server in a process of its own, with a database of its own."""

    def __init__(self, folder, *, stores):
        self.url = f"sqlite:///{Path(folder) / ('durable' if stores else 'none')}.db"
        self.stores = stores
        self.sent = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.process = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(self.listener, self.url, stores), daemon=True
        )

    def __enter__(self):
        _prepare(self.url)
        self.process.start()
        self.load(1, 0.2)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.join()
        self.listener.close()

    def load(self, clients, seconds):
        done = asyncio.run(_load(self.listener.getsockname(), clients, seconds, self.sent))
        self.sent += done.answered
        return done

    def kept(self):
        from sqlalchemy import func, select

        from worker.db import open_database, reading
        from worker.tables import inbox_event

        engine = open_database(self.url)
        with reading(engine) as conn:
            count = conn.scalar(select(func.count()).select_from(inbox_event))
        engine.dispose()
        return count


def _runtime(url):
    from types import SimpleNamespace

    from connectors.registry import connectors
    from worker.clock import Clock
    from worker.db import open_database
    from worker.settings import load_settings

    return SimpleNamespace(
        engine=open_database(url),
        clock=Clock(),
        settings=load_settings({}),
        connectors=connectors(),
        ring=lambda: None,
    )


def _prepare(url):
    """A migrated database with one athlete connected to Strava, and a subscription."""
    from datetime import UTC, datetime

    from sqlalchemy import insert

    from worker import tables
    from worker.connections import put_application_values
    from worker.db import migrate, writing

    runtime = _runtime(url)
    migrate(runtime.engine)
    agreed = {
        "webhook_secret": SECRET,
        "strava_verify_token": "verify",
        "strava_subscription_id": "1",
    }
    put_application_values(runtime, "strava", agreed)
    made_at = datetime(2026, 1, 1, tzinfo=UTC)
    with writing(runtime.engine) as conn:
        athlete = conn.execute(insert(tables.athlete).values(created_at=made_at))
        conn.execute(
            insert(tables.connection).values(
                athlete_id=athlete.inserted_primary_key[0],
                connector="strava",
                external_athlete_id=str(OWNER),
                state="connected",
                settings={},
                version=0,
                created_at=made_at,
            )
        )
    runtime.engine.dispose()


class Forgetful:
    """An inbox that answers at once and keeps nothing: the ceiling."""

    waiting, writes = 0, True

    def start(self):
        pass

    def stop(self):
        pass

    async def accept(self, arrivals):
        return ["new"] * len(arrivals)


def _serve(listener, url, stores):
    import uvicorn

    from worker.web.app import create_app

    app = create_app(_runtime(url), inbox=None if stores else Forgetful())
    config = uvicorn.Config(app, log_config=None, access_log=False, loop="uvloop", http="httptools")
    uvicorn.Server(config).run(sockets=[listener])


def _request(number):
    body = json.dumps(
        {
            "object_type": "activity",
            "object_id": 19_000_000_000 + number,
            "aspect_type": "create",
            "updates": {},
            "owner_id": OWNER,
            "subscription_id": 1,
            "event_time": 1_795_384_800,
        }
    ).encode()
    head = (
        f"POST /webhooks/strava/{SECRET} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Connection(asyncio.Protocol):
    """One keep-alive connection: a request, its answer, the next request."""

    def __init__(self, shared):
        self.shared = shared
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        self.seen = b""
        self._send()

    def _send(self):
        self.sent_at = time.perf_counter()
        self.transport.write(_request(self.shared.next()))

    def data_received(self, data):
        self.seen += data
        if not self.seen.endswith(b"\r\n\r\n"):
            return  # answers have no body
        status, self.seen = self.seen[9:12], b""
        self.shared.answered(status, time.perf_counter() - self.sent_at)
        if time.perf_counter() < self.shared.until:
            self._send()
        else:
            self.transport.close()
            self.done.set_result(None)

    def connection_lost(self, error):
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server hung up"))


class Shared:
    """What all connections of a round have in common."""

    def __init__(self, first, until):
        self.number, self.until, self.times = first, until, []

    def next(self):
        self.number += 1
        return self.number

    def answered(self, status, seconds):
        if status != b"200":
            raise AssertionError(f"answered {status.decode()}")
        self.times.append(seconds)


async def _load(address, clients, seconds, first):
    loop = asyncio.get_running_loop()
    begun = time.perf_counter()
    shared = Shared(first, begun + seconds)
    made = [
        await loop.create_connection(lambda: Connection(shared), *address) for _ in range(clients)
    ]
    await asyncio.gather(*(protocol.done for _, protocol in made))
    times = sorted(shared.times)
    return Load(
        len(times),
        time.perf_counter() - begun,
        times[len(times) // 2],
        times[int(len(times) * 0.99)],
    )
