"""Account exports: which zip or folder is one, and what its index says of the recordings in it.

What an athlete downloads of an account is the athlete's own files: their records are of the source
"files", not of the service's API, whose terms are about another thing. The index adds what a person
said afterwards: name, kind, race, the corrected distance of a treadmill. What it lists without a
readable recording (entered by hand, or lost) becomes a line of a log.
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from connectors.files.members import Member
from connectors.ports import Recorded
from planning.activity import Record, RecordKind, Sport, Surface, content_id

STRAVA, GARMIN = "strava", "garmin"
RECORDINGS = (".fit", ".tcx", ".gpx")
_SAME_START = timedelta(seconds=120)
_LISTED = {Surface.TREADMILL, Surface.TRAIL, Surface.TRACK, Surface.VIRTUAL}


@dataclass(frozen=True, slots=True)
class Line:
    """What an index says of one activity. Without a start it cannot stand for itself."""

    id: str
    start_at: datetime | None
    sport: Sport | None = None
    surface: Surface = Surface.ROAD
    name: str = ""
    is_race: bool = False
    utc_offset_s: int | None = None
    distance_m: float | None = None
    moving_time_s: float | None = None
    elapsed_time_s: float | None = None
    climb_m: float | None = None
    average_heart_rate_bpm: float | None = None
    max_heart_rate_bpm: float | None = None

    def said(self, service: str) -> str:
        """A tag that moves when the line does."""
        return f"{service}:{hashlib.sha256(repr(self).encode()).hexdigest()[:24]}"

    def alone(self, service: str) -> Recorded | None:
        """The activity without its recording. None: nobody knows when or how much it was."""
        if self.start_at is None or not (self.distance_m or self.moving_time_s):
            return None
        return Recorded(
            Record(
                source="files",
                external_id=content_id("export", service, self.id),
                kind=RecordKind.LOG,
                start_at=self.start_at,
                sport=self.sport or Sport.OTHER,
                distance_m=self.distance_m or None,
                moving_time_s=self.moving_time_s or self.elapsed_time_s,
                elapsed_time_s=self.elapsed_time_s or self.moving_time_s,
                surface=self.surface,
                utc_offset_s=self.utc_offset_s,
                name=self.name,
                climb_m=self.climb_m,
                average_heart_rate_bpm=self.average_heart_rate_bpm,
                max_heart_rate_bpm=self.max_heart_rate_bpm,
                is_race=self.is_race,
                is_manual=True,
            )
        )


@dataclass(frozen=True, slots=True)
class Index:
    """The lines of one export. `by_file`: of Strava's, by the name of the recording.

    `starts`: of Garmin's, which names no recordings, when each of the first lines started, in
    order; a line is of the recording that started at the same time.
    """

    service: str
    path: str
    lines: Sequence[Line]
    by_file: Mapping[str, Line] = field(default_factory=dict)
    starts: Sequence[datetime] = ()
    problem: str | None = None

    @property
    def silence(self) -> str:
        """The tag of a recording of which it says nothing."""
        return f"{GARMIN}:-" if self.service == GARMIN else ""

    def lines_of(self, name: str, starts: Sequence[datetime]) -> tuple[Line, ...]:
        """The lines of the recording `name`, whose activities started at `starts`."""
        if self.service == STRAVA:
            line = self.by_file.get(PurePosixPath(name).name)
            return () if line is None else (line,)
        near = (self._nearest(start_at) for start_at in starts)
        return tuple(line for line in near if line is not None)

    def _nearest(self, start_at: datetime) -> Line | None:
        first = bisect_left(self.starts, start_at - _SAME_START)
        last = bisect_right(self.starts, start_at + _SAME_START)
        near = (
            (abs(at - start_at), line.id, line)
            for at, line in zip(self.starts[first:last], self.lines[first:last], strict=True)
        )
        return min(near, key=lambda each: each[:2], default=(None, None, None))[2]

    def is_in(self, name: str, tag: str, said: frozenset[str]) -> bool:
        """Whether what was kept of a recording, under that tag, has been told by this index.

        `said`: the tags of all lines. Where two services tell of one file, Strava's word stands,
        whichever export comes first.
        """
        if self.service == STRAVA:
            line = self.by_file.get(PurePosixPath(name).name)
            return tag == (line.said(STRAVA) if line else tag)
        return tag in said or tag.startswith((f"{STRAVA}:", f"{GARMIN}:-"))


def joined(one: Recorded, line: Line) -> Recorded:
    """The recording with what a person said of it. The recording is believed for what it measured,
    but on a treadmill, whose distance is put right after the run.
    """
    record = one.record
    surface = line.surface if line.surface in _LISTED else record.surface
    told = replace(
        record,
        name=line.name or record.name,
        sport=line.sport or record.sport,
        surface=surface,
        is_race=record.is_race or line.is_race,
        utc_offset_s=line.utc_offset_s if record.utc_offset_s is None else record.utc_offset_s,
    )
    if surface is Surface.TREADMILL and line.distance_m:
        told = replace(
            told,
            distance_m=line.distance_m,
            moving_time_s=line.moving_time_s or record.moving_time_s,
        )
        return replace(one, record=told, streams=None)
    return replace(one, record=told)


def is_export(members: Sequence[Member]) -> bool:
    """By its names alone."""
    return any("DI_CONNECT/" in m.name for m in members) or strava_index(members) is not None


def strava_index(members: Sequence[Member]) -> Member | None:
    """`activities.csv` beside a folder `activities`."""
    for member in members:
        place = PurePosixPath(member.name)
        if place.name == "activities.csv" and len(place.parts) <= 2:
            beside = f"{place.parent}/activities/".removeprefix("./")
            if any(
                m.name.startswith((beside, beside.replace("activities", "media"))) for m in members
            ):
                return member
    return None


def indexes_of(members: Sequence[Member]) -> list[Index]:
    """The indexes of an export, read. Empty: it is none, or its index cannot be read."""
    from connectors.files.garmin_export import read_garmin
    from connectors.files.strava_export import read_strava

    index = strava_index(members)
    if index is not None:
        return [read_strava(index)]
    told = [m for m in members if m.name.endswith("_summarizedActivities.json")]
    return [read_garmin(told)] if told else []


def is_recording(name: str) -> bool:
    return name.lower().removesuffix(".gz").endswith(RECORDINGS)
