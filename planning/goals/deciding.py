"""When to choose between the versions of a goal, and the race or test that would help most.

Until the taper begins a choice still shapes training; from then on only the pace of the day is left
to choose. What one result tells of a later race was measured on the study: by how much an effort
was off the forecast of its eve goes with by how much a later one was off what was foretold of it on
that same eve. Over 512 pairs of 17 runners the correlation is .57 (90 % range .30 to .82) times
e^(-|ln of the distances| / 1.5 - weeks between / 8): .35 at the same distance four weeks on, .13
from 10 km to the marathon. It is little, and said so: most of what a race brings is of its own day.
Those efforts were found by their speed; one that is really raced may tell more.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planning.fitness.prediction import HORIZON_SD, Prediction
from planning.goals.goal import HALF_M, TEN_K_M, Goal, GoalKind, Priority
from planning.goals.needs import peak_day
from planning.goals.season import demand_of

TELLS, TELLS_LN_M, TELLS_WEEKS = 0.57, 1.5, 8.0
EVEN_Z, ONE_IN_FIVE_Z = 0.0, 0.8416  # standard deviations of ln(time)
BEYOND_Z = 2.0  # a result that comes once in forty times settles nothing
NOTICE_DAYS, APART_DAYS = 7, 21
# Metres that may be run alone and all out before a race of up to so many.
TRIALS = ((5_250.0, (3_000.0,)), (TEN_K_M * 1.05, (5_000.0,)), (HALF_M * 1.05, (TEN_K_M,)))
LONG_TRIALS = (TEN_K_M, HALF_M)
TRIAL = "time trial"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A race that is on the calendar, or a time trial that could be.

    `expected` is its time as of today. `sd_ln` is the spread of ln(time) of the goal that it
    leaves, `sd_without` what the weeks until then leave by themselves. A result of `even_s` or
    faster makes the goal an even chance, one of `doubtful_s` or slower less than one in five; None
    where no likely result does.
    """

    race: Goal
    is_trial: bool
    expected: Prediction
    sd_ln: float
    sd_without: float
    even_s: float | None
    doubtful_s: float | None


@dataclass(frozen=True, slots=True)
class Decision:
    """`day`: the last on which a choice still shapes training; without one left, the eve of the
    race. `tests` before it, the one that leaves the least spread first.
    """

    day: date
    shapes_training: bool
    tests: tuple[Indicator, ...]


def decision(
    goal: Goal,
    goals: Sequence[Goal],
    *,
    today: date,
    longest_m: float,
    foretell: Callable[[Goal], Prediction | None],
) -> Decision | None:
    """Of a goal with a time; None for others, and while nothing can be foretold.

    `goals` are all that stand, `longest_m` the longest run of late, for nobody is sent on a time
    trial that is longer by more than a tenth (P-2). `foretell` gives a race's time on its day.
    """
    expected = foretell(goal)
    if not goal.is_timed or expected is None:
        return None
    day = goal.day - timedelta(weeks=len(demand_of(goal).taper_shares))
    if day <= today:
        return Decision(max(goal.day - timedelta(days=1), today), False, ())
    found = (
        _indicator(race, goal, expected, today=today, foretell=foretell)
        for race in (*_races(goal, goals, today, day), *_trials(goal, goals, today, longest_m))
    )
    tests = sorted((test for test in found if test), key=lambda test: (test.sd_ln, test.race.day))
    return Decision(day, True, tuple(tests))


def telling(distance_m: float, race_m: float, weeks: float) -> float:
    """The correlation of what a result and a race `weeks` later are off; see above."""
    apart = abs(math.log(distance_m / race_m))
    return TELLS * math.exp(-apart / TELLS_LN_M - weeks / TELLS_WEEKS)


def _races(goal: Goal, goals: Sequence[Goal], today: date, until: date) -> list[Goal]:
    return [
        race
        for race in goals
        if race.distance_m is not None and race.id != goal.id and race.is_alive(today)
        if today < race.day < until
    ]


def _trials(goal: Goal, goals: Sequence[Goal], today: date, longest_m: float) -> list[Goal]:
    """On the last full weekend, unless a race stands within three weeks of it or it is too near."""
    day = peak_day(goal)
    near = any(
        abs((race.day - day).days) <= APART_DAYS for race in _races(goal, goals, today, goal.day)
    )
    if near or (day - today).days < NOTICE_DAYS or goal.distance_m is None:
        return []
    metres = next((few for most, few in TRIALS if goal.distance_m <= most), LONG_TRIALS)
    return [
        Goal("", GoalKind.COMPLETION, Priority.C, day, distance_m, name=TRIAL)
        for distance_m in metres
        if distance_m <= max(1.1 * longest_m, 5_000.0) and distance_m < goal.distance_m
    ]


def _indicator(
    race: Goal,
    goal: Goal,
    expected: Prediction,
    *,
    today: date,
    foretell: Callable[[Goal], Prediction | None],
) -> Indicator | None:
    told = foretell(race)
    if told is None or goal.distance_m is None or race.distance_m is None or goal.target_s is None:
        return None
    until = (race.day - today).days / 7
    sd, race_sd = (_known_by_then(one.sd_ln, until) for one in (expected, told))
    tells = telling(race.distance_m, goal.distance_m, (goal.day - race.day).days / 7)
    left = sd * math.sqrt(1.0 - tells**2)
    ahead = math.log(goal.target_s / expected.median_s)

    def result_s(z_left: float) -> float | None:
        z = (ahead + z_left * left) / (tells * sd)
        return told.median_s * math.exp(z * race_sd) if abs(z) <= BEYOND_Z else None

    return Indicator(race, not race.id, told, left, sd, result_s(EVEN_Z), result_s(ONE_IN_FIVE_Z))


def _known_by_then(sd_ln: float, weeks: float) -> float:
    """The spread that is left when so many of the weeks ahead have become known."""
    return math.sqrt(max(sd_ln**2 - HORIZON_SD**2 * max(weeks, 0.0), (0.5 * sd_ln) ** 2))
