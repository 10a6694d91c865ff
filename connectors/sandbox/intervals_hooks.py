"""Webhooks of intervals.icu: one address per application, its secret in the body, and repeats."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import requests

from connectors.sandbox.deliveries import Deliveries

ANSWER_WITHIN_S = 5.0
DELIVERIES = 3

type Json = dict[str, Any]


@dataclass(slots=True)
class Sent:
    """One body and the status of every attempt; None for no answer in time."""

    body: Json
    attempts: list[int | None] = field(default_factory=list)


class Hooks:
    """Until it is heard, the same body comes again."""

    def __init__(self, machine_now: Callable[[], datetime]) -> None:
        self.url: str | None = None  # None: the application has none
        self.secret = ""
        self.retry_s = 0.1
        self.sent: list[Sent] = []
        self._machine_now = machine_now
        self._numbers = itertools.count(1)
        self._deliveries = Deliveries()

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
        post = partial(requests.post, self.url, json=sent.body, timeout=ANSWER_WITHIN_S)
        self._deliveries.begin(post, sent.attempts, most=DELIVERIES, retry_s=self.retry_s)
