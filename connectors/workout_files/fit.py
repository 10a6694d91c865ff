"""A workout as a FIT file, and back. Pure.

Rules of the format: times are whole milliseconds, distances centimetres, speeds mm/s; a heart rate
is written 100 higher, for what is not above 100 means per cent of the highest; bounds of one's own
go with zone 0; a repeat stands after its steps and names the first of them by its index; text is
UTF-8 of 254 bytes at most. Serial number and time of creation name a file on a watch: of two that
share both it keeps one.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from garmin_fit_sdk import Decoder, Encoder, Profile, Stream
from garmin_fit_sdk.crc_calculator import CrcCalculator

from connectors.comparing import MARKED, ident_in
from connectors.workout_files.names import in_bytes
from connectors.written import cut, dated, described, undated
from planning.workout import (
    OPEN_TARGET,
    Duration,
    DurationType,
    Item,
    PlannedWorkout,
    Repeat,
    Step,
    StepKind,
    Target,
    TargetType,
)

type Message = Mapping[Any, Any]  # field name -> value; unknown fields by number

LONGEST_TEXT_BYTES = 254
CRC_BYTES = 2  # the last of a file
FIT_EPOCH_S = 631_065_600  # 1989-12-31T00:00:00Z in Unix seconds
MM_PER_M, CM_PER_M, MS_PER_S = 1000.0, 100.0, 1000.0
BPM_OFFSET = 100
WORKOUT_FILE, DEVELOPMENT, RUNNING = 5, 255, 1

INTENSITIES = {
    StepKind.WORK: 0,
    StepKind.REST: 1,
    StepKind.WARMUP: 2,
    StepKind.COOLDOWN: 3,
    StepKind.RECOVERY: 4,
}
STEP_KINDS = {number: kind for kind, number in INTENSITIES.items()}
DURATIONS = {DurationType.TIME: 0, DurationType.DISTANCE: 1, DurationType.OPEN: 5}
DURATION_TYPES = {number: kind for kind, number in DURATIONS.items()}
UNITS = {DurationType.TIME: MS_PER_S, DurationType.DISTANCE: CM_PER_M}
TARGETS = {TargetType.PACE: 0, TargetType.HEART_RATE: 1, TargetType.OPEN: 2}
TARGET_TYPES = {number: kind for kind, number in TARGETS.items()}
REPEAT = 6  # until its steps were done so many times
REPEATS = frozenset({*range(6, 14), 17, 18, 27})  # until then, or until something is reached


@dataclass(frozen=True, slots=True)
class Stored:
    """What a workout file says. `name` is without the day; `ident` None: no marker."""

    ident: str | None
    name: str
    steps: tuple[Item, ...]
    created_s: int | None  # since the FIT epoch


def written(planned: PlannedWorkout, *, created_s: int) -> bytes:
    """The file's bytes. `created_s` is kept when a file is replaced, so that a watch keeps one."""
    steps = list(_rendered(planned.workout.steps))
    writer = Encoder()
    _write(writer, "file_id", _file_id(planned.ident, created_s))
    _write(writer, "workout", _head(planned, len(steps)))
    for index, step in enumerate(steps):
        _write(writer, "workout_step", {"message_index": index, **step})
    return bytes(writer.close())


def read(content: bytes) -> Stored | None:
    """None: this is no whole workout file. Whatever else the athlete made of it is read.

    What our words have none for is put into the step's note, so that it is seen as a change.
    """
    messages, errors = _decoded(content)
    head, file_id = _first(messages, "workout"), _first(messages, "file_id")
    if errors or not head or file_id.get("type") != WORKOUT_FILE:
        return None
    name, sport = undated(_text(head.get("wkt_name"))), head.get("sport")
    return Stored(
        ident_in(_text(head.get("wkt_description"))),
        name if sport == RUNNING else f"{name} [sport {sport}]",
        _items(messages.get("workout_step_mesgs", ())),
        _whole(file_id.get("time_created")),
    )


def without_marker(content: bytes) -> bytes:
    """The same file with blanks where our marker is: no other byte of it changes, but the sum."""
    marker = re.compile(MARKED.pattern.encode())
    bare = marker.sub(lambda found: b" " * len(found[0]), content)[:-CRC_BYTES]
    crc: int = CrcCalculator.calculate_crc(bare, 0, len(bare))
    return bare + crc.to_bytes(CRC_BYTES, "little")


def created_at(now: datetime) -> int:
    """Seconds since the FIT epoch."""
    return int(now.timestamp()) - FIT_EPOCH_S


def kept_of(planned: PlannedWorkout) -> tuple[str, tuple[Item, ...]]:
    """The name and the steps that a file can hold of it: texts without NUL, and cut."""
    return undated(_name(planned)), tuple(_kept(item) for item in planned.workout.steps)


def _decoded(content: bytes) -> tuple[Any, Sequence[Exception]]:
    """As it is written: numbers in the units of the format."""
    return Decoder(Stream.from_byte_array(bytearray(content))).read(
        convert_types_to_strings=False,
        convert_datetimes_to_dates=False,
        expand_sub_fields=False,
        expand_components=False,
        merge_heart_rates=False,
    )


def _kept(item: Item) -> Item:
    if isinstance(item, Repeat):
        return Repeat(item.times, tuple(map(_kept_step, item.steps)))
    return _kept_step(item)


def _kept_step(step: Step) -> Step:
    return Step(step.kind, step.duration, step.target, _noted(step.note))


def _name(planned: PlannedWorkout) -> str:
    return dated(planned.workout.name.replace("\0", ""), planned.day)


def _noted(note: str) -> str:
    return cut(note.replace("\0", "").strip(), longest=LONGEST_TEXT_BYTES, size=in_bytes)


def _file_id(ident: str, created_s: int) -> dict[str, Any]:
    serial = int.from_bytes(hashlib.sha256(ident.encode()).digest()[:4])
    return {
        "type": WORKOUT_FILE,
        "manufacturer": DEVELOPMENT,
        "product": 0,
        "serial_number": serial or 1,  # 0 says that there is none
        "time_created": created_s,
    }


def _head(planned: PlannedWorkout, steps: int) -> dict[str, Any]:
    told = described(planned, longest=LONGEST_TEXT_BYTES, size=in_bytes)
    return {
        "wkt_name": _name(planned),
        "sport": RUNNING,
        "num_valid_steps": steps,
        "wkt_description": told.replace("\0", ""),
    }


def _rendered(items: Sequence[Item]) -> Iterator[dict[str, Any]]:
    index = 0
    for item in items:
        if isinstance(item, Repeat):
            yield from map(_step, item.steps)
            yield {
                "duration_type": REPEAT,
                "duration_value": index,  # the first of its steps
                "target_type": TARGETS[TargetType.OPEN],
                "target_value": item.times,  # the first time is one of them
            }
            index += len(item.steps) + 1
        else:
            yield _step(item)
            index += 1


def _step(step: Step) -> dict[str, Any]:
    duration, note = step.duration, _noted(step.note)
    unit = UNITS.get(duration.type)
    told: dict[str, Any] = {
        "intensity": INTENSITIES[step.kind],
        "duration_type": DURATIONS[duration.type],
        "target_type": TARGETS[step.target.type],
        "target_value": 0,
    }
    if unit and duration.value is not None:
        told["duration_value"] = round(duration.value * unit)
    if note:
        told["notes"] = note
    return told | _bounds(step.target)


def _bounds(target: Target) -> dict[str, int]:
    if target.low is None or target.high is None:
        return {}
    if target.type is TargetType.PACE:
        low, high = round(target.low * MM_PER_M), round(target.high * MM_PER_M)
    else:
        low, high = round(target.low) + BPM_OFFSET, round(target.high) + BPM_OFFSET
    return {"custom_target_value_low": low, "custom_target_value_high": high}


def _write(writer: Any, name: str, fields: Mapping[str, Any]) -> None:
    writer.write_mesg({"mesg_num": int(Profile["mesg_num"][name.upper()]), **fields})


def _items(messages: Sequence[Message]) -> tuple[Item, ...]:
    found: list[tuple[int, Item]] = []  # with the index of the first message it is made of
    for place, message in enumerate(messages):
        if message.get("duration_type") not in REPEATS:
            found.append((place, _read_step(message)))
            continue
        first, times = _whole(message.get("duration_value")), _whole(message.get("target_value"))
        inside = [item for begins, item in found if first is not None and begins >= first]
        steps = tuple(item for item in inside if isinstance(item, Step))
        if message["duration_type"] == REPEAT and times and steps and len(steps) == len(inside):
            found[-len(steps) :] = [(first or 0, Repeat(times, steps))]
        else:  # until something else is reached, or a repeat of repeats
            note = f"[repeats by {message['duration_type']} from {first}: {times}]"
            found.append((place, Step(StepKind.WORK, Duration(DurationType.OPEN), note=note)))
    return tuple(item for _, item in found)


def _read_step(message: Message) -> Step:
    number, value = message.get("duration_type", -1), _whole(message.get("duration_value"))
    kind = DURATION_TYPES.get(number)
    target, strange = _read_target(message)
    intensity = message.get("intensity", INTENSITIES[StepKind.WORK])
    notes = [_text(message.get("notes")), strange]
    if kind is None:
        notes.append(f"[until {number}: {value}]")
    if intensity not in STEP_KINDS:
        notes.append(f"[intensity {intensity}]")
    unit = UNITS.get(kind) if kind else None
    return Step(
        STEP_KINDS.get(intensity, StepKind.WORK),
        Duration(kind or DurationType.OPEN, value / unit if unit and value is not None else None),
        target,
        " ".join(filter(None, notes)),
    )


def _read_target(message: Message) -> tuple[Target, str]:
    """And in words what is none of our targets."""
    number, zone = message.get("target_type", -1), message.get("target_value") or 0
    low = _whole(message.get("custom_target_value_low"))
    high = _whole(message.get("custom_target_value_high"))
    match TARGET_TYPES.get(number):
        case TargetType.OPEN:
            return OPEN_TARGET, ""
        case TargetType.PACE if not zone and low is not None and high is not None:
            return Target(TargetType.PACE, low / MM_PER_M, high / MM_PER_M), ""
        case TargetType.HEART_RATE if not zone and low and high and min(low, high) > BPM_OFFSET:
            bpm = (float(low - BPM_OFFSET), float(high - BPM_OFFSET))
            return Target(TargetType.HEART_RATE, *bpm), ""
        case _:
            return OPEN_TARGET, f"[at {number}, zone {zone}: {low} to {high}]"


def _first(messages: Mapping[str, Sequence[Message]], name: str) -> Message:
    return next(iter(messages.get(f"{name}_mesgs", ())), {})


def _text(value: object) -> str:
    """Of a text with NULs in it the SDK makes several."""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
