"""What Garmin says of days and nights, in the ranges of both of its interfaces."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sandbox import garmin_json
from connectors.sandbox.recorded import DEVICE_ID
from connectors.sandbox.wellness import Night, nights, strain_of, synced_at
from connectors.sandbox.world import Account, World

ENDS = ("start", "end")
OWNED_DAYS = 400  # for how long there has been a watch


class GarminWellness:
    """Handlers for whoever lets a request in. Days are the athlete's."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def last_device(self, _request: Request, account: Account) -> Response:
        return JSONResponse(
            {
                "userDeviceId": DEVICE_ID,
                "lastUsedDeviceName": "Forerunner 265",
                "lastUsedDeviceUploadTime": round(self._synced_at(account).timestamp() * 1000),
            }
        )

    async def summary(self, request: Request, account: Account) -> Response:
        """Of one day; the last sync only in that of the current day, by either clock."""
        day = date.fromisoformat(request.query_params["calendarDate"])
        told: dict[str, Any] = {"calendarDate": day.isoformat(), "restingHeartRate": None}
        for night in self._nights(account, day, day):
            told["restingHeartRate"] = night.resting_heart_rate_bpm
        if day in {self._world.today, self._world.machine_now().date()}:
            told["lastSyncTimestampGMT"] = _written(self._synced_at(account))
        return JSONResponse(told)

    async def summaries(self, request: Request, account: Account) -> Response:
        return self._in_query(
            request, account, lambda rows: {"data": rows}, garmin_json.daily_summary
        )

    async def sleep_summaries(self, request: Request, account: Account) -> Response:
        return self._in_query(request, account, list, garmin_json.night)

    async def sleep_statistics(self, request: Request, account: Account) -> Response:
        rows = [garmin_json.sleep_statistic(night) for night in self._in_path(request, account)]
        return JSONResponse({"overallStats": {}, "individualStats": rows})

    async def hrv(self, request: Request, account: Account) -> Response:
        """One night; 204 without a body when there is none."""
        day = date.fromisoformat(request.path_params["day"])
        for night in self._nights(account, day, day):
            return JSONResponse({"hrvSummary": garmin_json.hrv_summary(night), "hrvReadings": []})
        return Response(status_code=204)

    async def hrv_range(self, request: Request, account: Account) -> Response:
        rows = [garmin_json.hrv_summary(night) for night in self._in_path(request, account)]
        return JSONResponse({"hrvSummaries": rows}) if rows else Response(status_code=204)

    async def readiness(self, request: Request, account: Account) -> Response:
        found = self._in_path(request, account)
        return JSONResponse([row for night in found for row in garmin_json.readiness(night)])

    def _in_path(self, request: Request, account: Account) -> list[Night]:
        first, last = (date.fromisoformat(request.path_params[key]) for key in ("first", "last"))
        return self._nights(account, first, last)

    def _in_query(
        self,
        request: Request,
        account: Account,
        whole: Callable[[list[Any]], Any],
        row: Callable[[Night], Any],
    ) -> Response:
        first, last = (date.fromisoformat(request.query_params[f"{key}Date"]) for key in ENDS)
        return JSONResponse(whole([row(night) for night in self._nights(account, first, last)]))

    def _nights(self, account: Account, first: date, last: date) -> list[Night]:
        """Nothing of a night before the watch has synced after it, or before it was bought."""
        first = max(first, self._world.today - timedelta(days=OWNED_DAYS))
        last = min(last, account.watch.last_day(self._world.today))
        strain = strain_of(account.runner, account.activities)
        return list(nights(account.runner, account.watch, strain, first=first, last=last))

    def _synced_at(self, account: Account) -> datetime:
        today = self._world.today
        return synced_at(account.runner, account.watch, account.activities, today=today)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.0")
