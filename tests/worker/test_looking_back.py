"""Once more through what a source has: late uploads, edits and deletions of weeks ago."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from connectors.registry import connectors
from tests.worker.living import START, life, life_with_services
from worker import tables
from worker.asking import POLL_EVERY, poll_every
from worker.connections import connection
from worker.db import reading, writing
from worker.inbox import accept_now
from worker.looking_back import EVERYTHING, LATELY, look_back_arrival
from worker.polling import progress
from worker.pruning import prune
from worker.schedule import tick

TODAY, DAY = START.date(), timedelta(days=1)
AGO = (140, 120, 45, 40, 30, 10, 5, 1)


@pytest.fixture
def garmin(sqlite_url, tmp_path):
    """Some runs of five months have been read."""
    with life_with_services(sqlite_url, tmp_path) as lived:
        for days_ago in AGO:
            lived.control.run(TODAY - days_ago * DAY)
        lived.connect_garmin()
        lived.poll()
        lived.clock.later(days=1)
        yield lived


def the_one(lived):
    with reading(lived.engine) as conn:
        return connection(conn, 1)


def looks_back(lived, reach):
    """As owed by the clock, on a day of that kind."""
    day = TODAY
    while look_back_arrival(the_one(lived), day=day, known_at=START).payload["back"] != reach:
        day += DAY
    arrival = look_back_arrival(the_one(lived), day=day, known_at=lived.clock.at)
    with writing(lived.engine) as conn:
        assert accept_now(conn, arrival, now=lived.clock.at)
    lived.work("ingest")
    return lived.rows(tables.inbox_event, delivery_key=arrival.delivery_key)[0]


def recorded(days_ago):
    """The number of that run, in whatever way the simulation counts."""
    return AGO.index(days_ago)


def garmin_id(lived, days_ago):
    return lived.control.dump()["activities"][recorded(days_ago)]["garmin_id"]


def listings(lived):
    asked = lived.control.dump()["requests"]
    return sum(n for path, n in asked.items() if "activities/search" in path)


def names(lived):
    return {run.name for run in lived.activities()}


# --- what it finds --------------------------------------------------------------------------------


@pytest.mark.parametrize(("reach", "days_ago"), [(LATELY, 30), (EVERYTHING, 120)])
def test_an_edit_of_long_ago_is_found(garmin, reach, days_ago):
    garmin.control.edit_activity(garmin_id(garmin, days_ago), name="Renamed long after")
    garmin.poll()
    assert "Renamed long after" not in names(garmin)
    looked = looks_back(garmin, reach)
    assert looked.outcome == "looked back: 1 new"
    assert "Renamed long after" in names(garmin)


@pytest.mark.parametrize(("reach", "days_ago"), [(LATELY, 30), (EVERYTHING, 120)])
def test_a_deletion_of_long_ago_is_found(garmin, reach, days_ago):
    before = len(garmin.activities())
    garmin.control.delete_activity(garmin_id(garmin, days_ago))
    garmin.poll()
    assert len(garmin.activities()) == before
    looks_back(garmin, reach)
    assert len(garmin.activities()) == before - 1
    assert garmin.outcomes()[-1] == "deleted at the source"


@pytest.mark.parametrize(("reach", "days_ago"), [(LATELY, 30), (EVERYTHING, 120)])
def test_a_run_that_is_uploaded_weeks_late_is_found(garmin, reach, days_ago):
    before = len(garmin.activities())
    garmin.control.run(TODAY - days_ago * DAY, at="03:00")
    garmin.poll()
    assert len(garmin.activities()) == before
    looks_back(garmin, reach)
    assert len(garmin.activities()) == before + 1


def test_where_nothing_has_changed_nothing_is_fetched(garmin):
    before = len(garmin.outcomes())
    assert looks_back(garmin, EVERYTHING).outcome == "looked back: 0 new"
    assert len(garmin.outcomes()) == before


def test_it_does_not_move_the_place_of_the_polls(garmin):
    before = the_one(garmin).cursor
    looks_back(garmin, LATELY)
    assert the_one(garmin).cursor == before
    garmin.control.run(TODAY + DAY)
    garmin.clock.later(minutes=10)
    garmin.poll()
    assert garmin.outcomes()[-1] == "stored"


def test_an_account_that_suddenly_lists_nothing_is_not_believed_to_be_empty(garmin):
    for days_ago in AGO:
        garmin.control.delete_activity(garmin_id(garmin, days_ago))
    before = len(garmin.outcomes())
    assert looks_back(garmin, EVERYTHING).outcome == "looked back: 0 new"
    assert len(garmin.outcomes()) == before


def test_runs_of_another_account_are_not_missed(garmin):
    """One athlete, two accounts of one service: each is asked only for what it showed itself."""
    with writing(garmin.engine) as conn:
        conn.execute(update(tables.sighting).values(connection_id=1))
    second = garmin._connect("garmin", "runner-2", garmin.control.tokens()["garmin"])
    row = tables.sighting
    one = str(garmin_id(garmin, 30))
    with writing(garmin.engine) as conn:
        conn.execute(update(row).where(row.c.external_id == one).values(connection_id=second))
    garmin.control.delete_activity(int(one))
    before = len(garmin.activities())
    looks_back(garmin, EVERYTHING)
    assert len(garmin.activities()) == before


# --- interrupted ----------------------------------------------------------------------------------


def test_it_goes_on_after_an_interruption_and_knows_what_it_has_heard(garmin):
    garmin.control.delete_activity(garmin_id(garmin, 120))
    before = len(garmin.activities())
    # the first page comes, the second is refused for a while
    garmin.control.fault("garmin", path_contains="activities/search", kind="slow", times=1)
    garmin.control.fault("garmin", path_contains="activities/search", status=429, retry_after=300)
    looked = looks_back(garmin, EVERYTHING)
    assert looked.done_at is None
    assert looked.payload["listed"]
    first = listings(garmin)
    garmin.clock.later(seconds=301)
    garmin.work("ingest")
    assert listings(garmin) - first == 1  # only what had not been heard
    (looked,) = garmin.rows(tables.inbox_event, delivery_key=looked.delivery_key)
    assert looked.outcome.startswith("looked back")
    assert "listed" not in looked.payload
    assert len(garmin.activities()) == before - 1


# --- by the clock ---------------------------------------------------------------------------------


def backs(lived):
    rows = lived.rows(tables.inbox_event, kind="poll")
    return [row.payload["back"] for row in rows if "back" in row.payload]


def test_once_a_day_beginning_on_the_day_after_and_once_a_week_everything(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path) as lived:
        lived.control.run()
        lived.connect_garmin()
        tick(lived.runtime)
        lived.work("ingest")
        lived.clock.later(minutes=10)
        tick(lived.runtime)
        lived.work("ingest")
        assert backs(lived) == []
        for _ in range(14):
            lived.clock.later(days=1)
            tick(lived.runtime)
            lived.work("ingest")
        looked = backs(lived)
        assert len(looked) == 14
        assert looked.count(EVERYTHING) == 2


def test_it_comes_after_all_that_is_live(garmin):
    tick(garmin.runtime)
    owed = {row.key: row.late for row in garmin.owed("ingest")}
    polls = garmin.rows(tables.inbox_event, kind="poll", done_at=None)
    assert {("back" in row.payload, owed[str(row.id)]) for row in polls} == {(True, 1), (False, 0)}


def test_only_one_at_a_time_and_it_holds_up_no_poll(garmin):
    garmin.control.fault("garmin", path_contains="activities/search", status=503, times=500)
    for _ in range(6):
        tick(garmin.runtime)
        garmin.clock.later(hours=12)
    waiting = garmin.rows(tables.inbox_event, kind="poll", done_at=None)
    assert sorted("back" in row.payload for row in waiting) == [False, True]


@pytest.mark.parametrize(("number", "minutes"), [(1, 10), (4, 28.8), (10, 72)])
def test_polls_leave_most_of_a_services_limit_to_what_they_find(number, minutes):
    strava = connectors()["strava"]
    every = poll_every(strava, number)
    assert every == timedelta(minutes=minutes)
    (daily,) = [limit for limit in strava.capabilities.limits if limit.name == "read_day"]
    assert number * 2 * (DAY / every) <= 0.4 * daily.calls + 1e-9
    assert poll_every(connectors()["files"], number) == POLL_EVERY


# --- progress -------------------------------------------------------------------------------------


def told(lived):
    with reading(lived.engine) as conn:
        found = progress(conn, 1)
    return found and found.words


def test_pitfall_19_and_progress_of_a_history(sqlite_url, tmp_path):
    """Pages until an empty one; and how much of what they named has been read."""
    with life_with_services(sqlite_url, tmp_path) as lived:
        made = lived.control.history(weeks=2, until=TODAY - DAY)["activities"]
        lived.connect_garmin()
        assert told(lived) is None
        lived.control.fault("garmin", path_contains="/activity-service", status=503, times=999)
        lived.poll()
        assert told(lived) == f"history: 0 of {made} read"
        lived.control.clear_faults()
        lived.clock.later(seconds=10)
        lived.work("ingest")
        assert told(lived) is None
        assert len(lived.activities()) == made


def test_the_history_of_strava_is_paced_and_not_lost(sqlite_url, tmp_path):
    """A fifth of the limit at once, what live work leaves as time goes by; never more than all."""
    with life_with_services(sqlite_url, tmp_path) as lived:
        lived.control.settings(limits={"read_short": 10, "read_day": 400})
        lived.control.history(weeks=2, until=TODAY - DAY)
        lived.connect_strava()
        with writing(lived.engine) as conn:
            from worker.schedule import owe_poll

            owe_poll(lived.runtime, conn, 1, reason="history")
        lived.work("ingest")
        assert len(lived.activities()) < 5
        assert "history: " in told(lived)
        for _ in range(40):
            lived.clock.later(minutes=5)
            lived.work("ingest")
        there = [r for r in lived.control.dump()["activities"] if "strava" not in r["gone"]]
        assert len(lived.activities()) == len(there)
        assert told(lived) is None


# --- pruning --------------------------------------------------------------------------------------


def test_what_was_read_a_month_ago_goes_and_nothing_comes_again(garmin):
    looks_back(garmin, LATELY)
    before, known = len(garmin.rows(tables.inbox_event)), garmin.activities()
    assert prune(garmin.runtime) == 0
    garmin.clock.later(days=32)
    assert prune(garmin.runtime) >= len(AGO)
    left = garmin.rows(tables.inbox_event)
    (poll,) = [row for row in left if row.kind == "poll"]
    assert "ended_at" in poll.payload  # where the last one ended, or it would be a first import
    assert len(left) < before / 4
    assert garmin.activities() == known
    assert len(garmin.rows(tables.outbox, actor="ingest")) <= len(left)
    garmin.control.delete_activity(garmin_id(garmin, 40))
    garmin.poll()
    looks_back(garmin, EVERYTHING)
    fetched = [row.outcome for row in garmin.rows(tables.inbox_event, kind="activity")]
    assert fetched == ["deleted at the source"]  # nothing else was asked for again


def test_questions_about_nights_do_not_pile_up_for_ever(garmin):
    """One an hour for each source is nine thousand a year."""
    for _ in range(3):
        tick(garmin.runtime)
        garmin.work("ingest")
        garmin.clock.later(hours=1)
    assert len(garmin.rows(tables.inbox_event, kind="wellness")) == 3
    nights = garmin.rows(tables.wellness)
    garmin.clock.later(days=32)
    prune(garmin.runtime)
    assert garmin.rows(tables.inbox_event, kind="wellness") == []
    assert garmin.rows(tables.wellness) == nights


def test_what_is_put_off_and_still_listed_is_not_forgotten(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path) as lived:
        lived.connect_garmin()
        lived.control.run(TODAY + 100 * DAY)
        lived.poll()
        lived.clock.later(days=40)
        prune(lived.runtime)
        assert lived.outcomes() == ["kept aside: it is dated more than a day ahead"]


def test_what_waits_is_not_pruned(sqlite_url, tmp_path):
    with life(sqlite_url, tmp_path) as lived:
        lived._connect("garmin", "x", {})
        tick(lived.runtime)
        lived.clock.later(days=90)
        assert prune(lived.runtime) == 0
