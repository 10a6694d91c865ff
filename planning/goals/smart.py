"""Is a goal specific, measurable, achievable, relevant and time-bound: the five old questions.

It names what is missing and how to say it; nothing here refuses a goal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from planning.athlete import Athlete
from planning.goals.completion import in_words
from planning.goals.course import effort_distance_m
from planning.goals.goal import MARATHON_M, Goal, GoalKind, Priority
from planning.goals.needs import peak_day
from planning.goals.standards import BOSTON, BOSTON_CUT_OFFS_S, cut_offs_told
from planning.goals.status import Verdict
from planning.goals.trajectory import GoalForecast
from planning.goals.wording import (
    about_time,
    chance,
    distance_name,
    exact_time,
    habit_in_words,
    opening,
    spoken_day,
)
from planning.units import format_duration

SHORT_HABIT_WEEKS = 4  # in less, keeping at it cannot be told from a good fortnight
OFTEN_CLOSED_M = MARATHON_M * 0.98  # from here on most courses close


@dataclass(frozen=True, slots=True)
class Check:
    """One of the five. `met` None: it cannot be said yet. `missing`: what would make it better."""

    name: str
    met: bool | None
    says: str
    missing: tuple[str, ...] = ()


def smart(
    goal: Goal,
    today: date,
    *,
    athlete: Athlete,
    forecast: GoalForecast | None = None,
    goals: Sequence[Goal] = (),
) -> tuple[Check, ...]:
    """The five checks in their order; `goals` are all that stand, this one among them or not.

    Achievable is what `forecast` says of it (rule: a chance of one in five or more); without one it
    is open, and what would close it is named.
    """
    return (
        _specific(goal),
        _measurable(goal),
        _achievable(goal, athlete, forecast),
        _relevant(goal, goals),
        _time_bound(goal, today),
    )


def _specific(goal: Goal) -> Check:
    if goal.kind is GoalKind.HEALTH:
        return Check(
            "Specific", bool(goal.habit), f"{opening(_wanted(goal))}.", _habit_missing(goal)
        )
    if goal.distance_m is None:
        return Check("Specific", False, "No distance.", ("Which distance? A race needs one.",))
    missing = []
    if goal.climb_m is None:
        missing.append("The course is taken to be flat: `--climb M` says what it climbs.")
    if _may_close(goal):
        missing.append("If the course closes, `--cut-off H:MM:SS` says when.")
    return Check("Specific", True, f"{opening(_wanted(goal))}.", tuple(missing))


def _measurable(goal: Goal) -> Check:
    if goal.kind is GoalKind.HEALTH:
        counted = goal.runs_per_week is not None or goal.hours_per_week is not None
        says = "Counted week by week." if counted else "There is nothing to count by."
        return Check("Measurable", counted, says, () if counted else _habit_missing(goal))
    if goal.is_timed and goal.target_s and goal.distance_m:
        says = f"{exact_time(goal.target_s, goal.distance_m)} or faster, by the race clock."
        return Check("Measurable", True, says + _standard(goal), _buffer(goal))
    inside = "" if goal.cut_off_s is None else f" within {format_duration(goal.cut_off_s)}"
    return Check("Measurable", True, f"To finish{inside}.")


def _achievable(goal: Goal, athlete: Athlete, forecast: GoalForecast | None) -> Check:
    if crowded := _too_many_runs(goal, athlete):
        return Check("Achievable", False, crowded, ("Name more days: `goalward athlete set`.",))
    if forecast is None or forecast.probability is None:
        if goal.kind is GoalKind.HEALTH:
            return Check("Achievable", None, "Your own weeks will tell.")
        return Check("Achievable", None, "Too little is known to say.", _fitness_missing(athlete))
    likely = _likely(goal, forecast.probability)
    if forecast.verdict in {Verdict.VERY_AMBITIOUS, Verdict.NOT_BY_THEN}:
        says = f"Hardly: {likely} by {spoken_day(goal.day)}."
        return Check("Achievable", False, says, _offer(goal, forecast))
    word = "Possible, as a stretch" if forecast.verdict == Verdict.STRETCH else "Yes"
    return Check("Achievable", True, f"{word}: {likely}.")


def _relevant(goal: Goal, goals: Sequence[Goal]) -> Check:
    said = bool(goal.reason)
    missing = () if said else ('Why does it matter to you? `--reason "..."` keeps it in view.',)
    says = f"You said: {goal.reason}" if said else "You have not said why it matters."
    if goal.priority is Priority.A:
        return Check("Relevant", said or None, says, missing)
    served = min(
        (g for g in goals if g.priority is Priority.A and g.distance_m and g.day > goal.day),
        key=lambda g: (g.day, g.id),
        default=None,
    )
    leads = "" if served is None else f" It leads to {_wanted(served)}."
    return Check("Relevant", said or served is not None or None, says + leads, missing)


def _time_bound(goal: Goal, today: date) -> Check:
    days = (goal.day - today).days
    if goal.kind is GoalKind.HEALTH:
        return _long_enough(goal, today)
    if days < 0:
        return Check("Time-bound", False, "The day is past.", ("Name a day to come: `--day`.",))
    weeks = f"{days / 7:.0f} weeks away" if days >= 14 else f"{days} days away"
    if peak_day(goal) < today:
        says = f"{weeks}: too late to build anything more, in time to rest and run."
        return Check("Time-bound", False, says, ("A later race leaves time to prepare.",))
    return Check("Time-bound", True, f"{weeks}, ready by {spoken_day(peak_day(goal))}.")


def _long_enough(goal: Goal, today: date) -> Check:
    first = max(goal.from_day or today, today)
    weeks = ((goal.day - first).days + 1) / 7
    if weeks < SHORT_HABIT_WEEKS:
        says = f"{max(weeks, 0.0):.0f} weeks: too short to be called a habit."
        return Check("Time-bound", False, says, ("A later `--until` tells more.",))
    return Check("Time-bound", True, f"{weeks:.0f} weeks, until {spoken_day(goal.day)}.")


def _wanted(goal: Goal) -> str:
    if goal.distance_m is None:
        return f"{habit_in_words(goal)} until {spoken_day(goal.day)}"
    climbing = f" with {goal.climb_m:.0f} m of climb" if goal.climb_m else ""
    name = f"{goal.name}, " if goal.name else ""
    return f"{name}{distance_name(goal.distance_m)}{climbing} on {spoken_day(goal.day)}"


def _habit_missing(goal: Goal) -> tuple[str, ...]:
    if goal.runs_per_week is not None or goal.hours_per_week is not None:
        return ()
    return ("How often or how long? `--runs-per-week N` or `--hours-per-week H`.",)


def _may_close(goal: Goal) -> bool:
    effort_m = effort_distance_m(goal.distance_m or 0.0, goal.climb_m)
    return not goal.is_timed and goal.cut_off_s is None and effort_m >= OFTEN_CLOSED_M


def _standard(goal: Goal) -> str:
    if goal.qualifier != BOSTON:
        return ""
    spare = f", less {format_duration(goal.buffer_s)}" if goal.buffer_s else ""
    return f" That is the standard of Boston{spare}."


def _buffer(goal: Goal) -> tuple[str, ...]:
    if goal.qualifier != BOSTON or goal.buffer_s >= max(BOSTON_CUT_OFFS_S.values()):
        return ()
    return (f"{cut_offs_told()} `--buffer MM:SS` aims faster.",)


def _too_many_runs(goal: Goal, athlete: Athlete) -> str:
    wanted, days = goal.runs_per_week or 0, len(athlete.run_weekdays)
    return "" if wanted <= days else f"{wanted} runs a week, but only {days} days to run on."


def _fitness_missing(athlete: Athlete) -> tuple[str, ...]:
    if athlete.stated is not None and athlete.stated.races:
        return ("Runs on record will tell more.",)
    return (
        "Runs on record tell most; until then `goalward athlete set --recent 10k=52:30@DAY` does.",
    )


def _offer(goal: Goal, forecast: GoalForecast) -> tuple[str, ...]:
    if goal.distance_m is None or forecast.realistic_s is None:
        return ()
    realistic = about_time(forecast.realistic_s, goal.distance_m)
    return (f"By then {realistic} is realistic; `goalward goal change` takes it.",)


def _likely(goal: Goal, probability: float) -> str:
    """In the words of the forecast; of finishing, which is judged, a range (C-1)."""
    if goal.is_to_finish:
        return f"finishing is {in_words(probability)}"
    return f"the chance is {chance(probability)}"
