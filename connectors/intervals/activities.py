"""Activities on intervals.icu: the poll by windows of days, and one activity with its file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from connectors.calls import in_shape, may_still_come
from connectors.errors import Refused, Unavailable
from connectors.intervals.client import Client
from connectors.intervals.errors import Gone, NotAllowed, WithheldByService
from connectors.intervals.original import Torn, original
from connectors.intervals.records import (
    clocks_of,
    is_withheld,
    record_of,
    streams_of,
    tag_of,
    withheld_of,
)
from connectors.ports import ActivityRef, Cursor, OriginalFile, Page, Recorded
from connectors.strava_shapes import SERIES
from planning.activity import Streams

OVERLAP = timedelta(days=7)  # a watch may sync days after the run
AHEAD = timedelta(days=2)  # the athlete's day may be a day further than ours, and both are included
WINDOW = timedelta(days=2 * 365)  # some hundred rows of a few kB each
DAWN, FEW_BEFORE = date(1990, 1, 1), date(2010, 1, 1)  # one window for what is older


class IntervalsActivities:
    """One athlete's activities; `today` is in UTC."""

    def __init__(self, client: Client, today: date) -> None:
        self._client = client
        self._today = today

    def changes(self, since: Cursor | None) -> Page:
        """A window of days; windows go from the oldest to tomorrow.

        What is left out of a window, though it was there before, was deleted: nobody says so.
        """
        first = Place.read(since).next
        last = max(first, min(_end_of_window(first), self._today + AHEAD))
        rows = self._listed(first, last)
        stubs = tuple(withheld_of(row) for row in rows if is_withheld(row))
        refs = tuple(_ref(row) for row in rows if not is_withheld(row))
        more = last < self._today + AHEAD
        then = last + timedelta(days=1) if more else self._today - OVERLAP
        return Page(refs, Place(then).written(), more=more, withheld=stubs)

    def cursor_at(self, day: date) -> Cursor | None:
        """Days are the athlete's here, as they are in `day`; one more costs nothing."""
        return Place(day - timedelta(days=1)).written()

    def activity(self, ref: ActivityRef) -> Recorded | None:
        """None too for what is withheld: the poll names it."""
        try:
            row = self._client.json(f"/activity/{ref.external_id}")
            if not isinstance(row, dict) or "id" not in row:
                raise Unavailable("intervals.icu told an activity in no known shape")
            if is_withheld(row):
                return None
            return self._recorded(row)
        except (Gone, WithheldByService):
            return None
        except NotAllowed as error:  # this one, it may be; the poll finds out if it is all of them
            raise Refused(str(error)) from error

    def _recorded(self, row: Mapping[str, Any]) -> Recorded:
        record = record_of(row)
        if record.is_manual:
            return Recorded(record, tag=tag_of(row))
        try:
            file, again = self._file(record.external_id), False
        except Torn:
            file, again = None, True
        streams = None if file else self._streams(record.external_id)
        if not file and streams is None:
            again = again or may_still_come(record, self._client.clock())
        return Recorded(record, streams, file, tag=tag_of(row), incomplete=again)

    def _file(self, external_id: str) -> OriginalFile | None:
        """As the watch wrote it, and not as it was edited here: the summary tells the edits."""
        try:
            answer = self._client.read(f"/activity/{external_id}/file")
        except (Gone, WithheldByService):
            return None
        return original(external_id, answer.content)

    def _streams(self, external_id: str) -> Streams | None:
        """For what came without a file, by an application."""
        try:
            found = self._client.json(f"/activity/{external_id}/streams", types=",".join(SERIES))
        except (Gone, WithheldByService):
            return None
        with in_shape(f"The samples of activity {external_id} of intervals.icu"):
            return streams_of(found) if isinstance(found, list) else None

    def _listed(self, first: date, last: date) -> list[dict[str, Any]]:
        rows = self._client.json(
            "/athlete/0/activities", oldest=first.isoformat(), newest=last.isoformat()
        )
        known = (
            [row for row in rows if isinstance(row, dict) and row.get("id")]
            if isinstance(rows, list)
            else []
        )
        if not known and rows != []:  # one odd row is passed by; a list of them is none
            raise Unavailable("intervals.icu listed the activities in no known shape")
        return known


@dataclass(frozen=True, slots=True)
class Place:
    """Where a poll goes on: the first day of its next window. In JSON between processes."""

    next: date

    @classmethod
    def read(cls, cursor: Cursor | None) -> "Place":
        return cls(date.fromisoformat(json.loads(cursor)["next"]) if cursor else DAWN)

    def written(self) -> Cursor:
        return json.dumps({"next": self.next.isoformat()})


def _end_of_window(first: date) -> date:
    """Windows never begin twice on one day, wherever they begin."""
    return max(first + WINDOW, FEW_BEFORE) - timedelta(days=1)


def _ref(row: Mapping[str, Any]) -> ActivityRef:
    try:
        start, _ = clocks_of(row)
    except Refused:  # one odd row is refused when it is read, and does not end the poll
        return ActivityRef(str(row["id"]), tag_of(row))
    return ActivityRef(str(row["id"]), tag_of(row), start)
