"""A long path over years: the races on the way to a far goal, each with a forecast that widens.

Nobody's training over years is foretold here. Training as usual gains nothing by default (science
5), age costs what it costs (.7 to 1 % a year from 35 to 40 on, 1.5 from 70; C), and the spread of a
forecast goes on growing by .012 per square root of a week. Over one year that makes .087; the
runners of the study changed by .083 between efforts of one distance a year apart, the luck of two
days taken off, and by .089 in two years: the path claims to know less than they showed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planning.activity import Activity, content_id
from planning.fitness.prediction import Effect, Prediction
from planning.goals.completion import chance_to_finish
from planning.goals.goal import FIFTY_K_M, HALF_M, MARATHON_M, Goal, GoalKind, Priority
from planning.goals.groundwork import Groundwork, groundwork
from planning.goals.needs import longest_run_gate, needs_of, peak_day, weekly_gate
from planning.goals.prices import runs_as_known
from planning.goals.rates import GAIN_QUARTER, base_rate
from planning.goals.season import demand_of
from planning.replan import State, foretell

LADDER_M = (HALF_M, MARATHON_M, FIFTY_K_M)  # what is finished first, on the way to longer races
DONE = 0.97  # of the distance, and it counts as run
YEAR_DAYS, YEAR_WEEKS = 365.25, 52
BETWEEN_WEEKS = 26  # at least, before the same distance is raced again on such a path
FURTHEST_WEEKS = 260
AGEING_FROM, AGEING, OLD_FROM, OLD_AGEING = 37, 0.0085, 70, 0.015  # ln(time) a year
AGE = "age"
GAIN_OF_ONE_IN_FOUR = float(GAIN_QUARTER[-1]) / 100.0  # ln(speed), within one year


@dataclass(frozen=True, slots=True)
class Stage:
    """One race of the path; `is_first` of its distance. `expected`: training as now until then.

    `milestone_s` keeps the aim in sight if the gain comes evenly; slower than `latest_s`, and the
    aim needs more each year than one runner in four gained in one. None where there is no time to
    aim at. `probability`: of finishing for a first, else of the milestone; of the aim itself.
    """

    goal: Goal
    is_first: bool
    expected: Prediction | None
    probability: float | None
    milestone_s: float | None = None
    latest_s: float | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """`gain_percent` of speed lies between the forecast's middle and the aim, in `years`; `rate`
    says how many runners gained in one year what that asks for in each. `earliest` is the first day
    on which the aim could stand, where its own comes before.
    """

    stages: tuple[Stage, ...]
    years: float
    gain_percent: float | None
    rate: str | None
    earliest: date | None = None

    @property
    def aim(self) -> Stage:
        return self.stages[-1]


def path_to(state: State, aim: Goal, today: date) -> Path:
    """The races between `today` and `aim`, the aim last. Nothing of it is stored or planned.

    First what lies on the way and was never run, each as early as the safe rise of the long run
    (P-2) and a whole preparation allow; then the aim's distance once a year. Raises ValueError for
    an aim without a distance or in the past.
    """
    if not aim.distance_m or aim.day <= today:
        raise ValueError("a path leads to a race on a day to come")
    known = runs_as_known(state, today)
    firsts = _firsts(known, aim, today)
    earliest = _earliest(aim, firsts, known, today)
    before = tuple(goal for goal in firsts if goal.day < aim.day)
    races = (*before, *_repeats(aim, before[-1] if before else None, today), aim)
    gain, years = _gain(state, aim, today), (aim.day - today).days / YEAR_DAYS
    a_year = None if gain is None else 100.0 * gain / max(years, 1.0)
    return Path(
        stages=tuple(_stage(state, goal, aim, today, gain or 0.0) for goal in races),
        years=years,
        gain_percent=None if gain is None else 100.0 * gain,
        rate=None if a_year is None else base_rate(a_year, min(years, 1.0) * YEAR_WEEKS),
        earliest=earliest if earliest is not None and earliest > aim.day else None,
    )


def ageing(birth_year: int | None, today: date, day: date) -> Effect | None:
    """What the years until `day` cost, in ln(time), give or take half of it; None without a year of
    birth and until 37.
    """
    if birth_year is None:
        return None
    start = float(today.year - birth_year)
    end = start + (day - today).days / YEAR_DAYS
    slowly = max(min(end, OLD_FROM) - max(start, AGEING_FROM), 0.0)
    cost = AGEING * slowly + OLD_AGEING * max(end - max(start, OLD_FROM), 0.0)
    return Effect(AGE, cost, cost / 2) if cost > 0.0 else None


def _firsts(known: Sequence[Activity], aim: Goal, today: date) -> tuple[Goal, ...]:
    """What was never run on the way to the aim; its own distance as well, before it is run fast."""
    longest_m = max((run.distance_m or 0.0 for run in known), default=0.0)
    aim_m = aim.distance_m or 0.0
    shorter = [metres for metres in LADDER_M if metres < DONE * aim_m]
    found: list[Goal] = []
    for metres in (*shorter, *((aim_m,) if aim.is_timed else ())):
        if longest_m < DONE * metres:
            after = found[-1] if found else None
            day = _first_day(metres, after, groundwork(known, today), aim, today)
            found.append(_goal(metres, day, GoalKind.COMPLETION))
    return tuple(found)


def _earliest(
    aim: Goal, firsts: Sequence[Goal], known: Sequence[Activity], today: date
) -> date | None:
    """When the aim could stand at the earliest; None where nothing has to come before it."""
    longest_m = max((run.distance_m or 0.0 for run in known), default=0.0)
    if not aim.is_timed and longest_m < DONE * (aim.distance_m or 0.0):
        after, done = firsts[-1] if firsts else None, groundwork(known, today)
        return _first_day(aim.distance_m or 0.0, after, done, aim, today)
    return firsts[-1].day + timedelta(weeks=BETWEEN_WEEKS) if firsts else None


def _first_day(metres: float, after: Goal | None, done: Groundwork, aim: Goal, today: date) -> date:
    """The first day, on the weekday of the aim, by which the gates of the distance are reached."""
    race = _goal(metres, aim.day, GoalKind.COMPLETION)
    start, weeks = today, demand_of(race).preparation_weeks
    if after is not None:
        start = after.day
        weeks = len(demand_of(after).after_shares) + demand_of(race).season_weeks
    for more in range(FURTHEST_WEEKS):
        day = start + timedelta(weeks=weeks + more)
        day += timedelta(days=(aim.day.weekday() - day.weekday()) % 7)
        until = (peak_day(_goal(metres, day, GoalKind.COMPLETION)) - today).days / 7
        long_enough = done.reachable_longest_m(until) >= longest_run_gate(metres).least
        if long_enough and done.reachable_weekly_m(until, metres) >= weekly_gate(metres).least:
            return day
    return today + timedelta(weeks=FURTHEST_WEEKS)


def _repeats(aim: Goal, after: Goal | None, today: date) -> tuple[Goal, ...]:
    """The same distance a year before the aim, two years, and so on, as long as there is room."""
    if not aim.is_timed or not aim.distance_m:
        return ()
    room = timedelta(weeks=BETWEEN_WEEKS)
    start = today + timedelta(weeks=demand_of(aim).season_weeks) if after is None else after.day
    start = start if after is None else start + room
    found: list[Goal] = []
    day = aim.day - timedelta(weeks=YEAR_WEEKS)
    while day >= start:
        found.append(_goal(aim.distance_m, day, GoalKind.TIME))
        day -= timedelta(weeks=YEAR_WEEKS)
    return tuple(reversed(found))


def _stage(state: State, goal: Goal, aim: Goal, today: date, gain: float) -> Stage:
    """`gain`, of ln(speed), is spread evenly over the time to the aim."""
    expected = _expected(state, goal, today)
    to_finish = chance_to_finish(needs_of(goal, runs_as_known(state, today), today))
    if not aim.is_timed or aim.target_s is None or expected is None:
        return Stage(goal, goal.kind is GoalKind.COMPLETION, expected, to_finish)
    if goal is aim:
        return Stage(goal, False, expected, expected.probability_of(aim.target_s), aim.target_s)
    share = (goal.day - today).days / (aim.day - today).days
    left = (aim.day - goal.day).days / YEAR_DAYS * GAIN_OF_ONE_IN_FOUR
    milestone_s = expected.median_s * math.exp(-max(gain, 0.0) * share)
    latest_s = expected.median_s * math.exp(left - gain)
    is_first = goal.kind is GoalKind.COMPLETION
    return Stage(
        goal=goal,
        is_first=is_first,
        expected=expected,
        probability=to_finish if is_first else expected.probability_of(milestone_s),
        milestone_s=milestone_s,
        latest_s=latest_s if latest_s > milestone_s else None,
    )


def _expected(state: State, goal: Goal, today: date) -> Prediction | None:
    told = foretell(state, goal, today=today, plan=None)
    if isinstance(told, str):
        return None
    older = ageing(state.athlete.birth_year, today, goal.day)
    return told.flat.under((*told.effects, *((older,) if older else ())))


def _gain(state: State, aim: Goal, today: date) -> float | None:
    """ln(speed) between the middle of the forecast and the time aimed at; below 0: it is slower."""
    expected = _expected(state, aim, today) if aim.is_timed else None
    if expected is None or aim.target_s is None:
        return None
    return math.log(expected.median_s / aim.target_s)


def _goal(metres: float, day: date, kind: GoalKind) -> Goal:
    return Goal(content_id("path", metres, day)[:6], kind, Priority.A, day, metres)
