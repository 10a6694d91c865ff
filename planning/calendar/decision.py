"""What to do about each case: the table of the design, and what guards it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from planning.calendar.cases import Case, Found, Views, found_in, suspicious_cases
from planning.calendar.entries import (
    Action,
    Create,
    Delete,
    DeleteCopy,
    EntryState,
    Forget,
    HandOver,
    How,
    Observed,
    Remember,
    Replace,
)
from planning.workout import PlannedWorkout


@dataclass(frozen=True, slots=True)
class Decision:
    """`refusal`, when there is one, is a sentence for the athlete, and there are no actions."""

    actions: tuple[Action, ...] = ()
    look_again_at: datetime | None = None
    refusal: str | None = None


def suspicions(views: Views) -> frozenset[str]:
    """Remote ids to be read directly before `decide`: whatever is not exactly as expected.

    That includes everything about to be replaced or deleted, because a lagging listing would hide
    the athlete's latest edit. Empty when nothing changed: then a run costs one listing.
    """
    return frozenset(remote_id for case in suspicious_cases(views) for remote_id in case.ids)


def decide(
    views: Views,
    direct: Mapping[str, Observed | None],
    *,
    now: datetime,
    settle_s: float = 120.0,
    may_vanish: int = 3,
) -> Decision:
    """What to do, soonest day first. `direct` holds a read of every suspicion; None: gone.

    `now` is machine time. *Absent* and *changed* count only `settle_s` seconds after our last write
    to that entry; until then nothing is done to it, and `look_again_at` says when to come back.
    When more than `may_vanish` settled entries are gone at once, everything is refused.
    """
    settle = timedelta(seconds=settle_s)
    actions: list[Action] = []
    looks: list[datetime] = []
    vanished: list[Case] = []
    for case in suspicious_cases(views):
        if not case.ids <= direct.keys():
            looks.append(now + settle)  # not read: nothing is known
            continue
        found = found_in(case, direct, views.today)
        if _vanished(case, found):
            vanished.append(case)
        if (until := _unsure_until(case, now, settle)) and _could_be_lag(case, found):
            looks.append(until)
        else:
            actions += _actions(case, found, views.today)
    look_again_at = min(looks, default=None)
    if len(vanished) > may_vanish:
        young = any(_unsure_until(case, now, settle) for case in vanished)
        return Decision((), look_again_at) if young else Decision(refusal=_refusal(vanished))
    return Decision(tuple(actions), look_again_at)


def _table(case: Case, entry: Observed | None) -> Action | None:  # noqa: C901, PLR0912 - one screen
    """The decision. `entry` was read directly, and late enough after our last write."""
    ident, planned = case.ident, case.planned
    match case.state, entry, planned:
        case EntryState.ATHLETES, None, None:
            return Forget(ident, "yours, and gone from the calendar and from the plan")
        case EntryState.ATHLETES, Observed(), _ if entry.remote_id != case.remote_id:
            return HandOver(ident, entry.remote_id, How.COPIED, entry.day, "yours, put there anew")
        case EntryState.ATHLETES, _, _:
            return None  # yours: left alone
        case None | EntryState.PENDING, None, PlannedWorkout():
            return Create(planned, "new in the plan")
        case None | EntryState.PENDING, Observed(), PlannedWorkout():
            return Replace(entry.remote_id, planned, "an earlier write may be unfinished")
        case None | EntryState.PENDING, Observed(), None:
            return Delete(ident, entry.remote_id, "a leftover of ours that is not planned")
        case EntryState.PENDING, None, None:
            return Forget(ident, "it never arrived and is not planned")
        case EntryState.SETTLED, None, PlannedWorkout():
            return HandOver(ident, case.remote_id, How.REMOVED, None, "you removed it")
        case EntryState.SETTLED, None, None:
            return Forget(ident, "gone from the calendar and from the plan")
        case EntryState.SETTLED, Observed(day=None), None:
            return Delete(ident, entry.remote_id, "off its day and not planned")
        case EntryState.SETTLED, Observed(), _ if not case.wrote(entry):
            return _hand_over(case, entry)
        case EntryState.SETTLED, Observed(), None:
            because = "no room for it on the watch yet" if case.waits else "no longer planned"
            return Delete(ident, entry.remote_id, because)
        case EntryState.SETTLED, Observed(), PlannedWorkout() if not case.saw(entry):
            return Replace(entry.remote_id, planned, "an older version of ours came back")
        case EntryState.SETTLED, Observed(), PlannedWorkout() if not case.holds(planned):
            return Replace(entry.remote_id, planned, "changed in the plan")
        case EntryState.SETTLED, Observed(), PlannedWorkout() if case.again:
            return Replace(entry.remote_id, planned, "in words so far: its steps are tried again")
        case EntryState.SETTLED, Observed(), PlannedWorkout():
            return _remember(case)  # nobody did anything: the service touched its own head
        case _:
            return None  # a lagging listing showed what is no longer there


def _outlived(case: Case, entry: Observed | None, today: date) -> Action | None:
    """Past days are left alone, until they are so long past that their templates only clutter."""
    match entry:
        case Observed(day=date() as day) if day >= today:
            return None  # dragged to a day to come: it is judged when the listing reaches it
        case Observed() if case.left_over(entry):
            return Delete(case.ident, entry.remote_id, "long past")
        case _:
            return Forget(case.ident, "long past")


def _actions(case: Case, found: Found, today: date) -> Iterator[Action]:
    """The table's action, and what makes one of several with the same ident."""
    action = _outlived(case, found.entry, today) if case.outlived else _table(case, found.entry)
    surplus = found.surplus
    if case.record and found.copies and isinstance(action, Delete | Forget):
        # The plan gives up a session of which the athlete made a version of their own: that stays.
        # It gets the record first, so that a crash before the deletion leaves only a surplus.
        kept = found.copies[0]
        action = HandOver(case.ident, kept.remote_id, How.COPIED, kept.day, "your own version")
        surplus = (*surplus, found.entry) if found.entry else surplus
    if action:
        yield action
    for copy in surplus:
        yield DeleteCopy(case.ident, copy.remote_id, "one of ours too many")


def _hand_over(case: Case, entry: Observed) -> HandOver:
    if case.past and entry.remote_id != case.remote_id:
        how, because = How.COPIED, "your own copy of a past one"
    elif entry.day is None:
        how, because = How.REMOVED, "you took it off its day"
    elif case.record and entry.day != case.record.day:
        how, because = How.MOVED, f"you moved it to {entry.day}"
    else:
        how, because = How.CHANGED, "you changed it"
    return HandOver(case.ident, entry.remote_id, how, entry.day, because)


def _remember(case: Case) -> Remember | None:
    head = next((each for each in case.listed if each.remote_id == case.remote_id), None)
    if head is None or case.knows(head):
        return None  # the listing lags: there is nothing new to know it by
    return Remember(case.ident, head.etag, head.name, "only its head changed")


def _could_be_lag(case: Case, found: Found) -> bool:
    """A service still catching up with our last write would look just like this."""
    if found.surplus:
        return True
    match case.state:
        case EntryState.PENDING:
            return found.entry is None
        case EntryState.SETTLED:
            return found.entry is None or not case.saw(found.entry)
        case _:
            return False


def _unsure_until(case: Case, now: datetime, settle: timedelta) -> datetime | None:
    """When our last write will be old enough for a read to be believed; None: it is."""
    written_at = case.record.written_at if case.record else None
    if written_at is None or abs(now - written_at) >= settle:  # abs: clocks are set back, too
        return None
    return min(written_at, now) + settle


def _vanished(case: Case, found: Found) -> bool:
    """A settled entry that stands on no day to come, though nobody here took it away."""
    missing = found.entry is None or found.entry.day is None
    return case.state is EntryState.SETTLED and not case.past and missing


def _refusal(vanished: list[Case]) -> str:
    days = ", ".join(str(case.day) for case in vanished)
    return (
        f"{len(vanished)} of our workouts are gone from this calendar at once ({days}). Nothing "
        "was changed: that looks more like a fault, or another account, than like your hand."
    )
