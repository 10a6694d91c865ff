"""intervals.icu's JSON in planning's words. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors import strava_shapes
from connectors.calls import number, positive
from connectors.errors import Refused
from connectors.strava_shapes import surface_of
from planning.activity import Record, RecordKind, Sport, Streams, content_id
from planning.completeness import Withheld
from planning.wellness import Wellness

SOURCE = "intervals"
STRAVA = "STRAVA"
WITHHELD = "They came to intervals.icu from Strava, which does not let it pass runs on."
REMEDY = (
    "Connect your watch's own service (Garmin, COROS, Suunto, Polar, ...) at "
    "https://intervals.icu/settings, and old runs come with its download of old data."
)


def is_withheld(row: Mapping[str, Any]) -> bool:
    """What came from Strava is a stub: an id, sometimes a day, and a note that says so."""
    return row.get("source") == STRAVA or ("_note" in row and not row.get("type"))


def withheld_of(row: Mapping[str, Any]) -> Withheld:
    """Of a stub. Its clock has no zone, so only the day is told."""
    local = _clock(row.get("start_date_local"))
    return Withheld(
        source=SOURCE,
        external_id=str(row["id"]),
        day=None if local is None else local.date(),
        reason=WITHHELD,
        remedy=REMEDY,
        title="intervals.icu",
    )


def record_of(row: Mapping[str, Any]) -> Record:
    """Of a listing or of one activity: they have the same shape. Raises Refused."""
    start, offset_s = clocks_of(row)
    return Record(
        source=SOURCE,
        external_id=str(row["id"]),
        kind=RecordKind.INTERVALS_API,
        start_at=start,
        sport=sport_of(row),
        distance_m=positive(row.get("distance")),
        moving_time_s=positive(row.get("moving_time")),
        elapsed_time_s=positive(row.get("elapsed_time")),
        surface=surface_of(_kind(row), trainer=bool(row.get("trainer"))),
        utc_offset_s=offset_s,
        name=str(row.get("name") or ""),
        climb_m=number(row.get("total_elevation_gain")),
        average_heart_rate_bpm=positive(row.get("average_heartrate")),
        max_heart_rate_bpm=positive(row.get("max_heartrate")),
        is_race=_is_race(row),
        is_manual=row.get("source") == "MANUAL",
        device=row.get("device_name") or None,
    )


def tag_of(row: Mapping[str, Any]) -> str:
    """Moves when the activity was edited in a way that matters.

    Not with `analyzed` and the like: those move whenever anything is computed again.
    """
    names = ("name", "distance", "moving_time", "elapsed_time", "start_date", "trainer", "type")
    return content_id(*(row.get(name) for name in names), row.get("source"), _is_race(row))


def clocks_of(row: Mapping[str, Any]) -> tuple[datetime, int | None]:
    """When it started, in UTC, and how far the athlete's clock was from that.

    `start_date` is UTC; without it the local time and the zone must do. Raises Refused.
    """
    local, start = _clock(row.get("start_date_local")), _instant(row.get("start_date"))
    if start is not None:
        clock = start.replace(tzinfo=None)
        return start, None if local is None else round((local - clock).total_seconds())
    zone = _zone(row.get("timezone"))
    if local is None or zone is None:
        raise Refused(f"intervals.icu does not say when activity {row.get('id')} began")
    there = local.replace(tzinfo=zone)
    try:
        offset = there.utcoffset() or timedelta(0)
        return there.astimezone(UTC), round(offset.total_seconds())
    except OverflowError as error:
        raise Refused(f"activity {row.get('id')} of intervals.icu began in no year") from error


def sport_of(row: Mapping[str, Any]) -> Sport:
    return strava_shapes.sport_of(_kind(row))


def streams_of(found: Sequence[Mapping[str, Any]]) -> Streams | None:
    """From a list of series. None when there is nothing to read."""
    return strava_shapes.streams_of({str(one.get("type")): one.get("data") for one in found})


def wellness_of(row: Mapping[str, Any]) -> Wellness:
    """A day's row: its id is the day. Anybody may type anything in there, so what no body can be
    is taken for nothing; zero, like null, is how it says that nothing was measured.
    """
    return Wellness(
        source=SOURCE,
        day=date.fromisoformat(str(row["id"])),
        sleep_s=_below(86_400.0, row.get("sleepSecs")),
        sleep_score=_below(100.1, row.get("sleepScore")),
        hrv_ms=_below(400.0, row.get("hrv")),
        resting_heart_rate_bpm=_below(150.0, row.get("restingHR"), least=20.0),
        readiness=_below(100.1, row.get("readiness")),
    )


def _is_race(row: Mapping[str, Any]) -> bool:
    said = row.get("race") is True or row.get("sub_type") == "RACE"
    return said and sport_of(row) is Sport.RUN


def _kind(row: Mapping[str, Any]) -> str:
    return str(row.get("type") or "")


def _clock(text: object) -> datetime | None:
    """What a clock showed; where it hung, only the field's name says."""
    if not isinstance(text, str):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def _instant(text: object) -> datetime | None:
    """UTC, whether it says so or not."""
    clock = _clock(text)
    if clock is None:
        return None
    told = datetime.fromisoformat(str(text))
    try:
        return clock.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except OverflowError:  # an hour before the year 1
        return None


def _zone(text: object) -> ZoneInfo | None:
    """From "Europe/Paris", or from "(GMT+01:00) Europe/Paris"."""
    name = re.search(r"[A-Za-z_]+(?:/[A-Za-z_+\-0-9]+)+|UTC", str(text or ""))
    try:
        return ZoneInfo(name.group()) if name else None
    except (OSError, ValueError, LookupError):
        return None


def _below(most: float, value: object, *, least: float = 0.0) -> float | None:
    told = number(value)
    return told if told is not None and least < told < most else None
