"""The forecast for the goal day: probability, versions, on-track state with hysteresis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from planning.activity import Activity
from planning.fitness.ability import Fitness
from planning.fitness.prediction import Prediction
from planning.goals.adherence import Adherence, adherence
from planning.goals.completion import chance_to_finish
from planning.goals.course import RaceTime, race_time, ultras_of
from planning.goals.drift import Running, drift
from planning.goals.goal import HALF_M, TEN_K_M, Goal
from planning.goals.influences import told_of_race
from planning.goals.needs import Need, needs_of
from planning.goals.rates import Required
from planning.goals.result import result_message, result_of
from planning.goals.sentence import finish_message, habit_message, habit_result, time_message
from planning.goals.status import Status, settled, verdict_of
from planning.goals.wording import distance_name, kilometres, spoken_day
from planning.units import counted

UNSURE_SD = 0.10  # of ln(10 km time)
WEATHER_FORESEEN_DAYS = 7


@dataclass(frozen=True, slots=True)
class GoalForecast:
    """The trajectory to one goal, as `forecast --json` shows it. Unknown numbers are None.

    `waiting` counts the daily closings beyond the border, this day's included should it close so.
    """

    goal_id: str
    status: str  # ahead, on_track, behind, out_of_reach, unknown, done
    verdict: str | None  # conservative, realistic, stretch, very_ambitious, not_by_then
    median_s: float | None
    p10_s: float | None
    p90_s: float | None
    probability: float | None
    stretch_s: float | None
    realistic_s: float | None
    conservative_s: float | None
    needs: tuple[Need, ...]
    message: str
    waiting: tuple[str, int] | None = (
        None  # (status it would change to, closings beyond the border)
    )
    statement: str = ""  # of the goal it is about: a changed goal starts afresh


@dataclass(frozen=True, slots=True)
class Before:
    """What the last closing, `days` days ago, said of this goal; `raced` since then."""

    forecast: GoalForecast | None = None
    days: int = 1
    raced: bool = False


AFRESH = Before()


def forecast(  # noqa: PLR0913 - one forecast, and all that it rests on
    goal: Goal,
    *,
    fitness: Fitness,
    activities: Sequence[Activity],
    today: date,
    by_word: Sequence[Activity] = (),
    before: Before = AFRESH,
    withheld: str = "",
    running: Running | None = None,
    temperature_c: float | None = None,
) -> GoalForecast:
    """The trajectory to `goal` as of `today`, running as `running` has it, else as usual.

    Times in seconds. The spread grows from the last day of which `running` knows something.
    Median, range, versions and probability come from one distribution: the versions are the times
    reached with probability .2, .5 and .8. `withheld` says why nothing can be foretold: too much of
    what was run is kept from us. `by_word` (see `stated.runs_by_word`) stand for the weeks before
    the record where needs are counted. `temperature_c` is that of the goal's day, where known.
    """
    result = result_of(goal, activities, today)
    if goal.day < today or result is not None:
        kept = adherence(goal, activities, goal.day + timedelta(days=1), running=running)
        told_of_it = habit_result(goal, kept) if kept else result_message(goal, result)
        return _without_numbers(goal, Status.DONE, told_of_it)
    if goal.distance_m is None:
        kept = adherence(goal, activities, today, running=running)
        return _habit(goal, kept, withheld or _habit_message(activities, today), before=before)
    time = expected_time(
        goal,
        fitness=fitness,
        activities=activities,
        today=today,
        running=running,
        temperature_c=temperature_c,
    )
    expected = time.expected if time else None
    needs = needs_of(goal, (*by_word, *activities), today, fitness=fitness)
    missing = missing_for(goal, fitness)
    if withheld:
        return _without_numbers(goal, Status.UNKNOWN, withheld, needs)
    if goal.is_timed:
        asked = required_of(
            goal,
            fitness=fitness,
            activities=activities,
            today=today,
            running=running,
            temperature_c=temperature_c,
        )
        told = _timed(goal, expected, needs=needs, before=before, asked=asked, missing=missing)
    else:
        told = _to_finish(goal, expected, needs=needs, before=before, missing=missing)
    because = _because(goal, time, today, temperature_c) if time else ""
    silent = _silence(running) if time and running else ""
    return replace(told, message=f"{told.message}{because}{_caution(fitness)}{silent}")


def expected_time(
    goal: Goal,
    *,
    fitness: Fitness,
    activities: Sequence[Activity],
    today: date,
    running: Running | None = None,
    temperature_c: float | None = None,
) -> RaceTime | None:
    """The race's time on its day and what moves it: the course, the heat, and how is run until
    then. Arguments as of `forecast`; None where `course.race_time` has none.
    """
    time = race_time(
        goal,
        fitness,
        weeks_ahead=max((goal.day - today).days, 0) / 7,
        weeks_unknown=(today - running.known_until).days / 7 if running else 0.0,
        ultras=ultras_of(activities, today),
        temperature_c=temperature_c,
    )
    if time is None or running is None:
        return time
    return replace(time, effects=(*time.effects, *drift(goal, running)))


def required_of(
    goal: Goal,
    *,
    fitness: Fitness,
    activities: Sequence[Activity],
    today: date,
    running: Running | None = None,
    temperature_c: float | None = None,
) -> Required | None:
    """What a goal's time asks for beside the same race run today. Arguments as of `forecast`; None
    without a time, or where nothing can be foretold.
    """
    race_today = expected_time(
        replace(goal, day=today),
        fitness=fitness,
        activities=activities,
        today=today,
        running=running,
        temperature_c=temperature_c,
    )
    ln_speed = fitness.today().ln_speed
    if goal.target_s is None or race_today is None or ln_speed is None:
        return None
    return Required(
        today_s=race_today.expected.median_s,
        target_s=goal.target_s,
        ten_k_s=TEN_K_M / math.exp(ln_speed),
        weeks=max((goal.day - today).days, 0) / 7,
    )


def missing_for(goal: Goal, fitness: Fitness) -> str:
    """Why there are no numbers, if so: too little to go by, or a distance out of range."""
    if not fitness.ready:
        return f"No forecast yet: {fitness.message.removeprefix('Not yet: ')}"
    return f"No forecast: {distance_name(goal.distance_m or 0.0)} is outside what can be foreseen."


def _timed(
    goal: Goal,
    expected: Prediction | None,
    *,
    needs: tuple[Need, ...],
    before: Before,
    asked: Required | None,
    missing: str,
) -> GoalForecast:
    if expected is None or goal.target_s is None:
        return _without_numbers(goal, Status.UNKNOWN, missing, needs)
    probability = expected.probability_of(goal.target_s)
    status, waiting = _settled(goal, probability, before)
    return GoalForecast(
        goal_id=goal.id,
        status=status.value,
        verdict=verdict_of(probability).value,
        median_s=expected.median_s,
        p10_s=expected.quantile_s(0.1),
        p90_s=expected.quantile_s(0.9),
        probability=probability,
        stretch_s=expected.quantile_s(0.2),
        realistic_s=expected.median_s,
        conservative_s=expected.quantile_s(0.8),
        needs=needs,
        message=time_message(goal, expected, needs, asked),
        waiting=waiting,
        statement=goal.statement,
    )


def _to_finish(
    goal: Goal,
    expected: Prediction | None,
    *,
    needs: tuple[Need, ...],
    before: Before,
    missing: str,
) -> GoalForecast:
    """The chance to finish by gates, inside the cut-off if there is one, and the time on feet."""
    probability = chance_to_finish(needs)
    if goal.cut_off_s is not None and expected is not None:
        probability *= expected.probability_of(goal.cut_off_s)
    if expected is None and (goal.cut_off_s is not None or not any(need.held for need in needs)):
        return _without_numbers(goal, Status.UNKNOWN, missing, needs)
    status, waiting = _settled(goal, probability, before)
    return replace(
        _without_numbers(goal, status, finish_message(goal, expected, probability, needs), needs),
        verdict=verdict_of(probability).value,
        median_s=expected.median_s if expected else None,
        p10_s=expected.quantile_s(0.1) if expected else None,
        p90_s=expected.quantile_s(0.9) if expected else None,
        probability=probability,
        waiting=waiting,
    )


def _habit(goal: Goal, kept: Adherence | None, unknown: str, *, before: Before) -> GoalForecast:
    """The chance that a habit is kept up, from the own weeks; what they were where it has none."""
    if kept is None:
        return _without_numbers(goal, Status.UNKNOWN, unknown)
    if not kept.enough_known:
        return _without_numbers(goal, Status.UNKNOWN, habit_message(goal, kept))
    status, waiting = _settled(goal, kept.probability, before)
    return replace(
        _without_numbers(goal, status, habit_message(goal, kept)),
        verdict=verdict_of(kept.probability).value,
        probability=kept.probability,
        waiting=waiting,
    )


def _settled(
    goal: Goal, probability: float, before: Before
) -> tuple[Status, tuple[str, int] | None]:
    said = before.forecast
    if said is None or said.statement != goal.statement:
        return settled(probability, before=None, waiting=None, days=1, at_once=True)
    return settled(
        probability,
        before=said.status,
        waiting=said.waiting,
        days=before.days,
        at_once=before.raced,
    )


def _without_numbers(
    goal: Goal, status: Status, message: str, needs: tuple[Need, ...] = ()
) -> GoalForecast:
    return GoalForecast(
        goal_id=goal.id,
        status=status.value,
        verdict=None,
        median_s=None,
        p10_s=None,
        p90_s=None,
        probability=None,
        stretch_s=None,
        realistic_s=None,
        conservative_s=None,
        needs=needs,
        message=message,
        statement=goal.statement,
    )


def _caution(fitness: Fitness) -> str:
    """Said as long as the range is too wide to train by (rule B-1)."""
    sd_ln = fitness.today().sd_ln
    if sd_ln is None or sd_ln <= UNSURE_SD:
        return ""
    return f" Not yet sure: {counted(fitness.runs_used, 'run')} of late, which is little to go by."


def _silence(running: Running) -> str:
    """Of what nothing is known: neither a break that costs, nor runs that would be believed."""
    if running.known_until >= running.today:
        return ""
    return (
        f" Nothing is on record since {spoken_day(running.known_until)}: if you did not run, "
        "expect less; if you did, bring it in. Until then the plan does not grow."
    )


def _because(goal: Goal, time: RaceTime, today: date, temperature_c: float | None) -> str:
    """What moves the forecast. That no weather is known is said where it helps: heat costs most
    over long distances, and a week ahead it is foretold.
    """
    told = told_of_race(time, temperature_c=temperature_c)
    near = (goal.day - today).days <= WEATHER_FORESEEN_DAYS
    if temperature_c is None and near and time.flat.distance_m >= HALF_M * 0.995:
        told += (
            " No weather is known for the day and none is assumed: "
            f"`goalward weather set {goal.day.isoformat()} --temp C` says it."
        )
    return f" {told.strip()}" if told else ""


def _habit_message(activities: Sequence[Activity], today: date) -> str:
    """A health goal is about keeping at it: what the last four weeks were."""
    first = today - timedelta(days=27)
    runs = [run for run in activities if run.is_run and first <= run.day <= today]
    if not runs:
        return "No run in the last four weeks is on record: nothing to say yet."
    days = len({run.day for run in runs})
    weeks = len({(today - run.day).days // 7 for run in runs})
    metres = math.fsum(run.distance_m or 0.0 for run in runs)
    return (
        f"In the last four weeks: runs on {days} days, {kilometres(metres / 4)} a week, "
        f"running in {weeks} of 4 weeks."
    )
