"""Everything of an athlete in one archive, and the commands that give it or delete it all."""

import json
import stat
import tracemalloc
import zipfile
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, select

from connectors.ports import OriginalFile
from planning.athlete import Athlete
from planning.fitness.observation import derive
from planning.schedule.plan import Change
from planning.wellness import Wellness
from tests.connectors.files.made import fit_file
from tests.worker.living import PARIS, START, STRAVA_ATHLETE, a_record, life, life_with_services
from worker import store, tables
from worker.db import open_database, reading, writing
from worker.doomed import Scope
from worker.export import export, total
from worker.importing import Importer
from worker.inbox import Arrival, accept_now
from worker.recordings import Place, keep_raw
from worker.stored import to_body


@pytest.fixture
def lived(database_url, tmp_path):
    """An athlete with something in many tables, and another one."""
    with life(database_url, tmp_path / "home") as lived:
        lived._connect("garmin", "runner-1", {"di_token": "a-very-secret-token"})
        content = fit_file()
        Importer(lived.runtime, 1, START).bring_in(OriginalFile("long run.fit", content), "x")
        with writing(lived.engine) as conn:
            second = store.add_athlete(conn, Athlete(PARIS, name="Sam"), known_at=START, now=START)
            for athlete_id, name in ((1, "Élan"), (second, "Not mine")):
                seen = derive(a_record(name=name), None, zone=PARIS)
                store.put_observation(conn, athlete_id, seen, known_at=START, now=START)
            slept = Wellness("garmin", START.date(), sleep_s=27_000.0)
            store.put(
                conn,
                tables.wellness,
                athlete_id=1,
                key=slept.key,
                body=to_body(slept),
                known_at=START,
                now=START,
                source="garmin",
                day=slept.day,
            )
        yield lived


def exported(lived, tmp_path, name="all.zip"):
    export(lived.engine, 1, tmp_path / name)
    return zipfile.ZipFile(tmp_path / name)


def lines(archive, name):
    return [json.loads(line) for line in archive.read(f"{name}.jsonl").decode().splitlines()]


def test_every_table_of_the_athlete_and_every_recording_is_in_it(lived, tmp_path):
    archive = exported(lived, tmp_path)
    for table in tables.metadata.sorted_tables:
        if "athlete_id" in table.c:
            mine = lived.rows(table, athlete_id=1)
            assert len(lines(archive, table.name)) == len(mine), table.name
            assert f"{table.name}.jsonl: " in archive.read("README.txt").decode()
            assert f"{table.name}.jsonl: rows\n" not in archive.read("README.txt").decode()
    (row,) = [o for o in lines(archive, "observation") if o["source"] == "garmin"]
    assert row["body"]["record"]["name"] == "Élan"
    assert row["known_at"] == "2026-08-31T07:00:00Z"
    assert lines(archive, "wellness")[0]["body"]["sleep_s"] == 27_000.0
    (recording,) = [name for name in archive.namelist() if name.startswith("recordings/")]
    assert recording.endswith("long_run.fit")
    assert archive.read(recording) == fit_file()


def test_activities_are_in_it_as_they_are_believed(lived, tmp_path):
    told = lines(exported(lived, tmp_path), "activities")
    with reading(lived.engine) as conn:
        assert [one["id"] for one in told] == [one.id for one in store.activities(conn, 1)]
    assert told[0]["provenance"]


def test_nobody_elses_data_and_no_token_are_in_it(lived, tmp_path):
    archive = exported(lived, tmp_path)
    everything = b"".join(archive.read(name) for name in archive.namelist())
    for word in (b"Not mine", b"Sam", b"a-very-secret-token"):
        assert word not in everything


def test_no_key_of_a_channel_and_no_token_of_an_address_is_in_it(lived, tmp_path):
    """The address of a channel is its password; a notification may hold one that serves once."""
    lived.setting("notify", ["tgram://123456:AAbot-secret/4711", "mailto://me:pass-word@x.org"])
    lived.setting("notify", [])
    address = "https://apis.garmin.com/rest/activities?id=7&token=XSFgone-time&x=1"
    payload = {"external_id": "7", "carried": json.dumps({"item": {"callbackURL": address}})}
    arrival = Arrival("garmin", "garmin:hook:7", "activity", payload, 1, 1, START)
    with writing(lived.engine) as conn:
        accept_now(conn, arrival, now=START)
    archive = exported(lived, tmp_path)
    everything = b"".join(archive.read(name) for name in archive.namelist())
    for word in (b"bot-secret", b"pass-word", b"XSFgone-time"):
        assert word not in everything
    said = [row["body"] for row in lines(archive, "athlete_setting") if row["key"] == "notify"]
    assert said == [["tgram://...", "mailto://..."], []]
    (event,) = lines(archive, "inbox_event")
    assert json.loads(event["payload"]["carried"])["item"]["callbackURL"].endswith(
        "id=7&token=&x=1"
    )


def test_the_same_data_give_the_same_bytes(lived, tmp_path):
    exported(lived, tmp_path, "one.zip")
    exported(lived, tmp_path, "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_it_is_its_owners_alone_whole_or_not_at_all_and_overwrites_nothing(lived, tmp_path):
    exported(lived, tmp_path)
    assert stat.S_IMODE((tmp_path / "all.zip").stat().st_mode) == 0o600
    before = (tmp_path / "all.zip").read_bytes()
    with pytest.raises(FileExistsError):
        export(lived.engine, 1, tmp_path / "all.zip")

    def stops():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(lived.engine, 1, tmp_path / "broken.zip", on_step=stops)
    assert (tmp_path / "all.zip").read_bytes() == before
    assert [p.name for p in tmp_path.glob("*.zip*")] == ["all.zip"]
    assert list(tmp_path.glob(".*.part")) == []


def test_progress_counts_to_its_end(lived, tmp_path):
    steps = []
    export(lived.engine, 1, tmp_path / "all.zip", on_step=lambda: steps.append(1))
    assert len(steps) == total(lived.engine, 1)


def test_many_recordings_take_the_memory_of_one(lived, tmp_path):
    with writing(lived.engine) as conn:
        for n in range(30):
            file = OriginalFile(f"{n}.fit", bytes([n]) * 1_000_000)
            keep_raw(conn, Place(1, "files", str(n)), file, problem=None, now=START)
    tracemalloc.start()
    try:
        export(lived.engine, 1, tmp_path / "all.zip")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000


def test_names_of_recordings_cannot_lead_out_of_the_archive(lived, tmp_path):
    with writing(lived.engine) as conn:
        file = OriginalFile("../../etc/passwd.fit", b"x")
        keep_raw(conn, Place(1, "files", "../x"), file, problem=None, now=START)
    names = exported(lived, tmp_path).namelist()
    assert [name for name in names if "/.." in name or name.count("/") > 2] == []


# --- the commands ---------------------------------------------------------------------------------


def test_the_archive_can_be_imported_elsewhere(trained, tmp_path):
    recording = tmp_path / "run.fit"
    recording.write_bytes(fit_file())
    trained.ok("import", recording)
    said = trained.ok("export", tmp_path / "mine.zip")
    assert "mine.zip" in said.out
    assert "exists already" in trained.wrong("export", tmp_path / "mine.zip")
    other = type(trained)(tmp_path / "elsewhere", {})
    (fate,) = [
        one
        for one in other.ok("import", tmp_path / "mine.zip", "--json").json["files"]
        if one["path"].endswith(".fit")
    ]
    assert fate["outcome"] == "imported"


def test_erasing_an_athlete_asks_says_what_would_go_and_leaves_nothing(trained):
    would = trained.ok("erase", "--dry-run", "--json").json
    assert would["rows"]["observation"] > 20
    assert trained("erase", answers="n\n").status == 1
    assert trained.ok("erase", "--dry-run", "--json").json == would
    said = trained.ok("erase", "--yes")
    assert "found nothing of athlete 1" in said.out
    assert "Erased of athlete 1" in said.out
    again = trained.ok("status")  # a home without athletes gets its first
    assert "A new home" in again.err
    assert trained.ok("status", "--json").json["activities"] == 0


def test_erasing_one_source_is_said_elsewhere(trained):
    assert "goalward disconnect strava --erase" in trained.wrong("erase", "--source", "strava")
    assert "nothing of it is kept" in trained.wrong("disconnect", "strava", "--erase")
    would = trained.ok("erase", "--dry-run", "--source", "files", "--json").json
    assert set(would["rows"]) >= {"observation"}


def test_of_a_change_whose_cause_is_erased_no_empty_line_is_left(trained, tmp_path):
    file = tmp_path / "run.fit"
    file.write_bytes(fit_file())
    trained.ok("import", file)
    engine = open_database(f"sqlite:///{trained.path / 'goalward.db'}")
    made = Change(date(2026, 9, 2), "i", "a run", "rule", "", "", "Shorter.", material=True)
    with writing(engine) as conn:
        values = {"athlete_id": 1, "day": made.day, "key": "k", "made_on": made.day}
        known_at = datetime(2026, 8, 31, 8, tzinfo=UTC)
        conn.execute(insert(tables.change).values(**values, body=to_body(made), known_at=known_at))
    engine.dispose()
    assert "Shorter" in trained.ok("plan", "changes").out
    trained.ok("disconnect", "files", "--erase")
    assert "2026-09-02  why is not kept" in trained.ok("plan", "changes").out


@pytest.mark.parametrize("nothing", ["", " ", "  "])
def test_a_source_without_a_name_never_means_everything(trained, nothing):
    """As of a script whose variable was not set."""
    before = trained.ok("activity", "list", "--json").json
    for words in (("disconnect", nothing), ("disconnect", nothing, "--erase")):
        assert "which service" in trained.wrong(*words)
    assert "name of a service" in trained.wrong("erase", "--source", nothing, "--yes")
    assert "name of a service" in trained.wrong("erase", "--source", nothing, "--dry-run")
    assert trained.ok("activity", "list", "--json").json == before
    with pytest.raises(ValueError, match="has a name"):
        Scope(1, "")


def test_what_was_imported_can_be_erased_too(trained):
    said = trained.ok("disconnect", "files", "--erase")
    assert "found nothing of files" in said.out
    assert trained.ok("status", "--json").json["activities"] == 0


@pytest.fixture
def connected(home, sqlite_url, tmp_path):
    """A home on the database of a life with both services."""
    with life_with_services(sqlite_url, home.path) as lived:
        lived.setting("strava_use", "full")
        lived.connect_strava()
        lived.connect_garmin()
        lived.control.run()
        lived.poll("strava")
        lived.poll("garmin")
        lived.work()
        home.environ["GOALWARD_DATABASE_URL"] = sqlite_url
        settings = lived.runtime.settings
        for name in ("strava_client_id", "strava_api_url", "strava_oauth_url", "garmin_api_url"):
            home.environ[f"GOALWARD_{name.upper()}"] = str(getattr(settings, name))
        home.environ["GOALWARD_STRAVA_CLIENT_SECRET"] = "sandbox"
        yield home, lived


def test_disconnecting_with_erase_revokes_deletes_and_proves_it(connected):
    home, lived = connected
    assert {row.source for row in lived.rows(tables.observation)} == {"strava", "garmin"}
    said = home.ok("disconnect", "strava", "--erase")
    assert "1 observation" in said.out
    assert "A search of every table and the database's files found nothing of strava." in said.out
    assert "Backups" in said.out
    assert {row.source for row in lived.rows(tables.observation)} == {"garmin"}
    assert any("/revoke" in path for path in lived.control.dump()["requests"])
    assert [one["connector"] for one in home.ok("status", "--json").json["connections"]] == [
        "garmin"
    ]


def test_disconnecting_without_erase_says_that_there_is_more(connected):
    home, lived = connected
    said = home.ok("disconnect", "strava")
    assert "goalward disconnect strava --erase" in said.out
    assert "seven days" in said.out
    assert "strava" in {row.source for row in lived.rows(tables.observation)}
    assert "found nothing of strava" in home.ok("disconnect", "strava", "--erase").out


def test_a_service_that_is_away_holds_up_no_erasing(connected):
    home, lived = connected
    lived.control.fault("strava", path_contains="/revoke", status=503, times=9)
    said = home.ok("disconnect", "strava", "--erase")
    assert "could not be told" in said.err
    assert "found nothing of strava" in said.out


def test_a_service_that_is_away_holds_up_no_parting(connected):
    home, lived = connected
    lived.control.fault("strava", path_contains="/revoke", status=503, times=9)
    said = home.ok("disconnect", "strava")
    assert "could not be told" in said.err
    assert "tokens are deleted" in said.out
    assert [row.name for row in lived.rows(tables.secret)] == ["connection:2"]


def test_without_its_application_or_its_key_a_service_can_be_left(connected):
    home, lived = connected
    home.environ["GOALWARD_STRAVA_CLIENT_ID"] = ""
    assert "could not be told" in home.ok("disconnect", "strava").err
    (home.path / "secret.key").unlink()
    assert "tokens are deleted" in home.ok("disconnect", "garmin").out
    assert lived.rows(tables.secret) == []


def test_a_connector_that_is_not_installed_any_more_can_be_left(connected):
    home, lived = connected
    lived._connect("bygone", "me", {"key": "a-key-of-long-ago"})
    assert "tokens are deleted" in home.ok("disconnect", "bygone").out
    assert "found nothing of bygone" in home.ok("disconnect", "bygone", "--erase").out


def test_a_trace_that_is_left_is_exit_one_and_named(connected):
    home, lived = connected
    row = tables.observation
    with writing(lived.engine) as conn:
        strava_id = conn.scalar(select(row.c.external_id).where(row.c.source == "strava"))
        conn.execute(tables.app_value.insert().values(name="left", body={"here": strava_id}))
    said = home("disconnect", "strava", "--erase")
    assert said.status == 1
    assert "app_value.body" in said.err
    assert strava_id in said.err


def test_connecting_again_after_an_erasing_starts_afresh(connected):
    home, lived = connected
    home.ok("disconnect", "strava", "--erase")
    lived.connect_strava()
    lived.setting("strava_use", "full")
    lived.poll("strava")
    assert {row.source for row in lived.rows(tables.observation)} == {"strava", "garmin"}
    assert STRAVA_ATHLETE in {row.external_athlete_id for row in lived.rows(tables.connection)}
