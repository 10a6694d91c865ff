"""Garmin's developer programme: notifications, files, backfill, for companies."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.ports import Capabilities, Link, Opened, WebhookReceiver

CAPABILITIES = Capabilities(activities=True)


@dataclass(frozen=True, slots=True)
class GarminPartner:
    name: str = "garmin_partner"
    title: str = "Garmin (partner)"
    capabilities: Capabilities = CAPABILITIES

    @contextmanager
    def open(self, link: Link, now: datetime) -> Iterator[Opened]:
        del link, now
        yield Opened()

    def receiver(self, settings: Mapping[str, str]) -> WebhookReceiver | None:
        del settings
        return None


CONNECTOR = GarminPartner()
