"""Rule B-1: what the first weeks of running leave out, and when it comes."""

from dataclasses import dataclass
from datetime import date

from planning.schedule.effort import Effort, effort_of, hard
from planning.schedule.mileage import Mileage
from planning.schedule.receipt import Cause
from planning.workout import Kind, Workout, unrolled

ENOUGH_WEEKS, ENOUGH_M = 8, 15_000.0  # below either of them someone is a beginner
NO_HARD_WEEKS, NO_STRIDES_WEEKS = 6, 4
RUN_S = (60.0, 120.0, 180.0, 300.0)  # between two walks: two weeks each (custom of courses, D)
_NUMBERS = {NO_STRIDES_WEEKS: "four", NO_HARD_WEEKS: "six", ENOUGH_WEEKS: "eight"}


@dataclass(frozen=True, slots=True)
class Begun:
    """How far an athlete has come before a week: `regular` weeks of two runs or more lie before it,
    and `walk_every_s` seconds of running between two minutes of walking; None without walking.
    """

    regular: int
    walk_every_s: float | None = None

    @property
    def hard(self) -> bool:
        return self.regular >= NO_HARD_WEEKS

    @property
    def strides(self) -> bool:
        return self.regular >= NO_STRIDES_WEEKS


def begun(mileage: Mileage, monday: date) -> Begun:
    """Of the week of `monday`, as run and as planned before it."""
    regular = mileage.regular_weeks(monday)
    walks = regular < ENOUGH_WEEKS and mileage.held_m(monday) < ENOUGH_M
    return Begun(regular, RUN_S[regular // 2] if walks else None)


def is_beginner(mileage: Mileage, monday: date) -> bool:
    return mileage.regular_weeks(monday) < ENOUGH_WEEKS or mileage.held_m(monday) < ENOUGH_M


def too_soon(workout: Workout, so_far: Begun) -> Cause | None:
    """Why a session is not yet for somebody who has come `so_far`; None where it is."""
    if hard(workout):
        return None if so_far.hard else _waits(so_far, "hard running comes after", NO_HARD_WEEKS)
    if workout.kind is Kind.STRIDES and not so_far.strides:
        return _waits(so_far, "strides come after", NO_STRIDES_WEEKS)
    if so_far.walk_every_s and not walks(workout):
        return _waits(so_far, "walking belongs to the first", ENOUGH_WEEKS)
    return None


def walks(workout: Workout) -> bool:
    """Whether any of it is walked."""
    return any(effort_of(step) is Effort.WALK for step in unrolled(workout.steps))


def _waits(so_far: Begun, what: str, weeks: int) -> Cause:
    count = so_far.regular
    lie = "week with two runs or more lies" if count == 1 else "weeks with two runs or more lie"
    return Cause(f"{count or 'no'} {lie} before it, and {what} {_NUMBERS[weeks]}", "B-1")
