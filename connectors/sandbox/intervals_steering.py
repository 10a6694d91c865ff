"""What `Control.post("intervals/...")` can do: keys, stubs, limits, webhooks, the calendar."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from connectors.sandbox.intervals_events import IntervalsEvents
from connectors.sandbox.intervals_hooks import Hooks
from connectors.sandbox.intervals_json import identity
from connectors.sandbox.recorded import RecordedRun
from connectors.sandbox.told import Json, told
from connectors.sandbox.world import Account, World

FIRST_ATHLETE = 12_344
STUBS = ("row", "422")


class Bucket:
    """About ten requests a second of one address, with a burst; the rest is refused."""

    def __init__(self, machine_now: Callable[[], datetime]) -> None:
        self.per_s = 10.0
        self.burst = 30.0
        self.refused = 0
        self._machine_now = machine_now
        self._left: dict[str, tuple[float, datetime]] = {}

    def take(self, address: str) -> bool:
        now = self._machine_now()
        left, since = self._left.get(address, (self.burst, now))
        left = min(self.burst, left + self.per_s * (now - since).total_seconds())
        allowed = left >= 1.0
        self._left[address] = (left - 1.0 if allowed else left, now)
        self.refused += not allowed
        return allowed


class Known:
    """What intervals.icu has of its own beside the runs that the world knows."""

    def __init__(self, machine_now: Callable[[], datetime]) -> None:
        self.bucket = Bucket(machine_now)
        self.hooks = Hooks(machine_now)
        self.strava_share = 0.0  # of the activities came from Strava, and so are stubs
        self.stub = "row"
        self.stub_dates = True  # whether a stub tells its day
        self.echo = False  # whether deleted entries are told to be there again
        self._key_numbers: defaultdict[int, int] = defaultdict(int)

    def athlete_id(self, account: Account) -> str:
        return f"i{FIRST_ATHLETE + account.number}"

    def key(self, account: Account) -> str:
        made = f"icu-key:{account.number}:{self._key_numbers[account.number]}"
        return hashlib.sha256(made.encode()).hexdigest()[:24]

    def renew_key(self, account: Account) -> None:
        """The old one is worth nothing from now on."""
        self._key_numbers[account.number] += 1

    def is_strava(self, activity: RecordedRun) -> bool:
        """Always the same for one activity; more of them the higher the share."""
        drawn = hashlib.sha256(f"source:{activity.garmin_id}".encode()).digest()
        return int.from_bytes(drawn[:4]) < self.strava_share * 2**32


class IntervalsSteering:
    """Everything under `/control/intervals`."""

    def __init__(self, world: World, known: Known) -> None:
        self.world = world
        self.known = known
        self.events = IntervalsEvents(self.tell_calendar)
        self._announced: dict[str, tuple[datetime, bool]] = {}

    def routes(self) -> Iterator[BaseRoute]:
        posts = {
            "/key": self.key,
            "/token": self.token,
            "/revoke": self.revoke,
            "/settings": self.settings,
            "/hook": self.hook,
            "/announce": self.announce,
            "/event": self.event,
            "/events": self.calendar,
            "/state": self.state,
        }
        for path, handler in posts.items():
            yield Route(path, told(handler), methods=["POST"])

    async def key(self, _request: Request, body: Json) -> Json:
        """The athlete's key; with `renew` a new one."""
        account = self._account(body)
        if body.get("renew"):
            self.known.renew_key(account)
        return {"athlete_id": self.known.athlete_id(account), "api_key": self.known.key(account)}

    async def token(self, _request: Request, body: Json) -> Json:
        """A ready token, as if the athlete had approved `scope`."""
        account = self._account(body)
        scope = body.get("scope", "ACTIVITY:READ,WELLNESS:READ,CALENDAR:WRITE")
        grant = self.world.tokens.grant(
            "intervals",
            account.display_name,
            self.world.machine_now(),
            scope=scope,
        )
        return {"athlete_id": self.known.athlete_id(account), "access_token": grant.access_token}

    async def revoke(self, _request: Request, body: Json) -> Json:
        """The athlete throws the application out, and intervals.icu says so."""
        account = self._account(body)
        self.world.tokens.revoke("intervals", account.display_name)
        self._send(account, {"type": "APP_SCOPE_CHANGED", "scope": None})
        return {}

    async def settings(self, _request: Request, body: Json) -> Json:
        """`strava_share`, `stub` (row or 422), `stub_dates`, `echo`, `per_s`, `burst`."""
        known, bucket = self.known, self.known.bucket
        known.strava_share = float(body.get("strava_share", known.strava_share))
        known.stub = body.get("stub", known.stub)
        if known.stub not in STUBS:
            raise ValueError(f"no such stub: {known.stub}")
        known.stub_dates = bool(body.get("stub_dates", known.stub_dates))
        known.echo = bool(body.get("echo", known.echo))
        bucket.per_s = float(body.get("per_s", bucket.per_s))
        bucket.burst = float(body.get("burst", bucket.burst))
        return {}

    async def hook(self, _request: Request, body: Json) -> Json:
        """Where the application wants to be told; without `url` nowhere."""
        self.known.hooks.url = body.get("url")
        self.known.hooks.secret = body.get("secret", "")
        self.known.hooks.retry_s = float(body.get("retry_s", 0.1))
        return {}

    async def announce(self, _request: Request, body: Json) -> Json:
        """Everything that has happened to activities since the last time, as two events each."""
        account = self._account(body)
        events = [event for one in account.activities for event in self._news(one)]
        for _delivery in range(int(body.get("times", 1))):
            self._send(account, *events)
        return {"events": len(events)}

    async def event(self, _request: Request, body: Json) -> Json:
        """Any event at all: `event` holds its type and what it is about."""
        for _delivery in range(int(body.get("times", 1))):
            self._send(self._account(body), body["event"])
        return {}

    async def calendar(self, _request: Request, body: Json) -> Json:
        """What stands in the calendar, after the athlete's own hand on it: `change` and `copy` by
        id with the fields that are otherwise, `add` for events of their own, `remove` for ids.
        """
        account = self._account(body)
        events = self.events.by_hand(
            account,
            change=body.get("change", {}),
            copy=body.get("copy", {}),
            add=body.get("add", []),
            remove=body.get("remove", []),
        )
        return {"events": events}

    async def state(self, _request: Request, _body: Json) -> Json:
        return {
            "refused": self.known.bucket.refused,
            "deliveries": [asdict(sent) for sent in self.known.hooks.sent],
        }

    def _news(self, activity: RecordedRun) -> list[Json]:
        if self.known.is_strava(activity):
            return []  # nobody is told of what came from Strava
        name = identity(activity, is_strava=False)
        is_gone = "intervals" in activity.gone
        before = self._announced.get(name)
        self._announced[name] = (activity.updated_at, is_gone)
        if before == (activity.updated_at, is_gone) or (before is None and is_gone):
            return []
        if is_gone:
            return [{"type": "ACTIVITY_DELETED", "activity": {"id": name}}]
        types = (
            ("ACTIVITY_UPLOADED", "ACTIVITY_ANALYZED") if before is None else ("ACTIVITY_UPDATED",)
        )
        return [{"type": kind, "activity": {"id": name}} for kind in types]

    def tell_calendar(self, account: Account, changed: list[Json], deleted: list[Json]) -> None:
        """Events by id. With `echo`, what was deleted is told to be there once more: it happens."""
        ids = [{"id": one["id"]} for one in changed], [{"id": one["id"]} for one in deleted]
        told = {"type": "CALENDAR_UPDATED", "events": ids[0], "deleted_events": ids[1]}
        self._send(account, told)
        if deleted and self.known.echo:
            self._send(account, {**told, "events": ids[1], "deleted_events": []})

    def _send(self, account: Account, *events: Json) -> None:
        self.known.hooks.send(self.known.athlete_id(account), events)

    def _account(self, body: dict[str, Any]) -> Account:
        return self.world.account(body.get("athlete", "runner-1"))
