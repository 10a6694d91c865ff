"""Facts worth telling, and whether to tell them.

Silence is the default. Spoken of are: a forecast whose status moved (the status itself waits three
days), a race that was run, a plan that changed materially, and a week that is over. One message a
day, a race aside: what comes together is told together.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planning.activity import Activity
from planning.athlete import Units
from planning.closing import Closing, new_race_days
from planning.goals.goal import Goal
from planning.goals.result import race_time_s
from planning.goals.status import Status
from planning.goals.trajectory import GoalForecast
from planning.goals.wording import about_time, chance, distance_name, exact_time, opening
from planning.schedule.mileage import counts
from planning.schedule.plan import Change, WaitsFor
from planning.schedule.receipt import in_words

RACE_IS_NEWS_DAYS = 7  # an older race that comes in late is history
MILE_M = 1_609.344

SAID = {
    Status.AHEAD: "ahead",
    Status.ON_TRACK: "on track",
    Status.BEHIND: "behind",
    Status.OUT_OF_REACH: "out of reach",
    Status.UNKNOWN: "not known at present",
    Status.DONE: "over",
}


@dataclass(frozen=True, slots=True)
class News:
    """Something worth telling. `key` is the same for the same thing: it is told once."""

    key: str
    title: str
    body: str


def news_of(
    before: Closing | None,
    now: Closing,
    *,
    goals: Sequence[Goal],
    activities: Sequence[Activity],
    changes: Sequence[Change],
    units: Units = Units.METRIC,
) -> tuple[News, ...]:
    """What to tell today, given how the last day closed; nothing on the first day of all.

    At most two: one of a race, and one of everything else. The second has the key of its weightiest
    part (status before plan before week), so a day's later and lesser parts are not told twice.
    """
    if before is None:
        return ()
    by_id = {goal.id: goal for goal in goals}
    races = _new_races(before, now, activities)
    others = [
        *_question_news(now),
        *_plan_news(before.day, changes),
        *_week_news(before, now, by_id, activities, units),
    ]
    if not races:
        return _as_one([*_status_news(before, now, by_id), *others])
    # a race moves the forecast at once: both belong in one message
    return (_race_news(before, now, by_id, races), *_as_one(others))


def goal_name(goal: Goal) -> str:
    """What a goal is called in a message: its name, else its distance and time."""
    if goal.name:
        return goal.name
    if goal.distance_m is None:
        return "Health goal"
    name = opening(distance_name(goal.distance_m))
    if goal.target_s is None:
        return name
    return f"{name} in {exact_time(goal.target_s, goal.distance_m)}"


def _as_one(items: Sequence[News]) -> tuple[News, ...]:
    if not items:
        return ()
    title = items[0].title
    bodies = [items[0].body, *(f"{item.title}\n{item.body}" for item in items[1:])]
    return (News(items[0].key, title, "\n\n".join(bodies)),)


def _status_news(before: Closing, now: Closing, by_id: Mapping[str, Goal]) -> list[News]:
    """Goals whose status is another than at the last closing, as one item."""
    was = {told.goal_id: told for told in before.forecasts}
    moved = [
        told
        for told in now.forecasts
        if told.goal_id in was
        and was[told.goal_id].statement == told.statement  # else the athlete changed the goal
        and was[told.goal_id].status != told.status
    ]
    if not moved:
        return []
    key = ",".join(f"{told.goal_id}:{told.status}" for told in moved)
    title = "; ".join(
        f"{goal_name(by_id[told.goal_id])}: {SAID[Status(told.status)]}" for told in moved
    )
    lines = [_moved_line(was[told.goal_id], told) for told in moved]
    # By the closing that it moved from: days without a closing in between say the same again.
    return [News(f"status:{key}:{before.day.isoformat()}", title, "\n".join(lines))]


def _moved_line(was: GoalForecast, told: GoalForecast) -> str:
    if told.status == Status.DONE or was.status == Status.UNKNOWN:
        return told.message
    return f"Was {SAID[Status(was.status)]}, is {SAID[Status(told.status)]}. {told.message}"


def _plan_news(since: date, changes: Sequence[Change]) -> list[News]:
    """Material changes since a closing, told once: until there is another, each day has them anew.

    Small repairs are for the page.
    """
    material = [change for change in changes if change.material]
    if not material:
        return []
    title = "The plan has changed" if len(material) > 1 else "The plan has changed in one place"
    return [News(f"plan:{since.isoformat()}", title, "\n".join(in_words(material)))]


def _question_news(now: Closing) -> list[News]:
    """Changes that wait for the athlete's word since today."""
    held = now.plan.held if now.plan else ()
    asked = [each for each in held if each.waits is WaitsFor.ANSWER and each.since == now.day]
    lines = [
        line
        for each in asked
        for line in (
            *in_words([change for change in each.changes if change.material]),
            each.cost,
            f"Until {each.until}: `goalward plan accept {each.id}`, or `decline` with the same id.",
        )
    ]
    key = ",".join(each.id for each in asked)
    return [News(f"ask:{key}", "May the plan change?", "\n".join(lines))] if asked else []


def _new_races(
    before: Closing, now: Closing, activities: Sequence[Activity]
) -> tuple[Activity, ...]:
    first = now.day - timedelta(days=RACE_IS_NEWS_DAYS - 1)
    days = {day for day in new_race_days(before, now.race_days or ()) if day >= first}
    return tuple(run for run in activities if run.is_run and run.is_race and run.day in days)


def _race_news(
    before: Closing,
    now: Closing,
    by_id: Mapping[str, Goal],
    races: Sequence[Activity],
) -> News:
    """The result, then what it did to each goal, or how the goal it was for has ended."""
    was = {told.goal_id: told for told in before.forecasts}
    lines = [
        _shift_line(goal_name(by_id[told.goal_id]), was.get(told.goal_id), told)
        for told in now.forecasts
    ]
    title = "; ".join(_race_line(run) for run in races)
    days = sorted({run.day.isoformat() for run in races})
    body = [line for line in lines if line] or ["It counts in the estimate."]
    return News(f"race:{','.join(days)}", title, "\n".join(body))


def _race_line(run: Activity) -> str:
    distance_m, time_s = run.distance_m or 0.0, race_time_s(run)
    told = f"Race: {distance_name(distance_m)}" if distance_m else "Race"
    return f"{told} in {exact_time(time_s, 0.0)}" if time_s else told


def _shift_line(name: str, was: GoalForecast | None, told: GoalForecast) -> str:
    if told.status == Status.DONE:
        ended = was is None or was.status != Status.DONE
        return told.message if ended else ""
    if was is None or was.probability is None or told.probability is None:
        return f"{name}: {told.message}"
    now, then = chance(told.probability), chance(was.probability)
    moved = f"chance still {now}" if now == then else f"chance {then} before, {now} now"
    status = "" if was.status == told.status else f"; {SAID[Status(told.status)]}"
    return f"{name}: {moved}{status}."


def _week_news(
    before: Closing,
    now: Closing,
    by_id: Mapping[str, Goal],
    activities: Sequence[Activity],
    units: Units,
) -> list[News]:
    """The digest of the last whole week, once the first day of the next has come."""
    monday = now.day - timedelta(days=now.day.weekday())
    if before.day >= monday:
        return []
    first = monday - timedelta(weeks=1)
    year, week, _ = first.isocalendar()
    runs = [run for run in activities if run.is_run and first <= run.day < monday]
    lines = [_week_line(runs, units), *_planned_lines(before, now, first, units)]
    lines += [
        _forecast_line(by_id[told.goal_id], told)
        for told in now.forecasts
        if told.status != Status.DONE
    ]
    return [News(f"week:{year}-W{week:02d}", f"Week {week}", "\n".join(lines))]


def _week_line(runs: Sequence[Activity], units: Units) -> str:
    if not runs:
        return "No runs on record."
    metres = [run.distance_m or 0.0 if counts(run) else 0.0 for run in runs]
    count = "1 run" if len(runs) == 1 else f"{len(runs)} runs"
    return f"{count}, {_far(math.fsum(metres), units)}, longest {_far(max(metres), units)}."


def _planned_lines(before: Closing, now: Closing, first: date, units: Units) -> list[str]:
    """What was planned for the week that is over, and what the new one is for."""
    lines = []
    last_week = before.plan and next((w for w in before.plan.weeks if w.first_day == first), None)
    if last_week and last_week.volume_m > 0:
        lines.append(f"Planned were {_far(last_week.volume_m, units)}.")
    monday = first + timedelta(weeks=1)
    week = now.plan and next((w for w in now.plan.weeks if w.first_day == monday), None)
    if week and week.volume_m > 0:
        lines.append(f"This week: {week.phase.value}, {_far(week.volume_m, units)}.")
    return lines


def _forecast_line(goal: Goal, told: GoalForecast) -> str:
    """One line: middle, range, chance; the message where there are no numbers."""
    name, times = goal_name(goal), (told.median_s, told.p10_s, told.p90_s)
    said = [about_time(time_s, goal.distance_m or 0.0) for time_s in times if time_s is not None]
    if len(said) < len(times) or told.probability is None:
        return f"{name}: {told.message}"
    middle, fast, slow = said
    return (
        f"{name}: {SAID[Status(told.status)]}, {middle} ({fast} to {slow}), "
        f"chance {chance(told.probability)}."
    )


def _far(metres: float, units: Units) -> str:
    if units is Units.IMPERIAL:
        return f"{round(metres / MILE_M)} miles"
    return f"{round(metres / 1000)} km"
