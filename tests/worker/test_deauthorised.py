"""When a permission is taken back at the service, and when that is only said; and what is kept of a
source that may only trigger.
"""

import pytest

from tests.worker.living import life_with_services
from worker import audit, tables
from worker.db import writing
from worker.doomed import Scope
from worker.inbox import Arrival, accept_now
from worker.schedule import tick

STRAVA = Scope(1, "strava")


@pytest.fixture
def lived(database_url, tmp_path):
    with life_with_services(database_url, tmp_path / "home") as lived:
        lived.connect_strava()
        lived.control.run()
        lived.poll("strava")
        lived.work()
        assert len(lived.activities()) == 1
        yield lived


def is_told(lived, n=1):
    """The event, as the door keeps it."""
    with writing(lived.engine) as conn:
        key = f"strava:hook:3:777001:athlete:777001:update:{n}"
        arrival = Arrival("strava", key, "deauthorised", {}, 1, 1, lived.clock.at)
        accept_now(conn, arrival, now=lived.clock.at)


def test_what_is_confirmed_is_erased_and_told_once(lived):
    traces = audit.traces_of(lived.runtime, STRAVA)
    lived.control.revoke("strava")
    is_told(lived)
    is_told(lived, 2)
    lived.work()
    assert audit.found(lived.engine, traces) == []
    (message,) = lived.rows(tables.message)
    assert "Strava says that you took your permission back" in message.body
    assert "goalward connect strava" in message.body
    assert [row.what for row in lived.rows(tables.erasure)] == ["strava"]


def test_it_is_erased_also_where_the_refusal_was_seen_before_the_event(lived):
    lived.control.revoke("strava")
    lived.clock.later(hours=7)
    lived.poll("strava")
    (row,) = lived.rows(tables.connection)
    assert row.state == "sign_in_needed"
    is_told(lived)
    lived.work()
    assert lived.rows(tables.connection) == []
    assert lived.activities() == ()


def test_a_lapsed_sign_in_alone_erases_nothing(lived):
    lived.control.revoke("strava")
    lived.clock.later(hours=7)
    for _ in range(3):
        lived.poll("strava")
        tick(lived.runtime)
        lived.work()
        lived.clock.later(days=1)
    assert len(lived.activities()) == 1
    assert lived.rows(tables.erasure) == []


def test_what_is_only_said_destroys_nothing(lived):
    is_told(lived)
    lived.work()
    (event,) = lived.rows(tables.inbox_event, kind="deauthorised")
    assert event.outcome == "not confirmed: the tokens still work"
    assert len(lived.activities()) == 1
    assert lived.rows(tables.connection)[0].state == "connected"


def test_while_the_service_is_away_nothing_is_known_and_nothing_destroyed(lived):
    lived.control.fault("strava", path_contains="/oauth", status=503, times=99)
    lived.control.revoke("strava")
    is_told(lived)
    lived.work()
    assert len(lived.activities()) == 1
    assert lived.rows(tables.erasure) == []
    lived.control.clear_faults()
    lived.clock.later(minutes=10)
    lived.work()
    assert lived.rows(tables.connection) == []
    assert lived.activities() == ()


# --- a source that may only trigger ---------------------------------------------------------------


@pytest.mark.parametrize(("use", "asks"), [("trigger", True), ("off", False)])
def test_of_a_strava_that_may_not_feed_nothing_is_kept_but_ids_of_events(sqlite_url, tmp_path, use, asks):  # fmt: skip
    with life_with_services(sqlite_url, tmp_path / "home", webhooks=True) as lived:
        lived.connect_garmin()
        lived.setting("strava_use", use)
        sent = len(lived.control.dump()["deliveries"])
        run = lived.control.run()
        lived.heard(sent)
        before = lived.control.dump()["requests"]
        lived.work("ingest")
        after = lived.control.dump()["requests"]
        asked = {path for path, times in after.items() if times != before.get(path, 0)}
        assert {path for path in asked if "strava" in path.lower()} == set()
        assert bool(asked) is asks
        assert [row.source for row in lived.rows(tables.observation)] == (
            ["garmin"] if asks else []
        )
        hints = lived.rows(tables.inbox_event, source="strava")
        assert {tuple(sorted(row.payload)) for row in hints} <= {("external_id", "tag"), ("carried", "external_id", "tag")}  # fmt: skip
        tick(lived.runtime)
        assert lived.rows(tables.inbox_event, source="strava", kind="poll") == []
        # The id is in the hint, which is emptied after its term, and nowhere else.
        polls = lived.rows(tables.inbox_event, source="garmin")
        assert [row for row in polls if str(run["strava_id"]) in row.delivery_key] == []
