"""A Goalward in one process whose time stands still until the test moves it.

Real database, real connectors and client libraries, the simulated services over HTTP; the work
that is owed is done when the test says so, by the same code as in a worker.
"""

import socket
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from connectors.files.decode import decode
from connectors.registry import connectors
from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from planning.activity import Record, RecordKind, Sport
from planning.athlete import Athlete
from worker import serving, store, tables
from worker.actors import ACTORS
from worker.app import Runtime
from worker.connections import connect
from worker.db import open_database, reading, writing
from worker.inbox import accept_now
from worker.perform import run_owed
from worker.polling import poll_arrival
from worker.schedule import subscribe
from worker.settings import load_settings
from worker.vault import Vault

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 8, 31, 7, tzinfo=UTC)  # a Monday, 09:00 in Paris
STRAVA_ATHLETE = "777001"


class HandClock:
    """Machine and calendar time, both moved by hand."""

    trial_start = None

    def __init__(self, at=START):
        self.at = at

    def machine_now(self):
        return self.at

    def calendar_now(self, offset_s, latest_at):
        here = self.at + timedelta(seconds=offset_s)
        return here if latest_at is None else max(here, latest_at)

    def later(self, **how):
        self.at += timedelta(**how)


@dataclass
class Life:
    """One athlete, `athlete_id` 1, in Paris."""

    runtime: Runtime
    control: Control | None = None

    @property
    def clock(self):
        return self.runtime.clock

    @property
    def engine(self):
        return self.runtime.engine

    @property
    def today(self):
        return self.clock.at.astimezone(PARIS).date()

    def work(self, *only):
        """Do what is due; returns how many runs that took."""
        return run_owed(self.runtime, ACTORS, only=only or None)

    def rows(self, table, **where):
        query = select(table).order_by(*table.primary_key.columns)
        for name, value in where.items():
            query = query.where(table.c[name] == value)
        with reading(self.engine) as conn:
            return conn.execute(query).all()

    def owed(self, actor):
        return [
            r for r in self.rows(tables.outbox, actor=actor) if r.generation != r.done_generation
        ]

    def owed_at(self):
        """When the next work falls due; None when nothing is owed."""
        row = tables.outbox
        owed = (row.c.generation != row.c.done_generation) & row.c.buried_at.is_(None)
        with reading(self.engine) as conn:
            return conn.scalar(select(func.min(row.c.due_at)).where(owed))

    def activities(self):
        with reading(self.engine) as conn:
            return store.activities(conn, 1)

    def outcomes(self):
        """What became of every arrival of an activity."""
        return [row.outcome for row in self.rows(tables.inbox_event, kind="activity")]

    # --- connecting -------------------------------------------------------------------------------

    def connect_garmin(self):
        tokens = self.control.tokens()["garmin"]
        return self._connect("garmin", "runner-1", tokens)

    def connect_strava(self):
        given = self.control.tokens()["strava"]
        kept = {name: str(given[name]) for name in ("access_token", "refresh_token", "expires_at")}
        return self._connect("strava", STRAVA_ATHLETE, kept)

    def _connect(self, connector, external, tokens, **settings):
        return connect(
            self.runtime,
            1,
            connector=connector,
            external_athlete_id=external,
            tokens=tokens,
            settings=settings,
        )

    def setting(self, key, body):
        with writing(self.engine) as conn:
            store.put(
                conn,
                tables.athlete_setting,
                athlete_id=1,
                key=key,
                body=body,
                known_at=self.clock.at,
                now=self.clock.at,
            )

    def profile(self, **changes):
        with writing(self.engine) as conn:
            changed = replace(store.profile_of(conn, 1), **changes)
            store.put_profile(conn, 1, changed, known_at=self.clock.at, now=self.clock.at)

    def poll(self, connector="garmin"):
        """Ask the source now, and do all that follows."""
        with writing(self.engine) as conn:
            from worker.connections import connections

            for connected in connections(conn, athlete_id=1):
                if connected.connector == connector:
                    reason = (
                        f"test {self.clock.at.isoformat()} {len(self.rows(tables.inbox_event))}"
                    )
                    arrival = poll_arrival(connected, reason=reason, known_at=self.clock.at)
                    accept_now(conn, arrival, now=self.clock.at)
        self.work("ingest")

    def heard(self, before):
        """Wait until Strava's deliveries beyond the first `before` are answered."""
        pause = threading.Event()
        for _ in range(500):
            sent = self.control.dump()["deliveries"]
            if len(sent) > before and all(200 in one["attempts"] for one in sent):
                return
            pause.wait(0.02)
        raise TimeoutError("the webhook was not delivered")


class Around:
    """What is around a life that is `lived` day by day, and how its time goes on."""

    lived: Life

    @property
    def control(self):
        return self.lived.control

    @property
    def clock(self):
        return self.lived.clock

    @property
    def engine(self):
        return self.lived.engine

    def work(self):
        self.lived.work()

    def settles(self, *, soon, rounds):
        """Do what is due, and what falls due so soon after it; whether that came to an end."""
        for _ in range(rounds):
            self.work()
            due = self.lived.owed_at()
            if due is None or due > self.clock.at + soon:
                return True
            self.clock.at = max(due, self.clock.at)
        return False


@contextmanager
def life(database_url, home, *, clock=None, zone=PARIS, **variables):
    """A Goalward without any service."""
    clock = clock or HandClock()
    engine = open_database(database_url, now=clock.machine_now)
    try:
        yield Life(runtime_on(engine, home, clock=clock, zone=zone, **variables))
    finally:
        engine.dispose()


def runtime_on(engine, home, *, clock, zone=PARIS, **variables):
    environ = {"GOALWARD_HOME": str(home), "GOALWARD_DATABASE_URL": "sqlite:///unused"}
    settings = load_settings(environ | {f"GOALWARD_{k}": v for k, v in variables.items()})
    with writing(engine) as conn:
        if not store.athlete_ids(conn):
            profile = Athlete(zone, name="Robin")
            store.add_athlete(conn, profile, known_at=clock.at, now=clock.at)
    return Runtime(settings, clock, engine, Vault(engine, settings), connectors(), decode)


def settings_for(services, ours, home):
    """Of a Goalward reached at `ours` that uses the simulated `services`."""
    return {
        "STRAVA_CLIENT_ID": "1",
        "STRAVA_CLIENT_SECRET": "sandbox",
        "STRAVA_API_URL": f"{services}/strava/api/v3",
        "STRAVA_OAUTH_URL": f"{services}/strava/oauth",
        "GARMIN_API_URL": f"{services}/garmin",
        "INTERVALS_API_URL": f"{services}/intervals",
        "PUBLIC_URL": ours,
        "NOTIFY": f"goalward-file://{home}/told.txt",
    }


@contextmanager
def life_with_services(database_url, home, *, webhooks=False, at=START, zone=PARIS, **options):
    """The same with the simulated services; with `webhooks`, Strava reaches us."""
    clock = HandClock(at)
    with ExitStack() as stack:
        today = at.astimezone(zone).date()
        given = Options(today=today, webhook_retry_s=0.1, **options)
        url = stack.enter_context(serve(machine_now=clock.machine_now, options=given))
        control = stack.enter_context(Control(url))
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        ours = f"http://127.0.0.1:{listener.getsockname()[1]}"
        variables = settings_for(url, ours, home)
        lived = stack.enter_context(life(database_url, home, clock=clock, zone=zone, **variables))
        lived.control = control
        if webhooks:
            lived.connect_strava()
            stack.enter_context(serving.serving(lived.runtime, listener))
            subscribe(lived.runtime)
        yield lived


def a_record(n=1, *, start_at=START, distance_m=10_000.0, minutes=50.0, **changes):
    """One run as a source tells it."""
    return replace(
        Record(
            source="garmin",
            external_id=str(n),
            kind=RecordKind.GARMIN_API,
            start_at=start_at,
            sport=Sport.RUN,
            distance_m=distance_m,
            moving_time_s=minutes * 60.0,
            elapsed_time_s=minutes * 60.0,
            utc_offset_s=7200,
        ),
        **changes,
    )
