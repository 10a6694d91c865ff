"""A watched folder: what is put there is asked for at once."""

import threading
from contextlib import contextmanager

from sqlalchemy import select

from tests.connectors.files.made import fit_file
from tests.worker.living import START, life
from worker import tables
from worker.db import reading
from worker.polling import POLL
from worker.watching import Watching


@contextmanager
def watched(database_url, home, *names):
    with life(database_url, home) as lived:
        for name in names:
            (home / name).mkdir()
            lived._connect("files", str(home / name), {}, folder=str(home / name))
        with Watching(lived.runtime):
            threading.Event().wait(0.5)  # until the operating system watches
            yield lived


def asked(lived):
    """The connections that are asked, once each."""
    event = tables.inbox_event
    with reading(lived.runtime.engine) as conn:
        query = select(event.c.connection_id).where(event.c.kind == POLL).distinct()
        return sorted(conn.scalars(query))


def soon(look, wanted, *, within_s=30):
    for _ in range(within_s * 20):
        if look() == wanted:
            return
        threading.Event().wait(0.05)
    assert look() == wanted


def test_a_recording_is_asked_for_when_it_is_put_there(sqlite_url, tmp_path):
    with watched(sqlite_url, tmp_path, "one", "two") as lived:
        assert asked(lived) == []
        deep = tmp_path / "two" / "2026" / "08"
        deep.mkdir(parents=True)
        soon(lambda: asked(lived), [2])
        (tmp_path / "one" / "run.fit").write_bytes(fit_file(start=START))
        soon(lambda: asked(lived), [1, 2])


def test_a_folder_that_is_connected_later_is_watched_too(sqlite_url, tmp_path):
    with watched(sqlite_url, tmp_path) as lived:
        (tmp_path / "new").mkdir()
        lived._connect("files", str(tmp_path / "new"), {}, folder=str(tmp_path / "new"))
        threading.Event().wait(6)  # it looks every five seconds
        (tmp_path / "new" / "run.fit").write_bytes(fit_file(start=START))
        soon(lambda: asked(lived), [1])


def test_a_folder_that_vanishes_does_not_end_the_watching_of_others(sqlite_url, tmp_path):
    with watched(sqlite_url, tmp_path, "one", "two") as lived:
        (tmp_path / "one").rmdir()
        threading.Event().wait(0.5)
        (tmp_path / "two" / "run.fit").write_bytes(fit_file(start=START))
        soon(lambda: 2 in asked(lived), True)
