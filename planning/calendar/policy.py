"""What the athlete lets us do to a calendar, and what that leaves out. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum

from planning.calendar.cases import KEPT, Views
from planning.calendar.decision import Decision
from planning.calendar.entries import (
    Action,
    Create,
    Delete,
    DeleteCopy,
    EntryRecord,
    EntryState,
    Replace,
)


class Policy(StrEnum):
    SYNC = "sync"
    NO_DELETES = "no-deletes"  # creates and replaces; nothing is ever taken off
    DRY_RUN = "dry-run"  # nothing is written


WHY = {
    Policy.NO_DELETES: "this calendar is set to no-deletes",
    Policy.DRY_RUN: "this calendar is set to dry-run",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An action that is decided and not done."""

    action: Action
    why: str


def limited(decision: Decision, policy: Policy) -> tuple[Decision, tuple[LeftOut, ...]]:
    """What is done of it, and what is left out.

    Records follow the athlete's hand under every policy: what they did is a fact, and no write. An
    entry that is left on the calendar keeps its record, so that it still is ours when the policy is
    `sync` again, or when its session comes back.
    """
    barred: tuple[type, ...] = {
        Policy.SYNC: (),
        Policy.NO_DELETES: (Delete, DeleteCopy),
        Policy.DRY_RUN: (Create, Replace, Delete, DeleteCopy),
    }[policy]
    done = tuple(each for each in decision.actions if not isinstance(each, barred))
    left = [each for each in decision.actions if isinstance(each, barred)]
    return replace(decision, actions=done), tuple(LeftOut(each, WHY[policy]) for each in left)


def staying(views: Views, policy: Policy) -> int:
    """How many of ours stand on days to come though nobody plans them, and are left there."""
    if policy is not Policy.NO_DELETES:
        return 0
    records = {each.remote_id: each for each in views.records if each.remote_id}
    planned = {each.ident for each in views.desired} | views.under_way
    left = 0
    for entry in views.observed:
        record = records.get(entry.remote_id)
        ident = record.ident if record else entry.ident
        ours = record is None or record.state is not EntryState.ATHLETES
        left += ours and ident not in planned and entry.day is not None and entry.day >= views.today
    return left


def regarded(views: Views, policy: Policy) -> Views:
    """The views without what is so long past that it would only be taken off, where nothing is:
    else every run would read all of it again. It is seen once more when the policy is `sync`.
    """
    if policy is Policy.SYNC:
        return views
    planned = {each.ident for each in views.desired}
    ahead = {each.remote_id for each in views.observed if each.day and each.day >= views.today}
    over = {
        each.ident: each.remote_id
        for each in views.records
        if _is_long_past(each, views) and each.ident not in planned and each.remote_id not in ahead
    }
    ids = {remote_id for remote_id in over.values() if remote_id}
    return replace(
        views,
        records=[each for each in views.records if each.ident not in over],
        observed=[each for each in views.observed if each.remote_id not in ids],
    )


def _is_long_past(record: EntryRecord, views: Views) -> bool:
    return record.state is EntryState.SETTLED and record.day < views.today - KEPT
