"""A recorded run in the words of intervals.icu."""

import gzip
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from connectors.sandbox.fit_file import samples
from connectors.sandbox.recorded import RecordedRun
from connectors.sandbox.wellness import Night
from planning.activity import Surface

NOTE = "STRAVA activities are not available via the API"
_TYPES = {Surface.TRAIL: "TrailRun", Surface.VIRTUAL: "VirtualRun"}

type Json = dict[str, Any]


def identity(activity: RecordedRun, *, is_strava: bool) -> str:
    """Text, always: what came from Strava keeps its number, the rest begins with an i."""
    return str(activity.strava_id) if is_strava else f"i{activity.garmin_id}"


def stub(activity: RecordedRun, athlete_id: str, *, dated: bool) -> Json:
    """All that is told of what came from Strava; the day was not always among it."""
    told = {
        "id": identity(activity, is_strava=True),
        "icu_athlete_id": athlete_id,
        "source": "STRAVA",
        "_note": NOTE,
    }
    if dated:
        told["start_date_local"] = _local(activity.start_local)
    return told


def row(activity: RecordedRun, athlete_id: str) -> Json:
    """Of a listing, and of one activity alike."""
    measures, manual, seconds = activity.measures, activity.is_manual, round(activity.duration_s)
    moving = seconds if manual else min(measures.moving_s, seconds)
    return {
        "id": identity(activity, is_strava=False),
        "icu_athlete_id": athlete_id,
        "start_date_local": _local(activity.start_local),
        "start_date": f"{activity.run.start_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "timezone": activity.zone.key,
        "type": activity.sport or _TYPES.get(activity.run.surface, "Run"),
        "sub_type": "RACE" if activity.is_race else "NONE",
        "race": activity.is_race,
        "name": activity.name,
        "description": activity.description or None,
        "source": "MANUAL" if manual else "GARMIN_CONNECT",
        "external_id": None if manual else str(activity.garmin_id),
        "file_type": None if manual else "fit",
        "device_name": None if manual else "Garmin Forerunner 265",
        "distance": round(activity.distance_m, 2),
        "moving_time": moving,
        "elapsed_time": seconds,
        "total_elevation_gain": round(measures.climb_m, 1),
        "average_speed": round(activity.distance_m / max(moving, 1), 3),
        "trainer": activity.run.surface is Surface.TREADMILL,
        "has_heartrate": not manual,
        "average_heartrate": None if manual else round(measures.average_heart_rate_bpm),
        "max_heartrate": None if manual else round(measures.max_heart_rate_bpm),
        "average_cadence": None if manual else round(measures.cadence_steps_per_min / 2.0, 1),
        "stream_types": [] if manual else ["time", "distance", "heartrate"],
        "created": activity.updated_at.isoformat(),
        "analyzed": activity.updated_at.isoformat(),
    }


def file(activity: RecordedRun) -> bytes:
    """What the watch wrote, packed."""
    # With a time in it, two downloads of one file would differ.
    return gzip.compress(activity.fit, mtime=0)


def streams(activity: RecordedRun, types: list[str]) -> list[Json]:
    """One object a series; without `types` all of them."""
    run = activity.run
    kept = samples(run, activity.every_s)
    known: dict[str, list[Any]] = {
        "time": kept.tolist(),
        "distance": np.round(run.distance_m[kept], 2).tolist(),
        "velocity_smooth": np.round(run.speed_m_per_s[kept], 3).tolist(),
        "heartrate": run.heart_rate_bpm[kept].astype(int).tolist(),
        "cadence": (run.cadence_steps_per_min[kept] / 2.0).astype(int).tolist(),
    }
    if run.surface is not Surface.TREADMILL:
        known["altitude"] = np.round(run.altitude_m[kept], 1).tolist()
    return [
        {"type": name, "name": None, "data": data, "valueTypeIsArray": False}
        for name, data in known.items()
        if not types or name in types
    ]


def wellness(day: date, night: Night | None) -> Json:
    """A day's row. What was not measured is null; `id` is the day."""
    return {
        "id": day.isoformat(),
        "ctl": 41.2,
        "atl": 44.0,
        "rampRate": 0.4,
        "weight": None,
        "restingHR": night and night.resting_heart_rate_bpm,
        "hrv": night and float(night.hrv_ms),
        "sleepSecs": night and night.sleep_s,
        "sleepScore": night and night.sleep_score,
        "readiness": night and night.readiness,
    }


def _local(clock: datetime) -> str:
    return clock.strftime("%Y-%m-%dT%H:%M:%S")
