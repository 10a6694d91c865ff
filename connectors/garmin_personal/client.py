"""gcpapi-sync's client with our tokens: one key, exchanged once a day for everybody.

The library would look for a key in the environment and keep its token in a file that it shares with
Garmin's own program. Here both are in the TokenStore; the library is given the token and no key, so
that it exchanges nothing by itself, and it repeats nothing: that is ours to decide.
"""

import re
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import httpx
from gcpapi_sync import GarminClient, RetryConfig

from connectors.calls import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, hooks_for, patiently
from connectors.errors import SignInNeeded, Unavailable
from connectors.garmin_personal.errors import (
    KEY_EXPIRED,
    REMEDY,
    Gone,
    TokenRefused,
    personal_errors,
)
from connectors.ports import Link
from connectors.tokens import fresh

API_URL = "https://personal.connectapi.garmin.com"
MARGIN_S = 300.0  # what is left of a token when it is exchanged
TOKEN = re.compile(r"[\x21-\x7e]{8,8192}")
NEVER_AGAIN = RetryConfig(max_retries=0)


class Wire:
    """The library's reads, with faults as the four errors, repeated patiently. Close it."""

    def __init__(self, link: Link, clock: Callable[[], datetime]) -> None:
        self._link = link
        self._clock = clock
        self._base = link.settings.get("garmin_personal_api_url") or API_URL
        self._http = httpx.Client(
            timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            verify=_certificates(),
            event_hooks=hooks_for(link.meter),
        )
        self._token: str | None = None
        self._refused: str | None = None
        self._made: str | None = None

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **query: str) -> Any:
        """JSON; None for an answer without a body. Raises Gone."""
        return self._read(lambda client: client.get_json(path, tuple(query.items())))

    def find(self, path: str, **query: str) -> Any:
        """The same, and None for what is not there."""
        try:
            return self.get(path, **query)
        except Gone:
            return None

    def archive(self, activity_id: int) -> bytes:
        """The ZIP with the original file. Raises Gone."""
        return self._read(lambda client: client.download_activity_zip(activity_id))

    def _read[T](self, call: Callable[[GarminClient], T]) -> T:
        try:
            return patiently(lambda: self._once(call))
        except TokenRefused:
            self._refused = self._token
        try:
            return patiently(lambda: self._once(call))
        except TokenRefused as again:
            raise Unavailable("Garmin's personal API refuses the token it has just made") from again

    def _once[T](self, call: Callable[[GarminClient], T]) -> T:
        self._token = self._access_token()
        with personal_errors(self._clock):
            return call(self._client(access_token=self._token))

    def _access_token(self) -> str:
        """What was just made is taken as good: clocks that differ must not exchange for ever."""

        def good(tokens: Mapping[str, str]) -> bool:
            token = tokens.get("access_token")
            left = float(tokens.get("expires_at") or 0.0) - self._clock().timestamp()
            return token not in {None, self._refused} and (left > MARGIN_S or token == self._made)

        return fresh(self._link.tokens, good, self._exchanged)["access_token"]

    def _exchanged(self, old: Mapping[str, str]) -> Mapping[str, str]:
        """A new token for the key, which stays as it is. 401 here means the key itself."""
        if not old.get("api_key"):
            raise SignInNeeded("Garmin's personal API has no key.", remedy=REMEDY)
        try:
            with personal_errors(self._clock):
                made = self._client(api_key=old["api_key"]).get_access_token(force_refresh=True)
        except TokenRefused as refused:
            raise SignInNeeded(KEY_EXPIRED, remedy=REMEDY) from refused
        if not TOKEN.fullmatch(made.value):
            # The answer is plain text: a page that says sorry would pass for a token for a day.
            raise Unavailable("Garmin's personal API answered the key with something else")
        self._made = made.value
        return {
            **old,
            "access_token": made.value,
            "expires_at": str(made.expires_at.timestamp()),
        }

    def _client(self, **who: str) -> GarminClient:
        return GarminClient(
            **who,  # type: ignore[arg-type] # one of the two strings it takes
            base_url=self._base,
            retry=NEVER_AGAIN,
            http_client=self._http,
        )


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    """Read once a process: it costs more than a request."""
    return httpx.create_ssl_context()
