"""Which sources are due to be asked, and what for: what is new, a look back, sleep and recovery.

Webhooks are lost and services give up, so every source is asked as well. Each question has a key of
its slot of machine time, or of its day, and is not asked again while it waits for its answer.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, select

from connectors.ports import Connector, EventKind, Scope
from worker import store, tables
from worker.app import Runtime
from worker.connections import Connected, connections, gives_activities, strava_use
from worker.inbox import Arrival, work_of
from worker.looking_back import look_back_arrival, look_backs_of
from worker.polling import POLL, poll_arrival

POLL_EVERY = timedelta(minutes=10)
WELLNESS_EVERY = timedelta(hours=1)
POLLS_PART = 0.4  # of what a service allows; the rest is for what the polls find
REQUESTS_A_POLL = 2  # a page, and the empty one after it


type _Question = tuple[Connected, Arrival]


def due_questions(runtime: Runtime, conn: Connection, now: datetime) -> list[Arrival]:
    """What nobody has asked yet. `now` is calendar time."""
    possible = {each[1].delivery_key: each for each in _possible(runtime, conn, now)}
    key = tables.inbox_event.c.delivery_key
    asked = set(conn.scalars(select(key).where(key.in_(list(possible)))))
    return [
        arrival
        for key, (connected, arrival) in possible.items()
        if key not in asked and _is_due(runtime, conn, connected, arrival, now)
    ]


def is_asked(runtime: Runtime, conn: Connection, connected: Connected) -> bool:
    """Whether it is asked for activities: Strava only where its data may feed the estimate."""
    if not gives_activities(runtime, connected):
        return False
    if connected.connector != "strava":
        return True
    return strava_use(conn, runtime, connected.athlete_id) == "full"


def poll_every(connector: Connector, connected: int) -> timedelta:
    """So often that the polls of all its connections leave most of its limits to other requests."""
    dear_s = [
        limit.per_s / limit.calls * (connected if limit.scope is Scope.APPLICATION else 1)
        for limit in connector.capabilities.limits
        if limit.calls
    ]
    needed_s = REQUESTS_A_POLL * max(dear_s, default=0.0) / POLLS_PART
    return max(POLL_EVERY, timedelta(seconds=needed_s))


def _possible(runtime: Runtime, conn: Connection, now: datetime) -> Iterator[_Question]:
    found = connections(conn)
    if not found:
        return
    zones, number = store.zones(conn), Counter(one.connector for one in found)
    machine_s = runtime.clock.machine_now().timestamp()
    for connected in found:
        connector = runtime.connectors.get(connected.connector)
        if connector is None:
            continue
        if connector.capabilities.activities:
            every_s = poll_every(connector, number[connector.name]).total_seconds()
            slot = f"slot {machine_s // every_s:.0f}"
            yield connected, poll_arrival(connected, reason=slot, known_at=now)
            day = now.astimezone(zones[connected.athlete_id]).date()
            yield connected, look_back_arrival(connected, day=day, known_at=now)
        if connector.capabilities.wellness:
            hour = f"{machine_s // WELLNESS_EVERY.total_seconds():.0f}"
            yield connected, _wellness(connected, hour, now)


def _is_due(
    runtime: Runtime, conn: Connection, connected: Connected, arrival: Arrival, now: datetime
) -> bool:
    if arrival.kind == POLL and not is_asked(runtime, conn, connected):
        return False
    if "back" in arrival.payload and not _polled_before(conn, connected, arrival, now):
        return False
    return not _waits(conn, connected.id, arrival)


def _waits(conn: Connection, connection_id: int, arrival: Arrival) -> bool:
    """One of the kind is under way, or waits for the service: another would only add to its
    troubles.
    """
    event, owed = tables.inbox_event, tables.outbox
    backs = event.c.delivery_key.like(look_backs_of(connection_id))
    waiting = select(event.c.id).select_from(event.join(owed, work_of(event.c.id)))
    waiting = waiting.where(
        event.c.connection_id == connection_id,
        event.c.kind == arrival.kind,
        backs if "back" in arrival.payload else ~backs,
        event.c.done_at.is_(None),
        owed.c.buried_at.is_(None),
    )
    return conn.execute(waiting.limit(1)).first() is not None


def _polled_before(conn: Connection, connected: Connected, arrival: Arrival, now: datetime) -> bool:
    """There is something to look back on: a poll of an earlier day was read to its end."""
    event = tables.inbox_event
    day = date.fromisoformat(arrival.payload["day"])
    zone = store.zone_of(conn, connected.athlete_id)
    begins = datetime.combine(day, time.min, zone)
    polled = select(event.c.id).where(
        event.c.connection_id == connected.id,
        event.c.kind == POLL,
        event.c.done_at.is_not(None),
        event.c.known_at < min(begins, now),
    )
    return conn.execute(polled.limit(1)).first() is not None


def _wellness(connected: Connected, hour: str, now: datetime) -> Arrival:
    return Arrival(
        source=connected.connector,
        delivery_key=f"wellness:{connected.id}:hour {hour}",
        kind=EventKind.WELLNESS.value,
        connection_id=connected.id,
        athlete_id=connected.athlete_id,
        known_at=now,
    )
