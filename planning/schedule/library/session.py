"""What a session of the library is, as data: for whom, when, how it grows, from what source."""

from dataclasses import dataclass
from enum import StrEnum

from planning.goals.course import is_mountain
from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, Goal, GoalKind
from planning.schedule.effort import Effort
from planning.schedule.plan import Phase
from planning.workout import Kind


class Theme(StrEnum):
    """What a session is for; each is served by sessions that grow over the weeks."""

    EASY = "easy running"
    STRIDES = "strides"
    LONG = "long run"
    HILLS = "hills"
    TEMPO = "tempo"
    THRESHOLD = "threshold"
    INTERVAL = "interval"
    REPETITION = "repetition"
    RACE_PACE = "race pace"
    TEST = "test"
    RACE = "race"


class Family(StrEnum):
    """Goals that are prepared for alike. `finish` is to get through a road race up to the marathon,
    without a time; `ultra` and `trail` are so with a time as well.
    """

    HEALTH = "health"
    FIVE_K = "5 km"
    TEN_K = "10 km"
    HALF = "half marathon"
    MARATHON = "marathon"
    FINISH = "to finish"
    TRAIL = "trail"
    ULTRA = "ultra"


class Level(StrEnum):
    """By weekly distance: under 30 km, to 60 km, above. A convention (E)."""

    LOW = "under 30 km a week"
    MIDDLE = "30 to 60 km a week"
    HIGH = "over 60 km a week"


class Evidence(StrEnum):
    """How much is behind a session, from meta-analyses (A) to custom (E)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


@dataclass(frozen=True, slots=True)
class When:
    families: frozenset[Family]
    phases: frozenset[Phase]
    levels: frozenset[Level] = frozenset(Level)


@dataclass(frozen=True, slots=True)
class Plain:
    """Built from a distance or a time alone: easy and long runs, races."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """Rounds of work, each of `metres` or of `seconds`, with a rest after every piece of it.

    The rest is `rest_share` of the time of the work, in whole 15 s. With certain paces only is work
    measured in metres; otherwise the same goes by time.
    """

    effort: Effort
    metres: tuple[int, ...] = ()
    seconds: tuple[int, ...] = ()
    fewest: int = 3
    most: int = 8
    rest_share: float = 1.0
    rest_s: tuple[int, int] = (45, 180)  # least and most
    resting: Effort = Effort.EASY


@dataclass(frozen=True, slots=True)
class Alternating:
    """Two efforts in turn without a rest, each over as many metres."""

    harder: Effort
    milder: Effort
    metres: int
    fewest: int = 2
    most: int = 6


@dataclass(frozen=True, slots=True)
class Steady:
    """One effort without a break, in whole five minutes."""

    effort: Effort
    least_min: int = 10
    most_min: int = 40


@dataclass(frozen=True, slots=True)
class Rising:
    """Efforts of equal length one after the other, in whole minutes each."""

    efforts: tuple[Effort, ...]
    least_min: int = 4
    most_min: int = 15


@dataclass(frozen=True, slots=True)
class Trial:
    """So many metres for time."""

    metres: int


type Recipe = Plain | Repeats | Alternating | Steady | Rising | Trial


@dataclass(frozen=True, slots=True)
class Session:
    """`progression` says how it grows over the weeks, `easier` what to do on a tired day, `cue`
    what to mind while running.
    """

    id: str
    theme: Theme
    kind: Kind
    title: str
    purpose: str
    recipe: Recipe
    when: When
    progression: str
    source: str
    evidence: Evidence
    easier: str
    cue: str = ""


def family_of(goal: Goal) -> Family:
    """Which way of preparing a goal asks for. What lies between two distances is the longer."""
    if goal.kind is GoalKind.HEALTH or goal.distance_m is None:
        return Family.HEALTH
    if goal.distance_m > MARATHON_M * 1.05:
        return Family.ULTRA
    if is_mountain(goal):
        return Family.TRAIL
    if goal.kind is GoalKind.COMPLETION:
        return Family.FINISH
    for metres, family in (
        (FIVE_K_M, Family.FIVE_K),
        (TEN_K_M, Family.TEN_K),
        (HALF_M, Family.HALF),
    ):
        if goal.distance_m <= metres * 1.05:
            return family
    return Family.MARATHON


def level_of(week_m: float) -> Level:
    """By the distance of a full week."""
    if week_m < 30_000:
        return Level.LOW
    return Level.MIDDLE if week_m <= 60_000 else Level.HIGH
