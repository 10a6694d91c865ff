"""What the personal API's answers mean: the one place where a status becomes one of the errors.

Most refusals come without a word of why; the status is what there is to go by.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import httpx
from gcpapi_sync import (
    APIConnectionError,
    APIStatusError,
    ConfigurationError,
    GarminError,
    ResponseValidationError,
)

from connectors.calls import PAUSE_S, causes, limit_in, retry_after_s
from connectors.errors import RateLimited, Refused, ServiceError, SignInNeeded, Unavailable

KEY_PAGE = "https://connect.garmin.com/app/settings/personalApiToken"
REMEDY = f"Make a new key at {KEY_PAGE} and run `goalward connect garmin-personal`."
KEY_EXPIRED = "The key of Garmin's personal API has run out or was deleted (KEY_EXPIRED)."


class Gone(Refused):
    """404: not there."""


class TokenRefused(SignInNeeded):
    """401. A token lives for a day and may end sooner: the key is exchanged once more."""


@contextmanager
def personal_errors(clock: Callable[[], datetime]) -> Iterator[None]:
    """Faults of gcpapi-sync and of the HTTP library below it become the four errors."""
    try:
        yield
    except (GarminError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise meaning(error, clock()) from error


def meaning(error: Exception, now: datetime) -> ServiceError:
    limit = limit_in(error)
    match error:
        case _ if limit:
            return limit
        case APIStatusError():
            return of_answer(error.response, now)
        case APIConnectionError() | httpx.HTTPError():
            return _network_fault(error)
        case ConfigurationError():  # a key of blanks, an address that is none
            return Refused(f"Garmin's personal API cannot be asked: {error}")
        case ResponseValidationError():  # its words quote the answer, which is the athlete's
            return Unavailable("Garmin's personal API answered in no known shape")
        case _:
            return Unavailable(f"Garmin's personal API failed ({type(error).__name__})")


def of_answer(answer: httpx.Response, now: datetime) -> ServiceError:
    """The error that a status of 400 or more stands for."""
    match answer.status_code:
        case 401:
            return TokenRefused("Garmin's personal API accepts this no longer", remedy=REMEDY)
        case 403:  # as often a wall in front of the service as a refusal behind it
            return Unavailable("Garmin's personal API turned the request away (403)", applied=False)
        case 404:
            return Gone("Garmin's personal API has no such thing (404)")
        case 429:
            wait = retry_after_s(answer.headers, now, default=PAUSE_S)
            return RateLimited("Garmin's personal API asks for a pause", retry_after_s=wait)
        case 408 | 425:
            return Unavailable(f"Garmin's personal API did not wait ({answer.status_code})")
        case status if status >= 500:
            return Unavailable(f"Garmin's personal API has trouble of its own ({status})")
        case status:
            return Refused(f"Garmin's personal API refused ({status})")


def _network_fault(error: Exception) -> Unavailable:
    unreached = any(
        isinstance(cause, (httpx.ConnectError, httpx.ConnectTimeout)) for cause in causes(error)
    )
    what = "could not be reached" if unreached else "did not answer"
    return Unavailable(
        f"Garmin's personal API {what} ({type(error).__name__})", applied=not unreached and None
    )
