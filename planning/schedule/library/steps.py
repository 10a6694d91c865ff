"""Steps with their targets, and workouts with their estimates."""

from collections.abc import Sequence

from planning.schedule.effort import Effort, effort_of, noted
from planning.schedule.library.session import Session
from planning.schedule.naming import session_name
from planning.schedule.paces import Paces
from planning.workout import (
    Duration,
    DurationType,
    Item,
    Kind,
    Step,
    StepKind,
    TargetType,
    Workout,
    unrolled,
)

SHORTEST_RUN_M = 3_000.0
HILL_COST = 1.1  # minutes at the threshold per minute uphill


def workout_of(
    session: Session, steps: Sequence[Item], paces: Paces, *, name: str = "", purpose: str = ""
) -> Workout:
    """The session with these steps."""
    return assembled(
        session.kind,
        steps,
        paces,
        name=name,
        purpose=purpose or session.purpose,
        session=session.id,
    )


def assembled(
    kind: Kind,
    steps: Sequence[Item],
    paces: Paces,
    *,
    purpose: str,
    name: str = "",
    session: str = "",
) -> Workout:
    """A workout with its estimates: metres, seconds, and load in threshold-equivalent minutes.

    Load of a step is minutes x (speed / threshold speed)^2, the pace-based training stress of
    science.md section 2 in minutes instead of per cent of an hour.
    """
    distance_m = duration_s = load_min = 0.0
    for step in unrolled(steps):
        speed = _estimated_speed(step, paces)
        value = step.duration.value or 0.0
        metres = step.duration.type is DurationType.DISTANCE
        seconds = value / speed if metres else value
        distance_m += value if metres else value * speed
        duration_s += seconds
        hill = effort_of(step) is Effort.HILL
        load_min += seconds / 60 * (HILL_COST if hill else (speed / paces.threshold) ** 2)
    fixed = tuple(steps)
    return Workout(
        kind,
        name or session_name(kind, fixed, distance_m),
        purpose,
        fixed,
        round(distance_m, 1),
        round(duration_s, 1),
        round(load_min, 1),
        session,
    )


def far(kind: StepKind, distance_m: float, effort: Effort, paces: Paces, *, cue: str = "") -> Step:
    duration = Duration(DurationType.DISTANCE, float(distance_m))
    return Step(kind, duration, paces.target(effort), noted(effort, cue))


def timed(kind: StepKind, seconds: float, effort: Effort, paces: Paces, *, cue: str = "") -> Step:
    duration = Duration(DurationType.TIME, float(seconds))
    return Step(kind, duration, paces.target(effort), noted(effort, cue))


def whole(distance_m: float) -> float:
    """Down to whole 100 m."""
    return distance_m // 100 * 100.0


def _estimated_speed(step: Step, paces: Paces) -> float:
    low, high = step.target.low, step.target.high
    if step.target.type is TargetType.PACE and low and high:
        return (low + high) / 2
    return paces.speed(effort_of(step))
