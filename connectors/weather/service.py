"""A weather service in the shape of open-meteo's: hours of a place, means of a day."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import requests

from connectors.calls import PAUSE_S, network_fault, patiently, retry_after_s, session_to
from connectors.errors import RateLimited, Refused, ServiceError, Unavailable
from connectors.ports import Link
from planning.weather import Place, RunningHours, Weather

SOURCE = "weather"
FORECAST_BACK = timedelta(days=60)  # what is older is asked of the archive
COLDEST_C, WARMEST_C = -90.0, 60.0  # ever measured on earth


class WeatherService:
    """`hours`: those of which a day's value is the mean, by the clocks at the place."""

    def __init__(self, link: Link, clock: Callable[[], datetime], hours: RunningHours) -> None:
        url = link.settings.get("weather_api_url")
        if not url:
            raise Refused("GOALWARD_WEATHER_API_URL is not set, so no weather is known.")
        self._url = url.rstrip("/")
        self._clock = clock
        self._hours = hours
        self._session = session_to(self._url, meter=link.meter)

    def weather(self, place: Place, first: date, last: date) -> Sequence[Weather]:
        """The place is rounded once more: no finer one leaves this machine."""
        near = Place.near(place.latitude, place.longitude)
        is_old = last < self._clock().date() - FORECAST_BACK
        query = {
            "latitude": f"{near.latitude:.1f}",
            "longitude": f"{near.longitude:.1f}",
            "start_date": first.isoformat(),
            "end_date": last.isoformat(),
            "hourly": "temperature_2m,dew_point_2m",
            "timezone": "auto",
        }
        address = f"{self._url}/v1/{'archive' if is_old else 'forecast'}"
        told = patiently(lambda: self._ask(address, query))
        return [one for one in days_of(told, near, self._hours) if first <= one.day <= last]

    def _ask(self, address: str, query: Mapping[str, str]) -> Any:
        try:
            answer = self._session.get(address, params=query)
        except requests.RequestException as error:
            raise network_fault(error, "The weather service") from error
        if answer.status_code != 200:
            raise of_response(answer, self._clock())
        try:
            return answer.json()
        except requests.JSONDecodeError as error:
            raise Unavailable("The weather service answered with no JSON") from error


def of_response(response: requests.Response, now: datetime) -> ServiceError:
    """The error that any status but 200 stands for: the one place."""
    match response.status_code:
        case 429:
            wait = retry_after_s(response.headers, now, default=PAUSE_S)
            return RateLimited("The weather service wants fewer requests", retry_after_s=wait)
        case status if status >= 500:
            return Unavailable(f"The weather service has trouble of its own ({status})")
        case status:
            return Refused(
                f"The weather service refused ({status}): {_reason(response)}. "
                "Look at GOALWARD_WEATHER_API_URL."
            )


def days_of(told: object, place: Place, hours: RunningHours) -> list[Weather]:
    """The mean over `hours` of each day; days without a temperature then are left out.

    Raises Unavailable for what has another shape.
    """
    air: dict[date, list[float]] = {}
    dew: dict[date, list[float]] = {}
    for at, temperature_c, dew_point_c in _rows(told):
        if at.hour in hours and temperature_c is not None:
            air.setdefault(at.date(), []).append(temperature_c)
            if dew_point_c is not None:
                dew.setdefault(at.date(), []).append(dew_point_c)
    return [
        Weather(
            source=SOURCE,
            day=day,
            temperature_c=_mean(air[day]),
            dew_point_c=_mean(dew[day]) if day in dew else None,
            place=place,
        )
        for day in sorted(air)
    ]


def _rows(told: object) -> list[tuple[datetime, float | None, float | None]]:
    try:
        hourly = told["hourly"]  # type: ignore[index]  # what it is not is caught below
        times = [datetime.fromisoformat(at) for at in hourly["time"]]
        air = hourly["temperature_2m"]
        dew = hourly.get("dew_point_2m") or [None] * len(times)
        rows = zip(times, map(_degrees, air), map(_degrees, dew), strict=True)
        return list(rows)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Unavailable("The weather service answered in no known shape") from error


def _degrees(value: object) -> float | None:
    """Raises ValueError or TypeError for what cannot be degrees Celsius."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(value)
    if not COLDEST_C <= value <= WARMEST_C:  # nor NaN
        raise ValueError(value)
    return float(value)


def _mean(values: Sequence[float]) -> float:
    return round(math.fsum(values) / len(values), 1) + 0.0


def _reason(response: requests.Response) -> str:
    try:
        told = response.json()
    except ValueError:
        told = None
    said = told.get("reason") if isinstance(told, dict) else None
    return str(said or response.reason or "no reason given")[:200].rstrip(".")
