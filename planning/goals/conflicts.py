"""Which goals of one calendar help each other, and which get in each other's way.

By days and distances alone. Whether the volume that one goal needs is left over by the others is
seen only when the season is simulated: `planning.goals.ways`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations

from planning.goals.course import effort_distance_m
from planning.goals.goal import TEN_K_M, Goal, Priority
from planning.goals.season import alive, demand_of
from planning.goals.wording import distance_name, opening

# Nearest pairs of races by distance: 5K and 10K, 10K and half, half and marathon (2 to 4.2 times as
# far) ask for much the same; 5K and marathon, 10K and 50K do not. Custom of coaches, D.
TOO_MANY_TIMES = 4.5
EVE_DAYS = 2  # nothing hard so long before a race (rule T-5)


class Clash(StrEnum):
    TOO_NEAR = "too near"
    TOO_DIFFERENT = "too different"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True)
class Conflict:
    """`first` comes before `second`. `days_needed` between them would do; `ground` is what that
    stands on.
    """

    first: Goal
    second: Goal
    clash: Clash
    days_needed: int
    sentence: str
    ground: str

    @property
    def days_apart(self) -> int:
        return (self.second.day - self.first.day).days


def conflicts(goals: Sequence[Goal], today: date) -> tuple[Conflict, ...]:
    """Of the races from `today` on, every pair that cannot both get what it is meant to, by day.

    A pair is told once: too near comes before too different, as that is the harder limit.
    """
    races = [goal for goal in alive(goals, today) if goal.distance_m]
    found = (
        too_near(first, second) or too_different(first, second, races)
        for first, second in combinations(races, 2)
    )
    return tuple(conflict for conflict in found if conflict is not None)


def too_near(first: Goal, second: Goal) -> Conflict | None:
    """Two A races closer than recovery and taper allow (rules T-5, T-3); others where the second
    falls into the days without hard running after the first. C races are training: they clash only
    with the two days before a race.
    """
    needed = days_between(first, second)
    apart = (second.day - first.day).days
    if apart >= needed:
        return None
    ground = "rules T-5 and T-3" if _are_peaks(first, second) else "rule T-5"
    why = (
        f"{demand_of(first).no_hard_days} without hard running after the first and a taper of "
        f"{_taper_days(second)} before the second"
        if _are_peaks(first, second) and not _share_a_peak(first, second)
        else "the legs are not back by then"
    )
    sentence = (
        f"{_names(first, second)} are {_days(apart)} apart, and {_days(needed)} are needed: {why}."
    )
    return Conflict(first, second, Clash.TOO_NEAR, needed, sentence, ground)


def too_different(first: Goal, second: Goal, races: Sequence[Goal]) -> Conflict | None:
    """Goals that count alike, one over 4.5 times as far as the other (climb included), and the
    first within the build, peak and taper of the second. None while a goal of a higher priority
    shapes these weeks anyway.
    """
    if first.priority is not second.priority or _is_overruled(second, races):
        return None
    apart, needed = (second.day - first.day).days, days_apart_when_different(first, second)
    if not are_different(first, second) or apart >= needed:
        return None
    weeks = demand_of(second).preparation_weeks
    sentence = (
        f"{_names(first, second)} ask for different training, and the first falls into the "
        f"{weeks} weeks that the second is prepared for: {_days(apart)} lie between them, "
        f"{_days(needed)} would keep them out of each other's way."
    )
    return Conflict(first, second, Clash.TOO_DIFFERENT, needed, sentence, "custom of coaches, D")


def are_different(one: Goal, other: Goal) -> bool:
    """Whether one is over 4.5 times as far as the other, on the flat that takes as much."""
    lengths = sorted(effort_distance_m(g.distance_m or 0.0, g.climb_m) for g in (one, other))
    return lengths[1] >= TOO_MANY_TIMES * lengths[0]


def days_between(first: Goal, second: Goal) -> int:
    """How many days after `first` the race `second` may stand, each getting what its priority
    means: recovery (T-5) and taper (T-3) between A races, the one peak of two races up to 10 km
    serving both; the days after and the two days before otherwise.
    """
    if Priority.C in (first.priority, second.priority):
        return EVE_DAYS + 1
    recovery = demand_of(first).no_hard_days
    if _are_peaks(first, second) and not _share_a_peak(first, second):
        return recovery + _taper_days(second)
    return recovery + EVE_DAYS


def days_apart_when_different(first: Goal, second: Goal) -> int:
    """Recovery from the first, then the whole build, peak and taper of the second."""
    return demand_of(first).no_hard_days + 7 * demand_of(second).preparation_weeks


def combined(goals: Sequence[Goal], today: date) -> tuple[tuple[Goal, Goal], ...]:
    """Neighbouring races of one priority that one preparation serves: no conflict, and the first
    within the build, peak and taper of the second.
    """
    races = [goal for goal in alive(goals, today) if goal.distance_m]
    clashing = {(each.first.id, each.second.id) for each in conflicts(goals, today)}
    return tuple(
        (first, second)
        for first, second in combinations(races, 2)
        if first.priority is second.priority
        and (first.id, second.id) not in clashing
        and second.day - first.day < timedelta(weeks=demand_of(second).preparation_weeks)
        and not _is_overruled(second, races)
    )


def _is_overruled(second: Goal, races: Sequence[Goal]) -> bool:
    """Whether a later goal of a higher priority shapes the weeks up to `second`."""
    return any(g.priority < second.priority and g.day >= second.day for g in races)


def _are_peaks(first: Goal, second: Goal) -> bool:
    return first.priority is Priority.A and second.priority is Priority.A


def _share_a_peak(first: Goal, second: Goal) -> bool:
    return all((goal.distance_m or 0.0) <= TEN_K_M * 1.05 for goal in (first, second))


def _taper_days(goal: Goal) -> int:
    return 7 * len(demand_of(goal).taper_shares)


def _names(first: Goal, second: Goal) -> str:
    names = [goal.name or distance_name(goal.distance_m or 0.0) for goal in (first, second)]
    return f"{opening(names[0])} and {names[1]}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
