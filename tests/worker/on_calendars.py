"""Commands beside a life whose plan is on calendars, as a process would run them an hour later."""

from contextlib import contextmanager
from datetime import timedelta

from tests.worker.commands import Home, no_settings
from worker.connections import connections
from worker.db import reading


@contextmanager
def commands(lived, home, **environ):
    settings = lived.runtime.settings
    with no_settings():
        yield Home(
            home,
            {
                "GOALWARD_DATABASE_URL": f"sqlite:///{home / 'goalward.db'}",
                "GOALWARD_GARMIN_API_URL": str(settings.garmin_api_url),
                "GOALWARD_INTERVALS_API_URL": str(settings.intervals_api_url),
                "GOALWARD_CALENDAR_SETTLE_S": "0",
                "GOALWARD_CLOCK": (lived.clock.at + timedelta(hours=1)).isoformat(),
                **environ,
            },
        )


def ids(lived):
    """Of the connections, by name."""
    with reading(lived.engine) as conn:
        return {each.connector: each.id for each in connections(conn)}
