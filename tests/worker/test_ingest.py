"""What comes in: hints that are looked up, believed, kept aside, put off, given up."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from sqlalchemy import insert, update

from connectors.files.decode import decode
from connectors.files.decoded import Imported
from connectors.ports import OriginalFile, Recorded
from planning.activity import RecordKind, Surface
from tests.connectors.files.made import NUMBERS, fit_file
from tests.worker.living import PARIS, START, a_record, life_with_services
from worker import standing, tables
from worker.asking import POLL_EVERY
from worker.believing import believed
from worker.connections import application_values, connection, disconnect, opened
from worker.db import reading, writing
from worker.inbox import Arrival, accept_now
from worker.polling import ASIDE
from worker.schedule import tick
from worker.settings import load_settings
from worker.vault import Vault, WrongKey

TODAY = START.date()


@pytest.fixture
def garmin(sqlite_url, tmp_path):
    """Garmin is connected and has been asked once."""
    with life_with_services(sqlite_url, tmp_path) as lived:
        lived.connect_garmin()
        lived.poll()
        yield lived


@pytest.fixture
def strava(sqlite_url, tmp_path):
    """Strava is connected, and its webhooks reach us."""
    with life_with_services(sqlite_url, tmp_path, webhooks=True) as lived:
        yield lived


def happens(lived, what, **how):
    """Something at Strava that it tells us of; the webhook has been answered."""
    before = len(lived.control.dump()["deliveries"])
    answer = what(**how)
    lived.heard(before)
    return answer


def health(lived, connector):
    (found,) = lived.rows(tables.connection, connector=connector)
    return found


# --- Strava: a webhook is a hint ------------------------------------------------------------------


def test_a_webhook_is_fetched_stored_and_owes_a_replan(database_url, tmp_path):
    with life_with_services(database_url, tmp_path, webhooks=True) as lived:
        happens(lived, lived.control.run)
        assert lived.activities() == ()  # a hint, never data
        lived.work("ingest")
        (run,) = lived.activities()
        assert run.sources == ("strava:19000000001",)
        assert run.distance_m == pytest.approx(8000, rel=0.01)
        assert run.efforts
        assert lived.outcomes() == ["stored"]
        assert [row.key for row in lived.owed("replan")] == ["1"]


def test_an_edit_is_fetched_again(strava):
    happens(strava, strava.control.run)
    strava.work()
    happens(strava, strava.control.edit_activity, name="Around the lake")
    strava.work("ingest")
    assert [run.name for run in strava.activities()] == ["Around the lake"]
    assert strava.outcomes() == ["stored", "stored"]
    assert strava.owed("replan")


def test_a_delete_is_believed_when_strava_has_it_no_more(strava):
    happens(strava, strava.control.run)
    strava.work()
    happens(strava, strava.control.delete_activity)
    strava.work("ingest")
    assert strava.activities() == ()
    assert strava.outcomes()[-1] == "deleted at the source"
    assert strava.owed("replan")


def test_a_forged_delete_destroys_nothing(strava):
    happens(strava, strava.control.run)
    strava.work()
    happens(strava, strava.control.send_event, aspect="delete")
    strava.work("ingest")
    assert len(strava.activities()) == 1
    assert strava.outcomes()[-1] == "known already"
    assert not strava.owed("replan")


def test_a_repeated_event_is_one_arrival(strava):
    happens(strava, strava.control.run, twice=True)
    strava.work()
    assert strava.outcomes() == ["stored"]


def minutes_of_looks(lived, *, hours):
    """When the service was asked for one activity, in minutes since now."""
    began, asked, looks = lived.clock.at, fetches(lived), []
    while lived.clock.at < began + timedelta(hours=hours):
        lived.work("ingest")
        if fetches(lived) > asked:
            asked = fetches(lived)
            looks.append((lived.clock.at - began) // timedelta(minutes=1))
        lived.clock.later(minutes=1)
    return looks


def fetches(lived):
    asked = lived.control.dump()["requests"]
    return sum(n for path, n in asked.items() if "/activities/1" in path and "streams" not in path)


def test_pitfall_18_what_is_not_there_yet_is_asked_for_three_times_more_and_then_no_more(strava):
    happens(strava, strava.control.run)
    strava.control.fault("strava", path_contains="/activities/", status=404, times=99)
    assert minutes_of_looks(strava, hours=3) == [0, 1, 6, 36]
    assert strava.outcomes() == ["not there yet"] * 3 + ["not there"]
    assert strava.activities() == ()
    assert strava.owed("ingest") == strava.owed("replan") == []


def test_pitfall_18_what_comes_a_little_later_is_stored(strava):
    happens(strava, strava.control.run)
    strava.control.fault("strava", path_contains="/activities/", status=404, times=2)
    assert minutes_of_looks(strava, hours=1) == [0, 1, 6]
    assert strava.outcomes() == ["not there yet", "not there yet", "stored"]
    assert len(strava.activities()) == 1


def test_known_is_when_it_came_in_not_when_it_was_read(strava):
    happens(strava, strava.control.run)
    came_at = strava.clock.at
    strava.clock.later(days=2)
    strava.work("ingest")
    (row,) = strava.rows(tables.observation)
    assert (row.known_at, row.recorded_at) == (came_at, came_at + timedelta(days=2))


def test_pitfall_18_samples_that_are_on_their_way_are_asked_for_again(strava):
    happens(strava, strava.control.run)
    strava.control.fault("strava", path_contains="/streams", status=404)
    strava.work("ingest")
    (run,) = strava.activities()
    assert {effort.distance_m for effort in run.efforts} <= {run.distance_m}
    (later,) = strava.owed("ingest")
    assert later.due_at == strava.clock.at + timedelta(minutes=1)
    strava.clock.later(minutes=2)
    strava.work()
    assert len(strava.activities()[0].efforts) > 1
    assert strava.owed("ingest") == []


def test_pitfall_18_samples_that_never_come_are_given_up(strava):
    happens(strava, strava.control.run)
    strava.control.fault("strava", path_contains="/streams", status=404, times=99)
    assert minutes_of_looks(strava, hours=3) == [0, 1, 6, 36]
    assert len(strava.activities()) == 1


def test_pitfall_16_a_manual_run_is_stored_without_samples_and_not_asked_for_again(strava):
    happens(strava, strava.control.run, kind="manual")
    assert minutes_of_looks(strava, hours=1) == [0]
    (run,) = strava.activities()
    assert run.distance_m
    assert not any("/streams" in path for path in strava.control.dump()["requests"])


# --- Strava: deauthorisation ----------------------------------------------------------------------


def test_a_confirmed_deauthorisation_erases_what_came_and_ends_polls(strava):
    happens(strava, strava.control.run)
    strava.work()
    happens(strava, strava.control.revoke, service="strava")
    strava.work()
    assert strava.rows(tables.connection) == []
    assert strava.activities() == ()
    assert strava.rows(tables.inbox_event) == []
    tick(strava.runtime)
    assert strava.rows(tables.inbox_event, kind="poll") == []
    (message,) = strava.rows(tables.message)
    assert message.title == "Strava is disconnected, and what came from it is erased"


def test_a_forged_deauthorisation_destroys_nothing(strava):
    secret = application_values(strava.runtime, "strava")
    forged = {
        "object_type": "athlete",
        "object_id": 777001,
        "aspect_type": "update",
        "owner_id": 777001,
        "subscription_id": int(secret["strava_subscription_id"]),
        "event_time": int(START.timestamp()),
        "updates": {"authorized": "false"},
    }
    assert requests.post(secret["callback_url"], json=forged, timeout=10).status_code == 200
    before = strava.runtime.vault.tokens(1).read()
    strava.work("ingest")
    (event,) = strava.rows(tables.inbox_event, kind="deauthorised")
    assert event.outcome == "not confirmed: the tokens still work"
    assert health(strava, "strava").state == "connected"
    assert strava.runtime.vault.tokens(1).read() == before


# --- Strava: what its data may be used for --------------------------------------------------------


def test_with_another_source_strava_only_triggers(strava):
    strava.connect_garmin()
    happens(strava, strava.control.run)
    strava.work("ingest")
    assert strava.outcomes() == ["asked garmin", "stored"]
    (run,) = strava.activities()
    assert [key.partition(":")[0] for key in run.sources] == ["garmin"]


def test_switched_off_strava_is_left_alone(strava):
    strava.setting("strava_use", "off")
    happens(strava, strava.control.run)
    strava.work("ingest")
    assert strava.outcomes() == ["left alone: Strava is switched off"]
    assert strava.activities() == ()


def test_the_athletes_word_stands_above_what_is_sensible(strava):
    strava.connect_garmin()
    strava.setting("strava_use", "full")
    happens(strava, strava.control.run)
    strava.work("ingest")
    assert strava.activities()[0].sources[0].startswith("strava:")


def test_a_trigger_without_other_sources_says_so(strava):
    strava.setting("strava_use", "trigger")
    happens(strava, strava.control.run)
    strava.work("ingest")
    assert strava.outcomes() == ["asked nobody: no other source is connected"]


def test_a_listing_of_a_strava_that_only_triggers_is_left_alone(strava):
    happens(strava, strava.control.run)
    strava.poll("strava")
    strava.connect_garmin()
    before = strava.control.dump()["requests"]
    strava.poll("strava")
    strava.setting("strava_use", "off")
    strava.poll("strava")
    assert [r.outcome for r in strava.rows(tables.inbox_event, kind="poll")] == [
        "0 new",  # the webhook was quicker
        "left alone: Strava only says when to ask other sources",
        "left alone: Strava is switched off",
    ]
    assert strava.control.dump()["requests"] == before


def test_what_a_listing_named_before_strava_became_a_trigger_asks_nobody(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path) as lived:
        lived.connect_strava()
        lived.control.run()
        lived.control.fault("strava", path_contains="/activities/", status=503, times=99)
        lived.poll("strava")
        assert lived.outcomes() == [None]
        lived.connect_garmin()
        lived.control.clear_faults()
        lived.clock.later(minutes=1)
        lived.work("ingest")
        assert lived.outcomes() == ["left alone: Strava only says when to ask other sources"]
        assert lived.rows(tables.inbox_event, source="garmin") == []
        # when its data may be used again, that run is asked for like one that was never seen
        lived.setting("strava_use", "full")
        lived.poll("strava")
        assert lived.outcomes()[1:] == ["stored"]


# --- Garmin: the poll -----------------------------------------------------------------------------


def test_the_file_of_the_watch_is_believed(database_url, tmp_path):
    with life_with_services(database_url, tmp_path) as lived:
        lived.connect_garmin()
        lived.control.run()
        # the summary is wrong by a fifth; what the watch recorded is not
        lived.control.edit_activity(distance_m=9600.0, name="Typed over")
        lived.poll()
        (run,) = lived.activities()
        assert run.distance_m == pytest.approx(8000, rel=0.01)
        assert run.name == "Typed over"  # but names are the athlete's to give
        (copy,) = lived.rows(tables.raw_copy)
        assert (copy.source, copy.problem) == ("garmin", None)
        assert decode(OriginalFile(copy.name, copy.content)).recorded


def test_on_a_treadmill_the_corrected_summary_is_believed(garmin):
    garmin.control.run()
    garmin.control.edit_activity(sport="treadmill_running", distance_m=7400.0)
    garmin.poll()
    (run,) = garmin.activities()
    assert (run.surface, run.distance_m) == (Surface.TREADMILL, 7400.0)


def test_a_poll_passes_by_what_it_has_seen(garmin):
    garmin.control.run()
    for _ in range(3):
        garmin.clock.later(minutes=10)
        garmin.poll()
    assert garmin.outcomes() == ["stored"]


def test_an_edit_and_an_edit_back_are_both_seen(garmin):
    garmin.control.run()
    names = ["A", "B", "A", "A"]
    seen = []
    for name in names:
        garmin.control.edit_activity(name=name)
        garmin.poll()
        seen.append(garmin.activities()[0].name)
    assert seen == names
    assert len(garmin.outcomes()) == 3  # the last A was known


def test_a_run_that_is_deleted_at_garmin_is_missed(garmin):
    garmin.control.run(TODAY - timedelta(days=1))
    garmin.control.run()
    garmin.poll()
    assert len(garmin.activities()) == 2
    garmin.control.delete_activity()
    garmin.poll()
    assert [run.day for run in garmin.activities()] == [TODAY - timedelta(days=1)]
    assert garmin.outcomes()[-1] == "deleted at the source"


def test_what_a_listing_leaves_out_is_only_asked_about(garmin):
    """A listing is no proof: the run itself is still there."""
    garmin.control.run(TODAY - timedelta(days=1))
    garmin.control.run()
    garmin.poll()
    runs = garmin.control.dump()["activities"]
    with writing(
        garmin.engine
    ) as conn:  # one more is believed to be known, and Garmin lists it not
        row = tables.observation
        mine = update(row).where(row.c.external_id == str(runs[1]["garmin_id"]))
        conn.execute(mine.values(external_id="21999999999", key="garmin:21999999999"))
        seen = {"connection_id": 1, "external_id": "21999999999", "tag": "t", "event_id": 1}
        conn.execute(insert(tables.sighting).values(seen))
    garmin.poll()
    assert garmin.outcomes()[2:] == ["deleted at the source"]


def test_a_history_makes_one_arrival_a_run_and_one_replan(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path) as lived:
        made = lived.control.history(weeks=2, until=TODAY - timedelta(days=1))
        lived.connect_garmin()
        lived.poll()
        assert len(lived.activities()) == made["activities"]
        (owed,) = lived.owed("replan")
        assert owed.due_at <= lived.clock.at + timedelta(seconds=1)


def test_a_run_dated_ahead_is_kept_aside_and_said(garmin):
    garmin.control.run(TODAY + timedelta(days=3))
    garmin.control.run(TODAY + timedelta(days=1), at="06:00")  # another zone, not another year
    garmin.poll()
    assert sorted(garmin.outcomes()) == [
        "kept aside: it is dated more than a day ahead",
        "stored",
    ]
    assert [run.day for run in garmin.activities()] == [TODAY + timedelta(days=1)]
    seen = standing.of(garmin.runtime, 1)
    assert seen.aside == 1
    assert seen.as_json()["aside"] == 1
    assert any("kept aside" in line for line in seen.activity_lines())


def test_a_corrected_date_is_no_longer_aside(garmin):
    run = garmin.control.run(TODAY + timedelta(days=3))
    garmin.poll()
    with writing(garmin.engine) as conn:  # it is edited, and comes in once more
        accept_now(conn, again(run), now=garmin.clock.at)
    garmin.clock.later(days=3)
    garmin.work("ingest")
    assert standing.of(garmin.runtime, 1).aside == 0
    assert len(garmin.activities()) == 1


@pytest.fixture
def behind(sqlite_url, tmp_path):
    """Our clock is five days late: a run of today is one of the future."""
    with life_with_services(sqlite_url, tmp_path) as lived:
        lived.clock.at = START - timedelta(days=5)
        lived.connect_garmin()
        lived.control.run()
        lived.poll()
        yield lived


def polls(lived, *, days, every=timedelta(hours=8)):
    """The polls of some days, by the clock."""
    for _ in range(int(timedelta(days=days) / every)):
        lived.clock.later(seconds=every.total_seconds())
        tick(lived.runtime)
        lived.work("ingest")


def test_what_was_kept_aside_comes_in_once_its_day_has_come(behind):
    assert (behind.outcomes(), behind.activities()) == ([ASIDE], ())
    polls(behind, days=7)
    (run,) = behind.activities()
    assert run.day == TODAY
    assert standing.of(behind.runtime, 1).aside == 0


def test_what_was_kept_aside_is_asked_for_once_a_day(behind):
    polls(behind, days=3)
    assert behind.outcomes() == [ASIDE] * 5  # the first time, and on each date since
    assert standing.of(behind.runtime, 1).aside == 1
    polls(behind, days=6)
    assert len(behind.outcomes()) <= 7  # once it is known, nobody asks any more


def again(run):
    return Arrival(
        source="garmin",
        delivery_key=f"again:{run['garmin_id']}",
        kind="activity",
        payload={"external_id": str(run["garmin_id"]), "tag": "t"},
        connection_id=1,
        athlete_id=1,
        known_at=START,
    )


# --- what the device and the service say of one run -----------------------------------------------

SPORT = {
    "mesg_num": NUMBERS["SPORT"],
    "sport": "running",
    "sub_sport": "generic",
}  # of most watches
WHOLE = fit_file(seconds=1800, speed=3.0, start=START, before=[SPORT])
SUMMARY = a_record(
    start_at=START, distance_m=5400.0, minutes=30, name="Lunch", surface=Surface.ROAD
)


def told(content, summary=SUMMARY):
    file = OriginalFile("1.fit", content)
    decoded = decode(file)
    return believed(Recorded(summary, file=file), decoded), decoded


def test_a_whole_file_is_believed_for_what_it_measured():
    recorded, _ = told(WHOLE, a_record(start_at=START, distance_m=6000.0, minutes=30, name="Lunch"))
    assert recorded.record.distance_m == 5400.0
    assert recorded.record.kind is RecordKind.DEVICE_FILE
    assert recorded.streams is not None
    assert (recorded.record.source, recorded.record.external_id) == ("garmin", "1")
    assert recorded.record.name == "Lunch"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_what_is_left_of_a_damaged_file_is_not_believed_against_the_summary(share):
    recorded, decoded = told(WHOLE[: int(len(WHOLE) * share)])
    assert decoded.problem
    assert decoded.recorded[0].record.sport is SUMMARY.sport
    assert recorded.record == SUMMARY
    assert recorded.streams is None


def test_a_file_with_a_wrong_checksum_and_all_its_records_is_believed():
    recorded, decoded = told(WHOLE[:-1] + bytes([WHOLE[-1] ^ 1]))
    assert isinstance(decoded, Imported)
    assert decoded.problem
    assert recorded.record.kind is RecordKind.DEVICE_FILE


def test_the_file_of_another_run_is_not_believed():
    other = a_record(start_at=START + timedelta(minutes=3), distance_m=5400.0, minutes=30)
    recorded, _ = told(WHOLE, other)
    assert recorded.record == other


def test_a_race_is_a_race_whoever_says_it():
    recorded, _ = told(WHOLE, a_record(start_at=START, is_race=True))
    assert recorded.record.is_race


def test_a_damaged_file_is_kept_with_its_reason(garmin):
    garmin.runtime.decode = lambda file: decode(
        replace(file, content=file.content[: len(file.content) // 2])
    )
    garmin.control.run()
    garmin.poll()
    (run,) = garmin.activities()
    assert run.distance_m == pytest.approx(8000, rel=0.01)
    assert run.provenance
    (copy,) = garmin.rows(tables.raw_copy)
    assert copy.problem
    assert not decode(OriginalFile(copy.name, copy.content)).problem


# --- when the service has trouble -----------------------------------------------------------------


def test_a_limit_puts_it_off_and_counts_no_try(garmin):
    garmin.control.run()
    garmin.control.fault(
        "garmin", path_contains="/activitylist-service", status=429, retry_after=120
    )
    garmin.poll()
    (owed,) = garmin.owed("ingest")
    assert (owed.tries, owed.due_at) == (0, garmin.clock.at + timedelta(seconds=120))
    assert garmin.work("ingest") == 0
    garmin.clock.later(seconds=121)
    garmin.work("ingest")
    assert len(garmin.activities()) == 1


def test_trouble_is_tried_again_and_shown(garmin):
    garmin.control.run()
    garmin.control.fault("garmin", path_contains="/activitylist-service", status=503, times=50)
    garmin.poll()
    (owed,) = garmin.owed("ingest")
    assert (owed.tries, owed.outages) == (0, 1)
    assert "503" in owed.last_error
    assert "503" in health(garmin, "garmin").problem
    garmin.control.clear_faults()
    garmin.clock.later(seconds=10)
    garmin.work("ingest")
    assert len(garmin.activities()) == 1
    assert health(garmin, "garmin").problem is None


def test_what_was_given_up_is_asked_for_again_while_it_is_listed(database_url, tmp_path):
    with life_with_services(database_url, tmp_path) as lived:
        lived.connect_garmin()
        lived.control.run()
        lived.control.fault("garmin", path_contains="/activity-service", status=400, times=1)
        lived.poll()
        (owed,) = lived.owed("ingest")
        assert owed.buried_at
        lived.clock.later(minutes=10)
        lived.poll()
        assert len(lived.activities()) == 1
        assert lived.outcomes() == [None, "stored"]
        lived.clock.later(days=1)
        lived.poll()
        assert len(lived.outcomes()) == 2


def test_what_is_refused_for_good_is_asked_for_once_a_day(garmin):
    garmin.control.run()
    garmin.control.fault("garmin", path_contains="/activity-service", status=400, times=999)
    garmin.poll()
    polls(garmin, days=2, every=timedelta(hours=2))
    told = garmin.control.dump()["requests"]
    asked = sum(number for path, number in told.items() if "/activity-service/" in path)
    assert 2 <= asked <= 1 + 3  # and the first time; two days touch three dates


def test_a_poll_that_goes_on_in_the_middle_misses_nothing_at_the_beginning(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path) as lived:
        lived.control.history(weeks=8, until=TODAY - timedelta(days=1))
        lived.connect_garmin()
        lived.poll()
        lived.work("ingest")
        known = len(lived.outcomes())
        # as a kill after the first page of a poll leaves it: the newest thirty were listed
        place = json.dumps({"newest": "2026-08-30", "first": None, "start": 30})
        with writing(lived.engine) as conn:
            conn.execute(update(tables.connection).values(cursor=place))
        lived.clock.later(minutes=10)
        lived.poll()
        assert len(lived.outcomes()) == known
        gone = lived.control.delete_activity()
        lived.clock.later(minutes=10)
        lived.poll()  # this one begins at the beginning
        assert lived.outcomes()[known:] == ["deleted at the source"], gone


def test_troubles_do_not_pile_up_polls(garmin):
    garmin.control.fault("garmin", path_contains="/activitylist-service", status=503, times=50)
    for _ in range(3):
        garmin.clock.later(seconds=POLL_EVERY.total_seconds())
        tick(garmin.runtime)
    waiting = [row for row in garmin.rows(tables.inbox_event, kind="poll") if row.done_at is None]
    assert len(waiting) == 1


def test_the_next_slot_asks_again(garmin):
    for _ in range(2):
        tick(garmin.runtime)
        tick(garmin.runtime)
        garmin.work("ingest")
        garmin.clock.later(seconds=POLL_EVERY.total_seconds())
    assert len(garmin.rows(tables.inbox_event, kind="poll")) == 3  # the first was the fixture's


# --- when the sign-in has lapsed ------------------------------------------------------------------


def test_a_lapsed_sign_in_is_told_once_stops_polls_and_resumes(garmin):
    garmin.control.run()
    garmin.control.revoke("garmin")
    garmin.poll()
    assert health(garmin, "garmin").state == "sign_in_needed"
    for _ in range(3):
        tick(garmin.runtime)
        garmin.work("ingest", "tell")
        garmin.clock.later(minutes=11)
    (message,) = garmin.rows(tables.message)
    assert message.title == "Garmin Connect wants you to sign in again"
    assert "goalward connect garmin" in message.body
    before = garmin.control.dump()["requests"]
    tick(garmin.runtime)
    garmin.work("ingest")
    assert garmin.control.dump()["requests"] == before  # nobody is asked any more
    garmin.connect_garmin()
    tick(garmin.runtime)
    garmin.work("ingest")
    assert len(garmin.activities()) == 1
    assert health(garmin, "garmin").state == "connected"


def test_a_second_lapse_is_told_again(garmin):
    for _ in range(2):
        garmin.control.revoke("garmin")
        garmin.poll()
        tick(garmin.runtime)
        garmin.clock.later(minutes=11)
        garmin.connect_garmin()
    assert len(garmin.rows(tables.message)) == 2


def test_what_came_in_before_the_lapse_is_read_after_it(garmin):
    """Its keys are in the inbox: the polls to come would pass it by."""
    garmin.control.run()
    garmin.control.fault("garmin", path_contains="/activity-service", status=401, times=9)
    garmin.poll()
    assert garmin.activities() == ()
    assert health(garmin, "garmin").state == "sign_in_needed"
    garmin.control.clear_faults()
    garmin.connect_garmin()
    garmin.work("ingest")
    assert len(garmin.activities()) == 1


def test_tokens_that_were_refused_are_not_tried_for_every_run(garmin):
    for n in range(4):
        garmin.control.run(TODAY - timedelta(days=n))
    garmin.control.fault("garmin", path_contains="/activity-service", status=401, times=99)
    garmin.poll()
    asked = [path for path in garmin.control.dump()["requests"] if "/activity-service/" in path]
    assert len(asked) == 1
    assert [bool(row.buried_at) for row in garmin.owed("ingest")] == [True] * 4


def test_an_ended_connection_is_not_used_and_not_brought_back(garmin):
    garmin.control.run()
    garmin.control.fault("garmin", path_contains="/activity-service", status=503, times=9)
    garmin.poll()
    with reading(garmin.engine) as conn:
        connected = connection(conn, 1)
    disconnect(garmin.runtime, connected)
    garmin.control.clear_faults()
    garmin.clock.later(minutes=5)
    garmin.work("ingest")
    assert garmin.outcomes() == ["left alone: the connection was ended"]
    assert health(garmin, "garmin").state == "disconnected"
    tick(garmin.runtime)
    assert garmin.rows(tables.message) == []


def test_one_account_belongs_to_one_athlete(garmin):
    from planning.athlete import Athlete
    from worker import store
    from worker.connections import connect

    with writing(garmin.engine) as conn:
        second = store.add_athlete(conn, Athlete(PARIS), known_at=START, now=START)
    with pytest.raises(ValueError, match="already connected to athlete 1"):
        connect(
            garmin.runtime, second, connector="garmin", external_athlete_id="runner-1", tokens={}
        )


def test_a_connector_that_is_not_installed_any_more_is_said(garmin):
    connected_id = garmin._connect("letterbox", "1", {})
    with reading(garmin.engine) as conn:
        connected = connection(conn, connected_id)
    with (
        pytest.raises(Exception, match="not installed any more"),
        opened(garmin.runtime, connected),
    ):
        raise AssertionError


def test_a_row_of_an_unknown_kind_is_given_up_with_the_reason(garmin):
    arrival = Arrival("garmin", "odd:1", "odd", {}, 1, 1, START)
    with writing(garmin.engine) as conn:
        accept_now(conn, arrival, now=garmin.clock.at)
    garmin.work("ingest")
    (owed,) = garmin.owed("ingest")
    assert owed.buried_at
    assert "unknown kind 'odd'" in owed.last_error


def test_nothing_of_a_token_is_in_what_is_shown(garmin):
    garmin.control.revoke("garmin")
    garmin.poll()
    shown = json.dumps(standing.of(garmin.runtime, 1).as_json())
    for value in garmin.runtime.vault.tokens(1).read().values():
        assert value not in shown


def test_nothing_counts_as_connected_before_its_tokens_are_kept(garmin, tmp_path):
    settings = load_settings({"GOALWARD_HOME": str(tmp_path / "elsewhere")})
    garmin.runtime.vault = Vault(garmin.engine, settings)  # the key is not there
    with pytest.raises(WrongKey):
        garmin.connect_strava()
    assert health(garmin, "strava").state == "paused"
    tick(garmin.runtime)
    assert {row.source for row in garmin.rows(tables.inbox_event, kind="poll")} == {"garmin"}
