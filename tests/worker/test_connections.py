"""Signing in, disconnecting and connecting again, while work is under way."""

from datetime import timedelta

import pytest

from connectors.errors import SignInNeeded, Unavailable
from planning.athlete import Athlete
from tests.worker.living import PARIS, START, STRAVA_ATHLETE, life_with_services
from worker import store, tables
from worker.actors import ACTORS
from worker.connections import (
    CONNECTED,
    DISCONNECTED,
    SIGN_IN_NEEDED,
    connect,
    connection,
    connections,
    disconnect,
    opened,
)
from worker.db import reading, writing
from worker.perform import Heartbeat, perform
from worker.schedule import owe_poll
from worker.vault import Vault

YESTERDAY = START.date() - timedelta(days=1)


@pytest.fixture
def lived(database_url, tmp_path):
    with life_with_services(database_url, tmp_path) as lived:
        lived.connect_garmin()
        yield lived


def the_one(lived):
    """The newest connection, whatever its state."""
    (*_, row) = lived.rows(tables.connection)
    with reading(lived.engine) as conn:
        return connection(conn, row.id)


def refused_after(lived, happens):
    """A call, during which something happens, and at whose end the old token is refused."""

    def call():
        with opened(lived.runtime, the_one(lived)):
            happens()
            raise SignInNeeded("the old token was refused", remedy="")

    with pytest.raises(SignInNeeded):
        call()


# --- health ---------------------------------------------------------------------------------------


def test_a_refused_token_is_told_as_a_sign_in_that_is_needed(lived):
    with pytest.raises(SignInNeeded), opened(lived.runtime, the_one(lived)):
        raise SignInNeeded("the token was refused", remedy="goalward connect garmin")
    noted = the_one(lived)
    assert noted.state == SIGN_IN_NEEDED
    assert noted.problem == "the token was refused. Run `goalward connect garmin`."


def test_a_call_under_way_does_not_undo_a_fresh_sign_in(lived):
    refused_after(lived, lived.connect_garmin)
    assert (the_one(lived).state, the_one(lived).problem) == (CONNECTED, None)


def test_a_call_under_way_does_not_bring_a_disconnected_one_back(lived):
    refused_after(lived, lambda: disconnect(lived.runtime, the_one(lived)))
    assert the_one(lived).state == DISCONNECTED


def test_what_is_known_of_an_earlier_look_does_not_count_as_the_tokens_age(lived):
    """A sign-in between loading the row and opening it: what is refused then are the new tokens."""
    before = the_one(lived)
    lived.connect_garmin()
    with pytest.raises(SignInNeeded), opened(lived.runtime, before):
        raise SignInNeeded("the new token was refused", remedy="")
    assert the_one(lived).state == SIGN_IN_NEEDED


def test_a_renewal_under_way_does_not_write_over_a_fresh_sign_in(lived):
    """Nor bring back tokens that were deleted: whoever renews them holds their lock."""
    lived.runtime.vault = Vault(lived.engine, lived.runtime.settings, wait_s=0.1)
    tokens = lived.runtime.vault.tokens(the_one(lived).id)
    before = tokens.read()
    with tokens.locked():
        with pytest.raises(Unavailable):
            lived.connect_garmin()
        with pytest.raises(Unavailable):
            disconnect(lived.runtime, the_one(lived))
        assert (tokens.read(), the_one(lived).state) == (before, CONNECTED)
    lived.connect_garmin()
    assert tokens.read() != before


# --- ended, and connected again -------------------------------------------------------------------


def test_connected_again_it_is_the_same_connection(lived):
    first = the_one(lived)
    disconnect(lived.runtime, first)
    assert dict(lived.runtime.vault.tokens(first.id).read()) == {}
    assert lived.connect_garmin() == first.id
    assert [row.state for row in lived.rows(tables.connection)] == [CONNECTED]
    assert lived.runtime.vault.tokens(first.id).read()
    lived.poll()
    assert the_one(lived).problem is None


def test_another_account_or_athlete_gets_a_connection_of_its_own(lived):
    first = the_one(lived)
    with writing(lived.engine) as conn:
        anna = store.add_athlete(conn, Athlete(PARIS), known_at=START, now=START)
    disconnect(lived.runtime, first)

    def connected(athlete_id, account):
        tokens = lived.control.tokens()["garmin"]
        return connect(
            lived.runtime,
            athlete_id,
            connector="garmin",
            external_athlete_id=account,
            tokens=tokens,
        )

    others = {connected(1, "runner-2"), connected(anna, "runner-1")}
    assert first.id not in others
    assert len(others) == 2
    with pytest.raises(ValueError, match="already connected to athlete 2"):
        connected(1, "runner-1")
    assert the_one(lived).athlete_id == anna


def test_of_several_that_were_ended_the_newest_lives_on(lived):
    first = the_one(lived)
    disconnect(lived.runtime, first)
    with writing(lived.engine) as conn:
        row = conn.execute(tables.connection.select()).one()._asdict()
        del row["id"]
        conn.execute(tables.connection.insert().values(row))
    newest = the_one(lived).id
    assert newest != first.id
    assert lived.connect_garmin() == newest
    with reading(lived.engine) as conn:
        assert [c.id for c in connections(conn)] == [newest]


def test_runs_that_were_left_alone_meanwhile_come_in_after_all(lived):
    """The poll has named them and moved on; the connection ended before they were fetched."""
    lived.control.history(weeks=1, until=YESTERDAY)
    with writing(lived.engine) as conn:
        owe_poll(lived.runtime, conn, 1, reason="test")
    poll = lived.rows(tables.inbox_event, kind="poll")[0]
    (owed,) = [row for row in lived.owed("ingest") if row.key == str(poll.id)]
    with Heartbeat(lived.engine) as heartbeat:
        perform(lived.runtime, owed.id, actors=ACTORS, heartbeat=heartbeat)
    named = len(lived.rows(tables.inbox_event, kind="activity"))
    assert named > 2
    disconnect(lived.runtime, the_one(lived))
    lived.clock.later(minutes=1)
    lived.work("ingest")
    assert set(lived.outcomes()) == {"left alone: the connection was ended"}
    assert lived.activities() == ()
    lived.connect_garmin()
    lived.clock.later(minutes=1)
    lived.work("ingest")
    assert len(lived.activities()) == named
    assert len(lived.rows(tables.inbox_event, kind="activity")) == named


def test_settings_that_are_given_anew_count(lived, tmp_path):
    def folder(path):
        return lived._connect("files", "account", {}, folder=path)

    made = folder("/a")
    assert folder("/b") == made
    with reading(lived.engine) as conn:
        assert connection(conn, made).settings == {"folder": "/b"}
    disconnect(lived.runtime, connection_of(lived, made))
    assert folder("/c") == made
    assert connection_of(lived, made).settings == {"folder": "/c"}


def connection_of(lived, connection_id):
    with reading(lived.engine) as conn:
        return connection(conn, connection_id)


def test_strava_connected_again_is_found_by_its_webhooks(lived):
    first = lived.connect_strava()
    disconnect(lived.runtime, connection_of(lived, first))
    assert lived.connect_strava() == first
    with reading(lived.engine) as conn:
        (found,) = [c for c in connections(conn) if c.connector == "strava"]
    assert (found.id, found.external_athlete_id) == (first, STRAVA_ATHLETE)
