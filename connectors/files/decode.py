"""A file -> what it records. Pure: bytes in, activities or a reason out; nothing is raised.

Runs in a spawned process, away from the threads that answer webhooks: arguments and results pickle.
"""

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePosixPath

from connectors.files.decoded import Decoded, Refused, Skipped, gathered
from connectors.ports import OriginalFile

__all__ = ["Decoded", "TooLarge", "content_hash", "decode", "files_in", "member", "unpacked"]

LARGEST_BYTES = 200_000_000  # of one file, unpacked: a recording of days is a tenth of it
TOO_LARGE_ARCHIVE = (
    f"the archive holds more than {LARGEST_BYTES // 1_000_000} MB; `goalward import` reads its "
    "files one by one"
)
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
DEEPEST = 3  # archives within archives
# What zipfile raises: RuntimeError for what is encrypted or packed by a method it has not.
DAMAGED_ARCHIVE = (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError)
_NOT_RECORDINGS = {
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".gif", ".heic", ".mp4"), "a picture"),
    **dict.fromkeys((".json", ".txt", ".md", ".html", ".xml", ".pdf"), "a document"),
    ".csv": "a table",
}


def decode(file: OriginalFile, *, source: str = "files", external_id: str | None = None) -> Decoded:
    """The activities in `file`, which may be packed (.gz, .zip).

    `external_id` is the id the source gave the file; without one it is the hash of the content, so
    that the same file is the same activity wherever it comes from. Later sessions get "-1", "-2".
    """
    try:
        return _decode(file, source, external_id, depth=0)
    except Exception as error:  # noqa: BLE001 - whatever a foreign file does to a parser is its own fault
        return Refused(f"cannot be read: {type(error).__name__}: {error}"[:300])


def _decode(file: OriginalFile, source: str, external_id: str | None, *, depth: int) -> Decoded:
    content = file.content
    if not content:
        return Refused("the file is empty")
    if depth > DEEPEST:
        return Refused(f"archives in archives, more than {DEEPEST} deep")
    if content[:2] == GZIP:
        name = file.name.removesuffix(".gz")
        return _decode(OriginalFile(name, unpacked(content)), source, external_id, depth=depth + 1)
    if content[:4] == ZIP:
        return _decode_archive(content, source, external_id, depth)
    return _decode_recording(file, source, external_id or content_hash(content))


def _decode_recording(file: OriginalFile, source: str, external_id: str) -> Decoded:
    """By what is in it; by its name only when the content says nothing."""
    match _format(file):
        case "fit":
            from connectors.files.sessions import decode_fit

            return decode_fit(file.content, source=source, external_id=external_id)
        case "tcx":
            from connectors.files.tcx import decode_tcx

            return decode_tcx(file.content, source=source, external_id=external_id)
        case "gpx":
            from connectors.files.gpx import decode_gpx

            return decode_gpx(file.content, source=source, external_id=external_id)
        case other:
            return Skipped(f"not a recording: {other}")


def _format(file: OriginalFile) -> str:
    suffix = PurePosixPath(file.name.lower()).suffix
    head = file.content[:1000].replace(b"\0", b"")  # UTF-16 reads as text without its zeros
    if file.content[8:12] == b".FIT" or suffix == ".fit":
        return "fit"
    if b"<TrainingCenterDatabase" in head or suffix == ".tcx":
        return "tcx"
    if b"<gpx" in head or suffix == ".gpx":
        return "gpx"
    return _NOT_RECORDINGS.get(suffix, f"of an unknown kind ({suffix or 'no suffix'})")


def _decode_archive(content: bytes, source: str, external_id: str | None, depth: int) -> Decoded:
    """All that can be imported of an archive. A recording alone in it keeps the id it came by."""
    parts, total = [], 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = list(files_in(archive))
            alone = external_id if len(infos) == 1 else None
            for info in infos:  # one at a time: only what is learnt of each is held together
                file = OriginalFile(info.filename, member(archive, info))
                total += len(file.content)
                if total > LARGEST_BYTES:
                    return Refused(TOO_LARGE_ARCHIVE)
                parts.append(_decode(file, source, alone, depth=depth + 1))
    except (*DAMAGED_ARCHIVE, OSError) as error:
        return Refused(f"the archive is damaged: {error}")
    return gathered(parts)


def files_in(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """The files of an archive by name, without folders and a Macintosh's shadow files."""
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        if not info.is_dir() and not info.filename.startswith("__MACOSX/"):
            yield info


def member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, *, most: int = LARGEST_BYTES) -> bytes:
    """The content of one file of an archive. Raises TooLarge, whatever the archive says."""
    with archive.open(info) as packed:
        return _limited(packed.read(most + 1), most)


def unpacked(content: bytes, *, most: int = LARGEST_BYTES) -> bytes:
    """What gzip packed; of a damaged file the readable beginning. Raises TooLarge."""
    made = bytearray()
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
        try:
            while piece := packed.read1(1 << 20):
                made += piece
                _limited(made, most)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            if not made:
                raise
    return bytes(made)


class TooLarge(Exception):
    """More than any recording."""


def _limited[Content: (bytes, bytearray)](content: Content, most: int) -> Content:
    if len(content) > most:
        raise TooLarge(f"more than {most // 1_000_000} MB unpacked")
    return content


def content_hash(content: bytes) -> str:
    """The id of a file that has no other: 32 hexadecimal digits of its SHA-256, unpacked."""
    if content[:2] == GZIP:
        with suppress(EOFError, OSError, TooLarge, zlib.error):
            return content_hash(unpacked(content))
    return hashlib.sha256(content).hexdigest()[:32]
