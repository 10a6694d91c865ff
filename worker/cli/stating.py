"""Goals as people type them: from words to a goal, to a changed goal, and what is odd."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from planning.activity import content_id
from planning.athlete import Athlete
from planning.goals.assessment import FURTHEST_DAYS, check_goal
from planning.goals.goal import Goal, GoalKind, Priority
from planning.goals.standards import is_marathon, standard
from planning.units import parse_distance
from worker.cli.failing import UsedWrongly
from worker.cli.words import one_of, parsed, parsed_day, parsed_time

IN_GOOD_TIME = timedelta(days=100)
OF_A_RACE = ("distance", "time", "climb", "cut_off", "temp", "qualifier", "buffer")
NO_BUFFER = frozenset({"0", "0:00", "0:00:00"})
OF_A_HABIT = ("from_day", "until", "runs_per_week", "hours_per_week")


@dataclass(frozen=True, slots=True)
class Words:
    """What was given on the command line; None where nothing was."""

    day: str | None = None
    distance: str | None = None
    time: str | None = None
    kind: str | None = None
    priority: str | None = None
    climb: float | None = None
    cut_off: str | None = None
    temp: float | None = None
    name: str | None = None
    reason: str | None = None
    qualifier: str | None = None
    buffer: str | None = None
    from_day: str | None = None
    until: str | None = None
    runs_per_week: int | None = None
    hours_per_week: float | None = None

    def refuse(self, options: tuple[str, ...], because: str) -> None:
        given = [option for option in options if getattr(self, option) is not None]
        if given:
            named = {"from_day": "from"}.get(given[0], given[0]).replace("_", "-")
            raise UsedWrongly(f"--{named} {because}")


def goal_of(words: Words, *, athlete_id: int, profile: Athlete, today: date) -> Goal:
    """The goal that the words state. Raises UsedWrongly for what cannot be meant."""
    kind = _kind(words)
    day = _habit_day(words) if kind is GoalKind.HEALTH else _race_day(words)
    distance_m = None if kind is GoalKind.HEALTH else _distance_m(words)
    name = words.name or ""
    goal = Goal(
        id="",
        kind=kind,
        priority=priority_of(words.priority),
        day=day,
        distance_m=distance_m,
        name=name,
        stated_on=today,
        **_told(words),
    )
    goal = _qualified(goal, profile)
    named = content_id(athlete_id, kind.value, distance_m, day, name, *goal.habit)
    return replace(goal, id=named[:6])


def changed(goal: Goal, words: Words, *, profile: Athlete) -> Goal:
    """The goal with what was given. A new time is a new wish: it is no standard's any more."""
    new = _told(words)
    if goal.kind is GoalKind.HEALTH:
        words.refuse(OF_A_RACE, "is for a race, not a habit")
        if words.until or words.day:
            new["day"] = _habit_day(words)
    else:
        words.refuse(OF_A_HABIT, "is for a goal of --kind health")
        if words.day:
            new["day"] = _race_day(words)
        new |= _other_distance(goal, words)
    if words.time is not None:
        new |= {"kind": GoalKind.TIME, "qualifier": "", "buffer_s": 0.0}
    if words.priority is not None:
        new["priority"] = priority_of(words.priority)
    if words.name is not None:
        new["name"] = words.name
    if words.buffer is not None and (words.time is not None or not goal.qualifier):
        raise UsedWrongly("--buffer is for a goal stated with --qualifier, which has its own time")
    return _qualified(replace(goal, **new), profile)


def _other_distance(goal: Goal, words: Words) -> dict[str, Any]:
    if words.distance is None:
        return {}
    if goal.is_timed and words.time is None:
        raise UsedWrongly("another distance asks for another time: give --time as well")
    return {"distance_m": _distance_m(words)}


def priority_of(words: str | None) -> Priority:
    try:
        return Priority((words or "A").upper())
    except ValueError as error:
        raise UsedWrongly("a priority is A, B or C") from error


def check(
    goal: Goal, *, profile: Athlete, today: date, before: Goal | None = None
) -> tuple[str, ...]:
    """What is doubtful in it, such as a race within the week. Raises UsedWrongly for what cannot be
    meant; what was accepted `before` is not held against a change of something else.
    """
    problems = check_goal(goal, today, athlete=profile)
    is_new_day = before is None or before.day != goal.day
    if is_new_day and not 0 <= (goal.day - today).days <= FURTHEST_DAYS:
        raise UsedWrongly(" ".join(problems))
    in_good_time = goal.day - IN_GOOD_TIME
    meant = set(check_goal(goal, in_good_time, athlete=profile))  # whatever the day: impossible
    if before is not None:
        meant -= set(check_goal(before, before.day - IN_GOOD_TIME, athlete=profile))
    wrong = [problem for problem in problems if problem in meant]
    if goal.cut_off_s is not None and goal.target_s is not None and goal.target_s > goal.cut_off_s:
        wrong.append("The course closes before the time that you want: --cut-off is under --time.")
    if goal.from_day is not None and goal.from_day > goal.day:
        wrong.append("It would end before it begins: --until is before --from.")
    if wrong:
        raise UsedWrongly(" ".join(wrong))
    return (*problems, *_open_points(goal, profile))


def _kind(words: Words) -> GoalKind:
    """As said, else as it follows from the rest."""
    timed = words.time is not None or words.qualifier is not None
    said = one_of("kind", words.kind, [kind.value for kind in GoalKind])
    kind = GoalKind(said or (GoalKind.TIME if timed else GoalKind.COMPLETION))
    if kind is GoalKind.HEALTH:
        words.refuse(OF_A_RACE, "is for a race, not a habit")
        return kind
    words.refuse(OF_A_HABIT, "is for a goal of --kind health")
    if kind is GoalKind.TIME and not timed:
        raise UsedWrongly("a time goal needs --time")
    if kind is GoalKind.COMPLETION and timed:
        raise UsedWrongly("a completion goal has no --time; leave one of the two out")
    return kind


def _habit_day(words: Words) -> date:
    """The last day of a habit: `--until`, which is what `--day` can only mean."""
    last = words.until or words.day
    if last is None:
        raise UsedWrongly("until when? A goal of --kind health needs --until YYYY-MM-DD")
    return parsed_day(last)


def _race_day(words: Words) -> date:
    if words.day is None:
        raise UsedWrongly("on which day is the race? --day YYYY-MM-DD")
    return parsed_day(words.day)


def _distance_m(words: Words) -> float:
    return parsed(parse_distance, words.distance or "marathon")


def _told(words: Words) -> dict[str, Any]:
    """The goal's fields that the words simply name."""
    if words.qualifier is not None and words.time is not None:
        raise UsedWrongly("--qualifier has a time of its own; leave --time out, or use --buffer")
    told = {
        "target_s": parsed_time(words.time),
        "climb_m": words.climb,
        "cut_off_s": parsed_time(words.cut_off),
        "temperature_c": words.temp,
        "reason": words.reason,
        "qualifier": words.qualifier,
        "buffer_s": 0.0 if words.buffer in NO_BUFFER else parsed_time(words.buffer),
        "from_day": None if words.from_day is None else parsed_day(words.from_day),
        "runs_per_week": words.runs_per_week,
        "hours_per_week": words.hours_per_week,
    }
    return {name: value for name, value in told.items() if value is not None}


def _qualified(goal: Goal, profile: Athlete) -> Goal:
    """With the time that its standard asks for, less the buffer."""
    if not goal.qualifier:
        if goal.buffer_s:
            raise UsedWrongly("--buffer is how much faster than a standard: name it, --qualifier")
        return goal
    if not is_marathon(goal.distance_m):
        raise UsedWrongly(f"only a marathon qualifies for {goal.qualifier}")
    try:
        asked = standard(
            goal.qualifier, sex=profile.sex, birth_year=profile.birth_year, day=goal.day
        )
    except ValueError as error:
        raise UsedWrongly(str(error)) from error
    return replace(goal, target_s=asked.time_s - goal.buffer_s)


def _open_points(goal: Goal, profile: Athlete) -> tuple[str, ...]:
    """What is not known of a standard."""
    if not goal.qualifier:
        return ()
    asked = standard(goal.qualifier, sex=profile.sex, birth_year=profile.birth_year, day=goal.day)
    from_where = f"The time is that of {asked.race_day.isoformat()} ({asked.source})."
    return (from_where, *asked.open_points)
