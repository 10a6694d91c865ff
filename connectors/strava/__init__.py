"""Strava: activities by webhook and poll. Tier: silver.

Strava's policy of 1 June 2026 allows its data neither to be kept for more than seven days nor to be
shown to anybody but the athlete; the worker enforces both.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.ports import Capabilities, Link, Opened, WebhookReceiver

CAPABILITIES = Capabilities(
    activities=True, webhooks=True, settings=("strava_client_id", "strava_client_secret")
)


@dataclass(frozen=True, slots=True)
class Strava:
    name: str = "strava"
    title: str = "Strava"
    capabilities: Capabilities = CAPABILITIES

    @contextmanager
    def open(self, link: Link, now: datetime) -> Iterator[Opened]:
        """No network while the stored token has more than an hour to live."""
        from connectors.calls import running
        from connectors.strava.activities import StravaActivities

        yield Opened(activities=StravaActivities(link, running(now)))

    def receiver(self, settings: Mapping[str, str]) -> WebhookReceiver | None:
        """None until a verify token was made: there is no subscription then."""
        from connectors.strava.webhook import StravaReceiver

        token = settings.get("strava_verify_token")
        if not token:
            return None
        return StravaReceiver(token, settings.get("strava_subscription_id"))


CONNECTOR = Strava()
