"""What people type, as values: days, times, one of several words. Else it was used wrongly."""

from collections.abc import Callable, Collection
from datetime import date


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


def one_of(option: str, words: str | None, allowed: Collection[str]) -> str | None:
    """The words, if they are allowed; None where nothing was given."""
    from worker.cli.failing import UsedWrongly

    if words is not None and words not in allowed:
        raise UsedWrongly(f"--{option} is one of {', '.join(allowed)}")
    return words
