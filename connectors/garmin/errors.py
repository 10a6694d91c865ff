"""What Garmin's answers mean: the one place where a status becomes one of the four errors.

garminconnect has two styles. Its reads raise one exception per meaning and keep the answer on the
cause; its writes raise a ConnectionError with the answer on it, or the HTTP library's own fault.
Both are read by the status of the answer, wherever it is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import requests
from garminconnect import (
    GarminConnectAuthenticationError,
    GarminConnectConnectionError,
    GarminConnectTooManyRequestsError,
)

from connectors.calls import causes, network_fault, retry_after_s
from connectors.errors import RateLimited, Refused, ServiceError, SignInNeeded, Unavailable

REMEDY = "goalward connect garmin"
CONSENT = (
    "Garmin takes no workouts for this account (412): in the European Union uploading needs the "
    "athlete's consent. Switch it on at https://www.garmin.com/account/privacy ('Device Upload'), "
    "then run `goalward calendar sync`."
)
LIMIT_S = 15 * 60.0  # Garmin seldom says how long; its limits were seen to last about an hour


class Gone(Refused):
    """404: not there."""


@contextmanager
def garmin_errors(clock: Callable[[], datetime], *, writing: bool = False) -> Iterator[None]:
    """Faults of garminconnect and of the HTTP libraries below it become the four errors."""
    try:
        yield
    except (
        GarminConnectAuthenticationError,
        GarminConnectConnectionError,
        GarminConnectTooManyRequestsError,
        OSError,  # what requests and curl_cffi raise
    ) as error:
        raise meaning(error, clock(), writing=writing) from error


def meaning(error: BaseException, now: datetime, *, writing: bool) -> ServiceError:
    """The error it stands for. An unanswered write may have been applied; a refused one was not."""
    chain = causes(error)
    for cause in chain:
        if isinstance(cause, ServiceError):  # renewing the token said it already
            return cause
    for cause in chain:
        answer = getattr(cause, "response", None)
        if getattr(answer, "status_code", None):
            return of_answer(answer, now, writing=writing)
    if isinstance(error, GarminConnectTooManyRequestsError):
        return RateLimited("Garmin asks for a pause", retry_after_s=LIMIT_S)
    if isinstance(error, GarminConnectAuthenticationError) and not _network(chain):
        return SignInNeeded(f"Garmin no longer accepts the sign-in ({error})", remedy=REMEDY)
    return network_fault(error, "Garmin")


def of_answer(answer: Any, now: datetime, *, writing: bool) -> ServiceError:
    """The error that a status of 400 or more stands for."""
    said = told(answer)
    match answer.status_code:
        case 401:
            return SignInNeeded(f"Garmin no longer accepts the sign-in ({said})", remedy=REMEDY)
        case 403:  # as often a wall in front of the service as a refusal behind it
            return Unavailable(f"Garmin turned the request away (403: {said})", applied=False)
        case 404:
            return Gone(f"Garmin has no such thing ({said})")
        case 412:
            return Refused(CONSENT)
        case 427 | 429:
            wait = retry_after_s(answer.headers, now, default=LIMIT_S)
            return RateLimited("Garmin asks for a pause", retry_after_s=wait)
        case status if status >= 500:
            return Unavailable(
                f"Garmin has trouble of its own ({status})", applied=None if writing else False
            )
        case status:
            return Refused(f"Garmin refused ({status}): {said}")


def told(answer: Any) -> str:
    """Garmin's own words, as far as they are words."""
    try:
        content = answer.json()
    except ValueError:
        return str(getattr(answer, "reason", "") or answer.status_code)
    if not isinstance(content, dict):
        return str(answer.status_code)
    return str(content.get("message") or content.get("error") or answer.status_code)[:200]


def _network(chain: list[BaseException]) -> bool:
    return any(isinstance(cause, (requests.RequestException, OSError)) for cause in chain)
