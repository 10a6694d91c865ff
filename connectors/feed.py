"""Where a calendar that no service keeps for us keeps its entries: in rows of its connection."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class Status(StrEnum):
    """In the words of RFC 5545."""

    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One session as it stands in a feed. `sequence` grows by one with each change to be seen."""

    ident: str
    day: date
    name: str
    text: str  # the note, and the steps in words
    digest: str  # of the workout that it tells
    sequence: int
    status: Status
    changed_at: datetime  # machine time


class Feed(Protocol):
    """The events of one connection. None is ever dropped: its sequence must go on."""

    def events(self) -> Sequence[FeedEvent]:
        """By day and ident, those that were cancelled too."""
        ...

    def change(
        self, ident: str, becomes: Callable[[FeedEvent | None], FeedEvent | None]
    ) -> FeedEvent | None:
        """What `becomes` makes of the event there is. Nobody else changes the feed meanwhile."""
        ...
