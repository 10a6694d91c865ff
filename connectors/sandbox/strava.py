"""Simulated Strava: OAuth, activities, streams, push subscriptions, rate limits."""

import base64
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from connectors.sandbox import strava_json
from connectors.sandbox.forms import form
from connectors.sandbox.recorded import RecordedRun
from connectors.sandbox.tokens import Grant
from connectors.sandbox.webhooks import Unverified, Webhooks
from connectors.sandbox.world import Account, World

DEFAULT_SCOPE = "read,activity:read_all"
MAX_PER_PAGE = 200

type Handler = Callable[[Request, Account, Grant], Awaitable[Response]]


class Strava:
    """Everything under `/strava`, which stands for `https://www.strava.com`."""

    def __init__(self, world: World, webhooks: Webhooks) -> None:
        self.world = world
        self.webhooks = webhooks
        self._windows: dict[str, tuple[str, int]] = {}

    def routes(self) -> Iterator[Route]:
        yield Route("/oauth/authorize", self.authorize)
        for prefix in ("/oauth", "/api/v3/oauth"):
            yield Route(f"{prefix}/token", self.token, methods=["POST"])
            yield Route(f"{prefix}/revoke", self.revoke, methods=["POST"])
            yield Route(f"{prefix}/deauthorize", self.deauthorize, methods=["POST"])
        subscriptions = "/api/v3/push_subscriptions"
        yield Route(subscriptions, self.subscribe, methods=["POST"])
        yield Route(subscriptions, self.subscriptions)
        yield Route(subscriptions + "/{id:int}", self.unsubscribe, methods=["DELETE"])
        yield Route("/api/v3/athlete", self._signed(self.athlete))
        yield Route("/api/v3/athlete/activities", self._signed(self.activities))
        one = "/api/v3/activities/{id:int}"
        yield Route(one, self._signed(self.activity))
        yield Route(one, self._signed(self.describe), methods=["PUT"])
        yield Route(one + "/streams", self._signed(self.streams))

    # OAuth

    async def authorize(self, request: Request) -> Response:
        """The athlete answers at once, as `approval` says."""
        query, approval = request.query_params, self.world.approval
        back = query.get("redirect_uri", "")
        if not back or not query.get("client_id"):
            return fault(400, "Bad Request", "Application", "redirect_uri", "invalid")
        answer = {"state": query["state"]} if "state" in query else {}
        if approval.deny:
            answer["error"] = "access_denied"
        else:
            asked = query.get("scope", "read").split(",")
            answer["scope"] = approval.scope or ",".join(dict.fromkeys(["read", *asked]))
            answer["code"] = self.world.tokens.once("code", approval.athlete, answer["scope"])
        joint = "&" if "?" in back else "?"
        return RedirectResponse(f"{back}{joint}{urlencode(answer)}", 302)

    async def token(self, request: Request) -> Response:
        fields = await form(request)
        if not fields.get("client_id") or not fields.get("client_secret"):
            return fault(400, "Bad Request", "Application", "client_id", "invalid")
        now = self.world.machine_now()
        if fields.get("grant_type") == "refresh_token":
            grant = self.world.tokens.refresh("strava", fields.get("refresh_token", ""), now)
            if grant is None:
                return fault(400, "Bad Request", "RefreshToken", "refresh_token", "invalid")
            return JSONResponse(token_json(grant, now))
        redeemed = self.world.tokens.redeem(fields.get("code", ""))
        if redeemed is None:
            return fault(400, "Bad Request", "AuthorizationCode", "code", "invalid")
        name, scope = redeemed
        grant = self.world.tokens.grant("strava", name, now, scope=scope)
        who = strava_json.athlete(self.world.account(name).strava_id) | {"resource_state": 2}
        return JSONResponse({**token_json(grant, now), "athlete": who})

    async def revoke(self, request: Request) -> Response:
        """Basic client credentials, one half of a pair as `token`."""
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            known = scheme == "Basic" and b":" in base64.b64decode(encoded)
        except ValueError:
            known = False
        if not known:
            return fault(401, "Authorization Error", "Application", "client_id", "invalid")
        self._revoked(self.world.tokens.behind((await form(request)).get("token", "")))
        return Response(status_code=200)  # an unknown token is as good as revoked (RFC 7009)

    async def deauthorize(self, request: Request) -> Response:
        grant = self._grant(request)
        if grant is None:
            return unauthorised()
        self._revoked(grant)
        return JSONResponse({"access_token": grant.access_token})

    def _revoked(self, grant: Grant | None) -> None:
        if grant is None:
            return
        self.world.tokens.revoke("strava", grant.athlete)
        account = self.world.account(grant.athlete)
        self.webhooks.send(
            account.strava_id,
            account.strava_id,
            aspect="update",
            object_type="athlete",
            updates={"authorized": "false"},
        )

    # Push subscriptions

    async def subscribe(self, request: Request) -> Response:
        fields = await form(request)
        client, url = fields.get("client_id"), fields.get("callback_url", "")
        if not client or not fields.get("client_secret"):
            return fault(401, "Authorization Error", "Application", "client_id", "invalid")
        if self.webhooks.subscription is not None:
            return fault(400, "Bad Request", "PushSubscription", "", "already exists")
        try:
            identity = await self.webhooks.subscribe(
                int(client), url, fields.get("verify_token", "")
            )
        except (Unverified, ValueError):
            return fault(400, "Bad Request", "PushSubscription", "callback url", "not verifiable")
        return JSONResponse({"id": identity}, 201)

    async def subscriptions(self, request: Request) -> Response:
        known = self.webhooks.subscription
        if not request.query_params.get("client_secret"):
            return fault(401, "Authorization Error", "Application", "client_id", "invalid")
        listed = known and {
            "id": known.id,
            "resource_state": 2,
            "application_id": known.application_id,
            "callback_url": known.callback_url,
            "created_at": known.created_at,
            "updated_at": known.created_at,
        }
        return JSONResponse([listed] if listed else [])

    async def unsubscribe(self, request: Request) -> Response:
        fields = await form(request)
        if not (request.query_params.get("client_secret") or fields.get("client_secret")):
            return fault(401, "Authorization Error", "Application", "client_id", "invalid")
        known = self.webhooks.subscription
        if known is None or known.id != request.path_params["id"]:
            return fault(404, "Record Not Found", "PushSubscription", "id", "not found")
        self.webhooks.subscription = None
        return Response(status_code=204)

    # Reading

    async def athlete(self, _request: Request, account: Account, _grant: Grant) -> Response:
        return JSONResponse(strava_json.athlete(account.strava_id))

    async def activities(self, request: Request, account: Account, grant: Grant) -> Response:
        """Pages are cut before what may not be seen is left out: a page can be short, or even
        empty in the middle of nothing, only a page past the end is the end.
        """
        query = request.query_params
        after, before = query.get("after"), query.get("before")
        rows = [
            activity
            for activity in account.activities
            if (after is None or activity.run.start_at.timestamp() > float(after))
            and (before is None or activity.run.start_at.timestamp() < float(before))
        ]
        if after is None:
            rows.reverse()
        size = min(int(query.get("per_page", 30)), MAX_PER_PAGE)
        first = (max(int(query.get("page", 1)), 1) - 1) * size
        page = [
            strava_json.summary(activity, account.strava_id)
            for activity in rows[first : first + size]
            if self._visible(activity, grant)
        ]
        return JSONResponse(page)

    async def activity(self, request: Request, account: Account, grant: Grant) -> Response:
        activity = self._find(request, account, grant)
        if activity is None:
            return not_found()
        return JSONResponse(strava_json.detail(activity, account.strava_id))

    async def describe(self, request: Request, account: Account, grant: Grant) -> Response:
        activity = self._find(request, account, grant)
        if activity is None:
            return not_found()
        if "activity:write" not in grant.scope:
            return fault(401, "Authorization Error", "AccessToken", "activity:write", "missing")
        body = await request.json() if await request.body() else {}
        activity.description = body.get("description", activity.description)
        return JSONResponse(strava_json.detail(activity, account.strava_id))

    async def streams(self, request: Request, account: Account, grant: Grant) -> Response:
        activity = self._find(request, account, grant)
        if activity is None or activity.is_manual:
            return not_found()
        keys = request.query_params.get("keys", "").split(",")
        return JSONResponse(strava_json.streams(activity, keys))

    def _find(self, request: Request, account: Account, grant: Grant) -> RecordedRun | None:
        for activity in reversed(account.activities):
            if activity.strava_id == request.path_params["id"]:
                return activity if self._visible(activity, grant) else None
        return None

    def _visible(self, activity: RecordedRun, grant: Grant) -> bool:
        if "strava" in activity.gone:
            return False
        processed_at = activity.processed_at
        if processed_at is not None and self.world.machine_now() < processed_at:
            return False
        return not activity.private or "activity:read_all" in grant.scope

    # Who asks, and how often

    def _grant(self, request: Request) -> Grant | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer":
            return None
        return self.world.tokens.holder("strava", token, self.world.machine_now())

    def _signed(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """Limits first (a refused call counts as well), then the token, then the answer."""

        async def answer(request: Request) -> Response:
            allowed, headers = self._count(is_read=request.method == "GET")
            grant = self._grant(request)
            if not allowed:
                response = fault(
                    429, "Rate Limit Exceeded", "Application", "rate limit", "exceeded"
                )
            elif grant is None:
                response = unauthorised()
            else:
                response = await handler(request, self.world.account(grant.athlete), grant)
            response.headers.update(headers)
            return response

        return answer

    def _count(self, *, is_read: bool) -> tuple[bool, dict[str, str]]:
        """Wall-clock windows: quarters of an hour, and UTC days."""
        limits, now = self.world.limits, self.world.machine_now()
        quarter = f"{now:%Y-%m-%dT%H}:{now.minute // 15}"
        usage = [self._used("short", quarter), self._used("day", f"{now:%Y-%m-%d}")]
        reads = [
            self._used("read short", quarter, by=int(is_read)),
            self._used("read day", f"{now:%Y-%m-%d}", by=int(is_read)),
        ]
        allowed = usage[0] <= limits.short and usage[1] <= limits.day
        if is_read:
            allowed = allowed and reads[0] <= limits.read_short and reads[1] <= limits.read_day
        return allowed, {
            "X-RateLimit-Limit": f"{limits.short},{limits.day}",
            "X-RateLimit-Usage": f"{usage[0]},{usage[1]}",
            "X-ReadRateLimit-Limit": f"{limits.read_short},{limits.read_day}",
            "X-ReadRateLimit-Usage": f"{reads[0]},{reads[1]}",
        }

    def _used(self, counter: str, window: str, *, by: int = 1) -> int:
        known, used = self._windows.get(counter, (window, 0))
        used = (used if known == window else 0) + by
        self._windows[counter] = (window, used)
        return used


def token_json(grant: Grant, now: datetime) -> dict[str, object]:
    return {
        "token_type": "Bearer",
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "expires_at": int(grant.expires_at.timestamp()),
        "expires_in": int((grant.expires_at - now).total_seconds()),
        "scope": grant.scope,
    }


def fault(status: int, message: str, resource: str, field: str, code: str) -> Response:
    errors = [{"resource": resource, "field": field, "code": code}]
    body = json.dumps({"message": message, "errors": errors})
    return Response(body, status, media_type="application/json")


def unauthorised() -> Response:
    return fault(401, "Authorization Error", "Athlete", "access_token", "invalid")


def not_found() -> Response:
    return fault(404, "Record Not Found", "Activity", "id", "not found")
