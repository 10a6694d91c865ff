"""A recorded run in Strava's words."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np

from connectors.sandbox.fit_file import samples
from connectors.sandbox.recorded import RecordedRun
from connectors.sandbox.runner import Lap
from planning.activity import Surface

DISTANCE_SHARE = 0.999  # Strava measures GPS runs again, a little differently

type Json = dict[str, Any]


def athlete(strava_id: int) -> Json:
    return {
        "id": strava_id,
        "username": f"runner{strava_id}",
        "resource_state": 3,
        "firstname": "Robin",
        "lastname": f"Runner {strava_id - 777_000}",
        "city": "Lyon",
        "country": "France",
        "sex": None,
        "premium": True,
        "weight": 68.0,
    }


def summary(activity: RecordedRun, athlete_id: int) -> Json:
    """A line of a listing."""
    measures, start, offset = activity.measures, activity.run.start_at, activity.utc_offset
    if activity.start_hidden:  # the day is told, the time is midnight and a second
        midnight = activity.start_local.replace(hour=0, minute=0, second=1)
        start = (midnight - offset).replace(tzinfo=UTC)
    metres = round(_distance(activity), 1)
    seconds = int(activity.duration_s)
    moving = seconds if activity.is_manual else min(measures.moving_s, seconds)
    return {
        "resource_state": 2,
        "athlete": {"id": athlete_id, "resource_state": 1},
        "id": activity.strava_id,
        "upload_id": None if activity.is_manual else activity.strava_id + 900_000_000,
        "external_id": None if activity.is_manual else f"garmin_ping_{400_000 + seconds}",
        "name": activity.name,
        "distance": metres,
        "moving_time": moving,
        "elapsed_time": seconds,
        "total_elevation_gain": round(measures.climb_m, 1),
        "type": "Run" if activity.sport is None else activity.sport,
        "sport_type": activity.strava_sport,
        "workout_type": 1 if activity.is_race else (3 if activity.workout_id else None),
        "device_name": None if activity.is_manual else "Garmin Forerunner 265",
        "start_date": _z(start),
        "start_date_local": _z(start + offset),  # local, with a wrong Z: as Strava writes it
        "timezone": f"(GMT+01:00) {activity.zone.key}",
        "utc_offset": offset.total_seconds(),
        "achievement_count": 0,
        "kudos_count": 0,
        "comment_count": 0,
        "athlete_count": 1,
        "photo_count": 0,
        "map": {"id": f"a{activity.strava_id}", "summary_polyline": "", "resource_state": 2},
        "trainer": activity.run.surface is Surface.TREADMILL,
        "commute": False,
        "manual": activity.is_manual,
        "private": activity.private,
        "visibility": "only_me" if activity.private else "followers_only",
        "flagged": False,
        "average_speed": round(metres / max(moving, 1), 3),
        "max_speed": round(measures.max_speed_m_per_s, 3),
        **_heart(activity),
    }


def detail(activity: RecordedRun, athlete_id: int) -> Json:
    """Everything about one activity."""
    laps = [] if activity.is_manual else activity.run.laps
    return {
        **summary(activity, athlete_id),
        "resource_state": 3,
        "description": activity.description or None,
        "calories": round(activity.distance_m / 1000.0 * 66.0, 1),
        "perceived_exertion": None,
        "splits_metric": [],
        "best_efforts": [],
        "laps": [_lap(activity, lap, number) for number, lap in enumerate(laps, 1)],
    }


def streams(activity: RecordedRun, keys: Sequence[str]) -> Json:
    """By type. Distance is always there, whatever was asked for."""
    known = series(activity)
    return {
        key: {
            "data": known[key],
            "series_type": "distance",
            "original_size": len(known["time"]),
            "resolution": "high",
        }
        for key in known
        if key in keys or key == "distance"
    }


@lru_cache(maxsize=16)
def series(activity: RecordedRun) -> dict[str, list[Any]]:
    """Every stream of a run; indoors without place and height."""
    run = activity.run
    kept = samples(run, activity.every_s)
    speed, altitude = run.speed_m_per_s[kept], run.altitude_m[kept]
    known: dict[str, list[Any]] = {
        "time": kept.tolist(),
        "distance": np.round(run.distance_m[kept] * DISTANCE_SHARE, 1).tolist(),
        "velocity_smooth": np.round(speed, 3).tolist(),
        "heartrate": run.heart_rate_bpm[kept].astype(int).tolist(),
        "cadence": (run.cadence_steps_per_min[kept] / 2.0).astype(int).tolist(),
        "temp": [16] * len(kept),
        "moving": (speed > 0.3).tolist(),
    }
    if run.surface is not Surface.TREADMILL:
        grade = np.gradient(run.altitude_m)[kept] / np.maximum(speed, 0.5) * 100.0
        known["latlng"] = np.round(np.c_[run.latitude, run.longitude][kept], 6).tolist()
        known["altitude"] = np.round(altitude, 1).tolist()
        known["grade_smooth"] = np.round(grade, 1).tolist()
    return known


def _distance(activity: RecordedRun) -> float:
    recomputed = not activity.is_manual and activity.run.surface is not Surface.TREADMILL
    return activity.distance_m * (DISTANCE_SHARE if recomputed else 1.0)


def _heart(activity: RecordedRun) -> Json:
    if activity.is_manual:
        return {"has_heartrate": False, "elev_high": None, "elev_low": None}
    measures = activity.measures
    return {
        "has_heartrate": True,
        "average_heartrate": round(measures.average_heart_rate_bpm, 1),
        "max_heartrate": measures.max_heart_rate_bpm,
        "average_cadence": round(measures.cadence_steps_per_min / 2.0, 1),
        "elev_high": measures.highest_m,
        "elev_low": measures.lowest_m,
    }


def _lap(activity: RecordedRun, lap: Lap, number: int) -> Json:
    run, seconds = activity.run, lap.last - lap.first
    metres = float(run.distance_m[lap.last] - run.distance_m[lap.first]) * DISTANCE_SHARE
    start = run.start_at + timedelta(seconds=lap.first)
    return {
        "id": activity.strava_id * 100 + number,
        "resource_state": 2,
        "name": f"Lap {number}",
        "lap_index": number,
        "split": number,
        "elapsed_time": seconds,
        "moving_time": seconds,
        "start_date": _z(start),
        "start_date_local": _z(start + activity.utc_offset),
        "distance": round(metres, 1),
        "average_speed": round(metres / seconds, 3),
        "average_heartrate": round(float(run.heart_rate_bpm[lap.first : lap.last].mean()), 1),
    }


def _z(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
