"""The plan on Garmin's calendar through the developer programme, without its limits."""

from contextlib import contextmanager
from dataclasses import replace

from connectors.garmin_partner import CONNECTOR
from tests.worker.published import publishes, runs_towards_a_goal
from tests.worker.web.partner import partner_life, sign_in


@contextmanager
def on_partner(database_url, home):
    with partner_life(database_url, home) as lived:
        # Time stands still here, and with it every window of a limit.
        unlimited = replace(CONNECTOR, capabilities=replace(CONNECTOR.capabilities, limits=()))
        kinds = {**lived.runtime.connectors, "garmin_partner": unlimited}
        lived.runtime = replace(lived.runtime, connectors=kinds)
        lived.control.post("partner/configure", workouts_per_day=10_000)
        sign_in(lived, garmin_partner_calendar="yes")
        runs_towards_a_goal(lived)
        publishes(lived)
        yield lived
