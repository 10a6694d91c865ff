"""One athlete and one calendar: look, decide, and write what differs, each write by itself.

Intend (commit), write (remote), read back and verify (the connector), settle (commit). A crash
anywhere leaves a pending record, and the next run looks before it writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy import Connection

from connectors.errors import RateLimited, Refused, ServiceError, Unavailable
from connectors.ports import WorkoutCalendar
from planning.athlete import Athlete, Autonomy
from planning.calendar import (
    Action,
    Create,
    Decision,
    Delete,
    DeleteCopy,
    EntryRecord,
    Forget,
    HandOver,
    How,
    Observed,
    Remember,
    Replace,
    Views,
    decide,
    handed_over,
    intended,
    not_applied,
    remembered,
    settled,
    suspicions,
)
from planning.schedule.lint import lint
from planning.schedule.plan import DayStatus, Layer, LayerKind, Plan
from planning.workout import PlannedWorkout
from worker import entries, outbox, store, tables
from worker.app import Runtime
from worker.connections import CONNECTED, Connected, connection, opened
from worker.db import reading, writing
from worker.outcomes import latest_outcome
from worker.owing import owe_message
from worker.perform import Heartbeat, Held, Performed, Snooze, perform
from worker.stored import to_body

log = structlog.get_logger()

MAY_VANISH = 3
LISTED_BACK = timedelta(days=1)  # an entry dragged to yesterday is still found in the listing


class Busy(Exception):
    """Not now. The text says why, and when to look again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the calendar should hold, and from which day on it is ours to write."""

    today: date
    last: date
    desired: tuple[PlannedWorkout, ...]
    under_way: frozenset[str]  # sessions of today that are over or begun
    faults: tuple[str, ...]  # what lint says against writing this plan


@dataclass(frozen=True, slots=True)
class Look:
    """The three views of a calendar, and what follows from them."""

    wanted: Wanted
    records: dict[str, EntryRecord]
    observed: Sequence[Observed]
    decision: Decision

    @property
    def why_not(self) -> str | None:
        """Why nothing may be written now, as a sentence; None when it may."""
        if self.wanted.faults:
            return f"The plan breaks a rule of its own: {'; '.join(self.wanted.faults)}."
        return self.decision.refusal


def publish(runtime: Runtime, key: str, held: Held) -> None:
    """The actor. `key` is the id of a connection that has a calendar."""
    with reading(runtime.engine) as conn:
        connected = connection(conn, int(key))
        if connected is None or connected.state != CONNECTED:
            return
        profile = store.profile_of(conn, connected.athlete_id)
    if profile.autonomy is Autonomy.AUTO:
        sync(runtime, connected, held)


def sync(
    runtime: Runtime, connected: Connected, held: Held, *, may_vanish: int = MAY_VANISH
) -> Look:
    """Make the calendar equal to the plan. Raises Snooze when it has to look again later.

    `may_vanish`: how many of ours may be gone at once before that looks like a fault.
    """
    with opened(runtime, connected) as use:
        if use.calendar is None:
            raise Refused(f"{connected.connector} has no calendar to write to")
        look = look_at(runtime, connected, use.calendar, may_vanish=may_vanish)
        if why := look.why_not:
            _tell_refusal(runtime, connected, look.wanted.today, why)
            raise Refused(why)
        writer = _Writer(runtime, connected, use.calendar, held)
        for action in look.decision.actions:
            writer.apply(action, look.records.get(_ident_of(action)))
    if look.decision.look_again_at:
        raise Snooze(look.decision.look_again_at, "the calendar may still be catching up")
    return look


def look_at(
    runtime: Runtime,
    connected: Connected,
    calendar: WorkoutCalendar,
    *,
    may_vanish: int = MAY_VANISH,
) -> Look:
    """Decide, and do nothing."""
    with reading(runtime.engine) as conn:
        wanted = wanted_of(runtime, conn, connected.athlete_id)
        records = entries.entries_of(conn, connected.id)
    known = frozenset(record.remote_id for record in records if record.remote_id)
    observed = calendar.entries(wanted.today - LISTED_BACK, wanted.last, known)
    views = Views(wanted.desired, observed, records, wanted.today, wanted.under_way)
    direct = {remote_id: calendar.read(remote_id) for remote_id in sorted(suspicions(views))}
    decision = decide(
        views,
        direct,
        now=runtime.clock.machine_now(),
        settle_s=runtime.settings.calendar_settle_s,
        may_vanish=may_vanish,
    )
    return Look(wanted, {record.ident: record for record in records}, observed, decision)


def wanted_of(runtime: Runtime, conn: Connection, athlete_id: int) -> Wanted:
    """The workouts of the coming days, from what was decided last."""
    profile = store.profile_of(conn, athlete_id)
    today = runtime.calendar_now(conn).astimezone(profile.zone).date()
    last = today + timedelta(days=profile.horizon_days - 1)
    outcome = latest_outcome(conn, athlete_id)
    plan = outcome.plan if outcome else None
    if plan is None:
        return Wanted(today, last, (), frozenset(), ())
    days = [day for day in plan.days() if today <= day.day <= last and day.workout]
    begun = {
        day.workout.ident
        for day in days
        if day.workout and day.status in {DayStatus.DONE, DayStatus.PARTLY}
    }
    desired = tuple(day.workout for day in days if day.workout and day.workout.ident not in begun)
    faults = _faults(conn, athlete_id, plan, profile, today)
    return Wanted(today, last, desired, frozenset(begun), faults)


def _faults(
    conn: Connection, athlete_id: int, plan: Plan, profile: Athlete, today: date
) -> tuple[str, ...]:
    found = lint(
        plan,
        athlete=profile,
        goals=store.goals(conn, athlete_id),
        activities=store.activities(conn, athlete_id),
        today=today,
    )
    return tuple(f"{finding.day}: {finding.sentence} ({finding.rule})" for finding in found)


@dataclass(frozen=True, slots=True)
class _Writer:
    runtime: Runtime
    connected: Connected
    calendar: WorkoutCalendar
    held: Held

    def apply(self, action: Action, record: EntryRecord | None) -> None:
        match action:
            case Create() | Replace():
                self._write(action, record)
            case Delete():
                self._remove(action, record)
            case DeleteCopy(ident=ident, remote_id=remote_id, because=because):
                self.held.check()
                self.calendar.delete(remote_id)
                with writing(self.runtime.engine) as conn:
                    self._journal(conn, "delete", ident, remote_id, because)
            case HandOver():
                self._hand_over(action, record)
            case Forget(ident=ident):
                with writing(self.runtime.engine) as conn:
                    entries.drop(conn, self.connected, ident)
            case Remember():
                if record:
                    with writing(self.runtime.engine) as conn:
                        entries.keep(conn, self.connected, remembered(record, action))

    def _write(self, action: Create | Replace, record: EntryRecord | None) -> None:
        pending = self._intend(action, record)
        planned = action.planned
        try:
            if isinstance(action, Create):
                seen = self.calendar.create(planned)
            else:
                seen = self.calendar.replace(action.remote_id, planned)
        except ServiceError as error:
            self._take_back(error, planned.ident, record)
            raise
        name = type(action).__name__.lower()
        with writing(self.runtime.engine) as conn:
            now = self.runtime.clock.machine_now()
            if pending:
                entries.keep(conn, self.connected, settled(pending, seen, now))
            self._journal(
                conn, name, planned.ident, seen.remote_id, action.because, after=to_body(planned)
            )

    def _remove(self, action: Delete, record: EntryRecord | None) -> None:
        self._intend(action, record)
        try:
            self.calendar.delete(action.remote_id)
        except ServiceError as error:
            self._take_back(error, action.ident, record)
            raise
        with writing(self.runtime.engine) as conn:
            entries.drop(conn, self.connected, action.ident)
            self._journal(conn, "delete", action.ident, action.remote_id, action.because)

    def _intend(
        self, action: Create | Replace | Delete, record: EntryRecord | None
    ) -> EntryRecord | None:
        pending = intended(record, action, self.runtime.clock.machine_now())
        if pending:
            with writing(self.runtime.engine) as conn:
                entries.keep(conn, self.connected, pending)
        self.held.check()
        return pending

    def _take_back(self, error: ServiceError, ident: str, record: EntryRecord | None) -> None:
        """The call certainly changed nothing: do not make the next run wait for it to show."""
        if not _certainly_unapplied(error):
            return
        with writing(self.runtime.engine) as conn:
            before = not_applied(record)
            if before:
                entries.keep(conn, self.connected, before)
            else:
                entries.drop(conn, self.connected, ident)

    def _hand_over(self, action: HandOver, record: EntryRecord | None) -> None:
        """The athlete's hand wins, and what it did is a fact for planning."""
        athlete_id = self.connected.athlete_id
        with writing(self.runtime.engine) as conn:
            if record:
                entries.keep(conn, self.connected, handed_over(record, action))
            self._journal(conn, "hand over", action.ident, action.remote_id, action.because)
            layer = _layer_of(action)
            if layer is None:
                return
            now = self.runtime.clock.machine_now()
            new = store.put(
                conn,
                tables.layer,
                athlete_id=athlete_id,
                key=f"calendar:{action.ident}",
                body=to_body(layer),
                known_at=self.runtime.calendar_now(conn),
                now=now,
            )
            if new:
                outbox.push(conn, "replan", str(athlete_id), due_at=now)

    def _journal(
        self,
        conn: Connection,
        action: str,
        ident: str,
        remote_id: str | None,
        reason: str,
        after: object = None,
    ) -> None:
        entries.write_journal(
            conn,
            self.connected,
            action=action,
            ident=ident,
            remote_id=remote_id,
            reason=reason,
            after=after,
        )


def _layer_of(action: HandOver) -> Layer | None:
    because = "on the calendar"
    match action.how:
        case How.MOVED if action.to_day:
            return Layer(LayerKind.MOVE, action.ident, action.to_day, because)
        case How.REMOVED:
            return Layer(LayerKind.SKIP, action.ident, None, because)
        case How.CHANGED:
            return Layer(LayerKind.EDIT, action.ident, None, because)
        case _:
            return None


def _certainly_unapplied(error: ServiceError) -> bool:
    match error:
        case RateLimited():
            return True
        case Unavailable(applied=applied):
            return applied is False
        case _:
            return False


def _ident_of(action: Action) -> str:
    match action:
        case Create(planned=planned) | Replace(planned=planned):
            return planned.ident
        case _:
            return action.ident


def _tell_refusal(runtime: Runtime, connected: Connected, today: date, why: str) -> None:
    with writing(runtime.engine) as conn:
        owe_message(
            runtime,
            conn,
            connected.athlete_id,
            key=f"refused:{connected.id}:{today}",
            title="Your calendar was left alone",
            body=f"{why} If it was you, run `goalward calendar sync --removed-by-me`; "
            "`goalward calendar diff` shows what would be done.",
        )


def sync_now(runtime: Runtime, connected: Connected, *, may_vanish: int = MAY_VANISH) -> int:
    """For a command: write now, under the same lease as the workers. Returns the writes made.

    Raises the service's errors, and `Busy` while somebody else is writing this calendar.
    """
    done: list[Look] = []
    failed: list[ServiceError] = []

    def at_once(_: Runtime, _key: str, held: Held) -> None:
        try:
            done.append(sync(runtime, connected, held, may_vanish=may_vanish))
        except ServiceError as error:
            failed.append(error)
            raise

    with writing(runtime.engine) as conn:
        now = runtime.clock.machine_now()
        row_id = outbox.push(conn, "publish", str(connected.id), due_at=now)
    with Heartbeat(runtime.engine) as heartbeat:
        performed = perform(runtime, row_id, actors={"publish": at_once}, heartbeat=heartbeat)
    if failed:
        raise failed[0]
    if performed is Performed.NOTHING:
        raise Busy("a worker is writing this calendar right now; look again in a moment")
    if performed is Performed.SNOOZED:
        raise Busy("written, but the calendar may still be catching up: look again in two minutes")
    return len(done[0].decision.actions)
