"""Trail and ultra races from the athlete's own earlier ones: how long, how steep, how long ago.

ln T = what the athlete is + SHAPE of the course. The shape was fitted within runners, so that who
runs which race has no part in it; what the athlete is comes from their earlier races, the nearer
ones counting more, and the odd one little.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from planning.activity import FloatArray
from planning.fitness.fitted import ULTRA_SHAPE, ULTRA_SPREAD
from planning.fitness.prediction import Prediction

CLIMB_EFFORT = 12.0  # metres of flat running that a metre climbed takes
MIDDLE_EFFORT = 4.4  # ln km of effort, about 80 km
USUAL_CLIMB = 50.0  # m a km, as mountain races have
STEEPEST = 1.6  # times that: beyond 80 m a km the study has next to nothing
FADING_DAYS, ALIKE_LN = 500.0, 0.7
ODD_LN = 0.1  # a race further off than this counts the less, the further
ROUNDS = 6


@dataclass(frozen=True, slots=True)
class UltraRace:
    """One that was finished: metres, metres climbed, seconds."""

    day: date
    distance_m: float
    climb_m: float
    time_s: float


def predict_ultra(
    races: Iterable[UltraRace],
    day: date,
    *,
    distance_m: float,
    climb_m: float,
    shape: FloatArray = ULTRA_SHAPE,
) -> Prediction | None:
    """The time over a course on `day`, from races of earlier days. None without any.

    Weights e^(-days / 500 - |ln of the ratio of efforts| / .7), as in the project's study; a race
    more than .1 off the others' ln time is drawn in (Huber 1964). The spread has a part that no
    history removes, and one that falls with the number of races that tell of this one.
    """
    known = sorted(
        (race for race in races if race.day < day), key=lambda race: (race.day, race.time_s)
    )
    if not known:
        return None
    courses, ln_time = courses_and_times(known)
    course = course_terms(np.array([distance_m]), np.array([climb_m]))[0]
    level = ln_time - courses @ shape
    age = np.array([(day - race.day).days for race in known], dtype=np.float64)
    weight = np.exp(-age / FADING_DAYS - np.abs(courses[:, 0] - course[0]) / ALIKE_LN)
    always, each = ULTRA_SPREAD
    sd = math.sqrt(always**2 + each**2 / (float(weight.sum()) + 0.5))
    return Prediction(distance_m, math.exp(_middle(level, weight) + float(course @ shape)), sd)


def course_terms(distance_m: FloatArray, climb_m: FloatArray) -> FloatArray:
    """A row a course: ln of its effort in km, how far that is from 80 km squared, how steep it is,
    and that squared: a little climbing costs less than its share, a lot costs more.
    """
    effort = np.log((distance_m + CLIMB_EFFORT * climb_m) / 1_000.0)
    steep = np.minimum(1_000.0 * climb_m / distance_m / USUAL_CLIMB, STEEPEST)
    return np.stack([effort, (effort - MIDDLE_EFFORT) ** 2, steep, steep**2], axis=1)


def courses_and_times(races: Sequence[UltraRace]) -> tuple[FloatArray, FloatArray]:
    """`course_terms` of each race, and ln of its seconds."""
    told = np.array([(race.distance_m, race.climb_m, race.time_s) for race in races])
    return course_terms(told[:, 0], told[:, 1]), np.log(told[:, 2])


def _middle(values: FloatArray, weights: FloatArray) -> float:
    """A mean in which what is far off counts the less."""
    middle = float(np.median(values))
    for _ in range(ROUNDS):
        drawn = weights / np.maximum(1.0, np.abs(values - middle) / ODD_LN)
        middle = float(np.average(values, weights=drawn))
    return middle
