"""Everything of an athlete in one archive: each table as JSON lines, recordings as files.

Written row by row, in one consistent view of the database, so that it takes no more memory than one
recording. The same data give the same bytes. Tokens and keys are not in it, nor those that stand in
addresses.
"""

import json
import re
import zipfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, Table, func, select

from worker import store, tables
from worker.db import reading

MADE = (1980, 1, 1, 0, 0, 0)  # zip's first instant: when it was made is not part of the data
WHAT = {
    "athlete": "who it is of",
    "athlete_setting": "profile and settings, with all earlier ones",
    "goal": "goals, with all earlier statements",
    "layer": "what was done to the plan by hand",
    "athlete_break": "illness, injury, travel, rest, as they were said, with all earlier words",
    "answer": "what was said of changes that the plan would make",
    "closing": "how each day ended: plan, estimate, forecasts",
    "observation": "what was derived from each copy of an activity, with all earlier versions",
    "coverage": "up to when each source is known to be complete",
    "ruling": "what was said of copies of activities: split, joined, excluded, edited",
    "wellness": "sleep, heart-rate variability, resting heart rate, readiness",
    "weather": "how warm it was",
    "withheld": "activities that a source names and does not give",
    "connection": "services that are or were connected",
    "inbox_event": "what came in, until its term was over",
    "raw_copy": "recordings as they came; their contents are under recordings/",
    "outcome": "what was decided last: estimate, forecasts, plan",
    "calendar_entry": "workouts on calendars",
    "calendar_journal": "every write to a calendar",
    "feed_event": "what stands in calendar feeds",
    "message": "what was told",
    "forecast_ledger": "forecasts, frozen when they were made",
    "change": "receipts of changes of the plan",
}
README = """\
Everything that Goalward keeps of one athlete.

activities.jsonl holds each activity as it is believed to have been, made from all copies of it;
`provenance` says whose record each field came from. Every other .jsonl file is one table, a row a
line. In those of facts (`key`, `body`), `known_at` is when it became known, `recorded_at` when it
was written, `superseded_at` when a newer row took its place; without a body it was taken back.
Durations are seconds, distances metres, days ISO dates, instants RFC 3339 UTC.

recordings/ holds files as they came from a watch or a service: `goalward import` and most other
programs read them. What a service's terms do not let be kept is in here no longer than in Goalward.
Tokens and keys are not in here; of the channels that messages go to, only of which kind they are,
for their addresses hold passwords.

"""

TOKEN = re.compile(r"([?&]\w*token=)[^&\"\\\s]+", re.IGNORECASE)  # in an address, in a text

type Step = Callable[[], object]


def export(engine: Engine, athlete_id: int, target: Path, *, on_step: Step = lambda: None) -> None:
    """Write the archive; whole or not at all, readable by its owner. `on_step` hears each row.

    Raises FileExistsError.
    """
    draft = target.with_name(f".{target.name}.part")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    try:
        with reading(engine) as conn, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            _write(conn, athlete_id, archive, on_step)
        if target.exists():
            raise FileExistsError(17, "exists already", str(target))
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)


def total(engine: Engine, athlete_id: int) -> int:
    """How many steps an export takes."""
    with reading(engine) as conn:
        rows = sum(
            conn.execute(select(func.count()).where(_mine(table, athlete_id))).scalar_one()
            for table in _tables()
        )
        copy = tables.raw_copy
        kept = select(func.count()).where(_mine(copy, athlete_id), copy.c.content.is_not(None))
        return int(rows + conn.execute(kept).scalar_one())


def _tables() -> list[Table]:
    return [
        table
        for table in tables.metadata.sorted_tables
        if table is tables.athlete or "athlete_id" in table.c
    ]


def _mine(table: Table, athlete_id: int) -> Any:
    return (table.c.id if table is tables.athlete else table.c.athlete_id) == athlete_id


def _write(conn: Connection, athlete_id: int, archive: zipfile.ZipFile, on_step: Step) -> None:
    listed = [f"{table.name}.jsonl: {WHAT.get(table.name, 'rows')}" for table in _tables()]
    with _entry(archive, "README.txt") as file:
        file.write((README + "\n".join(listed) + "\n").encode())
    with _entry(archive, "activities.jsonl") as file:
        for activity in store.activities(conn, athlete_id):
            file.write(_line(asdict(activity)))
    for table in _tables():
        rows = _rows(conn, table, athlete_id)
        with closing(rows), _entry(archive, f"{table.name}.jsonl") as file:
            for row in rows:
                file.write(_line(_without_keys(table, row)))
                on_step()
    for name, content in _recordings(conn, athlete_id):
        with _entry(archive, name) as file:
            file.write(content)
        on_step()


@contextmanager
def _entry(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    about = zipfile.ZipInfo(name, MADE)
    about.compress_type = zipfile.ZIP_STORED if name.endswith(".zip") else zipfile.ZIP_DEFLATED
    about.external_attr = 0o600 << 16
    with archive.open(about, "w", force_zip64=True) as file:
        yield file


def _rows(conn: Connection, table: Table, athlete_id: int) -> Generator[Mapping[str, Any]]:
    """All but contents of recordings, oldest first."""
    columns = [c for c in table.c if c is not tables.raw_copy.c.content]
    query = select(*columns).where(_mine(table, athlete_id)).order_by(*table.primary_key.columns)
    with conn.execute(query.execution_options(yield_per=100)) as found:
        for row in found.mappings():
            yield dict(row)


def _without_keys(table: Table, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Channels without what follows their kind; addresses in notifications without their token."""
    if table is tables.athlete_setting and row["key"] == "notify" and row["body"]:
        kinds = [f"{channel.partition('://')[0]}://..." for channel in row["body"]]
        return {**row, "body": kinds}
    if table is tables.inbox_event and row["payload"]:
        told = {
            name: TOKEN.sub(r"\1", value) if isinstance(value, str) else value
            for name, value in row["payload"].items()
        }
        return {**row, "payload": told}
    return row


def _recordings(conn: Connection, athlete_id: int) -> Iterator[tuple[str, bytes]]:
    """One at a time: a season of them is gigabytes."""
    copy = tables.raw_copy
    mine = select(copy.c.id, copy.c.source, copy.c.name).where(
        _mine(copy, athlete_id), copy.c.content.is_not(None)
    )
    for row in conn.execute(mine.order_by(copy.c.id)).all():
        content = conn.scalar(select(copy.c.content).where(copy.c.id == row.id))
        safe = re.sub(r"[^\w.-]", "_", row.name)[-100:]
        yield f"recordings/{row.source}/{row.id}-{safe}", bytes(content or b"")


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, default=_told, ensure_ascii=False).encode(errors="replace") + b"\n"


def _told(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case _:
            return dict(value)  # a mapping proxy
