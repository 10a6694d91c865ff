"""What people type, as values: days, times, goals, one of several words; else a usage error."""

from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planning.goals.goal import Goal


def parsed(parse: Callable[[str], float], words: str) -> float:
    """The value, or a usage error in the parser's own words."""
    from worker.cli.failing import UsedWrongly

    try:
        return parse(words)
    except ValueError as error:
        raise UsedWrongly(str(error)) from error


def parsed_time(words: str | None) -> float | None:
    """Seconds; None where nothing was given."""
    from planning.units import parse_duration

    return None if words is None else parsed(parse_duration, words)


def parsed_day(words: str) -> date:
    from worker.cli.failing import UsedWrongly

    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise UsedWrongly(f"{words!r} is no day; write YYYY-MM-DD") from error


def goal_named(goal_id: str, goals: "Iterable[Goal]") -> "Goal":
    """The goal of that id among those that are known."""
    from worker.cli.failing import UsedWrongly

    known = {goal.id: goal for goal in goals}
    if goal_id not in known:
        raise UsedWrongly(f"there is no goal {goal_id!r}; known: {', '.join(known) or 'none'}")
    return known[goal_id]


def one_of(option: str, words: str | None, allowed: Collection[str]) -> str | None:
    """The words, if they are allowed; None where nothing was given."""
    from worker.cli.failing import UsedWrongly

    if words is not None and words not in allowed:
        raise UsedWrongly(f"--{option} is one of {', '.join(allowed)}")
    return words
