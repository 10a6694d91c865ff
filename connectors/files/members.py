"""What is in a folder or an archive, opened one at a time and never held whole."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO

from connectors.files.decode import DAMAGED_ARCHIVE, LARGEST_BYTES, TooLarge, files_in
from connectors.ports import OriginalFile

_PIECE = 1 << 20
_SWELLS = 20  # an archive in an archive hardly shrinks: one that swells more is a bomb


class Unreadable(OSError):
    """A file that is there and cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file. `weight`: the bytes it takes, packed as it is. `path`: where, in a folder."""

    name: str
    weight: int
    open: Callable[[], IO[bytes]]
    path: Path | None = None

    def content(self, *, most: int = LARGEST_BYTES) -> bytes:
        """Raises Unreadable, also for what is larger than any recording, whatever it says."""
        with _told(self.name), self.open() as file:
            content = file.read(most + 1)
            if len(content) > most:
                raise TooLarge(f"more than {most // 1_000_000} MB unpacked")
            return content

    def read(self) -> OriginalFile:
        return OriginalFile(PurePosixPath(self.name).name, self.content())

    @contextmanager
    def spooled(self) -> Iterator[IO[bytes]]:
        """Its bytes in a file that can be sought in, a temporary one if need be.

        Raises Unreadable, OSError.
        """
        if self.path is not None:
            with self.path.open("rb") as there:
                yield there
            return
        most = max(LARGEST_BYTES, _SWELLS * self.weight)
        with TemporaryFile() as copy:
            with _told(self.name), self.open() as file:
                while piece := file.read(_PIECE):
                    copy.write(piece)
                    if copy.tell() > most:
                        raise TooLarge(f"more than {_SWELLS} times as large as it says")
            yield copy


@contextmanager
def _told(name: str) -> Iterator[None]:
    try:
        yield
    except EOFError as error:
        raise Unreadable(f"{name}: it breaks off") from error
    except (*DAMAGED_ARCHIVE, TooLarge) as error:
        raise Unreadable(f"{name}: {error}") from error


def in_folder(folder: Path) -> list[Member]:
    """All files below it, in the order of their names."""
    return [
        Member(path.relative_to(folder).as_posix(), size_of(path), partial(_opened, path), path)
        for path in sorted(folder.rglob("*"))
        if not path.is_dir()
    ]


def in_archive(archive: zipfile.ZipFile) -> list[Member]:
    return [
        Member(info.filename, info.compress_size, partial(archive.open, info))
        for info in files_in(archive)
    ]


def leads_out(name: str) -> bool:
    """An honest archive has no such names."""
    return name.startswith("/") or ".." in PurePosixPath(name).parts or ":" in name[:2]


def _opened(path: Path) -> IO[bytes]:
    return path.open("rb")


def size_of(path: Path) -> int:
    """In bytes; 0 where it cannot be asked."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
