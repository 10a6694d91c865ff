"""Activities that Garmin tells of: each once, in notifications, in parts; and asking for the past.

The worker keeps what was carried and hands it back here. Nothing can be read by its id.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from connectors.errors import Refused, Unavailable
from connectors.garmin_partner import records
from connectors.garmin_partner.client import Wire
from connectors.garmin_partner.errors import ALLOW, AlreadyAsked, NotAllowed, Spent
from connectors.garmin_partner.oauth import ACTIVITIES, HEALTH, HISTORY, permissions_in
from connectors.garmin_partner.webhook import PING
from connectors.ports import ActivityRef, Cursor, OriginalFile, Page, Recorded
from planning.activity import Record

PAST = ("activities", "sleeps", "dailies", "hrv")  # what is asked for of the past, in this order
WINDOW_S = 30 * 86_400  # at most a request
MONTH = timedelta(days=30.44)
MONTHS = 12.0  # back, where `garmin_partner_backfill_months` does not say otherwise
FAR_EAST = timedelta(hours=14)  # a day begins up to so much sooner than in UTC


class PartnerActivities:
    """One athlete's activities."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def changes(self, since: Cursor | None) -> Page:
        """Lists nothing: it asks Garmin to tell of the past, a month a page, newest first.

        What it tells arrives as notifications. When nothing is left to ask for, the athlete's
        permissions are read, which shows whether there is still a connection. Raises NotAllowed
        without activities.
        """
        place = self._begin() if since is None else Place.read(since)
        if place.kind is None or place.to == place.now:
            allowed = permissions_in(self._wire.json(f"{self._wire.rest}/user/permissions"))
            if ACTIVITIES not in allowed:
                raise NotAllowed(f"Garmin may not give activities any more. {ALLOW}.")
            if place.kind is None or HISTORY not in allowed:
                return Page((), place.written())
            if place.kind != ACTIVITIES_PAST and HEALTH not in allowed:
                return Page((), DONE.written())
        place = self._ask(place)
        return Page((), place.written(), more=place.kind is not None)

    def cursor_at(self, day: date) -> Cursor | None:
        """Garmin tells again of what is not yet a whole window; it refuses the others."""
        begins = datetime.combine(day, time.min, UTC) - FAR_EAST
        now = int(self._wire.clock().timestamp())
        return Place(ACTIVITIES_PAST, now, int(begins.timestamp()), now, alone=True).written()

    def named_by(self, ref: ActivityRef) -> tuple[ActivityRef, ...] | None:
        """What a notification names that gives only an address. None: `ref` is one activity."""
        if not ref.external_id.startswith(PING):
            return None
        kind, item = records.read_carried(ref.carried)
        try:
            found = self._wire.json(str(item.get("callbackURL") or ""))
        except Spent:
            return ()
        if not isinstance(found, list):
            raise Unavailable("Garmin listed the activities in no known shape")
        told = (records.without_samples(kind, one) for one in found)
        return tuple(_named(kind, one) for one in told if _is_whole(one))

    def activity(self, ref: ActivityRef) -> Recorded | None:
        """Of what the notification carried. A file that was given before is not given again: then
        `file` is None, and what is known stays. None: a multisport's whole, which is no activity.
        """
        kind, item = records.read_carried(ref.carried)
        if records.is_parent(item):
            return None
        if kind == records.FILES:
            file = self._file(item)
            return Recorded.bare(records.SOURCE, ref.external_id, file, self._wire.clock())
        record = records.record_of(kind, item)
        return Recorded(replace(record, external_id=ref.external_id))

    def joined(
        self, ref: ActivityRef, new: Recorded, known: Record | None, kept: OriginalFile | None
    ) -> Recorded:
        """`new` is what `activity` gave; `known` and `kept` are what stands of it already."""
        kind, _ = records.read_carried(ref.carried)
        return records.joined(kind, new, known, kept)

    def _file(self, item: records.Json) -> OriginalFile | None:
        try:
            content = self._wire.read(str(item.get("callbackURL") or ""))
        except Spent:
            return None
        return records.file_of(item, content) if content else None

    def _begin(self) -> "Place":
        now = self._wire.clock()
        told = self._wire.link.settings.get("garmin_partner_backfill_months") or MONTHS
        try:
            back = MONTH * float(told)
        except ValueError as error:
            raise Refused(f"{told} is no number of months to look back") from error
        to = int(now.timestamp())
        return Place(ACTIVITIES_PAST, to, int((now - back).timestamp()), to)

    def _ask(self, place: "Place") -> "Place":
        """One window; asked for before is as good as asked for now."""
        first = max(place.stop, (place.to - 1) // WINDOW_S * WINDOW_S)
        if first >= place.to:
            return place.after()
        try:
            self._wire.read(
                f"{self._wire.rest}/backfill/{place.kind}",
                summaryStartTimeInSeconds=first,
                summaryEndTimeInSeconds=place.to,
            )
        except AlreadyAsked:
            pass
        except NotAllowed:  # this kind of data, or the past at all
            return place.after()
        ahead = replace(place, to=first)
        return ahead if first > place.stop else ahead.after()


@dataclass(frozen=True, slots=True)
class Place:
    """How far the past was asked for; in JSON between processes. Seconds since 1970.

    Windows begin at whole multiples of their length, so that a second request for the same is one.
    """

    kind: str | None = None  # None: all was asked for
    to: int = 0
    stop: int = 0
    now: int = 0  # where the first window of each kind ends
    alone: bool = False  # no other kind comes after this one

    @classmethod
    def read(cls, cursor: Cursor) -> "Place":
        kept: dict[str, Any] = json.loads(cursor)
        return cls(**kept)

    def written(self) -> Cursor:
        if self.kind is None:
            return "{}"
        kept: dict[str, Any] = {"kind": self.kind, "to": self.to, "stop": self.stop}
        return json.dumps({**kept, "now": self.now, **({"alone": True} if self.alone else {})})

    def after(self) -> "Place":
        """The next kind, from its newest window on."""
        following = PAST.index(self.kind) + 1 if self.kind in PAST else len(PAST)
        if self.alone or following >= len(PAST):
            return DONE
        return Place(PAST[following], self.now, self.stop, self.now)


ACTIVITIES_PAST, DONE = PAST[0], Place()


def _named(kind: str, item: records.Json) -> ActivityRef:
    start = records.instant(float(item["startTimeInSeconds"]))
    carried = records.carried_of(kind, item)
    return ActivityRef(records.activity_id(item), start_at=start, carried=carried)


def _is_whole(item: Any) -> bool:
    """What is no activity is passed by: the others beside it must not suffer for it."""
    return (
        isinstance(item, dict)
        and bool(item.get("summaryId") or item.get("activityId"))
        and isinstance(item.get("startTimeInSeconds"), int)
    )
