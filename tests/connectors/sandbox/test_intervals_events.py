"""The simulated calendar of intervals.icu by plain requests."""

import pytest
import requests

from connectors.sandbox.intervals_workout import workout_doc
from tests.connectors.sandbox.receivers import Callback

TEXT = """Warmup
- 15m Z2 HR

Main set 5x
- relaxed arms 1km 4:00-4:15/km Pace
- 2m Z1 HR

Cooldown
- Press lap 10m Z1 HR"""


def event(**changes):
    return {
        "category": "WORKOUT",
        "start_date_local": "2026-11-25T00:00:00",
        "type": "Run",
        "name": "5 x 1 km",
        "external_id": "plan-7/day-3",
        "description": TEXT,
        **changes,
    }


def ask(control, method, path="", *, token=None, json=None, **query):
    auth = None if token else ("API_KEY", control.post("intervals/key")["api_key"])
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"{control.intervals_url}/api/v1/athlete/0/events{path}"
    return requests.request(
        method, url, json=json, params=query, auth=auth, headers=headers, timeout=5
    )


def listed(control, **query):
    return ask(control, "GET", oldest="2026-11-01", newest="2026-12-31", **query).json()


def test_the_text_is_read_as_the_documentation_says():
    assert workout_doc(TEXT) == {
        "steps": [
            {"duration": 900, "warmup": True, "hr": {"value": 2, "units": "hr_zone"}},
            {
                "reps": 5,
                "steps": [
                    {
                        "text": "relaxed arms",
                        "distance": 1000,
                        "pace": {"start": 240, "end": 255, "units": "secs/km"},
                    },
                    {"duration": 120, "hr": {"value": 1, "units": "hr_zone"}},
                ],
            },
            {
                "text": "Press lap",
                "until_lap_press": True,
                "duration": 600,
                "cooldown": True,
                "hr": {"value": 1, "units": "hr_zone"},
            },
        ],
        "duration": 900 + 5 * 120 + 600,
    }


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("- 1h30m 78-82% HR", {"duration": 5400, "hr": {"start": 78, "end": 82, "units": "%hr"}}),
        ("- 400mtr 90% LTHR", {"distance": 400, "hr": {"value": 90, "units": "%lthr"}}),
        ("- 1mi 95% Pace", {"distance": 1609, "pace": {"value": 95, "units": "%pace"}}),
        ("- 2km 5:00/km Pace", {"distance": 2000, "pace": {"value": 300, "units": "secs/km"}}),
        ("- 2km 5:00/km", {"distance": 2000}),  # without the word the target is lost
        (
            "- 30s Z3-Z4 Pace",
            {"duration": 30, "pace": {"start": 3, "end": 4, "units": "pace_zone"}},
        ),
        ("- as you like", {"text": "as you like"}),
    ],
)
def test_one_line_is_one_step(line, step):
    assert workout_doc(line)["steps"] == [step]


def test_an_upsert_by_external_id_replaces_what_the_same_application_wrote(control):
    (first,) = ask(control, "POST", "/bulk", json=[event()], upsert="true").json()
    (again,) = ask(
        control,
        "POST",
        "/bulk",
        json=[event(start_date_local="2026-11-26T00:00:00")],
        upsert="true",
    ).json()
    assert again["id"] == first["id"]
    assert [one["start_date_local"] for one in listed(control)] == ["2026-11-26T00:00:00"]
    token = control.post("intervals/token")["access_token"]
    ask(control, "POST", "/bulk", token=token, json=[event()], upsert="true")
    assert len(listed(control)) == 2
    ask(control, "POST", "/bulk", json=[event()])
    ask(control, "POST", json=event())
    assert len(listed(control, category="WORKOUT")) == 4
    assert listed(control, category="NOTE") == []


@pytest.mark.parametrize(
    "wrong", [{"start_date_local": "2026-11-25"}, {"category": "PARTY"}, {"category": None}]
)
def test_a_bulk_with_one_wrong_event_writes_none(control, wrong):
    answer = ask(control, "POST", "/bulk", json=[event(), event(**wrong)], upsert="true")
    assert answer.status_code == 422
    assert listed(control) == []


def test_one_event_is_read_changed_and_deleted(control):
    made = ask(control, "POST", json=event()).json()
    path = f"/{made['id']}"
    changed = ask(control, "PUT", path, json={"description": "- 20m Z2 HR"}).json()
    assert changed["name"] == made["name"]
    assert changed["workout_doc"]["duration"] == 1200
    assert ask(control, "GET", path).json() == changed
    assert ask(control, "DELETE", path).status_code == 200
    for method in ("GET", "DELETE", "PUT"):
        assert ask(control, method, path, json={}).status_code == 404


def test_who_may_only_read_writes_nothing(control):
    token = control.post("intervals/token", scope="CALENDAR:READ")["access_token"]
    assert ask(control, "POST", token=token, json=event()).status_code == 403
    assert ask(control, "GET", token=token, oldest="2026-01-01").json() == []


def test_a_deleted_event_may_be_told_to_be_there_again(control):
    with Callback() as callback:
        control.post("intervals/hook", url=callback.url, secret="s")
        control.post("intervals/settings", echo=True)
        made = ask(control, "POST", json=event()).json()
        callback.wait(1)
        ask(control, "DELETE", f"/{made['id']}")
        told = [body["events"][0] for body in callback.wait(3)]
    assert {one["type"] for one in told} == {"CALENDAR_UPDATED"}
    assert told[0]["events"] == [{"id": made["id"]}]
    later = sorted((len(one["events"]), len(one["deleted_events"])) for one in told[1:])
    assert later == [(0, 1), (1, 0)]
