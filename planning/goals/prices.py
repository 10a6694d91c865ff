"""A season simulated: what its plan makes of each goal, and what one season costs against another.

Every season is planned by `replan`, day by day to its last goal, and its races are foretold by
`foretell` with that plan followed. Two things come beside the forecast, both by judgement, because
the forecast knows kilometres and tapers but not what kind of running the weeks hold:

* sharpness: the 5 km of the best of four orders of training came out 1.5 % ahead of the others
  (Filipas 2022, n 60, B), and most trials find no difference at all (science 8, I-3): weeks shaped
  by a race that asks for something else cost up to half of that, give or take as much;
* legs: a race within the days that recovery from another asks for (T-5) costs up to 2 %, the less
  the more of them are over, give or take as much (E).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from planning.activity import Activity
from planning.fitness.prediction import Effect, Prediction
from planning.fitness.stated import runs_by_word
from planning.goals.completion import chance_to_finish
from planning.goals.conflicts import are_different
from planning.goals.course import RaceTime
from planning.goals.goal import MARATHON_M, Goal, Priority
from planning.goals.needs import (
    GATES,
    LONGEST_RUN,
    NEARLY,
    WEEKLY_DISTANCE,
    Need,
    longest_run_gate,
    needs_of,
    weekly_gate,
)
from planning.goals.season import SeasonWeek, alive, demand_of, monday_of, no_hard_days, season
from planning.replan import State, foretell, replan
from planning.schedule.plan import DayStatus, Phase, Plan, PlanDay
from planning.workout import Kind, Workout

SHARPNESS, LEGS = "sharpness", "legs"
SHARPNESS_LN = 0.0075  # half of the 1.5 % that the best order of training was ahead
LEGS_LN = 0.02


@dataclass(frozen=True, slots=True)
class Standing:
    """A goal in a simulated season.

    `expected` is its time (None where nothing can be foretold), `probability` that of reaching it.
    `longest_m` and `weekly_m` are what is run by the day of its gates: the longest run, and the
    best mean of four weeks. `judged` is the part of `expected` that is judgement.
    """

    goal: Goal
    expected: Prediction | None
    probability: float | None
    longest_m: float
    weekly_m: float
    judged: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Simulated:
    """A season with its plan, laid out in days, and where its races end up, by goal id."""

    goals: tuple[Goal, ...]
    plan: Plan | None
    standings: Mapping[str, Standing]

    def sessions(self, until: date) -> tuple[Workout, ...]:
        """What is planned before `until`, races left out."""
        days = self.plan.days() if self.plan else ()
        stand = (d.workout.workout for d in days if d.workout and d.day < until and _stands(d))
        return tuple(workout for workout in stand if workout.kind is not Kind.RACE)


@dataclass(frozen=True, slots=True)
class Price:
    """What one season costs a goal against another: above 0 is lost.

    `seconds` of the middle of its forecast, `probability` of reaching it; None where either season
    has none. `days_moved` is how much later its day is; `quiet_days` are days without hard running
    until then that other races take, beyond those of the other season.
    """

    before: Standing
    after: Standing
    days_moved: int
    quiet_days: int

    @property
    def goal(self) -> Goal:
        return self.after.goal

    @property
    def seconds(self) -> float | None:
        before, after = self.before.expected, self.after.expected
        return after.median_s - before.median_s if before and after else None

    @property
    def probability(self) -> float | None:
        before, after = self.before.probability, self.after.probability
        return None if before is None or after is None else before - after

    @property
    def judged(self) -> tuple[str, ...]:
        """What by judgement costs more than in the other season."""
        had = {effect.what: effect.ln_time for effect in self.before.judged}
        now = self.after.judged
        return tuple(each.what for each in now if each.ln_time > had.get(each.what, 0.0))


def simulated(state: State, goals: Sequence[Goal], today: date) -> Simulated:
    """`state` with these goals in the place of its own, planned and foretold as of `today`.

    Nothing is stored: the closing of `state` stands, so frozen days stay as they are.
    """
    would_be = replace(state, goals=tuple(goals))
    races = [goal for goal in alive(goals, today) if goal.distance_m and goal.is_alive(today)]
    last = max((goal.day for goal in goals), default=today)
    weeks = (last - monday_of(today)).days // 7 + 1
    # Foretold with the plan as it is shown today, so that what is said here is what `forecast`
    # says; the days of all weeks are there for what can only be counted in them.
    shown = replan(would_be, today).plan
    plan = replan(would_be, today, laid_out_weeks=max(weeks, 0)).plan
    standings = {
        race.id: _standing(
            foretell(would_be, race, today=today, plan=shown),
            race,
            state=would_be,
            plan=plan,
            today=today,
        )
        for race in races
    }
    return Simulated(tuple(goals), plan, standings)


def priced(before: Simulated, after: Simulated, goal_id: str, *, today: date) -> Price:
    """What `after` costs that goal against `before`. It stands in both."""
    one, other = before.standings[goal_id], after.standings[goal_id]
    return Price(
        before=one,
        after=other,
        days_moved=(other.goal.day - one.goal.day).days,
        quiet_days=_quiet_days(after.goals, other.goal, today)
        - _quiet_days(before.goals, one.goal, today),
    )


def runs_as_known(state: State, today: date) -> tuple[Activity, ...]:
    """What gates and limits stand on: the runs on record, before them the weeks by word."""
    known = tuple(run for run in state.activities if run.is_run and run.day <= today)
    return (*runs_by_word(state.athlete, known), *known)


def judged_effects(race: Goal, goals: Sequence[Goal], today: date) -> tuple[Effect, ...]:
    """Sharpness and legs: what the season around it does to the time of `race`, by judgement."""
    found = []
    if (unlike := _share_unlike(race, goals, today)) > 0.0:
        cost = SHARPNESS_LN * unlike
        found.append(Effect(SHARPNESS, cost, cost))
    if (tired := _tiredness(race, goals)) > 0.0:
        found.append(Effect(LEGS, LEGS_LN * tired, LEGS_LN * tired))
    return tuple(found)


def _standing(
    told: RaceTime | str, race: Goal, *, state: State, plan: Plan | None, today: date
) -> Standing:
    judged = judged_effects(race, state.goals, today)
    expected = None
    if not isinstance(told, str):
        expected = told.flat.under((*told.effects, *judged))
    needs = [
        _by_plan(need, race, plan, today)
        for need in needs_of(race, runs_as_known(state, today), today)
        if need.what in GATES
    ]
    reached = {need.what: need.reachable or 0.0 for need in needs}
    return Standing(
        goal=race,
        expected=expected,
        probability=_chance(race, expected, needs),
        longest_m=reached.get(LONGEST_RUN, 0.0),
        weekly_m=reached.get(WEEKLY_DISTANCE, 0.0),
        judged=judged,
    )


def _chance(race: Goal, expected: Prediction | None, needs: Sequence[Need]) -> float | None:
    """Of the time; without one of finishing, as the forecast of a goal to finish judges it."""
    if race.is_timed and race.target_s is not None:
        return expected.probability_of(race.target_s) if expected else None
    if race.cut_off_s is None:
        return chance_to_finish(needs)
    inside = expected.probability_of(race.cut_off_s) if expected else None
    return None if inside is None else inside * chance_to_finish(needs)


def _by_plan(need: Need, race: Goal, plan: Plan | None, today: date) -> Need:
    """The gate as this plan reaches it, and not as the steepest lawful rise might."""
    is_long = need.what == LONGEST_RUN
    planned = _longest_m(plan, need.by_day) if is_long else _weekly_m(plan, need.by_day, today)
    gate = (longest_run_gate if is_long else weekly_gate)(race.distance_m or 0.0)
    reached = max(planned, need.held or 0.0)
    if need.met or reached >= gate.least * NEARLY:
        return replace(need, reachable=reached, feasible=True)
    return replace(need, reachable=reached, feasible=False, value=gate.least)


def _longest_m(plan: Plan | None, by_day: date) -> float:
    """The longest run planned up to that day; a race is a long run as well."""
    days = plan.days() if plan else ()
    metres = (d.workout.workout.distance_m for d in days if d.workout and d.day <= by_day)
    return max(metres, default=0.0)


def _weekly_m(plan: Plan | None, by_day: date, today: date) -> float:
    """The best mean of four whole weeks that end by the day of the gate, races counted."""
    weeks = [
        math.fsum(d.workout.workout.distance_m for d in week.days if d.workout)
        for week in (plan.weeks if plan else ())
        if week.first_day >= today and week.first_day <= by_day
    ]
    means = [math.fsum(weeks[n : n + 4]) / 4 for n in range(len(weeks) - 3)]
    return max(means, default=0.0)


def _share_unlike(race: Goal, goals: Sequence[Goal], today: date) -> float:
    """Of the build and peak of a race up to the marathon: the share that recovers from another race
    or is shaped by one that asks for something else. Weeks that are over count for nothing.
    """
    if (race.distance_m or 0.0) > MARATHON_M * 1.05:
        return 0.0
    demand, monday = demand_of(race), monday_of(today)
    end = monday_of(race.day) + timedelta(weeks=1 - len(demand.taper_shares))
    first = monday_of(race.day) + timedelta(weeks=1 - demand.preparation_weeks)
    weeks = [week for week in season(goals, monday) if first <= week.first_day < end]
    unlike = sum(1 for week in weeks if _is_unlike(week, race))
    return unlike / (demand.build_weeks + demand.peak_weeks)


def _is_unlike(week: SeasonWeek, race: Goal) -> bool:
    resting = week.phase is Phase.RECOVERY and week.goal.distance_m is not None
    return resting or are_different(week.goal, race)


def _tiredness(race: Goal, goals: Sequence[Goal]) -> float:
    """1 on the day of another race that was raced, 0 when the days it asks for are over (T-5)."""
    others = (g for g in goals if g.distance_m and g.id != race.id and g.retired_on is None)
    left = [
        1.0 - (race.day - other.day).days / demand_of(other).no_hard_days
        for other in others
        if other.priority is not Priority.C and other.day <= race.day
    ]
    return max((0.0, *left))


def _quiet_days(goals: Sequence[Goal], race: Goal, today: date) -> int:
    others = [g for g in goals if g.id != race.id and g.retired_on is None]
    return sum(1 for day in no_hard_days(others) if today <= day < race.day)


def _stands(day: PlanDay) -> bool:
    return day.status is DayStatus.PLANNED
