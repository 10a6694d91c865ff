"""What a connector offers, in planning's words. Nothing here knows any one service."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from planning.activity import Record, Streams
from planning.calendar import Observed
from planning.workout import PlannedWorkout

type Cursor = str  # opaque to everybody but the connector that made it


@dataclass(frozen=True, slots=True)
class ActivityRef:
    """Points at one activity of a source. `tag` moves when the activity does."""

    external_id: str
    tag: str = ""
    start_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a poll. `cursor` is where the next poll starts; `more`: ask again at once.

    `again_after_s`: something is on its way and not worth fetching yet; ask again after that time.
    """

    refs: tuple[ActivityRef, ...]
    cursor: Cursor | None
    more: bool = False
    again_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """A recording as it was written; `name` ends in .fit, .tcx, .gpx or .zip."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Recorded:
    """One activity, fetched. With an original file the worker decodes it and believes that.

    `tag` is comparable with a listing's: equal means that what was fetched is still what there is.
    `incomplete`: the samples are still on their way at the service; fetch again in some minutes.
    `is_bare`: the source knows nothing but the file. The record only stands in for what is in it,
    which may be no activity, or several.
    """

    record: Record
    streams: Streams | None = None
    file: OriginalFile | None = None
    tag: str = ""
    incomplete: bool = False
    is_bare: bool = False


class ActivitySource(Protocol):
    """Activities recorded somewhere."""

    def changes(self, since: Cursor | None) -> Page:
        """The poll. None: everything. Windows overlap, so a ref may come again."""
        ...

    def activity(self, ref: ActivityRef) -> Recorded | None:
        """None: it is gone, and the service said so."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """One HTTP request to a webhook, unread. Header names are lower case."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Challenge:
    """A handshake to be answered at once with this JSON."""

    answer: Mapping[str, str]


class EventKind(StrEnum):
    ACTIVITY = "activity"  # created, changed or deleted: go and look
    DEAUTHORISED = "deauthorised"  # said to be; confirm before destroying anything


@dataclass(frozen=True, slots=True)
class Event:
    """A hint, never data. `owner_id` is the athlete in the service's own ids."""

    kind: EventKind
    owner_id: str
    delivery_key: str  # the same for every repeat of the same event
    ref: ActivityRef | None = None


class Malformed(Exception):
    """A delivery that is not what the service sends. The reason is for the log."""


class WebhookReceiver(Protocol):
    """Pure: bytes in, events out. Raises Malformed."""

    def understand(self, delivery: Delivery) -> Challenge | tuple[Event, ...]: ...


class WorkoutCalendar(Protocol):
    """Shows only entries that carry our marker, or whose remote id is asked for by name."""

    def entries(self, first: date, last: date, known: frozenset[str]) -> Sequence[Observed]:
        """Entries of ours from `first` to `last`, and templates of ours that stand on no day.

        `known` are the remote ids in our records: they are shown even without a marker. Raises
        rather than returning part of a listing.
        """
        ...

    def read(self, remote_id: str) -> Observed | None:
        """A direct read by id, content included. None: it is gone."""
        ...

    def create(self, workout: PlannedWorkout) -> Observed:
        """Write, read back, verify every step and target. Not idempotent: look first."""
        ...

    def replace(self, remote_id: str, workout: PlannedWorkout) -> Observed:
        """Content and day of an entry of ours become `workout`; verified like `create`."""
        ...

    def delete(self, remote_id: str) -> None:
        """Already gone is success."""
        ...

    def foreign(self, first: date, last: date) -> Sequence[str]:
        """Names of the athlete's own entries: to count and show, never to touch."""
        ...


MARKER = "[goalward:{ident}]"


class TokenStore(Protocol):
    """Where a connection's tokens live, encrypted. Tokens are flat JSON-able mappings."""

    def read(self) -> Mapping[str, str]: ...

    def write(self, tokens: Mapping[str, str]) -> None: ...

    def locked(self) -> AbstractContextManager[None]:
        """One process at a time: lock, read again, refresh, write, use."""
        ...


@dataclass(frozen=True, slots=True)
class Link:
    """What a connector needs to speak for one athlete: the application's settings and tokens.

    `settings` holds the connector's own settings by their names without prefix, lower case:
    `strava_client_id`, `strava_api_url`, `garmin_api_url`, ... `external_athlete_id` is the
    athlete's id in the service, when known.
    """

    settings: Mapping[str, str]
    tokens: TokenStore
    external_athlete_id: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection in use. What a service does not offer is None."""

    activities: ActivitySource | None = None
    calendar: WorkoutCalendar | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    activities: bool = False
    webhooks: bool = False
    calendar: bool = False
    settings: tuple[str, ...] = field(default=())  # settings without which it cannot be opened


class Connector(Protocol):
    """What the entry point names. Opening imports the client library, not before."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    def open(self, link: Link, now: datetime) -> AbstractContextManager[Opened]:
        """`now` is machine time, for token expiry. Raises the four errors."""
        ...

    def receiver(self, settings: Mapping[str, str]) -> WebhookReceiver | None: ...
