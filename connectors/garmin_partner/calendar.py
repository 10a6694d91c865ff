"""The athlete's calendar in Garmin Connect through the developer programme, as far as it is ours.

A session of ours is a workout (with our marker in its description) and a schedule that puts it on a
day: its remote id is "<workout>/<schedule>". A partner sees only what it created, and workouts on
no day are in no listing: whoever calls is told the workout's id before it is put on its day, and
finds it by that alone ("<workout>") after a crash in between.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from connectors.calls import begun, in_shape
from connectors.comparing import ident_in, unmarked
from connectors.errors import Refused, Unavailable
from connectors.garmin_partner.addresses import MADE, SCHEDULE, WORKOUT
from connectors.garmin_partner.client import Wire
from connectors.garmin_partner.errors import Gone
from connectors.garmin_partner.workouts import (
    content_of,
    differences,
    parse,
    render,
    shown_name,
    too_long,
)
from connectors.in_words import as_text
from connectors.read_back import Manner, NotKept, kept, let_go
from connectors.written import dated, undated
from planning.activity import content_id
from planning.calendar import Observed
from planning.workout import Kind, PlannedWorkout, Workout, digest

AROUND = timedelta(days=31)  # where to look for a workout's other days before it is deleted

type Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """The schedules of these days, and the days by workout and schedule."""

    first: date
    last: date
    days: Mapping[tuple[int, int], date]

    def schedules(self, workout_id: int) -> frozenset[int]:
        return frozenset(schedule for workout, schedule in self.days if workout == workout_id)


class PartnerCalendar:
    """One athlete's calendar, for the time a connection is open."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._listing: Listing | None = None
        self._read: dict[int, Json] = {}  # workouts, as they were last read
        self._ours: set[int] = set()  # workouts whose id is in our records, or that we just made

    # What the port asks for

    def entries(self, first: date, last: date, known: frozenset[str]) -> Sequence[Observed]:
        """Schedules hold neither name nor marker, so each one's workout is read as well."""
        recorded = {_ids(remote_id) for remote_id in known}
        self._ours |= {workout_id for workout_id, _ in recorded}
        listing = self._listing = self._listed(first, last)
        found = [
            _observed(f"{workout_id}/{schedule_id}", workout, day)
            for (workout_id, schedule_id), day in listing.days.items()
            if (workout := self._there(workout_id)) and self._is_ours(workout_id, workout)
        ]
        loose = {workout_id for workout_id, schedule_id in recorded if schedule_id is None}
        found += [
            _observed(str(workout_id), workout, None)
            for workout_id in sorted(loose)
            if not listing.schedules(workout_id) and (workout := self._there(workout_id))
        ]
        return found

    def read(self, remote_id: str) -> Observed | None:
        """Of a workout that is off its day, day None; None if the listing shows it on another."""
        workout_id, schedule_id = _ids(remote_id)
        try:
            day = self._day_of(schedule_id)
            if day is None and self._standing(workout_id) - {schedule_id}:
                return None  # it is shown by the id that it has there
            return _observed(remote_id, self._workout(workout_id), day, direct=True)
        except Gone:
            return None

    def create(self, workout: PlannedWorkout) -> Observed:
        return self.create_in_parts(workout, lambda _: None)

    def create_in_parts(self, workout: PlannedWorkout, made: Callable[[str], None]) -> Observed:
        told = self._wire.write("POST", MADE, render(_in_short(workout)))
        workout_id = _id_of(told, "workoutId")
        self._ours.add(workout_id)
        with begun():
            made(str(workout_id))
            return self._verified(self._put_on_day(workout_id, workout.day), workout)

    def replace(self, remote_id: str, workout: PlannedWorkout) -> Observed:
        """The workout keeps its id; its day moves if it has to."""
        workout_id, schedule_id = _ids(remote_id)
        try:
            self._write_over(workout_id, _in_short(workout))
        except Gone as error:
            raise Unavailable(
                f"{remote_id} vanished meanwhile: look again", applied=False
            ) from error
        with begun():
            return self._verified(self._moved(workout_id, schedule_id, workout.day), workout)

    def delete(self, remote_id: str) -> None:
        """The schedule, then its workout, unless the athlete put that on another day as well. In
        this order, for what stands on no day is found again by its id after a crash in between.
        """
        workout_id, schedule_id = _ids(remote_id)
        try:
            self._required(workout_id)
        except Gone:
            return
        if self._listing is None:
            around = self._wire.clock().date()
            self._listing = self._listed(around - AROUND, around + AROUND)
        elsewhere = self._standing(workout_id) - {schedule_id}
        if schedule_id is not None:
            with suppress(Gone):
                self._wire.write("DELETE", f"{SCHEDULE}/{schedule_id}")
        if not elsewhere:
            with begun(), suppress(Gone):
                self._wire.write("DELETE", f"{WORKOUT}/{workout_id}")

    def release(self, remote_id: str) -> None:
        """In the workout, and so on each of its days."""
        workout_id, _ = _ids(remote_id)
        with suppress(Gone):
            workout = self._workout(workout_id)
            if ident_in(workout.get("description")) is not None:
                bare = {**workout, "description": unmarked(workout["description"])}
                self._wire.write("PUT", f"{WORKOUT}/{workout_id}", bare)
                with begun():
                    let_go(
                        shown_name(workout),
                        lambda: self._workout(workout_id).get("description"),
                        service="Garmin",
                    )
        self._ours.discard(workout_id)

    def foreign(self, first: date, last: date) -> Sequence[str]:
        """Of the athlete's own Garmin shows us nothing: here is only what of ours became theirs."""
        listing = self._listing
        if listing is None or not (listing.first <= first and last <= listing.last):
            listing = self._listed(first, last)
        inside = (one for (one, _), day in listing.days.items() if first <= day <= last)
        workouts = ((one, self._read.get(one) or self._there(one)) for one in inside)
        return [
            shown_name(workout)
            for workout_id, workout in workouts
            if workout and not self._is_ours(workout_id, workout)
        ]

    def taken(self, first: date, last: date) -> int:
        """As far as a partner can see: what else the athlete has there is not shown to it."""
        return len(self.foreign(first, last))

    # Reading

    def _listed(self, first: date, last: date) -> Listing:
        """What is not understood is no listing."""
        query = {"startDate": first.isoformat(), "endDate": last.isoformat()}
        rows = self._wire.workouts(SCHEDULE, **query)
        if not isinstance(rows, list):
            raise Unavailable("Garmin listed the schedules in no known shape")
        with in_shape("Garmin's list of schedules", otherwise=Unavailable):
            days = {(int(row["workoutId"]), int(row["scheduleId"])): _day(row) for row in rows}
        inside = {ids: day for ids, day in sorted(days.items()) if first <= day <= last}
        return Listing(first, last, inside)

    def _workout(self, workout_id: int) -> Json:
        found = self._wire.workouts(f"{WORKOUT}/{workout_id}")
        if not isinstance(found, dict) or not isinstance(found.get("segments"), list):
            raise Unavailable("Garmin showed a workout in no known shape")
        self._read[workout_id] = found
        return found

    def _there(self, workout_id: int) -> Json | None:
        try:
            return self._workout(workout_id)
        except Gone:  # its schedule is about to go, too
            return None

    def _day_of(self, schedule_id: int | None) -> date | None:
        """None: it stands on no day, or not on this one any more."""
        if schedule_id is None:
            return None
        try:
            found = self._wire.workouts(f"{SCHEDULE}/{schedule_id}")
        except Gone:
            return None
        with in_shape("A schedule of Garmin's", otherwise=Unavailable):
            return _day(found)

    def _standing(self, workout_id: int) -> frozenset[int]:
        """Its schedules, as far as the last listing shows."""
        return self._listing.schedules(workout_id) if self._listing else frozenset()

    def _is_ours(self, workout_id: int, workout: Json) -> bool:
        return workout_id in self._ours or ident_in(workout.get("description")) is not None

    def _required(self, workout_id: int) -> Json:
        """What carries neither our marker nor an id of our records is the athlete's own."""
        workout = self._read.get(workout_id) or self._workout(workout_id)
        if not self._is_ours(workout_id, workout):
            raise Refused(f"Workout {workout_id} is not ours: it is left alone")
        return workout

    # Writing

    def _write_over(self, workout_id: int, planned: PlannedWorkout) -> None:
        owner = self._required(workout_id).get("ownerId")
        body = {**render(planned), "workoutId": workout_id, "ownerId": owner}
        self._wire.write("PUT", f"{WORKOUT}/{workout_id}", body)

    def _put_on_day(self, workout_id: int, day: date) -> str:
        body = {"workoutId": workout_id, "date": day.isoformat()}
        made = self._wire.write("POST", f"{SCHEDULE}/", body)
        return f"{workout_id}/{_id_of(made, 'scheduleId')}"

    def _moved(self, workout_id: int, schedule_id: int | None, day: date) -> str:
        """A day that was given before, with the answer lost, is used."""
        given = min(self._standing(workout_id), default=None)
        schedule_id = given if schedule_id is None else schedule_id
        there = self._day_of(schedule_id)
        if there is None:  # or taken off it meanwhile
            return self._put_on_day(workout_id, day)
        if there != day:
            body = {"scheduleId": schedule_id, "workoutId": workout_id, "date": day.isoformat()}
            self._wire.write("PUT", f"{SCHEDULE}/{schedule_id}", body)
        return f"{workout_id}/{schedule_id}"

    def _verified(self, remote_id: str, planned: PlannedWorkout) -> Observed:
        """As Garmin keeps it. What has more steps than it takes was sent in words."""
        manners = {Manner.STEPS: planned, Manner.WORDS: as_text(planned)}

        def write(remote_id: str, manner: Manner) -> str:
            workout_id, schedule_id = _ids(remote_id)
            self._write_over(workout_id, manners[manner])
            return self._moved(workout_id, schedule_id, planned.day)

        def look(remote_id: str, manner: Manner) -> Observed:
            workout_id, schedule_id = _ids(remote_id)
            workout, day = self._workout(workout_id), self._day_of(schedule_id)
            with in_shape("The steps of a workout of Garmin's", otherwise=Unavailable):
                faults = _faults(manners[manner], workout, day)
            if faults:
                raise NotKept(faults)
            return _observed(remote_id, workout, day, direct=True)

        too_much = too_long(planned.workout.steps)
        name = planned.workout.name
        try:
            return kept(
                remote_id, name, service="Garmin", write=write, look=look, too_much=too_much
            )
        except Gone as error:
            raise Unavailable(f"{remote_id} vanished meanwhile: look again") from error


def _in_short(planned: PlannedWorkout) -> PlannedWorkout:
    return as_text(planned) if too_long(planned.workout.steps) else planned


def _faults(planned: PlannedWorkout, workout: Json, day: date | None) -> list[str]:
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


def _observed(remote_id: str, workout: Json, day: date | None, *, direct: bool = False) -> Observed:
    with in_shape("The steps of a workout of Garmin's", otherwise=Unavailable):
        ident, name, steps = parse(workout)
    seen = Workout(Kind.EASY, name, "", steps, 0.0, 0.0, 0.0)  # only name and steps are digested
    return Observed(
        remote_id=remote_id,
        ident=ident,
        day=day,
        name=name,
        etag=content_id(content_of(workout)),
        # One on no day counts as on day one.
        digest=digest(PlannedWorkout(ident or "", day or date.min, seen)) if direct else None,
        direct=direct,
        content=seen if direct else None,
    )


def _ids(remote_id: str) -> tuple[int, int | None]:
    """Workout id and schedule id."""
    workout_id, _, schedule_id = remote_id.partition("/")
    return int(workout_id), int(schedule_id) if schedule_id else None


def _id_of(made: Any, key: str) -> int:
    """Of what was just made. An answer without it leaves open what happened."""
    if not isinstance(made, dict) or not made.get(key):
        raise Unavailable("Garmin did not name what it made")
    return int(made[key])


def _day(row: Json) -> date:
    return date.fromisoformat(str(row["date"])[:10])
