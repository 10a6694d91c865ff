import json
import socket
import threading
from datetime import UTC, datetime, timedelta

import pytest
import uvicorn
from sqlalchemy import create_engine
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.worker.web.asking import ELSEWHERE, HERE, asked
from tests.worker.web.world import SECRET, World
from worker import outbox
from worker.clock import Clock
from worker.db import writing
from worker.inbox import Inbox
from worker.telemetry import Metrics
from worker.web.app import create_app

PAGES = ("/", "/connect/strava", "/connect/strava/callback?code=1")


async def page(_request):
    return PlainTextResponse("the athlete's own")


ROUTES = [Route(path.partition("?")[0], page) for path in PAGES]


@pytest.fixture
def app(sqlite_engine):
    return create_app(World(sqlite_engine), pages=ROUTES)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("client", [HERE, ("127.8.8.8", 1), ("::1", 1), ("::ffff:127.0.0.1", 1)])
@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "localhost"])
def test_pages_are_for_this_machine(app, address, client, host):
    (answer,) = asked(app, ("GET", address, {"client": client, "host": host}))
    assert (answer.status, answer.body) == (200, b"the athlete's own")


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(
    "told",
    [
        {"client": ELSEWHERE},
        {"client": ("192.168.1.7", 1)},
        {"client": ("10.0.0.1", 1)},
        {"client": ("2001:db8::1", 1)},
        {"client": ("::ffff:203.0.113.9", 1)},
        {"client": None},
        {"client": ("", 0)},
        {"client": ("localhost", 1)},
        {"client": ELSEWHERE, "headers": {"x-forwarded-for": "127.0.0.1"}},
        {"client": ELSEWHERE, "headers": {"forwarded": "for=127.0.0.1", "x-real-ip": "127.0.0.1"}},
        # A proxy on this machine: the peer is local, the person is not.
        {"client": HERE, "headers": {"x-forwarded-for": "127.0.0.1"}},
        {"client": HERE, "headers": {"x-forwarded-for": "203.0.113.9"}},
        {"client": HERE, "headers": {"forwarded": "for=203.0.113.9"}},
        {"client": HERE, "headers": {"x-real-ip": "203.0.113.9"}},
        {"client": HERE, "headers": {"via": "1.1 caddy"}},
        {"client": HERE, "headers": {"x-forwarded-host": "run.example.org"}},
        {"client": HERE, "host": "run.example.org"},
        {"client": HERE, "host": "localhost.example.org:8000"},
        {"client": HERE, "host": "127.0.0.1.example.org"},
        {"client": HERE, "host": ""},
    ],
    ids=str,
)
def test_to_everybody_else_there_is_nothing_here(app, address, told):
    (answer,) = asked(app, ("GET", address, told))
    assert answer.status == 404
    assert b"athlete" not in answer.body


def test_a_page_that_is_not_there_looks_the_same(app):
    there, nowhere = asked(
        app, ("GET", "/", {"client": ELSEWHERE}), ("GET", "/nowhere", {"client": ELSEWHERE})
    )
    assert (there.status, there.body) == (nowhere.status, nowhere.body)


@pytest.mark.parametrize("client", [HERE, ELSEWHERE])
def test_a_calendar_feed_that_nobody_made_is_not_there(app, client):
    (answer,) = asked(app, ("GET", "/calendar/anything.ics", {"client": client}))
    assert answer.status == 404


def health(app):
    (answer,) = asked(app, ("GET", "/healthz", {"client": ELSEWHERE}))
    return answer.status, json.loads(answer.body)


def test_health_when_all_is_well(app):
    status, told = health(app)
    assert status == 200
    assert told == {
        "status": "ok",
        "database": True,
        "inbox": True,
        "oldest_owed_s": None,
        "last_sweep_at": None,
    }


def test_health_says_how_long_work_has_waited(sqlite_engine):
    world = World(sqlite_engine)
    swept = datetime(2026, 5, 3, tzinfo=UTC)
    with writing(sqlite_engine) as conn:
        late = world.clock.machine_now() - timedelta(minutes=10)
        outbox.push(conn, "replan", "1", due_at=late)
    status, told = health(create_app(world, last_sweep_at=lambda: swept))
    assert status == 200
    assert told["status"] == "behind"
    assert 590 < told["oldest_owed_s"] < 700
    assert told["last_sweep_at"] == swept.isoformat()


def test_health_when_the_database_does_not_answer(sqlite_engine, tmp_path):
    nowhere = create_engine(f"sqlite:///{tmp_path}/no/such/folder/x.db")
    inbox = Inbox(sqlite_engine, Clock())
    status, told = health(create_app(World(nowhere), inbox=inbox))
    assert (status, told["status"], told["database"]) == (503, "failing", False)
    nowhere.dispose()


def test_metrics_say_what_is_owed(sqlite_engine):
    world = World(sqlite_engine)
    with writing(sqlite_engine) as conn:
        for key in "abc":
            outbox.push(conn, "replan", key, due_at=world.clock.machine_now())
    metrics = Metrics()
    app = create_app(world, metrics=metrics)
    wrong = ("POST", "/webhooks/letters/wrong", {"client": ELSEWHERE})
    _, stranger = asked(app, wrong, ("GET", "/metrics", {"client": ELSEWHERE}))
    assert stranger.status == 404
    (answer,) = asked(app, ("GET", "/metrics", {"client": HERE, "host": "localhost"}))
    text = answer.body.decode()
    assert "goalward_outbox_owed 3.0" in text
    assert "goalward_outbox_buried 0.0" in text
    assert 'goalward_webhooks_total{connector="letters",outcome="wrong_secret"} 1.0' in text
    assert SECRET not in text


def test_two_applications_in_one_process_count_apart(sqlite_engine):
    first, second = Metrics(), Metrics()
    first.webhooks.labels("letters", "new").inc()
    assert b'outcome="new"' in first.exposed()
    assert b'outcome="new"' not in second.exposed()


@pytest.fixture
def real_server(app):
    """As in production: uvicorn, which by itself believes what a local proxy forwards."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, loop="asyncio", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.01)
        yield listener.getsockname()
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize(
    ("header", "status"),
    [("", b"200"), ("X-Forwarded-For: 127.0.0.1\r\n", b"404"), ("Forwarded: for=::1\r\n", b"404")],
)
def test_over_a_real_socket(real_server, header, status):
    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n{header}Connection: close\r\n\r\n"
    with socket.create_connection(real_server) as connection:
        connection.sendall(request.encode())
        answer = connection.makefile("rb").read()
    assert answer.split()[1] == status
