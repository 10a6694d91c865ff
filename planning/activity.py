"""What was run, and by whose record.

A *Record* is what one source says of one activity. An *Observation* is what was derived from one
record: it is appended, never changed, and outlives the payload it came from. An *Activity* is the
one truth made of all observations of the same run; every field remembers whose record it came from.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

import numpy as np
import numpy.typing as npt

type FloatArray = npt.NDArray[np.float64]


class Sport(StrEnum):
    RUN = "run"
    WALK = "walk"
    RIDE = "ride"
    SWIM = "swim"
    STRENGTH = "strength"
    OTHER = "other"


class Surface(StrEnum):
    """Where a run happened, as far as it changes what its numbers mean."""

    ROAD = "road"
    TRACK = "track"
    TRAIL = "trail"
    TREADMILL = "treadmill"
    VIRTUAL = "virtual"


class RecordKind(StrEnum):
    """How a record was made; earlier members are believed before later ones."""

    DEVICE_FILE = "device_file"  # FIT, as the watch wrote it
    GARMIN_API = "garmin_api"
    EXCHANGE_FILE = "exchange_file"  # TCX, GPX
    INTERVALS_API = "intervals_api"
    STRAVA_API = "strava_api"
    LOG = "log"  # a line of a CSV log

    @property
    def rank(self) -> int:
        """0 is believed first."""
        return _RANKS[self]


_RANKS = {kind: rank for rank, kind in enumerate(RecordKind)}


@dataclass(frozen=True, slots=True)
class Streams:
    """Second-by-second series of one activity; all arrays have the length of `time_s`.

    `time_s` counts from the start and increases strictly; gaps are pauses. A missing value is NaN,
    a series that was not recorded is None.
    """

    time_s: FloatArray
    distance_m: FloatArray
    heart_rate_bpm: FloatArray | None = None
    altitude_m: FloatArray | None = None
    speed_m_per_s: FloatArray | None = None
    cadence_steps_per_min: FloatArray | None = None
    temperature_c: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What one source says of one activity. `start_at` is aware UTC."""

    source: str  # connector name: "strava", "garmin", "files"
    external_id: str  # the source's own id, or the hash of a file's content
    kind: RecordKind
    start_at: datetime
    sport: Sport
    distance_m: float | None
    moving_time_s: float | None
    elapsed_time_s: float | None
    surface: Surface = Surface.ROAD
    utc_offset_s: int | None = None  # of the place where it was run; None: not known
    start_hidden: bool = False  # the day is known, the time of day is not
    name: str = ""
    climb_m: float | None = None
    average_heart_rate_bpm: float | None = None
    max_heart_rate_bpm: float | None = None
    is_race: bool = False
    is_manual: bool = False
    device: str | None = None
    planned_ident: str | None = None  # of the structured workout it executed, when the source says
    parent_id: str | None = None  # what the legs of one multisport activity have in common
    # What the watch held the second lactate threshold to be. Shown, never used (rule Z-2).
    watch_threshold_m_per_s: float | None = None
    watch_threshold_bpm: float | None = None

    def local_day(self, zone: tzinfo) -> date:
        """The day as the athlete lived it: by the record's own offset, else in `zone`."""
        if self.utc_offset_s is not None:
            return (self.start_at + timedelta(seconds=self.utc_offset_s)).date()
        return self.start_at.astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class Effort:
    """The fastest stretch of one run over `distance_m`; also the run as a whole."""

    distance_m: float
    time_s: float


class LoadBasis(StrEnum):
    PACE = "pace"
    HEART_RATE = "heart_rate"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class Observation:
    """What was derived from one record: the unit of truth.

    `load_min` is in threshold-equivalent minutes. `usable` says whether ability may learn from it;
    `reasons` say why not, in plain words.
    """

    record: Record
    day: date  # the athlete's day
    efforts: tuple[Effort, ...] = ()
    flat_distance_m: float | None = None  # distance made comparable for grade; None: not known
    usable: bool = True
    reasons: tuple[str, ...] = ()
    deriver: int = 1  # version of the code that derived it
    repairs: tuple[str, ...] = ()  # what was left out of the recording, in plain words
    curve_m: tuple[float, ...] = ()  # most metres within each of `fitness.efforts.CURVE_S`

    @property
    def key(self) -> str:
        return f"{self.record.source}:{self.record.external_id}"


@dataclass(frozen=True, slots=True)
class Activity:
    """One run (or ride, swim, ...) as it is believed to have been."""

    id: str
    day: date
    start_at: datetime
    sport: Sport
    surface: Surface
    name: str
    distance_m: float | None
    moving_time_s: float | None
    elapsed_time_s: float | None
    climb_m: float | None
    average_heart_rate_bpm: float | None
    is_race: bool
    efforts: tuple[Effort, ...]
    usable: bool
    reasons: tuple[str, ...]
    planned_ident: str | None
    sources: tuple[str, ...]  # keys of the observations it is made of, the most believed first
    provenance: Mapping[str, str] = field(default_factory=dict)  # field name -> observation key
    flat_distance_m: float | None = None  # distance made comparable for grade; None: not known
    max_heart_rate_bpm: float | None = None
    temperature_c: float | None = None  # of the air, where the weather of its day is known
    curve_m: tuple[float, ...] = ()  # most metres within each of `fitness.efforts.CURVE_S`

    @property
    def is_run(self) -> bool:
        return self.sport is Sport.RUN


def content_id(*parts: object) -> str:
    """A short id that depends on nothing but what it names."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:12]
