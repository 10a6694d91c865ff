"""Tokens of all services: who holds them, until when, and what a refresh does to them."""

import base64
import hashlib
import itertools
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LIVES = {
    "strava": timedelta(hours=6),
    "garmin": timedelta(hours=26),
    "personal": timedelta(hours=24),
    "partner": timedelta(hours=24),
    "intervals": timedelta(days=36_500),  # they end only when the athlete takes them back
}
ONE_HOUR = timedelta(hours=1)
GARMIN_CLIENT_ID = "GARMIN_CONNECT_MOBILE_ANDROID_DI_2025Q2"


@dataclass(frozen=True, slots=True)
class Grant:
    """An access token and the refresh token that goes with it."""

    service: str
    athlete: str
    access_token: str
    refresh_token: str
    expires_at: datetime
    scope: str = ""


class Tokens:
    """Refresh tokens serve once. Random-looking, but the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._count = itertools.count(1)
        self._by_access: dict[str, Grant] = {}
        self._by_refresh: dict[str, Grant] = {}
        self._once: dict[str, tuple[str, str]] = {}

    def grant(
        self,
        service: str,
        athlete: str,
        now: datetime,
        *,
        scope: str = "",
        life: timedelta | None = None,
    ) -> Grant:
        expires_at = now + (LIVES[service] if life is None else life)
        access = self._opaque(f"{service}-access")
        if service in {"garmin", "personal"}:
            access = _jwt(expires_at, access)
        granted = Grant(
            service, athlete, access, self._opaque(f"{service}-refresh"), expires_at, scope
        )
        return self._keep(granted)

    def holder(self, service: str, access_token: str, now: datetime) -> Grant | None:
        grant = self._by_access.get(access_token)
        if grant is None or grant.service != service or grant.expires_at <= now:
            return None
        return grant

    def refresh(self, service: str, refresh_token: str, now: datetime) -> Grant | None:
        """Strava gives the same pair back while more than an hour is left. None: unknown token."""
        grant = self._by_refresh.get(refresh_token)
        if grant is None or grant.service != service:
            return None
        if service == "strava" and grant.expires_at - now > ONE_HOUR:
            return grant
        del self._by_refresh[refresh_token]
        return self.grant(service, grant.athlete, now, scope=grant.scope)

    def scope(self, service: str, athlete: str) -> str:
        """What the newest grant allows."""
        grants = [
            g for g in self._by_access.values() if (g.service, g.athlete) == (service, athlete)
        ]
        return grants[-1].scope if grants else ""

    def behind(self, token: str) -> Grant | None:
        """The grant that either half belongs to, expired or not."""
        return self._by_access.get(token) or self._by_refresh.get(token)

    def revoke(self, service: str, athlete: str) -> None:
        """Everything the athlete ever granted."""
        for known in (self._by_access, self._by_refresh):
            for token, grant in list(known.items()):
                if (grant.service, grant.athlete) == (service, athlete):
                    del known[token]

    def expire(self, service: str, expires_at: datetime) -> None:
        """Every access token of the service now ends at this time. Garmin's say it themselves, so
        a client that holds one learns it only by being refused.
        """
        for known in (self._by_access, self._by_refresh):
            for token, grant in known.items():
                if grant.service == service:
                    known[token] = replace(grant, expires_at=expires_at)

    def once(self, kind: str, athlete: str, detail: str = "") -> str:
        """Something that is good for one use: an authorisation code, a service ticket."""
        token = self._opaque(kind)
        self._once[token] = (athlete, detail)
        return f"ST-{token}" if kind == "ticket" else token

    def redeem(self, token: str) -> tuple[str, str] | None:
        return self._once.pop(token.removeprefix("ST-"), None)

    def _keep(self, grant: Grant) -> Grant:
        self._by_access[grant.access_token] = grant
        self._by_refresh[grant.refresh_token] = grant
        return grant

    def _opaque(self, purpose: str) -> str:
        told = f"{self._seed}:{purpose}:{next(self._count)}"
        return hashlib.sha256(told.encode()).hexdigest()[:40]


def _jwt(expires_at: datetime, identity: str) -> str:
    payload = {
        "exp": int(expires_at.timestamp()),
        "client_id": GARMIN_CLIENT_ID,
        "jti": identity,
    }
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256", "typ": "JWT"}, payload)]
    encoded = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, identity[:16]])
