"""Everything of ours off a calendar, from today on. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from planning.calendar.cases import Views
from planning.calendar.decision import Decision, decide, suspicions
from planning.calendar.entries import (
    Create,
    Delete,
    DeleteCopy,
    EntryState,
    Forget,
    HandOver,
    How,
    Observed,
    Replace,
)
from planning.calendar.policy import Policy, regarded

TAKEN_OFF = "all of ours is taken off"


def to_be_read(views: Views) -> frozenset[str]:
    """As `suspicions`, for `clearing`."""
    return suspicions(_unwanted(_not_long_past(views)))


def clearing(
    views: Views, direct: Mapping[str, Observed | None], *, now: datetime, settle_s: float = 120.0
) -> Decision:
    """The athlete's hand first, as against the plan in `views`: what they changed, moved or took
    off is theirs, and is known so when the plan is written again. Then whatever else is ours.

    So many gone at once as would be a fault are nobody's hand here, and no reason to stop: what is
    gone was to go.
    """
    views = _not_long_past(views)
    hands = decide(views, direct, now=now, settle_s=settle_s)
    doubted = hands.refusal is not None
    if doubted:
        hands = decide(views, direct, now=now, settle_s=settle_s, may_vanish=len(views.records))
    theirs = {
        each.ident
        for each in hands.actions
        if isinstance(each, HandOver) and not (doubted and each.how is How.REMOVED)
    }
    many = len(views.records)
    rest = decide(_unwanted(views), direct, now=now, settle_s=settle_s, may_vanish=many)
    handed = {each.ident for each in views.records if each.state is EntryState.ATHLETES}
    kept = [
        each
        for each in hands.actions
        if isinstance(each, HandOver | DeleteCopy) and each.ident in theirs
    ]
    taken = [
        replace(each, because=TAKEN_OFF) if isinstance(each, Delete | DeleteCopy) else each
        for each in rest.actions
        if not isinstance(each, Create | Replace)  # nothing is wanted, so there is none
        if each.ident not in theirs and not (isinstance(each, Forget) and each.ident in handed)
    ]
    looks = [at for at in (hands.look_again_at, rest.look_again_at) if at]
    return Decision((*kept, *taken), min(looks, default=None))


def _unwanted(views: Views) -> Views:
    return replace(views, desired=(), waiting=frozenset())


def _not_long_past(views: Views) -> Views:
    """That is left as well, like all that stands on days that are over."""
    return regarded(views, Policy.NO_DELETES)
