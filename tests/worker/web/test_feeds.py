"""The calendar feed over HTTP: who gets it, what is in it, and when it changes."""

import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from icalendar import Calendar
from sqlalchemy import text

from connectors.feed import FeedEvent, Status
from planning.calendar import KEPT
from planning.schedule.plan import Layer, LayerKind
from tests.worker.living import START, life
from tests.worker.published import coming, free_day, plan, publishes, runs_towards_a_goal
from tests.worker.web.asking import ELSEWHERE, asked
from worker import audit, erasing, hand, serving, store, tables
from worker.connections import connect, connections, disconnect
from worker.db import reading, writing
from worker.doomed import Scope
from worker.feeds import ConnectionFeed
from worker.web import links
from worker.web.app import create_app


def linked(lived, athlete_id=1):
    """A new link, as the command makes it; its token."""
    with reading(lived.engine) as conn:
        made = links.new_link(links.feed_of(conn, athlete_id))
    connect(
        lived.runtime,
        athlete_id,
        connector=links.FEED,
        external_athlete_id=made.feed_id,
        tokens=made.tokens,
        settings=made.settings,
    )
    return made.token


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with life(sqlite_url, tmp_path) as lived:
        lived.token = linked(lived)
        runs_towards_a_goal(lived)
        yield lived


def ask(lived, token=None, method="GET", **headers):
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    address = f"/calendar/{token or lived.token}.ics"
    where = {"client": ELSEWHERE, "host": "run.example.org", "headers": told}
    (answer,) = asked(create_app(lived.runtime), (method, address, where))
    return answer


def events(lived):
    """Of what a calendar program gets: by ident, with day, name, status and sequence."""
    found = Calendar.from_ical(ask(lived).body).events
    return {
        str(each["UID"]).partition("@")[0]: (
            each.decoded("DTSTART"),
            str(each["SUMMARY"]),
            str(each["STATUS"]),
            each["SEQUENCE"],
        )
        for each in found
    }


def wanted(lived):
    last = lived.today + timedelta(days=13)
    days = (day for day in plan(lived).days() if day.workout and lived.today <= day.day <= last)
    return {(each.workout.ident, each.day, each.workout.workout.name) for each in days}


def shown(lived):
    return {
        (ident, day, name)
        for ident, (day, name, status, _) in events(lived).items()
        if status == "CONFIRMED" and day >= lived.today
    }


def says(lived, kind, ident, to_day=None):
    with writing(lived.engine) as conn:
        hand.by_command(lived.runtime, conn, 1, Layer(kind, ident, to_day))
    lived.work()
    lived.clock.later(minutes=5)


def test_whoever_has_the_link_gets_the_plan(lived):
    answer = ask(lived)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert shown(lived) == wanted(lived) != set()
    assert all(told[2:] == ("CONFIRMED", 0) for told in events(lived).values())


def test_nothing_is_written_and_nothing_else_told_when_nothing_changed(lived):
    before, written = ask(lived).body, len(lived.rows(tables.calendar_journal))
    publishes(lived, times=2)
    assert ask(lived).body == before
    assert len(lived.rows(tables.calendar_journal)) == written


def test_nothing_else_of_the_athlete_is_in_it(lived):
    lived.profile(name="Robin Secret", birth_year=1981)
    publishes(lived)
    told = ask(lived).body
    assert b"Robin" not in told
    names = {line.partition(b":")[0].partition(b";")[0] for line in told.split(b"\r\n")}
    assert {name for name in names if name and not name.startswith(b" ")} == {
        *(b"BEGIN", b"END", b"PRODID", b"VERSION", b"NAME", b"X-WR-CALNAME"),
        *(b"REFRESH-INTERVAL", b"X-PUBLISHED-TTL", b"UID", b"SEQUENCE", b"DTSTAMP"),
        *(b"LAST-MODIFIED", b"DTSTART", b"SUMMARY", b"DESCRIPTION", b"STATUS", b"TRANSP", b"CLASS"),
    }


def test_what_is_known_is_not_sent_again(lived):
    first = ask(lived)
    etag = first.headers["etag"]
    for told in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = ask(lived, if_none_match=told)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    assert ask(lived, if_none_match='"other"').status == 200
    head = ask(lived, method="HEAD")
    assert (head.status, head.headers["etag"]) == (200, etag)
    says(lived, LayerKind.SKIP, coming(lived)[0].ident)
    later = ask(lived, if_none_match=etag)
    assert later.status == 200
    assert later.headers["etag"] != etag


def test_a_session_that_moves_keeps_its_id_and_one_that_is_taken_out_is_cancelled(lived):
    one, other = coming(lived)[:2]
    before, day = events(lived), free_day(lived, one.day)
    says(lived, LayerKind.MOVE, one.ident, day)
    says(lived, LayerKind.SKIP, other.ident)
    now = events(lived)
    assert now[one.ident][0] == day
    assert now[one.ident][2:] == ("CONFIRMED", 1)
    assert now[other.ident][0] == other.day
    assert now[other.ident][2:] == ("CANCELLED", 1)
    assert shown(lived) == wanted(lived)
    alike = before.keys() - {one.ident, other.ident}
    assert [now[ident] for ident in alike if now[ident][:3] == before[ident][:3]] == [
        before[ident] for ident in alike if now[ident][:3] == before[ident][:3]
    ]


def test_past_days_stay_for_a_while_as_they_were_and_a_cancelled_one_too(lived):
    skipped = coming(lived)[0]
    says(lived, LayerKind.SKIP, skipped.ident)
    first = lived.today
    before = {ident: told for ident, told in events(lived).items() if told[0] <= first}
    lived.clock.later(days=KEPT.days)
    assert before.items() <= events(lived).items()
    assert events(lived)[skipped.ident][2] == "CANCELLED"
    lived.clock.later(days=1)
    assert first not in {told[0] for told in events(lived).values()}
    lived.clock.later(days=40)
    assert events(lived) == {}


def test_days_are_the_athletes(lived):
    """At 23:30 in Paris it is no other day there, whatever the day is in UTC or at the program."""
    before = ask(lived).body
    lived.clock.at = lived.clock.at.replace(hour=21, minute=30)
    assert ask(lived).body == before
    assert b"DTSTART;VALUE=DATE:" in before
    assert b"DTSTART:" not in before


# --- who gets nothing -----------------------------------------------------------------------------


def nothing(answer):
    return (answer.status, answer.body) == (404, b"Not Found")


def test_to_others_there_is_nothing_here(lived):
    token = lived.token
    almost = token[:-1] + ("A" if token[-1] != "A" else "B")
    for other in (almost, token[:-1], token + "A", token.swapcase(), "x", "%00", "%C3%A9", "''"):
        assert nothing(ask(lived, other))
    (kept,) = [row for row in lived.rows(tables.connection) if row.connector == "ics"]
    assert nothing(ask(lived, kept.settings[links.LINK_HASH]))  # what is stored opens nothing
    assert nothing(ask(lived, kept.external_athlete_id))
    assert nothing(ask(lived, method="POST"))


def test_a_new_link_leads_to_the_same_events_and_the_old_one_nowhere(lived):
    before, old = ask(lived).body, lived.token
    lived.token = linked(lived)
    assert nothing(ask(lived, old))
    assert ask(lived).body == before
    publishes(lived)
    assert ask(lived).body == before


def test_a_feed_that_is_ended_is_gone_and_one_made_later_is_another(lived):
    before, old = events(lived), lived.token
    with reading(lived.engine) as conn:
        disconnect(lived.runtime, links.feed_of(conn, 1))
    assert nothing(ask(lived))
    lived.token = linked(lived)
    assert nothing(ask(lived, old))
    publishes(lived)
    assert events(lived).keys() == before.keys()
    assert len({row.connection_id for row in lived.rows(tables.feed_event)}) == 2


def test_each_athlete_has_a_feed_of_their_own(lived):
    with writing(lived.engine) as conn:
        profile = store.profile_of(conn, 1)
        other = store.add_athlete(conn, profile, known_at=lived.clock.at, now=lived.clock.at)
    token = linked(lived, other)
    assert b"VEVENT" not in ask(lived, token).body
    assert shown(lived) == wanted(lived)


def test_a_database_that_does_not_answer_is_no_404(lived):
    with writing(lived.engine) as conn:
        conn.execute(text("DROP TABLE feed_event"))
    answer = ask(lived)
    assert (answer.status, "retry-after" in answer.headers) == (503, True)


def test_the_token_is_in_no_log_and_in_no_table(lived, tmp_path, capfd, caplog):
    caplog.set_level(logging.DEBUG)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/calendar/{lived.token}.ics"
        with serving.serving(lived.runtime, listener):
            assert requests.get(address, timeout=10).text.startswith("BEGIN:VCALENDAR")
            assert requests.get(f"{address}x", timeout=10).status_code == 404
            with writing(lived.engine) as conn:
                conn.execute(text("ALTER TABLE feed_event RENAME TO away"))
            assert requests.get(address, timeout=10).status_code == 503
    out = capfd.readouterr()
    ours = [each for each in caplog.records if not each.name.startswith("urllib3")]
    assert lived.token not in out.out + out.err + "".join(each.getMessage() for each in ours)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in kept if lived.token.encode() in path.read_bytes()]


def test_nothing_of_an_erased_feed_is_left(lived):
    scope = Scope(1, links.FEED)
    traces = audit.traces_of(lived.runtime, scope)
    assert lived.token in traces.words
    with writing(lived.engine) as conn:
        assert erasing.count(conn, scope)["feed_event"] > 0
        erasing.begin(lived.runtime, conn, scope)
    lived.work()
    assert nothing(ask(lived))
    assert lived.rows(tables.feed_event) == []
    assert audit.found(lived.engine, traces) == []


# --- rows -----------------------------------------------------------------------------------------


def test_of_many_who_change_an_event_at_once_each_counts(database_url, tmp_path):
    with life(database_url, tmp_path) as lived:
        linked(lived)
        with reading(lived.engine) as conn:
            (feed,) = connections(conn)
        rows = ConnectionFeed(lived.engine, athlete_id=1, connection_id=feed.id)
        first = FeedEvent("g1", START.date(), "Run", "", "d", 0, Status.CONFIRMED, lived.clock.at)

        def later(before):
            return replace(before, sequence=before.sequence + 1) if before else first

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: rows.change("g1", later), range(20)))
        assert rows.events() == [replace(first, sequence=19)]
        assert rows.change("g2", lambda there: there) is None
        assert len(rows.events()) == 1
