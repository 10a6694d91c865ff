"""First contact: both real clients against both services, and the main road between them."""

from datetime import date, timedelta

from tests.connectors.sandbox.conftest import TODAY
from tests.connectors.sandbox.workouts import intervals


def test_both_clients_see_the_same_history(control, strava, garmin):
    made = control.history(weeks=4, until=TODAY - timedelta(days=1))
    rows = garmin.get_activities_by_date("2026-10-01", "2026-11-30")
    listed = list(strava.get_activities())
    assert len(rows) == made["activities"]
    assert len(listed) == made["activities"] - 1  # one was deleted on Strava
    newest = listed[0]
    assert newest.start_date.strftime("%Y-%m-%d %H:%M:%S") == rows[0]["startTimeGMT"]
    assert abs(float(newest.distance) - rows[0]["distance"]) < 0.002 * rows[0]["distance"]


def test_a_planned_workout_is_executed_as_it_stands(control, garmin):
    workout = garmin.upload_workout(intervals("goal-1-3"))
    garmin.schedule_workout(workout["workoutId"], "2026-11-24")
    entry = control.dump()["entries"][0]
    assert (entry["ident"], entry["day"]) == ("goal-1-3", "2026-11-24")
    activity = control.run(date(2026, 11, 24), kind="planned")
    assert activity["name"] == "5 x 1 km"
    laps = garmin.get_activity(activity["garmin_id"])["metadataDTO"]["lapCount"]
    assert laps == 12
    assert control.run(date(2026, 11, 25), kind="planned") is None
