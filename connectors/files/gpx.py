"""GPX: positions with times. It holds no totals: distance, pauses and climb are computed."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import gpxpy
import gpxpy.gpx
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
from connectors.files.xml import UnsafeText, number, safe_text
from connectors.ports import Recorded
from planning.activity import FloatArray, Record, RecordKind, Sport

_EXTENSIONS = {
    "hr": "heart_rate_bpm",
    "heartrate": "heart_rate_bpm",
    "cad": "cadence_steps_per_min",
    "cadence": "cadence_steps_per_min",
    "atemp": "temperature_c",
    "speed": "speed_m_per_s",
}
_RUNNING_M_PER_S = (1.7, 5.0)  # a track that does not say what it was, at a pace people run


def decode_gpx(content: bytes, *, source: str, external_id: str) -> Decoded:
    """The tracks with times of a GPX file, the readable part of a damaged file included."""
    try:
        text = safe_text(content)
        document, problems = _parsed(text)
    except UnsafeText as error:
        return Refused(str(error))
    except gpxpy.gpx.GPXException as error:
        return Refused(f"damaged: {error}")
    made = []
    for place, track in enumerate(document.tracks):
        named = external_id if place == 0 else f"{external_id}-{place}"
        recorded = _recorded(track, document, source, named)
        if recorded is not None:
            made.append(recorded)
    if made:
        return Imported(tuple(made), problems)
    return Refused(problems[0]) if problems else Skipped("not a recording: a route without times")


def _parsed(text: str) -> tuple[Any, tuple[str, ...]]:
    """Raises GPXException. A file that breaks off is closed after its last whole point."""
    try:
        return gpxpy.parse(text), ()
    except gpxpy.gpx.GPXException as error:
        whole, point, _ = text.rpartition("</trkpt>")
        if not point:
            raise
        return gpxpy.parse(f"{whole}</trkpt></trkseg></trk></gpx>"), (f"damaged: {error}",)


def _recorded(track: Any, document: Any, source: str, external_id: str) -> Recorded | None:
    """None: nothing in it says when it was."""
    segments = [_points(segment.points) for segment in track.segments]
    segments = [segment for segment in segments if len(segment)]
    if not segments:
        return None
    segments.sort(key=lambda segment: float(segment.at_s[0]))
    whole = _joined(segments)
    start_s = float(whole.at_s[0])
    moving_s = sum(moving_time_s(segment) or 0.0 for segment in segments)
    distance_m = float(np.nan_to_num(whole.distance_m[-1]))
    sport = _sport(track, distance_m / moving_s if moving_s else 0.0)
    mean_bpm, max_bpm = heart_rate_of(whole)
    record = Record(
        source=source,
        external_id=external_id,
        kind=RecordKind.EXCHANGE_FILE,
        start_at=datetime.fromtimestamp(start_s, UTC),
        sport=sport,
        distance_m=distance_m or None,
        moving_time_s=moving_s or None,
        elapsed_time_s=float(whole.at_s[-1]) - start_s or None,
        surface=surface_of_word(track.type or ""),
        name=(track.name or "").strip(),
        climb_m=climb_m(whole),
        average_heart_rate_bpm=mean_bpm,
        max_heart_rate_bpm=max_bpm,
        device=document.creator or None,
    )
    return Recorded(record, streams(whole, start_s, on_foot=sport in ON_FOOT))


def _points(track_points: list[Any]) -> Points:
    """One segment, its distance counted from its own first point."""
    timed = [point for point in track_points if point.time is not None]
    columns: dict[str, FloatArray] = {
        "at_s": np.array([_utc(point.time).timestamp() for point in timed]),
        "latitude": np.array([point.latitude for point in timed], dtype=np.float64),
        "longitude": np.array([point.longitude for point in timed], dtype=np.float64),
        "altitude_m": np.array([point.elevation for point in timed], dtype=np.float64),
    }
    extended = [_extended(point) for point in timed]
    for name in set(_EXTENSIONS.values()):
        columns[name] = np.array([row.get(name, np.nan) for row in extended], dtype=np.float64)
    columns["cadence_steps_per_min"] = 2 * columns["cadence_steps_per_min"]  # one foot is counted
    return with_distance(points(columns))


def _utc(time: datetime) -> datetime:
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _extended(point: Any) -> dict[str, float]:
    """What stands in the point's extensions, in whatever namespace."""
    told: dict[str, float] = {}
    for extension in point.extensions:
        for element in extension.iter():
            name = _EXTENSIONS.get(str(element.tag).rpartition("}")[2].lower())
            value = number(element.text)
            if name is not None and value is not None:
                told[name] = value
    return told


def _joined(segments: list[Points]) -> Points:
    """One track; the way between two segments was not recorded and is not counted."""
    behind_m, counted = 0.0, []
    for segment in segments:
        counted.append(replace(segment, distance_m=segment.distance_m + behind_m))
        behind_m += float(np.nan_to_num(segment.distance_m[-1]))
    columns = {
        name: np.concatenate([getattr(segment, name) for segment in counted])
        for name in Points.__slots__
    }
    whole = points(columns)
    return replace(whole, distance_m=np.fmax.accumulate(whole.distance_m))


def _sport(track: Any, speed_m_per_s: float) -> Sport:
    """By its type; a track without one is taken for a run if it went at a runner's speed."""
    told = sport_of_word(track.type or "") or sport_of_word(track.name or "")
    if told is not None or track.type:
        return told or Sport.OTHER
    low, high = _RUNNING_M_PER_S
    return Sport.RUN if low <= speed_m_per_s <= high else Sport.OTHER
