"""A service that keeps another workout than it was sent: mended once, then left there in words.

The same on every calendar that takes steps over HTTP, by the real clients, against the simulations.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from connectors import garmin, garmin_partner, intervals
from connectors.garmin.client import signed_in
from connectors.in_words import sentences
from connectors.ports import Link
from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from connectors.sandbox.misreading import HOWS
from connectors.tokens import MemoryTokens
from planning.workout import digest
from tests.connectors.garmin.sessions import planned
from tests.connectors.library import one_of_each
from tests.connectors.linked import NOW, TODAY, link_to, machine_now

SHOWN = [how for how in HOWS if how != "finely"]
FAULTS = {  # how each is told
    "targets": "/km became no target",
    "counts": "12 steps became 4",
    "kinds": "step 1: ",
    "bounds": "4:00-4:15/km became ",
    "lengths": "step 1: 15:00 became 13:30",
    "order": "step 1: warmup became cooldown",
}
SESSION = planned()


@dataclass(frozen=True, slots=True)
class Service:
    """One of them in use. `workouts` is where in its addresses workouts are written."""

    name: str
    title: str
    control: Control
    connector: Any
    link: Link
    workouts: str
    rows: Callable[[], Sequence[Mapping[str, Any]]]  # what stands there

    @contextmanager
    def calendar(self):
        with self.connector.open(self.link, NOW) as opened:
            yield opened.calendar

    def misreads(self, how, *methods):
        """The next write by each method, and each once."""
        for method in methods:
            self.control.fault(
                self.name, "misread", how=how, method=method, path_contains=self.workouts
            )

    def text_of(self, remote_id):
        """What the athlete reads there."""
        number = int(remote_id.partition("/")[0])
        return next(row["description"] for row in self.rows() if number in row.values())

    def writes(self):
        """Of workouts, not of their days."""
        asked = self.control.dump()["requests"]
        return sum(
            number
            for name, number in asked.items()
            if self.workouts in name and not name.startswith(f"{self.name} GET")
        )


def _garmin(control):
    link = link_to(control, "garmin")

    def rows():
        wire = signed_in(link, machine_now)
        return [wire.get_workout_by_id(head["workoutId"]) for head in wire.get_workouts(0, 100)]

    path = "/workout-service/workout"
    return Service("garmin", "Garmin", control, garmin.CONNECTOR, link, path, rows)


def _partner(control):
    control.post("partner/configure", per_minute=10_000, workouts_per_day=10_000)
    tokens = control.post("partner/tokens")
    user_id = tokens.pop("user_id")
    told = {
        "garmin_partner_client_id": "app",
        "garmin_partner_client_secret": "secret",
        "garmin_partner_api_url": control.partner_url,
    }
    link = Link(told, MemoryTokens({k: str(v) for k, v in tokens.items()}), user_id)

    def rows():
        return control.post("partner/workouts")["workouts"]

    connector = garmin_partner.CONNECTOR
    return Service("partner", "Garmin", control, connector, link, "/workout/v2", rows)


def _intervals(control):
    control.post("intervals/settings", per_s=1000, burst=1000)
    key = control.post("intervals/key")["api_key"]
    link = Link({"intervals_api_url": control.intervals_url}, MemoryTokens({"api_key": key}))

    def rows():
        url = f"{control.intervals_url}/api/v1/athlete/0/events"
        query = {"oldest": "2026-01-01", "newest": "2028-01-01"}
        return requests.get(url, query, auth=("API_KEY", key), timeout=5).json()

    name = "intervals.icu"
    return Service("intervals", name, control, intervals.CONNECTOR, link, "/events", rows)


SERVICES = {"garmin": _garmin, "garmin_partner": _partner, "intervals": _intervals}


@pytest.fixture(params=SERVICES)
def service(request):
    with (
        serve(machine_now=machine_now, options=Options(today=TODAY)) as base_url,
        Control(base_url) as control,
    ):
        yield SERVICES[request.param](control)


def test_every_session_of_the_library_is_kept_as_planned(service):
    """At once, and none of them in words."""
    found = one_of_each()
    with service.calendar() as calendar:
        for number, (ident, workout) in enumerate(found.items()):
            session = replace(planned(ident, days=number % 14), workout=workout)
            seen = calendar.create(session)
            assert (seen.digest, seen.in_words) == (digest(session), ""), ident
        last = TODAY + timedelta(days=13)
        assert len(calendar.entries(TODAY, last, frozenset())) == len(found)
    assert service.writes() == len(found)


@pytest.mark.parametrize("how", SHOWN)
def test_what_is_misread_once_is_mended(service, how):
    service.misreads(how, "POST")
    with service.calendar() as calendar:
        seen = calendar.create(SESSION)
    assert (seen.digest, seen.in_words) == (digest(SESSION), "")
    assert service.writes() == 2


@pytest.mark.parametrize("how", SHOWN)
def test_what_is_misread_again_stands_there_in_words(service, how):
    service.misreads(how, "POST", "PUT")
    with service.calendar() as calendar:
        seen = calendar.create(SESSION)
    assert service.writes() == 3
    assert service.control.clear_faults() == 0
    assert seen.in_words.startswith(f"{service.title} keeps its steps differently: ")
    assert FAULTS[how] in seen.in_words
    assert not seen.for_good
    assert (seen.ident, seen.day, seen.name) == (SESSION.ident, SESSION.day, "5 x 1 km")
    with service.calendar() as calendar:
        again = calendar.read(seen.remote_id)
    assert (again.digest, again.etag) == (seen.digest, seen.etag)
    text = service.text_of(seen.remote_id)
    assert all(line in text for line in sentences(SESSION.workout.steps))


def test_a_replacement_is_held_to_the_same_and_comes_back_to_its_steps(service):
    with service.calendar() as calendar:
        made = calendar.create(planned(name="Easy", times=2))
        before = service.writes()
        service.misreads("targets", "PUT", "PUT")
        worded = calendar.replace(made.remote_id, SESSION)
        assert worded.in_words
        assert service.writes() == before + 3
        seen = calendar.replace(worded.remote_id, SESSION)
    assert (seen.digest, seen.in_words) == (digest(SESSION), "")
    assert seen.remote_id == made.remote_id
    assert service.writes() == before + 4


def test_what_a_watch_rounds_anyway_is_not_mended(service):
    if service.name == "intervals":
        pytest.skip("it has whole seconds, and rounds nothing more")
    service.misreads("finely", "POST")
    with service.calendar() as calendar:
        seen = calendar.create(SESSION)
    assert seen.in_words == ""
    assert service.writes() == 1
