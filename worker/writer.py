"""Applying one action to a calendar: intend (commit), write (remote), settle (commit), journal.

A crash anywhere leaves a pending record, and the next run looks before it writes.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from connectors.errors import RateLimited, ServiceError, Unavailable
from connectors.ports import CreatesInParts, WorkoutCalendar
from planning.calendar import (
    Action,
    Create,
    Delete,
    DeleteCopy,
    EntryRecord,
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
    remembered,
    settled,
    version,
)
from planning.schedule.plan import Layer, LayerKind
from planning.workout import PlannedWorkout, digest
from worker import entries, hand, journal
from worker.app import Runtime
from worker.connections import Connected, sentence
from worker.db import writing
from worker.owing import owe_message
from worker.perform import Held
from worker.stored import to_body

IN_WORDS = "A workout is on your calendar in words only"


@dataclass(frozen=True, slots=True)
class Writer:
    """`records` by ident and `direct` reads by remote id are what the actions were decided on."""

    runtime: Runtime
    connected: Connected
    calendar: WorkoutCalendar
    held: Held
    records: Mapping[str, EntryRecord]
    direct: Mapping[str, Observed | None]
    today: date
    run: int | None = None  # of the journal, where this goes on with one that broke off

    def apply(self, action: Action) -> bool:
        """True when the calendar was written. Raises the service's errors, and LeaseLost."""
        record = self.records.get(ident_of(action))
        match action:
            case Create() | Replace():
                self._write(action, record)
            case Delete():
                self._remove(action, record)
            case DeleteCopy():
                self._remove_copy(action)
            case HandOver():
                self._hand_over(action, record)
            case Forget():
                self._forget(action)
            case Remember():
                if record:
                    with self._storing() as conn:
                        entries.keep(conn, self.connected, remembered(record, action))
        return isinstance(action, Create | Replace | Delete | DeleteCopy)

    def _write(self, action: Create | Replace, record: EntryRecord | None) -> None:
        planned = action.planned
        before = self._stood(action.remote_id, record) if isinstance(action, Replace) else None
        pending = self._intend(action, record, before)
        try:
            if isinstance(action, Create):
                seen = self._created(planned, pending)
            else:
                seen = self.calendar.replace(action.remote_id, planned)
        except ServiceError as error:
            self._take_back(error, planned.ident, record)
            raise
        with self._storing() as conn:
            self._journal_write(conn, action, seen.remote_id, before, to_body(planned))
            if pending:
                now = self.runtime.clock.machine_now()
                entries.keep(conn, self.connected, settled(pending, seen, now, today=self.today))
            if seen.in_words:
                self._tell_words(conn, planned, seen.in_words)

    def _created(self, planned: PlannedWorkout, pending: EntryRecord | None) -> Observed:
        if not isinstance(self.calendar, CreatesInParts):
            return self.calendar.create(planned)

        def made(remote_id: str) -> None:
            if pending:
                with self._storing() as conn:
                    entries.keep(conn, self.connected, begun(pending, remote_id))

        return self.calendar.create_in_parts(planned, made)

    def _tell_words(self, conn: Connection, planned: PlannedWorkout, why: str) -> None:
        """Once for each version of the session: it is on the calendar, and not on the watch."""
        key = f"in-words:{self.connected.id}:{planned.ident}:{digest(planned)}"
        body = (
            f"{planned.workout.name} on {planned.day} stands there as text only, so no watch will "
            f"lead you through it. {sentence(why)}"
        )
        athlete_id = self.connected.athlete_id
        owe_message(self.runtime, conn, athlete_id, key=key, title=IN_WORDS, body=body)

    def _remove(self, action: Delete, record: EntryRecord | None) -> None:
        stood = self._stood(action.remote_id, record)
        self._intend(action, record, stood)
        try:
            self.calendar.delete(action.remote_id)
        except ServiceError as error:
            self._take_back(error, action.ident, record)
            raise
        with self._storing() as conn:
            self._journal_write(conn, action, action.remote_id, stood, None)
            entries.drop(conn, self.connected, action.ident)

    def _forget(self, action: Forget) -> None:
        """What is gone and was being written when we died: we may have taken it off ourselves."""
        with self._storing() as conn:
            if entries.unfinished(conn, self.connected, action.ident):
                self._journal_write(conn, action, None, None, None)
            entries.drop(conn, self.connected, action.ident)

    def _remove_copy(self, action: DeleteCopy) -> None:
        self.held.check()
        self.calendar.delete(action.remote_id)
        with self._storing() as conn:
            stood = self._stood(action.remote_id, None)
            self._journal(conn, action, action.remote_id, stood, None)

    def _hand_over(self, action: HandOver, record: EntryRecord | None) -> None:
        """The athlete's hand wins, and what it did is a fact for planning."""
        before = _recorded(record) if record else None
        there = self.direct.get(action.remote_id) if action.remote_id else None
        with self._storing() as conn:
            if record:
                entries.keep(conn, self.connected, handed_over(record, action))
            self._journal(conn, action, action.remote_id, before, _observed(there))
            layer = layer_of(action)
            if layer:
                hand.on_calendar(self.runtime, conn, self.connected.athlete_id, layer)

    def _intend(
        self,
        action: Create | Replace | Delete,
        record: EntryRecord | None,
        stood: dict[str, Any] | None,
    ) -> EntryRecord | None:
        pending = intended(record, action, self.runtime.clock.machine_now())
        if pending:
            write = {"action": words_of(action), "before": stood}
            with self._storing() as conn:
                entries.begin(conn, self.connected, pending, write)
        self.held.check()
        return pending

    def _take_back(self, error: ServiceError, ident: str, record: EntryRecord | None) -> None:
        """The call certainly changed nothing: do not make the next run wait for it to show."""
        if not _certainly_unapplied(error):
            return
        with self._storing() as conn:
            before = not_applied(record)
            if before:
                entries.keep(conn, self.connected, before)
            else:
                entries.drop(conn, self.connected, ident)

    @contextmanager
    def _storing(self) -> Iterator[Connection]:
        """Somebody who took over meanwhile has looked for themselves: their records stand."""
        with writing(self.runtime.engine) as conn:
            self.held.check(conn)
            yield conn

    def _stood(self, remote_id: str, record: EntryRecord | None) -> dict[str, Any] | None:
        """What is about to be written over, as far as it is known."""
        there = self.direct.get(remote_id)
        if there is None:
            return _recorded(record) if record else None
        seen = record.seen_digest if record else None
        if there.content is None or version(there.day, there.digest) == seen:
            return _observed(there)
        # Not as we wrote it, which stands here already: so it can be written again all the same.
        return {**(_observed(there) or {}), "workout": to_body(there.content)}

    def _journal_write(
        self,
        conn: Connection,
        action: Create | Replace | Delete | Forget,
        remote_id: str | None,
        before: dict[str, Any] | None,
        after: Any,
    ) -> None:
        """With what stood there before the first of the writes that led here, should one have died
        after the service had it: what stands there now is then our own.
        """
        begun = entries.unfinished(conn, self.connected, ident_of(action))
        did = journal.in_all(begun["action"] if begun else words_of(action), after)
        if did:
            stood = begun["before"] if begun else before
            self._journal(conn, action, remote_id, stood, after, did)

    def _journal(
        self,
        conn: Connection,
        action: Action,
        remote_id: str | None,
        before: dict[str, Any] | None,
        after: Any,
        did: str = "",
    ) -> None:
        journal.write(
            self.runtime,
            conn,
            self.connected,
            run=self.held.lease.generation if self.run is None else self.run,
            action=did or words_of(action),
            ident=ident_of(action),
            remote_id=remote_id,
            reason=action.because,
            before=before,
            after=after,
        )


def ident_of(action: Action) -> str:
    match action:
        case Create(planned=planned) | Replace(planned=planned):
            return planned.ident
        case _:
            return action.ident


def words_of(action: Action) -> str:
    """`Create` is "create", `HandOver` is "hand over"."""
    name = type(action).__name__
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()


def layer_of(action: HandOver) -> Layer | None:
    """What it says of the session. A copy says nothing."""
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


def _observed(there: Observed | None) -> dict[str, Any] | None:
    return _entry(there.remote_id, there.day, there.name, there.digest) if there else None


def _recorded(record: EntryRecord) -> dict[str, Any]:
    """As we last saw it; `seen_digest` names the day as well."""
    seen = (record.seen_digest or "").partition("/")[2] or record.plan_digest
    return _entry(record.remote_id, record.day, record.seen_name, seen)


def _entry(
    remote_id: str | None, day: date | None, name: str | None, content: str | None
) -> dict[str, Any]:
    day_ = day.isoformat() if day else None
    return {"remote_id": remote_id, "day": day_, "name": name, "digest": content}
