"""Random seasons lived over HTTP, through the real client libraries, with faults; and read plainly.

A history is a runner whose runs stand at three services, at times also in a folder. They are run,
renamed, edited, hidden, deleted, uploaded late; word of it comes doubled, delayed, in any order or
never; the services fail in all their ways; the athlete rules on copies. Goalward lives through it
with several workers. When it is over, and everything has been looked through once more, it must
believe to the bit what a fresh installation believes that reads the same accounts once, in peace.

`python -m tests.across.histories --seeds 1-25` runs these, `--seeds 17` one that failed. The seed
decides everything but in which order threads come to be served: where that mattered, run it again.
"""

import argparse
import gzip
import json
import os
import random
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import requests

from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from planning.rulings import Edit, Exclude, Join, Split
from tests.connectors.sandbox.receivers import Callback
from tests.planning.histories import outcome
from tests.servers import migrated_sqlite
from tests.worker.living import START, STRAVA_ATHLETE, HandClock, life
from worker import rulings, serving, store
from worker.asking import due_questions
from worker.connections import (
    CONNECTED,
    SIGN_IN_NEEDED,
    connections,
    put_application_values,
)
from worker.db import reading, writing
from worker.inbox import accept_now
from worker.looking_back import EVERYTHING, look_back_arrival
from worker.polling import POLL
from worker.schedule import owe_poll
from worker.stored import to_body
from worker.web.doors import address

DAY = timedelta(days=1)
SCOPES = ("read,activity:read_all", "read,activity:read")  # with and without what is private
GARMINS = {  # and how the simulation calls them
    "garmin": "garmin",
    "garmin_personal": "personal",
    "garmin_partner": "partner",
}
PARTNER = "garmin_partner"  # tells of edits and not of deletions, once, and cannot be asked
CLIENT_ID = "goalward-client"
SECOND_HALVES = {  # what is asked for after the summary of a run
    "strava": "/activities/{strava_id}/streams",
    "garmin": "/download-service/files/activity/{garmin_id}",
    "personal": "/download-service/files/activity/{garmin_id}",
    "intervals": "/activity/i{garmin_id}/file",
}
DOOR, SECRET, VERIFY = "a-door", "shared-between-two", "a-word"
DAYS = 12
ROUNDS = 400  # of waiting for what is due later
SPORTS = ("cycling", "Ride", "walking", "treadmill_running", "trail_running", "TrailRun")


class NeverSettled(Exception):
    """Something is owed for ever. The text says what."""


class Passing(HandClock):
    """Looking at it takes a moment: limits by the second come to an end while work is done."""

    def machine_now(self):
        self.at += timedelta(milliseconds=20)
        return self.at


# -- the places ---------------------------------------------------------------------------------------


@dataclass
class Services:
    """The simulated services, and which of them this history has."""

    url: str
    control: Control
    scope: str
    garmin: str
    folder: Path | None
    stale: dict = field(default_factory=dict)  # by service, what a list once said

    @property
    def sources(self):
        return ["strava", self.garmin, "intervals", *(["files"] if self.folder else [])]

    @property
    def names(self):
        """As faults call them."""
        return ["strava", GARMINS[self.garmin], "intervals"]

    def account(self, source):
        """Whose account it is there, and the tokens of a new sign-in."""
        match source:
            case "strava":
                given = self.control.tokens(scope=self.scope)["strava"]
                kept = ("access_token", "refresh_token", "expires_at")
                return STRAVA_ATHLETE, {name: str(given[name]) for name in kept}
            case "garmin":
                return "runner-1", self.control.tokens(scope=self.scope)["garmin"]
            case "garmin_personal":
                return "runner-1", {"api_key": self.control.post("personal/key")["key"]}
            case "garmin_partner":
                given = self.control.post("partner/tokens")
                user_id = given.pop("user_id")
                return user_id, {name: str(value) for name, value in given.items()}
            case "intervals":
                given = self.control.post("intervals/key")
                return given["athlete_id"], {"api_key": given["api_key"]}
            case "files":
                return str(self.folder), {}

    def remember_lists(self):
        """What the lists say now, to be told again when it is true no more."""
        tokens = self.control.tokens(scope=self.scope)
        strava = {"Authorization": f"Bearer {tokens['strava']['access_token']}"}
        url = f"{self.control.strava_url}/api/v3/athlete/activities"
        answer = looked(url, params={"after": 1, "per_page": 200}, headers=strava)
        if answer is not None and answer.json():
            self.stale["strava"] = answer.json()
        garmin = {"Authorization": f"Bearer {tokens['garmin']['di_token']}"}
        url = f"{self.control.garmin_url}/activitylist-service/activities/search/activities"
        answer = looked(url, params={"start": 0, "limit": 40}, headers=garmin)
        if answer is not None and answer.json():
            self.stale[GARMINS[self.garmin]] = answer.json()

    def file_of(self, run):
        """The recording, as the athlete downloads it."""
        key = self.control.post("intervals/key")["api_key"]
        url = f"{self.control.intervals_url}/api/v1/activity/i{run['garmin_id']}/file"
        answer = looked(url, auth=("API_KEY", key))
        return None if answer is None else gzip.decompress(answer.content)


def looked(url, **how):
    """What the athlete sees who looks there. None: a fault struck, or a limit."""
    try:
        answer = requests.get(url, timeout=10, **how)
    except requests.RequestException:
        return None
    return answer if answer.status_code == 200 else None


@dataclass
class Home:
    """A Goalward with its own database, connected to all of the services."""

    life: object
    services: Services

    @property
    def clock(self):
        return self.life.clock

    @property
    def runtime(self):
        return self.life.runtime

    def connect(self, source):
        settings = {"folder": str(self.services.folder)} if source == "files" else {}
        self.life._connect(source, *self.services.account(source), **settings)

    def work(self, threads=1):
        workers = [
            threading.Thread(target=self.life.work, args=("ingest",)) for _ in range(threads)
        ]
        for worker in workers:
            worker.start()
        return workers

    def worked(self, threads=1):
        for worker in self.work(threads):
            worker.join()

    def poll(self, reason):
        with writing(self.runtime.engine) as conn:
            owe_poll(self.runtime, conn, 1, reason=reason)

    def ask_what_is_due(self):
        """As the clock does; nights are another matter."""
        with writing(self.runtime.engine) as conn:
            for question in due_questions(self.runtime, conn, self.clock.at):
                if question.kind == POLL:
                    accept_now(conn, question, now=self.clock.at)

    def sign_in_again(self):
        """Where it is wanted: as the athlete does who is told so."""
        with reading(self.runtime.engine) as conn:
            wanted = [one.connector for one in connections(conn, state=SIGN_IN_NEEDED)]
        for source in wanted:
            self.connect(source)

    def settle(self, threads=1):
        """Do everything that is owed, however long it has to wait."""
        for _ in range(ROUNDS):
            self.worked(threads)
            waits = [
                max(row.due_at, row.lease_until or row.due_at)
                for row in self.life.owed("ingest")
                if row.buried_at is None
            ]
            if not waits:
                return
            self.clock.at = max(self.clock.at, min(waits)) + timedelta(milliseconds=50)
        raise NeverSettled([row.last_error for row in self.life.owed("ingest")])

    def look_through_everything(self):
        """Once more, at every source, as is done once a week."""
        for source in self._connected():
            day = self.life.today
            while True:
                arrival = look_back_arrival(source, day=day, known_at=self.clock.at)
                if arrival.payload["back"] == EVERYTHING:
                    break
                day += DAY
            with writing(self.runtime.engine) as conn:
                assert accept_now(conn, arrival, now=self.clock.at)

    def rule(self, said):
        with writing(self.runtime.engine) as conn:
            rulings.rule(conn, 1, said, known_at=self.clock.at, now=self.clock.at)

    def take_back(self, said):
        with writing(self.runtime.engine) as conn:
            rulings.take_back(conn, 1, said, known_at=self.clock.at, now=self.clock.at)

    def said(self):
        with reading(self.runtime.engine) as conn:
            return store.rulings(conn, 1)

    def copies(self):
        """Keys of the copies that services gave."""
        with reading(self.runtime.engine) as conn:
            seen = store.observations(conn, 1)
        return sorted(one.key for one in seen if one.record.source != "files")

    def believed(self, today):
        """All that counts, as text that tells every bit; without when it became known."""
        with reading(self.runtime.engine) as conn:
            seen, said = store.observations(conn, 1), store.rulings(conn, 1)
            withheld = store.withheld(conn, 1)
        return {
            "copies": sorted(json.dumps(to_body(one), sort_keys=True) for one in seen),
            "withheld": sorted(json.dumps(to_body(one), sort_keys=True) for one in withheld),
            **outcome(seen, said, today),
        }

    def _connected(self):
        with reading(self.runtime.engine) as conn:
            return connections(conn, state=CONNECTED)


# -- what happens ---------------------------------------------------------------------------------------


class Season:
    """What happens to the runner, the services and the word of it; all of it by `chance`."""

    def __init__(self, home, chance):
        self.home, self.chance = home, chance
        self.control = home.services.control
        self.runs = []
        self.heard = Counter()  # by service, how many events were taken from it
        self.on_the_way = []  # (step, service, body)
        self.step = 0
        self.happened = Counter()

    def live(self, days):
        for number in range(days):
            today = START.date() + number * DAY
            self.control.day(today)
            self.home.clock.at = max(self.home.clock.at, START + number * DAY)
            for _ in range(self.chance.randint(1, 3)):
                self.step += 1
                self._a_while(today)
                self.home.clock.later(hours=self.chance.choice([0.2, 1, 3, 5]))
            if self.home.services.garmin == PARTNER:  # its files are there for a day
                self.home.sign_in_again()
                self.home.settle(self.chance.choice([1, 3]))
        self.hand_over()

    def _a_while(self, today):
        """Things happen while workers are at it, or between."""
        self._trouble()
        if self.step < 3 or self.chance.random() < 0.7:
            self._run(today)
            if self.chance.random() < 0.3:
                self._at_once(self.runs[-1])
        for _ in range(self.chance.choice([0, 1, 1, 2])):
            self._do_something()
        self._carry_word()
        if self.chance.random() < 0.5:
            self._ask()
        if self.chance.random() < 0.8:
            self.home.worked(self.chance.choice([1, 1, 1, 3]))
        if self.chance.random() < 0.5:
            self.home.sign_in_again()

    def _at_once(self, run):
        """It changes while one has read half of it, and others are sent to read it again."""
        service = self.chance.choice([one for one in self.home.services.names if one != "partner"])
        half = SECOND_HALVES[service].format(**run)
        self.control.fault(service, "slow", path_contains=half, delay_s=0.6)
        self.home.poll(f"before, at step {self.step}")
        workers = self.home.work(self.chance.randint(1, 2))
        while any(worker.is_alive() for worker in workers):
            if any(half in path for path in self.control.dump()["requests"]):
                break
            threading.Event().wait(0.02)
        self._edit(run)
        self.control.send_event(run["strava_id"], times=self.chance.choice([0, 1]))
        self._carry_word()
        self.home.poll(f"meanwhile, at step {self.step}")
        for worker in workers + self.home.work(2):
            worker.join()
        self.happened["at once"] += 1

    def _ask(self):
        if self.chance.random() < 0.5:
            self.home.ask_what_is_due()
        else:
            self.home.poll(f"at step {self.step} {self.chance.random()}")

    # The runner

    def _run(self, today):
        kind = self.chance.choice(["easy"] * 6 + ["race", "manual"])
        late = self.chance.choice([0] * 8 + [2, 9, 20, 50])
        at = self.chance.choice(
            [None, f"{self.chance.randint(5, 8):02}:{self.chance.randrange(60):02}"]
        )
        metres = self.chance.choice([2000, 3000, 5000 if kind == "race" else 2500])
        run = self.control.run(today - late * DAY, kind=kind, distance_m=metres, at=at)
        self.runs.append(run)
        self.happened[f"{kind}{' late' if late else ''}"] += 1
        if self.chance.random() < 0.15:
            self._not_there_yet(run)
        if self.home.services.folder and kind != "manual" and self.chance.random() < 0.5:
            self._into_the_folder(run)

    def _into_the_folder(self, run):
        content = self.home.services.file_of(run)
        if content:
            path = self.home.services.folder / f"{run['garmin_id']}.fit"
            path.write_bytes(content)
            os.utime(path, (self.home.clock.at.timestamp(),) * 2)

    def _do_something(self):
        if len(self.runs) < 3:
            return
        run = self.chance.choice(self.runs)
        what = self.chance.choice(
            (self._edit, self._edit, self._flip, self._flip, self._delete, self._rule, self._lie)
        )
        what(run)
        self.happened[what.__name__.strip("_")] += 1

    def _edit(self, run):
        share = self.chance.choice([0.9, 0.98, 1.02, 1.05])
        change = self.chance.choice(
            [
                {"name": f"run {self.chance.randrange(5)}"},
                {"sport": self.chance.choice(SPORTS)},
                {"distance_m": run["distance_m"] * share},  # processed again
                {"distance_m": run["distance_m"] * share, "duration_s": run["duration_s"] * share},
                {"race": self.chance.random() < 0.5},
            ]
        )
        self.control.edit_activity(run["garmin_id"], **change)

    def _flip(self, run):
        what = self.chance.choice(["private", "private", "start_hidden"])
        self.control.edit_activity(run["garmin_id"], **{what: self.chance.random() < 0.5})

    def _delete(self, run):
        if self.chance.random() < 0.5:
            return
        every = ["strava", "intervals"]
        every += [] if self.home.services.garmin == PARTNER else ["garmin"]
        there = self.chance.choice([every, *([one] for one in every)])
        self.control.delete_activity(run["garmin_id"], services=there)

    def _rule(self, _run):
        copies = self.home.copies()
        if self.chance.random() < 0.4 or len(copies) < 4:
            return
        one, other = self.chance.sample(copies, 2)
        near = [key for key in copies if key != one and key[-4:] == one[-4:]]  # of the same run
        other = self.chance.choice(near) if near and self.chance.random() < 0.5 else other
        ruling = self.chance.choice(
            [
                Split(one, other),
                Join(one, other),
                Exclude(one, whole_run=self.chance.random() < 0.5),
                Edit(one, "name", self.chance.choice(["mine", "ours"])),
                Edit(one, "distance_m", self.chance.choice([2100.0, 3100.0])),
            ]
        )
        self.home.rule([ruling])
        if self.chance.random() < 0.2:
            self.home.take_back([self.chance.choice(self.home.said())])

    # Word of it

    def _lie(self, run):
        aspect = self.chance.choice(["create", "update", "delete"])
        self.control.send_event(run["strava_id"], aspect=aspect, times=self.chance.choice([1, 2]))

    def _carry_word(self):
        """What the services have told by now goes on its way, and what is due arrives."""
        if self.chance.random() < 0.7:
            self.hand_over()
        self.control.post("intervals/announce")
        sent = {
            "strava": [one["event"] for one in self.control.dump()["deliveries"]],
            "intervals": [
                one["body"] for one in self.control.post("intervals/state")["deliveries"]
            ],
        }
        for service, bodies in sent.items():
            new = bodies[self.heard[service] :]
            self.heard[service] = len(bodies)
            for body in new:
                for _ in range(self.chance.choice([0, 1, 1, 1, 1, 2])):
                    later = self.chance.choice([0, 0, 0, 1, 5, 30])
                    self.on_the_way.append((self.step + later, service, body))
        due = [word for word in self.on_the_way if word[0] <= self.step]
        self.on_the_way = [word for word in self.on_the_way if word[0] > self.step]
        for _, service, body in self.chance.sample(due, len(due)):
            url = address(self.home.runtime, service)
            assert requests.post(url, json=body, timeout=10).status_code == 200
            self.happened["words"] += 1

    def hand_over(self):
        """Garmin's developer programme tells what nobody could ask for later: nothing of it is
        lost, and what it says of one run arrives in the order in which it was so.
        """
        if self.home.services.garmin != PARTNER:
            return
        self.control.post("partner/sync")
        sent = self.control.post("partner/sent")["sent"]
        new, self.heard["partner"] = sent[self.heard["partner"] :], len(sent)
        for one in new:
            for _ in range(self.chance.choice([1, 1, 2])):
                answer = requests.post(
                    address(self.home.runtime, PARTNER),
                    json=one["body"],
                    headers={"garmin-client-id": CLIENT_ID},
                    timeout=10,
                )
                assert answer.status_code == 200
                self.happened["notices"] += 1

    # Trouble

    def _trouble(self):
        if self.chance.random() < 0.3:
            self.home.services.remember_lists()
        self.control.settings(strava_lag_s=self.chance.choice([0.0, 0.0, 30.0, 900.0]))
        for _ in range(self.chance.choice([0, 0, 1, 2])):
            service = self.chance.choice(self.home.services.names)
            self._strike(service)
        if self.chance.random() < 0.1:
            service = self.chance.choice(self.home.services.names[:2])
            self.control.expire_tokens(service)
            self.happened["expired"] += 1

    def _strike(self, service):
        times = self.chance.choice([1, 1, 2, 4])
        how = self.chance.choice(
            [
                {"status": 429, "times": times},
                {"status": 429, "retry_after": self.chance.choice([60, 700]), "times": times},
                {"status": self.chance.choice([500, 502, 503, 504]), "times": times},
                {"kind": "timeout_before", "times": times},
                {"kind": "timeout_before" if service == "partner" else "timeout_after"},
                {"kind": "slow", "delay_s": self.chance.choice([0.02, 0.2]), "times": times},
                {"status": 401},
                {"status": 200, "path_contains": "activities"},  # a list of the past
            ]
        )
        if how.get("status") == 200:
            if service not in self.home.services.stale:
                return
            how["body"] = self.home.services.stale[service]
            how["path_contains"] = "/athlete/activities" if service == "strava" else "/search/"
        self.control.fault(service, **how)
        self.happened[str(how.get("status", how.get("kind")))] += 1

    def _not_there_yet(self, run):
        """Garmin and intervals.icu list it before they can show it. (Strava lags by itself.)"""
        name, path = self.chance.choice(
            [
                (
                    GARMINS[self.home.services.garmin],
                    f"/activity-service/activity/{run['garmin_id']}",
                ),
                ("intervals", f"/activity/i{run['garmin_id']}"),
            ]
        )
        self.control.fault(name, path_contains=path, status=404)
        self.happened["404"] += 1

    def end(self):
        """Peace: word on the way is lost, the athlete signs in where that is wanted."""
        self.control.clear_faults()
        self.control.settings(strava_lag_s=0.0)
        self.home.sign_in_again()
        self.home.settle(threads=2)
        self.home.clock.later(days=1)
        self.home.poll("the end")
        self.home.look_through_everything()
        self.home.settle()


# -- one history ------------------------------------------------------------------------------------------


@contextmanager
def services(clock, chance, folder):
    seed = chance.randrange(1000)
    options = Options(today=START.date(), seed=seed, record_every_s=30, webhook_retry_s=0.1)
    if chance.random() < 0.3:
        folder.mkdir()
    with serve(machine_now=clock.machine_now, options=options) as url, Control(url) as control:
        if chance.random() < 0.3:  # intervals.icu has some from Strava, and keeps them from us
            stub, dated = chance.choice(["row", "422"]), chance.random() < 0.5
            withheld = {"strava_share": 0.4, "stub": stub, "stub_dates": dated}
            control.post("intervals/settings", **withheld)
        yield Services(
            url,
            control,
            scope=chance.choice(SCOPES),
            garmin=chance.choices(list(GARMINS), [5, 4, 1])[0],
            folder=folder if folder.exists() else None,
        )


@contextmanager
def home(there, clock, folder, template):
    """A new Goalward, connected, and reached by HTTP."""
    folder.mkdir()
    shutil.copy(template, folder / "goalward.db")
    listener = socket.create_server(("127.0.0.1", 0))
    variables = {
        "STRAVA_CLIENT_ID": "1",
        "STRAVA_CLIENT_SECRET": "sandbox",
        "STRAVA_API_URL": f"{there.url}/strava/api/v3",
        "STRAVA_OAUTH_URL": f"{there.url}/strava/oauth",
        "STRAVA_USE": "full",
        "GARMIN_API_URL": there.control.garmin_url,
        "GARMIN_PERSONAL_API_URL": there.control.personal_url,
        "GARMIN_PARTNER_CLIENT_ID": CLIENT_ID,
        "GARMIN_PARTNER_CLIENT_SECRET": "secret",
        "GARMIN_PARTNER_API_URL": there.control.partner_url,
        "INTERVALS_API_URL": there.control.intervals_url,
        "PUBLIC_URL": f"http://127.0.0.1:{listener.getsockname()[1]}",
        "NOTIFY": f"goalward-file://{folder}/told.txt",
    }
    url = f"sqlite:///{folder / 'goalward.db'}"
    with listener, life(url, folder, clock=clock, **variables) as lived:
        made = Home(lived, there)
        for source in there.sources:
            made.connect(source)
        with serving.serving(lived.runtime, listener):
            yield made


@contextmanager
def told(made):
    """Services tell of what happens, and somebody carries the word."""
    there = made.services
    with Callback() as letterbox:  # from which words are taken, see `_carry_word`
        asked = {"client_id": "1", "client_secret": "sandbox", "verify_token": VERIFY}
        answer = requests.post(
            f"{there.control.strava_url}/api/v3/push_subscriptions",
            data={**asked, "callback_url": letterbox.url},
            timeout=10,
        )
        agreed = {
            "strava_verify_token": VERIFY,
            "strava_subscription_id": answer.json()["id"],
            "webhook_secret": DOOR,
        }
        put_application_values(made.runtime, "strava", agreed)
        shared = {"intervals_webhook_secret": SECRET, "webhook_secret": DOOR}
        put_application_values(made.runtime, "intervals", shared)
        there.control.post("intervals/hook", url=letterbox.url, secret=SECRET)
        told_at(there, letterbox.url)
        yield
    there.control.post("intervals/hook")


def told_at(there, url):
    """Where Garmin's developer programme notifies from now on."""
    there.control.post("partner/configure", urls={"*": url}, client_id=CLIENT_ID, per_minute=10_000)


@dataclass(frozen=True)
class Lived:
    """What came of one history. `differing` is empty when all is well."""

    seed: int
    days: int
    differing: dict
    activities: int
    happened: Counter
    unsettled: bool  # before it had been looked through once more, it did not believe this yet
    took_s: float
    cpu_s: float


def lived(seed, folder, template, *, days=DAYS):
    """One history and its plain reading, compared."""
    chance, clock, began = random.Random(f"http {seed}"), Passing(), time.monotonic()
    cpu_began = time.process_time()
    with services(clock, chance, folder / "runs") as there:
        with home(there, clock, folder / "lived", template) as made:
            season = Season(made, chance)
            with told(made):  # the programme tells of everything once more every day: that takes
                season.live(days // 2 if there.garmin == PARTNER else days)
            before = made.believed(made.life.today)
            season.end()
            found, said = made.believed(made.life.today), made.said()
        expected = plainly(there, clock, folder / "plain", template, said=said)
    season.happened["withheld"] = len(expected["withheld"])
    differing = {
        what: (_only(found[what], expected[what]), _only(expected[what], found[what]))
        for what in expected
        if found[what] != expected[what]
    }
    took = time.monotonic() - began, time.process_time() - cpu_began
    number, unsettled = len(expected["activities"]), before["copies"] != expected["copies"]
    return Lived(seed, days, differing, number, season.happened, unsettled, *took)


def plainly(there, clock, folder, template, *, said):
    """What a new installation believes that reads everything once, and hears the same rulings."""
    with home(there, clock, folder, template) as fresh:
        fresh.poll("plainly")
        told_at(there, address(fresh.runtime, PARTNER))
        if there.garmin == PARTNER:
            for run in there.control.dump()["activities"]:
                kinds = ["activities", *([] if run["is_manual"] else ["activityFiles"])]
                there.control.post("partner/announce", id=run["garmin_id"], kinds=kinds)
        fresh.settle()
        fresh.rule(said)
        return fresh.believed(fresh.life.today)


def _only(these, those):
    missing = Counter(these) - Counter(those)
    return list(missing.elements())


# -- many ---------------------------------------------------------------------------------------------------


def told_of(one):
    """For people: what differs, and how to see it again."""
    again = f"python -m tests.across.histories --seeds {one.seed} --days {one.days}"
    lines = [f"history {one.seed} differs; again: {again}"]
    for what, (found, expected) in one.differing.items():
        lines += [f"  {what}: {len(found)} lived, {len(expected)} plainly"]
        if what == "copies":
            mine, theirs = _by_key(found), _by_key(expected)
            for key in sorted(mine | theirs):
                lines += [f"    {key}: {each}" for each in _unlike(mine.get(key), theirs.get(key))]
        if what == "withheld":
            lines += [f"    lived {each}" for each in found]
            lines += [f"    plainly {each}" for each in expected]
    return "\n".join(lines)


def _by_key(copies):
    told = [json.loads(each) for each in copies]
    return {f"{one['record']['source']}:{one['record']['external_id']}": one for one in told}


def _unlike(mine, theirs):
    if mine is None or theirs is None:
        return ["only lived" if mine else "only plainly"]
    return [
        f"{name} lived {mine['record'].get(name)}, plainly {theirs['record'].get(name)}"
        for name in sorted(mine["record"] | theirs["record"])
        if mine["record"].get(name) != theirs["record"].get(name)
    ] or [f"{name} differs" for name in mine if mine[name] != theirs.get(name)]


def seeds_in(text):
    """`3`, `1-25` or `1,5,9`."""
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def main():
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--seeds", default="1-3")
    ask.add_argument("--days", type=int, default=DAYS)
    given = ask.parse_args()
    failed, number, happened, activities = 0, 0, Counter(), 0
    with tempfile.TemporaryDirectory() as kept:
        template = migrated_sqlite(Path(kept) / "template.db")
        for seed in seeds_in(given.seeds):
            with tempfile.TemporaryDirectory() as folder:
                one = lived(seed, Path(folder), template, days=given.days)
            number, failed = number + 1, failed + bool(one.differing)
            happened, activities = happened + one.happened, activities + one.activities
            if one.differing:
                print(told_of(one), flush=True)
            else:
                print(
                    f"history {seed}: {one.activities} activities, {one.took_s:.1f} s, {one.cpu_s:.1f} of CPU",
                    flush=True,
                )
    what = ", ".join(f"{count} {name}" for name, count in sorted(happened.items()))
    print(what)
    print(f"{number - failed} of {number} histories the same, {activities} activities")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
