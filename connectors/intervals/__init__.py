"""intervals.icu: runs, their files and wellness, by webhook and poll; workouts onto its calendar,
which passes them on to many watches. Tier: bronze.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.ports import (
    Capabilities,
    Limit,
    Link,
    Opened,
    Question,
    Scope,
    Signed,
    Terms,
    WebhookReceiver,
)

CALENDAR_SETTING = "intervals_calendar"
CAPABILITIES = Capabilities(
    activities=True,
    webhooks=True,
    calendar=True,
    calendar_setting=CALENDAR_SETTING,  # not unasked: the same watch may get them from Garmin
    wellness=True,
    # It allows about ten a second from one address, which all athletes here share.
    limits=(Limit("second", Scope.APPLICATION, calls=8, per_s=1),),
    terms=Terms(says="Runs that came to intervals.icu from Strava are withheld from everybody."),
)


@dataclass(frozen=True, slots=True)
class Intervals:
    name: str = "intervals"
    title: str = "intervals.icu"
    capabilities: Capabilities = CAPABILITIES

    @contextmanager
    def open(self, link: Link, now: datetime) -> Iterator[Opened]:
        """No network. Raises SignInNeeded without a key."""
        from connectors.calls import running
        from connectors.intervals.activities import IntervalsActivities
        from connectors.intervals.calendar import IntervalsCalendar
        from connectors.intervals.client import Client
        from connectors.intervals.wellness import IntervalsWellness

        client = Client(link, running(now))
        yield Opened(
            activities=IntervalsActivities(client, now.date()),
            calendar=IntervalsCalendar(client),
            wellness=IntervalsWellness(client),
        )

    def receiver(self, settings: Mapping[str, str]) -> WebhookReceiver | None:
        """None until the application's secret is known."""
        from connectors.intervals.webhook import IntervalsReceiver

        secret = settings.get("intervals_webhook_secret")
        return IntervalsReceiver(secret) if secret else None

    def questions(self) -> Sequence[Question]:
        from connectors.intervals.sign_in import CALENDAR, KEY

        return (KEY, CALENDAR)

    def sign_in(
        self, settings: Mapping[str, str], answers: Mapping[str, str], now: datetime
    ) -> Signed:
        from connectors.intervals.sign_in import signed

        return signed(settings, answers, now)


CONNECTOR = Intervals()
