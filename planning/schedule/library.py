"""The sessions: structured steps with their purpose, estimates and names.

A session is a function of how much work it holds and of the paces. Its name follows from its steps,
so that shortening or retargeting a session cannot leave a name that says something else.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from planning.goals.goal import FIVE_K_M, HALF_M, TEN_K_M, Goal
from planning.schedule.effort import Effort, effort_of
from planning.schedule.naming import distance_name, session_name
from planning.schedule.paces import Paces
from planning.workout import (
    Duration,
    DurationType,
    Item,
    Kind,
    Repeat,
    Step,
    StepKind,
    TargetType,
    Workout,
    unrolled,
)

SHORTEST_RUN_M = 3_000.0


class Theme(StrEnum):
    """What a hard session is for; each is served by sessions that grow over the weeks."""

    HILLS = "hills"
    TEMPO = "tempo"
    THRESHOLD = "threshold"
    INTERVAL = "interval"
    REPETITION = "repetition"
    RACE_PACE = "race pace"


PURPOSE = {
    Kind.EASY: "Builds the aerobic base at a cost you can repeat tomorrow.",
    Kind.LONG: "Endurance: time on your feet, fuel and patience.",
    Kind.TEMPO: "Makes a strong steady pace feel ordinary.",
    Kind.THRESHOLD: "Raises the pace you can hold for about an hour.",
    Kind.INTERVAL: "Raises the ceiling: oxygen uptake at close to its maximum.",
    Kind.REPETITION: "Speed and economy, with full recovery.",
    Kind.HILLS: "Strength and form without the pounding of fast flat running.",
    Kind.STRIDES: "Easy running with a reminder of speed.",
    Kind.RACE: "The day itself.",
    Kind.TEST: "Shows where you are.",
}
RACE_PACE_PURPOSE = "Makes the pace of the day familiar."


def assembled(
    kind: Kind, steps: Sequence[Item], paces: Paces, *, name: str = "", purpose: str = ""
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
        effort = effort_of(step)
        cost = 1.1 if effort is Effort.HILL else (speed / paces.threshold) ** 2
        load_min += seconds / 60 * cost
    fixed = tuple(steps)
    return Workout(
        kind,
        name or session_name(kind, fixed, distance_m),
        purpose or PURPOSE[kind],
        fixed,
        round(distance_m, 1),
        round(duration_s, 1),
        round(load_min, 1),
    )


def easy(distance_m: float, paces: Paces) -> Workout:
    return assembled(Kind.EASY, [_easy(StepKind.WORK, distance_m, paces)], paces)


def strides(distance_m: float, paces: Paces, *, times: int = 6) -> Workout:
    """An easy run that ends with short fast strides; the strides are part of the distance."""
    pair = (
        _timed(StepKind.WORK, 20, Effort.STRIDE, paces),
        _timed(StepKind.RECOVERY, 60, Effort.EASY, paces),
    )
    used_m = times * (20 * paces.repetition + 60 * paces.easy)
    first = _easy(StepKind.WARMUP, _whole(max(distance_m - used_m, 1_000.0)), paces)
    return assembled(Kind.STRIDES, [first, Repeat(times, pair)], paces)


def run_walk(duration_s: float, paces: Paces, *, run_s: float, walk_s: float) -> Workout:
    """Running and walking in turn, by effort (rule B-1). `duration_s` includes the walking."""
    times = max(round(duration_s / (run_s + walk_s)), 3)
    pair = (
        _timed(StepKind.WORK, run_s, Effort.EASY, paces),
        _timed(StepKind.RECOVERY, walk_s, Effort.WALK, paces),
    )
    return assembled(Kind.EASY, [Repeat(times, pair)], paces)


def long(distance_m: float, paces: Paces, *, blocks: int = 0, block_m: float = 0.0) -> Workout:
    """A long run; `blocks` of `block_m` at race pace stand near its end, 1 km easy between."""
    if blocks == 0:
        return assembled(Kind.LONG, [_easy(StepKind.WORK, distance_m, paces)], paces)
    work = _far(StepKind.WORK, block_m, Effort.RACE, paces)
    last_m = 2_000.0
    if blocks == 1:
        middle: list[Item] = [work]
        used_m = block_m
    else:
        middle = [Repeat(blocks, (work, _easy(StepKind.RECOVERY, 1_000.0, paces)))]
        used_m = blocks * (block_m + 1_000.0)
        last_m = 1_000.0
    first = _easy(StepKind.WARMUP, max(distance_m - used_m - last_m, 2_000.0), paces)
    last = _easy(StepKind.COOLDOWN, last_m, paces)
    return assembled(Kind.LONG, [first, *middle, last], paces)


def race(goal: Goal, paces: Paces) -> Workout:
    """The race alone, from the gun: halves and longer start within the slow side of the band.

    Even or slightly negative (rule G-2): the first fifth is 5 s/km behind the rest.
    """
    distance_m = goal.distance_m or FIVE_K_M
    name = goal.name or f"{distance_name(distance_m)} race"
    if distance_m < HALF_M - 100:
        steps = [_far(StepKind.WORK, distance_m, Effort.RACE, paces)]
    else:
        settle_m = _whole(distance_m / 5)
        slower = replace(paces, race=1000.0 / (1000.0 / paces.race + 5.0))
        steps = [
            _far(StepKind.WORK, settle_m, Effort.RACE, slower),
            _far(StepKind.WORK, distance_m - settle_m, Effort.RACE, paces),
        ]
    return assembled(Kind.RACE, steps, paces, name=name)


def quality(
    theme: Theme, *, work_m: float, limit_m: float, paces: Paces, turn: int, race_m: float
) -> Workout | None:
    """A hard session with about `work_m` of work, at most `limit_m` in all; None if none fits.

    `turn` counts the weeks and rotates the lengths; `race_m` is the distance trained for. Without
    certain paces all work is by time and effort.
    """
    for share in (1.0, 0.85, 0.7, 0.55, 0.4):
        steps = _main_set(theme, work_m * share, paces, turn, race_m)
        warm_s, cool_s = (900, 600) if work_m > 3_000 else (600, 420)
        session = assembled(
            KIND[theme] if theme is not Theme.RACE_PACE else _race_pace_kind(race_m),
            [
                _timed(StepKind.WARMUP, warm_s, Effort.EASY, paces),
                *steps,
                _timed(StepKind.COOLDOWN, cool_s, Effort.EASY, paces),
            ],
            paces,
            purpose=RACE_PACE_PURPOSE if theme is Theme.RACE_PACE else "",
        )
        if session.distance_m <= limit_m:
            return session
    return None


KIND = {
    Theme.HILLS: Kind.HILLS,
    Theme.TEMPO: Kind.TEMPO,
    Theme.THRESHOLD: Kind.THRESHOLD,
    Theme.INTERVAL: Kind.INTERVAL,
    Theme.REPETITION: Kind.REPETITION,
}


def _race_pace_kind(race_m: float) -> Kind:
    if race_m <= FIVE_K_M + 500:
        return Kind.INTERVAL
    return Kind.THRESHOLD if race_m <= TEN_K_M + 500 else Kind.TEMPO


def _main_set(theme: Theme, work_m: float, paces: Paces, turn: int, race_m: float) -> list[Item]:
    match theme:
        case Theme.HILLS:
            seconds = (45, 60, 75)[turn % 3]
            times = _clamp(work_m / (seconds * paces.threshold), 5, 10)
            return [_timed_pairs(times, seconds, 2 * seconds, Effort.HILL, paces)]
        case Theme.TEMPO:
            minutes = _clamp(work_m / paces.speed(Effort.TEMPO) / 60 / 5, 2, 8) * 5
            return [_timed(StepKind.WORK, minutes * 60, Effort.TEMPO, paces)]
        case Theme.THRESHOLD:
            sizes = (1_000, 1_600, 2_000)
            return [_pairs(work_m, sizes, turn, (3, 8), Effort.THRESHOLD, paces)]
        case Theme.INTERVAL:
            sizes = (800, 1_000, 1_200)
            return [_pairs(work_m, sizes, turn, (3, 8), Effort.INTERVAL, paces)]
        case Theme.REPETITION:
            return [_pairs(work_m, (200, 400), turn, (5, 12), Effort.REPETITION, paces)]
        case Theme.RACE_PACE:
            return [_race_pace_set(work_m, paces, turn, race_m)]


def _race_pace_set(work_m: float, paces: Paces, turn: int, race_m: float) -> Item:
    if race_m <= FIVE_K_M + 500:
        return _pairs(work_m, (1_000, 800, 1_200), turn, (3, 6), Effort.RACE, paces)
    if race_m <= TEN_K_M + 500:
        return _pairs(work_m, (1_600, 2_000), turn, (2, 6), Effort.RACE, paces)
    return _pairs(work_m, (2_000, 3_000, 4_000), turn, (2, 5), Effort.RACE, paces)


LONGEST_REPEAT_S = {Effort.INTERVAL: 300.0, Effort.REPETITION: 110.0, Effort.THRESHOLD: 660.0}
RECOVERY_SHARE = {
    Effort.THRESHOLD: 0.22,
    Effort.INTERVAL: 0.65,
    Effort.REPETITION: 1.5,
    Effort.RACE: 0.35,
}


def _pairs(
    work_m: float,
    sizes: tuple[int, ...],
    turn: int,
    bounds: tuple[int, int],
    effort: Effort,
    paces: Paces,
) -> Item:
    """Repeats of one length, chosen so that neither the repeat nor their number gets silly."""
    fewest, most = bounds
    speed = paces.speed(effort)
    longest_m = LONGEST_REPEAT_S.get(effort, 1_500.0) * speed
    fitting = [size for size in sizes if size <= longest_m and size * fewest <= work_m * 1.15]
    size = fitting[turn % len(fitting)] if fitting else _smaller(work_m / fewest, longest_m)
    times = _clamp(work_m / size, fewest, most)
    rest_s = min(max(15 * round(size / speed * RECOVERY_SHARE[effort] / 15), 45), 180)
    if not paces.certain:
        return _timed_pairs(times, _friendly_s(size / speed), rest_s, effort, paces)
    pair = (
        _far(StepKind.WORK, float(size), effort, paces),
        _timed(StepKind.RECOVERY, rest_s, Effort.EASY, paces),
    )
    return Repeat(times, pair)


def _smaller(wanted_m: float, longest_m: float) -> int:
    """A shorter repeat when the week or the pace is too small for the usual ones."""
    most_m = min(wanted_m, longest_m)
    return next((size for size in (1_000, 800, 600, 400) if size <= most_m), 400)


def _timed_pairs(times: int, work_s: float, rest_s: float, effort: Effort, paces: Paces) -> Item:
    pair = (
        _timed(StepKind.WORK, work_s, effort, paces),
        _timed(StepKind.RECOVERY, rest_s, Effort.EASY, paces),
    )
    return Repeat(times, pair)


def _friendly_s(seconds: float) -> float:
    return (
        60.0 * max(round(seconds / 60), 1) if seconds > 90 else 15.0 * max(round(seconds / 15), 2)
    )


def _clamp(value: float, low: int, high: int) -> int:
    return min(max(round(value), low), high)


def _whole(distance_m: float) -> float:
    """Down to whole 100 m."""
    return distance_m // 100 * 100.0


def _estimated_speed(step: Step, paces: Paces) -> float:
    low, high = step.target.low, step.target.high
    if step.target.type is TargetType.PACE and low and high:
        return (low + high) / 2
    return paces.speed(effort_of(step))


def _easy(kind: StepKind, distance_m: float, paces: Paces) -> Step:
    return _far(kind, distance_m, Effort.EASY, paces)


def _far(kind: StepKind, distance_m: float, effort: Effort, paces: Paces) -> Step:
    duration = Duration(DurationType.DISTANCE, distance_m)
    return Step(kind, duration, paces.target(effort), effort.value)


def _timed(kind: StepKind, seconds: float, effort: Effort, paces: Paces) -> Step:
    return Step(
        kind, Duration(DurationType.TIME, float(seconds)), paces.target(effort), effort.value
    )
