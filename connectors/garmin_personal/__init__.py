"""Garmin's personal API: runs with their FIT files, and nights, of one's own account. Tier: bronze.

Official, for personal use, and read only: no calendar and no training readiness. A key made in
Garmin Connect's settings stands for the sign-in; it ends after 30 to 365 days.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
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
    WebhookReceiver,
)

# Garmin does not say what it allows; twelve requests at once were seen to be too many.
LIMITS = (Limit("minute", Scope.ATHLETE, 40, 60, courtesy=True),)
CAPABILITIES = Capabilities(activities=True, wellness=True, limits=LIMITS)
QUESTIONS = (
    Question(
        "key",
        "Key of Garmin's personal API, made at "
        "https://connect.garmin.com/app/settings/personalApiToken",
        secret=True,
    ),
    Question("ends", "Day on which it ends, as 2027-11-23 (leave empty if unknown)", default=""),
)


@dataclass(frozen=True, slots=True)
class GarminPersonal:
    name: str = "garmin_personal"
    title: str = "Garmin (personal key)"
    capabilities: Capabilities = CAPABILITIES

    @contextmanager
    def open(self, link: Link, now: datetime) -> Iterator[Opened]:
        """No network: the key is exchanged by the first request that finds the token too old."""
        from connectors.calls import running
        from connectors.garmin_personal.activities import PersonalActivities
        from connectors.garmin_personal.client import Wire
        from connectors.garmin_personal.wellness import PersonalWellness

        clock = running(now)
        with closing(Wire(link, clock)) as wire:
            yield Opened(PersonalActivities(wire, clock), wellness=PersonalWellness(wire))

    def receiver(self, settings: Mapping[str, str]) -> WebhookReceiver | None:  # noqa: ARG002 - port
        """The personal API tells nobody: this connection is polled."""
        return None

    def questions(self) -> Sequence[Question]:
        return QUESTIONS

    def sign_in(
        self, settings: Mapping[str, str], answers: Mapping[str, str], now: datetime
    ) -> Signed:
        from connectors.garmin_personal.sign_in import sign_in

        return sign_in(settings, answers, now)


CONNECTOR = GarminPersonal()
