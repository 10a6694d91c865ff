"""Simulated: Garmin's personal API, read only, by a key that the account itself has made.

It is faithful to what was seen of it: most of its refusals say nothing, pages of more than 45
activities and ranges of more than a month break it, and twelve requests at once are too many.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from connectors.sandbox.garmin import detail_json, file_of, recorded, search_rows
from connectors.sandbox.garmin_calendar import Unknown
from connectors.sandbox.garmin_wellness import GarminWellness
from connectors.sandbox.multisport import Multisport
from connectors.sandbox.told import Json, told
from connectors.sandbox.webhooks import Webhooks
from connectors.sandbox.world import Account, World

type Answer = Callable[[Request, Account], Awaitable[Response]]

EXCHANGE = "/personalapitoken-service/personal-api/personal-api-key/token"
ZIP = "application/x-zip-compressed"
MOST_ROWS = 45
MOST_PARALLEL = 12
FIRST_MULTISPORT = 22_000_000_001


@dataclass(frozen=True, slots=True)
class Key:
    athlete: str
    expires_at: datetime


class GarminPersonal:
    """`busy_s`: how long it takes over each answer, so that requests can meet."""

    def __init__(self, world: World, webhooks: Webhooks) -> None:
        del webhooks  # it tells nobody
        self._world = world
        self._wellness = GarminWellness(world)
        self._keys: dict[str, Key] = {}
        self._made = 0
        self._at_once = 0
        self.busy_s = 0.0

    def routes(self) -> Iterator[BaseRoute]:
        """What the service answers."""
        wellness = self._wellness
        yield Route(EXCHANGE, self.exchange, methods=["POST"])
        answers: dict[str, Answer] = {
            "/userprofile-service/userprofile/settings": self.settings,
            "/activitylist-service/activities/search/activities": self.search,
            "/activity-service/activity/{id:int}": self.activity,
            "/activity-service/activity/{id:int}/workouts": self.executed,
            "/download-service/files/activity/{id:int}": self.download,
            "/hrv-service/hrv/daily/{first}/{last}": _at_most(365, wellness.hrv_range),
            "/hrv-service/hrv/{day}": wellness.hrv,
            "/sleep-service/sleep/dailySleepSummariesByDate": _at_most(
                31, wellness.sleep_summaries
            ),
            "/usersummary-service/v2/dailysummaries": _at_most(31, wellness.summaries),
            "/usersummary-service/usersummary/daily": wellness.summary,
        }
        for path, answer in answers.items():
            yield Route(path, self._signed(answer), methods=["GET"])

    def steering(self) -> Iterator[BaseRoute]:
        """What `Control.post("personal/...")` can do to it, and to the watch of both Garmins."""
        posts = {
            "/key": self.make_key,
            "/key/revoke": self.revoke_keys,
            "/pace": self.set_pace,
            "/watch": self.wear,
            "/multisport": self.combine,
        }
        for path, handler in posts.items():
            yield Route(path, told(handler), methods=["POST"])

    # Who asks

    async def exchange(self, request: Request) -> Response:
        """The key for a token of 24 hours, as plain text."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        known, now = self._keys.get(key), self._world.machine_now()
        if scheme != "ApiKey" or known is None or known.expires_at <= now:
            return JSONResponse({}, 401)
        return PlainTextResponse(
            self._world.tokens.grant("personal", known.athlete, now).access_token
        )

    def _signed(self, handler: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            now = self._world.machine_now()
            grant = (
                self._world.tokens.holder("personal", token, now) if scheme == "Bearer" else None
            )
            if grant is None:
                return JSONResponse({}, 401)
            try:
                return await handler(request, self._world.account(grant.athlete))
            except Unknown as unknown:
                return _error(404, "NotFoundException", str(unknown))
            except (ValueError, KeyError):
                return JSONResponse({}, 400)

        return self._one_of_few(answer)

    def _one_of_few(
        self, handler: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            self._at_once += 1
            try:
                if self._at_once > MOST_PARALLEL:
                    return JSONResponse({}, 429, headers={"Retry-After": "14"})
                await asyncio.sleep(self.busy_s)
                return await handler(request)
            finally:
                self._at_once -= 1

        return answer

    # What it answers

    async def settings(self, _request: Request, account: Account) -> Response:
        zone = account.runner.zone.key
        return JSONResponse({"displayName": account.display_name, "timeZone": zone})

    async def search(self, request: Request, account: Account) -> Response:
        """Its own default for `limit` is one of those that break it."""
        query = request.query_params
        limit = int(query.get("limit", 99))
        if limit > MOST_ROWS:
            return JSONResponse({}, 500)
        hidden = query.get("excludeChildren", "true") != "false"
        return JSONResponse(search_rows(account, query, hide_children=hidden, limit=limit))

    async def activity(self, request: Request, account: Account) -> Response:
        return JSONResponse(detail_json(account, request.path_params["id"]))

    async def executed(self, request: Request, account: Account) -> Response:
        activity = recorded(account, request.path_params["id"])
        done = [{"workoutName": activity.run.name, "sport": "RUNNING", "steps": []}]
        return JSONResponse(done if activity.workout_id else [])

    async def download(self, request: Request, account: Account) -> Response:
        if ZIP not in request.headers.get("accept", ""):
            return JSONResponse({}, 406)
        return await file_of(account, request.path_params["id"])

    # The hand of fate

    async def make_key(self, _request: Request, body: Json) -> Json:
        """As in the account's settings. `life_days`: 30, 90, 180, 365, or none left with 0."""
        name = self._world.account(body.get("athlete", "runner-1")).display_name
        self._made += 1
        identity = f"{self._world.seed}:personal-key:{self._made}"
        key = hashlib.sha256(identity.encode()).hexdigest()
        expires_at = self._world.machine_now() + timedelta(days=float(body.get("life_days", 365)))
        self._keys[key] = Key(name, expires_at)
        return {"key": key, "expires_on": expires_at.date().isoformat()}

    async def revoke_keys(self, _request: Request, body: Json) -> Json:
        """The account's keys are deleted, and what they were exchanged for dies with them."""
        name = self._world.account(body.get("athlete", "runner-1")).display_name
        self._keys = {key: known for key, known in self._keys.items() if known.athlete != name}
        self._world.tokens.revoke("personal", name)
        return {}

    async def set_pace(self, _request: Request, body: Json) -> Json:
        self.busy_s = float(body["busy_s"])
        return {}

    async def wear(self, _request: Request, body: Json) -> Json:
        """`unworn`, `ill`: days. `silent_from`: the watch hands nothing over; "" ends that."""
        watch = self._world.account(body.get("athlete", "runner-1")).watch
        watch.unworn |= {date.fromisoformat(day) for day in body.get("unworn", ())}
        watch.ill |= {date.fromisoformat(day) for day in body.get("ill", ())}
        if "silent_from" in body:
            silent = body["silent_from"]
            watch.silent_from = date.fromisoformat(silent) if silent else None
        return {}

    async def combine(self, _request: Request, body: Json) -> Json:
        """The last `legs` activities become the legs of one multisport activity."""
        account = self._world.account(body.get("athlete", "runner-1"))
        garmin_id = FIRST_MULTISPORT + sum(len(one.multisports) for one in self._world.accounts())
        legs = tuple(account.activities[-int(body.get("legs", 2)) :])
        account.multisports.append(Multisport(garmin_id, body.get("name", "Triathlon"), legs))
        return {"garmin_id": garmin_id, "legs": [leg.garmin_id for leg in legs]}


def _at_most(days: int, handler: Answer) -> Answer:
    """Wider ranges are refused without a word."""

    async def answer(request: Request, account: Account) -> Response:
        told: dict[str, Any] = {**request.query_params, **request.path_params}
        first = date.fromisoformat(told.get("startDate") or told["first"])
        last = date.fromisoformat(told.get("endDate") or told["last"])
        if (last - first).days >= days:
            return JSONResponse({}, 400)
        return await handler(request, account)

    return answer


def _error(status: int, kind: str, message: str) -> Response:
    return JSONResponse({"error": kind, "clientMessage": None, "message": message}, status)
