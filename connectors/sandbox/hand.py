"""The athlete's own hand: changing and deleting things where nobody else is looking."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from connectors.sandbox.garmin_calendar import Entry
from connectors.sandbox.garmin_workouts import marker
from connectors.sandbox.recorded import RecordedRun
from connectors.sandbox.told import Json, activity_json, told
from connectors.sandbox.webhooks import Webhooks
from connectors.sandbox.world import Account, World


class Hand:
    """`/control/calendar/...` and `/control/activity/...`."""

    def __init__(self, world: World, webhooks: Webhooks) -> None:
        self.world = world
        self.webhooks = webhooks

    def routes(self) -> Iterator[Route]:
        posts = {
            "/calendar/move": self.move,
            "/calendar/edit": self.edit,
            "/calendar/copy": self.copy,
            "/calendar/delete": self.delete,
            "/calendar/add": self.add,
            "/calendar/plan": self.plan,
            "/calendar/race": self.race,
            "/activity/{id}/edit": self.edit_activity,
            "/activity/{id}/delete": self.delete_activity,
            "/activity/{id}/event": self.send_event,
        }
        for path, handler in posts.items():
            yield Route(path, told(handler), methods=["POST"])

    # In Garmin's calendar

    async def move(self, _request: Request, body: Json) -> Json:
        account, entry = self._entry(body)
        account.calendar.move(entry.id, date.fromisoformat(body["day"]))
        return {}

    async def copy(self, _request: Request, body: Json) -> Json:
        """The athlete puts the workout of an entry on `day` as well."""
        account, entry = self._entry(body)
        day = date.fromisoformat(body["day"])
        made = account.calendar.schedule(entry.workout_id, day, today=self.world.today)
        return {"schedule_id": made.id}

    async def edit(self, _request: Request, body: Json) -> Json:
        """`name`, `description` (a marker goes with it), `scale` of every duration."""
        account, entry = self._entry(body)
        workout = account.calendar.workout(entry.workout_id)
        changed = {**workout, "workoutName": body.get("name", workout["workoutName"])}
        changed["description"] = body.get("description", workout["description"])
        scale = float(body.get("scale", 1.0))
        changed["workoutSegments"] = [_scaled(part, scale) for part in workout["workoutSegments"]]
        account.calendar.replace(entry.workout_id, changed)
        return {}

    async def delete(self, _request: Request, body: Json) -> Json:
        """The entry; with `template` the workout behind it, which takes all its entries along."""
        account, entry = self._entry(body)
        if body.get("template"):
            account.calendar.delete(entry.workout_id)
        else:
            account.calendar.unschedule(entry.id)
        return {}

    async def add(self, _request: Request, body: Json) -> Json:
        account = self.world.account(body.get("athlete", "runner-1"))
        day = date.fromisoformat(body["day"])
        entry = account.calendar.add_by_hand(body["name"], day, today=self.world.today)
        return {"schedule_id": entry.id}

    async def plan(self, _request: Request, body: Json) -> Json:
        """A training plan of Garmin's own puts the template of an entry on `day` as well."""
        account, entry = self._entry(body)
        day, calendar = date.fromisoformat(body["day"]), account.calendar
        made = calendar.schedule(
            entry.workout_id, day, today=self.world.today, planted=True, protected=True
        )
        return {"schedule_id": made.id}

    async def race(self, _request: Request, body: Json) -> Json:
        """`name`, `day`, and what `GarminCalendar.add_race` knows besides."""
        account = self.world.account(body.pop("athlete", "runner-1"))
        day = date.fromisoformat(body.pop("day"))
        return {"event_id": account.calendar.add_race(body.pop("name"), day, **body)["id"]}

    def _entry(self, body: Mapping[str, Any]) -> tuple[Account, Entry]:
        """By `ident` (its first entry) or by `schedule_id`."""
        account = self.world.account(body.get("athlete", "runner-1"))
        for entry in account.calendar.entries.values():
            ident = marker(account.calendar.workout(entry.workout_id))
            if entry.id == body.get("schedule_id") or (ident and ident == body.get("ident")):
                return account, entry
        raise KeyError(f"nothing in the calendar for {dict(body)}")

    # On activities

    async def edit_activity(self, request: Request, body: Json) -> Json:
        """Strava announces a new title, type or privacy, and nothing else."""
        account, activity = self.world.activity(request.path_params["id"])
        updates: dict[str, str] = {}
        if "name" in body:
            activity.name = updates["title"] = str(body["name"])
        if "sport" in body:
            activity.sport = updates["type"] = str(body["sport"])
        if "private" in body:
            activity.private = bool(body["private"])
            updates["private"] = str(activity.private).lower()
        activity.is_race = bool(body.get("race", activity.is_race))
        activity.start_hidden = bool(body.get("start_hidden", activity.start_hidden))
        activity.distance_m = float(body.get("distance_m", activity.distance_m))
        activity.duration_s = float(body.get("duration_s", activity.duration_s))
        now, old = self.world.machine_now(), activity.updated_at
        activity.updated_at = max(now, old + timedelta(seconds=1))
        if updates:
            self._announce(account, activity, updates)
        return {"activity": activity_json(activity)}

    def _announce(self, account: Account, activity: RecordedRun, updates: dict[str, str]) -> None:
        """An application that may not see private activities hears of a flip as of a death."""
        scope = self.world.tokens.scope("strava", account.display_name)
        aspect = "update"
        if "private" in updates and "activity:read_all" not in scope:
            aspect = "delete" if activity.private else "create"
        changed = updates if aspect == "update" else None
        self.webhooks.send(account.strava_id, activity.strava_id, aspect=aspect, updates=changed)

    async def delete_activity(self, request: Request, body: Json) -> Json:
        account, activity = self.world.activity(request.path_params["id"])
        services = body.get("services", ["strava", "garmin"])
        activity.gone.update(services)
        if "strava" in services:
            self.webhooks.send(account.strava_id, activity.strava_id, aspect="delete")
        return {"activity": activity_json(activity)}

    async def send_event(self, request: Request, body: Json) -> Json:
        """Any event at all, true or not, as often as wanted."""
        account, activity = self.world.activity(request.path_params["id"])
        for _delivery in range(int(body.get("times", 1))):
            self.webhooks.send(
                account.strava_id,
                activity.strava_id,
                aspect=body.get("aspect", "update"),
                updates=body.get("updates"),
            )
        return {}


def _scaled(part: Json, scale: float) -> Json:
    """Every duration within, longer or shorter; counts of repeats stay."""
    scaled = dict(part)
    if "workoutSteps" in part:
        scaled["workoutSteps"] = [_scaled(step, scale) for step in part["workoutSteps"]]
    elif part.get("endConditionValue") is not None:
        scaled["endConditionValue"] = part["endConditionValue"] * scale
    return scaled
