"""The athlete's Garmin calendar, as far as it is ours.

A session of ours is a template in the library (with our marker in its description) and an entry
that puts it on a day. Its remote id is "<workout>/<schedule>", or "<workout>" while it stands on no
day. Writes are not idempotent at Garmin: two creations are two templates.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from connectors.calls import begun, in_shape
from connectors.comparing import ident_in, unmarked
from connectors.errors import Refused, ServiceError, Unavailable
from connectors.garmin.client import Wire
from connectors.garmin.errors import Gone
from connectors.garmin.listing import Entry, Listing, etag_of, read_listing
from connectors.garmin.workouts import differences, parse, render, shown_name
from connectors.in_words import as_text
from connectors.read_back import Manner, NotKept, kept, let_go
from connectors.written import dated, day_in, undated
from planning.calendar import Observed
from planning.workout import Kind, PlannedWorkout, Workout, digest

SOON = timedelta(days=2)  # what changes of runs that soon is sent to the watch at once
AROUND = timedelta(days=31)  # where to look for a template's other days before it is deleted
EARLIEST, LATEST = timedelta(hours=14), timedelta(hours=12)  # where days begin first, and end last
SCHEDULE = "/workout-service/schedule"

log = logging.getLogger(__name__)


class GarminCalendar:
    """One athlete's calendar, for the time a connection is open."""

    def __init__(self, wire: Wire, clock: Callable[[], datetime]) -> None:
        self._wire = wire
        self._garmin = wire.garmin
        self._clock = clock
        self._listing: Listing | None = None
        self._ours: set[int] = set()  # templates with our marker, or whose id is in our records
        self._soon = False  # something of the next two days was written or taken off

    # What the port asks for

    def entries(self, first: date, last: date, known: frozenset[str]) -> Sequence[Observed]:
        """Heads only, so `digest` is None. A template of ours that stands on no day of the months
        read is shown with day None, if the day in its name is one of the window and no id in
        `known` says that it did stand on one: a direct read by that id says more.
        """
        listing = self._listing = read_listing(self._wire, first, last)
        idents = self._idents(listing, known)
        self._ours |= idents.keys()
        scheduled = [
            self._head(entry, listing, idents)
            for entry in listing.inside()
            if entry.workout_id in idents and not entry.is_protected
        ]
        settled = {_ids(remote_id)[0] for remote_id in known if "/" in remote_id}
        loose = [
            _observed(str(workout_id), listing.heads[workout_id], None)
            for workout_id in sorted(idents.keys() - listing.schedules.keys() - settled)
            if workout_id in listing.heads
            and (str(workout_id) in known or _meant_for(listing, workout_id))
        ]
        return scheduled + loose

    def read(self, remote_id: str) -> Observed | None:
        """Of a template that is off its day, day None; None if the listing shows it on another."""
        workout_id, schedule_id = _ids(remote_id)
        try:
            day = self._day_of(schedule_id)
            if day is None and self._standing(workout_id) - {schedule_id}:
                return None  # it is shown by the id that it has there
            return _observed(remote_id, (found := self._workout(workout_id)), day, content=found)
        except Gone:
            return None

    def create(self, workout: PlannedWorkout) -> Observed:
        return self.create_in_parts(workout, lambda _: None)

    def create_in_parts(self, workout: PlannedWorkout, made: Callable[[str], None]) -> Observed:
        told = self._wire.write(lambda: self._garmin.upload_workout(render(workout)))
        workout_id = _id_of(told, "workoutId")
        self._ours.add(workout_id)
        with begun():
            made(str(workout_id))
            return self._verified(self._put_on_day(workout_id, workout.day), workout)

    def replace(self, remote_id: str, workout: PlannedWorkout) -> Observed:
        """The template keeps its id and so its entries; the day moves if it has to."""
        workout_id, schedule_id = _ids(remote_id)
        self._require_ours(workout_id)
        try:
            self._write_over(workout_id, workout)
        except Gone as error:
            raise Unavailable(
                f"{remote_id} vanished meanwhile: look again", applied=False
            ) from error
        with begun():
            return self._verified(self._moved(workout_id, schedule_id, workout.day), workout)

    def delete(self, remote_id: str) -> None:
        """The entry, then its template, unless the athlete put that on another day as well."""
        workout_id, schedule_id = _ids(remote_id)
        try:
            self._require_ours(workout_id)
        except Gone:
            return
        if self._listing is None:
            around = self._clock().date()
            self._listing = read_listing(self._wire, around - AROUND, around + AROUND)
        elsewhere = self._standing(workout_id) - {schedule_id}
        if schedule_id is not None:
            self._unless_gone(lambda: self._garmin.unschedule_workout(schedule_id))
            self._note_soon(self._listed_day(schedule_id))
        if not elsewhere:
            with begun():
                self._unless_gone(lambda: self._garmin.delete_workout(workout_id))

    def release(self, remote_id: str) -> None:
        """In the template, and so in each of its entries."""
        workout_id, _ = _ids(remote_id)
        with suppress(Gone):
            workout = self._workout(workout_id)
            if ident_in(workout.get("description")) is not None:
                bare = {**workout, "description": unmarked(workout["description"])}
                self._wire.write(lambda: self._garmin.update_workout(workout_id, bare))
                with begun():
                    let_go(
                        shown_name(workout),
                        lambda: self._workout(workout_id).get("description"),
                        service="Garmin",
                    )
        self._ours.discard(workout_id)
        self._listing = None

    def foreign(self, first: date, last: date) -> Sequence[str]:
        listing = self._listing_of(first, last)
        ours = self._idents(listing, frozenset()).keys() | self._ours
        return [
            entry.title
            for entry in listing.entries
            if first <= entry.day <= last and (entry.workout_id not in ours or entry.is_protected)
        ]

    def taken(self, first: date, last: date) -> int:
        """Races and notes take no place on a watch."""
        listing = self._listing_of(first, last)
        ours = self._idents(listing, frozenset()).keys() | self._ours
        return sum(
            first <= entry.day <= last and (entry.workout_id not in ours or entry.is_protected)
            for entry in listing.entries
            if entry.workout_id is not None
        )

    def send_to_watch(self) -> None:
        """Once, after all writes: whatever was written for the next two days, moved out of them or
        taken off should not wait for the watch to ask. Best effort: the watch asks anyway.
        """
        if not self._soon:
            return
        self._soon = False
        try:
            self._wire.write(self._garmin.send_scheduled_workouts_to_devices)
        except ServiceError as error:
            log.info("Garmin did not send the workouts to the watch at once: %s", error)

    # Reading

    def _listing_of(self, first: date, last: date) -> Listing:
        """The last one, if it holds these days."""
        known = self._listing
        if known is not None and known.first <= first and last <= known.last:
            return known
        return read_listing(self._wire, first, last)

    def _idents(self, listing: Listing, known: frozenset[str]) -> Mapping[int, str | None]:
        """Templates of ours: by marker, or (ident None) because our records know their id."""
        idents: dict[int, str | None] = {
            workout_id: None for workout_id, _ in map(_ids, known) if workout_id in listing.heads
        }
        for workout_id, head in listing.heads.items():
            if ident := self._ident(workout_id, head):
                idents[workout_id] = ident
        for entry in listing.inside():  # on the calendar, but not in a library that lags
            if entry.workout_id in {None, *listing.heads} or not _looks_ours(entry.title):
                continue
            idents |= self._unlisted(int(entry.workout_id or 0))
        return idents

    def _ident(self, workout_id: int, head: Mapping[str, Any]) -> str | None:
        """By the head; where heads carry no description, by the workout, if its name looks ours."""
        if "description" in head or not _looks_ours(str(head.get("workoutName") or "")):
            return ident_in(head.get("description"))
        try:
            return ident_in(self._workout(workout_id).get("description"))
        except Gone:
            return None

    def _unlisted(self, workout_id: int) -> dict[int, str | None]:
        try:
            ident = ident_in(self._workout(workout_id).get("description"))
        except Gone:
            return {}
        return {workout_id: ident} if ident else {}

    def _head(self, entry: Entry, listing: Listing, idents: Mapping[int, str | None]) -> Observed:
        workout_id = entry.workout_id or 0
        head = listing.heads.get(workout_id) or {"workoutName": entry.title}
        remote_id = f"{workout_id}/{entry.id}"
        return Observed(remote_id, idents[workout_id], entry.day, shown_name(head), etag_of(head))

    def _workout(self, workout_id: int) -> dict[str, Any]:
        found = self._wire.read(lambda: self._garmin.get_workout_by_id(workout_id))
        if not isinstance(found, dict) or "workoutSegments" not in found:
            raise Unavailable("Garmin showed the workout in no known shape")
        return found

    def _schedule(self, schedule_id: int) -> dict[str, Any]:
        found = self._wire.read(lambda: self._garmin.get_scheduled_workout_by_id(schedule_id))
        if not isinstance(found, dict) or not found.get("calendarDate"):
            raise Unavailable("Garmin showed the calendar entry in no known shape")
        return found

    def _day_of(self, schedule_id: int | None) -> date | None:
        """None: it stands on no day, or not on this one any more."""
        if schedule_id is None:
            return None
        try:
            return _day(self._schedule(schedule_id))
        except Gone:
            return None

    def _standing(self, workout_id: int) -> frozenset[int]:
        """Its entries, as far as the last listing shows."""
        listed = self._listing.schedules if self._listing else {}
        return listed.get(workout_id, frozenset())

    def _listed_day(self, schedule_id: int) -> date | None:
        """None: on no day near today."""
        entries = self._listing.entries if self._listing else ()
        return next((entry.day for entry in entries if entry.id == schedule_id), None)

    def _require_ours(self, workout_id: int) -> None:
        """What carries neither our marker nor an id of our records is the athlete's own."""
        if workout_id in self._ours:
            return
        if ident_in(self._workout(workout_id).get("description")) is None:
            raise Refused(f"Workout {workout_id} is not ours: it is left alone")
        self._ours.add(workout_id)

    # Writing

    def _write_over(self, workout_id: int, planned: PlannedWorkout) -> None:
        content = render(planned)
        self._wire.write(lambda: self._garmin.update_workout(workout_id, content))

    def _put_on_day(self, workout_id: int, day: date) -> str:
        made = self._wire.write(lambda: self._garmin.schedule_workout(workout_id, day.isoformat()))
        return f"{workout_id}/{_id_of(made, 'workoutScheduleId')}"

    def _moved(self, workout_id: int, schedule_id: int | None, day: date) -> str:
        if schedule_id is None:
            return self._put_on_day(workout_id, day)
        try:
            entry = self._schedule(schedule_id)
        except Gone:  # taken off its day meanwhile
            return self._put_on_day(workout_id, day)
        if (before := _day(entry)) != day:
            self._note_soon(before)
            body = {
                **entry,
                "calendarDate": day.isoformat(),
                "workout": {"workoutId": workout_id},
            }
            path = f"{SCHEDULE}/{schedule_id}"
            self._wire.write(lambda: self._garmin.client.put("connectapi", path, json=body))
        return f"{workout_id}/{schedule_id}"

    def _verified(self, remote_id: str, planned: PlannedWorkout) -> Observed:
        """As Garmin keeps it. What is soon is to be on the watch, as steps or as text."""
        manners = {Manner.STEPS: planned, Manner.WORDS: as_text(planned)}

        def write(remote_id: str, manner: Manner) -> str:
            workout_id, schedule_id = _ids(remote_id)
            self._write_over(workout_id, manners[manner])
            return self._moved(workout_id, schedule_id, planned.day)

        def look(remote_id: str, manner: Manner) -> Observed:
            workout_id, schedule_id = _ids(remote_id)
            workout = self._workout(workout_id)
            day = _day(self._schedule(schedule_id)) if schedule_id is not None else None
            with in_shape("The steps of a workout of Garmin's", otherwise=Unavailable):
                faults = _faults(manners[manner], workout, day)
            if faults:
                raise NotKept(faults)
            return _observed(remote_id, workout, day, content=workout)

        try:
            seen = kept(remote_id, planned.workout.name, service="Garmin", write=write, look=look)
        except Gone as error:
            raise Unavailable(f"{remote_id} vanished meanwhile: look again") from error
        self._note_soon(planned.day)
        return seen

    def _note_soon(self, day: date | None) -> None:
        self._soon |= day is not None and is_soon(day, self._clock())

    def _unless_gone(self, write: Callable[[], Any]) -> None:
        with suppress(Gone):
            self._wire.write(write)


def is_soon(day: date, now: datetime) -> bool:
    """Whether a run on `day` may begin within two days from `now`, wherever the athlete is."""
    midnight = datetime.combine(day, time(), UTC)
    over = midnight + timedelta(days=1) + LATEST
    return midnight - EARLIEST <= now + SOON and now <= over


def _faults(planned: PlannedWorkout, workout: Mapping[str, Any], day: date | None) -> list[str]:
    ident, name, steps = parse(workout)
    faults = differences(planned.workout.steps, steps)
    if ident != planned.ident:
        faults.append(f"the marker became {ident}")
    wanted, kept = dated(planned.workout.name, planned.day), workout.get("workoutName")
    if name != undated(wanted) or kept != wanted:  # another sport, another day, another name
        faults.append(f"the name became {kept!r}")
    if day != planned.day:
        faults.append(f"the day became {day}")
    return faults


def _observed(
    remote_id: str,
    head: Mapping[str, Any],
    day: date | None,
    *,
    content: Mapping[str, Any] | None = None,
) -> Observed:
    return Observed(
        remote_id=remote_id,
        ident=ident_in(head.get("description")),
        day=day,
        name=shown_name(head),
        etag=etag_of(head),
        digest=None if content is None else _digest(content, day),
        direct=content is not None,
        content=None if content is None else _seen(content),
    )


def _digest(workout: Mapping[str, Any], day: date | None) -> str:
    """In planning's way; an entry on no day counts as on day one."""
    ident = ident_in(workout.get("description"))
    return digest(PlannedWorkout(ident or "", day or date.min, _seen(workout)))


def _seen(workout: Mapping[str, Any]) -> Workout:
    _, name, steps = parse(workout)
    return Workout(Kind.EASY, name, "", steps, 0.0, 0.0, 0.0)  # only name and steps are digested


def _ids(remote_id: str) -> tuple[int, int | None]:
    """Workout id and schedule id."""
    workout_id, _, schedule_id = remote_id.partition("/")
    return int(workout_id), int(schedule_id) if schedule_id else None


def _id_of(made: Any, key: str) -> int:
    """Of what was just made. An answer without it leaves open what happened."""
    if not isinstance(made, dict) or not made.get(key):
        raise Unavailable("Garmin did not name what it made")
    return int(made[key])


def _day(entry: Mapping[str, Any]) -> date:
    return date.fromisoformat(str(entry["calendarDate"])[:10])


def _looks_ours(name: str) -> bool:
    return name != undated(name)


def _meant_for(listing: Listing, workout_id: int) -> bool:
    """Its name says a day of the window; older ones may stand in a month that was not read."""
    day = day_in(str(listing.heads[workout_id].get("workoutName") or ""), listing.first)
    return day is not None and listing.first <= day <= listing.last
