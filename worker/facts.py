"""Facts in the database: append-only rows, read as of now or as of an earlier instant.

A fact is the newest row of its (athlete, key). It is changed by appending another row and taken
back by appending one without a body; `superseded_at` is updated, to speed up reading, and what a
term or an erasure takes out of bodies goes (see `worker.stripped`); nothing else ever is.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

type Fact = tuple[str, Any]  # key, body


def put(
    conn: Connection,
    table: Table,
    *,
    athlete_id: int,
    key: str,
    body: Any,
    known_at: datetime,
    now: datetime,
    **columns: Any,
) -> bool:
    """Append a fact; False when it says what is known already. `body` None takes it back.

    The same again, but known earlier, is news: an arrival of yesterday may be read after one of
    today, and what was known at the end of yesterday must not depend on that.
    """
    standing = conn.execute(
        select(table.c.id, table.c.body, table.c.known_at).where(
            table.c.athlete_id == athlete_id,
            table.c.key == key,
            table.c.superseded_at.is_(None),
        )
    ).one_or_none()
    if (standing.body if standing else None) == body and (
        standing is None or standing.known_at <= known_at
    ):
        return False
    if standing:
        conn.execute(update(table).where(table.c.id == standing.id).values(superseded_at=now))
    conn.execute(
        insert(table).values(
            athlete_id=athlete_id,
            key=key,
            body=body,
            known_at=known_at,
            recorded_at=now,
            **columns,
        )
    )
    return True


def standing_body(conn: Connection, table: Table, *, athlete_id: int, key: str) -> Any:
    """The body of one fact as it stands. None: it was never said, or was taken back."""
    return conn.scalar(
        select(table.c.body).where(
            table.c.athlete_id == athlete_id, table.c.key == key, table.c.superseded_at.is_(None)
        )
    )


def facts(
    conn: Connection, table: Table, *, athlete_id: int, until: datetime | None = None
) -> Iterator[Fact]:
    """The standing facts by key; with `until`, those that were known at that instant."""
    said = facts_as_said(conn, table, athlete_id=athlete_id, until=until)
    return iter(sorted(said, key=lambda fact: fact[0]))


def facts_as_said(
    conn: Connection, table: Table, *, athlete_id: int, until: datetime | None = None
) -> Iterator[Fact]:
    """The same, each key at the place of its last word."""
    query = select(table.c.key, table.c.body).where(table.c.athlete_id == athlete_id)
    if until is None:
        query = query.where(table.c.superseded_at.is_(None))
    else:
        query = query.where(table.c.known_at <= until)
    newest: dict[str, Any] = {}
    for row in conn.execute(query.order_by(table.c.id)):
        newest.pop(row.key, None)
        newest[row.key] = row.body
    return ((key, body) for key, body in newest.items() if body is not None)
