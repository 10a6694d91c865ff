"""FIT messages with a compressed timestamp, written out in full, for a reader that knows no others.

Old watches save three bytes a record: five bits in the header of a data message count seconds from
the last timestamp (FIT protocol, "Compressed Timestamp Header"). The SDK refuses such files. Here
each such message gets a timestamp field, and its definition one too.
"""

from dataclasses import dataclass
from typing import Literal

TIMESTAMP, TIMESTAMP_SIZE, UINT32 = 253, 4, 0x86
COMPRESSED, DEFINITION, DEVELOPER = 0x80, 0x40, 0x20
ROLLOVER_S = 32


@dataclass(frozen=True, slots=True)
class _Definition:
    """`fixed`: reserved byte, byte order and message number; `fields`: three bytes a field."""

    fixed: bytes
    fields: bytes
    developer: bytes  # with its count; empty without
    size: int
    timestamp_at: int | None

    @property
    def order(self) -> Literal["big", "little"]:
        return "big" if self.fixed[1] else "little"

    def written(self, local: int, *, timed: bool) -> bytes:
        added = bytes((TIMESTAMP, TIMESTAMP_SIZE, UINT32)) if timed else b""
        header = local | DEFINITION | (DEVELOPER if self.developer else 0)
        count = (len(self.fields) + len(added)) // 3
        return (
            bytes((header,)) + self.fixed + bytes((count,)) + added + self.fields + self.developer
        )


class _Writer:
    """Keeps what each local message type was last defined as, and writes definitions as needed."""

    def __init__(self) -> None:
        self.out = bytearray()
        self._known: dict[int, _Definition] = {}
        self._timed: set[int] = set()
        self._at_s = 0

    def message(self, content: bytes, at: int) -> int:
        """Writes the message at `at`; returns where the next is. Raises IndexError, KeyError."""
        header = content[at]
        if header & COMPRESSED:
            return self._compressed(content, at, header >> 5 & 3, header & 31)
        if header & DEFINITION:
            return self._defined(content, at, header)
        return self._data(content, at, header & 15)

    def _defined(self, content: bytes, at: int, header: int) -> int:
        end = at + 6 + 3 * content[at + 5]
        fields = content[at + 6 : end]
        developer = b""
        if header & DEVELOPER:
            developer = content[end : end + 1 + 3 * content[end]]
        size, timestamp_at = 0, None
        for place in range(0, len(fields), 3):
            if fields[place] == TIMESTAMP:
                timestamp_at = size
            size += fields[place + 1]
        size += sum(developer[place + 1] for place in range(1, len(developer), 3))
        known = _Definition(content[at + 1 : at + 5], fields, developer, size, timestamp_at)
        self._known[header & 15] = known
        self._timed.discard(header & 15)
        self.out += known.written(header & 15, timed=False)
        return end + len(developer)

    def _data(self, content: bytes, at: int, local: int) -> int:
        known = self._known[local]
        body = content[at + 1 : at + 1 + known.size]
        if known.timestamp_at is not None:
            told = body[known.timestamp_at : known.timestamp_at + TIMESTAMP_SIZE]
            self._at_s = int.from_bytes(told, known.order)
        self._write(local, known, body, timed=False)
        return at + 1 + known.size

    def _compressed(self, content: bytes, at: int, local: int, seconds: int) -> int:
        known = self._known[local]
        body = content[at + 1 : at + 1 + known.size]
        self._at_s += (seconds - self._at_s) % ROLLOVER_S
        if known.timestamp_at is None:
            body = (self._at_s % 2**32).to_bytes(TIMESTAMP_SIZE, known.order) + body
        self._write(local, known, body, timed=known.timestamp_at is None)
        return at + 1 + known.size

    def _write(self, local: int, known: _Definition, body: bytes, *, timed: bool) -> None:
        if timed != (local in self._timed):
            self.out += known.written(local, timed=timed)
            self._timed.symmetric_difference_update({local})
        self.out += bytes((local,)) + body


def written_out(content: bytes) -> bytes:
    """The same messages with full timestamps. A file that breaks off ends where it does.

    The checksum of the result is 0: it is for a reader that does not ask.
    """
    made, at = bytearray(), 0
    while len(content) - at >= 14 and content[at + 8 : at + 12] == b".FIT":
        end = at + content[at] + int.from_bytes(content[at + 4 : at + 8], "little")
        writer, place = _Writer(), at + content[at]
        try:
            while place < min(end, len(content)):
                place = writer.message(content, place)
        except (IndexError, KeyError):  # what follows cannot be understood by anybody
            end = len(content)
        size = len(writer.out).to_bytes(4, "little")
        made += b"\x0c" + content[at + 1 : at + 4] + size + b".FIT" + writer.out + b"\0\0"
        at = end + 2
    return bytes(made)
