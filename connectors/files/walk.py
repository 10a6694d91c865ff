"""Everything under some paths, archives opened: what `import` is given, one file at a time."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from connectors.files.decode import DEEPEST, ZIP, TooLarge, files_in, member
from connectors.ports import OriginalFile

type Opener = Callable[[], OriginalFile]


class Unreadable(OSError):
    """A file that is there and cannot be read; the text says why."""


def walk(paths: Iterable[Path]) -> Iterator[tuple[str, Opener]]:
    """Each file with a function that reads it: folders in order of names, archives from within.

    A member of an archive is called ARCHIVE/MEMBER. An archive that cannot be opened is one file.
    The functions raise OSError (Unreadable for a member), and nothing is read before they are
    called, but for archives in archives.
    """
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and _is_archive(file):
                yield from _members(str(file), file, depth=1)
            elif not file.is_dir():
                yield str(file), partial(_read, file)


def _read(path: Path) -> OriginalFile:
    return OriginalFile(path.name, path.read_bytes())


def _is_archive(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(ZIP)) == ZIP and zipfile.is_zipfile(path)
    except OSError:
        return False


def _members(called: str, packed: Path | bytes, *, depth: int) -> Iterator[tuple[str, Opener]]:
    with zipfile.ZipFile(io.BytesIO(packed) if isinstance(packed, bytes) else packed) as archive:
        infos = list(files_in(archive))
    for info in infos:
        name = f"{called}/{info.filename}"
        if info.filename.lower().endswith(".zip") and depth < DEEPEST:
            yield from _nested(name, packed, info, depth)
        else:
            yield name, partial(_member, packed, info)


def _nested(
    name: str, packed: Path | bytes, info: zipfile.ZipInfo, depth: int
) -> Iterator[tuple[str, Opener]]:
    try:
        inner = _member(packed, info).content
        yield from _members(name, inner, depth=depth + 1)
    except (Unreadable, zipfile.BadZipFile):
        yield name, partial(_member, packed, info)


def _member(packed: Path | bytes, info: zipfile.ZipInfo) -> OriginalFile:
    opened = io.BytesIO(packed) if isinstance(packed, bytes) else packed
    try:
        with zipfile.ZipFile(opened) as archive:
            return OriginalFile(PurePosixPath(info.filename).name, member(archive, info))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, TooLarge) as error:
        raise Unreadable(f"{info.filename}: {error}") from error
