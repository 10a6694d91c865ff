"""Activities by Garmin's personal API: the poll, and one activity with its original file."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from connectors.calls import in_shape
from connectors.errors import Refused, Unavailable
from connectors.garmin_personal.client import Wire
from connectors.garmin_personal.errors import Gone
from connectors.garmin_shapes.listing import LISTING, Place, page_of, summary_synced_at
from connectors.garmin_shapes.records import (
    is_multisport_parent,
    original_with,
    record_of,
    tag_of_detail,
)
from connectors.ports import ActivityRef, Cursor, Page, Recorded

SOURCE = "garmin_personal"
PAGE_SIZE = 45  # larger ones break it
SUMMARY = "/usersummary-service/usersummary/daily"


class PersonalActivities:
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
        rows = self._wire.get(LISTING, **place.query(self._page_size))
        return page_of([] if rows is None else rows, place, self._clock())

    def cursor_at(self, day: date) -> Cursor | None:
        return Place.at(day).written()

    def activity(self, ref: ActivityRef) -> Recorded | None:
        detail = self._wire.find(f"/activity-service/activity/{ref.external_id}")
        if detail is None:
            return None
        if not isinstance(detail, dict) or "activityId" not in detail:
            raise Unavailable("Garmin described the activity in no known shape")
        if is_multisport_parent(detail):
            return None  # its legs are activities of their own
        with in_shape(f"Activity {ref.external_id} of Garmin"):
            record = record_of(detail, SOURCE)
        if record.is_manual:
            return Recorded(record, tag=tag_of_detail(detail))
        archive = self._archive(ref.external_id)
        file, again = original_with(record, archive, self._clock())
        return Recorded(record, file=file, tag=tag_of_detail(detail), incomplete=again)

    def _archive(self, external_id: str) -> bytes | None:
        try:
            return self._wire.archive(int(external_id))
        except Gone:
            return None

    def _synced_at(self) -> datetime | None:
        """When the watch handed over last. Runs are not kept waiting for it.

        It stands in the summary of the athlete's today, which may be the day before or after ours.
        """
        today = self._clock().date()
        for days in (0, 1, -1):
            try:
                told = self._wire.find(SUMMARY, calendarDate=str(today + timedelta(days=days)))
            except Refused:
                continue
            except Unavailable:
                return None
            if found := summary_synced_at(told):
                return found
        return None
