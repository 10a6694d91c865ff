"""The parts of a running Goalward, put together: web, workers, scheduler; all in one, or apart."""

import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TextIO

import structlog
import uvicorn

from worker import store
from worker.actors import ACTORS
from worker.app import Runtime
from worker.broker import Bell, Pool, Sweep, open_broker
from worker.connections import connections
from worker.db import reading, writing
from worker.notify import problem_with
from worker.schedule import Scheduler, owe_poll
from worker.settings import Settings, SettingsProblem, variable
from worker.telemetry import Metrics, set_up_logging
from worker.vault import WrongKey
from worker.watching import Watching
from worker.web.app import create_app
from worker.web.pages import routes

log = structlog.get_logger()

THREADS = 4


@contextmanager
def running(
    runtime: Runtime, *, work: bool, schedule: bool, threads: int = THREADS
) -> Iterator[None]:
    """Workers and scheduler in threads, until the block ends. `runtime.ring` wakes them."""
    check(runtime)
    with ExitStack() as stack:
        if work:
            runtime.decode.warm()
            broker = open_broker(runtime.settings.redis_url)
            pool = stack.enter_context(Pool(runtime, ACTORS, broker=broker, threads=threads))
            runtime.ring = pool.sweep.wake
        elif url := runtime.settings.redis_url:
            sweep = stack.enter_context(Sweep(runtime.engine, Bell(open_broker(url))))
            runtime.ring = sweep.wake
        if schedule:
            ask_everybody(runtime)
            stack.enter_context(Scheduler(runtime))
            stack.enter_context(Watching(runtime))
        try:
            yield
        finally:
            runtime.ring = lambda: None


def serve(runtime: Runtime, listener: socket.socket) -> None:
    """Answer HTTP until SIGINT or SIGTERM; what has arrived by then is committed."""
    server(runtime).run(sockets=[listener])


@contextmanager
def serving(runtime: Runtime, listener: socket.socket) -> Iterator[None]:
    """Answer HTTP from a thread, for a command that has something else to do meanwhile."""
    web = server(runtime)
    thread = threading.Thread(target=web.run, kwargs={"sockets": [listener]}, name="web")
    thread.start()
    try:
        while not web.started and thread.is_alive():
            thread.join(0.01)
        yield
    finally:
        web.should_exit = True
        thread.join()


def server(runtime: Runtime) -> uvicorn.Server:
    app = create_app(runtime, pages=routes(runtime), metrics=Metrics())
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        loop="uvloop",
        http="httptools",
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(config)


def listening(address: str) -> socket.socket:
    """A socket on HOST:PORT. Raises SettingsProblem when somebody else has it."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family, backlog=2048)
    except OSError as error:
        raise SettingsProblem(
            f"{variable('listen')} is {address}, but that cannot be used ({error.strerror}). "
            "Stop whatever has it, or choose another, such as 127.0.0.1:8080."
        ) from error


def wait_for_signal() -> None:
    """Until SIGINT or SIGTERM."""
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with contextlib.suppress(KeyboardInterrupt):
        done.wait()


def log_to(stream: TextIO, settings: Settings) -> None:
    """Everything that is logged goes there; confidential settings never do."""
    given = (
        settings.secret_key,
        settings.strava_client_secret,
        settings.garmin_partner_client_secret,
    )
    known = [secret.get_secret_value() for secret in given if secret is not None]
    set_up_logging(stream=stream, secrets=known)


def ask_everybody(runtime: Runtime) -> None:
    """Something may have come while nobody was here to be told: every source is asked."""
    reason = f"start {runtime.clock.machine_now().isoformat()}"
    with writing(runtime.engine) as conn:
        for athlete_id in store.athlete_ids(conn):
            owe_poll(runtime, conn, athlete_id, reason=reason)


def check(runtime: Runtime) -> None:
    """What only shows when it is used. Raises SettingsProblem."""
    for channel in runtime.settings.notify:
        if problem := problem_with(channel):
            scheme = channel.partition("://")[0]
            raise SettingsProblem(
                f"{variable('notify')}: {scheme}://... {problem}. "
                "See the list of services of apprise, or leave it out."
            )
    with reading(runtime.engine) as conn:
        connected = connections(conn)
    try:
        for one in connected:
            runtime.vault.tokens(one.id).read()
    except WrongKey as error:
        raise SettingsProblem(f"{variable('secret_key')}: {error}") from error
    for name in runtime.settings.unknown:
        log.warning("settings.unknown", variable=name)
