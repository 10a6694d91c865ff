"""The athlete's calendar on intervals.icu, as far as it is ours.

A session of ours is one event with our marker in its description; intervals.icu passes it on to the
athlete's watch. It reads a workout from the text, so each one is read back as it was understood.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any

from connectors.calls import begun, in_shape
from connectors.comparing import ident_in, unmarked
from connectors.errors import Refused, Unavailable
from connectors.intervals.client import Client
from connectors.intervals.errors import Gone, NotAllowed
from connectors.intervals.workouts import in_words, misread, parse, render, shown_name, steps_in
from connectors.read_back import Manner, NotKept, kept, let_go
from planning.activity import content_id
from planning.calendar import Observed
from planning.workout import Kind, PlannedWorkout, Workout, digest

EVENTS = "/athlete/0/events"
OURS = "goalward:"  # what the names begin with that intervals.icu knows our events by

type Event = Mapping[str, Any]


class IntervalsCalendar:
    """One athlete's calendar, for the time a connection is open."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._listing: tuple[date, date, Sequence[Event]] | None = None
        self._ours: set[str] = set()  # ids with our marker, or in our records

    # What the port asks for

    def entries(self, first: date, last: date, known: frozenset[str]) -> Sequence[Observed]:
        """Heads only: a listing may lag, and shows other things than a read by id."""
        self._ours |= known
        return [_observed(event) for event in self._listed(first, last) if self._is_ours(event)]

    def read(self, remote_id: str) -> Observed | None:
        try:
            return _observed(self._event(remote_id), direct=True)
        except Gone:
            return None

    def create(self, workout: PlannedWorkout) -> Observed:
        """Sent twice, as when the first answer was lost, it is one event all the same: it is known
        by session and day. On another day it would be moved, and past days are left alone.
        """
        body = render(workout)
        with _allowed():
            if self._is_taken(_key(workout), workout.day):
                made = self._client.write("POST", EVENTS, body)
            else:
                body["external_id"] = _key(workout)
                made = self._client.write("POST", f"{EVENTS}/bulk", [body], upsert="true")
        with begun():
            return self._verified(_id_of(made), workout)

    def replace(self, remote_id: str, workout: PlannedWorkout) -> Observed:
        self._require_ours(remote_id)
        try:
            self._put(remote_id, {**render(workout), "external_id": _key(workout)})
        except Gone as error:
            raise Unavailable(
                f"{remote_id} vanished meanwhile: look again", applied=False
            ) from error
        with begun():
            return self._verified(remote_id, workout)

    def delete(self, remote_id: str) -> None:
        with suppress(Gone), _allowed():
            self._require_ours(remote_id)
            self._client.write("DELETE", f"{EVENTS}/{remote_id}")

    def release(self, remote_id: str) -> None:
        """Also the name that we know it by: writing a session of that name would write over it."""
        with suppress(Gone):
            event = self._event(remote_id)
            text, key = event.get("description"), str(event.get("external_id") or "")
            if ident_in(text) is not None or key.startswith(OURS):
                bare = {"description": unmarked(text), "external_id": f"left:{remote_id}"}
                self._put(remote_id, bare)
                with begun():
                    let_go(
                        shown_name(event),
                        lambda: self._event(remote_id).get("description"),
                        service="intervals.icu",
                    )
        self._ours.discard(remote_id)
        self._listing = None

    def foreign(self, first: date, last: date) -> Sequence[str]:
        rows = self._listed(first, last, again=False)
        return [str(event.get("name") or "") for event in rows if not self._is_ours(event)]

    # Reading

    def _listed(self, first: date, last: date, *, again: bool = True) -> Sequence[Event]:
        """All of these days, also what is no workout: what is not understood is no listing."""
        if not again and self._listing and self._listing[:2] == (first, last):
            return self._listing[2]
        query = {"oldest": first.isoformat(), "newest": last.isoformat()}
        with _allowed():
            rows = self._client.json(EVENTS, **query)
        if not isinstance(rows, list):
            raise Unavailable("intervals.icu listed the calendar in no known shape")
        with in_shape("The calendar of intervals.icu", otherwise=Unavailable):
            found = [event for event in rows if event["id"] and first <= _day(event) <= last]
        self._listing = first, last, found
        return found

    def _event(self, remote_id: str) -> Event:
        with _allowed():
            found = self._client.json(f"{EVENTS}/{remote_id}")
        with in_shape("An event of intervals.icu", otherwise=Unavailable):
            _day(found)
            return dict(found)

    def _is_ours(self, event: Event) -> bool:
        return str(event["id"]) in self._ours or ident_in(event.get("description")) is not None

    def _is_taken(self, key: str, day: date) -> bool:
        """By what is the athlete's now, or stands on another day: not to be written over."""
        rows = self._listing[2] if self._listing else self._listed(day, day)
        return any(
            event.get("external_id") == key and not (self._is_ours(event) and _day(event) == day)
            for event in rows
        )

    def _require_ours(self, remote_id: str) -> None:
        """What carries neither our marker nor an id of our records is the athlete's own."""
        if remote_id in self._ours:
            return
        if not self._is_ours(self._event(remote_id)):
            raise Refused(f"Event {remote_id} is not ours: it is left alone")
        self._ours.add(remote_id)

    # Writing

    def _put(self, remote_id: str, body: Event) -> None:
        with _allowed():
            self._client.write("PUT", f"{EVENTS}/{remote_id}", body)

    def _verified(self, remote_id: str, planned: PlannedWorkout) -> Observed:
        """As intervals.icu understood it."""
        self._ours.add(remote_id)

        def write(remote_id: str, manner: Manner) -> str:
            words = manner is Manner.WORDS
            self._put(remote_id, in_words(planned) if words else render(planned))
            return remote_id

        def look(remote_id: str, manner: Manner) -> Observed:
            event = self._event(remote_id)
            with in_shape("The steps of an event of intervals.icu", otherwise=Unavailable):
                faults = _steps_left(event) if manner is Manner.WORDS else misread(planned, event)
                faults += _misplaced(planned, event)
            if faults:
                raise NotKept(faults)
            return _observed(event, direct=True)

        name = planned.workout.name
        try:
            return kept(remote_id, name, service="intervals.icu", write=write, look=look)
        except Gone as error:
            raise Unavailable(f"{remote_id} vanished meanwhile: look again") from error


@contextmanager
def _allowed() -> Iterator[None]:
    """What the key does not allow is refused: with the same key runs and nights may still come."""
    try:
        yield
    except NotAllowed as error:
        raise Refused(f"{error}. Its calendar needs the right CALENDAR:WRITE.") from error


def _misplaced(planned: PlannedWorkout, event: Event) -> list[str]:
    """What is wrong besides the steps."""
    ident, name, _ = parse(event)
    faults = []
    if ident != planned.ident:
        faults.append(f"the marker became {ident}")
    if name != planned.workout.name:
        faults.append(f"the name became {name!r}")
    if _day(event) != planned.day:
        faults.append(f"the day became {_day(event)}")
    return faults


def _steps_left(event: Event) -> list[str]:
    return [f"{len(steps_in(event))} steps are left of it"] if steps_in(event) else []


def _observed(event: Event, *, direct: bool = False) -> Observed:
    told = ("name", "type", "category", "start_date_local", "description")
    return Observed(
        remote_id=str(event["id"]),
        ident=ident_in(event.get("description")),
        day=_day(event),
        name=shown_name(event),
        etag=content_id(*(event.get(key) for key in told)),
        digest=_digest(event) if direct else None,
        direct=direct,
        content=_seen(event) if direct else None,
    )


def _digest(event: Event) -> str:
    """In planning's way."""
    ident = ident_in(event.get("description"))
    return digest(PlannedWorkout(ident or "", _day(event), _seen(event)))


def _seen(event: Event) -> Workout:
    with in_shape("The steps of an event of intervals.icu", otherwise=Unavailable):
        _, name, steps = parse(event)
    return Workout(Kind.EASY, name, "", steps, 0.0, 0.0, 0.0)  # only name and steps are digested


def _day(event: Event) -> date:
    return date.fromisoformat(str(event["start_date_local"])[:10])


def _key(planned: PlannedWorkout) -> str:
    """What intervals.icu knows our event by, besides its own number."""
    return f"{OURS}{planned.ident}:{planned.day.isoformat()}"


def _id_of(made: Any) -> str:
    """Of what was just made. An answer without it leaves open what happened."""
    event = made[0] if isinstance(made, list) and len(made) == 1 else made
    if not isinstance(event, dict) or not event.get("id"):
        raise Unavailable("intervals.icu did not name what it made")
    return str(event["id"])
