"""The search that proves an erasing: it finds what is left, wherever; and after one, nothing."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.ports import OriginalFile
from planning.fitness.observation import derive
from planning.goals.goal import MARATHON_M, Goal, GoalKind, Priority
from tests.connectors.files.made import fit_file
from tests.servers import migrated_sqlite
from tests.worker.living import PARIS, START, STRAVA_ATHLETE, a_record, life, life_with_services
from worker import audit, erasing, store, tables
from worker.audit import Traces
from worker.db import compact, reading, writing
from worker.doomed import Scope
from worker.importing import Importer
from worker.outcomes import latest_outcome
from worker.owing import owe_replan

STRAVA, NO_SOURCE = Scope(1, "strava"), Scope(1)


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with life(sqlite_url, tmp_path) as lived:
        lived._connect("strava", STRAVA_ATHLETE, {"refresh_token": "a-long-refresh-token"})
        yield lived


def puts(lived, table, **values):
    with writing(lived.engine) as conn:
        conn.execute(table.insert().values(**values))


def message(lived, body, athlete_id=1):
    puts(lived, tables.message, athlete_id=athlete_id, key=body, title="t", body=body, created_at=START)  # fmt: skip


def places(lived, *words, scope=NO_SOURCE):
    found = audit.found(lived.engine, Traces(scope, frozenset(words)))
    return {one.place.partition(",")[0] for one in found}


# --- what it finds --------------------------------------------------------------------------------


def test_a_word_is_found_in_any_table_and_in_the_file(lived):
    message(lived, "ran 19000000001 today")
    assert places(lived, "19000000001") == {"message.key", "message.body", "the bytes of goalward.db-wal"}  # fmt: skip
    assert places(lived, "19000000002") == set()
    assert places(lived, "1900000000") == set()  # the beginning of another number is not it


def test_places_are_told_row_by_row(lived):
    for n in range(5):
        message(lived, f"ran 19000000001 {n}")
    found = audit.found(lived.engine, Traces(NO_SOURCE, frozenset({"19000000001"})))
    rows = [one.place.partition(", row ")[2] for one in found if "message.body" in one.place]
    assert rows == ["1", "2", "3", "4", "5"]


def test_an_id_is_found_right_after_letters(lived):
    message(lived, "activity19000000001.fit")
    assert {"message.key", "message.body"} <= places(lived, "19000000001")
    assert places(lived, "9000000001") == set()
    message(lived, "abc12345def")  # a short number in a hash is there by chance
    assert places(lived, "12345") == set()


def test_a_word_is_found_deep_in_a_body_and_in_bytes(lived):
    puts(lived, tables.app_value, name="x", body={"a": [{"Élan vital": 1}, {"b": "Forêt, 12 km"}]})
    puts(
        lived,
        tables.raw_copy,
        athlete_id=1,
        source="files",
        external_id="1",
        name="x",
        content=b"..Pinewood Lane..",
        fetched_at=START,
    )
    assert "app_value.body" in places(lived, "Élan vital")
    assert "app_value.body" in places(lived, "Forêt, 12 km")
    assert "the bytes of goalward.db-wal" in places(lived, "Forêt, 12 km")
    assert "raw_copy.content" in places(lived, "Pinewood Lane")


def test_values_that_name_the_source_are_found(lived):
    with writing(lived.engine) as conn:
        seen = derive(a_record(source="strava"), None, zone=PARIS)
        store.put_observation(conn, 1, seen, known_at=START, now=START)
    assert {"observation.source", "observation.key", "observation.body", "connection.connector"} <= places(lived, scope=STRAVA)  # fmt: skip


def test_words_about_a_service_are_no_data_of_it(lived):
    message(lived, "3 runs are withheld by intervals.icu: they came from Strava. Connect strava")
    message(lived, "https://strava.example/strava")
    assert {place for place in places(lived, scope=STRAVA) if place.startswith("message")} == set()


def test_another_source_with_a_longer_name_is_another_source(lived):
    record = a_record(source="garmin_personal")
    with writing(lived.engine) as conn:
        seen = derive(record, None, zone=PARIS)
        store.put_observation(conn, 1, seen, known_at=START, now=START)
    assert places(lived, scope=Scope(1, "garmin")) == set()


def test_what_was_deleted_without_care_is_found_in_the_file(lived, tmp_path):
    message(lived, "a word that should be gone: heartbreak hill " * 500)
    with closing(sqlite3.connect(tmp_path / "goalward.db")) as careless:
        careless.execute("PRAGMA secure_delete=OFF")
        careless.execute("DELETE FROM message")
        careless.commit()
        careless.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert places(lived, "heartbreak hill") == {"the bytes of goalward.db"}
    assert compact(lived.engine)
    assert places(lived, "heartbreak hill") == set()


def test_a_word_across_the_edge_of_a_chunk_is_found(lived, tmp_path):
    (tmp_path / "goalward.db-journal").write_bytes(b" " * (audit.CHUNK - 5) + b"heartbreak hill ")
    assert places(lived, "heartbreak hill") == {"the bytes of goalward.db-journal"}


def test_what_others_say_as_well_is_no_trace(lived):
    for source, name in (("strava", "Morning Run"), ("garmin", "Morning Run"), ("strava", "Mine")):
        record = a_record(source=source, external_id=f"{source}-{name}", name=name)
        with writing(lived.engine) as conn:
            seen = derive(record, None, zone=PARIS)
            store.put_observation(conn, 1, seen, known_at=START, now=START)
    words = audit.traces_of(lived.runtime, STRAVA).words
    assert {"Mine", "a-long-refresh-token", STRAVA_ATHLETE} <= words
    assert "Morning Run" not in words


def test_a_lost_key_holds_up_no_search(lived, tmp_path):
    (tmp_path / "secret.key").write_text("2" * 43 + "=")
    lived.runtime.vault._fernet = None
    assert STRAVA_ATHLETE in audit.traces_of(lived.runtime, STRAVA).words


# --- the proof ------------------------------------------------------------------------------------

GOAL = Goal(
    "g", GoalKind.TIME, Priority.A, START.date() + timedelta(110), MARATHON_M, 12000.0,
    stated_on=START.date(),
)  # fmt: skip


@pytest.fixture(scope="module")
def used(tmp_path_factory):
    """Weeks of full use: Garmin, then Strava under other titles, files, a plan on the calendar,
    webhooks, an edit; what Strava said is noted; a copy that never had Strava is beside it.
    """
    home = tmp_path_factory.mktemp("used")
    database, other = migrated_sqlite(home / "goalward.db"), migrated_sqlite(home / "other.db")
    recording = home / "own.fit"
    recording.write_bytes(fit_file())
    with (
        life_with_services(f"sqlite:///{database}", home, webhooks=True) as lived,
        life(f"sqlite:///{other}", home / "other", clock=lived.clock) as alone,
    ):
        alone.runtime.settings, alone.control = lived.runtime.settings, lived.control
        lived.setting("strava_use", "full")
        lived.control.history(weeks=6)
        for one in (lived, alone):
            one.connect_garmin()
            one.poll("garmin")
            importer = Importer(one.runtime, 1, one.clock.at)
            importer.bring_in(OriginalFile("own.fit", recording.read_bytes()), "own.fit")
            with writing(one.engine) as conn:
                now = one.clock.at
                store.put_goal(conn, 1, GOAL, known_at=now, now=now)
        lived.work()
        for n, run in enumerate(lived.control.dump()["activities"]):
            lived.control.edit_activity(run["strava_id"], name=f"Straße {n} by Strava")
        lived.poll("strava")
        for _ in range(4):  # days close on what is known
            lived.clock.later(days=1)
            replans(lived)
            lived.work()
        replans(alone)
        tokens = lived.runtime.vault.tokens(1).read().values()
        secrets = {value for value in tokens if not value.isdecimal()}
        yield lived, lived.control.dump()["activities"], secrets, store_of(alone)


def replans(lived):
    with writing(lived.engine) as conn:
        owe_replan(lived.runtime, conn, 1)
    lived.work("replan")


def store_of(lived):
    with reading(lived.engine) as conn:
        outcome = latest_outcome(conn, 1)
        return store.activities(conn, 1), outcome.ability, outcome.distances


def test_after_an_erasing_no_byte_is_left_and_the_rest_is_as_if_it_had_never_been(used):
    lived, told, secrets, expected = used
    before = everything(lived)
    said = {str(one["strava_id"]) for one in told} | {one["name"] for one in told}
    known = {word for word in said if word in before} | {STRAVA_ATHLETE}
    assert len(known) > 40
    traces = audit.traces_of(lived.runtime, STRAVA)
    assert known | secrets <= traces.words
    words = said | known | secrets
    with writing(lived.engine) as conn:
        erasing.begin(lived.runtime, conn, STRAVA)
    lived.work("erase", "replan")
    after = everything(lived)
    assert [word for word in words if word in after] == []
    left = files_of(lived)
    assert [word for word in words if word.encode() in left] == []
    assert audit.found(lived.engine, traces) == []
    assert {name for name, text in per_table(lived) if "strava" in text} <= {
        "erasure", "outbox", "rate_window"
    }  # fmt: skip
    assert store_of(lived) == expected  # bit for bit


def per_table(lived):
    return [(table.name, rows_of(lived, table).lower()) for table in tables.metadata.sorted_tables]


def everything(lived):
    return "\n".join(rows_of(lived, table) for table in tables.metadata.sorted_tables)


def rows_of(lived, table):
    return "\n".join(repr(tuple(row)) for row in lived.rows(table))  # a row's own is shortened


def files_of(lived):
    database = Path(lived.engine.url.database)
    return b"".join(p.read_bytes() for p in sorted(database.parent.glob(f"{database.name}*")))
