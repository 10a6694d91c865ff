"""Taking back what was written on a calendar: what stood there before is what is wanted again.

So it is one more reconciliation, of the sessions that are concerned alone, by the same decisions
and the same writer: whatever the athlete did since is theirs, and past days are left alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from connectors.errors import Refused
from connectors.ports import WorkoutCalendar
from planning.calendar import (
    Action,
    Create,
    Decision,
    Delete,
    EntryRecord,
    EntryState,
    HandOver,
    Replace,
    Views,
    decide,
    suspicions,
)
from planning.workout import PlannedWorkout
from worker import entries, journal, tables
from worker.app import Runtime
from worker.at_once import Busy, at_once
from worker.connections import Connected, opened
from worker.db import reading, upsert, writing
from worker.journal import Line
from worker.outcomes import latest_outcome
from worker.perform import Held
from worker.publish import (
    LAGGING,
    LISTED_BACK,
    MAY_VANISH,
    Done,
    Look,
    Wanted,
    all_applied,
    wanted_today,
)
from worker.stood import Stood, first_after, last_writing, since_detached, stood_before
from worker.writer import Writer

TAKEN_BACK = "taken back"
IT_WAS_ME = "If it was you, run `goalward calendar undo --removed-by-me`."
OVER = "its day is over"
UNDER_WAY = "it is under way or done"
YOURS = "it is yours since; `goalward plan undo` gives such a session back to the plan"
UNKNOWN = "what stood there before is not known"


@dataclass(frozen=True, slots=True)
class Left:
    """What is not taken back, and why."""

    ident: str
    day: date | None
    name: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Back:
    """What would be done, as for a publish; `since` is the first write that is taken back."""

    look: Look
    left: tuple[Left, ...] = ()
    since: Line | None = None  # None: there is nothing to take back


def look_back(
    runtime: Runtime,
    connected: Connected,
    calendar: WorkoutCalendar,
    *,
    to: datetime | None = None,
    may_vanish: int = MAY_VANISH,
) -> Back:
    """Decide, and do nothing. `to`: calendar time to which to go back; None: before the last
    writing, or to where an undo that broke off was going. Raises Busy before today is decided.
    """
    with reading(runtime.engine) as conn:
        wanted = wanted_today(
            runtime, conn, connected.athlete_id, latest_outcome(conn, connected.athlete_id)
        )
        records = {each.ident: each for each in entries.entries_of(conn, connected.id)}
        lines = since_detached(journal.lines(conn, [connected.id]))
        since = (
            first_after(lines, to) if to else _begun(conn, connected, lines) or last_writing(lines)
        )
    stood = stood_before(lines, since)
    left = {each.ident: why for each in stood if (why := _why_left(each, wanted, records))}
    moving = {each.ident: each.planned for each in stood if each.ident not in left}
    look = _look(runtime, calendar, wanted, records, moving, may_vanish=may_vanish)
    theirs = {each.ident: YOURS for each in look.decision.actions if isinstance(each, HandOver)}
    told = (_left(each, why, records) for each in stood if (why := (left | theirs).get(each.ident)))
    return Back(look, tuple(told), since)


def undo_now(
    runtime: Runtime,
    connected: Connected,
    *,
    to: datetime | None = None,
    may_vanish: int = MAY_VANISH,
    pause: Callable[[Connection], object],
    wrote: Callable[[Action], object] = lambda _: None,
) -> Back:
    """Under the lease of the workers. `pause`s the calendar first, or the plan would be written
    over it again. Raises the service's errors, and Busy; called again, it goes on.
    """

    def undone(held: Held) -> Back:
        with opened(runtime, connected) as use:
            if use.calendar is None:
                raise Refused(f"{connected.connector} has no calendar to write to")
            back = look_back(runtime, connected, use.calendar, to=to, may_vanish=may_vanish)
            if back.since is None or back.look.decision.refusal:
                return back
            with writing(runtime.engine) as conn:
                held.check(conn)
                pause(conn)
                run = _begin(conn, connected, back.since)
            views = back.look.records, back.look.direct
            today = back.look.wanted.today
            writer = Writer(runtime, connected, use.calendar, held, *views, today, run)
            done = all_applied(writer, back.look, wrote)
        return _ended(runtime, connected, back, done)

    back = at_once(runtime, connected, undone)
    if refusal := back.look.decision.refusal:
        raise Refused(f"{refusal} {IT_WAS_ME}")
    return back


def _ended(runtime: Runtime, connected: Connected, back: Back, done: Done) -> Back:
    if back.look.decision.look_again_at:
        raise Busy(LAGGING)
    with writing(runtime.engine) as conn:
        conn.execute(delete(tables.app_value).where(tables.app_value.c.name == _name(connected)))
    if done.refused:
        raise done.refused[0]
    return back


# --- what is to be done ---------------------------------------------------------------------------


def _why_left(each: Stood, wanted: Wanted, records: Mapping[str, EntryRecord]) -> str | None:
    """None: it is taken back, unless the calendar shows the athlete's hand."""
    record = records.get(each.ident)
    if record and record.state is EntryState.ATHLETES:
        return YOURS
    if each.ident in wanted.under_way:
        return UNDER_WAY
    if any(one and one.day < wanted.today for one in (record, each.planned)):
        return OVER
    return None if each.known else UNKNOWN


def _left(each: Stood, why: str, records: Mapping[str, EntryRecord]) -> Left:
    record, planned = records.get(each.ident), each.planned
    name = record.seen_name if record else planned.workout.name if planned else None
    day = record.day if record else planned.day if planned else None
    return Left(each.ident, day, name, why)


def _look(
    runtime: Runtime,
    calendar: WorkoutCalendar,
    wanted: Wanted,
    records: Mapping[str, EntryRecord],
    stood: Mapping[str, PlannedWorkout | None],
    *,
    may_vanish: int,
) -> Look:
    """As for a publish, of these sessions alone."""
    desired = tuple(planned for planned in stood.values() if planned)
    mine = {ident: record for ident, record in records.items() if ident in stood}
    days = [each.day for each in desired] + [each.day for each in mine.values()]
    known = {record.remote_id: record.ident for record in records.values() if record.remote_id}
    first, last = wanted.today - LISTED_BACK, max([wanted.last, *days])
    observed = [
        entry
        for entry in (calendar.entries(first, last, frozenset(known)) if stood else ())
        if known.get(entry.remote_id, entry.ident) in stood
    ]
    views = Views(desired, observed, tuple(mine.values()), wanted.today, wanted.under_way)
    direct = {remote_id: calendar.read(remote_id) for remote_id in sorted(suspicions(views))}
    decision = decide(
        views,
        direct,
        now=runtime.clock.machine_now(),
        settle_s=runtime.settings.calendar_settle_s,
        may_vanish=may_vanish,
    )
    return Look(
        replace(wanted, desired=desired, faults=()), mine, observed, direct, _because(decision)
    )


def _because(decision: Decision) -> Decision:
    """It is not the plan that wants it so."""
    actions = (
        replace(action, because=TAKEN_BACK)
        if isinstance(action, Create | Replace | Delete)
        else action
        for action in decision.actions
    )
    return replace(decision, actions=tuple(actions))


# --- what was begun -------------------------------------------------------------------------------


def _name(connected: Connected) -> str:
    return f"undoing:{connected.id}"


def _begin(conn: Connection, connected: Connected, since: Line) -> int | None:
    """So that an undo that breaks off goes on to where it was going, and is not itself undone.

    The run that it goes on with; None: it begins.
    """
    row = tables.calendar_journal
    newest = select(row.c.id).where(row.c.connection_id == connected.id)
    last = conn.scalar(newest.order_by(row.c.id.desc()).limit(1))
    before = _kept(conn, connected)
    goes_on = before is not None and before["since"] == since.id
    began = before["last"] if before and goes_on else last
    body = {"since": since.id, "last": began}
    upsert(conn, tables.app_value, {"name": _name(connected), "body": body}, key=("name",))
    return journal.going_on(conn, connected.id, TAKEN_BACK) if goes_on else None


def _begun(conn: Connection, connected: Connected, lines: Sequence[Line]) -> Line | None:
    """Where an undo that broke off was going; None when something else was written since."""
    kept = _kept(conn, connected)
    if kept is None:
        return None
    newer = [line for line in lines if line.id > kept["last"] and line.action in journal.WRITES]
    if any(line.reason != TAKEN_BACK for line in newer):
        return None
    return next((line for line in lines if line.id == kept["since"]), None)


def _kept(conn: Connection, connected: Connected) -> dict[str, Any] | None:
    row = tables.app_value
    body: dict[str, Any] | None = conn.scalar(
        select(row.c.body).where(row.c.name == _name(connected))
    )
    return body
