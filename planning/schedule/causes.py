"""Which fact changed a day: one cause for each, told apart by where the change came in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from planning.schedule import time_off
from planning.schedule.heat import heat_cause
from planning.schedule.known import Known
from planning.schedule.limits import Softened
from planning.schedule.plan import ASKED, BY_HAND, Change, DayStatus, Plan, PlanDay
from planning.schedule.receipt import Cause, change, reads_alike

NEW_ASKED = Cause("what you asked for has changed: a goal or your days", ASKED)


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
    receipts = [
        change(
            before, now[before.day], _cause(before, by_hand[before.day], now[before.day], tonight)
        )
        for before in tonight.closing.days()
        if before.day >= tonight.known.today and before.day in now
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
            return off
        if taken_back and before.workout is None:
            return time_off.ended(closing, known.breaks)
    if known.asks_anew(closing) and after.day >= known.thaw:
        return NEW_ASKED
    if soft is not None:
        return soft.cause
    if (heat := heat_cause(before, after)) is not None:
        return heat
    if taken_back:
        return time_off.ended(closing, known.breaks)
    return known.pacing.cause or NEW_ASKED


def _softened(before: PlanDay, after: PlanDay, tonight: Tonight) -> Softened | None:
    standing = after.workout or before.workout
    by_ident = tonight.made_softer.get(standing.ident) if standing else None
    return tonight.softened.get(after.day) or by_ident


def _of_hand(by_hand: PlanDay, after: PlanDay, soft: Softened | None, tonight: Tonight) -> Cause:
    undone = tonight.known.takes_back(tonight.closing) and BY_HAND not in after.why
    fact = "you took your change back" if undone else "you asked for it"
    if soft is not None and not reads_alike(by_hand, after):
        fact = f"{fact}, and {soft.cause.fact} (rule {soft.cause.rule})"
    return Cause(fact, BY_HAND)


def _goes_off(before: PlanDay, after: PlanDay) -> bool:
    return after.status is DayStatus.BREAK and before.status is not DayStatus.BREAK
