"""Garmin's JSON about activities in planning's words. Pure."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.calls import may_still_come, number, positive
from connectors.ports import OriginalFile
from planning.activity import Record, RecordKind, Sport, Surface, content_id

type Json = Mapping[str, Any]

LARGEST_FILE = 64 * 1024 * 1024  # a day's FIT at one record a second is about 5 MB
KNOWN_ENDINGS = (".fit", ".tcx", ".gpx")
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)
SURFACES = {
    "treadmill_running": Surface.TREADMILL,
    "indoor_running": Surface.TREADMILL,
    "trail_running": Surface.TRAIL,
    "ultra_run": Surface.TRAIL,
    "track_running": Surface.TRACK,
    "virtual_run": Surface.VIRTUAL,
    "virtual_ride": Surface.VIRTUAL,
}
RUNS = frozenset({"running", "street_running", "obstacle_run", *SURFACES} - {"virtual_ride"})
SPORT_WORDS = (  # Garmin knows some 120 types; a word in the name tells the family
    ("walking", Sport.WALK),
    ("hiking", Sport.WALK),
    ("rucking", Sport.WALK),
    ("cycling", Sport.RIDE),
    ("biking", Sport.RIDE),
    ("ride", Sport.RIDE),
    ("bmx", Sport.RIDE),
    ("swimming", Sport.SWIM),
    ("strength", Sport.STRENGTH),
    ("hiit", Sport.STRENGTH),
)


class Torn(Exception):
    """What came in place of a recording cannot be opened."""


def record_of(detail: Json, source: str, *, planned_ident: str | None = None) -> Record:
    """The summary of one activity, by the record of the connector `source`.

    Distances in metres, times in seconds, as Garmin has them. Raises ValueError and its like for
    what has another shape.
    """
    summary, metadata = detail.get("summaryDTO") or {}, detail.get("metadataDTO") or {}
    type_key = _key(detail, "activityTypeDTO")
    start, local = _instant(summary.get("startTimeGMT")), _instant(summary.get("startTimeLocal"))
    start = start or local
    if start is None:
        raise ValueError("an activity without a start")
    offset_s = None if local is None else round((local - start).total_seconds())
    return Record(
        source=source,
        external_id=str(detail["activityId"]),
        kind=RecordKind.GARMIN_API,
        start_at=start,
        sport=sport_of(type_key),
        distance_m=positive(summary.get("distance")),
        # The watch's timer, which stops when the runner pauses it; `movingDuration` leaves out
        # every step too slow for a run.
        moving_time_s=positive(summary.get("duration")),
        elapsed_time_s=positive(summary.get("elapsedDuration")),
        surface=SURFACES.get(type_key, Surface.ROAD),
        utc_offset_s=offset_s if summary.get("startTimeGMT") else None,
        name=str(detail.get("activityName") or ""),
        climb_m=number(summary.get("elevationGain")),
        average_heart_rate_bpm=positive(summary.get("averageHR")),
        max_heart_rate_bpm=positive(summary.get("maxHR")),
        is_race=_key(detail, "eventTypeDTO") == "race",
        is_manual=bool(metadata.get("manualActivity")),
        device=metadata.get("manufacturer"),
        planned_ident=planned_ident,
        parent_id=str(detail["parentId"]) if detail.get("parentId") else None,
        watch_threshold_m_per_s=positive(summary.get("lactateThresholdSpeed")),
        watch_threshold_bpm=positive(summary.get("lactateThresholdHeartRate")),
    )


def tag_of_row(row: Json) -> str:
    """Moves when the activity was edited in a way that matters; from a line of the listing."""
    return _tag(
        row.get("activityName"),
        _key(row, "activityType"),
        _key(row, "eventType"),
        row.get("distance"),
        row.get("duration"),
        row.get("startTimeGMT"),
    )


def tag_of_detail(detail: Json) -> str:
    """The same tag, from the activity itself."""
    summary = detail.get("summaryDTO") or {}
    return _tag(
        detail.get("activityName"),
        _key(detail, "activityTypeDTO"),
        _key(detail, "eventTypeDTO"),
        summary.get("distance"),
        summary.get("duration"),
        summary.get("startTimeGMT"),
    )


def row_start_at(row: Json) -> datetime | None:
    return _instant(row.get("startTimeGMT"))


def sport_of(type_key: str) -> Sport:
    if type_key in RUNS or type_key.endswith("_running"):
        return Sport.RUN
    return next((sport for word, sport in SPORT_WORDS if word in type_key), Sport.OTHER)


def is_multisport_parent(row: Json) -> bool:
    """Its legs are listed by themselves, and they are what was run."""
    return bool(row.get("isParent") or row.get("isMultiSportParent"))


def original_of(archive: bytes, external_id: str) -> OriginalFile | None:
    """The recording in Garmin's ZIP; None when it holds none, or one too large to be one.

    Raises Torn for what is no ZIP, or a broken one: a page that says sorry comes with 200 too.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            for entry in opened.infolist():
                ending = entry.filename.lower()[-4:]
                if ending in KNOWN_ENDINGS and 0 < entry.file_size <= LARGEST_FILE:
                    return OriginalFile(f"{external_id}{ending}", opened.read(entry))
    except UNREADABLE as error:
        raise Torn from error
    return None


def original_with(
    record: Record, archive: bytes | None, now: datetime
) -> tuple[OriginalFile | None, bool]:
    """The recording, and whether it is worth asking for once more. `archive` None: there is none,
    which right after a run is not yet true.
    """
    try:
        found = original_of(archive, record.external_id) if archive is not None else None
    except Torn:
        return None, True
    return found, archive is None and may_still_come(record, now)


def _tag(
    name: object, type_key: str, event: str, distance: Any, duration: Any, start: object
) -> str:
    instant = _instant(start)
    return content_id(
        name or "",
        type_key,
        event,
        round(number(distance) or 0.0, 1),
        round(number(duration) or 0.0, 1),
        instant.isoformat() if instant else "",
    )


def _key(row: Json, name: str) -> str:
    """`typeKey` of one of Garmin's choices."""
    choice = row.get(name)
    return str(choice.get("typeKey") or "") if isinstance(choice, Mapping) else ""


def _instant(text: object) -> datetime | None:
    """Garmin writes times without a zone: "2026-11-22 06:31:04", "2026-11-22T06:31:04.0"."""
    try:
        told = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return told and told.replace(tzinfo=UTC, microsecond=0)
