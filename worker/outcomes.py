"""What was decided: the newest of it, and how each day ended, frozen."""

from datetime import datetime

from sqlalchemy import Connection, select

from planning.replan import Outcome
from planning.schedule.plan import Change
from worker import store, tables
from worker.app import Runtime
from worker.db import upsert
from worker.owing import owe_telling
from worker.stored import from_body, to_body


def latest_outcome(conn: Connection, athlete_id: int) -> Outcome | None:
    """What was decided last; None before the first replan."""
    row = conn.execute(
        select(tables.outcome.c.body).where(tables.outcome.c.athlete_id == athlete_id)
    ).one_or_none()
    return from_body(Outcome, row.body) if row else None


def store_closing(
    runtime: Runtime, conn: Connection, athlete_id: int, outcome: Outcome, *, until: datetime
) -> None:
    """The day's end, its receipts, and its forecasts frozen in the ledger."""
    now = runtime.clock.machine_now()
    store.put_closing(conn, athlete_id, outcome.closing, known_at=until, now=now)
    for change in outcome.changes:
        receipt = {
            "athlete_id": athlete_id,
            "key": f"{outcome.day}:{change.day}:{change.ident}",
            "day": change.day,
            "body": to_body(change),
            "made_on": outcome.day,
            "known_at": until,
        }
        upsert(conn, tables.change, receipt, key=("athlete_id", "key"), keep=True)
    for forecast in outcome.forecasts:
        frozen = {
            "athlete_id": athlete_id,
            "goal_id": forecast.goal_id,
            "made_on": outcome.day,
            "body": to_body(forecast),
            "known_at": until,
        }
        key = ("athlete_id", "goal_id", "made_on")
        upsert(conn, tables.forecast_ledger, frozen, key=key, keep=True)
    owe_telling(runtime, conn, athlete_id, outcome.news)


def store_outcome(runtime: Runtime, conn: Connection, athlete_id: int, outcome: Outcome) -> None:
    row = tables.outcome
    seen = select(row.c.version).where(row.c.athlete_id == athlete_id)
    version = conn.execute(seen).scalar_one_or_none() or 0
    values = {
        "athlete_id": athlete_id,
        "day": outcome.day,
        "version": version + 1,
        "body": to_body(outcome),
        "made_at": runtime.clock.machine_now(),
        "state_version": version_of(outcome),
    }
    upsert(conn, row, values, key=("athlete_id",))


def version_of(outcome: Outcome) -> str:
    return outcome.plan.version if outcome.plan else ""


def changes_of(
    conn: Connection,
    athlete_id: int,
    latest: Outcome | None = None,
    *,
    until: datetime | None = None,
) -> list[Change]:
    """Every change with its receipt, the newest first: today's, then those of ended days.

    `latest` is the newest outcome where that is not the one stored; `until`: those that were known
    at that instant.
    """
    row = tables.change
    query = select(row.c.body, row.c.made_on).where(row.c.athlete_id == athlete_id)
    if until is not None:
        query = query.where(row.c.known_at <= until)
    ended = list(conn.execute(query.order_by(row.c.made_on.desc(), row.c.day, row.c.id)))
    latest = latest or latest_outcome(conn, athlete_id)
    if latest is None:
        return [from_body(Change, change.body) for change in ended]
    before = [from_body(Change, c.body) for c in ended if c.made_on != latest.day]
    return [*latest.changes, *before]


def changes_ahead(conn: Connection, athlete_id: int, latest: Outcome) -> list[Change]:
    """Those of today and of days to come, the newest first."""
    row = tables.change
    ahead = row.c.athlete_id == athlete_id, row.c.day >= latest.day, row.c.made_on < latest.day
    query = select(row.c.body).where(*ahead).order_by(row.c.made_on.desc(), row.c.id.desc())
    return [*latest.changes, *(from_body(Change, body) for body in conn.scalars(query))]
