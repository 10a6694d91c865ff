"""Simulated Strava, asked by the real stravalib and by hand."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from stravalib import exc

from tests.connectors.sandbox.conftest import TODAY

APPLICATION = {"client_id": "4711", "client_secret": "hush"}


def post_token(control, **form):
    return requests.post(
        f"{control.strava_url}/oauth/token", data={**APPLICATION, **form}, timeout=5
    )


def get(control, path, token, **params):
    return requests.get(
        f"{control.strava_url}/api/v3{path}",
        params=params,
        headers={"Authorization": f"Bearer {token}"},
        timeout=5,
    )


def authorised(control, scope="read,activity:read_all", **query):
    answer = requests.get(
        f"{control.strava_url}/oauth/authorize",
        params={
            "client_id": "4711",
            "redirect_uri": "http://localhost/back?keep=1",
            "response_type": "code",
            "scope": scope,
            **query,
        },
        allow_redirects=False,
        timeout=5,
    )
    assert answer.status_code == 302
    return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}


# OAuth


def test_the_whole_way_to_a_token(control, strava):
    back = authorised(control, state="xyz")
    assert back["keep"] == "1"
    assert back["state"] == "xyz"
    assert back["scope"] == "read,activity:read_all"
    access, athlete = strava.exchange_code_for_token(
        4711, "hush", back["code"], return_athlete=True
    )
    assert athlete.id == 777001
    strava.access_token = access["access_token"]
    assert strava.get_athlete().id == 777001
    with pytest.raises(exc.Fault):  # a code serves once
        strava.exchange_code_for_token(4711, "hush", back["code"])


def test_an_athlete_may_refuse_or_grant_less(control):
    control.settings(approval={"deny": True})
    assert authorised(control, state="s") == {"keep": "1", "state": "s", "error": "access_denied"}
    control.settings(approval={"scope": "read"})
    back = authorised(control)
    assert back["scope"] == "read"
    told = post_token(control, grant_type="authorization_code", code=back["code"]).json()
    assert told["scope"] == "read"


def test_refresh_with_more_than_an_hour_left_changes_nothing(control):
    tokens = control.tokens(life_s=3700)["strava"]
    told = post_token(
        control, grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    ).json()
    assert told["access_token"] == tokens["access_token"]
    assert told["refresh_token"] == tokens["refresh_token"]


def test_refresh_within_the_last_hour_rotates_and_the_old_one_dies(control, strava):
    tokens = control.tokens(life_s=3500)["strava"]
    new = strava.refresh_access_token(4711, "hush", tokens["refresh_token"])
    assert new["access_token"] != tokens["access_token"]
    assert new["refresh_token"] != tokens["refresh_token"]
    assert get(control, "/athlete", new["access_token"]).status_code == 200
    again = post_token(control, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again.status_code == 400
    assert again.json()["errors"][0]["resource"] == "RefreshToken"


def test_an_expired_token_is_refused(control):
    token = control.tokens()["strava"]["access_token"]
    assert get(control, "/athlete", token).status_code == 200
    control.expire_tokens("strava")
    assert get(control, "/athlete", token).status_code == 401
    assert get(control, "/athlete", "never-given").status_code == 401


@pytest.mark.parametrize("half", ["access_token", "refresh_token"])
def test_revoking_either_half_kills_both(control, half):
    tokens = control.tokens()["strava"]
    answer = requests.post(
        f"{control.strava_url}/oauth/revoke",
        auth=("4711", "hush"),
        data={"token": tokens[half]},
        timeout=5,
    )
    assert answer.status_code == 200
    assert get(control, "/athlete", tokens["access_token"]).status_code == 401
    refused = post_token(control, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refused.status_code == 400


def test_revoking_needs_the_application(control):
    url = f"{control.strava_url}/oauth/revoke"
    token = control.tokens()["strava"]["access_token"]
    assert requests.post(url, data={"token": token}, timeout=5).status_code == 401
    assert get(control, "/athlete", token).status_code == 200


def test_deauthorising_by_stravalib(control, strava):
    strava.deauthorize()
    with pytest.raises(exc.AccessUnauthorized):
        strava.get_athlete()


# Reading


def test_pages_come_newest_first_and_oldest_first_with_after(control, strava):
    control.history(weeks=3)
    token = strava.access_token
    newest = get(control, "/athlete/activities", token, per_page=5).json()
    starts = [row["start_date"] for row in newest]
    assert starts == sorted(starts, reverse=True)
    after = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())
    since = get(control, "/athlete/activities", token, after=after).json()
    starts = [row["start_date"] for row in since]
    assert starts == sorted(starts)
    assert starts[0] > "2026-11-01"
    before = get(control, "/athlete/activities", token, before=after).json()
    assert all(row["start_date"] < "2026-11-01" for row in before)


def test_a_short_page_is_not_the_end_but_an_empty_one_is(control, strava):
    made = control.history(weeks=5)
    token = strava.access_token
    pages = []
    while not pages or pages[-1]:
        number = len(pages) + 1
        pages.append(get(control, "/athlete/activities", token, page=number, per_page=6).json())
    lengths = [len(page) for page in pages]
    assert sum(lengths) == made["activities"] - 1
    assert 5 in lengths[: lengths.index(0) - 1]  # short in the middle
    ids = [row["id"] for page in pages for row in page]
    assert len(ids) == len(set(ids))


def test_at_most_two_hundred_a_page(control, strava):
    control.history(weeks=50)
    rows = get(control, "/athlete/activities", strava.access_token, per_page=500).json()
    assert len(rows) <= 200


def test_detail_and_streams_tell_the_same_run(control, strava):
    made = control.run(TODAY, kind="race", distance_m=10_000)
    detail = strava.get_activity(made["strava_id"])
    assert detail.workout_type == 1
    assert detail.sport_type.root == "Run"
    assert detail.device_name == "Garmin Forerunner 265"
    assert detail.start_date == datetime(2026, 11, 23, 5, 45, tzinfo=UTC) + timedelta(
        hours=2, minutes=30
    )
    streams = strava.get_activity_streams(
        made["strava_id"], types=["time", "distance", "heartrate", "cadence", "altitude"]
    )
    assert set(streams) == {"time", "distance", "heartrate", "cadence", "altitude"}
    assert streams["time"].data[-1] == int(detail.elapsed_time)
    assert streams["distance"].data[-1] == pytest.approx(float(detail.distance), abs=0.2)
    assert 80 < max(streams["cadence"].data) < 100  # one leg
    only = get(
        control, f"/activities/{made['strava_id']}/streams", strava.access_token, keys="time"
    )
    assert set(only.json()) == {"time", "distance"}


def test_local_time_is_told_with_a_wrong_z(control, strava):
    made = control.run(date(2026, 7, 14), kind="easy", at="06:30")
    row = get(control, f"/activities/{made['strava_id']}", strava.access_token).json()
    assert row["start_date"] == "2026-07-14T04:30:00Z"
    assert row["start_date_local"] == "2026-07-14T06:30:00Z"
    assert row["utc_offset"] == 7200
    assert row["timezone"] == "(GMT+01:00) Europe/Paris"


def test_a_hidden_start_is_midnight_and_a_second(control, strava):
    made = control.run(TODAY)
    control.edit_activity(made["strava_id"], start_hidden=True)
    row = get(control, f"/activities/{made['strava_id']}", strava.access_token).json()
    assert row["start_date_local"] == "2026-11-23T00:00:01Z"


def test_a_manual_activity_has_no_streams(control, strava):
    made = control.run(TODAY, kind="manual")
    detail = strava.get_activity(made["strava_id"])
    assert detail.manual is True
    assert detail.has_heartrate is False
    with pytest.raises(exc.ObjectNotFound):
        strava.get_activity_streams(made["strava_id"], types=["time"])


def test_what_is_not_there_is_a_fault_in_stravas_words(control, strava):
    with pytest.raises(exc.ObjectNotFound):
        strava.get_activity(12)
    answer = get(control, "/activities/12", strava.access_token)
    assert answer.json()["errors"] == [{"resource": "Activity", "field": "id", "code": "not found"}]
    made = control.run(TODAY)
    control.delete_activity(made["strava_id"])
    with pytest.raises(exc.ObjectNotFound):
        strava.get_activity(made["strava_id"])


def test_private_activities_need_the_wider_scope(control):
    made = control.run(TODAY)
    control.edit_activity(made["strava_id"], private=True)
    narrow = control.tokens(scope="read,activity:read")["strava"]["access_token"]
    wide = control.tokens(scope="read,activity:read_all")["strava"]["access_token"]
    path = f"/activities/{made['strava_id']}"
    assert get(control, path, narrow).status_code == 404
    assert get(control, "/athlete/activities", narrow).json() == []
    assert get(control, path, wide).json()["visibility"] == "only_me"


def test_a_line_under_an_activity_needs_the_scope_to_write(control, strava):
    made = control.run(TODAY)
    strava.update_activity(made["strava_id"], description="On track")
    assert strava.get_activity(made["strava_id"]).description == "On track"
    reader = control.tokens(scope="read,activity:read_all")["strava"]["access_token"]
    answer = requests.put(
        f"{control.strava_url}/api/v3/activities/{made['strava_id']}",
        json={"description": "no"},
        headers={"Authorization": f"Bearer {reader}"},
        timeout=5,
    )
    assert answer.status_code == 401


# Limits


def test_both_pairs_of_counters_and_429_after_the_read_limit(control, strava):
    control.settings(limits={"short": 10, "day": 100, "read_short": 3, "read_day": 50})
    token = strava.access_token
    seen = [get(control, "/athlete", token) for _ in range(3)]
    last = seen[-1].headers
    assert last["X-RateLimit-Limit"] == "10,100"
    assert last["X-ReadRateLimit-Limit"] == "3,50"
    assert [int(a.headers["X-ReadRateLimit-Usage"].split(",")[0]) for a in seen] == [1, 2, 3]
    refused = get(control, "/athlete", token)
    assert refused.status_code == 429
    assert refused.json()["message"] == "Rate Limit Exceeded"
    assert "retry-after" not in refused.headers
    assert refused.headers["X-ReadRateLimit-Usage"].startswith("4,")  # refused calls count


def test_two_athletes_do_not_see_each_other(control, strava):
    control.run(TODAY)
    control.athlete = "runner-2"
    control.run(TODAY, kind="easy", distance_m=5000)
    other = control.tokens()["strava"]
    assert other["athlete_id"] == 777002
    first = get(control, "/athlete/activities", strava.access_token).json()
    second = get(control, "/athlete/activities", other["access_token"]).json()
    assert len(first) == len(second) == 1
    assert {row["athlete"]["id"] for row in second} == {777002}
    path = f"/activities/{first[0]['id']}"
    assert get(control, path, other["access_token"]).status_code == 404
