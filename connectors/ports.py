"""What a connector offers, in planning's words. Nothing here knows any one service."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from connectors.feed import Feed
from planning.activity import Record, RecordKind, Sport, Streams
from planning.calendar import Observed
from planning.completeness import Withheld
from planning.goals.announced import AnnouncedRace
from planning.weather import Place, Weather
from planning.wellness import Wellness
from planning.workout import PlannedWorkout

type Cursor = str  # opaque to everybody but the connector that made it


@dataclass(frozen=True, slots=True)
class ActivityRef:
    """Points at one activity of a source. `tag` moves when the activity does.

    `carried` is what the service hands over with its notification and gives in no other way: the
    address to fetch it from, or the record itself. Opaque to everybody but the connector.
    """

    external_id: str
    tag: str = ""
    start_at: datetime | None = None
    carried: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a poll. `cursor` is where the next poll starts; `more`: ask again at once.

    `again_after_s`: something is on its way and not worth fetching yet; ask again after that time.
    `withheld`: activities that the service names and will not give. `synced_at`: the athlete's
    device is known to have handed over everything that it recorded before that instant.
    """

    refs: tuple[ActivityRef, ...]
    cursor: Cursor | None
    more: bool = False
    again_after_s: float | None = None
    withheld: tuple[Withheld, ...] = ()
    synced_at: datetime | None = None


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

    @classmethod
    def bare(
        cls, source: str, external_id: str, file: OriginalFile | None, now: datetime
    ) -> "Recorded":
        """Of a file that nobody has looked into. `now` stands in for when it began."""
        record = Record(
            source=source,
            external_id=external_id,
            kind=RecordKind.DEVICE_FILE,
            start_at=now,
            sport=Sport.OTHER,
            distance_m=None,
            moving_time_s=None,
            elapsed_time_s=None,
        )
        return cls(record, file=file, is_bare=True)


class ActivitySource(Protocol):
    """Activities recorded somewhere."""

    def changes(self, since: Cursor | None) -> Page:
        """The poll. None: everything. Windows overlap, so a ref may come again."""
        ...

    def activity(self, ref: ActivityRef) -> Recorded | None:
        """None: it is gone, and the service said so."""
        ...

    def cursor_at(self, day: date) -> Cursor | None:
        """Where a poll starts that lists everything recorded on `day` or later once more.

        For the daily look back, which finds what was uploaded late, edited or deleted. None where
        a poll always lists everything.
        """
        ...


class WellnessSource(Protocol):
    """Sleep, heart-rate variability, resting heart rate, readiness."""

    def wellness(self, first: date, last: date) -> Sequence[Wellness]:
        """A row a day of which anything is known, from `first` to `last`, both included."""
        ...


class WeatherSource(Protocol):
    """How warm it was or will be at a place that is rounded to a tenth of a degree."""

    def weather(self, place: Place, first: date, last: date) -> Sequence[Weather]:
        """A row a day that the service knows of, from `first` to `last`, both included."""
        ...


class RaceSource(Protocol):
    """Races that the athlete has put on the service's own calendar."""

    def races(self, first: date, last: date) -> Sequence[AnnouncedRace]:
        """Running races from `first` to `last`, both included, by day."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """One HTTP request to a webhook, unread. Header names are lower case.

    `received_at` (machine time) tells a repeat from a new event where the service says no time.
    """

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime | None = None

    @property
    def hour(self) -> str:
        """In which it came, in UTC, for the end of a key; empty if nobody knows. Within an hour the
        same words are a repeat, later they are the next event.
        """
        at = self.received_at
        return at.astimezone(UTC).strftime(":%Y%m%d%H") if at else ""


@dataclass(frozen=True, slots=True)
class Challenge:
    """A handshake to be answered at once with this JSON."""

    answer: Mapping[str, str]


class EventKind(StrEnum):
    ACTIVITY = "activity"  # created, changed or deleted: go and look
    WELLNESS = "wellness"  # a day's values have come or moved: ask for them
    CALENDAR = "calendar"  # an entry was touched there: read the calendar again
    PERMISSIONS = "permissions"  # the athlete allows more or less than before: ask what
    DEAUTHORISED = "deauthorised"  # said to be; confirm before destroying anything


@dataclass(frozen=True, slots=True)
class Event:
    """A hint, never data. `owner_id` is the athlete in the service's own ids.

    The one exception is a service that gives a record in its notification and nowhere else: then
    `ref.carried` holds it, and the delivery must be one that only the service can have made.
    """

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
        """Write, read back, verify every step and target. Not idempotent: look first.

        What the service misreads is mended once. Then it stands there in words only, and
        `Observed.in_words` says why, or it is Refused.
        """
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


@runtime_checkable
class CreatesInParts(Protocol):
    """A calendar where an entry is made of parts, and the first is in no listing, or in a late one.

    Whoever creates keeps that id at once, and after a crash hands it back as `known`.
    """

    def create_in_parts(self, workout: PlannedWorkout, made: Callable[[str], None]) -> Observed:
        """As `create`; `made` hears the first part's remote id before anything else is written."""
        ...


@runtime_checkable
class FeedsDevice(Protocol):
    """A calendar of which a device takes only so many entries (`Capabilities.device_entries`)."""

    def taken(self, first: date, last: date) -> int:
        """How many workouts of the athlete's own stand on these days, by the last listing."""
        ...


@runtime_checkable
class Releases(Protocol):
    """A calendar where an entry of ours can become the athlete's for good."""

    def release(self, remote_id: str) -> None:
        """Our marker, and whatever else it is known by, is taken out of it; nothing else changes.

        Read back. From then on it is foreign. Gone, or without a marker, is success.
        """
        ...


MARKER = "[goalward:{ident}]"


class TokenStore(Protocol):
    """Where a connection's tokens live, encrypted. Tokens are flat JSON-able mappings."""

    def read(self) -> Mapping[str, str]: ...

    def write(self, tokens: Mapping[str, str]) -> None: ...

    def locked(self) -> AbstractContextManager[None]:
        """One process at a time: lock, read again, refresh, write, use."""
        ...


class Scope(StrEnum):
    """Whose requests a limit counts."""

    APPLICATION = "application"  # everybody's who uses this installation
    ATHLETE = "athlete"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` requests in each window of `per_s` seconds.

    Windows begin at whole multiples of their length since 1970 in UTC, as Strava's do: a quarter
    of an hour at :00, :15, :30, :45, a day at midnight. `kind` groups requests that are counted
    apart ("read"); a request counts in every limit whose kind is "" or its own. `courtesy`: nobody
    asks for it, we hold ourselves to it; a simulation on this machine is spared it.
    """

    name: str
    scope: Scope
    calls: int
    per_s: int
    kind: str = ""
    courtesy: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """What the service says itself of a limit, in its headers: it knows better than we do."""

    limit: str  # name of the Limit
    used: int | None = None
    calls: int | None = None


class Meter(Protocol):
    """The share of a service's limits that this piece of work may use, shared by all workers."""

    def spend(self, kind: str = "") -> None:
        """Before every request. Raises RateLimited, with the wait, instead of passing a limit."""
        ...

    def learn(self, usage: Sequence[Usage]) -> None:
        """After an answer that says how much is used up."""
        ...

    def rest(self, seconds: float) -> None:
        """After a 429: nobody asks that service for so long."""
        ...


class Unmetered:
    """A meter that lets everything pass: for sign-in, and for services without limits."""

    def spend(self, kind: str = "") -> None: ...

    def learn(self, usage: Sequence[Usage]) -> None: ...

    def rest(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Link:
    """What a connector needs to speak for one athlete: the application's settings and tokens.

    `settings` holds the connector's own settings by their names without prefix, lower case:
    `strava_client_id`, `strava_api_url`, `garmin_api_url`, ... `external_athlete_id` is the
    athlete's id in the service, when known. Every request is told to `meter` first. `feed` is for a
    calendar that no service keeps.
    """

    settings: Mapping[str, str]
    tokens: TokenStore
    external_athlete_id: str | None = None
    meter: Meter = field(default_factory=Unmetered)
    feed: Feed | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection in use. What a service does not offer is None."""

    activities: ActivitySource | None = None
    calendar: WorkoutCalendar | None = None
    wellness: WellnessSource | None = None
    weather: WeatherSource | None = None
    races: RaceSource | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a service asks of who keeps its data. `keep_days` None: as long as the athlete likes."""

    keep_days: int | None = None  # payloads and recordings are deleted after so many days
    says: str = ""  # in plain words, for the person who connects it


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What can be had. With a `calendar_setting`, a calendar is written only where the athlete said
    so when connecting; without, wherever it is connected. Of two with one `calendar_place` only
    one is written for an athlete: each would take the other's entries for its own.
    """

    activities: bool = False
    webhooks: bool = False
    calendar: bool = False
    wellness: bool = False
    weather: bool = False
    races: bool = False
    calendar_setting: str = ""  # of a connection: "yes" where its calendar is to be written
    calendar_place: str = ""  # whose calendar it is, where several connectors lead to it
    ours_alone: bool = False  # nobody else writes its calendar: nothing in it can be the athlete's
    device_entries: int | None = None  # how many a device takes of the calendar, all in all
    settings: tuple[str, ...] = field(default=())  # settings without which it cannot be opened
    limits: tuple[Limit, ...] = ()
    terms: Terms = field(default_factory=Terms)


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


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask the person who connects: a key, an address. `secret`: not echoed."""

    name: str
    asks: str
    secret: bool = False
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """A sign-in that worked. `tokens` are encrypted, `settings` are not.

    `expires_on`: when the key ends and has to be made anew; the athlete is warned a week before.
    `notice`: what the athlete should do or know besides, if anything.
    """

    athlete_id: str  # in the service's own ids
    name: str
    tokens: Mapping[str, str] = field(repr=False)
    settings: Mapping[str, str] = field(default_factory=dict)
    expires_on: date | None = None
    notice: str = ""


@runtime_checkable
class AnswersSignIn(Protocol):
    """A connector that is connected by answering questions: `goalward connect NAME` asks them.

    One that needs a browser or a code has a command of its own instead.
    """

    def questions(self) -> Sequence[Question]: ...

    def sign_in(
        self, settings: Mapping[str, str], answers: Mapping[str, str], now: datetime
    ) -> Signed:
        """Tries the answers at the service. Raises the four errors; Refused for a wrong answer."""
        ...


@runtime_checkable
class Revokes(Protocol):
    """A connector that can give the athlete's permission back at the service itself."""

    def revoke(self, link: Link, now: datetime) -> None:
        """Already given back is success. Raises the four errors."""
        ...


@runtime_checkable
class Confirms(Protocol):
    """A connector that can ask whether the athlete's permission still stands.

    Without it, a poll is tried: an event that says otherwise may come from anybody.
    """

    def still_authorised(self, link: Link, now: datetime) -> bool:
        """Raises Unavailable and RateLimited: then nothing is known."""
        ...
