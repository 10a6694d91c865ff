"""The hand of fate: a typed client of the sandbox's control API, for tests and the demo."""

from collections.abc import Mapping
from datetime import date
from types import TracebackType
from typing import Any, Self

import requests

type Json = dict[str, Any]


class Control:
    """`base_url` is what `serve` gives. Raises ValueError with the reason when something cannot be
    done.
    """

    def __init__(self, base_url: str, *, athlete: str = "runner-1") -> None:
        self.base_url = base_url.rstrip("/")
        self.athlete = athlete
        self._session = requests.Session()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    @property
    def strava_url(self) -> str:
        """Replaces `https://www.strava.com`."""
        return f"{self.base_url}/strava"

    @property
    def garmin_url(self) -> str:
        """Replaces every host of Garmin's."""
        return f"{self.base_url}/garmin"

    @property
    def personal_url(self) -> str:
        """Replaces the host of Garmin's personal API."""
        return f"{self.base_url}/personal"

    @property
    def partner_url(self) -> str:
        """Replaces every host of Garmin's developer programme."""
        return f"{self.base_url}/partner"

    @property
    def intervals_url(self) -> str:
        """Replaces `https://intervals.icu`."""
        return f"{self.base_url}/intervals"

    @property
    def weather_url(self) -> str:
        return f"{self.base_url}/weather"

    def history(self, *, weeks: int = 26, until: date | None = None) -> Json:
        """Makes weeks of training up to `until` (default: the simulated today)."""
        return self.post("history", weeks=weeks, until=_iso(until))

    def run(
        self,
        day: date | None = None,
        *,
        kind: str = "easy",
        distance_m: float | None = None,
        faster_by: float | None = None,
        at: str | None = None,
        twice: bool = False,
    ) -> Json | None:
        """Runs, records, syncs, announces. `kind`: planned, race, easy, manual.

        `faster_by` is a share (.03: 3 % faster than the true fitness was), `at` is local time as
        HH:MM, `twice` announces the creation twice. None: nothing of ours is planned on the day.
        """
        answer = self.post(
            "run",
            day=_iso(day),
            kind=kind,
            distance_m=distance_m,
            faster_by=faster_by,
            at=at,
            twice=twice or None,
        )
        activity: Json | None = answer["activity"]
        return activity

    def paced(
        self,
        day: date,
        *,
        distance_m: float,
        duration_s: float,
        race: bool = False,
        ident: str | None = None,
    ) -> Json:
        """Runs so far in so many seconds, with the workout `ident` of ours on the watch if it is on
        the calendar.
        """
        told = {"distance_m": distance_m, "duration_s": duration_s, "race": race, "ident": ident}
        activity: Json = self.post("run", day=_iso(day), kind="paced", **told)["activity"]
        return activity

    def day(self, today: date) -> None:
        """The simulated date."""
        self.post("day", today=today.isoformat())

    def dump(self) -> Json:
        """`entries` and `templates` made through the API, `foreign` with its fingerprint,
        `activities`, `requests`, `deliveries`, `sent_to_devices`, `fitness_ln_speed`.
        """
        return self._json("GET", "dump", params={"athlete": self.athlete})

    def tokens(self, *, life_s: float | None = None, scope: str | None = None) -> Json:
        """Fresh tokens of both services: `strava` {access_token, refresh_token, expires_at, ...}
        and `garmin`, the content of garmin_tokens.json.
        """
        return self.post("tokens", life_s=life_s, scope=scope)

    def expire_tokens(self, service: str, *, in_s: float = 0.0) -> None:
        self.post("tokens/expire", service=service, in_s=in_s)

    def revoke(self, service: str) -> None:
        """The athlete removes the application in the service's own settings."""
        self.post("tokens/revoke", service=service)

    def fault(  # noqa: PLR0913 - a fault has many sides, and each has a default
        self,
        service: str,
        kind: str = "status",
        *,
        method: str | None = None,
        path_contains: str = "",
        status: int | None = None,
        retry_after: int | None = None,
        times: int = 1,
        delay_s: float = 0.0,
        body: Json | list[Any] | None = None,
        how: str | None = None,
    ) -> None:
        """Queues a fault. `kind`: status, timeout_before, timeout_after, slow, short, stale,
        misread.
        """
        told = {
            "service": service,
            "kind": kind,
            "method": method,
            "path_contains": path_contains,
            "status": status,
            "retry_after": retry_after,
            "times": times,
            "delay_s": delay_s,
            "body": body,
            "how": how,
        }
        self._json("POST", "faults", json={key: v for key, v in told.items() if v is not None})

    def clear_faults(self) -> int:
        """How many had not struck yet."""
        return int(self.post("faults/clear")["left"])

    def settings(
        self,
        *,
        lag_s: float | None = None,
        strava_lag_s: float | None = None,
        consent: bool | None = None,
        mfa: bool | None = None,
        limits: Mapping[str, int] | None = None,
        approval: Mapping[str, Any] | None = None,
    ) -> None:
        """`lag_s`: how long Garmin's lists stay old; `strava_lag_s`: how long Strava works on a
        new activity. `limits`: short, day, read_short, read_day. `approval`: athlete, deny, scope.
        """
        self.post(
            "settings",
            lag_s=lag_s,
            strava_lag_s=strava_lag_s,
            consent=consent,
            mfa=mfa,
            limits=limits,
            approval=approval,
        )

    def edit_activity(self, identity: int | str = "latest", **changes: Any) -> Json:
        """`name`, `sport`, `private`, `race`, `distance_m`, `duration_s`, `start_hidden`."""
        return self.post(f"activity/{identity}/edit", **changes)

    def delete_activity(
        self, identity: int | str = "latest", *, services: list[str] | None = None
    ) -> Json:
        return self.post(f"activity/{identity}/delete", services=services)

    def send_event(
        self,
        identity: int | str = "latest",
        *,
        aspect: str = "update",
        updates: Mapping[str, str] | None = None,
        times: int = 1,
    ) -> None:
        """A webhook event, true or not."""
        self.post(f"activity/{identity}/event", aspect=aspect, updates=updates, times=times)

    def move_entry(self, ident: str, day: date) -> None:
        self.post("calendar/move", ident=ident, day=day.isoformat())

    def edit_entry(
        self,
        ident: str,
        *,
        name: str | None = None,
        description: str | None = None,
        scale: float | None = None,
    ) -> None:
        """`scale` makes every step longer or shorter; a `description` replaces the marker too."""
        self.post("calendar/edit", ident=ident, name=name, description=description, scale=scale)

    def delete_entry(self, ident: str, *, template: bool = False) -> None:
        self.post("calendar/delete", ident=ident, template=template)

    def add_entry(self, name: str, day: date) -> Json:
        """The athlete plans a workout of their own. It moves the foreign fingerprint."""
        return self.post("calendar/add", name=name, day=day.isoformat())

    def plan_entry(self, ident: str, day: date) -> Json:
        """A training plan of Garmin's own puts this workout on a day. It moves the foreign
        fingerprint.
        """
        return self.post("calendar/plan", ident=ident, day=day.isoformat())

    def post(self, path: str, **body: Any) -> Json:
        """Any of the steering there is; what a service has of its own is under its name."""
        told = {key: value for key, value in body.items() if value is not None}
        return self._json("POST", path, json={"athlete": self.athlete, **told})

    def _json(self, method: str, path: str, **how: Any) -> Json:
        url = f"{self.base_url}/control/{path}"
        answer = self._session.request(method, url, timeout=180, **how)
        told: Json = answer.json()
        if answer.status_code != 200:
            raise ValueError(told.get("message", answer.text))
        return told


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
