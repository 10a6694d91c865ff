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
    if any(_is_ours(field.get("field_name")) for field in told.get("field_description", ())):
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


def _is_ours(name: object) -> bool:
    """A developer field is put among the others, by its name."""
    return not isinstance(name, str) or name in FIELDS


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
