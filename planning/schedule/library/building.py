"""Hard sessions from their recipes: how many repeats of what, for so much work at these paces."""

import math
from collections.abc import Sequence

from planning.schedule.effort import Effort
from planning.schedule.library.session import (
    Alternating,
    Plain,
    Recipe,
    Repeats,
    Rising,
    Session,
    Steady,
    Trial,
)
from planning.schedule.library.steps import far, timed, workout_of
from planning.schedule.paces import Paces
from planning.workout import Item, Repeat, Step, StepKind, Workout

# A piece of work that takes longer is another session's, s.
LONGEST_PIECE_S = {
    Effort.INTERVAL: 300.0,
    Effort.REPETITION: 110.0,
    Effort.THRESHOLD: 660.0,
    Effort.RACE: 1_500.0,
}
SHORTER = (1.0, 0.85, 0.7, 0.55, 0.4)  # shares of the work, until the session fits
BIG_WORK_M = 3_000.0  # from here on a longer warm-up
A_LITTLE_OVER = 1.15  # of the work wanted, by the fewest repeats


def quality(
    sessions: Sequence[Session], *, work_m: float, limit_m: float, paces: Paces
) -> Workout | None:
    """The first of the sessions that suits about `work_m` of work within `limit_m` in all, metres;
    None if none fits. Without certain paces all work is by time and effort.
    """
    for share in SHORTER:
        for session in sorted(sessions, key=lambda each: _excess_m(each, work_m * share, paces)):
            workout = built(session, work_m * share, paces)
            if workout.distance_m <= limit_m:
                return workout
    return None


def suits(session: Session, work_m: float, paces: Paces) -> bool:
    """Whether its pieces are neither too long at these paces nor too much for the work."""
    recipe = session.recipe
    if isinstance(recipe, Repeats):
        longest_s = max(_pieces_s(recipe, paces))
        if longest_s > LONGEST_PIECE_S.get(recipe.effort, longest_s):
            return False
    return _least_m(recipe, paces) <= work_m * A_LITTLE_OVER


def _excess_m(session: Session, work_m: float, paces: Paces) -> float:
    """0.0 for what suits; else its least work, so that the smallest is taken where nothing does."""
    return 0.0 if suits(session, work_m, paces) else _least_m(session.recipe, paces)


def _least_m(recipe: Recipe, paces: Paces) -> float:
    """Metres of work in the smallest session of that kind."""
    match recipe:
        case Repeats():
            return recipe.fewest * _round_m(recipe, paces)
        case Alternating():
            return 2.0 * recipe.fewest * recipe.metres
        case Steady():
            return recipe.least_min * 60 * paces.speed(recipe.effort)
        case Rising():
            return recipe.least_min * 60 * _sum_of_speeds(recipe, paces)
        case Trial():
            return float(recipe.metres)
        case Plain():
            return math.inf


def built(session: Session, work_m: float, paces: Paces) -> Workout:
    """Warm-up, the work, cool-down. Raises ValueError for a session without a recipe."""
    warm_s, cool_s = (900, 600) if work_m > BIG_WORK_M else (600, 420)
    steps = [
        timed(StepKind.WARMUP, warm_s, Effort.EASY, paces),
        *_main_set(session.recipe, work_m, paces),
        timed(StepKind.COOLDOWN, cool_s, Effort.EASY, paces),
    ]
    return workout_of(session, steps, paces)


def _main_set(recipe: Recipe, work_m: float, paces: Paces) -> list[Item]:
    match recipe:
        case Repeats():
            return [_repeats(recipe, work_m, paces)]
        case Alternating():
            return [_alternating(recipe, work_m, paces)]
        case Steady():
            wanted = work_m / paces.speed(recipe.effort) / 60
            minutes = 5 * clamped(wanted / 5, recipe.least_min // 5, recipe.most_min // 5)
            return [timed(StepKind.WORK, minutes * 60, recipe.effort, paces)]
        case Rising():
            wanted = work_m / _sum_of_speeds(recipe, paces) / 60
            minutes = clamped(wanted, recipe.least_min, recipe.most_min)
            return [timed(StepKind.WORK, minutes * 60, each, paces) for each in recipe.efforts]
        case Trial():
            return [far(StepKind.WORK, recipe.metres, Effort.ALL_OUT, paces)]
        case Plain():
            raise ValueError("a plain session has no main set")


def _repeats(recipe: Repeats, work_m: float, paces: Paces) -> Repeat:
    times = clamped(work_m / _round_m(recipe, paces), recipe.fewest, recipe.most)
    steps: list[Step] = []
    by_distance = recipe.metres if paces.certain else ()
    for index, seconds in enumerate(_pieces_s(recipe, paces)):
        rest_s = min(max(15 * round(seconds * recipe.rest_share / 15), recipe.rest_s[0]),
                     recipe.rest_s[1])  # fmt: skip
        work = (
            far(StepKind.WORK, by_distance[index], recipe.effort, paces)
            if by_distance
            else timed(StepKind.WORK, _friendly_s(seconds, recipe), recipe.effort, paces)
        )
        steps += [work, timed(StepKind.RECOVERY, rest_s, recipe.resting, paces)]
    return Repeat(times, tuple(steps))


def _alternating(recipe: Alternating, work_m: float, paces: Paces) -> Repeat:
    times = clamped(work_m / (2 * recipe.metres), recipe.fewest, recipe.most)
    return Repeat(
        times,
        tuple(
            far(StepKind.WORK, recipe.metres, effort, paces)
            if paces.certain
            else timed(StepKind.WORK, _friendly(recipe.metres / paces.speed(effort)), effort, paces)
            for effort in (recipe.harder, recipe.milder)
        ),
    )


def _pieces_s(recipe: Repeats, paces: Paces) -> tuple[float, ...]:
    speed = paces.speed(recipe.effort)
    by_metres = tuple(metres / speed for metres in recipe.metres)
    return by_metres or tuple(float(seconds) for seconds in recipe.seconds)


def _round_m(recipe: Repeats, paces: Paces) -> float:
    """Metres of work in one round; uphill they count as if run on the flat."""
    effort = Effort.THRESHOLD if recipe.effort is Effort.HILL else recipe.effort
    return sum(recipe.metres) or sum(recipe.seconds) * paces.speed(effort)


def _sum_of_speeds(recipe: Rising, paces: Paces) -> float:
    return sum(paces.speed(effort) for effort in recipe.efforts)


def _friendly_s(seconds: float, recipe: Repeats) -> float:
    return seconds if recipe.seconds else _friendly(seconds)


def _friendly(seconds: float) -> float:
    """Whole minutes, or 15 s below a minute and a half."""
    if seconds > 90:
        return 60.0 * max(round(seconds / 60), 1)
    return 15.0 * max(round(seconds / 15), 2)


def clamped(value: float, low: int, high: int) -> int:
    return min(max(round(value), low), high)
