"""How things stand: goals, connections, owed work; and an examination of everything."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from connectors.registry import installed
from planning.goals.goal import Goal
from worker import health, outbox, store, tables
from worker.app import Runtime
from worker.connections import SIGN_IN_NEEDED, Connected, connections, opened, sentence
from worker.db import reading, writing
from worker.health import Health
from worker.notify import problem_with
from worker.outbox import Owed
from worker.polling import ACTIVITY, ASIDE, POLL
from worker.publish import NOT_EQUAL

LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Stuck:
    """Work that has failed or was given up."""

    id: str
    what: str
    tries: int
    error: str | None
    given_up: bool

    @property
    def words(self) -> str:
        """What is wrong, why, and what helps: what the reason itself names, or else a replay."""
        why = sentence(self.error or "nobody knows why")
        if not self.given_up:
            return (
                f"Work on {self.what} failed {self.tries} times. {why} It is tried again by itself."
            )
        told = f"Work on {self.what} was given up."
        if self.what.startswith("publish "):
            told = f"{NOT_EQUAL}."
        again = "" if "`goalward " in why else f" Try again: `goalward replay {self.id}`"
        return f"{told} {why}{again}"


@dataclass(frozen=True, slots=True)
class Standing:
    goals: tuple[Goal, ...]
    activities: int
    newest: date | None
    connections: tuple[Health, ...]
    owed: int
    stuck: tuple[Stuck, ...]
    aside: int = 0  # recordings that are dated ahead of the calendar

    def as_json(self) -> dict[str, Any]:
        return {
            "goals": [goal.id for goal in self.goals],
            "activities": self.activities,
            "newest": self.newest.isoformat() if self.newest else None,
            "aside": self.aside,
            "connections": [each.as_json() for each in self.connections],
            "owed": self.owed,
            "stuck": [
                {
                    "id": stuck.id,
                    "what": stuck.what,
                    "tries": stuck.tries,
                    "error": stuck.error,
                    "given_up": stuck.given_up,
                }
                for stuck in self.stuck
            ],
        }

    def activity_lines(self) -> list[str]:
        lines = [f"Activities: {self.activities}, the newest on {self.newest or '-'}."]
        if self.aside:
            lines.append(f"{self.aside} kept aside: dated more than a day ahead of today.")
        return lines

    def connection_lines(self) -> list[str]:
        if not self.connections:
            return ["Nothing is connected: `goalward connect --help`, or `goalward import PATH`."]
        return [line for each in self.connections for line in each.lines]

    def owed_lines(self) -> list[str]:
        pieces = "1 piece of work is" if self.owed == 1 else f"{self.owed} pieces of work are"
        lines = [f"{pieces} owed."] if self.owed else []
        return [*lines, *(stuck.words for stuck in self.stuck)]


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    ok: bool
    says: str


def of(runtime: Runtime, athlete_id: int) -> Standing:
    with reading(runtime.engine) as conn:
        seen = health.known(runtime, conn, athlete_id)
        found = health.healths(runtime, conn, athlete_id, seen)
        return Standing(
            goals=tuple(g for g in store.goals(conn, athlete_id) if g.retired_on is None),
            activities=len(seen.activities),
            newest=max((activity.day for activity in seen.activities), default=None),
            connections=tuple(each for _, each in found),
            owed=outbox.open_count(conn),
            stuck=_stuck(conn),
            aside=_aside(conn, athlete_id),
        )


def back_then(runtime: Runtime, athlete_id: int, at: datetime) -> Standing:
    """Goals and activities as they were known at a calendar instant; no health is kept of then."""
    with reading(runtime.engine) as conn:
        recorded = store.activities(conn, athlete_id, until=at)
        goals = store.goals(conn, athlete_id, until=at)
    return Standing(
        goals=tuple(goal for goal in goals if goal.retired_on is None),
        activities=len(recorded),
        newest=max((activity.day for activity in recorded), default=None),
        connections=(),
        owed=0,
        stuck=(),
    )


def examine(runtime: Runtime) -> list[Finding]:
    """Everything that can be checked without changing anything."""
    key = _vault(runtime)
    return [
        Finding("settings", not runtime.settings.unknown, _unknown(runtime)),
        _database(runtime),
        key,
        *(Finding(f"connector {name}", False, why) for name, why in installed().problems.items()),
        *(_reachable(runtime, connected) for connected in _connected(runtime) if key.ok),
        *(_channel(channel) for channel in runtime.settings.notify),
        _work(runtime),
    ]


def owe_again(runtime: Runtime, row: str) -> str:
    """Re-open one row of the outbox, by the id that `status` shows. Raises LookupError."""
    with writing(runtime.engine) as conn:
        found = conn.execute(
            select(tables.outbox.c.actor, tables.outbox.c.key).where(
                tables.outbox.c.id == int(row) if row.isdecimal() else tables.outbox.c.id == -1
            )
        ).one_or_none()
        if found is None:
            raise LookupError(f"There is no work {row!r}; `goalward status` names what is stuck.")
        if found.actor == "ingest":  # an arrival that was read is read once more
            arrival = update(tables.inbox_event).where(tables.inbox_event.c.id == int(found.key))
            conn.execute(arrival.values(done_at=None))
        outbox.push(conn, found.actor, found.key, due_at=runtime.clock.machine_now())
    return f"{found.actor} {found.key} is owed again; `goalward up` does it."


def _aside(conn: Any, athlete_id: int) -> int:
    """Recordings whose newest fetch was put aside, and files that were when imported."""
    event, copy = tables.inbox_event, tables.raw_copy
    read = select(event.c.connection_id, event.c.payload, event.c.outcome).where(
        event.c.athlete_id == athlete_id, event.c.kind == ACTIVITY, event.c.done_at.is_not(None)
    )
    ever = read.where(event.c.outcome.contains(ASIDE)).limit(1)
    newest = {}
    if conn.execute(ever).first() is not None:  # seldom, so all are read only then
        for row in conn.execute(read.order_by(event.c.done_at, event.c.id)):
            newest[row.connection_id, (row.payload or {}).get("external_id")] = row.outcome
    files = select(func.count()).where(
        copy.c.athlete_id == athlete_id, copy.c.problem.startswith(ASIDE)
    )
    in_files: int = conn.execute(files).scalar_one()
    return in_files + len([1 for outcome in newest.values() if ASIDE in (outcome or "")])


def _stuck(conn: Any) -> tuple[Stuck, ...]:
    """Without what comes again by itself, or has come already."""
    failed = [each for each in outbox.listed(conn) if each.buried_at is not None or each.tries > 1]
    again = _come_again(conn, [each for each in failed if each.actor == "ingest"])
    return tuple(
        Stuck(
            str(owed.row_id),
            f"{owed.actor} {owed.key}",
            owed.tries,
            owed.last_error,
            owed.buried_at is not None,
        )
        for owed in failed
        if owed not in again
    )


def _come_again(conn: Any, failed: list[Owed]) -> list[Owed]:
    """Arrivals that nobody need see to: polls; what waits for a sign-in; what ails as its
    connection does, which says so itself, and is named again by the next look back; and activities
    that were looked at since, by another arrival.
    """
    event, sighted = tables.inbox_event, tables.sighting
    mine = {one.id: one for one in connections(conn, state=None)}
    same = sighted.c.connection_id == event.c.connection_id
    same &= sighted.c.external_id == event.c.payload["external_id"].as_string()
    query = select(
        event.c.id, event.c.kind, event.c.connection_id, sighted.c.event_id.label("last")
    )
    query = query.select_from(event.outerjoin(sighted, same))
    rows = conn.execute(query.where(event.c.id.in_([int(each.key) for each in failed])))
    arrived = {str(row.id): row for row in rows}
    found = []
    for each in failed:
        if (row := arrived.get(each.key)) is None:
            continue
        connected = mine.get(row.connection_id)
        lapsed = connected is not None and connected.state == SIGN_IN_NEEDED
        ails = connected is not None and connected.problem == each.last_error
        since = row.kind == ACTIVITY and row.last is not None and row.last > row.id
        if row.kind == POLL or lapsed or ails or since:
            found.append(each)
    return found


def _unknown(runtime: Runtime) -> str:
    names = ", ".join(runtime.settings.unknown)
    return f"these mean nothing: {names}" if names else "all known"


def _database(runtime: Runtime) -> Finding:
    with reading(runtime.engine) as conn:
        oldest = outbox.oldest_owed(conn, now=runtime.clock.machine_now())
    if oldest and oldest > LATE:
        minutes = oldest.total_seconds() / 60
        says = f"answers, but work has waited for {minutes:.0f} minutes: is `goalward up` running?"
        return Finding("database", False, says)
    return Finding("database", True, "answers, no work is late")


def _vault(runtime: Runtime) -> Finding:
    from worker.vault import WrongKey

    try:
        for connected in _connected(runtime):
            runtime.vault.tokens(connected.id).read()
    except WrongKey as error:
        return Finding("key", False, str(error))
    return Finding("key", True, "opens every stored token")


def _connected(runtime: Runtime) -> list[Connected]:
    with reading(runtime.engine) as conn:
        return connections(conn, state=None)


def _reachable(runtime: Runtime, connected: Connected) -> Finding:
    """Asks the service something harmless."""
    from connectors.errors import RateLimited, ServiceError

    try:
        with opened(runtime, connected) as use:
            if use.activities is not None:
                use.activities.changes(connected.cursor)
    except RateLimited as error:
        return Finding(connected.connector, True, f"answers, busy: {error}")
    except ServiceError as error:
        return Finding(connected.connector, False, str(error))
    return Finding(connected.connector, True, "answers and knows you")


def _channel(channel: str) -> Finding:
    scheme = channel.partition("://")[0]
    problem = problem_with(channel)
    return Finding(f"messages by {scheme}", problem is None, problem or "can be sent")


def _work(runtime: Runtime) -> Finding:
    with reading(runtime.engine) as conn:
        given_up = [stuck for stuck in _stuck(conn) if stuck.given_up]
    if not given_up:
        return Finding("work", True, "nothing was given up")
    first = given_up[0]
    says = f"{len(given_up)} given up, such as {first.what}: {first.error}"
    return Finding("work", False, f"{says}. `goalward replay {first.id}` tries again")
