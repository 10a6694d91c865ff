"""How fitness went: the estimate at the end of every week, and what was run in it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from planning.activity import Activity
from planning.fitness.career import Career
from planning.fitness.history import TEN_K_M
from planning.fitness.prediction import Prediction, predict


@dataclass(frozen=True, slots=True)
class FitnessWeek:
    """The week from Monday `first_day`, estimated in the evening of `as_of`.

    `ten_k` is None while there is too little to speak of; `runs` and `distance_m` count every run.
    """

    first_day: date
    as_of: date  # its Sunday, or the last day asked for
    ten_k: Prediction | None
    runs: int
    distance_m: float


def fitness_weeks(
    activities: Iterable[Activity], since: date, until: date
) -> tuple[FitnessWeek, ...]:
    """Every week from the one of `since`, or of the first run, to the one of `until`.

    Each estimate is what `ability.estimate` gives for that day: nothing later is looked at.
    """
    career = Career.of(activities)
    first = max(since, career.told[0].day) if career.told else date.max
    monday, weeks = first - timedelta(days=first.weekday()), list[FitnessWeek]()
    while monday <= until:
        as_of = min(monday + timedelta(days=6), until)
        metres = [a.distance_m or 0.0 for a in career.told if monday <= a.day <= as_of]
        ten_k = predict(career.fitness_on(as_of), TEN_K_M)
        weeks.append(FitnessWeek(monday, as_of, ten_k, len(metres), math.fsum(metres)))
        monday += timedelta(weeks=1)
    return tuple(weeks)
