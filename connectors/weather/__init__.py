"""How warm it was or will be, by a place rounded to a tenth of a degree. Tier: bronze.

Any service of open-meteo's shape will do: `/v1/forecast` and `/v1/archive`, with hours.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.ports import Capabilities, Limit, Link, Opened, Scope, WebhookReceiver

CAPABILITIES = Capabilities(
    weather=True,
    settings=("weather_api_url",),
    limits=(Limit("minute", Scope.APPLICATION, calls=60, per_s=60, courtesy=True),),
)


@dataclass(frozen=True, slots=True)
class WeatherConnector:
    name: str = "weather"
    title: str = "Weather"
    capabilities: Capabilities = CAPABILITIES

    @contextmanager
    def open(self, link: Link, now: datetime) -> Iterator[Opened]:
        """`weather_hours` of the connection's settings: when its athlete runs, as "7-9"."""
        from connectors.calls import running
        from connectors.weather.service import WeatherService
        from planning.weather import RunningHours

        hours = RunningHours.read(link.settings.get("weather_hours", ""))
        yield Opened(weather=WeatherService(link, running(now), hours))

    def receiver(self, settings: Mapping[str, str]) -> WebhookReceiver | None:
        del settings
        return None


CONNECTOR = WeatherConnector()
