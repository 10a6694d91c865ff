"""A folder that a watch, an app or a person puts recordings into."""

from pathlib import Path

from connectors.errors import Refused, Unavailable
from connectors.files import decode as decoding
from connectors.files.decoded import Imported
from connectors.files.decoded import Refused as RefusedFile
from connectors.ports import ActivityRef, Cursor, OriginalFile, Page, Recorded

SUFFIXES = (".fit", ".tcx", ".gpx", ".fit.gz", ".tcx.gz", ".gpx.gz", ".zip")


class Folder:
    """An activity source. A ref is a path below the folder; its tag moves when the file does.

    Every poll lists everything, so the cursor says nothing: a file copied in with an old date is
    found like any other, and the inbox knows what it has seen.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def changes(self, since: Cursor | None) -> Page:
        del since
        if not self._path.is_dir():
            raise Unavailable(f"the folder {self._path} is not there", applied=False)
        files = (p for p in sorted(self._path.rglob("*")) if p.name.lower().endswith(SUFFIXES))
        return Page(tuple(self._ref(path) for path in files if path.is_file()), cursor=None)

    def activity(self, ref: ActivityRef) -> Recorded | None:
        """The first activity of a file, with the file, which may hold more.

        None: gone, or no recording. Raises Refused for a damaged file.
        """
        path = self._path / ref.external_id
        if not path.resolve().is_relative_to(self._path.resolve()):
            raise Refused(f"{ref.external_id} lies outside the folder")
        try:
            file = OriginalFile(path.name, path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(f"{path} cannot be read: {error}", applied=False) from error
        match decoding.decode(file):
            case Imported((first, *_)):
                return Recorded(first.record, first.streams, file)
            case RefusedFile(reason):
                raise Refused(f"{ref.external_id}: {reason}")
            case _:
                return None

    def _ref(self, path: Path) -> ActivityRef:
        seen = path.stat()
        return ActivityRef(
            path.relative_to(self._path).as_posix(), f"{seen.st_mtime_ns}-{seen.st_size}"
        )
