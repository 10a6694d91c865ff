"""`/control/partner/...`: configuring the programme's notifications, and the athlete's own hand."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.routing import Route

from connectors.sandbox import garmin_partner_json as words
from connectors.sandbox.recorded import RecordedRun
from connectors.sandbox.told import Json, told
from connectors.sandbox.world import Account

if TYPE_CHECKING:
    from connectors.sandbox.garmin_partner import GarminPartner

SERVICE = "partner"
FIRST = ("activities", "activityFiles")  # what a new run is told by


class PartnerHand:
    """What `Control.post("partner/...")` can do."""

    def __init__(self, partner: "GarminPartner") -> None:
        self.partner = partner
        self.world = partner.world
        self.notices = partner.notices

    def routes(self) -> Iterator[Route]:
        posts = {
            "/configure": self.configure,
            "/tokens": self.tokens,
            "/sync": self.sync,
            "/announce": self.announce,
            "/wellness": self.wellness,
            "/deregister": self.deregister,
            "/permissions": self.permissions,
            "/send": self.send,
            "/sent": self.sent,
            "/workouts": self.workouts,
        }
        for path, handler in posts.items():
            yield Route(path, told(handler), methods=["POST"])

    async def configure(self, request: Request, body: Json) -> Json:
        """`urls` by kind ("*": all others), `pinged` kinds, `client_id`, `method`, `per_minute`,
        `workouts_per_day`.
        """
        self._seen_at(request)
        self.notices.urls = dict(body.get("urls", self.notices.urls))
        self.notices.pinged = set(body.get("pinged", self.notices.pinged))
        self.notices.client_id = str(body.get("client_id", self.notices.client_id))
        self.notices.method = str(body.get("method", self.notices.method))
        self.partner.per_minute = int(body.get("per_minute", self.partner.per_minute))
        training = self.partner.training
        training.per_day = int(body.get("workouts_per_day", training.per_day))
        return {}

    async def tokens(self, _request: Request, body: Json) -> Json:
        """As if the athlete had signed in."""
        account, now = self._account(body), self.world.machine_now()
        life = timedelta(seconds=float(body["life_s"])) if "life_s" in body else None
        grant = self.world.tokens.grant(SERVICE, account.display_name, now, life=life)
        return {
            "access_token": grant.access_token,
            "refresh_token": grant.refresh_token,
            "expires_at": int(grant.expires_at.timestamp()),
            "user_id": words.user_id(account),
        }

    async def sync(self, request: Request, body: Json) -> Json:
        """The watch hands over: new runs are told of, and edited ones; deletions are not."""
        self._seen_at(request)
        account = self._account(body)
        runs = [one for one in account.activities if "garmin" not in one.gone]
        new = [one for one in runs if one.garmin_id not in self.partner.told]
        edited = [one for one in runs if self._moved(one)]
        kinds, times = set(body.get("kinds", FIRST)), int(body.get("times", 1))
        self.partner.announce(account, new, kinds=kinds, times=times)
        self.partner.announce(account, edited, kinds={"manuallyUpdatedActivities"})
        await self.notices.settled()
        return {"new": len(new), "edited": len(edited)}

    async def announce(self, request: Request, body: Json) -> Json:
        """These `kinds` of one activity (`id`), whatever was told before, in this order."""
        self._seen_at(request)
        account, activity = self.world.activity(str(body.get("id", "latest")))
        for kind in body["kinds"]:
            self.partner.announce(
                account, [activity], kinds={kind}, times=int(body.get("times", 1))
            )
            await self.notices.settled()
        return {"garmin_id": activity.garmin_id}

    async def wellness(self, request: Request, body: Json) -> Json:
        self._seen_at(request)
        """What the watch knows of the night to `day`."""
        day = date.fromisoformat(body["day"])
        for kind in body.get("kinds", ("dailies", "sleeps", "hrv")):
            self.partner.announce_nights(self._account(body), kind, day, day)
        await self.notices.settled()
        return {}

    async def deregister(self, _request: Request, body: Json) -> Json:
        """The athlete throws the application out. `lie`: it is only said."""
        account = self._account(body)
        if not body.get("lie"):
            self.world.tokens.revoke(SERVICE, account.display_name)
        self.notices.send("deregistrations", [{"userId": words.user_id(account)}])
        await self.notices.settled()
        return {}

    async def permissions(self, _request: Request, body: Json) -> Json:
        account, allowed = self._account(body), list(body["permissions"])
        self.partner.permissions[account.number] = allowed
        change = {
            "userId": words.user_id(account),
            "permissions": allowed,
            "changeTimeInSeconds": int(self.world.machine_now().timestamp()),
        }
        self.notices.send("userPermissionsChange", [change])
        await self.notices.settled()
        return {}

    async def send(self, _request: Request, body: Json) -> Json:
        """A notification of any content, true or not, to where its `kind` goes."""
        self.notices.send(body["kind"], list(body["items"]), times=int(body.get("times", 1)))
        await self.notices.settled()
        return {}

    async def sent(self, _request: Request, _body: Json) -> Json:
        await self.notices.settled()
        return {
            "sent": [
                asdict(one) | {"sent_at": one.sent_at.isoformat()} for one in self.notices.sent
            ]
        }

    async def workouts(self, _request: Request, body: Json) -> Json:
        """What stands in Garmin Connect, after the athlete's own hand on it: `workout` and
        `schedule` by id with the fields to be changed, `remove` for ids of either.
        """
        training = self.partner.training
        for known, changes in ((training.workouts, "workout"), (training.schedules, "schedule")):
            for number, change in body.get(changes, {}).items():
                known[int(number)] |= change
            for number in body.get("remove", ()):
                known.pop(int(number), None)
        return {
            "workouts": list(training.workouts.values()),
            "schedules": list(training.schedules.values()),
        }

    def _moved(self, activity: RecordedRun) -> bool:
        known = self.partner.told.get(activity.garmin_id)
        return known is not None and known != words.state(activity)

    def _seen_at(self, request: Request) -> None:
        """The addresses in notifications lead to where this simulation is reached."""
        self.partner.base = f"{str(request.base_url).partition('/control')[0].rstrip('/')}/partner"

    def _account(self, body: Mapping[str, Any]) -> Account:
        return self.world.account(body.get("athlete", "runner-1"))
