"""What the notifications of Garmin's developer programme say. Pure: bytes in, events out.

Garmin signs nothing. What can be checked is: the secret address (the worker's part), the client id
in a header, the size, the shape, and that an address to fetch from is the API's own.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field, StrictFloat, StrictInt, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked
from pydantic_core import from_json

from connectors.garmin_partner.addresses import is_ours
from connectors.garmin_partner.records import (
    FILES,
    SUMMARIES,
    UNSAID,
    WELLNESS,
    activity_id,
    carried_of,
    instant,
    said_of,
    without_samples,
)
from connectors.ports import ActivityRef, Delivery, Event, EventKind, Malformed

MOST_BYTES = 8 * 1024 * 1024  # details hold a day's samples
MOST_ITEMS = 5000
PING = "ping-"  # how the external id of a notification begins that names no activity itself

type Json = dict[str, Any]
type Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,100}$")]
type Duration = Annotated[StrictInt | StrictFloat, Field(ge=0, le=1e9)]
type Seconds = Annotated[StrictInt, Field(ge=0, le=32_503_680_000)]  # the year 3000


@checked(frozen=True, slots=True)
class Told:
    """What is needed of one item, whatever it is about. Other fields are kept unread."""

    userId: Word  # noqa: N815 - Garmin's names
    summaryId: Word | None = None  # noqa: N815
    activityId: StrictInt | Word | None = None  # noqa: N815
    callbackURL: Annotated[str, Field(max_length=2000)] | None = None  # noqa: N815
    startTimeInSeconds: Seconds | None = None  # noqa: N815
    durationInSeconds: Duration | None = None  # noqa: N815
    calendarDate: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] | None = None  # noqa: N815


_TOLD: TypeAdapter[Told] = TypeAdapter(Told)


@dataclass(frozen=True, slots=True)
class PartnerReceiver:
    """`rest` is where the API lives: addresses elsewhere are not Garmin's."""

    client_id: str = field(repr=False)
    rest: str
    most_bytes: int = MOST_BYTES

    def understand(self, delivery: Delivery) -> tuple[Event, ...]:
        if delivery.method.upper() not in {"POST", "PUT"}:
            raise Malformed(f"Garmin sends POST and PUT, not {delivery.method[:10]}")
        if not hmac.compare_digest(
            delivery.headers.get("garmin-client-id", "").encode(), self.client_id.encode()
        ):
            raise Malformed("not this application's client id")
        if len(delivery.body) > self.most_bytes:
            raise Malformed(f"a body of {len(delivery.body)} bytes")
        found = list(self._events(delivery))
        events = {each.delivery_key: each for each in found if isinstance(each, Event)}
        if not events and found:
            raise found[0]  # type: ignore[misc] # what is no event is why
        return tuple(events.values())

    def _events(self, delivery: Delivery) -> Iterator[Event | Malformed]:
        """One odd item is passed by: those beside it are of other athletes. An address that leads
        elsewhere is no oddity; then nothing is believed.
        """
        for kind, items in _envelope(delivery.body).items():
            if kind not in KINDS:
                continue
            if not isinstance(items, list) or len(items) > MOST_ITEMS:
                raise Malformed(f"{kind} is no list of sensible length")
            for item in items:
                try:
                    told = _told(kind, item)
                except Malformed as error:
                    yield error
                else:
                    yield self._event(kind, told, item, delivery.hour)

    def _event(self, kind: str, told: Told, item: Json, hour: str) -> Event:
        if told.callbackURL is not None and not is_ours(told.callbackURL, self.rest):
            raise Malformed("a callbackURL that is not Garmin's")
        if kind in LIFE_CYCLE:
            return Event(LIFE_CYCLE[kind], told.userId, _key(kind, told.userId, item) + hour)
        external_id = _external_id(kind, told, item)
        # An address serves once, so it is always the same notification; the rest may be said again.
        key = _key(kind, external_id, said_of(kind, item)) + ("" if told.callbackURL else hour)
        start = told.startTimeInSeconds
        ref = ActivityRef(
            external_id,
            start_at=None if start is None else instant(start),
            carried=carried_of(kind, item),
        )
        about = EventKind.WELLNESS if kind in WELLNESS else EventKind.ACTIVITY
        return Event(about, told.userId, key, ref)


LIFE_CYCLE = {
    "deregistrations": EventKind.DEAUTHORISED,
    "userPermissionsChange": EventKind.PERMISSIONS,
}
KINDS = frozenset({*SUMMARIES, FILES, *WELLNESS, *LIFE_CYCLE})


def _envelope(body: bytes) -> Json:
    try:
        told = from_json(body, allow_inf_nan=False)
    except ValueError:
        raise Malformed("no JSON") from None
    if not isinstance(told, dict):
        raise Malformed("no JSON object")
    return told


def _told(kind: str, item: Any) -> Told:
    """Raises Malformed for what this kind of item cannot be without."""
    try:
        told = _TOLD.validate_python(without_samples(kind, item))
    except ValidationError as error:
        faults = {".".join(map(str, fault["loc"])) or "item" for fault in error.errors()}
        raise Malformed(f"not the shape of {kind}: {', '.join(sorted(faults))}") from None
    named = told.summaryId is not None or told.activityId is not None
    measured = told.startTimeInSeconds is not None and told.durationInSeconds is not None
    here = told.callbackURL is not None
    enough = {
        FILES: named and here,
        **dict.fromkeys(SUMMARIES, here or (named and measured)),
        **dict.fromkeys(WELLNESS, here or told.calendarDate is not None),
    }
    if not enough.get(kind, True):
        raise Malformed(f"{kind} without what it is about")
    return told


def _external_id(kind: str, told: Told, item: Json) -> str:
    if kind in WELLNESS:
        return f"{kind}-{told.calendarDate or _digest(item)}"
    if kind != FILES and told.callbackURL is not None:
        return f"{PING}{_digest(item)}"
    return activity_id(item)


def _key(kind: str, about: str, item: Mapping[str, Any]) -> str:
    """The same for every repeat.

    Without the hour, a name that was changed back, or a second farewell, would pass for one.
    """
    return f"{kind}:{about}:{_digest(item)}"


def _digest(item: Mapping[str, Any]) -> str:
    told = {name: value for name, value in item.items() if name not in UNSAID}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]
