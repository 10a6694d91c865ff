"""Prints a plan the way a runner reads it: `python -m tests.planning.schedule.show`."""

import sys
from datetime import date, timedelta

from planning.athlete import Athlete
from planning.goals.goal import Goal, GoalKind, Priority
from planning.schedule.effort import hard
from planning.schedule.receipt import one_line
from tests.planning.schedule.cases import TODAY, ZONE, history, planned


def printed(plan) -> str:
    lines = []
    for week in plan.weeks:
        lines.append(
            f"{week.first_day}  {week.phase:9} {week.volume_m / 1000:5.1f} km "
            f"{week.load_min:4.0f} load  {week.focus}"
        )
        for day in week.days:
            workout = day.workout and day.workout.workout
            told = "-" if workout is None else one_line(workout)
            size = "" if workout is None else f"{workout.distance_m / 1000:.1f} km"
            mark = "*" if workout and hard(workout) else " "
            lines.append(f"    {day.day:%a} {mark} {told:52} {size:8} {day.status} ")
    return "\n".join(lines)


def main() -> None:
    km, pace, distance, weeks, runs_a_week = 55, 350, 42_195.0, 18, 5
    if len(sys.argv) > 1:
        km, pace, distance, weeks, runs_a_week = (float(word) for word in sys.argv[1:6])
    goal = Goal(
        "m", GoalKind.TIME, Priority.A, TODAY + timedelta(weeks=int(weeks), days=6 - TODAY.weekday()),
        distance, name="Spring race",
    )
    athlete = Athlete(zone=ZONE, runs_per_week=int(runs_a_week))
    shown = date.min
    today = TODAY
    activities = history(km, pace)
    # Four weeks at a time, so that every laid-out week is seen once.
    while today <= goal.day:
        plan, _ = planned(athlete, (goal,), activities, today)
        weeks_new = [w for w in plan.weeks if w.first_day > shown and w.days]
        print(printed(type(plan)(**{f: getattr(plan, f) for f in ("version", "made_on", "goal_ids", "paced_at")}, weeks=tuple(weeks_new))))
        from tests.planning.schedule.cases import as_planned
        activities = (*activities, *as_planned(plan, today, weeks_new[-1].first_day + timedelta(days=6)))
        shown = weeks_new[-1].first_day
        today = shown + timedelta(weeks=1)


if __name__ == "__main__":
    main()
