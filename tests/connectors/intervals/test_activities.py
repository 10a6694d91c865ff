import gzip
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.contract import (
    check_activity_source,
    check_connector,
    check_unreachable,
    listed,
)
from connectors.errors import RateLimited, Refused, SignInNeeded, Unavailable
from connectors.files.decode import decode
from connectors.intervals import CONNECTOR
from connectors.intervals.activities import IntervalsActivities, Place
from connectors.intervals.client import Client
from connectors.ports import ActivityRef, Link
from connectors.tokens import MemoryTokens
from planning.activity import RecordKind, Sport, Surface
from tests.connectors.linked import NOW, TODAY, count
from tests.listening import Listener

LISTING = "intervals GET /api/v1/athlete/0/activities"


def test_the_contract_is_kept(control, source):
    check_connector(CONNECTOR)
    control.history(weeks=3)
    check_activity_source(source, gone_id="i999")


def test_opening_asks_nothing(control, link):
    with CONNECTOR.open(link, NOW):
        pass
    assert count(control, "intervals") == 0


def test_a_first_poll_goes_through_all_years_and_lists_each_run_once(control, source):
    control.history(weeks=3, until=TODAY)
    control.history(weeks=2, until=date(2003, 5, 4))
    made = len(control.dump()["activities"])
    seen, cursor, more = [], None, True
    while more:
        page = source.changes(cursor)
        seen += [ref.external_id for ref in page.refs]
        cursor, more = page.cursor, page.more
    assert len(seen) == len(set(seen)) == made
    assert count(control, LISTING) < 20
    assert json.loads(cursor) == {"next": "2026-11-16"}


def test_the_next_poll_is_one_request_for_the_last_week(control, source):
    control.history(weeks=4, until=TODAY)
    _, cursor = listed(source, None)
    before = count(control, LISTING)
    refs, again = listed(source, cursor)
    assert count(control, LISTING) == before + 1
    assert again == cursor
    assert min(ref.start_at for ref in refs.values()).date() >= TODAY - timedelta(days=7)


def test_what_is_run_in_the_evening_far_in_the_east_is_listed_today(control, link):
    """Their day began before ours."""
    early = IntervalsActivities(Client(link, lambda: NOW), TODAY - timedelta(days=1))
    control.run(TODAY)
    assert listed(early, None)[0]


def test_a_look_back_lists_everything_since_that_day(control, source):
    control.history(weeks=8, until=TODAY)
    day = TODAY - timedelta(days=42)
    refs, _ = listed(source, source.cursor_at(day))
    there = [one for one in control.dump()["activities"] if one["day"] >= day.isoformat()]
    assert len(refs) >= len(there)
    assert {f"i{one['garmin_id']}" for one in there} <= refs.keys()


def test_a_cursor_from_the_future_asks_for_one_day(control, source):
    page = source.changes(Place(date(2031, 1, 1)).written())
    assert not page.more
    assert json.loads(page.cursor) == {"next": "2026-11-16"}


def test_the_tag_moves_with_an_edit_and_only_then(control, source):
    control.run(TODAY)
    ((key, before),) = listed(source, None)[0].items()
    assert listed(source, None)[0][key] == before
    garmin_id = int(key.removeprefix("i"))
    for change in ({"name": "Tempo"}, {"distance_m": 7000.0}, {"race": True}, {"sport": "Ride"}):
        control.edit_activity(garmin_id, **change)
        ref = listed(source, None)[0][key]
        assert ref.tag != before.tag
        assert source.activity(ref).tag == ref.tag
        before = ref


def test_a_deletion_shows_by_absence_and_by_none(control, source):
    control.run(TODAY)
    ((key, ref),) = listed(source, None)[0].items()
    control.delete_activity(int(key.removeprefix("i")), services=["intervals"])
    assert listed(source, None)[0] == {}
    assert source.activity(ref) is None


def test_one_run_comes_with_the_file_of_the_watch(control, source):
    made = control.run(TODAY, kind="race", distance_m=5000.0)
    (ref,) = listed(source, None)[0].values()
    recorded = source.activity(ref)
    record = recorded.record
    assert (record.kind, record.sport, record.is_race) == (
        RecordKind.INTERVALS_API,
        Sport.RUN,
        True,
    )
    assert record.source == "intervals"
    assert record.start_at == datetime.fromisoformat(made["start_at"])
    assert record.utc_offset_s == 3600
    assert recorded.file.name == f"{record.external_id}.fit"
    assert recorded.streams is None
    (measured,) = decode(recorded.file).recorded
    assert measured.record.start_at == record.start_at
    assert measured.record.distance_m == pytest.approx(record.distance_m, rel=0.001)


def test_a_file_that_was_unpacked_on_the_way_is_taken_too(control, source):
    from connectors.intervals.original import original

    control.run(TODAY)
    (ref,) = listed(source, None)[0].values()
    file = source.activity(ref).file
    assert original("i1", file.content).content == file.content


def test_what_came_without_a_file_has_streams(control, source):
    control.run(TODAY)
    (ref,) = listed(source, None)[0].values()
    control.fault("intervals", path_contains="/file", status=404)
    recorded = source.activity(ref)
    assert recorded.file is None
    assert recorded.streams.distance_m[-1] == pytest.approx(recorded.record.distance_m, rel=0.01)
    assert 140 < recorded.streams.cadence_steps_per_min.mean() < 200


def test_pitfall_18_samples_that_are_not_there_yet_are_asked_for_again(control, source):
    control.run(TODAY)
    (ref,) = listed(source, None)[0].values()
    for path in ("/file", "/streams"):
        control.fault("intervals", path_contains=path, status=404)
    assert source.activity(ref).incomplete
    assert not source.activity(ref).incomplete


class Breaking(Listener):
    """One activity of last year, whose file breaks off."""

    def answer(self, request):
        if request.path.endswith("/file"):
            return 200, {}, gzip.compress(b"x" * 999)[:-9]
        row = {"id": "i7", "type": "Run", "start_date": "2025-11-22T06:31:04Z"}
        series = [{"type": name, "data": [0, 5, 9]} for name in ("time", "distance")]
        return 200, {}, json.dumps(series if "/streams" in request.path else row).encode()


def test_a_file_that_breaks_off_gives_way_to_streams_and_is_asked_for_again():
    with Breaking() as service:
        link = Link({"intervals_api_url": service.url}, MemoryTokens({"api_key": "key"}))
        with CONNECTOR.open(link, NOW) as opened:
            recorded = opened.activities.activity(ActivityRef("i7"))
    assert recorded.streams.distance_m[-1] == 9
    assert (recorded.file, recorded.incomplete) == (None, True)


def test_pitfall_16_a_manual_run_is_a_summary_and_no_samples_are_asked_for(control, source):
    control.run(TODAY, kind="manual")
    (ref,) = listed(source, None)[0].values()
    recorded = source.activity(ref)
    assert recorded.record.is_manual
    assert (recorded.file, recorded.streams, recorded.incomplete) == (None, None, False)
    assert count(control, f"intervals GET /api/v1/activity/{ref.external_id}/") == 0


def test_pitfall_13_ids_are_text(control, source):
    control.run(TODAY)
    (ref,) = listed(source, None)[0].values()
    assert ref.external_id.startswith("i2100000000")


def test_pitfall_27_what_came_from_strava_is_named_and_not_read(control, source):
    made = control.history(weeks=4, until=TODAY)["activities"]
    control.post("intervals/settings", strava_share=0.5)
    stubs, refs, cursor, more = [], {}, None, True
    while more:
        page = source.changes(cursor)
        stubs += page.withheld
        refs |= {ref.external_id: ref for ref in page.refs}
        cursor, more = page.cursor, page.more
    assert 0 < len(stubs) < made
    assert len(stubs) + len(refs) == made
    days = {str(one["strava_id"]): one["day"] for one in control.dump()["activities"]}
    for stub in stubs:
        assert stub.source == "intervals"
        assert stub.day.isoformat() == days[stub.external_id]
        assert "Strava" in stub.reason
        assert "intervals.icu/settings" in stub.remedy


@pytest.mark.parametrize("stub", ["row", "422"])
def test_pitfall_27_a_stub_that_is_asked_for_is_not_an_empty_run(control, source, stub):
    control.run(TODAY)
    control.post("intervals/settings", strava_share=1.0, stub=stub, stub_dates=False)
    page = source.changes(Place(TODAY - timedelta(days=7)).written())
    (withheld,) = page.withheld
    assert page.refs == ()
    assert withheld.day is None
    assert source.activity(ActivityRef(withheld.external_id)) is None


def test_a_treadmill_is_one(control, source):
    control.history(weeks=12, until=TODAY)
    refs, _ = listed(source, None)
    indoors = [one for one in control.dump()["activities"] if one["name"] == "Treadmill"]
    record = source.activity(refs[f"i{indoors[0]['garmin_id']}"]).record
    assert record.surface is Surface.TREADMILL


# Faults


def test_an_old_key_wants_a_sign_in_and_says_how(control, source):
    control.post("intervals/key", renew=True)
    with pytest.raises(SignInNeeded) as told:
        source.changes(None)
    assert told.value.remedy == "goalward connect intervals"


def test_without_a_key_nothing_is_asked(control, settings):
    with pytest.raises(SignInNeeded), CONNECTOR.open(Link(settings, MemoryTokens()), NOW):
        pass
    assert count(control, "intervals") == 0


def test_a_token_of_an_application_will_do(control, settings):
    control.run(TODAY)
    tokens = MemoryTokens({"access_token": control.post("intervals/token")["access_token"]})
    with CONNECTOR.open(Link(settings, tokens), NOW) as opened:
        assert len(listed(opened.activities, None)[0]) == 1
        control.post("intervals/revoke")
        with pytest.raises(SignInNeeded):
            opened.activities.changes(None)


def test_a_token_that_may_not_see_runs_says_so(control, settings):
    granted = control.post("intervals/token", scope="WELLNESS:READ")
    tokens = MemoryTokens({"access_token": granted["access_token"]})
    with CONNECTOR.open(Link(settings, tokens), NOW) as opened:
        with pytest.raises(SignInNeeded, match="ACTIVITY:READ"):
            opened.activities.changes(None)
        assert opened.wellness.wellness(TODAY - timedelta(days=9), TODAY)


@pytest.mark.parametrize(("retry_after", "wait_s"), [(7, 7.0), (None, 5.0)])
def test_pitfall_26_a_pause_is_kept_to(control, source, retry_after, wait_s):
    control.fault("intervals", status=429, retry_after=retry_after, times=9)
    with pytest.raises(RateLimited) as told:
        source.changes(None)
    assert told.value.retry_after_s == wait_s
    assert count(control, "intervals") == 1


def test_a_moment_of_trouble_is_waited_out(control, source):
    control.run(TODAY)
    control.fault("intervals", status=503)
    control.fault("intervals", "timeout_before")
    assert len(listed(source, None)[0]) == 1


@pytest.mark.parametrize("kind", ["status", "timeout_before", "timeout_after"])
def test_longer_trouble_is_for_later(control, source, kind):
    control.fault("intervals", kind, times=9)
    with pytest.raises(Unavailable):
        source.changes(None)


def test_pitfall_10_what_is_no_listing_decides_nothing(control, source):
    control.fault("intervals", status=200, body={"maintenance": True})
    with pytest.raises(Unavailable):
        source.changes(None)


def test_a_file_in_trouble_is_for_later_and_not_left_out(control, source):
    control.run(TODAY)
    (ref,) = listed(source, None)[0].values()
    control.fault("intervals", path_contains="/file", status=500, times=9)
    with pytest.raises(Unavailable):
        source.activity(ref)


class Telling:
    """Answers every question with the same."""

    def __init__(self, answer):
        self.answer = answer

    def json(self, path, **query):
        return self.answer


def test_one_odd_row_does_not_end_the_poll():
    whole = {"id": "i1", "type": "Run", "start_date": "2026-11-22T07:00:00Z"}
    rows = [whole, {"id": "i2", "type": "Run"}]
    page = IntervalsActivities(Telling(rows), TODAY).changes(Place(TODAY).written())
    assert [(ref.external_id, ref.start_at is None) for ref in page.refs] == [
        ("i1", False),
        ("i2", True),
    ]
    with pytest.raises(Refused):
        IntervalsActivities(Telling(rows[1]), TODAY).activity(page.refs[1])


def test_a_service_that_is_away_is_told(link):
    nowhere = Link({"intervals_api_url": "http://127.0.0.1:9"}, link.tokens)
    with CONNECTOR.open(nowhere, NOW) as away:
        check_unreachable(lambda: away.activities.changes(None))
        check_unreachable(lambda: away.wellness.wellness(TODAY, TODAY))


class Purse:
    """A meter that lets through what is in it, refills after a refusal, and writes down both."""

    def __init__(self, size):
        self.left, self.size, self.refused, self.spent = size, size, 0, 0

    def spend(self, kind=""):
        if not self.left:
            self.refused, self.left = self.refused + 1, self.size
            raise RateLimited("a moment", retry_after_s=0.01)
        self.left, self.spent = self.left - 1, self.spent + 1

    def learn(self, usage):
        pass

    def rest(self, seconds):
        pass


def test_every_request_is_counted_and_a_second_is_waited_for(control, link):
    control.run(TODAY)
    purse = Purse(1)
    with CONNECTOR.open(Link(link.settings, link.tokens, meter=purse), NOW) as opened:
        refs, _ = listed(opened.activities, Place(TODAY).written())
        (ref,) = refs.values()
        assert opened.activities.activity(ref).file is not None
    assert purse.spent == count(control, "intervals") == 3
    assert purse.refused == 2


def test_longer_than_a_moment_is_not_waited_for(control, link):
    class Empty(Purse):
        def spend(self, kind=""):
            raise RateLimited("a while", retry_after_s=30.0)

    empty = Link(link.settings, link.tokens, meter=Empty(0))
    with CONNECTOR.open(empty, NOW) as opened, pytest.raises(RateLimited):
        opened.activities.changes(None)
    assert count(control, "intervals") == 0


# Signing in


def test_a_key_is_tried_before_it_is_kept(control, settings):
    given = control.post("intervals/key")
    key, calendar = CONNECTOR.questions()
    assert key.secret
    assert (calendar.secret, calendar.default) == (False, "no")
    signed = CONNECTOR.sign_in(settings, {key.name: f" {given['api_key']}\n"}, NOW)
    assert signed.settings == {calendar.name: "no"}
    assert signed.athlete_id == given["athlete_id"] == "i12345"
    assert signed.tokens == {"api_key": given["api_key"]}
    assert signed.name == "Robin Runner 1"


@pytest.mark.parametrize(("said", "kept"), [(" Yes ", "yes"), ("no", "no"), ("", "no")])
def test_the_calendar_is_written_only_if_the_athlete_says_so(control, settings, said, kept):
    answers = {"api_key": control.post("intervals/key")["api_key"], "intervals_calendar": said}
    signed = CONNECTOR.sign_in(settings, answers, NOW)
    assert signed.settings == {CONNECTOR.capabilities.calendar_setting: kept}
    assert ("tick" in signed.notice) == (kept == "yes")
    with pytest.raises(Refused, match="yes or no"):
        CONNECTOR.sign_in(settings, {**answers, "intervals_calendar": "perhaps"}, NOW)


def test_a_token_of_an_application_is_taken_for_one(control, settings):
    given = control.post("intervals/token")
    signed = CONNECTOR.sign_in(settings, {"api_key": given["access_token"]}, NOW)
    assert signed.tokens == {"access_token": given["access_token"]}
    assert signed.athlete_id == given["athlete_id"]


@pytest.mark.parametrize("key", ["", "wrong", "kÃ©y", "a\nb"])
def test_a_wrong_key_is_refused_in_words_that_help(control, settings, key):
    with pytest.raises(Refused, match=r"intervals\.icu/settings"):
        CONNECTOR.sign_in(settings, {"api_key": key}, NOW)


def test_pitfall_1_a_local_time_is_not_taken_for_utc(control, source):
    made = control.run(date(2026, 7, 14), at="06:30")
    (ref,) = listed(source, None)[0].values()
    record = source.activity(ref).record
    assert record.start_at == datetime(2026, 7, 14, 4, 30, tzinfo=UTC)
    assert record.utc_offset_s == 7200
    assert made["start_at"] == record.start_at.isoformat()


def test_one_activity_that_may_not_be_seen_does_not_end_the_connection(control, source):
    control.fault("intervals", path_contains="/activity/i9", status=403)
    with pytest.raises(Refused):
        source.activity(ActivityRef("i9"))
    control.fault("intervals", path_contains="/athlete/0/activities", status=403)
    with pytest.raises(SignInNeeded):
        source.changes(None)


@pytest.mark.parametrize("odd", [[{}], [None, "row"], {"rows": []}])
def test_a_page_of_nothing_but_odd_rows_is_no_page(control, source, odd):
    """It is neither the end of the list nor something to go on from for ever."""
    control.fault("intervals", status=200, path_contains="/athlete/0/activities", body=odd, times=9)
    with pytest.raises(Unavailable, match="no known shape"):
        source.changes(None)


def test_a_row_without_an_id_does_not_end_the_poll(control, source):
    rows = [None, {}, {"id": "i7", "type": "Run", "start_date": "2026-11-22T06:31:04Z"}]
    control.fault("intervals", status=200, path_contains="/athlete/0/activities", body=rows)
    assert [ref.external_id for ref in source.changes(None).refs] == ["i7"]
