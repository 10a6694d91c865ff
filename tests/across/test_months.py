"""A month with each fault: nothing over a limit, nothing lost or doubled, and said as it should be.

A few months here; all of them in `make verify PART=months`, which sets GOALWARD_MONTHS.
"""

import os
from collections import Counter
from datetime import timedelta

import pytest

from planning.completeness import missing
from tests.across.faults import FAULTS, INACTIVE
from tests.across.months import STRAVA_LIMITS, file_of, live, month_of, transcript
from tests.worker.living import life_with_services
from worker import standing, store, tables
from worker.db import reading, writing
from worker.inbox import Arrival, accept_now

FEW = (("429-with-retry-after", "strava"), ("key-expires", "garmin_personal"))
EVERY = tuple((name, source) for name, fault in FAULTS.items() for source in fault.sources)
WANTED = os.environ.get("GOALWARD_MONTHS")
LIVED = [each for each in EVERY if each[0] in WANTED.split(",")] if WANTED else FEW
MOST_A_DAY = 600  # of one athlete's requests to one service; far less than a poll a minute
KNOWN_BY = {"strava": "strava", "intervals": "intervals"}


@pytest.mark.parametrize(("name", "source"), LIVED, ids="-".join)
def test_a_month_with_a_fault(name, source, tmp_path):
    fault = FAULTS[name]
    with month_of(source, tmp_path, goal=fault.goal, vault=fault.vault) as month:
        live(month, fault)
        assert over_limits(month) == []
        nothing_is_lost_or_doubled(month)
        if (kept := file_of(fault, source)).exists():
            assert transcript(fault, month) == kept.read_text()


def nothing_is_lost_or_doubled(month):
    """What is known at the end is what was run and what the service still has."""
    there = sorted(
        one["start_at"]
        for one in month.control.dump()["activities"]
        if KNOWN_BY.get(month.source, "garmin") not in one["gone"]
    )
    found = sorted(one.start_at.isoformat() for one in month.lived.activities())
    assert found == there
    with reading(month.engine) as conn:
        seen = [each.key for each in store.observations(conn, 1)]
        held_back = store.withheld(conn, 1)
    assert len(seen) == len(set(seen)) == len(there)
    assert missing(held_back, month.lived.activities(), month.today) == ()


def over_limits(month):
    """What was asked too often, in words."""
    asked = [one for one in month.log.asked if one.service == month.service]
    found = [*_too_soon(asked)]
    by_day = Counter(one.at.date() for one in asked)
    found += [f"{n} requests on {day}" for day, n in by_day.items() if n > MOST_A_DAY]
    for what, those, per_s, most in _limits(month.source, asked):
        windows = Counter(int(one.at.timestamp()) // per_s for one in those)
        found += [f"{what}: {n} in {per_s} s" for n in windows.values() if n > most]
    return found


def _limits(source, asked):
    """Of each limit: its name, the requests it counts, its window, how many it allows."""
    match source:
        case "strava":
            counted = [one for one in asked if one.path.startswith(("/api/v3/at", "/api/v3/ac"))]
            assert counted
            for name, per_s in (("short", 900), ("day", 86_400)):
                yield name, counted, per_s, STRAVA_LIMITS[name]
                yield f"read_{name}", counted, per_s, STRAVA_LIMITS[f"read_{name}"]
        case "intervals":
            yield "second", asked, 1, 10
        case "garmin_partner":
            rest = [one for one in asked if one.path.startswith("/wellness-api/")]
            past = [one for one in rest if "/backfill/" in one.path]
            yield "minute", rest, 60, 100
            yield "backfill", past, 60, 3
            yield "day", [one for one in rest if one not in past], 86_400, 200


def _too_soon(asked):
    """After a 429 that says for how long, nobody knocks before."""
    until = None
    for one in (each for each in asked if "/oauth" not in each.path):  # tokens have no limit
        if until is not None and one.at < until:
            yield f"{one.path} at {one.at}, and not before {until} was said"
        if one.status == 429 and one.retry_after:
            until = one.at + timedelta(seconds=one.retry_after)


def test_what_waits_for_a_sign_in_is_not_said_to_be_given_up(sqlite_url, tmp_path):
    """To try it again would help nothing; the sign-in does that by itself."""
    with life_with_services(sqlite_url, tmp_path) as lived:
        lived.connect_garmin()
        lived.control.revoke("garmin")
        lived.poll()
        seen = standing.of(lived.runtime, 1)
        assert (seen.owed_lines(), seen.stuck) == ([], ())
        (line,) = seen.connection_lines()
        assert line.endswith("run out or was taken back. Run `goalward connect garmin`.")
        lived.connect_garmin()
        lived.work("ingest")
        assert standing.of(lived.runtime, 1).connections[0].problem is None


def test_a_run_that_was_refused_and_has_come_since_is_not_said_to_be_given_up(sqlite_url, tmp_path):
    """While the whole application is refused, the connection says so; once the run came, nobody."""
    with life_with_services(sqlite_url, tmp_path) as lived:
        new = a_new_run(lived)
        lived.control.fault("strava", "status", times=100, status=403, body=INACTIVE)
        announced(lived, new)
        lived.work("ingest")
        seen = standing.of(lived.runtime, 1)
        assert "403 Inactive" in seen.connections[0].problem
        assert seen.stuck == ()
        lived.control.clear_faults()
        lived.poll("strava")
        assert new in {one.external_id for one in lived.rows(tables.observation)}
        assert standing.of(lived.runtime, 1).stuck == ()


def test_a_run_alone_that_was_refused_is_said_to_be_given_up(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path) as lived:
        new = a_new_run(lived)
        lived.control.fault("strava", "status", times=1, status=422)
        announced(lived, new)
        lived.work("ingest")
        lived.control.fault("strava", "status", times=20, status=503)
        lived.poll("strava")  # the connection ails of something else now
        (line,) = standing.of(lived.runtime, 1).owed_lines()[1:]
        assert line.startswith("Work on ingest ")
        assert "was given up." in line
        assert "Try again: `goalward replay " in line


def a_new_run(lived):
    """Of an athlete whose history has been read; its id at Strava."""
    lived.connect_strava()
    lived.poll("strava")
    lived.control.run(lived.today, distance_m=8000.0)
    return str(lived.control.dump()["activities"][-1]["strava_id"])


def announced(lived, external_id):
    (connected,) = lived.rows(tables.connection)
    arrival = Arrival(
        source="strava",
        delivery_key=f"announced {external_id}",
        kind="activity",
        payload={"external_id": external_id, "tag": "", "backfill": False},
        connection_id=connected.id,
        athlete_id=1,
        known_at=lived.clock.at,
    )
    with writing(lived.engine) as conn:
        accept_now(conn, arrival, now=lived.clock.at)
