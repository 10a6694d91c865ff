"""Easy runs, strides, run-walk and long runs."""

from planning.schedule.effort import Effort
from planning.schedule.library.catalogue import named
from planning.schedule.library.steps import far, timed, whole, workout_of
from planning.schedule.paces import Paces
from planning.workout import Item, Repeat, StepKind, Workout

STRIDE_S, STRIDE_REST_S = 20, 60
HILL_STRIDE_S, HILL_STRIDE_REST_S = 10, 75
RUN_S, WALK_S = 540.0, 60.0  # of a long run with walking breaks
BEGINNERS_WALK_S = 60.0
LEAST_START_M = 1_000.0


def easy(distance_m: float, paces: Paces, *, session: str = "easy") -> Workout:
    step = far(StepKind.WORK, distance_m, Effort.EASY, paces)
    return workout_of(named(session), [step], paces)


def strides(
    distance_m: float, paces: Paces, *, times: int = 6, session: str = "easy-strides"
) -> Workout:
    """An easy run that ends with short fast strides; the strides are part of the distance."""
    uphill = session == "hill-strides"
    work_s, rest_s = (HILL_STRIDE_S, HILL_STRIDE_REST_S) if uphill else (STRIDE_S, STRIDE_REST_S)
    effort = Effort.HILL_STRIDE if uphill else Effort.STRIDE
    pair = (
        timed(StepKind.WORK, work_s, effort, paces),
        timed(StepKind.RECOVERY, rest_s, Effort.EASY, paces),
    )
    used_m = times * (work_s * paces.speed(effort) + rest_s * paces.easy)
    first = far(StepKind.WARMUP, whole(max(distance_m - used_m, 1_000.0)), Effort.EASY, paces)
    return workout_of(named(session), [first, Repeat(times, pair)], paces)


def run_walk(duration_s: float, paces: Paces, *, run_s: float, walk_s: float) -> Workout:
    """Running and walking in turn, by effort (rule B-1). `duration_s` includes the walking."""
    times = max(round(duration_s / (run_s + walk_s)), 3)
    session = named("run-walk-start" if run_s <= walk_s else "run-walk")
    return workout_of(session, [_walking(times, run_s, walk_s, paces)], paces)


def quiet(distance_m: float, paces: Paces, *, run_s: float | None) -> Workout:
    """An easy run and nothing else, with a minute of walking after every `run_s` of running."""
    if not run_s:
        return easy(distance_m, paces)
    both_s = run_s + BEGINNERS_WALK_S
    speed = (run_s * paces.easy + BEGINNERS_WALK_S * paces.speed(Effort.WALK)) / both_s
    duration_s = distance_m / speed // both_s * both_s
    return run_walk(duration_s, paces, run_s=run_s, walk_s=BEGINNERS_WALK_S)


def long(
    distance_m: float, paces: Paces, *, blocks: int = 0, block_m: float = 0.0, session: str = "long"
) -> Workout:
    """A long run; `blocks` of `block_m` at race pace stand near its end, 1 km easy between."""
    if blocks == 0:
        step = far(StepKind.WORK, distance_m, Effort.EASY, paces)
        return workout_of(named(session), [step], paces)
    work = far(StepKind.WORK, block_m, Effort.RACE, paces)
    last_m = 2_000.0
    if blocks == 1:
        middle: list[Item] = [work]
        used_m = block_m
    else:
        rest = far(StepKind.RECOVERY, 1_000.0, Effort.EASY, paces)
        middle = [Repeat(blocks, (work, rest))]
        used_m = blocks * (block_m + 1_000.0)
        last_m = 1_000.0
    first_m = max(distance_m - used_m - last_m, 2_000.0)
    first = far(StepKind.WARMUP, first_m, Effort.EASY, paces)
    last = far(StepKind.COOLDOWN, last_m, Effort.EASY, paces)
    which = named("long-race-pace" if session == "long" else session)
    return workout_of(which, [first, *middle, last], paces)


def long_run_walk(distance_m: float, paces: Paces) -> Workout:
    """A kilometre or two of running, then nine minutes of it to one of walking: `distance_m` in
    all, or a little more where that is less than two rounds.
    """
    session = named("long-run-walk")
    # Of the steps as they are built: targets are rounded, and over 20 km that makes 100 m.
    round_m = workout_of(session, [_walking(1, RUN_S, WALK_S, paces)], paces).distance_m
    times = max(int((distance_m - LEAST_START_M) // round_m), 2)
    start_m = max(distance_m - times * round_m, LEAST_START_M)
    first = far(StepKind.WARMUP, whole(start_m), Effort.EASY, paces)
    steps: list[Item] = [first, _walking(times, RUN_S, WALK_S, paces)]
    return workout_of(session, steps, paces)


def _walking(times: int, run_s: float, walk_s: float, paces: Paces) -> Repeat:
    return Repeat(
        times,
        (
            timed(StepKind.WORK, run_s, Effort.EASY, paces),
            timed(StepKind.RECOVERY, walk_s, Effort.WALK, paces),
        ),
    )
