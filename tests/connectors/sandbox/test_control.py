"""The hand of fate: faults, the athlete's hand, simulated time, and the server itself."""

import threading
import time
from datetime import date, timedelta

import pytest
import requests
from garminconnect import GarminConnectNotFoundError
from stravalib.exc import ApplicationInactive

from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from tests.connectors.sandbox.conftest import TODAY, garmin_client, machine_now
from tests.connectors.sandbox.workouts import intervals


def scheduled(garmin, day="2026-11-25", ident="g-1"):
    made = garmin.upload_workout(intervals(ident))
    return made, garmin.schedule_workout(made["workoutId"], day)


# Faults


def get(control, path="/athlete", **how):
    token = control.tokens()["strava"]["access_token"]
    return requests.get(
        f"{control.strava_url}/api/v3{path}",
        headers={"Authorization": f"Bearer {token}"},
        **{"timeout": 5, **how},
    )


def test_an_answer_of_our_choice_as_often_as_said(control):
    control.fault("strava", status=429, retry_after=7, times=2, path_contains="/athlete")
    answers = [get(control) for _ in range(3)]
    assert [a.status_code for a in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "7"


def test_a_fault_in_the_services_own_words(control, strava):
    inactive = {"errors": [{"resource": "Application", "field": "Status", "code": "Inactive"}]}
    control.fault("strava", status=403, body=inactive)
    with pytest.raises(ApplicationInactive):
        strava.get_athlete()


def test_a_fault_strikes_only_what_it_fits(control, garmin):
    control.fault("garmin", status=503, method="POST", path_contains="/schedule/")
    made = garmin.upload_workout(intervals("g-1"))
    assert get(control).status_code == 200
    with pytest.raises(GarminConnectNotFoundError):
        garmin.get_scheduled_workout_by_id(1)  # the path fits, the method does not
    with pytest.raises(Exception, match="503"):
        garmin.schedule_workout(made["workoutId"], "2026-11-25")
    assert control.dump()["entries"] == []
    garmin.schedule_workout(made["workoutId"], "2026-11-25")
    assert len(control.dump()["entries"]) == 1


def test_a_line_that_dies_before_or_after_the_work_is_done(control, garmin):
    control.fault("garmin", "timeout_before", method="POST", path_contains="/workout")
    with pytest.raises(requests.ConnectionError):
        garmin.upload_workout(intervals("g-1"))
    assert control.dump()["templates"] == []
    control.fault("garmin", "timeout_after", method="POST", path_contains="/workout")
    with pytest.raises(requests.ConnectionError):
        garmin.upload_workout(intervals("g-1"))
    assert [t["ident"] for t in control.dump()["templates"]] == ["g-1"]
    assert garmin.count_activities() == 0  # the service lives


def test_a_service_that_is_slow(control):
    control.fault("strava", "slow", delay_s=0.3)
    started = time.monotonic()
    assert get(control).status_code == 200
    assert time.monotonic() - started >= 0.3
    control.fault("strava", "slow", delay_s=1.0)
    with pytest.raises(requests.Timeout):
        get(control, timeout=0.2)


def test_a_listing_may_be_short_or_of_a_while_ago(control):
    control.history(weeks=2)
    whole = get(control, "/athlete/activities?after=1").json()
    control.run()
    control.fault("strava", "stale", path_contains="/athlete/activities")
    control.fault("strava", "short", path_contains="/athlete/activities")
    assert get(control, "/athlete/activities?after=1").json() == whole
    now = get(control, "/athlete/activities?after=1").json()
    assert len(now) == -(-(len(whole) + 1) // 2)
    assert len(get(control, "/athlete/activities?after=1").json()) == len(whole) + 1
    control.fault("strava", "stale", times=2)
    assert "id" in get(control).json()
    assert get(control, "/athlete/activities?after=2").status_code == 200


def test_faults_left_over_can_be_cleared(control):
    control.fault("strava", status=500, times=3)
    assert get(control).status_code == 500
    assert control.clear_faults() == 1
    assert get(control).status_code == 200
    with pytest.raises(ValueError, match="no such kind"):
        control.fault("strava", "sabotage")


def test_requests_are_counted(control, garmin):
    garmin.count_activities()
    garmin.count_activities()
    assert control.dump()["requests"]["garmin GET /activitylist-service/activities/count"] == 2


# The athlete's hand


def test_moving_editing_and_deleting_by_hand(control, garmin):
    made, entry = scheduled(garmin)
    before = garmin.get_workout_by_id(made["workoutId"])
    control.move_entry("g-1", date(2026, 11, 28))
    assert control.dump()["entries"][0]["day"] == "2026-11-28"
    control.edit_entry("g-1", name="Mine now", scale=0.5)
    after = garmin.get_workout_by_id(made["workoutId"])
    assert after["workoutName"] == "Mine now"
    assert after["updateDate"] > before["updateDate"]
    steps = control.dump()["entries"][0]["steps"]
    assert steps[0]["duration"]["value"] == 450
    assert steps[1]["repeat"] == 5
    assert steps[1]["steps"][0]["duration"]["value"] == 500
    control.delete_entry("g-1")
    assert control.dump()["entries"] == []
    assert control.dump()["templates"][0]["ident"] == "g-1"
    assert entry


def test_a_template_deleted_by_hand_is_gone_altogether(control, garmin):
    scheduled(garmin)
    control.delete_entry("g-1", template=True)
    assert control.dump()["templates"] == control.dump()["entries"] == []
    with pytest.raises(ValueError, match="nothing in the calendar"):
        control.move_entry("g-1", TODAY)


def test_a_marker_removed_by_hand(control, garmin):
    scheduled(garmin)
    control.edit_entry("g-1", description="no marker any more")
    (entry,) = control.dump()["entries"]
    assert entry["ident"] is None


def test_the_athlete_adds_something_of_their_own(control):
    before = control.dump()["foreign"]
    control.add_entry("Run with Ana", TODAY + timedelta(days=1))
    after = control.dump()["foreign"]
    assert after["entries"] == before["entries"] + 1
    assert after["fingerprint"] != before["fingerprint"]
    assert control.dump()["entries"] == []


# Running


def test_an_executed_workout_has_the_steps_that_stood_in_the_calendar(control, garmin):
    scheduled(garmin, TODAY.isoformat())
    made = control.run(kind="planned", at="18:00")
    work = 5 * (1000 / ((3.9216 + 4.1667) / 2) + 120)
    assert made["duration_s"] == pytest.approx(900 + work + 600, abs=10)
    assert made["start_at"] == "2026-11-23T17:00:00+00:00"


def test_a_run_is_as_far_and_as_long_as_it_is_told_to_be(control, garmin):
    made, _ = scheduled(garmin)
    told = {"distance_m": 7321.0, "duration_s": 2222.0}
    race = control.paced(TODAY, race=True, **told)
    followed = control.paced(date(2026, 11, 25), ident="g-1", **told)
    plain = control.paced(TODAY, ident="g-2", **told)
    assert (race["is_race"], plain["is_race"]) == (True, False)
    assert [one["distance_m"] for one in (race, followed, plain)] == pytest.approx([7321.0] * 3)
    assert {one["duration_s"] for one in (race, followed, plain)} == {2222}
    executed = [
        garmin.get_activity(one["garmin_id"])["metadataDTO"].get("associatedWorkoutId")
        for one in (race, followed, plain)
    ]
    assert executed == [None, made["workoutId"], None]


def test_a_usual_week_says_what_a_run_is_to_the_night_after(control, garmin):
    control.paced(TODAY, distance_m=20_000.0, duration_s=6600.0)
    tomorrow = TODAY + timedelta(days=1)
    control.day(tomorrow)
    tired = garmin.get_hrv_data(tomorrow.isoformat())["hrvSummary"]["lastNightAvg"]
    control.post("runner", weekly_km=150.0)
    rested = garmin.get_hrv_data(tomorrow.isoformat())["hrvSummary"]["lastNightAvg"]
    assert rested > tired


def test_a_race_faster_than_expected_shows_a_better_runner(control):
    control.history(weeks=12, until=TODAY - timedelta(days=1))
    before = control.dump()["fitness_ln_speed"]
    race = control.run(kind="race", distance_m=10_000, faster_by=0.04)
    assert control.dump()["fitness_ln_speed"] == pytest.approx(before + 0.04, abs=0.005)
    assert race["duration_s"] < 0.985 * 10_000 / 2.718281828**before
    with pytest.raises(ValueError, match="no such kind of run"):
        control.run(kind="marathon-ish")


def test_today_is_what_it_is_told_to_be(control):
    assert control.dump()["today"] == "2026-11-23"
    control.day(date(2027, 2, 1))
    assert control.dump()["today"] == "2027-02-01"
    assert control.run()["day"] == "2027-02-01"


def test_two_worlds_with_one_seed_are_one(control, options):
    def story(control):
        control.history(weeks=3)
        control.run(kind="race", distance_m=5000)
        return control.dump()["activities"]

    with serve(machine_now=machine_now, options=options) as url, Control(url) as other:
        assert story(control) == story(other)
    different = Options(seed=8, today=TODAY)
    with serve(machine_now=machine_now, options=different) as url, Control(url) as third:
        assert story(third) != control.dump()["activities"]


def test_athletes_are_different_people(control):
    control.history(weeks=2)
    second = Control(control.base_url, athlete="runner-2")
    second.history(weeks=2)
    mine, theirs = control.dump()["activities"], second.dump()["activities"]
    assert not {a["garmin_id"] for a in mine} & {a["garmin_id"] for a in theirs}
    assert [a["distance_m"] for a in mine] != [a["distance_m"] for a in theirs]
    garmin = garmin_client(control, second.tokens()["garmin"])
    assert garmin.count_activities() == len(theirs)
    garmin.client._api_session.close()
    second.close()
    with pytest.raises(ValueError, match="somebody"):
        Control(control.base_url, athlete="somebody").dump()


# The server


def test_it_starts_and_stops_quickly_and_leaves_nothing_running():
    before = set(threading.enumerate())
    started = time.monotonic()
    with serve(machine_now=machine_now) as url, Control(url) as control:
        control.run()
        assert set(threading.enumerate()) - before
    assert time.monotonic() - started < 5
    assert set(threading.enumerate()) <= before
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/control/dump", timeout=1)


def test_it_stops_while_a_webhook_is_still_being_retried(callback):
    callback.statuses = [500, 500, 500]
    slow = Options(today=TODAY, webhook_retry_s=60)
    started = time.monotonic()
    with serve(machine_now=machine_now, options=slow) as url, Control(url) as control:
        form = {
            "client_id": "1",
            "client_secret": "s",
            "callback_url": callback.url,
            "verify_token": "v",
        }
        subscriptions = f"{control.strava_url}/api/v3/push_subscriptions"
        assert requests.post(subscriptions, data=form, timeout=5).status_code == 201
        control.run()
        callback.wait(1)
    assert time.monotonic() - started < 8


def test_a_port_of_our_choice():
    with serve(machine_now=machine_now) as url:
        port = int(url.rsplit(":", 1)[1])
    with serve(port, machine_now=machine_now) as again:
        assert again == url
