"""A feed as a calendar that we write: one event a session, never dropped, only cancelled.

Calendar programs read it and never write, so nothing in it can be the athlete's.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from connectors.errors import Refused, Unavailable
from connectors.feed import Feed, FeedEvent, Status
from connectors.ics.events import ident_of, read, rendered, uid_of
from connectors.ics.words import clean, text_of
from planning.calendar import Observed
from planning.workout import PlannedWorkout, digest


class FeedCalendar:
    """`feed_id` keeps the events of this feed apart from those of any other."""

    def __init__(self, feed: Feed, feed_id: str, *, now: datetime) -> None:
        self._feed = feed
        self._feed_id = feed_id
        self._now = now.replace(microsecond=0)  # all that the format can say

    def entries(self, first: date, last: date, known: frozenset[str]) -> Sequence[Observed]:
        del known
        return [
            self._observed(event, direct=False)
            for event in self._feed.events()
            if event.status is Status.CONFIRMED and first <= event.day <= last
        ]

    def read(self, remote_id: str) -> Observed | None:
        ident = ident_of(remote_id, self._feed_id)
        there = (each for each in self._feed.events() if each.ident == ident)
        event = next(there, None)
        shown = event is not None and event.status is Status.CONFIRMED
        return self._observed(event, direct=True) if event and shown else None

    def create(self, workout: PlannedWorkout) -> Observed:
        """A session that was cancelled, or that is there already, goes on under its sequence."""
        return self._put(workout)

    def replace(self, remote_id: str, workout: PlannedWorkout) -> Observed:
        if ident_of(remote_id, self._feed_id) != workout.ident:
            raise Refused(f"{remote_id} is not the event of {workout.ident}: it is left alone")
        if self.read(remote_id) is None:
            raise Unavailable(f"{remote_id} was cancelled meanwhile: look again", applied=False)
        return self._put(workout)

    def delete(self, remote_id: str) -> None:
        """It stays as a cancelled one, for programs that keep what a feed no longer shows."""

        def cancelled(before: FeedEvent | None) -> FeedEvent | None:
            if before is None:
                return None
            return self._after(before, replace(before, status=Status.CANCELLED))

        ident = ident_of(remote_id, self._feed_id)
        if ident is not None:
            self._feed.change(ident, cancelled)

    def foreign(self, first: date, last: date) -> Sequence[str]:
        """Nobody else writes here."""
        del first, last
        return ()

    def _put(self, planned: PlannedWorkout) -> Observed:
        wanted = FeedEvent(
            ident=planned.ident,
            day=planned.day,
            name=clean(planned.workout.name),
            text=text_of(planned),
            digest=digest(planned),
            sequence=0,
            status=Status.CONFIRMED,
            changed_at=self._now,
        )
        self._require_read_back(wanted)
        event = self._feed.change(planned.ident, lambda before: self._after(before, wanted))
        if event is None:
            raise Unavailable(f"{planned.ident} did not arrive in the feed: look again")
        return self._observed(event, direct=True)

    def _after(self, before: FeedEvent | None, wanted: FeedEvent) -> FeedEvent:
        """With the next sequence if it is to be seen that something changed, else with the same."""
        if before is None:
            return wanted
        same = replace(wanted, sequence=before.sequence, changed_at=before.changed_at)
        if same == replace(before, digest=wanted.digest):
            return same
        return replace(wanted, sequence=before.sequence + 1, changed_at=self._now)

    def _require_read_back(self, event: FeedEvent) -> None:
        """Raises Refused, before anything is kept, where another program would read other words."""
        told = rendered([event], feed_id=self._feed_id, since=event.day)
        if read(told, feed_id=self._feed_id) != [replace(event, digest="")]:
            raise Refused(f"A calendar feed cannot hold {event.name!r}")

    def _observed(self, event: FeedEvent, *, direct: bool) -> Observed:
        return Observed(
            remote_id=uid_of(event.ident, self._feed_id),
            ident=event.ident,
            day=event.day,
            name=event.name,
            etag=str(event.sequence),
            digest=event.digest,
            direct=direct,
        )
