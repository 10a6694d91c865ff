"""Race-like efforts in the athlete's own history, found with nothing but the days before each."""

import math
from collections.abc import Sequence

import numpy as np

from planning.fitness.expectation import USUAL_LN, quantile, usual_ln_speed
from planning.fitness.history import Runs

# (shortest, longest) m of 5 km, 10 km, half and marathon as watches record them
BANDS_M = ((4_900.0, 5_200.0), (9_900.0, 10_400.0), (20_900.0, 21_700.0), (42_000.0, 43_500.0))
RACE_M = (4_900.0, 43_500.0)  # a run flagged as a race may have any distance in here
FORTNIGHT = 14


def hard_efforts(runs: Runs, *, since: int = 0, earlier: Sequence[int] = ()) -> list[int]:
    """Rows that were run like a race, oldest first. No verdict depends on later runs.

    The rule of the project's study: believable, flat, hardly a pause; at least ten runs in the
    180 and six in the 84 days before; faster than the usual pace of long enough runs by 8 / 6 / 4 /
    -3 % (5 km / 10 km / half / marathon) or flagged as a race; for 5 and 10 km also in the top 15 %
    of the half-year; at most one a fortnight for one distance, races excepted. Looked at are rows
    from `since` on; `earlier` are those that were found before it.
    """
    bands = _band_of(runs)
    found = list(earlier)
    last_day = {int(bands[row]): int(runs.day[row]) for row in found}
    candidates = runs.learnable & runs.raceable & (bands >= 0)
    for i in np.flatnonzero(candidates[since:]) + since:
        row, band, day = int(i), int(bands[i]), int(runs.day[i])
        race = bool(runs.is_race[row])
        if not race and day - last_day.get(band, -FORTNIGHT) < FORTNIGHT:
            continue
        if _stands_out(runs, row, band):
            found.append(row)
            last_day[band] = day
    return found


def _band_of(runs: Runs) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Index of the band each row falls in, the nearest one for a flagged race, -1 for none."""
    band = np.full(len(runs), -1, dtype=np.int64)
    metres = runs.distance_m
    race = runs.is_race & (metres >= RACE_M[0]) & (metres <= RACE_M[1])
    middles = [math.log(low * high) / 2 for low, high in BANDS_M]
    distance = np.abs(np.log(np.where(metres > 0, metres, 1.0))[:, None] - np.array(middles))
    band[race] = distance.argmin(axis=1)[race]
    for index, (low, high) in enumerate(BANDS_M):
        band[(metres >= low) & (metres <= high)] = index
    return band


def _stands_out(runs: Runs, row: int, band: int) -> bool:
    day = runs.day[row]
    first, before = (int(np.searchsorted(runs.day, d)) for d in (day - 180, day))
    rows = np.flatnonzero(runs.learnable[first:before]) + first
    if len(rows) < 10 or int((runs.day[rows] >= day - 84).sum()) < 6:
        return False
    if runs.is_race[row]:
        return True
    speed = math.log(runs.distance_m[row] / runs.result_s[row])
    usual = usual_ln_speed(runs.distance_m[rows], runs.score[rows], _LN_MIDDLE[band])
    if usual is None or speed < usual + USUAL_LN[band]:
        return False
    return band >= 2 or runs.score[row] >= quantile(np.sort(runs.score[rows]), 0.85)


_LN_MIDDLE = tuple(math.log(d) for d in (5_000.0, 10_000.0, 21_097.5, 42_195.0))
