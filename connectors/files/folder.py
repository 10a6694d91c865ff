"""A folder that a watch, an app or a person puts recordings into."""

import os
from datetime import date, datetime
from pathlib import Path

from connectors.errors import Refused, Unavailable
from connectors.files.decode import LARGEST_BYTES
from connectors.ports import ActivityRef, Cursor, OriginalFile, Page, Recorded

SUFFIXES = (".fit", ".tcx", ".gpx", ".fit.gz", ".tcx.gz", ".gpx.gz", ".zip")
SETTLED_S = 30.0  # a file that changed since then may still be on its way


class Folder:
    """An activity source. A ref is a path below the folder; its tag moves when the file does.

    Every poll lists everything, so the cursor says nothing: a file copied in with an old date is
    found like any other, and the inbox knows what it has seen. A file that was written to less than
    half a minute before `now` is left for the next look.
    """

    def __init__(self, path: Path, *, now: datetime) -> None:
        self._path = path
        self._now = now

    def changes(self, since: Cursor | None) -> Page:
        del since
        if not self._path.is_dir():
            raise Unavailable(f"the folder {self._path} is not there", applied=False)
        files = (p for p in sorted(self._path.rglob("*")) if p.name.lower().endswith(SUFFIXES))
        seen = [(path, path.stat()) for path in files if path.is_file()]
        refs = tuple(
            ActivityRef(
                path.relative_to(self._path).as_posix(), f"{stat.st_mtime_ns}-{stat.st_size}"
            )
            for path, stat in seen
            if not self._is_being_written(stat)
        )
        return Page(refs, cursor=None, again_after_s=SETTLED_S if len(refs) < len(seen) else None)

    def cursor_at(self, day: date) -> Cursor | None:
        del day
        return None  # every poll lists everything

    def activity(self, ref: ActivityRef) -> Recorded | None:
        """The file, unread, for whoever reads it may be killed by it. None: gone.

        Raises Refused for what is too large to be a recording.
        """
        path = self._path / ref.external_id
        if not path.resolve().is_relative_to(self._path.resolve()):
            raise Refused(f"{ref.external_id} lies outside the folder")
        try:
            content = _content(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(f"{path} cannot be read: {error}", applied=False) from error
        if content is None:
            raise Refused(
                f"{ref.external_id} has more than {LARGEST_BYTES // 1_000_000} MB, as no recording "
                "has; account exports are for `goalward import`"
            )
        file = OriginalFile(path.name, content)
        return Recorded.bare("files", ref.external_id, file, self._now)

    def _is_being_written(self, stat: os.stat_result) -> bool:
        """By its time, either side of now, for a file server's clock may be somewhat ahead."""
        return abs(self._now.timestamp() - stat.st_mtime) < SETTLED_S


def _content(path: Path) -> bytes | None:
    """Not more than its size when it was opened, for it may grow. None: too large."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        return file.read(size) if size <= LARGEST_BYTES else None
