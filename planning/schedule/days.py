"""On which days of a week hard and easy runs stand best. Small searches over all combinations."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations, pairwise

# Days after the long run at which one, or two, hard sessions stand best: with a long run on Sunday
# Wednesday, or Tuesday and Thursday.
_BEST_AFTER_LONG = {1: (3,), 2: (2, 4)}
# How gladly an easy run is left out, by days after the long run: the day after it is the best rest,
# the day before it the next best.
_GLADLY_OFF = (0.0, 3.0, 0.5, 0.8, 0.6, 1.2, 2.0)


_BEFORE_RACE = {1: -5.0, 2: 4.0}


def far_enough(days: Iterable[date], *, from_days: Iterable[date], gap: int) -> bool:
    """No two of `days`, nor any of them and `from_days`, are closer than `gap` days."""
    mine, others = list(days), list(from_days)
    close = any(abs((a - b).days) < gap for a, b in combinations(mine, 2))
    return not close and all(abs((a - b).days) >= gap for a in mine for b in others)


def hard_days(
    free: Sequence[date], *, count: int, hard: Iterable[date], gap: int, long_weekday: int
) -> tuple[date, ...]:
    """`count` days, or as many as keep the gap to each other and to the days that are `hard`."""
    around = list(hard)
    for wanted in range(min(count, 2), 0, -1):
        best = _BEST_AFTER_LONG[wanted]
        lawful = [
            days
            for days in combinations(free, wanted)
            if far_enough(days, from_days=around, gap=gap)
        ]
        if lawful:
            return min(lawful, key=lambda days: (_distance(days, best, long_weekday), days))
    return ()


def easy_days(
    free: Sequence[date],
    *,
    count: int,
    busy: Iterable[date],
    long_weekday: int,
    races: Iterable[date] = (),
) -> tuple[date, ...]:
    """`count` of the free days so that rest falls where it does most good and is spread out.

    Before a race the eve is for loosening up and the day before it for rest.
    """
    taken, raced = list(busy), list(races)

    def cost(days: tuple[date, ...]) -> tuple[float, tuple[date, ...]]:
        towards = sum(_BEFORE_RACE.get((race - day).days, 0.0) for race in raced for day in days)
        return _unrest(days, free, taken, long_weekday) + towards, days

    return min(combinations(free, min(count, len(free))), key=cost)


def _after_long(day: date, long_weekday: int) -> int:
    return (day.weekday() - long_weekday) % 7


def _distance(days: Sequence[date], best: Sequence[int], long_weekday: int) -> int:
    """Nothing hard on the day before or after the long run if it can be helped."""
    cost = 0
    for day, ideal in zip(days, best, strict=True):
        after = _after_long(day, long_weekday)
        cost += abs(after - ideal) + (4 if after in {0, 1, 6} else 0)
    return cost


def _unrest(
    days: Sequence[date], free: Sequence[date], busy: Sequence[date], long_weekday: int
) -> float:
    """The cost of running on these days: badly placed runs, and rest days that stand in a row."""
    ran = {*days, *busy}
    cost = sum(_GLADLY_OFF[_after_long(day, long_weekday)] for day in days)
    resting = sorted(day for day in free if day not in ran)
    in_a_row = sum(1 for a, b in pairwise(resting) if (b - a).days == 1)
    return cost + 1.5 * in_a_row
