"""What a source proves of its own completeness, and what it keeps from us: facts, with the page."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from connectors.ports import Page
from planning.completeness import Coverage, Withheld
from worker import store, tables
from worker.app import Runtime
from worker.connections import Connected
from worker.owing import owe_replan
from worker.stored import to_body

DAY = timedelta(days=1)
AHEAD = timedelta(days=1)  # what is dated further in the future is dated by a wrong clock


def note_page(
    runtime: Runtime, conn: Connection, connected: Connected, page: Page, *, known_at: datetime
) -> None:
    """Keep what a page of a poll says beside its activities. Once a page, in its transaction.

    That the source is asked, up to when the watch has handed over, and what is withheld. An
    activity that the page gives a reference to is withheld no more once it has been fetched: see
    `given`.
    """
    new = store_asked(runtime, conn, connected.athlete_id, connected.connector, known_at=known_at)
    if page.synced_at is not None:
        new |= store_coverage(runtime, conn, connected, page.synced_at, known_at=known_at)
    new |= store_withheld(runtime, conn, connected.athlete_id, page.withheld, known_at=known_at)
    if new:
        owe_replan(runtime, conn, connected.athlete_id)


def store_asked(
    runtime: Runtime, conn: Connection, athlete_id: int, source: str, *, known_at: datetime
) -> bool:
    """The source is asked for activities: without its word no day is complete."""
    return _put(runtime, conn, athlete_id, f"{store.ASKED}{source}", {"source": source}, known_at)


def take_back_asked(
    runtime: Runtime, conn: Connection, athlete_id: int, source: str, *, known_at: datetime
) -> bool:
    """The source is asked no more: it holds up nothing."""
    return _put(runtime, conn, athlete_id, f"{store.ASKED}{source}", None, known_at)


def store_coverage(
    runtime: Runtime,
    conn: Connection,
    connected: Connected,
    synced_at: datetime,
    *,
    known_at: datetime,
) -> bool:
    """Everything that the watch recorded before `synced_at` is there: the day before is whole.

    One fact for each day that is proven, so that it does not matter in which order they come. A
    watch that says it will sync in 2034 has proven nothing of the days until then.
    """
    if synced_at > known_at + AHEAD:
        return False
    zone = store.zone_of(conn, connected.athlete_id)
    day = synced_at.astimezone(zone).date()
    because = f"the watch synced on {day.day} {day:%B}"
    proof = Coverage(connected.connector, day - DAY, because)
    key = f"{proof.source}:{proof.until.isoformat()}"
    return _put(runtime, conn, connected.athlete_id, key, to_body(proof), known_at)


def store_withheld(
    runtime: Runtime,
    conn: Connection,
    athlete_id: int,
    withheld: Iterable[Withheld],
    *,
    known_at: datetime,
) -> bool:
    """Activities that a source names and does not give."""
    new = [
        _put_withheld(runtime, conn, athlete_id, each.key, to_body(each), known_at=known_at)
        for each in withheld
    ]
    return any(new)


def listed_no_more(
    runtime: Runtime,
    conn: Connection,
    connected: Connected,
    still: Iterable[str],
    *,
    after: date,
    known_at: datetime,
) -> bool:
    """Of what this source withheld after that day, only `still` (external ids) is listed yet: the
    rest was deleted there, or is given under another id since the athlete did what helps. The
    earliest day there is: everything was listed, also what has no day.
    """
    kept, athlete_id = frozenset(still), connected.athlete_id
    gone = [
        each.key
        for each in store.withheld(conn, athlete_id)
        if each.source == connected.connector
        and each.external_id not in kept
        and (after == date.min if each.day is None else each.day > after)
    ]
    return given(runtime, conn, athlete_id, gone, known_at=known_at)


def given(
    runtime: Runtime, conn: Connection, athlete_id: int, keys: Iterable[str], *, known_at: datetime
) -> bool:
    """These were fetched (`source:external_id`), and so are withheld no more."""
    new = [_put_withheld(runtime, conn, athlete_id, key, None, known_at=known_at) for key in keys]
    if any(new):
        owe_replan(runtime, conn, athlete_id)
    return any(new)


def _put_withheld(
    runtime: Runtime,
    conn: Connection,
    athlete_id: int,
    key: str,
    body: object,
    *,
    known_at: datetime,
) -> bool:
    source, _, external_id = key.partition(":")
    return store.put(
        conn,
        tables.withheld,
        athlete_id=athlete_id,
        key=key,
        body=body,
        known_at=known_at,
        now=runtime.clock.machine_now(),
        source=source,
        external_id=external_id,
    )


def _put(
    runtime: Runtime, conn: Connection, athlete_id: int, key: str, body: object, known_at: datetime
) -> bool:
    return store.put(
        conn,
        tables.coverage,
        athlete_id=athlete_id,
        key=key,
        body=body,
        known_at=known_at,
        now=runtime.clock.machine_now(),
    )
