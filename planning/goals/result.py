"""What came of a goal whose day has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from planning.activity import Activity
from planning.goals.goal import Goal
from planning.goals.wording import distance_name, exact_time, opening, spoken_day

SAME_DISTANCE = 0.03  # watches measure courses a little long


@dataclass(frozen=True, slots=True)
class Result:
    """The run that answers a goal: elapsed seconds, as a race is timed."""

    activity_id: str
    day: date
    distance_m: float
    time_s: float
    met: bool | None  # None: the goal had no time


def race_time_s(activity: Activity) -> float | None:
    """Seconds from start to finish: a race clock does not stop with the watch."""
    times = [time for time in (activity.elapsed_time_s, activity.moving_time_s) if time]
    return max(times, default=None)


def result_of(goal: Goal, activities: Sequence[Activity], today: date) -> Result | None:
    """The run of the goal's day within three per cent of its distance; a race before a mere run."""
    if goal.distance_m is None or goal.day > today:
        return None
    found = []
    for activity in activities:
        off = abs((activity.distance_m or 0.0) / goal.distance_m - 1)
        time_s = race_time_s(activity)
        if activity.is_run and activity.day == goal.day and off <= SAME_DISTANCE and time_s:
            found.append(((not activity.is_race, off, activity.id), activity, time_s))
    if not found:
        return None
    _, activity, time_s = min(found, key=lambda candidate: candidate[0])
    limit = goal.target_s if goal.is_timed else goal.cut_off_s
    met = time_s <= limit if limit is not None else None
    return Result(activity.id, goal.day, activity.distance_m or 0.0, time_s, met)


def result_message(goal: Goal, result: Result | None) -> str:
    """How the goal ended, in plain words."""
    if goal.distance_m is None:
        return f"This goal ended on {spoken_day(goal.day)}."
    name = distance_name(goal.distance_m)
    if result is None:
        return (
            f"The day of this goal, {spoken_day(goal.day)}, is past, and no run of about the "
            f"distance ({name}) is on record for it."
        )
    ran = exact_time(result.time_s, goal.distance_m)
    run = f"{opening(name)} on {spoken_day(goal.day)}: {ran}."
    limit = goal.target_s if goal.is_timed else goal.cut_off_s
    if limit is None or result.met is None:
        return f"{run} Goal reached: finished."
    told = f"{'Goal' if goal.is_timed else 'Cut-off'} of {exact_time(limit, goal.distance_m)}"
    gap_s = abs(round(limit) - round(result.time_s))
    if gap_s == 0:
        return f"{run} {told} met to the second."
    gap = exact_time(gap_s, 0.0)
    return (
        f"{run} {told} met with {gap} to spare." if result.met else f"{run} {told} missed by {gap}."
    )
