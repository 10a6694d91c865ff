"""What Strava's answers mean: the one place where a status becomes one of the four errors."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import requests

from connectors.calls import network_fault, retry_after_s
from connectors.errors import RateLimited, Refused, ServiceError, SignInNeeded, Unavailable
from connectors.ports import Usage

REMEDY = "goalward connect strava"
INACTIVE = (
    "Strava has switched this application off (403 Inactive): since June 2026 the account that "
    "owns the application needs a Strava subscription. Subscribe with that account, then activate "
    "the application again at https://www.strava.com/settings/api."
)
CROWDED = (
    "Strava lets no further athlete use this application. Raise its limit at "
    "https://www.strava.com/settings/api (up to 10 athletes), or disconnect somebody."
)
MOST_WORDS = 300  # letters of what Strava says that are passed on
QUARTER_S, DAY_S = 15 * 60, 86_400


class Gone(Refused):
    """404: not there, or not for this athlete to see."""


@contextmanager
def strava_errors(clock: Callable[[], datetime]) -> Iterator[None]:
    """Faults of requests and of stravalib (which are requests' own) become the four errors."""
    try:
        yield
    except requests.HTTPError as error:  # stravalib's Fault and its kin
        if error.response is None:
            raise network_fault(error, "Strava") from error
        raise of_response(error.response, clock()) from error
    except requests.JSONDecodeError as error:
        raise Unavailable("Strava answered with something that is not JSON") from error
    except requests.RequestException as error:
        raise network_fault(error, "Strava") from error


def of_response(response: requests.Response, now: datetime) -> ServiceError:
    """The error that a status of 400 or more stands for."""
    said = told(response)
    match response.status_code:
        case 401:
            return SignInNeeded(f"Strava no longer accepts the sign-in ({said})", remedy=REMEDY)
        case 403 if "Inactive" in said:
            return Refused(INACTIVE)
        case 403 if "Limit of connected athletes" in said:
            return Refused(CROWDED)
        case 404:
            return Gone(f"Strava has no such thing ({said})")
        case 429:
            wait = retry_after_s(
                response.headers, now, default=next_window_s(response.headers, now)
            )
            return RateLimited("Strava's limit of requests is used up", retry_after_s=wait)
        case status if status >= 500:
            return Unavailable(f"Strava has trouble of its own ({status})")
        case status:
            return Refused(f"Strava refused ({status}): {said}")


def told(response: requests.Response) -> str:
    """Strava's own words: the message, and each error as resource.field: code."""
    try:
        fault = response.json()
    except ValueError:
        return response.reason or str(response.status_code)
    if not isinstance(fault, dict):
        return str(response.status_code)
    listed = fault.get("errors")
    errors = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    details = [f"{e.get('resource')}.{e.get('field')}: {e.get('code')}" for e in errors]
    return "; ".join([str(fault.get("message") or response.status_code), *details])[:MOST_WORDS]


def next_window_s(headers: Mapping[str, str], now: datetime) -> float:
    """Until the window that is used up turns: a quarter of an hour, or midnight UTC."""
    full = [each.limit for each in usage_of(headers) if (each.used or 0) >= (each.calls or 0)]
    by_day = any(limit.endswith("day") for limit in full)
    return wait_for_window(DAY_S if by_day else QUARTER_S, now)


def kind_of(_method: str, url: str) -> str:
    """Strava counts as a read whatever is no upload."""
    return "" if "/uploads" in url else "read"


def usage_of(headers: Mapping[str, str]) -> list[Usage]:
    """What every answer says of the limits. Header values are "quarter,day"."""
    lower = {key.lower(): value for key, value in headers.items()}
    told = []
    for header, prefix in (("x-ratelimit", ""), ("x-readratelimit", "read_")):
        used, limit = _pair(lower.get(f"{header}-usage")), _pair(lower.get(f"{header}-limit"))
        for place, window in enumerate(("short", "day")):
            if used and limit:
                told.append(Usage(f"{prefix}{window}", used=used[place], calls=limit[place]))
    return told


def wait_for_window(length_s: int, now: datetime) -> float:
    """Seconds until the quarter of an hour, or the UTC day, is over; a second more for clocks."""
    return length_s - now.timestamp() // 1 % length_s + 1.0


def _pair(value: str | None) -> tuple[int, int] | None:
    parts = (value or "").split(",")
    if len(parts) != 2 or not all(part.strip().isdigit() for part in parts):
        return None
    return int(parts[0]), int(parts[1])
