"""The web application: webhooks for services, pages for the person at this machine.

Anybody may ask for `/healthz`, which says nothing about anybody. Pages and `/metrics` are answered
to this machine only: the peer must be a loopback address, the name asked for must be one of this
machine's, and nothing may have been forwarded. A reverse proxy must pass on `/webhooks/`,
`/calendar/` and `/healthz` alone: whoever forwards the whole port on this machine, unread, makes
strangers look like neighbours.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from worker import outbox, tables
from worker.db import database_now, reading
from worker.inbox import Inbox
from worker.telemetry import Metrics
from worker.web.feeds import Feeds
from worker.web.webhooks import Webhooks

if TYPE_CHECKING:
    from worker.app import Runtime

BEHIND_AFTER_S = 300.0
METHODS = ("GET", "POST", "PUT")  # of webhooks; Garmin uses both verbs for some
_BURIED = select(func.count()).where(tables.outbox.c.buried_at.is_not(None))
HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
FORWARDING = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def create_app(
    runtime: "Runtime",
    *,
    pages: Sequence[BaseRoute] = (),
    metrics: Metrics | None = None,
    inbox: Inbox | None = None,
    last_sweep_at: Callable[[], datetime | None] = lambda: None,
) -> Starlette:
    """`pages` are routes for this machine only. The inbox runs as long as the application does."""
    counted = metrics or Metrics()

    def ring() -> None:
        runtime.ring()  # looked up each time: workers may start later

    kept = inbox or Inbox(
        runtime.engine, runtime.clock, ring=ring, on_commit=counted.inbox_together.observe
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        kept.start()
        try:
            yield
        finally:
            await run_in_threadpool(kept.stop)

    status = _Status(runtime, kept, counted, last_sweep_at)
    webhooks = Webhooks(runtime, kept, counted)
    return Starlette(
        routes=[
            Route("/webhooks/{connector}/{secret}", webhooks.answer, methods=list(METHODS)),
            Route("/calendar/{token}.ics", Feeds(runtime).answer, methods=["GET"]),
            Route("/healthz", status.health, methods=["GET"]),
            Mount("/", OnlyHere(Router([Route("/metrics", status.metrics), *pages]))),
        ],
        lifespan=lifespan,
    )


class OnlyHere:
    """Lets in who sits at this machine; to everybody else there is nothing here."""

    def __init__(self, pages: ASGIApp) -> None:
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_from_here(scope):
            await self._pages(scope, receive, send)
        else:
            await PlainTextResponse("Not Found", 404)(scope, receive, send)


def is_from_here(scope: Scope) -> bool:
    """By the peer itself. The name asked for guards against pages that rebind their own name."""
    peer = scope.get("client")
    headers = Headers(scope=scope)
    if peer is None or any(name in headers for name in FORWARDING):
        return False
    try:
        address = ip_address(peer[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    host, _, port = headers.get("host", "").lower().rpartition(":")
    named = host if port.isdecimal() and host else headers.get("host", "").lower()
    return (mapped or address).is_loopback and named in HERE


class _Status:
    """`/healthz` and `/metrics`."""

    def __init__(
        self,
        runtime: "Runtime",
        inbox: Inbox,
        metrics: Metrics,
        last_sweep_at: Callable[[], datetime | None],
    ) -> None:
        self._runtime = runtime
        self._inbox = inbox
        self._metrics = metrics
        self._last_sweep_at = last_sweep_at

    async def health(self, _request: Request) -> Response:
        """503 when nothing can be received; `behind` when work waits, which no restart mends."""
        told: dict[str, Any] = {"status": "ok", "database": True, "inbox": self._inbox.writes}
        try:
            oldest_s = (await run_in_threadpool(self._owed))["oldest_s"]
        except SQLAlchemyError:
            oldest_s, told["database"] = None, False
        swept_at = self._last_sweep_at()
        told["oldest_owed_s"] = oldest_s
        told["last_sweep_at"] = swept_at.isoformat() if swept_at else None
        if oldest_s is not None and oldest_s > BEHIND_AFTER_S:
            told["status"] = "behind"
        receiving = told["database"] and told["inbox"]
        if not receiving:
            told["status"] = "failing"
        return JSONResponse(told, 200 if receiving else 503)

    async def metrics(self, _request: Request) -> Response:
        counted = self._metrics
        counted.inbox_waiting.set(self._inbox.waiting)
        try:
            owed = await run_in_threadpool(self._owed)
        except SQLAlchemyError:
            return PlainTextResponse("the database does not answer", 503)
        counted.owed.set(owed["open"])
        counted.buried.set(owed["buried"])
        counted.oldest_owed_s.set(owed["oldest_s"] or 0.0)
        return Response(counted.exposed(), media_type="text/plain; version=0.0.4; charset=utf-8")

    def _owed(self) -> dict[str, Any]:
        with reading(self._runtime.engine) as conn:
            oldest = outbox.oldest_owed(conn, now=database_now(conn))
            return {
                "open": outbox.open_count(conn),
                "buried": conn.scalar(_BURIED),
                "oldest_s": None if oldest is None else round(oldest.total_seconds(), 3),
            }
