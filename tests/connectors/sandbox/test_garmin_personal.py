"""Through the real client, as it comes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from gcpapi_sync import (
    AuthenticationError,
    GarminClient,
    InternalServerError,
    NotFoundError,
    RateLimitError,
    RetryConfig,
)

from tests.connectors.linked import count
from tests.connectors.sandbox.conftest import TODAY

EXCHANGE = "/personalapitoken-service/personal-api/personal-api-key/token"
SEARCH = "/activitylist-service/activities/search/activities"


def client_of(control, key=None):
    return GarminClient(
        key or control.post("personal/key")["key"],
        base_url=control.personal_url,
        retry=RetryConfig(max_retries=0),
    )


@pytest.fixture
def personal(control):
    with client_of(control) as client:
        yield client


def asked(control, path, *, token=None, **how):
    headers = {"Authorization": f"Bearer {token}"} | how.pop("headers", {})
    return httpx.get(f"{control.personal_url}{path}", headers=headers, **how)


def test_the_key_is_exchanged_for_a_day_as_plain_text(control):
    key = control.post("personal/key")["key"]
    url = f"{control.personal_url}{EXCHANGE}"
    answer = httpx.post(url, headers={"Authorization": f"ApiKey {key}"})
    assert answer.headers["content-type"].startswith("text/plain")
    assert len(answer.text.split(".")) == 3
    for wrong in (f"Bearer {key}", "ApiKey nobody's"):
        refused = httpx.post(url, headers={"Authorization": wrong})
        assert (refused.status_code, refused.json()) == (401, {})


def test_the_token_says_itself_that_it_lives_for_a_day(personal):
    token = personal.get_access_token()
    assert not token.expires_within(timedelta(hours=23, minutes=59))
    assert token.expires_within(timedelta(hours=24))


def test_keys_run_out(control):
    old = control.post("personal/key", life_days=0)["key"]
    with client_of(control, old) as client, pytest.raises(AuthenticationError):
        client.get_user_profile_settings()


def test_keys_are_deleted(control, personal):
    assert personal.get_user_profile_settings().display_name == "runner-1"
    control.post("personal/key/revoke")
    with pytest.raises(AuthenticationError):
        personal.get_user_profile_settings()


def test_a_revoked_token_is_exchanged_again_by_the_library(control, personal):
    personal.get_user_profile_settings()
    control.expire_tokens("personal")
    personal.get_user_profile_settings()
    assert count(control, "personal POST") == 2


def test_the_same_activities_as_garmins(control, personal, garmin):
    control.history(weeks=4)
    rows = list(personal.iter_activities())
    assert [row.activity_id for row in rows] == [
        r["activityId"] for r in garmin.get_activities(0, 99)
    ]
    detail = personal.get_activity(rows[0].activity_id)
    assert detail.summary.distance == rows[0].distance
    assert personal.download_activity(rows[0].activity_id).extension == "fit"


def test_what_is_not_there(control, personal):
    control.run(TODAY, kind="manual")
    (row,) = personal.iter_activities()
    for call in (personal.download_activity, personal.get_activity_workouts):
        with pytest.raises(NotFoundError):
            call(999)
    with pytest.raises(NotFoundError, match="manual"):
        personal.download_activity(row.activity_id)


def test_a_file_is_given_as_a_zip_or_not_at_all(control, personal):
    made = control.run(TODAY)
    path = f"/download-service/files/activity/{made['garmin_id']}"
    token = personal.get_access_token().value
    refused = asked(control, path, token=token, headers={"Accept": "application/octet-stream"})
    assert (refused.status_code, refused.json()) == (406, {})
    assert personal.download_activity_zip(made["garmin_id"])[:2] == b"PK"


@pytest.mark.parametrize(("query", "status"), [("?limit=46", 500), ("", 500), ("?limit=45", 200)])
def test_large_pages_break_it(control, personal, query, status):
    token = personal.get_access_token().value
    assert asked(control, SEARCH + query, token=token).status_code == status


def test_children_are_hidden_unless_asked_for(control, personal):
    for at in ("07:00", "08:00", "18:00"):
        control.run(TODAY, at=at)
    made = control.post("personal/multisport", legs=2)
    usual = personal.search_activities()
    assert len(usual) == 2
    assert made["garmin_id"] in {row.activity_id for row in usual}
    rows = {row.activity_id: row for row in personal.search_activities(exclude_children=False)}
    assert len(rows) == 4
    assert rows[made["garmin_id"]].is_parent
    assert {rows[leg].parent_id for leg in made["legs"]} == {made["garmin_id"]}
    whole = personal.get_activity(made["garmin_id"])
    assert whole.is_multi_sport_parent
    assert whole.metadata.child_ids == made["legs"]


def test_nights_by_day_and_by_range(control, personal):
    unworn = TODAY - timedelta(days=3)
    control.post("personal/watch", unworn=[unworn.isoformat()])
    first = TODAY - timedelta(days=30)
    nights = personal.get_daily_sleep_summaries(first, TODAY)
    days = [night.calendar_date for night in nights]
    assert days == sorted(days)
    assert days[-1] == TODAY
    assert unworn not in days
    assert [hrv.calendar_date for hrv in personal.get_daily_hrv_summaries(first, TODAY)] == days
    assert [s.calendar_date for s in personal.get_daily_summaries(first, TODAY)] == days
    assert personal.get_daily_hrv(TODAY).hrv_summary.last_night_avg
    assert personal.get_daily_hrv(unworn) is None
    assert personal.get_daily_hrv_summaries(unworn, unworn) == []


def test_the_last_sync_stands_in_the_summary_of_today_only(control, personal):
    assert personal.get_daily_summary(TODAY).last_sync_timestamp_gmt.date() == TODAY
    long_ago = TODAY - timedelta(days=400)
    assert personal.get_daily_summary(long_ago).last_sync_timestamp_gmt is None


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/sleep-service/sleep/dailySleepSummariesByDate?startDate={}&endDate={}", 31),
        ("/usersummary-service/v2/dailysummaries?startDate={}&endDate={}", 31),
        ("/hrv-service/hrv/daily/{}/{}", 365),
    ],
)
def test_wide_ranges_are_refused(control, personal, path, most):
    token = personal.get_access_token().value
    first = TODAY - timedelta(days=most - 1)
    assert asked(control, path.format(first, TODAY), token=token).status_code == 200
    wide = asked(control, path.format(first - timedelta(days=1), TODAY), token=token)
    assert (wide.status_code, wide.json()) == (400, {})


def test_more_than_twelve_at_once_are_too_many(control, personal):
    personal.get_access_token()
    control.post("personal/pace", busy_s=0.4)

    def one(_number):
        try:
            personal.get_user_profile_settings()
        except RateLimitError as error:
            return error.retry_after
        return None

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(one, range(20)))
    assert outcomes.count(14.0) >= 1
    assert outcomes.count(None) >= 12
    control.post("personal/pace", busy_s=0.0)
    personal.get_user_profile_settings()


def test_faults_strike_it_like_the_others(control, personal):
    control.fault("personal", path_contains="/settings", status=500)
    with pytest.raises(InternalServerError):
        personal.get_user_profile_settings()
    personal.get_user_profile_settings()


def test_each_athlete_has_a_key_of_their_own(control):
    key = control.post("personal/key", athlete="runner-2")["key"]
    with client_of(control, key) as client:
        assert client.get_user_profile_settings().display_name == "runner-2"
