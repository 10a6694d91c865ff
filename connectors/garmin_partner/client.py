"""Requests to Garmin's developer programme, in one athlete's name."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import requests

from connectors.calls import network_fault, patiently, session_to
from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.garmin_partner.addresses import WORKOUTS, api_url, is_ours, kind_of, rest_url
from connectors.garmin_partner.errors import of_response, of_workouts
from connectors.garmin_partner.oauth import access_token
from connectors.ports import Link

LARGEST_ANSWER = 64 * 1024 * 1024  # a day's FIT at one record a second is about 5 MB
CHUNK = 256 * 1024


class Wire:
    """Asks with the athlete's token; renews it once when it is refused."""

    def __init__(self, link: Link, clock: Callable[[], datetime]) -> None:
        self.link = link
        self.clock = clock
        self.rest = rest_url(link.settings)
        self._api = api_url(link.settings)
        self._token = access_token(link, clock())
        # A redirect is never followed: it could lead the athlete's token elsewhere.
        self._session = session_to(self._api, meter=link.meter, kind_of=lambda _, url: kind_of(url))

    def read(self, address: str, **query: Any) -> bytes:
        """The body of an answer; `address` is below `rest`. Raises the four errors."""
        if not is_ours(address, self.rest):
            raise Refused("an address that is not Garmin's is never asked")
        return self._signed(lambda: patiently(lambda: self._once("GET", address, query)))

    def json(self, address: str, **query: Any) -> Any:
        return _json(self.read(address, **query))

    def workouts(self, path: str, **query: Any) -> Any:
        """A read of the Training API; `path` begins with a slash. Gone, NotAllowed are among the
        errors.
        """
        address = self._api + path
        return _json(self._signed(lambda: patiently(lambda: self._once("GET", address, query))))

    def write(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """A write of the Training API, sent once: only a token that was refused is renewed."""
        return _json(self._signed(lambda: self._once(method, self._api + path, {}, body)))

    def _signed(self, ask: Callable[[], bytes]) -> bytes:
        try:
            return ask()
        except SignInNeeded:
            # The token may have been replaced by another process, or taken back by the athlete.
            self._token = access_token(self.link, self.clock(), rejected=self._token)
            return ask()

    def _once(self, method: str, address: str, query: Mapping[str, Any], body: Any = None) -> bytes:
        headers = {"Authorization": f"Bearer {self._token}"}
        mapped = of_workouts if kind_of(address) == WORKOUTS else of_response
        try:
            with self._session.request(
                method,
                address,
                params=query,
                json=body,
                headers=headers,
                stream=True,
                allow_redirects=False,
            ) as answer:
                if answer.status_code >= 300:
                    raise mapped(answer, self.clock())
                return _whole(answer)
        except requests.RequestException as error:
            raise network_fault(error, "Garmin") from error


def _json(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError as error:
        raise Unavailable("Garmin answered with something that is not JSON") from error


def _whole(answer: requests.Response) -> bytes:
    content = bytearray()
    for chunk in answer.iter_content(CHUNK):
        content += chunk
        if len(content) > LARGEST_ANSWER:
            raise Refused(f"Garmin's answer has more than {LARGEST_ANSWER // 1_000_000} MB")
    return bytes(content)
