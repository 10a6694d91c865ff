"""What is known, as planning reads it: profile, records, goals, breaks, layers, closed days."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy import Connection, Table, func, insert, select

from planning.activity import Activity, Observation
from planning.athlete import Athlete
from planning.breaks import Break, Breaks
from planning.completeness import Coverage, Withheld, complete_until
from planning.goals.goal import Goal
from planning.records import activities_of
from planning.replan import Closing, State
from planning.rulings import Ruling
from planning.schedule.plan import Answer, Layer
from planning.weather import Weather
from planning.wellness import Wellness
from worker import tables
from worker.facts import facts as facts  # noqa: PLC0414 - mypy takes it for ours to give
from worker.facts import facts_as_said, standing_body
from worker.facts import put as put  # noqa: PLC0414 - the same
from worker.stored import from_body, to_body

PROFILE = "profile"
ASKED = "asked:"  # begins the key of the fact that a source is asked for activities
NEWS = (  # what a decision depends on
    tables.athlete_setting,
    tables.observation,
    tables.goal,
    tables.layer,
    tables.athlete_break,
    tables.answer,
    tables.ruling,
    tables.coverage,
    tables.wellness,
    tables.weather,
    tables.withheld,
)

_RULING: TypeAdapter[Ruling] = TypeAdapter(Ruling)  # a union is no class


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
    return standing_body(conn, tables.athlete_setting, athlete_id=athlete_id, key=key)


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


def today_of(conn: Connection, athlete_id: int, now: datetime) -> date:
    """Which day it is where the athlete lives at that calendar instant."""
    return now.astimezone(zone_of(conn, athlete_id)).date()


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


def observations(
    conn: Connection, athlete_id: int, *, until: datetime | None = None
) -> tuple[Observation, ...]:
    """One for each copy of a run."""
    return _all(conn, tables.observation, Observation, athlete_id, until=until)


def rulings(
    conn: Connection, athlete_id: int, *, until: datetime | None = None
) -> tuple[Ruling, ...]:
    """What the athlete said of copies."""
    said = facts(conn, tables.ruling, athlete_id=athlete_id, until=until)
    return tuple(ruling_of(body) for _, body in said)


def ruling_of(body: Any) -> Ruling:
    return _RULING.validate_python(body)


def activities(
    conn: Connection, athlete_id: int, *, until: datetime | None = None
) -> tuple[Activity, ...]:
    seen = observations(conn, athlete_id, until=until)
    told = weather(conn, athlete_id, until=until)
    return activities_of(seen, rulings(conn, athlete_id, until=until), weather=told)


def _all[Value](
    conn: Connection, table: Table, kind: type[Value], athlete_id: int, *, until: datetime | None
) -> tuple[Value, ...]:
    known = facts(conn, table, athlete_id=athlete_id, until=until)
    return tuple(from_body(kind, body) for _, body in known)


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


def breaks(conn: Connection, athlete_id: int, *, until: datetime | None = None) -> Breaks:
    """All that were said and not taken back, those that begin first before the others."""
    said = _all(conn, tables.athlete_break, Break, athlete_id, until=until)
    return Breaks(tuple(sorted(said, key=lambda one: (one.from_day, one.id))))


def put_break(
    conn: Connection, athlete_id: int, said: Break, *, known_at: datetime, now: datetime
) -> bool:
    """Said, or said otherwise than before; False when it is known just so."""
    return put(
        conn,
        tables.athlete_break,
        athlete_id=athlete_id,
        key=said.id,
        body=to_body(said),
        known_at=known_at,
        now=now,
    )


def drop_break(
    conn: Connection, athlete_id: int, break_id: str, *, known_at: datetime, now: datetime
) -> bool:
    """Taken back: planning goes on as if it had never been said. False where none stands."""
    return put(
        conn,
        tables.athlete_break,
        athlete_id=athlete_id,
        key=break_id,
        body=None,
        known_at=known_at,
        now=now,
    )


def put_answer(
    conn: Connection, athlete_id: int, said: Answer, *, known_at: datetime, now: datetime
) -> bool:
    """The last word on what a held change is about counts."""
    return put(
        conn,
        tables.answer,
        athlete_id=athlete_id,
        key=said.id.partition("-")[0],
        body=to_body(said),
        known_at=known_at,
        now=now,
    )


# --- what sources tell beside runs ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proofs:
    """What there is to tell by whether a day without a run was one. `asked`: sources by name."""

    asked: frozenset[str]
    coverage: tuple[Coverage, ...]
    wellness: tuple[Wellness, ...]

    def complete_until(self, seen: tuple[Observation, ...]) -> date | None:
        return complete_until(self.asked, seen=seen, wellness=self.wellness, coverage=self.coverage)


def proofs(conn: Connection, athlete_id: int, *, until: datetime | None = None) -> Proofs:
    known = dict(facts(conn, tables.coverage, athlete_id=athlete_id, until=until))
    asked = {key for key in known if key.startswith(ASKED)}
    return Proofs(
        asked=frozenset(key.removeprefix(ASKED) for key in asked),
        coverage=tuple(from_body(Coverage, known[key]) for key in known.keys() - asked),
        wellness=wellness(conn, athlete_id, until=until),
    )


def wellness(
    conn: Connection, athlete_id: int, *, until: datetime | None = None
) -> tuple[Wellness, ...]:
    """All that is known, by source and day."""
    return _all(conn, tables.wellness, Wellness, athlete_id, until=until)


def withheld(
    conn: Connection, athlete_id: int, *, until: datetime | None = None
) -> tuple[Withheld, ...]:
    """Activities that a source names and does not give."""
    return _all(conn, tables.withheld, Withheld, athlete_id, until=until)


def weather(
    conn: Connection, athlete_id: int, *, until: datetime | None = None
) -> tuple[Weather, ...]:
    """All that is known, by source and day."""
    return _all(conn, tables.weather, Weather, athlete_id, until=until)


def put_weather(
    conn: Connection, athlete_id: int, told: Weather, *, known_at: datetime, now: datetime
) -> bool:
    """How warm it was or will be, by one source's word; False when that is known."""
    return put(
        conn,
        tables.weather,
        athlete_id=athlete_id,
        key=told.key,
        body=to_body(told),
        known_at=known_at,
        now=now,
        source=told.source,
        day=told.day,
    )


# --- the state that planning decides on --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Closed:
    """How a day ended, and when: what became known after `until` belongs to a later day."""

    closing: Closing
    until: datetime


def last_closing(conn: Connection, athlete_id: int, *, before: date) -> Closing | None:
    """How the last day before `before` ended that closed."""
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
    seen = observations(conn, athlete_id, until=until)
    proven = proofs(conn, athlete_id, until=until)
    told = weather(conn, athlete_id, until=until)
    return State(
        athlete=profile_of(conn, athlete_id, until=until),
        activities=activities_of(seen, rulings(conn, athlete_id, until=until), weather=told),
        goals=goals(conn, athlete_id, until=until),
        closing=closing,
        layers=layers(conn, athlete_id, until=until),
        complete_until=proven.complete_until(seen),
        wellness=proven.wellness,
        weather=told,
        withheld=withheld(conn, athlete_id, until=until),
        breaks=breaks(conn, athlete_id, until=until),
        answers=tuple(_all(conn, tables.answer, Answer, athlete_id, until=until)),
    )


def layers(
    conn: Connection, athlete_id: int, *, until: datetime | None = None
) -> tuple[Layer, ...]:
    """What the athlete's hand did to the plan, in the order in which it was said."""
    said = facts_as_said(conn, tables.layer, athlete_id=athlete_id, until=until)
    return tuple(from_body(Layer, body) for _, body in said)


def next_news(conn: Connection, athlete_id: int, *, after: datetime | None) -> datetime | None:
    """When the first thing after an instant became known; None: nothing since."""
    found: list[datetime | None] = []
    for table in NEWS:
        first = select(func.min(table.c.known_at)).where(table.c.athlete_id == athlete_id)
        if after is not None:
            first = first.where(table.c.known_at > after)
        found.append(conn.scalar(first))
    return min((known_at for known_at in found if known_at is not None), default=None)
