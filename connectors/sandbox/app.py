"""The simulated services as one application on one port.

`/strava` stands for `https://www.strava.com`, `/garmin` for every host of Garmin Connect,
`/personal` for its personal API, `/partner` for its developer programme, `/intervals` for
`https://intervals.icu`, `/weather` for a weather service. `/control` is the hand of fate
(`control.Control` is its client).
"""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, override

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from connectors.sandbox.faults import Faulty
from connectors.sandbox.garmin import Garmin
from connectors.sandbox.garmin_partner import GarminPartner
from connectors.sandbox.garmin_personal import GarminPersonal
from connectors.sandbox.garmin_sign_in import GarminSignIn
from connectors.sandbox.hand import Hand
from connectors.sandbox.intervals import Intervals
from connectors.sandbox.steering import Steering
from connectors.sandbox.strava import Strava
from connectors.sandbox.weather import WeatherStation
from connectors.sandbox.webhooks import Webhooks
from connectors.sandbox.world import World

START_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True)
class Options:
    """`lag_s`: how long Garmin's lists stay old. `webhook_retry_s`: between Strava's deliveries.

    `record_every_s`: how often the watch records. `today` None: the machine's day at the start.
    """

    seed: int = 7
    lag_s: float = 0.0
    webhook_retry_s: float = 0.5
    record_every_s: int = 5
    today: date | None = None


def application(machine_now: Callable[[], datetime], options: Options) -> Starlette:
    """A fresh world behind its services. `machine_now` is aware UTC and rules token expiry."""
    world = World(
        machine_now=machine_now,
        seed=options.seed,
        lag_s=options.lag_s,
        record_every_s=options.record_every_s,
    )
    world.today = options.today or world.today
    webhooks = Webhooks(machine_now=machine_now, retry_s=options.webhook_retry_s)
    garmin, sign_in = Garmin(world), GarminSignIn(world)
    steering = Steering(world, webhooks, garmin=garmin, sign_in=sign_in)
    others: dict[str, _Simulated] = {
        "personal": GarminPersonal(world, webhooks),
        "partner": GarminPartner(world, webhooks),
        "intervals": Intervals(world, webhooks),
        "weather": WeatherStation(world, webhooks),
    }

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await webhooks.close()

    return Starlette(
        routes=[
            Mount("/strava", routes=list(Strava(world, webhooks).routes())),
            Mount("/garmin", routes=[*sign_in.routes(), *garmin.routes()]),
            *(Mount(f"/{name}", routes=list(one.routes())) for name, one in others.items()),
            *(
                Mount(f"/control/{name}", routes=list(one.steering()))
                for name, one in others.items()
            ),
            Mount("/control", routes=[*steering.routes(), *Hand(world, webhooks).routes()]),
        ],
        middleware=[Middleware(Faulty, faults=world.faults, requests=world.requests)],
        lifespan=lifespan,
    )


@contextmanager
def serve(
    port: int = 0,
    *,
    machine_now: Callable[[], datetime],
    options: Options | None = None,
) -> Iterator[str]:
    """Serves in a thread of its own and gives the address, `http://127.0.0.1:port`."""
    listener = socket.create_server(("127.0.0.1", port))
    server = _Server(_config(machine_now, options or Options()))
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True
    )
    thread.start()
    try:
        if not server.is_up.wait(START_WITHIN_S):
            raise TimeoutError("the simulated services did not start")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(START_WITHIN_S)
        listener.close()


def run(
    host: str = "127.0.0.1",
    port: int = 8900,
    *,
    machine_now: Callable[[], datetime],
    options: Options | None = None,
) -> None:
    """Serves until interrupted."""
    _Server(_config(machine_now, options or Options(), host=host, port=port)).run()


def _config(
    machine_now: Callable[[], datetime],
    options: Options,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
) -> uvicorn.Config:
    return uvicorn.Config(
        application(machine_now, options),
        host=host,
        port=port,
        http=_OpenLine,
        ws="none",
        access_log=False,
        log_config=None,
        log_level="critical",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=60,
    )


class _Simulated(Protocol):
    def routes(self) -> Iterator[BaseRoute]: ...

    def steering(self) -> Iterator[BaseRoute]: ...


class _Server(uvicorn.Server):
    """Says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()


class _OpenLine(HttpToolsProtocol):
    """Lets a fault hang up: an answer that never comes is what a broken network looks like."""

    transport: asyncio.Transport

    @override
    def data_received(self, data: bytes) -> None:
        # A client that looks like a browser (curl_cffi, at sign-in) offers HTTP/2 on a plain
        # connection. A server may ignore that; httptools would stop reading before the body.
        super().data_received(data.replace(b"Upgrade: h2c\r\n", b""))

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {"transport": self.transport}  # type: ignore[dict-item]  # ours
