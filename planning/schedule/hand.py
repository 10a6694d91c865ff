"""The athlete's hand on the plan: skips and moves, laid on top and taken off again.

What a layer takes off a day is set aside on that day, so that `undo` needs nothing but the plan.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from planning.schedule.plan import BY_HAND, DayStatus, Layer, LayerKind, PlanDay
from planning.workout import Kind


def without_layers(days: Sequence[PlanDay], *, today: date) -> tuple[PlanDay, ...]:
    """Days from today on as they stood before any layer; the past stays as it was."""
    at_home = {d.set_aside.ident for d in days if d.set_aside and d.day >= today}
    return tuple(_restored(d, at_home) if d.day >= today else d for d in days)


def _restored(planned: PlanDay, at_home: set[str]) -> PlanDay:
    why = tuple(rule for rule in planned.why if rule != BY_HAND)
    if planned.set_aside is not None:
        workout = replace(planned.set_aside, day=planned.day)
        return PlanDay(planned.day, workout, DayStatus.PLANNED, why)
    if planned.workout is not None and planned.workout.ident in at_home:
        return PlanDay(planned.day, None, DayStatus.PLANNED, why)
    return replace(planned, why=why)


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
        return
    aside = planned.set_aside or planned.workout
    now[planned.day] = PlanDay(planned.day, None, DayStatus.SKIPPED, _by_hand(planned), aside)


def _move(now: dict[date, PlanDay], layer: Layer, today: date) -> None:
    planned = _find(now, layer.ident)
    there = now.get(layer.to_day) if layer.to_day else None
    if planned is None or planned.workout is None or there is None or there.day == planned.day:
        return
    if planned.day < today or there.day < today or planned.status is DayStatus.DONE:
        return
    back = there.workout
    if back is not None and (
        back.workout.kind not in {Kind.EASY, Kind.STRIDES} or there.status is DayStatus.DONE
    ):
        return
    moved = replace(planned.workout, day=there.day)
    now[there.day] = PlanDay(
        there.day, moved, DayStatus.PLANNED, _by_hand(there), there.set_aside or back
    )
    now[planned.day] = PlanDay(
        planned.day,
        replace(back, day=planned.day) if back else None,
        DayStatus.MOVED if back is None else DayStatus.PLANNED,
        _by_hand(planned),
        planned.set_aside or planned.workout,
    )


def _find(now: dict[date, PlanDay], ident: str) -> PlanDay | None:
    return next((d for d in now.values() if d.workout and d.workout.ident == ident), None)


def _by_hand(planned: PlanDay) -> tuple[str, ...]:
    return (*(rule for rule in planned.why if rule != BY_HAND), BY_HAND)
