"""Names of workout files: the day first, so that they sort; then the session. Pure."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import count

from connectors.written import cut
from planning.workout import PlannedWorkout

SIGN = ".goalward"  # lies in a folder that was connected, and only there
UNFINISHED = ".goalward.part"  # what is being written; one process writes at a time
SUFFIX = ".fit"
LONGEST_BYTES = 200  # file systems take 255, and copies are given longer names
_DAY = re.compile(r"^(\d{4}-\d{2}-\d{2})(?!\d)")
_IMPOSSIBLE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')  # on some file system


def names_for(planned: PlannedWorkout) -> Iterator[str]:
    """`2027-03-11 6 x 800 m.fit`, then the same with (2), (3) and so on for where it is taken."""
    told = _IMPOSSIBLE.sub("-", planned.workout.name)
    stem = cut(f"{planned.day.isoformat()} {told}", longest=LONGEST_BYTES, size=in_bytes)
    stem = stem.rstrip(". ")
    yield f"{stem}{SUFFIX}"
    yield from (f"{stem} ({number}){SUFFIX}" for number in count(2))


def day_of(name: str) -> date | None:
    """The day that a file's name begins with; None: it stands on no day."""
    found = _DAY.match(name)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:  # 30 February
        return None


def in_bytes(text: str) -> int:
    return len(text.encode())
