"""How the athlete slept and recovered, by Garmin Connect: three requests for four weeks."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from connectors.garmin.client import Wire
from connectors.garmin.errors import Gone
from connectors.garmin_shapes.wellness import (
    Row,
    heart_rate_variability,
    readiness,
    sleep_statistics,
    slices,
    wellness_of,
)
from planning.wellness import Wellness

ANSWERS: tuple[tuple[str, Callable[[Any], Iterable[Row]]], ...] = (
    ("/sleep-service/stats/sleep/daily", sleep_statistics),
    ("/hrv-service/hrv/daily", heart_rate_variability),
    ("/metrics-service/metrics/trainingreadiness", readiness),
)


class GarminWellness:
    """One athlete's nights. Not every watch knows all of it: what it does not stays None."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def wellness(self, first: date, last: date) -> Sequence[Wellness]:
        answers = [
            read(self._get(f"{path}/{start}/{end}"))
            for start, end in slices(first, last)
            for path, read in ANSWERS
        ]
        return wellness_of("garmin", first, last, answers=answers)

    def _get(self, path: str) -> Any:
        try:
            return self._wire.read(lambda: self._wire.garmin.connectapi(path))
        except Gone:
            return None
