"""The days and instants of a log, as people write them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

_PARTED = re.compile(r"^(\d{1,4})([./-])(\d{1,2})[./-](\d{1,4})\b(.*)$")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
NOON = 12


class Ambiguous(Exception):
    """Dates that can be read two ways."""


@dataclass(frozen=True, slots=True)
class Start:
    """When a line of a log was run. Hidden: only the day (perhaps the hour) is known."""

    at: datetime
    hidden: bool
    utc_offset_s: int | None


def day_order(texts: Iterable[str]) -> str:
    """What dates with slashes mean, "dmy" or "mdy", as the log itself shows. Raises Ambiguous."""
    parted = [match for match in map(_PARTED.match, texts) if match and match.group(2) == "/"]
    parted = [match for match in parted if len(match.group(1)) <= 2]
    if not parted or any(int(match.group(1)) > 12 for match in parted):
        return "dmy"
    if any(int(match.group(3)) > 12 for match in parted):
        return "mdy"
    raise Ambiguous("its dates can be read as day/month or month/day: write them as 2021-04-03")


def start_of(day: str, hour: str, *, order: str, day_zero: date | None) -> Start:
    """Raises ValueError or OverflowError with a reason.

    A wall clock without an offset from UTC is not an instant: its record keeps the athlete's day,
    and says so by an offset of 0 and a hidden start.
    """
    if day.lstrip("-").isdigit() and day_zero is not None:
        return _hidden(day_zero + timedelta(days=int(day)), hour)
    told = _iso(day)
    if told is None:
        return _hidden(_written(day, order), hour or _hour_in(day))
    if told.tzinfo is None:
        return _hidden(told.date(), hour or _hour_in(day), told.time())
    offset = told.utcoffset() or timedelta()
    known = None if day.upper().endswith("Z") else int(offset.total_seconds())
    return Start(told.astimezone(UTC), hidden=False, utc_offset_s=known)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _written(text: str, order: str) -> date:
    match = _PARTED.match(text)
    if match is None:
        raise ValueError(f"its day {text[:30]!r} is no date")
    first, mark, second, third, _ = match.groups()
    if len(first) == 4:
        parts = (first, second, third)
    elif mark == "/" and order == "mdy":
        parts = (third, first, second)
    else:
        parts = (third, second, first)
    year, month, day = map(int, parts)
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError as error:
        raise ValueError(f"its day {text[:30]!r} is no date") from error


def _hour_in(text: str) -> str:
    clock = _CLOCK.search(text)
    return clock.group(1) if clock else ""


def _hidden(day: date, hour: str, at: time | None = None) -> Start:
    """At the hour when it is known, else at noon, on the athlete's own clock."""
    try:
        told = int(float(hour)) if hour else NOON
    except (ValueError, OverflowError):
        told = NOON
    clock = at if at is not None and hour else time(told if 0 <= told <= 23 else NOON)
    return Start(datetime.combine(day, clock, UTC), hidden=True, utc_offset_s=0)
