"""Points of a track -> the streams and totals of an activity. Shared by FIT, TCX and GPX.

Positions are used for distances and then forgotten: nothing that leaves here says where it was.
"""

from dataclasses import dataclass, replace

import numpy as np

from planning.activity import FloatArray, Streams

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG
PAUSE_S = 10.0  # a longer gap without movement is a pause, not slow recording
PAUSE_SPEED_M_PER_S = 0.5
CLIMB_STEP_M = 3.0  # rises below this are the altimeter's noise

# What a runner's device can mean; anything else is a missing value.
PLAUSIBLE = {
    "distance_m": (0.0, 2e6),
    "heart_rate_bpm": (20.0, 250.0),
    "altitude_m": (-500.0, 9000.0),
    "speed_m_per_s": (0.0, 100.0),
    "cadence_steps_per_min": (0.0, 400.0),
    "temperature_c": (-60.0, 70.0),
    "latitude": (-90.0, 90.0),
    "longitude": (-180.0, 180.0),
}


@dataclass(frozen=True, slots=True)
class Points:
    """Columns of equal length; `at_s` counts from 1970, NaN is a missing value."""

    at_s: FloatArray
    distance_m: FloatArray
    heart_rate_bpm: FloatArray
    altitude_m: FloatArray
    speed_m_per_s: FloatArray
    cadence_steps_per_min: FloatArray
    temperature_c: FloatArray
    latitude: FloatArray
    longitude: FloatArray

    def __len__(self) -> int:
        return len(self.at_s)


def points(columns: dict[str, FloatArray]) -> Points:
    """Points in order of time, one per instant, without impossible values.

    Devices may split one instant over several points (position in one, distance in the next): the
    last value given of each series counts.
    """
    at_s = columns["at_s"]
    told = np.isfinite(at_s)
    instants, where = np.unique(at_s[told], return_inverse=True)
    missing = np.full(len(at_s), np.nan)
    return Points(
        instants,
        **{
            name: _merged(columns.get(name, missing)[told], where, len(instants), limits)
            for name, limits in PLAUSIBLE.items()
        },
    )


def _merged(
    values: FloatArray, where: np.ndarray, length: int, limits: tuple[float, float]
) -> FloatArray:
    with np.errstate(invalid="ignore"):
        good = (values >= limits[0]) & (values <= limits[1])
    merged = np.full(length, np.nan)
    merged[where[good]] = values[good]
    return merged


def between(points: Points, first_s: float, last_s: float) -> Points:
    """The points from `first_s` to `last_s`, both included."""
    inside = (points.at_s >= first_s) & (points.at_s <= last_s)
    return Points(*(getattr(points, name)[inside] for name in points.__slots__))


def with_distance(points: Points) -> Points:
    """Distance from positions where the device gave none; never running backwards."""
    distance_m = points.distance_m
    if np.isnan(distance_m).all():
        distance_m = _along(points.latitude, points.longitude)
    return replace(points, distance_m=np.fmax.accumulate(distance_m) if len(points) else distance_m)


def _along(latitude: FloatArray, longitude: FloatArray) -> FloatArray:
    """Metres along the positions (haversine); NaN where there is none."""
    placed = np.isfinite(latitude) & np.isfinite(longitude)
    along = np.full(len(latitude), np.nan)
    if placed.sum() > 1:
        along[placed] = np.concatenate(
            ([0.0], np.cumsum(haversine_m(latitude[placed], longitude[placed])))
        )
    return along


def haversine_m(latitude: FloatArray, longitude: FloatArray) -> FloatArray:
    """Great-circle metres between neighbours; n positions in degrees give n - 1 distances.

    Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (1984); mean radius of the IUGG.
    """
    lat, lon = np.radians(latitude), np.radians(longitude)
    half = (
        np.sin(np.diff(lat) / 2) ** 2
        + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    )
    metres: FloatArray = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return metres


def streams(points: Points, start_s: float, *, on_foot: bool) -> Streams | None:
    """The series of an activity that started at `start_s`; None with fewer than two points.

    Cadence is kept for running and walking only, where it means steps.
    """
    kept = between(points, start_s, np.inf)
    if len(kept) < 2:
        return None
    return Streams(
        time_s=kept.at_s - start_s,
        distance_m=kept.distance_m,
        heart_rate_bpm=_told(kept.heart_rate_bpm),
        altitude_m=_told(kept.altitude_m),
        speed_m_per_s=_told(kept.speed_m_per_s),
        cadence_steps_per_min=_told(kept.cadence_steps_per_min) if on_foot else None,
        temperature_c=_told(kept.temperature_c),
    )


def _told(values: FloatArray) -> FloatArray | None:
    return None if np.isnan(values).all() else values


def moving_time_s(points: Points) -> float | None:
    """Seconds without the pauses: gaps of over 10 s that were crossed at under 0.5 m/s."""
    if len(points) < 2:
        return None
    step_s = np.diff(points.at_s)
    with np.errstate(invalid="ignore"):
        still = ~(np.diff(points.distance_m) / step_s >= PAUSE_SPEED_M_PER_S)
    return float(step_s[~((step_s > PAUSE_S) & still)].sum())


def climb_m(points: Points) -> float | None:
    """Metres gained, counting only rises of 3 m and more from the last low.

    A device's own total is always believed before this.
    """
    altitudes = points.altitude_m[np.isfinite(points.altitude_m)]
    if len(altitudes) < 2:
        return None
    gained, level = 0.0, float(altitudes[0])
    for altitude in map(float, altitudes):
        if altitude - level >= CLIMB_STEP_M:
            gained += altitude - level
            level = altitude
        elif level - altitude >= CLIMB_STEP_M:
            level = altitude
    return round(gained, 1)


def heart_rate_of(points: Points) -> tuple[float | None, float | None]:
    """Mean and maximum in bpm, when at least half of the points carry one."""
    beats = points.heart_rate_bpm[np.isfinite(points.heart_rate_bpm)]
    if len(beats) == 0 or len(beats) * 2 < len(points):
        return None, None
    return round(float(beats.mean()), 1), float(beats.max())
