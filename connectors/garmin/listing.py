"""What Garmin shows: the library of templates joined with the months of the calendar.

A listing is complete or it is an error. Nothing in it is content: heads carry no steps.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.errors import Unavailable
from connectors.garmin.client import Wire

type Json = dict[str, Any]

PAGE_SIZE = 100
RECORDED = frozenset({"activity", "weight", "sleep", "nap"})  # items that are no plans


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of the calendar. `workout_id` is None for what is no workout: a race, a note.

    A training plan of Garmin's own protects what it put there: that is never touched.
    """

    id: int
    day: date
    title: str
    workout_id: int | None
    is_protected: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """`heads` by workout id; `entries` of every month that the window touches."""

    first: date
    last: date
    heads: Mapping[int, Json]
    entries: tuple[Entry, ...]

    @property
    def schedules(self) -> Mapping[int, frozenset[int]]:
        """Workout id to schedule ids."""
        found: dict[int, frozenset[int]] = {}
        for entry in self.entries:
            if entry.workout_id is not None:
                found[entry.workout_id] = found.get(entry.workout_id, frozenset()) | {entry.id}
        return found

    def inside(self) -> Iterator[Entry]:
        """The window's own entries, without the rest of its months."""
        return (entry for entry in self.entries if self.first <= entry.day <= self.last)


def read_listing(wire: Wire, first: date, last: date, *, page_size: int = PAGE_SIZE) -> Listing:
    """One request per page of templates, an empty one to be sure, and one per month."""
    heads = {int(head["workoutId"]): head for head in _templates(wire, page_size)}
    entries: dict[tuple[str, int], Entry] = {}  # pages overlap at their edges
    for year, month in months(first, last):
        for item in _month(wire, year, month):
            if item.get("itemType") in RECORDED or not item.get("date") or not item.get("id"):
                continue
            entries[str(item.get("itemType")), int(item["id"])] = _entry(item)
    ordered = sorted(entries.values(), key=lambda entry: (entry.day, entry.id))
    return Listing(first, last, heads, tuple(ordered))


def months(first: date, last: date) -> Iterator[tuple[int, int]]:
    """Year and month as people count them; the library turns to Garmin's months from 0."""
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield number // 12, number % 12 + 1


def etag_of(head: Mapping[str, Any]) -> str:
    """When Garmin says the template was last touched, written the same whoever tells it."""
    told = head.get("updateDate") or head.get("updatedDate") or ""
    return re.sub(r"\D", "", str(told))[:14]


def _templates(wire: Wire, page_size: int) -> Iterator[Json]:
    start = 0
    while True:
        page = _page(wire, start, page_size)
        if not page:
            return
        yield from page
        start += len(page)


def _page(wire: Wire, start: int, page_size: int) -> list[Json]:
    page = wire.read(lambda: wire.garmin.get_workouts(start, page_size))
    if not isinstance(page, list) or any("workoutId" not in head for head in page):
        raise Unavailable("Garmin listed the workouts in no known shape")
    return page


def _month(wire: Wire, year: int, month: int) -> list[Json]:
    page = wire.read(lambda: wire.garmin.get_scheduled_workouts(year, month))
    items = page.get("calendarItems") if isinstance(page, dict) else None
    if not isinstance(items, list):  # never to be taken for an empty month
        raise Unavailable("Garmin showed the calendar in no known shape")
    return items


def _entry(item: Json) -> Entry:
    workout_id = item.get("workoutId") if item.get("itemType") == "workout" else None
    return Entry(
        int(item["id"]),
        date.fromisoformat(str(item["date"])[:10]),
        str(item.get("title") or ""),
        int(workout_id) if workout_id else None,
        is_protected=bool(item.get("protectedWorkoutSchedule")),
    )
