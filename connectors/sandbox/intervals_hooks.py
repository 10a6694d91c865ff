"""Webhooks of intervals.icu: one address per application, its secret in the body, and repeats."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import requests

ANSWER_WITHIN_S = 5.0
DELIVERIES = 3

type Json = dict[str, Any]


@dataclass(slots=True)
class Sent:
    """One body and the status of every attempt; None for no answer in time."""

    body: Json
    attempts: list[int | None] = field(default_factory=list)


class Hooks:
    """Anything but exactly 200 is a failure, 204 too, and the same body comes again."""

    def __init__(self, machine_now: Callable[[], datetime]) -> None:
        self.url: str | None = None  # None: the application has none
        self.secret = ""
        self.retry_s = 0.1
        self.sent: list[Sent] = []
        self._machine_now = machine_now
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, athlete_id: str, told: Sequence[Json]) -> None:
        """One delivery. `told` are the events, each with a `type` and what it is about."""
        if self.url is None or not told:
            return
        events = [
            {
                "uid": f"hook-{next(self._numbers)}",
                "athlete_id": athlete_id,
                "timestamp": self._machine_now().isoformat(),
                **event,
            }
            for event in told
        ]
        sent = Sent({"secret": self.secret, "events": events})
        self.sent.append(sent)
        task = asyncio.get_running_loop().create_task(self._deliver(self.url, sent))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, url: str, sent: Sent) -> None:
        for attempt in range(DELIVERIES):
            if attempt:
                await asyncio.sleep(self.retry_s)
            status = await asyncio.to_thread(_post, url, sent.body)
            sent.attempts.append(status)
            if status == 200:
                return


def _post(url: str, body: Json) -> int | None:
    try:
        return requests.post(url, json=body, timeout=ANSWER_WITHIN_S).status_code
    except requests.RequestException:
        return None
