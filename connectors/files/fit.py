"""FIT, as bytes: everything readable of what the watch wrote, and what stood in the way.

Why these options: on an hour of one-second records the SDK's own checksum costs a third of the time
and component expansion another quarter. The checksum is computed here by table instead, and fields
are expanded only in files that need it: buffered heart rate (`hr` messages) and the packed
speed-distance of old foot pods. Names of enumerations are never asked for. The numbers are the
same, which a test holds them to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from garmin_fit_sdk import Decoder, Profile, Stream

from connectors.files.checksum import fit_checksum
from connectors.files.fast import read_fast
from connectors.files.plain import HR_MESSAGE, PACKED_SPEED_DISTANCE, RECORD_MESSAGE
from connectors.files.timestamps import written_out

UNREAD_TIMESTAMPS = "Compressed timestamp"  # what the SDK says of files it does not read

type Message = Mapping[Any, Any]  # field name -> value; unknown fields by number


@dataclass(frozen=True, slots=True)
class Reading:
    """All messages that could be read, and what stood in the way of the others."""

    messages: Mapping[str, Sequence[Message]]
    problems: tuple[str, ...]

    def all(self, name: str) -> Sequence[Message]:
        return self.messages.get(f"{name}_mesgs", ())

    def first(self, name: str) -> Message:
        return next(iter(self.all(name)), {})


class _Expand(Exception):
    """Raised out of the first reading by a file whose fields must be expanded."""


def read(content: bytes) -> Reading:
    """Everything readable. Never raises for what the bytes are: the SDK collects its errors."""
    if (plain := read_fast(content)) is not None:
        return Reading(plain, ())
    return read_slowly(content)


def read_slowly(content: bytes) -> Reading:
    """The same by the SDK, whatever the file."""
    messages, errors = _read(content, expand=False)
    if any(isinstance(error, _Expand) for error in errors):
        messages, errors = _read(content, expand=True)
    if any(UNREAD_TIMESTAMPS in str(error) for error in errors):
        messages, errors = _read(written_out(content), expand=True)
    damage = _damage(content)
    problems = damage or tuple(_in_words(error) for error in errors[:1])
    return Reading(messages, problems)


def _read(content: bytes, *, expand: bool) -> tuple[Any, Sequence[Exception]]:
    def watch(definition: Mapping[str, Any]) -> None:
        number = definition["global_mesg_num"]
        fields = {field["field_id"] for field in definition["field_definitions"]}
        packed = number == RECORD_MESSAGE and PACKED_SPEED_DISTANCE in fields
        if number == HR_MESSAGE or packed:
            raise _Expand

    messages, errors = Decoder(Stream.from_byte_array(bytearray(content))).read(
        enable_crc_check=False,
        convert_types_to_strings=False,
        convert_datetimes_to_dates=False,
        expand_sub_fields=False,
        expand_components=expand,
        merge_heart_rates=expand,
        mesg_definition_listener=None if expand else watch,
    )
    return messages, errors


def _in_words(error: Exception) -> str:
    return f"damaged: {str(error).removeprefix('FIT Runtime Error').strip()}"


def _damage(content: bytes) -> tuple[str, ...]:
    """What header and checksum say of each file chained in `content`."""
    position = 0
    while position < len(content):
        header = content[position : position + 12]
        if len(header) < 12 or header[0] not in {12, 14} or header[8:12] != b".FIT":
            return (f"damaged: no FIT file begins at byte {position}",)
        end = position + header[0] + int.from_bytes(header[4:8], "little")
        if end + 2 > len(content):
            return (f"cut short: {len(content)} of {end + 2} bytes are there",)
        if fit_checksum(content[position:end]) != int.from_bytes(content[end : end + 2], "little"):
            return ("damaged: its checksum does not fit its content",)
        position = end + 2
    return ()


def name_of(enumeration: str, value: object) -> str | None:
    """What the FIT profile calls a value; None when it has no name for it.

    Damaged files hold several values where there is one: they have no name.
    """
    if isinstance(value, list):
        return None
    named = Profile["types"].get(enumeration, {}).get(value)
    return None if named is None else str(named)
