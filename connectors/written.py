"""What is written into every calendar alike: names with the day, notes with the marker. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from connectors.ports import MARKER
from planning.workout import Item, PlannedWorkout, Repeat, Step

LONGEST_NAME = 45  # of what a watch lists
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATED = re.compile(r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ")
# As names began until they were made to sort; such entries are still ours.
_SPELLED = re.compile(
    rf"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([1-9]|[12]\d|3[01]) ({'|'.join(MONTHS)}) "
)


def dated(name: str, day: date) -> str:
    """The name on the watch, like `11-25 5 x 1 km threshold`. Equal names and contents collide
    there, so it carries the day: month and day, so that a list by name is one by day (only New
    Year's days come before December's), and short, for a watch shows 15 to 20 letters.
    """
    return cut(f"{day:%m-%d} {name.strip()}", longest=LONGEST_NAME)


def undated(name: str) -> str:
    return (_DATED if _DATED.match(name) else _SPELLED).sub("", name)


def day_in(name: str, near: date) -> date | None:
    """The day that a name of ours carries; of the years it may be in, the one nearest to `near`."""
    if found := _DATED.match(name):
        month, number = int(found[1]), int(found[2])
    elif found := _SPELLED.match(name):
        month, number = MONTHS.index(found[2]) + 1, int(found[1])
    else:
        return None
    days = []
    for year in (near.year - 1, near.year, near.year + 1):
        try:
            days.append(date(year, month, number))
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
