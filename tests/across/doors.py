"""Between the simulated services and us: each request to them is written down, each delivery of
theirs can be lost, doubled or mixed up.
"""

import socket
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests

from connectors.sandbox import app as sandbox
from connectors.sandbox.faults import SERVICES
from tests.listening import Listener

TOOK = timedelta(milliseconds=20)
TOOK_AT_INTERVALS = timedelta(milliseconds=140)  # it counts by the second


@dataclass(frozen=True)
class Asked:
    """One request. `status` None: the line went dead."""

    at: datetime
    service: str
    method: str
    path: str
    status: int | None
    retry_after: float | None


class Log:
    """Around the simulated services: each request takes a moment, and is written down."""

    def __init__(self, app, clock):
        self.app, self.clock, self.asked = app, clock, []

    async def __call__(self, scope, receive, send):
        service = scope["path"].split("/", 2)[1] if scope["type"] == "http" else ""
        if service not in SERVICES:
            await self.app(scope, receive, send)
            return
        said = {"status": None, "retry_after": None}

        async def heard(message):
            if message["type"] == "http.response.start":
                headers = dict(message["headers"])
                told = headers.get(b"retry-after")
                said.update(status=message["status"], retry_after=float(told) if told else None)
            await send(message)

        at = self.clock.at
        self.clock.at += TOOK_AT_INTERVALS if service == "intervals" else TOOK
        try:
            await self.app(scope, receive, heard)
        finally:
            path = scope["path"].removeprefix(f"/{service}")
            self.asked.append(Asked(at, service, scope["method"], path, **said))


@contextmanager
def services(clock, today):
    """The simulated services; yields their address and the log."""
    options = sandbox.Options(today=today, webhook_retry_s=0.01, record_every_s=60)
    listener = socket.create_server(("127.0.0.1", 0))
    config = sandbox._config(clock.machine_now, options)
    log = config.app = Log(config.app, clock)
    server = sandbox._Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        assert server.is_up.wait(20)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", log
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


class Door(Listener):
    """Where services deliver to, between them and us. `loses`: nothing gets through. `mixes`: what
    was delivered waits for `let_in`, which hands it over twice, the last first.
    """

    def __init__(self):
        super().__init__()
        self.loses = self.mixes = False
        self.inside = ""
        self.kept = deque()

    def answer(self, request):
        if request.method != "GET" and self.loses:
            return 503, {}, b""
        if request.method != "GET" and self.mixes:
            self.kept.appendleft(request)
            return 200, {}, b""
        given = self.hand_over(request)
        return given.status_code, {"content-type": "application/json"}, given.content

    def hand_over(self, told):
        headers = {name: value for name, value in told.headers.items() if name != "host"}
        url = self.inside + told.path
        return requests.request(told.method, url, headers=headers, data=told.body, timeout=10)

    def let_in(self):
        while self.kept:
            told = self.kept.popleft()
            for _ in range(2):
                self.hand_over(told)
