"""Sleep, heart-rate variability and resting heart rate: asked for, and kept as facts."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from connectors.errors import Refused
from connectors.ports import WellnessSource
from planning.wellness import Wellness
from worker import store, tables
from worker.app import Runtime
from worker.connections import Connected, opened
from worker.db import reading, upsert, writing
from worker.owing import owe_replan
from worker.perform import Held
from worker.polling import Event
from worker.stored import to_body

DAY = timedelta(days=1)
LATELY_DAYS = 7  # asked for every time: a watch may hand over late, and values are put right
SLICE_DAYS = 28  # in one question
FURTHEST_DAYS = 5 * 365
EMPTY_SLICES = 3  # in a row: before that there was no watch


def poll_wellness(runtime: Runtime, event: Event, held: Held) -> str:
    """An inbox row of the kind "wellness": what became of it, in words.

    The last week, or all since the last time; the first time the whole history, from today
    backwards, each slice kept before the next is asked for. Raises the four errors; where history
    was interrupted, the next attempt goes on.
    """
    connected = event.connected
    with reading(runtime.engine) as conn:
        today = store.today_of(conn, connected.athlete_id, runtime.calendar_now(conn))
        last = _last_asked(conn, connected, today)
    with opened(runtime, connected, backfill=last is None) as use:
        if use.wellness is None:
            raise Refused(f"{connected.connector} tells nothing of sleep and recovery")
        if last is None:
            new = _history(runtime, event, held, use.wellness, today=today)
        else:
            first = min(last, today) - (LATELY_DAYS - 1) * DAY
            new = sum(
                _keep(runtime, event, held, use.wellness.wellness(*days), today=today)
                for days in _slices(first, today)
            )
    with writing(runtime.engine) as conn:
        held.check(conn)
        _note_asked(conn, connected, today)
    runtime.ring()
    return f"{new} new days of sleep and recovery"


def store_wellness(
    runtime: Runtime,
    conn: Connection,
    athlete_id: int,
    told: Sequence[Wellness],
    *,
    known_at: datetime,
) -> int:
    """Days of which something is known, as facts; how many say anything new. Then a replan is owed:
    a night that is known says that the evening before is.
    """
    row, now = tables.wellness, runtime.clock.machine_now()
    new = sum(
        store.put(
            conn,
            row,
            athlete_id=athlete_id,
            key=each.key,
            body=to_body(each),
            known_at=known_at,
            now=now,
            source=each.source,
            day=each.day,
        )
        for each in told
        if not each.is_empty
    )
    if new:
        owe_replan(runtime, conn, athlete_id)
    return new


def _history(
    runtime: Runtime, event: Event, held: Held, source: WellnessSource, *, today: date
) -> int:
    """Backwards, so that what matters comes first, until there is nothing any more."""
    asked = event.payload.get("history_before")
    last = date.fromisoformat(asked) - DAY if asked else today
    new = empty = 0
    while empty < EMPTY_SLICES and (today - last).days < FURTHEST_DAYS:
        first = last - (SLICE_DAYS - 1) * DAY
        told = source.wellness(first, last)
        new += _keep(runtime, event, held, told, today=today, history_before=first)
        empty = 0 if any(not each.is_empty for each in told) else empty + 1
        last = first - DAY
    return new


def _keep(
    runtime: Runtime,
    event: Event,
    held: Held,
    told: Sequence[Wellness],
    *,
    today: date,
    history_before: date | None = None,
) -> int:
    """One slice, with the place to go on from. Days to come are nobody's."""
    row = tables.inbox_event
    known = [each for each in told if each.day <= today]
    athlete_id = event.connected.athlete_id
    with writing(runtime.engine) as conn:
        held.check(conn)
        known_at = runtime.calendar_now(conn)  # the question may have waited for days
        new = store_wellness(runtime, conn, athlete_id, known, known_at=known_at)
        if history_before is not None:
            payload = {**event.payload, "history_before": history_before.isoformat()}
            conn.execute(update(row).where(row.c.id == event.id).values(payload=payload))
    return new


def _slices(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        yield first, min(first + (SLICE_DAYS - 1) * DAY, last)
        first += SLICE_DAYS * DAY


def _name(connected: Connected) -> str:
    return f"wellness:{connected.id}"


def _last_asked(conn: Connection, connected: Connected, today: date) -> date | None:
    """The day on which it was last asked for to the end. None: never, or not today and nothing is
    known: what came was erased, or may be told by now.
    """
    row, tick = tables.wellness, tables.tick
    asked: date | None = conn.scalar(
        select(func.max(tick.c.day)).where(tick.c.name == _name(connected))
    )
    mine = (row.c.athlete_id == connected.athlete_id) & (row.c.source == connected.connector)
    some = conn.execute(select(row.c.id).where(mine).limit(1)).first() is not None
    return asked if some or asked == today else None


def _note_asked(conn: Connection, connected: Connected, today: date) -> None:
    tick = tables.tick
    conn.execute(delete(tick).where(tick.c.name == _name(connected), tick.c.day < today))
    asked = {"name": _name(connected), "day": today}
    upsert(conn, tick, asked, key=("name", "day"), keep=True)
