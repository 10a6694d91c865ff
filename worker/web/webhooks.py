"""Webhooks: a request in, events in the inbox, then the answer.

The address holds a secret. Whoever does not know it is told that there is nothing here, in the same
time however close the guess. Whoever does is answered 200 as soon as what was said is on disk, or
was already, or concerns nobody here; what is said is a hint and never data. (One service gives a
record in its notification and nowhere else: its receiver sees to it that only it can have done so.)
"""

import asyncio
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from connectors.ports import Challenge, Delivery, Event, EventKind, Malformed, WebhookReceiver
from worker.clock import monotonic_s
from worker.connections import application_values, link_settings
from worker.inbox import RETRY_AFTER_S, Arrival, Inbox, InboxFull
from worker.telemetry import Metrics
from worker.web.doors import DOORS

if TYPE_CHECKING:
    from worker.app import Runtime

log = structlog.get_logger()

MOST_BYTES = 8192  # unless a receiver says that its service sends more
AT_ONCE = 250  # events kept together: a large delivery must not fill the inbox by itself
WITHOUT_CONTENT = frozenset({EventKind.DEAUTHORISED, EventKind.PERMISSIONS})  # to be asked about
STALE_AFTER_S = 60.0
LOGGED_REASONS_AT_MOST = 50


class TooLarge(Exception):
    """A body beyond what is taken; the rest of it was not read."""


@dataclass(frozen=True, slots=True)
class _Agreed:
    """What stands between a service and us: the secret of the address, and who understands it."""

    secret: str
    receiver: WebhookReceiver
    values: Mapping[str, str]


class Webhooks:
    """The endpoint `/webhooks/{connector}/{secret}`, for every connector that has a receiver.

    What was agreed with a service changes in other processes too. A memory of it answers at once
    when it fits; when it does not fit, the database is asked before anybody is refused.
    """

    def __init__(self, runtime: "Runtime", inbox: Inbox, metrics: Metrics) -> None:
        self._runtime = runtime
        self._inbox = inbox
        self._metrics = metrics
        self._agreed: dict[str, _Agreed | None] = {}
        self._read_at_s: dict[str, float] = {}
        self._reading = asyncio.Lock()
        self._logged: set[tuple[str, str]] = set()

    async def answer(self, request: Request) -> Response:
        name = request.path_params["connector"]
        connector = DOORS.get(name, name)
        if connector not in self._runtime.connectors:
            return Response(status_code=404)
        try:
            agreed = await self._admitted(connector, request.path_params["secret"])
            if agreed is None:
                return self._end(connector, "wrong_secret", 404)
            delivery = Delivery(
                request.method,
                dict(request.query_params),
                dict(request.headers),
                await _body(request, most_bytes(agreed.receiver)),
                self._runtime.clock.machine_now(),
            )
            return await self._understood(connector, agreed, delivery)
        except TooLarge:
            return self._end(connector, "too_large", 413, close=True)
        except Malformed as error:
            self._log_once(connector, str(error))
            return self._end(connector, "malformed", 400)
        except ClientDisconnect:
            return self._end(connector, "gone", 400)
        except (InboxFull, SQLAlchemyError):
            return self._end(connector, "unavailable", 503, retry=True)

    async def _admitted(self, connector: str, secret: str) -> _Agreed | None:
        """What was agreed, if `secret` is the one of the address."""
        fresh = monotonic_s() - self._read_at_s.get(connector, -STALE_AFTER_S) < STALE_AFTER_S
        agreed = self._agreed.get(connector)
        if fresh and _fits(agreed, secret):
            return agreed
        agreed = await self._read(connector)
        return agreed if _fits(agreed, secret) else None

    async def _read(self, connector: str) -> _Agreed | None:
        async with self._reading:
            agreed = await run_in_threadpool(self._agreed_now, connector)
            self._agreed[connector] = agreed
            self._read_at_s[connector] = monotonic_s()
        return agreed

    def _agreed_now(self, connector: str) -> _Agreed | None:
        values = application_values(self._runtime, connector)
        settings = {**link_settings(self._runtime.settings), **values}
        receiver = self._runtime.connectors[connector].receiver(settings)
        if receiver is None or not values.get("webhook_secret"):
            return None
        return _Agreed(values["webhook_secret"], receiver, values)

    async def _understood(self, connector: str, agreed: _Agreed, delivery: Delivery) -> Response:
        """Raises Malformed, once it is sure that the receiver knows the latest agreement.

        What says nothing may be of an agreement that was made a moment ago, too.
        """
        try:
            said = await _understand(agreed.receiver, delivery)
        except Malformed:
            now = await self._renewed(connector, agreed)
            if now is None:
                raise
            said = await _understand(now.receiver, delivery)
        else:
            if not said and (now := await self._renewed(connector, agreed)) is not None:
                said = await _understand(now.receiver, delivery)
        if isinstance(said, Challenge):
            self._metrics.webhooks.labels(connector, "challenge").inc()
            return JSONResponse(dict(said.answer))
        outcomes: list[str] = []
        for some in batched(said, AT_ONCE, strict=False):
            outcomes += await self._inbox.accept([_arrival(connector, event) for event in some])
        for outcome in outcomes or ["nothing"]:
            self._metrics.webhooks.labels(connector, outcome).inc()
        return Response(status_code=200)

    async def _renewed(self, connector: str, agreed: _Agreed) -> _Agreed | None:
        """What is agreed now, if it is something else."""
        now = await self._read(connector)
        return None if now is None or now.values == agreed.values else now

    def _end(
        self, connector: str, outcome: str, status: int, *, retry: bool = False, close: bool = False
    ) -> Response:
        self._metrics.webhooks.labels(connector, outcome).inc()
        headers = {"Retry-After": str(RETRY_AFTER_S)} if retry else {}
        if close:
            headers["Connection"] = "close"
        return Response(status_code=status, headers=headers)

    def _log_once(self, connector: str, reason: str) -> None:
        if (connector, reason) in self._logged or len(self._logged) >= LOGGED_REASONS_AT_MOST:
            return
        self._logged.add((connector, reason))
        log.warning("webhook.malformed", connector=connector, reason=reason)


def _fits(agreed: _Agreed | None, secret: str) -> bool:
    expected = agreed.secret if agreed else ""
    return hmac.compare_digest(expected.encode(), secret.encode())


async def _understand(
    receiver: WebhookReceiver, delivery: Delivery
) -> Challenge | tuple[Event, ...]:
    """Reading megabytes takes a while, and others wait for the loop."""
    if len(delivery.body) > MOST_BYTES:
        return await run_in_threadpool(receiver.understand, delivery)
    return receiver.understand(delivery)


def most_bytes(receiver: WebhookReceiver) -> int:
    return int(getattr(receiver, "most_bytes", MOST_BYTES))


async def _body(request: Request, most: int) -> bytes:
    """Raises TooLarge as soon as it is known, by what is announced or by what comes."""
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced) > most:
        raise TooLarge
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise TooLarge
    return bytes(body)


def _arrival(connector: str, event: Event) -> Arrival:
    payload = {}
    if event.ref is not None and event.kind not in WITHOUT_CONTENT:
        payload = {"external_id": event.ref.external_id, "tag": event.ref.tag}
        if event.ref.carried:
            payload["carried"] = event.ref.carried
    return Arrival(
        source=connector,
        delivery_key=f"{connector}:hook:{event.delivery_key}",
        kind=event.kind.value,
        payload=payload,
        owner_id=event.owner_id,
    )
