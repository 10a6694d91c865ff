"""The simulated calendar of intervals.icu: events by `external_id`, and what it made of them."""

import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sandbox.intervals_workout import workout_doc
from connectors.sandbox.misreading import INTERVALS, misread
from connectors.sandbox.misreading import SCOPE as MISREAD
from connectors.sandbox.world import Account

CATEGORIES = ("WORKOUT", "RACE_A", "RACE_B", "RACE_C", "NOTE", "HOLIDAY", "SICK", "INJURED")

type Json = dict[str, Any]
type Tell = Callable[[Account, list[Json], list[Json]], None]  # changed, and deleted


class Invalid(Exception):
    """What a 422 says."""


@dataclass(slots=True)
class IntervalsEvents:
    """Of every athlete. `tell` is how applications hear of changes."""

    tell: Tell
    _numbers: Any = field(default_factory=lambda: itertools.count(55_000_001))
    _by_account: defaultdict[int, dict[int, Json]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    async def listed(self, request: Request, account: Account) -> Response:
        query = request.query_params
        oldest, newest = query.get("oldest", "0")[:10], query.get("newest", "9")[:10]
        kinds = [kind for kind in query.get("category", "").split(",") if kind]
        rows = [
            event
            for event in self._by_account[account.number].values()
            if oldest <= event["start_date_local"][:10] <= newest
            and (not kinds or event["category"] in kinds)
        ]
        return JSONResponse(sorted(rows, key=lambda row: (row["start_date_local"], row["id"])))

    async def bulk(self, request: Request, account: Account) -> Response:
        """All or nothing. With `upsert`, what has the `external_id` of one of ours replaces it."""
        upsert = request.query_params.get("upsert") == "true"
        try:
            told = [_checked(event, request) for event in await request.json()]
        except Invalid as error:
            return _invalid(str(error))
        kept = [self._kept(account, event, upsert=upsert, app=_app(request)) for event in told]
        self.tell(account, kept, [])
        return JSONResponse([_shown(event) for event in kept])

    async def created(self, request: Request, account: Account) -> Response:
        """The same twice makes two."""
        try:
            told = _checked(await request.json(), request)
            event = self._kept(account, told, upsert=False, app=_app(request))
        except Invalid as error:
            return _invalid(str(error))
        self.tell(account, [event], [])
        return JSONResponse(_shown(event))

    async def one(self, request: Request, account: Account) -> Response:
        event = self._by_account[account.number].get(request.path_params["event"])
        return _not_found() if event is None else JSONResponse(_shown(event))

    async def replaced(self, request: Request, account: Account) -> Response:
        """What is not told stays as it is."""
        event = self._by_account[account.number].get(request.path_params["event"])
        if event is None:
            return _not_found()
        try:
            event |= _checked({**event, **await request.json()}, request)
        except Invalid as error:
            return _invalid(str(error))
        self.tell(account, [event], [])
        return JSONResponse(_shown(event))

    async def deleted(self, request: Request, account: Account) -> Response:
        event = self._by_account[account.number].pop(request.path_params["event"], None)
        if event is None:
            return _not_found()
        self.tell(account, [], [event])
        return JSONResponse({})

    def by_hand(
        self,
        account: Account,
        *,
        change: dict[str, Json],
        copy: dict[str, Json],
        add: list[Json],
        remove: list[int],
    ) -> list[Json]:
        """All that stands there, after the athlete's hand on it: `change` and `copy` hold by id
        what is otherwise. What they make is nobody's application's.
        """
        there = self._by_account[account.number]
        for number, told in change.items():
            there[int(number)] |= _understood({**there[int(number)], **told})
        copied = [{**there[int(number)], **told} for number, told in copy.items()]
        for event in (*copied, *add):
            fresh = _understood(event) | {"external_id": None}
            self._kept(account, fresh, upsert=False, app="")
        for gone in remove:
            there.pop(gone, None)
        return [_shown(event) for event in there.values()]

    def _kept(self, account: Account, event: Json, *, upsert: bool, app: str) -> Json:
        """Only what the same application wrote is found by its `external_id`."""
        there = self._by_account[account.number]
        known = next(
            (
                one
                for one in there.values()
                if upsert
                and event.get("external_id")
                and (one.get("external_id"), one["app"]) == (event["external_id"], app)
            ),
            None,
        )
        if known is not None:
            known |= event
            return known
        identity = next(self._numbers)
        there[identity] = {
            "external_id": None,
            **event,
            "id": identity,
            "uid": f"uid-{identity}",
            "app": app,
        }
        return there[identity]


def _checked(told: Any, request: Request) -> Json:
    """Raises Invalid. The day is told as midnight, and nothing else. A fault may misread steps."""
    if not isinstance(told, dict) or told.get("category") not in CATEGORIES:
        raise Invalid("category is required")
    if not str(told.get("start_date_local", "")).endswith("T00:00:00"):
        raise Invalid("start_date_local must end in T00:00:00")
    return _understood(told, how=request.scope.get(MISREAD, ""))


def _understood(told: Json, *, how: str = "") -> Json:
    """What is kept of an event, with the workout that its text says."""
    names = ("category", "start_date_local", "type", "name", "description", "external_id")
    event = {name: told[name] for name in names if name in told}
    doc = workout_doc(told.get("description") or "")
    event["workout_doc"] = doc | {"steps": misread(doc["steps"], how, INTERVALS)}
    return event


def _shown(event: Json) -> Json:
    return {name: value for name, value in event.items() if name != "app"}


def _app(request: Request) -> str:
    """A key is one application, tokens are of another."""
    return request.headers.get("authorization", "").partition(" ")[0]


def _invalid(said: str) -> Response:
    return JSONResponse({"status": 422, "error": said}, 422)


def _not_found() -> Response:
    return JSONResponse({"status": 404, "error": "Event not found"}, 404)
