"""One recorded run as the two services keep it: what was run, and what was done to it since."""

import io
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from connectors.sandbox.fit_file import encode, zipped
from connectors.sandbox.runner import Run
from planning.activity import Surface

DEVICE_ID = 3_312_345_678
_GARMIN_TYPES = {
    Surface.ROAD: (1, "running"),
    Surface.TREADMILL: (18, "treadmill_running"),
    Surface.TRAIL: (6, "trail_running"),
    Surface.TRACK: (8, "track_running"),
    Surface.VIRTUAL: (153, "virtual_run"),
}
_STRAVA_TYPES = {Surface.TRAIL: "TrailRun", Surface.VIRTUAL: "VirtualRun"}


@dataclass(frozen=True, slots=True)
class Measures:
    """What a listing says of a recording; counted once, listed often."""

    moving_s: int
    climb_m: float
    average_heart_rate_bpm: float
    max_heart_rate_bpm: float
    cadence_steps_per_min: float
    max_speed_m_per_s: float
    lowest_m: float
    highest_m: float


@dataclass(eq=False)
class RecordedRun:
    """`distance_m` and `duration_s` are the summary's: an edit moves them, never the file."""

    run: Run
    garmin_id: int
    strava_id: int
    owner: int
    zone: ZoneInfo
    every_s: int
    updated_at: datetime
    processed_at: datetime | None = None  # until then Strava does not know it; None: long ago
    workout_id: int | None = None
    name: str = ""
    distance_m: float = 0.0
    duration_s: float = 0.0
    is_race: bool = False
    private: bool = False
    start_hidden: bool = False
    sport: str | None = None  # Garmin's type key and Strava's sport, when the athlete changed it
    description: str = ""
    gone: set[str] = field(default_factory=set)  # services in which it was deleted

    def __post_init__(self) -> None:
        self.name = self.name or self.run.name
        self.distance_m = self.run.total_m
        self.duration_s = float(self.run.elapsed_s)
        self.is_race = self.run.is_race

    @property
    def is_manual(self) -> bool:
        return self.run.is_manual

    @property
    def start_local(self) -> datetime:
        """The wall clock where it was run, without a zone."""
        return self.run.start_at.astimezone(self.zone).replace(tzinfo=None)

    @property
    def local_day(self) -> date:
        return self.start_local.date()

    @property
    def utc_offset(self) -> timedelta:
        return self.start_local - self.run.start_at.astimezone(UTC).replace(tzinfo=None)

    @property
    def garmin_type(self) -> tuple[int, str]:
        if self.sport is not None:
            return 3, self.sport
        return _GARMIN_TYPES[self.run.surface]

    @property
    def strava_sport(self) -> str:
        return self.sport or _STRAVA_TYPES.get(self.run.surface, "Run")

    @cached_property
    def measures(self) -> Measures:
        run = self.run
        return Measures(
            moving_s=run.moving_s,
            climb_m=run.climb_m,
            average_heart_rate_bpm=float(run.heart_rate_bpm.mean()),
            max_heart_rate_bpm=float(run.heart_rate_bpm.max()),
            cadence_steps_per_min=float(run.cadence_steps_per_min.mean()),
            max_speed_m_per_s=float(run.speed_m_per_s.max()),
            lowest_m=float(run.altitude_m.min()),
            highest_m=float(run.altitude_m.max()),
        )

    @cached_property
    def archive(self) -> bytes:
        """The ZIP with the original file; made once, when first wanted."""
        workout = self.run.name if self.workout_id else None
        content = encode(
            self.run, serial=DEVICE_ID, zone=self.zone, workout=workout, every_s=self.every_s
        )
        return zipped(f"{self.garmin_id}_ACTIVITY.fit", content)

    @property
    def fit(self) -> bytes:
        """The original file itself."""
        with zipfile.ZipFile(io.BytesIO(self.archive)) as archive:
            return archive.read(archive.namelist()[0])
