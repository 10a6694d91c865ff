"""Simulated: Garmin's Training API V2. Workouts and their schedules are two resources, and a
partner sees only what it created.
"""

import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from connectors.sandbox.misreading import PARTNER, misread
from connectors.sandbox.misreading import SCOPE as MISREAD
from connectors.sandbox.world import Account

PERMISSION = "WORKOUT_IMPORT"
MOST_STEPS, LONGEST_DESCRIPTION, LONGEST_STEP_TEXT, LONGEST_PROVIDER = 100, 1024, 512, 20
PER_DAY = 200  # requests about one athlete, with an evaluation key
KEPT = ("workoutName", "description", "sport", "workoutProvider", "workoutSourceId")
OF_A_STEP = (
    "type", "stepOrder", "intensity", "description", "durationType", "durationValue",
    "durationValueType", "targetType", "targetValue", "targetValueLow", "targetValueHigh",
    "targetValueType",
)  # fmt: skip
OF_A_REPEAT = ("type", "stepOrder", "repeatType", "repeatValue", "skipLastRestStep")

type Json = dict[str, Any]
type Handler = Callable[[Request, Account], Awaitable[Response]]
type Signed = Callable[[Handler], Callable[[Request], Awaitable[Response]]]


class Invalid(Exception):
    """What a 400 says."""


@dataclass(slots=True)
class Training:
    """Of every athlete. `allows` says whether workouts may be written for one."""

    machine_now: Callable[[], datetime]
    allows: Callable[[Account], bool]
    per_day: int = PER_DAY
    workouts: dict[int, Json] = field(default_factory=dict)
    schedules: dict[int, Json] = field(default_factory=dict)
    _asked: Counter[tuple[int, date]] = field(default_factory=Counter)
    _numbers: Any = field(default_factory=lambda: itertools.count(44_001))

    def routes(self, signed: Signed) -> Iterator[BaseRoute]:
        one, day = "/training-api/workout/v2/{id:int}", "/training-api/schedule/{id:int}"
        for path, method, handler in (
            ("/workoutportal/workout/v2", "POST", self.created),
            (one, "GET", self.workout),
            (one, "PUT", self.replaced),
            (one, "DELETE", self.deleted),
            ("/training-api/schedule", "GET", self.listed),
            ("/training-api/schedule/", "POST", self.scheduled),
            (day, "GET", self.schedule),
            (day, "PUT", self.moved),
            (day, "DELETE", self.unscheduled),
        ):
            yield Route(path, signed(self._permitted(handler)), methods=[method])

    # Workouts

    async def created(self, request: Request, account: Account) -> Response:
        """The same twice makes two."""
        identity, now = next(self._numbers), self.machine_now().isoformat()
        told = {"workoutId": identity, "ownerId": account.profile_id, "createdDate": now}
        self.workouts[identity] = {**told, **await _understood(request), "updatedDate": now}
        return JSONResponse(self.workouts[identity])

    async def workout(self, request: Request, account: Account) -> Response:
        found = self._found(request, account)
        return JSONResponse(found) if found else _fault(404, "workout not found")

    async def replaced(self, request: Request, account: Account) -> Response:
        found, told = self._found(request, account), await request.json()
        if found is None:
            return _fault(404, "workout not found")
        if told.get("ownerId") != account.profile_id or told.get("workoutId") != found["workoutId"]:
            raise Invalid("workoutId and ownerId are required")
        found |= {**await _understood(request), "updatedDate": self.machine_now().isoformat()}
        return Response(status_code=204)

    async def deleted(self, request: Request, account: Account) -> Response:
        """Its schedules go with it."""
        found = self._found(request, account)
        if found is None:
            return _fault(404, "workout not found")
        del self.workouts[found["workoutId"]]
        self.schedules = {
            key: row
            for key, row in self.schedules.items()
            if row["workoutId"] != found["workoutId"]
        }
        return Response(status_code=204)

    def _found(self, request: Request, account: Account) -> Json | None:
        found = self.workouts.get(request.path_params["id"])
        return found if found and found["ownerId"] == account.profile_id else None

    # Schedules

    async def listed(self, request: Request, account: Account) -> Response:
        query = request.query_params
        try:
            first, last = (date.fromisoformat(query[name]) for name in ("startDate", "endDate"))
        except (KeyError, ValueError) as error:
            raise Invalid("startDate and endDate are needed") from error
        rows = [
            row
            for row in self.schedules.values()
            if self._is_of(row, account) and first.isoformat() <= row["date"] <= last.isoformat()
        ]
        return JSONResponse(sorted(rows, key=lambda row: (row["date"], row["scheduleId"])))

    async def scheduled(self, request: Request, account: Account) -> Response:
        """The same twice makes two."""
        told = await request.json()
        row = {"scheduleId": next(self._numbers), **self._day(told, account)}
        self.schedules[row["scheduleId"]] = row
        return JSONResponse(row)

    async def schedule(self, request: Request, account: Account) -> Response:
        row = self._row(request, account)
        return JSONResponse(row) if row else _fault(404, "schedule not found")

    async def moved(self, request: Request, account: Account) -> Response:
        row = self._row(request, account)
        if row is None:
            return _fault(404, "schedule not found")
        row |= self._day(await request.json(), account)
        return Response(status_code=204)

    async def unscheduled(self, request: Request, account: Account) -> Response:
        row = self._row(request, account)
        if row is None:
            return _fault(404, "schedule not found")
        del self.schedules[row["scheduleId"]]
        return Response(status_code=204)

    def _row(self, request: Request, account: Account) -> Json | None:
        row = self.schedules.get(request.path_params["id"])
        return row if row and self._is_of(row, account) else None

    def _is_of(self, row: Json, account: Account) -> bool:
        workout = self.workouts.get(row["workoutId"])
        return workout is not None and workout["ownerId"] == account.profile_id

    def _day(self, told: Json, account: Account) -> Json:
        workout = self.workouts.get(told.get("workoutId", 0))
        if workout is None or workout["ownerId"] != account.profile_id:
            raise Invalid("no such workout")
        try:
            day = date.fromisoformat(told["date"])
        except (KeyError, TypeError, ValueError) as error:
            raise Invalid("date is needed") from error
        return {"workoutId": workout["workoutId"], "date": day.isoformat()}

    # Who may, and how often

    def _permitted(self, handler: Handler) -> Handler:
        async def answer(request: Request, account: Account) -> Response:
            key = account.number, self.machine_now().date()
            self._asked[key] += 1
            if self._asked[key] > self.per_day:
                return _fault(429, "rate limit exceeded")
            if not self.allows(account):
                return _fault(412, "user permission missing")
            try:
                return await handler(request, account)
            except Invalid as error:
                return _fault(400, str(error))

        return answer


async def _understood(request: Request) -> Json:
    """The workout that was sent, or what a fault makes of it."""
    kept = checked(await request.json())
    for segment in kept["segments"]:
        segment["steps"] = misread(segment["steps"], request.scope.get(MISREAD, ""), PARTNER)
    return kept


def checked(told: Any) -> Json:
    """What is kept of a workout: fields that are known, and steps with what was not said as null.
    Raises Invalid.
    """
    if not isinstance(told, dict) or not told.get("workoutName") or not told.get("segments"):
        raise Invalid("workoutName and segments are required")
    if len(told.get("description") or "") > LONGEST_DESCRIPTION:
        raise Invalid("description is too long")
    if any(len(told.get(key) or "") > LONGEST_PROVIDER for key in KEPT[3:]):
        raise Invalid("workoutProvider and workoutSourceId have at most 20 characters")
    segments = [
        {**segment, "steps": [_step(step) for step in segment["steps"]]}
        for segment in told["segments"]
    ]
    orders = [order for segment in segments for step in segment["steps"] for order in _orders(step)]
    if len(orders) > MOST_STEPS:
        raise Invalid("a workout has at most 100 steps")
    if len(set(orders)) < len(orders):
        raise Invalid("step orders must be unique")
    return {key: told.get(key) for key in KEPT} | {"segments": segments}


def _step(told: Json) -> Json:
    if told.get("type") == "WorkoutRepeatStep":
        kept = {key: told.get(key) for key in OF_A_REPEAT}
        return kept | {"steps": [_step(step) for step in told["steps"]]}
    if len(told.get("description") or "") > LONGEST_STEP_TEXT:
        raise Invalid("a step's description is too long")
    return {key: told.get(key) for key in OF_A_STEP}


def _orders(step: Json) -> Iterator[Any]:
    yield step["stepOrder"]
    for child in step.get("steps", ()):
        yield from _orders(child)


def _fault(status: int, message: str) -> Response:
    return JSONResponse({"errorMessage": message}, status)
