"""How warm it was, or will be. Without a word about it no weather is assumed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from statistics import median_low
from typing import override

SAID = "athlete"  # whose word it is when a person set it: believed before any service
ENOUGH_STARTS = 5  # runs that make a habit


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees, rounded to 0.1: a dozen kilometres, enough for weather and no more than that."""

    latitude: float
    longitude: float

    @classmethod
    def near(cls, latitude: float, longitude: float) -> "Place":
        """Raises ValueError for what is not on the globe."""
        if not (-90.0 <= latitude <= 90.0 and -180.0 <= longitude <= 180.0):
            raise ValueError(f"{latitude}, {longitude} is not on the globe")
        # + 0.0 so that there is one zero and not two
        return cls(round(latitude, 1) + 0.0, round(longitude, 1) + 0.0)


@dataclass(frozen=True, slots=True)
class Weather:
    """Of one day, at the time of day at which the athlete usually runs; `source` says whose word.

    Temperatures in degrees Celsius. `place` None: where the athlete is.
    """

    source: str
    day: date
    temperature_c: float
    dew_point_c: float | None = None
    place: Place | None = None

    @property
    def key(self) -> str:
        where = f":{self.place.latitude},{self.place.longitude}" if self.place else ""
        return f"{self.source}:{self.day.isoformat()}{where}"


@dataclass(frozen=True, slots=True)
class RunningHours:
    """Full hours of the day at which somebody usually runs, 0 to 23, both included."""

    first: int = 7
    last: int = 9

    def __contains__(self, hour: int) -> bool:
        return self.first <= hour <= self.last

    @override
    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    @classmethod
    def read(cls, text: str) -> "RunningHours":
        """The inverse of str; what is none is the habit of most."""
        found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", text)
        if found is None:
            return cls()
        first, last = int(found[1]), int(found[2])
        return cls(first, last) if first <= last <= 23 else cls()


def usual_hours(starts: Sequence[datetime], zone: tzinfo) -> RunningHours:
    """From the hour in which the middle one of `starts` (aware) began, and two more.

    Fewer than 5 starts make no habit: then it is 7 to 9.
    """
    if len(starts) < ENOUGH_STARTS:
        return RunningHours()
    hour = median_low(start.astimezone(zone).hour for start in starts)
    return RunningHours(hour, min(hour + 2, 23))


def believed(told: Iterable[Weather]) -> dict[date, Weather]:
    """What counts of each day, in the order of days: the athlete's word before any service's.

    Of several services the first by name: whichever came last must not matter. Words about another
    place than the athlete's are left out.
    """
    here = (one for one in told if one.place is None)
    least_first = sorted(here, key=lambda one: (one.source != SAID, one.source), reverse=True)
    return dict(sorted({one.day: one for one in least_first}.items()))


def temperature_on(day: date, told: Iterable[Weather]) -> float | None:
    """Degrees Celsius believed of that day; None where nothing is known."""
    known = believed(one for one in told if one.day == day)
    return known[day].temperature_c if day in known else None
