"""intervals.icu from the poll or the webhook to the run, by the real worker and connector."""

import socket
import threading
from contextlib import ExitStack
from datetime import timedelta

import pytest

from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from planning.activity import RecordKind
from tests.worker.living import START, HandClock, life
from worker import schedule, serving, store, tables
from worker.connections import put_application_values
from worker.db import reading

TODAY = START.date()
SECRET = "shared-between-two"


class Passing(HandClock):
    """Looking at it takes a little while: limits by the second come to an end."""

    def machine_now(self):
        self.at += timedelta(milliseconds=50)
        return self.at


@pytest.fixture
def lived(sqlite_url, tmp_path):
    clock = Passing()
    with ExitStack() as stack:
        url = stack.enter_context(
            serve(machine_now=clock.machine_now, options=Options(today=TODAY))
        )
        control = stack.enter_context(Control(url))
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        lived = stack.enter_context(
            life(sqlite_url, tmp_path, clock=clock, INTERVALS_API_URL=f"{url}/intervals")
        )
        lived.control = control
        lived.listener = listener
        given = control.post("intervals/key")
        lived._connect("intervals", given["athlete_id"], {"api_key": given["api_key"]})
        yield lived


def caught_up(lived):
    """Poll, and read until nothing is left; what waits for a limit is waited for."""
    lived.poll("intervals")
    for _ in range(60):
        if not lived.owed("ingest"):
            return
        lived.clock.later(seconds=1)
        lived.work("ingest")
    raise AssertionError([row.last_error for row in lived.owed("ingest")])


def test_a_history_comes_whole_within_the_limit(lived):
    made = lived.control.history(weeks=3, until=TODAY)["activities"]
    caught_up(lived)
    found = lived.activities()
    assert len(found) == made
    assert all(one.provenance["distance_m"].startswith("intervals:") for one in found)
    with reading(lived.engine) as conn:
        kinds = {seen.record.kind for seen in store.observations(conn, 1)}
    assert RecordKind.DEVICE_FILE in kinds
    assert lived.control.post("intervals/state")["refused"] == 0


def test_an_edit_and_a_deletion_are_found_by_the_next_poll(lived):
    kept = lived.control.run(TODAY - timedelta(days=1))
    made = lived.control.run(TODAY)
    caught_up(lived)
    assert len(lived.activities()) == 2
    lived.control.edit_activity(kept["garmin_id"], name="Tempo by the river")
    lived.control.delete_activity(made["garmin_id"], services=["intervals"])
    lived.clock.later(minutes=11)
    caught_up(lived)
    (left,) = lived.activities()
    assert left.name == "Tempo by the river"


def test_pitfall_27_what_is_withheld_is_written_down_and_no_run(lived):
    made = lived.control.history(weeks=3, until=TODAY)["activities"]
    lived.control.post("intervals/settings", strava_share=0.4)
    caught_up(lived)
    with reading(lived.engine) as conn:
        withheld = store.withheld(conn, 1)
    assert 0 < len(withheld) == made - len(lived.activities())
    assert {one.source for one in withheld} == {"intervals"}


def test_a_webhook_brings_a_run_once(lived):
    put_application_values(
        lived.runtime, "intervals", {"intervals_webhook_secret": SECRET, "webhook_secret": "door"}
    )
    port = lived.listener.getsockname()[1]
    with serving.serving(lived.runtime, lived.listener):
        lived.control.post(
            "intervals/hook", url=f"http://127.0.0.1:{port}/webhooks/intervals/door", secret=SECRET
        )
        lived.control.run(TODAY)
        lived.control.post("intervals/announce", times=2)
        delivered(lived, 2)
        forged = {"type": "ACTIVITY_UPLOADED", "activity": {"id": "i1"}}
        lived.control.post(
            "intervals/hook", url=f"http://127.0.0.1:{port}/webhooks/intervals/door", secret="guess"
        )
        lived.control.post("intervals/event", event=forged)
        sent = delivered(lived, 3, gives_up=True)
    assert [one["attempts"] for one in sent] == [[200], [200], [400] * 3]
    lived.work("ingest")
    assert len(lived.activities()) == 1
    ids = {row.payload["external_id"] for row in lived.rows(tables.inbox_event, kind="activity")}
    assert len(ids) == 1


def delivered(lived, count, *, gives_up=False):
    pause = threading.Event()
    for _ in range(500):
        sent = lived.control.post("intervals/state")["deliveries"]
        last = sent[-1]["attempts"] if sent else []
        if len(sent) == count and (last[-1:] == [200] or (gives_up and len(last) == 3)):
            return sent
        pause.wait(0.02)
    raise AssertionError(sent)


def test_a_key_that_was_renewed_stops_the_polling_and_says_how_to_go_on(lived):
    lived.control.run(TODAY)
    lived.control.post("intervals/key", renew=True)
    lived.poll("intervals")
    (connected,) = lived.rows(tables.connection)
    assert connected.state == "sign_in_needed"
    assert "goalward connect intervals" in connected.problem


def test_it_is_connected_by_its_key_and_by_no_other(home):
    with (
        serve(machine_now=lambda: START, options=Options(today=TODAY)) as url,
        Control(url) as control,
    ):
        home.environ["GOALWARD_INTERVALS_API_URL"] = control.intervals_url
        key = control.post("intervals/key")["api_key"]
        wrong = home("connect", "intervals", "--answer", "api_key=guess")
        assert wrong.status == 1
        assert "intervals.icu/settings" in wrong.err
        said = home.ok("connect", "intervals", "--answer", f"api_key={key}")
        assert "Robin Runner 1" in said.out
        assert "from Strava" in said.out
        assert "not written to its calendar" in said.out
        assert home("calendar", "sync").status == 1
        again = home.ok(
            "connect",
            "intervals",
            "--answer",
            f"api_key={key}",
            "--answer",
            "intervals_calendar=yes",
        )
        assert "tick" in again.out
        assert home.ok("calendar", "sync", "--json").json == [
            {"calendar": "intervals", "written": 0}
        ]
        (connected,) = home.ok("status", "--json").json["connections"]
        assert (connected["connector"], connected["state"]) == ("intervals", "connected")
        assert key.encode() not in (home.path / "goalward.db").read_bytes()


def test_what_is_listed_as_withheld_no_more_is_forgotten_by_the_look_back(lived):
    """As when the athlete has connected the watch there: the same runs come under other ids."""
    made = lived.control.history(weeks=3, until=TODAY)["activities"]
    lived.control.post("intervals/settings", strava_share=0.4)
    caught_up(lived)
    with reading(lived.engine) as conn:
        assert store.withheld(conn, 1)
    lived.control.post("intervals/settings", strava_share=0.1)
    lived.clock.later(days=1)
    lived.control.day(TODAY + timedelta(days=1))
    schedule.tick(lived.runtime)
    caught_up(lived)
    with reading(lived.engine) as conn:
        left = store.withheld(conn, 1)
    assert 0 < len(left) == made - len(lived.activities())
