"""What is known to be all there, and what is known to be kept from us."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """A source is complete up to the end of `until`, and why we may say so."""

    source: str  # connector name
    until: date  # the athlete's day
    because: str  # in plain words: "the watch synced on 24 November"


@dataclass(frozen=True, slots=True)
class Withheld:
    """An activity that a source names and does not give. `reason` and `remedy` are sentences."""

    source: str
    external_id: str
    day: date | None  # None: not even that is said
    reason: str
    remedy: str
    start_at: datetime | None = None

    @property
    def key(self) -> str:
        return f"{self.source}:{self.external_id}"
