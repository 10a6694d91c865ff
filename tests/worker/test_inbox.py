"""Nothing is answered before it is on disk, nothing is kept twice, nothing is lost at the end."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from tests.sizes import FIXED, examples
from worker import outbox, tables
from worker.clock import Clock
from worker.db import open_database, reading, writing
from worker.inbox import Accepted, Arrival, Inbox, InboxClosed, InboxFull, accept_all, accept_now

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)
EXAMPLES = examples(15)


def arrival(key, **told):
    return Arrival(source="strava", delivery_key=key, kind="activity", payload={"n": key}, **told)


def events(engine):
    with reading(engine) as conn:
        return conn.execute(select(tables.inbox_event).order_by(tables.inbox_event.c.id)).all()


def owed(engine):
    with reading(engine) as conn:
        return conn.execute(select(tables.outbox).order_by(tables.outbox.c.id)).all()


def test_a_history_is_owed_after_what_is_new(engine):
    old = [Arrival("garmin", f"old {n}", "activity", {"backfill": True}) for n in range(2)]
    new = [Arrival("garmin", "new", "activity", {"backfill": False}), arrival("hook")]
    with writing(engine) as conn:
        for each in (*old, *new):
            accept_now(conn, replace(each, known_at=NOON), now=NOON)
    kept = {str(event.id): event.delivery_key for event in events(engine)}
    assert {kept[row.key]: row.late for row in owed(engine)} == {
        "old 0": 1, "old 1": 1, "new": 0, "hook": 0,
    }  # fmt: skip
    with reading(engine) as conn:
        order = outbox.due(conn, now=NOON, limit=9)
    assert [row.late for n in order for row in owed(engine) if row.id == n] == [0, 0, 1, 1]


def accepted(inbox, *batches):
    """All batches at once, on one loop; an exception stands in the place of its answer."""

    async def run():
        calls = (inbox.accept(batch) for batch in batches)
        return await asyncio.gather(*calls, return_exceptions=True)

    return asyncio.run(run())


@pytest.fixture
def inbox(engine):
    with Inbox(engine, Clock()) as inbox:
        yield inbox


def make_connection(engine, owner="777", state="connected"):
    with writing(engine) as conn:
        athlete = conn.execute(insert(tables.athlete).values(created_at=NOON))
        athlete_id = athlete.inserted_primary_key[0]
        made = conn.execute(
            insert(tables.connection).values(
                athlete_id=athlete_id,
                connector="strava",
                external_athlete_id=owner,
                state=state,
                settings={},
                version=0,
                created_at=NOON,
            )
        )
        return made.inserted_primary_key[0], athlete_id


def test_an_arrival_is_kept_and_its_work_owed(engine, inbox):
    assert accepted(inbox, [arrival("a", known_at=NOON)]) == [[Accepted.NEW]]
    (event,) = events(engine)
    assert (event.source, event.delivery_key, event.kind) == ("strava", "a", "activity")
    assert (event.payload, event.known_at, event.done_at) == ({"n": "a"}, NOON, None)
    (row,) = owed(engine)
    assert (row.actor, row.key, row.generation - row.done_generation) == (
        "ingest",
        str(event.id),
        1,
    )


def test_a_repeat_is_seen_and_owes_nothing(engine, inbox):
    accepted(inbox, [arrival("a")])
    assert accepted(inbox, [arrival("a"), arrival("b")]) == [[Accepted.SEEN, Accepted.NEW]]
    assert [event.delivery_key for event in events(engine)] == ["a", "b"]
    assert [row.generation for row in owed(engine)] == [1, 1]


def test_repeats_at_the_same_moment_are_one(engine, inbox):
    answers = accepted(inbox, *([arrival(key)] for key in "aabacb"), [arrival("c"), arrival("c")])
    told = [one for answer in answers for one in answer]
    assert told.count(Accepted.NEW) == 3
    assert told.count(Accepted.SEEN) == 5
    assert len(events(engine)) == len(owed(engine)) == 3


def test_many_at_once_take_few_commits(sqlite_engine):
    sizes = []
    with Inbox(sqlite_engine, Clock(), on_commit=sizes.append) as inbox:
        accepted(inbox, *([arrival(str(n))] for n in range(200)))
    assert sum(sizes) == 200
    assert len(sizes) <= 20
    assert len(events(sqlite_engine)) == 200


def test_many_owe_what_one_owes(engine, inbox):
    accepted(inbox, *([arrival(str(n))] for n in range(30)))
    with writing(engine) as conn:
        outbox.push(conn, "ingest", "by hand", due_at=NOON)
    *together, by_hand = owed(engine)
    differing = {"id", "key", "due_at", "created_at"}
    for row in together:
        assert {k: v for k, v in row._mapping.items() if k not in differing} == {
            k: v for k, v in by_hand._mapping.items() if k not in differing
        }
        assert row.due_at == row.created_at


def test_what_came_first_is_owed_first(engine):
    with writing(engine) as conn:
        accept_all(conn, [arrival(str(n), known_at=NOON) for n in range(30)], now=NOON)
    assert [row.key for row in owed(engine)] == [str(event.id) for event in events(engine)]


def test_the_answer_comes_after_the_commit(engine, inbox):
    """Whoever is told sees the row, through another connection, at that moment."""

    async def told_and_there(n):
        await inbox.accept([arrival(str(n))])
        return str(n) in {event.delivery_key for event in events(engine)}

    async def run():
        return await asyncio.gather(*(told_and_there(n) for n in range(20)))

    assert all(asyncio.run(run()))


@pytest.mark.parametrize("state", ["connected", "paused", "sign_in_needed"])
def test_an_owner_who_is_known_has_the_connection_filled_in(engine, inbox, state):
    connection_id, athlete_id = make_connection(engine, state=state)
    assert accepted(inbox, [arrival("a", owner_id="777")]) == [[Accepted.NEW]]
    (event,) = events(engine)
    assert (event.connection_id, event.athlete_id) == (connection_id, athlete_id)


@pytest.mark.parametrize("state", [None, "disconnected"])
def test_an_owner_who_is_not_known_costs_nothing(engine, inbox, state):
    if state:
        make_connection(engine, state=state)
    assert accepted(inbox, [arrival("a", owner_id="777")]) == [[Accepted.UNKNOWN]]
    assert (events(engine), owed(engine)) == ([], [])


def test_an_owner_is_looked_up_at_that_moment(engine, inbox):
    assert accepted(inbox, [arrival("a", owner_id="777")]) == [[Accepted.UNKNOWN]]
    make_connection(engine)
    assert accepted(inbox, [arrival("a", owner_id="777")]) == [[Accepted.NEW]]


def test_an_owner_of_another_service_is_another(engine, inbox):
    make_connection(engine)
    stranger = Arrival(source="garmin", delivery_key="a", kind="activity", owner_id="777")
    assert accepted(inbox, [stranger]) == [[Accepted.UNKNOWN]]


def test_known_and_unknown_owners_in_one_call(engine, inbox):
    make_connection(engine)
    told = accepted(inbox, [arrival("a", owner_id="1"), arrival("b", owner_id="777"), arrival("c")])
    assert told == [[Accepted.UNKNOWN, Accepted.NEW, Accepted.NEW]]


def test_it_becomes_known_when_it_is_written_by_calendar_time(sqlite_engine):
    with Inbox(sqlite_engine, Clock(datetime(2030, 1, 1, tzinfo=UTC))) as inbox:
        accepted(inbox, [arrival("a")])
    (event,) = events(sqlite_engine)
    assert timedelta(0) <= event.known_at - datetime(2030, 1, 1, tzinfo=UTC) < timedelta(minutes=5)
    assert event.received_at.year < 2030


def test_the_bell_rings_once_for_what_was_new(sqlite_engine):
    rung = []
    with Inbox(
        sqlite_engine, Clock(), ring=lambda: rung.append(len(events(sqlite_engine)))
    ) as inbox:
        accepted(inbox, [arrival("a"), arrival("b")])
        accepted(inbox, [arrival("a")])
        accepted(inbox, [arrival("c", owner_id="nobody")])
    assert rung == [2]


def test_more_than_can_be_written_soon_is_refused(sqlite_engine):
    with Inbox(sqlite_engine, Clock(), waiting_at_most=10) as inbox, writing(sqlite_engine):
        # Somebody else holds the database: the first waits there, the others in the queue.
        async def run():
            calls = [asyncio.ensure_future(inbox.accept([arrival(str(n))])) for n in range(15)]
            done, waiting = await asyncio.wait(calls, timeout=0.5)
            for call in waiting:
                call.cancel()
            return [call.exception() for call in done], len(waiting)

        refused, waiting = asyncio.run(run())
    assert waiting == 10
    assert [type(error) for error in refused] == [InboxFull] * 5
    assert len(events(sqlite_engine)) == 10  # what was accepted is kept, whoever went away


def test_whoever_goes_away_keeps_nobody_else_from_their_answer(sqlite_engine):
    with Inbox(sqlite_engine, Clock()) as inbox:

        async def run():
            with writing(sqlite_engine):  # so that all of them meet in few transactions
                calls = [asyncio.ensure_future(inbox.accept([arrival(str(n))])) for n in range(9)]
                await asyncio.sleep(0.05)
                for call in calls[::2]:
                    call.cancel()
                await asyncio.sleep(0)
            return await asyncio.wait_for(asyncio.gather(*calls[1::2]), timeout=10)

        assert asyncio.run(run()) == [[Accepted.NEW]] * 4
    assert len(events(sqlite_engine)) == 9


def test_room_comes_back(sqlite_engine):
    with Inbox(sqlite_engine, Clock(), waiting_at_most=3) as inbox:
        for n in range(5):
            assert accepted(inbox, [arrival(f"{n}-{m}") for m in range(3)])
        assert inbox.waiting == 0


def test_stopping_commits_what_was_accepted(engine):
    inbox = Inbox(engine, Clock())
    inbox.start()

    async def run():
        calls = [asyncio.ensure_future(inbox.accept([arrival(str(n))])) for n in range(100)]
        await asyncio.sleep(0)
        await asyncio.to_thread(inbox.stop)
        return await asyncio.gather(*calls)

    assert asyncio.run(run()) == [[Accepted.NEW]] * 100
    assert len(events(engine)) == 100
    assert isinstance(accepted(inbox, [arrival("late")])[0], InboxClosed)


def test_it_can_be_started_again(sqlite_engine):
    inbox = Inbox(sqlite_engine, Clock())
    for key in "ab":
        with inbox:
            assert inbox.writes
            assert accepted(inbox, [arrival(key)]) == [[Accepted.NEW]]
        assert not inbox.writes


def test_one_that_cannot_be_written_does_not_refuse_the_others(engine, inbox):
    bad = Arrival("strava", "bad", "activity", {"n": float("nan")})
    answers = accepted(inbox, [arrival("a")], [bad], [arrival("b"), arrival("c")])
    assert answers[0] == [Accepted.NEW]
    assert isinstance(answers[1], Exception)
    assert answers[2] == [Accepted.NEW] * 2
    assert {event.delivery_key for event in events(engine)} == {"a", "b", "c"}


def test_keys_longer_than_their_column_are_told_apart(engine, inbox):
    long = "k" * 400
    assert accepted(inbox, [arrival(long + "1")], [arrival(long + "2")], [arrival(long + "1")]) == [
        [Accepted.NEW],
        [Accepted.NEW],
        [Accepted.SEEN],
    ]


def test_in_a_transaction_of_the_caller(engine):
    with writing(engine) as conn:
        assert accept_now(conn, arrival("a", known_at=NOON), now=NOON)
        assert not accept_now(conn, arrival("a", known_at=NOON), now=NOON)
    with suppress(ZeroDivisionError), writing(engine) as conn:
        accept_now(conn, arrival("b", known_at=NOON), now=NOON)
        raise ZeroDivisionError
    (event,) = events(engine)
    assert (event.delivery_key, event.received_at) == ("a", NOON)
    assert [row.key for row in owed(engine)] == [str(event.id)]


def test_in_a_transaction_of_the_caller_the_time_must_be_said(sqlite_engine):
    with writing(sqlite_engine) as conn, pytest.raises(ValueError, match="became known"):
        accept_now(conn, arrival("a"), now=NOON)


@settings(
    deadline=None,
    derandomize=FIXED,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.lists(st.integers(0, 12), max_size=5), max_size=20))
def test_whatever_comes_each_key_is_new_once(sqlite_url, tmp_path, batches):
    engine = open_database(sqlite_url)
    with writing(engine) as conn:
        conn.execute(tables.inbox_event.delete())
        conn.execute(tables.outbox.delete())
    with Inbox(engine, Clock()) as inbox:
        answers = accepted(inbox, *([arrival(str(n)) for n in batch] for batch in batches))
    told = [
        (n, one)
        for batch, answer in zip(batches, answers, strict=True)
        for n, one in zip(batch, answer, strict=True)
    ]
    keys = {n for batch in batches for n in batch}
    assert sorted(n for n, one in told if one is Accepted.NEW) == sorted(keys)
    assert {event.delivery_key for event in events(engine)} == {str(n) for n in keys}
    assert {row.key for row in owed(engine)} == {str(event.id) for event in events(engine)}
    engine.dispose()


ACCEPTS_FOR_EVER = """
import asyncio, itertools, sys
from worker.clock import Clock
from worker.db import open_database
from worker.inbox import Arrival, Inbox

async def client(inbox, name):
    for n in itertools.count():
        await inbox.accept([Arrival("strava", f"{name}-{n}", "activity", {})])
        sys.stdout.write(f"{name}-{n}\\n"); sys.stdout.flush()

async def main():
    with Inbox(open_database(sys.argv[1]), Clock()) as inbox:
        await asyncio.gather(*(client(inbox, name) for name in range(8)))

asyncio.run(main())
"""


def test_what_was_answered_survives_the_death_of_the_process(sqlite_url):
    told = []
    with subprocess.Popen(
        [sys.executable, "-c", ACCEPTS_FOR_EVER, sqlite_url], stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            told.append(line.strip())
            if len(told) == 150:
                os.kill(process.pid, signal.SIGKILL)
        # What was said between the 150th line and the end is read too: the loop ends with the pipe.
    engine = open_database(sqlite_url)
    with reading(engine) as conn:
        kept = set(conn.scalars(select(tables.inbox_event.c.delivery_key)))
        count = conn.scalar(select(func.count()).select_from(tables.outbox))
    engine.dispose()
    whole = [key for key in told if key.count("-") == 1 and not key.endswith("-")]
    assert len(whole) >= 150
    assert set(whole) <= kept
    assert count == len(kept)
