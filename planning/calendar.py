"""Desired, observed, recorded -> actions: what to do to somebody else's calendar.

*Desired* is the plan, *observed* what the calendar shows of ours, *recorded* what we wrote and then
saw. Each side is compared only with its own past.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Observed:
    """One entry of ours as the calendar shows it. A template that stands on no day has day None.

    `etag` moves when the service says the entry was touched; `digest` is of the content and is
    None while the content was not read (a listing shows heads only). `direct` says that this was a
    read by id and not a line of a listing.
    """

    remote_id: str
    ident: str | None  # from the marker; None: the marker is gone, the id is in our records
    day: date | None
    name: str
    etag: str
    digest: str | None = None
    direct: bool = False


class EntryState(StrEnum):
    PENDING = "pending"  # a remote call was about to be made: differences mean nothing
    SETTLED = "settled"  # written, read back, verified
    ATHLETES = "athletes"  # handed over: theirs now


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """What we wrote for one ident and what we then saw."""

    ident: str
    state: EntryState
    day: date
    remote_id: str | None = None  # None: never seen
    plan_digest: str | None = None  # of what we wrote
    seen_digest: str | None = None  # of what we then saw
    seen_etag: str | None = None
    earlier_digests: frozenset[str] = frozenset()  # seen digests of our earlier versions
    written_at: datetime | None = None  # machine time of the last intent or write
