"""A recorded run, a multisport activity and a night in Garmin Connect's words."""

from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.multisport import Multisport
from connectors.sandbox.recorded import DEVICE_ID, RecordedRun
from connectors.sandbox.wellness import Night

type Json = dict[str, Any]

_MULTISPORT = {"typeId": 89, "typeKey": "multi_sport", "parentTypeId": 17}


def row(activity: RecordedRun, *, parent_id: int | None = None) -> Json:
    """A line of the activity search. Times carry no zone."""
    run = activity.run
    type_id, type_key = activity.garmin_type
    start_utc = run.start_at.astimezone(UTC)
    return {
        "activityId": activity.garmin_id,
        "activityUUID": f"5b0f0000-0000-4000-8000-{activity.garmin_id:012d}",
        "activityName": activity.name,
        "startTimeLocal": _spaced(activity.start_local),
        "startTimeGMT": _spaced(start_utc),
        "beginTimestamp": int(start_utc.timestamp() * 1000),
        "activityType": {"typeId": type_id, "typeKey": type_key, "parentTypeId": 17},
        "eventType": _event_type(activity),
        **_measures(activity),
        "elapsedDuration": activity.duration_s,
        "lapCount": len(run.laps),
        "manualActivity": activity.is_manual,
        "isParent": False,
        "parent": False,
        "parentId": parent_id,
        "privacy": {"typeId": 2, "typeKey": "private"},
        "deviceId": 0 if activity.is_manual else DEVICE_ID,
        "workoutId": activity.workout_id,
    }


def detail(activity: RecordedRun, *, parent_id: int | None = None) -> Json:
    type_id, type_key = activity.garmin_type
    start_utc = activity.run.start_at.astimezone(UTC)
    manual = activity.is_manual
    return {
        "activityId": activity.garmin_id,
        "activityName": activity.name,
        "activityTypeDTO": {"typeId": type_id, "typeKey": type_key, "parentTypeId": 17},
        "eventTypeDTO": _event_type(activity),
        "accessControlRuleDTO": {"typeId": 2, "typeKey": "private"},
        "timeZoneUnitDTO": {"timeZone": activity.zone.key},
        "isMultiSportParent": False,
        "parentId": parent_id,
        "metadataDTO": {
            "manualActivity": manual,
            "lapCount": len(activity.run.laps),
            "associatedWorkoutId": activity.workout_id,
            "deviceMetaDataDTO": {"deviceId": "0" if manual else str(DEVICE_ID)},
            "lastUpdateDate": _dotted(activity.updated_at.astimezone(UTC)),
            "fileFormat": None if manual else {"formatId": 7, "formatKey": "fit"},
        },
        "summaryDTO": {
            "startTimeLocal": _dotted(activity.start_local),
            "startTimeGMT": _dotted(start_utc),
            **_measures(activity),
            "elapsedDuration": activity.duration_s,
        },
    }


def parent_row(multisport: Multisport) -> Json:
    """The whole, over its legs: what they add up to, and where the first began."""
    first, legs = multisport.legs[0], multisport.legs
    return row(first) | {
        "activityId": multisport.garmin_id,
        "activityUUID": f"5b0f0000-0000-4000-8000-{multisport.garmin_id:012d}",
        "activityName": multisport.name,
        "activityType": _MULTISPORT,
        "distance": round(sum(leg.distance_m for leg in legs), 2),
        "duration": sum(leg.duration_s for leg in legs),
        "isParent": True,
        "parent": True,
    }


def parent_detail(multisport: Multisport) -> Json:
    told = detail(multisport.legs[0])
    whole = parent_row(multisport)
    return told | {
        "activityId": multisport.garmin_id,
        "activityName": multisport.name,
        "activityTypeDTO": _MULTISPORT,
        "isMultiSportParent": True,
        "metadataDTO": told["metadataDTO"]
        | {"childIds": [leg.garmin_id for leg in multisport.legs]},
        "summaryDTO": told["summaryDTO"] | {key: whole[key] for key in ("distance", "duration")},
    }


def night(night: Night) -> Json:
    """A row of the personal API's sleep summaries."""
    return {
        "calendarDate": night.day.isoformat(),
        "sleepTimeSeconds": night.sleep_s,
        "deepSleepSeconds": round(night.sleep_s * 0.2),
        "sleepWindowConfirmed": True,
        "sleepScores": {"overall": {"value": night.sleep_score, "qualifierKey": "FAIR"}},
    }


def sleep_statistic(night: Night) -> Json:
    """A row of Garmin Connect's own."""
    return {
        "calendarDate": night.day.isoformat(),
        "values": {
            "totalSleepTimeInSeconds": night.sleep_s,
            "sleepScore": night.sleep_score,
            "sleepScoreQuality": "FAIR",
            "avgOvernightHrv": float(night.hrv_ms),
            "restingHeartRate": night.resting_heart_rate_bpm,
        },
    }


def hrv_summary(night: Night) -> Json:
    return {
        "calendarDate": night.day.isoformat(),
        "weeklyAvg": night.hrv_ms,
        "lastNightAvg": night.hrv_ms,
        "lastNight5MinHigh": round(night.hrv_ms * 1.4),
        "status": "BALANCED",
    }


def daily_summary(night: Night) -> Json:
    lowest = night.resting_heart_rate_bpm - 3
    heart = {"minValue": lowest, "restingValue": night.resting_heart_rate_bpm, "maxValue": 160}
    return {"calendarDate": night.day.isoformat(), "source": "GARMIN", "heartRate": heart}


def readiness(night: Night) -> list[Json]:
    """Newest first: after a run it is lower, and about that run."""
    contexts = (("AFTER_POST_EXERCISE_RESET", "18", -20), ("AFTER_WAKEUP_RESET", "06", 0))
    return [
        {
            "calendarDate": night.day.isoformat(),
            "timestamp": f"{night.day.isoformat()}T{hour}:00:00.0",
            "inputContext": context,
            "score": max(night.readiness + less, 0),
            "level": "MODERATE",
            "recoveryTime": 600,
            "sleepScore": night.sleep_score,
        }
        for context, hour, less in contexts
    ]


def calendar_item(activity: RecordedRun) -> Json:
    """Distances in centimetres and durations in milliseconds, unlike everywhere else."""
    return {
        "id": activity.garmin_id,
        "itemType": "activity",
        "date": activity.local_day.isoformat(),
        "title": activity.name,
        "activityTypeId": activity.garmin_type[0],
        "distance": round(activity.distance_m * 100.0, 1),
        "duration": round(activity.duration_s * 1000.0),
    }


def _measures(activity: RecordedRun) -> Json:
    known = activity.measures
    outer: Json = {
        "distance": round(activity.distance_m, 2),
        "duration": activity.duration_s,
        "movingDuration": min(float(known.moving_s), activity.duration_s),
        "averageSpeed": round(activity.distance_m / max(activity.duration_s, 1.0), 4),
    }
    inner: Json = {
        "elevationGain": round(known.climb_m, 1),
        "averageHR": round(known.average_heart_rate_bpm),
        "maxHR": known.max_heart_rate_bpm,
        "averageRunningCadenceInStepsPerMinute": round(known.cadence_steps_per_min, 1),
    }
    return outer | (dict.fromkeys(inner) if activity.is_manual else inner)


def _event_type(activity: RecordedRun) -> Json:
    if activity.is_race:
        return {"typeId": 1, "typeKey": "race", "sortOrder": 1}
    return {"typeId": 9, "typeKey": "uncategorized", "sortOrder": 10}


def _spaced(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _dotted(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.0")
