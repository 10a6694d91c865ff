"""Simulated: a weather service in the shape of open-meteo's."""

import math
from collections.abc import Awaitable, Callable, Iterator
from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from connectors.sandbox.runner import chance
from connectors.sandbox.told import Json, told
from connectors.sandbox.webhooks import Webhooks
from connectors.sandbox.world import World

HOURLY = ("temperature_2m", "dew_point_2m")
AHEAD = timedelta(days=15)  # so far it looks forward
BACK = timedelta(days=92)  # so far the forecast's own address looks back


class WeatherStation:
    """Everything under `/weather`. It writes down what it was asked, to the last digit."""

    def __init__(self, world: World, webhooks: Webhooks) -> None:
        del webhooks  # it tells nobody anything
        self._world = world
        self._asked: list[dict[str, str]] = []
        self._warmer_by = 0.0

    def routes(self) -> Iterator[BaseRoute]:
        """What the service answers."""
        yield Route("/v1/forecast", self._answer(self._forecast_days))
        yield Route("/v1/archive", self._answer(self._archive_days))

    def steering(self) -> Iterator[BaseRoute]:
        """What `Control.post("weather/...")` can do to it."""
        yield Route("/asked", told(self.asked), methods=["POST"])
        yield Route("/warmer", told(self.warmer), methods=["POST"])

    async def asked(self, _request: Request, _body: Json) -> Json:
        """Every question so far, as it came."""
        return {"asked": self._asked}

    async def warmer(self, _request: Request, body: Json) -> Json:
        """Every day is warmer `by` so many degrees from now on: forecasts change."""
        self._warmer_by = float(body["by"])
        return {}

    def _forecast_days(self) -> tuple[date, date]:
        return self._world.today - BACK, self._world.today + AHEAD

    def _archive_days(self) -> tuple[date, date]:
        return date(1940, 1, 1), self._world.today - timedelta(days=2)

    def _answer(
        self, window: Callable[[], tuple[date, date]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            query = dict(request.query_params)
            self._asked.append(query)
            try:
                return JSONResponse(self._hours(query, *window()))
            except (KeyError, ValueError) as error:
                return JSONResponse({"error": True, "reason": str(error)}, 400)

        return answer

    def _hours(self, query: dict[str, str], earliest: date, latest: date) -> dict[str, Any]:
        first, last = (date.fromisoformat(query[name]) for name in ("start_date", "end_date"))
        latitude, longitude = float(query["latitude"]), float(query["longitude"])
        if not earliest <= first <= last <= latest:
            raise ValueError(f"out of allowed range from {earliest} to {latest}")
        wanted = query["hourly"].split(",")
        if not set(wanted) <= set(HOURLY):
            raise ValueError(f"unknown variable in {wanted}")
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        hours = [(day, hour) for day in days for hour in range(24)]
        found = [self._at(latitude, day, hour) for day, hour in hours]
        series = dict(zip(HOURLY, zip(*found, strict=True), strict=True))
        return {
            "latitude": latitude,
            "longitude": longitude,
            "timezone": query.get("timezone", "GMT"),
            "hourly_units": dict.fromkeys(wanted, "°C"),
            "hourly": {
                "time": [f"{day.isoformat()}T{hour:02}:00" for day, hour in hours],
                **{name: series[name] for name in wanted},
            },
        }

    def _at(self, latitude: float, day: date, hour: int) -> tuple[float, float]:
        """Seasons, the hour of the day, and the weather of the day; the dew point below it."""
        random = chance(self._world.seed, "weather", round(latitude, 1), day)
        season = math.cos(2.0 * math.pi * (day.timetuple().tm_yday - 200) / 365.25)
        season = season if latitude >= 0 else -season
        warmth = 27.0 - 0.35 * abs(latitude) + 0.2 * abs(latitude) * season
        hourly = 4.0 * math.cos(2.0 * math.pi * (hour - 15) / 24.0)
        air = warmth + hourly + float(random.normal(0.0, 3.0)) + self._warmer_by
        return round(air, 1), round(air - float(random.uniform(2.0, 9.0)), 1)
