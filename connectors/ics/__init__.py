"""The plan as a calendar feed that any calendar program reads (RFC 5545). Tier: bronze."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.errors import Refused
from connectors.ports import Capabilities, Link, Opened, WebhookReceiver

__all__ = ["CONNECTOR", "CalendarFeed"]


CAPABILITIES = Capabilities(calendar=True, ours_alone=True)


@dataclass(frozen=True, slots=True)
class CalendarFeed:
    """Connected by a command of its own, which makes the secret link. There is nobody to ask."""

    name: str = "ics"
    title: str = "Calendar feed"
    capabilities: Capabilities = CAPABILITIES

    @contextmanager
    def open(self, link: Link, now: datetime) -> Iterator[Opened]:
        from connectors.ics.calendar import FeedCalendar

        if link.feed is None or not link.external_athlete_id:
            raise Refused("A calendar feed has nowhere to be kept here.")
        yield Opened(calendar=FeedCalendar(link.feed, link.external_athlete_id, now=now))

    def receiver(self, settings: Mapping[str, str]) -> WebhookReceiver | None:
        del settings
        return None


CONNECTOR = CalendarFeed()
