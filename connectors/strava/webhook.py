"""What Strava's deliveries say. Pure: bytes in, events out.

Strava signs nothing that can be verified, so an event is a hint and never data. What can be checked
is: an unguessable address (the worker's part), the verify token of the handshake, the subscription,
the size and the shape.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from connectors.ports import ActivityRef, Challenge, Delivery, Event, EventKind, Malformed

MOST_BYTES = 8192
LONGEST_CHALLENGE = 512

type Id = Annotated[int, Field(gt=0)]  # 64 bits and more


@checked(frozen=True, slots=True, config=ConfigDict(strict=True))
class Told:
    """One delivery's body, as Strava documents it. Unknown fields are ignored."""

    object_type: Literal["activity", "athlete"]
    object_id: Id
    aspect_type: Literal["create", "update", "delete"]
    owner_id: Id
    subscription_id: Id
    event_time: Id
    updates: dict[str, str | bool | None] = Field(default_factory=dict)


_TOLD: TypeAdapter[Told] = TypeAdapter(Told)


@dataclass(frozen=True, slots=True)
class StravaReceiver:
    """`subscription_id` None: the subscription is being made, only its handshake is answered."""

    verify_token: str = field(repr=False)
    subscription_id: str | None

    def understand(self, delivery: Delivery) -> Challenge | tuple[Event, ...]:
        match delivery.method.upper():
            case "GET":
                return self._handshake(delivery.query)
            case "POST":
                return self._events(delivery.body)
            case method:
                raise Malformed(f"Strava sends GET and POST, not {method[:10]}")

    def _handshake(self, query: Mapping[str, str]) -> Challenge:
        if query.get("hub.mode") != "subscribe":
            raise Malformed("a handshake that is no subscription")
        token = query.get("hub.verify_token", "")
        if not hmac.compare_digest(token.encode(), self.verify_token.encode()):
            raise Malformed("a handshake with another verify token")
        challenge = query.get("hub.challenge", "")
        if not 0 < len(challenge) <= LONGEST_CHALLENGE:
            raise Malformed("a handshake without a challenge of sensible length")
        return Challenge({"hub.challenge": challenge})

    def _events(self, body: bytes) -> tuple[Event, ...]:
        if len(body) > MOST_BYTES:
            raise Malformed(f"a body of {len(body)} bytes; Strava's are small")
        try:
            told = _TOLD.validate_json(body)
        except ValidationError as error:
            faults = {".".join(map(str, fault["loc"])) or "body" for fault in error.errors()}
            raise Malformed(f"not Strava's shape: {', '.join(sorted(faults))}") from None
        if self.subscription_id is None:  # it is being made: what is refused is sent again
            raise Malformed(f"subscription {told.subscription_id} is not known yet")
        if str(told.subscription_id) != self.subscription_id:
            return ()  # an older subscription's: refused, Strava would only send it again
        return _events_of(told)


def _events_of(told: Told) -> tuple[Event, ...]:
    owner, key = str(told.owner_id), delivery_key(told)
    match told:
        case Told(object_type="activity"):
            ref = ActivityRef(str(told.object_id))
            return (Event(EventKind.ACTIVITY, owner, key, ref),)
        case Told(object_type="athlete", updates={"authorized": "false" | False}):
            return (Event(EventKind.DEAUTHORISED, owner, key),)
        case _:
            return ()  # a profile was edited


def delivery_key(told: Told) -> str:
    """The same for every repeat of one event, which Strava sends up to three times."""
    updates: dict[str, Any] = dict(sorted(told.updates.items()))
    digest = hashlib.sha256(json.dumps(updates, sort_keys=True).encode()).hexdigest()[:12]
    return ":".join(
        map(
            str,
            (
                told.subscription_id,
                told.owner_id,
                told.object_type,
                told.object_id,
                told.aspect_type,
                told.event_time,
                digest,
            ),
        )
    )
