"""Erasing a source, or an athlete: nothing of it is left, whoever is stopped in the middle."""

import shutil
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import select

from connectors.registry import connectors
from planning.athlete import Athlete
from planning.completeness import Withheld
from planning.fitness.observation import derive
from planning.goals.goal import MARATHON_M, Goal, GoalKind, Priority
from planning.rulings import Edit, Exclude, Join
from planning.wellness import Wellness
from tests.servers import migrated_sqlite
from tests.sizes import FIXED
from tests.worker.living import PARIS, START, STRAVA_ATHLETE, HandClock, Life, a_record, life
from worker import audit, erasing, outbox, store, tables
from worker.actors import ACTORS
from worker.app import Runtime
from worker.connections import connect, connection, strava_use
from worker.db import open_database, reading, writing
from worker.doomed import Scope
from worker.inbox import Arrival, accept_now
from worker.outcomes import latest_outcome, store_closing
from worker.owing import channels_of, owe_message, owe_replan
from worker.perform import Heartbeat, Held, perform
from worker.settings import load_settings
from worker.stored import to_body
from worker.vault import Vault

STRAVA = Scope(1, "strava")
STEP = 3 if FIXED else 1  # commits from one kill to the next
SECRETS = {"access_token": "strava-access-token-1", "refresh_token": "strava-refresh-token-1"}
GOAL = Goal(
    "g", GoalKind.TIME, Priority.A, date(2026, 12, 20), MARATHON_M, 12000.0, stated_on=START.date()
)


def settled(lived, days=3, *, strava=True, garmin=True):
    """Weeks of running from two sources and days that closed on them; what each source says is
    the same run, by another name.
    """
    if garmin:
        lived._connect("garmin", "runner-1", {"di_token": "garmin-token-1"})
    if strava:
        lived._connect("strava", STRAVA_ATHLETE, SECRETS)
    for n in range(40, 0, -2):
        for source, here in (("garmin", garmin), ("strava", strava)):
            if here:
                arrives(lived, source, n, start_at=START - timedelta(days=n))
    fact(lived, tables.goal, GOAL.id, to_body(GOAL))
    for _ in range(days):
        replans(lived)
        lived.clock.later(days=1)
    replans(lived)


def replans(lived):
    with writing(lived.engine) as conn:
        owe_replan(lived.runtime, conn, 1)
    lived.work("replan")


def arrives(lived, source, n, *, start_at):
    """As ingest leaves it: an arrival, read, and an observation."""
    ids = {"garmin": 21000000000, "strava": 19000000000}
    external_id = str(ids[source] + n)
    name = f"{source.title()} Lane {n}"
    # Strava says nothing else than Garmin does, so the estimate is the same without it.
    record = a_record(source=source, external_id=external_id, start_at=start_at, name=name)
    payload = {"external_id": external_id, "tag": "t", "backfill": False}
    key = f"{source}:9:{external_id}:t"
    with writing(lived.engine) as conn:
        row = tables.connection
        mine = conn.scalar(select(row.c.id).where(row.c.connector == source))
        arrival = Arrival(source, key, "activity", payload, mine, 1, lived.clock.at)
        accept_now(conn, arrival, now=lived.clock.at)
        event = tables.inbox_event
        done = event.update().where(event.c.delivery_key == key)
        conn.execute(done.values(done_at=lived.clock.at, outcome="stored"))
        seen = derive(record, None, zone=PARIS)
        store.put_observation(conn, 1, seen, known_at=lived.clock.at, now=lived.clock.at)
        owed = tables.outbox
        conn.execute(owed.delete().where(owed.c.actor == "ingest"))


def fact(lived, table, key, body, **columns):
    with writing(lived.engine) as conn:
        now = lived.clock.at
        store.put(
            conn, table, athlete_id=1, key=key, body=body, known_at=now, now=now, **columns
        )  # fmt: skip


def more_of_it(lived):
    """A row of every kind that may speak of Strava."""
    for told in (
        Exclude("strava:19000000040", "not me"),
        Join("garmin:21000000038", "strava:19000000038"),
        Exclude("garmin:21000000040"),
    ):
        fact(lived, tables.ruling, told.key, to_body(told))
    slept = Wellness("strava", START.date(), sleep_s=1.0)
    fact(lived, tables.wellness, slept.key, to_body(slept), source="strava", day=slept.day)
    hidden = Withheld("strava", "19000000099", None, "hidden", "show it")
    fact(
        lived,
        tables.withheld,
        hidden.key,
        to_body(hidden),
        source="strava",
        external_id="19000000099",
    )
    fact(lived, tables.coverage, "strava:2026-08-30", {"because": "the watch synced"})
    fact(lived, tables.coverage, "asked:strava", {"source": "strava"})
    lived.clock.later(minutes=1)
    fact(lived, tables.coverage, "asked:strava", None)
    fact(lived, tables.athlete_setting, "strava_use", "full")
    with writing(lived.engine) as conn:
        now = lived.clock.at
        owe_message(
            lived.runtime, conn, 1, key="sign-in:2", title="Strava wants you", body="to sign in"
        )
        for table, values in (
            (tables.rate_window, {"starts_at": now, "used": 3, "backfill": 0, "calls": 9}),
            (tables.rate_rest, {"until": now}),
        ):
            conn.execute(table.insert().values(name="strava:short:1", **values))
            conn.execute(table.insert().values(name="strava:short:11", **values))
        conn.execute(
            tables.sighting.insert().values(
                connection_id=2, external_id="19000000040", tag="t", event_id=1
            )
        )
        conn.execute(
            tables.raw_copy.insert().values(
                athlete_id=1,
                source="strava",
                external_id="19000000040",
                name="strava-lane.fit",
                content=b"19000000040",
                fetched_at=now,
            )
        )
        conn.execute(tables.app_value.insert().values(name="strava", body={"webhook_secret": "s"}))
        asked = Arrival(
            "garmin", "poll:1:strava:hook:3:777001:activity:19000000040", "poll", {}, 1, 1, now
        )
        accept_now(conn, asked, now=now)


def begins(lived, scope=STRAVA):
    with writing(lived.engine) as conn:
        erasing.begin(lived.runtime, conn, scope)


def is_erased(lived, traces):
    assert audit.found(lived.engine, traces) == []
    assert {row.connector for row in lived.rows(tables.connection)} == {"garmin"}
    # What remembers the erasing, and another athlete's limits.
    remembers = {"erasure", "outbox", "rate_window", "rate_rest"}
    assert set(tables_with(lived, "strava")) <= remembers


def tables_with(lived, word):
    """Names of tables that hold the word anywhere."""
    # As tuples, for a row's own repr is shortened.
    rows = {t.name: [*map(tuple, lived.rows(t))] for t in tables.metadata.sorted_tables}
    return [name for name, found in rows.items() if word in repr(found).lower()]


def canonical(lived):
    with reading(lived.engine) as conn:
        return store.activities(conn, 1), latest_outcome(conn, 1).ability


@pytest.fixture
def lived(database_url, tmp_path):
    with life(database_url, tmp_path / "home") as lived:
        yield lived


# --- a source -------------------------------------------------------------------------------------


def test_nothing_of_an_erased_source_is_left_in_any_table_or_file(lived):
    settled(lived)
    more_of_it(lived)
    traces = audit.traces_of(lived.runtime, STRAVA)
    assert {"19000000040", "Strava Lane 40", *SECRETS.values()} <= traces.words
    assert audit.found(lived.engine, traces)
    begins(lived)
    assert lived.work("erase") == 1
    is_erased(lived, traces)
    assert lived.runtime.vault.tokens(2).read() == {}
    assert lived.runtime.vault.tokens(1).read() == {"di_token": "garmin-token-1"}
    # What is not Strava's is there as before.
    assert [row.key for row in lived.rows(tables.ruling)] == ["exclude:garmin:21000000040"]
    assert [row.name for row in lived.rows(tables.rate_window)] == ["strava:short:11"]


def test_what_remains_is_what_it_would_be_without_that_source(lived, tmp_path):
    settled(lived)
    begins(lived)
    lived.work("erase", "replan")
    other = migrated_sqlite(tmp_path / "other.db")
    with life(f"sqlite:///{other}", tmp_path / "other") as alone:
        settled(alone, strava=False)
        assert canonical(lived) == canonical(alone)


def test_conclusions_keep_only_what_was_told(lived):
    settled(lived)
    told = [(r.goal_id, r.made_on, *numbers(r.body)) for r in lived.rows(tables.forecast_ledger)]
    planned = [workouts(row.body) for row in lived.rows(tables.closing)]
    assert told
    assert lived.rows(tables.outcome)
    begins(lived)
    lived.work("erase")
    ledger = lived.rows(tables.forecast_ledger)
    assert [(r.goal_id, r.made_on, *numbers(r.body)) for r in ledger] == told
    assert {(r.body["message"], str(r.body["needs"])) for r in ledger} == {("", "[]")}
    closings = lived.rows(tables.closing)
    assert [workouts(row.body) for row in closings] == planned
    for row in closings:
        assert row.body["ability"]["ln_speed"] is None
        assert (row.body["plan"]["paced_at"], row.body["plan"]["peaks_m"]) == (None, [])
        assert row.body["race_days"] is None
    for row in lived.rows(tables.change):
        assert (row.body["fact"], row.body["sentence"]) == ("", "")
        assert row.body["ability_after"] is None
    assert lived.rows(tables.outcome) == []
    assert len(lived.owed("replan")) == 1


def numbers(body):
    return tuple(body[name] for name in ("median_s", "p10_s", "p90_s", "probability", "status"))


def workouts(body):
    days = [day for week in body["plan"]["weeks"] for day in week["days"]]
    return [(day["day"], day["workout"]) for day in days]


def test_messages_made_from_it_say_no_more_and_are_not_told_again(lived):
    settled(lived)
    keys = ("week:2026-W35", "race:2026-08-30", "status:g:ahead:2026-09-01", "plan:2026-09-01")

    def tells():
        with writing(lived.engine) as conn:
            for key in keys:
                owe_message(lived.runtime, conn, 1, key=key, title="3 runs", body="42 km, 9 min")

    tells()
    begins(lived)
    lived.work("erase")
    before = lived.rows(tables.message)
    tells()
    assert lived.rows(tables.message) == before
    assert [row.key for row in before] == list(keys)
    assert {(row.title, "km" in row.body) for row in before} == {("Erased", False)}


def test_messages_about_other_services_and_of_other_things_stay(lived):
    settled(lived, strava=False)
    other = lived._connect("garmin_personal", "runner-1", {})
    kept = {
        f"key:{other}:2026-12-01:soon": "A new one is made in Garmin Connect, under Settings.",
        "ready:g": "The weather will be warm: begin more slowly.",
    }
    gone = {"key:1:2026-12-01:soon": "Garmin Connect", "unknown:never": "of Garmin Connect"}
    with writing(lived.engine) as conn:
        for key, body in (kept | gone).items():
            owe_message(lived.runtime, conn, 1, key=key, title="", body=body)
    for source in ("garmin", "weather"):
        begins(lived, Scope(1, source))
        lived.work("erase")
    assert [row.key for row in lived.rows(tables.message)] == list(kept)


def test_what_was_concluded_before_it_came_is_left_alone(lived):
    settled(lived, strava=False)
    before = lived.rows(tables.closing)
    lived._connect("strava", STRAVA_ATHLETE, SECRETS)
    lived.clock.later(days=1)
    arrives(lived, "strava", 2, start_at=START - timedelta(days=2))
    begins(lived)
    lived.work("erase")
    assert lived.rows(tables.closing) == before


def test_a_source_that_told_nothing_leaves_every_conclusion(lived):
    settled(lived, strava=False)
    lived._connect("strava", STRAVA_ATHLETE, SECRETS)
    before = lived.rows(tables.closing), lived.rows(tables.forecast_ledger)
    begins(lived)
    lived.work("erase")
    assert (lived.rows(tables.closing), lived.rows(tables.forecast_ledger)) == before
    assert {row.connector for row in lived.rows(tables.connection)} == {"garmin"}


def test_one_row_remembers_that_it_was_and_not_whose(lived):
    settled(lived)
    begins(lived)
    lived.work("erase")
    begins(lived)
    lived.work("erase")  # a second time finds nothing
    first, second = lived.rows(tables.erasure)
    assert (first.what, first.at, len(first.whose)) == ("strava", lived.clock.at, 64)
    assert first.rows == {"inbox_event": 20, "observation": 20, "connection": 1}
    assert second.rows == {}
    with reading(lived.engine) as conn:
        assert [what for _, what, _ in erasing.erased(conn, 1)] == ["strava", "strava"]
        assert erasing.erased(conn, 2) == []


def test_another_athletes_data_stay(lived):
    settled(lived)
    with writing(lived.engine) as conn:
        second = store.add_athlete(conn, Athlete(PARIS), known_at=START, now=START)
        run = a_record(source="strava", external_id="19000009999", name="Theirs")
        seen = derive(run, None, zone=PARIS)
        store.put_observation(conn, second, seen, known_at=START, now=START)
    traces = audit.traces_of(lived.runtime, STRAVA)
    begins(lived)
    lived.work("erase")
    assert audit.found(lived.engine, traces) == []
    (row,) = lived.rows(tables.observation, source="strava")
    assert row.athlete_id == second


# --- what is under way meanwhile ------------------------------------------------------------------


def test_a_fetch_under_way_stores_nothing_after_the_erasing(lived):
    settled(lived)
    with writing(lived.engine) as conn:
        arrival = Arrival("strava", "strava:new", "activity", {"external_id": "5"}, 2, 1, START)
        accept_now(conn, arrival, now=START)
        row = conn.execute(select(tables.outbox).where(tables.outbox.c.actor == "ingest")).one()
    lease = outbox.claim(lived.engine, row.id, owner="slow")
    begins(lived)
    lived.work("erase")
    with writing(lived.engine) as conn:
        assert not outbox.still_mine(conn, lease)
    assert not outbox.renew(lived.engine, lease)


def test_a_decision_under_way_stores_nothing_after_the_erasing(lived):
    settled(lived)
    with writing(lived.engine) as conn:
        row_id = outbox.push(conn, "replan", "1", due_at=lived.clock.at)
    lease = outbox.claim(lived.engine, row_id, owner="slow")
    begins(lived)
    lived.work("erase")
    with writing(lived.engine) as conn:
        assert not outbox.still_mine(conn, lease)
    assert len(lived.owed("replan")) == 1  # and is made anew


def test_an_event_that_comes_meanwhile_finds_no_owner(lived):
    settled(lived)
    begins(lived)
    with reading(lived.engine) as conn:
        assert connection(conn, 2).state == "disconnected"


def test_a_reader_of_an_old_state_is_waited_for(sqlite_url, tmp_path):
    """It keeps the old bytes in the log; what can be deleted is deleted all the same."""
    with life(sqlite_url, tmp_path / "home") as lived:
        settled(lived)
        traces = audit.traces_of(lived.runtime, STRAVA)
        with reading(lived.engine) as conn:
            conn.execute(select(tables.observation)).all()
            begins(lived)
            lived.work("erase")
            (owed,) = lived.owed("erase")
            assert "being read" in owed.last_error
            assert lived.rows(tables.observation, source="strava") == []
        lived.clock.later(seconds=5)
        lived.work("erase")
        assert lived.owed("erase") == []
        assert audit.found(lived.engine, traces) == []


def test_what_a_fetch_stored_just_after_the_beginning_counts_as_an_input(lived):
    settled(lived, strava=False)
    lived._connect("strava", STRAVA_ATHLETE, SECRETS)
    begins(lived)  # nothing is known from there yet
    lived.clock.later(days=1)
    arrives(lived, "strava", 2, start_at=START - timedelta(days=2))
    lived.clock.later(days=1)
    replans(lived)
    lived.clock.later(days=1)
    lived.work("erase")
    ends = lived.rows(tables.closing)
    assert ends[-1].body["ability"]["ln_speed"] is None
    assert ends[0].body["ability"]["ln_speed"] is not None


def test_what_a_decision_stores_after_the_stripping_is_stripped_in_the_end(lived):
    settled(lived)
    begins(lived)
    (row,) = lived.rows(tables.outbox, actor="erase")
    held = Held(lived.engine, outbox.claim(lived.engine, row.id, owner="me"))
    stripping = erasing._strip(lived.runtime, held, STRAVA)
    lived.clock.later(seconds=5)
    with writing(lived.engine) as conn:
        outcome = latest_outcome(conn, 1)
        until = lived.clock.at
        store_closing(lived.runtime, conn, 1, outcome, until=until)
    assert lived.rows(tables.closing)[-1].body["ability"]["ln_speed"] is not None
    erasing._finish(lived.runtime, held, STRAVA, stripping)
    assert {r.body["ability"]["ln_speed"] for r in lived.rows(tables.closing)} == {None}


def test_beginning_twice_is_one_erasing(lived):
    settled(lived)
    begins(lived)
    begins(lived)
    lived.work("erase")
    (row,) = lived.rows(tables.erasure)
    assert row.rows["observation"] == 20


def test_a_sign_in_while_it_is_under_way_leaves_no_token_behind(lived):
    """As a browser makes one, between two steps of the erasing."""
    settled(lived)
    begins(lived)
    (row,) = lived.rows(tables.outbox, actor="erase")
    held = Held(lived.engine, outbox.claim(lived.engine, row.id, owner="me"))
    erasing._forget_tokens(lived.runtime, STRAVA)
    lived._connect("strava", STRAVA_ATHLETE, SECRETS)
    erasing._finish(lived.runtime, held, STRAVA, None)
    there = {f"connection:{row.id}" for row in lived.rows(tables.connection)}
    assert {row.name for row in lived.rows(tables.secret)} == there == {"connection:1"}


def test_what_the_athlete_said_of_a_run_outlives_the_copy_that_it_named(lived):
    """A run that was left out must not count again because one of its copies is erased."""
    settled(lived)
    for told in (
        Exclude("strava:19000000040", "a ride", whole_run=True),
        Edit("strava:19000000038", "is_race", value=True),
        Exclude("strava:19000000036", "this copy is no good"),
    ):
        fact(lived, tables.ruling, told.key, to_body(told))
    with reading(lived.engine) as conn:
        before = [(a.day, a.is_race) for a in store.activities(conn, 1)]
    assert len(before) == 19
    begins(lived)
    lived.work("erase")
    with reading(lived.engine) as conn:
        assert [(a.day, a.is_race) for a in store.activities(conn, 1)] == before
    assert [row.key for row in lived.rows(tables.ruling)] == [
        "exclude:garmin:21000000040",
        "edit:garmin:21000000038:is_race",
    ]


# --- stopped in the middle ------------------------------------------------------------------------


class Killed(BaseException):
    """As after kill -9: nothing of what was under way is tidied up."""


def killed_at(lived, commit):
    """Erases until the given commit would be made. True if it came that far."""
    left = [commit]

    def committing(_conn):
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    (row,) = lived.rows(tables.outbox, actor="erase")
    with Heartbeat(lived.engine, every_s=999) as heartbeat:
        sql_event.listen(lived.engine, "commit", committing)
        try:
            perform(lived.runtime, row.id, actors=ACTORS, heartbeat=heartbeat)
        except Killed:
            return True
        finally:
            sql_event.remove(lived.engine, "commit", committing)
    return False


def test_it_goes_on_after_a_kill_at_any_commit(tmp_path):
    whole = migrated_sqlite(tmp_path / "whole.db")
    with life(f"sqlite:///{whole}", tmp_path / "home") as lived:
        settled(lived)
        more_of_it(lived)
        traces = audit.traces_of(lived.runtime, STRAVA)
        begins(lived)
        at = lived.clock.at
    kills, ends = 0, set()
    while True:
        copy = tmp_path / f"copy-{kills}.db"
        shutil.copy(whole, copy)
        with life(f"sqlite:///{copy}", tmp_path / "home") as lived:
            lived.clock.at = at
            killed = killed_at(lived, kills)
            lived.clock.later(minutes=10)  # its lease runs out
            lived.work("erase")
            is_erased(lived, traces)
            (row,) = lived.rows(tables.erasure)
            conclusions = lived.rows(tables.closing), lived.rows(tables.forecast_ledger)
            ends.add(repr((row.rows, conclusions)))
        if not killed:
            break
        kills += STEP
    assert kills > 15
    assert len(ends) == 1  # however often it was stopped: the same is left, the same was counted


# --- an athlete -----------------------------------------------------------------------------------


def test_nothing_of_an_erased_athlete_is_left(lived):
    settled(lived)
    more_of_it(lived)
    lived.profile(name="Robin Redbreast")
    with writing(lived.engine) as conn:
        second = store.add_athlete(conn, Athlete(PARIS, name="Sam"), known_at=START, now=START)
        seen = derive(a_record(external_id="21000000777"), None, zone=PARIS)
        store.put_observation(conn, second, seen, known_at=START, now=START)
    scope = Scope(1)
    traces = audit.traces_of(lived.runtime, scope)
    assert {"19000000040", "21000000040", "garmin-token-1"} <= traces.words
    begins(lived, scope)
    lived.work("erase")
    assert audit.found(lived.engine, traces) == []
    assert tables_with(lived, "robin") == []
    for table in tables.metadata.sorted_tables:
        if "athlete_id" in table.c:
            assert {row.athlete_id for row in lived.rows(table)} <= {second}, table.name
    assert [row.key for row in lived.rows(tables.outbox)] == ["1:"]
    assert lived.rows(tables.secret) == []
    assert [row.id for row in lived.rows(tables.athlete)] == [second]
    assert [row.what for row in lived.rows(tables.erasure)] == ["athlete"]
    assert len(lived.rows(tables.observation)) == 1


def test_who_becomes_the_first_does_not_inherit_the_channels(database_url, tmp_path):
    told = f"goalward-file://{tmp_path}/told.txt"
    with life(database_url, tmp_path / "home", NOTIFY=told) as lived:
        with writing(lived.engine) as conn:
            second = store.add_athlete(conn, Athlete(PARIS), known_at=START, now=START)
            assert channels_of(lived.runtime, conn, 1) == [told]
            assert channels_of(lived.runtime, conn, second) == []
        begins(lived, Scope(1))
        lived.work("erase")
        with reading(lived.engine) as conn:
            assert channels_of(lived.runtime, conn, second) == []


@pytest.mark.parametrize("owners_word", ["off", "full"])
def test_who_becomes_the_first_does_not_inherit_what_strava_is_for(
    database_url, tmp_path, owners_word
):
    with life(database_url, tmp_path / "home", STRAVA_USE=owners_word) as lived:
        with writing(lived.engine) as conn:
            second = store.add_athlete(conn, Athlete(PARIS), known_at=START, now=START)
        for connector in ("strava", "garmin") if owners_word == "full" else ("strava",):
            connect(
                lived.runtime, second, connector=connector, external_athlete_id="2", tokens=SECRETS
            )
        meant = "trigger" if owners_word == "full" else "full"
        with reading(lived.engine) as conn:
            assert strava_use(conn, lived.runtime, second) == meant
        begins(lived, Scope(1))
        lived.work("erase")
        with reading(lived.engine) as conn:
            assert strava_use(conn, lived.runtime, second) == meant


def test_no_note_of_an_erased_athletes_days_is_left(lived):
    settled(lived)
    with writing(lived.engine) as conn:
        second = store.add_athlete(conn, Athlete(PARIS), known_at=START, now=START)
        for name in ("day:1", "look:1:3", "wellness:1", "failing:2", "day:2", "look:2:3"):
            conn.execute(tables.tick.insert().values(name=name, day=START.date()))
    begins(lived, Scope(1))
    lived.work("erase")
    assert second == 2
    assert [row.name for row in lived.rows(tables.tick)] == ["day:2", "look:2:3"]


def test_erasing_an_athlete_goes_on_after_a_kill_at_any_commit(tmp_path):
    whole = migrated_sqlite(tmp_path / "whole.db")
    with life(f"sqlite:///{whole}", tmp_path / "home") as lived:
        settled(lived)
        more_of_it(lived)
        traces = audit.traces_of(lived.runtime, Scope(1))
        begins(lived, Scope(1))
        at = lived.clock.at
    kills, killed = 0, True
    while killed:
        copy = tmp_path / f"copy-{kills}.db"
        shutil.copy(whole, copy)
        with bare_life(copy, at) as lived:
            killed = killed_at(lived, kills)
            lived.clock.later(minutes=10)
            lived.work("erase")
            assert audit.found(lived.engine, traces) == []
            assert lived.rows(tables.athlete) == []
            assert lived.owed("erase") == []
        kills += STEP
    assert kills > 20


@contextmanager
def bare_life(file, at):
    """`life` would add an athlete to an empty home."""
    clock = HandClock(at)
    engine = open_database(f"sqlite:///{file}", now=clock.machine_now)
    settings = load_settings({"GOALWARD_HOME": str(file.parent / "home")})
    vault = Vault(engine, settings)
    try:
        yield Life(Runtime(settings, clock, engine, vault, connectors(), None))
    finally:
        engine.dispose()
