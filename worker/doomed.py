"""What is of a source, or of an athlete: which rows of which tables."""

from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import ColumnElement, String, Table, and_, cast, literal, or_, select

from worker import tables

EVERYTHING = "athlete"  # what an erasure that is not of one source is of

# What goes only in the end: who it was, and through what it came.
LAST = (tables.athlete, tables.athlete_setting, tables.connection)


@dataclass(frozen=True, slots=True)
class Scope:
    """All that came from `source` for one athlete; None: the athlete with everything."""

    athlete_id: int
    source: str | None = None

    def __post_init__(self) -> None:
        if self.source == "":  # a name that is empty by mistake must never mean everything
            raise ValueError("a source has a name")

    @property
    def key(self) -> str:
        """Names it in the outbox."""
        return f"{self.athlete_id}:{self.source or ''}"

    @classmethod
    def of(cls, key: str) -> Self:
        athlete_id, _, source = key.partition(":")
        return cls(int(athlete_id), source or None)

    def owns(self, connection: Table) -> ColumnElement[bool]:
        """Its connections, whatever their state."""
        mine = connection.c.athlete_id == self.athlete_id
        return mine if self.source is None else mine & (connection.c.connector == self.source)


def doomed(scope: Scope) -> list[tuple[Table, ColumnElement[bool]]]:
    """Arrivals first, for what reads them must not go on storing; facts after them."""
    of_it = _of_source(scope, scope.source) if scope.source else _of_athlete(scope)
    return [
        (tables.inbox_event, _arrivals(scope)),
        *of_it,
        (tables.sighting, tables.sighting.c.connection_id.in_(_connections(scope))),
        *((table, _limits(table, scope)) for table in (tables.rate_window, tables.rate_rest)),
        (tables.tick, _ticks(scope)),
    ]


def _connections(scope: Scope) -> Any:
    return select(tables.connection.c.id).where(scope.owns(tables.connection))


def _arrivals(scope: Scope) -> ColumnElement[bool]:
    row = tables.inbox_event
    mine = row.c.athlete_id == scope.athlete_id
    if scope.source:
        mine &= row.c.source == scope.source
    return or_(mine, row.c.connection_id.in_(_connections(scope)))


def _of_athlete(scope: Scope) -> list[tuple[Table, ColumnElement[bool]]]:
    return [
        (table, table.c.athlete_id == scope.athlete_id)
        for table in reversed(tables.metadata.sorted_tables)
        if "athlete_id" in table.c and table not in (*LAST, tables.inbox_event)
    ]


def _of_source(scope: Scope, source: str) -> list[tuple[Table, ColumnElement[bool]]]:
    """`source` is the name of a connector."""
    coverage, ruling, setting = tables.coverage, tables.ruling, tables.athlete_setting
    found = [
        *((table, table.c.source == source) for table in _with_source()),
        (coverage, _of_coverage(source)),
        (ruling, or_(*(ruling.c.key.contains(f"{m}{source}:", autoescape=True) for m in ":|"))),
        (setting, setting.c.key == f"{source}_use"),
        *(
            (table, table.c.connection_id.in_(_connections(scope)))
            for table in (tables.calendar_entry, tables.calendar_journal, tables.feed_event)
        ),
    ]
    return [(table, and_(table.c.athlete_id == scope.athlete_id, where)) for table, where in found]


def _of_coverage(source: str) -> ColumnElement[bool]:
    """Its keys are of several forms, and a fact that was taken back has nothing but its key."""
    row = tables.coverage
    whose = row.c.body["source"].as_string() == source
    ends = row.c.key.endswith(f":{source}", autoescape=True)
    return or_(row.c.key == source, _begins(row.c.key, f"{source}:"), ends, whose)


def _with_source() -> list[Table]:
    """The facts that say whose they are, and the recordings."""
    return [*(t for t in tables.FACTS.values() if "source" in t.c), tables.raw_copy]


def _limits(table: Table, scope: Scope) -> ColumnElement[bool]:
    """The athlete's own; those of the application count everybody's requests together."""
    mine = table.c.name.endswith(f":{scope.athlete_id}")
    return mine & _begins(table.c.name, f"{scope.source}:") if scope.source else mine


def _ticks(scope: Scope) -> ColumnElement[bool]:
    """What was done on which day: for its connections, and for the athlete."""
    name, row = tables.tick.c.name, tables.connection
    of_it: list[ColumnElement[bool]] = [
        name.in_(select(literal(f"{word}:") + cast(row.c.id, String)).where(scope.owns(row)))
        for word in ("wellness", "failing")
    ]
    if scope.source is None:
        of_it += [name == f"day:{scope.athlete_id}", _begins(name, f"look:{scope.athlete_id}:")]
    return or_(*of_it)


def _begins(column: Any, text: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.startswith(text, autoescape=True)
    return found
