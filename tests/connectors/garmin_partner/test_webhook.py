"""What Garmin's notifications say, and what only looks like one."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import check_webhook_receiver
from connectors.garmin_partner import CONNECTOR
from connectors.garmin_partner.addresses import is_ours
from connectors.ports import EventKind, Malformed
from tests.connectors.garmin_partner.told import AT, CLIENT_ID, REST, a_file, a_summary, delivery
from tests.sizes import FIXED, examples

RECEIVER = CONNECTOR.receiver({"garmin_partner_client_id": CLIENT_ID})

TOLD = {
    "activities": [a_summary()],
    "activityFiles": [a_file()],
    "activityDetails": [
        {
            "userId": "d331",
            "summaryId": "21000000100-detail",
            "activityId": 21000000100,
            "summary": a_summary(),
            "samples": [{"heartRate": 140}] * 50,
        }
    ],
    "manuallyUpdatedActivities": [a_summary(activityName="Tempo")],
    "dailies": [{"userId": "d331", "summaryId": "x1", "calendarDate": "2026-11-22"}],
    "sleeps": [{"userId": "d331", "summaryId": "x2", "calendarDate": "2026-11-22"}],
    "hrv": [{"userId": "d331", "summaryId": "x3", "calendarDate": "2026-11-22"}],
    "deregistrations": [{"userId": "d331"}],
    "userPermissionsChange": [
        {"userId": "d331", "permissions": ["ACTIVITY_EXPORT"], "changeTimeInSeconds": 1795384800}
    ],
}
ADDRESS = f"{REST}/activities?uploadStartTimeInSeconds=1&uploadEndTimeInSeconds=2&token=t"
PING = {"activities": [{"userId": "d331", "callbackURL": ADDRESS}]}
FORGED = [
    delivery(TOLD, client_id="somebody-else"),
    replace(delivery(TOLD), headers={}),
    delivery(TOLD, method="GET"),
    delivery(TOLD, method="DELETE"),
    delivery(b""),
    delivery(b"{"),
    delivery(b"[]"),
    delivery(b"\xff"),
    delivery(b"[" * 100_000),
    delivery(b'{"activities": NaN}'),
    delivery({"activities": {}}),
    delivery({"activities": [1]}),
    delivery({"activities": [{}]}),
    delivery({"activities": [{"userId": "d331"}]}),
    delivery({"activities": [a_summary(userId=5)]}),
    delivery({"activities": [a_summary(userId="d\0")]}),
    delivery({"activities": [a_summary(summaryId="../../etc", activityId=None)]}),
    delivery({"activities": [a_summary(startTimeInSeconds="soon")]}),
    delivery({"activities": [a_summary(startTimeInSeconds=1e300)]}),
    delivery({"activities": [a_summary(durationInSeconds=None)]}),
    delivery({"activityFiles": [a_summary()]}),
    delivery({"activityFiles": [a_file(summaryId=None)]}),
    delivery({"sleeps": [{"userId": "d331", "calendarDate": "today"}]}),
    delivery({"activities": [a_summary()] * 5001}),
    delivery(b"{}".ljust(RECEIVER.most_bytes + 1)),
]


def understood(body, **how):
    return RECEIVER.understand(delivery(body, **how))


def test_keeps_to_the_contract():
    genuine = [delivery({kind: items}) for kind, items in TOLD.items()]
    genuine += [delivery(PING), delivery({**TOLD, **PING}, method="PUT")]
    check_webhook_receiver(RECEIVER, deliveries=genuine, forged=FORGED)


@pytest.mark.parametrize("verb", ["POST", "PUT"])
def test_every_kind_is_an_event_of_its_athlete(verb):
    events = understood(TOLD, method=verb)
    assert [event.kind for event in events] == [
        EventKind.ACTIVITY,
        EventKind.ACTIVITY,
        EventKind.ACTIVITY,
        EventKind.ACTIVITY,
        EventKind.WELLNESS,
        EventKind.WELLNESS,
        EventKind.WELLNESS,
        EventKind.DEAUTHORISED,
        EventKind.PERMISSIONS,
    ]
    assert {event.owner_id for event in events} == {"d331"}
    ids = [event.ref.external_id for event in events if event.kind is EventKind.ACTIVITY]
    assert ids == ["21000000100"] * 4  # one activity, told of in parts


def test_what_nobody_asked_for_is_passed_by():
    assert understood({"moveIQActivities": [{"anything": 1}], "stressDetails": 5}) == ()


def test_neither_tokens_nor_samples_are_kept():
    carried = "".join(e.ref.carried for e in understood(TOLD) if e.ref)
    assert "secret-token" not in carried
    assert "heartRate" not in carried


def test_a_ping_names_no_activity_but_where_to_look():
    (event,) = understood(PING)
    assert event.ref.external_id.startswith("ping-")
    assert json.loads(event.ref.carried)["item"]["callbackURL"] == ADDRESS


def test_a_repeat_has_the_same_key_within_the_hour_and_a_file_for_ever():
    keys = {e.delivery_key for e in understood(TOLD)}
    assert {e.delivery_key for e in understood(TOLD, at=AT + timedelta(minutes=20))} == keys
    later = {e.delivery_key for e in understood(TOLD, at=AT + timedelta(hours=1))}
    assert {key.partition(":")[0] for key in keys & later} == {"activityFiles"}


def test_a_second_farewell_is_another_one():
    """Its content is always the same: without the hour it would pass for a repeat for ever."""
    first, second = (
        understood({"deregistrations": [{"userId": "d331"}]}, at=AT + timedelta(days=days))
        for days in (0, 90)
    )
    assert first[0].delivery_key != second[0].delivery_key


def test_another_token_of_the_athlete_makes_no_other_event():
    one, other = (understood({"activities": [a_summary(userAccessToken=t)]}) for t in ("a", "b"))
    assert one == other


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/wellness-api/rest/activityFile?id=1",
        "http://apis.garmin.com/wellness-api/rest/activityFile",
        "https://apis.garmin.com:8443/wellness-api/rest/activityFile",
        "https://apis.garmin.com.evil.example/wellness-api/rest/activityFile",
        "https://apis.garmin.com@evil.example/wellness-api/rest/activityFile",
        "https://evil.example\\@apis.garmin.com/wellness-api/rest/activityFile",
        "https://user:pass@apis.garmin.com/wellness-api/rest/activityFile",
        "https://apis.garmin.com/wellness-api/rest/../../oauth2Confirm",
        "https://apis.garmin.com/wellness-api/rest/%2e%2e/%2e%2e/x",
        "https://apis.garmin.com/wellness-api/restless",
        "https://apis.garmin.com/oauth/revoke",
        "https://apis.garmin.com:x/wellness-api/rest/activityFile",
        "https://[::1/wellness-api/rest/activityFile",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:8000/metrics",
        "file:///etc/passwd",
        "//apis.garmin.com/wellness-api/rest/activityFile",
        "",
    ],
)
def test_an_address_elsewhere_is_forged(address):
    assert not is_ours(address, REST)
    for kind in ("activities", "activityFiles", "sleeps"):
        with pytest.raises(Malformed):
            understood({kind: [a_file(callbackURL=address)]})


def test_the_same_address_with_the_usual_port_is_garmins():
    assert is_ours("https://apis.garmin.com:443/wellness-api/rest/activityFile?id=1&token=t", REST)


@settings(max_examples=examples(60), derandomize=FIXED, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*TOLD, "other"]),
        st.lists(
            st.dictionaries(
                st.sampled_from(["userId", "summaryId", "callbackURL", "startTimeInSeconds"]),
                st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.booleans()),
            )
        ),
    )
)
def test_whatever_comes_is_understood_or_malformed(body):
    try:
        events = understood(body)
    except Malformed:
        return
    assert all(event.owner_id for event in events)


def test_an_odd_item_takes_nothing_from_the_others():
    """A notification is of many athletes: refused as a whole, it would come again for ever."""
    fine = a_summary(durationInSeconds=3001.5)
    for odd in ({"userId": "d9"}, a_summary(startTimeInSeconds="soon"), None, a_summary(userId=7)):
        (event,) = RECEIVER.understand(delivery({"activities": [odd, fine]}))
        assert (event.owner_id, event.ref.external_id) == ("d331", "21000000100")
        with pytest.raises(Malformed):
            RECEIVER.understand(delivery({"activities": [odd]}))
    forged = a_file(base="https://evil.example/wellness-api/rest")
    with pytest.raises(Malformed, match="not Garmin's"):
        RECEIVER.understand(delivery({"activities": [fine], "activityFiles": [forged]}))
