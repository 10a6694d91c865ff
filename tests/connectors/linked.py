"""A sandbox, and what a worker would hand to our connectors to reach it."""

from datetime import UTC, date, datetime

from connectors.ports import Link
from connectors.tokens import MemoryTokens

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


def machine_now():
    return datetime.now(UTC)  # noqa: TID251 - garminconnect compares a token's life with it


def settings_of(control):
    return {
        "strava_client_id": "123",
        "strava_client_secret": "secret",
        "strava_api_url": f"{control.strava_url}/api/v3",
        "strava_oauth_url": f"{control.strava_url}/oauth",
        "garmin_api_url": control.garmin_url,
    }


def link_to(control, service, **how):
    tokens = control.tokens(**how)[service]
    return Link(settings_of(control), MemoryTokens({k: str(v) for k, v in tokens.items()}))


def count(control, beginning):
    """How many requests so far begin with this."""
    asked = control.dump()["requests"]
    return sum(number for name, number in asked.items() if name.startswith(beginning))
