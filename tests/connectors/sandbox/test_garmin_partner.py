"""The simulated developer programme does what the real one is known to do."""

from datetime import UTC, datetime, timedelta

import pytest
import requests

from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from connectors.sandbox.garmin_partner_notices import DELIVERIES
from tests.connectors.garmin_partner.told import CLIENT_ID
from tests.connectors.sandbox.receivers import Callback

TODAY = datetime(2026, 11, 23, 20, tzinfo=UTC).date()


class HandClock:
    def __init__(self):
        self.at = datetime(2026, 11, 23, 20, tzinfo=UTC)

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def control(clock):
    options = Options(today=TODAY)
    with serve(machine_now=clock, options=options) as base_url, Control(base_url) as control:
        yield control


@pytest.fixture
def callback():
    with Callback() as callback:
        yield callback


@pytest.fixture
def ask(control):
    token = control.post("partner/tokens")["access_token"]

    def asked(path, method="GET", **query):
        url = path if path.startswith("http") else f"{control.partner_url}/wellness-api/rest/{path}"
        headers = {"Authorization": f"Bearer {token}"}
        return requests.request(method, url, params=query, headers=headers, timeout=10)

    return asked


@pytest.fixture
def told(control, callback):
    """Notifications go to `callback`; what was told of a kind so far."""
    control.post("partner/configure", urls={"*": callback.url}, client_id=CLIENT_ID)

    def items(kind):
        return [item for event in callback.events for item in event.get(kind, ())]

    return items


def sent(control):
    return control.post("partner/sent")["sent"]


def test_nothing_is_told_to_nobody(control):
    control.run()
    assert control.post("partner/sync") == {"new": 1, "edited": 0}
    assert sent(control) == []


def test_a_new_run_is_told_once_and_an_edit_as_made_by_hand(control, told):
    made = control.run()
    control.post("partner/sync")
    control.post("partner/sync")
    assert [item["activityId"] for item in told("activities")] == [made["garmin_id"]]
    assert len(told("activityFiles")) == 1
    control.edit_activity(made["garmin_id"], name="Tempo")
    assert control.post("partner/sync") == {"new": 0, "edited": 1}
    assert [item["activityName"] for item in told("manuallyUpdatedActivities")] == ["Tempo"]


def test_a_deletion_is_told_to_nobody(control, told):
    made = control.run()
    control.post("partner/sync")
    control.delete_activity(made["garmin_id"])
    assert control.post("partner/sync") == {"new": 0, "edited": 0}
    assert len(sent(control)) == 2


def test_a_notification_is_repeated_until_it_is_answered_with_200(control, told, callback):
    callback.statuses = [500, 204, 302]
    control.post("partner/send", kind="activities", items=[{"userId": "d"}])
    (one,) = sent(control)
    assert one["attempts"] == [500, 204, 302, 200]
    callback.statuses = [503] * 50
    control.post("partner/send", kind="activities", items=[{"userId": "d"}])
    assert sent(control)[-1]["attempts"] == [503] * DELIVERIES


def test_a_file_is_given_once_and_for_a_day(control, told, ask, clock):
    control.run()
    control.post("partner/announce", kinds=["activityFiles"], times=1)
    control.post("partner/announce", kinds=["activityFiles"])
    first, second = (item["callbackURL"] for item in told("activityFiles"))
    given = ask(first)
    assert (given.status_code, given.content[8:12]) == (200, b".FIT")
    assert ask(first).status_code == 410
    clock.at += timedelta(hours=23)
    token = ask("user/id")
    assert token.status_code == 200
    clock.at += timedelta(hours=1, seconds=1)
    fresh = control.post("partner/tokens")["access_token"]
    late = requests.get(second, headers={"Authorization": f"Bearer {fresh}"}, timeout=10)
    assert late.status_code == 410


def test_pull_only_after_a_ping_and_only_its_window(control, told, ask):
    now = int(datetime(2026, 11, 23, 20, tzinfo=UTC).timestamp())
    window = {"uploadStartTimeInSeconds": now - 60, "uploadEndTimeInSeconds": now}
    assert ask("activities", **window).status_code == 403
    wide = window | {"uploadStartTimeInSeconds": now - 90_000}
    assert ask("activities", **wide).status_code == 400
    assert ask("activities").status_code == 400
    control.post("partner/configure", pinged=["activities"])
    made = control.run()
    control.post("partner/sync")
    (ping,) = told("activities")
    assert "summaryId" not in ping
    assert [one["activityId"] for one in ask(ping["callbackURL"]).json()] == [made["garmin_id"]]
    assert ask(ping["callbackURL"].replace("/activities?", "/dailies?")).status_code == 403


def test_nobody_reads_anothers(control, told):
    control.run()
    control.post("partner/sync")
    (item,) = told("activityFiles")
    other = Control(control.base_url, athlete="runner-2")
    token = other.post("partner/tokens")["access_token"]
    other.close()
    headers = {"Authorization": f"Bearer {token}"}
    assert requests.get(item["callbackURL"], headers=headers, timeout=10).status_code == 404
    assert requests.get(item["callbackURL"], timeout=10).status_code == 401


def test_backfill_is_told_later_once_and_by_the_month(control, told, ask):
    control.history(weeks=6)
    now = int(datetime(2026, 11, 23, 20, tzinfo=UTC).timestamp())
    month = {
        "summaryStartTimeInSeconds": now - 30 * 86_400,
        "summaryEndTimeInSeconds": now,
    }
    assert ask("backfill/activities", **month).status_code == 202
    assert ask("backfill/activities", **month).status_code == 409
    sent(control)
    assert len(told("activities")) > 10
    wide = month | {"summaryStartTimeInSeconds": now - 31 * 86_400}
    assert ask("backfill/activities", **wide).status_code == 400
    assert ask("backfill/sleeps", **wide).status_code == 202
    assert ask("backfill/unheard-of", **month).status_code == 400
    sent(control)
    assert len({item["calendarDate"] for item in told("sleeps")}) >= 31


def test_permissions_are_asked_about_told_and_needed(control, told, ask):
    control.post("partner/permissions", permissions=["HEALTH_EXPORT"])
    assert ask("user/permissions").json() == {"permissions": ["HEALTH_EXPORT"]}
    assert told("userPermissionsChange")[0]["permissions"] == ["HEALTH_EXPORT"]
    month = {"summaryStartTimeInSeconds": 1, "summaryEndTimeInSeconds": 2}
    assert ask("backfill/activities", **month).status_code == 412
    control.run()
    control.post("partner/sync")
    assert ask(told("activityFiles")[0]["callbackURL"]).status_code == 412


def test_who_has_left_has_left(control, told, ask):
    assert ask("user/registration", method="DELETE").status_code == 204
    assert ask("user/id").status_code == 401
    control.post("partner/deregister")
    assert len(told("deregistrations")) == 1


def test_more_than_a_hundred_a_minute_are_refused(control, ask, clock):
    statuses = [ask("user/id").status_code for _ in range(101)]
    assert statuses == [200] * 100 + [429]
    late = ask("user/id")
    assert 0 < int(late.headers["Retry-After"]) <= 60
    clock.at += timedelta(minutes=1)
    assert ask("user/id").status_code == 200


def test_details_have_samples_and_an_id_of_their_own(control, told):
    made = control.run()
    control.post("partner/sync", kinds=["activityDetails"])
    (item,) = told("activityDetails")
    assert item["summaryId"] == f"{made['garmin_id']}-detail"
    assert len(item["samples"]) > 50
    assert item["summary"]["durationInSeconds"] == round(made["duration_s"])


def test_a_typed_entry_has_no_file(control, told):
    control.run(kind="manual")
    control.post("partner/sync")
    assert (len(told("activities")), told("activityFiles")) == (1, [])
    assert told("activities")[0]["manual"] is True


def test_proof_of_possession_is_no_matter_of_choice(control):
    query = {"client_id": "x", "redirect_uri": "http://localhost/cb", "response_type": "code"}
    url = f"{control.partner_url}/oauth2Confirm"
    for change in ({}, {"code_challenge": "short", "code_challenge_method": "S256"}):
        assert requests.get(url, params=query | change, timeout=10).status_code == 400
    plain = query | {"code_challenge": "c" * 43, "code_challenge_method": "plain"}
    assert requests.get(url, params=plain, timeout=10).status_code == 400
