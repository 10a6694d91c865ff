import json
import sys
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contract import check_activity_source, check_unreachable, listed
from connectors.errors import RateLimited, Refused, SignInNeeded, Unavailable
from connectors.ports import ActivityRef, Link
from connectors.strava import CONNECTOR
from connectors.strava.activities import StravaActivities
from connectors.tokens import MemoryTokens
from planning.activity import Sport
from tests.connectors.linked import NOW, TODAY, count, link_to, settings_of


def test_the_contract_is_kept(control, source):
    control.history(weeks=3)
    check_activity_source(source, gone_id="999")


def test_opening_asks_nothing(control, link):
    before = count(control, "strava")
    with CONNECTOR.open(link, NOW):
        pass
    assert count(control, "strava") == before


def history(control, weeks=3):
    """How many activities it made, and how many of them Strava still has."""
    made = control.history(weeks=weeks, until=TODAY)["activities"]
    return made, sum("strava" not in each["gone"] for each in control.dump()["activities"])


def in_threes(link):
    return StravaActivities(link, lambda: NOW, page_size=3)


def test_a_poll_goes_on_until_an_empty_page(control, link):
    made, left = history(control)
    refs, cursor = listed(in_threes(link), None)
    assert len(refs) == left
    assert count(control, "strava GET /api/v3/athlete/activities") == -(-made // 3) + 1
    assert json.loads(cursor).keys() == {"newest"}


def test_pitfall_19_a_page_that_is_short_is_not_taken_for_the_last(control, link):
    """Strava leaves out what may not be seen after cutting the page."""
    made, left = history(control)
    assert left < made
    first = in_threes(link).changes(None).refs[0].external_id
    control.edit_activity(int(first), private=True)
    narrow = link_to(control, "strava", scope="read,activity:read")
    refs, _ = listed(in_threes(narrow), None)
    assert len(refs) == left - 1


def test_the_next_poll_starts_three_days_before_the_newest(control, source):
    control.history(weeks=3, until=TODAY)
    refs, cursor = listed(source, None)
    newest = max(ref.start_at for ref in refs.values())
    again, _ = listed(source, cursor)
    assert set(again) == {
        key for key, ref in refs.items() if ref.start_at > newest - timedelta(days=3)
    }


def test_a_poll_that_was_interrupted_goes_on_where_it_was(control, link):
    _, left = history(control)
    seen, cursor, more = [], None, True
    while more:
        page = in_threes(link).changes(cursor)  # another process each time
        seen += [ref.external_id for ref in page.refs]
        cursor, more = page.cursor, page.more
    assert len(seen) == len(set(seen)) == left


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


def test_one_run_with_its_streams(control, source):
    told = control.run(TODAY)
    ((key, ref),) = listed(source, None)[0].items()
    recorded = source.activity(ref)
    assert recorded.record.sport is Sport.RUN
    assert key in json.dumps(told)
    assert recorded.tag == ref.tag
    assert not recorded.incomplete
    assert recorded.streams.time_s.size > 100
    assert recorded.streams.distance_m[-1] == pytest.approx(recorded.record.distance_m, rel=0.02)
    assert 150 < recorded.streams.cadence_steps_per_min.mean() < 200


def test_pitfall_16_a_manual_run_has_no_streams_and_none_are_asked_for(control, source):
    control.run(TODAY, kind="manual")
    (ref,) = listed(source, None)[0].values()
    recorded = source.activity(ref)
    assert recorded.record.is_manual
    assert recorded.streams is None
    assert not recorded.incomplete
    assert count(control, f"strava GET /api/v3/activities/{ref.external_id}/streams") == 0


def test_streams_that_are_not_there_yet_make_it_incomplete_for_a_day(control, link, source):
    control.run(TODAY)
    (ref,) = listed(source, None)[0].values()
    control.fault("strava", path_contains="/streams", status=404, times=2)
    assert source.activity(ref).incomplete
    with CONNECTOR.open(link, NOW + timedelta(hours=4)) as soon:
        control.clear_faults()
        assert not soon.activities.activity(ref).incomplete
    later = Link(link.settings, MemoryTokens({**link.tokens.read(), "expires_at": "9999999999"}))
    control.fault("strava", path_contains="/streams", status=404)
    with CONNECTOR.open(later, NOW + timedelta(days=3)) as opened:
        assert not opened.activities.activity(ref).incomplete


def test_an_edit_moves_the_tag(control, source):
    control.run(TODAY)
    (before,) = listed(source, None)[0].values()
    control.edit_activity(name="Not as easy as that")
    (after,) = listed(source, None)[0].values()
    assert before.external_id == after.external_id
    assert before.tag != after.tag


def test_what_was_deleted_is_gone(control, source):
    control.run(TODAY)
    (ref,) = listed(source, None)[0].values()
    control.delete_activity()
    assert source.activity(ref) is None


def test_a_hidden_start_is_known_as_one(control, source):
    control.run(TODAY)
    control.edit_activity(start_hidden=True)
    (ref,) = listed(source, None)[0].values()
    record = source.activity(ref).record
    assert record.start_hidden
    assert record.local_day(None) == TODAY


@pytest.mark.parametrize("fault", [{"status": 500}, {"kind": "timeout_before"}])
def test_a_read_is_repeated_when_strava_stumbles(control, source, fault):
    control.run(TODAY)
    control.fault("strava", path_contains="/athlete/activities", times=2, **fault)
    assert len(source.changes(None).refs) == 1


def test_trouble_that_lasts_is_told(control, source):
    control.fault("strava", path_contains="/athlete/activities", status=503, times=9)
    with pytest.raises(Unavailable):
        source.changes(None)
    control.clear_faults()


class Full:
    """A meter that lets nothing pass once the service says that a limit is used up."""

    def __init__(self):
        self.spent = []
        self.full = False
        self.rests = []

    def spend(self, kind=""):
        if self.full:
            raise RateLimited("used up", retry_after_s=77)
        self.spent.append(kind)

    def learn(self, usage):
        self.full = any(each.used >= each.calls for each in usage)

    def rest(self, seconds):
        self.rests.append(seconds)


def test_what_strava_says_of_its_limits_is_learned_and_then_nothing_is_sent(control, link):
    control.settings(limits={"read_short": 2})
    meter = Full()
    with CONNECTOR.open(replace(link, meter=meter), NOW) as opened:
        for _ in range(2):
            opened.activities.changes(None)
        before = count(control, "strava GET")
        with pytest.raises(RateLimited) as caught:
            opened.activities.changes(None)
    assert caught.value.retry_after_s == 77
    assert count(control, "strava GET") == before
    assert meter.spent == ["read", "read"]


def test_every_request_is_counted_also_one_that_is_repeated(control, link):
    meter = Full()
    control.run(TODAY)
    control.fault("strava", path_contains="/athlete/activities", status=503, times=2)
    with CONNECTOR.open(replace(link, meter=meter), NOW) as opened:
        (ref,) = opened.activities.changes(None).refs
        opened.activities.activity(ref)
    assert len(meter.spent) == count(control, "strava GET") == 5


def test_a_limit_that_others_used_up_is_told_and_all_workers_rest(control, link):
    control.settings(limits={"read_short": 0})
    meter = Full()
    with (
        CONNECTOR.open(replace(link, meter=meter), NOW) as opened,
        pytest.raises(RateLimited) as caught,
    ):
        opened.activities.changes(None)
    assert caught.value.retry_after_s == 901  # eight o'clock sharp
    assert meter.full
    assert meter.rests == [60.0]


def test_a_token_that_another_process_renewed_is_taken_over(control, link, source):
    control.run(TODAY)
    control.expire_tokens("strava")
    new = control.tokens()["strava"]
    link.tokens.write({key: str(value) for key, value in new.items()})
    assert len(source.changes(None).refs) == 1
    assert count(control, "strava POST /oauth/token") == 0


def test_a_token_that_strava_refuses_before_its_time_is_renewed(control, link, source):
    control.run(TODAY)
    control.expire_tokens("strava")
    assert len(source.changes(None).refs) == 1
    assert len(source.changes(None).refs) == 1
    assert count(control, "strava POST /oauth/token") == 1


def test_a_sign_in_taken_back_while_open_is_told(control, source):
    control.revoke("strava")
    with pytest.raises(SignInNeeded) as caught:
        source.changes(None)
    assert caught.value.remedy == "goalward connect strava"


def test_missing_settings_are_told_when_they_are_needed(control):
    settings = settings_of(control) | {"strava_client_secret": ""}
    link = Link(settings, MemoryTokens({"refresh_token": "x"}))
    with pytest.raises(Refused, match="GOALWARD_STRAVA_CLIENT_SECRET"), CONNECTOR.open(link, NOW):
        pass


def test_without_a_service_the_error_is_one_of_the_four(link):
    away = Link({**link.settings, "strava_api_url": "http://127.0.0.1:9"}, link.tokens)
    with CONNECTOR.open(away, NOW) as opened:
        check_unreachable(lambda: opened.activities.changes(None))
        check_unreachable(lambda: opened.activities.activity(ActivityRef("1")))


def test_the_library_neither_renews_nor_warns_nor_sleeps_by_itself(link, monkeypatch, caplog):
    monkeypatch.setenv("STRAVA_CLIENT_ID", "5")
    monkeypatch.setenv("STRAVA_CLIENT_SECRET", "someone else's")
    with CONNECTOR.open(link, NOW) as opened:
        opened.activities.changes(None)
    assert "stravalib" in sys.modules
    assert not [record for record in caplog.records if record.levelname == "WARNING"]
    assert [thread.name for thread in threading.enumerate() if "stravalib" in thread.name] == []


ODD_ROWS = [
    None,
    "row",
    {},
    {"id": 7},
    {"id": 8, "start_date": "soon", "sport_type": {}},
    {"id": 9, "start_date": "0001-01-01T00:00:00+05:00"},
]


@pytest.mark.parametrize("odd", ODD_ROWS)
def test_one_odd_row_does_not_end_the_poll(control, link, odd):
    row = {"id": 19000000420, "start_date": "2026-11-22T06:31:04Z", "sport_type": "Run"}
    control.fault("strava", status=200, path_contains="/athlete/activities", body=[odd, row])
    page = StravaActivities(link, lambda: NOW).changes(None)
    assert [ref.external_id for ref in page.refs][-1] == "19000000420"
    assert page.more


@pytest.mark.parametrize("odd", [{"id": 7}, ["7"], {"id": 7, "start_date": "soon"}])
def test_an_activity_that_cannot_be_read_is_told_in_words(control, source, odd):
    control.fault("strava", status=200, path_contains="/activities/7", body=odd)
    with pytest.raises(Refused, match="Activity 7 of Strava"):
        source.activity(ActivityRef("7"))


@pytest.mark.parametrize("odd", [[{}], [None, "row"], {"rows": []}])
def test_a_page_of_nothing_but_odd_rows_is_no_page(control, source, odd):
    """It is neither the end of the list nor something to go on from for ever."""
    control.fault("strava", status=200, path_contains="/athlete/activities", body=odd, times=9)
    with pytest.raises(Unavailable, match="no known shape"):
        source.changes(None)
