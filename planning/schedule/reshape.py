"""A session made shorter, or given today's paces, without becoming another session."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from planning.goals.goal import Goal
from planning.schedule.effort import Effort, effort_of, hard
from planning.schedule.library import SHORTEST_RUN_M, assembled, easy, race
from planning.schedule.paces import Paces
from planning.workout import OPEN_TARGET, DurationType, Item, Kind, Repeat, Step, Workout

EASY_LEFT_M = 1_000.0  # what is left of an easy part at least
FEWEST_REPEATS = 2
RACE_PACE_STEP = 0.1  # of what there was


def retargeted(workout: Workout, *, goal: Goal | None, paces: Paces) -> Workout:
    """The same session at these paces; steps that are not ours keep their targets."""
    if workout.kind is Kind.RACE:
        return workout if goal is None else race(goal, paces)
    steps = tuple(_mapped(item, partial(_repaced, paces=paces)) for item in workout.steps)
    return with_steps(workout, steps, paces)


def aimless(workout: Workout) -> tuple[Kind, tuple[Item, ...]]:
    """What a session is without its targets."""
    steps = (_mapped(item, partial(replace, target=OPEN_TARGET)) for item in workout.steps)
    return workout.kind, tuple(steps)


def no_harder(workout: Workout, than: Workout, paces: Paces) -> Workout:
    """With less of its race pace while that makes a hard session of one that was none (`than`)."""
    share = 1.0
    while workout.kind is Kind.LONG and hard(workout) and not hard(than) and share > 0:
        share -= RACE_PACE_STEP
        steps = tuple(_mapped(item, partial(_shrunk, share=share)) for item in than.steps)
        workout = with_steps(
            than, tuple(_mapped(s, partial(_repaced, paces=paces)) for s in steps), paces
        )
    return workout


def shortened(workout: Workout, *, to_m: float, paces: Paces) -> Workout | None:
    """At most `to_m` metres, or None when nothing sensible is left; a shorter workout is unchanged.

    Easy running is cut first, then repeats are dropped: what makes the session stays longest. Race
    pace within a long run shrinks with it, or the week would lose its easy share (rule I-5).
    """
    if workout.distance_m <= to_m:
        return workout
    if to_m < SHORTEST_RUN_M:
        return None
    steps = workout.steps
    if workout.kind is Kind.LONG:
        steps = tuple(
            _mapped(item, partial(_shrunk, share=to_m / workout.distance_m)) for item in steps
        )
    shorter = with_steps(workout, steps, paces)
    steps = _with_less_easy(steps, max(shorter.distance_m - to_m, 0.0))
    shorter = with_steps(workout, steps, paces)
    while shorter.distance_m > to_m:
        fewer = _with_one_repeat_less(shorter.steps)
        if fewer is None:
            return easy(to_m // 500 * 500.0, paces)
        shorter = with_steps(workout, fewer, paces)
    return shorter


def with_steps(workout: Workout, steps: Sequence[Item], paces: Paces) -> Workout:
    """The same session with these steps, its estimates counted anew."""
    return assembled(workout.kind, steps, paces, purpose=workout.purpose, session=workout.session)


def _shrunk(step: Step, share: float) -> Step:
    """A block of race pace in whole 500 m, 1 km at least; easy running is left as it is."""
    if effort_of(step) is not Effort.RACE:
        return step
    metres = max((step.duration.value or 0.0) * share // 500 * 500.0, EASY_LEFT_M)
    return replace(step, duration=replace(step.duration, value=metres))


def _repaced(step: Step, paces: Paces) -> Step:
    effort = effort_of(step)
    return step if effort is None else replace(step, target=paces.target(effort))


def _mapped(item: Item, change: Callable[[Step], Step]) -> Item:
    if isinstance(item, Repeat):
        return Repeat(item.times, tuple(change(step) for step in item.steps))
    return change(item)


def _with_less_easy(steps: Sequence[Item], less_m: float) -> tuple[Item, ...]:
    """The longest easy step by distance loses `less_m`, down to 1 km, to whole 500 m."""
    plain = [step for step in steps if isinstance(step, Step) and _is_easy_distance(step)]
    if not plain or less_m <= 0:
        return tuple(steps)
    longest = max(plain, key=lambda step: step.duration.value or 0.0)
    left_m = (longest.duration.value or 0.0) - less_m
    rounded_m = max(left_m // 500 * 500.0, EASY_LEFT_M)
    cut = replace(longest, duration=replace(longest.duration, value=rounded_m))
    return tuple(cut if step is longest else step for step in steps)


def _is_easy_distance(step: Step) -> bool:
    return step.duration.type is DurationType.DISTANCE and effort_of(step) is Effort.EASY


def _with_one_repeat_less(steps: Sequence[Item]) -> tuple[Item, ...] | None:
    """None when the last repeat that makes the session would go."""
    if not any(isinstance(item, Repeat) and item.times > FEWEST_REPEATS for item in steps):
        return None
    return tuple(
        replace(item, times=max(item.times - 1, FEWEST_REPEATS))
        if isinstance(item, Repeat)
        else item
        for item in steps
    )
