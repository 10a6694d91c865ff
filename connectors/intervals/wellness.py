"""Sleep, heart-rate variability, resting heart rate and readiness as intervals.icu keeps them."""

from collections.abc import Sequence
from datetime import date

from connectors.errors import Refused, Unavailable
from connectors.intervals.client import Client
from connectors.intervals.errors import REMEDY, NotAllowed
from connectors.intervals.records import wellness_of
from planning.wellness import Wellness


class IntervalsWellness:
    def __init__(self, client: Client) -> None:
        self._client = client

    def wellness(self, first: date, last: date) -> Sequence[Wellness]:
        """Days of which only the load is known have a row there, and none here."""
        try:
            rows = self._client.json(
                "/athlete/0/wellness", oldest=first.isoformat(), newest=last.isoformat()
            )
        except NotAllowed as error:  # no reason to leave the runs alone as well
            raise Refused(
                f"{error}: sleep and recovery. To have them too, allow WELLNESS:READ and run "
                f"`{REMEDY}`."
            ) from error
        try:
            days = [wellness_of(row) for row in rows]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Unavailable("intervals.icu told the wellness in no known shape") from error
        known = {one.day: one for one in days if not one.is_empty and first <= one.day <= last}
        return [known[day] for day in sorted(known)]
