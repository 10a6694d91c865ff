"""The races on an athlete's Garmin calendar: its events, as the athlete entered them there."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from connectors.errors import Unavailable
from connectors.garmin.client import Wire
from planning.goals.announced import AnnouncedRace

UNITS_M = {"meter": 1.0, "kilometer": 1_000.0, "mile": 1_609.344}


class GarminRaces:
    """Read, and never written: what is on the calendar is the athlete's own."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def races(self, first: date, last: date) -> Sequence[AnnouncedRace]:
        """Running races from `first` to `last`, by day. Raises the four errors."""
        dates = first.isoformat(), last.isoformat()
        told = self._wire.read(lambda: self._wire.garmin.get_calendar_events(*dates))
        if not isinstance(told, list):
            raise Unavailable("Garmin showed the calendar's events in no known shape")
        events = [event for event in told if isinstance(event, dict)]
        found = {race_of(event) for event in events if _is_running_race(event)}
        return sorted(found, key=lambda race: (race.day, race.name))


def race_of(event: Mapping[str, Any]) -> AnnouncedRace:
    """An event as its detail or as the calendar's page tells it: they differ in names."""
    custom = event.get("eventCustomization") or {}
    try:
        return AnnouncedRace(
            day=date.fromisoformat(str(event["date"])[:10]),
            name=str(event.get("eventName") or event.get("title") or ""),
            distance_m=_distance_m(event.get("completionTarget")),
            target_s=_target_s(custom.get("customGoal")),
            is_main=bool(custom.get("isPrimaryEvent") or event.get("primaryEvent")),
        )
    except (KeyError, ValueError, AttributeError) as error:
        raise Unavailable("Garmin showed an event in no known shape") from error


def _is_running_race(event: Mapping[str, Any]) -> bool:
    """A race of no stated sport is taken for one: the athlete says in the end whether it is."""
    kind = str(event.get("eventType") or "run")
    return bool(event.get("race") or event.get("isRace")) and "run" in kind.lower()


def _distance_m(target: Any) -> float | None:
    """None where the race goes by time, or in a unit that is not known."""
    target = target or {}
    unit = UNITS_M.get(str(target.get("unit") or "").lower())
    value = target.get("value")
    if unit is None or not value or target.get("unitType", "distance") != "distance":
        return None
    return round(float(value) * unit, 1)


def _target_s(goal: Any) -> float | None:
    goal = goal or {}
    value = goal.get("value")
    return float(value) if value and goal.get("unit") == "second" else None
