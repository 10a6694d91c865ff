"""A plan as a runner reads it; `pytest -s -k reads` prints one."""

from planning.schedule.effort import hard
from planning.schedule.receipt import one_line


def printed(weeks) -> str:
    lines = []
    for week in weeks:
        size = f"{week.volume_m / 1000:5.1f} km {week.load_min:4.0f} load"
        lines.append(f"{week.first_day}  {week.phase:9} {size}  {week.focus}")
        for day in week.days:
            workout = day.workout and day.workout.workout
            told = "-" if workout is None else one_line(workout)
            far = "" if workout is None else f"{workout.distance_m / 1000:.1f} km"
            mark = "*" if workout and hard(workout) else " "
            lines.append(f"    {day.day:%a} {mark} {told:50} {far}")
    return "\n".join(lines)
