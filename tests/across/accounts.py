"""Simulated accounts of one runner at three services, and a Goalward that is connected to them."""

import gzip
import json
import shutil
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import requests

from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from tests.connectors.sandbox.receivers import Callback
from tests.planning.histories import outcome
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

DAY = timedelta(days=1)
SCOPES = ("read,activity:read_all", "read,activity:read")  # with and without what is private
GARMINS = {  # and how the simulation calls them
    "garmin": "garmin",
    "garmin_personal": "personal",
    "garmin_partner": "partner",
}
PARTNER = "garmin_partner"  # tells of edits and not of deletions, once, and cannot be asked
CLIENT_ID = "goalward-client"
DOOR, SECRET, VERIFY = "a-door", "shared-between-two", "a-word"
ROUNDS = 400  # of waiting for what is due later


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
