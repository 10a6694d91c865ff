import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.contract import check_activity_source, check_unreachable, listed
from connectors.errors import RateLimited, Refused, Unavailable
from connectors.garmin import CONNECTOR
from connectors.garmin.activities import GarminActivities
from connectors.garmin.client import Wire, signed_in
from connectors.garmin_shapes.records import (
    Torn,
    is_multisport_parent,
    original_of,
    record_of,
    sport_of,
    tag_of_detail,
    tag_of_row,
)
from connectors.ports import ActivityRef, Link
from planning.activity import RecordKind, Sport, Surface
from tests.connectors.garmin.sessions import planned
from tests.connectors.linked import NOW, TODAY, count

DETAIL = {
    "activityId": 21000000100,
    "activityName": "Lyon Running",
    "activityTypeDTO": {"typeId": 1, "typeKey": "running"},
    "eventTypeDTO": {"typeId": 1, "typeKey": "race"},
    "metadataDTO": {"manualActivity": False, "manufacturer": "GARMIN"},
    "summaryDTO": {
        "startTimeGMT": "2026-11-22T06:31:04.0",
        "startTimeLocal": "2026-11-22T07:31:04.0",
        "distance": 10003.2,
        "duration": 3001.5,
        "movingDuration": 2995.0,
        "elapsedDuration": 3050.0,
        "elevationGain": 41.0,
        "averageHR": 148.0,
        "maxHR": 171.0,
    },
}


def in_threes(link):
    return GarminActivities(
        Wire(signed_in(link, lambda: NOW), lambda: NOW), lambda: NOW, page_size=3
    )


def test_the_contract_is_kept(control, source):
    control.history(weeks=3, until=TODAY)
    check_activity_source(source, gone_id="999", sample=3)


def test_a_poll_goes_on_until_an_empty_page_and_over_processes(control, link):
    made = control.history(weeks=3, until=TODAY)["activities"]
    seen, cursor, more = [], None, True
    while more:
        page = in_threes(link).changes(cursor)
        seen += [ref.external_id for ref in page.refs]
        cursor, more = page.cursor, page.more
    assert len(seen) == len(set(seen)) == made
    assert json.loads(cursor).keys() == {"newest"}


def test_the_next_poll_starts_three_days_before_the_newest(control, source):
    control.history(weeks=3, until=TODAY)
    refs, cursor = listed(source, None)
    first = max(ref.start_at for ref in refs.values()).date() - timedelta(days=3)
    again, _ = listed(source, cursor)
    assert set(again) == {key for key, ref in refs.items() if ref.start_at.date() >= first}


def test_a_run_that_arrives_during_a_poll_is_not_lost(control, link):
    control.history(weeks=2, until=TODAY - timedelta(days=1))
    source = in_threes(link)
    page = source.changes(None)
    control.run(TODAY)
    rest, cursor = listed(source, page.cursor)
    before = {ref.external_id for ref in page.refs} | rest.keys()
    again, _ = listed(source, cursor)
    dumped = {str(each["garmin_id"]) for each in control.dump()["activities"]}
    assert before | again.keys() == dumped


def test_a_watch_from_the_future_does_not_end_the_polls(control, source):
    control.run(TODAY + timedelta(days=3000))
    _, cursor = listed(source, None)
    control.run(TODAY)
    refs, _ = listed(source, cursor)
    assert len(refs) == 2


def test_an_empty_account_polls_to_an_end(source):
    refs, cursor = listed(source, None)
    assert refs == {}
    assert listed(source, cursor) == ({}, cursor)


def test_one_run_with_its_file(control, source):
    control.run(TODAY)
    (ref,) = listed(source, None)[0].values()
    recorded = source.activity(ref)
    assert recorded.record.sport is Sport.RUN
    assert recorded.record.kind is RecordKind.GARMIN_API
    assert recorded.record.utc_offset_s is not None
    assert recorded.file.name == f"{ref.external_id}.fit"
    assert recorded.file.content[8:12] == b".FIT"
    assert recorded.tag == ref.tag
    assert recorded.record.planned_ident is None


def test_a_run_that_followed_a_session_of_ours_says_which(control, opened):
    opened.calendar.create(planned(days=0))
    assert control.run(TODAY, kind="planned")
    (ref,) = listed(opened.activities, None)[0].values()
    assert opened.activities.activity(ref).record.planned_ident == "g1-w40-quality"
    control.delete_entry("g1-w40-quality", template=True)
    assert opened.activities.activity(ref).record.planned_ident is None


def test_pitfall_16_a_manual_run_has_no_file_and_none_is_asked_for(control, source):
    control.run(TODAY, kind="manual")
    (ref,) = listed(source, None)[0].values()
    recorded = source.activity(ref)
    assert recorded.record.is_manual
    assert recorded.file is None
    assert count(control, "garmin GET /download-service") == 0


def test_a_file_that_is_not_there_leaves_the_summary(control, source):
    control.run(TODAY)
    (ref,) = listed(source, None)[0].values()
    control.fault("garmin", path_contains="/download-service", status=404)
    assert source.activity(ref).file is None


def test_pitfall_18_a_file_that_is_not_there_yet_is_asked_for_again(control, source):
    control.run(TODAY)
    control.run(TODAY - timedelta(days=3))
    old, new = sorted(listed(source, None)[0].values(), key=lambda ref: ref.start_at)
    control.fault("garmin", path_contains="/download-service", status=404, times=2)
    assert (source.activity(new).incomplete, source.activity(old).incomplete) == (True, False)
    assert source.activity(new).file is not None
    assert not source.activity(new).incomplete


def test_a_page_in_place_of_a_file_is_not_taken_for_no_file(control, source):
    control.run(TODAY - timedelta(days=3))
    (ref,) = listed(source, None)[0].values()
    control.fault("garmin", path_contains="/download-service", status=200, body={"sorry": "soon"})
    recorded = source.activity(ref)
    assert (recorded.file, recorded.incomplete) == (None, True)
    assert source.activity(ref).file is not None


def test_an_edit_moves_the_tag(control, source):
    control.run(TODAY)
    (before,) = listed(source, None)[0].values()
    control.edit_activity(distance_m=12345.0)
    (after,) = listed(source, None)[0].values()
    assert before.tag != after.tag
    assert source.activity(after).tag == after.tag
    assert source.activity(after).record.distance_m == 12345.0


def test_what_was_deleted_is_gone(control, source):
    control.run(TODAY)
    (ref,) = listed(source, None)[0].values()
    control.delete_activity()
    assert source.activity(ref) is None


@pytest.mark.parametrize("fault", [{"status": 500}, {"kind": "timeout_before"}])
def test_a_read_is_repeated_when_garmin_stumbles(control, source, fault):
    control.run(TODAY)
    control.fault("garmin", path_contains="/search/activities", times=2, **fault)
    assert len(source.changes(None).refs) == 1


def test_pitfall_26_a_limit_is_told_with_garmins_own_pause(control, source):
    control.fault("garmin", path_contains="/search/activities", status=429, retry_after=77)
    with pytest.raises(RateLimited) as caught:
        source.changes(None)
    assert caught.value.retry_after_s == 77
    assert count(control, "garmin GET /activitylist-service") == 1


def test_a_limit_without_a_pause_gets_ours(control, source):
    control.fault("garmin", path_contains="/search/activities", status=429)
    with pytest.raises(RateLimited) as caught:
        source.changes(None)
    assert caught.value.retry_after_s == 900


def test_trouble_that_lasts_is_told_without_a_traceback_in_the_log(control, source, caplog):
    control.fault("garmin", path_contains="/search/activities", status=503, times=9)
    with pytest.raises(Unavailable):
        source.changes(None)
    control.clear_faults()
    assert caplog.records == []


def test_without_a_service_the_error_is_one_of_the_four(link):
    away = Link({"garmin_api_url": "http://127.0.0.1:9"}, link.tokens)
    with CONNECTOR.open(away, NOW) as opened:
        check_unreachable(lambda: opened.activities.changes(None))
        check_unreachable(lambda: opened.activities.activity(ActivityRef("1")))


# Records


def test_a_race_in_every_field():
    record = record_of(DETAIL, "garmin", planned_ident="g1")
    assert (record.source, record.external_id) == ("garmin", "21000000100")
    assert record.start_at == datetime(2026, 11, 22, 6, 31, 4, tzinfo=UTC)
    assert record.utc_offset_s == 3600
    assert record.local_day(UTC) == date(2026, 11, 22)
    assert (record.distance_m, record.moving_time_s, record.elapsed_time_s) == (
        10003.2,
        3001.5,
        3050,
    )
    assert (record.climb_m, record.average_heart_rate_bpm, record.max_heart_rate_bpm) == (
        41,
        148,
        171,
    )
    assert record.is_race
    assert (record.name, record.planned_ident) == ("Lyon Running", "g1")


def test_what_garmin_holds_the_threshold_to_be():
    more = {"lactateThresholdSpeed": 4.05, "lactateThresholdHeartRate": 171.0}
    record = record_of(DETAIL | {"summaryDTO": DETAIL["summaryDTO"] | more}, "garmin")
    assert (record.watch_threshold_m_per_s, record.watch_threshold_bpm) == (4.05, 171)
    plain = record_of(DETAIL, "garmin")
    assert plain.watch_threshold_m_per_s is plain.watch_threshold_bpm is None


def test_a_start_without_gmt_is_taken_as_it_is_and_the_offset_is_not_known():
    summary = {key: v for key, v in DETAIL["summaryDTO"].items() if key != "startTimeGMT"}
    record = record_of(DETAIL | {"summaryDTO": summary}, "garmin")
    assert record.start_at == datetime(2026, 11, 22, 7, 31, 4, tzinfo=UTC)
    assert record.utc_offset_s is None


@pytest.mark.parametrize(
    ("type_key", "sport", "surface"),
    [
        ("running", Sport.RUN, Surface.ROAD),
        ("street_running", Sport.RUN, Surface.ROAD),
        ("treadmill_running", Sport.RUN, Surface.TREADMILL),
        ("indoor_running", Sport.RUN, Surface.TREADMILL),
        ("trail_running", Sport.RUN, Surface.TRAIL),
        ("ultra_run", Sport.RUN, Surface.TRAIL),
        ("track_running", Sport.RUN, Surface.TRACK),
        ("virtual_run", Sport.RUN, Surface.VIRTUAL),
        ("virtual_ride", Sport.RIDE, Surface.VIRTUAL),
        ("mountain_biking", Sport.RIDE, Surface.ROAD),
        ("lap_swimming", Sport.SWIM, Surface.ROAD),
        ("strength_training", Sport.STRENGTH, Surface.ROAD),
        ("hiking", Sport.WALK, Surface.ROAD),
        ("yoga", Sport.OTHER, Surface.ROAD),
    ],
)
def test_types(type_key, sport, surface):
    record = record_of(DETAIL | {"activityTypeDTO": {"typeKey": type_key}}, "garmin")
    assert (record.sport, record.surface) == (sport, surface)
    assert sport_of(type_key) is sport


def test_parents_of_multisport_are_passed_over():
    assert is_multisport_parent({"isParent": True})
    assert is_multisport_parent({"isMultiSportParent": True})
    assert not is_multisport_parent({"isParent": False, "parentId": 5})


def test_pitfall_22_the_legs_of_a_multisport_day_are_listed_and_the_day_is_not(control, link):
    class Triathlete:
        """A Garmin of somebody who swam before the run."""

        def connectapi(self, path, **_):
            if "search" not in path:
                return DETAIL | {"isMultiSportParent": True}
            row = {"startTimeGMT": "2026-11-22 06:31:04", "isParent": False}
            return [
                row | {"activityId": 1, "isParent": True},
                row | {"activityId": 2, "parentId": 1},
            ]

    source = GarminActivities(Wire(Triathlete(), lambda: NOW), lambda: NOW)
    page = source.changes(None)
    assert [ref.external_id for ref in page.refs] == ["2"]
    assert json.loads(page.cursor)["start"] == 2  # the parent counts as listed
    assert source.activity(ActivityRef("1")) is None


def test_a_row_and_its_detail_have_one_tag():
    row = {
        "activityId": 21000000100,
        "activityName": "Lyon Running",
        "startTimeGMT": "2026-11-22 06:31:04",
        "activityType": {"typeKey": "running"},
        "eventType": {"typeKey": "race"},
        "distance": 10003.2000001,
        "duration": 3001.5,
    }
    assert tag_of_row(row) == tag_of_detail(DETAIL)
    assert tag_of_row(row | {"distance": 10010.0}) != tag_of_detail(DETAIL)


def archive(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, content in files.items():
            opened.writestr(name.replace("_", "."), content)
    return buffer.getvalue()


def test_the_recording_in_an_archive():
    assert original_of(archive(a_FIT=b"x"), "7").name == "7.fit"
    assert original_of(archive(readme_txt=b"x", a_tcx=b"y"), "7").content == b"y"
    assert original_of(archive(readme_txt=b"x"), "7") is None
    assert original_of(archive(a_fit=b""), "7") is None
    for torn in (b"no archive", archive(a_fit=b"x" * 99)[:80], _secret(archive(a_fit=b"x"))):
        with pytest.raises(Torn):
            original_of(torn, "7")


def _secret(content):
    """The same, said to be encrypted."""
    at = content.index(b"PK\x01\x02") + 8
    return content[:6] + b"\x01" + content[7:at] + b"\x01" + content[at + 1 :]


class Counting:
    def __init__(self):
        self.spent, self.rests = 0, []

    def spend(self, kind=""):
        self.spent += 1

    def learn(self, usage):
        raise AssertionError("Garmin says nothing of its limits")

    def rest(self, seconds):
        self.rests.append(seconds)


def test_every_request_is_counted_and_a_pause_is_everybodys(control, link):
    meter = Counting()
    control.run(TODAY)
    before = count(control, "garmin GET")
    with CONNECTOR.open(replace(link, meter=meter), NOW) as opened:
        (ref,) = opened.activities.changes(None).refs
        opened.activities.activity(ref)
        assert meter.spent == count(control, "garmin GET") - before
        control.fault("garmin", path_contains="/activity-service", status=429, retry_after=90)
        with pytest.raises(RateLimited):
            opened.activities.activity(ref)
    assert meter.rests == [90.0]


ODD_ROWS = [
    None,
    "row",
    {},
    {"activityId": 7, "startTimeGMT": "soon"},
    {"activityId": 7, "activityType": "running", "distance": "far"},
]


@pytest.mark.parametrize("odd", ODD_ROWS)
def test_one_odd_row_does_not_end_the_poll(control, source, odd):
    row = {"activityId": 21000000100, "startTimeGMT": "2026-11-22 06:31:04"}
    control.fault("garmin", status=200, path_contains="/activitylist-service", body=[odd, row])
    page = source.changes(None)
    assert [ref.external_id for ref in page.refs][-1] == "21000000100"
    assert page.more


def test_an_activity_that_cannot_be_read_is_told_in_words(control, source):
    odd = {"activityId": 7, "summaryDTO": {"startTimeGMT": "soon"}}
    control.fault("garmin", status=200, path_contains="/activity-service/activity/7", body=odd)
    with pytest.raises(Refused, match="Activity 7 of Garmin"):
        source.activity(ActivityRef("7"))


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), 1e300, True, "10 km"])
def test_what_measures_nothing_is_not_known(odd):
    record = record_of(DETAIL | {"summaryDTO": DETAIL["summaryDTO"] | {"distance": odd}}, "garmin")
    assert record.distance_m is None


@pytest.mark.parametrize("odd", [[{}], [None, "row"], {"rows": []}])
def test_a_page_of_nothing_but_odd_rows_is_no_page(control, source, odd):
    """It is neither the end of the list nor something to go on from for ever."""
    control.fault("garmin", status=200, path_contains="/activitylist-service", body=odd, times=9)
    with pytest.raises(Unavailable, match="no known shape"):
        source.changes(None)


def test_pitfall_19_short_pages_and_a_list_of_a_while_ago_lose_nothing(control, source):
    made = control.history(weeks=2, until=TODAY - timedelta(days=1))["activities"]
    control.fault("garmin", "short", path_contains="search/activities", times=2)
    refs, cursor = listed(source, None)
    assert len(refs) == made
    before, _ = listed(source, cursor)
    run = control.run(TODAY)
    control.fault("garmin", "stale", path_contains="search/activities")
    old, cursor = listed(source, cursor)
    assert old == before
    assert str(run["garmin_id"]) in listed(source, cursor)[0]
