"""Faults on demand, below the simulated services: an answer of our choice, slowness, silence."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.sandbox.misreading import SCOPE as MISREAD

KINDS = ("status", "timeout_before", "timeout_after", "slow", "short", "stale", "misread")
MOST_LISTINGS = 64  # that are remembered
SERVICES = ("strava", "garmin", "personal", "partner", "intervals", "weather")


@dataclass(slots=True)
class Fault:
    """Strikes the next `times` requests it fits.

    `status`: answered so, without effect. `timeout_before`: never handled, the line goes dead
    after `delay_s`. `timeout_after`: handled, then the same. `slow`: handled after `delay_s`.
    `short`: the first half of a listing; whoever goes on by what came finds the rest. `stale`: a
    listing as it was when the same was asked for the last time. `misread`: handled, and the steps
    of the workout in it are taken for others, as `how` says (`misreading.HOWS`).
    """

    service: str  # one of SERVICES
    kind: str
    method: str | None = None
    path_contains: str = ""
    status: int = 503
    retry_after: int | None = None
    times: int = 1
    delay_s: float = 0.0
    body: dict[str, Any] | list[Any] | None = None  # of a `status`; None: a plain fault
    how: str = ""

    def fits(self, service: str, method: str, path: str) -> bool:
        return (
            self.times > 0
            and self.service == service
            and self.method in (None, method)
            and self.path_contains in path
        )


class Faulty:
    """Middleware: counts every request and lets the first fitting fault strike."""

    def __init__(self, app: ASGIApp, *, faults: list[Fault], requests: Any) -> None:
        self.app = app
        self.faults = faults
        self.requests = requests
        self._listings: dict[str, list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = scope["path"].split("/", 2)[1] if scope["type"] == "http" else ""
        if service not in SERVICES:
            await self.app(scope, receive, send)
            return
        path = scope["path"].removeprefix(f"/{service}")
        self.requests[f"{service} {scope['method']} {path}"] += 1
        fault = self._next(service, scope["method"], path)
        if fault is None:
            await self._answered(scope, receive, send)
        else:
            await self._strike(fault, scope, receive, send)

    def _next(self, service: str, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.fits(service, method, path):
                fault.times -= 1
                if fault.times == 0:
                    self.faults.remove(fault)
                return fault
        return None

    async def _strike(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        match fault.kind:
            case "status":
                await _answer(fault, send)
            case "slow":
                await asyncio.sleep(fault.delay_s)
                await self.app(scope, receive, send)
            case "short":
                for message in _halved(await self._heard(scope, receive)):
                    await send(message)
            case "stale" if (known := self._listings.get(_question(scope))) is not None:
                for message in known:
                    await send(message)
            case "stale" | "misread":
                await self._answered({**scope, MISREAD: fault.how}, receive, send)
            case "timeout_after":
                await self.app(scope, receive, _nowhere)
                await _hang_up(fault, scope)
            case _:
                await _hang_up(fault, scope)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ever; the newest listings are remembered."""
        told: list[Message] = []

        async def noting(message: Message) -> None:
            told.append(message)
            await send(message)

        await self.app(scope, receive, noting if scope["method"] == "GET" else send)
        if len(told) == 2 and told[1].get("body", b"").startswith(b"["):
            self._listings.pop(_question(scope), None)
            self._listings[_question(scope)] = told
            if len(self._listings) > MOST_LISTINGS:
                del self._listings[next(iter(self._listings))]

    async def _heard(self, scope: Scope, receive: Receive) -> list[Message]:
        told: list[Message] = []

        async def noting(message: Message) -> None:
            told.append(message)

        await self.app(scope, receive, noting)
        return told


def _question(scope: Scope) -> str:
    """With the key of who asks by one, where the path is the same for all; tokens come and go."""
    signed = dict(scope["headers"]).get(b"authorization", b"").decode()
    key = signed if signed.startswith("Basic ") else ""
    return f"{scope['path']}?{scope['query_string'].decode()} {key}"


def _halved(told: list[Message]) -> list[Message]:
    """A listing without its second half; anything else as it is."""
    try:
        rows = json.loads(b"".join(message.get("body", b"") for message in told))
    except ValueError:
        return told
    if not isinstance(rows, list):
        return told
    body = json.dumps(rows[: -(-len(rows) // 2)]).encode()
    headers = [pair for pair in told[0]["headers"] if pair[0] != b"content-length"]
    length = (b"content-length", str(len(body)).encode())
    return [{**told[0], "headers": [*headers, length]}, {"type": told[-1]["type"], "body": body}]


async def _answer(fault: Fault, send: Send) -> None:
    headers = [(b"content-type", b"application/json")]
    if fault.retry_after is not None:
        headers.append((b"retry-after", str(fault.retry_after).encode()))
    message = "Rate Limit Exceeded" if fault.status == 429 else "fault on demand"
    body = fault.body or {"message": message, "errors": []}
    await send({"type": "http.response.start", "status": fault.status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


async def _nowhere(message: Message) -> None:
    """The answer that never arrives."""


async def _hang_up(fault: Fault, scope: Scope) -> None:
    await asyncio.sleep(fault.delay_s)
    scope["extensions"]["transport"].abort()
    await asyncio.sleep(0.01)  # so that the server sees the line dead and answers nothing
