"""Strava's push subscription: the handshake, and deliveries that are tried three times."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import requests

from connectors.sandbox.deliveries import Deliveries, Unheard

ANSWER_WITHIN_S = 2.0
DELIVERIES = 3


class Unverified(Exception):
    """The callback did not answer the handshake as it must."""


@dataclass(frozen=True, slots=True)
class Subscription:
    id: int
    application_id: int
    callback_url: str
    created_at: str


@dataclass(slots=True)
class Sent:
    """One event and what became of it: the status of every attempt, None for no answer in time."""

    event: dict[str, Any]
    sent_at: datetime
    attempts: list[int | None] = field(default_factory=list)


class Webhooks:
    """One subscription per application; deliveries run beside whatever else goes on."""

    def __init__(self, *, machine_now: Callable[[], datetime], retry_s: float) -> None:
        self.subscription: Subscription | None = None
        self.sent: list[Sent] = []
        self._machine_now = machine_now
        self._retry_s = retry_s
        self._session = requests.Session()
        self._deliveries = Deliveries()

    async def subscribe(self, application_id: int, callback_url: str, verify_token: str) -> int:
        """Raises Unverified unless the callback echoes the challenge within two seconds."""
        challenge = secrets.token_hex(12)
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": verify_token,
        }
        try:
            answer = await asyncio.to_thread(
                self._session.get, callback_url, params=query, timeout=ANSWER_WITHIN_S
            )
            echoed = answer.json().get("hub.challenge") if answer.status_code == 200 else None
        except (requests.RequestException, ValueError, AttributeError) as error:
            raise Unverified(str(error)) from error
        if echoed != challenge:
            raise Unverified("the challenge was not echoed")
        stamp = self._machine_now().isoformat()
        self.subscription = Subscription(310_001, application_id, callback_url, stamp)
        return self.subscription.id

    def send(
        self,
        owner_id: int,
        object_id: int,
        *,
        aspect: str,
        object_type: str = "activity",
        updates: dict[str, str] | None = None,
    ) -> None:
        """Hands an event to the background. Without a subscription nobody hears of it."""
        if self.subscription is None:
            return
        now = self._machine_now()
        event = {
            "object_type": object_type,
            "object_id": object_id,
            "aspect_type": aspect,
            "updates": updates or {},
            "owner_id": owner_id,
            "subscription_id": self.subscription.id,
            "event_time": int(now.timestamp()),
        }
        sent = Sent(event, now)
        self.sent.append(sent)
        post = partial(self._post, event)
        self._deliveries.begin(post, sent.attempts, most=DELIVERIES, retry_s=self._retry_s)

    async def close(self) -> None:
        await self._deliveries.close()
        self._session.close()

    def _post(self, event: dict[str, Any]) -> requests.Response:
        subscription = self.subscription
        if subscription is None:
            raise Unheard
        return self._session.post(subscription.callback_url, json=event, timeout=ANSWER_WITHIN_S)
