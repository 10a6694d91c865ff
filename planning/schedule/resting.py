"""What weeks of rest hold at most: before a race (rules T-2, T-3), and after full weeks (P-1)."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import takewhile

from planning.goals.season import LIGHT_EVERY, SeasonWeek
from planning.schedule.beginning import ENOUGH_M
from planning.schedule.limits import Limit, still_to_run_m
from planning.schedule.mileage import Mileage
from planning.schedule.plan import DayStatus, Phase, PlanDay, PlanWeek
from planning.schedule.receipt import Cause

LIGHTER_THAN, LIGHTENED_WEEKS = 0.9, 3  # of the fullest of so many weeks before (rule P-1)
TAPER_NEARLY, TAPER_NEARLY_M = 1.1, 1_500.0  # a taper that stands is not cut for less


def rest_of(
    week: SeasonWeek, volume_m: float, before: PlanWeek | None, lighter_m: float
) -> Limit | None:
    """What a week of rest holds at most that stands already, metres: one of a taper hardly more
    than the `volume_m` that would be laid out now, and than the tapered week before it (rules T-2,
    T-3); a lighter one no more than `lighter_m` (P-1). None in other weeks.
    """
    if week.phase is Phase.TAPER:
        most_m = TAPER_NEARLY * volume_m + TAPER_NEARLY_M
        if before and before.phase is Phase.TAPER and not _broken(before):
            most_m = min(most_m, before.volume_m + TAPER_NEARLY_M)
        return Limit(most_m, Cause(f"{most_m / 1000:.0f} km are rest enough before a race", "T-3"))
    if lighter_m == math.inf:
        return None
    return Limit(lighter_m, Cause("it is a lighter week, after weeks that hold less now", "P-1"))


def lightest_m(
    week: SeasonWeek,
    before: Sequence[tuple[SeasonWeek, PlanWeek]],
    mileage: Mileage,
    *,
    in_a_row: int = LIGHT_EVERY - 1,
) -> float:
    """The most metres a lighter week may hold after the full weeks `before` it, as planned or as
    run where that was more; no limit to others, nor where these hold too little. `in_a_row` full
    weeks lie between two lighter ones.
    """
    if week.share >= 1.0 or week.phase in {Phase.TAPER, Phase.RECOVERY}:
        return math.inf
    full = list(takewhile(lambda pair: pair[0].share >= 1.0, reversed(before)))
    held = (
        max(each.volume_m, mileage.week_m(each.first_day)) for _, each in full[:LIGHTENED_WEEKS]
    )
    full_m, least_m = max(held, default=0.0), ENOUGH_M
    if len(full) < in_a_row:
        # Of a few that were lighter than it is meant to be there is nothing to rest from.
        least_m = max(least_m, week.share * mileage.held_m(week.first_day))
    return LIGHTER_THAN * full_m if full_m >= least_m else math.inf


def before_it_m(week: SeasonWeek, mileage: Mileage, standing: Mapping[date, PlanDay]) -> float:
    """Metres that the seven days of a taper which end in this week hold more than the week itself:
    they are counted back from the race.
    """
    end = week.goal.day - timedelta(weeks=week.weeks_to_go)
    outside = 6 - end.weekday()
    before = (week.first_day - timedelta(days=back) for back in range(1, outside + 1))
    before_m = sum(mileage.volume_m.get(day, 0.0) for day in before)
    after_m = sum(still_to_run_m(each, mileage) for day, each in standing.items() if day > end)
    return max(before_m - after_m, 0.0)


def _broken(week: PlanWeek) -> bool:
    return any(day.status is DayStatus.BREAK for day in week.days)
