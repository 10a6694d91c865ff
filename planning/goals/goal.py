"""What the athlete wants: kind, distance, day, priority, and the time if there is one."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

FIVE_K_M = 5_000.0
TEN_K_M = 10_000.0
HALF_M = 21_097.5
MARATHON_M = 42_195.0


class GoalKind(StrEnum):
    TIME = "time"
    COMPLETION = "completion"
    HEALTH = "health"


class Priority(StrEnum):
    A = "A"  # full peak and taper: everything serves it
    B = "B"  # a good effort, no full peak
    C = "C"  # a training race


@dataclass(frozen=True, slots=True)
class Goal:
    id: str
    kind: GoalKind
    priority: Priority
    day: date
    distance_m: float | None  # None for a health goal
    target_s: float | None = None  # None: to finish
    name: str = ""
    climb_m: float | None = None
    stated_on: date | None = None  # the athlete's day on which it was stated
    retired_on: date | None = None  # given up on that day; None: alive
