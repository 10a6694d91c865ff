"""Activities recorded by a Garmin device: the poll, and one activity with its original file."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from connectors.errors import Unavailable
from connectors.garmin.client import Wire
from connectors.garmin.errors import Gone
from connectors.garmin.workouts import ident_in
from connectors.garmin_shapes.records import (
    is_multisport_parent,
    original_of,
    record_of,
    row_start_at,
    tag_of_detail,
    tag_of_row,
)
from connectors.ports import ActivityRef, Cursor, OriginalFile, Page, Recorded

OVERLAP = timedelta(days=3)  # a watch may sync days after the run
PAGE_SIZE = 100
LISTING = "/activitylist-service/activities/search/activities"


class GarminActivities:
    """One athlete's activities. Garmin tells nobody of new ones: this is polled."""

    def __init__(
        self, wire: Wire, clock: Callable[[], datetime], *, page_size: int = PAGE_SIZE
    ) -> None:
        self._wire = wire
        self._clock = clock
        self._page_size = page_size

    def changes(self, since: Cursor | None) -> Page:
        """One page, newest first, down to three days before the newest activity ever listed.

        The window has no end: the athlete's today may be tomorrow here.
        """
        place = Place.read(since)
        query: dict[str, Any] = {
            "start": place.start,
            "limit": self._page_size,
            "excludeChildren": "false",
        }
        if place.first:
            query["startDate"] = place.first.isoformat()
        rows = self._get(LISTING, params=query)
        if not isinstance(rows, list):
            raise Unavailable("Garmin listed the activities in no known shape")
        if not rows:
            return Page((), Place(place.newest).written())
        refs = tuple(
            ActivityRef(str(row["activityId"]), tag_of_row(row), row_start_at(row))
            for row in rows
            if not is_multisport_parent(row)
        )
        # A watch that believes it is 2034 must not move the window past everything to come.
        latest = self._clock()
        starts = [min(start, latest).date() for start in map(row_start_at, rows) if start]
        newest = max([*starts, *([place.newest] if place.newest else [])], default=None)
        ahead = Place(newest, place.first, place.start + len(rows))
        return Page(refs, ahead.written(), more=True)

    def cursor_at(self, day: date) -> Cursor | None:
        return Place(day + OVERLAP).written()

    def activity(self, ref: ActivityRef) -> Recorded | None:
        try:
            detail = self._get(f"/activity-service/activity/{ref.external_id}")
        except Gone:
            return None
        if not isinstance(detail, dict) or "activityId" not in detail:
            raise Unavailable("Garmin described the activity in no known shape")
        if is_multisport_parent(detail):
            return None  # its legs are activities of their own
        record = record_of(detail, "garmin", planned_ident=self._planned_ident(detail))
        file = None if record.is_manual else self._original(ref.external_id)
        return Recorded(record, file=file, tag=tag_of_detail(detail))

    def _original(self, external_id: str) -> OriginalFile | None:
        path = f"/download-service/files/activity/{external_id}"
        try:
            archive = self._wire.read(lambda: self._wire.garmin.download(path))
        except Gone:
            return None
        return original_of(archive, external_id)

    def _planned_ident(self, detail: Any) -> str | None:
        """Which session of ours was followed on the watch: the template is asked for its marker."""
        workout_id = (detail.get("metadataDTO") or {}).get("associatedWorkoutId")
        if not workout_id:
            return None
        try:
            workout = self._wire.read(lambda: self._wire.garmin.get_workout_by_id(workout_id))
        except Gone:
            return None
        return ident_in((workout or {}).get("description"))

    def _get(self, path: str, **options: Any) -> Any:
        return self._wire.read(lambda: self._wire.garmin.connectapi(path, **options))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a poll stands; in JSON between processes. `start` 0: no poll is under way."""

    newest: date | None = None  # day of the newest activity ever listed, not later than the clock
    first: date | None = None  # where the window of this poll begins
    start: int = 0  # how many were listed

    @classmethod
    def read(cls, cursor: Cursor | None) -> "Place":
        kept = json.loads(cursor) if cursor else {}
        newest = date.fromisoformat(kept["newest"]) if kept.get("newest") else None
        if kept.get("start"):
            first = date.fromisoformat(kept["first"]) if kept.get("first") else None
            return cls(newest, first, kept["start"])
        return cls(newest, newest - OVERLAP if newest else None)

    def written(self) -> Cursor:
        place: dict[str, Any] = {"newest": self.newest.isoformat() if self.newest else None}
        if self.start:
            place |= {"first": self.first.isoformat() if self.first else None, "start": self.start}
        return json.dumps(place)
