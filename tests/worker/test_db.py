import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import delete, func, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from worker import tables
from worker.db import (
    MIGRATIONS,
    SchemaMismatch,
    check_schema,
    compact,
    database_now,
    migrate,
    open_database,
    reading,
    upsert,
    writing,
)
from worker.migrations import HEAD

AT = datetime(2026, 5, 1, 6, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def bare(bare_database_url):
    engine = open_database(bare_database_url)
    yield engine
    engine.dispose()


def add_athlete(conn, at=AT):
    return conn.execute(insert(tables.athlete).values(created_at=at)).inserted_primary_key[0]


def goal_row(athlete_id, **more):
    row = {"athlete_id": athlete_id, "key": "g1", "body": {"a": 1}}
    return {**row, "known_at": AT, "recorded_at": AT, **more}


def test_the_migrated_schema_is_that_of_the_tables(engine):
    options = {"compare_server_default": True, "compare_type": True}
    with engine.connect() as conn:
        context = MigrationContext.configure(conn, opts=options)
        assert compare_metadata(context, tables.metadata) == []


def test_indexes_have_the_same_conditions_and_foreign_keys_the_same_ends(engine, tmp_path):
    """What the comparison above does not look at."""
    made = open_database(f"sqlite:///{tmp_path / 'made.db'}")
    if engine.dialect.name == "postgresql":
        with engine.begin() as conn:
            migrated = _details(conn)
            for table in reversed(tables.metadata.sorted_tables):
                table.drop(conn)
            tables.metadata.create_all(conn)
            created = _details(conn)
    else:
        with writing(made) as conn:
            tables.metadata.create_all(conn)
        with engine.connect() as conn, made.connect() as other:
            migrated, created = _details(conn), _details(other)
    made.dispose()
    assert migrated == created
    assert any("superseded_at IS NULL" in str(detail) for detail in migrated)


def _details(conn):
    found = inspect(conn)
    names = sorted(set(found.get_table_names()) - {"alembic_version"})
    indexes = [
        (name, index["name"], index["unique"], index["column_names"], _condition(index))
        for name in names
        for index in found.get_indexes(name)
    ]
    keys = [
        (name, key["name"], key["options"])
        for name in names
        for key in found.get_foreign_keys(name)
    ]
    uniques = [(name, key["name"]) for name in names for key in found.get_unique_constraints(name)]
    primary = [(name, found.get_pk_constraint(name)) for name in names]
    return sorted(map(repr, [*indexes, *keys, *uniques, *primary]))


def _condition(index):
    options = index.get("dialect_options", {})
    return str(options.get("sqlite_where", options.get("postgresql_where")))


def test_head_is_the_last_step():
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD


def test_migrating_says_its_steps_once(bare):
    said = []
    migrate(bare, on_step=said.append)
    migrate(bare, on_step=said.append)
    assert [step.partition(" ")[0] for step in said] == [
        "0001",
        "0002",
        "0003",
        "0004",
        "0005",
        "0006",
        "0007",
        "0008",
        "0009",
        "0010",
    ]
    check_schema(bare)


def test_several_processes_may_migrate_at_once(bare_database_url):
    engines = [open_database(bare_database_url) for _ in range(4)]
    said = []
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda engine: migrate(engine, on_step=said.append), engines))
    check_schema(engines[0])
    for engine in engines:
        engine.dispose()
    assert len(said) == int(HEAD)  # every step, by whoever was first


def test_a_missing_schema_says_what_to_run(bare):
    with pytest.raises(SchemaMismatch, match=r"no tables yet.*goalward migrate"):
        check_schema(bare)


def test_an_older_schema_says_what_to_run(engine):
    with writing(engine) as conn:
        conn.execute(text("DELETE FROM alembic_version"))
    with pytest.raises(SchemaMismatch, match="goalward migrate"):
        check_schema(engine)


@pytest.mark.parametrize("act", [check_schema, migrate])
def test_a_newer_schema_is_refused_and_left_alone(engine, act):
    with writing(engine) as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaMismatch, match="newer one"):
        act(engine)
    with reading(engine) as conn:
        assert conn.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_a_failed_migration_leaves_nothing(bare):
    def fails(_step):
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        migrate(bare, on_step=fails)
    with bare.connect() as conn:
        assert set(inspect(conn).get_table_names()) <= {"alembic_version"}
    migrate(bare)
    check_schema(bare)


def test_instants_come_back_as_aware_utc(engine):
    athens = timezone(timedelta(hours=3))
    with writing(engine) as conn:
        add_athlete(conn, AT.astimezone(athens))
    with reading(engine) as conn:
        found = conn.scalar(select(tables.athlete.c.created_at))
        assert found == AT
        assert found.utcoffset() == timedelta(0)
        later = tables.athlete.c.created_at > (AT - timedelta(microseconds=1)).astimezone(athens)
        assert conn.scalar(select(func.count()).where(later)) == 1


def test_a_naive_instant_is_refused(engine):
    with pytest.raises(StatementError, match="no time zone"), writing(engine) as conn:
        add_athlete(conn, AT.replace(tzinfo=None))


def test_not_a_number_is_no_json(engine):
    with pytest.raises((StatementError, ValueError)), writing(engine) as conn:
        upsert(
            conn,
            tables.app_value,
            {"name": "x", "body": {"a": float("nan")}},
            key=("name",),
        )


@pytest.mark.parametrize("title", ["Läufe 🏃 Ωmega", "nul \0", "half a pair \ud800"])
def test_any_text_survives_in_a_body(engine, title):
    with writing(engine) as conn:
        upsert(
            conn,
            tables.app_value,
            {"name": "x", "body": {"title": title}},
            key=("name",),
        )
        assert conn.scalar(select(tables.app_value.c.body)) == {"title": title}


def test_one_fact_of_a_key_stands_and_its_past_stays(engine):
    with writing(engine) as conn:
        athlete = add_athlete(conn)
        conn.execute(insert(tables.goal).values(goal_row(athlete, superseded_at=AT)))
        conn.execute(insert(tables.goal).values(goal_row(athlete, superseded_at=AT)))
        conn.execute(insert(tables.goal).values(goal_row(athlete)))
    with pytest.raises(IntegrityError), writing(engine) as conn:
        conn.execute(insert(tables.goal).values(goal_row(athlete)))


def test_an_account_belongs_to_one_connection_until_it_is_disconnected(engine):
    row = {"connector": "strava", "external_athlete_id": "7", "settings": {}, "created_at": AT}
    with writing(engine) as conn:
        row["athlete_id"] = add_athlete(conn)
        conn.execute(insert(tables.connection).values(state="disconnected", **row))
        conn.execute(insert(tables.connection).values(state="connected", **row))
    with pytest.raises(IntegrityError), writing(engine) as conn:
        conn.execute(insert(tables.connection).values(state="paused", **row))


def test_a_delivery_is_stored_once(engine):
    row = {"source": "strava", "delivery_key": "k", "kind": "activity", "payload": {}}
    row |= {"received_at": AT, "known_at": AT}
    with writing(engine) as conn:
        assert upsert(conn, tables.inbox_event, row, key=("delivery_key",), keep=True)
        assert not upsert(conn, tables.inbox_event, row, key=("delivery_key",), keep=True)


def test_upsert_overwrites_by_key(engine):
    with writing(engine) as conn:
        for body in ({"a": 1}, {"a": 2}):
            assert upsert(conn, tables.app_value, {"name": "x", "body": body}, key=("name",))
        assert conn.scalars(select(tables.app_value.c.body)).all() == [{"a": 2}]


def test_what_belongs_to_an_athlete_goes_with_the_athlete(engine):
    with writing(engine) as conn:
        athlete = add_athlete(conn)
        conn.execute(insert(tables.goal).values(goal_row(athlete)))
        conn.execute(delete(tables.athlete))
        assert conn.scalar(select(func.count()).select_from(tables.goal)) == 0


def test_ids_are_not_used_again(engine):
    with writing(engine) as conn:
        first = add_athlete(conn)
        conn.execute(delete(tables.athlete))
        assert add_athlete(conn) > first


def test_a_transaction_that_fails_leaves_nothing(engine):
    with pytest.raises(IntegrityError), writing(engine) as conn:
        conn.execute(insert(tables.goal).values(goal_row(add_athlete(conn), key=None)))
    with reading(engine) as conn:
        assert conn.scalar(select(func.count()).select_from(tables.athlete)) == 0


def test_a_reader_cannot_write(engine):
    with pytest.raises(DBAPIError), reading(engine) as conn:
        add_athlete(conn)
    with writing(engine) as conn:  # the same pooled connection can, later
        add_athlete(conn)


def test_a_reader_sees_one_moment(engine):
    with reading(engine) as reader:
        count = select(func.count()).select_from(tables.athlete)
        assert reader.scalar(count) == 0
        with writing(engine) as writer:
            add_athlete(writer)
        assert reader.scalar(count) == 0


def test_writers_wait_for_each_other(engine):
    """No update is lost, and nobody is told that the database is locked."""
    with writing(engine) as conn:
        upsert(conn, tables.rate_window, _window(0), key=("name", "starts_at"))

    def add(_number):
        with writing(engine) as conn:
            row = tables.rate_window
            used = conn.scalar(select(row.c.used).with_for_update())
            upsert(conn, row, _window(used + 1), key=("name", "starts_at"))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(80)))
    with reading(engine) as conn:
        assert conn.scalar(select(tables.rate_window.c.used)) == 80


def test_threads_that_wait_for_their_turn_hold_no_connection(sqlite_engine):
    """They queue up before they knock at the database."""

    def write(number):
        with writing(sqlite_engine) as conn:
            upsert(
                conn,
                tables.rate_window,
                {**_window(0), "name": str(number)},
                key=("name", "starts_at"),
            )
            return sqlite_engine.pool.checkedout()

    with ThreadPoolExecutor(8) as threads:
        with writing(sqlite_engine) as conn:
            waiting = [threads.submit(write, number) for number in range(20)]
            upsert(conn, tables.rate_window, _window(0), key=("name", "starts_at"))
            assert not any(one.done() for one in waiting)
        assert {one.result() for one in waiting} == {1}


def _window(used):
    return {"name": "b", "starts_at": AT, "used": used, "backfill": 0, "calls": 100}


def test_the_databases_time_is_aware_and_near(engine):
    with reading(engine) as conn:
        first, second = database_now(conn), database_now(conn)
    assert first.utcoffset() == timedelta(0)
    assert timedelta(0) <= second - first < timedelta(seconds=5)


def test_time_can_be_given(database_url):
    engine = open_database(database_url, now=lambda: AT)
    with reading(engine) as conn:
        assert database_now(conn) == AT
    engine.dispose()


def test_sqlite_is_set_up_to_keep_what_it_was_given(sqlite_engine):
    with writing(sqlite_engine) as conn:
        assert conn.scalar(text("PRAGMA journal_mode")) == "wal"
        assert conn.scalar(text("PRAGMA synchronous")) == 2  # FULL
        assert conn.scalar(text("PRAGMA foreign_keys")) == 1
        assert conn.scalar(text("PRAGMA busy_timeout")) >= 5000


def test_what_is_deleted_is_not_left_in_the_file(sqlite_engine):
    """Neither in the space it had, nor in the log, nor where it stood before it was overwritten."""
    place = Path(sqlite_engine.url.database)
    for n, word in enumerate(("heartbreak hill", "tempo lane", "long bridge")):
        with writing(sqlite_engine) as conn:
            body = {"said": word * 1000}
            conn.execute(insert(tables.app_value).values(name=f"x{n}", body=body))
    value = tables.app_value
    with writing(sqlite_engine) as conn:
        conn.execute(delete(value).where(value.c.name == "x0"))
        conn.execute(update(value).where(value.c.name == "x1").values(body={}))
    with reading(sqlite_engine) as conn:
        assert conn.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
    assert compact(sqlite_engine)
    left = b"".join(file.read_bytes() for file in place.parent.glob(f"{place.name}*"))
    assert [word in left for word in (b"heartbreak", b"tempo lane", b"long bridge")] == [False, False, True]  # fmt: skip


def test_while_somebody_reads_an_old_state_it_is_not_clean_yet(sqlite_engine):
    with reading(sqlite_engine) as conn:
        conn.execute(select(tables.app_value)).all()
        with writing(sqlite_engine) as other:
            other.execute(insert(tables.app_value).values(name="x", body={}))
        assert not compact(sqlite_engine)
    assert compact(sqlite_engine)


def test_postgresql_gives_up_dead_rows(postgresql_url):
    engine = open_database(postgresql_url)
    assert compact(engine)
    engine.dispose()


def test_sqlites_file_is_its_owners_alone(tmp_path):
    file = tmp_path / "deep" / "home" / "a.db"
    engine = open_database(f"sqlite:///{file}")
    with writing(engine) as conn:
        conn.execute(text("CREATE TABLE t (a)"))
        names = [file, file.with_name("a.db-wal")]
        assert all(stat.S_IMODE(name.stat().st_mode) == 0o600 for name in names)
    engine.dispose()
    assert sqlite3.sqlite_version_info >= (3, 35)  # RETURNING


@pytest.mark.parametrize("url", ["sqlite://", "mysql://h/d"])
def test_a_database_that_cannot_serve_is_refused(url):
    with pytest.raises(ValueError, match=r"file|not supported"):
        open_database(url)
