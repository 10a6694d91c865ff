"""Proof that nothing is left: every table and column, and the bytes of the database's files.

What to look for is collected before the erasing, in memory only: ids, titles, tokens. What somebody
else says as well (a title that the watch gave to both services) proves nothing and is left out.
Beside these traces, values of the athlete that name the source as their origin are looked for.

Not looked at: `erasure`, which remembers that something was erased, and the counters of requests,
which are the application's. A backup that was made before holds everything still.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, select

from worker import tables
from worker.app import Runtime
from worker.db import reading
from worker.doomed import Scope, doomed
from worker.vault import WrongKey

EXEMPT = {tables.erasure, tables.rate_window, tables.rate_rest}
SHORTEST_ID, SHORTEST_WORD, SHORTEST_TOKEN = 5, 4, 12
CHUNK = 4 << 20
OVERLAP = 1024
PLAIN = re.compile(r"[0-9A-Za-z]+")
PLAIN_BYTES = re.compile(rb"[0-9A-Za-z]+")
# An id may stand right after letters ("activity19000000040"); a shorter one does so by chance.
DIGITS, DIGITS_BYTES = re.compile(r"[0-9]{8,}"), re.compile(rb"[0-9]{8,}")
# Columns that hold an id or a word of the source's own.
NAMING = {
    tables.observation: ("external_id",),
    tables.raw_copy: ("external_id", "name"),
    tables.sighting: ("external_id",),
    tables.withheld: ("external_id",),
    tables.calendar_entry: ("remote_id",),
    tables.connection: ("external_athlete_id",),
}


@dataclass(frozen=True, slots=True)
class Traces:
    """What must not be found any more."""

    scope: Scope
    words: frozenset[str]

    @property
    def plain(self) -> frozenset[str]:
        """Those that stand alone between other signs: found at once, however many they are."""
        return frozenset(word for word in self.words if PLAIN.fullmatch(word))

    @property
    def odd(self) -> frozenset[str]:
        return self.words - self.plain


@dataclass(frozen=True, slots=True)
class Found:
    """One trace: where, and what (shortened, for it is shown)."""

    place: str
    what: str


def traces_of(runtime: Runtime, scope: Scope) -> Traces:
    """To be collected before anything is erased."""
    with reading(runtime.engine) as conn:
        mine = set(_words(conn, scope, of_it=True))
        others = set(_words(conn, scope, of_it=False))
        row = tables.connection
        ids = conn.scalars(select(row.c.id).where(scope.owns(row)).order_by(row.c.id)).all()
    tokens = {word for one in ids for word in _tokens(runtime, one)}
    return Traces(scope, frozenset(tokens | (mine - others)))


def found(engine: Engine, traces: Traces) -> list[Found]:
    """All that is left, in every table and, on SQLite, in the bytes of the files."""
    with reading(engine) as conn:
        in_tables = list(_in_tables(conn, traces))
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path:
        return in_tables
    files = (Path(path), Path(f"{path}-wal"), Path(f"{path}-journal"))
    return in_tables + [one for file in files if file.exists() for one in _in_file(file, traces)]


def _tokens(runtime: Runtime, connection_id: int) -> Iterator[str]:
    """Where the key is lost nobody can read them, here nor elsewhere."""
    with suppress(WrongKey):
        kept = runtime.vault.tokens(connection_id).read()
        yield from (value for value in kept.values() if len(value) >= SHORTEST_TOKEN)


def _words(conn: Connection, scope: Scope, *, of_it: bool) -> Iterator[str]:
    wheres: dict[Table, Any] = dict(doomed(scope)) | {
        tables.connection: scope.owns(tables.connection)
    }
    for table, columns in NAMING.items():
        where = wheres.get(table)
        query = select(*(table.c[name] for name in columns))
        if where is not None:
            query = query.where(where if of_it else ~where)
        elif of_it:
            continue
        for row in conn.execute(query):
            yield from (value for value in row if value and len(value) >= SHORTEST_ID)
    yield from _from_bodies(conn, wheres, of_it=of_it)


def _from_bodies(conn: Connection, wheres: dict[Table, Any], *, of_it: bool) -> Iterator[str]:
    """Titles of activities; ids that arrivals hint at."""
    title = tables.observation.c.body["record"]["name"].as_string()
    hint = tables.inbox_event.c.payload["external_id"].as_string()
    for table, value, shortest in (
        (tables.observation, title, SHORTEST_WORD),
        (tables.inbox_event, hint, SHORTEST_ID),
    ):
        where = wheres[table] if of_it else ~wheres[table]
        for word in conn.scalars(select(value).where(where)):
            if word and len(word) >= shortest:
                yield word


def _in_tables(conn: Connection, traces: Traces) -> Iterator[Found]:
    plain, odd = traces.plain, traces.odd
    marks = _marks(traces.scope)
    for table in tables.metadata.sorted_tables:
        if table in EXEMPT:
            continue
        in_order = select(table).order_by(*table.primary_key.columns)
        rows = conn.execute(in_order.execution_options(yield_per=200)).mappings()
        for values in rows:
            looks_for = marks if values.get("athlete_id") == traces.scope.athlete_id else None
            which = next(iter(values.values()))
            for column, value in values.items():
                place = f"{table.name}.{column}, row {which}"
                for what in _in_value(value, plain, odd, looks_for):
                    yield Found(place, what)


def _marks(scope: Scope) -> re.Pattern[str] | None:
    """How a value says that it came from the source: "strava", or "strava:17" in a longer text."""
    if scope.source is None:
        return None
    name = re.escape(scope.source)
    return re.compile(rf"\A{name}\Z|(?<![\w.]){name}:(?=\S)")


def _in_value(
    value: Any, plain: frozenset[str], odd: frozenset[str], marks: re.Pattern[str] | None
) -> Iterator[str]:
    for text in _texts(value):
        hits = {word for word in odd if word in text}
        hits |= plain.intersection(PLAIN.findall(text) + DIGITS.findall(text))
        if marks and marks.search(text):
            hits.add(text)
        yield from (shortened(hit) for hit in sorted(hits))


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, however deep."""
    match value:
        case str():
            yield value
        case bytes() | memoryview():
            yield bytes(value).decode("latin-1")
        case dict():
            for key, inner in value.items():
                yield str(key)
                yield from _texts(inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(inner)
        case _:
            return


def _in_file(file: Path, traces: Traces) -> Iterator[Found]:
    plain = {word.encode() for word in traces.plain}
    odd = {spelt for word in traces.odd for spelt in _spellings(word)}
    hits: set[bytes] = set()
    for chunk in _chunks(file):
        hits |= plain.intersection(PLAIN_BYTES.findall(chunk))
        hits |= plain.intersection(DIGITS_BYTES.findall(chunk))
        hits |= {word for word in odd - hits if word in chunk}
    for hit in sorted(hits):
        yield Found(f"the bytes of {file.name}", shortened(hit.decode(errors="replace")))


def _spellings(word: str) -> Iterable[bytes]:
    """As text, and as it stands in JSON."""
    return {word.encode(errors="replace"), json.dumps(word)[1:-1].encode()}


def _chunks(file: Path) -> Iterator[bytes]:
    """Overlapping, so that nothing is missed at an edge."""
    tail = b""
    with file.open("rb") as opened:
        while read := opened.read(CHUNK):
            yield tail + read
            tail = read[-OVERLAP:]


def shortened(text: str) -> str:
    """Enough to recognise it, for those who know it."""
    return text if len(text) <= 24 else f"{text[:20]}..."
