"""One run made comparable: grade, and the gate for broken records."""

import numpy as np

# World bests of men (m, s), rounded: nobody is faster. 400 m Van Niekerk, 800 m Rudisha, mile and
# 1500 m El Guerrouj, 5000 and 10000 m Cheptegei, half Kiplimo, marathon Sawe, 100 km Sorokin.
_BEST_M = np.log(
    np.array([400, 800, 1500, 1609.344, 5000, 10_000, 21_097.5, 42_195, 100_000], dtype=np.float64)
)
_BEST_LN_SPEED = _BEST_M - np.log(
    np.array([43.0, 100.9, 206.0, 223.1, 755.3, 1571.0, 3400.0, 7200.0, 21_900.0])
)


def best_possible_speed(distance_m: float) -> float:
    """m/s of the world best over a distance, interpolated in ln distance."""
    return float(np.exp(np.interp(np.log(distance_m), _BEST_M, _BEST_LN_SPEED)))


def is_possible(distance_m: float, time_s: float) -> bool:
    """False when the numbers cannot be a run: no distance, no time, or faster than the world best."""
    return distance_m > 0 and time_s > 0 and distance_m / time_s <= best_possible_speed(distance_m)
