"""A trial life with the worker in processes of its own, which may be killed at any moment."""

import os
import random
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from time import monotonic

from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from planning.schedule.effort import hard
from planning.schedule.plan import DayStatus
from tests.across.calendars import Calendars
from tests.servers import redis_url_of
from worker.app import open_runtime
from worker.settings import load_settings
from worker.trial import FIRST_DAY, Trial, free_port, seen_from_outside, trial_environment

EMBEDDED, APART = "SQLite, embedded", "PostgreSQL, Redis"
SET_UPS = (EMBEDDED, APART)
PARTS = {EMBEDDED: ("up",), APART: ("web", "work", "schedule")}
RACE_DAY = FIRST_DAY + timedelta(days=6)
LAST_DAY = FIRST_DAY + timedelta(days=9)


class Worker:
    """`goalward up`, or its parts, as processes; `kill` ends one without a word and starts it again."""

    def __init__(self, environ, parts, log):
        self._environ = {**os.environ, **environ, "PYTHONWARNINGS": "default"}
        self._log = log
        self._processes = {part: self._start(part) for part in parts}
        self.kills, self.restarted_at = 0, monotonic()

    def _start(self, part):
        return subprocess.Popen(
            [sys.executable, "-m", "worker", part],
            env=self._environ,
            stdout=self._log,
            stderr=self._log,
        )

    def kill(self, part):
        process = self._processes[part]
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.kills += 1
        self._processes[part] = self._start(part)
        self.restarted_at = monotonic()

    def stop(self):
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            assert process.wait(30) in (0, -signal.SIGTERM), "the worker did not end by itself"

    @property
    def parts(self):
        return list(self._processes)


@contextmanager
def worker_and_trial(set_up, folder, *, postgres=None, valkey=None, weeks=6, seed=7):
    """A running worker, simulated services, and the hand that leads both through the days."""
    options = Options(seed=seed, webhook_retry_s=3.0, today=FIRST_DAY)
    with ExitStack() as stack:
        url = stack.enter_context(serve(machine_now=lambda: datetime.now(UTC), options=options))  # noqa: TID251
        control = stack.enter_context(Control(url))
        listen = f"127.0.0.1:{free_port()}"
        environ = trial_environment(url, home=str(folder), listen=listen)
        environ["GOALWARD_INTERVALS_API_URL"] = f"{url}/intervals"
        if set_up == APART:
            environ["GOALWARD_DATABASE_URL"] = stack.enter_context(postgres.database())
            environ["GOALWARD_REDIS_URL"] = redis_url_of(valkey)
        runtime = stack.enter_context(open_runtime(load_settings(environ)))
        trial = Trial(runtime, control)
        trial.set_zone()
        log = stack.enter_context((folder / "worker.log").open("ab"))
        worker = Worker(environ, PARTS[set_up], log)
        stack.callback(worker.stop)
        control.history(weeks=weeks, until=FIRST_DAY - timedelta(days=1))
        yield worker, trial, Calendars(trial, url, folder / "watch")


def settle_in(trial, also=lambda: None):
    """Accounts, the history they bring, a goal, and the plan for it on the calendar."""
    trial.connect_garmin()
    trial.connect_strava()
    also()
    trial.ask_for_history()
    total = len(trial.control.dump()["activities"])
    trial.settle(after=lambda: trial.subscribed() and trial.unread()[1] > total)
    trial.state_goal()
    trial.settle(after=trial.has_plan)


def live(trial, calendars):
    """The demo's days: history, a goal, runs as planned, a fast race, a missed key session; and the
    athlete's hand on each calendar.
    """
    settle_in(trial, also=calendars.connect)
    missed = False
    day = FIRST_DAY
    while day <= LAST_DAY:
        if day > FIRST_DAY:
            trial.wake_up_on(day)
            trial.settle()
            put_a_hand_on(calendars, trial, day)
        planned = trial.outcome().plan.on(day)
        if day == RACE_DAY:
            run(trial, day, kind="race", distance_m=10_000.0, faster_by=0.04)
        elif planned and planned.workout and planned.status is DayStatus.PLANNED:
            if day > RACE_DAY and hard(planned.workout.workout) and not missed:
                missed = True  # the key session of the second week
            else:
                run(trial, day, kind="planned")
        day += timedelta(days=1)
    assert missed, "no key session to miss"
    trial.settle()


def run(trial, day, **how):
    before = trial.activities()
    assert trial.run(day, **how) is not None, f"the watch shows nothing on {day}"
    trial.settle(after=lambda: trial.activities() > before)


@contextmanager
def killing(worker, *, times, seed, longest_s):
    """Kills a part of the worker at random moments, until the block ends or all kills are done."""
    chance, stop = random.Random(seed), Event()

    def kill():
        while worker.kills < times and not stop.wait(chance.uniform(0.2, longest_s)):
            worker.kill(chance.choice(worker.parts))

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield
    finally:
        stop.set()
        killer.join()


def put_a_hand_on(calendars, trial, day):
    """A session dragged on one calendar, one deleted on another, one renamed on the third."""
    coming = [d for d in trial.fortnight() if d.day >= day + timedelta(days=3)]
    easy = [d.workout.ident for d in coming if d.workout and not hard(d.workout.workout)]
    match (day - FIRST_DAY).days:
        case 1:
            free = next(d.day for d in coming if d.workout is None)
            trial.control.move_entry(easy[0], free)
        case 3:
            calendars.delete_file(easy[-1])
        case 5:
            calendars.rename_event(easy[1], "My own way")


@dataclass(frozen=True)
class Ended:
    """`seen` is what a life looks like at its end, from outside; `wrong` is what is wrong with its
    calendars; `owed_s` is how long after the last restart something was still owed.
    """

    seen: dict
    wrong: dict
    kills: int
    owed_s: float


def lived(
    set_up, folder, *, kills=0, seed=0, weeks=6, longest_s=4.0, look=lambda _: None, **servers
):
    """One whole life; with kills, its last morning begins with one of every part. `look` is given
    the trial at its end.
    """
    with worker_and_trial(set_up, folder, weeks=weeks, **servers) as (worker, trial, calendars):
        with killing(worker, times=kills, seed=seed, longest_s=longest_s):
            live(trial, calendars)
        trial.wake_up_on(LAST_DAY + timedelta(days=1))
        if kills:
            Event().wait(random.Random(seed).uniform(0.0, 1.0))
            for part in worker.parts:
                worker.kill(part)
        trial.settle()
        owed_s = monotonic() - worker.restarted_at
        assert trial.given_up() == []
        look(trial)
        seen = seen_from_outside(trial) | {"calendars": calendars.held()}
        return Ended(seen, calendars.wrong(), worker.kills, owed_s)
