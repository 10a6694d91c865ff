"""How warm it was, or will be. Without a word about it no weather is assumed."""

from dataclasses import dataclass
from datetime import date

SAID = "athlete"  # whose word it is when a person set it: believed before any service


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
