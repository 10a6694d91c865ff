"""Watched folders: a recording that is put there is read within a minute, not at the next poll.

The operating system tells of changes; what it cannot tell (a network share, a folder that comes and
goes) the poll by the clock finds.
"""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import structlog
from watchfiles import watch

from worker.app import Runtime
from worker.connections import CONNECTED, connection, connections
from worker.db import reading, writing
from worker.inbox import accept_now
from worker.polling import poll_arrival

log = structlog.get_logger()

LOOK_AGAIN_MS = 5_000  # how soon a folder that was connected meanwhile is watched too


class Watching:
    """A thread that owes a poll for each folder in which something has changed."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watching", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._watch(_folders(self._runtime))
            except Exception:  # a folder may vanish in any way; the others are watched on
                log.exception("watching.failed")
                self._stopping.wait(LOOK_AGAIN_MS / 1000)

    def _watch(self, folders: Mapping[Path, int]) -> None:
        """Until another folder is connected, or one is gone."""
        if not folders:
            self._stopping.wait(LOOK_AGAIN_MS / 1000)
            return
        for changes in watch(
            *folders,
            watch_filter=None,  # a watch may give its files any name
            stop_event=self._stopping,
            rust_timeout=LOOK_AGAIN_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            changed = [Path(path) for _, path in changes]
            for folder, connection_id in folders.items():
                if any(path.is_relative_to(folder) for path in changed):
                    self._ask(connection_id)
            if _folders(self._runtime) != folders:
                return

    def _ask(self, connection_id: int) -> None:
        runtime = self._runtime
        now = runtime.clock.machine_now()
        with writing(runtime.engine) as conn:
            connected = connection(conn, connection_id)
            if connected is None or connected.state != CONNECTED:
                return
            known_at = runtime.calendar_now(conn)
            arrival = poll_arrival(connected, reason=f"seen {now.isoformat()}", known_at=known_at)
            accept_now(conn, arrival, now=now)
        runtime.ring()


def _folders(runtime: Runtime) -> dict[Path, int]:
    """The connection of each folder, by the path as the operating system will name it."""
    with reading(runtime.engine) as conn:
        connected = connections(conn)
    places = ((one.settings.get("folder"), one.id) for one in connected)
    found = ((Path(folder).resolve(), id_) for folder, id_ in places if folder)
    return {path: id_ for path, id_ in found if path.is_dir()}
