"""Closing days, deciding, owing what follows, telling."""

import os
import shutil
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planning.fitness.observation import derive
from planning.goals.goal import HALF_M, Goal, GoalKind, Priority
from planning.news import News
from planning.schedule.plan import Layer, LayerKind
from tests.worker.living import PARIS, START, HandClock, a_record, life, life_with_services
from worker import outbox, standing, store, tables
from worker.actors import ACTORS, as_of
from worker.db import reading, writing
from worker.inbox import Arrival, accept_now
from worker.notify import NotTold
from worker.outbox import LeaseLost
from worker.outcomes import changes_of, latest_outcome
from worker.owing import owe_message, owe_replan, owe_telling
from worker.perform import Held
from worker.schedule import tick
from worker.stored import to_body

EXAMPLES = int(os.environ.get("GOALWARD_EXAMPLES", "10"))
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MONDAY = START.date()


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with life(sqlite_url, tmp_path) as lived:
        yield lived


def knows(lived, n, *, at=None, start_at=None):
    """A run becomes known at an instant of calendar time, whenever that is written."""
    at = at or lived.clock.at
    record = a_record(n, start_at=start_at or at - 2 * HOUR)
    with writing(lived.engine) as conn:
        seen = derive(record, None, zone=PARIS)
        store.put_observation(conn, 1, seen, known_at=at, now=lived.clock.at)


def states(lived, *, at=None, target_s=5700.0, day=date(2026, 11, 15)):
    goal = Goal("half", GoalKind.TIME, Priority.A, day, HALF_M, target_s, stated_on=MONDAY)
    with writing(lived.engine) as conn:
        store.put_goal(conn, 1, goal, known_at=at or lived.clock.at, now=lived.clock.at)


def replans(lived):
    with writing(lived.engine) as conn:
        owe_replan(lived.runtime, conn, 1)
    lived.work("replan")


def closings(lived):
    return {row.key: row.body for row in lived.rows(tables.closing)}


def outcome(lived):
    with reading(lived.engine) as conn:
        return latest_outcome(conn, 1)


# --- days close once, as they would have ----------------------------------------------------------


def test_a_day_closes_when_it_is_over(database_url, tmp_path):
    with life(database_url, tmp_path) as lived:
        states(lived)
        replans(lived)
        assert closings(lived) == {}
        lived.clock.later(days=1)
        replans(lived)
        (row,) = lived.rows(tables.closing)
        assert (row.key, row.known_at) == (
            "2026-08-31",
            datetime(2026, 8, 31, 21, 59, 59, 999999, tzinfo=UTC),
        )
        (frozen,) = lived.rows(tables.forecast_ledger)
        assert (frozen.goal_id, frozen.made_on) == ("half", MONDAY)
        assert outcome(lived).day == MONDAY + DAY


def test_days_without_news_close_in_turn_until_four_weeks_of_them_have_passed(lived):
    states(lived)
    lived.clock.later(days=2)
    replans(lived)
    assert list(closings(lived)) == ["2026-08-31", "2026-09-01"]
    lived.clock.later(days=40)
    replans(lived)
    assert [*closings(lived)][1:] == [(MONDAY + n * DAY).isoformat() for n in range(1, 28)]
    knows(lived, 1)
    lived.clock.later(days=2)
    replans(lived)
    assert [*closings(lived)][28:] == ["2026-10-12", "2026-10-13"]


def test_doing_it_again_changes_nothing(lived):
    states(lived)
    knows(lived, 1)
    lived.clock.later(days=1)
    replans(lived)
    before = lived.rows(tables.closing), lived.rows(tables.forecast_ledger), outcome(lived)
    for _ in range(2):
        replans(lived)
    after = lived.rows(tables.closing), lived.rows(tables.forecast_ledger), outcome(lived)
    assert after == before


def test_a_late_fact_leaves_the_closed_day_as_it_was(lived):
    states(lived)
    knows(lived, 1)
    lived.clock.later(days=1)
    replans(lived)
    before = closings(lived)
    knows(lived, 2, at=lived.clock.at, start_at=START - DAY)  # run before, known today
    replans(lived)
    assert closings(lived) == before
    assert outcome(lived).ability.runs_used > before["2026-08-31"]["ability"]["runs_used"]


ZONES = ("Pacific/Auckland", "America/Los_Angeles", "Europe/Paris")


def events():
    """What becomes known within four days: minutes from the start, and what it is."""
    minute = st.integers(0, 4 * 24 * 60)
    return st.lists(
        st.tuples(minute, st.sampled_from(["run", "goal", "name", *ZONES])), min_size=1, max_size=8
    )


@settings(
    deadline=None,
    derandomize=True,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(happened=events(), looked=st.lists(st.integers(0, 5 * 24 * 60), max_size=5))
def test_processing_late_gives_the_same_closings(
    sqlite_template, tmp_path_factory, happened, looked
):
    """Whenever the work is done, each day closes as it would have at its end."""
    often = range(30, 6 * 24 * 60, 6 * 60)
    at_once = sorted({*looked, *(minute for minute, _ in happened), *midnights(), *often})
    runs = [
        closed_by(sqlite_template, tmp_path_factory, happened, moments)
        for moments in (at_once, looked, [])
    ]
    assert runs[0] == runs[1] == runs[2]


def midnights():
    """A minute after the days' ends in Paris, counted from 09:00 on Monday."""
    return [15 * 60 + 1 + n * 24 * 60 for n in range(5)]


def closed_by(template, folders, happened, moments):
    """The closings by the sixth day, with replans at these minutes and one at the very end."""
    home = folders.mktemp("home")
    shutil.copy(template, home / "goalward.db")
    with life(f"sqlite:///{home / 'goalward.db'}", home) as lived:
        steps = [(minute, n, what) for n, (minute, what) in enumerate(happened)]
        steps += [(minute, 1000, "replan") for minute in moments]
        for minute, n, what in sorted(steps):
            lived.clock.at = START + timedelta(minutes=minute)
            match what:
                case "run":
                    knows(lived, n)
                case "goal":
                    states(lived, target_s=5400.0 + n)
                case zone if zone in ZONES:
                    lived.profile(zone=ZoneInfo(zone))
                case "name":
                    lived.profile(name=f"Robin {n}")
                case _:
                    replans(lived)
        lived.clock.at = START + 6 * DAY
        replans(lived)
        frozen = [(r.goal_id, r.made_on, r.body, r.known_at) for r in lived.rows(tables.forecast_ledger)]  # fmt: skip
        receipts = sorted((r.key, str(r.body)) for r in lived.rows(tables.change))
        last = outcome(lived)
        return closings(lived), frozen, receipts, last.plan and last.plan.version


@pytest.mark.parametrize(
    ("zone", "ends_at"),
    [
        ("Pacific/Kiritimati", datetime(2026, 10, 24, 10, tzinfo=UTC)),
        ("Europe/Paris", datetime(2026, 10, 25, 23, tzinfo=UTC)),  # a day of 25 hours
        ("America/Los_Angeles", datetime(2026, 11, 2, 8, tzinfo=UTC)),
        ("Asia/Beirut", datetime(2026, 10, 24, 22, tzinfo=UTC)),  # its last hour comes twice
        ("Africa/Cairo", datetime(2027, 4, 29, 22, tzinfo=UTC)),  # the next day begins at one
    ],
)
def test_days_end_where_the_athlete_lives(sqlite_url, tmp_path, zone, ends_at):
    """What is known in the last second of a day belongs to it, once."""
    clock = HandClock(ends_at - DAY * 3)
    with life(sqlite_url, tmp_path, clock=clock, zone=ZoneInfo(zone)) as lived:
        clock.at = ends_at - timedelta(seconds=1)
        last_day = clock.at.astimezone(ZoneInfo(zone)).date()
        knows(lived, 1)
        clock.at = ends_at - timedelta(milliseconds=1)
        replans(lived)
        assert last_day.isoformat() not in closings(lived)
        clock.at = ends_at
        replans(lived)
        assert closings(lived)[last_day.isoformat()]["ability"]["message"]
        (row,) = [r for r in lived.rows(tables.closing) if r.key == last_day.isoformat()]
        assert row.known_at == ends_at - timedelta(microseconds=1)
        replans(lived)
        assert lived.rows(tables.closing, key=last_day.isoformat()) == [row]
        with reading(lived.engine) as conn:
            assert store.next_news(conn, 1, after=row.known_at) is None


def test_a_day_that_is_over_ended_where_the_athlete_was_then(lived):
    """Looked at days later, after a flight from Paris to Los Angeles on Wednesday evening."""
    states(lived)
    for hours in (1, 35, 61, 70, 87):
        lived.clock.at = START + hours * HOUR
        knows(lived, hours)
        if hours == 61:
            lived.profile(zone=ZoneInfo("America/Los_Angeles"))
    lived.clock.at = START + 7 * DAY
    replans(lived)
    assert [(row.key, row.known_at) for row in lived.rows(tables.closing)][:4] == [
        ("2026-08-31", last_instant(2026, 8, 31, 22)),
        ("2026-09-01", last_instant(2026, 9, 1, 22)),
        ("2026-09-02", last_instant(2026, 9, 2, 22)),  # by the clocks of Paris
        ("2026-09-03", last_instant(2026, 9, 4, 7)),
    ]


def test_a_day_does_not_close_before_it_was_over_where_it_began(lived):
    """In Auckland it is tomorrow; what becomes known before midnight in Paris is still today's."""
    states(lived)
    lived.clock.at = START + 7 * HOUR  # 16:00 in Paris, 02:00 in Auckland
    lived.profile(zone=ZoneInfo("Pacific/Auckland"))
    replans(lived)
    assert outcome(lived).day == MONDAY + DAY
    assert closings(lived) == {}
    arrives(lived, 1, known_at=START + 14 * HOUR)  # 23:00 in Paris
    lived.clock.at = START + 16 * HOUR
    replans(lived)
    assert closings(lived) == {}
    with writing(lived.engine) as conn:
        conn.execute(tables.inbox_event.update().values(done_at=lived.clock.at))
    replans(lived)
    assert list(closings(lived)) == ["2026-08-31"]


def last_instant(*until):
    return datetime(*until, tzinfo=UTC) - timedelta(microseconds=1)


# --- arrivals of earlier days come first ----------------------------------------------------------


def arrives(lived, n, *, known_at, kind="activity", connected=None):
    connected = connected or lived._connect("letterbox", "x", {})
    payload = {"external_id": str(n), "tag": ""}
    arrival = Arrival("letterbox", f"letterbox:{n}", kind, payload, connected, 1, known_at)
    with writing(lived.engine) as conn:
        accept_now(conn, arrival, now=lived.clock.at)


@pytest.mark.parametrize("kind", ["activity", "poll"])
def test_a_day_does_not_close_before_its_arrivals_are_read(lived, kind):
    states(lived)
    arrives(lived, 1, known_at=lived.clock.at, kind=kind)
    lived.clock.later(days=1)
    replans(lived)
    assert closings(lived) == {}
    (owed,) = lived.owed("replan")
    assert (owed.tries, owed.due_at) == (0, lived.clock.at + timedelta(seconds=1))
    assert "earlier day" in owed.last_error
    with writing(lived.engine) as conn:
        conn.execute(tables.inbox_event.update().values(done_at=lived.clock.at))
    lived.clock.later(seconds=2)
    lived.work("replan")
    assert list(closings(lived)) == ["2026-08-31"]


def test_an_arrival_of_today_holds_up_nothing(lived):
    states(lived)
    lived.clock.later(days=1)
    arrives(lived, 1, known_at=lived.clock.at)
    replans(lived)
    assert list(closings(lived)) == ["2026-08-31"]


def test_an_arrival_that_cannot_be_read_holds_up_only_for_a_while(lived):
    """Its connector is gone: it is given up, and life goes on."""
    states(lived)
    arrives(lived, 1, known_at=lived.clock.at)
    lived.work("ingest")
    lived.clock.later(days=1)
    replans(lived)
    assert list(closings(lived)) == ["2026-08-31"]


def test_a_services_limit_does_not_hold_up_the_days(lived):
    """A history of years may take days to come in."""
    states(lived)
    arrives(lived, 1, known_at=lived.clock.at)
    (owed,) = lived.owed("ingest")
    lease = outbox.claim(lived.engine, owed.id, owner="somebody")
    lived.clock.later(days=1)
    outbox.snooze(lived.engine, lease, due_at=lived.clock.at + HOUR, reason="limit")
    replans(lived)
    assert list(closings(lived)) == ["2026-08-31"]


def test_a_service_that_is_away_does_not_hold_up_the_days(lived):
    states(lived)
    arrives(lived, 1, known_at=lived.clock.at)
    lived.clock.later(days=1)
    for outages in range(5):
        replans(lived)
        assert len(closings(lived)) == int(outages > 3)
        (owed,) = lived.owed("ingest")
        lease = outbox.claim(lived.engine, owed.id, owner="somebody")
        outbox.wait_out(lived.engine, lease, "no route", due_at=lived.clock.at)
        lived.clock.later(seconds=2)


def test_whoever_asks_meanwhile_is_answered_and_nothing_is_stored(lived):
    states(lived)
    knows(lived, 1)
    arrives(lived, 2, known_at=lived.clock.at)
    lived.clock.later(days=1)
    replans(lived)
    told = as_of(lived.runtime, 1)
    assert told.day == MONDAY + DAY
    assert told.plan
    assert (closings(lived), outcome(lived)) == ({}, None)


def test_the_order_of_reading_does_not_matter(sqlite_template, tmp_path_factory):
    """Two arrivals of one run around midnight, read in either order."""
    found = []
    for order in ((0, 1), (1, 0)):
        home = tmp_path_factory.mktemp("home")
        shutil.copy(sqlite_template, home / "goalward.db")
        with life(f"sqlite:///{home / 'goalward.db'}", home) as lived:
            states(lived)
            instants = (START + 14 * HOUR, START + 16 * HOUR)
            lived.clock.at = START + 17 * HOUR
            for place in order:
                knows(lived, 1, at=instants[place], start_at=START)
            replans(lived)
            found.append((closings(lived), outcome(lived)))
    assert found[0] == found[1]
    assert found[0][0]["2026-08-31"]["ability"]["runs_used"] == 1


# --- who was paused stores nothing ----------------------------------------------------------------


class Stopped:
    """A runtime whose process is stopped for a while when it turns to the database once more."""

    def __init__(self, runtime, *, at, meanwhile):
        self.runtime, self.left, self.meanwhile = runtime, at, meanwhile

    def __getattr__(self, name):
        if name == "engine":
            self.left -= 1
            if self.left == 0:
                self.meanwhile()
        return getattr(self.runtime, name)


def stopped(lived, actor, *, at, meanwhile):
    """Perform what is owed by one process that is stopped for longer than its lease lasts.

    Returns whether it came to be stopped.
    """
    (owed,) = lived.owed(actor)
    held = Held(lived.engine, outbox.claim(lived.engine, owed.id, owner="stopped"))

    def sleeps():
        lived.clock.later(seconds=11)
        meanwhile()

    runtime = Stopped(lived.runtime, at=at, meanwhile=sleeps)
    with suppress(LeaseLost, NotTold):
        ACTORS[actor](runtime, owed.key, held)
    return runtime.left <= 0


@pytest.mark.parametrize("at", range(1, 8))
def test_a_plan_is_not_overwritten_by_one_who_slept(database_url, tmp_path, at):
    with life(database_url, tmp_path) as lived:
        states(lived)
        lived.clock.later(days=1)
        with writing(lived.engine) as conn:
            owe_replan(lived.runtime, conn, 1)

        def another():
            goal = Goal("new", GoalKind.COMPLETION, Priority.B, date(2026, 10, 18), 10_000.0)
            with writing(lived.engine) as conn:
                store.put_goal(conn, 1, goal, known_at=lived.clock.at, now=lived.clock.at)
                owe_replan(lived.runtime, conn, 1)
            lived.work("replan")
            assert set(outcome(lived).plan.goal_ids) == {"half", "new"}

        assert stopped(lived, "replan", at=at, meanwhile=another)
        assert set(outcome(lived).plan.goal_ids) == {"half", "new"}
        assert lived.owed("replan") == []


@pytest.mark.parametrize("at", range(1, 5))  # up to the transaction that closes the day
def test_a_closing_is_not_overwritten_by_one_who_slept(lived, at):
    """A run of the day was read while the process slept."""
    states(lived)
    lived.clock.later(days=1)
    with writing(lived.engine) as conn:
        owe_replan(lived.runtime, conn, 1)

    def another():
        knows(lived, 1, at=START + HOUR)
        lived.work("replan")

    assert stopped(lived, "replan", at=at, meanwhile=another)
    (row,) = lived.rows(tables.closing)
    assert row.body["ability"]["runs_used"] == 1


def test_one_who_slept_does_not_untell_what_was_told(sqlite_url, tmp_path):
    (tmp_path / "blocked").write_text("")
    with life(sqlite_url, tmp_path, NOTIFY=f"goalward-file://{tmp_path}/blocked/x.txt") as lived:
        says(lived)

        def another():
            (tmp_path / "blocked").unlink()
            lived.work("tell")

        assert stopped(lived, "tell", at=2, meanwhile=another)
        (row,) = lived.rows(tables.message)
        assert (row.told_at, row.problem) == (lived.clock.at, None)


# --- what follows ---------------------------------------------------------------------------------


def test_publishing_is_owed_when_the_plan_or_the_day_is_new(database_url, tmp_path):
    with life_with_services(database_url, tmp_path) as lived:
        lived.connect_garmin()
        published = []

        def after(change):
            change()
            replans(lived)
            published.append(len(lived.owed("publish")))
            with writing(lived.engine) as conn:
                row = tables.outbox
                done = row.update().where(row.c.actor == "publish")
                conn.execute(done.values(done_generation=row.c.generation))

        after(lambda: None)  # the first decision: nothing planned
        after(lambda: None)  # the same again
        after(lambda: states(lived))
        after(lambda: lived.profile(name="Kim"))  # changes no plan
        after(lambda: lived.clock.later(days=1))
        after(lambda: None)
        assert published == [1, 0, 1, 0, 1, 0]


def test_the_plan_and_its_receipts_are_stored_with_the_day(lived):
    states(lived)
    for n in range(20):
        knows(lived, n, start_at=START - timedelta(days=2 * n + 1))
    lived.clock.later(days=1)
    replans(lived)
    session = next(
        day.workout
        for day in outcome(lived).plan.days()
        if day.day > MONDAY + 4 * DAY and day.workout
    )
    skip = Layer(LayerKind.SKIP, session.ident, None, "by you")
    with writing(lived.engine) as conn:
        store.put(
            conn,
            tables.layer,
            athlete_id=1,
            key="by hand",
            body=to_body(skip),
            known_at=lived.clock.at,
            now=lived.clock.at,
        )
    replans(lived)
    with reading(lived.engine) as conn:
        changes = changes_of(conn, 1)
    assert changes
    lived.clock.later(days=1)
    replans(lived)
    with reading(lived.engine) as conn:
        kept = changes_of(conn, 1)
    assert [c for c in kept if c in changes] == changes
    assert {row.made_on for row in lived.rows(tables.change)} == {MONDAY + DAY}


def test_a_day_ticks_once_whoever_looks(lived):
    for _ in range(3):
        tick(lived.runtime)
        lived.work("replan")
    generations = [row.generation for row in lived.rows(tables.outbox, actor="replan")]
    lived.clock.later(days=1)
    tick(lived.runtime)
    assert generations == [1]
    begun = [row for row in lived.rows(tables.tick) if row.name.startswith("day:")]
    assert len(begun) == 2


# --- telling --------------------------------------------------------------------------------------


@pytest.fixture
def loud(sqlite_url, tmp_path):
    """A life whose messages go to a file, `told`."""
    file = tmp_path / "told.txt"
    with life(sqlite_url, tmp_path, NOTIFY=f"goalward-file://{file}") as lived:
        yield lived, lambda: file.read_text() if file.exists() else ""


def says(lived, key="k", title="Title", body="Body"):
    with writing(lived.engine) as conn:
        owe_message(lived.runtime, conn, 1, key=key, title=title, body=body)


def test_a_message_is_told_once(loud):
    lived, told = loud
    for _ in range(3):
        says(lived)
        lived.work("tell")
    assert told() == "Title\nBody\n\n"
    (row,) = lived.rows(tables.message)
    assert (row.told_at, row.problem) == (lived.clock.at, None)


def test_a_replay_tells_nothing_twice(loud):
    lived, told = loud
    says(lived)
    lived.work("tell")
    (owed,) = lived.rows(tables.outbox, actor="tell")
    assert "owed again" in standing.owe_again(lived.runtime, str(owed.id))
    lived.work("tell")
    assert told() == "Title\nBody\n\n"


def test_news_of_one_key_are_one_message(loud):
    lived, told = loud
    with writing(lived.engine) as conn:
        owe_telling(lived.runtime, conn, 1, (News("a", "A", "1"), News("b", "B", "2")))
        owe_telling(lived.runtime, conn, 1, (News("a", "A", "once more"),))
    lived.work("tell")
    assert told() == "A\n1\n\nB\n2\n\n"


@pytest.mark.parametrize(
    ("hour", "waits_until"),
    [
        (12, None),
        (21, datetime(2026, 9, 1, 5, tzinfo=UTC)),  # 23:00 in Paris
        (28, datetime(2026, 9, 1, 5, tzinfo=UTC)),  # 06:00
    ],
)
def test_the_night_is_quiet(loud, hour, waits_until):
    lived, told = loud
    lived.clock.at = datetime(2026, 8, 31, tzinfo=UTC) + hour * HOUR
    says(lived)
    lived.work("tell")
    if waits_until is None:
        assert told()
        return
    assert told() == ""
    (owed,) = lived.owed("tell")
    assert (owed.due_at, owed.tries) == (waits_until, 0)
    lived.clock.at = waits_until
    lived.work("tell")
    assert told()


def test_a_channel_that_fails_is_tried_again_and_the_reason_kept(sqlite_url, tmp_path):
    (tmp_path / "blocked").write_text("")
    channel = f"goalward-file://{tmp_path}/blocked/told.txt"
    with life(sqlite_url, tmp_path, NOTIFY=channel) as lived:
        says(lived)
        lived.work("tell")
        (row,) = lived.rows(tables.message)
        assert (row.told_at, row.problem) == (None, "not accepted by goalward-file")
        (owed,) = lived.owed("tell")
        assert owed.tries == 1
        assert owed.due_at > lived.clock.at
        (tmp_path / "blocked").unlink()
        lived.clock.later(seconds=10)
        lived.work("tell")
        (row,) = lived.rows(tables.message)
        assert (row.told_at, row.problem) == (lived.clock.at, None)
        assert "Title" in (tmp_path / "blocked" / "told.txt").read_text()


def test_only_the_first_athlete_has_the_settings_channels(loud):
    from planning.athlete import Athlete

    lived, told = loud
    with writing(lived.engine) as conn:
        store.add_athlete(conn, Athlete(PARIS), known_at=START, now=START)
        owe_message(lived.runtime, conn, 2, key="k", title="Of the second", body="")
    lived.work("tell")
    assert told() == ""


def test_the_athletes_own_channels_stand_above_the_settings(loud, tmp_path):
    lived, told = loud
    lived.setting("notify", [f"goalward-file://{tmp_path}/mine.txt"])
    says(lived)
    lived.setting("notify", [])
    says(lived, key="silent")
    lived.work("tell")
    assert told() == ""
    assert not (tmp_path / "mine.txt").exists()  # the choice of the moment of telling counts


def test_weeks_of_news_are_told_once_each(loud):
    """Replans at every hour of three weeks say nothing twice."""
    lived, told = loud
    states(lived)
    for n in range(30):
        knows(lived, n, start_at=START - timedelta(days=2 * n + 1))
    for n in range(3 * 6):
        lived.clock.at = START + timedelta(hours=28 * n)
        knows(lived, 100 + n)
        replans(lived)
        replans(lived)
        lived.work("tell")
    keys = [row.key for row in lived.rows(tables.message)]
    assert len(set(keys)) == len(keys)
    weeks = [key for key in keys if key.startswith("week:")]
    assert weeks
    assert all(a < b for a, b in pairwise(sorted(weeks)))
    assert told().count("Week 36") <= 1
