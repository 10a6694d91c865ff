"""Garmin's account export: summaries as JSON, recordings in archives within the archive.

The summaries of a long life with a watch are hundreds of megabytes of JSON, so they are read one
at a time. Distances are in cm, durations in ms, instants in ms since 1970.
"""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from connectors.files.exports import GARMIN, Index, Line
from connectors.files.members import Member, Unreadable
from connectors.files.words import sport_of_word, surface_of_word
from planning.activity import Sport

_LIST = '"summarizedActivitiesExport"'
_PIECE = 1 << 18
_LONGEST = 1 << 24  # characters of one summary
_RACE = 1  # event type


def read_garmin(members: Sequence[Member]) -> Index:
    """Never raises: what cannot be read is left out, and the index says why."""
    lines: dict[str, Line] = {}
    problem = None
    for member in members:
        try:
            with member.open() as file:
                for summary in summaries(file):
                    line = _line(summary)
                    if line is not None:
                        lines[line.id] = line
        except (Unreadable, OSError, ValueError, RuntimeError, EOFError) as error:
            problem = f"{member.name} cannot be read to its end: {error}"
        except Exception as error:  # noqa: BLE001 - whatever a damaged archive raises
            problem = f"{member.name} cannot be read: {type(error).__name__}: {error}"
    timed = sorted((line.start_at, line.id) for line in lines.values() if line.start_at)
    untimed = [line for line in lines.values() if not line.start_at]
    ordered = (*(lines[named] for _, named in timed), *untimed)
    starts = tuple(start_at for start_at, _ in timed)
    return Index(GARMIN, members[0].name, ordered, starts=starts, problem=problem)


def summaries(file: IO[bytes]) -> Iterator[Mapping[str, Any]]:
    """The objects of the list, one by one. Raises ValueError where it is no JSON."""
    text, decode = io.TextIOWrapper(file, encoding="utf-8"), json.JSONDecoder().raw_decode
    held = _after(text, _LIST)
    held = held[held.find("[") + 1 :] if "[" in held else _after(text, "[")
    while True:
        held = held.lstrip(" \r\n\t,")
        if held.startswith("]"):
            return
        try:
            found, end = decode(held)
        except ValueError:
            more = text.read(_PIECE)
            if not more or len(held) > _LONGEST:
                raise
            held += more
            continue
        if isinstance(found, dict):
            yield found
        held = held[end:]


def _after(text: io.TextIOWrapper, mark: str) -> str:
    """What was read behind the mark; nothing of what stands before is kept."""
    held = ""
    while piece := text.read(_PIECE):
        before, found, behind = (held + piece).partition(mark)
        if found:
            return behind
        held = before[-len(mark) :]
    raise ValueError(f"it has no {mark}")


def _line(told: Mapping[str, Any]) -> Line | None:
    """None: the whole of a multisport activity, whose legs are told too."""
    named = told.get("activityId")
    if named is None or told.get("parent") is True or told.get("childIds"):
        return None
    kind = str(told.get("activityType") or "").replace("_", " ")
    start_at = _instant(told.get("beginTimestamp") or told.get("startTimeGmt"))
    return Line(
        id=str(named),
        start_at=start_at,
        sport=_sport(kind),
        surface=surface_of_word(kind),
        name=str(told.get("name") or "").strip(),
        is_race=told.get("eventTypeId") == _RACE,
        utc_offset_s=_offset(_instant(told.get("startTimeLocal")), start_at),
        distance_m=_scaled(told.get("distance"), 100.0),
        moving_time_s=_scaled(told.get("duration"), 1000.0),
        elapsed_time_s=_scaled(told.get("elapsedDuration"), 1000.0),
        climb_m=_scaled(told.get("elevationGain"), 100.0),
        average_heart_rate_bpm=_scaled(told.get("avgHr"), 1.0),
        max_heart_rate_bpm=_scaled(told.get("maxHr"), 1.0),
    )


def _sport(kind: str) -> Sport | None:
    return sport_of_word(kind) or (Sport.OTHER if kind else None)


def _instant(value: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(value) / 1000.0, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _offset(local: datetime | None, instant: datetime | None) -> int | None:
    if local is None or instant is None or abs(local - instant) > timedelta(hours=14):
        return None
    return round((local - instant).total_seconds() / 900) * 900


def _scaled(value: Any, by: float) -> float | None:
    return float(value) / by if isinstance(value, int | float) and value > 0 else None
