"""Garmin Connect by its unofficial interface: activities with their FIT files, workouts onto the
calendar and so onto the watch. Tier: silver.

Nothing official lets one person write to their own Garmin calendar. Signing in is what Garmin
throttles, for hours to weeks: it is done once, by hand; after that only tokens are renewed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.ports import Capabilities, Limit, Link, Opened, Scope, WebhookReceiver

# Garmin does not say what it allows. This is what a person with an impatient thumb would ask.
LIMITS = (Limit("minute", Scope.ATHLETE, 60, 60, courtesy=True),)
CAPABILITIES = Capabilities(
    activities=True,
    calendar=True,
    calendar_place="Garmin Connect",
    device_entries=30,
    wellness=True,
    races=True,
    limits=LIMITS,
)


@dataclass(frozen=True, slots=True)
class Garmin:
    name: str = "garmin"
    title: str = "Garmin Connect"
    capabilities: Capabilities = CAPABILITIES

    @contextmanager
    def open(self, link: Link, now: datetime) -> Iterator[Opened]:
        """No network: the stored token is renewed by the first request that finds it too old."""
        from connectors.calls import running
        from connectors.garmin.activities import GarminActivities
        from connectors.garmin.calendar import GarminCalendar
        from connectors.garmin.client import Wire, signed_in
        from connectors.garmin.races import GarminRaces
        from connectors.garmin.wellness import GarminWellness

        clock = running(now)
        wire = Wire(signed_in(link, clock), clock)
        calendar = GarminCalendar(wire, clock)
        try:
            yield Opened(
                GarminActivities(wire, clock),
                calendar,
                wellness=GarminWellness(wire),
                races=GarminRaces(wire),
            )
        finally:  # what was written before a fault is not written again
            calendar.send_to_watch()

    def receiver(self, settings: Mapping[str, str]) -> WebhookReceiver | None:  # noqa: ARG002 - port
        """Garmin tells nobody but companies: this connection is polled."""
        return None


CONNECTOR = Garmin()
