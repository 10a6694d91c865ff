import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import check_webhook_receiver
from connectors.ports import Challenge, Delivery, EventKind, Malformed
from connectors.strava import CONNECTOR
from connectors.strava.webhook import StravaReceiver

RECEIVER = StravaReceiver("verify me", "310001")
BODY = {
    "object_type": "activity",
    "object_id": 19000000420,
    "aspect_type": "update",
    "updates": {"title": "Tempo"},
    "owner_id": 777001,
    "subscription_id": 310001,
    "event_time": 1795384800,
}


def post(**changes):
    kept = {key: value for key, value in (BODY | changes).items() if value is not ...}
    return Delivery("POST", {}, {}, json.dumps(kept).encode())


def handshake(**changes):
    query = {
        "hub.mode": "subscribe",
        "hub.challenge": "15f7",
        "hub.verify_token": "verify me",
    }
    return Delivery("GET", query | changes, {}, b"")


def test_the_handshake_is_answered_with_its_challenge():
    assert RECEIVER.understand(handshake()) == Challenge({"hub.challenge": "15f7"})


def test_the_handshake_is_answered_before_there_is_a_subscription():
    receiver = StravaReceiver("verify me", None)
    assert isinstance(receiver.understand(handshake()), Challenge)
    with pytest.raises(Malformed):
        receiver.understand(post())


def test_an_activity_is_pointed_at():
    (event,) = RECEIVER.understand(post())
    assert event.kind is EventKind.ACTIVITY
    assert event.owner_id == "777001"
    assert event.ref.external_id == "19000000420"


def test_a_deauthorisation_is_told_as_one():
    told = {"object_type": "athlete", "object_id": 777001, "updates": {"authorized": "false"}}
    (event,) = RECEIVER.understand(post(**told))
    assert event.kind is EventKind.DEAUTHORISED
    assert event.ref is None


def test_an_edited_profile_is_nothing():
    assert RECEIVER.understand(post(object_type="athlete", updates={"weight": "70"})) == ()


def test_what_is_for_another_subscription_says_nothing_and_is_not_refused():
    """Refused, Strava would send it twice more."""
    assert RECEIVER.understand(post(subscription_id=310002)) == ()


def test_unknown_fields_do_no_harm_and_updates_may_be_missing():
    assert RECEIVER.understand(post(something_new=1, updates=...))


FORGED = [
    handshake(**{"hub.verify_token": "other"}),
    handshake(**{"hub.verify_token": "vérify"}),
    handshake(**{"hub.mode": "unsubscribe"}),
    handshake(**{"hub.challenge": ""}),
    handshake(**{"hub.challenge": "x" * 513}),
    Delivery("PUT", {}, {}, b""),
    Delivery("POST", {}, {}, b""),
    Delivery("POST", {}, {}, b"[]"),
    Delivery("POST", {}, {}, b"{"),
    Delivery("POST", {}, {}, b"\xff"),
    post(object_type="club"),
    post(aspect_type="explode"),
    post(object_id="19000000420"),
    post(object_id=0),
    post(owner_id=...),
    post(updates={"title": {"deep": 1}}),
    post(updates={"title": "x" * 9000}),
]


def test_the_contract_is_kept():
    check_webhook_receiver(RECEIVER, deliveries=[handshake(), post()], forged=FORGED)


def test_repeats_have_one_key_and_other_events_another():
    def key(**changes):
        return RECEIVER.understand(post(**changes))[0].delivery_key

    changes = [
        {"object_id": 1},
        {"owner_id": 1},
        {"aspect_type": "create"},
        {"event_time": 1},
        {"updates": {"title": "Other"}},
        {"updates": {"type": "Tempo"}},
    ]
    keys = [key(), *(key(**change) for change in changes)]
    assert len(set(keys)) == len(keys)
    assert key(updates={"a": "1", "b": "2"}) == key(updates={"b": "2", "a": "1"})


@given(st.binary(max_size=9000), st.sampled_from(["GET", "POST", "HEAD"]))
@settings(deadline=None, derandomize=True, max_examples=60)
def test_noise_is_malformed_and_nothing_else(body, method):
    with pytest.raises(Malformed):
        RECEIVER.understand(Delivery(method, {}, {}, body))


@given(
    st.dictionaries(
        st.sampled_from(sorted(BODY)),
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just({}),
    )
)
@settings(deadline=None, derandomize=True, max_examples=100)
def test_any_other_shape_is_malformed_or_understood(changes):
    try:
        events = RECEIVER.understand(post(**changes))
    except Malformed:
        return
    assert all(event.delivery_key for event in events)


def test_shapes_are_told_and_contents_are_not():
    with pytest.raises(Malformed) as caught:
        RECEIVER.understand(post(owner_id="secret"))
    assert "owner_id" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_the_connector_has_a_receiver_once_a_verify_token_was_made():
    assert CONNECTOR.receiver({}) is None
    receiver = CONNECTOR.receiver({"strava_verify_token": "t", "strava_subscription_id": "5"})
    assert receiver == StravaReceiver("t", "5")
    assert "t" not in repr(receiver).replace("StravaReceiver", "").replace("subscription", "")
