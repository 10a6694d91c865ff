"""The athlete's hand on the plan: skips and moves, laid on top and taken off again.

What a layer takes off a day is set aside on that day, so that `undo` needs nothing but the plan.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from planning.schedule.plan import BY_HAND, DayStatus, Layer, LayerKind, PlanDay
from planning.workout import Kind, PlannedWorkout

GIVES_WAY = frozenset({Kind.EASY, Kind.STRIDES})  # changes places with what is moved onto its day


def without_layers(days: Sequence[PlanDay], *, today: date) -> tuple[PlanDay, ...]:
    """Days from today on as they stood before any layer; the past stays as it was, and so does a
    day whose move began or ended in the past.
    """
    over = [planned for planned in days if planned.day < today]
    settled = {workout.ident for d in over for workout in (d.workout, d.set_aside) if workout}
    return tuple(d if d.day < today else _restored(d, settled) for d in days)


def _restored(planned: PlanDay, settled: set[str]) -> PlanDay:
    if BY_HAND not in planned.why:
        return planned
    if any(w.ident in settled for w in (planned.workout, planned.set_aside) if w):
        return planned
    why = tuple(rule for rule in planned.why if rule != BY_HAND)
    return PlanDay(planned.day, planned.set_aside, DayStatus.PLANNED, why)


def with_layers(
    days: Sequence[PlanDay], layers: Sequence[Layer], *, today: date
) -> tuple[PlanDay, ...]:
    """Each layer in turn. One that no longer fits the days is passed over.

    A skip may also answer for a past day: "I did not run". Moves go to a free day, or change places
    with an easy run; never into the past.
    """
    now = {planned.day: planned for planned in days}
    for layer in layers:
        match layer.kind:
            case LayerKind.SKIP:
                _skip(now, layer, today)
            case LayerKind.MOVE:
                _move(now, layer, today)
            case LayerKind.EDIT:
                pass  # the content is the athlete's: `pinned` keeps our hands off
    return tuple(now[day] for day in sorted(now))


def pinned(layers: Sequence[Layer]) -> frozenset[str]:
    """Idents whose content nothing may change by itself."""
    return frozenset(layer.ident for layer in layers if layer.kind is LayerKind.EDIT)


def _skip(now: dict[date, PlanDay], layer: Layer, today: date) -> None:
    planned = _find(now, layer.ident)
    if planned is None or planned.status is DayStatus.DONE:
        return
    if planned.day < today:
        now[planned.day] = replace(planned, status=DayStatus.SKIPPED)
    else:
        now[planned.day] = _by_hand(planned, None, DayStatus.SKIPPED)


def _move(now: dict[date, PlanDay], layer: Layer, today: date) -> None:
    planned = _find(now, layer.ident)
    there = now.get(layer.to_day) if layer.to_day else None
    if planned is None or there is None or there.day == planned.day:
        return
    if planned.day < today or there.day < today or planned.status is DayStatus.DONE:
        return
    if there.workout and (
        there.workout.workout.kind not in GIVES_WAY or there.status is DayStatus.DONE
    ):
        return
    left = DayStatus.PLANNED if there.workout else DayStatus.MOVED
    now[there.day] = _by_hand(there, planned.workout, DayStatus.PLANNED)
    now[planned.day] = _by_hand(planned, there.workout, left)


def _by_hand(planned: PlanDay, workout: PlannedWorkout | None, status: DayStatus) -> PlanDay:
    """The day with another workout, or none; what stood there before any hand is set aside."""
    touched = BY_HAND in planned.why
    return PlanDay(
        planned.day,
        replace(workout, day=planned.day) if workout else None,
        status,
        planned.why if touched else (*planned.why, BY_HAND),
        planned.set_aside if touched else planned.workout,
    )


def _find(now: dict[date, PlanDay], ident: str) -> PlanDay | None:
    return next((d for d in now.values() if d.workout and d.workout.ident == ident), None)
