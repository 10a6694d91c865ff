"""Simulated Garmin Connect: profile, activities, workout library, schedule, calendar."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import date, timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox import garmin_json
from connectors.sandbox.garmin_calendar import Unknown, entry_json, event_json, grid, month_json
from connectors.sandbox.garmin_wellness import GarminWellness
from connectors.sandbox.garmin_workouts import CONDITIONS, SPORTS, STEPS, TARGETS, Invalid, head
from connectors.sandbox.misreading import GARMIN, misread
from connectors.sandbox.misreading import SCOPE as MISREAD
from connectors.sandbox.recorded import RecordedRun
from connectors.sandbox.world import Account, World

type Handler = Callable[[Request, Account], Awaitable[Response]]


class Garmin:
    """Everything under `/garmin` that needs a token: it stands for `connectapi.garmin.com`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.wellness = GarminWellness(world)
        self.sent_to_devices = 0

    def routes(self) -> Iterator[Route]:
        yield from self._account_routes()
        yield from self._activity_routes()
        yield from self._wellness_routes()
        yield from self._workout_routes()
        yield from self._calendar_routes()

    def _account_routes(self) -> Iterator[Route]:
        profile = "/userprofile-service"
        yield self._get(f"{profile}/socialProfile", self.profile)
        yield self._get(f"{profile}/userprofile/user-settings", self.user_settings)
        yield self._get("/gdprconsent-service/feature/UPLOAD", self.consent)
        yield self._get("/device-service/deviceservice/mylastused", self.wellness.last_device)
        yield self._write("/device-service/devicemessage/messages", self.push, "POST")

    def _activity_routes(self) -> Iterator[Route]:
        yield self._get("/activitylist-service/activities/search/activities", self.search)
        yield self._get("/activitylist-service/activities/count", self.count)
        yield self._get("/activity-service/activity/{id:int}", self.activity)
        yield self._get("/activity-service/activity/{id:int}/workouts", self.executed)
        yield self._get("/download-service/files/activity/{id:int}", self.download)

    def _wellness_routes(self) -> Iterator[Route]:
        range_of = "{first}/{last}"
        nights = self.wellness
        yield self._get(f"/sleep-service/stats/sleep/daily/{range_of}", nights.sleep_statistics)
        yield self._get(f"/hrv-service/hrv/daily/{range_of}", nights.hrv_range)
        yield self._get("/hrv-service/hrv/{day}", nights.hrv)
        yield self._get(f"/metrics-service/metrics/trainingreadiness/{range_of}", nights.readiness)

    def _workout_routes(self) -> Iterator[Route]:
        service = "/workout-service"
        yield self._get(f"{service}/workouts", self.workouts)
        yield self._get(f"{service}/workouts/count", self.workout_count)
        yield self._get(f"{service}/workout/types", self.types)
        yield self._write(f"{service}/workout", self.create, "POST")
        one = f"{service}/workout/{{id:int}}"
        yield self._get(one, self.workout)
        yield self._write(one, self.replace, "PUT")
        yield self._write(one, self.delete, "DELETE")
        yield self._write(f"{service}/schedule/sendtodevices", self.send, "PUT")
        entry = f"{service}/schedule/{{id:int}}"
        yield self._get(entry, self.entry)
        yield self._write(entry, self.schedule, "POST")
        yield self._write(entry, self.move, "PUT")
        yield self._write(entry, self.unschedule, "DELETE")

    def _calendar_routes(self) -> Iterator[Route]:
        month = "/calendar-service/year/{year:int}/month/{month:int}"
        yield self._get(month, self.month)
        yield self._get(month + "/day/{day:int}/start/{start:int}", self.week)
        yield self._get("/calendar-service/events", self.events)

    # Who asks

    def _get(self, path: str, handler: Handler) -> Route:
        return Route(path, self._signed(handler), methods=["GET"])

    def _write(self, path: str, handler: Handler, method: str) -> Route:
        async def consented(request: Request, account: Account) -> Response:
            if not account.consent:
                return _error(412, "PreconditionFailedException", "User has not given consent")
            return await handler(request, account)

        return Route(path, self._signed(consented), methods=[method])

    def _signed(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            now = self.world.machine_now()
            grant = self.world.tokens.holder("garmin", token, now) if scheme == "Bearer" else None
            if grant is None:
                return _error(401, "NotAuthorizedException", "Token is not active")
            account = self.world.account(grant.athlete)
            account.calendar.plant(self.world.today)
            try:
                return await handler(request, account)
            except Unknown as unknown:
                return _error(404, "NotFoundException", str(unknown))
            except (Invalid, ValueError, KeyError, TypeError) as refused:
                return _error(400, "BadRequestException", str(refused))

        return answer

    # Account

    async def profile(self, _request: Request, account: Account) -> Response:
        name = {"displayName": account.display_name, "userName": account.email}
        return JSONResponse(
            {
                **name,
                "fullName": "Robin Runner",
                "profileId": account.profile_id,
                "id": account.number,
            }
        )

    async def user_settings(self, _request: Request, account: Account) -> Response:
        data = {"measurementSystem": "metric", "gender": None, "timeFormat": "time_twenty_four_hr"}
        return JSONResponse({"id": account.profile_id, "userData": data})

    async def consent(self, _request: Request, account: Account) -> Response:
        option = "opt-in" if account.consent else "opt-out"
        return JSONResponse({"feature": "UPLOAD", "userOption": option})

    async def push(self, request: Request, account: Account) -> Response:
        for message in await request.json():
            account.calendar.workout(int(message["metaDataId"]))
        self.sent_to_devices += 1
        return JSONResponse([{"messageId": self.sent_to_devices, "messageStatus": "new"}])

    async def send(self, _request: Request, _account: Account) -> Response:
        self.sent_to_devices += 1
        return Response(status_code=204)

    # Activities

    async def search(self, request: Request, account: Account) -> Response:
        query = request.query_params
        hidden = query.get("excludeChildren") == "true"
        return JSONResponse(search_rows(account, query, hide_children=hidden, limit=20))

    async def count(self, _request: Request, account: Account) -> Response:
        return JSONResponse({"totalCount": len(list(_present(account)))})

    async def activity(self, request: Request, account: Account) -> Response:
        return JSONResponse(detail_json(account, request.path_params["id"]))

    async def executed(self, request: Request, account: Account) -> Response:
        """The structured workout that was executed, in FIT's conventions; here only its head."""
        activity = recorded(account, request.path_params["id"])
        if activity.workout_id is None:
            return JSONResponse([])
        workout = {"workoutId": activity.workout_id, "workoutName": activity.run.name}
        return JSONResponse([workout])

    async def download(self, request: Request, account: Account) -> Response:
        return await file_of(account, request.path_params["id"])

    # Workouts

    async def workouts(self, request: Request, account: Account) -> Response:
        """Newest first, without steps."""
        query = request.query_params
        start, limit = int(query.get("start", 0)), int(query.get("limit", 20))
        listed = sorted(account.calendar.listed.workouts.values(), key=_workout_id, reverse=True)
        return JSONResponse([head(workout) for workout in listed[start : start + limit]])

    async def workout_count(self, _request: Request, account: Account) -> Response:
        return JSONResponse({"totalCount": len(account.calendar.listed.workouts)})

    async def types(self, _request: Request, _account: Account) -> Response:
        return JSONResponse(
            {
                "workoutSportTypes": _dictionary("sportType", SPORTS),
                "workoutStepTypes": _dictionary("stepType", STEPS),
                "workoutConditionTypes": _dictionary("conditionType", CONDITIONS),
                "workoutTargetTypes": _dictionary("workoutTargetType", TARGETS),
            }
        )

    async def workout(self, request: Request, account: Account) -> Response:
        return JSONResponse(account.calendar.workout(request.path_params["id"]))

    async def create(self, request: Request, account: Account) -> Response:
        return JSONResponse(account.calendar.create(await _understood(request)))

    async def replace(self, request: Request, account: Account) -> Response:
        account.calendar.replace(request.path_params["id"], await _understood(request))
        return Response(status_code=204)

    async def delete(self, request: Request, account: Account) -> Response:
        account.calendar.delete(request.path_params["id"])
        return Response(status_code=204)

    # Schedule: POST takes a workout's id, everything else a schedule's

    async def schedule(self, request: Request, account: Account) -> Response:
        day = date.fromisoformat((await request.json())["date"])
        today = self.world.today
        entry = account.calendar.schedule(request.path_params["id"], day, today=today)
        return JSONResponse(_entry(account, entry.id))

    async def entry(self, request: Request, account: Account) -> Response:
        return JSONResponse(_entry(account, request.path_params["id"]))

    async def move(self, request: Request, account: Account) -> Response:
        body = await request.json()
        day = date.fromisoformat(body["calendarDate"])
        account.calendar.move(request.path_params["id"], day)
        return Response(status_code=204)

    async def unschedule(self, request: Request, account: Account) -> Response:
        account.calendar.unschedule(request.path_params["id"])
        return Response(status_code=204)

    # Calendar

    async def month(self, request: Request, account: Account) -> Response:
        """The month counts from 0; the page shows the neighbours' days too."""
        year, month = request.path_params["year"], request.path_params["month"]
        first, last = grid(year, month)
        return JSONResponse(_page(account, first, last, year=year, month=month))

    async def events(self, request: Request, account: Account) -> Response:
        """Races and other events between two days, in full."""
        first, last = (request.query_params[name] for name in ("startDate", "endDate"))
        told = [event_json(e) for e in account.calendar.events if first <= e["date"] <= last]
        return JSONResponse(told)

    async def week(self, request: Request, account: Account) -> Response:
        path = request.path_params
        day = date(path["year"], path["month"] + 1, path["day"])
        first = day - timedelta(days=day.weekday())
        last = first + timedelta(days=6)
        return JSONResponse(_page(account, first, last, year=path["year"], month=path["month"]))


def _present(account: Account) -> Iterator[RecordedRun]:
    return (activity for activity in account.activities if "garmin" not in activity.gone)


def _found(account: Account, query: Any) -> Iterator[RecordedRun]:
    """Oldest first; days are the athlete's, both ends included."""
    first, last = query.get("startDate", "0000"), query.get("endDate", "9999")
    wanted = query.get("activityType")
    for activity in _present(account):
        if not first <= activity.local_day.isoformat() <= last:
            continue
        if wanted in (None, "", "running") or wanted == activity.garmin_type[1]:
            yield activity


def search_rows(
    account: Account, query: Any, *, hide_children: bool, limit: int
) -> list[dict[str, Any]]:
    """A page, newest first unless asked otherwise. Parents stand beside their legs."""
    found = list(_found(account, query))
    parents = _parents(account)
    rows = [
        garmin_json.row(activity, parent_id=parent)
        for activity in found
        if (parent := parents.get(activity.garmin_id)) is None or not hide_children
    ]
    rows += [garmin_json.parent_row(one) for one in account.multisports if one.legs[0] in found]
    rising = query.get("sortOrder") == "asc"
    rows.sort(key=lambda row: (row["startTimeGMT"], row["activityId"]), reverse=not rising)
    start = int(query.get("start", 0))
    return rows[start : start + int(query.get("limit", limit))]


def detail_json(account: Account, garmin_id: int) -> dict[str, Any]:
    for one in account.multisports:
        if one.garmin_id == garmin_id:
            return garmin_json.parent_detail(one)
    parent = _parents(account).get(garmin_id)
    return garmin_json.detail(recorded(account, garmin_id), parent_id=parent)


def _parents(account: Account) -> dict[int, int]:
    """Of each leg of a multisport activity the id of the whole."""
    return {leg.garmin_id: one.garmin_id for one in account.multisports for leg in one.legs}


async def file_of(account: Account, garmin_id: int) -> Response:
    activity = recorded(account, garmin_id)
    if activity.is_manual:
        raise Unknown("No file for a manual activity")
    archive = await run_in_threadpool(lambda: activity.archive)
    return Response(archive, media_type="application/x-zip-compressed")


def recorded(account: Account, garmin_id: int) -> RecordedRun:
    for activity in _present(account):
        if activity.garmin_id == garmin_id:
            return activity
    raise Unknown("Activity not found")


def _entry(account: Account, schedule_id: int) -> dict[str, Any]:
    calendar = account.calendar
    entry = calendar.entry(schedule_id)
    workout = calendar.workout(entry.workout_id)
    return entry_json(entry, workout, owner_id=calendar.owner_id)


def _page(account: Account, first: date, last: date, *, year: int, month: int) -> dict[str, Any]:
    calendar = account.calendar
    done = [
        garmin_json.calendar_item(activity)
        for activity in _present(account)
        if first <= activity.local_day <= last
    ]
    others = [*done, *calendar.notes, *calendar.events]
    return month_json(calendar.listed, others, first=first, last=last, year=year, month=month)


async def _understood(request: Request) -> dict[str, Any]:
    """The workout that was sent, or what a fault makes of it."""
    sent: dict[str, Any] = await request.json()
    for segment in sent.get("workoutSegments") or ():
        steps = segment.get("workoutSteps") or []
        segment["workoutSteps"] = misread(steps, request.scope.get(MISREAD, ""), GARMIN)
    return sent


def _workout_id(workout: dict[str, Any]) -> int:
    return int(workout["workoutId"])


def _dictionary(prefix: str, names: dict[int, str]) -> list[dict[str, Any]]:
    return [{f"{prefix}Id": number, f"{prefix}Key": key} for number, key in names.items()]


def _error(status: int, kind: str, message: str) -> Response:
    return JSONResponse({"message": message, "error": kind}, status)
