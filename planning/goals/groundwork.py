"""What has been run so far, and what can safely be reached from there by a day."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from planning.activity import Activity
from planning.fitness.ability import Fitness
from planning.fitness.training import training_speeds
from planning.fitness.zones import TOO_UNSURE
from planning.goals.goal import HALF_M, MARATHON_M
from planning.goals.season import FIRST_MARATHON_LESS_S, MARATHON, MARATHON_BEFORE_M
from planning.schedule.mileage import counts

FASTEST_M_PER_S = 7.5  # nobody has run 1,500 m this fast: a distance beyond it is a glitch
EASY_START_M = 5_000.0  # always allowed
RISE = 1.10
LONG_RUN_STEPS_PER_WEEK = (
    0.6  # light weeks and the 30-day memory leave twelve steps in twenty weeks
)
WEEKLY_RISE_M = 3_000.0
SEASON_RISE = 1.5
GROUND_DAYS = 70
OF_THE_TIME = 0.98  # a little is left, as an easy pace is a band


@dataclass(frozen=True, slots=True)
class Groundwork:
    """Metres run as of a day, races included unless said otherwise; all zero without runs.

    `long_run_from_m` is the length from which long runs may grow by a tenth (rule P-2).
    """

    longest_m: float  # of the last ten weeks
    long_run_from_m: float
    weekly_m: float  # best mean of four weeks within the last ten
    held_weekly_m: float  # mean of the last four weeks
    highest_weekly_m: float  # highest mean of four weeks in the last year
    lengths_m: tuple[float, ...] = ()  # of all runs of the last ten weeks, the longest first
    marathon_long_m: float = math.inf  # what the time for a long run holds before a marathon

    def reachable_longest_m(self, weeks: float, distance_m: float = 0.0) -> float:
        """The longest training run after `weeks` weeks of rising as fast as rule P-2 lets it, and
        within the time for it (L-1) where `distance_m` is that of a marathon.

        8 km become 25 km in about twenty weeks (science 8, P-2; after Frandsen 2025).
        """
        steps = math.floor(max(weeks, 0.0) * LONG_RUN_STEPS_PER_WEEK + 1e-9)
        start = max(self.long_run_from_m, EASY_START_M) if steps else self.long_run_from_m
        timed = HALF_M * 1.05 < distance_m <= MARATHON_M * 1.05
        most_m = self.marathon_long_m if timed else math.inf
        return max(min(start * RISE**steps, most_m), self.longest_m)

    def reachable_weekly_m(self, weeks: float, distance_m: float) -> float:
        """Weekly distance after `weeks` weeks: a tenth or 3 km more a week, every fourth lighter.

        A planning convention (P-3), held under the season's ceiling (P-5).
        """
        ceiling = max(SEASON_RISE * self.highest_weekly_m, _season_floor_m(distance_m))
        weekly = self.held_weekly_m
        for week in range(1, math.floor(max(weeks, 0.0)) + 1):
            if week % 4:
                weekly = min(max(weekly * RISE, weekly + WEEKLY_RISE_M), ceiling)
        return max(weekly, self.weekly_m)


def groundwork(activities: Sequence[Activity], today: date) -> Groundwork:
    """What the runs up to and with `today` amount to, in any order."""
    runs = [(run.day, run.distance_m or 0.0, run.is_race) for run in activities if _counts(run)]
    return Groundwork(
        longest_m=_longest(runs, today, GROUND_DAYS),
        long_run_from_m=_long_run_from(runs, today),
        weekly_m=max(_weekly(runs, today - timedelta(weeks=back)) for back in range(7)),
        held_weekly_m=_weekly(runs, today),
        highest_weekly_m=max(_weekly(runs, today - timedelta(weeks=back)) for back in range(49)),
        lengths_m=_lengths(runs, today),
    )


def within_time(done: Groundwork, fitness: Fitness, runs: Sequence[Activity]) -> Groundwork:
    """The same with what three hours of easy running hold, half an hour less before a first
    marathon (rule L-1): time wins over distance. Unchanged while no paces can be given.
    """
    speeds, sd_ln = training_speeds(fitness), fitness.today().sd_ln
    if speeds is None or sd_ln is None or sd_ln > TOO_UNSURE:
        return done
    first = not any(run.is_run and (run.distance_m or 0.0) > MARATHON_BEFORE_M for run in runs)
    time_s = MARATHON.long_s - FIRST_MARATHON_LESS_S * first
    easy = (speeds.easy_low + speeds.easy_high) / 2
    return replace(done, marathon_long_m=OF_THE_TIME * time_s * easy)


type _Run = tuple[date, float, bool]


def _counts(activity: Activity) -> bool:
    distance_m, time_s = activity.distance_m, activity.moving_time_s
    if not counts(activity) or not distance_m or distance_m <= 0.0:
        return False
    return not time_s or distance_m <= FASTEST_M_PER_S * time_s


def _longest(runs: Sequence[_Run], today: date, days: int, *, races: bool = True) -> float:
    first = today - timedelta(days=days - 1)
    lengths = (m for day, m, race in runs if first <= day <= today and (races or not race))
    return max(lengths, default=0.0)


def _lengths(runs: Sequence[_Run], today: date) -> tuple[float, ...]:
    first = today - timedelta(days=GROUND_DAYS - 1)
    return tuple(sorted((m for day, m, _ in runs if first <= day <= today), reverse=True))


def _long_run_from(runs: Sequence[_Run], today: date) -> float:
    recent = _longest(runs, today, 30, races=False)
    # after a month off: half of what was usual, and at most 8 km
    return recent or min(_longest(runs, today, 180, races=False) / 2, 8_000.0)


def _weekly(runs: Sequence[_Run], last: date) -> float:
    first = last - timedelta(days=27)
    # fsum: the same to the last bit in whatever order the runs come
    return math.fsum(m for day, m, _ in runs if first <= day <= last) / 4


def _season_floor_m(distance_m: float) -> float:
    """What anybody may build up to in a season, however little was run before (P-5)."""
    if distance_m <= HALF_M * 1.02:
        return 25_000.0
    return 40_000.0 if distance_m <= MARATHON_M * 1.02 else 50_000.0
