"""A calendar feed: what is written, read by other programs, and what they make of it in the end."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from connectors.contract import check_connector, check_workout_calendar
from connectors.errors import Refused, Unavailable
from connectors.feed import Status
from connectors.ics import CONNECTOR
from connectors.ics.events import CANCELLED, ident_of, read, rendered, uid_of
from connectors.ics.words import text_of
from connectors.ports import Link
from connectors.tokens import MemoryTokens
from planning.calendar import (
    KEPT,
    Create,
    Delete,
    Forget,
    Replace,
    Views,
    decide,
    intended,
    settled,
    suspicions,
)
from planning.schedule.library import note_of
from planning.workout import PlannedWorkout
from tests.connectors.garmin.sessions import planned, sessions
from tests.connectors.library import one_of_each
from tests.connectors.linked import NOW, TODAY
from tests.sizes import FIXED, examples

MANY = settings(deadline=None, derandomize=FIXED, max_examples=examples(60))
FEED_ID = "5f3a"
NOBODY = frozenset()


class Kept:
    """A feed in memory."""

    def __init__(self):
        self.rows = {}

    def events(self):
        return sorted(self.rows.values(), key=lambda event: (event.day, event.ident))

    def change(self, ident, becomes):
        after = becomes(self.rows.get(ident))
        if after is not None:
            self.rows[ident] = after
        return after


@pytest.fixture
def feed():
    return Kept()


def calendar_of(feed, now=NOW):
    link = Link({}, MemoryTokens({}), FEED_ID, feed=feed)
    with CONNECTOR.open(link, now) as opened:
        return opened.calendar


@pytest.fixture
def calendar(feed):
    return calendar_of(feed)


def told(feed, since=TODAY - timedelta(days=400)):
    return rendered(feed.events(), feed_id=FEED_ID, since=since)


def events_in(content):
    return {str(event["UID"]): event for event in Calendar.from_ical(content).events}


def sequences(feed):
    return {event.ident: event.sequence for event in feed.events()}


# --- the contract, and what is written ------------------------------------------------------------


def test_the_contract(calendar):
    check_connector(CONNECTOR)
    other = planned("g1-w40-long", days=6, name="Long run", times=2, note="")
    check_workout_calendar(calendar, first=TODAY, workouts=(planned(), other))


def test_without_rows_to_be_kept_in_there_is_no_feed():
    link = Link({}, MemoryTokens({}), FEED_ID)
    with pytest.raises(Refused, match="nowhere"), CONNECTOR.open(link, NOW):
        pass


def test_an_event_is_a_day_with_name_note_and_steps(feed, calendar):
    calendar.create(planned(name="5 x 1 km, hard; or not", note="Because\nit helps"))
    (event,) = events_in(told(feed)).values()
    assert event["DTSTART"].to_ical() == b"20261125"
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert event["SUMMARY"] == "5 x 1 km, hard; or not"
    assert event["DESCRIPTION"] == (
        "Because\nit helps\n\n1. Warm up: 15:00, 120-140 bpm\n2. 5 times:\n"
        "   Run: 1 km, 4:00-4:15/km, relaxed arms\n   Recovery: 2:00\n"
        "3. Cool down: until you press lap"
    )
    assert (event["STATUS"], event["SEQUENCE"], event["TRANSP"]) == ("CONFIRMED", 0, "TRANSPARENT")
    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED") == NOW


def test_the_feed_says_what_it_is_and_when_to_ask_again(feed, calendar):
    calendar.create(planned(note="long " * 60))
    content = told(feed)
    assert b"\r\nX-WR-CALNAME:Goalward\r\n" in content
    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in content
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"METHOD" not in content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert told(feed) == content


def test_every_session_of_the_library_is_read_by_others_as_it_was_written(feed, calendar):
    wanted = {}
    for number, workout in enumerate(one_of_each().values()):
        session = PlannedWorkout(f"g1-{number}", TODAY, workout, note_of(workout))
        calendar.create(session)
        wanted[uid_of(session.ident, FEED_ID)] = (workout.name, text_of(session))
    seen = {uid: (e["SUMMARY"], e["DESCRIPTION"]) for uid, e in events_in(told(feed)).items()}
    assert seen == wanted
    assert all(note.strip() for _, note in wanted.values())


@given(sessions(), st.text(min_size=1, max_size=80))
@MANY
def test_whatever_is_in_a_name_or_a_note_is_read_as_it_is_kept(session, name):
    feed = Kept()
    session = replace(session, workout=replace(session.workout, name=name))
    seen = calendar_of(feed).create(session)
    (event,) = read(told(feed), feed_id=FEED_ID)
    assert replace(event, digest=seen.digest) == feed.rows[session.ident]
    assert event.name == seen.name


def test_signs_that_the_format_does_not_know_are_blanks_and_lines_end_alike(feed, calendar):
    calendar.create(planned(name="5\tx\x001 km\x7f", note="one\r\ntwo\rthree\u2028four\x85five"))
    (event,) = events_in(told(feed)).values()
    assert event["SUMMARY"] == "5 x 1 km"
    assert event["DESCRIPTION"].startswith("one\ntwo\nthree\nfour\nfive\n\n1. Warm up")


def test_ids_of_other_feeds_are_not_ours():
    assert ident_of(uid_of("g1-w40", "aa"), "aa") == "g1-w40"
    assert ident_of(uid_of("g1-w40", "aa"), "bb") is None
    assert ident_of("g1-w40", "aa") is None


def test_nothing_is_done_to_what_is_not_of_this_feed(feed, calendar):
    calendar.create(planned())
    stranger = uid_of("g1-w40-quality", "other")
    before = feed.events()
    assert calendar.read(stranger) is None
    calendar.delete(stranger)
    with pytest.raises(Refused):
        calendar.replace(stranger, planned())
    with pytest.raises(Unavailable):
        calendar.replace(uid_of("g1-w41", FEED_ID), planned("g1-w41"))
    assert feed.events() == before


# --- sequences ------------------------------------------------------------------------------------


def test_a_sequence_grows_by_one_with_each_change_that_can_be_seen_and_never_else(feed):
    session = planned()
    uid = uid_of(session.ident, FEED_ID)
    workout = session.workout
    seen = [
        session,
        replace(session, day=TODAY + timedelta(days=3)),
        replace(session, workout=replace(workout, name="4 x 1 km")),
        replace(session, workout=replace(workout, steps=workout.steps[:1])),
        replace(session, note="another reason"),
    ]
    calendar_of(feed).create(session)
    for number, version in enumerate(seen):
        for hours in range(3):  # whoever looks again and writes the same makes no change
            at = NOW + timedelta(days=number, hours=hours)
            calendar_of(feed, at).replace(uid, version)
            event = feed.rows[session.ident]
            assert event.sequence == number
            assert event.changed_at == NOW + timedelta(days=number)


def test_what_nobody_can_see_is_no_change(feed, calendar):
    """A pace finer than is told: the plan's digest moves, and is kept."""
    session = planned()
    calendar.create(session)
    warmup = session.workout.steps[0]
    finer = replace(warmup, duration=replace(warmup.duration, value=900.2))
    steps = (finer, *session.workout.steps[1:])
    other = replace(session, workout=replace(session.workout, steps=steps))
    before = told(feed)
    seen = calendar.replace(uid_of(session.ident, FEED_ID), other)
    assert told(feed) == before
    assert seen.digest == feed.rows[session.ident].digest != calendar.create(session).digest


def test_a_session_that_is_gone_is_cancelled_once_and_goes_on_when_it_is_back(feed, calendar):
    session = planned()
    uid = calendar.create(session).remote_id
    for _ in range(2):
        calendar_of(feed, NOW + timedelta(hours=1)).delete(uid)
        (event,) = events_in(told(feed)).values()
        assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)
        assert event["SUMMARY"] == f"{CANCELLED}5 x 1 km"
        assert event.decoded("DTSTART") == session.day
    assert calendar.read(uid) is None
    assert calendar.create(session).remote_id == uid
    (event,) = events_in(told(feed)).values()
    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", 2)


# --- what a program that subscribed shows in the end ----------------------------------------------


@dataclass
class Program:
    """Keeps the highest sequence of each event, as RFC 5545 says, and what no feed shows any more."""

    known: dict = field(default_factory=dict)

    def asks(self, content):
        for uid, event in events_in(content).items():
            before = self.known.get(uid)
            if before is None or event["SEQUENCE"] > before["SEQUENCE"]:
                self.known[uid] = event
            else:
                assert event == before  # never another event under the same sequence

    def shows(self, since):
        return {
            (uid, event.decoded("DTSTART"), str(event["SUMMARY"]))
            for uid, event in self.known.items()
            if event["STATUS"] == Status.CONFIRMED and event.decoded("DTSTART") >= since
        }


class Published:
    """Plans written as the worker writes them: decided, intended, done, settled; crashes between."""

    def __init__(self):
        self.feed, self.records = Kept(), {}

    def publishes(self, plan, today, *, crash_after=None):
        """`crash_after`: so many writes, the last of them not settled."""
        now = NOW + (today - TODAY)
        calendar, left = calendar_of(self.feed, now), crash_after
        last = today + timedelta(days=13)
        records = tuple(self.records.values())
        known = frozenset(record.remote_id for record in records if record.remote_id)
        desired = [session for session in plan if today <= session.day <= last]
        views = Views(desired, calendar.entries(today, last, known), records, today)
        direct = {each: calendar.read(each) for each in suspicions(views)}
        decision = decide(views, direct, now=now, settle_s=0)
        assert decision.refusal is None
        for action in decision.actions:
            if left == 0:
                return
            left = None if left is None else left - 1
            self._does(calendar, action, now, crashes=left == 0)

    def _does(self, calendar, action, now, *, crashes):
        match action:
            case Create(planned=session) | Replace(planned=session):
                ident = session.ident
            case Delete(ident=ident) | Forget(ident=ident):
                session = None
        if not isinstance(action, Forget):
            pending = intended(self.records.get(ident), action, now)
            if pending:
                self.records[ident] = pending
        match action:
            case Create():
                seen = calendar.create(session)
            case Replace(remote_id=remote_id):
                seen = calendar.replace(remote_id, session)
            case Delete(remote_id=remote_id):
                calendar.delete(remote_id)
        if crashes:
            return
        if session:
            self.records[ident] = settled(self.records[ident], seen, now)
        else:
            self.records.pop(ident, None)


@st.composite
def plans(draw):
    """Days of some of seven sessions, and one of three contents each."""
    found = []
    for number in draw(st.sets(st.integers(0, 6))):
        ident, days = f"g1-s{number}", draw(st.integers(0, 20))
        found.append(planned(ident, days=days, name=draw(st.sampled_from(["A", "B", "C"]))))
    return found


HISTORIES = st.lists(
    st.tuples(st.integers(0, 4), plans(), st.none() | st.integers(0, 3), st.booleans()), max_size=10
)


@given(HISTORIES)
@MANY
def test_what_a_program_shows_is_always_the_plan(history):
    """Whenever it asks, however often, and whatever crashed in between."""
    published, seldom, always, today = Published(), Program(), Program(), TODAY
    for days, drawn, crash_after, asks in history:
        today += timedelta(days=days)
        plan = [replace(each, day=each.day + (today - TODAY)) for each in drawn]
        if crash_after is not None:
            published.publishes(plan, today, crash_after=crash_after)
            always.asks(told(published.feed, today - KEPT))
        published.publishes(plan, today)
        before = sequences(published.feed)
        published.publishes(plan, today)
        assert sequences(published.feed) == before  # nothing is owed, and nothing is changed
        shown = {
            (uid_of(each.ident, FEED_ID), each.day, each.workout.name)
            for each in plan
            if today <= each.day <= today + timedelta(days=13)
        }
        for program in (always, seldom) if asks else (always,):
            program.asks(told(published.feed, today - KEPT))
            assert program.shows(today) == shown
