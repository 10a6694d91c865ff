"""Whether a FIT file is laid out as plainly as nearly all are, so that no two readers can differ.

Readers of FIT differ where a definition says something odd: a type or size that the profile does
not have, a field told twice, a message never defined. The definitions are few and the messages
between them need no more than their length, so a look costs a tenth of reading.
"""

from collections.abc import Mapping
from functools import cache

from garmin_fit_sdk import Profile

from connectors.files.timestamps import DEFINITION, DEVELOPER

PLAIN_DATA = 0x10
_MESSAGES = {
    "file_id": "type manufacturer product product_name",
    "record": "timestamp distance heart_rate enhanced_altitude altitude enhanced_speed speed"
    " cadence fractional_cadence temperature position_lat position_long activity_type",
    "session": "timestamp start_time sport sub_sport total_elapsed_time total_timer_time"
    " total_distance total_ascent avg_heart_rate max_heart_rate",
    "activity": "timestamp local_timestamp",
    "lap": "sport",
    "sport": "sport sub_sport",
    "workout": "wkt_name wkt_description",
    "zones_target": "threshold_heart_rate",
}
READ = tuple(_MESSAGES)
FIELDS = frozenset(" ".join(_MESSAGES.values()).split())
HR_MESSAGE, RECORD_MESSAGE, PACKED_SPEED_DISTANCE = 132, 20, 8  # the last: of old foot pods
_LENGTH_MESSAGE = 101  # of a pool
_TYPES = {  # as written in a definition, and the bytes of one value
    "enum": (0x00, 1),
    "sint8": (0x01, 1),
    "uint8": (0x02, 1),
    "sint16": (0x83, 2),
    "uint16": (0x84, 2),
    "sint32": (0x85, 4),
    "uint32": (0x86, 4),
    "string": (0x07, 0),
}
_TWO = ((6, 73), (2, 78))  # speed and enhanced speed, altitude and enhanced altitude
_WIDTHS = {kind: max(width, 1) for kind, width in _TYPES.values()}
_WIDTHS |= {0x88: 4, 0x89: 8, 0x0A: 1, 0x8B: 2, 0x8C: 4, 0x0D: 1, 0x8E: 8, 0x8F: 8, 0x90: 8}


def is_plain(content: bytes) -> bool:
    """One file of whole messages, each laid out as the profile has it; nothing packed, no `hr`."""
    if len(content) < 16 or content[0] not in {12, 14} or content[8:12] != b".FIT":
        return False
    at, end = content[0], content[0] + int.from_bytes(content[4:8], "little")
    if end + 2 != len(content):
        return False
    lengths = [0] * 16
    while at < end:
        header = content[at]
        if header < PLAIN_DATA:  # by far the most
            length = lengths[header]
        else:
            length = _defined(content, at, lengths) if header & 0xD0 == DEFINITION else 0
        if length == 0:
            return False
        at += length
    return at == end


def file_type(content: bytes) -> int | None:
    """What a single file says of itself in its first message. None: it does not, or not plainly.

    An account holds ten times as many files of steps and sleep as of runs: one look is enough.
    """
    at, lengths = content[0] if content else 0, [0] * 16
    whole = at in {12, 14} and at + int.from_bytes(content[4:8], "little") + 2 == len(content)
    if not whole or content[at] & 0xF0 != DEFINITION or content[at + 3 : at + 5] != b"\0\0":
        return None
    length, fields = _defined(content, at, lengths), content[at + 6 : at + 6 + 3 * content[at + 5]]
    numbers = fields[::3]
    if length == 0 or at + length >= len(content) or 0 not in numbers:
        return None
    if content[at + length] != content[at] & 15:
        return None
    place = at + length + 1 + sum(fields[1 : 3 * numbers.index(0) + 1 : 3])
    return content[place] if place < len(content) - 2 else None


def _defined(content: bytes, at: int, lengths: list[int]) -> int:
    """Notes how long messages are that follow the definition at `at`. Its own length; 0: odd."""
    if at + 6 > len(content):
        return 0
    end = fields_end = at + 6 + 3 * content[at + 5]
    order, fields, developer = content[at + 2], content[at + 6 : fields_end], b""
    message = int.from_bytes(content[at + 3 : at + 5], "big" if order == 1 else "little")
    if content[at] & DEVELOPER and fields_end < len(content):
        end += 1 + 3 * content[fields_end]
        developer = content[fields_end + 1 : end]
    if order > 1 or end > len(content) or not _is_as_profiled(message, fields):
        return 0
    lengths[content[at] & 15] = 1 + sum(fields[1::3]) + sum(developer[1::3])
    return end - at


def _is_as_profiled(message: int, fields: bytes) -> bool:
    """Each field that is read has its own type and holds one value, any other whole values."""
    numbers, known = fields[::3], _profiled().get(message, {})
    if message in {HR_MESSAGE, _LENGTH_MESSAGE}:
        return False
    if message == RECORD_MESSAGE and _is_ambiguous(numbers):
        return False
    if len({*numbers}) < len(numbers):
        return False
    for number, size, kind in zip(numbers, fields[1::3], fields[2::3], strict=True):
        told, length = known.get(number, (kind, size))
        width = _WIDTHS.get(kind)
        if kind != told or (length and size != length) or not width or not size or size % width:
            return False
    return True


def _is_ambiguous(numbers: bytes) -> bool:
    """Packed, or speed or altitude twice, coarse and fine."""
    twice = any(coarse in numbers and fine in numbers for coarse, fine in _TWO)
    return twice or PACKED_SPEED_DISTANCE in numbers


@cache
def _profiled() -> Mapping[int, Mapping[int, tuple[int, int]]]:
    """Message number -> field number -> type and size."""
    return {
        int(number): {
            int(key): _TYPES[field["base_type"]]
            for key, field in message["fields"].items()
            if field["name"] in _MESSAGES[message["name"]].split()
        }
        for number, message in Profile["messages"].items()
        if message["name"] in _MESSAGES
    }
