"""Two answers about one activity: the one that was asked for later counts, however late it comes."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from connectors.files.decode import decode
from tests.sizes import FIXED, examples
from tests.worker.living import START, life, life_with_services
from worker import tables
from worker.actors import ACTORS
from worker.db import reading, writing
from worker.perform import run_owed
from worker.sightings import GONE, Seen, answers, keep_answer, last_seen


def slow_answer(lived, meanwhile):
    """The next recording is read slowly: so much happens before its answer is stored."""
    waiting = [meanwhile]

    def slowly(file):
        if waiting:
            waiting.pop()()
        return decode(file)

    lived.runtime.decode = slowly


def names(lived):
    return [run.name for run in lived.activities()]


def settled(lived):
    for _ in range(4):
        lived.clock.later(seconds=2)
        lived.work("ingest")


@pytest.fixture
def garmin(database_url, tmp_path):
    with life_with_services(database_url, tmp_path) as lived:
        lived.connect_garmin()
        lived.poll()
        lived.control.run()
        lived.control.edit_activity(name="First")
        yield lived


def test_an_older_answer_does_not_overwrite_a_newer_one(garmin):
    def edited_and_read_by_another_worker():
        garmin.control.edit_activity(name="Second")
        garmin.clock.later(minutes=10)
        garmin.poll()

    slow_answer(garmin, edited_and_read_by_another_worker)
    garmin.poll()
    assert names(garmin) == ["Second"]
    settled(garmin)
    assert names(garmin) == ["Second"]
    assert garmin.outcomes()
    assert all(garmin.outcomes())  # nothing is left undone


def test_nor_where_the_newer_one_said_nothing_new(garmin):
    """There and back again: the newer answer is what is known, the older one in between is not."""
    garmin.poll()
    assert names(garmin) == ["First"]
    garmin.control.edit_activity(name="Second")

    def back_again_and_read():
        garmin.control.edit_activity(name="First")
        garmin.clock.later(minutes=10)
        garmin.poll()

    slow_answer(garmin, back_again_and_read)
    garmin.clock.later(minutes=10)
    garmin.poll()
    settled(garmin)
    assert names(garmin) == ["First"]


def test_a_run_that_was_deleted_meanwhile_does_not_come_back(garmin):
    garmin.poll()
    garmin.control.edit_activity(name="Second")

    (run,) = garmin.control.dump()["activities"]

    def deleted_and_asked_for():
        garmin.control.delete_activity()
        arrival = {
            "source": "garmin",
            "delivery_key": "hook:1",
            "connection_id": 1,
            "athlete_id": 1,
            "kind": "activity",
            "payload": {"external_id": str(run["garmin_id"]), "tag": ""},
            "received_at": garmin.clock.at,
            "known_at": garmin.clock.at,
        }
        from worker import outbox

        with writing(garmin.engine) as conn:
            made = conn.execute(insert(tables.inbox_event).values(arrival))
            key = str(made.inserted_primary_key[0])
            outbox.push(conn, "ingest", key, due_at=garmin.clock.at)
        run_owed(garmin.runtime, ACTORS, only=["ingest"])

    slow_answer(garmin, deleted_and_asked_for)
    garmin.clock.later(minutes=10)
    garmin.poll()
    assert garmin.activities() == ()
    settled(garmin)
    assert garmin.activities() == ()


def test_what_was_hidden_and_is_shown_again_unchanged_comes_back(garmin):
    """A privacy flip: its state is the one that was seen before it went."""
    garmin.control.run(START.date() - timedelta(days=1))  # so that the listing is not empty
    garmin.poll()
    (run, *_) = garmin.control.dump()["activities"]
    with writing(garmin.engine) as conn:
        before = last_seen(conn, 1, [str(run["garmin_id"])])[str(run["garmin_id"])]
        assert keep_answer(
            conn,
            1,
            str(run["garmin_id"]),
            asked_after=answers(conn, 1, str(run["garmin_id"])),
            event_id=before.event_id,
            tag=GONE,
        )
        for table in (tables.observation,):
            conn.execute(table.delete().where(table.c.external_id == str(run["garmin_id"])))
    assert len(garmin.activities()) == 1
    garmin.clock.later(minutes=10)
    garmin.poll()
    assert len(garmin.activities()) == 2


def test_what_a_webhook_brought_is_passed_by_when_it_is_listed(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path, webhooks=True) as lived:
        before = len(lived.control.dump()["deliveries"])
        lived.control.run()
        lived.heard(before)
        lived.work()
        lived.poll("strava")
        assert lived.outcomes() == ["stored"]


# --- any interleaving -----------------------------------------------------------------------------


@given(steps=st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=14))
@settings(
    max_examples=examples(40),
    deadline=None,
    derandomize=FIXED,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_answers_are_kept_in_the_order_of_their_questions(sqlite_url, tmp_path, steps):
    with life(sqlite_url, tmp_path) as lived:
        connected = lived._connect("garmin", "x", {})
        with writing(lived.engine) as conn:
            conn.execute(tables.sighting.delete())
        asked, kept = {}, []
        for number, (worker, asks) in enumerate(steps):
            if asks or worker not in asked:
                with reading(lived.engine) as conn:
                    asked[worker] = (number, answers(conn, connected, "1"))
                continue
            at, after = asked.pop(worker)
            with writing(lived.engine) as conn:
                how = {"asked_after": after, "event_id": 1, "tag": None}
                if keep_answer(conn, connected, "1", **how):
                    kept.append(at)
        assert kept == sorted(kept)


def test_who_asks_alone_is_always_heard(sqlite_url, tmp_path):
    with life(sqlite_url, tmp_path) as lived:
        connected = lived._connect("garmin", "x", {})
        for number, tag in enumerate(["a", None, GONE, "b"]):
            with writing(lived.engine) as conn:
                after = answers(conn, connected, "7")
                assert after == number
                assert keep_answer(conn, connected, "7", asked_after=after, event_id=9, tag=tag)
                assert not keep_answer(conn, connected, "7", asked_after=after, event_id=9, tag=tag)
        with reading(lived.engine) as conn:
            assert last_seen(conn, connected, ["7", "8"]) == {"7": Seen(9, "b", None, None)}
