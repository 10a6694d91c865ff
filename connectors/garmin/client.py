"""Making garminconnect's client: the one place that knows its private names.

Its version is pinned exactly for that, and a name that is gone is told when a connection is opened.
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, override

import garminconnect
from garminconnect.client import Client

from connectors.calls import Metered, one_kind, patiently, pooled, tells_nothing
from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.garmin.errors import REMEDY, garmin_errors, of_answer
from connectors.ports import Link, Meter, TokenStore
from connectors.tokens import fresh

PRIVATE = (
    "_api_session",
    "_connect",
    "_connectapi",
    "_di_token_post",
    "_di_token_url",
    "_refresh_session",
    "_sso",
    "_token_lock",
)
TOKENS = ("di_token", "di_refresh_token", "di_client_id")

# Every fault is told once, as one of the four errors; the library would print a traceback as well.
logging.getLogger("garminconnect").setLevel(logging.CRITICAL)


class Wire:
    """The library's calls, with faults as the four errors, and reads repeated patiently."""

    def __init__(self, garmin: Any, clock: Callable[[], datetime]) -> None:
        self.garmin = garmin
        self._clock = clock

    def read[T](self, call: Callable[[], T]) -> T:
        def once() -> T:
            with garmin_errors(self._clock):
                return call()

        return patiently(once)

    def write[T](self, call: Callable[[], T]) -> T:
        with garmin_errors(self._clock, writing=True):
            return call()


class StoredClient(Client):  # type: ignore[misc] # the library is not typed
    """A client whose tokens live in a TokenStore.

    The library renews by itself, in memory and for one process. Garmin's refresh tokens work once:
    here renewal is under the store's lock, and stored before it is used.
    """

    def __init__(self, store: TokenStore, now: Callable[[], datetime]) -> None:
        super().__init__(domain="garmin.com")
        self._store = store
        self._now = now
        self._take(store.read())

    def _take(self, tokens: Mapping[str, str]) -> None:
        self.di_token, self.di_refresh_token, self.di_client_id = map(tokens.get, TOKENS)
        if not self.di_token:
            raise SignInNeeded("Garmin is not signed in", remedy=REMEDY)

    @override
    def _refresh_session(self) -> None:
        """Called by the library before a token expires and after Garmin refused one (401)."""
        with self._token_lock:
            worn = self.di_token
            self._take(
                fresh(self._store, lambda kept: kept.get("di_token") not in {None, worn}, self._new)
            )

    def _new(self, old: Mapping[str, str]) -> Mapping[str, str]:
        refresh_token, client_id = old.get("di_refresh_token"), old.get("di_client_id")
        if not refresh_token or not client_id:
            raise SignInNeeded("Garmin's sign-in has run out", remedy=REMEDY)
        form = {
            "grant_type": "refresh_token",
            "client_id": client_id,
            "refresh_token": refresh_token,
        }
        with garmin_errors(self._now, writing=True):
            answer = self._di_token_post(client_id, "application/json", form)
        if answer.status_code in {400, 401}:
            raise SignInNeeded("Garmin's sign-in has run out or was taken back", remedy=REMEDY)
        if answer.status_code >= 400:
            raise of_answer(answer, self._now(), writing=True)
        try:
            made = json.loads(answer.content)
            token = str(made["access_token"])
        except (ValueError, KeyError, TypeError) as error:
            raise Unavailable(
                "Garmin answered a renewal with something else than tokens"
            ) from error
        return {
            **old,
            "di_token": token,
            "di_refresh_token": str(made.get("refresh_token") or refresh_token),
            "di_client_id": self._extract_client_id_from_jwt(token) or client_id,
        }


def signed_in(link: Link, clock: Callable[[], datetime]) -> Any:
    """A `garminconnect.Garmin` that speaks for the athlete. No network."""
    garmin = unsigned(link.settings)
    client = directed(StoredClient(link.tokens, clock), link.settings)
    garmin.client = metered(client, link.meter)
    return garmin


def metered(client: Any, meter: Meter) -> Any:
    """The client, each of whose requests is told to `meter` first."""
    address = client._connectapi  # noqa: SLF001 - its presence was checked
    for place in ("https://", "http://", address):  # the first two: where Garmin sends us on to
        through = Metered(pooled(place, place), meter, one_kind, tells_nothing)
        client._api_session.mount(place, through)  # noqa: SLF001 - the same
    return client


def unsigned(settings: Mapping[str, str], **options: Any) -> Any:
    """A `garminconnect.Garmin` without tokens: for signing in. Retries are ours, not its."""
    garmin = garminconnect.Garmin(retry_attempts=0, **options)
    directed(garmin.client, settings)
    return garmin


def directed(client: Any, settings: Mapping[str, str]) -> Any:
    """The client, sent to `garmin_api_url` when that is set, on the shared pool of connections."""
    lost = [name for name in PRIVATE if not hasattr(client, name)]
    if lost:
        raise Refused(
            f"This version of garminconnect has no {', '.join(lost)}; install the pinned one."
        )
    base = settings.get("garmin_api_url", "").rstrip("/")
    if base:
        client._connectapi = client._sso = client._connect = base  # noqa: SLF001 - checked above
        client._di_token_url = f"{base}/di-oauth2-service/oauth/token"  # noqa: SLF001 - the same
    address = client._connectapi  # noqa: SLF001 - the same
    client._api_session.mount(address, pooled(address, address))  # noqa: SLF001 - the same
    return client
