"""intervals.icu: runs and wellness by webhook and poll."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.ports import Capabilities, Link, Opened, WebhookReceiver

CAPABILITIES = Capabilities(activities=True)


@dataclass(frozen=True, slots=True)
class Intervals:
    name: str = "intervals"
    title: str = "intervals.icu"
    capabilities: Capabilities = CAPABILITIES

    @contextmanager
    def open(self, link: Link, now: datetime) -> Iterator[Opened]:
        del link, now
        yield Opened()

    def receiver(self, settings: Mapping[str, str]) -> WebhookReceiver | None:
        del settings
        return None


CONNECTOR = Intervals()
