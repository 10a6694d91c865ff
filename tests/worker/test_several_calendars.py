"""Two calendars of one athlete, of which one is away: the other is written all the same.

Real commands and workers, the simulated Garmin and intervals.icu over HTTP.
"""

from datetime import timedelta

import pytest

from tests.worker.commands import Home, no_settings
from tests.worker.living import life_with_services
from tests.worker.on_intervals import Calendar, connect_intervals, without_limits
from tests.worker.published import coming, outdated, publishes, runs_towards_a_goal
from worker import tables
from worker.connections import connections
from worker.db import reading

SERVICES = ("garmin", "intervals")


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path) as lived:
        without_limits(lived)
        lived.connect_garmin()
        connect_intervals(lived, Calendar(lived).given, intervals_calendar="yes")
        runs_towards_a_goal(lived)
        publishes(lived)
        yield lived


@pytest.fixture
def command(lived, tmp_path):
    """Commands as a process would run them, an hour later."""
    settings = lived.runtime.settings
    later = lived.clock.at + timedelta(hours=1)
    with no_settings():
        yield Home(
            tmp_path,
            {
                "GOALWARD_DATABASE_URL": f"sqlite:///{tmp_path / 'goalward.db'}",
                "GOALWARD_GARMIN_API_URL": str(settings.garmin_api_url),
                "GOALWARD_INTERVALS_API_URL": str(settings.intervals_api_url),
                "GOALWARD_CALENDAR_SETTLE_S": "0",
                "GOALWARD_CLOCK": later.isoformat(),
            },
        )


def other_than(service):
    return next(each for each in SERVICES if each != service)


def ids(lived):
    with reading(lived.engine) as conn:
        return {each.connector: each.id for each in connections(conn)}


def behind(lived):
    """The calendars on which something is not as the plan wants it, by their own records."""
    rows = lived.rows(tables.calendar_entry)
    found = {row.connection_id for row in rows if row.plan_digest == "another"}
    return {name for name, number in ids(lived).items() if number in found}


def away(lived, service):
    lived.control.fault(service, status=503, times=999)


@pytest.mark.parametrize("service", SERVICES)
def test_a_calendar_that_is_away_holds_up_no_other_and_is_named(lived, command, service):
    outdated(lived, coming(lived)[0])
    assert behind(lived) == set(SERVICES)
    away(lived, service)
    said = command("calendar", "sync")
    assert said.status == 4
    assert said.out == f"{other_than(service)}: 1 written; it equals the plan.\n"
    (line,) = (line for line in said.err.splitlines() if line.startswith(f"{service}: "))
    assert line.startswith(f"{service}: 0 written. ")
    assert "503" in line
    assert behind(lived) == {service}
    lived.control.clear_faults()
    said = command.ok("calendar", "sync", "--json").json
    assert {one["calendar"]: one["written"] for one in said} == {
        service: 1,
        other_than(service): 0,
    }
    assert behind(lived) == set()


def test_how_far_it_came_is_said_for_programs_as_well(lived, command):
    """The second write is not let through."""
    first, second, *_ = coming(lived)
    outdated(lived, first, second)
    rows = lived.rows(tables.calendar_entry, ident=second.ident)
    (remote_id,) = (r.remote_id for r in rows if r.connection_id == ids(lived)["intervals"])
    path = f"/events/{remote_id}"
    lived.control.fault("intervals", method="PUT", path_contains=path, status=503, times=99)
    said = command("calendar", "sync", "--json")
    assert said.status == 4
    garmin, intervals = said.json
    assert garmin == {"calendar": "garmin", "written": 2}
    assert (intervals["calendar"], intervals["written"]) == ("intervals", 1)
    assert "503" in intervals["failed"]


def test_each_that_fails_is_named_and_the_first_is_the_exit_status(lived, command):
    lived.control.revoke("garmin")
    away(lived, "intervals")
    said = command("calendar", "sync")
    assert (said.status, said.out) == (3, "")
    assert [line.partition(":")[0] for line in said.err.splitlines()] == list(SERVICES)
    assert "goalward connect garmin" in said.err
    assert "503" in said.err


@pytest.mark.parametrize("service", SERVICES)
def test_a_worker_writes_the_one_that_answers_and_owes_the_other(lived, service):
    outdated(lived, coming(lived)[0])
    away(lived, service)
    publishes(lived)
    assert behind(lived) == {service}
    assert [row.key for row in lived.owed("publish")] == [str(ids(lived)[service])]
    lived.control.clear_faults()
    lived.clock.later(hours=1)
    lived.work()
    assert behind(lived) == set()
    assert lived.owed("publish") == []
