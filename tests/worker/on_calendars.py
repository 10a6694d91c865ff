"""Commands beside a life whose plan is on calendars, as a process would run them an hour later."""

from contextlib import contextmanager
from datetime import timedelta

from tests.worker.commands import Home, no_settings
from worker.connections import connections
from worker.db import reading

SERVICES = (
    "garmin_api_url",
    "intervals_api_url",
    "garmin_partner_api_url",
    "garmin_partner_client_id",
)


@contextmanager
def commands(lived, home, **environ):
    settings = lived.runtime.settings
    services = {
        f"GOALWARD_{name.upper()}": str(getattr(settings, name))
        for name in SERVICES
        if getattr(settings, name)
    }
    with no_settings():
        yield Home(
            home,
            {
                "GOALWARD_DATABASE_URL": f"sqlite:///{home / 'goalward.db'}",
                **services,
                "GOALWARD_CALENDAR_SETTLE_S": "0",
                "GOALWARD_CLOCK": (lived.clock.at + timedelta(hours=1)).isoformat(),
                **environ,
            },
        )


def ids(lived):
    """Of the connections, by name."""
    with reading(lived.engine) as conn:
        return {each.connector: each.id for each in connections(conn)}
