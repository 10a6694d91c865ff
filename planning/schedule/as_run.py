"""How hard a run was, as far as its record tells."""

from collections.abc import Sequence

from planning.activity import Activity, Surface
from planning.fitness.comparable import LEAST_RUN_M
from planning.fitness.conditions import WARNING_C
from planning.fitness.efforts import CURVE_S
from planning.schedule.effort import HARD_LONG_RUN_S
from planning.schedule.paces import Paces

NEARLY_FLAT = 0.03  # more or less of flat distance: a fast stretch may have been downhill
PACED_ON = frozenset({Surface.ROAD, Surface.TRACK})


def speed_tells(run: Activity) -> bool:
    """Whether its pace says how hard a run was: no treadmill, whose distance is a guess, no trail,
    no broken record, and no heat, in which effort counts (rule H-1).
    """
    hot = run.temperature_c is not None and run.temperature_c > WARNING_C
    measured = bool(run.distance_m and run.moving_time_s)
    return run.usable and measured and run.surface in PACED_ON and not hot


def mean_speed(runs: Sequence[Activity]) -> float | None:
    """m/s over all of them, on the flat as far as that is known; None where pace does not tell.
    What is too short to say anything alone, a jog to the start, counts and is not asked.
    """
    asked = [run for run in runs if (run.distance_m or 0.0) >= LEAST_RUN_M]
    if not asked or not all(speed_tells(run) for run in asked):
        return None
    timed = [run for run in runs if run.distance_m and run.moving_time_s]
    return sum(flat_m(run) for run in timed) / sum(run.moving_time_s or 0.0 for run in timed)


def was_hard(run: Activity, paces: Paces) -> bool:
    """Whether a run was as hard as a hard session, however it was meant.

    A race; or 20 minutes at the marathon's pace or faster, which is where `effort.hard` draws the
    line for a long run. Where pace does not tell, or is not known, 20 minutes or more at an average
    heart rate over the first border: pace is asked first, the heart second (rule Z-1). Without
    either it is not known to be hard, and counts as not.
    """
    if not run.is_run or run.is_race:
        return run.is_run
    if paces.certain and speed_tells(run):
        return _fastest_m_per_s(run) >= paces.marathon
    beats, time_s = run.average_heart_rate_bpm, run.moving_time_s or 0.0
    long_enough = time_s >= HARD_LONG_RUN_S
    return bool(paces.beats and beats and long_enough and beats > paces.beats.first)


def flat_m(run: Activity) -> float:
    """Metres of the run, on the flat as far as that is known."""
    return run.flat_distance_m or run.distance_m or 0.0


def _fastest_m_per_s(run: Activity) -> float:
    """Of 20 minutes, m/s: of the run as a whole, and of its fastest stretch on the flat."""
    distance_m, time_s = run.distance_m or 0.0, run.moving_time_s or 0.0
    if time_s < HARD_LONG_RUN_S:
        return 0.0
    whole = flat_m(run) / time_s
    at = CURVE_S.index(round(HARD_LONG_RUN_S))
    if len(run.curve_m) <= at or abs(flat_m(run) - distance_m) > NEARLY_FLAT * distance_m:
        return whole
    return max(whole, run.curve_m[at] / HARD_LONG_RUN_S)
