"""Kilometres that the easy runs of a week have no room for: warm-up and cool-down take them."""

from collections.abc import Mapping
from dataclasses import replace

from planning.schedule.effort import Effort, hard
from planning.schedule.library import timed
from planning.schedule.mileage import PLANNED_LONGEST_RISE
from planning.schedule.reshape import with_steps
from planning.schedule.shape import Placed, Week
from planning.workout import DurationType, Kind, Step, StepKind, Workout

WORTH_IT_M = 500.0  # less stays undone
MINUTE_S = 60.0
MOST_S = {StepKind.WARMUP: 25 * MINUTE_S, StepKind.COOLDOWN: 20 * MINUTE_S}


def drawn_out(week: Week, placed: Placed, spare_m: float) -> Placed:
    """The hard sessions with a longer warm-up and cool-down, until `spare_m` metres are used or
    each is as long as the week's mean run. Their work stays as it is, so that the week only
    becomes easier (rule I-5); no run grows beyond rule P-2.
    """
    keys = {day: w for day, (_, w) in placed.items() if hard(w) and w.kind not in _LEFT_ALONE}
    runs = len(placed) + sum(kept.workout is not None for kept in week.taken.values())
    longer = dict(placed)
    for index, day in enumerate(sorted(keys, key=lambda day: (-keys[day].distance_m, day))):
        limit_m = week.mileage.run_limit_m(day, rise=PLANNED_LONGEST_RISE)
        room_m = min(week.volume_m / max(runs, 1), limit_m) - keys[day].distance_m
        add_m = min(spare_m / (len(keys) - index), room_m)
        if add_m >= WORTH_IT_M:
            longer[day] = placed[day][0], _longer(keys[day], add_m, week)
            spare_m -= longer[day][1].distance_m - keys[day].distance_m
    return longer


_LEFT_ALONE = frozenset({Kind.LONG, Kind.RACE})


def _longer(workout: Workout, add_m: float, week: Week) -> Workout:
    """Warm-up and cool-down longer by whole minutes, half of `add_m` each as far as sensible."""
    # Of the step as it is built: its target is rounded, and a minute of it may be 2 % longer.
    minute = timed(StepKind.WARMUP, MINUTE_S, Effort.EASY, week.paces)
    add_s = MINUTE_S * add_m / with_steps(workout, [minute], week.paces).distance_m
    more_s: dict[StepKind, float] = {}
    for kind, most_s in MOST_S.items():
        now_s = sum(_easy_s(step, kind) for step in workout.steps if isinstance(step, Step))
        share_s = add_s / 2 if kind is StepKind.WARMUP else add_s - sum(more_s.values())
        more_s[kind] = max(min(share_s, most_s - now_s), 0.0) // MINUTE_S * MINUTE_S if now_s else 0
    steps = [_by(step, more_s) if isinstance(step, Step) else step for step in workout.steps]
    return with_steps(workout, steps, week.paces)


def _by(step: Step, more_s: Mapping[StepKind, float]) -> Step:
    if not _easy_s(step, step.kind):
        return step
    seconds = (step.duration.value or 0.0) + more_s.get(step.kind, 0.0)
    return replace(step, duration=replace(step.duration, value=seconds))


def _easy_s(step: Step, kind: StepKind) -> float:
    timed = step.kind is kind and step.duration.type is DurationType.TIME
    return (step.duration.value or 0.0) if timed else 0.0
