import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update

from connectors.errors import RateLimited, Refused, SignInNeeded, Unavailable
from tests.servers import redis_url_of, valkey_server
from worker import outbox, tables
from worker.broker import AWAY_FOR_S, QUEUE, Bell, Pool, Sweep, open_broker
from worker.clock import machine_now
from worker.db import database_now, reading, writing
from worker.outbox import LEASE, LeaseLost
from worker.perform import Heartbeat, Performed, Snooze, perform, run_owed

SOON_S = 20.0


@dataclass
class Runtime:
    engine: Engine
    seen: list = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, key):
        with self.lock:
            self.seen.append(key)


@pytest.fixture
def runtime(engine):
    return Runtime(engine)


def note(runtime, key, held):
    runtime.note(key)


def push(engine, *keys, actor="note", after_s=0.0):
    with writing(engine) as conn:
        due_at = database_now(conn) + timedelta(seconds=after_s)
        return [outbox.push(conn, actor, key, due_at=due_at) for key in keys]


def open_count(engine):
    with reading(engine) as conn:
        return outbox.open_count(conn)


def the_row(engine):
    with reading(engine) as conn:
        return conn.execute(select(tables.outbox)).one()


def until(condition, what="it"):
    pause, end = threading.Event(), time.monotonic() + SOON_S
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen"
        pause.wait(0.01)


def perform_one(runtime, row_id, act):
    with Heartbeat(runtime.engine) as heartbeat:
        return perform(
            runtime, row_id, actors={"note": act}, heartbeat=heartbeat, chance=lambda: 0.0
        )


def raising(error):
    def act(runtime, key, held):
        raise error

    return act


def test_work_that_returns_is_done(runtime):
    (row_id,) = push(runtime.engine, "1")
    assert perform_one(runtime, row_id, note) is Performed.DONE
    assert perform_one(runtime, row_id, note) is Performed.NOTHING
    assert runtime.seen == ["1"]


def test_what_is_pushed_during_the_work_is_done_next(runtime):
    (row_id,) = push(runtime.engine, "1")

    def act(runtime, key, held):
        runtime.note(held.lease.generation)
        if len(runtime.seen) < 3:
            push(runtime.engine, key)

    assert perform_one(runtime, row_id, act) is Performed.DONE
    assert runtime.seen == [1, 2, 3]


@pytest.mark.parametrize(
    ("error", "performed", "wait_s", "tries", "said"),
    [
        (RateLimited("slow down", retry_after_s=900), Performed.SNOOZED, 900, 0, "slow down"),
        (Unavailable("no route"), Performed.FAILED, 2.5, 0, "no route"),
        (ZeroDivisionError("oops"), Performed.FAILED, 2.5, 1, "ZeroDivisionError: oops"),
    ],
)
def test_what_may_come_right_is_tried_again_later(runtime, error, performed, wait_s, tries, said):
    (row_id,) = push(runtime.engine, "1")
    before = machine_now()
    assert perform_one(runtime, row_id, raising(error)) is performed
    row = the_row(runtime.engine)
    assert (row.tries, row.last_error, row.buried_at, row.lease_owner) == (tries, said, None, None)
    assert wait_s <= (row.due_at - before).total_seconds() < wait_s + SOON_S


def test_a_snooze_names_its_time(runtime):
    (row_id,) = push(runtime.engine, "1")
    later = machine_now() + timedelta(hours=7)
    assert perform_one(runtime, row_id, raising(Snooze(later, "quiet hours"))) is Performed.SNOOZED
    row = the_row(runtime.engine)
    assert (row.due_at, row.tries, row.last_error) == (later, 0, "quiet hours")


@pytest.mark.parametrize(
    "error", [SignInNeeded("signed out", remedy="connect"), Refused("signed out")]
)
def test_what_will_never_work_is_buried_with_the_reason(runtime, error):
    (row_id,) = push(runtime.engine, "1")
    assert perform_one(runtime, row_id, raising(error)) is Performed.BURIED
    row = the_row(runtime.engine)
    assert row.buried_at is not None
    assert row.last_error == "signed out"


def test_an_outage_is_waited_out_however_long_it_lasts(runtime):
    (row_id,) = push(runtime.engine, "1")
    waits = []
    for _ in range(30):
        before = machine_now()
        assert perform_one(runtime, row_id, raising(Unavailable("no route"))) is Performed.FAILED
        waits.append((the_row(runtime.engine).due_at - before).total_seconds())
        with writing(runtime.engine) as conn:
            conn.execute(update(tables.outbox).values(due_at=before))
    assert waits[:3] == pytest.approx([2.5, 5.0, 10.0], abs=2)
    assert waits[-1] == pytest.approx(1800, abs=2)  # the shorter half of an hour
    assert the_row(runtime.engine).last_error == "no route"
    assert perform_one(runtime, row_id, note) is Performed.DONE
    assert the_row(runtime.engine).last_error is None


def test_an_unforeseen_failure_is_logged_with_its_trace_and_a_service_that_is_away_is_not(
    runtime, caplog
):
    caplog.set_level(logging.INFO, "worker")
    perform_one(runtime, *push(runtime.engine, "1"), raising(Unavailable("no route")))
    perform_one(runtime, *push(runtime.engine, "2"), raising(ZeroDivisionError("oops")))
    assert [bool(record.exc_info) for record in caplog.records] == [False, True]


def test_work_for_an_actor_of_another_version_waits_for_that_version(runtime):
    (row_id,) = push(runtime.engine, "1", actor="future")
    assert perform_one(runtime, row_id, note) is Performed.FAILED
    assert "no actor 'future'" in the_row(runtime.engine).last_error


def test_who_lost_the_lease_is_stopped_before_the_remote_write(runtime):
    (row_id,) = push(runtime.engine, "1")

    def act(runtime, key, held):
        held.check()
        with writing(runtime.engine) as conn:  # somebody else has taken over meanwhile
            conn.execute(update(tables.outbox).values(lease_owner="other", lease_number=99))
        held.check()
        runtime.note("written twice")

    assert perform_one(runtime, row_id, act) is Performed.LOST
    row = the_row(runtime.engine)
    assert (runtime.seen, row.lease_owner, row.done_generation) == ([], "other", 0)


def test_who_lost_the_lease_stores_nothing(runtime):
    """A process was paused between its last look and its transaction."""
    (row_id,) = push(runtime.engine, "1")

    def act(runtime, key, held):
        held.check()
        with writing(runtime.engine) as conn:
            held.check(conn)
        with writing(runtime.engine) as conn:  # paused here: somebody else has taken over
            conn.execute(update(tables.outbox).values(lease_owner="other", lease_number=99))
        with writing(runtime.engine) as conn:
            held.check(conn)
            runtime.note("stored")

    assert perform_one(runtime, row_id, act) is Performed.LOST
    assert runtime.seen == []


def test_the_heartbeat_keeps_the_lease_of_long_work(engine):
    (row_id,) = push(engine, "1")
    lease = outbox.claim(engine, row_id, owner="a")
    first = the_row(engine).lease_until
    with Heartbeat(engine, every_s=0.02) as heartbeat:
        with heartbeat.keeping(lease):
            until(lambda: the_row(engine).lease_until > first, "a renewal")
        kept = the_row(engine).lease_until
        threading.Event().wait(0.2)
        assert the_row(engine).lease_until - kept < timedelta(seconds=0.1)  # let go after the work
    assert kept - first < LEASE


def test_run_owed_does_what_is_due_and_what_follows_from_it(runtime):
    def first(runtime, key, held):
        runtime.note(f"first {key}")
        push(runtime.engine, key, actor="second")

    def second(runtime, key, held):
        runtime.note(f"second {key}")

    push(runtime.engine, "1", "2", actor="first")
    push(runtime.engine, "3", actor="first", after_s=3600)
    push(runtime.engine, "4", actor="remote")
    actors = {"first": first, "second": second, "remote": raising(AssertionError("not asked for"))}
    assert run_owed(runtime, actors, only=("first", "second")) == 4
    assert sorted(runtime.seen) == ["first 1", "first 2", "second 1", "second 2"]
    assert open_count(runtime.engine) == 2


def test_run_owed_ends_although_the_work_fails(runtime):
    push(runtime.engine, "1")
    assert run_owed(runtime, {"note": raising(Unavailable("no route"))}) == 1


def test_run_owed_beside_others_does_each_work_once(runtime):
    push(runtime.engine, *map(str, range(40)))
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _n: run_owed(runtime, {"note": note}), range(4)))
    until(lambda: open_count(runtime.engine) == 0)
    assert sorted(runtime.seen, key=int) == [str(n) for n in range(40)]


@pytest.fixture(params=["in the process", "redis"])
def broker_url(request):
    return None if request.param == "in the process" else request.getfixturevalue("redis_url")


def pool(runtime, url, actors=None, **more):
    return Pool(runtime, actors or {"note": note}, broker=open_broker(url), threads=2, **more)


def test_ringing_starts_the_work_at_once(sqlite_engine, broker_url):
    runtime = Runtime(sqlite_engine)
    with pool(runtime, broker_url, sweep_every_s=3600) as running:
        rows = push(sqlite_engine, "1", "2", "3")
        running.ring(rows)
        until(lambda: open_count(sqlite_engine) == 0)
    assert sorted(runtime.seen) == ["1", "2", "3"]


def test_waking_the_sweep_starts_the_work_at_once(sqlite_engine, broker_url):
    runtime = Runtime(sqlite_engine)
    with pool(runtime, broker_url, sweep_every_s=3600) as running:
        push(sqlite_engine, "1")
        running.sweep.wake()
        until(lambda: runtime.seen == ["1"])


def test_what_nobody_rang_for_is_found_by_the_sweep(sqlite_engine, broker_url):
    runtime = Runtime(sqlite_engine)
    push(sqlite_engine, "before the start")
    with pool(runtime, broker_url, sweep_every_s=0.05):
        until(lambda: len(runtime.seen) == 1)
        push(sqlite_engine, "later", after_s=0.3)
        until(lambda: len(runtime.seen) == 2)
    assert runtime.seen == ["before the start", "later"]


def test_work_that_falls_due_is_not_kept_waiting_for_the_next_round(sqlite_engine):
    runtime = Runtime(sqlite_engine)
    push(sqlite_engine, "soon", after_s=0.5)
    with pool(runtime, None, sweep_every_s=3600):
        until(lambda: runtime.seen == ["soon"])


def test_what_an_actor_owes_to_another_is_done_without_a_bell(sqlite_engine, broker_url):
    runtime = Runtime(sqlite_engine)

    def first(runtime, key, held):
        push(runtime.engine, key)

    with pool(runtime, broker_url, {"first": first, "note": note}, sweep_every_s=3600) as running:
        running.ring(push(sqlite_engine, "1", actor="first"))
        until(lambda: runtime.seen == ["1"])


def test_doubled_messages_do_the_work_once(sqlite_engine, broker_url):
    runtime = Runtime(sqlite_engine)
    with pool(runtime, broker_url, sweep_every_s=3600) as running:
        rows = push(sqlite_engine, *map(str, range(10)))
        running.ring(rows * 5)
        until(lambda: open_count(sqlite_engine) == 0 and running.bell.waiting() == 0)
    assert sorted(runtime.seen, key=int) == [str(n) for n in range(10)]


def test_redis_may_be_flushed_in_the_middle(engine, valkey, redis_url):
    """Two pools, as two processes would have; everything is done, and nothing twice."""
    runtime = Runtime(engine)
    with (
        valkey.client() as client,
        pool(runtime, redis_url, sweep_every_s=0.1) as running,
        pool(runtime, redis_url, sweep_every_s=0.1),
    ):
        for number in range(60):
            running.ring(push(engine, str(number)))
            if number % 7 == 3:
                client.flushall()
        until(lambda: open_count(engine) == 0, "all the work")
    assert sorted(runtime.seen, key=int) == [str(n) for n in range(60)]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_redis_may_go_away_and_come_back(sqlite_engine, caplog):
    runtime = Runtime(sqlite_engine)
    with valkey_server() as server:
        url = redis_url_of(server)
        with pool(runtime, url, sweep_every_s=0.2) as running:
            running.ring(push(sqlite_engine, "before"))
            until(lambda: runtime.seen == ["before"])
            server.stop()
            started = time.monotonic()
            for number in range(5):
                running.ring(push(sqlite_engine, f"away {number}"))  # never raises
            assert time.monotonic() - started < 3  # nor waits
            assert running.bell.waiting() is None
            server.start()
            until(lambda: open_count(sqlite_engine) == 0, "the work of the meantime")
    said = [
        record.message.split(",")[0] for record in caplog.records if record.name == "worker.broker"
    ]
    assert said == ["the broker is away", "the broker is back"]


def test_a_broker_that_did_not_answer_is_left_alone_for_a_while():
    """Else everybody who rings would wait for its time-out."""
    passed = [0.0]
    with valkey_server() as server:
        bell = Bell(open_broker(redis_url_of(server)), measure_s=lambda: passed[0])
        server.stop()
        bell.ring([1])
        server.start()
        passed[0] = AWAY_FOR_S - 0.1
        bell.ring([2])
        assert bell.waiting() is None
        passed[0] = AWAY_FOR_S
        bell.ring([3])
        assert bell.waiting() == 1
        bell.close()


def test_a_pool_that_stops_ends_its_work_and_leaves_the_rest_to_the_next(sqlite_engine, broker_url):
    runtime, started, go = Runtime(sqlite_engine), threading.Event(), threading.Event()

    def slow(runtime, key, held):
        started.set()
        go.wait(SOON_S)
        runtime.note(key)

    running = Pool(runtime, {"note": slow}, broker=open_broker(broker_url), threads=1)
    with running:
        running.ring(push(sqlite_engine, "1", "2", "3"))
        assert started.wait(SOON_S)
        threading.Timer(0.3, go.set).start()
    assert runtime.seen == ["1"]
    assert open_count(sqlite_engine) == 2
    with pool(runtime, broker_url):
        until(lambda: open_count(sqlite_engine) == 0)
    assert sorted(runtime.seen) == ["1", "2", "3"]


def test_a_backlog_is_not_doubled_at_every_sweep(sqlite_engine, broker_url):
    bell = Bell(open_broker(broker_url))
    sweep = Sweep(sqlite_engine, bell)
    push(sqlite_engine, *map(str, range(30)))
    for _ in range(5):
        sweep.once()
    assert bell.waiting() == 30
    push(sqlite_engine, "lost long ago", after_s=-3600)
    sweep.once()
    assert bell.waiting() == 31


def test_a_history_keeps_nothing_waiting(sqlite_engine, broker_url):
    """What is new waits for the work under way, and for nothing else of a long history."""
    runtime, gate = Runtime(sqlite_engine), threading.Semaphore(0)

    def read(runtime, key, held):
        runtime.note(key)
        assert gate.acquire(timeout=SOON_S)

    with writing(sqlite_engine) as conn:
        now = database_now(conn)
        for number in range(150):
            outbox.push(conn, "note", f"old {number}", due_at=now, late=True)
    with pool(runtime, broker_url, {"note": read}, sweep_every_s=3600) as running:
        until(lambda: len(runtime.seen) == 2)
        push(sqlite_engine, "a run", "a replan", "a publish")
        running.sweep.once()
        until(lambda: running.bell.waiting() == 0, "fetching")
        threading.Event().wait(0.2)  # until what was fetched is in its place
        gate.release(4)
        until(lambda: len(runtime.seen) == 6)
        gate.release(1000)
        until(lambda: open_count(sqlite_engine) == 0)
    assert all(key.startswith("old") for key in runtime.seen[:2])
    assert {"a run", "a replan", "a publish"} <= set(runtime.seen[2:6])


def test_run_owed_leaves_history_for_the_end(runtime):
    with writing(runtime.engine) as conn:
        outbox.push(conn, "note", "old", due_at=database_now(conn) - timedelta(1), late=True)
    push(runtime.engine, "new")
    run_owed(runtime, {"note": note})
    assert runtime.seen == ["new", "old"]


def test_the_sweep_knows_when_to_come_back(sqlite_engine):
    sweep = Sweep(sqlite_engine, Bell(open_broker(None)), every_s=5.0)
    assert sweep.once() == 5.0
    push(sqlite_engine, "1", after_s=1.0)
    assert 0.5 < sweep.once() <= 1.1
    push(sqlite_engine, "2", after_s=-1.0)  # due already: rung for, and not a reason to spin
    assert 0.5 < sweep.once() <= 1.1


def test_a_broker_leaves_the_library_as_it_was(redis_url):
    """Nothing global is set: who imports what first does not matter."""
    import dramatiq.broker

    before = dramatiq.broker.global_broker
    for url in (None, redis_url):
        broker = open_broker(url)
        bell = Bell(broker)
        assert QUEUE in broker.get_declared_queues()
        bell.close()
    assert dramatiq.broker.global_broker is before


def test_a_lost_lease_is_an_error_of_its_own():
    assert not issubclass(LeaseLost, (Unavailable, RateLimited, Refused, SignInNeeded))
