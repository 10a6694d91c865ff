import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.contract import (
    check_activity_source,
    check_connector,
    check_unreachable,
    listed,
)
from connectors.errors import RateLimited, SignInNeeded, Unavailable
from connectors.garmin_personal import CONNECTOR
from connectors.ports import ActivityRef, Link, Unmetered
from connectors.tokens import MemoryTokens
from planning.activity import RecordKind
from tests.connectors.linked import NOW, TODAY, count

SEARCH = "/search/activities"
EXCHANGES = "personal POST /personalapitoken-service"


def test_the_contract_is_kept(control, source):
    control.history(weeks=3, until=TODAY)
    check_connector(CONNECTOR)
    check_activity_source(source, gone_id="999", sample=3)
    assert source.activity(ActivityRef("i55")) is None


def test_pages_go_on_until_an_empty_one(control, in_threes):
    made = control.history(weeks=3, until=TODAY)["activities"]
    page, seen = in_threes.changes(None), []
    while page.more:
        seen += [ref.external_id for ref in page.refs]
        page = in_threes.changes(page.cursor)
    assert len(seen) == len(set(seen)) == made
    assert json.loads(page.cursor).keys() == {"newest"}


def test_a_long_history_comes_in_pages_that_garmin_can_bear(control, source):
    made = control.history(weeks=24, until=TODAY)["activities"]
    first = source.changes(None)
    assert len(first.refs) == 45
    assert len(listed(source, None)[0]) == made


def test_a_day_looked_back_to_is_listed_with_all_after_it(control, source):
    control.history(weeks=6, until=TODAY)
    day = TODAY - timedelta(days=14)
    refs, _ = listed(source, source.cursor_at(day))
    listed_all, _ = listed(source, None)
    assert set(refs) == {k for k, ref in listed_all.items() if ref.start_at.date() >= day}


def test_one_run_is_the_same_as_garmins_with_its_file(control, source):
    made = control.run(TODAY)
    (ref,) = listed(source, None)[0].values()
    recorded = source.activity(ref)
    assert ref.external_id == str(made["garmin_id"])
    assert (recorded.record.source, recorded.record.kind) == (
        "garmin_personal",
        RecordKind.GARMIN_API,
    )
    assert recorded.file.content[8:12] == b".FIT"
    assert recorded.tag == ref.tag


def test_a_manual_run_has_no_file(control, source):
    control.run(TODAY, kind="manual")
    (ref,) = listed(source, None)[0].values()
    assert source.activity(ref).file is None
    assert count(control, "personal GET /download-service") == 0


def test_a_file_that_is_not_there_leaves_the_summary(control, source):
    control.run(TODAY)
    (ref,) = listed(source, None)[0].values()
    control.fault("personal", path_contains="/download-service", status=404)
    assert source.activity(ref).file is None


def test_pitfall_18_a_file_that_is_not_there_yet_is_asked_for_again(control, source):
    control.run(TODAY)
    control.run(TODAY - timedelta(days=3))
    old, new = sorted(listed(source, None)[0].values(), key=lambda ref: ref.start_at)
    control.fault("personal", path_contains="/download-service", status=404, times=2)
    assert (source.activity(new).incomplete, source.activity(old).incomplete) == (True, False)
    assert source.activity(new).file is not None
    assert not source.activity(new).incomplete


def test_a_page_in_place_of_a_file_is_not_taken_for_no_file(control, source):
    control.run(TODAY - timedelta(days=3))
    (ref,) = listed(source, None)[0].values()
    control.fault("personal", path_contains="/download-service", status=200, body={"sorry": "soon"})
    recorded = source.activity(ref)
    assert (recorded.file, recorded.incomplete) == (None, True)
    assert source.activity(ref).file is not None


def test_pitfall_22_the_legs_of_a_multisport_activity_come_and_the_whole_does_not(control, source):
    control.run(TODAY, at="07:00")
    control.run(TODAY, at="08:00")
    control.run(TODAY, at="18:00")
    whole = control.post("personal/multisport", legs=2)
    refs, _ = listed(source, None)
    parents = {key: source.activity(ref).record.parent_id for key, ref in refs.items()}
    alone, *legs = (str(each["garmin_id"]) for each in control.dump()["activities"])
    assert parents == {alone: None, **dict.fromkeys(legs, str(whole["garmin_id"]))}
    assert source.activity(ActivityRef(str(whole["garmin_id"]))) is None


# When the watch handed over last


def test_the_last_page_says_when_the_watch_synced(control, in_threes):
    control.history(weeks=2, until=TODAY)
    control.run(TODAY, at="18:00")
    page = in_threes.changes(None)
    while page.more:
        assert page.synced_at is None
        page = in_threes.changes(page.cursor)
    assert page.synced_at.astimezone().date() == TODAY
    assert page.synced_at.hour >= 17
    assert count(control, "personal GET /usersummary-service/usersummary/daily") == 1


def test_a_watch_that_is_silent_says_how_long(control, source):
    control.post("personal/watch", silent_from=(TODAY - timedelta(days=5)).isoformat())
    assert source.changes(None).synced_at.date() == TODAY - timedelta(days=6)


@pytest.mark.parametrize("status", [404, 400, 503])
def test_runs_are_not_kept_waiting_for_the_time_of_the_sync(control, source, status):
    control.run(TODAY)
    control.fault("personal", path_contains="/usersummary/daily", status=status, times=9)
    page = source.changes(None)
    control.clear_faults()
    assert len(page.refs) == 1
    assert source.changes(page.cursor).synced_at is None


# Faults


@pytest.mark.parametrize("fault", [{"status": 500}, {"kind": "timeout_before"}, {"status": 403}])
def test_a_read_is_repeated_when_the_service_stumbles(control, source, fault):
    control.run(TODAY)
    control.fault("personal", path_contains=SEARCH, times=2, **fault)
    assert len(source.changes(None).refs) == 1


def test_slowness_is_waited_for(control, source):
    control.run(TODAY)
    control.fault("personal", "slow", path_contains=SEARCH, delay_s=0.3)
    assert len(source.changes(None).refs) == 1


def test_trouble_that_lasts_is_told(control, source):
    control.fault("personal", path_contains=SEARCH, status=503, times=9)
    with pytest.raises(Unavailable, match="trouble of its own"):
        source.changes(None)
    assert count(control, "personal GET /activitylist-service") == 3


def test_pitfall_26_a_pause_that_is_asked_for_is_told_and_not_slept(control, link):
    told = Noting()
    with CONNECTOR.open(Link(link.settings, link.tokens, meter=told), NOW) as opened:
        control.fault("personal", path_contains=SEARCH, status=429, retry_after=14)
        with pytest.raises(RateLimited) as caught:
            opened.activities.changes(None)
    assert caught.value.retry_after_s == 14
    assert count(control, "personal GET /activitylist-service") == 1
    assert told.rests == [14]
    assert told.spent == 3  # the exchange, the summary, the list: each was counted before


def test_pitfall_26_a_pause_without_a_length_gets_ours(control, source):
    control.fault("personal", path_contains=SEARCH, status=429)
    with pytest.raises(RateLimited) as caught:
        source.changes(None)
    assert caught.value.retry_after_s == 60


def test_a_limit_of_ours_comes_through_the_library_as_itself(control, link):
    closed = Link(link.settings, link.tokens, meter=Closed())
    with CONNECTOR.open(closed, NOW) as opened, pytest.raises(RateLimited) as caught:
        opened.activities.changes(None)
    assert caught.value.retry_after_s == 33
    assert count(control, "personal ") == 0


@pytest.mark.parametrize("body", [{"not": "a list"}, None])
def test_an_answer_of_no_known_shape_is_told(control, source, body):
    control.fault("personal", path_contains=SEARCH, status=200, times=9, body=body)
    with pytest.raises(Unavailable, match="no known shape"):
        source.changes(None)


def test_without_a_service_the_error_is_one_of_the_four(link):
    away = Link({"garmin_personal_api_url": "http://127.0.0.1:9"}, link.tokens)
    with CONNECTOR.open(away, NOW) as opened:
        check_unreachable(lambda: opened.activities.changes(None))
        check_unreachable(lambda: opened.activities.activity(ActivityRef("1")))


# The key and its tokens


def test_the_key_is_exchanged_once_for_everybody(control, link):
    for _ in range(3):
        with CONNECTOR.open(link, NOW) as opened:
            opened.activities.changes(None)
    assert count(control, EXCHANGES) == 1
    assert link.tokens.read().keys() == {"api_key", "access_token", "expires_at"}


def test_many_at_once_exchange_it_once(control, link):
    def poll(_number):
        with CONNECTOR.open(link, NOW) as opened:
            return opened.activities.changes(None)

    with ThreadPoolExecutor(6) as pool:
        assert len(list(pool.map(poll, range(6)))) == 6
    assert count(control, EXCHANGES) == 1


def test_a_token_that_ends_early_is_made_anew_in_the_middle_of_a_poll(control, link, in_threes):
    made = control.history(weeks=2, until=TODAY)["activities"]
    page = in_threes.changes(None)
    first = link.tokens.read()["access_token"]
    control.expire_tokens("personal")
    rest, _ = listed(in_threes, page.cursor)
    assert len(page.refs) + len(rest) == made
    assert count(control, EXCHANGES) == 2
    assert link.tokens.read()["access_token"] != first


def test_what_another_process_has_exchanged_is_used(control, link, source):
    source.changes(None)
    control.expire_tokens("personal")
    with CONNECTOR.open(link, NOW) as other:
        other.activities.changes(None)
    source.changes(None)
    assert count(control, EXCHANGES) == 2


def test_a_token_near_its_end_is_made_anew_beforehand(control, link):
    with CONNECTOR.open(link, NOW) as opened:
        opened.activities.changes(None)
    with CONNECTOR.open(link, NOW + timedelta(hours=23, minutes=56)) as opened:
        opened.activities.changes(None)
    assert count(control, EXCHANGES) == 2


def test_a_new_token_is_stored_before_it_is_used(control, link):
    control.fault("personal", path_contains="/usersummary", kind="timeout_before", times=99)
    control.fault("personal", path_contains=SEARCH, kind="timeout_before", times=99)
    with CONNECTOR.open(link, NOW) as opened, pytest.raises(Unavailable):
        opened.activities.changes(None)
    assert link.tokens.read()["access_token"]


def test_a_key_that_runs_out_in_the_middle_of_a_poll_needs_a_new_one(control, source, in_threes):
    control.history(weeks=2, until=TODAY)
    page = in_threes.changes(None)
    control.post("personal/key/revoke")
    with pytest.raises(SignInNeeded, match="KEY_EXPIRED") as caught:
        in_threes.changes(page.cursor)
    assert "goalward connect garmin-personal" in caught.value.remedy
    assert "https://connect.garmin.com/app/settings/personalApiToken" in caught.value.remedy


def test_an_expired_key_needs_a_new_one(control, settings):
    key = control.post("personal/key", life_days=0)["key"]
    with (
        CONNECTOR.open(Link(settings, MemoryTokens({"api_key": key})), NOW) as opened,
        pytest.raises(SignInNeeded, match="KEY_EXPIRED"),
    ):
        opened.activities.changes(None)
    assert count(control, EXCHANGES) == 1


def test_trouble_with_the_exchange_is_not_told_as_an_expired_key(control, source):
    control.fault("personal", path_contains="/personal-api-key", status=403, times=99)
    with pytest.raises(Unavailable):
        source.changes(None)


def test_a_token_refused_as_soon_as_it_was_made_is_garmins_trouble(control, source):
    control.fault("personal", path_contains=SEARCH, status=401, times=9)
    with pytest.raises(Unavailable, match="it has just made"):
        source.changes(None)
    assert count(control, EXCHANGES) == 2


def test_without_a_key_nothing_is_asked(control, settings):
    with (
        CONNECTOR.open(Link(settings, MemoryTokens()), NOW) as opened,
        pytest.raises(SignInNeeded, match="no key"),
    ):
        opened.activities.changes(None)
    assert count(control, "personal ") == 0


def test_environment_and_files_of_the_library_are_left_alone(
    control, link, source, monkeypatch, tmp_path
):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GARMIN_PERSONAL_API_KEY", "somebody else's")
    monkeypatch.setenv("GARMIN_PERSONAL_API_BASE_URL", "http://127.0.0.1:9")
    control.run(TODAY)
    assert len(source.changes(None).refs) == 1
    assert list(Path(tmp_path).rglob("*")) == []


class Noting(Unmetered):
    def __init__(self):
        self.spent, self.rests = 0, []

    def spend(self, kind=""):
        self.spent += 1

    def rest(self, seconds):
        self.rests.append(seconds)


class Closed(Unmetered):
    def spend(self, kind=""):
        raise RateLimited("used up", retry_after_s=33)


def test_a_time_of_syncing_that_cannot_be_read_does_not_end_the_poll(control, source):
    control.history(weeks=3, until=TODAY)
    odd = {"lastSyncTimestampGMT": "a while ago"}
    control.fault("personal", status=200, path_contains="usersummary/daily", body=odd, times=3)
    page = source.changes(None)
    assert page.refs


def test_a_page_in_place_of_a_token_is_never_kept(control, link, source):
    """The exchange answers in plain text: it would pass for a token that is good for a day."""
    sorry = {"sorry": "we will be back at noon"}
    control.fault("personal", status=200, path_contains="api-key/token", body=sorry, times=9)
    with pytest.raises(Unavailable, match="something else"):
        source.changes(None)
    assert "access_token" not in link.tokens.read()


def test_pitfall_19_short_pages_and_a_list_of_a_while_ago_lose_nothing(control, source):
    made = control.history(weeks=2, until=TODAY - timedelta(days=1))["activities"]
    control.fault("personal", "short", path_contains="search/activities", times=2)
    refs, cursor = listed(source, None)
    assert len(refs) == made
    before, _ = listed(source, cursor)
    run = control.run(TODAY)
    control.fault("personal", "stale", path_contains="search/activities")
    old, cursor = listed(source, cursor)
    assert old == before
    assert str(run["garmin_id"]) in listed(source, cursor)[0]
