"""Everything put together once: settings, clock, database, vault, connectors."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import ArgumentError

from connectors.ports import Connector
from connectors.registry import connectors
from worker import clock as clocks
from worker.clock import Clock
from worker.db import check_schema, migrate, open_database
from worker.decoder import Decoder
from worker.settings import Settings, SettingsProblem, variable
from worker.vault import Vault


@dataclass(slots=True)
class Runtime:
    """What actors, pages and commands are given. `ring` tells the workers that work is owed."""

    settings: Settings
    clock: Clock
    engine: Engine
    vault: Vault
    connectors: Mapping[str, Connector]
    decode: Decoder
    ring: Callable[[], None] = lambda: None

    def calendar_now(self, conn: Connection) -> datetime:
        """What time it is for the athlete, as an aware instant."""
        return clocks.calendar_now(conn, self.clock)

    def title_of(self, connector: str) -> str:
        """What people call a service; its name here, if its connector is not installed any more."""
        found = self.connectors.get(connector)
        return found.title if found else connector


@contextmanager
def open_runtime(settings: Settings, *, migrating: bool = True) -> Iterator[Runtime]:
    """Open everything; close it again at the end. Raises SettingsProblem, SchemaMismatch."""
    try:
        engine = open_database(settings.database_url)
    except (ArgumentError, ValueError) as error:
        remedy = "write it as sqlite:///PATH or postgresql://USER@HOST/NAME"
        raise SettingsProblem(f"{variable('database_url')}: {error}; {remedy}.") from error
    decoder = Decoder()
    try:
        migrate(engine) if migrating else check_schema(engine)
        yield Runtime(
            settings=settings,
            clock=Clock(settings.clock),
            engine=engine,
            vault=Vault(engine, settings),
            connectors=connectors(),
            decode=decoder,
        )
    finally:
        decoder.close()
        engine.dispose()
