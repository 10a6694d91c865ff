"""The developer programme's summaries in planning's words. Pure."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.calls import number, positive
from connectors.errors import Refused
from connectors.garmin_shapes.records import SURFACES, sport_of
from connectors.ports import OriginalFile, Recorded
from planning.activity import Record, RecordKind, Surface

type Json = Mapping[str, Any]

SOURCE = "garmin_partner"
FILES, DETAILS, BY_HAND = "activityFiles", "activityDetails", "manuallyUpdatedActivities"
WELLNESS = frozenset({"dailies", "sleeps", "hrv"})
SUMMARIES = frozenset({"activities", DETAILS, BY_HAND})
ENDINGS = {"FIT": ".fit", "TCX": ".tcx", "GPX": ".gpx"}
UNSAID = frozenset({"userAccessToken", "samples", "laps"})  # secret, or not needed beside the file
PARTLY = 0.95  # a summary shorter than this share of the recording tells of an earlier state of it


def activity_id(item: Json) -> str:
    """The same for a summary, its details and its file, as far as Garmin lets them be known.

    `activityId` is the activity's own; `summaryId` is the same number in most notifications, and
    of details has an ending.
    """
    known = item.get("activityId")
    return str(known) if known else str(item["summaryId"]).removesuffix("-detail")


def instant(seconds: float) -> datetime:
    """Raises Refused for a number that is no time."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Refused(f"{seconds} seconds is no time") from error


def record_of(kind: str, item: Json) -> Record:
    """One summary; metres and seconds as Garmin has them. Raises Refused where it makes no sense.

    `startTimeOffsetInSeconds` is what the watch's clock showed: no zone, but the athlete's day.
    """
    type_key = str(item.get("activityType") or "").lower()
    duration_s = positive(item.get("durationInSeconds"))
    offset = number(item.get("startTimeOffsetInSeconds"))
    start = number(item.get("startTimeInSeconds"))
    if start is None:
        raise Refused("a summary without a start")
    return Record(
        source=SOURCE,
        external_id=activity_id(item),
        kind=RecordKind.GARMIN_API,
        start_at=instant(start),
        sport=sport_of(type_key),
        distance_m=positive(item.get("distanceInMeters")),
        moving_time_s=positive(item.get("movingDurationInSeconds")) or duration_s,
        elapsed_time_s=duration_s,
        surface=SURFACES.get(type_key, Surface.ROAD),
        utc_offset_s=None if offset is None else round(offset),
        name=str(item.get("activityName") or "")[:500],
        climb_m=number(item.get("totalElevationGainInMeters")),
        average_heart_rate_bpm=positive(item.get("averageHeartRateInBeatsPerMinute")),
        max_heart_rate_bpm=positive(item.get("maxHeartRateInBeatsPerMinute")),
        is_manual=_is_manual(kind, item),
        device=str(item["deviceName"])[:200] if item.get("deviceName") else None,
    )


def _is_manual(kind: str, item: Json) -> bool:
    """Typed in. An edited recording may be called manual as well, but a device has made it."""
    device = str(item.get("deviceName") or "").lower()
    return item.get("manual") is True and not (kind == BY_HAND and device not in {"", "unknown"})


def is_parent(item: Json) -> bool:
    """Of a multisport activity: its legs have summaries of their own."""
    return item.get("isParent") is True


def file_of(item: Json, content: bytes) -> OriginalFile:
    ending = ENDINGS.get(str(item.get("fileType") or "FIT").upper(), ".fit")
    return OriginalFile(f"{activity_id(item)}{ending}", content)


def joined(kind: str, new: Recorded, known: Record | None, kept: OriginalFile | None) -> Recorded:
    """One activity of its parts, whichever came first: `new`, and what is known of the other.

    A file that comes to a known summary measures it; a summary that comes to a file that is kept
    names it. A summary that tells of an earlier state (the same start, shorter) changes nothing,
    unless a person has made it shorter.
    """
    file = new.file or kept
    if new.is_bare:
        return replace(new, record=known or new.record, file=file, is_bare=known is None)
    if known is not None and kind != BY_HAND and _is_earlier(new.record, known):
        return replace(new, record=known, file=file)
    return replace(new, file=file)


def _is_earlier(new: Record, known: Record) -> bool:
    same = (new.sport, new.is_manual) == (known.sport, known.is_manual)
    close = abs(new.start_at - known.start_at) <= timedelta(seconds=1)
    if not (same and close and new.elapsed_time_s and known.elapsed_time_s):
        return False
    whole = known.elapsed_time_s * (1.0 if known.kind is RecordKind.GARMIN_API else PARTLY)
    return new.elapsed_time_s < whole


def without_samples(kind: str, item: Any) -> Any:
    """Details hold a summary of their own; the samples are in the file as well."""
    if kind != DETAILS or not isinstance(item, dict):
        return item
    inner = item.get("summary")
    return {**(inner if isinstance(inner, dict) else {}), **item, "summary": None}


def said_of(kind: str, item: Json) -> Json:
    """What is kept of an item."""
    told = without_samples(kind, item)
    return {name: value for name, value in told.items() if name not in UNSAID}


def carried_of(kind: str, item: Json) -> str:
    """For `ActivityRef.carried`, to be read by `read_carried`."""
    return json.dumps({"kind": kind, "item": said_of(kind, item)}, sort_keys=True)


def read_carried(carried: str) -> tuple[str, Json]:
    """The kind of a notification and its item. Raises Refused when it was not kept."""
    try:
        told = json.loads(carried)
        return str(told["kind"]), dict(told["item"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("Garmin tells of an activity once, and what it told was not kept") from error
