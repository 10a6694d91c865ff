"""JSON in Strava's words: kinds of sport, surfaces, series. intervals.icu speaks the same.

Pure, and read in one place: one run that both tell of must be of one sport with both, or it would
be taken for two.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from planning.activity import FloatArray, Sport, Streams, Surface

SERIES = ("time", "distance", "altitude", "heartrate", "cadence", "velocity_smooth", "temp")
SPORTS = {
    "Run": Sport.RUN,
    "TrailRun": Sport.RUN,
    "VirtualRun": Sport.RUN,
    "Walk": Sport.WALK,
    "Hike": Sport.WALK,
    "Snowshoe": Sport.WALK,
    "Velomobile": Sport.RIDE,
    "Handcycle": Sport.RIDE,
    "Cyclocross": Sport.RIDE,
    "Swim": Sport.SWIM,
    "OpenWaterSwim": Sport.SWIM,
    "WeightTraining": Sport.STRENGTH,
    "Crossfit": Sport.STRENGTH,
    "HighIntensityIntervalTraining": Sport.STRENGTH,
}


def sport_of(kind: str) -> Sport:
    """Of a kind such as `TrailRun`; there are many kinds of ride, and all of them end so."""
    return Sport.RIDE if kind.endswith("Ride") else SPORTS.get(kind, Sport.OTHER)


def surface_of(kind: str, *, trainer: bool) -> Surface:
    """`trainer` is how a run on a treadmill is marked."""
    match kind, trainer:
        case "VirtualRun" | "VirtualRide", _:
            return Surface.VIRTUAL
        case "Run", True:
            return Surface.TREADMILL
        case "TrailRun" | "Hike", _:
            return Surface.TRAIL
        case _:
            return Surface.ROAD


def streams_of(series: Mapping[str, Any]) -> Streams | None:
    """From lists of numbers by the names of SERIES. None when there is nothing to read.

    Time increases strictly: repeated instants are dropped. Cadence comes as turns of one leg per
    minute and leaves as steps per minute.
    """
    time_s, distance_m = _numbers(series, "time"), _numbers(series, "distance")
    if time_s is None or distance_m is None or time_s.size != distance_m.size or not time_s.size:
        return None
    latest = np.maximum.accumulate(time_s)
    keep = np.concatenate(([True], time_s[1:] > latest[:-1]))

    def kept(name: str, factor: float = 1.0) -> FloatArray | None:
        values = _numbers(series, name)
        if values is None or values.size != time_s.size:
            return None
        return values[keep] * factor

    return Streams(
        time_s=time_s[keep],
        distance_m=distance_m[keep],
        heart_rate_bpm=kept("heartrate"),
        altitude_m=kept("altitude"),
        speed_m_per_s=kept("velocity_smooth"),
        cadence_steps_per_min=kept("cadence", 2.0),
        temperature_c=kept("temp"),
    )


def _numbers(series: Mapping[str, Any], name: str) -> FloatArray | None:
    """None for what was not recorded, and for what is no row of numbers."""
    try:
        values = np.asarray(series.get(name), dtype=np.float64)  # None becomes NaN
    except (TypeError, ValueError):
        return None
    return values if values.ndim == 1 else None
