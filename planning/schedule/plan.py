"""A plan: weeks to the last goal, days for four weeks, full workouts for the coming fortnight."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from planning.activity import content_id
from planning.workout import PlannedWorkout, Workout


class Phase(StrEnum):
    BASE = "base"
    BUILD = "build"
    PEAK = "peak"
    TAPER = "taper"
    RECOVERY = "recovery"


class DayStatus(StrEnum):
    PLANNED = "planned"
    DONE = "done"
    PARTLY = "partly"
    MISSED = "missed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    MOVED = "moved"
    BREAK = "break"


BY_HAND = "athlete"  # in `why` of a day: the athlete's hand made it what it is
ASKED = "asked"  # the rule that what the athlete asks for is done
IN_BREAK = "break"  # in `why` of a day that a break took the run from
BEFORE_PLAN = "new"  # in `why` of a day that was over when the plan was first made


@dataclass(frozen=True, slots=True)
class PlanDay:
    day: date
    workout: PlannedWorkout | None  # None: rest
    status: DayStatus = DayStatus.PLANNED
    why: tuple[str, ...] = ()  # rule ids
    set_aside: PlannedWorkout | None = None  # what the athlete's hand took off this day


@dataclass(frozen=True, slots=True)
class PlanWeek:
    """`days` holds seven consecutive days from Monday, or is empty beyond the four-week horizon."""

    first_day: date
    phase: Phase
    focus: str
    volume_m: float
    load_min: float
    days: tuple[PlanDay, ...] = ()


@dataclass(frozen=True, slots=True)
class Less:
    """What a session became by the limits under these layers (digests), None when it went. Without
    one of them it never was.
    """

    ident: str
    under: tuple[str, ...]
    workout: PlannedWorkout | None
    hot: bool = False  # whether its targets are those for a hot day


class WaitsFor(StrEnum):
    """Why a change of the plan's own accord is not made."""

    ANSWER = "answer"  # the athlete is asked
    NOTHING = "nothing"  # the athlete said no, to it or to all of its kind
    ROOM = "room"  # there were three in these seven days


@dataclass(frozen=True, slots=True)
class Held:
    """A change that the plan would make of its own accord and does not: `changes` are the receipts
    as they would be, `cost` is what holding still costs, in words. An answer names the `id`, which
    stays the same as long as it is about the same change.
    """

    id: str
    waits: WaitsFor
    rule: str
    fact: str
    since: date
    until: date  # the last day on which it can be made
    cost: str
    changes: "tuple[Change, ...]"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the athlete said of a held change: yes, or no to it and what is not larger."""

    id: str
    accepted: bool
    day: date


@dataclass(frozen=True, slots=True)
class Plan:
    """`version` is a digest of the content: equal plans have equal versions.

    `paced_at` is the ability (ln m/s over flat 10 km) at which the target paces were set: they stay
    until ability has moved by one per cent, or a race says so.
    """

    version: str
    made_on: date
    goal_ids: tuple[str, ...]
    paced_at: float | None
    weeks: tuple[PlanWeek, ...]
    asked: tuple[
        str, ...
    ] = ()  # digests of what was asked for: one a goal, then the days to run on
    peaks_m: tuple[tuple[str, float], ...] = ()  # goal id, weekly metres it is led to
    races_seen: tuple[date, ...] = ()  # days of races the target paces know of
    material_on: tuple[date, ...] = ()  # days of the last week's material changes, one each
    unbroken: "Plan | None" = None  # as it would be without any break; None where none matters
    untouched: "Plan | None" = None  # without the athlete's hand; None where it changes nothing
    hand: tuple[str, ...] = ()  # statements of the layers that lie on it
    less: tuple["Less", ...] = ()  # what limits took under the hand alone, the latest last
    held: tuple["Held", ...] = ()  # what it does not change of its own accord

    def days(self) -> Iterator[PlanDay]:
        for week in self.weeks:
            yield from week.days

    def on(self, day: date) -> PlanDay | None:
        """The planned day, or None outside the days that are laid out."""
        return next((planned for planned in self.days() if planned.day == day), None)


@dataclass(frozen=True, slots=True)
class Change:
    """The receipt for one changed day: which fact, which rule, what it was, what it is."""

    day: date
    ident: str
    fact: str  # what became known, in plain words
    rule: str  # id of the rule
    before: str  # the workout before, in one line; "" when there was none
    after: str
    sentence: str  # all of it, as one plain sentence
    material: bool
    ability_before: float | None = None  # ln m/s over flat 10 km
    ability_after: float | None = None
    made_on: date | None = None
    workout_before: Workout | None = None  # whole
    workout_after: Workout | None = None

    @property
    def change_id(self) -> str:
        """The same for all days that one fact and one rule changed on one evening."""
        return content_id("change", self.made_on, self.rule, self.fact)[:8]


class LayerKind(StrEnum):
    """What the athlete did to the plan by hand."""

    MOVE = "move"
    SKIP = "skip"
    EDIT = "edit"
    PIN = "pin"


@dataclass(frozen=True, slots=True)
class Layer:
    """One removable change by the athlete's hand, from a command or from the calendar."""

    kind: LayerKind
    ident: str
    to_day: date | None = None  # of a move
    because: str = ""
    on_day: date | None = None  # of a skip: the day that the session stood on
    workout: Workout | None = None  # of a pin: what the session stays

    @property
    def statement(self) -> str:
        """`session:digest` of what it says."""
        digest = content_id("layer", self.kind, self.ident, self.to_day, self.workout)
        return f"{self.ident}:{digest}"
