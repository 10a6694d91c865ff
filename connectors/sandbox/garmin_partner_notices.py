"""How Garmin's developer programme notifies: to configured addresses, until 200 is answered."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import requests

from connectors.sandbox.deliveries import Deliveries

ANSWER_WITHIN_S = 30.0
DELIVERIES = 8

type Json = dict[str, Any]


@dataclass(slots=True)
class Notified:
    """One notification and what became of it: a status an attempt, None for no answer in time."""

    kind: str
    body: Json
    sent_at: datetime
    attempts: list[int | None] = field(default_factory=list)


class Notices:
    """`urls` holds where each kind goes; "*" is for those not named. `pinged`: told by address."""

    def __init__(self, *, machine_now: Callable[[], datetime], retry_s: float) -> None:
        self.client_id = ""
        self.urls: dict[str, str] = {}
        self.pinged: set[str] = set()
        self.method = "POST"
        self.sent: list[Notified] = []
        self._machine_now = machine_now
        self._retry_s = retry_s
        self._deliveries = Deliveries()

    def send(self, kind: str, items: list[Json], *, times: int = 1) -> None:
        """Hands it to the background; a kind without an address is told to nobody."""
        url = self.urls.get(kind) or self.urls.get("*")
        if url is None or not items:
            return
        for _ in range(times):
            told = Notified(kind, {kind: items}, self._machine_now())
            self.sent.append(told)
            self._deliveries.begin(
                partial(self._ask, url, told.body),
                told.attempts,
                most=DELIVERIES,
                retry_s=self._retry_s,
            )

    async def settled(self) -> None:
        """When everything was delivered, or given up."""
        await self._deliveries.settled()

    def _ask(self, url: str, body: Json) -> requests.Response:
        headers = {"garmin-client-id": self.client_id}
        return requests.request(
            self.method, url, json=body, headers=headers, timeout=ANSWER_WITHIN_S
        )
