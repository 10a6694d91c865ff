"""What heat takes from a runner's speed: one curve, for races to come and for runs that were."""

import math

import numpy as np

from planning.activity import Activity

BEST_C = 8.0  # up to here nothing is lost
WARNING_C = 25.0  # the data end here: paces mean little, effort or heart rate says more
MOST_LOST = 0.12  # of speed
# Of the loss, one standard deviation. The curve lies between El Helou 2012 (7.6 % at 20 degrees for
# the median finisher, 1.5 of these above the 4.3 of a 3:30 here) and milder estimates.
DOUBT = 0.5

# A slow run may be an easy one of a swift runner: what is given back to it is at most what the heat
# takes from a 3:30 marathon, less rather than more.
SLOWEST_GIVEN_S = 3.5 * 3_600.0

_MARATHON_S = np.array([2.5, 3.5, 4.5]) * 3_600.0
_PER_CENT = np.array([0.016, 0.030, 0.038])  # of speed, per degree above the best squared
_LN_M = np.log([5_000.0, 10_000.0, 21_097.5, 42_195.0])
_SHARE = np.array([0.25, 0.4, 0.65, 1.0])


def heat_loss(temperature_c: float, distance_m: float, *, marathon_s: float) -> float:
    """The share of speed that a race of `distance_m` loses at `temperature_c`; 0.0 to .12.

    `marathon_s` is what the runner's cool, flat marathon would take: the slower, the more is lost.
    Loss in per cent a (T - 8)^2 above 8 degrees at the marathon, a = .016 for 2:30, .030 for 3:30,
    .038 for 4:30, linear between and the same beyond; x .65 over the half, .4 over 10 km, .25 over
    5 km, between them by ln distance. After El Helou 2012 (1.8 M finishers) and milder estimates:
    an estimate, good to about half of itself (`DOUBT`). Humidity is not in it.
    """
    per_cent = float(np.interp(marathon_s, _MARATHON_S, _PER_CENT))
    share = float(np.interp(math.log(distance_m), _LN_M, _SHARE))
    return min(share * per_cent * max(temperature_c - BEST_C, 0.0) ** 2 / 100.0, MOST_LOST)


def lost_to_heat(activity: Activity) -> float:
    """The share of speed that a run lost to the heat of its day, by `heat_loss`; 0.0 where the
    temperature, a distance or a time is not known.

    It is read as by a runner whose marathon takes as long as this run by Riegel's exponent (1.06).
    No log with weather was there to measure it on.
    """
    distance_m, time_s = activity.distance_m, activity.moving_time_s or activity.elapsed_time_s
    if activity.temperature_c is None or not distance_m or not time_s:
        return 0.0
    marathon_s = time_s * (42_195.0 / distance_m) ** 1.06
    return heat_loss(
        activity.temperature_c, distance_m, marathon_s=min(marathon_s, SLOWEST_GIVEN_S)
    )
