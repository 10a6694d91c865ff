"""Addresses that services are given to notify us at, and the secrets in them."""

import secrets
from typing import TYPE_CHECKING

from worker.connections import application_values, put_application_values

if TYPE_CHECKING:
    from worker.app import Runtime

DOORS = {"garmin": "garmin_partner"}  # where the name in the address is not the connector's
SHARED = {"intervals": "intervals_webhook_secret"}  # a secret that a service puts into each body


def agreed_with(runtime: "Runtime", connector: str) -> dict[str, str]:
    """The secrets of a connector's door, made when they are first wanted."""
    wanted = ["webhook_secret", *([SHARED[connector]] if connector in SHARED else [])]
    known = application_values(runtime, connector)
    missing = {name: secrets.token_urlsafe(24) for name in wanted if not known.get(name)}
    if missing:
        put_application_values(runtime, connector, missing)
        known = application_values(runtime, connector)  # another process may have been first
    return {name: known[name] for name in wanted}


def address(runtime: "Runtime", connector: str) -> str:
    """Where the service is to send its notifications; without PUBLIC_URL only the end of it."""
    name = next((door for door, behind in DOORS.items() if behind == connector), connector)
    secret = agreed_with(runtime, connector)["webhook_secret"]
    return f"{runtime.settings.public_url or ''}/webhooks/{name}/{secret}"
