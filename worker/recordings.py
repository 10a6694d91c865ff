"""Recordings as they came, kept so that they can be derived again; also damaged ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select

from connectors.files.decode import content_hash
from connectors.ports import OriginalFile
from planning.activity import Observation, Record
from worker import store, tables
from worker.stored import from_body


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recording is kept: one for each."""

    athlete_id: int
    source: str
    external_id: str


def keep_raw(
    conn: Connection,
    place: Place,
    file: OriginalFile,
    *,
    problem: str | None,
    now: datetime,
    tag: str = "",
    expires_at: datetime | None = None,
) -> None:
    """In place of an earlier one. `expires_at`: when its source's terms want it gone."""
    conn.execute(delete(tables.raw_copy).where(_is(place)))
    conn.execute(
        insert(tables.raw_copy).values(
            athlete_id=place.athlete_id,
            source=place.source,
            external_id=place.external_id,
            tag=tag,
            name=file.name,
            content=file.content,
            fetched_at=now,
            expires_at=expires_at,
            problem=problem,
        )
    )


def kept(conn: Connection, place: Place) -> OriginalFile | None:
    """None: nothing was ever kept there, or only its name still is."""
    copy = tables.raw_copy
    row = conn.execute(select(copy.c.name, copy.c.content).where(_is(place))).one_or_none()
    return OriginalFile(row.name, row.content) if row and row.content else None


def gave_something(conn: Connection, place: Place) -> bool:
    """Whether runs stand that are known by the content of what is kept there."""
    content = conn.scalar(select(tables.raw_copy.c.content).where(_is(place)))
    if content is None:
        return False
    return bool(_standing(conn, place.athlete_id, content_hash(content)))


def take_back_earlier(
    conn: Connection,
    place: Place,
    file: OriginalFile,
    seen: Sequence[Observation],
    *,
    known_at: datetime,
    now: datetime,
) -> bool:
    """Where a recording has another content than it had: what the earlier one gave is taken back
    as far as it gives way to something in `seen`. True if anything was. To call before `keep_raw`.

    It was read half-copied, or was corrected. Nobody runs twice at a time, so what overlaps is the
    same run. What does not is another run under the same name, as of a watch that always writes to
    "latest.fit": that one stays. Only for runs that are known by the content of their file.
    """
    earlier = _given_up(conn, place, file)
    gone = [
        store.drop_observation(conn, place.athlete_id, one.key, known_at=known_at, now=now)
        for one in (_standing(conn, place.athlete_id, earlier) if earlier else ())
        if _gives_way(one.record, seen)
    ]
    return any(gone)


def _given_up(conn: Connection, place: Place, file: OriginalFile) -> str | None:
    """The hash of the earlier content, if it was another and no other recording has it."""
    copy = tables.raw_copy
    row = conn.execute(select(copy.c.id, copy.c.content).where(_is(place))).one_or_none()
    if row is None or row.content is None or row.content == file.content:
        return None
    earlier = content_hash(row.content)
    same = and_(func.length(copy.c.content) == len(row.content), copy.c.content == row.content)
    elsewhere = select(copy.c.id).where(
        copy.c.athlete_id == place.athlete_id,
        copy.c.id != row.id,
        or_(copy.c.external_id == earlier, same),  # one that was imported has its hash as its id
    )
    if earlier == content_hash(file.content) or conn.execute(elsewhere.limit(1)).first():
        return None
    return earlier


def _standing(conn: Connection, athlete_id: int, content: str) -> list[Observation]:
    """What is known of the runs in a file with that hash."""
    known = tables.observation
    query = select(known.c.body).where(
        known.c.athlete_id == athlete_id,
        known.c.external_id.startswith(content),
        known.c.superseded_at.is_(None),
        known.c.body.is_not(None),
    )
    return [from_body(Observation, body) for body in conn.scalars(query.order_by(known.c.id))]


def _gives_way(earlier: Record, seen: Sequence[Observation]) -> bool:
    return any(
        earlier.start_at <= _end(one.record) and one.record.start_at <= _end(earlier)
        for one in seen
    )


def _end(record: Record) -> datetime:
    return record.start_at + timedelta(seconds=record.elapsed_time_s or 0.0)


def _is(place: Place) -> ColumnElement[bool]:
    copy = tables.raw_copy
    return and_(
        copy.c.athlete_id == place.athlete_id,
        copy.c.source == place.source,
        copy.c.external_id == place.external_id,
    )
