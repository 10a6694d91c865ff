"""What was concluded from facts and said of them: closings, receipts, the ledger, messages."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, or_, select, update

from worker import stripped, tables

ROWS_AT_ONCE = 20  # a closing holds a whole plan
NEWS = (
    "status:",
    "ask:",
    "plan:",
    "race:",
    "week:",
)  # how the keys of messages about running begin
OF_CONNECTIONS = ("sign-in", "key", "silent", "withheld")  # the same of those about a connection
GONE_TITLE = "Erased"
GONE_BODY = "What this said was made from data that have been erased."


@dataclass(slots=True)
class Stripping:
    """Takes the inputs out of what was concluded for an athlete from `since` on (calendar time).

    Remembers how far it came, so that what is written meanwhile can be done in the end.
    """

    athlete_id: int
    since: datetime
    done: dict[str, int] = field(default_factory=dict)  # by table, the last id looked at

    def some(self, conn: Connection) -> bool:
        """A few rows of each table. False: there are no more at present."""
        more = [self._some(conn, table, treat) for table, treat in _TREATED]
        return any(more)

    def _some(self, conn: Connection, table: Table, treat: Callable[[Any], dict[str, Any]]) -> bool:
        made = table.c.created_at if table is tables.message else table.c.known_at
        query = select(table).where(
            table.c.athlete_id == self.athlete_id,
            made >= self.since,
            table.c.id > self.done.get(table.name, 0),
        )
        found = conn.execute(query.order_by(table.c.id).limit(ROWS_AT_ONCE)).all()
        for row in found:
            if values := treat(row):
                conn.execute(update(table).where(table.c.id == row.id).values(values))
            self.done[table.name] = row.id
        return bool(found)


def _closing(row: Any) -> dict[str, Any]:
    return {} if row.body is None else {"body": stripped.closing(row.body)}


def _forecast(row: Any) -> dict[str, Any]:
    return {"body": stripped.forecast(row.body), "result": None}


def _change(row: Any) -> dict[str, Any]:
    return {"body": stripped.change(row.body)}


def _message(row: Any) -> dict[str, Any]:
    """The key stays, so that the same is not told again."""
    return {"title": GONE_TITLE, "body": GONE_BODY} if row.key.startswith(NEWS) else {}


_TREATED = (
    (tables.closing, _closing),
    (tables.forecast_ledger, _forecast),
    (tables.change, _change),
    (tables.message, _message),
)


def naming(
    athlete_id: int, title: str, *, but: str, others: Iterable[int] = ()
) -> ColumnElement[bool]:
    """Messages that speak of a service by its name; those whose key begins with `but` apart, and
    those about the connections `others`, of other services.
    """
    row = tables.message
    # Not LIKE, which knows no capitals on SQLite: "weather" is a word, "Weather" a service.
    named = or_(*(func.replace(said, title, "") != said for said in (row.c.title, row.c.body)))
    theirs = [
        or_(row.c.key == f"{about}:{one}", row.c.key.startswith(f"{about}:{one}:"))
        for about in OF_CONNECTIONS
        for one in others
    ]
    kept = or_(row.c.key.startswith(but), *theirs)
    return (row.c.athlete_id == athlete_id) & named & ~kept


def forget_decision(conn: Connection, athlete_id: int) -> None:
    """The newest decision goes, and one under way stores nothing: its lease is taken away."""
    owed = tables.outbox
    mine = (owed.c.actor == "replan") & (owed.c.key == str(athlete_id))
    # Locked as a claim locks it, so that a transaction that stores right now is waited for.
    conn.execute(select(owed.c.id).where(mine).with_for_update()).all()
    conn.execute(update(owed).where(mine).values(lease_owner=None, lease_until=None))
    conn.execute(delete(tables.outcome).where(tables.outcome.c.athlete_id == athlete_id))
