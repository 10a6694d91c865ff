"""Activities recorded by a Garmin device: the poll, and one activity with its original file."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from connectors.calls import in_shape
from connectors.comparing import ident_in
from connectors.errors import Refused, Unavailable
from connectors.garmin.client import Wire
from connectors.garmin.errors import Gone
from connectors.garmin_shapes.listing import LISTING, Place, page_of, uploaded_at
from connectors.garmin_shapes.records import (
    is_multisport_parent,
    original_with,
    record_of,
    tag_of_detail,
)
from connectors.ports import ActivityRef, Cursor, Page, Recorded

PAGE_SIZE = 100
LAST_USED = "/device-service/deviceservice/mylastused"


class GarminActivities:
    """One athlete's activities. Garmin tells nobody of new ones: this is polled."""

    def __init__(
        self, wire: Wire, clock: Callable[[], datetime], *, page_size: int = PAGE_SIZE
    ) -> None:
        self._wire = wire
        self._clock = clock
        self._page_size = page_size

    def changes(self, since: Cursor | None) -> Page:
        """One page, newest first, down to three days before the newest activity ever listed."""
        place = Place.read(since)
        if not place.start:
            place = replace(place, synced_at=self._synced_at())
        rows = self._get(LISTING, params=place.query(self._page_size))
        return page_of(rows, place, self._clock())

    def cursor_at(self, day: date) -> Cursor | None:
        return Place.at(day).written()

    def activity(self, ref: ActivityRef) -> Recorded | None:
        try:
            detail = self._get(f"/activity-service/activity/{ref.external_id}")
        except Gone:
            return None
        if not isinstance(detail, dict) or "activityId" not in detail:
            raise Unavailable("Garmin described the activity in no known shape")
        if is_multisport_parent(detail):
            return None  # its legs are activities of their own
        with in_shape(f"Activity {ref.external_id} of Garmin"):
            planned = self._planned_ident(detail)
            record = record_of(detail, "garmin", planned_ident=planned)
        if record.is_manual:
            return Recorded(record, tag=tag_of_detail(detail))
        archive = self._archive(ref.external_id)
        file, again = original_with(record, archive, self._clock())
        return Recorded(record, file=file, tag=tag_of_detail(detail), incomplete=again)

    def _synced_at(self) -> datetime | None:
        """When the watch handed over last. Runs are not kept waiting for it."""
        try:
            return uploaded_at(self._get(LAST_USED))
        except (Unavailable, Refused):
            return None

    def _archive(self, external_id: str) -> bytes | None:
        path = f"/download-service/files/activity/{external_id}"
        try:
            archive: bytes = self._wire.read(lambda: self._wire.garmin.download(path))
        except Gone:
            return None
        return archive

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
