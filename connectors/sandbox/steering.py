"""The control API: what happens in the world, and what the world looks like.

It stands beside the services, under `/control`, and speaks JSON. `control.Control` is its client.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import date, time, timedelta
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from connectors.sandbox import history
from connectors.sandbox.faults import KINDS, Fault
from connectors.sandbox.garmin import Garmin
from connectors.sandbox.garmin_sign_in import GarminSignIn
from connectors.sandbox.garmin_workouts import marker, parse
from connectors.sandbox.misreading import HOWS
from connectors.sandbox.recorded import RecordedRun
from connectors.sandbox.strava_json import series
from connectors.sandbox.tokens import GARMIN_CLIENT_ID
from connectors.sandbox.told import Json, activity_json, calendar_json, told
from connectors.sandbox.webhooks import Webhooks
from connectors.sandbox.world import Account, Approval, Limits, World


class Steering:
    """Everything under `/control`."""

    def __init__(
        self, world: World, webhooks: Webhooks, *, garmin: Garmin, sign_in: GarminSignIn
    ) -> None:
        self.world = world
        self.webhooks = webhooks
        self.garmin = garmin
        self.sign_in = sign_in

    def routes(self) -> Iterator[Route]:
        posts = {
            "/history": self.history,
            "/runner": self.runner,
            "/run": self.run,
            "/day": self.day,
            "/faults": self.faults,
            "/faults/clear": self.clear_faults,
            "/settings": self.settings,
            "/tokens": self.tokens,
            "/tokens/expire": self.expire,
            "/tokens/revoke": self.revoke,
        }
        for path, handler in posts.items():
            yield Route(path, told(handler), methods=["POST"])
        yield Route("/tokens", told(self.tokens), methods=["GET"])
        yield Route("/dump", told(self.dump), methods=["GET"])

    # What is run

    async def history(self, _request: Request, body: Json) -> Json:
        """Weeks of training up to `until`, as if always having been there: no webhooks."""
        account = self._account(body)
        until = date.fromisoformat(body["until"]) if "until" in body else self.world.today
        runs = history.history(account.runner, until, weeks=int(body.get("weeks", 26)))
        recorded = [self.world.record(account, run) for run in runs]
        if len(recorded) > 8:
            recorded[5].gone.add("strava")  # deleted there long ago: pages have holes
        return {
            "activities": len(runs),
            "distance_m": sum(run.total_m for run in runs),
            "races": sum(run.is_race for run in runs),
            "manual": sum(run.is_manual for run in runs),
        }

    async def runner(self, _request: Request, body: Json) -> Json:
        """How far the runner runs in a usual week: what a night makes of a day depends on it."""
        account = self._account(body)
        account.runner = replace(account.runner, weekly_km=float(body["weekly_km"]))
        return {}

    async def run(self, _request: Request, body: Json) -> Json:
        """One run, recorded, synced to both services and announced. Null: nothing was planned."""
        account = self._account(body)
        account.calendar.plant(self.world.today)
        day = date.fromisoformat(body["day"]) if "day" in body else self.world.today
        at = time.fromisoformat(body["at"]) if body.get("at") else None
        recorded = self._run(account, day, body, at)
        if recorded is None:
            return {"activity": None}
        if not recorded.is_manual:
            _ = recorded.archive, series(recorded)  # ready before anybody hears of it
        for _delivery in range(2 if body.get("twice") else 1):
            self.webhooks.send(account.strava_id, recorded.strava_id, aspect="create")
        return {"activity": activity_json(recorded)}

    def _run(
        self, account: Account, day: date, body: Mapping[str, Any], at: time | None
    ) -> RecordedRun | None:
        runner, fitness = account.runner, account.fitness(day)
        metres = float(body.get("distance_m") or 8000.0)
        match body.get("kind", "easy"):
            case "planned":
                return self._planned(account, day, at)
            case "race":
                lift = float(body.get("faster_by") or 0.0)
                raced = history.race(runner, day, distance_m=metres, fitness=fitness + lift, at=at)
                account.lift += lift  # the race has shown it: it stays
                return self.world.record(account, raced)
            case "easy" | "manual" as kind:
                easy = history.easy(runner, day, distance_m=metres, fitness=fitness, at=at)
                return self.world.record(account, replace(easy, is_manual=kind == "manual"))
            case "paced":
                return self._paced(account, day, body, at)
            case kind:
                raise ValueError(f"no such kind of run: {kind}")

    def _planned(self, account: Account, day: date, at: time | None) -> RecordedRun | None:
        """The first scheduled workout of ours on the day, as it stands in the calendar."""
        for entry in account.calendar.entries.values():
            workout = account.calendar.workout(entry.workout_id)
            if entry.day != day or marker(workout) is None:
                continue
            done = history.execute(
                account.runner,
                day,
                items=parse(workout["workoutSegments"]),
                name=workout["workoutName"],
                fitness=account.fitness(day),
                at=at,
            )
            return self.world.record(account, done, workout_id=entry.workout_id)
        return None

    def _paced(
        self, account: Account, day: date, body: Mapping[str, Any], at: time | None
    ) -> RecordedRun:
        """`distance_m` in `duration_s`; a `race` or not; with the workout `ident` on the watch."""
        done = history.paced(
            account.runner,
            day,
            distance_m=float(body["distance_m"]),
            duration_s=float(body["duration_s"]),
            fitness=account.fitness(day),
            is_race=bool(body.get("race", False)),
            at=at,
        )
        entries = account.calendar.entries.values()
        found = [
            entry.workout_id
            for entry in entries
            if body.get("ident") == marker(account.calendar.workout(entry.workout_id))
        ]
        followed = found[0] if body.get("ident") and found else None
        return self.world.record(account, done, workout_id=followed)

    # The world

    async def day(self, _request: Request, body: Json) -> Json:
        self.world.today = date.fromisoformat(body["today"])
        return {"today": self.world.today.isoformat()}

    async def settings(self, _request: Request, body: Json) -> Json:
        """What is not told stays as it is: see `Control.settings`."""
        self.world.lag_s = float(body.get("lag_s", self.world.lag_s))
        self.world.strava_lag_s = float(body.get("strava_lag_s", self.world.strava_lag_s))
        self.sign_in.mfa = bool(body.get("mfa", self.sign_in.mfa))
        if "consent" in body:
            self._account(body).consent = bool(body["consent"])
        if "limits" in body:
            self.world.limits = Limits(**body["limits"])
        if "approval" in body:
            self.world.approval = Approval(**body["approval"])
        return {}

    async def faults(self, _request: Request, body: Json) -> Json:
        fault = Fault(**body)
        if fault.kind not in KINDS:
            raise ValueError(f"no such kind of fault: {fault.kind}")
        if (fault.kind == "misread") != (fault.how in HOWS):
            raise ValueError(f"no such misreading: {fault.how}")
        self.world.faults.append(fault)
        return {}

    async def clear_faults(self, _request: Request, _body: Json) -> Json:
        left = len(self.world.faults)
        self.world.faults.clear()
        return {"left": left}

    async def tokens(self, _request: Request, body: Json) -> Json:
        """Ready tokens for both services, as if the athlete had signed in."""
        account, now = self._account(body), self.world.machine_now()
        life = timedelta(seconds=float(body["life_s"])) if "life_s" in body else None
        name = account.display_name
        scope = body.get("scope", "read,activity:read_all,activity:write")
        strava = self.world.tokens.grant("strava", name, now, scope=scope, life=life)
        garmin = self.world.tokens.grant("garmin", name, now, life=life)
        return {
            "strava": {
                "access_token": strava.access_token,
                "refresh_token": strava.refresh_token,
                "expires_at": int(strava.expires_at.timestamp()),
                "scope": strava.scope,
                "athlete_id": account.strava_id,
            },
            "garmin": {
                "di_token": garmin.access_token,
                "di_refresh_token": garmin.refresh_token,
                "di_client_id": GARMIN_CLIENT_ID,
            },
        }

    async def expire(self, _request: Request, body: Json) -> Json:
        in_s = timedelta(seconds=float(body.get("in_s", 0.0)))
        self.world.tokens.expire(body["service"], self.world.machine_now() + in_s)
        return {}

    async def revoke(self, _request: Request, body: Json) -> Json:
        """The athlete throws the application out; Strava says so by webhook."""
        account, service = self._account(body), body["service"]
        self.world.tokens.revoke(service, account.display_name)
        if service == "strava":
            self.webhooks.send(
                account.strava_id,
                account.strava_id,
                aspect="update",
                object_type="athlete",
                updates={"authorized": "false"},
            )
        return {}

    async def dump(self, request: Request, _body: Json) -> Json:
        """What stands where, seen from outside."""
        account = self.world.account(request.query_params.get("athlete", "runner-1"))
        account.calendar.plant(self.world.today)
        return {
            "today": self.world.today.isoformat(),
            **calendar_json(account),
            "activities": [activity_json(activity) for activity in account.activities],
            "requests": dict(self.world.requests),
            "deliveries": [
                asdict(sent) | {"sent_at": sent.sent_at.isoformat()} for sent in self.webhooks.sent
            ],
            "subscribed": self.webhooks.subscription is not None,
            "sent_to_devices": self.garmin.sent_to_devices,
            "fitness_ln_speed": account.fitness(self.world.today),
        }

    def _account(self, body: Mapping[str, Any]) -> Account:
        return self.world.account(body.get("athlete", "runner-1"))
