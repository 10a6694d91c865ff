"""The week's long run: on which day, how long, and how much race pace is in it."""

import math
from collections.abc import Sequence
from datetime import date, timedelta

from planning.goals.course import is_mountain
from planning.goals.goal import FIVE_K_M, Goal, Priority
from planning.goals.needs import longest_run_gate
from planning.goals.season import (
    FIRST_MARATHON_LESS_S,
    MARATHON_LIKE_M,
    demand_of,
    no_hard_days,
)
from planning.schedule import library
from planning.schedule.days import far_enough
from planning.schedule.library import Family, family_of
from planning.schedule.menu import (
    LONG_RACE_PACE_SHARE,
    ULTRA_FROM_M,
    Menu,
    two_long_runs,
    work_m,
)
from planning.schedule.mileage import PLANNED_LONGEST_RISE
from planning.schedule.plan import Phase
from planning.schedule.shape import Placed, Week, free_days, in_steps
from planning.workout import Kind, Workout

NO_LONG_RUN_DAYS = 7  # the last week before an A or B race
GROWING_FROM_M = 12_000.0  # shorter races lead the long run to their gate; beyond it is a share
LIGHT_LONG_SHARE = 0.8
OTHER_RUNS = 3  # leave room for so many, however many were wished for
OTHERS_SHARE = (
    0.45  # of the week for them at most: a small week has fewer runs, not a shorter long one
)
OVER_MEAN = 1.25
LONG_AGAIN_SHARE = 0.5  # of the level before a race: any later and rule P-2 has forgotten it
LAST_LONG_DAYS, LAST_LONG_SHARE = 10, 0.7  # of the longest: freshness is worth more by then
LEAST_LONG_M = 5_000.0  # below it a run is like the others
MOST_S = 3 * 3600.0  # rule L-1
FAST_SHARE = 0.21  # of a week's time, planned; rule I-5 draws the line at a quarter
LONG_LEAD = 1.4  # the long run is at its length for the last quarter of the weeks to the taper
FINISH_S = 15 * 60.0  # of race pace at the end: below 20 min the day stays an easy one
LEAST_FINISH_M = 1_500.0
REHEARSED_M = 5_000.0
SHORT_OF_M = 25_000.0  # who stays under it before a marathon is offered walking breaks (rule L-1)
FAST_LONG_SHARE = 0.9  # of its length, with race pace in it, once it is as long as that
SMALL_WEEK_M = 40_000.0
PLANNED_LONG_SHARE = 0.95  # of what its share may be: the other runs are rounded down
FINE_STEP_M = 100.0
SECOND_SHARE = 0.6  # of the long run, on the day beside it
SECOND_FROM_RUNS = 4
BESIDE_SHARE = 0.1  # of the week, for each of its other runs
_GROWING = frozenset({Phase.BASE, Phase.BUILD, Phase.PEAK})
# Fewer runs carry more of the week each: added to the goal's usual share of the long run.
_FEW_RUNS = {2: 0.22, 3: 0.14, 4: 0.06, 6: -0.03, 7: -0.05}


def long_run(
    week: Week, menu: Menu, placed: Placed, left_m: float, runs: int
) -> list[tuple[date, str, Workout]]:
    """The long run, and before an ultra every other week a second one on the day beside it."""
    day = _long_day(week, placed)
    if day is None or runs == 0 or _returning(week):
        return []
    carried = max(int(OTHERS_SHARE * week.volume_m // library.SHORTEST_RUN_M), 2)
    others_m = min(runs - 1, OTHER_RUNS, carried) * library.SHORTEST_RUN_M
    distance_m = min(_long_m(week, day), max(left_m - others_m, library.SHORTEST_RUN_M), left_m)
    if distance_m < LEAST_LONG_M or week.habits.run_walk:
        return []
    workout = _workout(week, menu, day, distance_m)
    if workout.distance_m > distance_m + 1.0:  # too short for what was to be in it
        workout = library.long(distance_m, week.paces)
    found = [(day, "long", workout)]
    beside = _day_beside(week, placed, day, runs)
    if beside is not None:
        other_m = max(BESIDE_SHARE * week.volume_m, library.SHORTEST_RUN_M)
        spare_m = left_m - workout.distance_m - (runs - 2) * other_m
        limit_m = week.mileage.run_limit_m(beside, rise=PLANNED_LONGEST_RISE)
        second_m = min(SECOND_SHARE * workout.distance_m, spare_m, limit_m) // 500 * 500.0
        if second_m >= LEAST_LONG_M:
            second = library.long(second_m, week.paces, session="back-to-back")
            found.append((beside, "long2", second))
    return found


def _returning(week: Week) -> bool:
    """The first weeks after a race hold even, easy runs; the long run returns with the last."""
    season = week.season
    return season.phase is Phase.RECOVERY and not season.off and season.share < LONG_AGAIN_SHARE


def _workout(week: Week, menu: Menu, day: date, distance_m: float) -> Workout:
    """The kind of long run: with race pace where the week has it, with walking breaks where hours
    count for more than kilometres, over hills for the mountains, with an end at race pace now and
    then for who wants to finish or runs a half.
    """
    paces, goal = week.paces, week.season.goal
    blocks, block_m = _race_pace_blocks(week, day, menu, distance_m)
    if blocks:
        shorter_m = max(FAST_LONG_SHARE * distance_m, min(distance_m, SHORT_OF_M))
        far_m = max(in_steps(shorter_m), 2 * blocks * block_m)
        return library.long(far_m, paces, blocks=blocks, block_m=block_m)
    if is_mountain(goal):
        return library.long(distance_m, paces, session="long-hills")
    if _walks(week):
        return library.long_run_walk(distance_m, paces)
    finish_m = 0.0 if week.quiet else _finish_m(week, menu)
    if finish_m:
        return library.long(distance_m, paces, blocks=1, block_m=finish_m, session="long-finish")
    return library.long(distance_m, paces)


def _walks(week: Week) -> bool:
    """Before a flat ultra every other week; before a first marathon where the time for a long run
    ends before 25 km do.
    """
    season = week.season
    if season.phase not in _GROWING or week.habits.run_walk:
        return False
    if season.leads_m > ULTRA_FROM_M:
        return season.weeks_to_go % 2 == 1
    far_s = season.demand.long_s - FIRST_MARATHON_LESS_S * week.habits.first_marathon
    slow = far_s * week.paces.easy < SHORT_OF_M
    return family_of(season.goal) is Family.FINISH and season.leads_m > MARATHON_LIKE_M and slow


def _finish_m(week: Week, menu: Menu) -> float:
    """Metres of race pace at the end of a long run; 0.0 for none."""
    season, paces = week.season, week.paces
    wanted = family_of(season.goal) in {Family.FINISH, Family.HALF} and season.weeks_to_go % 2 == 0
    known = paces.certain and not paces.by_heart and paces.race >= paces.easy_low
    if not (wanted and known) or season.light or season.phase not in {Phase.BUILD, Phase.PEAK}:
        return 0.0
    metres = min(FINISH_S * paces.race, _fast_left_m(week, menu)) // 500 * 500.0
    return metres if metres >= LEAST_FINISH_M else 0.0


def _day_beside(week: Week, placed: Placed, long_day: date, runs: int) -> date | None:
    """The day before the long run, else the day after it, for a second one; None without need."""
    if not two_long_runs(week.season) or runs < SECOND_FROM_RUNS:
        return None
    before = [race for race in week.races if race.priority is Priority.A]
    if any(_tapers(week, race) for race in (week.season.goal, *before)):
        return None
    free = set(free_days(week, placed))
    beside = (long_day + timedelta(days=n) for n in (-1, 1))
    return next((day for day in beside if day in free and _room_for_long(week, day)), None)


def _tapers(week: Week, race: Goal) -> bool:
    """Whether the taper before the race begins within this week, or has begun."""
    return 0 <= (race.day - week.first_day).days < 7 * len(demand_of(race).taper_shares) + 6


def _long_day(week: Week, placed: Placed) -> date | None:
    """The athlete's day for it, else the last day that is free; none close before a big race, none
    in the week of one, none right after one.
    """
    if any(day.workout and day.workout.workout.kind is Kind.LONG for day in week.taken.values()):
        return None
    if any(race.priority is not Priority.C for race in week.season.races):
        return None
    free = [day for day in free_days(week, placed) if _room_for_long(week, day)]
    wanted = [day for day in free if day.weekday() == week.habits.long_weekday]
    tapering = week.season.phase is Phase.TAPER
    if wanted or (week.habits.long_weekday in week.habits.weekdays and not tapering):
        # Its day is over, or given to a race: a long run is not squeezed in elsewhere.
        return wanted[0] if wanted else None
    return free[-1] if free else None


def longest_s(goals: Sequence[Goal], *, ran_marathon: bool) -> float:
    """The longest that a long run may take, seconds (rule L-1): 3 h, before a first marathon 2.5 h;
    nothing is said of it before an ultra.
    """
    furthest = max((goal.distance_m or 0.0 for goal in goals), default=0.0)
    if furthest > ULTRA_FROM_M:
        return math.inf
    first = furthest > MARATHON_LIKE_M and not ran_marathon
    return MOST_S - FIRST_MARATHON_LESS_S * first


def _room_for_long(week: Week, day: date) -> bool:
    close = (race.day - day for race in week.races if race.priority is not Priority.C)
    if any(0 <= gap.days < NO_LONG_RUN_DAYS for gap in close):
        return False
    return all((race.day - day).days not in {0, 1} for race in week.races if race.distance_m)


def most_long_share(week_m: float) -> float:
    """The largest part of a week of `week_m` metres that its long run may be (rule L-1)."""
    return 0.6 if week_m < SMALL_WEEK_M else 0.5


def _long_m(week: Week, day: date) -> float:
    """The long run grows from where it stood to what the goal asks, within share, time and P-2."""
    season, demand = week.season, week.season.demand
    goal_m = season.leads_m
    first = week.habits.first_marathon and goal_m > MARATHON_LIKE_M
    # Time wins over distance (rule L-1); a little is left, as an easy pace is a band, and more
    # where walking breaks take theirs.
    easy_m_per_s = (0.95 if _walks(week) else 0.98) * week.paces.easy
    less_s = FIRST_MARATHON_LESS_S * first
    far_m = min(demand.long_m, (demand.long_s - less_s) * easy_m_per_s)
    # Whose mean run comes near that holds a long run that is longer, up to three hours.
    mean_m = week.volume_m / max(week.habits.runs, 1)
    far_m = max(far_m, min(OVER_MEAN * mean_m, (MOST_S - less_s) * easy_m_per_s))
    usual_m = (demand.long_share + _FEW_RUNS.get(week.habits.runs, 0.0)) * week.volume_m
    grown = min(LONG_LEAD * season.build_up, 1.0)
    led_m = (
        far_m if goal_m > GROWING_FROM_M else min(far_m, longest_run_gate(goal_m or FIVE_K_M).aim)
    )
    aim_m = week.start_long_m + max(led_m - week.start_long_m, 0.0) * grown
    if season.light:
        far_m *= LIGHT_LONG_SHARE
    wanted_m = usual_m
    if season.phase is Phase.TAPER:
        wanted_m = wanted_m + 0.04 * week.volume_m
        if (season.goal.day - day).days < LAST_LONG_DAYS:
            far_m = min(far_m, LAST_LONG_SHARE * week.mileage.longest_within(day, 30))
    else:
        wanted_m = max(usual_m, min(aim_m, led_m) * season.share)
    if week.quiet:
        wanted_m = usual_m  # one is not led on in the week of coming back (rule R-1)
    limit_m = week.mileage.run_limit_m(day, rise=PLANNED_LONGEST_RISE)
    most_m = PLANNED_LONG_SHARE * most_long_share(week.volume_m) * week.volume_m
    aimed_m = min(wanted_m, far_m, most_m)
    if limit_m < aimed_m:  # of 8 % a week, whole half kilometres would take a third
        return limit_m // FINE_STEP_M * FINE_STEP_M
    return in_steps(aimed_m)


def _fast_left_m(week: Week, menu: Menu) -> float:
    """Metres at race pace that the week's other hard sessions leave of its fast time (rule I-5)."""
    fast_s = FAST_SHARE * week.volume_m / week.paces.easy
    others_m = sum(
        work_m(theme, week=week.season, volume_m=week.volume_m, alone=False)
        for theme in menu.themes
    )
    return max(fast_s - 1.15 * others_m / week.paces.threshold, 0.0) * week.paces.race


def _race_pace_blocks(week: Week, day: date, menu: Menu, distance_m: float) -> tuple[int, float]:
    """How many blocks of how many metres; (0, 0) when this long run is a quiet one."""
    lawful = far_enough([day], from_days=week.hard_days, gap=week.habits.hard_gap_days)
    if not menu.race_pace_long or not lawful or week.quiet or day in no_hard_days(week.races):
        return 0, 0.0
    share = LONG_RACE_PACE_SHARE * (0.7 + 0.3 * week.season.build_up)
    total_m = min(share * week.volume_m, 0.45 * distance_m, 16_000.0, _fast_left_m(week, menu))
    if week.paces.race < week.paces.easy_low:  # slower than easy: to be known, not to be trained
        total_m = min(total_m, REHEARSED_M)
    blocks = 1 if week.season.phase is Phase.PEAK else 2 if total_m < 9_000 else 3
    block_m = total_m / blocks // 500 * 500.0
    return (blocks, block_m) if block_m >= 2_000 else (0, 0.0)
