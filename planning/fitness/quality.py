"""What one run is worth as a sign of speed, with the reasons in plain words.

A run counts in full or not at all. Counting runs by half for what makes them doubtful was measured,
leaving out the runner who is predicted: for pauses, for climb, for trails, for short runs. Nothing
gained (mean error over six horizons -.01 to +.07 points, and +.27 with no trail at all): the
estimate reads the fast end of what was run, and what only slows a run is not there anyway.
"""

from dataclasses import dataclass

from planning.activity import Activity, Surface
from planning.fitness.comparable import is_possible
from planning.fitness.conditions import lost_to_heat
from planning.fitness.history import LEAST_DISTANCE_M, LEVEL_CLIMB, LONGEST_PAUSE

TELLING_LOSS = 0.005  # of speed
TELLING_SLOPE = 0.005  # of the distance: less than that is not worth a word


@dataclass(frozen=True, slots=True)
class Quality:
    """`counts`: speed is learnt from it. `reasons`: why not, or how it was read."""

    counts: bool
    reasons: tuple[str, ...]


def quality_of(activity: Activity, *, learnt: bool) -> Quality:
    """`learnt` is what the history says of it (`history.Runs.learnable`): that knows the others."""
    if not learnt:
        return Quality(False, (_why_not(activity),))
    said = (_slope(activity), _heat(activity), _ground(activity), _pauses(activity))
    return Quality(True, tuple(words for words in said if words))


def _slope(a: Activity) -> str:
    distance_m = a.distance_m or 0.0
    if a.flat_distance_m is not None:
        more = a.flat_distance_m / distance_m - 1.0
        if abs(more) < TELLING_SLOPE:
            return ""
        than = "more" if more > 0 else "less"
        return f"for its hills it is read as {100 * abs(more):.0f} % {than} way on the flat"
    if (a.climb_m or 0.0) <= LEVEL_CLIMB * distance_m:
        return ""
    return "hilly, and its altitude was not recorded: it shows less than was in it"


def _heat(a: Activity) -> str:
    lost = lost_to_heat(a)
    if lost < TELLING_LOSS:
        return ""
    return f"for its {a.temperature_c:.0f} °C it is read as {100 * lost / (1 - lost):.0f} % faster"


def _ground(a: Activity) -> str:
    return "on a trail: it shows less than was in it" if a.surface is Surface.TRAIL else ""


def _pauses(a: Activity) -> str:
    if not a.moving_time_s or not a.elapsed_time_s:
        return ""
    if a.elapsed_time_s <= LONGEST_PAUSE * a.moving_time_s:
        return ""
    return "read by its moving time: with such pauses it was no race"


def _why_not(a: Activity) -> str:
    if not a.is_run:
        return f"not a run but a {a.sport.value}" if a.sport.value != "other" else "not a run"
    if a.reasons:
        return "; ".join(a.reasons)
    if a.surface is Surface.TREADMILL:
        return "on a treadmill: it counts for volume only"
    time_s = a.moving_time_s if a.moving_time_s is not None else a.elapsed_time_s
    if not is_possible(a.distance_m or 0.0, time_s or 0.0):
        return "no believable distance and time"
    if (a.distance_m or 0.0) < LEAST_DISTANCE_M:
        return "under 3 km: it counts for volume only"
    if not a.usable:
        return "left out by hand"
    return "far faster than anything in the year before: the record is doubted"
