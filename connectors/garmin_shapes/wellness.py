"""Garmin's JSON about nights and mornings in planning's words. Pure.

Each answer covers a range of days and says one or two things of each; `wellness_of` puts together
what several say. All of it appears only after the watch has synced in the morning.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import chain
from typing import Any

from connectors.calls import in_shape, number
from connectors.errors import Unavailable
from planning.wellness import Wellness

type Row = tuple[date, dict[str, float]]  # fields of Wellness by name, those that are known

SLICE_DAYS = 28  # the shortest of the ranges that Garmin answers
AFTER_WAKING = "AFTER_WAKEUP_RESET"  # later values of a day are about what was done in it


def slices(first: date, last: date, *, days: int = SLICE_DAYS) -> Iterator[tuple[date, date]]:
    """The days from `first` to `last`, both included, in ranges of `days` at most."""
    while first <= last:
        end = min(last, first + timedelta(days=days - 1))
        yield first, end
        first = end + timedelta(days=1)


def wellness_of(
    source: str, first: date, last: date, *, answers: Iterable[Iterable[Row]]
) -> tuple[Wellness, ...]:
    """One row a day of which anything is known, oldest first. Raises Unavailable for answers of
    another shape.
    """
    known: dict[date, dict[str, float]] = {}
    with in_shape("What Garmin tells of sleep and recovery", otherwise=Unavailable):
        for day, values in chain.from_iterable(answers):
            if first <= day <= last:
                known.setdefault(day, {}).update(values)
    made = (Wellness(source, day, **known[day]) for day in sorted(known))
    return tuple(row for row in made if not row.is_empty)


def nights(answer: Any) -> Iterator[Row]:
    """`dailySleepSummariesByDate`: a list of nights; the day is that of waking up."""
    for row in _rows(answer):
        overall = (row.get("sleepScores") or {}).get("overall") or {}
        yield from _row(row, sleep_s=row.get("sleepTimeSeconds"), sleep_score=overall.get("value"))


def sleep_statistics(answer: Any) -> Iterator[Row]:
    """`stats/sleep/daily`: the same nights, with the resting heart rate of each."""
    for row in _rows(answer, "individualStats"):
        values = row.get("values") or {}
        yield from _row(
            row,
            sleep_s=values.get("totalSleepTimeInSeconds"),
            sleep_score=values.get("sleepScore"),
            resting_heart_rate_bpm=values.get("restingHeartRate"),
        )


def heart_rate_variability(answer: Any) -> Iterator[Row]:
    """`hrv/daily`: the night's mean RMSSD in ms. No answer at all: no such nights."""
    for row in _rows(answer, "hrvSummaries"):
        yield from _row(row, hrv_ms=row.get("lastNightAvg"))


def resting_heart_rates(answer: Any) -> Iterator[Row]:
    """`v2/dailysummaries`. Without a resting value Garmin writes the day's lowest there instead."""
    for row in _rows(answer, "data"):
        heart = row.get("heartRate") or {}
        resting = heart.get("restingValue")
        yield from _row(
            row, resting_heart_rate_bpm=None if resting == heart.get("minValue") else resting
        )


def readiness(answer: Any) -> Iterator[Row]:
    """`trainingreadiness`: several a day, of which the one made on waking counts."""
    rows = [row for row in _rows(answer) if row.get("inputContext") == AFTER_WAKING]
    for row in sorted(rows, key=lambda row: str(row.get("timestamp"))):
        score = number(row.get("score"))
        if score is not None and (day := _day(row)):
            yield day, {"readiness": score}


def _rows(answer: Any, inside: str | None = None) -> Iterator[Mapping[str, Any]]:
    found = answer.get(inside) if inside and isinstance(answer, Mapping) else answer
    yield from (row for row in found or () if isinstance(row, Mapping))


def _row(row: Mapping[str, Any], **values: Any) -> Iterator[Row]:
    """Garmin writes null for what it does not know, and 0 for some of it."""
    read = {name: number(value) for name, value in values.items()}
    known = {name: value for name, value in read.items() if value is not None and value > 0}
    day = _day(row)
    if day and known:
        yield day, known


def _day(row: Mapping[str, Any]) -> date | None:
    told = row.get("calendarDate")
    return date.fromisoformat(told[:10]) if isinstance(told, str) and len(told) >= 10 else None
