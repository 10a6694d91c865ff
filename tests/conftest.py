"""Fixtures that every package's tests may use. Servers start when a test first asks for one."""

import shutil
import sqlite3

import pytest
from sqlalchemy import Engine, event

from tests.servers import migrated_sqlite, postgres_server, redis_url_of, valkey_server
from worker.db import open_database

DATABASES = ("sqlite", "postgresql")
WORKERS = 4  # of `make test`; each begins with its own quarter of the tests


def pytest_collection_modifyitems(items):
    """Whole lives come first in each worker's quarter: none is left over for a single one to end."""
    lives = [item for item in items if item.path.parent.name == "across"]
    others = [item for item in items if item.path.parent.name != "across"]
    ordered = []
    for worker in range(WORKERS):
        first, last = (len(others) * n // WORKERS for n in (worker, worker + 1))
        ordered += [*lives[worker::WORKERS], *others[first:last]]
    items[:] = ordered


@event.listens_for(Engine, "connect")
def _backwards(connection, _record):
    """Rows that nobody has ordered may come in any order: here SQLite gives them backwards, so that
    what leans on their order is found out.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects=ON").close()


@pytest.fixture(scope="session")
def postgres():
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def valkey():
    with valkey_server() as server:
        yield server


@pytest.fixture
def redis_url(valkey):
    """An empty server that speaks Redis's protocol."""
    with valkey.client() as client:
        client.flushall()
    return redis_url_of(valkey)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    return migrated_sqlite(tmp_path_factory.mktemp("template") / "template.db")


@pytest.fixture
def sqlite_url(sqlite_template, tmp_path):
    shutil.copy(sqlite_template, tmp_path / "goalward.db")
    return f"sqlite:///{tmp_path / 'goalward.db'}"


@pytest.fixture
def postgresql_url(postgres):
    with postgres.emptied_database() as url:
        yield url


@pytest.fixture(params=DATABASES)
def database_url(request):
    """A migrated, empty database; every test runs on both kinds."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(params=DATABASES)
def bare_database_url(request, tmp_path):
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    with request.getfixturevalue("postgres").database(template="template0") as url:
        yield url


@pytest.fixture
def engine(database_url):
    engine = open_database(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(sqlite_url):
    engine = open_database(sqlite_url)
    yield engine
    engine.dispose()
