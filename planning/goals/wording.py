"""How a forecast is said: distances, times and chances in plain words."""

import math
from datetime import date

from planning.goals.goal import DISTANCES_M, HALF_M, Goal

NAMES = ("5K", "10K", "half marathon", "marathon", "50K", "100K")  # of `DISTANCES_M`
WHOLE_MINUTES_FROM_M = HALF_M * 0.995


def distance_name(distance_m: float) -> str:
    """The name of a race distance (to half a per cent), else kilometres."""
    for metres, name in zip(DISTANCES_M, NAMES, strict=True):
        if abs(distance_m / metres - 1) <= 0.005:
            return name
    return f"{distance_m / 1000:.1f}".removesuffix(".0") + " km"


def opening(text: str) -> str:
    """With a capital letter: the rest stays as it is, unlike `str.capitalize`."""
    return text[:1].upper() + text[1:]


def habit_in_words(goal: Goal) -> str:
    """What a health goal keeps up, a week: "3 days of running and 4 hours a week"."""
    days = goal.runs_per_week
    runs = [] if days is None else [f"{days} {'day' if days == 1 else 'days'} of running"]
    hours = [] if goal.hours_per_week is None else [f"{goal.hours_per_week:g} hours"]
    told = " and ".join((*runs, *hours))
    return f"{told} a week" if told else "running, week by week"


def about_time(time_s: float, distance_m: float) -> str:
    """An estimate: to the minute from the half marathon on, to five seconds below."""
    if distance_m >= WHOLE_MINUTES_FROM_M and time_s >= 3_600:
        return _clock(round(time_s / 60) * 60, seconds=False)
    return _clock(round(time_s / 5) * 5, seconds=True)


def no_faster(time_s: float, distance_m: float) -> float:
    """Seconds as one sets a goal, and no faster than these: as exact as `about_time`."""
    step = 60.0 if distance_m >= WHOLE_MINUTES_FROM_M else 5.0
    return math.ceil(time_s / step) * step


def exact_time(time_s: float, distance_m: float) -> str:
    """A time that was stated or run: nothing of it is dropped."""
    whole = round(time_s)
    plain = distance_m >= WHOLE_MINUTES_FROM_M and whole >= 3_600 and whole % 60 == 0
    return _clock(whole, seconds=not plain)


def performance(told: str, distance_m: float) -> str:
    """A time and its distance with the article: "a 3:22 marathon", "1:02:30 over 15 km"."""
    name = distance_name(distance_m)
    if name.endswith(" km"):
        return f"{told} over {name}"
    leading = told.split(":", 1)[0]
    article = "an" if leading in {"8", "11", "18"} else "a"
    return f"{article} {told} {name}"


def chance(probability: float) -> str:
    """A probability as it deserves to be said: to five per cent, open at the ends."""
    if probability < 0.05:
        return "under 5 %"
    if probability > 0.95:
        return "over 95 %"
    return f"about {round(probability * 20) * 5} %"


def spoken_day(day: date) -> str:
    """As in 4 October 2026."""
    return f"{day.day} {day:%B %Y}"


def kilometres(metres: float) -> str:
    """Rounded to the kilometre."""
    return f"{round(metres / 1000)} km"


def _clock(whole_s: int, *, seconds: bool) -> str:
    hours, rest = divmod(int(whole_s), 3_600)
    minutes, left = divmod(rest, 60)
    if not seconds:
        return f"{hours}:{minutes:02d}"
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"
