"""A taper counts its own seven days back from the race, wherever the calendar weeks end."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from planning.goals.goal import Priority
from planning.schedule.library import easy
from planning.schedule.reshape import shortened
from planning.schedule.shape import Placed, Week
from planning.workout import Kind

STILL_LONG = 0.6  # of its length
UNFINISHED_SHARE = 0.65  # of a window's metres, at most, while days of it lie in the next week


def within_taper(week: Week, placed: Placed) -> Placed:
    """The same sessions, easy and long runs cut so that each window of seven days before the race
    holds at most its share of the peak week (rule T-3). Hard sessions stay as they are (rule T-1).
    """
    for first, allowed_m in _windows(week):
        days = [first + timedelta(days=n) for n in range(7)]
        standing_m = sum(_metres(week, placed, day) for day in days)
        giving = [day for day in days if day in placed and _gives(placed, day)]
        given_m = sum(placed[day][1].distance_m for day in giving)
        if standing_m <= allowed_m or not giving:
            continue
        keep = max(1.0 - (standing_m - allowed_m) / given_m, 0.0)
        placed = _cut(week, placed, dict.fromkeys(giving, keep))
    return _long_within_share(week, placed)


def _windows(week: Week) -> Iterator[tuple[date, float]]:
    """First day of each window that touches this week, and the metres it may hold by its end."""
    race_day = week.season.goal.day
    if week.season.goal.priority is not Priority.A:
        return
    last_day = week.first_day + timedelta(days=6)
    for number, share in enumerate(week.season.demand.taper_shares):
        end = race_day - timedelta(weeks=number)
        first = end - timedelta(days=6)
        if first <= last_day and end >= week.first_day:
            unfinished = 1.0 if end <= last_day else UNFINISHED_SHARE
            yield first, share * week.peak_m * unfinished


def _metres(week: Week, placed: Placed, day: date) -> float:
    if day in placed:
        return 0.0 if placed[day][1].kind is Kind.RACE else placed[day][1].distance_m
    taken = week.taken.get(day)
    if taken and taken.workout and taken.workout.workout.kind is not Kind.RACE:
        return taken.workout.workout.distance_m
    return week.mileage.volume_m.get(day, 0.0)


def _gives(placed: Placed, day: date) -> bool:
    return placed[day][1].kind in {Kind.EASY, Kind.LONG, Kind.STRIDES}


def _long_within_share(week: Week, placed: Placed) -> Placed:
    """Where easy runs were cut, the long run must not become more than half of what is left."""
    long_days = [day for day, (_, workout) in placed.items() if workout.kind is Kind.LONG]
    if not long_days:
        return placed
    long_m = placed[long_days[0]][1].distance_m
    others_m = sum(_metres(week, placed, day) for day in week.all_days()) - long_m
    most_m = others_m * (1.45 if others_m + long_m < 40_000 else 1.0)
    if long_m <= most_m:
        return placed
    return _cut(week, placed, {long_days[0]: most_m / long_m})


def _cut(week: Week, placed: Placed, keep: Mapping[date, float]) -> Placed:
    """Runs that would be too short are left out; half a long run is an easy run."""
    less = dict(placed)
    for day, share in keep.items():
        slot, workout = less.pop(day)
        to_m = share * workout.distance_m // 500 * 500.0
        shorter = shortened(workout, to_m=to_m, paces=week.paces)
        if shorter is not None and workout.kind is Kind.LONG and share < STILL_LONG:
            shorter = easy(to_m, week.paces)
        if shorter is not None:
            less[day] = slot, shorter
    return less
