"""How a step is meant to feel, and what makes a session hard."""

from collections.abc import Collection
from enum import StrEnum

from planning.workout import DurationType, Kind, Step, StepKind, TargetType, Workout, unrolled

HARD_KINDS = frozenset(
    {Kind.TEMPO, Kind.THRESHOLD, Kind.INTERVAL, Kind.REPETITION, Kind.HILLS, Kind.RACE, Kind.TEST}
)
HARD_LONG_RUN_S = 20 * 60.0
FAST_SHARE, MOST_FAST = 0.25, 0.24  # of a week's time: the line of rule I-5, and as it is planned
FOUR_RUNS = 4  # from here on two hard sessions a week (rule I-6)


class Effort(StrEnum):
    """What a step's note begins with; the same words tell which pace belongs to the step."""

    EASY = "easy, able to talk"
    WALK = "walk briskly"
    MARATHON = "marathon pace"
    TEMPO = "tempo, steady and strong"
    THRESHOLD = "threshold, comfortably hard"
    INTERVAL = "hard, even to the last one"
    REPETITION = "fast, with relaxed form"
    RACE = "race pace"
    STRIDE = "stride: fast and loose, no sprint"
    HILL = "uphill, hard by effort"
    HILL_STRIDE = "up a steep hill, fast with short steps"
    ALL_OUT = "all you have, evenly"


CUE = " - "  # between the effort and what to mind


def noted(effort: Effort, cue: str = "") -> str:
    """A step's note: how it is meant to feel, and what to mind."""
    return f"{effort.value}{CUE}{cue}" if cue else effort.value


def effort_of(step: Step) -> Effort | None:
    """None: the note is not ours, so nothing is known of the step."""
    told = step.note.partition(CUE)[0]
    return Effort(told) if told in Effort else None


def hard(workout: Workout) -> bool:
    """Tempo, threshold, interval, repetition, hills, race, test; and a long run with over 20 min at
    marathon pace or faster.
    """
    if workout.kind is Kind.LONG:
        return fast_time_s(workout) > HARD_LONG_RUN_S
    return workout.kind in HARD_KINDS


def too_hard(workouts: Collection[Workout], *, most_fast: float = MOST_FAST) -> bool:
    """Whether a week of these has too little easy time (rule I-5, planned a little below its line),
    more than `most_fast` of it all being fast, or too many hard sessions for its runs (rule I-6).
    """
    demanding = [w for w in workouts if hard(w) and w.kind is not Kind.RACE]
    fast_s = sum(fast_time_s(workout) for workout in workouts)
    much = fast_s > most_fast * sum(workout.duration_s for workout in workouts)
    return bool(demanding) and (much or len(demanding) > (2 if len(workouts) >= FOUR_RUNS else 1))


def fast_time_s(workout: Workout) -> float:
    """Seconds of work that is not easy: what is left when the easy running is taken away.

    A step without a pace is timed by the mean speed of the whole session.
    """
    mean = workout.distance_m / workout.duration_s if workout.duration_s else 1.0
    return sum(
        _time_s(step, mean)
        for step in unrolled(workout.steps)
        if step.kind is StepKind.WORK and effort_of(step) not in {Effort.EASY, Effort.WALK}
    )


def _time_s(step: Step, mean_speed_m_per_s: float) -> float:
    value = step.duration.value or 0.0
    if step.duration.type is not DurationType.DISTANCE:
        return value
    low, high = step.target.low, step.target.high
    if step.target.type is TargetType.PACE and low and high:
        return value / ((low + high) / 2)
    return value / mean_speed_m_per_s
