"""Erasing a source, or an athlete: everything that came from there, and what was concluded from it.

It begins with one transaction: the connections end, and the work is owed. The rest is done by the
actor `erase`, a few rows at a time, by whoever comes next, until nothing is left:

1. Tokens. A renewal under way is waited for.
2. What the athlete said of its copies goes on being said of other copies of the same runs.
   Arrivals, with the work that they owe. A fetch under way finds its lease gone and stores nothing.
3. Facts, recordings, sightings, calendar records, messages. Entries on the service's calendar stay.
4. What was concluded from them keeps only what was told (see `worker.stripped`).
5. In one transaction: a decision under way is stopped, what it has written since step 4 is stripped
   too, the connections go, and a new decision is owed.
6. The database is written anew, so that its files hold nothing of it either.

One row in `erasure` remembers when, what and how many rows; whose, only as a hash. While the work
is under way it also holds `since`: when the first of what is being erased became known.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, union_all, update

from connectors.errors import SignInNeeded
from connectors.ports import Confirms
from worker import outbox, tables
from worker.app import Runtime
from worker.concluded import Stripping, forget_decision, naming
from worker.connections import DISCONNECTED, Connected, link_of, opened, sign_in_command
from worker.db import compact, reading, writing
from worker.doomed import EVERYTHING, Scope, doomed
from worker.goodbye import say_goodbye
from worker.owing import owe_message, owe_publishing, owe_replan
from worker.perform import Held, Snooze
from worker.rulings import say_of_others
from worker.vault import forget_tokens

ERASE = "erase"
ROWS_AT_ONCE, RECORDINGS_AT_ONCE = 100, 5
READER_PAUSE = timedelta(seconds=2)  # somebody reads an old state of the database
SINCE = "since"
# Whose rows owe work under their ids.
ACTOR_OF = {"inbox_event": "ingest", "message": "tell", "connection": "publish"}


def begin(runtime: Runtime, conn: Connection, scope: Scope) -> None:
    """From here on nothing more comes in from there, and the erasing is owed. Safe to repeat."""
    now, row = runtime.clock.machine_now(), tables.connection
    ended = update(row).where(scope.owns(row))
    conn.execute(
        ended.values(state=DISCONNECTED, cursor=None, problem=None, version=row.c.version + 1)
    )
    if _open(conn, scope) is None:
        since = _first_known(conn, scope)
        conn.execute(
            insert(tables.erasure).values(
                at=now,
                what=scope.source or EVERYTHING,
                whose=whose(conn, scope.athlete_id),
                rows={SINCE: since.isoformat() if since else None},
            )
        )
    outbox.push(conn, ERASE, scope.key, due_at=now)


def erase(runtime: Runtime, key: str, held: Held) -> None:
    """The actor. `key` is of a Scope. Goes on where another was stopped."""
    scope = Scope.of(key)
    with reading(runtime.engine) as conn:
        under_way = _open(conn, scope) is not None
    if under_way:
        _forget_tokens(runtime, scope)
        _keep_what_was_said(runtime, held, scope)
        for table, where in doomed(scope):
            _delete(runtime, held, scope, table, where)
            if table is tables.inbox_event:
                _note_since(runtime, held, scope)
        stripping = _strip(runtime, held, scope) if scope.source else None
        _finish(runtime, held, scope, stripping)
        runtime.ring()
    if not compact(runtime.engine):
        raise Snooze(runtime.clock.machine_now() + READER_PAUSE, "the database is being read")


def is_owed(engine: Engine, scope: Scope) -> bool:
    with reading(engine) as conn:
        return outbox.open_count(conn, actor=ERASE, key=scope.key) > 0


def erased(conn: Connection, athlete_id: int) -> list[tuple[datetime, str, Mapping[str, int]]]:
    """What was erased of an athlete: when (machine time), what, how many rows of which table."""
    row = tables.erasure
    mine = select(row).where(row.c.whose == whose(conn, athlete_id)).order_by(row.c.id)
    return [
        (found.at, found.what, {name: n for name, n in found.rows.items() if name != SINCE})
        for found in conn.execute(mine)
    ]


def count(conn: Connection, scope: Scope) -> dict[str, int]:
    """How many rows of which table an erasing would delete."""
    through = (tables.connection, scope.owns(tables.connection))
    found = {
        table.name: conn.execute(select(func.count()).select_from(table).where(where)).scalar_one()
        for table, where in (*doomed(scope), through)
    }
    return {name: rows for name, rows in found.items() if rows}


def is_confirmed(runtime: Runtime, connected: Connected) -> bool:
    """Whether the service itself says that the athlete's permission is gone.

    Raises Unavailable and RateLimited: then nothing is known.
    """
    connector = runtime.connectors.get(connected.connector)
    if isinstance(connector, Confirms):
        link = link_of(runtime, connector, connected)
        return not connector.still_authorised(link, runtime.clock.machine_now())
    try:
        with opened(runtime, connected) as use:
            if use.activities is not None:
                use.activities.changes(connected.cursor)
    except SignInNeeded:
        return True
    return False


def deauthorised(runtime: Runtime, conn: Connection, connected: Connected) -> None:
    """The permission was taken back at the service: everything goes, and that is told once."""
    title = runtime.title_of(connected.connector)
    begin(runtime, conn, Scope(connected.athlete_id, connected.connector))
    owe_message(
        runtime,
        conn,
        connected.athlete_id,
        key=f"{TOLD}{connected.id}",
        title=f"{title} is disconnected, and what came from it is erased",
        body=f"{title} says that you took your permission back. So its runs, names and keys are "
        "deleted here, and the plan is made from what remains. To bring them back: "
        f"`{sign_in_command(connected.connector)}`.",
    )


TOLD = "erased:"  # how the key of that message begins


def whose(conn: Connection, athlete_id: int) -> str:
    """Names an athlete to those who know the athlete's row, and to nobody after it is gone."""
    row = tables.athlete
    made = conn.scalar(select(row.c.created_at).where(row.c.id == athlete_id))
    said = f"athlete:{athlete_id}:{made.isoformat() if made else ''}"
    return hashlib.sha256(said.encode()).hexdigest()


def _open(conn: Connection, scope: Scope) -> Any:
    """The row of the erasing that is under way, if one is."""
    row = tables.erasure
    mine = (row.c.whose == whose(conn, scope.athlete_id)) & (
        row.c.what == (scope.source or EVERYTHING)
    )
    last = conn.execute(select(row).where(mine).order_by(row.c.id.desc()).limit(1)).one_or_none()
    return last if last is not None and SINCE in last.rows else None


def _first_known(conn: Connection, scope: Scope) -> datetime | None:
    """When the first of what planning reads from there became known."""
    if scope.source is None:
        return None
    inputs = {tables.observation, tables.wellness, tables.weather, tables.coverage, tables.withheld}
    firsts = union_all(
        *(
            select(func.min(table.c.known_at).label("at")).where(where)
            for table, where in doomed(scope)
            if table in inputs
        )
    ).subquery()
    found: datetime | None = conn.scalar(select(func.min(firsts.c.at, type_=tables.Instant)))
    return found


def _keep_what_was_said(runtime: Runtime, held: Held, scope: Scope) -> None:
    """What the athlete said of a run is said of another copy of it, while the two can be matched:
    a run that was left out must not count again.
    """
    if scope.source is None:
        return
    with writing(runtime.engine) as conn:
        held.check(conn)
        now = runtime.clock.machine_now()
        say_of_others(conn, scope.athlete_id, scope.source, now=now)


def _note_since(runtime: Runtime, held: Held, scope: Scope) -> None:
    """Once more, now that nothing comes in any more and while nothing is deleted of it."""
    with writing(runtime.engine) as conn:
        held.check(conn)
        first, under_way = _first_known(conn, scope), _open(conn, scope)
        noted = _since(under_way.rows)
        if first is not None and (noted is None or first < noted):
            _note(conn, under_way.id, {**under_way.rows, SINCE: first.isoformat()})


def _since(rows: Mapping[str, Any]) -> datetime | None:
    return datetime.fromisoformat(rows[SINCE]) if rows.get(SINCE) else None


def _note(conn: Connection, erasure_id: int, rows: Mapping[str, Any]) -> None:
    mine = update(tables.erasure).where(tables.erasure.c.id == erasure_id)
    conn.execute(mine.values(rows=dict(rows)))


def _forget_tokens(runtime: Runtime, scope: Scope) -> None:
    with reading(runtime.engine) as conn:
        ids = _connections_of(conn, scope)
    for connection_id in ids:
        kept = runtime.vault.tokens(connection_id)
        with kept.locked():  # a renewal under way would bring them back
            kept.delete()


def _connections_of(conn: Connection, scope: Scope) -> Sequence[int]:
    row = tables.connection
    return conn.scalars(select(row.c.id).where(scope.owns(row)).order_by(row.c.id)).all()


def _delete(runtime: Runtime, held: Held, scope: Scope, table: Any, where: Any) -> None:
    """Some rows a transaction, each counted where it is deleted."""
    at_once = RECORDINGS_AT_ONCE if table is tables.raw_copy else ROWS_AT_ONCE
    while True:
        with writing(runtime.engine) as conn:
            held.check(conn)
            gone = delete_some(conn, table, where, at_once=at_once)
            if gone:
                _count(conn, scope, {table.name: gone})
        if gone < at_once:
            return


def delete_some(conn: Connection, table: Any, where: Any, *, at_once: int = ROWS_AT_ONCE) -> int:
    """With the work that is owed under their ids: whoever is at it has lost its lease."""
    keys = list(table.primary_key.columns)
    found = conn.execute(select(*keys).where(where).limit(at_once)).all()
    if not found:
        return 0
    first = [row[0] for row in found]
    if actor := ACTOR_OF.get(table.name):
        owed = tables.outbox
        mine = (owed.c.actor == actor) & owed.c.key.in_(list(map(str, first)))
        conn.execute(delete(owed).where(mine))
    for row in found if len(keys) > 1 else ():
        one = [key == value for key, value in zip(keys, row, strict=True)]
        conn.execute(delete(table).where(*one))
    if len(keys) == 1:
        conn.execute(delete(table).where(keys[0].in_(first)))
    return len(found)


def _count(conn: Connection, scope: Scope, gone: Mapping[str, int]) -> None:
    under_way = _open(conn, scope)
    if under_way is not None:
        rows = dict(under_way.rows)
        for name, number in gone.items():
            rows[name] = rows.get(name, 0) + number
        _note(conn, under_way.id, rows)


def _strip(runtime: Runtime, held: Held, scope: Scope) -> Stripping | None:
    """None: nothing was ever concluded from it."""
    with reading(runtime.engine) as conn:
        since = _since(_open(conn, scope).rows)
    if since is None:
        return None
    stripping, more = Stripping(scope.athlete_id, since), True
    while more:
        with writing(runtime.engine) as conn:
            held.check(conn)
            more = stripping.some(conn)
    return stripping


def _finish(runtime: Runtime, held: Held, scope: Scope, stripping: Stripping | None) -> None:
    """What came or was decided meanwhile goes too; then the connections, or the athlete."""
    with writing(runtime.engine) as conn:
        held.check(conn)
        forget_decision(conn, scope.athlete_id)
        forget_tokens(conn, _connections_of(conn, scope))  # of a sign-in meanwhile
        while stripping and stripping.some(conn):
            pass
        for table, where in (*doomed(scope), *_last(runtime, conn, scope)):
            while gone := delete_some(conn, table, where):
                _count(conn, scope, {table.name: gone})
        under_way = _open(conn, scope)
        if under_way is not None:
            rows = {name: n for name, n in under_way.rows.items() if name != SINCE}
            _note(conn, under_way.id, rows)
        if scope.source:
            _forget_agreement(conn, scope.source)
            _rename_polls(conn, scope.athlete_id, scope.source)
            owe_replan(runtime, conn, scope.athlete_id)
            owe_publishing(runtime, conn, scope.athlete_id)
        else:
            say_goodbye(runtime, conn, scope.athlete_id, actor=ERASE)


def _last(runtime: Runtime, conn: Connection, scope: Scope) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = [(tables.connection, scope.owns(tables.connection))]
    if scope.source:
        row, mine = tables.connection, Scope(scope.athlete_id)
        others = conn.scalars(select(row.c.id).where(mine.owns(row), ~scope.owns(row))).all()
        about = naming(scope.athlete_id, runtime.title_of(scope.source), but=TOLD, others=others)
        return [(tables.message, about), *found]
    return found


def _rename_polls(conn: Connection, athlete_id: int, source: str) -> None:
    """A poll of another source that an event of this one asked for has that event in its key."""
    row = tables.inbox_event
    asked = (row.c.athlete_id == athlete_id) & row.c.delivery_key.contains(
        f":{source}:", autoescape=True
    )
    for event_id in conn.scalars(select(row.c.id).where(asked)).all():
        mine = update(row).where(row.c.id == event_id)
        conn.execute(mine.values(delivery_key=f"poll:erased:{event_id}"))


def _forget_agreement(conn: Connection, source: str) -> None:
    """Nobody here uses the service any more: the address of its webhooks is given up."""
    row = tables.connection
    if conn.execute(select(row.c.id).where(row.c.connector == source).limit(1)).first() is None:
        conn.execute(delete(tables.app_value).where(tables.app_value.c.name == source))
