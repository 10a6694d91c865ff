"""Looking back: once more through what a source has, for what polls do not see.

A poll goes on from where the last one ended. Runs that are uploaded late, edited or deleted after
that show only here: every day over the last six weeks, once a week over everything. It is history:
it waits for whatever is live, and moves no cursor.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from worker import coverage
from worker.app import Runtime
from worker.connections import Connected, opened
from worker.db import writing
from worker.inbox import Arrival
from worker.perform import Held
from worker.polling import (
    Event,
    arrivals_of,
    as_of_now,
    keep,
    missing_from,
    poll_arrival,
    source_of,
)

DAY = timedelta(days=1)
LATELY, EVERYTHING = "lately", "everything"  # how far it reaches
LATELY_DAYS, EVERYTHING_EVERY_DAYS = 42, 7
_REASON = "back "
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_STAYS = ("back", "day", "backfill")  # of its payload, when it is over


def look_back_arrival(connected: Connected, *, day: date, known_at: datetime) -> Arrival:
    """The look back of that day; the same day asks once. Sources take turns with everything."""
    turn = (day.toordinal() + connected.id) % EVERYTHING_EVERY_DAYS == 0
    payload = {"back": EVERYTHING if turn else LATELY, "day": day.isoformat(), "backfill": True}
    arrival = poll_arrival(connected, reason=f"{_REASON}{day}", known_at=known_at)
    return replace(arrival, payload=payload)


def look_backs_of(connection_id: int) -> str:
    """What the delivery keys of a connection's look backs are like."""
    return f"poll:{connection_id}:{_REASON}%"


def look_back(runtime: Runtime, event: Event, held: Held) -> str:
    """Through what was recorded lately, or everything. It notes what it has heard with every page,
    so whoever goes on after an interruption knows what is missing in the end.
    """
    event = as_of_now(runtime, event)
    connected, reach, day = event.connected, event.payload["back"], event.payload["day"]
    begins = None if reach == EVERYTHING else date.fromisoformat(day) - LATELY_DAYS * DAY
    heard: dict[str, Any] = dict(event.payload)
    new = 0
    with opened(runtime, connected, backfill=True) as use:
        source = source_of(connected, use.activities)
        if "cursor" not in heard:
            cursor = source.cursor_at(begins) if begins else None
            heard |= {"cursor": cursor, "listed": [], "withheld": []}
        more = True
        while more:
            page = source.changes(heard["cursor"])
            listed = [ref.external_id for ref in page.refs]
            withheld = [each.external_id for each in page.withheld]
            heard |= {"cursor": page.cursor, "listed": [*heard["listed"], *listed]}
            heard["withheld"] = [*heard.get("withheld", ()), *withheld]
            arrivals = arrivals_of(runtime, event, page.refs, backfill=True)
            new += keep(runtime, event, held, arrivals, page=page, heard=heard)
            more = page.more
    after = datetime.combine(begins + DAY, time.min, UTC) if begins else _LONG_AGO
    # A source that suddenly has nothing at all is no proof that everything was deleted.
    there = set(heard["listed"])
    missing = missing_from(runtime, event, there, after=after, backfill=True) if there else []
    kept = {name: value for name, value in event.payload.items() if name in _STAYS}
    new += keep(runtime, event, held, missing, heard=kept)
    if there:
        _withheld_no_more(runtime, event, held, heard["withheld"], begins)
    runtime.ring()
    return f"looked back: {new} new"


def _withheld_no_more(
    runtime: Runtime, event: Event, held: Held, still: Sequence[str], begins: date | None
) -> None:
    after = begins or date.min
    with writing(runtime.engine) as conn:
        held.check(conn)
        coverage.listed_no_more(
            runtime, conn, event.connected, still, after=after, known_at=event.known_at
        )
