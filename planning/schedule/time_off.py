"""What a break does to the plan: its days stand empty, its first weeks back are smaller.

A break is asked for by the athlete. When one is said or changed, the days that it shapes are laid
out anew; when it is taken back the plan goes on from what it would have been without any.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from planning.breaks import Break, BreakKind, Breaks
from planning.schedule.mileage import level_after, week_of
from planning.schedule.plan import ASKED, IN_BREAK, DayStatus, Plan, PlanDay
from planning.schedule.receipt import Cause, day_name

QUIET_SHARE = 0.5  # of the volume held before an illness, on the first days after it (rule R-1)
RULES = ("R-1", "R-3")  # of what follows from a break
_RULES = {BreakKind.ILLNESS: "R-1", BreakKind.INJURY: "R-1"}
TAKEN_BACK = Cause("you took your break back", ASKED)
OTHERWISE = Cause("you changed what you said of your break", ASKED)
_ASKED = "break "  # before the id of a break in `Plan.asked`
_STATE = {
    BreakKind.ILLNESS: "you are ill",
    BreakKind.INJURY: "you are injured",
    BreakKind.TRAVEL: "you are travelling",
    BreakKind.REST: "you take a rest",
}


def shaping(breaks: Breaks, today: date) -> Breaks:
    """The breaks that days from today's week on are planned by."""
    monday = today - timedelta(days=today.weekday())
    ends = ((one, one.shapes_until()) for one in breaks.said)
    return Breaks(tuple(one for one, until in ends if until is None or until >= monday))


def asked_in(breaks: Breaks) -> tuple[str, ...]:
    """As part of `Plan.asked`: `break id:digest` of each."""
    return tuple(f"{_ASKED}{one.id}:{one.statement}" for one in breaks.said)


def is_break(asked: str) -> bool:
    return asked.startswith(_ASKED)


def is_taken_back(closing: Plan, breaks: Breaks) -> bool:
    """Whether a break that shaped the closing plan was taken back, or reads otherwise now.
    `breaks` are all that stand, over or not.
    """
    return any(is_break(asked) and asked not in asked_in(breaks) for asked in closing.asked)


def ended(closing: Plan, breaks: Breaks) -> Cause:
    """Why days are planned again that a break had shaped."""
    ids = {one.id for one in breaks.said}
    gone = [asked for asked in closing.asked if is_break(asked) and _id_of(asked) not in ids]
    return TAKEN_BACK if gone else OTHERWISE


def _id_of(asked: str) -> str:
    return asked.removeprefix(_ASKED).rpartition(":")[0]


def new_in(closing: Plan, breaks: Breaks) -> Breaks:
    """The breaks that the closing plan did not know of as they read now."""
    asked = zip(breaks.said, asked_in(breaks), strict=True)
    return Breaks(tuple(one for one, words in asked if words not in closing.asked))


def shapes(breaks: Breaks, day: date) -> Break | None:
    """The break because of which the day is planned otherwise."""
    ends = ((one, one.shapes_until()) for one in breaks.said)
    within = (one for one, last in ends if one.from_day <= day and (last is None or day <= last))
    return next(within, None)


def day_off(planned: PlanDay) -> PlanDay:
    """The day without its run; what stood there is set aside."""
    if planned.status is DayStatus.BREAK:
        return planned
    aside = planned.set_aside or planned.workout
    return PlanDay(planned.day, None, DayStatus.BREAK, (*planned.why, IN_BREAK), aside)


def with_days_off(days: Sequence[PlanDay], breaks: Breaks, *, today: date) -> list[PlanDay]:
    """Days from today on without their run where the athlete is off; what is done is done."""
    return [
        day_off(planned)
        if planned.day >= today and planned.status is not DayStatus.DONE and breaks.off(planned.day)
        else planned
        for planned in days
    ]


def open_share(breaks: Breaks, monday: date) -> float:
    """What the days of a week hold of their usual volume: nothing on days off, half in all on the
    first days after an illness (rule R-1), of which R-3 takes its part already.
    """
    held = []
    for day in week_of(monday):
        after = breaks.quiet(day)
        if breaks.off(day):
            held.append(0.0)
        elif after is not None and after.days:
            held.append(min(QUIET_SHARE / level_after(after.days), 1.0))
        else:
            held.append(1.0)
    return sum(held) / len(held)


def focus_in(breaks: Breaks, monday: date) -> str:
    """What is said of a week off, or of coming back; "" for any other."""
    days = week_of(monday)
    off = [one for day in days if (one := breaks.off(day))]
    if len(off) == len(days):
        return f"No running: {off[0].kind}"
    return "Coming back: easy running only" if any(breaks.quiet(day) for day in days) else ""


def cause_of(after: PlanDay, breaks: Breaks) -> Cause | None:
    """Why a break changed the day; None when none had a part in it."""
    one = breaks.off(after.day) or shapes(breaks, after.day)
    if one is None:
        return None
    if breaks.off(after.day) or not one.is_off:
        return Cause(f"{_STATE[one.kind]}{_until(one)}", _RULES.get(one.kind, ASKED))
    rule = "R-1" if breaks.quiet(after.day) else "R-3"
    return Cause(f"you come back from {one.days} days off", rule)


def caps_m(breaks: Breaks, *, first: date, last: date, easy_m_per_s: float) -> dict[date, float]:
    """Metres that a run may be on days whose minutes are limited, at an easy pace."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    limits = ((day, breaks.minutes(day)) for day in days)
    return {day: 60 * minutes * easy_m_per_s for day, minutes in limits if minutes is not None}


def without(plan: Plan) -> Plan:
    """The plan as it would be without any break, and nothing beside it."""
    return replace(plan.unbroken or plan, unbroken=None)


def _until(one: Break) -> str:
    if one.until_day is None:
        return " until further word"
    return f" until {day_name(one.until_day)}"
