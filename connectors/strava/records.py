"""Strava's JSON in planning's words. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from connectors import strava_shapes
from connectors.calls import number, positive
from connectors.strava_shapes import sport_of, surface_of
from planning.activity import Record, RecordKind, Sport, Streams, content_id

RACE = 1  # workout_type of a run
HIDDEN_START = time(0, 0, 1)  # what Strava shows when the athlete hides the time of day


def record_of(detail: Mapping[str, Any]) -> Record:
    """A summary or a detail. Distances in metres, times in seconds, as Strava has them.

    Raises ValueError and its like for what has another shape.
    """
    start, local = start_at(detail), _wall_clock(detail.get("start_date_local"))
    if start is None:
        raise ValueError("an activity without a start")
    kind = _sport_type(detail)
    sport = sport_of(kind)
    return Record(
        source="strava",
        external_id=str(detail["id"]),
        kind=RecordKind.STRAVA_API,
        start_at=start,
        sport=sport,
        distance_m=positive(detail.get("distance")),
        moving_time_s=positive(detail.get("moving_time")),
        elapsed_time_s=positive(detail.get("elapsed_time")),
        surface=surface_of(kind, trainer=bool(detail.get("trainer"))),
        # The zone's text ignores summer time; the difference of the two clocks does not.
        utc_offset_s=None if local is None else round((local - start).total_seconds()),
        # Whether midnight is the athlete's or Greenwich's, Strava's notice does not say.
        start_hidden=HIDDEN_START in {start.time(), local and local.time()},
        name=str(detail.get("name") or ""),
        climb_m=number(detail.get("total_elevation_gain")),
        average_heart_rate_bpm=positive(detail.get("average_heartrate")),
        max_heart_rate_bpm=positive(detail.get("max_heartrate")),
        is_race=sport is Sport.RUN and detail.get("workout_type") == RACE,
        is_manual=bool(detail.get("manual")),
        device=detail.get("device_name"),
    )


def streams_of(found: Mapping[str, Any]) -> Streams | None:
    """From series by their names. None when there is nothing to read."""
    return strava_shapes.streams_of(
        {name: one.get("data") for name, one in found.items() if isinstance(one, Mapping)}
    )


def tag_of(row: Mapping[str, Any]) -> str:
    """Moves when the activity was edited in a way that matters; from a summary or a detail."""
    return content_id(
        *(
            row.get(key)
            for key in ("name", "distance", "moving_time", "elapsed_time", "start_date", "trainer")
        ),
        _sport_type(row),
        row.get("workout_type") or 0,
    )


def start_at(row: Mapping[str, Any]) -> datetime | None:
    """Aware UTC. None where it cannot be read."""
    told = _clock(row.get("start_date"))
    try:
        return told and (told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC))
    except OverflowError:  # an hour before the year 1
        return None


def _wall_clock(text: object) -> datetime | None:
    """Strava writes local times with a wrong Z; read as UTC so that clocks can be subtracted."""
    told = _clock(text)
    return told and told.replace(tzinfo=UTC)


def _clock(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _sport_type(row: Mapping[str, Any]) -> str:
    return str(row.get("sport_type") or row.get("type") or "")
