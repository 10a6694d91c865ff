"""What a service lets be kept for some days only is gone after them; what was derived stays."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update

from connectors.ports import OriginalFile
from planning.fitness.observation import derive
from tests.worker.living import PARIS, START, STRAVA_ATHLETE, a_record, life
from worker import store, tables
from worker.db import reading, writing
from worker.inbox import Arrival, accept_now
from worker.recordings import Place, keep_raw
from worker.retention import OVER, expires_at, purge

WEEK = timedelta(days=7)


@pytest.fixture
def lived(database_url, tmp_path):
    with life(database_url, tmp_path) as lived:
        lived._connect("strava", STRAVA_ATHLETE, {"refresh_token": "r"})
        yield lived


def arrives(lived, source="strava", key="1", *, done=True, marked=False, **payload):
    with writing(lived.engine) as conn:
        body = {"external_id": "9001", "tag": "", **payload}
        arrival = Arrival(source, f"{source}:{key}", "activity", body, 1, 1, lived.clock.at)
        accept_now(conn, arrival, now=lived.clock.at)
        row = tables.inbox_event
        event_id = conn.scalar(select(row.c.id).where(row.c.delivery_key == f"{source}:{key}"))
        mine = update(row).where(row.c.id == event_id)
        if done:
            conn.execute(mine.values(done_at=lived.clock.at, outcome="stored"))
        if marked:
            conn.execute(mine.values(expires_at=expires_at(lived.runtime, source, lived.clock.at)))
    return event_id


def seen(lived, source="strava", external_id="9001", **changes):
    record = a_record(source=source, external_id=external_id, name="Secret Lane", **changes)
    with writing(lived.engine) as conn:
        one = derive(replace(record, device="Watch 9"), None, zone=PARIS)
        store.put_observation(conn, 1, one, known_at=lived.clock.at, now=lived.clock.at)
    return one


@pytest.mark.parametrize("marked", [True, False])
def test_a_payload_is_emptied_when_its_term_is_over_and_not_before(lived, marked):
    arrives(lived, marked=marked)
    lived.clock.later(seconds=WEEK.total_seconds() - 1)
    assert purge(lived.runtime) == 0
    lived.clock.later(seconds=1)
    assert purge(lived.runtime) == 1
    (event,) = lived.rows(tables.inbox_event)
    assert (event.payload, event.outcome) == (None, "stored")
    assert purge(lived.runtime) == 0


def test_a_source_without_a_term_is_kept(lived):
    arrives(lived, "garmin")
    seen(lived, "garmin")
    before = lived.rows(tables.inbox_event), lived.rows(tables.observation)
    lived.clock.later(days=400)
    assert purge(lived.runtime) == 0
    assert (lived.rows(tables.inbox_event), lived.rows(tables.observation)) == before


def test_where_a_poll_ended_is_no_payload_of_an_activity(lived):
    with writing(lived.engine) as conn:
        arrival = Arrival("strava", "poll:1:x", "poll", {"ended_at": "5"}, 1, 1, lived.clock.at)
        accept_now(conn, arrival, now=lived.clock.at)
    lived.clock.later(days=30)
    assert purge(lived.runtime) == 0


def test_what_was_not_read_in_its_term_is_read_no_more_and_will_be_asked_for_again(lived):
    event_id = arrives(lived, done=False)
    lived.clock.later(days=8)
    purge(lived.runtime)
    (event,) = lived.rows(tables.inbox_event)
    assert (event.payload, event.outcome, event.done_at) == (None, OVER, lived.clock.at)
    assert lived.rows(tables.outbox, key=str(event_id)) == []
    assert lived.work("ingest") == 0
    assert OVER.startswith("left alone")  # which does not count as having been read


@pytest.mark.parametrize("marked", [True, False])
def test_a_recording_is_deleted_when_its_term_is_over(lived, marked):
    for source in ("strava", "garmin"):
        at = lived.clock.at
        until = expires_at(lived.runtime, source, at) if marked else None
        file = OriginalFile("a.fit", b"streams")
        with writing(lived.engine) as conn:
            keep_raw(conn, Place(1, source, "1"), file, problem=None, now=at, expires_at=until)
    lived.clock.later(days=6)
    assert purge(lived.runtime) == 0
    lived.clock.later(days=1)
    assert purge(lived.runtime) == 1
    assert [row.source for row in lived.rows(tables.raw_copy)] == ["garmin"]


def test_the_title_and_the_device_go_and_what_was_derived_stays(lived):
    derived = seen(lived)
    with reading(lived.engine) as conn:
        (before,) = store.activities(conn, 1)
    lived.clock.later(days=7)
    assert purge(lived.runtime) == 1
    assert purge(lived.runtime) == 0
    (row,) = lived.rows(tables.observation)
    bare = replace(derived, record=replace(derived.record, name="", device=None))
    with reading(lived.engine) as conn:
        (after,) = store.activities(conn, 1)
    assert (row.source, row.external_id, row.start_at) == ("strava", "9001", START)
    assert row.body["deriver"] == bare.deriver
    assert row.body["efforts"] == [
        {"distance_m": e.distance_m, "time_s": e.time_s} for e in bare.efforts
    ]
    assert "Secret" not in str(row)
    assert "Watch 9" not in str(row)
    provenance = {field: whose for field, whose in before.provenance.items() if field != "name"}
    assert replace(before, name="", provenance=provenance) == replace(
        after, provenance={f: w for f, w in after.provenance.items() if f != "name"}
    )


def test_earlier_versions_of_an_observation_are_stripped_too(lived):
    seen(lived)
    lived.clock.later(minutes=1)
    seen(lived, distance_m=9_000.0)
    lived.clock.later(days=8)
    assert purge(lived.runtime) == 2
    assert [row.body["record"]["name"] for row in lived.rows(tables.observation)] == ["", ""]


def test_a_heap_is_purged_to_the_last_row(lived):
    for n in range(250):
        arrives(lived, key=str(n))
    lived.clock.later(days=8)
    assert purge(lived.runtime) == 250
    assert {row.payload is None for row in lived.rows(tables.inbox_event)} == {True}


def test_nobody_waits_while_it_is_looked_for(lived):
    """Looking through every observation takes long; what is written then is named by its id."""
    for n in range(120):
        seen(lived, external_id=str(n), start_at=START - timedelta(hours=n))
        arrives(lived, key=str(n))
    lived.clock.later(days=8)
    said = []

    def listens(conn, _cursor, statement, *_):
        if conn.get_execution_options().get("writes"):
            said.append(statement)

    event.listen(lived.engine, "before_cursor_execute", listens)
    try:
        assert purge(lived.runtime) == 240
    finally:
        event.remove(lived.engine, "before_cursor_execute", listens)
    assert any(one.startswith("UPDATE observation") for one in said)
    for one in said:
        assert "received_at" not in one
        assert "recorded_at" not in one
