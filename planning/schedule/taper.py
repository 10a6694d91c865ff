"""A taper counts its own seven days back from the race, wherever the calendar weeks end."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from planning.goals.goal import Priority
from planning.goals.season import demand_of
from planning.schedule.easy_week import before_race_m, quiet_run
from planning.schedule.effort import hard, too_hard
from planning.schedule.library import SHORTEST_RUN_M, easy, long
from planning.schedule.long_run import LEAST_LONG_M
from planning.schedule.mileage import as_training_m
from planning.schedule.reshape import shortened
from planning.schedule.shape import Placed, Week, in_steps
from planning.workout import Kind

FINISH_SESSION = "long-finish"
NEARLY = 0.8  # a run that would be this short stays as the shortest there is
STILL_LONG = 0.6  # of its length
A_LITTLE_MORE_M = 2_000.0
LEAST_M = 6_000.0  # of seven days: two short runs keep the legs awake
# Of a window's metres, at most, while days of it lie in the next week: one day may be a long run's.
UNFINISHED_SHARE, UNFINISHED_DAY = 0.30, 0.10


def within_taper(week: Week, placed: Placed) -> Placed:
    """The same sessions, easy and long runs cut so that each window of seven days before the race
    holds at most its share of the peak week (rule T-3). Hard sessions stay as they are (rule T-1).
    """
    for first, allowed_m, follows in _windows(week):
        days = [first + timedelta(days=n) for n in range(7)]
        standing_m, most_m = sum(_metres(week, placed, day) for day in days), allowed_m
        if follows:  # no more than the seven days before it (rule T-2)
            before = [first - timedelta(days=n) for n in range(1, 8)]
            before_m = sum(_metres(week, placed, day) for day in before)
            most_m = min(allowed_m, before_m + A_LITTLE_MORE_M) if before_m else allowed_m
        giving = [day for day in days if day in placed and _gives(placed, day)]
        if standing_m > most_m:
            placed = _shortened_by(week, placed, giving, standing_m - most_m)
    return _easy_enough(week, _long_within_share(week, placed))


def _shortened_by(week: Week, placed: Placed, giving: Sequence[date], less_m: float) -> Placed:
    """Every giving run in proportion; rather one run less than several that are too short."""
    lengths = {day: placed[day][1].distance_m for day in giving}
    while lengths:
        keep = max(1.0 - less_m / sum(lengths.values()), 0.0)
        shortest = min(lengths, key=lambda day: (lengths[day], day))
        if keep * lengths[shortest] >= NEARLY * SHORTEST_RUN_M:
            keeps = {day: max(keep, SHORTEST_RUN_M / m) for day, m in lengths.items()}
            return _cut(week, placed, keeps)
        less_m -= lengths.pop(shortest)
        placed = {day: run for day, run in placed.items() if day != shortest}
        if less_m <= 0:
            return placed
    return placed


def _easy_enough(week: Week, placed: Placed) -> Placed:
    """What is left of a week may be too little for its hard sessions: first the long run loses what
    was added at its end, then from the last on they become easy runs, a long one a plain long run
    (rules I-5, I-6). The week of a race keeps its sharpness (rule T-1).
    """
    standing = [day.workout.workout for day in week.taken.values() if day.workout]
    if week.season.races:
        return placed
    for day in sorted(placed, key=lambda day: (not _finishes(placed, day), -day.toordinal())):
        if not too_hard([*standing, *(workout for _, workout in placed.values())]):
            break
        slot, workout = placed[day]
        if _finishes(placed, day):
            placed = {**placed, day: (slot, long(in_steps(workout.distance_m), week.paces))}
        elif hard(workout):
            metres = in_steps(min(workout.distance_m, before_race_m(week, day)))
            plain = workout.kind is Kind.LONG and metres >= LEAST_LONG_M
            run = long(metres, week.paces) if plain else quiet_run(week, metres)
            placed = {**placed, day: (slot, run)}
    return placed


def _finishes(placed: Placed, day: date) -> bool:
    return placed[day][1].session == FINISH_SESSION


def _windows(week: Week) -> Iterator[tuple[date, float, bool]]:
    """First day of each window that touches this week, the metres it may hold by its end, and
    whether the window before it is of the same taper, with no other race in it or just before.
    """
    last_day = week.first_day + timedelta(days=6)
    for race in week.races:
        if race.priority is not Priority.A or race.day < week.first_day:
            continue
        shares = demand_of(race).taper_shares
        since = race.day - timedelta(weeks=len(shares) + 2, days=-1)
        alone = not any(since <= other.day < race.day for other in week.races)
        for number, share in enumerate(shares):
            end = race.day - timedelta(weeks=number)
            first = end - timedelta(days=6)
            if first <= last_day and end >= week.first_day:
                days = (last_day - first).days + 1
                unfinished = 1.0 if days >= 7 else UNFINISHED_SHARE + UNFINISHED_DAY * days
                follows = alone and number + 1 < len(shares)
                yield first, max(share * week.peak_m, LEAST_M) * unfinished, follows


def _metres(week: Week, placed: Placed, day: date) -> float:
    if day in placed:
        return 0.0 if placed[day][1].kind is Kind.RACE else placed[day][1].distance_m
    taken = week.taken.get(day)
    if taken and taken.workout and taken.workout.workout.kind is not Kind.RACE:
        return taken.workout.workout.distance_m
    raced = any(race.day == day for race in week.races)  # not counted (rule T-3)
    return 0.0 if raced else week.mileage.volume_m.get(day, 0.0)


def _gives(placed: Placed, day: date) -> bool:
    return placed[day][1].kind in {Kind.EASY, Kind.LONG, Kind.STRIDES}


def _long_within_share(week: Week, placed: Placed) -> Placed:
    """Where easy runs were cut, the long run must not become more than half of what is left."""
    long_days = [day for day, (_, workout) in placed.items() if workout.kind is Kind.LONG]
    if not long_days:
        return placed
    longest = max(long_days, key=lambda day: placed[day][1].distance_m)
    long_m = placed[longest][1].distance_m
    others_m = sum(_metres(week, placed, day) for day in week.all_days()) - long_m
    others_m += sum(
        as_training_m(race.distance_m or 0.0, week.mileage.longest_m, race.day)
        for race in week.season.races
    )
    most_m = others_m * (1.45 if others_m + long_m < 40_000 else 1.0)
    if long_m <= most_m:
        return placed
    if most_m < SHORTEST_RUN_M:
        slot, _ = placed[longest]
        return {**placed, longest: (slot, easy(in_steps(long_m), week.paces))}
    return _cut(week, placed, {longest: most_m / long_m})


def _cut(week: Week, placed: Placed, keep: Mapping[date, float]) -> Placed:
    """Runs that would be too short are left out; half a long run is an easy run."""
    less = dict(placed)
    for day, share in keep.items():
        slot, workout = less.pop(day)
        to_m = in_steps(share * workout.distance_m)
        shorter = shortened(workout, to_m=to_m, paces=week.paces)
        if shorter is not None and workout.kind is Kind.LONG and share < STILL_LONG:
            shorter = easy(to_m, week.paces)
        if shorter is not None:
            less[day] = slot, shorter
    return less
