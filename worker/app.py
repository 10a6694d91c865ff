"""Everything put together once: settings, clock, database, vault, connectors."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import ArgumentError

from connectors.files.decode import Decoded, decode
from connectors.ports import Connector, OriginalFile
from connectors.registry import connectors
from worker import clock as clocks
from worker.clock import Clock
from worker.db import check_schema, migrate, open_database
from worker.settings import Settings, SettingsProblem, variable
from worker.vault import Vault


class Decoder:
    """Decodes recordings in a process of its own, so that threads that answer stay quick."""

    def __init__(self, processes: int = 1) -> None:
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None

    def __call__(self, file: OriginalFile) -> Decoded:
        try:
            return self._open().submit(decode, file).result()
        except BrokenProcessPool:  # the process was killed from outside: once more, in a new one
            self.close()
            return self._open().submit(decode, file).result()

    def warm(self) -> None:
        """Start the process now rather than when the first run comes in."""
        self._open().submit(int)

    def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool:
            pool.shutdown(wait=False, cancel_futures=True)

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self._processes, mp_context=get_context("spawn"))
        return self._pool


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
