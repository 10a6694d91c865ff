"""What is written into every calendar alike: names with the day, notes with the marker. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from connectors.ports import MARKER
from planning.workout import Item, PlannedWorkout, Repeat, Step

LONGEST_NAME = 45  # of what a watch lists
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATED = re.compile(rf"^(?:{'|'.join(DAYS)}) ([1-9]|[12]\d|3[01]) ({'|'.join(MONTHS)}) ")


def dated(name: str, day: date) -> str:
    """The name on the watch: equal names and contents collide there, so it carries the day."""
    told = f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {name}"
    return told[:LONGEST_NAME].rstrip()


def undated(name: str) -> str:
    return _DATED.sub("", name)


def day_in(name: str, near: date) -> date | None:
    """The day that a name of ours carries; of the years it may be in, the one nearest to `near`."""
    found = _DATED.match(name)
    if not found:
        return None
    days = []
    for year in (near.year - 1, near.year, near.year + 1):
        try:
            days.append(date(year, MONTHS.index(found[2]) + 1, int(found[1])))
        except ValueError:  # 29 February
            continue
    return min(days, key=lambda day: abs(day - near), default=None)


def described(planned: PlannedWorkout, *, longest: int, size: Callable[[str], int] = len) -> str:
    """The note, then the marker, at most `longest` as `size` counts; the marker is never cut."""
    marker = MARKER.format(ident=planned.ident)
    note = cut(planned.note.strip(), longest=longest - size(marker) - 2, size=size)
    return f"{note}\n\n{marker}" if note else marker


def cut(text: str, *, longest: int, size: Callable[[str], int] = len) -> str:
    """At most `longest` as `size` counts; what is too long ends in an ellipsis."""
    if size(text) <= longest:
        return text
    kept = text[:longest].rstrip()
    while kept and size(f"{kept}…") > longest:
        kept = kept[:-1].rstrip()
    return f"{kept}…" if kept else ""


def short_noted(
    steps: Sequence[Item], *, longest: int, size: Callable[[str], int] = len
) -> tuple[Item, ...]:
    """With notes of at most `longest` as `size` counts; what is too long ends in an ellipsis."""

    def short(step: Step) -> Step:
        return replace(step, note=cut(step.note.strip(), longest=longest, size=size))

    return tuple(
        replace(item, steps=tuple(map(short, item.steps)))
        if isinstance(item, Repeat)
        else short(item)
        for item in steps
    )


def letters(text: str) -> int:
    """As Java counts them, to be on the safe side with Garmin: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2
