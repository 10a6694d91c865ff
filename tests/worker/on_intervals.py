"""The simulated intervals.icu in a life: connected without limits, and looked at by the athlete."""

from contextlib import contextmanager
from dataclasses import replace

import requests

from connectors.intervals import CONNECTOR
from tests.worker.living import life_with_services
from tests.worker.published import publishes, runs_towards_a_goal


class Calendar:
    """The athlete's own hand on it, by plain requests."""

    def __init__(self, lived):
        self.given = lived.control.post("intervals/key")
        self.url = f"{lived.control.intervals_url}/api/v1/athlete/0/events"

    def ask(self, method, path="", json=None, **query):
        auth = ("API_KEY", self.given["api_key"])
        url = self.url + path
        answer = requests.request(method, url, json=json, params=query, auth=auth, timeout=5)
        answer.raise_for_status()
        return answer.json()

    def rows(self):
        return self.ask("GET", oldest="2026-01-01", newest="2028-12-31")

    def of(self, workout):
        return next(
            row for row in self.rows() if f"[goalward:{workout.ident}]" in row["description"]
        )


def without_limits(lived):
    """Time stands still in a life, and with it every window of a limit."""
    free = replace(CONNECTOR, capabilities=replace(CONNECTOR.capabilities, limits=()))
    kinds = {**lived.runtime.connectors, "intervals": free}
    lived.runtime = replace(lived.runtime, connectors=kinds)
    lived.control.post("intervals/settings", burst=100_000)


def connect_intervals(lived, given, **settings):
    """With the key that was given to the athlete."""
    lived._connect("intervals", given["athlete_id"], {"api_key": given["api_key"]}, **settings)


@contextmanager
def on_intervals(database_url, home):
    """The plan is on it, and on nothing else."""
    with life_with_services(database_url, home) as lived:
        without_limits(lived)
        lived.there = Calendar(lived)
        connect_intervals(lived, lived.there.given, intervals_calendar="yes")
        runs_towards_a_goal(lived)
        publishes(lived)
        yield lived
