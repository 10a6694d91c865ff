"""Logs of many runners as CSV files: runs, efforts and ultra histories, with day numbers."""

import csv
import io
import math
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, timedelta
from pathlib import Path

from connectors.files.decoded import Imported
from connectors.files.log import read_log
from connectors.ports import OriginalFile
from planning.activity import Activity
from planning.fitness.fitting import EffortRow
from planning.fitness.observation import derive
from planning.fitness.ultra import UltraRace
from planning.records import activities_of

ANY_MONDAY = date(2021, 1, 4)  # day numbers count from here; which day it is cannot matter
EFFORT_COLUMNS = ("athlete", "day", "effort", "distance_m")
ULTRA_COLUMNS = ("runner", "day", "distance_km", "elev_gain_m", "time_s")

type Row = dict[str, str]


class Unreadable(Exception):
    """The file is no such log. The text says which file, where, and what it needs."""


def runs_by_athlete(path: Path, *, drop_suspect: bool = False) -> dict[str, tuple[Activity, ...]]:
    """Everybody's runs. `drop_suspect` leaves out the rows that somebody marked as doubtful.

    Raises Unreadable.
    """
    rows = list(_rows(path, ("athlete", "day", "distance_m")))
    if drop_suspect:
        rows = [row for row in rows if row.get("suspect") != "1"]
    file = _as_file(path.name, rows)
    return {one: _runs_of(file, one) for one in sorted({row["athlete"] for row in rows})}


def effort_rows(path: Path) -> tuple[EffortRow, ...]:
    """Efforts to predict, in the order of the file. Raises Unreadable."""
    return tuple(_each(path, EFFORT_COLUMNS, _effort))


def ultra_histories(path: Path) -> dict[str, list[UltraRace]]:
    """Races by runner, in the order of the file. Raises Unreadable."""
    found: dict[str, list[UltraRace]] = {}
    for runner, race in _each(path, ULTRA_COLUMNS, _ultra):
        found.setdefault(runner, []).append(race)
    return found


def _effort(row: Row) -> EffortRow:
    time_s = _number(row.get("time_s") or "0") or None
    return EffortRow(row["athlete"], _day(row), row["effort"], _number(row["distance_m"]), time_s)


def _ultra(row: Row) -> tuple[str, UltraRace]:
    distance_m = 1_000.0 * _number(row["distance_km"])
    climb_m = _number(row["elev_gain_m"] or "0")
    return row["runner"], UltraRace(_day(row), distance_m, climb_m, _number(row["time_s"]))


def _day(row: Row) -> date:
    return ANY_MONDAY + timedelta(days=int(_number(row["day"])))


def _number(words: str) -> float:
    try:
        number = float(words)
    except ValueError as error:
        raise ValueError(f"{words!r} is no number") from error
    if not math.isfinite(number):
        raise ValueError(f"{words!r} is no number")
    return number


def _each[T](path: Path, columns: Collection[str], parse: Callable[[Row], T]) -> Iterator[T]:
    for number, row in enumerate(_rows(path, columns), 2):  # the first line has the names
        try:
            yield parse(row)
        except (ValueError, OverflowError) as error:
            raise Unreadable(f"{path}, row {number}: {error}") from error


def _rows(path: Path, columns: Collection[str]) -> Iterator[Row]:
    """Every row, what is missing in it being empty."""
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is no CSV file: write it in UTF-8") from error
    reader = csv.DictReader(lines, restval="")
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        raise Unreadable(f"{path} lacks {', '.join(missing)}: it needs {', '.join(columns)}")
    yield from reader


def _runs_of(file: OriginalFile, athlete: str) -> tuple[Activity, ...]:
    log = read_log(file, where={"athlete": athlete}, day_zero=ANY_MONDAY)
    if not log.recorded and not isinstance(log, Imported):
        raise Unreadable(f"{file.name}: {log.problem}")
    return activities_of(derive(one.record, None, zone=UTC) for one in log.recorded)


def _as_file(name: str, rows: Sequence[Row]) -> OriginalFile:
    text = io.StringIO()
    names = [name for name in rows[0] if name] if rows else []
    writer = csv.DictWriter(text, names, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return OriginalFile(name, text.getvalue().encode())
