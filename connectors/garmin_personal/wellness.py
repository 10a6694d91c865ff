"""How the athlete slept and recovered, by the personal API: three requests for four weeks.

It says nothing of training readiness.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from connectors.garmin_personal.activities import SOURCE
from connectors.garmin_personal.client import Wire
from connectors.garmin_shapes.wellness import (
    Row,
    heart_rate_variability,
    nights,
    resting_heart_rates,
    slices,
    wellness_of,
)
from planning.wellness import Wellness

NIGHTS = "/sleep-service/sleep/dailySleepSummariesByDate"
DAYS = "/usersummary-service/v2/dailysummaries"


class PersonalWellness:
    """One athlete's nights. Not every watch knows all of it: what it does not stays None."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def wellness(self, first: date, last: date) -> Sequence[Wellness]:
        return wellness_of(SOURCE, first, last, answers=self._answers(first, last))

    def _answers(self, first: date, last: date) -> Iterator[Iterable[Row]]:
        for start, end in slices(first, last):
            days = {"startDate": start.isoformat(), "endDate": end.isoformat()}
            yield nights(self._wire.find(NIGHTS, **days))
            yield heart_rate_variability(self._wire.find(f"/hrv-service/hrv/daily/{start}/{end}"))
            yield resting_heart_rates(self._wire.find(DAYS, **days))
