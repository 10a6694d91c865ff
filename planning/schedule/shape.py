"""What a week is to be: the athlete's habits, what stands already, and what is still free."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planning.goals.goal import Goal
from planning.goals.season import MARATHON_LIKE_M, SeasonWeek
from planning.schedule.mileage import Mileage
from planning.schedule.paces import Paces
from planning.schedule.plan import PlanDay
from planning.workout import Workout


@dataclass(frozen=True, slots=True)
class Habits:
    """How the athlete's weeks are built. Weekdays count from Monday = 0.

    `hard_gap_days` between hard sessions (rules I-6, M-2), `hard_sessions` a week at most;
    `walk_every_s` and `strides` follow rule B-1: seconds of running between two minutes of walking,
    None without walking.
    """

    weekdays: frozenset[int]
    long_weekday: int
    runs: int
    hard_gap_days: int
    hard_sessions: int
    strides: bool
    walk_every_s: float | None
    first_marathon: bool

    @property
    def run_walk(self) -> bool:
        return self.walk_every_s is not None


@dataclass(frozen=True, slots=True)
class Week:
    """A week to be laid out. `taken` days stand already; `hard_days` are hard days around it,
    races included; nothing new is put on days before `first_free`.
    """

    season: SeasonWeek
    habits: Habits
    mileage: Mileage  # everything before this week, as run or as planned
    paces: Paces  # with the race pace of the week's goal
    race_paces: Mapping[str, Paces]  # by goal id
    races: Sequence[Goal]  # of the whole season
    volume_m: float
    peak_m: float  # what a taper is a share of
    start_long_m: float  # the longest training run when the season's weeks were first counted
    taken: Mapping[date, PlanDay]
    hard_days: frozenset[date]
    first_free: date
    runs_done: int = 0
    idents: frozenset[str] = frozenset()  # of sessions that stand, in this week or another
    quiet: frozenset[date] = frozenset()  # nothing hard on them: soon after an illness (rule R-1)

    @property
    def first_day(self) -> date:
        return self.season.first_day

    def all_days(self) -> list[date]:
        return [self.first_day + timedelta(days=n) for n in range(7)]


def in_steps(distance_m: float) -> float:
    """Down to a length that people run: whole 500 m, and 100 m below 8 km, where half a kilometre
    is more than a limit of ten per cent allows.
    """
    step_m = 500.0 if distance_m >= 8_000.0 else 100.0
    return distance_m // step_m * step_m


type Placed = dict[date, tuple[str, Workout]]  # slot and workout by day


def free_days(week: Week, placed: Placed) -> list[date]:
    """Days on which a new run may stand: two days of rest follow a marathon (rule T-5)."""
    resting = {
        race.day + timedelta(days=n)
        for race in week.races
        if race.distance_m and race.distance_m > MARATHON_LIKE_M
        for n in (1, 2)
    }
    return [
        day
        for day in week.all_days()
        if day >= week.first_free
        and day.weekday() in week.habits.weekdays
        and not ({day} & ({*week.taken, *placed} | resting))
    ]
