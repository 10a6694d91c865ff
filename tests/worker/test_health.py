"""Completeness, withheld runs, wellness and the health of connections, as they are kept and told."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from connectors.errors import RateLimited, Refused
from connectors.ports import ActivityRef, Capabilities, Opened, Page
from planning.breaks import Break, BreakKind
from planning.completeness import Withheld
from planning.fitness.observation import derive
from planning.goals.goal import HALF_M, Goal, GoalKind, Priority
from planning.schedule.plan import Layer, LayerKind
from planning.wellness import Wellness
from tests.worker.living import PARIS, START, a_record, life
from worker import coverage, hand, standing, store, tables
from worker.connections import SIGN_IN_NEEDED, connection, disconnect
from worker.db import reading, writing
from worker.outcomes import latest_outcome
from worker.perform import Held
from worker.polling import Event
from worker.schedule import tick
from worker.wellness import poll_wellness

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MONDAY = START.date()


class AlwaysHeld(Held):
    def __init__(self):
        pass

    def check(self, conn=None):
        pass


@dataclass
class Nights:
    """Tells of the nights it knows, and remembers what it was asked for."""

    first: object
    last: object
    asked: list
    refuses_after: int = 1000

    def wellness(self, first, last):
        if len(self.asked) >= self.refuses_after:
            raise RateLimited("too many", retry_after_s=60)
        self.asked.append((first, last))
        days = [first + n * DAY for n in range((last - first).days + 2)]  # one more than asked for
        slept = {day: 28_000.0 for day in days if self.first <= day <= self.last}
        return [Wellness("clock", day, sleep_s=slept.get(day)) for day in days]


@dataclass
class Clockwork:
    """A connector of a service that tells of nights, if it has any."""

    nights: Nights | None
    name: str = "clock"
    title: str = "Clockwork"
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(activities=True, wellness=True)
    )

    def open(self, link, now):
        return _Open(self.nights)

    def receiver(self, settings):
        return None


@dataclass
class _Open:
    nights: Nights | None

    def __enter__(self):
        return Opened(wellness=self.nights)

    def __exit__(self, *_):
        return None


@pytest.fixture
def lived(sqlite_url, tmp_path):
    told = f"goalward-file://{tmp_path}/told.txt"
    with life(sqlite_url, tmp_path, NOTIFY=told) as lived:
        yield lived


def connected(lived, name="garmin", **settings):
    number = lived._connect(name, f"{name}-1", {}, **settings)
    with reading(lived.engine) as conn:
        return connection(conn, number)


def note(lived, one, page, *, known_at=None):
    with writing(lived.engine) as conn:
        coverage.note_page(lived.runtime, conn, one, page, known_at=known_at or lived.clock.at)


def ran(lived, *days_ago, source="garmin"):
    now = lived.clock.at
    with writing(lived.engine) as conn:
        for days in days_ago:
            record = a_record(f"{days}", start_at=now - days * DAY, source=source)
            seen = derive(record, None, zone=PARIS)
            store.put_observation(conn, 1, seen, known_at=START, now=now)


def state(lived, *, until=None):
    with reading(lived.engine) as conn:
        return store.load_state(conn, 1, closing=None, until=until)


def health_of(lived, name="garmin"):
    return next(h for h in standing.of(lived.runtime, 1).connections if h.connector == name)


def messages(lived):
    return [row.title for row in lived.rows(tables.message)]


def held_back(n, days_ago):
    day = MONDAY - days_ago * DAY
    return Withheld("garmin", f"w{n}", day, "They came from Strava.", "Connect Garmin there.")


# --- pages ----------------------------------------------------------------------------------------


def test_a_page_that_says_when_the_watch_synced_makes_the_day_before_complete(lived):
    one = connected(lived)
    ran(lived, 5)
    assert state(lived).complete_until == MONDAY - 6 * DAY
    note(lived, one, Page((), None, synced_at=START))
    assert state(lived).complete_until == MONDAY - DAY
    assert lived.owed("replan")


def test_the_athletes_zone_says_which_day_is_over(lived):
    one = connected(lived)
    ran(lived, 5)
    note(lived, one, Page((), None, synced_at=START.replace(hour=21, minute=59)))  # 23:59 there
    assert state(lived).complete_until == MONDAY - DAY
    note(lived, one, Page((), None, synced_at=START.replace(hour=22, minute=1)))
    assert state(lived).complete_until == MONDAY


def test_proofs_are_facts_in_any_order_and_as_of_then(lived):
    one = connected(lived)
    ran(lived, 5)
    note(lived, one, Page((), None, synced_at=START), known_at=START + 2 * DAY)
    note(lived, one, Page((), None, synced_at=START - 2 * DAY), known_at=START + DAY)
    assert state(lived).complete_until == MONDAY - DAY
    assert state(lived, until=START + DAY).complete_until == MONDAY - 3 * DAY
    assert state(lived, until=START).complete_until == MONDAY - 6 * DAY


def test_the_same_page_again_is_no_news(lived):
    one = connected(lived)
    page = Page((), None, synced_at=START, withheld=(held_back(1, 2),))
    note(lived, one, page)
    before = len(lived.rows(tables.coverage)), len(lived.rows(tables.withheld))
    generation = lived.rows(tables.outbox, actor="replan")[0].generation
    note(lived, one, page, known_at=START + HOUR)
    assert (len(lived.rows(tables.coverage)), len(lived.rows(tables.withheld))) == before
    assert lived.rows(tables.outbox, actor="replan")[0].generation == generation


def test_a_proof_closes_the_day_on_which_it_came(lived):
    one = connected(lived)
    with reading(lived.engine) as conn:
        assert store.next_news(conn, 1, after=START) is None
    note(lived, one, Page((), None, synced_at=START), known_at=START + DAY)
    with reading(lived.engine) as conn:
        assert store.next_news(conn, 1, after=START) == START + DAY


def test_a_source_that_was_disconnected_holds_up_nothing(lived):
    garmin, intervals = connected(lived), connected(lived, "intervals")
    for one in (garmin, intervals):
        note(lived, one, Page((ActivityRef("1"),), None))
    ran(lived, 9)
    ran(lived, 2, source="intervals")
    assert state(lived).complete_until == MONDAY - 10 * DAY
    disconnect(lived.runtime, garmin)
    tick(lived.runtime)
    assert state(lived).complete_until == MONDAY - 3 * DAY


# --- withheld -------------------------------------------------------------------------------------


def test_withheld_runs_are_named_in_status_with_the_remedy(lived):
    one = connected(lived)
    ran(lived, 1)
    note(lived, one, Page((), None, withheld=tuple(held_back(n, n + 2) for n in range(3))))
    lines = "\n".join(standing.of(lived.runtime, 1).connection_lines())
    assert (
        "3 activities of the last four weeks are withheld by Garmin Connect. "
        "They came from Strava. Connect Garmin there." in lines
    )
    (shown,) = standing.of(lived.runtime, 1).as_json()["connections"]
    assert (shown["withheld"], shown["remedy"]) == (3, "Connect Garmin there.")


def test_a_withheld_run_is_no_rest(lived):
    one = connected(lived)
    ran(lived, 9)
    note(lived, one, Page((), None, synced_at=START))
    assert ": rest (complete" in "".join(standing.of(lived.runtime, 1).connection_lines())
    note(lived, one, Page((), None, withheld=(held_back(1, 1),)))
    assert "No run since" not in "".join(standing.of(lived.runtime, 1).connection_lines())


def test_what_was_fetched_is_withheld_no_more_and_was_until_then(lived):
    one = connected(lived)
    note(lived, one, Page((), None, withheld=(held_back(1, 2),)))
    with writing(lived.engine) as conn:
        assert coverage.given(lived.runtime, conn, 1, ["garmin:w1"], known_at=START + HOUR)
        assert not coverage.given(lived.runtime, conn, 1, ["garmin:other"], known_at=START)
    assert state(lived).withheld == ()
    assert len(state(lived, until=START).withheld) == 1


def test_over_a_fifth_withheld_is_told_once(lived):
    one = connected(lived)
    ran(lived, *range(1, 9))
    note(lived, one, Page((), None, withheld=(held_back(1, 10), held_back(2, 12))))
    tick(lived.runtime)
    assert messages(lived) == []
    note(lived, one, Page((), None, withheld=(held_back(3, 14),)))
    for _ in range(10):
        lived.clock.later(hours=3)
        tick(lived.runtime)
    assert messages(lived) == ["Garmin Connect withholds runs"]


# --- keys -----------------------------------------------------------------------------------------


def key_ends(lived, days):
    settings = {"expires_on": (MONDAY + days * DAY).isoformat()}
    return connected(lived, "garmin", **settings)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (15, ""),
        (14, "Its key ends in 14 days, on Monday, 14 September. "),
        (1, "Its key ends tomorrow, on Tuesday, 1 September. "),
        (0, "Its key ends today, on Monday, 31 August. "),
        (-1, "Its key ended on Sunday, 30 August. "),
    ],
)
def test_the_countdown_of_a_key(lived, days, words):
    key_ends(lived, days)
    assert health_of(lived).key_words == (
        f"{words}Make a new one, then `goalward connect garmin`." if words else ""
    )


def test_the_end_of_a_key_is_told_a_week_before_and_when_it_is_over(lived):
    key_ends(lived, 9)
    told = {}
    for day in range(14):
        tick(lived.runtime)
        told[day] = messages(lived)
        lived.clock.later(days=1)
    soon, over = "The key of Garmin Connect ends soon", "The key of Garmin Connect has ended"
    assert (told[1], told[2], told[10], told[11], told[13]) == (
        [], [soon], [soon], [soon, over], [soon, over],
    )  # fmt: skip


# --- silence --------------------------------------------------------------------------------------


def tried(lived, one, *, good_at, problem="Garmin does not answer (503)."):
    row = tables.connection
    values = {"last_attempt_at": lived.clock.at, "last_good_at": good_at, "problem": problem}
    with writing(lived.engine) as conn:
        conn.execute(update(row).where(row.c.id == one.id).values(**values))


def test_a_connection_that_fails_for_a_day_is_told_once_for_each_spell(lived):
    one, good_at = connected(lived), lived.clock.at
    told = []
    for _ in range(16):
        tried(lived, one, good_at=good_at)
        tick(lived.runtime)
        told.append(len(messages(lived)))
        lived.clock.later(hours=6)
    assert told == [0] * 7 + [1] * 9
    tried(lived, one, good_at=lived.clock.at, problem=None)
    tick(lived.runtime)
    good_at = lived.clock.at
    for _ in range(12):
        lived.clock.later(hours=6)
        tried(lived, one, good_at=good_at)
        tick(lived.runtime)
    gone = "Nothing comes from Garmin Connect"
    assert messages(lived) == [gone, "Garmin Connect works again", gone]
    assert "Garmin does not answer (503)." in lived.rows(tables.message)[0].body


def test_one_that_wants_a_sign_in_is_not_told_twice(lived):
    one, good_at = connected(lived), lived.clock.at
    row = tables.connection
    with writing(lived.engine) as conn:
        conn.execute(update(row).where(row.c.id == one.id).values(state=SIGN_IN_NEEDED))
    for _ in range(12):
        lived.clock.later(hours=6)
        tried(lived, one, good_at=good_at)
        tick(lived.runtime)
    assert messages(lived) == ["Garmin Connect wants you to sign in again"]
    assert health_of(lived).remedy == "goalward connect garmin"


def test_silence_is_told_from_rest(lived):
    one = connected(lived)
    ran(lived, 6)
    assert health_of(lived).silence == (
        "No run has come since Tuesday, 25 August, and nothing says that the watch has synced "
        "since: rest or not, nobody knows."
    )
    note(lived, one, Page((), None, synced_at=START))
    assert health_of(lived).silence == (
        "No run since Tuesday, 25 August; the watch synced on 31 August: rest "
        "(complete up to Sunday, 30 August)."
    )
    ran(lived, 1)
    assert health_of(lived).silence == ""


def test_last_data_is_what_came_and_not_an_answered_call(lived):
    one = connected(lived)
    tried(lived, one, good_at=START + HOUR, problem=None)
    assert health_of(lived).last_data_at is None
    ran(lived, 2)
    shown = health_of(lived).as_json()
    assert shown["last_data_at"] == "2026-08-31T07:00:00Z"
    assert shown["last_good_at"] == "2026-08-31T08:00:00Z"
    assert shown["complete_until"] == "2026-08-28"


# --- days of which nothing is known ---------------------------------------------------------------


def with_a_plan(lived):
    """Runs until Sunday, a goal, and a plan of this week."""
    one = connected(lived)
    note(lived, one, Page((), None, synced_at=START))
    ran(lived, *range(1, 90, 2))
    goal = Goal("g1", GoalKind.COMPLETION, Priority.A, MONDAY + 90 * DAY, HALF_M)
    with writing(lived.engine) as conn:
        store.put_goal(conn, 1, goal, known_at=START, now=START)
    tick(lived.runtime)
    lived.work("replan")
    with reading(lived.engine) as conn:
        days = latest_outcome(conn, 1).plan.days()
    return one, [day.day for day in days if day.workout]


def until(lived, day, hour):
    """Live to that hour in Paris, looking every three hours."""
    end = START.replace(hour=0) + (day - MONDAY) + (hour - 2) * HOUR
    while lived.clock.at < end:
        lived.clock.at = min(lived.clock.at + 3 * HOUR, end)
        tick(lived.runtime)
        lived.work("replan")


def test_a_day_of_which_nothing_is_known_is_asked_about_once_after_36_hours(lived):
    _, sessions = with_a_plan(lived)
    first = sessions[0]
    until(lived, first + 2 * DAY, 11)
    assert "Did you run?" not in messages(lived)
    until(lived, first + 2 * DAY, 16)
    assert messages(lived).count("Did you run?") == 1
    body = lived.rows(tables.message, title="Did you run?")[0].body
    assert f"goalward plan skip {first.isoformat()}" in body
    assert "nothing has come from Garmin Connect" in body
    until(lived, first + 5 * DAY, 16)
    assert messages(lived).count("Did you run?") == 1


def test_a_day_that_is_complete_or_answered_for_is_not_asked_about(lived):
    one, sessions = with_a_plan(lived)
    with reading(lived.engine) as conn:
        plan = latest_outcome(conn, 1).plan
    first = plan.on(sessions[0])
    until(lived, first.day + DAY, 16)  # it is over: "I did not run"
    with writing(lived.engine) as conn:
        skip = Layer(LayerKind.SKIP, first.workout.ident, None, "by you", first.day)
        hand.by_command(lived.runtime, conn, 1, skip)
    until(lived, first.day + 2 * DAY, 16)
    assert "Did you run?" not in messages(lived)
    note(lived, one, Page((), None, synced_at=lived.clock.at))
    until(lived, first.day + 3 * DAY, 11)
    assert "Did you run?" not in messages(lived)


@pytest.mark.parametrize("minutes", [None, 40.0])
def test_a_day_of_a_break_without_running_is_answered_for(lived, minutes):
    _, sessions = with_a_plan(lived)
    until(lived, sessions[0] + DAY, 16)
    with writing(lived.engine) as conn:
        away = Break("away", BreakKind.TRAVEL, sessions[0], minutes=minutes)
        now = lived.clock.at
        store.put_break(conn, 1, away, known_at=now, now=now)
    until(lived, sessions[0] + 2 * DAY, 16)
    assert ("Did you run?" in messages(lived)) is (minutes is not None)


def test_while_the_watch_syncs_every_day_nothing_is_asked(lived):
    one, sessions = with_a_plan(lived)
    while lived.today <= sessions[2] + 2 * DAY:
        until(lived, lived.today + DAY, 16)
        note(lived, one, Page((), None, synced_at=lived.clock.at))
    assert "Did you run?" not in messages(lived)


# --- wellness -------------------------------------------------------------------------------------


@pytest.fixture
def nights(lived):
    nights = Nights(MONDAY - 100 * DAY, MONDAY, [])
    lived.runtime.connectors = {**lived.runtime.connectors, "clock": Clockwork(nights)}
    return nights


def asked_for(lived, one, **payload):
    """An inbox row of the kind, done."""
    row = tables.inbox_event
    now = lived.clock.at
    with writing(lived.engine) as conn:
        inserted = conn.execute(
            row.insert().values(
                source=one.connector,
                delivery_key=f"wellness {len(lived.rows(row))}",
                kind="wellness",
                payload=payload,
                connection_id=one.id,
                athlete_id=1,
                known_at=now,
                received_at=now,
            )
        )
    return Event(inserted.inserted_primary_key[0], "wellness", "w", payload, now, one)


def test_the_first_time_the_whole_history_is_read_in_slices_backwards(lived, nights):
    one = connected(lived, "clock")
    poll_wellness(lived.runtime, asked_for(lived, one), AlwaysHeld())
    assert nights.asked[0] == (MONDAY - 27 * DAY, MONDAY)
    assert nights.asked[1] == (MONDAY - 55 * DAY, MONDAY - 28 * DAY)
    assert len(nights.asked) == 4 + 3  # four hold something, three in a row do not
    assert len(state(lived).wellness) == 101
    assert lived.owed("replan")


def test_later_a_week_is_read_or_all_since_the_last_time(lived, nights):
    one = connected(lived, "clock")
    poll_wellness(lived.runtime, asked_for(lived, one), AlwaysHeld())
    nights.asked.clear()
    lived.clock.later(days=1)
    nights.last += DAY
    assert poll_wellness(lived.runtime, asked_for(lived, one), AlwaysHeld()).startswith("1 new")
    assert nights.asked == [(MONDAY - 6 * DAY, MONDAY + DAY)]
    lived.clock.later(days=40)
    nights.asked.clear()
    poll_wellness(lived.runtime, asked_for(lived, one), AlwaysHeld())
    assert [first for first, _ in nights.asked] == [MONDAY - 5 * DAY, MONDAY + 23 * DAY]


def test_an_interrupted_history_goes_on_where_it_was(lived, nights):
    one = connected(lived, "clock")
    event = asked_for(lived, one)
    nights.refuses_after = 2
    with pytest.raises(RateLimited):
        poll_wellness(lived.runtime, event, AlwaysHeld())
    assert len(state(lived).wellness) == 56
    (row,) = lived.rows(tables.inbox_event, id=event.id)
    nights.refuses_after = 1000
    poll_wellness(lived.runtime, replace(event, payload=row.payload), AlwaysHeld())
    assert nights.asked[2] == (MONDAY - 83 * DAY, MONDAY - 56 * DAY)
    assert len(state(lived).wellness) == 101


def test_nights_to_come_and_empty_ones_are_not_kept(lived, nights):
    one = connected(lived, "clock")
    nights.first, nights.last = MONDAY + DAY, MONDAY + DAY
    assert poll_wellness(lived.runtime, asked_for(lived, one), AlwaysHeld()).startswith("0 new")
    assert state(lived).wellness == ()


def test_a_night_proves_the_day_before(lived, nights):
    one = connected(lived, "clock")
    note(lived, one, Page((), None))
    ran(lived, 5, source="clock")
    poll_wellness(lived.runtime, asked_for(lived, one), AlwaysHeld())
    assert state(lived).complete_until == MONDAY - DAY
    assert health_of(lived, "clock").because == "the watch told of the night to 31 August"


def test_a_service_without_nights_is_refused(lived):
    lived.runtime.connectors = {**lived.runtime.connectors, "clock": Clockwork(None)}
    one = connected(lived, "clock")
    with pytest.raises(Refused):
        poll_wellness(lived.runtime, asked_for(lived, one), AlwaysHeld())


def test_the_erased_history_is_read_again(lived, nights):
    one = connected(lived, "clock")
    poll_wellness(lived.runtime, asked_for(lived, one), AlwaysHeld())
    with writing(lived.engine) as conn:
        conn.execute(tables.wellness.delete())
    nights.asked.clear()
    lived.clock.later(days=1)
    poll_wellness(lived.runtime, asked_for(lived, one), AlwaysHeld())
    assert len(nights.asked) == 7
    with reading(lived.engine) as conn:
        (day,) = conn.scalars(select(tables.tick.c.day).where(tables.tick.c.name == "wellness:1"))
    assert day == MONDAY + DAY
