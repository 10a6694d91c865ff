"""Where the developer programme's API lives, and what leads there. Pure."""

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

API_URL = "https://apis.garmin.com"
WORKOUTS = "workouts"  # the kind of what goes to the Training API
MADE = "/workoutportal/workout/v2"  # where a workout is made
WORKOUT, SCHEDULE = "/training-api/workout/v2", "/training-api/schedule"


def api_url(settings: Mapping[str, str]) -> str:
    return (settings.get("garmin_partner_api_url") or API_URL).rstrip("/")


def kind_of(url: str) -> str:
    """Files are fetched whatever else was asked: Garmin keeps them for 24 hours only."""
    path = urlsplit(url).path
    if MADE in path or WORKOUT in path or SCHEDULE in path:
        return WORKOUTS
    if "/rest/backfill/" in path:
        return "backfill"
    return "ask" if "/rest/user/" in path else ""


def rest_url(settings: Mapping[str, str]) -> str:
    return f"{api_url(settings)}/wellness-api/rest"


def is_ours(address: str, rest: str) -> bool:
    """Whether an address leads to the API that is configured, and nowhere else.

    A forged notification must not make this machine call another one.
    """
    base = urlsplit(rest)
    try:
        asked = urlsplit(address)
        same = _place(asked) == _place(base)
    except ValueError:  # a port that is no number, a broken IPv6 address
        return False
    plain = not any(sign in asked.path for sign in ("..", "%", "\\", "//")) and asked.path.isascii()
    return same and plain and asked.path.startswith(f"{base.path}/") and "@" not in asked.netloc


def _place(url: SplitResult) -> tuple[str, str | None, int | None]:
    usual = {"https": 443, "http": 80}.get(url.scheme)
    return url.scheme, url.hostname, url.port or usual
