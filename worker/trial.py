"""A trial life: simulated services, a simulated runner, and days that pass on command.

The demo tells it as a story; the tests live through the same days while workers are being killed.
"""

import hashlib
import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from threading import Event
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import requests
from sqlalchemy import func, select

from connectors.garmin import sign_in
from connectors.sandbox.control import Control
from connectors.strava import oauth
from planning.activity import content_id
from planning.athlete import Athlete
from planning.goals.goal import MARATHON_M, Goal, GoalKind, Priority
from planning.replan import Outcome
from planning.schedule.plan import Change, PlanDay
from worker import outbox, store, tables
from worker.app import Runtime
from worker.clock import advance
from worker.connections import application_values, connect, link_settings
from worker.db import reading, writing
from worker.outcomes import changes_of, latest_outcome
from worker.owing import owe_replan
from worker.schedule import owe_poll, tick

ZONE = ZoneInfo("Europe/Paris")
FIRST_DAY = date(2026, 8, 31)  # a Monday
MORNING = time(9, 0)
RACE_DAY = date(2026, 12, 20)  # a Sunday, 16 weeks later
TARGET_S = 3 * 3600 + 15 * 60.0
HISTORY_WEEKS = 26
SOON = timedelta(seconds=60)  # what is owed later, such as a message for the morning, may wait
STUCK_AFTER_S = 180.0
LOOK_EVERY_S = 0.005


class Stuck(Exception):
    """The worker did not finish what it owes. The text says what is left."""


def trial_environment(sandbox_url: str, *, home: str, listen: str) -> dict[str, str]:
    """Settings of a Goalward that lives with the simulated services."""
    start = datetime.combine(FIRST_DAY, MORNING, ZONE)
    return {
        "GOALWARD_HOME": home,
        "GOALWARD_LISTEN": listen,
        "GOALWARD_PUBLIC_URL": f"http://{listen}",
        "GOALWARD_CLOCK": start.isoformat(),
        "GOALWARD_NOTIFY": f"goalward-file://{home}/told.txt",
        "GOALWARD_STRAVA_CLIENT_ID": "1",
        "GOALWARD_STRAVA_CLIENT_SECRET": "sandbox",
        "GOALWARD_STRAVA_API_URL": f"{sandbox_url}/strava/api/v3",
        "GOALWARD_STRAVA_OAUTH_URL": f"{sandbox_url}/strava/oauth",
        "GOALWARD_GARMIN_API_URL": f"{sandbox_url}/garmin",
        "GOALWARD_CALENDAR_SETTLE_S": "2",  # the simulated lists do not lag
    }


@contextmanager
def simulated_services(*, seed: int) -> Iterator[str]:
    """`goalward sandbox` in a process of its own; yields its address, ends it at the end."""
    port = free_port()
    command = [sys.executable, "-m", "worker", "sandbox", f"--port={port}", f"--seed={seed}"]
    command.append(f"--today={FIRST_DAY}")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  # ourselves
    url = f"http://127.0.0.1:{port}"
    try:
        _until(lambda: _answers(f"{url}/control/dump"), what="the simulated services")
        yield url
    finally:
        process.terminate()
        process.wait(10)


@dataclass(frozen=True, slots=True)
class Trial:
    """One athlete's days. Needs a worker running somewhere on the same database."""

    runtime: Runtime
    control: Control
    athlete_id: int = 1

    # --- setting up -------------------------------------------------------------------------------

    def set_zone(self) -> None:
        """The runner lives in Paris, whatever this machine's zone is."""
        with writing(self.runtime.engine) as conn:
            now, known_at = self.runtime.clock.machine_now(), self.runtime.calendar_now(conn)
            profile = Athlete(ZONE, name="Robin")
            if not store.athlete_ids(conn):
                store.add_athlete(conn, profile, known_at=known_at, now=now)
                return
            named = replace(store.profile_of(conn, self.athlete_id), zone=ZONE, name="Robin")
            store.put_profile(conn, self.athlete_id, named, known_at=known_at, now=now)

    def connect_garmin(self) -> None:
        """As `goalward connect garmin` does, with the code that Garmin sends by mail."""
        settings, now = link_settings(self.runtime.settings), self.runtime.clock.machine_now()
        signed = sign_in.checked(settings, self.control.tokens()["garmin"], now)
        connect(
            self.runtime,
            self.athlete_id,
            connector="garmin",
            external_athlete_id=signed.athlete_id,
            tokens=signed.tokens,
        )

    def connect_strava(self) -> None:
        """As `goalward connect strava` does; the simulated Strava says yes by itself."""
        settings, now = link_settings(self.runtime.settings), self.runtime.clock.machine_now()
        url = oauth.authorize_url(settings, "http://localhost/callback", "trial")
        answer = requests.get(url, allow_redirects=False, timeout=10)
        query = dict(
            pair.split("=", 1) for pair in answer.headers["Location"].split("?", 1)[1].split("&")
        )
        granted = oauth.exchange(settings, query["code"], now, scope="read,activity:read_all")
        connect(
            self.runtime,
            self.athlete_id,
            connector="strava",
            external_athlete_id=granted.athlete_id,
            tokens=granted.tokens,
        )

    def ask_for_history(self) -> None:
        with writing(self.runtime.engine) as conn:
            owe_poll(self.runtime, conn, self.athlete_id, reason="history")
        self.runtime.ring()

    def state_goal(self) -> Goal:
        goal = Goal(
            id=content_id("trial", RACE_DAY)[:6],
            kind=GoalKind.TIME,
            priority=Priority.A,
            day=RACE_DAY,
            distance_m=MARATHON_M,
            target_s=TARGET_S,
            stated_on=FIRST_DAY,
        )
        with writing(self.runtime.engine) as conn:
            now, known_at = self.runtime.clock.machine_now(), self.runtime.calendar_now(conn)
            store.put_goal(conn, self.athlete_id, goal, known_at=known_at, now=now)
            owe_replan(self.runtime, conn, self.athlete_id)
        self.runtime.ring()
        return goal

    # --- living -----------------------------------------------------------------------------------

    def today(self) -> date:
        with reading(self.runtime.engine) as conn:
            return self.runtime.calendar_now(conn).astimezone(ZONE).date()

    def wake_up_on(self, day: date) -> None:
        """The night passes: it is the morning of `day`, for Goalward and for the services."""
        with writing(self.runtime.engine) as conn:
            now = self.runtime.calendar_now(conn)
            advance(conn, (datetime.combine(day, MORNING, ZONE) - now).total_seconds())
        self.control.day(day)
        tick(self.runtime)

    def run(self, day: date, **how: Any) -> Mapping[str, Any] | None:
        """The runner runs, the watch syncs, Strava's webhook goes out."""
        return self.control.run(day, **how)

    def subscribed(self) -> bool:
        return "callback_url" in application_values(self.runtime, "strava")

    # --- looking ----------------------------------------------------------------------------------

    def unread(self) -> tuple[int, int]:
        """Arrivals not read yet, and all that ever came."""
        event = tables.inbox_event
        with reading(self.runtime.engine) as conn:
            left = select(func.count()).where(event.c.done_at.is_(None))
            every = select(func.count()).select_from(event)
            return conn.execute(left).scalar_one(), conn.execute(every).scalar_one()

    def activities(self) -> int:
        with reading(self.runtime.engine) as conn:
            return len(store.activities(conn, self.athlete_id))

    def has_run_on(self, day: date) -> bool:
        with reading(self.runtime.engine) as conn:
            return any(a.day == day for a in store.activities(conn, self.athlete_id))

    def has_plan(self) -> bool:
        with reading(self.runtime.engine) as conn:
            found = latest_outcome(conn, self.athlete_id)
        return found is not None and found.plan is not None

    def is_settled(self) -> bool:
        """Nothing is owed for now: what came in is read, decided, and written."""
        owed = tables.outbox
        with reading(self.runtime.engine) as conn:
            soon = self.runtime.clock.machine_now() + SOON
            query = select(owed.c.id).where(
                owed.c.generation != owed.c.done_generation,
                owed.c.buried_at.is_(None),
                owed.c.due_at <= soon,
            )
            return conn.execute(query.limit(1)).first() is None

    def settle(self, *, after: Callable[[], bool] = lambda: True) -> None:
        """Wait until `after` is so and nothing is owed. Raises Stuck."""
        _until(lambda: after() and self.is_settled(), what="the worker", left=self._what_is_left)

    def outcome(self) -> Outcome:
        with reading(self.runtime.engine) as conn:
            found = latest_outcome(conn, self.athlete_id)
        if found is None:
            raise Stuck("nothing was decided")
        return found

    def changes(self) -> list[Change]:
        """Every change so far with its receipt."""
        with reading(self.runtime.engine) as conn:
            return changes_of(conn, self.athlete_id)

    def fortnight(self) -> list[PlanDay]:
        """The planned days that the calendar should show."""
        today, plan = self.today(), self.outcome().plan
        last = today + timedelta(days=13)
        return [d for d in (plan.days() if plan else ()) if today <= d.day <= last]

    def last_arrival_at(self) -> datetime:
        """Machine time at which the newest webhook was on disk."""
        event = tables.inbox_event
        query = select(func.max(event.c.received_at)).where(event.c.source == "strava")
        with reading(self.runtime.engine) as conn:
            found: datetime = conn.execute(query).scalar_one()
        return found

    def given_up(self) -> list[str]:
        """What was given up: in a trial, nothing should be."""
        with reading(self.runtime.engine) as conn:
            owed = outbox.listed(conn)
        return [f"{o.actor} {o.key}: {o.last_error}" for o in owed if o.buried_at]

    def _what_is_left(self) -> str:
        with reading(self.runtime.engine) as conn:
            owed = outbox.listed(conn, limit=5)
        return "; ".join(f"{o.actor} {o.key} ({o.tries} tries): {o.last_error}" for o in owed)


def seen_from_outside(trial: Trial) -> dict[str, Any]:
    """State and calendar without instants and remote ids: equal lives give equal dumps."""
    dump = trial.control.dump()
    with reading(trial.runtime.engine) as conn:
        recorded = store.activities(conn, trial.athlete_id)
        observed = sorted(
            json.dumps(body, sort_keys=True)
            for _, body in store.facts(conn, tables.observation, athlete_id=trial.athlete_id)
        )
        said = conn.execute(
            select(tables.message.c.key, tables.message.c.title, tables.message.c.body)
        )
        messages = sorted(tuple(row) for row in said)
        closings = [
            body for _, body in store.facts(conn, tables.closing, athlete_id=trial.athlete_id)
        ]
    outcome = trial.outcome()
    weeks = outcome.plan.weeks if outcome.plan else ()
    return {
        "activities": [(str(a.day), a.name, a.distance_m, a.moving_time_s) for a in recorded],
        "observations": hashlib.sha256("\n".join(observed).encode()).hexdigest(),
        "plan": outcome.plan.version if outcome.plan else None,
        "weeks": [str(replace(week, days=())) for week in weeks],  # what tells two versions apart
        "days": [str(day) for week in weeks for day in week.days],
        "ability": outcome.ability,
        "forecasts": outcome.forecasts,
        "changes": outcome.changes,
        "closings": closings,
        "messages": messages,
        "calendar": sorted(
            (entry["day"], entry["ident"], entry["name"], json.dumps(entry["steps"]))
            for entry in dump["entries"]
        ),
        "templates": len(dump["templates"]),
        "foreign": dump["foreign"]["entries"],
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.ConnectionError:
        return False


def _until(
    done: Callable[[], bool], *, what: str, left: Callable[[], str] = lambda: "it does not answer"
) -> None:
    give_up_at, pause = monotonic() + STUCK_AFTER_S, Event()
    while not done():
        if monotonic() > give_up_at:
            raise Stuck(f"{what} is not done after {STUCK_AFTER_S:.0f} s: {left()}")
        pause.wait(LOOK_EVERY_S)
