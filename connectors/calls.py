"""What connectors that speak HTTP have in common: time-outs, pools, patience, reading of faults.

A connector maps statuses to the four errors itself, in one place of its own; here is only what HTTP
says and no service.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, override

import requests
import tenacity
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from connectors.errors import Unavailable

CONNECT_TIMEOUT_S = 3.05  # just over a TCP retransmission
READ_TIMEOUT_S = 20.0
TIMEOUTS = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
PATIENCE_S = 10.0  # the longest that one call may wait inside a thread


class Rebased(HTTPAdapter):
    """Sends what is addressed to `prefix` to `base` instead, never without a time-out.

    Client libraries carry their service's address as a constant; this is how a simulation, or a
    service that moves to a new host, is reached without touching them.
    """

    def __init__(self, prefix: str, base: str, *, timeouts: tuple[float, float] = TIMEOUTS) -> None:
        super().__init__()
        self.timeouts = timeouts
        self.prefix = prefix.rstrip("/")
        self.base = base.rstrip("/")

    @override
    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        url = request.url or ""
        if self.base != self.prefix and url.startswith(self.prefix):
            request.url = self.base + url.removeprefix(self.prefix)
            # The session chose a proxy by the old address.
            options["proxies"] = get_environ_proxies(request.url)
        options["timeout"] = options.get("timeout") or self.timeouts
        return super().send(request, *args, **options)


@lru_cache(maxsize=32)
def pooled(prefix: str, base: str) -> Rebased:
    """One adapter, so one pool of kept-alive connections, per address and process.

    Connections are opened for each piece of work; a TLS handshake each time would cost more than
    the work. Pools are safe between threads, sessions are not: sessions are made anew.
    """
    return Rebased(prefix, base)


def session_to(base: str, *, instead_of: str | None = None) -> requests.Session:
    """A fresh session on the shared pool of `base`. Do not close it: that empties the pool."""
    session = requests.Session()
    prefix = instead_of or base
    session.mount(prefix, pooled(prefix, base))
    return session


def ask(method: str, url: str, **options: Any) -> requests.Response:
    """One plain request. Network faults become Unavailable; statuses are the caller's to read."""
    options.setdefault("timeout", TIMEOUTS)
    try:
        return requests.request(method, url, **options)  # noqa: S113 - given on the line above
    except requests.RequestException as error:
        raise network_fault(error, url) from error


def network_fault(error: BaseException, service: str) -> Unavailable:
    """`applied` is False when no connection ever stood; None when the answer is what was lost."""
    unreached = any(
        isinstance(cause, (ConnectTimeoutError, NewConnectionError, ConnectionRefusedError))
        for cause in causes(error)
    )
    what = "could not be reached" if unreached else "did not answer"
    return Unavailable(f"{service} {what} ({type(error).__name__})", applied=not unreached and None)


def causes(error: BaseException) -> list[BaseException]:
    """The error, what it came from, and what urllib3 keeps as the reason; each once."""
    found: list[BaseException] = []
    ahead: list[object] = [error]
    while ahead:
        one = ahead.pop(0)
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            ahead += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found


def retry_after_s(headers: Mapping[str, str], now: datetime, *, default: float) -> float:
    """Seconds to wait by `Retry-After` (seconds or an HTTP date), at least 1; else `default`."""
    told = next((v for k, v in headers.items() if k.lower() == "retry-after"), "").strip()
    try:
        return max(1.0, float(told))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return default
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(1.0, (until - now).total_seconds())


def patiently[T](
    read: Callable[[], T],
    *,
    patience_s: float = PATIENCE_S,
    on: type[Exception] = Unavailable,
) -> T:
    """Ask again while the service is Unavailable, for `patience_s` at most. Reads only.

    A write that may have been applied must not be repeated blindly; anything that takes longer
    than this belongs into the outbox.
    """
    policy = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(on),
        wait=tenacity.wait_random_exponential(multiplier=0.3, max=3.0),
        stop=tenacity.stop_after_attempt(3) | tenacity.stop_before_delay(patience_s),
        reraise=True,
    )
    return policy(read)


def running(now: datetime) -> Callable[[], datetime]:
    """A clock that was right at `now` and goes on from there: for work that takes minutes."""
    started = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - started)
