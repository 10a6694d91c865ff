import asyncio
import json

import pytest
from sqlalchemy import select

from tests.worker.web.asking import ELSEWHERE, ask, asked, started
from tests.worker.web.world import SECRET, World
from worker import tables
from worker.clock import Clock
from worker.db import open_database, reading, writing
from worker.inbox import Inbox
from worker.telemetry import Metrics
from worker.web.app import create_app
from worker.web.webhooks import MOST_BYTES

HOOK = f"/webhooks/letters/{SECRET}"


@pytest.fixture
def world(sqlite_engine):
    world = World(sqlite_engine)
    world.agree(webhook_secret=SECRET, word="sesame")
    world.connect("777")
    return world


def post(address=HOOK, *, word="sesame", owners=("777",), **told):
    options = {name: told.pop(name) for name in ("client", "headers") if name in told}
    body = json.dumps({"word": word, "owners": list(owners), "id": "41", **told}).encode()
    return "POST", address, {"body": body, "client": ELSEWHERE, **options}


def events(world):
    with reading(world.engine) as conn:
        return conn.execute(select(tables.inbox_event).order_by(tables.inbox_event.c.id)).all()


def counted(metrics, outcome, connector="letters"):
    return metrics.registry.get_sample_value(
        "goalward_webhooks_total", {"connector": connector, "outcome": outcome}
    )


def answers(world, *requests, **told):
    return [answer.status for answer in asked(create_app(world, **told), *requests)]


def test_an_event_is_kept_and_then_answered(world):
    metrics = Metrics()
    assert answers(world, post(tag="v2"), metrics=metrics) == [200]
    (event,) = events(world)
    assert (event.source, event.kind) == ("letters", "activity")
    assert event.payload == {"external_id": "41", "tag": "v2"}
    assert event.connection_id is not None
    assert counted(metrics, "new") == 1


def test_a_deauthorisation_is_an_arrival_without_content(world):
    assert answers(world, post(kind="deauthorised")) == [200]
    (event,) = events(world)
    assert (event.kind, event.payload) == ("deauthorised", {})


def test_a_repeat_is_answered_and_not_kept_again(world):
    metrics = Metrics()
    assert answers(world, post(), post(), post(), metrics=metrics) == [200] * 3
    assert len(events(world)) == 1
    assert counted(metrics, "seen") == 2


def test_the_same_words_of_two_services_are_two_events(world):
    assert answers(world, post(owners=["777"])) == [200]
    assert events(world)[0].delivery_key.startswith("letters:hook:")


def test_an_event_of_nobody_here_costs_nothing(world):
    metrics = Metrics()
    assert answers(world, post(owners=["1", "2"]), metrics=metrics) == [200]
    assert events(world) == []
    assert counted(metrics, "unknown") == 2


def test_an_event_of_somebody_known_is_kept_beside_those_of_nobody(world):
    assert answers(world, post(owners=["1", "777"])) == [200]
    assert len(events(world)) == 1


def test_somebody_who_connects_while_the_server_runs_is_known_at_once(world):
    async def run():
        async with started(create_app(world)) as app:
            before = await ask(app, *post(owners=["9"])[:2], **post(owners=["9"])[2])
            world.connect("9")
            after = await ask(app, *post(owners=["9"])[:2], **post(owners=["9"])[2])
            return before.status, after.status

    assert asyncio.run(run()) == (200, 200)
    assert len(events(world)) == 1


def test_a_delivery_that_says_nothing_is_answered(world):
    metrics = Metrics()
    assert answers(world, post(owners=[]), metrics=metrics) == [200]
    assert counted(metrics, "nothing") == 1


def test_a_handshake_is_answered_at_once(world):
    (answer,) = asked(create_app(world), ("GET", f"{HOOK}?word=sesame&echo=hello", {}))
    assert answer.status == 200
    assert json.loads(answer.body) == {"echo": "hello"}
    (refused,) = asked(create_app(world), ("GET", f"{HOOK}?word=other&echo=hello", {}))
    assert refused.status == 400


@pytest.mark.parametrize(
    "address",
    [
        "/webhooks/letters/wrong",
        f"/webhooks/letters/{SECRET}x",
        f"/webhooks/letters/{SECRET[:-1]}",
        "/webhooks/letters/",
        "/webhooks/letters",
        "/webhooks/letters/%00",
        "/webhooks/letters/ünïcode",
        f"/webhooks/silent/{SECRET}",
        "/webhooks/silent/",
        f"/webhooks/nosuch/{SECRET}",
        f"/webhooks/letters/{SECRET}/more",
    ],
)
def test_whoever_does_not_know_the_address_finds_nothing(world, address):
    assert answers(world, post(address)) == [404]
    assert events(world) == []


def test_without_an_agreed_secret_nobody_gets_in(sqlite_engine):
    world = World(sqlite_engine)
    world.agree(word="sesame")
    assert answers(world, post("/webhooks/letters/None"), post("/webhooks/letters/")) == [404, 404]


def test_a_wrong_secret_is_counted_and_its_body_left_unread(world):
    metrics = Metrics()
    app = create_app(world, metrics=metrics)
    (answer,) = asked(app, post("/webhooks/letters/wrong"))
    assert (answer.status, answer.chunks_read) == (404, 0)
    assert counted(metrics, "wrong_secret") == 1


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "OPTIONS"])
def test_other_methods_find_nothing(world, method):
    assert answers(world, (method, HOOK, {"client": ELSEWHERE})) == [404]


@pytest.mark.parametrize("body", [b"", b"{", b"[1", b"\xff\xfe", b'{"word": "other"}'])
def test_what_the_service_does_not_send_is_refused_and_counted(world, body):
    metrics = Metrics()
    assert answers(world, ("POST", HOOK, {"body": body}), metrics=metrics) == [400]
    assert counted(metrics, "malformed") == 1
    assert events(world) == []


def test_a_body_of_the_largest_size_is_read(world):
    body = json.dumps({"word": "sesame", "owners": ["777"], "id": "1"}).encode()
    assert answers(world, ("POST", HOOK, {"body": body.ljust(MOST_BYTES)})) == [200]


def test_an_announced_large_body_is_refused_unread(world):
    (answer,) = asked(create_app(world), ("POST", HOOK, {"body": b" " * (MOST_BYTES + 1)}))
    assert (answer.status, answer.chunks_read) == (413, 0)
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("lie", ["10", "0", "-5", "x"])
def test_what_is_announced_may_be_a_lie(world, lie):
    told = {"chunks": [b" " * 1000] * 1000, "headers": {"content-length": lie}}
    (answer,) = asked(create_app(world), ("POST", HOOK, told))
    assert answer.status == 413
    assert answer.chunks_read <= MOST_BYTES // 1000 + 1


def test_a_large_body_that_is_not_announced_is_left_in_the_middle(world):
    (answer,) = asked(create_app(world), ("POST", HOOK, {"chunks": [b" " * 1000] * 1000}))
    assert (answer.status, answer.chunks_read) == (413, MOST_BYTES // 1000 + 1)


def test_whoever_hangs_up_in_the_middle_stops_nothing(world):
    cut = ("POST", HOOK, {"chunks": [b"{", None]})
    assert answers(world, cut, post())[1] == 200
    assert len(events(world)) == 1


def test_a_full_inbox_says_when_to_come_again(world):
    metrics = Metrics()
    inbox = Inbox(world.engine, Clock(), waiting_at_most=0)
    app = create_app(world, metrics=metrics, inbox=inbox)
    (answer,) = asked(app, post())
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert counted(metrics, "unavailable") == 1


def test_a_database_that_is_away_says_when_to_come_again(world, tmp_path):
    """It went between the last event and this one."""

    async def run():
        async with started(create_app(world)) as app:
            method, address, told = post()
            first = await ask(app, method, address, **told)
            with writing(world.engine) as conn:
                conn.exec_driver_sql("ALTER TABLE inbox_event RENAME TO elsewhere")
            gone = await ask(app, method, address, **told)
            with writing(world.engine) as conn:
                conn.exec_driver_sql("ALTER TABLE elsewhere RENAME TO inbox_event")
            back = await ask(app, method, address, **told)
            return [first, gone, back]

    first, gone, back = asyncio.run(run())
    assert [first.status, gone.status, back.status] == [200, 503, 200]
    assert gone.headers["retry-after"]
    assert len(events(world)) == 1


def test_an_agreement_made_while_the_server_runs_counts_at_once(sqlite_engine):
    """The handshake comes a moment after the secret was made, in whatever process."""
    world = World(sqlite_engine)

    async def run():
        async with started(create_app(world)) as app:
            hello = ("GET", f"{HOOK}?word=sesame&echo=hello")
            before = await ask(app, *hello)
            world.agree(webhook_secret=SECRET, word="sesame")
            after = await ask(app, *hello)
            world.agree(word="open")  # renewed: what was remembered is not what counts
            method, address, told = post(word="open")
            renewed = await ask(app, method, address, **told)
            return [before.status, after.status, renewed.status]

    assert asyncio.run(run()) == [404, 200, 200]


def test_what_is_for_another_subscription_is_answered_and_passed_by(world):
    metrics = Metrics()
    assert answers(world, post(word="another", of_another=True), metrics=metrics) == [200]
    assert events(world) == []
    assert counted(metrics, "nothing") == 1


def test_what_seems_for_another_may_be_of_a_moment_ago(world):
    async def run():
        async with started(create_app(world)) as app:
            method, address, told = post()
            before = await ask(app, method, address, **told)
            world.agree(word="open")  # a new subscription, made by another process
            method, address, told = post(word="open", of_another=True, id="42")
            after = await ask(app, method, address, **told)
            return [before.status, after.status]

    assert asyncio.run(run()) == [200, 200]
    assert [row.payload["external_id"] for row in events(world)] == ["41", "42"]


def test_malformed_deliveries_are_logged_once(world, capsys):
    bad = ("POST", HOOK, {"body": b"{"})
    answers(world, bad, bad, bad)
    assert capsys.readouterr().out.count("webhook.malformed") == 1


def test_many_at_once_are_all_kept(database_url):
    engine = open_database(database_url)
    world = World(engine)
    world.agree(webhook_secret=SECRET, word="sesame")
    world.connect("777")

    async def run():
        async with started(create_app(world)) as app:
            requests = [post(id=str(n)) for n in range(120)]
            return await asyncio.gather(*(ask(app, m, a, **told) for m, a, told in requests))

    assert {answer.status for answer in asyncio.run(run())} == {200}
    assert len(events(world)) == 120
    engine.dispose()
