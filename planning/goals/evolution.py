"""How a goal ended or has changed under way, and what can be learned from it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from planning.activity import Activity
from planning.fitness.ability import estimate
from planning.fitness.prediction import Prediction
from planning.goals.adherence import adherence
from planning.goals.goal import Goal
from planning.goals.groundwork import groundwork
from planning.goals.needs import longest_run_gate, weekly_gate
from planning.goals.result import Result, result_of
from planning.goals.standards import is_marathon
from planning.goals.status import Status
from planning.goals.trajectory import GoalForecast, expected_time
from planning.goals.wording import about_time, chance, distance_name, exact_time, kilometres
from planning.schedule.mileage import GAP_DAYS, counts

OUTGROWN_FROM = 0.95  # the chance from which a time is no goal any more
TIME_ENOUGH_DAYS = 21  # before the race, for another goal to make sense
LOOKED_AT_WEEKS = (12, 4)
WORTH_SAYING = 0.5  # per cent
BUILD_UP_WEEKS = 16
SHORT_LONG_RUN_M = 25_000.0
UNLIKELY = 0.3  # to finish, by gates


class End(StrEnum):
    UNDERWAY = "underway"
    REACHED = "reached"
    MISSED = "missed"
    NOT_RUN = "not run"  # its day is past, and no run of it is on record
    OUTGROWN = "outgrown"
    IMPOSSIBLE = "impossible"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a goal; `on` is its day, or that on which it was given up or found out.

    `learned` are plain sentences, from result and trajectory.
    """

    goal: Goal
    end: End
    on: date
    result: Result | None
    learned: tuple[str, ...]


def ended(
    goal: Goal, activities: Sequence[Activity], *, today: date, forecast: GoalForecast | None
) -> Ended:
    """`forecast` is that of today, if the goal has one. Activities after `today` are not looked at.

    Outgrown: a time that is reached with a chance of .95, three weeks or more before its day.
    Impossible: a status out of reach, which takes three days beyond the border; finishing by gates
    with a judged chance under .3.
    """
    known = tuple(run for run in activities if run.day <= today)
    result = result_of(goal, known, today) if goal.retired_on is None else None
    end = _end(goal, result, known, today, forecast)
    on = goal.retired_on or min(goal.day, today)
    is_over = goal.retired_on is not None or goal.day < today or result is not None
    learned = (
        *_told(goal, result, known),
        *_on_the_way(goal, known, on, is_over=is_over),
        *_ground(goal, known, on, is_over=is_over),
    )
    return Ended(goal, end, on, result, learned)


def _end(
    goal: Goal,
    result: Result | None,
    known: Sequence[Activity],
    today: date,
    forecast: GoalForecast | None,
) -> End:
    if goal.retired_on is not None:
        return End.ABANDONED
    if result is not None:
        return End.MISSED if result.met is False else End.REACHED
    if goal.day < today:
        return _end_of_habit(goal, known) if goal.distance_m is None else End.NOT_RUN
    if forecast is None or (goal.day - today).days < TIME_ENOUGH_DAYS:
        return End.UNDERWAY
    unlikely = not goal.is_timed and goal.distance_m is not None
    unlikely &= forecast.probability is not None and forecast.probability < UNLIKELY
    if forecast.status == Status.OUT_OF_REACH or unlikely:
        return End.IMPOSSIBLE
    sure = goal.is_timed and (forecast.probability or 0.0) >= OUTGROWN_FROM
    return End.OUTGROWN if sure else End.UNDERWAY


def _end_of_habit(goal: Goal, known: Sequence[Activity]) -> End:
    """Kept up, if it was in four weeks of five; of one without a number nothing was asked."""
    kept = adherence(goal, known, goal.day + timedelta(days=1))
    return End.REACHED if kept is None or kept.kept_up else End.MISSED


def _told(goal: Goal, result: Result | None, known: Sequence[Activity]) -> Iterator[str]:
    """The result beside the time wanted and beside what was foretold on the eve."""
    if result is None or not goal.distance_m:
        return
    ran, limit = exact_time(result.time_s, goal.distance_m), goal.target_s or goal.cut_off_s
    if limit is not None:
        gap = exact_time(abs(round(limit) - round(result.time_s)), 0.0)
        yield f"{ran}: {gap} {'inside' if result.time_s <= limit else 'over'} what was wanted."
    expected = _foreseen(goal, known, goal.day - timedelta(days=1))
    if expected is None:
        return
    middle = about_time(expected.median_s, expected.distance_m)
    off = 100.0 * (result.time_s / expected.median_s - 1.0)
    side = "slower" if off > 0 else "faster"
    within = expected.quantile_s(0.1) <= result.time_s <= expected.quantile_s(0.9)
    yield (
        f"{ran} is {abs(off):.1f} % {side} than the {middle} foretold on the eve, "
        f"{'inside' if within else 'outside'} the range of four races in five"
        + (": day-to-day luck alone is as much." if within else ": look for what was special.")
    )


def _on_the_way(goal: Goal, known: Sequence[Activity], on: date, *, is_over: bool) -> Iterator[str]:
    """How the forecast, or the chance of the time, went over the weeks before the end or today."""
    days = [on - timedelta(weeks=weeks) for weeks in LOOKED_AT_WEEKS] + [on - timedelta(days=1)]
    times = [(day, _foreseen(goal, known, day)) for day in days]
    told = [(day, time) for day, time in times if time is not None]
    if len(told) < 2:
        return
    (day, first), (_, last) = told[0], told[-1]
    weeks = round((on - day).days / 7)
    foretold = [about_time(time.median_s, time.distance_m) for time in (first, last)]
    gained = 100.0 * math.log(first.median_s / last.median_s)
    line = f"{weeks} weeks {'before' if is_over else 'ago'}, {foretold[0]} was foretold, "
    line += f"{'at the end' if is_over else 'now'} {foretold[1]}"
    if abs(gained) >= WORTH_SAYING:
        line += f" ({abs(gained):.1f} % {'faster' if gained > 0 else 'slower'})"
    if goal.is_timed and goal.target_s is not None:
        chances = [chance(time.probability_of(goal.target_s)) for time in (first, last)]
        line += f"; the chance of the time went from {chances[0]} to {chances[1]}"
    yield f"{line}." if is_over else f"{line}, whatever is planned."


def _foreseen(goal: Goal, known: Sequence[Activity], day: date) -> Prediction | None:
    """The race as foretold on the evening of `day`, which looks at no later run; no plan known."""
    time = expected_time(goal, fitness=estimate(known, day), activities=known, today=day)
    return time.expected if time else None


def _ground(goal: Goal, known: Sequence[Activity], on: date, *, is_over: bool) -> Iterator[str]:
    """Longest run and weekly distance beside what the distance asks for, and breaks."""
    if not goal.distance_m:
        yield from _kept_up(goal, known, on + timedelta(days=1))
        return
    eve = on - timedelta(days=1)
    done = groundwork(known, eve)
    name = distance_name(goal.distance_m)
    for what, held_m, gate in (
        ("longest run", done.longest_m, longest_run_gate(goal.distance_m)),
        ("best four weeks", done.weekly_m, weekly_gate(goal.distance_m)),
    ):
        unit = "" if what == "longest run" else " a week"
        held = f"The {what} {'before it' if is_over else 'so far'}: {kilometres(held_m)}{unit}"
        if held_m >= gate.aim:
            yield f"{held}, as much as the {name} asks for."
        else:
            asks = f"{kilometres(gate.least)} at least, better {kilometres(gate.aim)}"
            yield f"{held}; the {name} asks for {asks}."
    if is_over and is_marathon(goal.distance_m) and done.longest_m < SHORT_LONG_RUN_M:
        yield (
            "Marathons after a longest run under 25 km took about 13 minutes longer (Fokkema 2020, "
            "an association)."
        )
    off = _longest_break(known, on)
    if off >= GAP_DAYS:
        yield (
            f"The longest break of the {BUILD_UP_WEEKS} weeks before was {off} days; a week and "
            "more off went with 5 to 8 % slower marathons (Feely 2023, an association)."
        )


def _kept_up(goal: Goal, known: Sequence[Activity], on: date) -> Iterator[str]:
    kept = adherence(goal, known, on)
    if kept is not None and kept.weeks_over:
        yield f"It was kept up in {kept.over_met} of {kept.weeks_over} weeks."


def _longest_break(known: Sequence[Activity], on: date) -> int:
    """Days without a run between two runs of the build-up, at most."""
    first = on - timedelta(weeks=BUILD_UP_WEEKS)
    days = sorted({run.day for run in known if counts(run) and first <= run.day < on})
    return max(((b - a).days - 1 for a, b in pairwise(days)), default=0)
