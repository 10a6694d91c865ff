"""TCX, Garmin's exchange format before FIT. Laps carry the totals, trackpoints the series."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

import numpy as np

from connectors.files.decoded import Decoded, Imported, Refused, Skipped
from connectors.files.track import (
    Points,
    climb_m,
    heart_rate_of,
    moving_time_s,
    points,
    streams,
    with_distance,
)
from connectors.files.words import ON_FOOT, sport_of_word, surface_of_word
from connectors.files.xml import UnsafeText, instant, number, safe_text
from connectors.ports import Recorded
from planning.activity import Record, RecordKind, Sport

_OTHER_CONTENT = {"Course": "a course", "Workout": "a workout file"}

type Row = tuple[float, ...]
_COLUMNS = (
    "at_s",
    "distance_m",
    "heart_rate_bpm",
    "altitude_m",
    "speed_m_per_s",
    "cadence_steps_per_min",
    "latitude",
    "longitude",
)


def decode_tcx(content: bytes, *, source: str, external_id: str) -> Decoded:
    """The activities of a TCX file, the readable ones of a damaged file included."""
    try:
        text = safe_text(content)
    except UnsafeText as error:
        return Refused(str(error))
    elements, problems = _parsed(text)
    made = []
    for place, element in enumerate(e for e in elements if e.tag == "Activity"):
        named = external_id if place == 0 else f"{external_id}-{place}"
        recorded = _recorded(element, source, named)
        if recorded is not None:
            made.append(recorded)
    if made:
        return Imported(tuple(made), problems)
    if problems:
        return Refused(problems[0])
    other = (_OTHER_CONTENT[e.tag] for e in elements if e.tag in _OTHER_CONTENT)
    return Skipped(f"not a recording: {next(other, 'no activity in it')}")


def _parsed(text: str) -> tuple[list[Element], tuple[str, ...]]:
    """The interesting elements in order; one still open where the file breaks off counts too."""
    parser: XMLPullParser[Any] = XMLPullParser(events=("start",))
    elements: list[Element] = []
    try:
        parser.feed(text)
        for event in parser.read_events():
            element: Any = event[-1]  # what "start" gives is always an element
            element.tag = element.tag.rpartition("}")[2]
            if element.tag in {"Activity", *_OTHER_CONTENT}:
                elements.append(element)
        parser.close()
    except ParseError as error:
        return elements, (f"damaged: {error}",)
    return elements, ()


@dataclass(frozen=True, slots=True)
class _Lap:
    time_s: float | None
    distance_m: float | None
    heart_rate_bpm: float | None
    max_heart_rate_bpm: float | None


def _recorded(activity: Element, source: str, external_id: str) -> Recorded | None:
    """None: nothing in it says when it was."""
    track = with_distance(_points(activity))
    laps = [_lap(element) for element in activity.iter("Lap")]
    start = _start(activity, track)
    if start is None:
        return None
    sport = sport_of_word(activity.get("Sport", "")) or Sport.OTHER
    timer_s = _total([lap.time_s for lap in laps])
    span_s = float(track.at_s[-1]) - start.timestamp() if len(track) > 1 else None
    moving_s = timer_s if timer_s is not None else moving_time_s(track)
    mean_bpm, max_bpm = heart_rate_of(track)
    record = Record(
        source=source,
        external_id=external_id,
        kind=RecordKind.EXCHANGE_FILE,
        start_at=start,
        sport=sport,
        distance_m=_distance_m(laps, track),
        moving_time_s=moving_s,
        elapsed_time_s=max((s for s in (span_s, moving_s) if s is not None), default=None),
        surface=surface_of_word(activity.get("Sport", "")),
        climb_m=climb_m(track),
        average_heart_rate_bpm=_mean_heart_rate(laps) or mean_bpm,
        max_heart_rate_bpm=max((h for h in (_highest(laps), max_bpm) if h), default=None),
        device=_text(activity.find("Creator"), "Name"),
    )
    return Recorded(record, streams(track, start.timestamp(), on_foot=sport in ON_FOOT))


def _points(activity: Element) -> Points:
    rows = np.array(
        [_row(element) for element in activity.iter("Trackpoint")],
        dtype=np.float64,
    ).reshape(-1, len(_COLUMNS))
    return points({name: rows[:, place] for place, name in enumerate(_COLUMNS)})


def _row(point: Element) -> Row:
    told = {child.tag: child.text for child in point.iter() if child.text}
    at = instant(told.get("Time"))
    heart_rate = point.find("HeartRateBpm/Value")
    cadence = _or_nan(told.get("RunCadence") or told.get("Cadence"))
    return (
        at.timestamp() if at else np.nan,
        _or_nan(told.get("DistanceMeters")),
        _or_nan(heart_rate.text if heart_rate is not None else None),
        _or_nan(told.get("AltitudeMeters")),
        _or_nan(told.get("Speed")),
        2 * cadence,  # one foot is counted
        _or_nan(told.get("LatitudeDegrees")),
        _or_nan(told.get("LongitudeDegrees")),
    )


def _or_nan(text: str | None) -> float:
    value = number(text)
    return np.nan if value is None else value


def _lap(lap: Element) -> _Lap:
    return _Lap(
        _positive(number(_text(lap, "TotalTimeSeconds"))),
        _positive(number(_text(lap, "DistanceMeters"))),
        _positive(number(_text(lap, "AverageHeartRateBpm/Value"))),
        _positive(number(_text(lap, "MaximumHeartRateBpm/Value"))),
    )


def _text(element: Element | None, path: str) -> str | None:
    return element.findtext(path) if element is not None else None


def _positive(value: float | None) -> float | None:
    return value if value is not None and value >= 0 else None


def _total(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _distance_m(laps: list[_Lap], track: Points) -> float | None:
    total = _total([lap.distance_m for lap in laps])
    known = track.distance_m[np.isfinite(track.distance_m)]
    return total if total or len(known) == 0 else float(known[-1])


def _mean_heart_rate(laps: list[_Lap]) -> float | None:
    """By time; None when a lap does not tell, for then the points know better."""
    told = [(lap.heart_rate_bpm, lap.time_s) for lap in laps if lap.time_s]
    if not told or any(not heart_rate for heart_rate, _ in told):
        return None
    seconds = sum(time_s or 0.0 for _, time_s in told)
    return round(sum((h or 0.0) * (t or 0.0) for h, t in told) / seconds, 1)


def _highest(laps: list[_Lap]) -> float | None:
    return max((lap.max_heart_rate_bpm or 0.0 for lap in laps), default=0.0) or None


def _start(activity: Element, track: Points) -> datetime | None:
    lap = activity.find("Lap")
    told = instant(lap.get("StartTime")) if lap is not None else None
    if told is None:
        told = instant(_text(activity, "Id"))
    if told is None and len(track):
        told = datetime.fromtimestamp(float(track.at_s[0]), UTC)
    return told
