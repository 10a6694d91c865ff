"""Requests to intervals.icu: signed, counted, never endless, their faults told in four words."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, override

import requests
import tenacity
from requests.auth import AuthBase

from connectors.calls import network_fault, patiently, session_to
from connectors.errors import RateLimited, SignInNeeded, Unavailable
from connectors.intervals.errors import REMEDY, of_response
from connectors.ports import Link

URL = "https://intervals.icu"
AGENT = "Goalward"  # what names itself as a library of Python's is sent away at the door
SHORT_S = 2.0  # the limit is by the second: so long a wait is shorter than coming again
WAITS = 4


class Client:
    """For one athlete, who is number 0 to their own key."""

    def __init__(self, link: Link, clock: Callable[[], datetime]) -> None:
        self._base = (link.settings.get("intervals_api_url") or URL).rstrip("/")
        self.clock = clock
        self._session = session_to(self._base, meter=link.meter)
        self._session.headers["User-Agent"] = AGENT
        sign(self._session, link.tokens.read())

    def json(self, path: str, **query: Any) -> Any:
        """What a read of `/api/v1` and `path` gives. Raises the four errors; Gone,
        NotAllowed and WithheldByService are among them.
        """
        answer = self.read(path, **query)
        try:
            return answer.json()
        except requests.JSONDecodeError as error:
            raise Unavailable("intervals.icu answered with something that is not JSON") from error

    def read(self, path: str, **query: Any) -> requests.Response:
        """An activity takes two requests. Were the second put off, all workers could spend all
        that the limit allows on first ones, and nobody would get to the end.
        """
        return _at_the_limit(lambda: patiently(lambda: self._once("GET", path, query)))

    def write(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """What the answer holds; None if that is no JSON. Sent once: who limits requests has done
        nothing, and is the only one that is asked again. Raises the four errors; Gone, NotAllowed.
        """
        answer = _at_the_limit(lambda: self._once(method, path, query, body))
        try:
            return answer.json()
        except requests.JSONDecodeError:
            return None

    def _once(
        self, method: str, path: str, query: Mapping[str, Any], body: Any = None
    ) -> requests.Response:
        address = f"{self._base}/api/v1{path}"
        try:
            answer = self._session.request(method, address, params=query, json=body)
        except requests.RequestException as error:
            raise network_fault(error, "intervals.icu") from error
        if answer.status_code >= 400:
            raise of_response(answer, self.clock(), writing=method != "GET")
        return answer


def _at_the_limit[T](ask: Callable[[], T]) -> T:
    """Again after a short wait, while it is only the limit that stands in the way."""
    policy = tenacity.Retrying(
        retry=tenacity.retry_if_exception(_is_short),
        wait=_as_told,
        stop=tenacity.stop_after_attempt(WAITS),
        reraise=True,
    )
    return policy(ask)


def _is_short(error: BaseException) -> bool:
    return isinstance(error, RateLimited) and error.retry_after_s <= SHORT_S


def _as_told(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    return error.retry_after_s if isinstance(error, RateLimited) else 0.0


def sign(session: requests.Session, tokens: Mapping[str, str]) -> None:
    """By the athlete's own key, or by the token that they granted to an application."""
    token, key = tokens.get("access_token"), tokens.get("api_key")
    if token:
        session.auth = _Bearer(token)
    elif key:
        session.auth = ("API_KEY", key)
    else:
        raise SignInNeeded("intervals.icu is not signed in", remedy=REMEDY)


class _Bearer(AuthBase):
    """As the session's `auth`, for a plain header would give way to a .netrc."""

    def __init__(self, token: str) -> None:
        self._token = token

    @override
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request
