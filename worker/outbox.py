"""Work owed: one row per (actor, key). The row is the truth; messages only ring the bell.

A push adds 1 to `generation`; a claim takes the generation it finds, and finishing sets
`done_generation` to that. The row is open while the two differ, so ten pushes make one run, and a
push that arrives during the work is not lost. A claim does all that was pushed before it, whenever
it was due; what is pushed during the work waits for its own time (`again_at`).

Tries count before the work, so that work which kills its process is buried too. That a service was
away is not the work's fault: it counts as an outage, and is never a reason to give up. Machine
time, by the database, rules everything here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from worker.db import database_now, reading, writing
from worker.tables import Instant, outbox

LEASE = timedelta(seconds=10)
RENEW_EVERY_S = 3.0
MAX_TRIES = 8
FIRST_BACKOFF_S = 5.0
LONGEST_BACKOFF_S = 3600.0
ERROR_LENGTH = 500

_OPEN = outbox.c.generation != outbox.c.done_generation
_OWED = and_(_OPEN, outbox.c.buried_at.is_(None))


@dataclass(frozen=True, slots=True)
class Lease:
    """One claim of one row. `number` tells it from every other claim, also of the same owner."""

    row_id: int
    actor: str
    key: str
    generation: int
    owner: str
    number: int
    tries: int  # this one included
    due_at: datetime
    outages: int = 0  # how often in a row the service was away, up to now


@dataclass(frozen=True, slots=True)
class Owed:
    """A row as `status` shows it."""

    row_id: int
    actor: str
    key: str
    due_at: datetime
    tries: int  # without success, outages included
    last_error: str | None
    buried_at: datetime | None


class LeaseLost(Exception):
    """Somebody else may be at this work: leave it, and write nothing."""


def push(conn: Connection, actor: str, key: str, *, due_at: datetime, late: bool = False) -> int:
    """Owe the work from `due_at` on; a buried row is opened again. Returns the row's id.

    Meant for the transaction that makes the change from which the work follows. `late` work, such
    as years of history, is done after all that is due and not late; a push that is not late
    hurries what was.
    """
    c, at = outbox.c, literal(due_at, Instant)
    sooner = case((c.due_at < at, c.due_at), else_=at)
    again = case((c.again_at < at, c.again_at), else_=at)  # NULL is not less
    at_work = c.lease_owner.is_not(None)
    pushed = (
        update(outbox)
        .where(c.actor == actor, c.key == key)
        .values(
            generation=c.generation + 1,
            due_at=case((_OWED, sooner), else_=at),
            again_at=case((at_work, again), else_=None),
            late=case((_OWED, c.late), else_=1) if late else 0,
            buried_at=None,
        )
        .returning(c.id)
    )
    row_id = conn.scalar(pushed)
    if row_id is None:
        row_id = conn.scalar(_first(conn, actor, key, due_at=due_at, late=late))
    if row_id is None:  # PostgreSQL: another transaction made the row in between
        row_id = conn.execute(pushed).scalar_one()
    return int(row_id)


def _first(conn: Connection, actor: str, key: str, *, due_at: datetime, late: bool) -> Any:
    dialect = sqlite if conn.dialect.name == "sqlite" else postgresql
    return (
        dialect.insert(outbox)
        .values(
            actor=actor,
            key=key,
            generation=1,
            done_generation=0,
            due_at=due_at,
            late=int(late),
            lease_number=0,
            tries=0,
            tries_generation=0,
            created_at=database_now(conn),
        )
        .on_conflict_do_nothing(index_elements=("actor", "key"))
        .returning(outbox.c.id)
    )


def due(
    conn: Connection,
    *,
    now: datetime,
    limit: int,
    actors: Sequence[str] | None = None,
    late: bool | None = None,
) -> list[int]:
    """Rows that are due, not leased, not done, not buried; the late last, the longest due first.

    `late`: only those that are, or only those that are not.
    """
    c = outbox.c
    query = select(c.id).where(_claimable(now)).order_by(c.late, c.due_at, c.id)
    if late is not None:
        query = query.where(c.late == int(late))
    if actors is not None:
        query = query.where(outbox.c.actor.in_(actors))
    return list(conn.scalars(query.limit(limit)))


def next_due_at(conn: Connection, *, after: datetime) -> datetime | None:
    """The first moment after `after` at which a row falls due or its lease runs out, if any."""
    c = outbox.c
    turn = case((c.lease_until > c.due_at, c.lease_until), else_=c.due_at)
    query = select(func.min(turn, type_=Instant)).where(_OWED, turn > after)
    first: datetime | None = conn.scalar(query)
    return first


def _claimable(now: datetime) -> ColumnElement[bool]:
    free = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now)
    return and_(_OWED, outbox.c.due_at <= now, free)


def claim(engine: Engine, row_id: int, *, owner: str) -> Lease | None:
    """Take the row for LEASE. None: not due, done, buried, gone, or somebody else has it.

    The try is counted here, before the work. A row whose owners died MAX_TRIES times over one
    generation is buried instead.
    """
    with reading(engine) as conn:  # most messages are doubled: they need no write to find out
        if conn.scalar(select(outbox.c.id).where(_row_due(conn, row_id))) is None:
            return None
    with writing(engine) as conn:
        now = database_now(conn)
        row = conn.execute(
            select(outbox).where(outbox.c.id == row_id, _claimable(now)).with_for_update()
        ).one_or_none()
        if row is None:
            return None
        tries = 1 + (row.tries if row.tries_generation == row.generation else 0)
        if tries > MAX_TRIES:
            _bury_dead(conn, row, now)
            return None
        return _take(conn, row, owner=owner, now=now, tries=tries)


def _row_due(conn: Connection, row_id: int) -> ColumnElement[bool]:
    return and_(outbox.c.id == row_id, _claimable(database_now(conn)))


def _take(conn: Connection, row: Row[Any], *, owner: str, now: datetime, tries: int) -> Lease:
    conn.execute(
        update(outbox)
        .where(outbox.c.id == row.id)
        .values(
            lease_owner=owner,
            lease_until=now + LEASE,
            lease_number=row.lease_number + 1,
            again_at=None,
            tries=tries,
            tries_generation=row.generation,
        )
    )
    number = row.lease_number + 1
    return Lease(
        row.id, row.actor, row.key, row.generation, owner, number, tries, row.due_at, row.outages
    )


def _bury_dead(conn: Connection, row: Row[Any], now: datetime) -> None:
    reason = f"its process ended {row.tries} times in the middle of the work"
    if row.last_error:
        reason = f"{reason}; last error: {row.last_error}"
    conn.execute(
        update(outbox)
        .where(outbox.c.id == row.id)
        .values(buried_at=now, last_error=reason[:ERROR_LENGTH], **_RELEASED)
    )


_RELEASED: dict[str, Any] = {
    "lease_owner": None,
    "lease_until": None,
    "again_at": None,
    "outages": 0,
}


def _held(lease: Lease) -> ColumnElement[bool]:
    """Nobody has claimed the row since."""
    return and_(
        outbox.c.id == lease.row_id,
        outbox.c.lease_owner == lease.owner,
        outbox.c.lease_number == lease.number,
    )


def renew(engine: Engine, lease: Lease) -> bool:
    """Another LEASE from now on. False: lost, and lost for good."""
    with writing(engine) as conn:
        now = database_now(conn)
        held = and_(_held(lease), outbox.c.lease_until > now)
        return conn.execute(update(outbox).where(held).values(lease_until=now + LEASE)).rowcount > 0


def still_held(engine: Engine, lease: Lease) -> bool:
    """To be asked before every remote write."""
    with reading(engine) as conn:
        held = and_(_held(lease), outbox.c.lease_until > database_now(conn))
        return conn.scalar(select(outbox.c.id).where(held)) is not None


def still_mine(conn: Connection, lease: Lease) -> bool:
    """To be asked first in a transaction that stores what the work came to.

    Nobody has claimed the row since, nor can before this transaction ends: SQLite has one writer,
    PostgreSQL locks the row. A lease that ran out but that nobody took is enough here.
    """
    # Of all that is done to the row, only a claim waits for this lock: pushes do not, so two
    # actors that push each other's rows cannot wait for each other.
    mine = select(outbox.c.id).where(_held(lease)).with_for_update(read=True, key_share=True)
    return conn.scalar(mine) is not None


def finish(engine: Engine, lease: Lease) -> bool:
    """Done as of the generation that was claimed; what was pushed since stays owed.

    True when there is more to do at once. A lease that ran out but that nobody took since still
    counts: the work is done.
    """
    c = outbox.c
    with writing(engine) as conn:
        conn.execute(
            update(outbox)
            .where(_held(lease))
            .values(
                done_generation=lease.generation,
                due_at=func.coalesce(c.again_at, c.due_at),
                tries=0,
                last_error=None,
                **_RELEASED,
            )
        )
        return conn.scalar(select(outbox.c.id).where(_row_due(conn, lease.row_id))) is not None


def snooze(engine: Engine, lease: Lease, *, due_at: datetime, reason: str | None = None) -> None:
    """Not now, but from `due_at` on, or earlier if a push during the work asked for that.

    It does not count as a try.
    """
    at = literal(due_at, Instant)
    sooner = case((outbox.c.again_at < at, outbox.c.again_at), else_=at)
    _put_back(engine, lease, due_at=sooner, tries=lease.tries - 1, last_error=_short(reason))


def fail(engine: Engine, lease: Lease, error: str, *, due_at: datetime) -> None:
    """Try again at `due_at` (see `backoff`), or bury after MAX_TRIES.

    A push during the work does not shorten the wait: backing off protects the service.
    """
    if lease.tries >= MAX_TRIES:
        bury(engine, lease, reason=f"given up after {lease.tries} tries: {error}")
    else:
        _put_back(engine, lease, due_at=due_at, tries=lease.tries, last_error=_short(error))


def wait_out(engine: Engine, lease: Lease, error: str, *, due_at: datetime) -> None:
    """The service is away: try again at `due_at`, for as long as it takes. No try is counted."""
    _put_back(
        engine,
        lease,
        due_at=due_at,
        tries=lease.tries - 1,
        outages=lease.outages + 1,
        last_error=_short(error),
    )


def bury(engine: Engine, lease: Lease, *, reason: str) -> None:
    """Stop trying, with the reason, until the next push. One that came meanwhile counts."""
    c = outbox.c
    pushed_since = c.generation != lease.generation
    with writing(engine) as conn:
        now = literal(database_now(conn), Instant)
        conn.execute(
            update(outbox)
            .where(_held(lease))
            .values(
                buried_at=case((pushed_since, None), else_=now),
                due_at=func.coalesce(c.again_at, c.due_at),
                last_error=_short(reason),
                **_RELEASED,
            )
        )


def _put_back(engine: Engine, lease: Lease, **values: Any) -> None:
    with writing(engine) as conn:
        conn.execute(update(outbox).where(_held(lease)).values(_RELEASED | values))


def _short(text: str | None) -> str | None:
    """What any database can store of an error's text, whatever a service put into it."""
    if text is None:
        return None
    return text[:ERROR_LENGTH].replace("\0", "").encode(errors="replace").decode()


def backoff(tries: int, *, jitter: float) -> timedelta:
    """How long to wait after that many tries: 5 s, 10 s, 20 s, ... at most an hour.

    `jitter` in [0, 1) spreads it over the upper half, so that what failed together does not come
    back together.
    """
    doublings = min(tries - 1, 10)  # far enough, and an outage may have thousands of tries
    longest_s = min(FIRST_BACKOFF_S * 2**doublings, LONGEST_BACKOFF_S)
    return timedelta(seconds=longest_s * (0.5 + 0.5 * jitter))


def open_count(conn: Connection, *, actor: str | None = None, key: str | None = None) -> int:
    """How many rows are owed, buried ones apart."""
    query = select(func.count()).select_from(outbox).where(_OWED)
    if actor is not None:
        query = query.where(outbox.c.actor == actor)
    if key is not None:
        query = query.where(outbox.c.key == key)
    return int(conn.execute(query).scalar_one())


def oldest_owed(conn: Connection, *, now: datetime) -> timedelta | None:
    """How long the longest due row has waited. None: nothing is due."""
    first = conn.scalar(select(func.min(outbox.c.due_at)).where(_OWED, outbox.c.due_at <= now))
    return None if first is None else now - first


def listed(conn: Connection, *, limit: int = 100) -> list[Owed]:
    """What is owed and what is buried, the longest due first."""
    c = outbox.c
    tries = c.tries + c.outages
    query = select(c.id, c.actor, c.key, c.due_at, tries, c.last_error, c.buried_at).where(_OPEN)
    return [Owed(*row) for row in conn.execute(query.order_by(c.due_at, c.id).limit(limit))]
