"""A recorded run, a night and a day in the words of Garmin's developer programme."""

from datetime import UTC, date, datetime
from typing import Any

from connectors.sandbox.recorded import RecordedRun
from connectors.sandbox.wellness import Night
from connectors.sandbox.world import Account

type Json = dict[str, Any]


def user_id(account: Account) -> str:
    return f"d3315b1072421d0dd7c8f6b8e1de4d{account.number:02x}"


def summary(account: Account, activity: RecordedRun) -> Json:
    """`startTimeOffsetInSeconds` is what the watch's clock was set to."""
    run = activity.run
    told = {
        "userId": user_id(account),
        "userAccessToken": "not for us to keep",
        "summaryId": str(activity.garmin_id),
        "activityId": activity.garmin_id,
        "activityType": activity.garmin_type[1].upper(),
        "activityName": activity.name,
        "startTimeInSeconds": int(run.start_at.timestamp()),
        "startTimeOffsetInSeconds": int(activity.utc_offset.total_seconds()),
        "durationInSeconds": round(activity.duration_s),
        "distanceInMeters": round(activity.distance_m, 2),
        "deviceName": "unknown" if activity.is_manual else "forerunner265",
        "manual": activity.is_manual,
        "isWebUpload": False,
    }
    if activity.is_manual:
        return told
    measured = activity.measures
    return {
        **told,
        "averageSpeedInMetersPerSecond": round(activity.distance_m / activity.duration_s, 3),
        "averageHeartRateInBeatsPerMinute": round(measured.average_heart_rate_bpm),
        "maxHeartRateInBeatsPerMinute": round(measured.max_heart_rate_bpm),
        "averageRunCadenceInStepsPerMinute": round(measured.cadence_steps_per_min, 1),
        "totalElevationGainInMeters": round(measured.climb_m, 1),
    }


def details(account: Account, activity: RecordedRun) -> Json:
    """A summary with a sample every half a minute; its id has an ending of its own."""
    told = summary(account, activity)
    run, start = activity.run, int(activity.run.start_at.timestamp())
    samples = [
        {
            "startTimeInSeconds": start + second,
            "totalDistanceInMeters": round(float(run.distance_m[second]), 1),
            "heartRate": int(run.heart_rate_bpm[second]),
        }
        for second in range(0, run.elapsed_s + 1, 30)
    ]
    return {
        "userId": told["userId"],
        "userAccessToken": told["userAccessToken"],
        "summaryId": f"{told['summaryId']}-detail",
        "activityId": told["activityId"],
        "summary": {k: v for k, v in told.items() if k not in {"userId", "userAccessToken"}},
        "samples": samples,
        "laps": [{"startTimeInSeconds": start + lap.first} for lap in run.laps],
    }


def state(activity: RecordedRun) -> tuple[Any, ...]:
    """What a change of is told by `manuallyUpdatedActivities`."""
    measured = (round(activity.duration_s), round(activity.distance_m, 2))
    return (activity.name, activity.garmin_type[1], *measured)


def daily(account: Account, night: Night) -> Json:
    return {
        **_of_day(account, night.day, "daily"),
        "restingHeartRateInBeatsPerMinute": night.resting_heart_rate_bpm,
    }


def sleep(account: Account, night: Night) -> Json:
    return {
        **_of_day(account, night.day, "sleep"),
        "durationInSeconds": night.sleep_s,
        "overallSleepScore": {"value": night.sleep_score, "qualifierKey": "FAIR"},
        "validation": "ENHANCED_FINAL",
    }


def hrv(account: Account, night: Night) -> Json:
    return {**_of_day(account, night.day, "hrv"), "lastNightAvg": night.hrv_ms}


def _of_day(account: Account, day: date, kind: str) -> Json:
    midnight = datetime(day.year, day.month, day.day, tzinfo=account.runner.zone)
    offset = midnight.utcoffset()
    return {
        "userId": user_id(account),
        "userAccessToken": "not for us to keep",
        "summaryId": f"x{account.number}-{kind}-{day:%Y%m%d}",
        "calendarDate": day.isoformat(),
        "startTimeInSeconds": int(midnight.astimezone(UTC).timestamp()),
        "startTimeOffsetInSeconds": int(offset.total_seconds()) if offset else 0,
    }
