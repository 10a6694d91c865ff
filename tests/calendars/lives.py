"""One athlete and one real calendar: database, connector, client library, simulated service.

A history takes a fresh athlete of the service and a copy of a database that was made once. Its plan
is put in force as the replan would, by storing what was decided; nothing else is short of the real.
"""

import shutil
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event

from connectors.ports import Unmetered
from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from planning.athlete import Athlete, Units
from planning.fitness.observation import derive
from planning.replan import State, replan
from planning.schedule.lint import lint
from planning.schedule.plan import Phase, Plan, PlanDay, PlanWeek
from planning.schedule.shown import shown
from tests.servers import migrated_sqlite
from tests.worker.living import PARIS, START, HandClock, a_record, runtime_on, settings_for
from worker import entries, outbox, store
from worker.actors import ACTORS
from worker.connections import CONNECTED, connection, connections
from worker.db import open_database, reading, writing
from worker.outcomes import store_outcome
from worker.perform import run_owed

MEMORY = Path("/dev/shm")
HORIZON = 14
RUNS = 42  # days before the first on which was run, so that a plan may ask for something


class Crash(BaseException):
    """The process ends here."""


class Line:
    """Hears of every remote call and of every commit before it is made, and what is `due` at one of
    these touches happens there: a crash at any, all else at the next call, for in a transaction
    nobody else gets anywhere. After a crash nothing passes any more.
    """

    def __init__(self):
        self.due, self.touches, self.crashes, self.dead, self.sleeps = {}, 0, 0, False, True
        self._thread = threading.get_ident()

    def touch(self, what):
        if threading.get_ident() != self._thread:
            return  # the heartbeat
        if self.dead:
            raise Crash
        if self.sleeps:
            return
        self.touches += 1
        happens = self.due.pop(self.touches, None)
        if happens and what == "commit" and happens != self.crash:
            self.due[self.touches + 1] = happens
        elif happens:
            self.sleeps = True
            try:
                happens()
            finally:
                self.sleeps = False

    def crash(self):
        self.dead = True
        self.crashes += 1
        raise Crash

    @contextmanager
    def hearing(self, due):
        self.due, self.touches, self.sleeps = dict(due), 0, False
        try:
            yield
        finally:
            self.due, self.sleeps, self.dead = {}, True, False


class Watching(Unmetered):
    """Told of every request, as any meter."""

    def __init__(self, line):
        self.line = line

    def spend(self, kind=""):
        self.line.touch("call")


def watched(connector, line):
    """The real connector, whose requests are told to `line`. Time stands still here, and with it
    every window of a limit: it has none.
    """

    class Watched:
        name, title = connector.name, connector.title
        capabilities = replace(connector.capabilities, limits=())
        receiver = connector.receiver

        def open(self, link, now):
            return connector.open(replace(link, meter=Watching(line)), now)

    return Watched()


class Life:
    """One history's worth. `plan` is what is wanted, by ident."""

    def __init__(self, place, number, side):
        self.home = place.folder / f"{side.name}-{number}"
        self.home.mkdir()
        shutil.copy(place.template, self.home / "goalward.db")
        self.clock = place.clock
        self.clock.at = START
        self.engine = open_database(
            f"sqlite:///{self.home / 'goalward.db'}", now=self.clock.machine_now
        )
        variables = settings_for(place.url, "http://127.0.0.1:9", self.home)
        self.runtime = runtime_on(self.engine, self.home, clock=self.clock, **variables)
        self.line = Line()
        kinds = {side.name: watched(self.runtime.connectors[side.name], self.line)}
        self.runtime = replace(self.runtime, connectors=kinds)
        event.listen(self.engine, "commit", lambda _: self.line.touch("commit"))
        self.plan = {}
        self.outcome = place.outcome
        self.control = Control(place.url, athlete=f"runner-{number}")
        self.control.day(self.today)
        self.side = side
        side.connects(self)
        with reading(self.engine) as conn:
            (self.connected,) = connections(conn)
            self.profile = store.profile_of(conn, 1)
            self.ran = store.activities(conn, 1)

    def close(self):
        self.control.close()
        self.engine.dispose()
        shutil.rmtree(self.home)

    @property
    def today(self):
        return self.clock.at.astimezone(PARIS).date()

    # The plan

    def wants(self, plan):
        """Puts it in force; False, and nothing is done, where a plan may not be so."""
        laid = self._laid(plan)
        if lint(laid, athlete=self.profile, goals=(), activities=self.ran, today=self.today):
            return False
        self.plan = dict(plan)
        decided = replace(self.outcome, day=self.today, plan=laid, changes=(), news=())
        with writing(self.engine) as conn:
            store_outcome(self.runtime, conn, 1, decided)
        return True

    def _laid(self, plan):
        by_day = {each.day: each for each in plan.values()}
        monday = self.today - timedelta(days=self.today.weekday())
        weeks = []
        for first in (monday + timedelta(weeks=n) for n in range(4)):
            days = [first + timedelta(days=n) for n in range(7)]
            held = [by_day[day].workout for day in days if day in by_day]
            metres = sum(workout.distance_m for workout in held)
            planned = tuple(PlanDay(day, by_day.get(day)) for day in days)
            weeks.append(PlanWeek(first, Phase.BASE, "", metres, 0.0, planned))
        name = "/".join(f"{one.ident} {one.day} {one.workout.name}" for one in plan.values())
        return Plan(name, self.today, (), None, tuple(weeks))

    def wanted(self):
        """What the calendar is to hold now, by ident, in the words that the athlete reads."""
        last = self.today + timedelta(days=HORIZON - 1)
        return {
            ident: shown(one, focus="", changes=(), units=Units.METRIC)
            for ident, one in self.plan.items()
            if self.today <= one.day <= last
        }

    # The work

    def publishes(self, due=None):
        """Owed and done, as far as it comes: what is `due` happens at that touch of the line.
        Whether the process lived through it.
        """
        with self.line.hearing(due or {}):
            try:
                self.works()
            except Crash:
                return False
        return True

    def works(self):
        with writing(self.engine) as conn:
            now = self.clock.machine_now()
            outbox.push(conn, "publish", str(self.connected.id), due_at=now)
        run_owed(self.runtime, ACTORS, only=("publish",))

    def signs_in(self):
        """The athlete does as they were told where a process died while it renewed the sign-in: the
        service may have taken the old one back, and the new one is lost.
        """
        with reading(self.engine) as conn:
            connected = connection(conn, self.connected.id)
        if connected.state != CONNECTED:
            self.side.signs_in()

    def records(self):
        with reading(self.engine) as conn:
            return {each.ident: each for each in entries.entries_of(conn, self.connected.id)}


class Place:
    """Where lives are lived: one simulated service and one database to be copied."""

    def __init__(self, folder, url, clock):
        self.folder, self.url, self.clock = Path(folder), url, clock
        self.template = self.folder / "template.db"
        migrated_sqlite(self.template)
        athlete = Athlete(PARIS, name="Robin")
        self.outcome = replan(State(athlete, (), ()), START.date())
        self.lived = 0
        self._remember_runs()

    def _remember_runs(self):
        engine = open_database(f"sqlite:///{self.template}", now=self.clock.machine_now)
        runtime_on(engine, self.folder, clock=self.clock)
        with writing(engine) as conn:
            for n in range(1, RUNS):
                run = a_record(n, start_at=START - timedelta(days=n), distance_m=14_000.0)
                seen = derive(run, None, zone=PARIS)
                store.put_observation(conn, 1, seen, known_at=self.clock.at, now=self.clock.at)
        with engine.connect() as conn:
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()

    @contextmanager
    def life(self, side):
        self.lived += 1
        lived = Life(self, self.lived, side)
        try:
            yield lived
        finally:
            lived.close()


@contextmanager
def place():
    clock = HandClock()
    with ExitStack() as stack:
        where = MEMORY if MEMORY.is_dir() else None
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=where))
        options = Options(today=START.date())
        url = stack.enter_context(serve(machine_now=clock.machine_now, options=options))
        yield Place(folder, url, clock)
