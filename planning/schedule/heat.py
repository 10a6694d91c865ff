"""Days above 25 degrees: heart rate or effort in place of paces (rule H-1)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from planning.fitness.conditions import WARNING_C
from planning.goals.goal import Goal
from planning.schedule.library import note_of
from planning.schedule.paces import Paces
from planning.schedule.plan import DayStatus, PlanDay
from planning.schedule.receipt import Cause
from planning.schedule.reshape import retargeted
from planning.weather import Weather, believed

HEAT = "H-1"  # in `why` of a day whose targets are those of a hot day


def hot_days(weather: Iterable[Weather], today: date) -> frozenset[date]:
    """Days from `today` on that are known to be hotter than the data on pace and heat reach."""
    known = believed(weather).values()
    return frozenset(one.day for one in known if one.temperature_c > WARNING_C and one.day >= today)


def for_weather(paces: Paces, *, hot: bool) -> Paces:
    """The paces for a day that may be one of heat."""
    return replace(paces, by_heart=True, hot=True) if hot else paces


def for_heat(
    planned: PlanDay, *, hot: bool, thawed: bool, goal: Goal | None, paces: Paces
) -> PlanDay:
    """The day with targets for its heat. Paces come back when it is no longer `hot`, though not on
    a frozen day (not `thawed`): what was softened there stays soft.
    """
    is_as_wanted = hot == (HEAT in planned.why) or not (hot or thawed)
    if planned.workout is None or planned.status is not DayStatus.PLANNED or is_as_wanted:
        return planned
    why = (*planned.why, HEAT) if hot else tuple(rule for rule in planned.why if rule != HEAT)
    now = replace(planned, why=why)
    workout = retargeted(planned.workout.workout, goal=goal, paces=for_weather(paces, hot=hot))
    entry = replace(planned.workout, workout=workout, note=note_of(workout))
    return replace(now, workout=entry)


def heat_cause(before: PlanDay, after: PlanDay) -> Cause | None:
    """Why a day's targets changed kind; None when heat had no part in it."""
    if (HEAT in before.why) == (HEAT in after.why):
        return None
    expected = "is expected to be" if HEAT in after.why else "is no longer expected to be"
    return Cause(f"it {expected} over {WARNING_C:.0f} degrees", HEAT)
