"""What follows from a change, owed in the transaction that makes it."""

from sqlalchemy import Connection, select

from planning.news import News
from worker import outbox, store, tables
from worker.app import Runtime
from worker.connections import connections, writes_calendar
from worker.db import upsert


def owe_replan(runtime: Runtime, conn: Connection, athlete_id: int) -> None:
    outbox.push(conn, "replan", str(athlete_id), due_at=runtime.clock.machine_now())


def owe_publishing(runtime: Runtime, conn: Connection, athlete_id: int) -> None:
    now = runtime.clock.machine_now()
    for connected in connections(conn, athlete_id=athlete_id):
        if writes_calendar(runtime, connected):
            outbox.push(conn, "publish", str(connected.id), due_at=now)


def owe_message(
    runtime: Runtime, conn: Connection, athlete_id: int, *, key: str, title: str, body: str
) -> None:
    """Said once, however often it becomes true."""
    now = runtime.clock.machine_now()
    values = {
        "athlete_id": athlete_id,
        "key": key,
        "title": title,
        "body": body,
        "created_at": runtime.calendar_now(conn),
    }
    if upsert(conn, tables.message, values, key=("athlete_id", "key"), keep=True):
        said = select(tables.message.c.id).where(
            tables.message.c.athlete_id == athlete_id, tables.message.c.key == key
        )
        outbox.push(conn, "tell", str(conn.execute(said).scalar_one()), due_at=now)


def channels_of(runtime: Runtime, conn: Connection, athlete_id: int) -> list[str]:
    chosen = store.setting(conn, athlete_id, "notify")
    if chosen is None and athlete_id == min(store.athlete_ids(conn), default=athlete_id):
        return list(runtime.settings.notify)
    return list(chosen or ())


def owe_telling(
    runtime: Runtime, conn: Connection, athlete_id: int, news: tuple[News, ...]
) -> None:
    for item in news:
        owe_message(runtime, conn, athlete_id, key=item.key, title=item.title, body=item.body)
