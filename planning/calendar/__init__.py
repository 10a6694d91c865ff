"""Desired, observed, recorded -> actions: what to do to somebody else's calendar.

*Desired* is the plan, *observed* what the calendar shows of ours, *recorded* what we wrote and then
saw. Each side is compared only with its own past: the plan with what we wrote, the calendar with
what we last saw there. So a service that rewrites what it stores causes no churn.

A listing may lag: it is only a suspicion. `suspicions` names the entries that must be read directly
by id, and `decide` acts on those reads alone. Whoever applies the actions commits a pending record
(`intended`) before each remote call and a settled one (`settled`) after it. A crash between leaves
it pending, and pending means: do not read intent into differences, write again.
"""

from planning.calendar.cases import KEPT, Views
from planning.calendar.changes import Become, EntryChange, changes
from planning.calendar.clearing import TAKEN_OFF, clearing, to_be_read
from planning.calendar.decision import Decision, decide, suspicions
from planning.calendar.entries import (
    Action,
    Create,
    Delete,
    DeleteCopy,
    EntryRecord,
    EntryState,
    Forget,
    HandOver,
    How,
    Observed,
    Remember,
    Replace,
    begun,
    handed_over,
    intended,
    not_applied,
    reclaimed,
    remembered,
    settled,
    version,
)
from planning.calendar.policy import LeftOut, Policy, limited, regarded, staying
from planning.calendar.room import Room, room_for

__all__ = [
    "KEPT",
    "TAKEN_OFF",
    "Action",
    "Become",
    "Create",
    "Decision",
    "Delete",
    "DeleteCopy",
    "EntryChange",
    "EntryRecord",
    "EntryState",
    "Forget",
    "HandOver",
    "How",
    "LeftOut",
    "Observed",
    "Policy",
    "Remember",
    "Replace",
    "Room",
    "Views",
    "begun",
    "changes",
    "clearing",
    "decide",
    "handed_over",
    "intended",
    "limited",
    "not_applied",
    "reclaimed",
    "regarded",
    "remembered",
    "room_for",
    "settled",
    "staying",
    "suspicions",
    "to_be_read",
    "version",
]
