"""Strava's pushes: the handshake, three deliveries, and what is announced at all."""

import time

import pytest
import requests
from stravalib import exc

from tests.connectors.sandbox.conftest import TODAY


def subscribe(strava, callback):
    return strava.create_subscription(4711, "hush", callback.url, "verify-me")


def deliveries(control, attempts, within_s=10.0):
    """What was sent, when the last of it has been tried so often."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        sent = control.dump()["deliveries"]
        if sent and len(sent[-1]["attempts"]) >= attempts:
            return sent
    raise AssertionError(sent)


def test_the_callback_is_asked_while_the_subscription_is_made(strava, callback):
    subscription = subscribe(strava, callback)
    assert subscription.id == 310001
    (asked,) = callback.handshakes
    assert asked["hub.mode"] == "subscribe"
    assert asked["hub.verify_token"] == "verify-me"
    assert [s.id for s in strava.list_subscriptions(4711, "hush")] == [310001]
    with pytest.raises(exc.Fault, match="already exists"):
        subscribe(strava, callback)
    strava.delete_subscription(310001, 4711, "hush")
    assert list(strava.list_subscriptions(4711, "hush")) == []


def test_a_callback_that_does_not_echo_is_not_subscribed(control, strava, callback):
    callback.echo = False
    with pytest.raises(exc.Fault, match="not verifiable"):
        subscribe(strava, callback)
    with pytest.raises(exc.Fault, match="not verifiable"):
        strava.create_subscription(4711, "hush", "http://127.0.0.1:9/nobody", "verify-me")
    assert control.dump()["subscribed"] is False


def test_unsubscribing_with_credentials_in_the_query(control, strava, callback):
    subscribe(strava, callback)
    url = f"{control.strava_url}/api/v3/push_subscriptions/310001"
    assert requests.delete(url, timeout=5).status_code == 401
    query = {"client_id": "4711", "client_secret": "hush"}
    assert requests.delete(url, params=query, timeout=5).status_code == 204
    assert requests.delete(url, params=query, timeout=5).status_code == 404


def test_a_run_is_announced_when_it_can_be_fetched(control, strava, callback):
    subscribe(strava, callback)
    made = control.run(TODAY)
    (event,) = callback.wait(1)
    assert event | {"event_time": 0} == {
        "object_type": "activity",
        "object_id": made["strava_id"],
        "aspect_type": "create",
        "updates": {},
        "owner_id": 777001,
        "subscription_id": 310001,
        "event_time": 0,
    }
    assert strava.get_activity(event["object_id"]).id == made["strava_id"]
    assert deliveries(control, 1)[-1]["attempts"] == [200]


def test_the_news_may_be_faster_than_the_activity(control, strava, callback):
    subscribe(strava, callback)
    control.settings(strava_lag_s=3600)
    made = control.run(TODAY)
    (event,) = callback.wait(1)
    assert event["object_id"] == made["strava_id"]
    with pytest.raises(exc.ObjectNotFound):
        strava.get_activity(made["strava_id"])
    with pytest.raises(exc.ObjectNotFound):
        strava.get_activity_streams(made["strava_id"], types=["time"])
    assert list(strava.get_activities()) == []


def test_three_deliveries_and_no_more(control, strava, callback):
    subscribe(strava, callback)
    callback.statuses = [500, 302, 404, 200]
    control.run(TODAY)
    assert deliveries(control, 3)[-1]["attempts"] == [500, 302, 404]
    time.sleep(0.2)  # noqa: TID251 - a fourth would come after 0.05 s
    assert len(callback.events) == 3
    assert callback.events[0] == callback.events[2]  # a repeat is the same event


def test_a_delivery_that_succeeds_late_is_the_last(control, strava, callback):
    subscribe(strava, callback)
    callback.statuses = [503, 200]
    control.run(TODAY)
    assert deliveries(control, 2)[-1]["attempts"] == [503, 200]


def test_creations_can_be_announced_twice(control, strava, callback):
    subscribe(strava, callback)
    control.run(TODAY, twice=True)
    one, two = callback.wait(2)
    assert one["object_id"] == two["object_id"]
    assert one["aspect_type"] == two["aspect_type"] == "create"


def test_titles_and_types_are_announced_and_distances_are_not(control, strava, callback):
    control.run(TODAY)
    subscribe(strava, callback)
    control.edit_activity(distance_m=5000)
    control.edit_activity(name="Tempo", sport="Walk")
    (event,) = callback.wait(1)
    assert event["updates"] == {"title": "Tempo", "type": "Walk"}
    activity = strava.get_activity(event["object_id"])
    assert float(activity.distance) == pytest.approx(5000, rel=0.002)
    assert activity.sport_type.root == "Walk"
    control.delete_activity()
    assert callback.wait(2)[1]["aspect_type"] == "delete"


def test_a_privacy_flip_looks_like_a_deletion_to_who_may_not_see_it(control, strava, callback):
    control.run(TODAY)
    subscribe(strava, callback)
    control.edit_activity(private=True)
    assert callback.wait(1)[0]["updates"] == {"private": "true"}
    control.tokens(scope="read,activity:read")
    control.edit_activity(private=False)
    control.edit_activity(private=True)
    told = [(e["aspect_type"], e["updates"]) for e in callback.wait(3)[1:]]
    assert sorted(told, key=str) == [("create", {}), ("delete", {})]


def test_false_alarms_can_be_sent(control, strava, callback):
    made = control.run(TODAY)
    subscribe(strava, callback)
    control.send_event(made["strava_id"], aspect="delete", times=2)
    assert [e["aspect_type"] for e in callback.wait(2)] == ["delete", "delete"]
    assert strava.get_activity(made["strava_id"]).id == made["strava_id"]


def test_throwing_the_application_out_is_announced_and_true(control, strava, callback):
    subscribe(strava, callback)
    control.revoke("strava")
    (event,) = callback.wait(1)
    assert event["object_type"] == "athlete"
    assert event["updates"] == {"authorized": "false"}
    with pytest.raises(exc.AccessUnauthorized):
        strava.get_athlete()
