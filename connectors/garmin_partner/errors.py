"""What the answers of Garmin's developer programme mean: the one place where statuses are read."""

from datetime import datetime

import requests

from connectors.calls import PAUSE_S, retry_after_s
from connectors.errors import RateLimited, Refused, ServiceError, SignInNeeded, Unavailable

REMEDY = "goalward connect garmin-partner"
ALLOW = (
    "Open Garmin Connect, Settings, Connected Apps, this application, and switch on what it asks "
    "for"
)


class Spent(Refused):
    """410, or 404: it was given once, or its 24 hours are over."""


class AlreadyAsked(Refused):
    """409: this stretch of the past was asked for before."""


class NotAllowed(Refused):
    """412: the athlete does not allow this to be read, or written."""


class Gone(Refused):
    """404: a workout, or its day, that is not there any more."""


def of_response(response: requests.Response, now: datetime) -> ServiceError:
    """The error that a status of 300 or more stands for."""
    said = told(response)
    match response.status_code:
        case 401 | 403:
            return SignInNeeded(f"Garmin no longer accepts the sign-in ({said})", remedy=REMEDY)
        case 404 | 410:
            return Spent(f"Garmin gives it only once and for 24 hours ({said})")
        case 409:
            return AlreadyAsked(f"Garmin was asked for that before ({said})")
        case 412:
            return NotAllowed(f"The athlete does not allow Garmin to give this ({said}). {ALLOW}.")
        case 429:
            wait = retry_after_s(response.headers, now, default=PAUSE_S)
            return RateLimited("Garmin's limit of requests is used up", retry_after_s=wait)
        case status if status >= 500:
            return Unavailable(f"Garmin has trouble of its own ({status})")
        case status if status < 400:
            return Unavailable(f"Garmin answered with {status}, which leads elsewhere")
        case status:
            return Refused(f"Garmin refused ({status}): {said}")


def of_workouts(response: requests.Response, now: datetime) -> ServiceError:
    """The same where workouts are written and read."""
    match response.status_code:
        case 404 | 410:
            return Gone(f"Garmin has no such workout ({told(response)})")
        case 409:
            return Refused(f"Garmin refused (409): {told(response)}")
        case 412:
            return NotAllowed(f"Garmin may not take workouts from here for you. {ALLOW}.")
        case _:
            return of_response(response, now)


def told(response: requests.Response) -> str:
    """Garmin's own words, shortened."""
    try:
        fault = response.json()
    except ValueError:
        fault = None
    if isinstance(fault, dict):
        words = fault.get("errorMessage") or fault.get("error_description") or fault.get("error")
        if words:
            return str(words)[:200]
    return response.reason or str(response.status_code)
