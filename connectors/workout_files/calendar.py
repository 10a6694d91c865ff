"""A folder of workout files as a calendar, as far as it is ours.

A session of ours is one file; its remote id is the file's name, which begins with the day. It is
known by the marker inside. What else lies in the folder is the athlete's.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from connectors.comparing import differences
from connectors.errors import Refused, Unavailable
from connectors.ports import MARKER
from connectors.workout_files.fit import (
    Stored,
    created_at,
    kept_of,
    read,
    without_marker,
    written,
)
from connectors.workout_files.names import SIGN, SUFFIX, UNFINISHED, day_of, names_for
from planning.calendar import Observed
from planning.workout import Kind, PlannedWorkout, Workout, digest

LARGEST_BYTES = 65_536  # a workout has some thousand; what is larger is a recording
MARKER_BEGINS = MARKER.partition("{")[0].encode()


class FolderCalendar:
    """One athlete's folder, for the time a connection is open. One process at a time writes."""

    def __init__(self, folder: Path, *, now: datetime) -> None:
        self._folder = folder
        self._now = now
        self._known: frozenset[str] = frozenset()  # names in our records, or written here

    def require_folder(self) -> None:
        """Raises Unavailable for a folder without our sign: nothing is known of its files then."""
        with self._reached():
            there = (self._folder / SIGN).is_file()
        if not there:
            raise Unavailable(
                f"{self._folder} is not there, or not the folder that was connected: it has no "
                f"file {SIGN}. Bring it back, or run `goalward connect workout-files` again",
                applied=False,
            )

    # What the port asks for

    def entries(self, first: date, last: date, known: frozenset[str]) -> Sequence[Observed]:
        """Contents are read too, but count only after a direct read."""
        self._known |= known
        found = [self._observed(path, content) for path, content in self._ours()]
        return [
            replace(entry, direct=False)
            for entry in found
            if entry.day is None or first <= entry.day <= last
        ]

    def read(self, remote_id: str) -> Observed | None:
        self.require_folder()
        path = self._path(remote_id)
        content = self._content(path)
        return None if content is None else self._observed(path, content)

    def create(self, workout: PlannedWorkout) -> Observed:
        self.require_folder()
        content = _checked(workout, created_s=created_at(self._now))
        return self._put(self._free(workout), content)

    def replace(self, remote_id: str, workout: PlannedWorkout) -> Observed:
        """The file keeps its name while day and name do. Its new name comes before its content, so
        that after a crash between them there is still one file.
        """
        self.require_folder()
        path = self._path(remote_id)
        before = self._content(path)
        if before is None:
            raise Unavailable(f"{remote_id} vanished meanwhile: look again", applied=False)
        self._require_ours(path, before)
        stored = read(before)
        created_s = stored.created_s if stored else None
        content = _checked(
            workout, created_s=created_at(self._now) if created_s is None else created_s
        )
        target = path if _keeps_name(path, stored, workout) else self._renamed(path, workout)
        return self._put(target, content)

    def delete(self, remote_id: str) -> None:
        self.require_folder()
        path = self._path(remote_id)
        content = self._content(path)
        if content is None:
            return
        self._require_ours(path, content)
        with self._reached():
            path.unlink(missing_ok=True)

    def release(self, remote_id: str) -> None:
        """It keeps its name and every step."""
        self.require_folder()
        path = self._path(remote_id)
        content = self._content(path)
        stored = read(content) if content is not None else None
        if content is not None and stored is not None and stored.ident is not None:
            bare = without_marker(content)
            if read(bare) != replace(stored, ident=None):
                raise Refused(f"Our marker cannot be taken out of {path.name}")
            self._put(path, bare)
        self._known -= {path.name}

    def foreign(self, first: date, last: date) -> Sequence[str]:
        """Workouts and recordings alike; what names no day is always counted."""
        ours = {path for path, _ in self._ours()}
        days = ((path.stem, day_of(path.name)) for path in self._files() if path not in ours)
        return [name for name, day in days if day is None or first <= day <= last]

    # Reading

    def _files(self) -> Sequence[Path]:
        self.require_folder()
        with self._reached():
            return [
                path
                for path in sorted(self._folder.iterdir())
                if path.suffix.lower() == SUFFIX and path.is_file() and not path.is_symlink()
            ]

    def _ours(self) -> Iterator[tuple[Path, bytes]]:
        """By marker, or because our records know their name."""
        for path in self._files():
            content = self._content(path)
            if content is not None and self._is_ours(path, content):
                yield path, content

    def _is_ours(self, path: Path, content: bytes) -> bool:
        if path.name in self._known:
            return True
        if MARKER_BEGINS not in content or len(content) >= LARGEST_BYTES:
            return False  # most of what is not ours need not be decoded
        stored = read(content)  # a recording of a workout of ours carries the marker, too
        return stored is not None and stored.ident is not None

    def _require_ours(self, path: Path, content: bytes) -> None:
        if not self._is_ours(path, content):
            raise Refused(f"{path.name} is not ours: it is left alone")

    def _content(self, path: Path) -> bytes | None:
        """None: it is gone. What is too large for a workout is read only as far as that is seen."""
        with self._reached():
            try:
                with path.open("rb") as file:
                    return file.read(LARGEST_BYTES)
            except FileNotFoundError:
                return None

    def _observed(self, path: Path, content: bytes) -> Observed:
        """One that cannot be read counts as changed to what its bytes are."""
        stored, day = read(content), day_of(path.name)
        fingerprint = hashlib.sha256(content).hexdigest()[:24]
        return Observed(
            remote_id=path.name,
            ident=stored.ident if stored else None,
            day=day,
            name=stored.name if stored else path.stem,
            etag=fingerprint,
            digest=_digest(stored, day) if stored else fingerprint,
            direct=True,
            content=_seen(stored) if stored else None,
        )

    # Writing

    def _path(self, remote_id: str) -> Path:
        if Path(remote_id).name != remote_id:
            raise Refused(f"{remote_id} lies outside the folder")
        return self._folder / remote_id

    def _free(self, workout: PlannedWorkout) -> Path:
        """A name that nobody has taken: what lies there is never written over."""
        with self._reached():
            paths = (self._folder / name for name in names_for(workout))
            return next(path for path in paths if not os.path.lexists(path))

    def _renamed(self, path: Path, workout: PlannedWorkout) -> Path:
        target = self._free(workout)
        with self._reached():
            path.rename(target)
        return target

    def _put(self, path: Path, content: bytes) -> Observed:
        """Whole or not at all, also after a power cut; then read back."""
        unfinished = self._folder / UNFINISHED
        with self._reached():
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
            _settle(self._folder)
        self._known |= {path.name}
        kept = self._content(path)
        if kept != content:
            raise Unavailable(f"{path.name} does not hold what was written: look again")
        return self._observed(path, content)

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """A disk that fails is tried again later."""
        try:
            yield
        except OSError as error:
            raise Unavailable(f"{self._folder} cannot be used: {error.strerror}") from error


def _settle(folder: Path) -> None:
    """So that a power cut does not take back a name: that would look like the athlete's hand."""
    if os.name != "posix":
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network shares know no such thing
            os.fsync(place)
    finally:
        os.close(place)


def _keeps_name(path: Path, stored: Stored | None, workout: PlannedWorkout) -> bool:
    """Also one that the athlete chose, while it says the right day."""
    name, _ = kept_of(workout)
    return day_of(path.name) == workout.day and stored is not None and stored.name == name


def _checked(planned: PlannedWorkout, *, created_s: int) -> bytes:
    """What is written, read again: every step and target. Raises Refused before anything is."""
    content = written(planned, created_s=created_s)
    stored, (name, steps) = read(content), kept_of(planned)
    if stored is None:
        raise Refused(f"{planned.workout.name!r} makes no FIT file that can be read")
    faults = differences(steps, stored.steps)
    if stored.ident != planned.ident:
        faults.append(f"the marker became {stored.ident}")
    if stored.name != name:
        faults.append(f"the name became {stored.name!r}")
    if faults:
        told = "; ".join(faults)
        raise Refused(f"A FIT file cannot hold {planned.workout.name!r}: {told}")
    return content


def _digest(stored: Stored, day: date | None) -> str:
    """In planning's way; a file on no day counts as on day one."""
    return digest(PlannedWorkout(stored.ident or "", day or date.min, _seen(stored)))


def _seen(stored: Stored) -> Workout:
    return Workout(Kind.EASY, stored.name, "", stored.steps, 0.0, 0.0, 0.0)
