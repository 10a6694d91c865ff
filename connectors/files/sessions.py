"""FIT: sessions of a recording -> activities. One record per session; transitions are left out."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from connectors.comparing import MARKED
from connectors.files.decoded import Decoded, Imported, Refused, Skipped
from connectors.files.fast import EPOCH_S
from connectors.files.fit import Message, Reading, name_of, read
from connectors.files.plain import file_type
from connectors.files.track import (
    Points,
    between,
    climb_m,
    heart_rate_of,
    moving_time_s,
    points,
    streams,
    with_distance,
)
from connectors.files.words import (
    FIT_ACTIVITY_TYPES,
    FIT_INDOOR_SPORTS,
    FIT_SPORTS,
    FIT_SURFACES,
    FIT_TRANSITION,
    ON_FOOT,
)
from connectors.ports import Recorded
from planning.activity import FloatArray, Record, RecordKind, Sport, Surface

ACTIVITY_FILE, INVALID = 4, 255
SEMICIRCLE = 180 / 2**31  # degrees
SLACK_S = 60.0  # records may trail the end of a session
QUARTER_HOUR_S = 900
INSTANT_S = 1e-3
RESET_POINTS = 5


def decode_fit(content: bytes, *, source: str, external_id: str) -> Decoded:
    """The activities of a FIT file. `external_id` is of the file; later sessions get a number."""
    if (kind := file_type(content)) not in {None, ACTIVITY_FILE, INVALID}:
        return Skipped(f"not a recording: a {_words('file', kind)} file")
    return activities_in(read(content), source=source, external_id=external_id)


def activities_in(reading: Reading, *, source: str, external_id: str) -> Decoded:
    """The same, of a file that was read."""
    kinds = [message.get("type") for message in reading.all("file_id")]
    if kinds and ACTIVITY_FILE not in kinds:
        return Skipped(f"not a recording: a {_words('file', kinds[0])} file")
    track = _points(reading.all("record"))
    sessions = _sessions(reading, track)
    if not sessions:
        return Refused("; ".join(reading.problems) or "no activity in it has a time")
    made = tuple(_recorded(reading, track, leg, source, external_id) for leg in sessions)
    if not made:
        return Skipped("only transitions in it")
    return Imported(made, reading.problems)


@dataclass(frozen=True, slots=True)
class _Leg:
    """One session, and the seconds since 1970 between which its records lie."""

    number: int
    session: Message
    start_s: float
    first_s: float
    last_s: float


def _sessions(reading: Reading, track: Points) -> list[_Leg]:
    """Sessions in order of time, transitions and doubles left out."""
    told = list(reading.all("session")) or _session_of_records(reading, track)
    timed = sorted(
        (
            (start, number, session)
            for number, session in enumerate(told)
            for start in (_start_s(session),)
            if start is not None
        ),
        key=lambda item: item[:2],
    )
    legs: dict[tuple[Any, ...], _Leg] = {}
    for place, (start_s, number, session) in enumerate(timed):
        following = timed[place + 1][0] if place + 1 < len(timed) else math.inf
        last_s = min(
            _end_s(session, start_s), following - INSTANT_S if following > start_s else math.inf
        )
        first_s = _first_s(session, start_s, track) if place == 0 else start_s
        same = (start_s, _number(session, "total_elapsed_time"), _one(session.get("sport")))
        if session.get("sport") != FIT_TRANSITION:
            legs.setdefault(same, _Leg(number, session, min(start_s, first_s), first_s, last_s))
    return list(legs.values())


def _start_s(session: Message) -> float | None:
    start = _number(session, "start_time")
    if start is None:
        end, elapsed = _number(session, "timestamp"), _number(session, "total_elapsed_time")
        start = None if end is None or elapsed is None else end - elapsed
    return None if start is None else start + EPOCH_S


def _end_s(session: Message, start_s: float) -> float:
    elapsed = _number(session, "total_elapsed_time")
    end = _number(session, "timestamp")
    known = [start_s + elapsed] if elapsed is not None else []
    known += [end + EPOCH_S] if end is not None else []
    return max(known) + SLACK_S if known else math.inf


def _first_s(session: Message, start_s: float, track: Points) -> float:
    """Where records of the first session begin: a clock set right under way moves `start_time`."""
    end, elapsed = _number(session, "timestamp"), _number(session, "total_elapsed_time")
    if len(track) == 0 or end is None or elapsed is None:
        return start_s
    first = float(track.at_s[0])
    return first if end + EPOCH_S - elapsed - SLACK_S <= first < start_s else start_s


def _session_of_records(reading: Reading, track: Points) -> list[Message]:
    """A file that was cut off before its session was written: its records are the session."""
    if len(track) < 2:
        return []
    for name in ("sport", "lap"):
        sport = _one(reading.first(name).get("sport"))
        if sport is not None:
            break
    else:
        said = (_one(record.get("activity_type")) for record in reading.all("record"))
        sport = FIT_ACTIVITY_TYPES.get(next((kind for kind in said if kind is not None), 0))
    started = float(track.at_s[0]) - EPOCH_S
    return [{"start_time": started, "sport": sport, **_sub_sport(reading)}]


def _sub_sport(reading: Reading) -> Message:
    sub_sport = reading.first("sport").get("sub_sport")
    return {} if sub_sport is None else {"sub_sport": sub_sport}


def _recorded(
    reading: Reading, track: Points, leg: _Leg, source: str, external_id: str
) -> Recorded:
    session, sport = leg.session, _sport(leg.session)
    own = _own_distance(between(track, leg.first_s, leg.last_s), leg)
    span_s = float(own.at_s[-1]) - leg.start_s if len(own) > 1 else None
    timer_s = _number(session, "total_timer_time")
    elapsed_s = _number(session, "total_elapsed_time")
    moving_s = timer_s if timer_s is not None else (elapsed_s or moving_time_s(own))
    mean_bpm, max_bpm = heart_rate_of(own)
    distance_m = _number(session, "total_distance")
    record = Record(
        source=source,
        external_id=external_id if leg.number == 0 else f"{external_id}-{leg.number}",
        kind=RecordKind.DEVICE_FILE,
        start_at=datetime.fromtimestamp(leg.start_s, UTC),
        sport=sport,
        distance_m=distance_m if distance_m is not None else _last(own.distance_m),
        moving_time_s=moving_s,
        elapsed_time_s=max((s for s in (elapsed_s or span_s, moving_s) if s), default=None),
        surface=_surface(session),
        utc_offset_s=_utc_offset_s(reading),
        name=_name(reading),
        climb_m=_climb_m(session, own),
        average_heart_rate_bpm=_number(session, "avg_heart_rate") or mean_bpm,
        max_heart_rate_bpm=_number(session, "max_heart_rate") or max_bpm,
        device=_device(reading),
        planned_ident=_planned_ident(reading),
        watch_threshold_bpm=_threshold_bpm(reading) if sport is Sport.RUN else None,
    )
    return Recorded(record, streams(own, leg.start_s, on_foot=sport in ON_FOOT))


def _own_distance(own: Points, leg: _Leg) -> Points:
    """Distance from the start of this session: some devices count on through all of them."""
    if leg.number > 0 and len(own) > 1:
        own = _after_reset(own)
    own = with_distance(own)
    known = own.distance_m[np.isfinite(own.distance_m)]
    if leg.number == 0 or len(known) == 0:
        return own
    total_m = _number(leg.session, "total_distance") or 0.0
    counted_on = abs(known[-1] - known[0] - total_m) < abs(known[-1] - total_m)
    return replace(own, distance_m=own.distance_m - known[0]) if counted_on else own


def _after_reset(own: Points) -> Points:
    """Without the last distances of the session before, which may share the first seconds."""
    with np.errstate(invalid="ignore"):
        drops = np.flatnonzero(np.diff(own.distance_m[:RESET_POINTS]) < 0)
    if len(drops) == 0:
        return own
    distance_m = own.distance_m.copy()
    distance_m[: drops[-1] + 1] = np.nan
    return replace(own, distance_m=distance_m)


def _points(records: Iterable[Message]) -> Points:
    rows = list(records)
    return points(
        {
            "at_s": _column(rows, "timestamp") + EPOCH_S,
            "distance_m": _column(rows, "distance"),
            "heart_rate_bpm": _column(rows, "heart_rate"),
            "altitude_m": _column(rows, "enhanced_altitude", "altitude"),
            "speed_m_per_s": _column(rows, "enhanced_speed", "speed"),
            "cadence_steps_per_min": 2
            * (_column(rows, "cadence") + np.nan_to_num(_column(rows, "fractional_cadence"))),
            "temperature_c": _column(rows, "temperature"),
            "latitude": _column(rows, "position_lat") * SEMICIRCLE,
            "longitude": _column(rows, "position_long") * SEMICIRCLE,
        }
    )


def _column(rows: list[Message], name: str, otherwise: str | None = None) -> FloatArray:
    told = [row.get(name, row.get(otherwise) if otherwise else None) for row in rows]
    try:
        column = np.array(told, dtype=np.float64)  # None becomes NaN
    except (TypeError, ValueError):
        column = np.empty(())
    if column.shape != (len(told),):  # a damaged file, with lists where a number belongs
        return np.array([_float(value) for value in told], dtype=np.float64)
    return column


def _float(value: Any) -> float:
    """NaN for what is not one number; damaged files hold lists where a number belongs."""
    return value if isinstance(value, int | float) else math.nan


def _number(message: Message, name: str) -> float | None:
    """None for a value that is missing, not a number, or negative."""
    value = _float(message.get(name))
    return float(value) if math.isfinite(value) and value >= 0 else None


def _one(value: Any) -> Any:
    """Nothing where a damaged file holds several."""
    return None if isinstance(value, list) else value


def _last(values: FloatArray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known[-1]) if len(known) else None


def _climb_m(session: Message, own: Points) -> float | None:
    told = _number(session, "total_ascent")
    return told if told is not None else climb_m(own)


def _sport(session: Message) -> Sport:
    indoors = FIT_INDOOR_SPORTS.get(_one(session.get("sub_sport", 0)), Sport.OTHER)
    return FIT_SPORTS.get(_one(session.get("sport", 0)), indoors)


def _surface(session: Message) -> Surface:
    return FIT_SURFACES.get(_one(session.get("sub_sport", 0)), Surface.ROAD)


def _utc_offset_s(reading: Reading) -> int | None:
    """From the wall clock beside the timestamp; only whole quarters of an hour are time zones."""
    for message in reading.all("activity"):
        local, instant = _number(message, "local_timestamp"), _number(message, "timestamp")
        if local and instant:
            offset = round((local - instant) / QUARTER_HOUR_S) * QUARTER_HOUR_S
            if abs(local - instant - offset) <= SLACK_S and -12 * 3600 <= offset <= 14 * 3600:
                return offset
    return None


def _threshold_bpm(reading: Reading) -> float | None:
    """Zero is how a watch says that it has none; it writes no threshold pace."""
    return _number(reading.first("zones_target"), "threshold_heart_rate") or None


def _name(reading: Reading) -> str:
    named = reading.first("workout").get("wkt_name")
    return MARKED.sub("", named).strip() if isinstance(named, str) else ""


def _planned_ident(reading: Reading) -> str | None:
    """A workout of ours that the watch executed carries its marker into the recording."""
    told = (
        m.get(field) for m in reading.all("workout") for field in ("wkt_name", "wkt_description")
    )
    found = (MARKED.search(text) for text in told if isinstance(text, str))
    return next((match.group(1) for match in found if match), None)


def _device(reading: Reading) -> str | None:
    file_id = reading.first("file_id")
    maker = name_of("manufacturer", file_id.get("manufacturer"))
    product = name_of("garmin_product", file_id.get("product")) if maker == "garmin" else None
    told = file_id.get("product_name") if isinstance(file_id.get("product_name"), str) else product
    return " ".join(part for part in (maker, told) if part) or None


def _words(enumeration: str, value: Any) -> str:
    return (name_of(enumeration, value) or f"number {value}").replace("_", " ")
