"""What a device has room for beside the athlete's own. Pure.

Garmin's watches take about thirty scheduled workouts, or a month of them, as their users report
(GarminTools 10, 24, 26; trainasone-connectiq 10); nobody says which are left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from planning.workout import PlannedWorkout

ALWAYS = timedelta(days=3)  # what is that soon is written, however full a device is


@dataclass(frozen=True, slots=True)
class Room:
    """`waiting` is written once there is room, or when it is soon."""

    fits: tuple[PlannedWorkout, ...]
    waiting: tuple[PlannedWorkout, ...] = ()


def room_for(desired: Iterable[PlannedWorkout], *, theirs: int, most: int, today: date) -> Room:
    """The soonest of `desired`, so that with `theirs` there are `most` entries at the most."""
    ordered = sorted(desired, key=lambda each: (each.day, each.ident))
    soon = sum(each.day < today + ALWAYS for each in ordered)
    fitting = max(most - theirs, soon)
    return Room(tuple(ordered[:fitting]), tuple(ordered[fitting:]))
