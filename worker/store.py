"""Planning's facts in the database: append-only rows, read as of now or as of an earlier instant.

A fact is the newest row of its (athlete, key). It is changed by appending another row and taken
back by appending one without a body; only `superseded_at` is ever updated, to speed up reading.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, func, insert, select, update

from planning.activity import Activity, Observation
from planning.athlete import Athlete
from planning.goals.goal import Goal
from planning.records import activities_of
from planning.replan import Closing, State
from planning.schedule.plan import Layer
from worker import tables
from worker.stored import from_body, to_body

type Fact = tuple[str, Any]  # key, body

PROFILE = "profile"


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


def facts(
    conn: Connection, table: Table, *, athlete_id: int, until: datetime | None = None
) -> Iterator[Fact]:
    """The standing facts by key; with `until`, those that were known at that instant."""
    query = select(table.c.key, table.c.body).where(table.c.athlete_id == athlete_id)
    if until is None:
        query = query.where(table.c.superseded_at.is_(None))
    else:
        query = query.where(table.c.known_at <= until)
    newest = {row.key: row.body for row in conn.execute(query.order_by(table.c.id))}
    return ((key, body) for key, body in sorted(newest.items()) if body is not None)


# --- athletes ---------------------------------------------------------------------------------


def add_athlete(conn: Connection, profile: Athlete, *, known_at: datetime, now: datetime) -> int:
    created = conn.execute(insert(tables.athlete).values(created_at=now))
    athlete_id = int(created.inserted_primary_key[0])  # type: ignore[index]  # one row was inserted
    put_profile(conn, athlete_id, profile, known_at=known_at, now=now)
    return athlete_id


def put_profile(
    conn: Connection, athlete_id: int, profile: Athlete, *, known_at: datetime, now: datetime
) -> bool:
    return put(
        conn,
        tables.athlete_setting,
        athlete_id=athlete_id,
        key=PROFILE,
        body=to_body(profile),
        known_at=known_at,
        now=now,
    )


def profile_of(conn: Connection, athlete_id: int, *, until: datetime | None = None) -> Athlete:
    settings = dict(facts(conn, tables.athlete_setting, athlete_id=athlete_id, until=until))
    return from_body(Athlete, settings[PROFILE])


def setting(conn: Connection, athlete_id: int, key: str) -> Any:
    """One of the athlete's own settings beside the profile; None when never set."""
    return dict(facts(conn, tables.athlete_setting, athlete_id=athlete_id)).get(key)


def athlete_ids(conn: Connection) -> list[int]:
    return list(conn.scalars(select(tables.athlete.c.id).order_by(tables.athlete.c.id)))


def zones(conn: Connection) -> dict[int, ZoneInfo]:
    """Where every athlete lives."""
    row = tables.athlete_setting
    standing = (row.c.key == PROFILE) & row.c.superseded_at.is_(None)
    said = select(row.c.athlete_id, row.c.body).where(standing).order_by(row.c.athlete_id)
    return {found.athlete_id: from_body(Athlete, found.body).zone for found in conn.execute(said)}


def zone_of(conn: Connection, athlete_id: int, *, at: datetime | None = None) -> ZoneInfo:
    """Where the athlete's days begin and end; `at`: as it was known at that instant.

    Before anything was known, what the first profile says.
    """
    row = tables.athlete_setting
    said = select(row.c.body).where(row.c.athlete_id == athlete_id, row.c.key == PROFILE)
    newest = said.order_by(row.c.id.desc()).limit(1)
    if at is None:
        body = conn.scalar(newest)
    else:
        body = conn.scalar(newest.where(row.c.known_at <= at)) or conn.scalar(
            said.order_by(row.c.id).limit(1)
        )
    return from_body(Athlete, body).zone


# --- observations and goals -----------------------------------------------------------------------


def put_observation(
    conn: Connection, athlete_id: int, seen: Observation, *, known_at: datetime, now: datetime
) -> bool:
    """Append what was derived from one record."""
    return put(
        conn,
        tables.observation,
        athlete_id=athlete_id,
        key=seen.key,
        body=to_body(seen),
        known_at=known_at,
        now=now,
        source=seen.record.source,
        external_id=seen.record.external_id,
        day=seen.day,
        start_at=seen.record.start_at,
    )


def drop_observation(
    conn: Connection, athlete_id: int, key: str, *, known_at: datetime, now: datetime
) -> bool:
    """The service said that the activity is gone."""
    source, _, external_id = key.partition(":")
    standing = conn.execute(
        select(tables.observation.c.day, tables.observation.c.start_at).where(
            tables.observation.c.athlete_id == athlete_id,
            tables.observation.c.key == key,
            tables.observation.c.superseded_at.is_(None),
        )
    ).one_or_none()
    if standing is None:
        return False
    return put(
        conn,
        tables.observation,
        athlete_id=athlete_id,
        key=key,
        body=None,
        known_at=known_at,
        now=now,
        source=source,
        external_id=external_id,
        day=standing.day,
        start_at=standing.start_at,
    )


def activities(
    conn: Connection, athlete_id: int, *, until: datetime | None = None
) -> tuple[Activity, ...]:
    seen = facts(conn, tables.observation, athlete_id=athlete_id, until=until)
    return activities_of(from_body(Observation, body) for _, body in seen)


def goals(conn: Connection, athlete_id: int, *, until: datetime | None = None) -> tuple[Goal, ...]:
    stated = facts(conn, tables.goal, athlete_id=athlete_id, until=until)
    return tuple(sorted((from_body(Goal, body) for _, body in stated), key=lambda g: (g.day, g.id)))


def put_goal(
    conn: Connection, athlete_id: int, goal: Goal, *, known_at: datetime, now: datetime
) -> bool:
    return put(
        conn,
        tables.goal,
        athlete_id=athlete_id,
        key=goal.id,
        body=to_body(goal),
        known_at=known_at,
        now=now,
    )


# --- the state that planning decides on --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Closed:
    """How a day ended, and when: what became known after `until` belongs to a later day."""

    closing: Closing
    until: datetime


def last_closing(conn: Connection, athlete_id: int, *, before: date) -> Closing | None:
    """How the last day before `before` ended that had anything new in it."""
    last = last_closed(conn, athlete_id, before=before)
    return last.closing if last else None


def last_closed(conn: Connection, athlete_id: int, *, before: date) -> Closed | None:
    """The same, with the instant at which that day was over."""
    row = conn.execute(
        select(tables.closing.c.body, tables.closing.c.known_at)
        .where(
            tables.closing.c.athlete_id == athlete_id,
            tables.closing.c.key < before.isoformat(),
            tables.closing.c.superseded_at.is_(None),
        )
        .order_by(tables.closing.c.key.desc())
        .limit(1)
    ).one_or_none()
    return Closed(from_body(Closing, row.body), row.known_at) if row else None


def put_closing(
    conn: Connection, athlete_id: int, closing: Closing, *, known_at: datetime, now: datetime
) -> None:
    put(
        conn,
        tables.closing,
        athlete_id=athlete_id,
        key=closing.day.isoformat(),
        body=to_body(closing),
        known_at=known_at,
        now=now,
    )


def load_state(
    conn: Connection, athlete_id: int, *, closing: Closing | None, until: datetime | None = None
) -> State:
    """Everything known, or everything that was known at `until`."""
    recorded = activities(conn, athlete_id, until=until)
    layers = facts(conn, tables.layer, athlete_id=athlete_id, until=until)
    return State(
        athlete=profile_of(conn, athlete_id, until=until),
        activities=recorded,
        goals=goals(conn, athlete_id, until=until),
        closing=closing,
        layers=tuple(from_body(Layer, body) for _, body in layers),
        complete_until=_complete_until(recorded),
    )


def next_news(conn: Connection, athlete_id: int, *, after: datetime | None) -> datetime | None:
    """When the first thing after an instant became known; None: nothing since."""
    found: list[datetime | None] = []
    for table in (tables.athlete_setting, tables.observation, tables.goal, tables.layer):
        first = select(func.min(table.c.known_at)).where(table.c.athlete_id == athlete_id)
        if after is not None:
            first = first.where(table.c.known_at > after)
        found.append(conn.scalar(first))
    return min((known_at for known_at in found if known_at is not None), default=None)


def _complete_until(recorded: tuple[Activity, ...]) -> date | None:
    """The last day that nothing can be missing of: a later activity proves that the watch synced.

    The day of the newest activity itself may still hold another one.
    """
    if not recorded:
        return None
    return max(activity.day for activity in recorded) - timedelta(days=1)
