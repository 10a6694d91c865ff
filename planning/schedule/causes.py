"""Which fact changed a day: one cause for each, told apart by where the change came in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from planning.schedule import time_off
from planning.schedule.hand import takes_back
from planning.schedule.heat import HEAT, heat_cause
from planning.schedule.known import Known
from planning.schedule.limits import Softened
from planning.schedule.plan import ASKED, BY_HAND, Change, DayStatus, Plan, PlanDay
from planning.schedule.receipt import Cause, change, reads_alike
from planning.schedule.standing import repaced
from planning.workout import Kind

RACE_OFF = "`goalward goal change` gives the race another day"
RACE_TOO_SOON = "run it easily, or leave it out"


@dataclass(frozen=True, slots=True)
class Tonight:
    """What happened to the days this evening. `stood` are the days of the closing plan with its own
    making and today's hand alone; `softened` by day as shown, and `made_softer` by ident.
    """

    known: Known
    closing: Plan
    stood: Sequence[PlanDay]
    softened: Mapping[date, Softened]
    made_softer: Mapping[str, Softened]


def changes(tonight: Tonight, after: Sequence[PlanDay]) -> tuple[Change, ...]:
    """Receipts for days from today on that stood in the closing plan and now read differently."""
    now, by_hand = ({day.day: day for day in days} for days in (after, tonight.stood))
    today = tonight.known.today
    receipts = [
        change(
            before,
            now[before.day],
            _cause(before, by_hand[before.day], now[before.day], tonight),
            made_on=today,
        )
        for before in tonight.closing.days()
        if before.day >= today and before.day in now
    ]
    return tuple(receipt for receipt in receipts if receipt is not None)


def _cause(before: PlanDay, by_hand: PlanDay, after: PlanDay, tonight: Tonight) -> Cause:
    """The one cause to name: the athlete's hand, a break, a limit, heat, what was asked, paces."""
    soft = _softened(before, after, tonight)
    if not reads_alike(before, by_hand):
        return _of_hand(by_hand, after, soft, tonight)
    known, closing = tonight.known, tonight.closing
    taken_back = time_off.is_taken_back(closing, known.breaks)
    if taken_back or time_off.new_in(closing, known.shaping).said or _goes_off(before, after):
        off = time_off.cause_of(after, known.shaping)
        if off is not None:
            return _with_race(off, before, after, known)
        if taken_back and before.workout is None:
            return time_off.ended(closing, known.breaks)
    asked = Cause(known.newly_asked(closing) or "what you asked for has changed", ASKED)
    if known.asks_anew(closing) and after.day >= known.thaw:
        return asked
    if soft is not None:
        return _with_paces(soft.cause, before, after, known)
    if (heat := heat_cause(before, after)) is not None:
        return heat
    if taken_back:
        return time_off.ended(closing, known.breaks)
    return known.pacing.cause or asked


def _softened(before: PlanDay, after: PlanDay, tonight: Tonight) -> Softened | None:
    """By the day, else by a session that stands on it or that the hand had moved off it."""
    stood = (after.workout, before.workout, before.set_aside)
    made = (tonight.made_softer.get(workout.ident) for workout in stood if workout)
    return tonight.softened.get(after.day) or next((soft for soft in made if soft), None)


def _of_hand(by_hand: PlanDay, after: PlanDay, soft: Softened | None, tonight: Tonight) -> Cause:
    undone = takes_back(tonight.closing, tonight.known.layers) and BY_HAND not in after.why
    fact = "you took your change back" if undone else "you asked for it"
    if soft is not None and not reads_alike(by_hand, after):
        fact = f"{fact}, and {soft.cause.fact} (rule {soft.cause.rule})"
    return Cause(fact, BY_HAND)


def _goes_off(before: PlanDay, after: PlanDay) -> bool:
    return after.status is DayStatus.BREAK and before.status is not DayStatus.BREAK


def _with_race(off: Cause, before: PlanDay, after: PlanDay, known: Known) -> Cause:
    """What to do about a race that a break takes off its day, or leaves there too soon after it."""
    if after.workout is None and _is_race(before):
        return replace(off, fact=f"{off.fact}; {RACE_OFF}")
    if _is_race(after) and known.shaping.quiet(after.day):
        return replace(off, fact=f"{off.fact}: {RACE_TOO_SOON}")
    return off


def _with_paces(limit: Cause, before: PlanDay, after: PlanDay, known: Known) -> Cause:
    """The limit, and before it why the paces moved, where they did on this day as well."""
    moved = known.pacing.cause
    if moved is None or after.workout is None or before.workout is None or after.day < known.thaw:
        return limit
    if repaced(before.workout, known, hot=HEAT in before.why) == before.workout:
        return limit
    fact = f"{moved.fact} (rule {moved.rule}), and {limit.fact}"
    return replace(moved, fact=fact, rule=limit.rule)


def _is_race(planned: PlanDay) -> bool:
    return planned.workout is not None and planned.workout.workout.kind is Kind.RACE
