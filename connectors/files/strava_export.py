"""Strava's account export: `activities.csv` lists what lies in `activities/`.

Its columns have stood in one order for years, and their names are in the account's language; so
they are found by place, but for those that came late, which are found by name.
"""

import csv
import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath

from connectors.files.exports import STRAVA, Index, Line
from connectors.files.members import Member, Unreadable
from connectors.files.words import sport_of_word, surface_of_word
from connectors.files.xml import number
from planning.activity import Sport

# Places of the columns. Elapsed time and distance stand twice: rounded, then in s and m.
_ID, _DATE, _NAME, _TYPE, _FILE = 0, 1, 2, 3, 12
_ELAPSED, _MOVING, _DISTANCE, _CLIMB, _MAX_HR, _MEAN_HR = 15, 16, 17, 20, 30, 31
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WRITTEN = re.compile(
    r"^(?:([A-Za-z]{3})[a-z]*\.? (\d{1,2})|(\d{1,2}) ([A-Za-z]{3})[a-z]*\.?),? (\d{4}),?"
    r"\s+(\d{1,2}):(\d{2}):(\d{2})(?:\s*([AP])M)?$"
)


def read_strava(member: Member) -> Index:
    """Never raises: an index that cannot be read says nothing, and why."""
    try:
        text = member.content().decode("utf-8-sig", errors="replace").replace("\0", "")
        header, *rows = csv.reader(io.StringIO(text, newline=""))
    except (Unreadable, ValueError, csv.Error, OSError) as error:
        return Index(STRAVA, member.name, (), problem=f"cannot be read: {error}")
    named = {name.strip(): place for place, name in enumerate(header)}
    lines = [(_line(row, named), _cell(row, _FILE)) for row in rows if _cell(row, _ID)]
    return Index(
        STRAVA,
        member.name,
        tuple(line for line, _ in lines),
        {PurePosixPath(file).name: line for line, file in lines if file},
    )


def _line(row: Sequence[str], named: dict[str, int]) -> Line:
    kind = _cell(row, _TYPE)
    return Line(
        id=_cell(row, _ID),
        start_at=start_of(_cell(row, _DATE)),
        sport=_sport(kind, in_english="Activity Type" in named),
        surface=surface_of_word(kind),
        name=_cell(row, _NAME),
        is_race=_flagged(row, named.get("Competition")) or _raced(row, named.get("Workout Type")),
        distance_m=number(_cell(row, _DISTANCE)),
        moving_time_s=number(_cell(row, _MOVING)),
        elapsed_time_s=number(_cell(row, _ELAPSED)),
        climb_m=number(_cell(row, _CLIMB)),
        average_heart_rate_bpm=number(_cell(row, _MEAN_HR)),
        max_heart_rate_bpm=number(_cell(row, _MAX_HR)),
    )


def _sport(kind: str, *, in_english: bool) -> Sport | None:
    """A word that is not known is another sport, if the language is."""
    return sport_of_word(kind) or (Sport.OTHER if in_english and kind else None)


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""


def _flagged(row: Sequence[str], place: int | None) -> bool:
    return number(_cell(row, place)) == 1.0 or _cell(row, place).lower() == "true"


def _raced(row: Sequence[str], place: int | None) -> bool:
    """Strava's number of a race is 1 for runs, 11 for rides."""
    return number(_cell(row, place)) in {1.0, 11.0}


def start_of(text: str) -> datetime | None:
    """`Apr 3, 2021, 5:36:01 PM` or `3 Apr 2021, 17:36:01`, in UTC. None in other languages."""
    match = _WRITTEN.match(text.replace("\u202f", " ").strip())
    if match is None:
        return None
    named, day, day_first, named_second, year, hour, minute, second, half = match.groups()
    try:
        month = _MONTHS.index((named or named_second).lower()) + 1
        hours = int(hour) % 12 + (12 if half == "P" else 0) if half else int(hour)
        return datetime(
            int(year), month, int(day or day_first), hours, int(minute), int(second), tzinfo=UTC
        )
    except ValueError:
        return None
