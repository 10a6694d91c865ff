"""A folder of workout files as the calendar, by the real worker: it holds the plan, and the athlete's
hand on its files is their word.
"""

import os
import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.workout_files import CONNECTOR
from connectors.workout_files.fit import read
from connectors.workout_files.names import UNFINISHED
from planning.schedule.plan import Layer, LayerKind
from tests.worker.living import life
from tests.worker.published import coming, free_day, plan, publishes, runs_towards_a_goal
from worker import hand, store, tables
from worker.db import reading, writing


@contextmanager
def connected(database_url, home):
    place = home / "watch"
    place.mkdir()
    (place / "mine.fit").write_bytes(b"mine")
    with life(database_url, home) as lived:
        signed = CONNECTOR.sign_in({}, {"folder": str(place)}, lived.clock.at)
        lived._connect("workout_files", signed.athlete_id, signed.tokens, **signed.settings)
        lived.folder = place
        yield lived
        assert (place / "mine.fit").read_bytes() == b"mine"


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with connected(sqlite_url, tmp_path) as lived:
        runs_towards_a_goal(lived)
        yield lived


def files(lived):
    return sorted(path.name for path in lived.folder.glob("2*.fit"))


def in_folder(lived):
    """Day and ident of each file of ours."""
    stored = ((name, read((lived.folder / name).read_bytes())) for name in files(lived))
    return [(name[:10], each.ident) for name, each in stored]


def wanted(lived):
    last = lived.today + timedelta(days=13)
    days = (day for day in plan(lived).days() if day.workout and lived.today <= day.day <= last)
    return sorted((day.day.isoformat(), day.workout.ident) for day in days)


def file_of(lived, workout):
    return next(
        lived.folder / name
        for name in files(lived)
        if read((lived.folder / name).read_bytes()).ident == workout.ident
    )


def layers(lived):
    with reading(lived.engine) as conn:
        return [(layer.kind, layer.ident, layer.to_day) for layer in store.layers(conn, 1)]


def test_the_folder_holds_the_plan_and_nothing_is_written_again(lived):
    assert in_folder(lived) == wanted(lived) != []
    before = {name: (lived.folder / name).stat().st_mtime_ns for name in files(lived)}
    written = len(lived.rows(tables.calendar_journal))
    publishes(lived, times=2)
    assert {name: (lived.folder / name).stat().st_mtime_ns for name in files(lived)} == before
    assert len(lived.rows(tables.calendar_journal)) == written


def test_a_file_whose_day_is_renamed_moves_the_session(lived):
    workout = coming(lived)[0]
    path, day = file_of(lived, workout), free_day(lived, workout.day)
    path.rename(path.with_name(f"{day} {path.name[11:]}"))
    publishes(lived)
    assert layers(lived) == [(LayerKind.MOVE, workout.ident, day)]
    assert (day.isoformat(), workout.ident) in wanted(lived)
    publishes(lived)
    assert in_folder(lived) == wanted(lived)


def test_a_file_that_is_deleted_skips_the_session(lived):
    workout = coming(lived)[0]
    file_of(lived, workout).unlink()
    publishes(lived)
    assert layers(lived) == [(LayerKind.SKIP, workout.ident, None)]
    assert workout.ident not in {ident for _, ident in in_folder(lived)}


def test_a_drive_that_is_away_changes_nothing(lived):
    there, before = lived.folder, files(lived)
    away = there.rename(there.with_name("away"))
    there.mkdir()  # an empty mount point
    publishes(lived, times=2)
    assert layers(lived) == []
    assert list(there.iterdir()) == []
    there.rmdir()
    away.rename(there)
    publishes(lived, times=2)
    assert files(lived) == before
    assert layers(lived) == []


# --- crashes --------------------------------------------------------------------------------------


class Crash(BaseException):
    """The process ends here."""


class Crashing:
    """Ends the process at the n-th touch of a folder, from the first that changes something on.

    The interpreter tells of each touch before it is made.
    """

    def __init__(self):
        self.folder, self.left = None, None
        sys.addaudithook(self.heard)  # cannot be taken back: it sleeps while `folder` is None

    def heard(self, event, told):
        if self.folder is None or event not in {"open", "os.rename", "os.remove"}:
            return
        if not isinstance(told[0], str | Path) or Path(told[0]).parent != self.folder:
            return
        changes = event != "open" or bool(told[2] & os.O_CREAT)
        if self.left is None and not changes:
            return
        self.left = self.at if self.left is None else self.left - 1
        if self.left == 0:
            self.folder = None
            raise Crash

    @contextmanager
    def before(self, n, folder):
        """`crashed`: whether it came so far."""
        self.folder, self.left, self.at, self.crashed = folder, None, n, False
        try:
            yield
        except Crash:
            self.crashed = True
        self.folder = None


@pytest.fixture(scope="module")
def crashing():
    return Crashing()


def recovers(lived, said=()):
    lived.clock.later(minutes=10)  # leases are over
    publishes(lived, times=2)
    assert in_folder(lived) == wanted(lived)
    assert layers(lived) == list(said)  # nothing of it is taken for the athlete's hand
    assert not (lived.folder / UNFINISHED).exists()


@pytest.mark.parametrize("n", range(4))  # written, put, read; the next
def test_a_crash_at_any_touch_of_new_files_is_healed(sqlite_url, tmp_path, crashing, n):
    with connected(sqlite_url, tmp_path) as lived:
        with crashing.before(n, lived.folder):
            runs_towards_a_goal(lived)
        assert crashing.crashed
        recovers(lived)


@pytest.mark.parametrize("n", range(6))  # renamed, written, put, read; removed
def test_a_crash_at_any_touch_of_moved_and_removed_files_is_healed(lived, crashing, n):
    one, other = coming(lived)[:2]
    day = free_day(lived, one.day)
    said = [Layer(LayerKind.MOVE, one.ident, day), Layer(LayerKind.SKIP, other.ident)]
    with writing(lived.engine) as conn:
        for layer in said:
            hand.by_command(lived.runtime, conn, 1, layer)
    with crashing.before(n, lived.folder):
        publishes(lived)
    assert crashing.crashed
    recovers(lived, [(layer.kind, layer.ident, layer.to_day) for layer in said])
