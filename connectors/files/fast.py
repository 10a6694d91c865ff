"""FIT, read by fitfast where that is known to give the same: ten times as fast as the SDK.

It is an optional library with one release, and merges no buffered heart rate, so it is asked only
for plain files: one recording with one session, whole, with nothing odd in its layout, and no
developer field that bears the name of one of ours. A differential test holds it to the SDK.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.files.plain import FIELDS, READ, is_plain

try:
    import fitfast
except ImportError:  # the extra `fast` is not installed
    HAS_FITFAST = False
else:
    HAS_FITFAST = True

EPOCH_S = 631_065_600  # FIT counts from 1989-12-31T00:00:00Z, fitfast from 1970
_INSTANTS = ("timestamp", "start_time", "local_timestamp")
_ONE_OF = ("file_id", "session")
_NAMING = ("file_id", "workout")

type Message = Mapping[Any, Any]


def read_fast(content: bytes) -> Mapping[str, Sequence[Message]] | None:
    """The messages that activities are made of, named and timed as by the SDK. None: ask the SDK.

    Never raises for what the bytes are.
    """
    if not HAS_FITFAST or not is_plain(content):
        return None
    told = _parsed(content)
    if any(len(told.get(name, ())) != 1 for name in _ONE_OF):
        return None
    if not all(_is_sound(field) for field in told.get("field_description", ())):
        return None
    if not all(_is_numbered(each) for each in told.get("developer_data_id", ())):
        return None
    if any(
        _is_garbled(value)
        for name in _NAMING
        for each in told.get(name, ())
        for value in each.values()
    ):
        return None
    _as_told(told.get("record", []))
    return {f"{name}_mesgs": _from_fit_epoch(told.get(name, [])) for name in READ}


def _parsed(content: bytes) -> dict[str, list[dict[Any, Any]]]:
    """Nothing for a damaged file: only the SDK tells what can still be read of it."""
    try:
        parsed: dict[str, list[dict[Any, Any]]] = fitfast.parse(content, enum_names=False)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - a panic of its Rust is no Exception
        return {}
    return parsed


def _is_sound(field: Message) -> bool:
    """A developer field is put among the others, by its name: it must not be one of ours."""
    name = field.get("field_name")
    return isinstance(name, str) and name not in FIELDS and _is_numbered(field)


def _is_numbered(developer: Message) -> bool:
    """At one without its number the SDK gives the file up."""
    return developer.get("developer_data_index") is not None


def _is_garbled(value: object) -> bool:
    """Text that is not UTF-8: the one marks it, the other passes it by."""
    return isinstance(value, str) and "\ufffd" in value


def _as_told(records: list[dict[Any, Any]]) -> None:
    """The fine fields that are made from the coarse ones are rounded down: they are dropped."""
    for record in records:
        if "speed" in record:
            record.pop("enhanced_speed", None)
        if "altitude" in record:
            record.pop("enhanced_altitude", None)


def _from_fit_epoch(messages: list[dict[Any, Any]]) -> list[dict[Any, Any]]:
    for message in messages:
        for name in _INSTANTS:
            if name in message:
                message[name] -= EPOCH_S
    return messages
