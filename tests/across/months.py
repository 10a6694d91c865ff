"""A month with a fault in the middle, lived in seconds, and what a person sees and hears of it.

`python -m tests.across.months [FAULT...] [--write]` prints the transcripts, or keeps them in
`transcripts/`; without names all of them.

The real worker, connectors and client libraries against the simulated services over HTTP. Time is
moved by hand, to what happens next: a poll, a retry that has fallen due. Every request is written
down with its instant and its answer; each takes a moment.
"""

import argparse
import re
import socket
import sys
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.sandbox.control import Control
from planning.goals.goal import HALF_M, Goal, GoalKind, Priority
from tests.across.doors import Door, Log, services
from tests.across.faults import BEGINS, FAULTS, Stopped
from tests.servers import migrated_sqlite
from tests.worker.living import STRAVA_ATHLETE, Around, HandClock, Life, life, settings_for
from worker import outbox, schedule, serving, standing, store, tables
from worker.actors import ACTORS
from worker.connections import connect, put_application_values
from worker.db import reading, writing
from worker.owing import owe_replan
from worker.perform import Heartbeat, perform
from worker.pruning import prune
from worker.retention import purge
from worker.web.doors import address

PARIS = ZoneInfo("Europe/Paris")
FIRST = date(2033, 5, 2)  # a Monday; after the present, for garminconnect reads the real clock
DAYS = 30
TRANSCRIPTS = Path(__file__).parent / "transcripts"
TITLES = {
    "strava": "Strava",
    "garmin": "Garmin Connect",
    "garmin_personal": "Garmin (personal key)",
    "garmin_partner": "Garmin (partner)",
    "intervals": "intervals.icu",
}
SERVICE = {"garmin_personal": "personal", "garmin_partner": "partner"}
STRAVA_LIMITS = {"short": 60, "day": 1200, "read_short": 40, "read_day": 1000}
RUNS = {0: 6000.0, 2: 8000.0, 5: 7000.0, 6: 14_000.0}  # metres by weekday
QUIET_STEPS = (time(1), time(8), time(12))
FAULTY_STEPS = (time(1), time(8), time(10), time(12), time(15), time(18), time(21))
OF_THE_PLAN = ("plan:", "race:", "week:")  # told by planning, and tried there
SLOT = timedelta(minutes=10)
SOON = timedelta(minutes=2)
SECRET = "shared-between-two"


@dataclass
class Month(Around):
    """One athlete with one source, living day by day."""

    source: str
    lived: Life
    log: Log
    door: Door
    heartbeat: Heartbeat
    goal: bool = False
    key_days: int = 365  # what the key of the personal API lives
    watch_is_silent: bool = False
    unsynced: list[date] = field(default_factory=list)  # days of runs that only the watch knows
    said: list[str] = field(default_factory=list)  # the transcript
    shown: dict[str, str] = field(default_factory=dict)  # what `status` showed last
    told: int = 0  # messages so far
    day: int = 0  # 1 to 30

    @property
    def today(self):
        return FIRST + timedelta(days=self.day - 1)

    @property
    def service(self):
        return SERVICE.get(self.source, self.source)

    # --- connecting -------------------------------------------------------------------------------

    def sign_in(self):
        """As the athlete does it, for the first time or again."""
        external, tokens, *more = getattr(self, f"_sign_in_{self.source}")()
        connect(
            self.lived.runtime,
            1,
            connector=self.source,
            external_athlete_id=external,
            tokens={name: str(value) for name, value in tokens.items()},
            settings=more[0] if more else None,
        )

    def _sign_in_strava(self):
        given = self.control.tokens()["strava"]
        return STRAVA_ATHLETE, {
            k: given[k] for k in ("access_token", "refresh_token", "expires_at")
        }

    def _sign_in_garmin(self):
        return "runner-1", self.control.tokens()["garmin"]

    def _sign_in_garmin_personal(self):
        made = self.control.post("personal/key", life_days=self.key_days)
        return "runner-1", {"api_key": made["key"]}, {"expires_on": made["expires_on"]}

    def _sign_in_garmin_partner(self):
        tokens = self.control.post("partner/tokens")
        return tokens.pop("user_id"), tokens

    def _sign_in_intervals(self):
        given = self.control.post("intervals/key")
        return given["athlete_id"], {"api_key": given["api_key"]}

    def listen(self):
        """The services are told where to deliver to."""
        runtime = self.lived.runtime
        match self.source:
            case "strava":
                schedule.subscribe(runtime)
            case "garmin_partner":
                self.control.post(
                    "partner/configure",
                    urls={"*": address(runtime, "garmin_partner")},
                    client_id="goalward-client",
                )
            case "intervals":
                values = {"intervals_webhook_secret": SECRET, "webhook_secret": "door"}
                put_application_values(runtime, "intervals", values)
                url = f"{self.door.url}/webhooks/intervals/door"
                self.control.post("intervals/hook", url=url, secret=SECRET, retry_s=0.01)

    def state_goal(self):
        goal = Goal(
            id="half",
            kind=GoalKind.TIME,
            priority=Priority.A,
            day=FIRST + timedelta(weeks=14, days=6),
            distance_m=HALF_M,
            target_s=6000.0,
            stated_on=FIRST,
        )
        with writing(self.engine) as conn:
            now = self.clock.at
            store.put_goal(conn, 1, goal, known_at=now, now=now)
            owe_replan(self.lived.runtime, conn, 1)

    # --- living -----------------------------------------------------------------------------------

    def at(self, day, clock_time):
        """A moment of the `day`-th day, as the machine counts."""
        there = datetime.combine(FIRST + timedelta(days=day - 1), clock_time, PARIS)
        return there.astimezone(UTC)

    def go(self, until, *, fine=False):
        """To that instant. `fine`: from event to event, as they would happen; else straight there,
        and through what falls due at once after it.
        """
        while fine and (at := self._next(until)) < until:
            self.clock.at = max(at, self.clock.at)
            self.work()
            self.look()
        self.clock.at = max(until, self.clock.at)
        self.settles(soon=SOON, rounds=40)
        self.look()

    def work(self):
        """What is due now, as a scheduler and a worker do it."""
        runtime = self.lived.runtime
        schedule.tick(runtime)
        try:
            while rows := self._due():
                for row in rows:
                    perform(
                        runtime, row, actors=ACTORS, heartbeat=self.heartbeat, chance=lambda: 0.5
                    )
        except Stopped:
            self.clock.at += outbox.LEASE + timedelta(seconds=1)

    def _due(self):
        with reading(self.engine) as conn:
            return outbox.due(conn, now=self.clock.at, limit=100, actors=list(ACTORS))

    def _next(self, until):
        seconds = SLOT.total_seconds()
        slot = datetime.fromtimestamp((self.clock.at.timestamp() // seconds + 1) * seconds, UTC)
        owed = self.lived.owed_at()
        return min(until, slot, *([max(owed, self.clock.at)] if owed else []))

    def wake(self):
        """The athlete's day begins, and the services' as well."""
        self.control.day(self.today)
        if self.source == "garmin_partner":
            self.control.post("partner/wellness", day=self.today.isoformat())
        purge(self.lived.runtime)
        prune(self.lived.runtime)

    def run(self):
        """If it is a day for it; the watch hands over, and the services announce it."""
        metres = RUNS.get(self.today.weekday())
        if metres and self.watch_is_silent:
            self.unsynced.append(self.today)
        elif metres:
            self.control.run(self.today, distance_m=metres)
            self.announce()

    def sync_watch(self):
        """All that it has kept is handed over at once."""
        self.watch_is_silent = False
        self.control.post("personal/watch", silent_from="")
        for day in self.unsynced:
            self.control.run(day, distance_m=RUNS[day.weekday()])
        self.announce()

    def announce(self):
        match self.source:
            case "garmin_partner":
                self.control.post("partner/sync")
            case "intervals":
                self.control.post("intervals/announce")
        self.delivered()

    def delivered(self):
        """Wait until what the services had to deliver got through, or was given up."""
        for _ in range(1000):
            match self.source:
                case "strava":
                    sent = self.control.dump()["deliveries"]
                case "intervals":
                    sent = self.control.post("intervals/state")["deliveries"]
                case _:
                    return
            if all(200 in one["attempts"] or len(one["attempts"]) == 3 for one in sent):
                return
            threading.Event().wait(0.005)
        raise TimeoutError("a delivery got stuck")

    # --- what a person sees -----------------------------------------------------------------------

    def look(self):
        seen = standing.of(self.lived.runtime, 1)
        owed = [line for line in seen.owed_lines() if "of work" not in line]  # it comes and goes
        lines = {_key(line): _plain(line) for line in (*seen.connection_lines(), *owed)}
        for key, line in lines.items():
            if key not in self.shown:
                self.say(line)
        for key, line in self.shown.items():
            if key not in lines and _subject(line) not in map(_subject, lines.values()):
                self.say(f"(no longer: {line.strip()})")
        self.shown = lines
        said = [row for row in self.lived.rows(tables.message) if row.told_at is not None]
        told = [row for row in said if not row.key.startswith(OF_THE_PLAN)]
        for row in sorted(told, key=lambda row: (row.told_at, row.id))[self.told :]:
            foretold = row.key.startswith("status:")  # its figures are planning's
            self.say(f'TOLD "{row.title}"' + ("" if foretold else f": {row.body}"))
        self.told = len(told)

    def say(self, words):
        here = self.clock.at.astimezone(PARIS)
        self.said.append(f"day {self.day:2}, {here:%a %d %b %H:%M}  {words}")

    def note(self, words):
        """Something that the world or the athlete does."""
        self.say(f"*** {words}")


def _plain(line):
    """Without what is different in every month."""
    line = re.sub(r"(ingest|publish|tell|replan|replay) \d+", r"\1 N", line)
    return re.sub(r"http://127\.0\.0\.1:\d+", "http://here", line)


def _key(line):
    """A line that differs in numbers only, or in what proves the same, is no news."""
    line = re.sub(r", \d+ waiting to be read", "", line)
    return re.sub(r"[\d:]+", "N", _plain(line).partition(";")[0])


def _subject(line):
    """What a line is about, so that one that takes its place is not told twice."""
    return re.split(
        r"[:.]| of the | ends | ended | failed| was | since| \d", line.strip(), maxsplit=1
    )[0]


# --- one month ------------------------------------------------------------------------------------


@contextmanager
def month_of(source, home, *, goal=False, vault=None, **variables):
    """A month that has not begun; three weeks of running lie before it."""
    clock = HandClock(datetime.combine(FIRST, time(0, 30), PARIS).astimezone(UTC))
    url = f"sqlite:///{migrated_sqlite(home / 'goalward.db')}"
    with ExitStack() as stack:
        base, log = stack.enter_context(services(clock, FIRST))
        control = stack.enter_context(Control(base))
        door = stack.enter_context(Door())
        given = {
            **settings_for(base, door.url, home),
            "GARMIN_PERSONAL_API_URL": f"{base}/personal",
            "GARMIN_PARTNER_API_URL": f"{base}/partner",
            "GARMIN_PARTNER_CLIENT_ID": "goalward-client",
            "GARMIN_PARTNER_CLIENT_SECRET": "secret",
            "INTERVALS_API_URL": f"{base}/intervals",
            **variables,
        }
        lived = stack.enter_context(life(url, home, clock=clock, **given))
        lived.control = control
        if vault is not None:
            lived.runtime.vault = vault(lived.runtime)
        heartbeat = stack.enter_context(Heartbeat(lived.engine))
        month = Month(source, lived, log, door, heartbeat, goal)
        if source in {"strava", "garmin_partner", "intervals"}:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            door.inside = f"http://127.0.0.1:{listener.getsockname()[1]}"
            stack.enter_context(serving.serving(lived.runtime, listener))
        control.settings(limits=STRAVA_LIMITS)
        control.history(weeks=3, until=FIRST - timedelta(days=1))
        yield month


def live(month, fault):
    """All thirty days; the fault begins on a morning, and things happen at these times."""
    month.day = 1
    month.key_days = fault.key_days
    month.sign_in()
    month.listen()
    if month.goal:
        month.state_goal()
    for day in range(1, DAYS + 1):
        month.day = day
        faulty = BEGINS <= day <= fault.until[0] + 1
        for clock_time in FAULTY_STEPS if faulty else QUIET_STEPS:
            fine = fault.fine and _is_fine(fault, day, clock_time)
            month.go(month.at(day, clock_time), fine=fine)
            if clock_time == time(1):
                month.wake()
            fault.step(month, (day, clock_time))
            if clock_time == time(12):
                month.run()
                month.work()
                month.look()
    month.go(month.at(DAYS + 1, time(0)))


def _is_fine(fault, day, clock_time):
    """Around the fault's beginning and its end each poll and each retry is lived through."""
    begins, ends = (BEGINS, time(8)), fault.until
    here = (day, clock_time)
    return (begins < here <= (BEGINS, time(12))) or (ends < here <= (ends[0], time(10)))


def main(arguments):
    told = argparse.ArgumentParser(prog="python -m tests.across.months")
    told.add_argument("faults", nargs="*", metavar="FAULT", choices=[*FAULTS, []])
    told.add_argument("--write", action="store_true", help="keep them in transcripts/")
    told.add_argument("--source", help="only this one")
    given = told.parse_args(arguments)
    for name in given.faults or FAULTS:
        fault = FAULTS[name]
        for source in fault.sources:
            if given.source in (None, source):
                with tempfile.TemporaryDirectory() as home:
                    month = lived_through(fault, source, Path(home))
                print(transcript(fault, month))
                if given.write:
                    file_of(fault, source).write_text(transcript(fault, month))
    return 0


def lived_through(fault, source, home):
    with month_of(source, home, goal=fault.goal, vault=fault.vault) as month:
        live(month, fault)
        return month


def file_of(fault, source):
    return TRANSCRIPTS / f"{fault.name}.{source}.txt"


def transcript(fault, month):
    return "\n".join([f"{TITLES[month.source]}: {fault.happens}.", "", *month.said, ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
