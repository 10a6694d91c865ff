"""Activities and their files, through the real client."""

import io
import zipfile
from datetime import date, timedelta

import pytest
from garmin_fit_sdk import Decoder, Stream
from garminconnect import Garmin, GarminConnectNotFoundError

from tests.connectors.sandbox.conftest import TODAY
from tests.connectors.sandbox.workouts import intervals

ORIGINAL = Garmin.ActivityDownloadFormat.ORIGINAL


def test_the_search_is_newest_first_and_pages(control, garmin):
    made = control.history(weeks=8)
    rows = garmin.get_activities(0, 1000)
    assert len(rows) == made["activities"] == garmin.count_activities()
    starts = [row["startTimeLocal"] for row in rows]
    assert starts == sorted(starts, reverse=True)
    assert garmin.get_activities(5, 3) == rows[5:8]
    window = garmin.get_activities_by_date("2026-11-02", "2026-11-08")
    days = [row["startTimeLocal"][:10] for row in window]
    assert days
    assert all("2026-11-02" <= day <= "2026-11-08" for day in days)
    rising = garmin.get_activities_by_date("2026-11-02", "2026-11-08", sortorder="asc")
    assert rising == window[::-1]


def test_times_carry_no_zone(control, garmin):
    control.run(date(2026, 7, 14), at="06:30")
    (row,) = garmin.get_activities()
    assert row["startTimeLocal"] == "2026-07-14 06:30:00"
    assert row["startTimeGMT"] == "2026-07-14 04:30:00"
    detail = garmin.get_activity(row["activityId"])
    assert detail["summaryDTO"]["startTimeLocal"] == "2026-07-14T06:30:00.0"
    assert detail["timeZoneUnitDTO"]["timeZone"] == "Europe/Paris"


def test_the_file_is_a_zip_with_the_recording(control, garmin):
    made = control.run(TODAY, kind="race", distance_m=5000)
    content = garmin.download_activity(str(made["garmin_id"]), ORIGINAL)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [f"{made['garmin_id']}_ACTIVITY.fit"]
        fit = archive.read(archive.namelist()[0])
    messages, errors = Decoder(Stream.from_byte_array(bytearray(fit))).read()
    assert errors == []
    session = messages["session_mesgs"][0]
    assert session["total_distance"] == pytest.approx(made["distance_m"], abs=0.1)
    assert session["total_elapsed_time"] == made["duration_s"]


def test_a_manual_activity_has_no_file(control, garmin):
    made = control.run(TODAY, kind="manual")
    (row,) = garmin.get_activities()
    assert row["manualActivity"] is True
    assert row["averageHR"] is None
    with pytest.raises(GarminConnectNotFoundError):
        garmin.download_activity(str(made["garmin_id"]), ORIGINAL)


def test_races_are_marked(control, garmin):
    control.run(TODAY, kind="race", distance_m=5000)
    assert garmin.get_activities()[0]["eventType"]["typeKey"] == "race"


def test_edits_move_the_summary_and_its_date_and_not_the_file(control, garmin):
    made = control.run(TODAY)
    identity = str(made["garmin_id"])
    before = garmin.get_activity(identity)
    file = garmin.download_activity(identity, ORIGINAL)
    control.edit_activity(distance_m=6000, name="Corrected", race=True)
    after = garmin.get_activity(identity)
    assert after["summaryDTO"]["distance"] == 6000
    assert after["activityName"] == "Corrected"
    assert after["metadataDTO"]["lastUpdateDate"] > before["metadataDTO"]["lastUpdateDate"]
    assert garmin.get_activities()[0]["distance"] == 6000
    assert garmin.download_activity(identity, ORIGINAL) == file


def test_deletion_in_one_service_only(control, garmin, strava):
    made = control.run(TODAY)
    control.delete_activity(made["garmin_id"], services=["garmin"])
    assert garmin.get_activities() == []
    with pytest.raises(GarminConnectNotFoundError):
        garmin.get_activity(str(made["garmin_id"]))
    assert strava.get_activity(made["strava_id"]).id == made["strava_id"]


def test_the_executed_workout_is_named(control, garmin):
    made = garmin.upload_workout(intervals("g-1"))
    garmin.schedule_workout(made["workoutId"], TODAY.isoformat())
    run = control.run(TODAY, kind="planned")
    detail = garmin.get_activity(str(run["garmin_id"]))
    assert detail["metadataDTO"]["associatedWorkoutId"] == made["workoutId"]
    done = garmin.connectapi(f"/activity-service/activity/{run['garmin_id']}/workouts")
    assert [w["workoutId"] for w in done] == [made["workoutId"]]
    control.run(TODAY + timedelta(days=1))
    plain = garmin.get_activities()[0]
    assert plain["workoutId"] is None
