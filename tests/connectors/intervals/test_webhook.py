import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import check_webhook_receiver
from connectors.intervals import CONNECTOR
from connectors.ports import Delivery, EventKind, Malformed
from tests.connectors.linked import TODAY
from tests.connectors.sandbox.receivers import Callback
from tests.sizes import FIXED, examples

SECRET = "a-secret-between-two"
RECEIVER = CONNECTOR.receiver({"intervals_webhook_secret": SECRET})


def delivery(told, *, method="POST"):
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return Delivery(method, {}, {}, body)


def body(*events, secret=SECRET):
    return {"secret": secret, "events": [{"athlete_id": "i12345", **event} for event in events]}


def understood(*events):
    return RECEIVER.understand(delivery(body(*events)))


def test_without_a_secret_there_is_no_receiver():
    assert CONNECTOR.receiver({}) is None


def test_the_secret_is_not_shown():
    assert SECRET not in repr(RECEIVER)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"type": "ACTIVITY_UPLOADED", "activity": {"id": "i9"}}, EventKind.ACTIVITY),
        ({"type": "ACTIVITY_ANALYZED", "activity": {"id": "i9"}}, EventKind.ACTIVITY),
        ({"type": "ACTIVITY_DELETED", "activity": {"id": "i9"}}, EventKind.ACTIVITY),
        ({"type": "WELLNESS_UPDATED"}, EventKind.WELLNESS),
        ({"type": "CALENDAR_UPDATED", "events": [], "deleted_events": [1]}, EventKind.CALENDAR),
        ({"type": "APP_SCOPE_CHANGED"}, EventKind.PERMISSIONS),
    ],
)
def test_what_each_type_asks_for(event, kind):
    (found,) = understood(event)
    assert (found.kind, found.owner_id) == (kind, "i12345")
    assert (found.ref.external_id if found.ref else None) == event.get("activity", {}).get("id")


def test_other_types_are_none_of_our_business():
    assert understood({"type": "SPORT_SETTINGS_UPDATED"}, {"type": "SOMETHING_NEW"}) == ()


def test_a_repeat_has_the_key_of_the_first_and_the_next_event_another():
    one = {"type": "ACTIVITY_ANALYZED", "uid": "u1", "activity": {"id": "i9"}}
    first, again = understood(one)[0], understood(dict(reversed(one.items())))[0]
    assert first.delivery_key == again.delivery_key
    for change in ({"uid": "u2"}, {"type": "ACTIVITY_UPLOADED"}, {"activity": {"id": "i8"}}):
        assert understood({**one, **change})[0].delivery_key != first.delivery_key
    assert len(understood(one, one)) == 1


def test_an_entry_told_deleted_and_then_told_to_be_there_asks_twice():
    gone = {"type": "CALENDAR_UPDATED", "uid": "u", "events": [], "deleted_events": [{"id": 1}]}
    back = {"type": "CALENDAR_UPDATED", "uid": "u", "events": [{"id": 1}], "deleted_events": []}
    assert understood(gone)[0].delivery_key != understood(back)[0].delivery_key


FORGED = [
    body({"type": "WELLNESS_UPDATED"}, secret="guessed"),
    body({"type": "WELLNESS_UPDATED"}, secret=""),
    body({"type": "WELLNESS_UPDATED"}, secret="\ud800"),
    body({"type": "WELLNESS_UPDATED"}, secret=None),
    {"events": []},
    {"secret": SECRET},
    {"secret": SECRET, "events": {}},
    {"secret": SECRET, "events": ["x"]},
    {"secret": SECRET, "events": [{"type": "WELLNESS_UPDATED"}]},
    {"secret": SECRET, "events": [{"athlete_id": "i1"}]},
    body({"type": "ACTIVITY_UPLOADED"}),
    body({"type": "ACTIVITY_UPLOADED", "activity": {"id": 9}}),
    body({"type": "ACTIVITY_UPLOADED", "activity": {"id": "9" * 101}}),
    body({"type": "ACTIVITY_UPLOADED", "activity": {"id": "../athlete/0"}}),
    body({"type": "ACTIVITY_UPLOADED", "activity": {"id": ""}}),
    body({"type": "WELLNESS_UPDATED", "more": "x" * 2**20}),
    b"",
    b"[]",
    b"\xff",
    b"[" * 100_000,
    b"1" * 5000,
]


def test_the_contract_is_kept():
    check_webhook_receiver(
        RECEIVER,
        deliveries=[delivery(body({"type": "ACTIVITY_ANALYZED", "activity": {"id": "i9"}}))],
        forged=[*map(delivery, FORGED), delivery(body(), method="GET")],
    )


@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["type", "athlete_id", "activity", "id", "uid"]) | st.text(), inner
            )
        ),
    )
)
@settings(max_examples=examples(100), derandomize=FIXED, deadline=None)
def test_whatever_stands_in_the_body_is_understood_or_malformed(events):
    try:
        RECEIVER.understand(delivery({"secret": SECRET, "events": events}))
    except Malformed:
        return


def test_what_the_service_sends_is_understood(control):
    with Callback() as callback:
        control.post("intervals/hook", url=callback.url, secret=SECRET, retry_s=0.02)
        callback.statuses = [204]  # any other answer than 200 is a failure there
        control.run(TODAY)
        control.post("intervals/announce")
        first, repeat = callback.wait(2)
        assert first == repeat
        told = RECEIVER.understand(delivery(first))
        assert [event.kind for event in told] == [EventKind.ACTIVITY, EventKind.ACTIVITY]
        assert told == RECEIVER.understand(delivery(repeat))
        assert {event.owner_id for event in told} == {control.post("intervals/key")["athlete_id"]}


def test_a_second_edit_that_is_told_in_the_same_words_is_heard():
    told = json.dumps(body({"type": "ACTIVITY_ANALYZED", "activity": {"id": "i9"}})).encode()
    at = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    keys = [
        RECEIVER.understand(Delivery("POST", {}, {}, told, at + timedelta(minutes=m)))[0]
        for m in (0, 3, 90)
    ]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize("odd", [{"type": "ACTIVITY_UPLOADED"}, {"type": 7}, {"athlete_id": None}])
def test_an_odd_event_takes_nothing_from_the_others(odd):
    fine = {"type": "ACTIVITY_UPLOADED", "activity": {"id": "i9"}}
    (event,) = understood(odd, fine)
    assert event.ref.external_id == "i9"
    with pytest.raises(Malformed):
        understood(odd)
