"""How warm it was or will be, by a place rounded to a tenth of a degree."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.ports import Capabilities, Link, Opened, WebhookReceiver

CAPABILITIES = Capabilities(weather=True)


@dataclass(frozen=True, slots=True)
class WeatherService:
    name: str = "weather"
    title: str = "Weather"
    capabilities: Capabilities = CAPABILITIES

    @contextmanager
    def open(self, link: Link, now: datetime) -> Iterator[Opened]:
        del link, now
        yield Opened()

    def receiver(self, settings: Mapping[str, str]) -> WebhookReceiver | None:
        del settings
        return None


CONNECTOR = WeatherService()
