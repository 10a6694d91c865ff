"""Sources that contradict themselves, go silent in the middle, or tell of what cannot be."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.event import listen

from connectors.ports import ActivityRef, Page
from planning.fitness.observation import derive
from tests.worker.living import PARIS, START, HandClock, a_record, life, life_with_services
from worker import standing, store, tables
from worker.connections import connection, opened
from worker.coverage import note_page
from worker.db import reading, writing
from worker.inbox import Arrival, accept_now
from worker.ingest import _look_again
from worker.polling import Event, arrivals_of, keep, missing_from

TODAY, DAY = START.date(), timedelta(days=1)


@pytest.fixture
def garmin(database_url, tmp_path):
    """Garmin is connected and has been asked once."""
    with life_with_services(database_url, tmp_path) as lived:
        lived.connect_garmin()
        lived.poll()
        yield lived


def requests_of(lived, path):
    asked = lived.control.dump()["requests"]
    return sum(number for name, number in asked.items() if path in name)


def polls(lived, *, hours, every_minutes=10):
    for _ in range(hours * 60 // every_minutes):
        lived.clock.later(minutes=every_minutes)
        lived.poll()


# --- listed, and not there ------------------------------------------------------------------------


def test_pitfall_18_what_is_listed_and_never_there_is_not_asked_for_with_every_poll(garmin):
    garmin.control.run()
    garmin.control.fault("garmin", path_contains="/activity-service", status=404, times=999)
    garmin.poll()
    polls(garmin, hours=12)
    assert requests_of(garmin, "/activity-service/") <= 2 * 4  # two looks, each with its three more


def test_what_was_listed_before_it_was_there_comes_in(garmin):
    garmin.control.run()
    garmin.control.fault("garmin", path_contains="/activity-service", status=404, times=8)
    garmin.poll()
    polls(garmin, hours=2)
    garmin.control.clear_faults()
    polls(garmin, hours=24, every_minutes=60)
    assert len(garmin.activities()) == 1


# --- when it became known -------------------------------------------------------------------------


def test_what_a_poll_finds_after_days_of_waiting_was_not_known_when_it_was_asked(garmin):
    garmin.control.fault("garmin", path_contains="/activitylist-service", status=503, times=99)
    garmin.clock.later(minutes=10)
    garmin.poll()
    garmin.clock.later(days=2)
    garmin.control.clear_faults()
    garmin.control.run(TODAY + 2 * DAY, at="07:30")
    garmin.clock.later(hours=2)
    garmin.work("ingest")
    (seen,) = garmin.rows(tables.observation)
    assert seen.known_at >= seen.start_at


def test_nor_were_nights(garmin):
    garmin.clock.later(minutes=10)
    with writing(garmin.engine) as conn:
        asked = Arrival("garmin", "wellness:test", "wellness", {}, 1, 1, known_at=garmin.clock.at)
        accept_now(conn, asked, now=garmin.clock.at)
    garmin.control.fault("garmin", path_contains="/sleep-service", status=503, times=99)
    garmin.work("ingest")
    garmin.clock.later(days=3)
    garmin.control.clear_faults()
    garmin.control.day(TODAY + 3 * DAY)
    garmin.work("ingest")
    nights = garmin.rows(tables.wellness)
    assert max(night.day for night in nights) > TODAY + DAY
    assert all(night.known_at.date() >= night.day for night in nights)


# --- a listing that breaks off --------------------------------------------------------------------


def known_runs(lived, number):
    """So many runs have been read through connection 1."""
    now = lived.clock.at
    with writing(lived.engine) as conn:
        for n in range(number):
            seen = derive(a_record(n, start_at=START - n * DAY), None, zone=PARIS)
            store.put_observation(conn, 1, seen, known_at=now, now=now)
            first = {"connection_id": 1, "external_id": str(n), "tag": "a", "event_id": 1}
            conn.execute(insert(tables.sighting).values(first))


def test_a_listing_that_leaves_out_a_whole_history_has_only_some_of_it_asked_about(
    sqlite_url, tmp_path
):
    with life(sqlite_url, tmp_path) as lived:
        lived._connect("garmin", "x", {})
        known_runs(lived, 150)
        with reading(lived.engine) as conn:
            connected = connection(conn, 1)
        event = Event(1, "poll", "poll:1:x", {}, lived.clock.at, connected)
        long_ago = START - 999 * DAY
        asked = missing_from(lived.runtime, event, {"0"}, after=long_ago, backfill=True)
        assert [one.payload["external_id"] for one in asked] == [str(n) for n in range(1, 101)]


# --- odd names ------------------------------------------------------------------------------------


def test_a_file_whose_name_no_database_takes_does_not_hold_up_the_others(database_url, tmp_path):
    folder = tmp_path / "watch"
    deep = folder / ("a" * 120) / ("b" * 120)
    deep.mkdir(parents=True)
    (deep / "run.fit").write_bytes(b"x")
    Path(os.fsdecode(bytes(folder) + b"/caf\xe9.fit")).write_bytes(b"y")
    (folder / "run #5.fit").write_bytes(b"z")
    with life(database_url, tmp_path, clock=HandClock(START.replace(year=2030))) as lived:
        lived._connect("files", str(folder), {}, folder=str(folder))
        lived.poll("files")
        (poll,) = lived.rows(tables.inbox_event, kind="poll")
        assert poll.outcome == "1 new"
        assert [row.external_id for row in lived.rows(tables.sighting)] == ["run #5.fit"]


def test_what_is_not_there_yet_is_asked_for_again_whatever_it_is_called(sqlite_url, tmp_path):
    with life(sqlite_url, tmp_path) as lived:
        lived._connect("files", "x", {})
        with writing(lived.engine) as conn:
            connected = connection(conn, 1)
            for key in ("files:1:run #5.fit:a", "files:1:run #6.fit:a", "k" * 300):
                event = Event(1, "activity", key, {}, lived.clock.at, connected)
                assert _look_again(lived.runtime, conn, event)
        assert len(lived.rows(tables.inbox_event)) == 3


# --- shown as it was before -----------------------------------------------------------------------


def test_pitfall_18_an_edit_that_is_listed_before_it_is_shown_is_not_lost(garmin):
    garmin.control.run()
    garmin.control.edit_activity(name="Before")
    garmin.poll()
    (sighted,) = garmin.rows(tables.sighting)
    with reading(garmin.engine) as conn:
        connected = connection(conn, 1)
    external_id = sighted.external_id
    with opened(garmin.runtime, connected) as use:
        before = use.activities._get(f"/activity-service/activity/{external_id}")
    garmin.control.edit_activity(name="After")
    garmin.control.fault(
        "garmin", path_contains=f"/activity-service/activity/{external_id}", status=200, body=before
    )
    garmin.clock.later(minutes=10)
    garmin.poll()
    assert garmin.activities()[0].name == "Before"
    polls(garmin, hours=1)
    assert garmin.activities()[0].name == "After"


# --- from the future ------------------------------------------------------------------------------


def test_a_watch_that_synced_in_2034_proves_nothing(sqlite_url, tmp_path):
    with life(sqlite_url, tmp_path) as lived:
        lived._connect("garmin", "x", {})
        page = Page((), None, synced_at=START.replace(year=2034))
        with writing(lived.engine) as conn:
            connected = connection(conn, 1)
            note_page(lived.runtime, conn, connected, page, known_at=lived.clock.at)
        assert [row.key for row in lived.rows(tables.coverage)] == ["asked:garmin"]


# --- no nights ------------------------------------------------------------------------------------


def test_who_has_no_nights_is_asked_for_a_history_of_them_once_a_day(garmin):
    for service in ("sleep-service", "hrv-service", "metrics-service"):
        garmin.control.fault("garmin", path_contains=service, status=200, body={}, times=999)
    asked = []
    for hour in range(4):
        garmin.clock.later(hours=1)
        with writing(garmin.engine) as conn:
            known_at = garmin.clock.at
            arrival = Arrival("garmin", f"nights {hour}", "wellness", {}, 1, 1, known_at=known_at)
            accept_now(conn, arrival, now=garmin.clock.at)
        garmin.work("ingest")
        asked.append(requests_of(garmin, "/sleep-service/"))
    assert asked == [3, 4, 5, 6]  # three months, and then a week each


# --- many at once ---------------------------------------------------------------------------------


class Free:
    """A lease that nobody wants."""

    def check(self, conn=None):
        pass


def test_a_page_is_kept_in_few_statements(database_url, tmp_path):
    """Nobody else writes meanwhile: a row at a time it took a tenth of a second for fifty."""
    with life(database_url, tmp_path) as lived:
        lived._connect("garmin", "x", {})
        with reading(lived.engine) as conn:
            event = Event(1, "poll", "poll:1:x", {}, lived.clock.at, connection(conn, 1))
        refs = [ActivityRef(f"{n % 45}", f"tag {n % 45}") for n in range(50)]  # some named twice
        arrivals = arrivals_of(lived.runtime, event, refs, backfill=True)
        made = []
        listen(lived.engine, "before_cursor_execute", lambda *told: made.append(told[2]))
        assert keep(lived.runtime, event, Free(), arrivals) == 45
        assert len([one for one in made if "INSERT" in one]) <= 3
        assert {(row.external_id, row.tag) for row in lived.rows(tables.sighting)} == {
            (f"{n}", f"tag {n}") for n in range(45)
        }
        assert len(lived.owed("ingest")) == 45


# --- asked no more --------------------------------------------------------------------------------


def test_of_a_source_that_is_not_asked_any_more_no_silence_is_told(sqlite_url, tmp_path):
    """Strava only says when to ask Garmin: that no run comes from it is no news."""
    with life(sqlite_url, tmp_path) as lived:
        lived._connect("strava", "x", {})
        now = lived.clock.at
        with writing(lived.engine) as conn:
            record = a_record(start_at=START - 21 * DAY, source="strava")
            seen = derive(record, None, zone=PARIS)
            store.put_observation(conn, 1, seen, known_at=now, now=now)
        (strava,) = standing.of(lived.runtime, 1).connections
        assert "No run has come" in strava.silence
        lived._connect("garmin", "y", {})
        strava, _ = standing.of(lived.runtime, 1).connections
        assert strava.silence == ""
