"""Simulated: Garmin's developer programme. OAuth 2 with PKCE, notifications, files, backfill.

Nothing can be read without a notification: an address that one names serves a window of upload
time or one file, the file once and for 24 hours.
"""

import base64
import hashlib
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from connectors.sandbox import garmin_partner_json as words
from connectors.sandbox.forms import form
from connectors.sandbox.garmin_partner_notices import Json, Notices
from connectors.sandbox.garmin_partner_training import PERMISSION, Training
from connectors.sandbox.recorded import RecordedRun
from connectors.sandbox.tokens import Grant
from connectors.sandbox.webhooks import Webhooks
from connectors.sandbox.wellness import nights, strain_of
from connectors.sandbox.world import Account, World

SERVICE = "partner"
REST = "/wellness-api/rest"
FILE_LIFE = timedelta(hours=24)
LONGEST_WINDOW_S = 24 * 3600
LONGEST_BACKFILL = {"activities": 30, "activityDetails": 30, "dailies": 90, "sleeps": 90, "hrv": 90}
NEEDS = {"activities": "ACTIVITY_EXPORT", "activityDetails": "ACTIVITY_EXPORT"}
PERMISSIONS = (
    "ACTIVITY_EXPORT",
    "WORKOUT_IMPORT",
    "HEALTH_EXPORT",
    "COURSE_IMPORT",
    "MCT_EXPORT",
    "HISTORICAL_DATA_EXPORT",
)

type Handler = Callable[[Request, Account, Grant], Awaitable[Response]]


@dataclass(slots=True)
class Promised:
    """What an address in a notification stands for."""

    account: Account
    kind: str
    until: datetime
    items: list[Json] = field(default_factory=list)
    file: RecordedRun | None = None
    served: int = 0


class GarminPartner:
    """Everything under `/partner`, which stands for all hosts of the programme."""

    def __init__(self, world: World, webhooks: Webhooks) -> None:
        del webhooks  # Strava's
        self.world = world
        self.notices = Notices(machine_now=world.machine_now, retry_s=0.05)
        self.per_minute = 100
        self.permissions: dict[int, list[str]] = {}
        self.promised: dict[str, Promised] = {}
        self.told: dict[int, tuple[object, ...]] = {}  # by activity: its state when last told of
        self.asked: set[tuple[int, str, int, int]] = set()  # backfills
        self.training = Training(
            world.machine_now, lambda account: PERMISSION in self.allows(account)
        )
        self._counts: Counter[str] = Counter()
        self._numbers = itertools.count(1)

    def routes(self) -> Iterator[BaseRoute]:
        yield Route("/oauth2Confirm", self.confirm)
        yield Route("/di-oauth2-service/oauth/token", self.token, methods=["POST"])
        yield Route(f"{REST}/user/id", self._signed(self.user))
        yield Route(f"{REST}/user/permissions", self._signed(self.allowed))
        leave = self._signed(self.leave)
        yield Route(f"{REST}/user/registration", leave, methods=["DELETE"])
        yield Route(f"{REST}/activityFile", self._signed(self.file))
        yield Route(f"{REST}/backfill/{{kind}}", self._signed(self.backfill))
        yield Route(f"{REST}/{{kind}}", self._signed(self.pulled))
        yield from self.training.routes(self._for_athlete)

    def steering(self) -> Iterator[BaseRoute]:
        from connectors.sandbox.garmin_partner_hand import PartnerHand

        yield from PartnerHand(self).routes()

    # OAuth

    async def confirm(self, request: Request) -> Response:
        """The athlete answers at once, as `approval` says. PKCE is not a matter of choice."""
        query, approval = request.query_params, self.world.approval
        back, challenge = query.get("redirect_uri", ""), query.get("code_challenge", "")
        proved = query.get("code_challenge_method") == "S256" and len(challenge) == 43
        if not back or not query.get("client_id") or not proved:
            return fault(400, "invalid_request")
        answer = {"state": query["state"]} if "state" in query else {}
        if approval.deny:
            answer["error"] = "access_denied"
        else:
            bound = f"{challenge} {back}"
            answer["code"] = self.world.tokens.once("code", approval.athlete, bound)
        joint = "&" if "?" in back else "?"
        return RedirectResponse(f"{back}{joint}{urlencode(answer)}", 302)

    async def token(self, request: Request) -> Response:
        fields = await form(request)
        if not fields.get("client_id") or fields.get("client_secret") in {None, "", "wrong"}:
            return fault(401, "invalid_client")
        now = self.world.machine_now()
        if fields.get("grant_type") == "refresh_token":
            behind = self.world.tokens.behind(fields.get("refresh_token", ""))
            if behind is None or behind.refresh_token != fields.get("refresh_token"):
                return fault(400, "invalid_grant")
            old = self.world.tokens.refresh(SERVICE, behind.refresh_token, now)
            return fault(400, "invalid_grant") if old is None else token_json(old, now)
        redeemed = self.world.tokens.redeem(fields.get("code", ""))
        if redeemed is None:
            return fault(400, "invalid_grant")
        name, bound = redeemed
        digest = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if bound != f"{challenge} {fields.get('redirect_uri')}":
            return fault(400, "invalid_grant")
        grant = self.world.tokens.grant(SERVICE, name, now)
        return token_json(grant, now)

    # The athlete

    async def user(self, _request: Request, account: Account, _grant: Grant) -> Response:
        return JSONResponse({"userId": words.user_id(account)})

    async def allowed(self, _request: Request, account: Account, _grant: Grant) -> Response:
        return JSONResponse({"permissions": self.allows(account)})

    async def leave(self, _request: Request, _account: Account, grant: Grant) -> Response:
        self.world.tokens.revoke(SERVICE, grant.athlete)
        return Response(status_code=204)

    def allows(self, account: Account) -> list[str]:
        return self.permissions.get(account.number, list(PERMISSIONS))

    # What notifications stand for

    async def pulled(self, request: Request, account: Account, _grant: Grant) -> Response:
        query, kind = request.query_params, request.path_params["kind"]
        try:
            first = int(query["uploadStartTimeInSeconds"])
            length_s = int(query["uploadEndTimeInSeconds"]) - first
        except (KeyError, ValueError):
            return fault(400, "upload times are needed")
        if not 0 <= length_s <= LONGEST_WINDOW_S:
            return fault(400, "a window is at most 24 hours of upload time")
        known = self.promised.get(query.get("token", ""))
        if known is None or known.account is not account or known.kind != kind:
            return fault(403, "pull only after a ping")
        if NEEDS.get(kind, "HEALTH_EXPORT") not in self.allows(account):
            return fault(412, "user permission missing")
        known.served += 1
        return JSONResponse(known.items)

    async def file(self, request: Request, account: Account, _grant: Grant) -> Response:
        known = self.promised.get(request.query_params.get("token", ""))
        if known is None or known.account is not account or known.file is None:
            return fault(404, "no such file")
        if "ACTIVITY_EXPORT" not in self.allows(account):
            return fault(412, "user permission missing")
        if known.served or self.world.machine_now() > known.until:
            return fault(410, "already downloaded, or expired")
        known.served += 1
        return Response(known.file.fit, media_type="application/octet-stream")

    async def backfill(self, request: Request, account: Account, _grant: Grant) -> Response:
        query, kind = request.query_params, request.path_params["kind"]
        try:
            first = int(query["summaryStartTimeInSeconds"])
            last = int(query["summaryEndTimeInSeconds"])
        except (KeyError, ValueError):
            return fault(400, "summary times are needed")
        days = LONGEST_BACKFILL.get(kind)
        if days is None or not first < last or last - first > days * 86_400:
            return fault(400, "no such data, or a window that is too wide")
        needed = {NEEDS.get(kind, "HEALTH_EXPORT"), "HISTORICAL_DATA_EXPORT"}
        if not needed <= set(self.allows(account)):
            return fault(412, "user permission missing")
        asked = (account.number, kind, first, last)
        if asked in self.asked:
            return fault(409, "duplicate backfill request")
        self.asked.add(asked)
        if kind in NEEDS:
            self.announce(account, self._run(account, first, last), kinds={kind, "activityFiles"})
        else:
            begins, ends = (
                datetime.fromtimestamp(at, account.runner.zone).date() for at in (first, last)
            )
            self.announce_nights(account, kind, begins, ends)
        return Response(status_code=202)

    def _run(self, account: Account, first: int, last: int) -> list[RecordedRun]:
        return [
            one
            for one in account.activities
            if "garmin" not in one.gone and first <= one.run.start_at.timestamp() < last
        ]

    # Notifying

    def announce(
        self, account: Account, runs: list[RecordedRun], *, kinds: set[str], times: int = 1
    ) -> None:
        """One notification a kind. Files are always by address, the rest if it is `pinged`."""
        for kind in sorted(kinds):
            if kind == "activityFiles":
                items = [self.file_item(account, one) for one in runs if not one.is_manual]
            else:
                shape = words.details if kind == "activityDetails" else words.summary
                items = self._pinged(account, kind, [shape(account, one) for one in runs])
            self.notices.send(kind, items, times=times)
        self.told.update({one.garmin_id: words.state(one) for one in runs})

    def announce_nights(self, account: Account, kind: str, first: date, last: date) -> None:
        """Those from `first` to `last` that the watch has handed over."""
        shape = {"dailies": words.daily, "sleeps": words.sleep, "hrv": words.hrv}[kind]
        last = min(last, account.watch.last_day(self.world.today))
        strain = strain_of(account.runner, account.activities)
        slept = nights(account.runner, account.watch, strain, first=first, last=last)
        items = [shape(account, night) for night in slept]
        self.notices.send(kind, self._pinged(account, kind, items))

    def file_item(self, account: Account, activity: RecordedRun) -> Json:
        promised = Promised(
            account, "activityFiles", self.world.machine_now() + FILE_LIFE, file=activity
        )
        token = self._promise(promised)
        return {
            "userId": words.user_id(account),
            "userAccessToken": "not for us to keep",
            "summaryId": str(activity.garmin_id),
            "fileType": "FIT",
            "callbackURL": f"{self.base}{REST}/activityFile?id={activity.garmin_id}&token={token}",
        }

    def _pinged(self, account: Account, kind: str, items: list[Json]) -> list[Json]:
        if kind not in self.notices.pinged or not items:
            return items
        now = self.world.machine_now()
        token = self._promise(Promised(account, kind, now, items))
        window = {
            "uploadStartTimeInSeconds": int(now.timestamp()) - 60,
            "uploadEndTimeInSeconds": int(now.timestamp()),
            "token": token,
        }
        url = f"{self.base}{REST}/{kind}?{urlencode(window)}"
        return [{"userId": words.user_id(account), "callbackURL": url}]

    def _promise(self, promised: Promised) -> str:
        token = hashlib.sha256(f"{self.world.seed}:{next(self._numbers)}".encode()).hexdigest()[:32]
        self.promised[token] = promised
        return token

    base = ""  # as seen by the partner; the hand sets it from the request it is steered by

    # Who asks, and how often

    def _for_athlete(
        self, handler: Callable[[Request, Account], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request, account: Account, _grant: Grant) -> Response:
            return await handler(request, account)

        return self._signed(answer)

    def _signed(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            now = self.world.machine_now()
            self._counts[f"{now:%Y-%m-%dT%H:%M}"] += 1
            if self._counts[f"{now:%Y-%m-%dT%H:%M}"] > self.per_minute:
                late = fault(429, "rate limit exceeded")
                late.headers["Retry-After"] = str(60 - now.second)
                return late
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            grant = self.world.tokens.holder(SERVICE, token, now) if scheme == "Bearer" else None
            if grant is None:
                return fault(401, "token unknown or expired")
            return await handler(request, self.world.account(grant.athlete), grant)

        return answer


def token_json(grant: Grant, now: datetime) -> Response:
    return JSONResponse(
        {
            "token_type": "bearer",
            "access_token": grant.access_token,
            "refresh_token": grant.refresh_token,
            "expires_in": int((grant.expires_at - now).total_seconds()),
            "refresh_token_expires_in": 7_775_998,
            "jti": grant.access_token[:8],
        }
    )


def fault(status: int, message: str) -> Response:
    return JSONResponse({"errorMessage": message}, status)
