"""Everything under some paths, archives opened: what `import` is given, one file at a time.

Archives are read where they lie; one within another is copied into a temporary file first. So
gigabytes go through without ever being held.
"""

import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from connectors.files.decode import DEEPEST, ZIP
from connectors.files.exports import Index, indexes_of, is_export, is_recording
from connectors.files.members import Member, Unreadable, in_archive, in_folder, leads_out, size_of
from connectors.ports import OriginalFile

__all__ = ["Entry", "Found", "LeftOut", "Rest", "Unreadable", "walk", "weight"]

type Opener = Callable[[], OriginalFile]

MEDIA = (".jpg", ".jpeg", ".png", ".gif", ".heic", ".webp", ".mp4", ".mov")


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read, before the next entry is asked for. `read` raises OSError.

    `index`: what the export that it is in says of its recordings.
    """

    path: str
    weight: int
    read: Opener
    index: Index | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Not looked at, and why; `refused`: it should not be there."""

    path: str
    reason: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Rest:
    """All recordings of an export were given: what its index lists besides may follow."""

    path: str
    index: Index


type Entry = Found | LeftOut | Rest


def walk(paths: Iterable[Path]) -> Iterator[Entry]:
    """Each file: folders in order of names, archives from within.

    A member of an archive is called ARCHIVE/MEMBER. An archive that cannot be opened is one file.
    Of an account export the recordings are read and its other documents are not; pictures and films
    are one entry.
    """
    for path in paths:
        if path.is_dir():
            yield from _in_box(str(path), in_folder(path), depth=0)
        elif _is_archive(path):
            with path.open("rb") as file:
                yield from _in_archive(str(path), file, depth=1)
        else:
            yield Found(str(path), size_of(path), partial(_read, path))


def weight(paths: Iterable[Path]) -> int:
    """Packed bytes of all that will be read, for a progress bar."""
    return sum(map(_weight, paths))


def _weight(path: Path) -> int:
    if path.is_dir():
        members = in_folder(path)
    elif _is_archive(path):
        with zipfile.ZipFile(path) as archive:
            members = in_archive(archive)
    else:
        return size_of(path)
    exported = is_export(members)
    return sum(m.weight for m in members if not exported or _left_out(m) is None)


def _in_archive(called: str, packed: IO[bytes], *, depth: int) -> Iterator[Entry]:
    """Raises BadZipFile before the first entry when it is none."""
    with zipfile.ZipFile(packed) as archive:
        yield from _in_box(called, in_archive(archive), depth=depth)


def _in_box(called: str, members: Sequence[Member], *, depth: int) -> Iterator[Entry]:
    exported = is_export(members)
    index = next(iter(indexes_of(members)), None) if exported else None
    told = {index.path} if index else set[str]()
    media = 0
    for member in members:
        name = f"{called}/{member.name}"
        reason = _left_out(member) if exported else None
        if leads_out(member.name):
            yield LeftOut(name, "its name leads out of the archive", refused=True)
        elif exported and member.name.lower().endswith(MEDIA):
            media += 1
        elif reason is not None:
            if member.name not in told:
                yield LeftOut(name, reason)
        else:
            yield from _one(name, member, index, depth)
    if media:
        yield LeftOut(f"{called}/*", f"{media} pictures and films of the export, not looked at")
    if index is not None:
        yield Rest(f"{called}/{index.path}", index)


def _left_out(member: Member) -> str | None:
    """Why a file of an export is not read."""
    if is_recording(member.name) or _looks_packed(member):
        return None
    return "not a recording: one of the export's other documents"


def _one(name: str, member: Member, index: Index | None, depth: int) -> Iterator[Entry]:
    found = Found(name, member.weight, member.read, index)
    if not _looks_packed(member) or depth >= DEEPEST:
        yield found
        return
    try:
        with member.spooled() as packed:
            if not zipfile.is_zipfile(packed):
                yield found
                return
            for entry in _in_archive(name, packed, depth=depth + 1):
                yield _told_by(entry, index)
    except OSError:  # reading it will tell
        yield found
    except zipfile.BadZipFile as error:
        yield LeftOut(name, f"the archive is damaged: {error}", refused=True)


def _told_by(entry: Entry, index: Index | None) -> Entry:
    """An archive in an export is told of by the export's index."""
    match entry:
        case Found(path, packed, read, None):
            return Found(path, packed, read, index)
        case other:
            return other


def _looks_packed(member: Member) -> bool:
    return member.name.lower().endswith(".zip")


def _read(path: Path) -> OriginalFile:
    return OriginalFile(path.name, path.read_bytes())


def _is_archive(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(ZIP)) == ZIP and zipfile.is_zipfile(path)
    except OSError:
        return False
