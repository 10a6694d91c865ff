"""The athlete's hand on the plan: skips, moves and pins, laid over the days as they are made.

Every evening they are laid anew over days that know of none, so that whatever is taken back leaves
no trace. Only what has reached a day that is over, or was run, is settled: it is part of the days.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

from planning.schedule.effort import hard
from planning.schedule.heat import HEAT
from planning.schedule.library import note_of
from planning.schedule.limits import FREEZE_DAYS, cut
from planning.schedule.paces import Paces
from planning.schedule.plan import BY_HAND, DayStatus, Layer, LayerKind, Less, Plan, PlanDay
from planning.workout import Kind, PlannedWorkout

type Repaced = Callable[[PlannedWorkout, bool], PlannedWorkout]  # of a session, and if it is hot

GIVES_WAY = frozenset({Kind.EASY, Kind.STRIDES})  # changes places with what is moved onto its day
CHANGED_PLACES = frozenset({DayStatus.PLANNED, DayStatus.SKIPPED})  # not one left empty
HOLDS = frozenset({LayerKind.EDIT, LayerKind.PIN})  # the content is not ours to change


def untouched(plan: Plan) -> Plan:
    """The plan as it would be without the athlete's hand, and nothing beside it."""
    return plan.untouched or plan


def with_layers(
    days: Sequence[PlanDay],
    layers: Sequence[Layer],
    *,
    today: date,
    left: Mapping[str, PlanDay] = MappingProxyType({}),
) -> tuple[PlanDay, ...]:
    """Each layer in turn. One that no longer fits the days is passed over.

    A skip may also answer for a past day: "I did not run". Moves go to a free day, or change places
    with an easy run; never into the past. What is pinned reads as it was pinned. A session that is
    no longer made, and was moved from a day (`left`, by ident), leaves the other on that day.
    """
    now = {planned.day: planned for planned in days}
    for layer in layers:
        match layer.kind:
            case LayerKind.SKIP:
                _skip(now, layer, today)
            case LayerKind.MOVE:
                _move(now, layer, today, left)
            case LayerKind.PIN:
                _pin(now, layer, today)
            case LayerKind.EDIT:
                pass  # the content is the athlete's: `pinned` keeps our hands off
    return tuple(now[day] for day in sorted(now))


def left(closing: Plan) -> Mapping[str, PlanDay]:
    """By ident of a session the day from which the hand had moved it for another."""
    return {
        planned.set_aside.ident: planned
        for planned in closing.days()
        if planned.set_aside and BY_HAND in planned.why and planned.status in CHANGED_PLACES
    }


def pinned(layers: Sequence[Layer]) -> frozenset[str]:
    """Idents whose content nothing but safety may change by itself."""
    return frozenset(layer.ident for layer in layers if layer.kind in HOLDS)


def last_words(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Of each session the last word on its place, and the last on what it reads, as said last."""
    said: dict[tuple[str, bool], Layer] = {}
    for layer in layers:
        key = (layer.ident, layer.ident in pinned([layer]))
        said.pop(key, None)
        said[key] = layer
    return tuple(said.values())


def placed(days: Sequence[PlanDay]) -> frozenset[str]:
    """Idents of sessions on a day that the athlete's hand put them on."""
    return frozenset(d.workout.ident for d in days if d.workout and BY_HAND in d.why)


def settled(
    days: Sequence[PlanDay], shown: Sequence[PlanDay], over: Collection[str]
) -> tuple[PlanDay, ...]:
    """`days` with what the hand did to sessions that are `over` (idents): those stay where they are
    `shown`, and so does all that changed places with them.
    """
    stands, touched = {planned.day: planned for planned in shown}, set(over)
    apart = [d for d in days if d.day in stands and _ident(d) != _ident(stands[d.day])]
    while True:
        near = [(_ident(d), _ident(stands[d.day])) for d in apart]
        more = {ident for pair in near if touched & set(pair) for ident in pair if ident}
        if more <= touched:
            break
        touched |= more
    moved = {d.day for d in apart if {_ident(d), _ident(stands[d.day])} & touched}
    return tuple(stands[d.day] if d.day in moved else d for d in days)


def takes_back(closing: Plan, layers: Sequence[Layer]) -> bool:
    """Whether something that lies on the closing plan is no longer said."""
    return not {layer.statement for layer in layers}.issuperset(closing.hand)


def lying_on(plan: Plan, layers: Sequence[Layer]) -> tuple[str, ...]:
    """Statements of the layers about sessions of these days, as they stand or were made."""
    days = (*plan.days(), *untouched(plan).days())
    idents = {w.ident for day in days for w in (day.workout, day.set_aside) if w}
    return tuple(sorted(layer.statement for layer in layers if layer.ident in idents))


def still_less(
    closing: Plan,
    made: Sequence[PlanDay],
    layers: Sequence[Layer],
    repaced: Repaced,
    paces: Paces,
) -> tuple[Less, ...]:
    """What limits took under the hand, as far as all is still said that they took it under; with
    today's paces (`repaced`), and no more than is `made` of the session today.
    """
    said, now = {layer.statement for layer in layers}, _by_ident(made)
    return tuple(
        _least(replace(each, workout=repaced(each.workout, each.hot)), now[each.ident], paces)
        if each.workout
        else each
        for each in closing.less
        if said.issuperset(each.under) and each.ident in now
    )


def _least(less: Less, now: PlanDay, paces: Paces) -> Less:
    """The session as it is made now where that is shorter or easier; never longer for that, and a
    hard one that had become an easy run stays one.
    """
    if less.workout is None or now.workout is None:
        return replace(less, workout=None)
    least_m = less.workout.workout.distance_m
    shorter = now.workout.workout.distance_m < least_m
    easier = hard(less.workout.workout) and not hard(now.workout.workout)
    if not (shorter or easier):
        return less
    now_m, plain = now.workout.workout.distance_m, not hard(now.workout.workout)
    same = plain and now.workout.workout.kind is less.workout.workout.kind
    eased = not plain and not hard(less.workout.workout)
    if shorter and (same or eased):
        # Its targets stay as they are: those made on another evening may round otherwise.
        had = replace(now, workout=less.workout)
        return replace(less, workout=cut(had, to_m=now_m, paces=paces).workout)
    left = now if shorter else cut(now, to_m=least_m, paces=paces)
    return replace(less, workout=left.workout, hot=HEAT in now.why)


def lessened(days: Sequence[PlanDay], less: Sequence[Less], *, today: date) -> tuple[PlanDay, ...]:
    """The days without what limits took under the hand."""
    taken = {each.ident: each for each in less}
    return tuple(
        _read_as(planned, taken[ident].workout, hot=taken[ident].hot)
        if planned.day >= today and (ident := _ident(planned)) in taken
        else planned
        for planned in days
    )


def as_yesterday(
    days: Sequence[PlanDay],
    closing: Plan,
    layers: Sequence[Layer],
    *,
    but: Collection[str],
    today: date,
) -> tuple[PlanDay, ...]:
    """`days` under the hand, reading on as they did where they must: what the athlete edited, and
    what stood and stands on today or tomorrow, `but` for sessions that something took from, and for
    those of which something is said anew or which the hand gives back. Nor is today or tomorrow
    filled with what is newly made on the day to which its session was moved.
    """
    anew = (layer.ident for layer in layers if layer.statement not in closing.hand)
    but = {*but, *anew, *_given_back(closing, layers)}
    thaw, had = today + timedelta(days=FREEZE_DAYS), _by_ident(closing.days())
    edited = {layer.ident for layer in layers if layer.kind is LayerKind.EDIT}
    read = (
        _reads(planned, had[ident])
        if planned.day >= today
        and (ident := _ident(planned)) in had
        and (ident in edited or (max(planned.day, had[ident].day) < thaw and ident not in but))
        else planned
        for planned in days
    )
    empty = {d.day for d in closing.days() if d.workout is None and BY_HAND in d.why}
    return tuple(
        replace(planned, workout=None, status=DayStatus.MOVED)
        if today <= planned.day < thaw and planned.day in empty and _changes_places(planned, but)
        else planned
        for planned in read
    )


def _changes_places(planned: PlanDay, but: Collection[str]) -> bool:
    """Whether the hand puts a session there for the one it moved away, and neither is one of
    `but`.
    """
    if planned.workout is None or planned.set_aside is None or BY_HAND not in planned.why:
        return False
    return not {planned.workout.ident, planned.set_aside.ident} & {*but}


def as_it_read(
    days: Sequence[PlanDay], closing: Plan, layers: Sequence[Layer], *, today: date
) -> tuple[PlanDay, ...]:
    """`days` as they are made, each session as it read yesterday, wherever it stood. What the hand
    gives back reads as it is made.
    """
    had, back = _by_ident(closing.days()), _given_back(closing, layers)
    latest = {each.ident: each.workout for each in closing.less}
    gone = {ident for ident, workout in latest.items() if workout is None} - back
    after = []
    for planned in days:
        ident = _ident(planned)
        if planned.day >= today and ident in gone:
            planned = _read_as(planned, None)  # noqa: PLW2901 - the day as it is now
        elif planned.day >= today and ident in had and ident not in back:
            planned = _reads(planned, had[ident])  # noqa: PLW2901 - the day as it is now
        after.append(planned)
    return tuple(after)


def given_back(
    closing: Plan, made: Iterable[PlanDay], layers: Sequence[Layer]
) -> tuple[PlanDay, ...]:
    """The days of `closing`, where what limits took under a hand that is gone reads as `made`."""
    said, as_made = {layer.statement for layer in layers}, _by_ident(made)
    back = {each.ident for each in closing.less if not said.issuperset(each.under)}
    return tuple(
        _reads(day, as_made[ident]) if (ident := _ident(day)) in back and ident in as_made else day
        for day in closing.days()
    )


def _given_back(closing: Plan, layers: Sequence[Layer]) -> set[str]:
    """Idents of sessions that read as made again: those of which something is no longer said, what
    they had changed places with, and what limits took something from under a hand that is gone.
    """
    said = {layer.statement for layer in layers}
    back = {each.ident for each in closing.less if not said.issuperset(each.under)}
    kept = {each.ident for each in closing.less} - back
    gone = {told.rpartition(":")[0] for told in closing.hand if told not in said}
    by_hand = (day for day in closing.days() if BY_HAND in day.why)
    pairs = [{w.ident for w in (day.workout, day.set_aside) if w} for day in by_hand]
    return (back | gone).union(*(pair for pair in pairs if pair & gone)) - kept


def _reads(planned: PlanDay, as_was: PlanDay) -> PlanDay:
    """With what stood elsewhere; targets for heat come along."""
    return _read_as(planned, as_was.workout, hot=HEAT in as_was.why)


def _read_as(planned: PlanDay, workout: PlannedWorkout | None, *, hot: bool = False) -> PlanDay:
    """With this workout and, where its targets are those for heat (`hot`), their mark."""
    why = tuple(rule for rule in planned.why if rule != HEAT)
    why = (*why, HEAT) if workout and hot else why
    return replace(planned, workout=replace(workout, day=planned.day) if workout else None, why=why)


def _by_ident(days: Iterable[PlanDay]) -> Mapping[str, PlanDay]:
    return {planned.workout.ident: planned for planned in days if planned.workout}


def _ident(planned: PlanDay) -> str:
    return planned.workout.ident if planned.workout else ""


def _skip(now: dict[date, PlanDay], layer: Layer, today: date) -> None:
    planned = _find(now, layer.ident)
    if planned is None or planned.status is DayStatus.DONE:
        return
    if planned.day < today:
        now[planned.day] = replace(planned, status=DayStatus.SKIPPED)
    else:
        now[planned.day] = _by_hand(planned, None, DayStatus.SKIPPED)


def _move(now: dict[date, PlanDay], layer: Layer, today: date, left: Mapping[str, PlanDay]) -> None:
    there = now.get(layer.to_day) if layer.to_day else None
    planned = _find(now, layer.ident)
    gone = left.get(layer.ident) if planned is None and there and there.workout else None
    planned = now.get(gone.day) if gone else planned
    if planned is None or there is None or there.day == planned.day:
        return
    if gone and (planned.workout or planned.status is not DayStatus.PLANNED):
        return
    if planned.day < today or there.day < today or planned.status is DayStatus.DONE:
        return
    if there.workout and (
        there.workout.workout.kind not in GIVES_WAY or there.status is DayStatus.DONE
    ):
        return
    status = DayStatus.PLANNED if there.workout else DayStatus.MOVED
    now[there.day] = _by_hand(there, planned, planned.status)
    now[planned.day] = _by_hand(planned, there, status)
    if gone:
        now[planned.day] = replace(now[planned.day], set_aside=gone.set_aside)


def _pin(now: dict[date, PlanDay], layer: Layer, today: date) -> None:
    planned = _find(now, layer.ident)
    if planned is None or planned.workout is None or layer.workout is None:
        return
    if planned.day >= today and planned.status is DayStatus.PLANNED:
        told = PlannedWorkout(layer.ident, planned.day, layer.workout, note_of(layer.workout))
        now[planned.day] = replace(planned, workout=told)


def _by_hand(planned: PlanDay, from_day: PlanDay | None, status: DayStatus) -> PlanDay:
    """The day with the workout of another one, or none; what stood there before any hand is set
    aside.
    """
    touched = BY_HAND in planned.why
    now = _reads(planned, from_day or replace(planned, workout=None))
    return replace(
        now,
        status=status,
        why=now.why if touched else (*now.why, BY_HAND),
        set_aside=planned.set_aside if touched else planned.workout,
    )


def _find(now: dict[date, PlanDay], ident: str) -> PlanDay | None:
    return next((d for d in now.values() if d.workout and d.workout.ident == ident), None)
