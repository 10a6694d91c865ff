"""Simulated: intervals.icu, with its API key, OAuth, activities, wellness and limit of requests."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from connectors.sandbox import intervals_json
from connectors.sandbox.forms import form
from connectors.sandbox.intervals_steering import IntervalsSteering, Known
from connectors.sandbox.recorded import RecordedRun
from connectors.sandbox.webhooks import Webhooks
from connectors.sandbox.wellness import nights, strain_of
from connectors.sandbox.world import Account, World

CODE_LIFE = timedelta(minutes=2)
EVERYTHING = "ACTIVITY:WRITE,WELLNESS:WRITE,CALENDAR:WRITE"

type Handler = Callable[[Request, Account], Awaitable[Response]]


class Intervals:
    """Everything under `/intervals`, which stands for `https://intervals.icu`.

    Whoever holds an athlete's key or token sees everything of theirs: there is nothing private.
    """

    def __init__(self, world: World, webhooks: Webhooks) -> None:
        del webhooks  # those of Strava; intervals.icu has its own kind
        self.world = world
        self.known = Known(world.machine_now)
        self._steering = IntervalsSteering(world, self.known)
        self.events = self._steering.events

    def routes(self) -> Iterator[BaseRoute]:
        """What the service answers."""
        yield Route("/oauth/authorize", self.authorize)
        yield Route("/api/oauth/token", self.token, methods=["POST"])
        yield Route("/api/v1/athlete/{athlete}", self._signed("", self.athlete))
        yield Route("/api/v1/athlete/{athlete}/activities", self._signed("ACTIVITY", self.listed))
        one = "/api/v1/activity/{id}"
        yield Route(one, self._signed("ACTIVITY", self.activity))
        yield Route(one + "/streams", self._signed("ACTIVITY", self.streams))
        for name in ("file", "fit-file"):
            yield Route(f"{one}/{name}", self._signed("ACTIVITY", self.file))
        days = "/api/v1/athlete/{athlete}/wellness"
        yield Route(days, self._signed("WELLNESS", self.wellness))
        yield Route(days + "/{day}", self._signed("WELLNESS", self.wellness_of))
        yield from self._calendar_routes()

    def _calendar_routes(self) -> Iterator[BaseRoute]:
        events, calendar = "/api/v1/athlete/{athlete}/events", self.events
        for path, method, handler in (
            (events, "GET", calendar.listed),
            (events, "POST", calendar.created),
            (events + "/bulk", "POST", calendar.bulk),
            (events + "/{event:int}", "GET", calendar.one),
            (events + "/{event:int}", "PUT", calendar.replaced),
            (events + "/{event:int}", "DELETE", calendar.deleted),
        ):
            yield Route(path, self._signed("CALENDAR", handler), methods=[method])

    def steering(self) -> Iterator[BaseRoute]:
        """What `Control.post("intervals/...")` can do to it."""
        yield from self._steering.routes()

    # OAuth

    async def authorize(self, request: Request) -> Response:
        """The athlete answers at once, as `approval` says."""
        query, approval = request.query_params, self.world.approval
        back = query.get("redirect_uri", "")
        if not back or not query.get("client_id"):
            return fault(400, "client_id and redirect_uri are required")
        answer = {"state": query["state"]} if "state" in query else {}
        if approval.deny:
            answer["error"] = "access_denied"
        else:
            scope = approval.scope or query.get("scope", "")
            until = (self.world.machine_now() + CODE_LIFE).isoformat()
            detail = json.dumps({"scope": scope, "until": until})
            answer["code"] = self.world.tokens.once("icu-code", approval.athlete, detail)
        joint = "&" if "?" in back else "?"
        return RedirectResponse(f"{back}{joint}{urlencode(answer)}", 302)

    async def token(self, request: Request) -> Response:
        """A code for a token without end; there is nothing to renew it with."""
        fields, now = await form(request), self.world.machine_now()
        if not fields.get("client_id") or not fields.get("client_secret"):
            return fault(401, "invalid client")
        name, detail = self.world.tokens.redeem(fields.get("code", "")) or ("", "{}")
        told = json.loads(detail)
        if not name or datetime.fromisoformat(told["until"]) < now:
            return fault(400, "invalid code")
        account = self.world.account(name)
        grant = self.world.tokens.grant("intervals", account.display_name, now, scope=told["scope"])
        who = {"id": self.known.athlete_id(account), "name": f"Robin Runner {account.number}"}
        return JSONResponse(
            {
                "token_type": "Bearer",
                "access_token": grant.access_token,
                "scope": grant.scope,
                "athlete": who,
            }
        )

    # Reading

    async def athlete(self, _request: Request, account: Account) -> Response:
        named = {"id": self.known.athlete_id(account), "name": f"Robin Runner {account.number}"}
        return JSONResponse({**named, "timezone": account.runner.zone.key, "locale": "en"})

    async def listed(self, request: Request, account: Account) -> Response:
        """The newest first; both days are included, and are the athlete's."""
        query = request.query_params
        if "oldest" not in query:
            return fault(422, "oldest is required")
        oldest = query["oldest"][:10]
        newest = query.get("newest", "9999-12-31")[:10]
        if newest < oldest:
            return fault(422, "newest is before oldest")
        rows = [
            self._row(activity, account)
            for activity in reversed(account.activities)
            if "intervals" not in activity.gone
            and oldest <= activity.local_day.isoformat() <= newest
        ]
        return JSONResponse(rows)

    async def activity(self, request: Request, account: Account) -> Response:
        activity = self._find(request, account)
        if activity is None:
            return not_found()
        if self.known.is_strava(activity) and self.known.stub == "422":
            return fault(422, intervals_json.NOTE)
        return JSONResponse(self._row(activity, account))

    async def file(self, request: Request, account: Account) -> Response:
        activity = self._find(request, account)
        if activity is None or activity.is_manual:
            return not_found()
        if self.known.is_strava(activity):
            return fault(422, intervals_json.NOTE)
        return Response(intervals_json.file(activity), media_type="application/gzip")

    async def streams(self, request: Request, account: Account) -> Response:
        activity = self._find(request, account)
        if activity is None:
            return not_found()
        if self.known.is_strava(activity):
            return fault(422, intervals_json.NOTE)
        types = [name for name in request.query_params.get("types", "").split(",") if name]
        rows = [] if activity.is_manual else intervals_json.streams(activity, types)
        return JSONResponse(rows)

    async def wellness(self, request: Request, account: Account) -> Response:
        query = request.query_params
        first, last = date.fromisoformat(query["oldest"]), date.fromisoformat(query["newest"])
        return JSONResponse(self._nights(account, first, last))

    async def wellness_of(self, request: Request, account: Account) -> Response:
        """A day of which nothing is known is a row of nulls."""
        day = date.fromisoformat(request.path_params["day"])
        rows = self._nights(account, day, day) or [intervals_json.wellness(day, None)]
        return JSONResponse(rows[0])

    def _nights(self, account: Account, first: date, last: date) -> list[intervals_json.Json]:
        """A row a day up to today, for the load is always known; nothing in it of a night before
        the watch has synced after it.
        """
        strain = strain_of(account.runner, account.activities)
        synced, last = account.watch.last_day(self.world.today), min(last, self.world.today)
        slept = nights(account.runner, account.watch, strain, first=first, last=min(last, synced))
        by_day = {night.day: night for night in slept}
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return [intervals_json.wellness(day, by_day.get(day)) for day in days]

    def _row(self, activity: RecordedRun, account: Account) -> intervals_json.Json:
        athlete_id = self.known.athlete_id(account)
        if self.known.is_strava(activity):
            return intervals_json.stub(activity, athlete_id, dated=self.known.stub_dates)
        return intervals_json.row(activity, athlete_id)

    def _find(self, request: Request, account: Account) -> RecordedRun | None:
        wanted = request.path_params["id"]
        for activity in account.activities:
            is_strava = self.known.is_strava(activity)
            named = intervals_json.identity(activity, is_strava=is_strava)
            if named == wanted and "intervals" not in activity.gone:
                return activity
        return None

    # Who asks, and how often

    def _signed(self, subject: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """The limit first, then who it is, then what they may see."""

        async def answer(request: Request) -> Response:
            if not self.known.bucket.take(request.client.host if request.client else ""):
                return fault(429, "Too many requests")
            allowed = self._allowed(request)
            if allowed is None:
                return fault(401, "Unauthorized")
            account, scope = allowed
            rights = ("READ", "WRITE") if request.method in {"GET", "HEAD"} else ("WRITE",)
            if subject and not {f"{subject}:{right}" for right in rights} & set(scope.split(",")):
                return fault(403, f"{subject}:{rights[0]} scope required")
            asked = request.path_params.get("athlete", "0")
            if asked not in {"0", self.known.athlete_id(account)}:
                return fault(403, "Not your athlete")
            return await handler(request, account)

        return answer

    def _allowed(self, request: Request) -> tuple[Account, str] | None:
        """By key everything, by token what the athlete granted."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme == "Bearer":
            grant = self.world.tokens.holder("intervals", given, self.world.machine_now())
            return (self.world.account(grant.athlete), grant.scope) if grant else None
        try:
            user, _, key = base64.b64decode(given).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        for account in self.world.accounts():
            if (scheme, user, key) == ("Basic", "API_KEY", self.known.key(account)):
                return account, EVERYTHING
        return None


def fault(status: int, error: str) -> Response:
    return JSONResponse({"status": status, "error": error}, status)


def not_found() -> Response:
    return fault(404, "Activity not found")
