"""Schedule and calendar, through the real client."""

from datetime import date

import pytest
import requests
from garminconnect import GarminConnectConnectionError, GarminConnectNotFoundError

from connectors.sandbox.garmin_calendar import grid
from tests.connectors.sandbox.conftest import TODAY
from tests.connectors.sandbox.workouts import intervals


def items(page, kind="workout"):
    return [item for item in page["calendarItems"] if item["itemType"] == kind]


def scheduled(garmin, day="2026-11-25", ident="g-1"):
    made = garmin.upload_workout(intervals(ident))
    return made, garmin.schedule_workout(made["workoutId"], day)


def ours(garmin, made, year=2026, month=11):
    page = garmin.get_scheduled_workouts(year, month)
    return [item for item in items(page) if item["workoutId"] == made["workoutId"]]


def test_scheduling_and_what_the_calendar_then_shows(garmin):
    made, entry = scheduled(garmin)
    assert entry["calendarDate"] == "2026-11-25"
    assert entry["workout"]["workoutId"] == made["workoutId"]
    (item,) = ours(garmin, made)
    assert item["id"] == entry["workoutScheduleId"]
    assert item["date"] == "2026-11-25"
    assert item["title"] == "5 x 1 km"
    assert item["protectedWorkoutSchedule"] is False


def test_scheduling_twice_makes_two_entries(garmin):
    made, _ = scheduled(garmin)
    garmin.schedule_workout(made["workoutId"], "2026-11-25")
    assert len(ours(garmin, made)) == 2


def test_months_count_from_zero(control, garmin):
    made, _ = scheduled(garmin, "2026-12-31")
    raw = garmin.connectapi("/calendar-service/year/2026/month/11")  # December
    assert made["workoutId"] in [item.get("workoutId") for item in items(raw)]
    assert len(ours(garmin, made, 2026, 12)) == 1
    january = garmin.connectapi("/calendar-service/year/2027/month/0")
    assert made["workoutId"] in [item.get("workoutId") for item in items(january)]  # the grid
    with pytest.raises(GarminConnectConnectionError):
        garmin.connectapi("/calendar-service/year/2026/month/12")


def test_a_page_shows_whole_weeks():
    assert grid(2026, 10) == (date(2026, 10, 26), date(2026, 12, 6))
    assert grid(2027, 0) == (date(2026, 12, 28), date(2027, 1, 31))
    assert grid(2026, 1) == (date(2026, 1, 26), date(2026, 3, 1))


def test_a_week_by_itself(garmin):
    made, _ = scheduled(garmin)
    page = garmin.connectapi("/calendar-service/year/2026/month/10/day/26/start/1")
    assert {item["date"] for item in page["calendarItems"]} <= {
        f"2026-11-{day}" for day in range(23, 30)
    }
    assert made["workoutId"] in [item.get("workoutId") for item in page["calendarItems"]]


def test_moving_keeps_the_entry(garmin):
    made, entry = scheduled(garmin)
    assert garmin.reschedule_workout(entry["workoutScheduleId"], "2026-11-27") is None  # 204
    (item,) = ours(garmin, made)
    assert (item["id"], item["date"]) == (entry["workoutScheduleId"], "2026-11-27")


def test_replacing_a_workout_keeps_its_entries(garmin):
    made, entry = scheduled(garmin)
    garmin.update_workout(made["workoutId"], intervals("g-1", name="New"))
    (item,) = ours(garmin, made)
    assert (item["id"], item["title"]) == (entry["workoutScheduleId"], "New")


def test_unscheduling_keeps_the_template(garmin):
    made, entry = scheduled(garmin)
    assert garmin.unschedule_workout(entry["workoutScheduleId"]) == {}
    assert ours(garmin, made) == []
    assert garmin.get_workout_by_id(made["workoutId"])["workoutId"] == made["workoutId"]


def test_deleting_a_template_takes_its_entries_along(garmin):
    made, entry = scheduled(garmin)
    garmin.delete_workout(made["workoutId"])
    assert ours(garmin, made) == []
    with pytest.raises(GarminConnectNotFoundError):
        garmin.get_scheduled_workout_by_id(entry["workoutScheduleId"])


def test_an_unknown_schedule_is_told_by_its_text(garmin):
    text = "No workout found for workout schedule = 4242"
    with pytest.raises(GarminConnectNotFoundError, match=text):
        garmin.client.delete("connectapi", "/workout-service/schedule/4242", api=True)
    with pytest.raises(GarminConnectNotFoundError):
        garmin.schedule_workout(4242, "2026-11-25")


def test_without_consent_every_write_fails_and_every_read_works(control, garmin):
    made, entry = scheduled(garmin)
    assert garmin.connectapi("/gdprconsent-service/feature/UPLOAD")["userOption"] == "opt-in"
    control.settings(consent=False)
    assert garmin.connectapi("/gdprconsent-service/feature/UPLOAD")["userOption"] == "opt-out"
    writes = [
        lambda: garmin.upload_workout(intervals("g-2")),
        lambda: garmin.update_workout(made["workoutId"], intervals("g-1")),
        lambda: garmin.delete_workout(made["workoutId"]),
        lambda: garmin.schedule_workout(made["workoutId"], "2026-11-28"),
        lambda: garmin.reschedule_workout(entry["workoutScheduleId"], "2026-11-28"),
        lambda: garmin.unschedule_workout(entry["workoutScheduleId"]),
        garmin.send_scheduled_workouts_to_devices,
    ]
    for write in writes:
        with pytest.raises(GarminConnectConnectionError) as refused:
            write()
        assert refused.value.response.status_code == 412
    assert len(ours(garmin, made)) == 1


def test_lists_may_lag_but_direct_reads_do_not(control, garmin):
    old, _ = scheduled(garmin)
    control.settings(lag_s=3600)
    made, entry = scheduled(garmin, ident="g-2")
    garmin.delete_workout(old["workoutId"])
    assert garmin.get_workout_by_id(made["workoutId"])["workoutName"] == "5 x 1 km"
    assert garmin.get_scheduled_workout_by_id(entry["workoutScheduleId"])
    listed = [w["workoutId"] for w in garmin.get_workouts()]
    assert made["workoutId"] not in listed
    assert old["workoutId"] in listed
    assert ours(garmin, made) == []
    assert len(ours(garmin, old)) == 1
    control.settings(lag_s=0)
    listed = [w["workoutId"] for w in garmin.get_workouts()]
    assert made["workoutId"] in listed
    assert old["workoutId"] not in listed


def test_the_athletes_own_entries_are_there_first(control, garmin):
    foreign = control.dump()["foreign"]
    assert foreign["entries"] == 5
    page = garmin.get_scheduled_workouts(2026, 11)
    kinds = {item["itemType"] for item in page["calendarItems"]}
    assert kinds == {"workout", "note", "event"}
    assert any(item.get("protectedWorkoutSchedule") for item in page["calendarItems"])
    descriptions = [w["description"] for w in garmin.get_workouts()]
    assert not any("goalward" in (d or "") for d in descriptions)


def test_our_writes_leave_the_fingerprint_and_touching_theirs_moves_it(control, garmin):
    before = control.dump()["foreign"]["fingerprint"]
    made, entry = scheduled(garmin)
    garmin.reschedule_workout(entry["workoutScheduleId"], "2026-11-29")
    garmin.delete_workout(made["workoutId"])
    assert control.dump()["foreign"]["fingerprint"] == before
    theirs = next(i for i in items(garmin.get_scheduled_workouts(2026, 11)))
    touches = [
        lambda: garmin.schedule_workout(theirs["workoutId"], "2026-12-01"),
        lambda: garmin.update_workout(theirs["workoutId"], intervals("x")),
        lambda: garmin.reschedule_workout(theirs["id"], "2026-12-01"),
        lambda: garmin.unschedule_workout(theirs["id"]),
    ]
    seen = [before]
    for touch in touches:
        touch()
        seen.append(control.dump()["foreign"]["fingerprint"])
    assert len(set(seen)) == len(seen)


def test_activities_stand_in_the_calendar_too(control, garmin):
    made = control.run(TODAY)
    (item,) = items(garmin.get_scheduled_workouts(2026, 11), "activity")
    assert (item["id"], item["date"]) == (made["garmin_id"], "2026-11-23")


def test_pushing_to_the_watch(control, garmin):
    made, _ = scheduled(garmin)
    garmin.push_workout_to_device(made["workoutId"])
    assert garmin.send_scheduled_workouts_to_devices() is None
    assert control.dump()["sent_to_devices"] == 2


def test_puts_and_deletes_have_no_body(control, garmin):
    made, entry = scheduled(garmin)
    headers = {"Authorization": f"Bearer {garmin.client.di_token}"}
    one = f"{control.garmin_url}/workout-service/schedule/{entry['workoutScheduleId']}"
    moved = requests.put(one, json=entry, headers=headers, timeout=5)
    gone = requests.delete(one, headers=headers, timeout=5)
    assert [(a.status_code, a.content) for a in (moved, gone)] == [(204, b"")] * 2
    assert made
