"""The poll of Garmin's list of activities: where it stands, and what a page of it says. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.errors import Unavailable
from connectors.garmin_shapes.records import is_multisport_parent, row_start_at, tag_of_row
from connectors.ports import ActivityRef, Cursor, Page

LISTING = "/activitylist-service/activities/search/activities"
OVERLAP = timedelta(days=3)  # a watch may sync days after the run


@dataclass(frozen=True, slots=True)
class Place:
    """Where a poll stands; in JSON between processes. `start` 0: no poll is under way.

    `synced_at` is asked for before the first page: what the watch hands over while the pages are
    read may be on none of them. It is told with the last one: only then all of it was read.
    """

    newest: date | None = None  # day of the newest activity ever listed, not later than the clock
    first: date | None = None  # where the window of this poll begins
    start: int = 0  # how many were listed
    synced_at: datetime | None = None

    @classmethod
    def read(cls, cursor: Cursor | None) -> "Place":
        kept = json.loads(cursor) if cursor else {}
        newest = date.fromisoformat(kept["newest"]) if kept.get("newest") else None
        if kept.get("start"):
            first = date.fromisoformat(kept["first"]) if kept.get("first") else None
            synced = kept.get("synced_at")
            return cls(
                newest, first, kept["start"], datetime.fromisoformat(synced) if synced else None
            )
        return cls(newest, newest - OVERLAP if newest else None)

    @classmethod
    def at(cls, day: date) -> "Place":
        """A poll that starts here lists everything recorded on `day` or later."""
        return cls(day + OVERLAP)

    def written(self) -> Cursor:
        place: dict[str, Any] = {"newest": self.newest.isoformat() if self.newest else None}
        if self.start:
            place |= {"first": self.first.isoformat() if self.first else None, "start": self.start}
        if self.start and self.synced_at:
            place["synced_at"] = self.synced_at.isoformat()
        return json.dumps(place)

    def query(self, size: int) -> dict[str, str]:
        """Newest first. The window has no end: the athlete's today may be tomorrow here."""
        asked = {"start": str(self.start), "limit": str(size), "excludeChildren": "false"}
        return asked | ({"startDate": self.first.isoformat()} if self.first else {})


def page_of(rows: Any, place: Place, latest: datetime) -> Page:
    """What Garmin answered to `place.query`. An empty page is the end, a short one need not be.

    One odd row is refused when it is read, or passed by: it does not end the poll.

    `latest` is the present: a watch that believes it is 2034 must not move the window past
    everything to come. Raises Unavailable for anything but a list.
    """
    if rows == []:
        return Page((), Place(place.newest).written(), synced_at=place.synced_at)
    known = (
        [row for row in rows if isinstance(row, dict) and row.get("activityId")]
        if isinstance(rows, list)
        else []
    )
    if not known:  # one odd row is passed by; a page of them might go on for ever
        raise Unavailable("Garmin listed the activities in no known shape")
    refs = tuple(
        ActivityRef(str(row["activityId"]), tag_of_row(row), row_start_at(row))
        for row in known
        if not is_multisport_parent(row)
    )
    starts = [min(start, latest).date() for start in map(row_start_at, known) if start]
    newest = max([*starts, *([place.newest] if place.newest else [])], default=None)
    ahead = replace(place, newest=newest, start=place.start + len(rows))
    return Page(refs, ahead.written(), more=True)


def uploaded_at(device: Any) -> datetime | None:
    """When the watch handed over last, by the answer about the device last used."""
    told = device.get("lastUsedDeviceUploadTime") if isinstance(device, Mapping) else None
    if not isinstance(told, (int, float)) or not 0 < told < 1e14:  # milliseconds
        return None
    return datetime.fromtimestamp(told / 1000.0, UTC)


def summary_synced_at(summary: Any) -> datetime | None:
    """The same by a day's summary; Garmin tells it in that of the athlete's today only."""
    told = summary.get("lastSyncTimestampGMT") if isinstance(summary, Mapping) else None
    try:
        return datetime.fromisoformat(told).replace(tzinfo=UTC) if isinstance(told, str) else None
    except ValueError:
        return None
