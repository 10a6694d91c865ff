"""From Garmin's notification to the athlete's run, through the workers, in any order."""

import itertools
from datetime import date, timedelta

import pytest

from planning.activity import RecordKind, Surface
from tests.worker.living import START
from tests.worker.web.partner import partner_life, sign_in
from worker import standing, tables
from worker.connections import connections, opened
from worker.db import reading

TODAY = START.date()


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with partner_life(sqlite_url, tmp_path) as lived:
        yield lived


def told(lived):
    """Work until nothing is owed now, or in the next minutes."""
    for _ in range(4):
        lived.work()
        lived.clock.later(seconds=90)


ORDERS = list(itertools.permutations(["activities", "activityDetails", "activityFiles"]))


@pytest.mark.parametrize("order", ORDERS)
def test_a_run_is_what_the_watch_measured_by_the_name_it_has(lived, order):
    made = lived.control.run(kind="race", distance_m=10_000)
    for kind in order:
        lived.control.post("partner/announce", kinds=[kind])
        told(lived)
    (run,) = lived.activities()
    assert run.name == made["name"]
    assert run.distance_m == pytest.approx(made["distance_m"], abs=5)
    assert len(run.efforts) > 3  # only the file holds them
    assert len(lived.rows(tables.raw_copy)) == 1


def test_what_came_together_is_worked_on_together(lived):
    made = [lived.control.run(TODAY - timedelta(days=n)) for n in range(5)]
    lived.control.post("partner/sync", times=3)
    told(lived)
    assert len(lived.activities()) == len(made)
    assert all(len(run.efforts) > 3 for run in lived.activities())


def test_the_past_arrives_because_it_was_asked_for(lived):
    """A few questions a minute, as Garmin allows; what it tells comes by the other way."""
    made = lived.control.history(weeks=3)
    sign_in(lived, garmin_partner_backfill_months="1")
    lived.poll("garmin_partner")
    for _ in range(5):
        lived.control.post("partner/sent")
        told(lived)
    assert not lived.owed("ingest")
    runs = lived.activities()
    assert len(runs) == made["activities"]
    assert sum(len(run.efforts) > 3 for run in runs) >= made["activities"] - made["manual"] - 1


def test_pings_files_and_edits(lived):
    lived.control.post("partner/configure", pinged=["activities", "manuallyUpdatedActivities"])
    made = lived.control.run()
    lived.control.post("partner/sync")
    told(lived)
    lived.control.edit_activity(made["garmin_id"], name="Tempo by the river")
    lived.control.post("partner/sync")
    told(lived)
    (run,) = lived.activities()
    assert run.name == "Tempo by the river"
    assert len(run.efforts) > 3


def test_pitfall_14_a_corrected_treadmill_distance_goes_before_the_file(lived):
    made = lived.control.run(distance_m=8000)
    lived.control.edit_activity(made["garmin_id"], sport="treadmill_running", distance_m=8600.0)
    lived.control.post("partner/sync", kinds=["activities", "activityFiles"])
    told(lived)
    (run,) = lived.activities()
    assert (run.surface, run.distance_m) == (Surface.TREADMILL, 8600.0)


def test_nights_become_facts(lived):
    lived.control.post("partner/wellness", day=(TODAY - timedelta(days=1)).isoformat())
    told(lived)
    (row,) = (row for row in lived.rows(tables.wellness) if row.superseded_at is None)
    assert row.day == date(2026, 8, 30)
    body = row.body
    assert None not in (body["sleep_s"], body["hrv_ms"], body["resting_heart_rate_bpm"])


def test_a_service_in_trouble_loses_nothing(lived):
    lived.control.run()
    lived.control.fault("partner", status=503, path_contains="activityFile", times=7)
    lived.control.post("partner/sync")
    for _ in range(12):
        told(lived)
    (run,) = lived.activities()
    assert len(run.efforts) > 3
    assert RecordKind.DEVICE_FILE.value in str(lived.rows(tables.observation)[-1].body)


def test_work_that_asks_nothing_does_not_say_that_all_is_well(lived):
    def health():
        return standing.of(lived.runtime, 1).connections[0]

    (connected,) = connections_of(lived)
    lived.control.run()
    lived.control.fault("partner", status=503, path_contains="activityFile", times=100)
    lived.control.post("partner/sync")
    lived.work()
    before = health()
    assert "503" in before.problem
    lived.clock.later(seconds=3600)
    with opened(lived.runtime, connected):
        pass
    assert (health().problem, health().last_good_at) == (before.problem, before.last_good_at)
    lived.control.clear_faults()
    told(lived)
    assert health().problem is None
    assert health().last_good_at is not None


def connections_of(lived):
    with reading(lived.engine) as conn:
        return connections(conn, athlete_id=1)
