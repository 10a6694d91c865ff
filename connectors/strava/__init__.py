"""Strava: activities by webhook and poll. Tier: silver.

Strava's policy of 1 June 2026 allows its data neither to be kept for more than seven days nor to be
shown to anybody but the athlete; the worker enforces both.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.ports import Capabilities, Limit, Link, Opened, Scope, Terms, WebhookReceiver

# What a new application has. Strava's headers tell what this one really has.
LIMITS = (
    Limit("short", Scope.APPLICATION, 200, 15 * 60),
    Limit("day", Scope.APPLICATION, 2000, 86_400),
    Limit("read_short", Scope.APPLICATION, 100, 15 * 60, kind="read"),
    Limit("read_day", Scope.APPLICATION, 1000, 86_400, kind="read"),
)
TERMS = Terms(
    keep_days=7,
    says="Strava's policy of 1 June 2026 asks that its data be shown to you alone, be kept for "
    "seven days, not be mixed with other sources and not be given to an AI; when you take your "
    "permission back, all of it has to go.",
)
CAPABILITIES = Capabilities(
    activities=True,
    webhooks=True,
    settings=("strava_client_id", "strava_client_secret"),
    limits=LIMITS,
    terms=TERMS,
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

    def revoke(self, link: Link, now: datetime) -> None:
        from connectors.strava.oauth import revoke

        revoke(link, now)

    def still_authorised(self, link: Link, now: datetime) -> bool:
        from connectors.strava.oauth import still_authorised

        return still_authorised(link, now)


CONNECTOR = Strava()
