"""Races that an athlete has put on a calendar of theirs: proposals for goals, never goals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from planning.goals.goal import Goal, Priority

SAME_DISTANCE = 0.03  # a course told as 10 km, and the goal's own


@dataclass(frozen=True, slots=True)
class AnnouncedRace:
    """As a service tells it. None: it does not say. `is_main`: the athlete called it the one."""

    day: date
    name: str
    distance_m: float | None = None
    target_s: float | None = None
    is_main: bool = False

    @property
    def priority(self) -> Priority:
        """A proposal: the main race is an A goal, any other a good effort."""
        return Priority.A if self.is_main else Priority.B


def proposed(
    announced: Iterable[AnnouncedRace], goals: Sequence[Goal], today: date
) -> tuple[AnnouncedRace, ...]:
    """Those to come that no goal stands for yet, by day. A goal of the day and of about the
    distance (3 %) is that race; where no distance is told, any goal of the day is.
    """
    alive = [goal for goal in goals if goal.is_alive(today) and goal.distance_m]
    new = {race for race in announced if race.day >= today and not _stands(race, alive)}
    return tuple(sorted(new, key=_in_order))


def _in_order(race: AnnouncedRace) -> tuple[date, str, float, float, bool]:
    """Every field: what differs in one alone must not stand in the order of a set."""
    return race.day, race.name, race.distance_m or 0.0, race.target_s or 0.0, race.is_main


def _stands(race: AnnouncedRace, goals: Sequence[Goal]) -> bool:
    return any(
        goal.day == race.day
        and (
            race.distance_m is None
            or abs((goal.distance_m or 0.0) / race.distance_m - 1) <= SAME_DISTANCE
        )
        for goal in goals
    )
