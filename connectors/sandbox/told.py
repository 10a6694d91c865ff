"""What the control API says of the world, as JSON."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sandbox.garmin_calendar import Entry
from connectors.sandbox.garmin_workouts import marker, parse
from connectors.sandbox.recorded import RecordedRun
from connectors.sandbox.world import Account
from planning.workout import steps_as_json

type Json = dict[str, Any]


def told(
    handler: Callable[[Request, Json], Awaitable[Json]],
) -> Callable[[Request], Awaitable[Response]]:
    """JSON in, JSON out; what cannot be done is a 400 with the reason."""

    async def answer(request: Request) -> Response:
        body = await request.json() if await request.body() else {}
        try:
            return JSONResponse(await handler(request, body))
        except (KeyError, TypeError, ValueError) as error:
            return JSONResponse({"message": f"{type(error).__name__}: {error}"}, 400)

    return answer


def activity_json(activity: RecordedRun) -> Json:
    return {
        "strava_id": activity.strava_id,
        "garmin_id": activity.garmin_id,
        "day": activity.local_day.isoformat(),
        "start_at": activity.run.start_at.isoformat(),
        "name": activity.name,
        "distance_m": activity.distance_m,
        "duration_s": activity.duration_s,
        "is_race": activity.is_race,
        "is_manual": activity.is_manual,
        "gone": sorted(activity.gone),
    }


def calendar_json(account: Account) -> Json:
    """What was written through the API, and a fingerprint of everything else."""
    calendar = account.calendar
    entries = sorted(calendar.entries.values(), key=lambda entry: (entry.day, entry.id))
    standing = {entry.workout_id for entry in entries}
    return {
        "entries": [
            _entry_json(entry, calendar.workout(entry.workout_id))
            for entry in entries
            if not entry.planted
        ],
        "templates": [
            {"ident": marker(workout), "workout_id": known, "name": workout["workoutName"]}
            for known, workout in calendar.workouts.items()
            if known not in standing and known not in calendar.planted_workouts
        ],
        "foreign": {
            "fingerprint": calendar.fingerprint(),
            "entries": sum(entry.planted for entry in entries),
        },
    }


def _entry_json(entry: Entry, workout: Mapping[str, Any]) -> Json:
    return {
        "ident": marker(workout),
        "day": entry.day.isoformat(),
        "name": workout["workoutName"],
        "workout_id": entry.workout_id,
        "schedule_id": entry.id,
        "description": workout["description"],
        "steps": steps_as_json(parse(workout["workoutSegments"])),
    }
