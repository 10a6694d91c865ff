"""Strava's JSON in planning's words. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

import numpy as np

from connectors.calls import number
from planning.activity import FloatArray, Record, RecordKind, Sport, Streams, Surface, content_id

STREAM_KEYS = (
    "time",
    "distance",
    "altitude",
    "heartrate",
    "cadence",
    "velocity_smooth",
    "temp",
)
RACE = 1  # workout_type of a run
HIDDEN_START = time(0, 0, 1)  # what Strava shows when the athlete hides the time of day
SPORTS = {
    "Run": Sport.RUN,
    "TrailRun": Sport.RUN,
    "VirtualRun": Sport.RUN,
    "Walk": Sport.WALK,
    "Hike": Sport.WALK,
    "Snowshoe": Sport.WALK,
    "Ride": Sport.RIDE,
    "GravelRide": Sport.RIDE,
    "MountainBikeRide": Sport.RIDE,
    "EBikeRide": Sport.RIDE,
    "EMountainBikeRide": Sport.RIDE,
    "VirtualRide": Sport.RIDE,
    "Velomobile": Sport.RIDE,
    "Handcycle": Sport.RIDE,
    "Swim": Sport.SWIM,
    "WeightTraining": Sport.STRENGTH,
    "Crossfit": Sport.STRENGTH,
    "HighIntensityIntervalTraining": Sport.STRENGTH,
}


def record_of(detail: Mapping[str, Any]) -> Record:
    """A summary or a detail. Distances in metres, times in seconds, as Strava has them.

    Raises ValueError and its like for what has another shape.
    """
    start, local = start_at(detail), _wall_clock(detail.get("start_date_local"))
    if start is None:
        raise ValueError("an activity without a start")
    sport = SPORTS.get(_sport_type(detail), Sport.OTHER)
    return Record(
        source="strava",
        external_id=str(detail["id"]),
        kind=RecordKind.STRAVA_API,
        start_at=start,
        sport=sport,
        distance_m=_positive(detail.get("distance")),
        moving_time_s=_positive(detail.get("moving_time")),
        elapsed_time_s=_positive(detail.get("elapsed_time")),
        surface=_surface(detail),
        # The zone's text ignores summer time; the difference of the two clocks does not.
        utc_offset_s=None if local is None else round((local - start).total_seconds()),
        # Whether midnight is the athlete's or Greenwich's, Strava's notice does not say.
        start_hidden=HIDDEN_START in {start.time(), local and local.time()},
        name=str(detail.get("name") or ""),
        climb_m=number(detail.get("total_elevation_gain")),
        average_heart_rate_bpm=_positive(detail.get("average_heartrate")),
        max_heart_rate_bpm=_positive(detail.get("max_heartrate")),
        is_race=sport is Sport.RUN and detail.get("workout_type") == RACE,
        is_manual=bool(detail.get("manual")),
        device=detail.get("device_name"),
    )


def streams_of(found: Mapping[str, Any]) -> Streams | None:
    """None when there is nothing to read. Time increases strictly: repeated instants are dropped.

    Cadence comes as turns of one leg per minute and leaves as steps per minute.
    """
    time_s, distance_m = _series(found, "time"), _series(found, "distance")
    if time_s is None or distance_m is None or time_s.size != distance_m.size or not time_s.size:
        return None
    latest = np.maximum.accumulate(time_s)
    keep = np.concatenate(([True], time_s[1:] > latest[:-1]))

    def kept(key: str, factor: float = 1.0) -> FloatArray | None:
        values = _series(found, key)
        if values is None or values.size != time_s.size:
            return None
        return values[keep] * factor

    return Streams(
        time_s=time_s[keep],
        distance_m=distance_m[keep],
        heart_rate_bpm=kept("heartrate"),
        altitude_m=kept("altitude"),
        speed_m_per_s=kept("velocity_smooth"),
        cadence_steps_per_min=kept("cadence", 2.0),
        temperature_c=kept("temp"),
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


def _surface(row: Mapping[str, Any]) -> Surface:
    match _sport_type(row), bool(row.get("trainer")):
        case "VirtualRun" | "VirtualRide", _:
            return Surface.VIRTUAL
        case "Run", True:
            return Surface.TREADMILL
        case "TrailRun" | "Hike", _:
            return Surface.TRAIL
        case _:
            return Surface.ROAD


def _series(found: Mapping[str, Any], key: str) -> FloatArray | None:
    stream = found.get(key)
    values = stream.get("data") if isinstance(stream, Mapping) else None
    return None if values is None else np.asarray(values, dtype=np.float64)  # None becomes NaN


def _positive(value: object) -> float | None:
    """Zero is how Strava says that something was not measured."""
    return number(value) or None
