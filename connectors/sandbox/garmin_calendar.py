"""One athlete's workout library and calendar in Garmin Connect.

Writes are not idempotent, as in life: two creations are two templates, two schedulings two entries.
What the athlete put there with their own hands is marked as planted, so that it can be shown that
nobody else ever touched it.
"""

import hashlib
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.sandbox.garmin_workouts import Json, head, stored


class Unknown(Exception):
    """404, with this text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A template on a day. `id` is the schedule id."""

    id: int
    workout_id: int
    day: date
    created: date
    protected: bool = False
    planted: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """What listings show at one time. The values are replaced, never changed in place."""

    workouts: Mapping[int, Json] = field(default_factory=dict)
    entries: Mapping[int, Entry] = field(default_factory=dict)


class GarminCalendar:
    """Listings may lag behind writes by `lag()`; direct reads never do."""

    def __init__(
        self,
        *,
        owner_id: int,
        first_id: int,
        machine_now: Callable[[], datetime],
        lag: Callable[[], timedelta],
    ) -> None:
        self.owner_id = owner_id
        self.notes: list[Json] = []
        self.events: list[Json] = []
        self.planted_workouts: set[int] = set()
        self.is_planted = False
        self._ids = itertools.count(first_id)
        self._machine_now = machine_now
        self._lag = lag
        self._shelf = Shelf()
        self._past: list[tuple[datetime, Shelf]] = []  # what was shown until then

    # Reading

    @property
    def workouts(self) -> Mapping[int, Json]:
        return self._shelf.workouts

    @property
    def entries(self) -> Mapping[int, Entry]:
        return self._shelf.entries

    @property
    def listed(self) -> Shelf:
        """What a listing shows now: with a lag, what was there then."""
        then = self._machine_now() - self._lag()
        self._past = [(until, shelf) for until, shelf in self._past if until > then]
        return self._past[0][1] if self._past else self._shelf

    def workout(self, workout_id: int) -> Json:
        if workout_id not in self.workouts:
            raise Unknown(f"Workout not found: {workout_id}")
        return self.workouts[workout_id]

    def entry(self, schedule_id: int) -> Entry:
        if schedule_id not in self.entries:
            raise Unknown(f"No workout found for workout schedule = {schedule_id}")
        return self.entries[schedule_id]

    # Writing

    def create(self, sent: Mapping[str, Any], *, planted: bool = False) -> Json:
        workout_id = next(self._ids)
        made = stored(sent, workout_id=workout_id, owner_id=self.owner_id)
        stamp = _stamp(self._machine_now())
        self._put_workout(made | {"createdDate": stamp, "updateDate": stamp})
        if planted:
            self.planted_workouts.add(workout_id)
        return self.workouts[workout_id]

    def replace(self, workout_id: int, sent: Mapping[str, Any]) -> None:
        """The whole workout; id and entries stay. The update date always moves."""
        old = self.workout(workout_id)
        made = stored(sent, workout_id=workout_id, owner_id=self.owner_id)
        now = self._machine_now()
        if _stamp(now) <= old["updateDate"]:  # whole seconds: two edits in one would look like one
            last = datetime.fromisoformat(old["updateDate"]).replace(tzinfo=UTC)
            now = last + timedelta(seconds=1)
        self._put_workout(made | {"createdDate": old["createdDate"], "updateDate": _stamp(now)})

    def delete(self, workout_id: int) -> None:
        """Its entries disappear with it."""
        self.workout(workout_id)
        self._show(
            {known: kept for known, kept in self.workouts.items() if known != workout_id},
            {known: kept for known, kept in self.entries.items() if kept.workout_id != workout_id},
        )

    def schedule(
        self,
        workout_id: int,
        day: date,
        *,
        today: date,
        planted: bool = False,
        protected: bool = False,
    ) -> Entry:
        self.workout(workout_id)
        entry = Entry(next(self._ids), workout_id, day, today, protected, planted)
        self._put_entry(entry)
        return entry

    def move(self, schedule_id: int, day: date) -> None:
        old = self.entry(schedule_id)
        self._put_entry(Entry(old.id, old.workout_id, day, old.created, old.protected, old.planted))

    def unschedule(self, schedule_id: int) -> None:
        self.entry(schedule_id)
        self._show(
            self.workouts, {known: e for known, e in self.entries.items() if known != schedule_id}
        )

    # What the athlete has there of their own

    def plant(self, today: date) -> None:
        """Once: a few workouts, a coach's session, notes and a race of the athlete's own."""
        if self.is_planted:
            return
        self.is_planted = True
        club = self.create(_own_workout("Club track night", 6), planted=True)
        core = self.create(_own_workout("Hill sprints, old favourite", 8), planted=True)
        coach = self.create(_own_workout("Coach: base run", 1), planted=True)
        self.create(_own_workout("Never scheduled", 3), planted=True)
        for workout, days in ((club, 3), (club, 10), (core, 6), (core, -5)):
            day = today + timedelta(days=days)
            self.schedule(workout["workoutId"], day, today=today, planted=True)
        day = today + timedelta(days=8)
        self.schedule(coach["workoutId"], day, today=today, planted=True, protected=True)
        for days, text in ((2, "Physio 17:30"), (12, "Parents visiting")):
            self.notes.append(self._item("note", today + timedelta(days=days), text))
        self.add_race("Parkrun with the club", today + timedelta(days=13), distance_km=5.0)

    def fingerprint(self) -> str:
        """Of everything that is the athlete's own. It must never change by our doing."""
        own = [self.workouts.get(known) for known in sorted(self.planted_workouts)]
        entries = [repr(entry) for _, entry in sorted(self.entries.items()) if entry.planted]
        # An entry of ours on one of their templates is a touch too.
        intruders = [
            repr(entry)
            for entry in self.entries.values()
            if entry.workout_id in self.planted_workouts and not entry.planted
        ]
        told = json.dumps([own, entries, intruders, self.notes, self.events], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def add_by_hand(self, name: str, day: date, *, today: date) -> Entry:
        """The athlete schedules one more workout of their own."""
        workout = self.create(_own_workout(name, 4), planted=True)
        return self.schedule(workout["workoutId"], day, today=today, planted=True)

    def add_race(
        self,
        name: str,
        day: date,
        *,
        distance_km: float | None = None,
        target_s: float | None = None,
        is_main: bool = False,
        kind: str = "running",
    ) -> Json:
        """The athlete puts a race on the calendar, as its page shows it."""
        race = self._item("event", day, name)
        race |= {"isRace": True, "primaryEvent": is_main, "location": "Lyon", "eventType": kind}
        if distance_km is not None:
            target = {"value": distance_km, "unit": "kilometer", "unitType": "distance"}
            race["completionTarget"] = target
        if target_s is not None:
            race["customGoal"] = {"value": target_s, "unit": "second", "unitType": "time"}
        self.events.append(race)
        return race

    def _item(self, kind: str, day: date, title: str) -> Json:
        return {"id": next(self._ids), "itemType": kind, "date": day.isoformat(), "title": title}

    def _put_workout(self, workout: Json) -> None:
        self._show({**self.workouts, workout["workoutId"]: workout}, self.entries)

    def _put_entry(self, entry: Entry) -> None:
        self._show(self.workouts, {**self.entries, entry.id: entry})

    def _show(self, workouts: Mapping[int, Json], entries: Mapping[int, Entry]) -> None:
        if self._lag():
            self._past.append((self._machine_now(), self._shelf))
        self._shelf = Shelf(workouts, entries)


def month_json(
    shelf: Shelf, others: list[Json], *, first: date, last: date, year: int, month: int
) -> Json:
    """A calendar's page: every item from `first` to `last`. `month` counts from 0."""
    items = [
        _entry_item(entry, shelf.workouts[entry.workout_id])
        for entry in shelf.entries.values()
        if first <= entry.day <= last and entry.workout_id in shelf.workouts
    ]
    inside = [item for item in others if first.isoformat() <= item["date"] <= last.isoformat()]
    return {
        "startDayOfMonth": first.weekday(),
        "year": year,
        "month": month,
        "calendarItems": sorted([*items, *inside], key=lambda item: (item["date"], item["id"])),
    }


def grid(year: int, month: int) -> tuple[date, date]:
    """The days a month's page shows: whole weeks, so the neighbours' days too. 0-based month."""
    start = date(year, month + 1, 1)
    end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return start - timedelta(days=start.weekday()), end + timedelta(days=6 - end.weekday())


def event_json(event: Json) -> Json:
    """An event in full: other names than on the calendar's page, as in life."""
    return {
        "id": event["id"],
        "eventName": event["title"],
        "date": event["date"],
        "race": event["isRace"],
        "eventType": event["eventType"],
        "location": event["location"],
        "completionTarget": event.get("completionTarget"),
        "eventCustomization": {
            "customGoal": event.get("customGoal"),
            "isPrimaryEvent": event["primaryEvent"],
            "isTrainingEvent": False,
        },
        "eventPrivacy": {"label": "PRIVATE", "isShareable": False, "isDiscoverable": False},
    }


def entry_json(entry: Entry, workout: Json, *, owner_id: int) -> Json:
    return {
        "workoutScheduleId": entry.id,
        "workout": head(workout),
        "calendarDate": entry.day.isoformat(),
        "createdDate": entry.created.isoformat(),
        "ownerId": owner_id,
    }


def _entry_item(entry: Entry, workout: Json) -> Json:
    return {
        "id": entry.id,
        "itemType": "workout",
        "workoutId": entry.workout_id,
        "date": entry.day.isoformat(),
        "title": workout["workoutName"],
        "sportTypeKey": workout["sportType"]["sportTypeKey"],
        "duration": workout["estimatedDurationInSecs"],
        "distance": None,
        "trainingPlanId": None,
        "protectedWorkoutSchedule": entry.protected,
    }


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") + ".0"


def _own_workout(name: str, minutes: int) -> Json:
    running = {"sportTypeId": 1, "sportTypeKey": "running"}
    step = {
        "type": "ExecutableStepDTO",
        "stepOrder": 1,
        "stepType": {"stepTypeId": 3, "stepTypeKey": "interval"},
        "endCondition": {"conditionTypeId": 2, "conditionTypeKey": "time"},
        "endConditionValue": 300.0 * minutes,
        "targetType": {"workoutTargetTypeId": 1, "workoutTargetTypeKey": "no.target"},
    }
    segment = {"segmentOrder": 1, "sportType": running, "workoutSteps": [step]}
    return {"workoutName": name, "sportType": running, "workoutSegments": [segment]}
