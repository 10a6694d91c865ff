"""One run made comparable: grade, and the gate for broken records."""

import numpy as np
import numpy.typing as npt

from planning.activity import FloatArray, Record, Sport, Streams, Surface

type BoolArray = npt.NDArray[np.bool_]

# World bests of men, m: s, rounded down: nobody is faster.
WORLD_BESTS_S = {
    400.0: 43.0,
    800.0: 100.9,
    1_500.0: 206.0,
    1_609.344: 223.1,
    3_000.0: 437.5,
    5_000.0: 755.3,
    10_000.0: 1_571.0,
    21_097.5: 3_400.0,
    42_195.0: 7_200.0,
    100_000.0: 21_900.0,
}
_BEST_LN_M = np.log(np.array(list(WORLD_BESTS_S)))
_BEST_LN_SPEED = _BEST_LN_M - np.log(np.array(list(WORLD_BESTS_S.values())))
SLOWEST_M_PER_S = 0.8  # 20:50 a km: slower than a walk

GRID_M = 10.0
SMOOTHED_M = 50.0
STEEPEST_DOWN, STEEPEST_UP = -0.20, 0.15
CHEAPEST, DEAREST = 0.91, 1.67  # a metre in flat metres, at -7 % and at +15 %: see `grade_factor`
LEAST_KNOWN_ALTITUDE = 0.8
LONGEST_TRACK_M, HIGHEST_M = 1_000_000.0, 9_000.0  # beyond is a broken file

LEAST_RUN_M = 1_000.0


def best_possible_speed(distance_m: FloatArray) -> FloatArray:
    """m/s of the world best over distances above zero, interpolated in ln distance."""
    ln_speed = np.interp(np.log(distance_m), _BEST_LN_M, _BEST_LN_SPEED)
    return np.asarray(np.exp(ln_speed), dtype=np.float64)


def possible(distance_m: FloatArray, time_s: FloatArray) -> BoolArray:
    """False where this cannot be a run: no distance, no time, or faster than the world best."""
    sound = np.isfinite(distance_m) & np.isfinite(time_s) & (distance_m > 0) & (time_s > 0)
    distance, time = np.where(sound, distance_m, 1.0), np.where(sound, time_s, 1.0)
    return np.asarray(sound & (distance / time <= best_possible_speed(distance)), dtype=np.bool_)


def is_possible(distance_m: float, time_s: float) -> bool:
    """`possible` of one run."""
    return bool(possible(np.array([distance_m]), np.array([time_s]))[0])


def grade_factor(grade: FloatArray) -> FloatArray:
    """Energy cost of running on a grade (a fraction) relative to the flat: 1 + 2.2 i + 15 i^2.

    Grades are held to -20 % ... +15 %. A compromise of Minetti 2002 and of speed at equal heart
    rate over 16,517 steady minutes of eight runners: .92 at -7 %, 1.37 at +10 %.
    """
    i = np.clip(grade, STEEPEST_DOWN, STEEPEST_UP)
    return np.asarray(1.0 + 2.2 * i + 15.0 * i * i, dtype=np.float64)


def flat_distance_m(streams: Streams) -> float | None:
    """Metres on the flat that cost what this run cost; None when the altitude is not known.

    Altitude is averaged over 50 m of way first: watches write it in steps.
    """
    if streams.altitude_m is None:
        return None
    known = np.isfinite(streams.altitude_m) & np.isfinite(streams.distance_m)
    if len(known) < 2 or known.mean() < LEAST_KNOWN_ALTITUDE:
        return None
    distance, altitude = streams.distance_m[known], streams.altitude_m[known]
    onward = distance[1:] > distance[:-1]
    if not onward.all():
        covered = np.maximum.accumulate(distance)
        onward = np.concatenate(([True], covered[1:] > covered[:-1]))
        distance, altitude = covered[onward], altitude[onward]
    length = float(distance[-1] - distance[0])
    if not 2 * SMOOTHED_M <= length <= LONGEST_TRACK_M or float(np.ptp(altitude)) > HIGHEST_M:
        return None
    grid = np.linspace(distance[0], distance[-1], max(round(length / GRID_M), 2) + 1)
    height = _smoothed(np.interp(grid, distance, altitude))
    step = length / (len(grid) - 1)
    return float((grade_factor(np.diff(height) / step) * step).sum() + distance[0])


def _smoothed(height: FloatArray) -> FloatArray:
    """Moving mean; the ends lean on their own last value, so a slope stays a slope within."""
    half = round(SMOOTHED_M / GRID_M) // 2
    before, after = 2 * height[0] - height[half:0:-1], 2 * height[-1] - height[-2 : -half - 2 : -1]
    padded = np.concatenate((before, height, after))
    return np.convolve(padded, np.full(2 * half + 1, 1.0 / (2 * half + 1)), mode="valid")


def doubts(record: Record) -> tuple[str, ...]:
    """Why ability must not learn from this record, in plain words; empty when it may."""
    if record.sport is not Sport.RUN:
        return (
            f"not a run but a {record.sport.value}"
            if record.sport is not Sport.OTHER
            else "not a run",
        )
    if record.surface is Surface.TREADMILL:
        return ("on a treadmill: its distance is the belt's or the watch's guess",)
    distance_m, time_s = record.distance_m, record.moving_time_s or record.elapsed_time_s
    if distance_m is None or not distance_m > 0:
        return ("no distance was recorded",)
    if time_s is None or not time_s > 0:
        return ("no time was recorded",)
    if distance_m < LEAST_RUN_M:
        return (f"only {distance_m:.0f} m long",)
    if not is_possible(distance_m, time_s):
        return ("faster than the world best over its distance: the record is broken",)
    if distance_m / time_s < SLOWEST_M_PER_S:
        return ("slower than a walk: most of it was not running",)
    return ()
