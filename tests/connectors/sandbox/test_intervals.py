"""The simulated intervals.icu by plain requests."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from tests.connectors.linked import NOW
from tests.connectors.sandbox.conftest import TODAY
from tests.connectors.sandbox.receivers import Callback


def get(control, path, *, key=None, token=None, **query):
    auth = None if token else ("API_KEY", key or control.post("intervals/key")["api_key"])
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"{control.intervals_url}/api/v1{path}"
    return requests.get(url, params=query, auth=auth, headers=headers, timeout=5)


def test_the_key_opens_the_door_and_the_old_one_does_not(control):
    old = control.post("intervals/key")
    assert get(control, "/athlete/0", key=old["api_key"]).json()["id"] == old["athlete_id"]
    assert get(control, f"/athlete/{old['athlete_id']}", key=old["api_key"]).status_code == 200
    assert get(control, "/athlete/i99", key=old["api_key"]).status_code == 403
    control.post("intervals/key", renew=True)
    assert get(control, "/athlete/0", key=old["api_key"]).status_code == 401


def code_of(control, **query):
    asked = {"client_id": "7", "redirect_uri": "http://127.0.0.1/back", "state": "s", **query}
    answer = requests.get(
        f"{control.intervals_url}/oauth/authorize", params=asked, allow_redirects=False, timeout=5
    )
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["state"] == ["s"]
    return back


def exchange(control, code):
    form = {"client_id": "7", "client_secret": "x", "code": code}
    return requests.post(f"{control.intervals_url}/api/oauth/token", data=form, timeout=5)


def test_a_code_is_good_once_and_for_two_minutes():
    at = [NOW]
    with (
        serve(machine_now=lambda: at[0], options=Options(today=TODAY)) as url,
        Control(url) as control,
    ):
        (code,) = code_of(control, scope="ACTIVITY:READ")["code"]
        granted = exchange(control, code).json()
        assert granted["scope"] == "ACTIVITY:READ"
        assert granted["athlete"]["id"] == "i12345"
        assert exchange(control, code).status_code == 400
        (late,) = code_of(control, scope="ACTIVITY:READ")["code"]
        at[0] += timedelta(minutes=2, seconds=1)
        assert exchange(control, late).status_code == 400
        token = granted["access_token"]
        assert get(control, "/athlete/0/activities", token=token, oldest="2026-01-01").json() == []
        assert get(control, "/athlete/0/wellness/2026-11-01", token=token).status_code == 403


def test_an_athlete_may_say_no(control):
    control.settings(approval={"deny": True})
    assert code_of(control)["error"] == ["access_denied"]


def test_the_runs_are_those_of_the_other_services(control, garmin):
    control.history(weeks=3, until=TODAY)
    rows = get(control, "/athlete/0/activities", oldest="2026-10-01", newest="2026-11-30").json()
    there = garmin.get_activities_by_date("2026-10-01", "2026-11-30")
    assert [row["id"] for row in rows] == [f"i{row['activityId']}" for row in there]
    day = get(control, "/athlete/0/activities", oldest=rows[0]["start_date_local"][:10]).json()
    assert [row["id"] for row in day] == [rows[0]["id"]]
    assert get(control, "/athlete/0/activities").status_code == 422


def test_both_files_are_packed_fit(control):
    made = control.run(TODAY)
    for name in ("file", "fit-file"):
        content = get(control, f"/activity/i{made['garmin_id']}/{name}").content
        assert content.startswith(b"\x1f\x8b")
    manual = control.run(TODAY, kind="manual")
    assert get(control, f"/activity/i{manual['garmin_id']}/file").status_code == 404


def test_ten_a_second_with_a_burst_of_thirty():
    at = [NOW]
    with (
        serve(machine_now=lambda: at[0], options=Options(today=TODAY)) as url,
        Control(url) as control,
    ):
        key = control.post("intervals/key")["api_key"]
        asked = [get(control, "/athlete/0", key=key).status_code for _ in range(31)]
        assert asked == [200] * 30 + [429]
        at[0] += timedelta(seconds=0.5)
        asked = [get(control, "/athlete/0", key=key).status_code for _ in range(6)]
        assert asked == [200] * 5 + [429]
        assert control.post("intervals/state")["refused"] == 2


def test_each_change_is_announced_once_and_strava_never():
    with (
        serve(machine_now=lambda: NOW, options=Options(today=TODAY)) as url,
        Control(url) as control,
        Callback() as callback,
    ):
        control.post("intervals/hook", url=callback.url, secret="s")
        made = control.run(TODAY)
        assert control.post("intervals/announce") == {"events": 2}
        assert control.post("intervals/announce") == {"events": 0}
        control.edit_activity(made["garmin_id"], name="Tempo")
        control.post("intervals/announce")
        control.delete_activity(made["garmin_id"], services=["intervals"])
        control.post("intervals/announce")
        told = sorted(event["type"] for body in callback.wait(3) for event in body["events"])
        assert told == ["ACTIVITY_ANALYZED", "ACTIVITY_DELETED", "ACTIVITY_UPDATED", "ACTIVITY_UPLOADED"]  # fmt: skip
        control.post("intervals/settings", strava_share=1.0)
        control.run(TODAY)
        assert control.post("intervals/announce") == {"events": 0}


def test_a_delivery_is_given_up_after_three_times(control):
    with Callback() as callback:
        control.post("intervals/hook", url=callback.url, secret="s", retry_s=0.01)
        callback.statuses = [500, 204, 302, 200]
        control.post("intervals/event", event={"type": "WELLNESS_UPDATED"})
        assert len(callback.wait(4, within_s=0.5)) == 3
        (sent,) = control.post("intervals/state")["deliveries"]
        assert sent["attempts"] == [500, 204, 302]
        assert sent["body"]["secret"] == "s"
        assert sent["body"]["events"][0]["uid"]


def test_wellness_of_a_list_and_of_a_day_agree(control):
    rows = get(control, "/athlete/0/wellness", oldest="2026-10-01", newest="2026-11-30").json()
    assert len(rows) == 54  # none of days to come
    assert 0 < sum(row["hrv"] is None for row in rows) < 10  # the watch was forgotten
    for row in rows[:3]:
        assert get(control, f"/athlete/0/wellness/{row['id']}").json() == row
    assert get(control, "/athlete/0/wellness/2027-01-01").json()["restingHR"] is None


def test_nobody_sees_the_runs_of_another(control):
    made = control.run(TODAY)
    control.athlete = "runner-2"
    other = control.post("intervals/key")
    assert other["athlete_id"] == "i12346"
    assert get(control, f"/activity/i{made['garmin_id']}", key=other["api_key"]).status_code == 404


def test_an_unknown_kind_of_stub_is_refused(control):
    with pytest.raises(ValueError, match="no such stub"):
        control.post("intervals/settings", stub="hologram")
