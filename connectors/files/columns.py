"""Which column of a log is which: names in many spellings, units at their end."""

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Column(StrEnum):
    DATE = "date"
    DAY = "day"
    HOUR = "hour"
    DISTANCE = "distance"
    MOVING = "moving time"
    ELAPSED = "elapsed time"
    HEART_RATE = "average heart rate"
    MAX_HEART_RATE = "maximum heart rate"
    CLIMB = "climb"
    KIND = "kind"
    RACE = "race"
    NAME = "name"
    ATHLETE = "athlete"


# The first spelling that a log has is the one that is read.
_SPELLINGS = {
    Column.DATE: "date start_date start_time start datetime timestamp activity_date run_date datum",
    Column.DAY: "day day_number",
    Column.HOUR: "hour start_hour",
    Column.DISTANCE: "distance dist total_distance length km kilometers kilometres miles mi meters",
    Column.MOVING: "moving_time moving duration timer_time run_time time dauer minutes seconds",
    Column.ELAPSED: "elapsed_time elapsed total_time gross_time",
    Column.HEART_RATE: "avg_hr average_heart_rate average_heartrate average_hr avg_heart_rate"
    " avg_heartrate heart_rate heartrate hr avghr mean_hr",
    Column.MAX_HEART_RATE: "max_hr max_heart_rate max_heartrate maximum_heart_rate",
    Column.CLIMB: "elev_gain elevation_gain total_elevation_gain climb ascent total_ascent"
    " elevation elev",
    Column.KIND: "kind type sport activity_type sport_type run_type",
    Column.RACE: "name_says_race is_race race",
    Column.NAME: "name title activity_name run_name",
    Column.ATHLETE: "athlete runner athlete_id runner_id user user_id",
}
_UNITS = {
    **dict.fromkeys(
        ("m", "meter", "meters", "metre", "metres", "s", "sec", "secs", "seconds"), 1.0
    ),
    **dict.fromkeys(("km", "kilometers", "kilometres"), 1000.0),
    **dict.fromkeys(("mi", "mile", "miles"), 1609.344),
    **dict.fromkeys(("ft", "feet"), 0.3048),
    **dict.fromkeys(("min", "mins", "minutes"), 60.0),
    **dict.fromkeys(("h", "hours"), 3600.0),
    "bpm": 1.0,
}
_MEASURED = (Column.DISTANCE, Column.MOVING, Column.ELAPSED, Column.CLIMB)
_METRES_FROM = 200.0  # nobody logs runs of 200 km by the median, nor of 200 m
_SECONDS_FROM = 300.0


@dataclass(frozen=True, slots=True)
class Columns:
    """`places` says where each column stands, `units` what its numbers are multiplied by."""

    names: tuple[str, ...]
    places: Mapping[Column, int]
    units: Mapping[Column, float]

    def cell(self, row: Sequence[str], column: Column) -> str:
        """Empty when the log has no such column or the row is too short."""
        place = self.places.get(column, len(row))
        return row[place] if place < len(row) else ""


def columns_of(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Columns | None:
    """None: no log of runs, for it lacks a day, or distance and time both."""
    names = tuple(_plain(name) for name in header)
    stems = [_stem(name) for name in names]
    places = {
        column: place
        for column, spellings in _SPELLINGS.items()
        for place in _place(spellings.split(), names, [stem for stem, _ in stems])
    }
    dated = Column.DATE in places or Column.DAY in places
    if not dated or not places.keys() & {Column.DISTANCE, Column.MOVING, Column.ELAPSED}:
        return None
    kept = list(rows)
    units = {
        column: stems[places[column]][1] or _by_size(column, kept, places[column])
        for column in _MEASURED
        if column in places
    }
    return Columns(names, places, units)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


def _stem(name: str) -> tuple[str, float | None]:
    """`distance_km` -> `distance`, 1000. A name that is a unit is its own stem."""
    if name in _UNITS:
        return name, _UNITS[name]
    stem, _, unit = name.rpartition("_")
    return (stem, _UNITS[unit]) if stem and unit in _UNITS else (name, None)


def _place(spellings: list[str], names: Sequence[str], stems: list[str]) -> list[int]:
    """At most one place. A whole name goes before a name without its unit."""
    for spelling in spellings:
        for known in (names, stems):
            if spelling in known:
                return [list(known).index(spelling)]
    return []


def _by_size(column: Column, rows: list[Sequence[str]], place: int) -> float:
    """Metres or kilometres, seconds or minutes: the typical value tells."""
    if column is Column.CLIMB:
        return 1.0
    numbers = [value for row in rows if place < len(row) for value in _numbers(row[place])]
    typical = statistics.median(numbers) if numbers else 0.0
    if column is Column.DISTANCE:
        return 1.0 if typical >= _METRES_FROM else 1000.0
    return 1.0 if typical >= _SECONDS_FROM else 60.0


def _numbers(cell: str) -> list[float]:
    try:
        return [float(cell)]
    except ValueError:
        return []
