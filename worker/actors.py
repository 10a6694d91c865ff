"""The actors: load, decide, store, owe."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, update

from planning.replan import Closing, Outcome, State
from planning.replan import replan as decide
from worker import store, tables
from worker.app import Runtime
from worker.db import reading, writing
from worker.erasing import ERASE, erase
from worker.inbox import work_of
from worker.ingest import ingest
from worker.notify import NotTold, after_quiet_hours
from worker.outcomes import latest_outcome, store_closing, store_outcome, version_of
from worker.owing import channels_of, owe_publishing, owe_telling
from worker.perform import Actor, Held, Snooze
from worker.polling import ACTIVITY, POLL
from worker.publish import publish

INSTANT = timedelta(microseconds=1)
STAYS_AWAKE = timedelta(weeks=4)  # without news; so far ahead are days laid out
UNREAD_PAUSE = timedelta(seconds=1)
UNREAD_TRIES = 3  # after that, an arrival of an earlier day no longer holds up today
UNREAD_SOON = timedelta(minutes=1)  # one that waits longer, for a service's limit, does not either


def replan(runtime: Runtime, key: str, held: Held) -> None:
    """Close the days that ended, decide today, store what changed, owe what follows."""
    athlete_id = int(key)
    with reading(runtime.engine) as conn:
        zone = store.zone_of(conn, athlete_id)
        today = runtime.calendar_now(conn).astimezone(zone).date()
        _read_first(runtime, conn, athlete_id, before=_start_of(today, zone))
    closing = _close_days(runtime, athlete_id, today=today, held=held)
    with reading(runtime.engine) as conn:
        state = store.load_state(conn, athlete_id, closing=closing)
    outcome = decide(state, today)
    with writing(runtime.engine) as conn:
        held.check(conn)
        before = latest_outcome(conn, athlete_id)
        store_outcome(runtime, conn, athlete_id, outcome)
        owe_telling(runtime, conn, athlete_id, outcome.news)
        if before is None or (before.day, version_of(before)) != (today, version_of(outcome)):
            owe_publishing(runtime, conn, athlete_id)
    runtime.ring()


def as_of(runtime: Runtime, athlete_id: int, at: datetime | None = None) -> Outcome:
    """What would be decided now, or was at the calendar instant `at` with what was known by then.

    Stored nowhere. While arrivals of earlier days wait to be read no day closes, but a person who
    asks is answered; and who asks about an earlier day gets the answer of that day.
    """
    return decide(*known_as_of(runtime, athlete_id, at))


def known_as_of(
    runtime: Runtime, athlete_id: int, at: datetime | None = None
) -> tuple[State, date]:
    """Everything known now or at the calendar instant `at`, and the athlete's day then."""
    with reading(runtime.engine) as conn:
        zone = store.zone_of(conn, athlete_id, at=at)
        today = (at or runtime.calendar_now(conn)).astimezone(zone).date()
        last = store.last_closing(conn, athlete_id, before=today)
        return store.load_state(conn, athlete_id, closing=last, until=at), today


def tell(runtime: Runtime, key: str, held: Held) -> None:
    """One message to the athlete's channels, outside quiet hours, at least once."""
    from worker import notify  # apprise takes a fifth of a second to import

    with reading(runtime.engine) as conn:
        found = select(tables.message).where(tables.message.c.id == int(key))
        message = conn.execute(found).one_or_none()
        if message is None or message.told_at is not None:
            return
        zone = store.zone_of(conn, message.athlete_id)
        now = runtime.calendar_now(conn)
        channels = channels_of(runtime, conn, message.athlete_id)
    wait = after_quiet_hours(now, zone) - now
    if wait > timedelta(0):
        raise Snooze(runtime.clock.machine_now() + wait)
    held.check()
    told_at: datetime | None = runtime.clock.machine_now()
    try:
        problem = notify.tell(channels, title=message.title, body=message.body)
    except NotTold as error:
        told_at, problem = None, str(error)
    with writing(runtime.engine) as conn:
        held.check(conn)
        row = update(tables.message).where(tables.message.c.id == message.id)
        conn.execute(row.values(told_at=told_at, problem=problem))
    if told_at is None:
        raise NotTold(problem)


ACTORS: Mapping[str, Actor] = {
    "ingest": ingest,
    "replan": replan,
    "publish": publish,
    "tell": tell,
    ERASE: erase,
}


def _close_days(runtime: Runtime, athlete_id: int, *, today: date, held: Held) -> Closing | None:
    """Every ended day closes as it would have at its end."""
    with reading(runtime.engine) as conn:
        last = store.last_closed(conn, athlete_id, before=today)
    while True:
        closing = last.closing if last else None
        with reading(runtime.engine) as conn:
            day, until = _next_day(conn, athlete_id, last)
            if day >= today or until >= runtime.calendar_now(conn):
                return closing
            _read_first(runtime, conn, athlete_id, before=until)
            state = store.load_state(conn, athlete_id, closing=closing, until=until)
        outcome = decide(state, day)
        with writing(runtime.engine) as conn:
            held.check(conn)
            store_closing(runtime, conn, athlete_id, outcome, until=until)
        last = store.Closed(outcome.closing, until)


def _next_day(
    conn: Connection, athlete_id: int, last: store.Closed | None
) -> tuple[date, datetime]:
    """The day to close after the last one that did, and its end: each in turn, so that what was
    shown on a day on which nothing became known is not forgotten on the next. After four weeks of
    nothing the days close no more until something does, and the first is the one of the first news.

    A day is the one it was where the athlete lived when the last closing was made, wherever they
    live now: so a day ends alike whenever it is looked at. Whoever travels west has a day twice,
    and the second part of it belongs to the next.
    """
    if last:
        day, until = _day_at(conn, athlete_id, last.until + INSTANT, last)
        known_at = store.next_news(conn, athlete_id, after=until - STAYS_AWAKE)
        if known_at is not None and known_at <= until:
            return day, until
    known_at = store.next_news(conn, athlete_id, after=last.until if last else None)
    if known_at is None:
        return date.max, datetime.max.replace(tzinfo=UTC)
    return _day_at(conn, athlete_id, known_at, last)


def _day_at(
    conn: Connection, athlete_id: int, at: datetime, last: store.Closed | None
) -> tuple[date, datetime]:
    """The athlete's day at an instant after the last closing, and its end."""
    zone = store.zone_of(conn, athlete_id, at=last.until if last else at)
    day = at.astimezone(zone).date()
    if last:
        day = max(day, last.closing.day + timedelta(days=1))
    return day, _end_of(day, zone)


def _read_first(runtime: Runtime, conn: Connection, athlete_id: int, *, before: datetime) -> None:
    """Arrivals of an earlier day belong to that day's end: it must not close without them.

    Raises Snooze while there are some that may be read soon.
    """
    now = runtime.clock.machine_now()
    event, owed = tables.inbox_event, tables.outbox
    query = (
        select(event.c.id, owed.c.tries)
        .select_from(event.join(owed, work_of(event.c.id)))
        .where(
            event.c.athlete_id == athlete_id,
            event.c.kind.in_((ACTIVITY, POLL)),
            event.c.done_at.is_(None),
            event.c.known_at < before,
            owed.c.buried_at.is_(None),
            owed.c.tries + owed.c.outages <= UNREAD_TRIES,
            owed.c.due_at <= now + UNREAD_SOON,
        )
        .limit(1)
    )
    if conn.execute(query).first() is not None:
        raise Snooze(now + UNREAD_PAUSE, "runs of an earlier day are still being read")


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    # In UTC, for arithmetic in a zone leaves out the hour that comes twice.
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return _start_of(day + timedelta(days=1), zone) - INSTANT
