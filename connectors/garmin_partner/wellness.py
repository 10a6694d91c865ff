"""Nights and days as the developer programme tells of them: only in notifications, in parts."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from connectors.calls import positive
from connectors.errors import Unavailable
from connectors.garmin_partner.errors import Spent
from connectors.garmin_partner.records import SOURCE, Json, read_carried
from planning.wellness import Wellness

if TYPE_CHECKING:
    from connectors.garmin_partner.client import Wire


class PartnerWellness:
    """`wellness_carried` reads what a notification brought. Nothing can be asked for by its day."""

    def __init__(self, wire: "Wire") -> None:
        self._wire = wire

    def wellness(self, first: date, last: date) -> Sequence[Wellness]:
        """Nothing: notifications bring it, also of the past, which `changes` asks for."""
        del first, last
        return ()

    def wellness_carried(self, carried: str) -> Sequence[Wellness]:
        """Rows in which only what this notification tells is known; the rest of a day stays."""
        kind, item = read_carried(carried)
        address = item.get("callbackURL")
        if address is None:
            return _rows(kind, [item])
        try:
            found = self._wire.json(str(address))
        except Spent:
            return ()
        if not isinstance(found, list):
            raise Unavailable("Garmin listed days in no known shape")
        return _rows(kind, [one for one in found if isinstance(one, dict)])


def _rows(kind: str, items: Sequence[Json]) -> Sequence[Wellness]:
    rows = (row_of(kind, item) for item in items)
    return tuple(row for row in rows if row is not None and not row.is_empty)


def row_of(kind: str, item: Json) -> Wellness | None:
    """One day's part. None: it names no day."""
    try:
        day = date.fromisoformat(str(item.get("calendarDate")))
    except ValueError:
        return None
    match kind:
        case "sleeps":
            score = item.get("overallSleepScore")
            score = score.get("value") if isinstance(score, dict) else None
            asleep_s = positive(item.get("durationInSeconds"))
            return Wellness(SOURCE, day, sleep_s=asleep_s, sleep_score=positive(score))
        case "dailies":
            beats = positive(item.get("restingHeartRateInBeatsPerMinute"))
            return Wellness(SOURCE, day, resting_heart_rate_bpm=beats)
        case "hrv":
            return Wellness(SOURCE, day, hrv_ms=positive(item.get("lastNightAvg")))
        case _:
            return None
