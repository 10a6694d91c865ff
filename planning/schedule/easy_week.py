"""The easy runs of a week: on which days, how far, and which of them end with strides, leave room
for strength, or are a little longer.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from planning.goals.goal import Goal, Priority
from planning.goals.season import FAR_M
from planning.schedule import library
from planning.schedule.days import easy_days
from planning.schedule.effort import hard
from planning.schedule.library import Family, family_of
from planning.schedule.mileage import PLANNED_LONGEST_RISE
from planning.schedule.plan import Phase
from planning.schedule.shape import Placed, Week, free_days, in_steps
from planning.workout import Kind, Workout

SHAKEOUT_M = 4_000.0  # the day before a race, and the two days after one
BEFORE_RACE_DAYS = ((3, 0.35), (5, 0.5))  # so near, at most this share of the longest run
NEAR_RACE_M = 8_000.0  # later in a race's week; before it, always allowed
LONGEST_EASY_M = 18_000.0
OVER_MEAN = 1.2
WEDNESDAY = 2
WALKED_LONGEST = 1.4  # of the other run-walks, where each is at least the shortest
MID_WEEK = 1.25  # of the other easy runs
MID_WEEK_FAR = 1.45  # for half marathons and longer: a second long stretch
MEDIUM_LONG_M = 10_000.0
FEW_STRIDES_M = 6_000.0
_FAR = frozenset({Family.HALF, Family.MARATHON, Family.TRAIL, Family.ULTRA})
_SPEED = frozenset({Family.FIVE_K, Family.TEN_K})
STRENGTH_DAYS = {Phase.BASE: 2, Phase.BUILD: 1, Phase.PEAK: 1}


def easy_runs(
    week: Week, placed: Placed, left_m: float, runs: int
) -> list[tuple[date, str, Workout]]:
    """What is left of the week's metres, on the best of the free days; `placed` stands already."""
    free = free_days(week, placed)
    count = min(runs, len(free), int(left_m // library.SHORTEST_RUN_M))
    if count <= 0:
        return []
    busy = {*placed, *(day for day, kept in week.taken.items() if kept.workout)}
    days = easy_days(
        free,
        count=count,
        busy=busy,
        long_weekday=week.habits.long_weekday,
        races=[race.day for race in week.season.races if race.priority is not Priority.C],
    )
    long_m = max((w.distance_m for _, w in placed.values() if w.kind is Kind.LONG), default=0.0)
    most_m = 0.9 * long_m or LONGEST_EASY_M
    lengths = _shared_out(week, days, left_m, most_m, runs=len(days) + len(busy))
    # A single easy run ends with strides; of more the one that suits strength best has it.
    lifting = _strength_days(week, days, placed) if len(days) > 1 else frozenset()
    striding = _strides_days(week, [day for day in days if day not in lifting | week.quiet])
    return [
        (day, f"e{n}", _run(week, day, lengths[day], striding=striding, lifting=lifting))
        for n, day in enumerate(days, start=1)
    ]


def before_race_m(week: Week, day: date) -> float:
    """The last days before an A or B race hold no second long run, however few runs there are."""
    to_go = [_days_to(race, day) for race in week.races if race.priority is not Priority.C]
    soon = min((days for days in to_go if days > 0), default=BEFORE_RACE_DAYS[-1][0] + 1)
    share = next((share for days, share in BEFORE_RACE_DAYS if soon <= days), math.inf)
    return max(share * week.mileage.longest_within(day, 30), NEAR_RACE_M)


def quiet_run(week: Week, distance_m: float) -> Workout:
    """An easy run and nothing else; with walking breaks for who has just begun (rule B-1)."""
    return library.quiet(distance_m, week.paces, run_s=week.habits.walk_every_s)


def _shared_out(
    week: Week, days: Sequence[date], left_m: float, most_m: float, *, runs: int
) -> dict[date, float]:
    """Metres by day: equal but for a longer run in mid-week and short ones just around a race."""
    near_race = {
        race.day + timedelta(days=n)
        for race in week.races
        for n in ((-1,) if race.priority is Priority.C else (-1, 1, 2))
    }
    lengths: dict[date, float] = {}
    rest = [day for day in days if day not in near_race]
    for day in set(days) - set(rest):
        lengths[day] = in_steps(min(SHAKEOUT_M, left_m / len(days)))
    left_m -= sum(lengths.values())
    weights = _weights(week, rest, left_m)
    # Easy runs are shorter than the long one, unless the week's mean run is as long.
    mean_m = week.volume_m / runs
    over = 1.0 if week.season.phase is Phase.TAPER else OVER_MEAN
    most_m = min(max(most_m, over * mean_m), LONGEST_EASY_M)
    tiring = [r for r in week.season.races if r.priority is not Priority.C or _is_far(r)]
    caps = {
        day: min(
            week.mileage.run_limit_m(day, rise=PLANNED_LONGEST_RISE),
            before_race_m(week, day),
            NEAR_RACE_M if any(day > race.day for race in tiring) else most_m,
        )
        for day in rest
    }
    total = sum(weights.values())
    for day in sorted(rest, key=lambda day: (caps[day] / weights[day], day)):
        lengths[day] = in_steps(min(left_m * weights[day] / total, caps[day]))
        left_m, total = left_m - lengths[day], total - weights[day]
    return {day: max(metres, library.SHORTEST_RUN_M) for day, metres in lengths.items()}


def _is_far(race: Goal) -> bool:
    return (race.distance_m or 0.0) > FAR_M


def _weights(week: Week, days: Sequence[date], left_m: float) -> Mapping[date, float]:
    """A longer run in mid-week; beginners walk and run longest on the day of their long run."""
    if week.habits.run_walk:
        enough = left_m > (len(days) + 1) * library.SHORTEST_RUN_M
        longest = week.habits.long_weekday if enough else None
        return {day: WALKED_LONGEST if day.weekday() == longest else 1.0 for day in days}
    growing = week.season.phase in STRENGTH_DAYS and family_of(week.season.goal) in _FAR
    longer = MID_WEEK_FAR if growing else MID_WEEK
    many = len(days) > 2
    return {day: longer if many and day.weekday() == WEDNESDAY else 1.0 for day in days}


def _strides_days(week: Week, days: Sequence[date]) -> frozenset[date]:
    """One easy run a week ends with strides, two where speed is what it is about: before a race the
    last, otherwise the middle ones.
    """
    if (
        not (days and week.habits.strides)
        or week.season.phase is Phase.RECOVERY
        or week.season.light
    ):
        return frozenset()
    before_race = [day for day in days if _is_eve(week, day)]
    if before_race:
        return frozenset(before_race[:1])
    middle = len(days) // 2
    twice = family_of(week.season.goal) in _SPEED and len(days) > 2
    return frozenset({days[middle], days[0]} if twice else {days[middle]})


def _is_eve(week: Week, day: date) -> bool:
    return any(_days_to(race, day) == 1 for race in week.season.races)


def _days_to(race: Goal, day: date) -> int:
    return (race.day - day).days


def _strength_days(week: Week, days: Sequence[date], placed: Placed) -> frozenset[date]:
    """Days on whose evening strength does least harm: none before a hard or a long day."""
    count = STRENGTH_DAYS.get(week.season.phase, 0)
    if week.habits.run_walk or week.season.races:
        return frozenset()
    count = min(count, 1) if week.season.light else count
    demanding = {day for day, (_, w) in placed.items() if hard(w) or w.kind is Kind.LONG}
    good = [day for day in days if day + timedelta(days=1) not in demanding]
    return frozenset(good[: min(count, len(days) - 1)])


def _run(
    week: Week,
    day: date,
    distance_m: float,
    *,
    striding: frozenset[date],
    lifting: frozenset[date],
) -> Workout:
    paces, season = week.paces, week.season
    if week.habits.run_walk:
        return quiet_run(week, distance_m)
    if day in striding:
        times = 4 if distance_m < FEW_STRIDES_M else 6
        return library.strides(distance_m, paces, times=times, session=_strides_of(week, day))
    if season.phase is Phase.RECOVERY and not season.off:
        return library.easy(distance_m, paces, session="recovery")
    if day in lifting:
        return library.easy(distance_m, paces, session="easy-strength")
    medium = day.weekday() == WEDNESDAY and distance_m >= MEDIUM_LONG_M
    far = family_of(season.goal) in _FAR and season.phase in STRENGTH_DAYS
    return library.easy(distance_m, paces, session="medium-long" if medium and far else "easy")


def _strides_of(week: Week, day: date) -> str:
    if _is_eve(week, day):
        return "shakeout"
    uphill = week.season.phase is Phase.BASE and week.season.weeks_to_go % 2
    health = family_of(week.season.goal) is Family.HEALTH
    return "hill-strides" if uphill and not health else "easy-strides"
