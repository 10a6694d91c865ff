"""Garmin's developer programme: notifications, files, backfill, and workouts onto the calendar and
so onto the watch, for companies. Tier: bronze.

There is nothing to poll here: Garmin tells of each run once, with all that it will ever say of it.
So what a notification says is kept with it (`ActivityRef.carried`), and a notification counts only
if it came to the secret address, carries the application's client id and names an athlete we know.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.garmin_partner.addresses import WORKOUTS
from connectors.ports import (
    Capabilities,
    Limit,
    Link,
    Opened,
    Scope,
    WebhookReceiver,
)

CALENDAR_SETTING = "garmin_partner_calendar"
CAPABILITIES = Capabilities(
    activities=True,
    webhooks=True,
    calendar=True,
    calendar_setting=CALENDAR_SETTING,  # not unasked: the same watch may get them in another way
    calendar_place="Garmin Connect",
    device_entries=30,
    wellness=True,
    settings=("garmin_partner_client_id", "garmin_partner_client_secret"),
    limits=(  # of an evaluation key; a production key has thirty times as much, of workouts five
        Limit("minute", Scope.APPLICATION, calls=100, per_s=60),
        Limit("day", Scope.ATHLETE, calls=200, per_s=86_400, kind="ask"),
        # At most 100 days of data are backfilled in a minute, and each request is for up to 30.
        Limit("backfill", Scope.APPLICATION, calls=3, per_s=60, kind="backfill"),
        Limit("workouts", Scope.ATHLETE, calls=200, per_s=86_400, kind=WORKOUTS),
    ),
)


@dataclass(frozen=True, slots=True)
class GarminPartner:
    name: str = "garmin_partner"
    title: str = "Garmin (partner)"
    capabilities: Capabilities = CAPABILITIES

    @contextmanager
    def open(self, link: Link, now: datetime) -> Iterator[Opened]:
        """No network while the stored token is good."""
        from connectors.calls import running
        from connectors.garmin_partner.activities import PartnerActivities
        from connectors.garmin_partner.calendar import PartnerCalendar
        from connectors.garmin_partner.client import Wire
        from connectors.garmin_partner.wellness import PartnerWellness

        wire = Wire(link, running(now))
        yield Opened(
            activities=PartnerActivities(wire),
            calendar=PartnerCalendar(wire),
            wellness=PartnerWellness(wire),
        )

    def receiver(self, settings: Mapping[str, str]) -> WebhookReceiver | None:
        """None without a client id: there is no application then."""
        from connectors.garmin_partner.addresses import rest_url
        from connectors.garmin_partner.webhook import PartnerReceiver

        client_id = settings.get("garmin_partner_client_id")
        return PartnerReceiver(client_id, rest_url(settings)) if client_id else None

    def still_authorised(self, link: Link, now: datetime) -> bool:
        """Asked before a notification that says otherwise is believed."""
        from connectors.garmin_partner.oauth import still_authorised

        return still_authorised(link, now)

    def revoke(self, link: Link, now: datetime) -> None:
        """Take the athlete's registration back, as Garmin asks of whoever disconnects."""
        from connectors.garmin_partner.oauth import revoke

        revoke(link, now)


CONNECTOR = GarminPartner()
