"""Nights and days: only what notifications bring."""

import json
from datetime import date, timedelta

import pytest

from connectors.errors import Refused
from planning.wellness import Wellness
from tests.connectors.linked import TODAY


@pytest.mark.parametrize("pinged", [[], ["dailies", "sleeps", "hrv"]])
def test_a_day_comes_in_parts(control, heard, opened, pinged):
    control.post("partner/configure", pinged=pinged)
    control.post("partner/wellness", day=TODAY.isoformat())
    refs = heard.refs()
    rows = [row for ref in refs for row in opened.wellness.wellness_carried(ref.carried)]
    assert len(refs) == len(rows) == 3
    assert {(row.source, row.day) for row in rows} == {("garmin_partner", TODAY)}
    known = {name for row in rows for name in Wellness.__slots__ if getattr(row, name) is not None}
    assert known == {
        "source",
        "day",
        "sleep_s",
        "sleep_score",
        "hrv_ms",
        "resting_heart_rate_bpm",
    }


def test_of_a_night_that_the_watch_did_not_hand_over_nothing_is_told(control, heard):
    control.post("personal/watch", silent_from=TODAY.isoformat())
    control.post("partner/wellness", day=TODAY.isoformat())
    assert heard.refs() == []
    control.post("partner/wellness", day=(TODAY - timedelta(days=1)).isoformat())
    assert len(heard.refs()) == 3


def test_nothing_can_be_asked_for_by_its_day(opened):
    assert opened.wellness.wellness(TODAY - timedelta(days=7), TODAY) == ()


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("dailies", {"calendarDate": "2026-11-22"}),
        ("dailies", {"calendarDate": "2026-11-22", "restingHeartRateInBeatsPerMinute": 0}),
        ("dailies", {"calendarDate": "2026-11-22", "restingHeartRateInBeatsPerMinute": "48"}),
        ("sleeps", {"calendarDate": "2026-13-40", "durationInSeconds": 27000}),
        ("sleeps", {"calendarDate": "2026-11-22", "overallSleepScore": 80}),
        ("hrv", {"lastNightAvg": 60}),
        ("stress", {"calendarDate": "2026-11-22"}),
    ],
)
def test_a_day_of_which_nothing_is_said_is_no_row(opened, kind, item):
    assert opened.wellness.wellness_carried(json.dumps({"kind": kind, "item": item})) == ()


def test_a_night_in_planning_words(opened):
    item = {"calendarDate": "2026-11-22", "durationInSeconds": 27000}
    (row,) = opened.wellness.wellness_carried(json.dumps({"kind": "sleeps", "item": item}))
    assert row == Wellness("garmin_partner", date(2026, 11, 22), sleep_s=27000.0)


def test_a_ping_that_is_over_brings_nothing(control, opened):
    gone = {"userId": "d", "callbackURL": f"{control.partner_url}/wellness-api/rest/nothing/here"}
    assert opened.wellness.wellness_carried(json.dumps({"kind": "hrv", "item": gone})) == ()


def test_what_was_not_kept_is_said(opened):
    with pytest.raises(Refused):
        opened.wellness.wellness_carried("")
