from datetime import date, timedelta

import pytest

from connectors.contract import check_wellness_source
from connectors.errors import Unavailable
from connectors.garmin_shapes.listing import summary_synced_at, uploaded_at
from connectors.garmin_shapes.wellness import (
    heart_rate_variability,
    nights,
    readiness,
    resting_heart_rates,
    sleep_statistics,
    slices,
    wellness_of,
)
from planning.wellness import Wellness
from tests.connectors.linked import TODAY, count

WEEK_AGO = TODAY - timedelta(days=6)
DAY = {"calendarDate": "2026-11-23"}


def test_the_contract_is_kept(opened):
    check_wellness_source(opened.wellness, first=WEEK_AGO, last=TODAY)


def test_a_week_of_nights_takes_three_requests(control, opened):
    rows = opened.wellness.wellness(WEEK_AGO, TODAY)
    assert [row.day for row in rows] == [WEEK_AGO + timedelta(days=n) for n in range(7)]
    for row in rows:
        assert row.source == "garmin"
        assert None not in (row.sleep_s, row.sleep_score, row.hrv_ms, row.resting_heart_rate_bpm)
        assert 0 < row.readiness <= 100
    assert count(control, "garmin GET") == 3


def test_nights_without_the_watch_have_no_row(control, opened):
    unworn = TODAY - timedelta(days=2)
    control.post("personal/watch", unworn=[unworn.isoformat()])
    assert unworn not in {row.day for row in opened.wellness.wellness(WEEK_AGO, TODAY)}
    assert opened.wellness.wellness(unworn, unworn) == ()


def test_a_watch_that_knows_no_readiness_leaves_the_rest(control, opened):
    control.fault("garmin", path_contains="/trainingreadiness", status=404)
    (row,) = opened.wellness.wellness(TODAY, TODAY)
    assert row.readiness is None
    assert row.hrv_ms


def test_illness_shows_in_the_morning(control, opened):
    (well,) = opened.wellness.wellness(TODAY, TODAY)
    control.post("personal/watch", ill=[TODAY.isoformat()])
    (ill,) = opened.wellness.wellness(TODAY, TODAY)
    assert ill.resting_heart_rate_bpm > well.resting_heart_rate_bpm + 4
    assert ill.hrv_ms < well.hrv_ms
    assert ill.readiness < well.readiness


def test_the_poll_says_when_the_watch_synced_and_asks_once(control, source):
    control.history(weeks=2, until=TODAY)
    control.run(TODAY, at="18:00")
    page = source.changes(None)
    assert (page.more, page.synced_at) == (True, None)
    page = source.changes(page.cursor)
    assert (page.more, page.synced_at.date()) == (False, TODAY)
    assert page.synced_at.hour >= 17
    assert count(control, "garmin GET /device-service") == 1


@pytest.mark.parametrize("status", [404, 503])
def test_runs_are_not_kept_waiting_for_the_time_of_the_sync(control, source, status):
    control.run(TODAY)
    control.fault("garmin", path_contains="/mylastused", status=status, times=9)
    page = source.changes(None)
    control.clear_faults()
    assert len(page.refs) == 1
    assert source.changes(page.cursor).synced_at is None


# What the answers mean


def test_the_morning_is_of_several_the_one_made_on_waking():
    rows = [
        {**DAY, "timestamp": "T18", "inputContext": "AFTER_POST_EXERCISE_RESET", "score": 20},
        {**DAY, "timestamp": "T07", "inputContext": "AFTER_WAKEUP_RESET", "score": 61},
        {**DAY, "timestamp": "T05", "inputContext": "AFTER_WAKEUP_RESET", "score": 74},
    ]
    assert dict(readiness(rows)) == {TODAY: {"readiness": 61}}
    assert dict(readiness([{**rows[1], "score": 0}])) == {TODAY: {"readiness": 0}}
    assert dict(readiness(rows[:1])) == {}


def test_null_and_nought_are_not_known():
    empty = {**DAY, "sleepTimeSeconds": 0, "sleepScores": {"overall": {"value": None}}}
    assert list(nights([empty])) == []
    assert list(nights([{**DAY, "sleepScores": None, "sleepTimeSeconds": 100}])) == [
        (TODAY, {"sleep_s": 100})
    ]
    assert list(sleep_statistics({"individualStats": [{**DAY, "values": None}]})) == []


def test_the_days_lowest_is_not_taken_for_a_resting_value():
    lowest = {**DAY, "heartRate": {"minValue": 51, "restingValue": 51}}
    assert list(resting_heart_rates({"data": [lowest]})) == []
    known = {**DAY, "heartRate": {"minValue": 44, "restingValue": 51}}
    assert list(resting_heart_rates({"data": [known]})) == [(TODAY, {"resting_heart_rate_bpm": 51})]


@pytest.mark.parametrize("read", [nights, heart_rate_variability, sleep_statistics, readiness])
@pytest.mark.parametrize("answer", [None, {}, [], {"noData": True}, [{"calendarDate": None}]])
def test_answers_without_rows_say_nothing(read, answer):
    assert list(read(answer)) == []


def test_several_answers_make_one_row_a_day_within_the_days_asked_for():
    made = wellness_of(
        "garmin",
        TODAY,
        TODAY,
        answers=[
            [(TODAY, {"sleep_s": 1.0}), (WEEK_AGO, {"sleep_s": 2.0})],
            [(TODAY, {"hrv_ms": 3.0})],
        ],
    )
    assert made == (Wellness("garmin", TODAY, sleep_s=1.0, hrv_ms=3.0),)
    assert wellness_of("garmin", TODAY, TODAY, answers=[[(TODAY, {"sleep_score": 9.0})]]) == ()


def test_slices_cover_every_day_once():
    cut = list(slices(date(2026, 1, 1), date(2026, 3, 1)))
    assert cut == [
        (date(2026, 1, 1), date(2026, 1, 28)),
        (date(2026, 1, 29), date(2026, 2, 25)),
        (date(2026, 2, 26), date(2026, 3, 1)),
    ]
    assert list(slices(TODAY, WEEK_AGO)) == []


@pytest.mark.parametrize("told", [None, {}, [], {"lastUsedDeviceUploadTime": 0}])
def test_a_device_that_never_handed_over_says_nothing(told):
    assert uploaded_at(told) is None
    assert summary_synced_at(told) is None


@pytest.mark.parametrize("odd", [[{"calendarDate": "2026-99-99", "sleepScores": 3}], 7])
def test_nights_of_another_shape_are_told_in_words(odd):
    with pytest.raises(Unavailable, match="no known shape"):
        wellness_of("garmin", WEEK_AGO, TODAY, answers=[nights(odd)])


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), True])
def test_what_measures_nothing_is_no_night(odd):
    row = DAY | {"sleepTimeSeconds": odd}
    assert wellness_of("garmin", TODAY, TODAY, answers=[nights([row])]) == ()
