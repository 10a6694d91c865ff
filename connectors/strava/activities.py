"""Activities recorded on Strava: the poll, and one activity with its streams."""

import json
import logging
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from connectors.calls import in_shape, may_still_come, patiently, session_to
from connectors.errors import SignInNeeded, Unavailable
from connectors.ports import ActivityRef, Cursor, Link, Page, Recorded
from connectors.strava.errors import Gone, kind_of, strava_errors, usage_of
from connectors.strava.oauth import API_URL, access_token, api_url
from connectors.strava.records import record_of, start_at, streams_of, tag_of
from connectors.strava_shapes import SERIES

OVERLAP = timedelta(days=3)  # a watch may sync days after the run
PAGE_SIZE = 200
DAWN = datetime.fromtimestamp(1, UTC)  # `after` must be given: without it the newest come first


class StravaActivities:
    """One athlete's activities. Never sleeps on a limit: the link's meter raises RateLimited."""

    def __init__(
        self, link: Link, clock: Callable[[], datetime], *, page_size: int = PAGE_SIZE
    ) -> None:
        self._link = link
        self._clock = clock
        self._page_size = page_size
        self._token = access_token(link, clock())
        self._get = _library_get(link, self._token)

    def changes(self, since: Cursor | None) -> Page:
        """One page, oldest first, from three days before the newest activity ever listed.

        Strava's pages may be short without being the last, so the poll goes on until an empty one.
        """
        place = Place.read(since)
        rows = self._read(
            "/athlete/activities",
            after=int(place.after.timestamp()),
            page=place.page,
            per_page=self._page_size,
        )
        refs = tuple(ref for row in rows if (ref := _ref(row))) if isinstance(rows, list) else ()
        if rows == []:
            return Page((), Place(place.newest, place.after).written())
        if not refs:  # one odd row is passed by; a page of them might go on for ever
            raise Unavailable("Strava listed the activities in no known shape")
        # A watch that believes it is 2034 must not move the window past everything to come.
        starts = (min(ref.start_at, self._clock()) for ref in refs if ref.start_at)
        newest = max([place.newest, *starts])
        ahead = Place(newest, place.after, place.page + 1)
        return Page(refs, ahead.written(), more=True)

    def cursor_at(self, day: date) -> Cursor | None:
        """From a day earlier, for a day begins up to 14 hours sooner than in UTC."""
        begins = datetime.combine(day, time.min, UTC) - timedelta(days=1)
        return Place(begins + OVERLAP, begins).written()

    def activity(self, ref: ActivityRef) -> Recorded | None:
        try:
            detail = self._read(f"/activities/{ref.external_id}")
        except Gone:
            return None
        with in_shape(f"Activity {ref.external_id} of Strava"):
            record = record_of(detail)
        streams = None if record.is_manual else self._streams(ref.external_id)
        lacking = streams is None and not record.is_manual
        return Recorded(
            record,
            streams,
            tag=tag_of(detail),
            incomplete=lacking and may_still_come(record, self._clock()),
        )

    def _streams(self, external_id: str) -> Any:
        try:
            found = self._read(
                f"/activities/{external_id}/streams", keys=",".join(SERIES), key_by_type="true"
            )
        except Gone:
            return None
        with in_shape(f"The samples of activity {external_id} of Strava"):
            return streams_of(found) if isinstance(found, dict) else None

    def _read(self, path: str, **query: Any) -> Any:
        try:
            return patiently(lambda: self._once(path, query))
        except SignInNeeded:
            # The token may have been replaced by another process, or taken back by the athlete.
            self._token = access_token(self._link, self._clock(), rejected=self._token)
            self._get = _library_get(self._link, self._token)
            return patiently(lambda: self._once(path, query))

    def _once(self, path: str, query: dict[str, Any]) -> Any:
        with strava_errors(self._clock):
            return self._get(path, **query)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a poll stands; in JSON between processes. `page` 1: no poll is under way."""

    newest: datetime  # start of the newest activity ever listed, not later than the clock
    after: datetime
    page: int = 1

    @classmethod
    def read(cls, cursor: Cursor | None) -> "Place":
        kept: dict[str, Any] = json.loads(cursor) if cursor else {"newest": 0.0}
        newest = datetime.fromtimestamp(kept["newest"], UTC)
        if "page" in kept:
            return cls(newest, datetime.fromtimestamp(kept["after"], UTC), kept["page"])
        return cls(newest, max(newest - OVERLAP, DAWN))

    def written(self) -> Cursor:
        place: dict[str, Any] = {"newest": self.newest.timestamp()}
        if self.page > 1:
            place |= {"after": self.after.timestamp(), "page": self.page}
        return json.dumps(place)


def _ref(row: Any) -> ActivityRef | None:
    """One odd row is refused when it is read, or passed by, and does not end the poll."""
    if not isinstance(row, dict) or not row.get("id"):
        return None
    return ActivityRef(str(row["id"]), tag_of(row), start_at(row))


def _library_get(link: Link, token: str) -> Callable[..., Any]:
    """The GET of stravalib, which returns JSON and raises its faults.

    Its models are left aside: they read local times as UTC, and its iterator stops at the first
    short page. So is its limiter, which would sleep, up to a day, in the worker's thread.
    """
    # Without this the library warns that it cannot renew tokens; that is done here, under a lock.
    os.environ.setdefault("SILENCE_TOKEN_WARNINGS", "true")
    with warnings.catch_warnings():  # importing it resets the process's warning filters
        from stravalib import Client
    logging.captureWarnings(False)  # and sends warnings to the log
    session = session_to(
        api_url(link.settings),
        instead_of=API_URL,
        meter=link.meter,
        kind_of=kind_of,
        usage_of=usage_of,
    )
    client = Client(
        access_token=token, rate_limiter=lambda _headers, _method: None, requests_session=session
    )
    client.protocol.client_id = client.protocol.client_secret = None
    get: Callable[..., Any] = client.protocol.get
    return get
