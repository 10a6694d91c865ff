"""Leaving a calendar: every entry stays where it is and becomes the athlete's for good."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Connection

from connectors.errors import Refused
from connectors.ports import Releases, WorkoutCalendar
from planning.calendar import EntryRecord, EntryState
from worker import entries, journal, store
from worker.app import Runtime
from worker.at_once import at_once
from worker.connections import Connected, opened
from worker.db import reading, writing
from worker.perform import Held

LEFT = "left to you"
CANNOT = (
    "{title} has no way to leave its entries to you. `goalward calendar pause` leaves them as they "
    "are, `goalward calendar remove-all` takes them off."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One that is to be left. `ident` None: its marker is gone, and only its id is known."""

    remote_id: str
    ident: str | None
    day: date | None
    name: str | None


def detach_now(
    runtime: Runtime,
    connected: Connected,
    *,
    pause: Callable[[Connection], object],
    left: Callable[[Entry], object] = lambda _: None,
) -> int | None:
    """How many entries were left, under the lease of the workers; None: a calendar that is ours
    alone only stands still. Raises the service's errors, and Busy; called again, it goes on.
    """

    def detached(held: Held) -> int | None:
        with opened(runtime, connected) as use:
            capabilities = runtime.connectors[connected.connector].capabilities
            if use.calendar is None or not (
                isinstance(use.calendar, Releases) or capabilities.ours_alone
            ):
                raise Refused(CANNOT.format(title=runtime.title_of(connected.connector)))
            _paused(runtime, held, pause)
            if not isinstance(use.calendar, Releases):
                return None
            work = _Detaching(runtime, connected, held, use.calendar.release)
            found = work.found(use.calendar)
            return work.all_left(found, left)

    return at_once(runtime, connected, detached)


def kept(conn: Connection, connected: Connected, today: date) -> list[tuple[date, str]]:
    """Day and name of what was left to the athlete, from today on."""
    found = []
    for line in journal.lines(conn, [connected.id]):
        day, name = line.was
        if line.action == journal.RELEASE and day and day >= today:
            found.append((day, name or line.ident))
    return sorted(found)


def _paused(runtime: Runtime, held: Held, pause: Callable[[Connection], object]) -> None:
    with writing(runtime.engine) as conn:
        held.check(conn)
        pause(conn)


@dataclass(frozen=True, slots=True)
class _Detaching:
    runtime: Runtime
    connected: Connected
    held: Held
    release: Callable[[str], None]

    def found(self, calendar: WorkoutCalendar) -> list[Entry]:
        """All that carries our marker on any day that we ever wrote on, and all in our records."""
        with reading(self.runtime.engine) as conn:
            records = entries.entries_of(conn, self.connected.id)
            days = [each.day for each in records]
            days += _days(journal.lines(conn, [self.connected.id]))
            profile = store.profile_of(conn, self.connected.athlete_id)
            today = self.runtime.calendar_now(conn).astimezone(profile.zone).date()
        first, last = min([today, *days]), max([today, *days])
        around = timedelta(days=profile.horizon_days)
        known = {each.remote_id: each for each in records if each.remote_id}
        observed = calendar.entries(first - around, last + around, frozenset(known))
        shown = [
            Entry(each.remote_id, _ident(each.remote_id, each.ident, known), each.day, each.name)
            for each in observed
        ]
        listed = {each.remote_id for each in observed}
        hidden = [
            Entry(remote_id, each.ident, each.day, each.seen_name)
            for remote_id, each in known.items()
            if remote_id not in listed
        ]
        return sorted([*shown, *hidden], key=lambda each: (each.day or date.min, each.remote_id))

    def all_left(self, found: Sequence[Entry], left: Callable[[Entry], object]) -> int:
        refused: list[Refused] = []
        for entry in found:
            try:
                self._leave(entry)
                left(entry)
            except Refused as error:
                refused.append(error)
        if refused:
            raise refused[0]
        with writing(self.runtime.engine) as conn:
            self.held.check(conn)
            for record in entries.entries_of(conn, self.connected.id):  # of what never arrived
                entries.drop(conn, self.connected, record.ident)
            self._journal(conn, journal.DETACH, Entry("", "", None, None))
        return len(found)

    def _leave(self, entry: Entry) -> None:
        """It is theirs before its marker goes, so that a crash in between leaves nothing in doubt:
        whoever goes on finds it by our record, and whoever does not leaves it alone.
        """
        with writing(self.runtime.engine) as conn:
            self.held.check(conn)
            for record in self._records(conn, entry):
                if record.state is not EntryState.ATHLETES:
                    theirs = replace(record, state=EntryState.ATHLETES)
                    entries.keep(conn, self.connected, theirs)
        self.held.check()
        self.release(entry.remote_id)
        with writing(self.runtime.engine) as conn:
            self.held.check(conn)
            for record in self._records(conn, entry):
                entries.drop(conn, self.connected, record.ident)
            self._journal(conn, journal.RELEASE, entry)

    def _records(self, conn: Connection, entry: Entry) -> list[EntryRecord]:
        known = entries.entries_of(conn, self.connected.id)
        return [each for each in known if each.remote_id == entry.remote_id]

    def _journal(self, conn: Connection, action: str, entry: Entry) -> None:
        day = entry.day.isoformat() if entry.day else None
        stood = {"remote_id": entry.remote_id, "day": day, "name": entry.name}
        journal.write(
            self.runtime,
            conn,
            self.connected,
            run=self.held.lease.generation,
            action=action,
            ident=entry.ident or "",
            remote_id=entry.remote_id or None,
            reason=LEFT,
            before=stood if action == journal.RELEASE else None,
        )


def _ident(remote_id: str, marked: str | None, known: Mapping[str, EntryRecord]) -> str | None:
    return marked or (known[remote_id].ident if remote_id in known else None)


def _days(lines: Iterable[journal.Line]) -> list[date]:
    return [day for line in lines for day, _ in (line.was, line.became) if day]
