"""The one door: replan(state, today) -> Outcome. Pure and deterministic."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from planning.activity import Activity
from planning.athlete import Athlete
from planning.breaks import NO_BREAKS, Breaks
from planning.closing import Closing, new_race_days
from planning.completeness import (
    Withheld,
    heard_until,
    is_silent,
    missing,
    share_withheld,
    too_much_withheld,
)
from planning.fitness.ability import AbilityToday, Fitness, estimate
from planning.fitness.prediction import DistanceForecast, Effect, distance_forecasts
from planning.fitness.stated import runs_by_word, with_stated
from planning.goals.assessment import Assessment, assess
from planning.goals.caveats import with_caveats
from planning.goals.conflicts import conflicts
from planning.goals.course import RaceTime
from planning.goals.drift import Running, break_effect, running_of
from planning.goals.goal import Goal
from planning.goals.season import is_master
from planning.goals.trajectory import (
    AFRESH,
    Before,
    GoalForecast,
    expected_time,
    forecast,
    missing_for,
)
from planning.news import News, news_of
from planning.schedule.adapt import plan_for
from planning.schedule.ground import LAID_OUT_WEEKS
from planning.schedule.mileage import REMEMBERED_DAYS
from planning.schedule.plan import Answer, Change, Layer, LayerKind, Plan
from planning.weather import Weather, temperature_on
from planning.wellness import Wellness

__all__ = ["Closing", "Outcome", "State", "assessed", "foretell", "replan"]


@dataclass(frozen=True, slots=True)
class State:
    """Everything known at a moment. `activities` are sorted by start.

    `closing` is how the last day before today ended that closed; None: there was no plan.
    `complete_until` is the last day of which all sources are known to be complete; None: unknown.
    `layers` stand in the order in which they were said. `wellness` and `weather` are all that is
    known of them, by source and day. `answers` are what was said of changes that wait.
    """

    athlete: Athlete
    activities: tuple[Activity, ...]
    goals: tuple[Goal, ...]
    closing: Closing | None = None
    layers: tuple[Layer, ...] = ()
    complete_until: date | None = None
    wellness: tuple[Wellness, ...] = ()
    weather: tuple[Weather, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    breaks: Breaks = NO_BREAKS
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """`changes` are today's receipts against `state.closing`; `effects` are in `distances`."""

    day: date
    ability: AbilityToday
    distances: tuple[DistanceForecast, ...]
    forecasts: tuple[GoalForecast, ...]
    plan: Plan | None
    changes: tuple[Change, ...]
    news: tuple[News, ...]
    race_days: tuple[date, ...] = ()
    effects: tuple[Effect, ...] = ()

    @property
    def closing(self) -> Closing:
        return Closing(self.day, self.plan, self.ability, self.forecasts, self.race_days)


def replan(state: State, today: date, *, laid_out_weeks: int = LAID_OUT_WEEKS) -> Outcome:
    """Ability, forecasts, plan, receipts and news as of `today`; the plan has days for
    `laid_out_weeks`, and targets for the weeks after them.

    A function of the set of facts and the last closing: the order of activities and goals does not
    matter, later activities are not looked at, and doing it again the same day gives the same.
    Raises ValueError when the closing is not of an earlier day: today's output is never input.
    """
    before = state.closing
    if before is not None and before.day >= today:
        raise ValueError(f"the closing of {before.day} cannot be the past of {today}")
    goals = sorted(
        (goal for goal in state.goals if goal.is_alive(today)), key=lambda goal: (goal.day, goal.id)
    )
    grounds = _grounds(state, today)
    known, fitness = grounds.activities, grounds.fitness
    plan, changes = plan_for(
        athlete=state.athlete,
        goals=goals,
        activities=known,
        fitness=fitness,
        today=today,
        closing_plan=before.plan if before else None,
        layers=state.layers,
        complete_until=state.complete_until,
        grows=not grounds.withheld,
        withheld_on=grounds.withheld_on,
        weather=state.weather,
        laid_out_weeks=laid_out_weeks,
        breaks=state.breaks,
        wellness=state.wellness,
        answers=state.answers,
    )
    running = grounds.running(plan)
    forecasts = _forecasts(goals, grounds, running, state=state)
    off = break_effect(today, running)
    effects = (off,) if off else ()
    races = race_days(known)
    now = Closing(today, plan, fitness.today(), forecasts, races)
    return Outcome(
        day=today,
        ability=now.ability,
        distances=distance_forecasts(fitness, effects),
        forecasts=forecasts,
        plan=plan,
        changes=changes,
        news=news_of(
            before,
            now,
            goals=goals,
            activities=known,
            changes=changes,
            units=state.athlete.units,
        ),
        race_days=races,
        effects=effects,
    )


def race_days(activities: Sequence[Activity]) -> tuple[date, ...]:
    """The days on which a race was run."""
    return tuple(sorted({run.day for run in activities if run.is_run and run.is_race}))


def foretell(
    state: State, race: Goal, *, today: date, plan: Plan | None, temperature_c: float | None = None
) -> RaceTime | str:
    """Any race as the forecasts of goals are made, on its day and with `plan` followed until then;
    or why there is none: too little to go by, or too much that is withheld.

    Without `temperature_c` that of the day counts, where it is known or expected. On the day of an
    A goal it is tapered for as that one is.
    """
    grounds = _grounds(state, today)
    if grounds.withheld:
        return grounds.withheld
    known = _temperature_c(race, state)
    same_day = (goal for goal in state.goals if goal.day == race.day and goal.is_alive(today))
    priority = min((race.priority, *(goal.priority for goal in same_day)))
    time = expected_time(
        replace(race, priority=priority),
        fitness=grounds.fitness,
        activities=grounds.activities,
        today=today,
        running=grounds.running(plan),
        temperature_c=known if temperature_c is None else temperature_c,
    )
    return missing_for(race, grounds.fitness) if time is None else time


def assessed(
    state: State,
    goal: Goal,
    *,
    today: date,
    plan: Plan | None,
    said: GoalForecast | None = None,
) -> Assessment:
    """Is `goal` achievable, what must happen, when to decide, and what to do instead.

    As of `today` and with `plan` followed. `said` is today's forecast of it, if it stands already;
    else it is made here, as of a goal that is stated today.
    """
    grounds = _grounds(state, today)
    running, temperature_c = grounds.running(plan), _temperature_c(goal, state)
    told = said or _forecast(goal, grounds, running, AFRESH, temperature_c=temperature_c)
    return assess(
        goal,
        told,
        goals=[each for each in state.goals if each.is_alive(today)],
        fitness=grounds.fitness,
        activities=grounds.activities,
        by_word=grounds.by_word,
        running=running,
        temperature_c=temperature_c,
        master=is_master(state.athlete.birth_year, today),
    )


@dataclass(frozen=True, slots=True)
class _Grounds:
    """What everything is decided from, as of `today`: `activities` by start, none later.

    `known_until` is the last day of which something is known, `withheld_on` are days of which a
    source keeps what was done, `withheld` says why so much is kept that nothing can be foretold.
    `by_word` are the weeks that the athlete stated, before there was a record.
    """

    today: date
    activities: tuple[Activity, ...]
    fitness: Fitness
    known_until: date
    withheld_on: frozenset[date]
    withheld: str
    by_word: tuple[Activity, ...] = ()

    def running(self, plan: Plan | None) -> Running:
        return running_of(
            (*self.by_word, *self.activities),
            plan,
            today=self.today,
            known_until=self.known_until,
            withheld_on=self.withheld_on,
        )


def _grounds(state: State, today: date) -> _Grounds:
    known = tuple(
        sorted(
            (activity for activity in state.activities if activity.day <= today),
            key=lambda activity: (activity.start_at, activity.id),
        )
    )
    by_word = runs_by_word(state.athlete, known)
    heard = _heard_until(state, (*by_word, *known), today)
    kept_back = missing(state.withheld, known, today, days=REMEMBERED_DAYS)
    return _Grounds(
        today=today,
        activities=known,
        fitness=with_stated(estimate(known, today), state.athlete.stated, today),
        known_until=heard if heard is not None and is_silent(today, heard) else today,
        withheld_on=frozenset(each.day for each in kept_back if each.day is not None),
        withheld=_withheld(state, known, today),
        by_word=by_word,
    )


def _forecasts(
    goals: Sequence[Goal], grounds: _Grounds, running: Running, *, state: State
) -> tuple[GoalForecast, ...]:
    before, today = state.closing, grounds.today
    said = {each.goal_id: each for each in before.forecasts} if before else {}
    days = (today - before.day).days if before else 1
    raced = bool(new_race_days(before, race_days(grounds.activities))) if before else False
    clashing = conflicts(goals, today)
    told = (
        _forecast(
            goal,
            grounds,
            running,
            Before(said.get(goal.id), days, raced),
            temperature_c=_temperature_c(goal, state),
        )
        for goal in goals
    )
    return tuple(
        with_caveats(each, goal, clashing=clashing, breaks=state.breaks)
        for each, goal in zip(told, goals, strict=True)
    )


def _forecast(
    goal: Goal,
    grounds: _Grounds,
    running: Running,
    before: Before,
    *,
    temperature_c: float | None,
) -> GoalForecast:
    return forecast(
        goal,
        fitness=grounds.fitness,
        activities=grounds.activities,
        by_word=grounds.by_word,
        today=grounds.today,
        before=before,
        withheld=grounds.withheld,
        running=running,
        temperature_c=temperature_c,
    )


def _temperature_c(goal: Goal, state: State) -> float | None:
    """Of the goal's day: what is known of it, else what the athlete expects."""
    known = temperature_on(goal.day, state.weather)
    return goal.temperature_c if known is None else known


def _heard_until(state: State, known: Sequence[Activity], today: date) -> date | None:
    """The last day that is complete, or was run on, or that the athlete spoke of."""
    skipped = (layer.on_day for layer in state.layers if layer.kind is LayerKind.SKIP)
    return heard_until(
        today,
        complete=state.complete_until,
        ran=(activity.day for activity in known),
        said=(
            *(day for day in skipped if day is not None and day < today),
            *state.breaks.heard_of(today - timedelta(days=1)),
        ),
    )


def _withheld(state: State, known: Sequence[Activity], today: date) -> str:
    """Why nothing can be foretold; "" while enough is known."""
    missed = missing(state.withheld, known, today)
    return too_much_withheld(missed, share_withheld(missed, known, today))
