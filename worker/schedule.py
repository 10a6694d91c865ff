"""What happens by itself, by the clock: polls, daily ticks, the webhook subscription.

Every tick is keyed by what it is and its calendar day or its slot of machine time, so that any
number of schedulers make each happen once.
"""

import secrets
import threading
from datetime import datetime, timedelta
from typing import Self

import structlog
from sqlalchemy import Connection, select, update

from connectors.errors import ServiceError
from worker import store, tables
from worker.app import Runtime
from worker.clock import keep_calendar_now
from worker.connections import (
    SIGN_IN_NEEDED,
    application_values,
    connections,
    gives_activities,
    link_settings,
    put_application_values,
    strava_use,
)
from worker.db import reading, upsert, writing
from worker.inbox import accept_now
from worker.owing import owe_message, owe_publishing, owe_replan
from worker.polling import POLL, poll_arrival

log = structlog.get_logger()

LOOK_EVERY_S = 2.0
POLL_EVERY = timedelta(minutes=10)
SUBSCRIBE_AGAIN = timedelta(minutes=10)


def tick(runtime: Runtime) -> None:
    """Owe everything that has fallen due by now. Safe to call as often as one likes."""
    with writing(runtime.engine) as conn:
        now = keep_calendar_now(conn, runtime.clock)
        for athlete_id in store.athlete_ids(conn):
            _daily(runtime, conn, athlete_id, now)
            _polls(runtime, conn, athlete_id, now)
            _lapsed_sign_ins(runtime, conn, athlete_id)
    runtime.ring()


def _daily(runtime: Runtime, conn: Connection, athlete_id: int, now: datetime) -> None:
    """A new day: yesterday closes, the fortnight moves on, the calendar is looked through."""
    today = now.astimezone(store.zone_of(conn, athlete_id)).date()
    if upsert(
        conn,
        tables.tick,
        {"name": f"day:{athlete_id}", "day": today},
        key=("name", "day"),
        keep=True,
    ):
        owe_replan(runtime, conn, athlete_id)
        owe_publishing(runtime, conn, athlete_id)


def _polls(runtime: Runtime, conn: Connection, athlete_id: int, now: datetime) -> None:
    """Webhooks are lost and services give up: every source is asked as well."""
    slot = int(runtime.clock.machine_now().timestamp() // POLL_EVERY.total_seconds())
    for connected in connections(conn, athlete_id=athlete_id):
        if not gives_activities(runtime, connected):
            continue
        if connected.connector == "strava" and strava_use(conn, runtime, athlete_id) != "full":
            continue
        if _is_being_asked(conn, connected.id):
            continue
        arrival = poll_arrival(connected, reason=f"slot {slot}", known_at=now)
        accept_now(conn, arrival, now=runtime.clock.machine_now())


def _is_being_asked(conn: Connection, connection_id: int) -> bool:
    """A poll is under way, or waits for the service: another would only add to its troubles."""
    event, owed = tables.inbox_event, tables.outbox
    matches = (owed.c.actor == "ingest") & (owed.c.key == event.c.id.cast(owed.c.key.type))
    query = select(event.c.id).select_from(event.join(owed, matches))
    waiting = query.where(
        event.c.connection_id == connection_id,
        event.c.kind == POLL,
        event.c.done_at.is_(None),
        owed.c.buried_at.is_(None),
    )
    return conn.execute(waiting.limit(1)).first() is not None


def _lapsed_sign_ins(runtime: Runtime, conn: Connection, athlete_id: int) -> None:
    """Told once for each time that it happened; nothing signs in by itself."""
    for connected in connections(conn, athlete_id=athlete_id, state=SIGN_IN_NEEDED):
        if connected.told_at is not None:
            continue
        connector = runtime.connectors.get(connected.connector)
        title = connector.title if connector else connected.connector
        now = runtime.clock.machine_now()
        owe_message(
            runtime,
            conn,
            athlete_id,
            key=f"sign-in:{connected.id}:{now.isoformat()}",
            title=f"{title} wants you to sign in again",
            body=connected.problem or f"Run: goalward connect {connected.connector}",
        )
        row = tables.connection
        conn.execute(update(row).where(row.c.id == connected.id).values(told_at=now))


def subscribe(runtime: Runtime) -> None:
    """Ask Strava for webhooks, once there is an athlete, an address and somebody who answers.

    Raises the service's errors: polls go on without a subscription.
    """
    from connectors.strava import subscriptions

    if not runtime.settings.public_url:
        return
    with reading(runtime.engine) as conn:
        if not any(c.connector == "strava" for c in connections(conn)):
            return
    agreed = application_values(runtime, "strava")
    if "strava_verify_token" not in agreed:
        agreed = {
            "strava_verify_token": secrets.token_urlsafe(24),
            "webhook_secret": secrets.token_urlsafe(24),
        }
        put_application_values(runtime, "strava", agreed)
    callback = f"{runtime.settings.public_url}/webhooks/strava/{agreed['webhook_secret']}"
    if agreed.get("callback_url") == callback:
        return
    made = subscriptions.subscribed(
        link_settings(runtime.settings),
        callback,
        agreed["strava_verify_token"],
        now=runtime.clock.machine_now(),
    )
    values = {"strava_subscription_id": made.id, "callback_url": callback}
    put_application_values(runtime, "strava", values)
    log.info("strava.subscribed", subscription=made.id)


class Scheduler:
    """A thread that looks at the clock every two seconds."""

    def __init__(self, runtime: Runtime, *, subscribing: bool = True) -> None:
        self._runtime = runtime
        self._subscribing = subscribing
        self._subscribe_at: datetime | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                tick(self._runtime)
                self._subscribe()
            except Exception:  # a fault of one look must not end all later ones
                log.exception("schedule.failed")
            self._stopping.wait(LOOK_EVERY_S)

    def _subscribe(self) -> None:
        now = self._runtime.clock.machine_now()
        if not self._subscribing or (self._subscribe_at and now < self._subscribe_at):
            return
        try:
            subscribe(self._runtime)
        except ServiceError as error:
            log.warning("strava.not_subscribed", reason=str(error))
            self._subscribe_at = now + SUBSCRIBE_AGAIN


def owe_poll(runtime: Runtime, conn: Connection, athlete_id: int, *, reason: str) -> int:
    """Ask every source of an athlete now, as after connecting one. Returns how many are asked."""
    asked = 0
    for connected in connections(conn, athlete_id=athlete_id):
        if gives_activities(runtime, connected):
            arrival = poll_arrival(connected, reason=reason, known_at=runtime.calendar_now(conn))
            asked += accept_now(conn, arrival, now=runtime.clock.machine_now())
    return asked
