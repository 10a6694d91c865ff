"""The doors of Garmin's developer programme and of intervals.icu, from the outside."""

import json

import pytest
import requests

from connectors.errors import Refused
from tests.worker.web.asking import ELSEWHERE, asked
from tests.worker.web.partner import CLIENT_ID, partner_life, sign_in
from tests.worker.web.world import World
from worker import tables
from worker.connections import CONNECTED
from worker.web.app import create_app
from worker.web.callback import wait_for_code
from worker.web.doors import address, agreed_with
from worker.web.webhooks import AT_ONCE


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with partner_life(sqlite_url, tmp_path) as lived:
        yield lived


def tell(lived, body, *, method="POST", client_id=CLIENT_ID):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    where = address(lived.runtime, "garmin_partner")
    headers = {"garmin-client-id": client_id}
    return requests.request(method, where, data=content, headers=headers, timeout=30).status_code


def arrivals(lived, kind="activity"):
    return lived.rows(tables.inbox_event, kind=kind)


def a_summary(n, user_id):
    return {
        "userId": user_id,
        "summaryId": str(n),
        "activityId": n,
        "activityType": "RUNNING",
        "startTimeInSeconds": 1_780_000_000 + n,
        "durationInSeconds": 1800,
    }


@pytest.fixture
def user_id(lived):
    (mine,) = lived.rows(tables.connection)
    return mine.external_athlete_id


@pytest.mark.parametrize("verb", ["POST", "PUT"])
def test_what_garmin_tells_is_on_disk_before_it_is_answered(lived, verb):
    lived.control.post("partner/configure", method=verb)
    made = lived.control.run()
    lived.control.post("partner/sync")
    told = lived.control.post("partner/sent")["sent"]
    assert [one["attempts"] for one in told] == [[200], [200]]
    (summary, file) = sorted(arrivals(lived), key=lambda row: "callbackURL" in str(row.payload))
    for row in (summary, file):
        assert (row.source, row.athlete_id) == ("garmin_partner", 1)
        assert row.payload["external_id"] == str(made["garmin_id"])
    assert "callbackURL" in json.loads(file.payload["carried"])["item"]


def test_repeated_deliveries_are_one_arrival_each(lived):
    lived.control.run()
    lived.control.post("partner/announce", kinds=["activities"], times=5)
    assert len(arrivals(lived)) == 1
    assert {tuple(one["attempts"]) for one in lived.control.post("partner/sent")["sent"]} == {
        (200,)
    }


def test_days_and_permissions_are_arrivals_too(lived):
    lived.control.post("partner/wellness", day="2026-08-30")
    lived.control.post("partner/permissions", permissions=["ACTIVITY_EXPORT"])
    assert len(arrivals(lived, "wellness")) == 3
    assert all(row.payload["carried"] for row in arrivals(lived, "wellness"))
    assert [row.payload for row in arrivals(lived, "permissions")] == [{}]


def test_runs_of_strangers_are_answered_and_not_kept(lived):
    assert tell(lived, {"activities": [a_summary(1, "somebody-else")]}) == 200
    assert arrivals(lived) == []


def test_a_forged_client_id_is_refused(lived, user_id):
    assert tell(lived, {"activities": [a_summary(1, user_id)]}, client_id="other") == 400
    assert tell(lived, {"activities": [a_summary(1, user_id)]}, client_id="") == 400
    assert arrivals(lived) == []


def test_an_address_to_call_elsewhere_is_refused(lived, user_id):
    for url in ("http://169.254.169.254/x", f"{lived.control.base_url}/control/dump"):
        file = {"userId": user_id, "summaryId": "1", "callbackURL": url}
        assert tell(lived, {"activityFiles": [file]}) == 400
    assert arrivals(lived) == []


def test_a_large_push_is_taken_and_a_huge_one_left_unread(lived, user_id):
    samples = [{"heartRate": 150, "startTimeInSeconds": n} for n in range(86_400)]
    details = {"userId": user_id, "summaryId": "9-detail", "activityId": 9, "samples": samples}
    details["summary"] = a_summary(9, user_id)
    body = json.dumps({"activityDetails": [details]}).encode()
    assert 3_000_000 < len(body) < 8_000_000
    assert tell(lived, body) == 200
    (row,) = arrivals(lived)
    assert len(row.payload["carried"]) < 1000  # its samples are in the file as well
    assert tell(lived, b" " * (8 * 1024 * 1024 + 1)) == 413


def test_strava_may_send_no_more_than_before(lived):
    """What one service may send is no other's measure."""
    told = {"body": b" " * 100_000, "client": ELSEWHERE}
    world = World(lived.engine)
    world.agree(webhook_secret="s" * 20, word="sesame")
    (answer,) = asked(create_app(world), ("POST", f"/webhooks/letters/{'s' * 20}", told))
    assert answer.status == 413


def test_a_history_in_one_push_does_not_fill_the_inbox(lived, user_id):
    many = AT_ONCE * 10 + 7
    assert tell(lived, {"activities": [a_summary(n, user_id) for n in range(1, many + 1)]}) == 200
    assert len(arrivals(lived)) == many


def test_only_the_secret_address_of_that_name_leads_here(lived, user_id):
    body = json.dumps({"activities": [a_summary(1, user_id)]})
    headers = {"garmin-client-id": CLIENT_ID}
    right = address(lived.runtime, "garmin_partner")
    for wrong in (right + "x", right.rpartition("/")[0] + "/", right.replace("garmin", "strava")):
        assert requests.post(wrong, data=body, headers=headers, timeout=10).status_code == 404
    assert "/webhooks/garmin/" in right
    assert arrivals(lived) == []


def test_a_farewell_is_confirmed_before_it_is_believed(lived):
    lived.control.post("partner/deregister", lie=True)
    lived.work("ingest")
    (mine,) = lived.rows(tables.connection)
    assert mine.state == CONNECTED
    lived.clock.later(hours=1)
    lived.control.post("partner/deregister")
    lived.work()
    assert lived.rows(tables.connection, state=CONNECTED) == []


def test_who_left_and_came_back_can_leave_again(lived):
    """Every farewell has the same words: it must not pass for a repeat of the first."""
    for _ in range(2):
        lived.control.post("partner/deregister")
        lived.work()
        assert lived.rows(tables.connection, state=CONNECTED) == []
        lived.clock.later(days=1)
        sign_in(lived)
        assert len(lived.rows(tables.connection, state=CONNECTED)) == 1


def test_the_secrets_of_a_door_are_made_once(lived):
    first = agreed_with(lived.runtime, "intervals")
    assert first == agreed_with(lived.runtime, "intervals")
    assert set(first) == {"webhook_secret", "intervals_webhook_secret"}
    assert len(set(first.values())) == 2
    assert min(map(len, first.values())) >= 22  # 128 bits and more
    assert address(lived.runtime, "intervals").endswith(
        f"/webhooks/intervals/{first['webhook_secret']}"
    )
    assert agreed_with(lived.runtime, "garmin_partner") != first


def test_the_door_of_intervals_answers_exactly_200(lived):
    where = address(lived.runtime, "intervals")
    secret = agreed_with(lived.runtime, "intervals")["intervals_webhook_secret"]
    event = {"uid": "1", "athlete_id": "i1", "type": "ACTIVITY_ANALYZED", "activity": {"id": "i9"}}
    told = {"secret": secret, "events": [event]}
    assert requests.post(where, json=told, timeout=10).status_code == 200
    forged = told | {"secret": "another"}
    assert requests.post(where, json=forged, timeout=10).status_code == 400


def test_a_port_that_is_taken_is_said():
    with wait_for_code("state") as (back, _):
        port = int(back.rpartition(":")[2].partition("/")[0])
        with pytest.raises(Refused, match=f"Port {port} is taken"), wait_for_code("s", port=port):
            pass
