"""Garmin's personal API: runs and wellness of one's own account, read only."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.ports import Capabilities, Link, Opened, WebhookReceiver

CAPABILITIES = Capabilities(activities=True)


@dataclass(frozen=True, slots=True)
class GarminPersonal:
    name: str = "garmin_personal"
    title: str = "Garmin (personal key)"
    capabilities: Capabilities = CAPABILITIES

    @contextmanager
    def open(self, link: Link, now: datetime) -> Iterator[Opened]:
        del link, now
        yield Opened()

    def receiver(self, settings: Mapping[str, str]) -> WebhookReceiver | None:
        del settings
        return None


CONNECTOR = GarminPersonal()
