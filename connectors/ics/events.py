"""Events of a feed as RFC 5545 writes them, and back. Pure. The library folds and escapes."""

from collections.abc import Iterable
from datetime import date, timedelta

from icalendar import Calendar, Event

from connectors.feed import FeedEvent, Status

TITLE = "Goalward"
ASK_AGAIN = timedelta(hours=1)
HOST = "goalward"
CANCELLED = "Cancelled: "  # for programs that show what is cancelled like anything else
MEDIA_TYPE = "text/calendar; charset=utf-8"


def uid_of(ident: str, feed_id: str) -> str:
    """Of one session in one feed, for ever: unlike those of all other feeds."""
    return f"{ident}@{feed_id}.{HOST}"


def ident_of(uid: str, feed_id: str) -> str | None:
    """None: it is no event of this feed."""
    ident, _, host = uid.rpartition("@")
    return ident if ident and host == f"{feed_id}.{HOST}" else None


def rendered(events: Iterable[FeedEvent], *, feed_id: str, since: date) -> bytes:
    """What is on `since` or later. The same events in the same order give the same bytes.

    There is no METHOD, so that DTSTAMP is when the event was last changed, and not when it was
    asked for (RFC 5545, 3.8.7.2).
    """
    calendar = Calendar()
    calendar.add("PRODID", "-//Goalward//Calendar feed//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("X-WR-CALNAME", TITLE)
    calendar.add("NAME", TITLE)
    calendar.add("REFRESH-INTERVAL", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    for event in events:
        if event.day >= since:
            calendar.add_component(_event(event, feed_id))
    return bytes(calendar.to_ical())


def read(content: bytes, *, feed_id: str) -> list[FeedEvent]:
    """The events in it, as a program that subscribed reads them; a feed tells no digest."""
    return [_read(one, feed_id) for one in Calendar.from_ical(content).events]


def _event(event: FeedEvent, feed_id: str) -> Event:
    """All day and free: a day is the athlete's, wherever the calendar program thinks it is."""
    cancelled = event.status is Status.CANCELLED
    told = Event()
    told.add("UID", uid_of(event.ident, feed_id))
    told.add("SEQUENCE", event.sequence)
    told.add("DTSTAMP", event.changed_at)
    told.add("LAST-MODIFIED", event.changed_at)
    told.add("DTSTART", event.day)
    told.add("SUMMARY", f"{CANCELLED}{event.name}" if cancelled else event.name)
    told.add("DESCRIPTION", event.text)
    told.add("STATUS", event.status.value)
    told.add("TRANSP", "TRANSPARENT")
    told.add("CLASS", "PRIVATE")
    return told


def _read(told: Event, feed_id: str) -> FeedEvent:
    status = Status(str(told["STATUS"]))
    name = str(told["SUMMARY"])
    return FeedEvent(
        ident=ident_of(str(told["UID"]), feed_id) or "",
        day=told.decoded("DTSTART"),
        name=name.removeprefix(CANCELLED) if status is Status.CANCELLED else name,
        text=str(told["DESCRIPTION"]),
        digest="",
        sequence=told.decoded("SEQUENCE"),
        status=status,
        changed_at=told.decoded("LAST-MODIFIED"),
    )
