"""A CSV log of runs, one line a run -> records.

Columns are found by name, in many spellings; what their numbers are (m, km, miles; seconds,
minutes) is said by the name or, when it does not say, by the size of the values. A log knows the
day and perhaps the hour of a run, so the start of its records is hidden, unless it gives an offset
from UTC. A column that calls rows suspect is somebody's opinion and is never read.
"""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from connectors.files.columns import Column, Columns, columns_of
from connectors.files.dates import Ambiguous, Start, day_order, start_of
from connectors.files.decoded import Decoded, Imported, Refused, Skipped
from connectors.files.words import sport_of_word, surface_of_word
from connectors.ports import OriginalFile, Recorded
from planning.activity import Record, RecordKind, Sport, content_id

YES = frozenset({"1", "true", "yes", "y", "x", "race"})
LONGEST_S = 20 * 86_400.0
FURTHEST_M = 2e6
MOST_NAMED = 6  # athletes named in a refusal
_INDEX_OF_AN_EXPORT = {"activity_id", "filename"}

type Line = tuple[int, Sequence[str]]  # line number in the file, cells


class BadLine(Exception):
    """One line that cannot be used; the text says why."""


def read_log(
    file: OriginalFile,
    *,
    day_zero: date | None = None,
    where: Mapping[str, str] | None = None,
    source: str = "files",
) -> Decoded:
    """The runs of a log, and for each line that is none a problem with its number.

    Parameters
    ----------
    day_zero : date, optional
        What a day number of 0 means. Needed only for logs with day numbers.
    where : mapping of column name to value, optional
        Only lines with these values are read, say one athlete of several.
    source : str
        The source named in the records.

    An id comes from start, distance and times, with a counter for lines that are the same: a
    longer log adds only what is new, a corrected heart rate replaces.
    """
    header, lines = _table(file.content)
    columns = columns_of(header, (cells for _, cells in lines)) if lines else None
    if columns is None:
        return Skipped("not a log of runs: it needs columns of day, and of distance or time")
    if set(columns.names) >= _INDEX_OF_AN_EXPORT:
        return Skipped("the index of an account export: the files it names are read instead")
    wanted = {name.strip().lower(): value for name, value in (where or {}).items()}
    chosen = [line for line in lines if _chosen(line[1], columns, wanted)]
    refused = _refusal(columns, chosen, wanted, day_zero)
    return refused or _read(columns, chosen, day_zero, source)


def _table(content: bytes) -> tuple[Sequence[str], list[Line]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter)
    lines: list[Line] = []
    with suppress(csv.Error):  # one field beyond all measure: what stands before it counts
        lines.extend(
            (reader.line_num, [_cell(c, delimiter) for c in cells])
            for cells in reader
            if any(cells)
        )
    return (lines[0][1], lines[1:]) if lines else ((), [])


def _cell(text: str, delimiter: str) -> str:
    """Where commas do not part the cells they are decimal points, as in half of Europe."""
    plain = text.strip()
    return plain if delimiter == "," else re.sub(r"^(-?\d+),(\d+)$", r"\1.\2", plain)


def _chosen(cells: Sequence[str], columns: Columns, wanted: Mapping[str, str]) -> bool:
    row = dict(zip(columns.names, cells, strict=False))
    return all(row.get(name) == value for name, value in wanted.items())


def _refusal(
    columns: Columns, chosen: list[Line], wanted: Mapping[str, str], day_zero: date | None
) -> Decoded | None:
    """Why the log as a whole cannot be read, with the remedy."""
    unknown = [name for name in wanted if name not in columns.names]
    if unknown:
        return Refused(f"it has no column {', '.join(unknown)}")
    if not chosen:
        return Skipped(f"no line has {', '.join(f'{k}={v}' for k, v in wanted.items())}")
    who = dict.fromkeys(columns.cell(cells, Column.ATHLETE) for _, cells in chosen)
    if len(who) > 1:
        named = columns.names[columns.places[Column.ATHLETE]]
        some = ", ".join([*who][:MOST_NAMED])
        return Refused(
            f"it is the log of {len(who)} athletes ({some}...): take one of them with"
            f" --where {named}={next(iter(who))}"
        )
    numbered = _day_text(columns, chosen[0][1]).lstrip("-").isdigit()
    if numbered and day_zero is None:
        return Refused("its days are numbers: say which day is 0, as --day-zero 2021-01-04")
    return None


def _day_text(columns: Columns, cells: Sequence[str]) -> str:
    return columns.cell(cells, Column.DATE) or columns.cell(cells, Column.DAY)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What identifies a line of a log."""

    start: Start
    distance_m: float | None
    moving_s: float | None
    elapsed_s: float | None


def _read(columns: Columns, lines: list[Line], day_zero: date | None, source: str) -> Decoded:
    try:
        order = day_order(_day_text(columns, cells) for _, cells in lines)
    except Ambiguous as error:
        return Refused(str(error))
    seen: Counter[_Facts] = Counter()
    recorded, problems = [], []
    for number, cells in lines:
        try:
            start = start_of(
                _day_text(columns, cells),
                columns.cell(cells, Column.HOUR),
                order=order,
                day_zero=day_zero,
            )
            facts = _facts(columns, cells, start)
            seen[facts] += 1
            recorded.append(Recorded(_record(columns, cells, facts, seen[facts], source)))
        except (BadLine, ValueError, OverflowError) as error:
            problems.append(f"line {number}: {error}")
    if not recorded:
        return Refused(f"no line of it can be used; {problems[0]}")
    return Imported(tuple(recorded), tuple(problems))


def _facts(columns: Columns, cells: Sequence[str], start: Start) -> _Facts:
    distance_m = _amount(columns, cells, Column.DISTANCE, FURTHEST_M)
    moving_s = _seconds(columns, cells, Column.MOVING)
    elapsed_s = _seconds(columns, cells, Column.ELAPSED)
    if not distance_m and not moving_s and not elapsed_s:
        raise BadLine("neither distance nor time")
    return _Facts(start, distance_m or None, moving_s or None, elapsed_s or None)


def _record(
    columns: Columns, cells: Sequence[str], facts: _Facts, count: int, source: str
) -> Record:
    start, kind = facts.start, columns.cell(cells, Column.KIND)
    raced = columns.cell(cells, Column.RACE).lower() in YES or "race" in kind.lower()
    surface = surface_of_word(kind)
    return Record(
        source=source,
        external_id=content_id(
            "log", start.at.isoformat(), facts.distance_m, facts.moving_s, facts.elapsed_s, count
        ),
        kind=RecordKind.LOG,
        start_at=start.at,
        sport=sport_of_word(kind) or Sport.RUN,  # it is a log of runs
        distance_m=facts.distance_m,
        moving_time_s=facts.moving_s or facts.elapsed_s,
        elapsed_time_s=facts.elapsed_s,
        surface=surface,
        utc_offset_s=start.utc_offset_s,
        start_hidden=start.hidden,
        name=columns.cell(cells, Column.NAME),
        climb_m=_amount(columns, cells, Column.CLIMB, FURTHEST_M),
        average_heart_rate_bpm=_heart_rate(columns, cells, Column.HEART_RATE),
        max_heart_rate_bpm=_heart_rate(columns, cells, Column.MAX_HEART_RATE),
        is_race=raced,
    )


def _heart_rate(columns: Columns, cells: Sequence[str], column: Column) -> float | None:
    """An impossible one is left out, not the run."""
    value = _amount(columns, cells, column, math.inf)
    return value if value is not None and 20 <= value <= 250 else None


def _amount(columns: Columns, cells: Sequence[str], column: Column, most: float) -> float | None:
    """In metres or bpm; None for an empty cell. Raises BadLine."""
    text = columns.cell(cells, column)
    if text.lower() in {"", "nan", "na", "none", "null", "-"}:
        return None
    try:
        value = float(text) * columns.units.get(column, 1.0)
    except ValueError as error:
        raise BadLine(f"its {column} {text[:30]!r} is not a number") from error
    if not 0 <= value <= most:
        raise BadLine(f"its {column} {text[:30]!r} is impossible")
    return round(value, 3)


def _seconds(columns: Columns, cells: Sequence[str], column: Column) -> float | None:
    """`H:MM:SS`, `MM:SS` or a number in the column's unit. Raises BadLine."""
    text = columns.cell(cells, column)
    if ":" not in text:
        return _amount(columns, cells, column, LONGEST_S)
    match = re.fullmatch(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:\.\d+)?)", text)
    if match is None:
        raise BadLine(f"its {column} {text[:30]!r} is not H:MM:SS")
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    total = hours * 3600 + minutes * 60 + seconds
    if total > LONGEST_S:
        raise BadLine(f"its {column} {text[:30]!r} is impossible")
    return total
