"""Signing in to Strava, staying signed in, and taking leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import requests

from connectors.calls import ask, number
from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.ports import Link
from connectors.strava.errors import REMEDY, of_response, told
from connectors.tokens import fresh, lasts

OAUTH_URL = "https://www.strava.com/oauth"
API_URL = "https://www.strava.com/api/v3"
SCOPES = ("read", "activity:read_all")
MARGIN = timedelta(hours=1)  # Strava hands out a new access token once less than an hour is left
MISSING = {
    "read": "'View your public profile'",
    "activity:read_all": "'View data about your private activities'",
}

type Settings = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Granted:
    """What the athlete agreed to. `tokens` is for the TokenStore."""

    tokens: Mapping[str, str]
    athlete_id: str
    athlete_name: str
    scope: frozenset[str]


def authorize_url(settings: Settings, redirect_uri: str, state: str) -> str:
    """Where the athlete's browser is to be sent. `state` comes back with the code."""
    query = {
        "client_id": _required(settings, "strava_client_id"),
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "approval_prompt": "auto",
        "scope": ",".join(SCOPES),
        "state": state,
    }
    return f"{_oauth_url(settings)}/authorize?{urlencode(query)}"


def exchange(settings: Settings, code: str, now: datetime, *, scope: str | None = None) -> Granted:
    """The code of the callback for tokens. `scope` is what the callback's query says was ticked.

    Raises Refused when a permission is missing, saying which, in Strava's words to the athlete.
    """
    answer = _token(settings, now, grant_type="authorization_code", code=code)
    said = str(answer.get("scope") or scope or "")
    granted = frozenset(said.replace(",", " ").split())
    lacking = [MISSING[wanted] for wanted in SCOPES if wanted not in granted]
    if lacking:
        raise Refused(
            f"Strava was connected without {' and '.join(lacking)}. "
            "Connect again and leave every box ticked: without it private runs stay unseen."
        )
    athlete = answer.get("athlete") or {}
    if not athlete.get("id"):
        raise Unavailable("Strava did not say whose account was connected")
    name = " ".join(str(athlete[k]) for k in ("firstname", "lastname") if athlete.get(k))
    return Granted(
        _tokens(answer), str(athlete["id"]), name or str(athlete.get("username") or ""), granted
    )


def access_token(link: Link, now: datetime, *, rejected: str | None = None) -> str:
    """A token good for an hour at least; `rejected` is one that Strava has just refused."""

    def good(tokens: Mapping[str, str]) -> bool:
        return lasts(tokens, now + MARGIN, rejected=rejected)

    tokens = fresh(link.tokens, good, lambda old: refreshed(link.settings, old, now))
    return tokens["access_token"]


def refreshed(settings: Settings, tokens: Mapping[str, str], now: datetime) -> Mapping[str, str]:
    """New tokens for old. The old refresh token may be dead afterwards: store these at once."""
    if not tokens.get("refresh_token"):
        raise SignInNeeded("Strava is not signed in", remedy=REMEDY)
    answer = _token(
        settings, now, grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    return {**tokens, **_tokens(answer, kept=tokens["refresh_token"])}


def still_authorised(link: Link, now: datetime) -> bool:
    """Ask Strava, by renewing: an event that says otherwise may come from anybody.

    Raises Unavailable and RateLimited: then nothing is known; nor without tokens to ask with.
    """
    with link.tokens.locked():
        kept = link.tokens.read()
        if not kept.get("refresh_token"):
            raise Refused("Strava cannot be asked whether it is true: no sign-in is kept here")
        try:
            link.tokens.write(refreshed(link.settings, kept, now))
        except SignInNeeded:
            return False
    return True


def revoke(link: Link, now: datetime) -> None:
    """Take the permission back; already revoked is success."""
    tokens = link.tokens.read()
    token = tokens.get("refresh_token") or tokens.get("access_token")
    if not token:
        return
    identity = (
        _required(link.settings, "strava_client_id"),
        _required(link.settings, "strava_client_secret"),
    )
    address = f"{_oauth_url(link.settings)}/revoke"
    answer = ask("POST", address, service="Strava", data={"token": token}, auth=identity)
    if answer.status_code in {400, 401} and "Application" in told(answer):
        raise Refused(_wrong_application())
    if answer.status_code >= 400 and answer.status_code not in {400, 401, 404}:
        raise of_response(answer, now)


def _token(settings: Settings, now: datetime, **grant: str) -> dict[str, Any]:
    """POST to the token address; the athlete's and the application's faults told apart."""
    answer = ask(
        "POST",
        f"{_oauth_url(settings)}/token",
        service="Strava",
        data={
            "client_id": _required(settings, "strava_client_id"),
            "client_secret": _required(settings, "strava_client_secret"),
            **grant,
        },
    )
    if answer.status_code in {400, 401}:
        said = told(answer)
        if "Application" in said:
            raise Refused(_wrong_application())
        raise SignInNeeded(f"Strava no longer accepts the sign-in ({said})", remedy=REMEDY)
    if answer.status_code >= 400:
        raise of_response(answer, now)
    return _json_object(answer)


def _json_object(answer: requests.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not isinstance(content, dict) or not content.get("access_token"):
        raise Unavailable("Strava answered a sign-in with something else than tokens")
    return content


def _tokens(answer: Mapping[str, Any], *, kept: str = "") -> dict[str, str]:
    """A refresh token that is not told anew stays as it is. Without an end, a token is good for
    nothing but one use: then it is renewed the next time.
    """
    return {
        "access_token": str(answer["access_token"]),
        "refresh_token": str(answer.get("refresh_token") or kept),
        "expires_at": str(int(number(answer.get("expires_at")) or 0)),
    }


def _required(settings: Settings, name: str) -> str:
    if not settings.get(name):
        raise Refused(
            f"GOALWARD_{name.upper()} is not set. "
            "Make an application at https://www.strava.com/settings/api and set what it shows."
        )
    return settings[name]


def _wrong_application() -> str:
    return (
        "Strava does not know this application: GOALWARD_STRAVA_CLIENT_ID and "
        "GOALWARD_STRAVA_CLIENT_SECRET do not belong together."
    )


def _oauth_url(settings: Settings) -> str:
    return (settings.get("strava_oauth_url") or OAUTH_URL).rstrip("/")


def api_url(settings: Settings) -> str:
    """Kept in settings: Strava moves its API to another host in 2027, sign-in stays."""
    return (settings.get("strava_api_url") or API_URL).rstrip("/")
