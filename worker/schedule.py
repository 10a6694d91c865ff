"""What happens by itself, by the clock: polls, daily ticks, the webhook subscription.

Every tick is keyed by what it is and its calendar day or its slot of machine time, so that any
number of schedulers make each happen once.
"""

import secrets
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Self

import structlog
from sqlalchemy import Connection, select, update

from connectors.errors import ServiceError
from worker import concerns, store, tables, weather
from worker.app import Runtime
from worker.asking import due_questions, is_asked
from worker.clock import is_kept, keep_calendar_now, keep_latest
from worker.connections import (
    SIGN_IN_NEEDED,
    Connected,
    application_values,
    connections,
    link_settings,
    put_application_values,
    sign_in_command,
)
from worker.db import reading, upsert, writing
from worker.inbox import Arrival, accept_now
from worker.owing import owe_message, owe_publishing, owe_replan
from worker.polling import poll_arrival
from worker.pruning import prune
from worker.retention import EVERY, purge

log = structlog.get_logger()

LOOK_EVERY_S = 2.0
SUBSCRIBE_AGAIN, SUBSCRIBE_RARELY = timedelta(seconds=4), timedelta(minutes=10)


@dataclass(slots=True)
class _Due:
    """What is due for one athlete."""

    day: date | None = None  # that has begun
    undecided: bool = False  # the day has been seen to begin, but the last decision is of another
    questions: list[Arrival] = field(default_factory=list)  # to be asked of sources
    lapsed: list[Connected] = field(default_factory=list)  # that want a sign-in: not told yet


def tick(runtime: Runtime) -> None:
    """Owe everything that has fallen due by now. Safe to call as often as one likes.

    Mostly nothing has: so it is looked at for all athletes together, and nothing is written.
    """
    with reading(runtime.engine) as conn:
        kept = is_kept(conn, runtime.clock)
        found = _due(runtime, conn)
    if not kept:
        with writing(runtime.engine) as conn:
            keep_latest(conn, runtime.clock)
    for athlete_id, due in found.items():
        with writing(runtime.engine) as conn:
            _owe(runtime, conn, athlete_id, due)
    if found:
        runtime.ring()
    weather.tick(runtime)
    concerns.look_if_due(runtime)


def _due(runtime: Runtime, conn: Connection) -> dict[int, _Due]:
    found: defaultdict[int, _Due] = defaultdict(_Due)
    now = runtime.calendar_now(conn)
    today = {one: now.astimezone(zone).date() for one, zone in store.zones(conn).items()}
    begun = _begun(conn, today)
    for athlete_id in today.keys() - begun:
        found[athlete_id].day = today[athlete_id]
    for athlete_id in begun - _decided(conn, today):
        found[athlete_id].undecided = True
    for question in due_questions(runtime, conn, now):
        if question.athlete_id is not None:
            found[question.athlete_id].questions.append(question)
    for connected in connections(conn, state=SIGN_IN_NEEDED):
        if connected.told_at is None:
            found[connected.athlete_id].lapsed.append(connected)
    return found


def _begun(conn: Connection, today: Mapping[int, date]) -> set[int]:
    """The athletes whose day has been seen to begin."""
    tick = tables.tick
    names = {_name_of_day(athlete_id): athlete_id for athlete_id in today}
    query = select(tick).where(tick.c.name.in_(list(names)), tick.c.day.in_(set(today.values())))
    begun = ((names[row.name], row.day) for row in conn.execute(query))
    return {athlete_id for athlete_id, day in begun if today[athlete_id] == day}


def _decided(conn: Connection, today: Mapping[int, date]) -> set[int]:
    """The athletes whose last decision is of today, or who are about to get one."""
    owed, outcome = tables.outbox, tables.outcome
    about_to = (owed.c.actor == "replan") & (owed.c.generation != owed.c.done_generation)
    replans = {int(key) for key in conn.scalars(select(owed.c.key).where(about_to))}
    decided = conn.execute(select(outcome.c.athlete_id, outcome.c.day))
    return replans | {row.athlete_id for row in decided if today.get(row.athlete_id) == row.day}


def _name_of_day(athlete_id: int) -> str:
    return f"day:{athlete_id}"


def _owe(runtime: Runtime, conn: Connection, athlete_id: int, due: _Due) -> None:
    """Another scheduler may have been quicker: what it did is left as it is."""
    now = keep_calendar_now(conn, runtime.clock)
    if due.day:
        _begin(runtime, conn, athlete_id, due.day)
    elif due.undecided:
        owe_replan(runtime, conn, athlete_id)
    for question in due.questions:
        accept_now(conn, replace(question, known_at=now), now=runtime.clock.machine_now())
    for connected in due.lapsed:
        _tell_lapsed(runtime, conn, connected)


def _begin(runtime: Runtime, conn: Connection, athlete_id: int, day: date) -> None:
    """A new day: yesterday closes, the fortnight moves on, the calendar is looked through."""
    begun = {"name": _name_of_day(athlete_id), "day": day}
    if upsert(conn, tables.tick, begun, key=("name", "day"), keep=True):
        owe_replan(runtime, conn, athlete_id)
        owe_publishing(runtime, conn, athlete_id)


def _tell_lapsed(runtime: Runtime, conn: Connection, connected: Connected) -> None:
    """Told once for each time that it happened; nothing signs in by itself."""
    now, row = runtime.clock.machine_now(), tables.connection
    untold = update(row).where(row.c.id == connected.id, row.c.told_at.is_(None))
    if conn.execute(untold.values(told_at=now)).rowcount == 0:
        return
    owe_message(
        runtime,
        conn,
        connected.athlete_id,
        key=f"sign-in:{connected.id}:{now.isoformat()}",
        title=f"{runtime.title_of(connected.connector)} wants you to sign in again",
        body=connected.problem or f"Run: {sign_in_command(connected.connector)}",
    )


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


@dataclass(slots=True)
class Subscribing:
    """Subscribes; after a failure again, soon at first: our own address may not answer yet."""

    runtime: Runtime
    _pause: timedelta = SUBSCRIBE_AGAIN
    _not_before: datetime | None = None

    def look(self) -> None:
        now = self.runtime.clock.machine_now()
        if self._not_before and now < self._not_before:
            return
        try:
            subscribe(self.runtime)
        except ServiceError as error:
            log.warning("strava.not_subscribed", reason=str(error))
            self._not_before = now + self._pause
            self._pause = min(2 * self._pause, SUBSCRIBE_RARELY)


class Scheduler:
    """A thread that looks at the clock every two seconds."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._subscribing = Subscribing(runtime)
        self._purge_at: datetime | None = None
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
                self._purge()
                self._subscribing.look()
            except Exception:  # a fault of one look must not end all later ones
                log.exception("schedule.failed")
            self._stopping.wait(LOOK_EVERY_S)

    def _purge(self) -> None:
        """By each scheduler for itself: what is gone cannot be purged twice."""
        now = self._runtime.clock.machine_now()
        if self._purge_at is None or now >= self._purge_at:
            purge(self._runtime)
            prune(self._runtime)
            self._purge_at = now + EVERY


def owe_poll(runtime: Runtime, conn: Connection, athlete_id: int, *, reason: str) -> int:
    """Ask every source of an athlete now, as after connecting one. Returns how many are asked."""
    asked, known_at = 0, runtime.calendar_now(conn)
    for connected in connections(conn, athlete_id=athlete_id):
        if is_asked(runtime, conn, connected):
            arrival = poll_arrival(connected, reason=reason, known_at=known_at)
            asked += accept_now(conn, arrival, now=runtime.clock.machine_now())
    return asked
