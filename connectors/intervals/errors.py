"""What intervals.icu's answers mean: the one place where a status becomes one of four errors."""

from datetime import datetime

import requests

from connectors.calls import retry_after_s
from connectors.errors import RateLimited, Refused, ServiceError, SignInNeeded, Unavailable

REMEDY = "goalward connect intervals"
PAUSE_S = 5.0  # after a 429 that does not say how long; the limit is by the second


class Gone(Refused):
    """404: not there, or not this athlete's."""


class WithheldByService(Refused):
    """422: intervals.icu has it and may not pass it on."""


class NotAllowed(SignInNeeded):
    """403: the key is known, and not for this. What else it is for still works."""


def of_response(
    response: requests.Response, now: datetime, *, writing: bool = False
) -> ServiceError:
    """The error that a status of 400 or more stands for."""
    match response.status_code:
        case 401:
            said = "intervals.icu no longer accepts the key"
            return SignInNeeded(f"{said} ({told(response)})", remedy=REMEDY)
        case 403:
            said = "intervals.icu does not allow this with the key it was given"
            return NotAllowed(f"{said} ({told(response)})", remedy=REMEDY)
        case 404:
            return Gone(f"intervals.icu has no such thing ({told(response)})")
        case 422 if not writing:
            return WithheldByService(f"intervals.icu does not give it ({told(response)})")
        case 429:
            wait = retry_after_s(response.headers, now, default=PAUSE_S)
            return RateLimited("intervals.icu wants fewer requests", retry_after_s=wait)
        case status if status >= 500:
            return Unavailable(f"intervals.icu has trouble of its own ({status})")
        case status:
            return Refused(f"intervals.icu refused ({status}): {told(response)}")


def told(response: requests.Response) -> str:
    """Its own words, if there are any."""
    try:
        fault = response.json()
    except ValueError:
        fault = None
    said = fault.get("error") if isinstance(fault, dict) else None
    return str(said or response.reason or response.status_code)[:200]
