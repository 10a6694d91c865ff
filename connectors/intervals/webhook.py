"""What intervals.icu's deliveries say. Pure: bytes in, events out.

The body carries a secret that only its owner and intervals.icu know. What is said is a hint all the
same: entries told to be deleted have been told to be there minutes later. The exact shape is
documented nowhere: `_event_of` is the one place that reads it.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from connectors.ports import ActivityRef, Challenge, Delivery, Event, EventKind, Malformed

MOST_BYTES = 2**20  # a whole calendar may be in it
MOST_EVENTS = 1000
_IDENTITY = re.compile(r"[A-Za-z0-9_-]{1,100}")  # it becomes part of an address
_WHOLE = {
    "WELLNESS_UPDATED": EventKind.WELLNESS,
    "CALENDAR_UPDATED": EventKind.CALENDAR,
    "CALENDAR_EVENT_UPDATED": EventKind.CALENDAR,
    "CALENDAR_EVENT_DELETED": EventKind.CALENDAR,
    "APP_SCOPE_CHANGED": EventKind.PERMISSIONS,
}


@dataclass(frozen=True, slots=True)
class IntervalsReceiver:
    """For one application; its secret stands in every body."""

    most_bytes: ClassVar[int] = MOST_BYTES  # that are worth reading

    secret: str = field(repr=False)

    def understand(self, delivery: Delivery) -> Challenge | tuple[Event, ...]:
        if delivery.method.upper() != "POST":
            raise Malformed(f"intervals.icu sends POST, not {delivery.method[:10]}")
        if len(delivery.body) > MOST_BYTES:
            raise Malformed(f"a body of {len(delivery.body)} bytes")
        told = _told(delivery.body)
        given = told.get("secret")
        if not isinstance(given, str) or not self._fits(given):
            raise Malformed("another secret than the application's")
        events = told.get("events")
        if not isinstance(events, list) or len(events) > MOST_EVENTS:
            raise Malformed("no list of events of sensible length")
        found, odd = [], []
        for one in events:
            try:
                found.append(_event_of(one, delivery.hour))
            except Malformed as error:  # what is beside it is heard all the same
                odd.append(error)
        if odd and not found:
            raise odd[0]
        return tuple({event.delivery_key: event for event in found if event}.values())

    def _fits(self, given: str) -> bool:
        """In constant time; half a surrogate pair in it is only another wrong secret."""
        return hmac.compare_digest(given.encode(errors="replace"), self.secret.encode())


def _told(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("no JSON") from error
    if not isinstance(told, dict):
        raise Malformed("no JSON object")
    return told


def _event_of(one: object, hour: str) -> Event | None:
    """None for what does not concern us: sport settings, fitness, and types yet to come."""
    if not isinstance(one, dict) or not isinstance(one.get("type"), str):
        raise Malformed("an event without a type")
    owner = one.get("athlete_id")
    if not isinstance(owner, str) or not owner:
        raise Malformed("an event without an athlete")
    if one["type"] in _WHOLE:
        return Event(_WHOLE[one["type"]], owner, delivery_key(one) + hour)
    if not one["type"].startswith("ACTIVITY_"):
        return None
    activity = one.get("activity")
    identity = activity.get("id") if isinstance(activity, dict) else None
    if not isinstance(identity, str) or not _IDENTITY.fullmatch(identity):
        raise Malformed("an event of an activity without its id")
    return Event(EventKind.ACTIVITY, owner, delivery_key(one) + hour, ActivityRef(identity))


def delivery_key(event: Mapping[str, Any]) -> str:
    """The same for every repeat, which has the same content; another for the next event, if it has.

    Not its `uid` alone: whether that names the event or the thing that it is about, nobody says.
    """
    content = json.dumps(event, sort_keys=True, default=str).encode()
    return f"{event['type'][:40]}:{hashlib.sha256(content).hexdigest()[:32]}"
