"""A workout whose steps a service will not keep, by the real worker on each calendar.

It stands there in words, told once; it is tried again on the next day, and not before.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from connectors.garmin_partner import CONNECTOR as PARTNER
from planning.workout import digest
from tests.worker.living import life_with_services
from tests.worker.on_intervals import Calendar, connect_intervals, without_limits
from tests.worker.published import coming, outdated, publishes, record_of, runs_towards_a_goal
from tests.worker.web.partner import partner_life, sign_in
from worker import tables
from worker.db import writing
from worker.owing import owe_replan
from worker.writer import IN_WORDS


@dataclass
class Standing:
    """A life whose plan is on one calendar; `path` is where its service takes workouts."""

    lived: Any
    service: str
    path: str

    def writes(self):
        asked = self.lived.control.dump()["requests"]
        return sum(
            number
            for name, number in asked.items()
            if name.startswith(f"{self.service} ")
            and " GET " not in name
            and (self.path in name or "schedule" in name)
        )

    def misreads(self, times):
        self.lived.control.fault(
            self.service, "misread", how="targets", method="PUT", path_contains=self.path,
            times=times,
        )  # fmt: skip

    def told(self):
        return [row.body for row in self.lived.rows(tables.message) if row.title == IN_WORDS]

    def holds_steps(self, workout):
        record = record_of(self.lived, workout.ident)
        return record.seen_digest == f"{workout.day}/{digest(workout)}"

    def next_day(self):
        self.lived.clock.later(days=1)
        self.lived.control.day(self.lived.today)
        with writing(self.lived.engine) as conn:
            owe_replan(self.lived.runtime, conn, 1)
        self.goes_on()

    def goes_on(self):
        for _ in range(4):
            self.lived.work()
            self.lived.clock.later(minutes=5)
        assert not self.lived.owed("publish")


@contextmanager
def on_garmin(url, home):
    with life_with_services(url, home) as lived:
        lived.connect_garmin()
        yield Standing(lived, "garmin", "/workout-service/workout")


@contextmanager
def on_partners(url, home):
    with partner_life(url, home) as lived:
        capabilities = PARTNER.capabilities.__replace__(limits=())  # time stands still here
        kinds = {**lived.runtime.connectors}
        kinds["garmin_partner"] = PARTNER.__replace__(capabilities=capabilities)
        lived.runtime = lived.runtime.__replace__(connectors=kinds)
        lived.control.post("partner/configure", workouts_per_day=10_000)
        sign_in(lived, garmin_partner_calendar="yes")
        yield Standing(lived, "partner", "/workout/v2")


@contextmanager
def on_intervals(url, home):
    with life_with_services(url, home) as lived:
        without_limits(lived)
        connect_intervals(lived, Calendar(lived).given, intervals_calendar="yes")
        yield Standing(lived, "intervals", "/events")


SERVICES = {"garmin": on_garmin, "partner": on_partners, "intervals": on_intervals}


@pytest.fixture(params=SERVICES)
def standing(request, sqlite_url, tmp_path):
    with SERVICES[request.param](sqlite_url, tmp_path) as standing:
        runs_towards_a_goal(standing.lived)
        standing.goes_on()
        yield standing


def test_steps_that_are_not_kept_stand_there_in_words_until_they_are(standing):
    lived = standing.lived
    *_, workout = coming(lived)
    outdated(lived, workout)
    standing.misreads(times=6)  # three writes a day: the words are kept
    before = standing.writes()
    publishes(lived)
    standing.goes_on()
    assert standing.writes() == before + 3  # as it is, once more, in words
    (told,) = standing.told()
    assert f"{workout.workout.name} on {workout.day} stands there as text only" in told
    assert "no target" in told
    record = record_of(lived, workout.ident)
    assert (record.state, record.worded_on) == ("settled", lived.today)
    assert not standing.holds_steps(workout)
    wrote = lived.rows(tables.calendar_journal, ident=workout.ident)[-1]
    assert (wrote.action, wrote.reason) == ("replace", "changed in the plan")

    publishes(lived, times=2)
    assert standing.writes() == before + 3

    standing.next_day()
    assert record_of(lived, workout.ident).worded_on == lived.today
    publishes(lived)
    assert len(standing.told()) == 1

    assert lived.control.clear_faults() == 0
    standing.next_day()
    assert standing.holds_steps(workout)
    assert record_of(lived, workout.ident).worded_on is None
    wrote = lived.rows(tables.calendar_journal, ident=workout.ident)[-1]
    assert wrote.reason == "in words so far: its steps are tried again"
    before = standing.writes()
    publishes(lived, times=2)
    standing.next_day()
    assert len(lived.rows(tables.calendar_journal, ident=workout.ident)) == 4
    assert len(standing.told()) == 1


def test_a_plan_that_moves_on_brings_the_steps_back_at_once(standing):
    lived = standing.lived
    *_, workout = coming(lived)
    outdated(lived, workout)
    standing.misreads(times=2)
    publishes(lived)
    assert record_of(lived, workout.ident).worded_on == lived.today
    outdated(lived, workout)
    publishes(lived)
    assert standing.holds_steps(workout)
    assert record_of(lived, workout.ident).worded_on is None
    assert record_of(lived, workout.ident).day - timedelta(days=3) >= lived.today
