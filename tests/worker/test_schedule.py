"""What falls due by the clock: once each, and without writing while nothing does."""

import json
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select, update

from planning.athlete import Athlete
from planning.goals.goal import HALF_M, Goal, GoalKind, Priority
from tests.listening import Listener
from tests.worker.living import PARIS, START, life, life_with_services
from worker import outbox, store, tables
from worker.asking import POLL_EVERY
from worker.connections import SIGN_IN_NEEDED, application_values
from worker.db import reading, writing
from worker.outcomes import latest_outcome
from worker.schedule import Subscribing, owe_poll, tick

MONDAY, DAY = START.date(), timedelta(days=1)


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with life(sqlite_url, tmp_path) as lived:
        yield lived


@contextmanager
def writes(lived):
    """Counts the transactions that write."""
    begun = []

    def begins(conn):
        if conn.get_execution_options().get("writes"):
            begun.append(conn)

    event.listen(lived.engine, "begin", begins)
    yield begun
    event.remove(lived.engine, "begin", begins)


def more_athletes(lived, number, zone=PARIS):
    with writing(lived.engine) as conn:
        return [
            store.add_athlete(
                conn, Athlete(zone, name=str(n)), known_at=lived.clock.at, now=lived.clock.at
            )
            for n in range(number)
        ]


def outcome(lived):
    with reading(lived.engine) as conn:
        return latest_outcome(conn, 1)


def polls(lived, source=None):
    where = {"source": source} if source else {}
    return [row.delivery_key for row in lived.rows(tables.inbox_event, kind="poll", **where)]


# --- a look at the clock --------------------------------------------------------------------------


def test_while_nothing_is_due_nothing_is_written(lived):
    more_athletes(lived, 30)
    lived._connect("garmin", "x", {})
    lived._connect("strava", "y", {})
    tick(lived.runtime)
    lived.work("replan")
    with writes(lived) as begun:
        for _ in range(5):
            lived.clock.later(seconds=2)
            tick(lived.runtime)
    assert begun == []


def test_each_athlete_has_a_transaction_of_their_own(lived):
    """Others write between them, so none of them waits for all."""
    more_athletes(lived, 9)
    with writes(lived) as begun:
        tick(lived.runtime)
    assert len(begun) == 2 * 10 + 1  # what is due, a look at the sources; and one for the clock
    assert len(lived.owed("replan")) == 10


def test_a_look_at_two_hundred_athletes_asks_as_often_as_one_at_one(lived):
    def statements():
        seen = []
        listening = lambda *given: seen.append(given[2])  # noqa: E731 -- to be removed by name
        event.listen(lived.engine, "before_cursor_execute", listening)
        tick(lived.runtime)
        event.remove(lived.engine, "before_cursor_execute", listening)
        return len(seen)

    tick(lived.runtime)
    lived.work("replan")
    alone = statements()
    more_athletes(lived, 200)
    tick(lived.runtime)
    assert statements() == alone


def test_a_day_begins_where_each_athlete_lives(lived):
    (away,) = more_athletes(lived, 1, ZoneInfo("Pacific/Auckland"))
    tick(lived.runtime)
    lived.clock.at = datetime(2026, 8, 31, 12, tzinfo=UTC)  # midnight in Auckland
    tick(lived.runtime)
    lived.clock.at = datetime(2026, 8, 31, 22, tzinfo=UTC)  # midnight in Paris
    tick(lived.runtime)
    begun = {(row.name, row.day) for row in lived.rows(tables.tick) if row.name[:4] == "day:"}
    assert begun == {
        ("day:1", MONDAY),
        ("day:1", MONDAY + DAY),
        (f"day:{away}", MONDAY),
        (f"day:{away}", MONDAY + DAY),
    }
    generations = {row.key: row.generation for row in lived.rows(tables.outbox, actor="replan")}
    assert generations == {"1": 2, str(away): 2}


# --- what is decided is of today ------------------------------------------------------------------


def decided_for(lived, day):
    with writing(lived.engine) as conn:
        conn.execute(update(tables.outcome).values(day=day))


def test_a_decision_of_another_day_is_made_again(lived):
    tick(lived.runtime)
    lived.work("replan")
    decided_for(lived, MONDAY - DAY)
    for _ in range(3):
        tick(lived.runtime)  # owed once, however often it is seen
    (row,) = lived.owed("replan")
    assert row.generation == 2
    lived.work("replan")
    assert lived.rows(tables.outcome)[0].day == MONDAY
    tick(lived.runtime)
    assert lived.owed("replan") == []


def test_what_cannot_be_decided_is_not_tried_again_and_again(lived):
    tick(lived.runtime)
    lived.work("replan")
    decided_for(lived, MONDAY - DAY)
    tick(lived.runtime)
    (row,) = lived.owed("replan")
    lease = outbox.claim(lived.engine, row.id, owner="somebody")
    outbox.bury(lived.engine, lease, reason="it fails")
    tick(lived.runtime)
    (row,) = lived.owed("replan")
    assert row.buried_at is not None


def test_a_clock_that_was_set_back_rewrites_no_day(lived):
    """A board without a battery wakes up in the past."""
    goal = Goal("half", GoalKind.TIME, Priority.A, date(2026, 12, 6), HALF_M, 5700.0, stated_on=MONDAY)  # fmt: skip
    with writing(lived.engine) as conn:
        store.put_goal(conn, 1, goal, known_at=lived.clock.at, now=lived.clock.at)
    for n in range(8):
        lived.clock.at = START + n * DAY
        tick(lived.runtime)
        lived.work("replan")
    before = outcome(lived), lived.rows(tables.closing), lived.rows(tables.tick)
    lived.clock.at = START + 3 * DAY
    with writing(lived.engine) as conn:
        outbox.push(conn, "replan", "1", due_at=lived.clock.at)
    tick(lived.runtime)
    lived.work("replan")
    assert (outcome(lived), lived.rows(tables.closing), lived.rows(tables.tick)) == before
    assert outcome(lived).day == MONDAY + 7 * DAY
    lived.clock.at = START + 8 * DAY  # set right again
    tick(lived.runtime)
    lived.work("replan")
    assert outcome(lived).day == MONDAY + 8 * DAY


def test_the_time_is_kept_once_a_minute(lived):
    tick(lived.runtime)
    lived.work("replan")
    with writes(lived) as begun:
        for _ in range(90):
            lived.clock.later(seconds=2)
            tick(lived.runtime)
    assert len(begun) == 3
    (row,) = lived.rows(tables.calendar_clock)
    assert lived.clock.at - row.latest_at < timedelta(minutes=1)


# --- asking the sources ---------------------------------------------------------------------------


def test_a_source_is_asked_once_a_while_and_not_while_it_is_being_asked(lived):
    garmin = lived._connect("garmin", "x", {})
    tick(lived.runtime)
    tick(lived.runtime)
    assert len(polls(lived)) == 1
    lived.clock.later(seconds=POLL_EVERY.total_seconds())
    tick(lived.runtime)
    assert len(polls(lived)) == 1  # the first waits still
    with writing(lived.engine) as conn:
        conn.execute(update(tables.inbox_event).values(done_at=lived.clock.at))
    tick(lived.runtime)
    assert len(polls(lived)) == 2
    (kept, _) = lived.rows(tables.inbox_event, connection_id=garmin, kind="poll")
    assert (kept.known_at, kept.athlete_id) == (START, 1)


@pytest.mark.parametrize(
    ("use", "others", "asked"),
    [
        (None, (), True),  # the only source
        (None, ("garmin",), False),  # its events only start polls of the others
        ("full", ("garmin",), True),
        ("trigger", ("garmin",), False),
        ("trigger", (), False),
        ("off", (), False),
    ],
)
def test_strava_is_asked_only_where_its_data_may_be_used(lived, use, others, asked):
    for connector in (*others, "strava"):
        lived._connect(connector, "x", {})
    if use:
        lived.setting("strava_use", use)
    tick(lived.runtime)
    assert (len(polls(lived, "strava")), len(polls(lived, "garmin"))) == (asked, len(others))
    with writing(lived.engine) as conn:
        assert owe_poll(lived.runtime, conn, 1, reason="connected") == asked + len(others)
    assert len(polls(lived, "strava")) == 2 * asked


def test_only_an_athletes_own_sources_are_theirs(lived):
    (other,) = more_athletes(lived, 1)
    lived._connect("garmin", "x", {})
    with writing(lived.engine) as conn:
        assert owe_poll(lived.runtime, conn, other, reason="now") == 0
        assert owe_poll(lived.runtime, conn, 1, reason="now") == 1


# --- sign-ins that lapsed -------------------------------------------------------------------------


def test_a_lapsed_sign_in_is_told_once_for_each_time(lived):
    garmin = lived._connect("garmin", "x", {})
    row = tables.connection
    for times in (1, 2):
        lapsed = update(row).where(row.c.id == garmin)
        with writing(lived.engine) as conn:
            conn.execute(lapsed.values(state=SIGN_IN_NEEDED, problem="Expired.", told_at=None))
        for _ in range(3):
            lived.clock.later(seconds=2)
            tick(lived.runtime)
        told = lived.rows(tables.message)
        assert [(m.title, m.body) for m in told] == [
            ("Garmin Connect wants you to sign in again", "Expired.")
        ] * times
        with reading(lived.engine) as conn:
            assert conn.scalar(select(row.c.told_at)) is not None


class Starting(Listener):
    """Our own address from outside: nobody is there for the first two questions."""

    asked = 0

    def answer(self, request):
        self.asked += 1
        if self.asked < 3:
            return 502, {}, b""
        challenge = parse_qs(urlsplit(request.path).query)["hub.challenge"][0]
        return 200, {}, json.dumps({"hub.challenge": challenge}).encode()


def test_webhooks_are_asked_for_again_soon_when_we_were_not_up_yet(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path) as lived, Starting() as door:
        lived.connect_strava()
        lived.runtime.settings = lived.runtime.settings.model_copy(update={"public_url": door.url})
        subscribing = Subscribing(lived.runtime)
        asked = []
        for _ in range(20):
            subscribing.look()
            asked.append(door.asked)
            lived.clock.at += timedelta(seconds=1)
        assert asked == [1] * 4 + [2] * 8 + [3] * 8  # after 4 s, then after 8 s
        assert application_values(lived.runtime, "strava")["callback_url"].startswith(door.url)
