"""Opening the database, transactions, and the schema's version.

SQLite: write-ahead log, full synchronisation, one writer at a time by BEGIN IMMEDIATE, so that a
writer waits at its start and never fails in its middle. PostgreSQL: by URL, with psycopg.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, inspect, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from worker.clock import machine_now
from worker.migrations import HEAD

BUSY_S = 15
READERS_MS = 1000  # so long is waited for readers when the log is to be emptied
MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x60A1  # any number that all processes agree on


class SchemaMismatch(Exception):
    """The database's schema is not the one this version works with. The text says what to do."""


def open_database(url: str, *, now: Callable[[], datetime] | None = None) -> Engine:
    """The engine for `url` (sqlite:///PATH or postgresql://...). Makes SQLite's file and folder.

    `now` replaces the database's own time, in tests.
    """
    place = make_url(url)
    match place.get_backend_name():
        case "sqlite":
            engine = _open_sqlite(place)
        case "postgresql":
            engine = _open_postgresql(place)
        case other:
            raise ValueError(f"{other} is not supported: use sqlite:///PATH or postgresql://...")
    return engine.execution_options(machine_now=now) if now else engine


def _open_sqlite(place: URL) -> Engine:
    if not place.database or place.database == ":memory:":
        raise ValueError("an SQLite database needs a file, for several processes share it")
    path = Path(place.database)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)  # it holds health data: for its owner's eyes
    engine = create_engine(
        place,
        json_serializer=_to_json,
        pool_size=16,
        max_overflow=48,
        connect_args={"timeout": BUSY_S, "check_same_thread": False},
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine.execution_options(turn=threading.Lock())


def _set_up_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite alone
    # What is deleted or overwritten is not left readable in the file: it is health data.
    kept = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
    for pragma in kept:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(conn: Connection) -> None:
    writes = conn.get_execution_options().get("writes", False)
    conn.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    conn.exec_driver_sql(f"BEGIN {'IMMEDIATE' if writes else 'DEFERRED'}")


def _open_postgresql(place: URL) -> Engine:
    return create_engine(
        place.set(drivername="postgresql+psycopg"),
        json_serializer=_to_json,
        pool_size=16,
        max_overflow=16,
        pool_pre_ping=True,  # the server may have been restarted since the last use
        connect_args={"connect_timeout": 10},
    )


def _to_json(value: object) -> str:
    # Escaped, for half a surrogate pair in a runner's title must not fail the run. NaN is refused:
    # it is no JSON, and PostgreSQL would not take what SQLite took.
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view; nothing may be written."""
    with engine.connect() as conn:
        if conn.dialect.name == "postgresql":
            conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield conn  # closing it rolls back


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: all of it is committed at the end, or nothing."""
    with _turn(engine), engine.connect() as conn:
        conn.execution_options(writes=True)
        with conn.begin():
            yield conn


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """SQLite: the threads of one process queue up for their turn.

    SQLite itself only lets them knock again and again, ever more rarely: of 8 threads that write
    without pause one in a hundred waited for 2 s, with the queue for 0.1 s.
    """
    turn: threading.Lock | None = engine.get_execution_options().get("turn")
    if turn is None:
        yield
        return
    if not turn.acquire(timeout=BUSY_S):
        raise TimeoutError(f"another thread has been writing to the database for {BUSY_S} s")
    try:
        yield
    finally:
        turn.release()


def compact(engine: Engine) -> bool:
    """Write the database anew, so that nothing deleted is left in its files. False: not yet, for
    somebody is reading; ask again.

    SQLite: everything that is not current goes, from the file and from its log; nobody else writes
    meanwhile, which takes about a second for 100 MB. PostgreSQL: dead rows are given up for being
    overwritten; its own log and backups are its administrator's.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            for name in inspect(conn).get_table_names():
                conn.exec_driver_sql(f'VACUUM "{name}"')
        return True
    with _turn(engine), closing(engine.raw_connection()) as raw, closing(raw.cursor()) as cursor:
        cursor.execute("PRAGMA query_only=OFF")
        cursor.execute(f"PRAGMA busy_timeout={READERS_MS}")
        try:
            # First the log alone: under a long reading a second copy of everything would pile up.
            if _log_is_empty(cursor):
                cursor.execute("VACUUM")
                return _log_is_empty(cursor)
            return False
        finally:
            cursor.execute(f"PRAGMA busy_timeout={BUSY_S * 1000}")


def _log_is_empty(cursor: Any) -> bool:
    (busy, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def database_now(conn: Connection) -> datetime:
    """Machine time by the database, so that all processes agree; on SQLite the system's."""
    given: Callable[[], datetime] | None = conn.get_execution_options().get("machine_now")
    if given:
        return given()
    if conn.dialect.name == "sqlite":
        return machine_now()
    now: datetime = conn.execute(select(func.clock_timestamp())).scalar_one()
    return now.astimezone(UTC)


def upsert(
    conn: Connection,
    table: Table,
    values: Mapping[str, Any],
    *,
    key: tuple[str, ...],
    keep: bool = False,
) -> bool:
    """Insert; a row of the same key is overwritten, or with `keep` left alone.

    True when a row was written. `key` names the columns of a unique constraint without condition.
    """
    dialect = sqlite if conn.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(table).values(**values)
    rest = {name: insert.excluded[name] for name in values if name not in key}
    if keep or not rest:
        insert = insert.on_conflict_do_nothing(index_elements=key)
    else:
        insert = insert.on_conflict_do_update(index_elements=key, set_=rest)
    # Not `rowcount`, which PostgreSQL's driver does not give for an insert.
    return conn.execute(insert.returning(table.c[key[0]])).first() is not None


def migrate(engine: Engine, *, on_step: Callable[[str], None] | None = None) -> None:
    """Bring the schema to this version, in one transaction. Safe for several processes at once.

    `on_step` hears the name of each step taken. Raises SchemaMismatch for a schema from a newer
    version, which is left as it is.
    """
    with reading(engine) as conn:
        if _revision(conn) == HEAD:
            return
    from alembic import command  # takes as long to import as all the rest

    with writing(engine) as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        config = _config()
        _refuse_newer(_revision(conn), config)
        config.attributes.update(connection=conn, on_step=on_step)
        command.upgrade(config, "head")


def check_schema(engine: Engine) -> None:
    """Raise SchemaMismatch unless the schema is the one this version works with."""
    with reading(engine) as conn:
        found = _revision(conn)
    if found != HEAD:
        _refuse_newer(found, _config())
        state = f"is at version {found}" if found else "has no tables yet"
        raise SchemaMismatch(
            f"The database {state}, this Goalward works with {HEAD}. Run: goalward migrate"
        )


def _refuse_newer(found: str | None, config: Any) -> None:
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaMismatch(
            f"The database is at version {found}, which this Goalward does not know: a newer one "
            "has migrated it. Install that version again, or restore the backup from before."
        )


def _revision(conn: Connection) -> str | None:
    if not inspect(conn).has_table("alembic_version"):
        return None
    found: str | None = conn.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _config() -> Any:
    from alembic.config import Config

    config = Config()
    # The parser of the configuration reads % as the start of a reference.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
