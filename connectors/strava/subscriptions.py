"""The application's webhook subscription; Strava allows one.

Not stravalib's: its delete sends the credentials as a form, which Strava ignores, and its handshake
check is an assertion. The receiver must be reachable before one is made: Strava calls it while the
request is open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from connectors.calls import ask
from connectors.errors import Refused, Unavailable
from connectors.strava.errors import of_response
from connectors.strava.oauth import api_url


@dataclass(frozen=True, slots=True)
class Subscription:
    id: str
    callback_url: str


def subscribed(
    settings: Mapping[str, str], callback_url: str, verify_token: str, *, now: datetime
) -> Subscription:
    """The one subscription, leading to `callback_url`: found, or made in the place of another.

    Safe to repeat. `verify_token` is what the receiver was opened with.
    """
    for one in listed(settings, now):
        if one.callback_url == callback_url:
            return one
        delete(settings, one.id, now)
    return create(settings, callback_url, verify_token, now=now)


def create(
    settings: Mapping[str, str], callback_url: str, verify_token: str, *, now: datetime
) -> Subscription:
    """Raises Refused when there is one already, or when our address did not answer Strava."""
    form = {**_identity(settings), "callback_url": callback_url, "verify_token": verify_token}
    answer = ask("POST", _address(settings), service="Strava", data=form)
    if answer.status_code == 400:
        raise Refused(
            f"{of_response(answer, now)}. Strava must reach {callback_url} from the internet."
        )
    made = _content(answer, now)
    if not isinstance(made, dict) or "id" not in made:
        raise Unavailable("Strava did not name the subscription it made")
    return Subscription(str(made["id"]), callback_url)


def listed(settings: Mapping[str, str], now: datetime) -> tuple[Subscription, ...]:
    found = _content(
        ask("GET", _address(settings), service="Strava", params=_identity(settings)), now
    )
    if not isinstance(found, list):
        raise Unavailable("Strava did not list its subscriptions")
    return tuple(Subscription(str(one["id"]), str(one.get("callback_url", ""))) for one in found)


def delete(settings: Mapping[str, str], subscription_id: str, now: datetime) -> None:
    """Already gone is success. The credentials go into the query: Strava asks for that."""
    address = f"{_address(settings)}/{subscription_id}"
    answer = ask("DELETE", address, service="Strava", params=_identity(settings))
    if answer.status_code != 404:
        _content(answer, now)


def _content(answer: requests.Response, now: datetime) -> Any:
    if answer.status_code >= 400:
        raise of_response(answer, now)
    try:
        return answer.json() if answer.content else None
    except ValueError as error:
        raise Unavailable("Strava answered with something that is not JSON") from error


def _address(settings: Mapping[str, str]) -> str:
    return f"{api_url(settings)}/push_subscriptions"


def _identity(settings: Mapping[str, str]) -> dict[str, str]:
    return {
        "client_id": settings.get("strava_client_id", ""),
        "client_secret": settings.get("strava_client_secret", ""),
    }
