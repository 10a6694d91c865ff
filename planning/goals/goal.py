"""What the athlete wants: kind, distance, day, priority, and the time if there is one."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from planning.activity import content_id

FIVE_K_M = 5_000.0
TEN_K_M = 10_000.0
HALF_M = 21_097.5
MARATHON_M = 42_195.0
FIFTY_K_M = 50_000.0
HUNDRED_K_M = 100_000.0
DISTANCES_M = (FIVE_K_M, TEN_K_M, HALF_M, MARATHON_M, FIFTY_K_M, HUNDRED_K_M)


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
    cut_off_s: float | None = None  # the course closes; None: no limit
    reason: str = ""  # why it matters, in the athlete's own words
    temperature_c: float | None = None  # expected on the day, while no forecast knows better
    qualifier: str = ""  # the race whose standard `target_s` was made from; see `standards`
    buffer_s: float = 0.0  # how much faster than that standard
    runs_per_week: int | None = None  # of a health goal: days with a run, each week
    hours_per_week: float | None = None  # of a health goal
    from_day: date | None = None  # of a health goal: kept up from here until `day`

    @property
    def is_timed(self) -> bool:
        """Whether there is a time to reach; without one a race is a goal to finish."""
        return self.kind is GoalKind.TIME and self.target_s is not None

    @property
    def is_to_finish(self) -> bool:
        """A race without a time: its chance is judged by gates, and told in words (rule C-1)."""
        return self.distance_m is not None and not self.is_timed

    @property
    def habit(self) -> tuple[object, ...]:
        """What is to be kept up, as parts of an id; nothing for a race."""
        asked = (self.runs_per_week, self.hours_per_week, self.from_day)
        return asked if any(part is not None for part in asked) else ()

    def is_alive(self, today: date) -> bool:
        """Stated by `today` and not given up: what planning looks at. The day may be past."""
        stated = self.stated_on is None or self.stated_on <= today
        return stated and (self.retired_on is None or self.retired_on > today)

    @property
    def statement(self) -> str:
        """A short id of what is wanted: another one when time, day or distance were changed."""
        return content_id(
            self.kind,
            self.day,
            self.distance_m,
            self.target_s,
            self.climb_m,
            self.cut_off_s,
            *self.habit,
        )
