"""Workouts as planning makes them."""

from datetime import timedelta

from hypothesis import strategies as st

from planning.workout import (
    Duration,
    DurationType,
    Kind,
    PlannedWorkout,
    Repeat,
    Step,
    StepKind,
    Target,
    TargetType,
    Workout,
)
from tests.connectors.linked import TODAY

WARMUP = Step(
    StepKind.WARMUP, Duration(DurationType.TIME, 900.0), Target(TargetType.HEART_RATE, 120.0, 140.0)
)
FAST = Step(
    StepKind.WORK,
    Duration(DurationType.DISTANCE, 1000.0),
    Target(TargetType.PACE, 3.9216, 4.1667),
    "relaxed arms",
)
SLOW = Step(StepKind.RECOVERY, Duration(DurationType.TIME, 120.0))
COOLDOWN = Step(StepKind.COOLDOWN, Duration(DurationType.OPEN))


def planned(ident="g1-w40-quality", *, days=2, name="5 x 1 km", times=5, note="because"):
    steps = (WARMUP, Repeat(times, (FAST, SLOW)), COOLDOWN)
    workout = Workout(Kind.INTERVAL, name, "speed", steps, 11_000.0, 3600.0, 62.0)
    return PlannedWorkout(ident, TODAY + timedelta(days=days), workout, note)


def every_step(workout):
    """Of what is sent or kept, repeats before their steps."""
    pending = [step for one in workout["workoutSegments"] for step in one["workoutSteps"]]
    while pending:
        step = pending.pop(0)
        yield step
        pending = step.get("workoutSteps", []) + pending


def _targets():
    pace = st.tuples(st.floats(1.5, 4.0), st.floats(0.01, 2.0)).map(
        lambda pair: Target(TargetType.PACE, pair[0], pair[0] + pair[1])
    )
    heart = st.tuples(st.integers(80, 180), st.integers(1, 20)).map(
        lambda pair: Target(TargetType.HEART_RATE, float(pair[0]), float(pair[0] + pair[1]))
    )
    return st.just(Target()) | pace | heart


def _durations():
    seconds = st.integers(5, 20_000).map(lambda value: Duration(DurationType.TIME, float(value)))
    metres = st.integers(50, 50_000).map(
        lambda value: Duration(DurationType.DISTANCE, float(value))
    )
    return seconds | metres | st.just(Duration(DurationType.OPEN))


NOTES = st.text(st.characters(exclude_categories=("C", "Z")), max_size=40)
STEPS = st.builds(Step, st.sampled_from(StepKind), _durations(), _targets(), NOTES)
REPEATS = st.builds(Repeat, st.integers(2, 30), st.lists(STEPS, min_size=1, max_size=4).map(tuple))
NAMES = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=30)
IDENTS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9-]{0,40}", fullmatch=True)


@st.composite
def sessions(draw):
    steps = draw(st.lists(STEPS | REPEATS, min_size=1, max_size=8).map(tuple))
    workout = Workout(Kind.INTERVAL, draw(NAMES), "", steps, 1.0, 1.0, 1.0)
    day = draw(st.dates(min_value=TODAY, max_value=TODAY + timedelta(days=400)))
    return PlannedWorkout(draw(IDENTS), day, workout, draw(st.text(max_size=1500)))
