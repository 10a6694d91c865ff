"""What connectors that speak HTTP have in common: time-outs, pools, patience, reading of faults.

A connector maps statuses to the four errors itself, in one place of its own; here is only what HTTP
says and no service.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, override

import requests
import tenacity
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from connectors.errors import RateLimited, Refused, ServiceError, Unavailable
from connectors.ports import Meter, Usage
from planning.activity import Record

CONNECT_TIMEOUT_S = 3.05  # just over a TCP retransmission
READ_TIMEOUT_S = 20.0
TIMEOUTS = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
PATIENCE_S = 10.0  # the longest that one call may wait inside a thread
PAUSE_S = 60.0  # after a 429 that does not say for how long; repeated ones grow
LONGEST_PAUSE_S = 7 * 86_400.0  # what is asked for beyond that is a mistake
SAMPLES_EXPECTED = timedelta(days=1)  # how long after a run its samples may be on their way
MOST = 1e10  # metres, seconds since 1970, or anything else that is told
_NEVER = datetime.max.replace(tzinfo=UTC)
TOO_MANY = frozenset({427, 429})  # 427: how Garmin says it at times

type KindOf = Callable[[str, str], str]  # (method, url) to the `kind` of a Limit
type UsageOf = Callable[[Mapping[str, str]], Sequence[Usage]]  # what an answer's headers tell


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


class Metered(HTTPAdapter):
    """Counts each request before it is sent, by `through`, and learns from the answer.

    A limit that is used up is raised from here, through whatever library is in between: `causes`
    finds it if that wraps it.
    """

    def __init__(
        self, through: HTTPAdapter, meter: Meter, kind_of: KindOf, usage_of: UsageOf
    ) -> None:
        super().__init__()
        self._through = through
        self._meter = meter
        self._kind_of = kind_of
        self._usage_of = usage_of

    @override
    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        self._meter.spend(self._kind_of(request.method or "", request.url or ""))
        answer = self._through.send(request, *args, **options)
        note_answer(self._meter, answer.status_code, answer.headers, self._usage_of)
        return answer


def one_kind(_method: str, _url: str) -> str:
    """All requests count alike."""
    return ""


def tells_nothing(_headers: Mapping[str, str]) -> Sequence[Usage]:
    """No header says how much is used."""
    return ()


def note_answer(
    meter: Meter, status: int, headers: Mapping[str, str], usage_of: UsageOf = tells_nothing
) -> None:
    """After every answer: what it says of the limits, and the pause it asks for."""
    if usage := usage_of(headers):
        meter.learn(usage)
    if status in TOO_MANY:
        meter.rest(pause_s(headers))


def pause_s(headers: Mapping[str, str], *, default: float = PAUSE_S) -> float:
    """`Retry-After` by the service's own clock, which its `Date` tells; else `default`."""
    told, sent = (_header(headers, name) for name in ("retry-after", "date"))
    try:
        now = parsedate_to_datetime(sent)
    except (ValueError, OverflowError):  # then only a number of seconds means anything
        return retry_after_s({"retry-after": told.partition(",")[0]}, _NEVER, default=default)
    return retry_after_s(headers, now if now.tzinfo else now.replace(tzinfo=UTC), default=default)


def hooks_for(
    meter: Meter, *, kind_of: KindOf = one_kind, usage_of: UsageOf = tells_nothing
) -> dict[str, list[Callable[..., Any]]]:
    """The same for a client of httpx: give it these as its `event_hooks`."""

    def asks(request: Any) -> None:
        meter.spend(kind_of(request.method, str(request.url)))

    def answers(response: Any) -> None:
        note_answer(meter, response.status_code, response.headers, usage_of)

    return {"request": [asks], "response": [answers]}


def limit_in(error: BaseException) -> RateLimited | None:
    """The limit that a client library wrapped into an error of its own, if that is what it was."""
    return next((one for one in causes(error) if isinstance(one, RateLimited)), None)


@lru_cache(maxsize=32)
def pooled(prefix: str, base: str) -> Rebased:
    """One adapter, so one pool of kept-alive connections, per address and process.

    Connections are opened for each piece of work; a TLS handshake each time would cost more than
    the work. Pools are safe between threads, sessions are not: sessions are made anew.
    """
    return Rebased(prefix, base)


def session_to(
    base: str,
    *,
    instead_of: str | None = None,
    meter: Meter | None = None,
    kind_of: KindOf = one_kind,
    usage_of: UsageOf = tells_nothing,
) -> requests.Session:
    """A fresh session on the shared pool of `base`. Do not close it: that empties the pool.

    With a `meter`, each request is counted before it is sent, and RateLimited raised where a limit
    leaves no room. Where a service sends us on to another host, that holds there too.
    """
    session = requests.Session()
    prefix = instead_of or base
    for place, adapter in (
        ("https://", pooled("https://", "https://")),
        ("http://", pooled("http://", "http://")),
        (prefix, pooled(prefix, base)),
    ):
        counted = adapter if meter is None else Metered(adapter, meter, kind_of, usage_of)
        session.mount(place, counted)
    return session


def ask(
    method: str,
    url: str,
    *,
    service: str,
    meter: Meter | None = None,
    kind: str = "",
    **options: Any,
) -> requests.Response:
    """One plain request to a `service`, as people call it. Network faults become Unavailable;
    statuses are the caller's to read.
    """
    options.setdefault("timeout", TIMEOUTS)
    if meter is not None:
        meter.spend(kind)
    try:
        answer = requests.request(method, url, **options)  # noqa: S113 - given two lines above
    except requests.RequestException as error:
        raise network_fault(error, service) from error
    if meter is not None:
        note_answer(meter, answer.status_code, answer.headers)
    return answer


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


@contextmanager
def in_shape(what: str, *, otherwise: type[ServiceError] = Refused) -> Iterator[None]:
    """Around the reading of an answer: one of another shape is told in words, as what it is.

    Else it would pass for a fault of ours, and no connection's health would show it.
    """
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise otherwise(f"{what} came in no known shape ({type(error).__name__})") from error


def number(value: object) -> float | None:
    """None for what measures nothing: a word, a truth value, NaN, which JSON may hold."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if -MOST < value < MOST else None


def positive(value: object) -> float | None:
    """The same where zero is how a service says that something was not measured."""
    told = number(value)
    return told if told is not None and told > 0 else None


def may_still_come(record: Record, now: datetime) -> bool:
    """Whether what a service lacks of an activity, its file or its samples, may be on its way."""
    ended_at = record.start_at + timedelta(seconds=record.elapsed_time_s or 0.0)
    return now - ended_at < SAMPLES_EXPECTED


def retry_after_s(headers: Mapping[str, str], now: datetime, *, default: float) -> float:
    """Seconds to wait by `Retry-After` (seconds or an HTTP date), at least 1; else `default`."""
    told = _header(headers, "retry-after")
    try:
        return min(max(1.0, float(told)), LONGEST_PAUSE_S)
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(told)
    except (ValueError, OverflowError):
        return default
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(1.0, (until - now).total_seconds()), LONGEST_PAUSE_S)


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((v for k, v in headers.items() if k.lower() == name), "").strip()


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


@contextmanager
def begun() -> Iterator[None]:
    """Inside, the first write was done: a fault can no longer mean that nothing happened.

    A limit would mean that, too: whoever waits it out asks again and meets it at the first read.
    """
    try:
        yield
    except (RateLimited, Unavailable) as error:
        raise Unavailable(str(error), applied=None) from error


def running(now: datetime) -> Callable[[], datetime]:
    """A clock that was right at `now` and goes on from there: for work that takes minutes."""
    started = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - started)
