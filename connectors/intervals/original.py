"""The recording as the device wrote it, out of its wrapping. Pure."""

import zlib

from connectors.ports import OriginalFile

MOST_BYTES = 64 * 2**20  # a day's recording at one sample a second is 5 MB
_GZIP = b"\x1f\x8b"


class Torn(Exception):
    """What came in place of a recording is not all of it."""


def original(external_id: str, content: bytes) -> OriginalFile | None:
    """None for what is no recording of a kind that we read. Raises Torn if it broke off."""
    unpacked = _unpacked(content)
    suffix = _suffix(unpacked)
    return OriginalFile(f"{external_id}{suffix}", unpacked) if suffix else None


def _unpacked(content: bytes) -> bytes:
    """Not packed is fine: whoever stands in between may have unpacked it already."""
    if not content.startswith(_GZIP):
        return content
    unpacking = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacking.decompress(content, MOST_BYTES)
    except zlib.error as error:
        raise Torn("cannot be unpacked") from error
    if not unpacking.eof and not unpacking.unconsumed_tail:
        raise Torn("breaks off")
    return b"" if unpacking.unconsumed_tail else unpacked


def _suffix(content: bytes) -> str | None:
    """By what is in it: the name that intervals.icu gives is the uploader's."""
    head = content[:2048]
    if head[8:12] == b".FIT":
        return ".fit"
    if head.startswith(b"PK\x03\x04"):
        return ".zip"
    if b"<TrainingCenterDatabase" in head:
        return ".tcx"
    return ".gpx" if b"<gpx" in head else None
