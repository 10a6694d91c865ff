"""Signing in to Garmin's developer programme (OAuth 2 with PKCE), staying so, and taking leave."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import requests

from connectors.calls import ask, number
from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.garmin_partner.addresses import rest_url
from connectors.garmin_partner.errors import ALLOW, REMEDY, of_response, told
from connectors.ports import Link, Meter, Unmetered
from connectors.tokens import fresh, lasts

CONFIRM_URL = "https://connect.garmin.com/oauth2Confirm"
TOKEN_URL = "https://diauth.garmin.com/di-oauth2-service/oauth/token"  # noqa: S105 - an address
MARGIN = timedelta(minutes=10)  # of a day; Garmin advises to renew well before the end
ACTIVITIES, HEALTH, HISTORY = "ACTIVITY_EXPORT", "HEALTH_EXPORT", "HISTORICAL_DATA_EXPORT"
WORKOUTS = "WORKOUT_IMPORT"
LESS = {HEALTH: "sleep and recovery", HISTORY: "runs from before today"}
LESS_WRITTEN = {WORKOUTS: "workouts on your watch"}

type Settings = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Granted:
    """What the athlete agreed to. `tokens` is for the TokenStore; `lacking` are sentences."""

    tokens: Mapping[str, str]
    athlete_id: str
    permissions: frozenset[str]
    lacking: tuple[str, ...] = ()


def challenge_of(verifier: str) -> str:
    """PKCE, S256 (RFC 7636, 4.2). The verifier has 43 to 128 letters, digits or -._~"""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def authorize_url(settings: Settings, redirect_uri: str, state: str, *, verifier: str) -> str:
    """Where the athlete's browser is to be sent. `state` comes back with the code."""
    query = {
        "client_id": _required(settings, "garmin_partner_client_id"),
        "response_type": "code",
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
        "redirect_uri": redirect_uri,
        "state": state,
    }
    base = settings.get("garmin_partner_api_url")
    return f"{f'{base.rstrip("/")}/oauth2Confirm' if base else CONFIRM_URL}?{urlencode(query)}"


def exchange(
    settings: Settings,
    code: str,
    now: datetime,
    *,
    verifier: str,
    redirect_uri: str,
    calendar: bool = False,
) -> Granted:
    """The code of the callback for tokens, and whose they are. `calendar`: workouts are to be
    written, so it is said if they may not be.

    Raises Refused when the athlete did not allow activities to be read.
    """
    answer = _token(
        settings,
        now,
        grant_type="authorization_code",
        code=code,
        code_verifier=verifier,
        redirect_uri=redirect_uri,
    )
    tokens = _tokens(answer, now)
    token = tokens["access_token"]
    allowed = permissions(settings, token, now)
    if ACTIVITIES not in allowed:
        raise Refused(f"Garmin was connected without activities. {ALLOW}, then connect again.")
    needed = LESS | LESS_WRITTEN if calendar else LESS
    lacking = tuple(
        f"Without {word}: {ALLOW}." for name, word in needed.items() if name not in allowed
    )
    return Granted(tokens, _user_id(settings, token, now), allowed, lacking)


def access_token(link: Link, now: datetime, *, rejected: str | None = None) -> str:
    """A token that is good for a while; `rejected` is one that Garmin has just refused."""

    def good(tokens: Mapping[str, str]) -> bool:
        return lasts(tokens, now + MARGIN, rejected=rejected)

    def renew(old: Mapping[str, str]) -> Mapping[str, str]:
        return refreshed(link.settings, old, now, meter=link.meter)

    return fresh(link.tokens, good, renew)["access_token"]


def refreshed(
    settings: Settings, tokens: Mapping[str, str], now: datetime, *, meter: Meter | None = None
) -> Mapping[str, str]:
    """New tokens for old. The old refresh token is dead afterwards: store these at once."""
    if not tokens.get("refresh_token"):
        raise SignInNeeded("Garmin (partner) is not signed in", remedy=REMEDY)
    answer = _token(
        settings,
        now,
        meter=meter,
        grant_type="refresh_token",
        refresh_token=tokens["refresh_token"],
    )
    return {**tokens, **_tokens(answer, now, kept=tokens["refresh_token"])}


def still_authorised(link: Link, now: datetime) -> bool:
    """Ask Garmin: a notification that says otherwise may come from anybody.

    Raises Unavailable and RateLimited: then nothing is known; nor without tokens to ask with.
    """
    if not any(map(link.tokens.read().get, ("access_token", "refresh_token"))):
        raise Refused("Garmin cannot be asked whether it is true: no sign-in is kept here")
    try:
        token = access_token(link, now)
        try:
            permissions(link.settings, token, now, meter=link.meter)
        except SignInNeeded:
            token = access_token(link, now, rejected=token)
            permissions(link.settings, token, now, meter=link.meter)
    except SignInNeeded:
        return False
    return True


def permissions(
    settings: Settings, token: str, now: datetime, *, meter: Meter | None = None
) -> frozenset[str]:
    """What the athlete allows at this moment."""
    return permissions_in(_read(settings, "user/permissions", token, now, meter=meter))


def permissions_in(found: Any) -> frozenset[str]:
    """In the answer to `user/permissions`."""
    listed = found.get("permissions") if isinstance(found, dict) else found
    if not isinstance(listed, list):
        raise Unavailable("Garmin did not list what the athlete allows")
    return frozenset(map(str, listed))


def revoke(link: Link, now: datetime) -> None:
    """Delete the athlete's registration; already deleted is success."""
    try:
        token = access_token(link, now)
        answer = _call("DELETE", link.settings, "user/registration", token, link.meter)
        if answer.status_code == 401:
            token = access_token(link, now, rejected=token)
            answer = _call("DELETE", link.settings, "user/registration", token, link.meter)
    except SignInNeeded:
        return
    if answer.status_code >= 300 and answer.status_code not in {401, 403, 404}:
        raise of_response(answer, now)


def _user_id(settings: Settings, token: str, now: datetime) -> str:
    found = _read(settings, "user/id", token, now)
    if not isinstance(found, dict) or not found.get("userId"):
        raise Unavailable("Garmin did not say whose account was connected")
    return str(found["userId"])


def _read(
    settings: Settings, path: str, token: str, now: datetime, *, meter: Meter | None = None
) -> Any:
    answer = _call("GET", settings, path, token, meter or Unmetered())
    if answer.status_code >= 300:
        raise of_response(answer, now)
    return _content(answer)


def _call(
    method: str, settings: Settings, path: str, token: str, meter: Meter
) -> requests.Response:
    return ask(
        method,
        f"{rest_url(settings)}/{path}",
        service="Garmin",
        meter=meter,
        kind="ask",
        headers={"Authorization": f"Bearer {token}"},
        allow_redirects=False,
    )


def _token(
    settings: Settings, now: datetime, *, meter: Meter | None = None, **grant: str
) -> dict[str, Any]:
    """POST to the token address; the athlete's and the application's faults told apart."""
    base = settings.get("garmin_partner_api_url")
    answer = ask(
        "POST",
        f"{base.rstrip('/')}/di-oauth2-service/oauth/token" if base else TOKEN_URL,
        service="Garmin",
        meter=meter,
        data={
            "client_id": _required(settings, "garmin_partner_client_id"),
            "client_secret": _required(settings, "garmin_partner_client_secret"),
            **grant,
        },
    )
    if answer.status_code in {400, 401, 403}:
        said = told(answer)
        if "client" in said.lower():
            raise Refused(
                "Garmin does not know this application: GOALWARD_GARMIN_PARTNER_CLIENT_ID and "
                "GOALWARD_GARMIN_PARTNER_CLIENT_SECRET do not belong together."
            )
        raise SignInNeeded(f"Garmin no longer accepts the sign-in ({said})", remedy=REMEDY)
    if answer.status_code >= 300:
        raise of_response(answer, now)
    content = _content(answer)
    if not isinstance(content, dict) or not content.get("access_token"):
        raise Unavailable("Garmin answered a sign-in with something else than tokens")
    return content


def _content(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise Unavailable("Garmin answered with something that is not JSON") from error


def _tokens(answer: Mapping[str, Any], now: datetime, *, kept: str = "") -> dict[str, str]:
    """`expires_in` counts from now, which is a little early: on the safe side. A refresh token that
    is not told anew stays as it is.
    """
    return {
        "access_token": str(answer["access_token"]),
        "refresh_token": str(answer.get("refresh_token") or kept),
        "expires_at": str(int(now.timestamp() + (number(answer.get("expires_in")) or 0))),
    }


def _required(settings: Settings, name: str) -> str:
    if not settings.get(name):
        raise Refused(
            f"GOALWARD_{name.upper()} is not set. Garmin gives it to companies that it has "
            "admitted to its Connect Developer Program; others use `goalward connect garmin`."
        )
    return settings[name]
