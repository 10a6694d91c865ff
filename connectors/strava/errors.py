"""What Strava's answers mean: the one place where a status becomes one of the four errors."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import requests

from connectors.calls import network_fault, retry_after_s
from connectors.errors import RateLimited, Refused, ServiceError, SignInNeeded, Unavailable

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
QUARTER_S = 15 * 60


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
            wait = retry_after_s(response.headers, now, default=next_window_s(response, now))
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
    errors = [error for error in fault.get("errors") or () if isinstance(error, dict)]
    details = [f"{e.get('resource')}.{e.get('field')}: {e.get('code')}" for e in errors]
    return "; ".join([str(fault.get("message") or response.status_code), *details])


def next_window_s(response: requests.Response, now: datetime) -> float:
    """Until the window that is used up turns: a quarter of an hour, or midnight UTC."""
    headers = response.headers
    return wait_for_window(used_up(headers, reading=True) or "quarter", now)


def used_up(headers: Mapping[str, Any], *, reading: bool) -> str | None:
    """Which window has no request left: "day", "quarter" or None.

    The pair for reads counts for reads beside the overall one. Header values are "quarter,day".
    """
    lower = {key.lower(): value for key, value in headers.items()}
    full: set[str] = set()
    for kind in ("x-ratelimit", "x-readratelimit") if reading else ("x-ratelimit",):
        used, limit = _pair(lower.get(f"{kind}-usage")), _pair(lower.get(f"{kind}-limit"))
        if used and limit:
            full |= {
                window
                for window, u, most in zip(("quarter", "day"), used, limit, strict=True)
                if u >= most
            }
    return "day" if "day" in full else "quarter" if full else None


def wait_for_window(window: str, now: datetime) -> float:
    """Seconds until the quarter of an hour, or the UTC day, is over; a second more for clocks."""
    since_midnight = timedelta(hours=now.hour, minutes=now.minute, seconds=now.second)
    length_s = QUARTER_S if window == "quarter" else 86_400
    return length_s - since_midnight.total_seconds() % length_s + 1.0


def _pair(value: str | None) -> tuple[int, int] | None:
    parts = (value or "").split(",")
    if len(parts) != 2 or not all(part.strip().isdigit() for part in parts):
        return None
    return int(parts[0]), int(parts[1])
