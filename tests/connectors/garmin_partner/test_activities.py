"""Activities in parts, whichever comes first; and asking for the past. Over HTTP."""

import itertools
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from connectors.contract import check_connector, check_unreachable
from connectors.errors import RateLimited, Refused, SignInNeeded, Unavailable
from connectors.files.decode import decode
from connectors.garmin_partner import CONNECTOR, records
from connectors.garmin_partner.activities import Place
from connectors.garmin_partner.errors import NotAllowed
from connectors.ports import ActivityRef, Link, Unmetered
from planning.activity import RecordKind, Sport, Surface
from tests.connectors.garmin_partner.told import REST, Elsewhere, a_file, a_summary
from tests.connectors.linked import NOW, TODAY, count


def ref_of(kind, item):
    carried = json.dumps({"kind": kind, "item": item})
    return ActivityRef(records.activity_id(item), carried=carried)


def listed(source, since=None):
    """A whole poll, and where it ended."""
    pages = [source.changes(since)]
    while pages[-1].more:
        pages.append(source.changes(pages[-1].cursor))
    return pages, pages[-1].cursor


def test_keeps_to_the_contract(link):
    check_connector(CONNECTOR)
    away = Link(link.settings | {"garmin_partner_api_url": "http://127.0.0.1:9"}, link.tokens)
    with CONNECTOR.open(away, NOW) as opened:
        check_unreachable(lambda: opened.activities.changes(None))


# --- one activity in parts ------------------------------------------------------------------------


def test_a_summary_in_planning_words():
    record = records.record_of("activities", a_summary(averageHeartRateInBeatsPerMinute=148))
    assert (record.source, record.external_id) == ("garmin_partner", "21000000100")
    assert record.kind is RecordKind.GARMIN_API
    assert record.start_at.timestamp() == 1795329064
    assert (record.sport, record.surface) == (Sport.RUN, Surface.ROAD)
    assert (record.distance_m, record.elapsed_time_s) == (10003.2, 3001.0)
    assert record.average_heart_rate_bpm == 148
    assert not record.is_manual


@pytest.mark.parametrize(
    ("type_name", "sport", "surface"),
    [
        ("TREADMILL_RUNNING", Sport.RUN, Surface.TREADMILL),
        ("TRAIL_RUNNING", Sport.RUN, Surface.TRAIL),
        ("VIRTUAL_RUN", Sport.RUN, Surface.VIRTUAL),
        ("ROAD_BIKING", Sport.RIDE, Surface.ROAD),
        ("LAP_SWIMMING", Sport.SWIM, Surface.ROAD),
        ("STRENGTH_TRAINING", Sport.STRENGTH, Surface.ROAD),
        ("", Sport.OTHER, Surface.ROAD),
    ],
)
def test_what_was_done_is_told_by_its_type(type_name, sport, surface):
    record = records.record_of("activities", a_summary(activityType=type_name))
    assert (record.sport, record.surface) == (sport, surface)


def test_pitfall_03_the_day_is_that_of_the_watch():
    """23:30 in Lyon and 12:30 on the next day in Auckland are told by the offset of its clock."""
    late = records.record_of("activities", a_summary(startTimeInSeconds=1795300200))
    assert (late.start_at.isoformat(), late.utc_offset_s) == ("2026-11-21T22:30:00+00:00", 3600)
    far = records.record_of(
        "activities",
        a_summary(startTimeInSeconds=1795300200, startTimeOffsetInSeconds=13 * 3600),
    )
    nowhere = far.start_at.tzinfo
    assert late.local_day(nowhere) == date(2026, 11, 21)
    assert far.local_day(nowhere) == date(2026, 11, 22)


def test_pitfall_13_ids_beyond_32_bits_stay_whole():
    item = a_summary(activityId=9_007_199_254_740_993, summaryId="9007199254740993")
    assert records.activity_id(item) == "9007199254740993"


def test_pitfall_16_a_typed_entry_is_manual_and_an_edited_recording_is_not():
    typed = a_summary(manual=True, deviceName="unknown")
    assert records.record_of("activities", typed).is_manual
    assert records.record_of(records.BY_HAND, typed).is_manual
    assert not records.record_of(records.BY_HAND, a_summary(manual=True)).is_manual


def test_pitfall_22_the_whole_of_a_multisport_is_no_activity(source):
    whole = ref_of("activities", a_summary(activityType="MULTI_SPORT", isParent=True))
    assert source.activity(whole) is None
    leg = a_summary(activityId=21000000101, summaryId="21000000101", parentSummaryId="21000000100")
    assert source.activity(ref_of("activities", leg)).record.external_id == "21000000101"


def test_a_run_is_told_of_by_summary_and_file(control, heard, source):
    made = control.run(kind="race", distance_m=10_000)
    control.post("partner/sync")
    parts = [source.activity(ref) for ref in heard.refs()]
    assert {part.record.external_id for part in parts} == {str(made["garmin_id"])}
    (summary,) = (part.record for part in parts if not part.is_bare)
    (file,) = (part.file for part in parts if part.is_bare)
    (session,) = decode(file).recorded
    assert summary.start_at == session.record.start_at
    assert summary.elapsed_time_s == pytest.approx(session.record.elapsed_time_s, abs=1)
    assert summary.distance_m == pytest.approx(session.record.distance_m, abs=1)


def test_a_file_that_was_given_before_is_not_lost_by_asking_again(control, heard, source):
    control.run()
    control.post("partner/sync", kinds=["activityFiles"])
    (ref,) = heard.refs()
    assert source.activity(ref).file is not None
    again = source.activity(ref)
    assert (again.file, again.is_bare) == (None, True)  # not "gone", which would delete the run


def test_what_was_not_kept_cannot_be_asked_for(source):
    with pytest.raises(Refused, match="not kept"):
        source.activity(ActivityRef("21000000100"))


def test_an_address_elsewhere_is_never_asked(control, source):
    """Whatever the receiver let through: the token goes to Garmin alone."""
    other = control.base_url.replace("127.0.0.1", "localhost")
    for base in (f"{other}/partner/wellness-api/rest", "http://127.0.0.1:9/wellness-api/rest"):
        with pytest.raises(Refused, match="not Garmin's"):
            source.activity(ref_of("activityFiles", a_file(base=base)))
    with pytest.raises(Refused, match="not Garmin's"):
        source.activity(ref_of("activityFiles", a_file(callbackURL="file:///etc/passwd")))


def test_a_redirect_is_not_followed(link):
    """The token would go with it."""
    with Elsewhere() as other, Elsewhere(leads_to=other.url) as garmin:
        there = Link(link.settings | {"garmin_partner_api_url": garmin.url}, link.tokens)
        with CONNECTOR.open(there, NOW) as opened:
            rest = f"{garmin.url}/wellness-api/rest"
            with pytest.raises(Unavailable, match="leads elsewhere"):
                opened.activities.activity(ref_of("activityFiles", a_file(base=rest)))
            with pytest.raises(Unavailable, match="leads elsewhere"):
                CONNECTOR.still_authorised(there, NOW)
        assert garmin.asked
        assert other.asked == []


def test_a_ping_is_looked_up_and_names_what_is_behind_it(control, heard, source):
    control.post("partner/configure", pinged=["activities"])
    first, second = control.run(), control.run(TODAY - timedelta(days=1))
    control.post("partner/sync")
    (ping,) = (ref for ref in heard.refs() if ref.external_id.startswith("ping-"))
    refs = source.named_by(ping)
    assert {r.external_id for r in refs} == {str(first["garmin_id"]), str(second["garmin_id"])}
    assert {source.activity(r).record.external_id for r in refs} == {r.external_id for r in refs}
    assert "not for us to keep" not in "".join(r.carried for r in refs)
    assert source.named_by(refs[0]) is None


def test_details_behind_a_ping_are_no_less_a_run(control, heard, source):
    """Their start stands in a summary of their own."""
    control.post("partner/configure", pinged=["activityDetails"])
    made = control.run(TODAY)
    control.post("partner/announce", kinds=["activityDetails"])
    (ping,) = (ref for ref in heard.refs("activityDetails") if ref.external_id.startswith("ping-"))
    (ref,) = source.named_by(ping)
    assert ref.external_id == str(made["garmin_id"])
    assert "samples" not in ref.carried
    assert source.activity(ref).record.distance_m == pytest.approx(made["distance_m"], abs=0.01)


@pytest.mark.parametrize("odd", [float("inf"), float("nan"), 1e300, True, "far"])
def test_what_measures_nothing_is_not_known(odd):
    record = records.record_of("activities", a_summary(distanceInMeters=odd))
    assert record.distance_m is None


def test_a_ping_that_is_over_names_nothing(control, source):
    gone = a_file(callbackURL=f"{control.partner_url}/wellness-api/rest/nothing/here")
    carried = json.dumps({"kind": "activities", "item": gone})
    assert source.named_by(ActivityRef("ping-1", carried=carried)) == ()


# --- in any order ---------------------------------------------------------------------------------


def in_order(source, parts):
    """What is known after the parts came in this order, as a worker keeps it."""
    known, kept = None, None
    for ref, new in parts:
        joined = source.joined(ref, new, known, kept)
        kept = joined.file  # what was kept once goes along
        if joined.is_bare:  # the worker reads the start from the file itself
            known = replace(joined.record, name="", kind=RecordKind.DEVICE_FILE)
            continue
        known = joined.record
    return known, kept


def test_parts_in_any_order_doubled_or_not_are_one_activity(control, heard, source):
    control.run()
    control.post("partner/announce", kinds=["activities", "activityDetails", "activityFiles"])
    parts = [(ref, source.activity(ref)) for ref in heard.refs()]
    assert len(parts) == 3
    summary = next(part.record for _, part in parts if not part.is_bare)
    seen = set()
    for order in itertools.permutations([*parts, parts[0]]):
        known, kept = in_order(source, order)
        assert replace(known, kind=summary.kind) == summary
        seen.add(kept.content)
    assert len(seen) == 1


def summaries(*changes, kind="activities"):
    return [
        (ref_of(kind, item), records.record_of(kind, item))
        for item in (a_summary(**one) for one in changes)
    ]


def test_a_shorter_summary_of_the_same_start_is_of_an_earlier_state(source):
    made = [
        (ref, records.Recorded(record))
        for ref, record in summaries(
            {"durationInSeconds": 1500, "distanceInMeters": 5000.0}, {"durationInSeconds": 3001}
        )
    ]
    for order in itertools.permutations(made):
        known, _ = in_order(source, order)
        assert known.elapsed_time_s == 3001


def test_what_a_person_made_shorter_is_shorter(source):
    (first,) = summaries({})
    (cropped,) = summaries({"durationInSeconds": 2400}, kind=records.BY_HAND)
    known, _ = in_order(source, [(ref, records.Recorded(r)) for ref, r in (first, cropped)])
    assert known.elapsed_time_s == 2400


def test_another_type_or_start_is_another_state_of_it(source):
    (first,) = summaries({})
    for change in ({"activityType": "TREADMILL_RUNNING"}, {"startTimeInSeconds": 1795329000}):
        (other,) = summaries({"durationInSeconds": 2400, **change})
        joined = source.joined(other[0], records.Recorded(other[1]), first[1], None)
        shorter_same_sport = "activityType" in change
        assert joined.record == (first[1] if shorter_same_sport else other[1])


# --- the past -------------------------------------------------------------------------------------


def backfills(control):
    return [
        name.rpartition("/")[2]
        for name, number in control.dump()["requests"].items()
        for _ in range(number)
        if "/backfill/" in name
    ]


def test_the_past_is_asked_for_by_the_month_and_arrives_as_notifications(control, heard, source):
    made = control.history(weeks=26)
    pages, cursor = listed(source)
    assert all(page.refs == () for page in pages)
    asked = backfills(control)
    assert {kind: asked.count(kind) for kind in set(asked)} == dict.fromkeys(
        ("activities", "sleeps", "dailies", "hrv"), 13
    )
    control.post("partner/sent")
    told = {ref.external_id for ref in heard.refs("activities:")}
    assert len(told) == made["activities"]
    manual = made["manual"]
    assert len({ref.external_id for ref in heard.refs("activityFiles:")}) == len(told) - manual
    again = source.changes(cursor)
    assert (again.refs, again.more, again.cursor) == ((), False, cursor)
    assert len(backfills(control)) == 52


def test_asked_for_before_is_as_good_as_asked_for_now(control, source):
    listed(source)
    before = len(backfills(control))
    _, cursor = listed(source)  # everything once more: 409 to each
    assert (len(backfills(control)) - before, cursor) == (before, "{}")


def test_the_past_goes_on_where_it_was_broken_off(control, source):
    page = source.changes(None)
    control.fault("partner", status=503, path_contains="backfill", times=9)
    with pytest.raises(Unavailable):
        source.changes(page.cursor)
    control.clear_faults()
    _, cursor = listed(source, page.cursor)
    assert cursor == "{}"
    assert backfills(control).count("activities") >= 13


def test_how_far_back_is_a_setting(control, link):
    near = Link({**link.settings, "garmin_partner_backfill_months": "1"}, link.tokens)
    with CONNECTOR.open(near, NOW) as opened:
        listed(opened.activities)
    assert backfills(control).count("activities") == 2
    odd = Link({**link.settings, "garmin_partner_backfill_months": "many"}, link.tokens)
    with CONNECTOR.open(odd, NOW) as opened, pytest.raises(Refused, match="many"):
        opened.activities.changes(None)


def test_without_the_right_to_history_nothing_is_asked_until_it_is_given(control, source):
    control.post("partner/permissions", permissions=["ACTIVITY_EXPORT", "HEALTH_EXPORT"])
    page = source.changes(None)
    assert (page.more, backfills(control)) == (False, [])
    everything = ["ACTIVITY_EXPORT", "HISTORICAL_DATA_EXPORT"]
    control.post("partner/permissions", permissions=everything)
    listed(source, page.cursor)
    assert set(backfills(control)) == {"activities"}  # and nights only with a right to them


def test_without_the_right_to_activities_it_is_said_what_to_do(control, source):
    control.post("partner/permissions", permissions=["HEALTH_EXPORT"])
    with pytest.raises(NotAllowed, match="Connected Apps"):
        source.changes(None)


def test_the_daily_look_back_is_of_activities_alone(control, source):
    cursor = source.cursor_at(TODAY - timedelta(days=42))
    listed(source, cursor)
    assert set(backfills(control)) == {"activities"}
    assert len(backfills(control)) <= 3


def test_every_poll_shows_whether_the_connection_stands(control, source):
    _, cursor = listed(source)
    control.post("partner/deregister")
    with pytest.raises(SignInNeeded):
        source.changes(cursor)


def test_pitfall_26_the_wait_is_the_one_that_garmin_asks_for(control, source):
    control.fault("partner", status=429, retry_after=37)
    with pytest.raises(RateLimited) as told:
        source.changes(None)
    assert told.value.retry_after_s == 37


class Counting(Unmetered):
    def __init__(self):
        self.spent = []

    def spend(self, kind=""):
        self.spent.append(kind)


def test_files_do_not_wait_for_the_days_questions(control, heard, link):
    """Each kind of request is told to the meter as what it is."""
    meter = Counting()
    control.run()
    control.post("partner/sync", kinds=["activityFiles"])
    with CONNECTOR.open(replace(link, meter=meter), NOW) as opened:
        opened.activities.changes(None)
        opened.activities.activity(heard.refs()[0])
    assert meter.spent == ["ask", "backfill", ""]
    days = {limit.name: limit.kind for limit in CONNECTOR.capabilities.limits}
    assert days == {
        "minute": "",
        "day": "ask",
        "backfill": "backfill",
        "workouts": "workouts",
    }


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "slow"])
def test_a_broken_line_loses_nothing(control, heard, source, kind):
    control.run()
    control.post("partner/sync", kinds=["activityFiles"])
    (ref,) = heard.refs()
    control.fault("partner", kind, path_contains="activityFile", delay_s=0.05)
    found = source.activity(ref)
    # Where Garmin had handed the file over when the line broke, it does not give it again.
    assert (found.file is None) == (kind == "timeout_after")


@pytest.mark.parametrize("body", [b"", b"not json", b'{"permissions": 5}', b"[]x"])
def test_answers_of_another_shape_are_trouble_of_garmins(source, control, body):
    control.fault("partner", status=200, path_contains="permissions", body={"odd": body.decode()})
    with pytest.raises(Unavailable):
        source.changes(None)


def test_a_cursor_reads_as_it_was_written():
    for place in (Place(), Place("sleeps", 5, 1, 9), Place("activities", 5, 1, 9, alone=True)):
        assert Place.read(place.written()) == place


def test_the_real_addresses_are_garmins():
    assert REST.startswith("https://apis.garmin.com/")
    receiver = CONNECTOR.receiver({"garmin_partner_client_id": "x"})
    assert receiver.rest == REST


def test_permissions_are_read_once_a_kind_and_at_every_poll_after(control, source):
    _, cursor = listed(source)
    asked = "partner GET /wellness-api/rest/user/permissions"
    assert count(control, asked) == 4
    source.changes(cursor)
    assert count(control, asked) == 5
