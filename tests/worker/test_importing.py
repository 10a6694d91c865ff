"""Files brought in by hand, by somebody who may be stopped at any moment."""

import zipfile
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from connectors.files import walk
from connectors.files.walk import weight
from connectors.ports import OriginalFile
from planning.activity import Observation
from planning.goals.goal import MARATHON_M, Goal, GoalKind, Priority
from tests.benchmarks import imports
from tests.connectors.files.exported import (
    garmin_export,
    strava_export,
    strava_row,
    table,
    templates,
)
from tests.connectors.files.made import fit_file, tcx_file
from tests.worker.counted import transactions
from tests.worker.living import PARIS, START, life
from worker import store, tables
from worker.cli.importing import _owe
from worker.cli.session import Session
from worker.db import writing
from worker.importing import Importer
from worker.outcomes import latest_outcome
from worker.owing import owe_replan
from worker.stored import from_body

TODAY = START.date()


class Killed(BaseException):
    """Nobody catches it, as nobody catches a SIGKILL."""


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with life(sqlite_url, tmp_path) as lived:
        goal = Goal("g", GoalKind.TIME, Priority.A, date(2026, 12, 20), MARATHON_M, 12000.0)
        with writing(lived.engine) as conn:
            store.put_goal(conn, 1, goal, known_at=lived.clock.at, now=lived.clock.at)
            owe_replan(lived.runtime, conn, 1)
        lived.work()
        lived.clock.later(minutes=1)
        yield lived


def log(days):
    rows = (f"{TODAY - timedelta(days=day + 1)},10,50\n" for day in range(days))
    return OriginalFile("log.csv", f"date,distance_km,duration_min\n{''.join(rows)}".encode())


def history(runs):
    """One file of many activities, as training software exports them."""
    whole = tcx_file(start=START).decode()
    head, _, rest = whole.partition("<Activity ")
    one, _, tail = rest.partition("</Activities>")
    days = (START - timedelta(days=day + 1) for day in range(runs))
    each = "".join(
        f"<Activity {one}".replace(START.date().isoformat(), day.date().isoformat()) for day in days
    )
    return OriginalFile("history.tcx", f"{head}{each}</Activities>{tail}".encode())


def bring_in(lived, file):
    return Importer(lived.runtime, 1, lived.clock.at).bring_in(file, file.name)


def killed_at(lived, commit, file):
    killed(lived, commit, lambda: bring_in(lived, file))


def killed(lived, commit, act):
    """The process ends instead of making its n-th commit."""
    left = [commit]

    def count(conn):
        if conn.get_execution_options().get("writes"):
            left[0] -= 1
            if left[0] == 0:
                raise Killed

    event.listen(lived.engine, "commit", count)
    try:
        with pytest.raises(Killed):
            act()
    finally:
        event.remove(lived.engine, "commit", count)


def runs_used(lived):
    from worker.db import reading

    with reading(lived.engine) as conn:
        return latest_outcome(conn, 1).ability.runs_used


def test_what_is_brought_in_is_owed_to_the_plan_at_once(lived):
    """Killed before anything else is done about it: the workers do."""
    assert bring_in(lived, log(28)).outcome == "imported"
    (owed,) = lived.owed("replan")
    assert owed.due_at == lived.clock.at + timedelta(seconds=1)
    lived.clock.later(seconds=1)
    lived.work("replan")
    assert runs_used(lived) > 0


def test_repeating_an_import_that_was_killed_leads_to_a_plan_that_knows_the_runs(lived):
    bring_in(lived, log(28))
    again = bring_in(lived, log(28))
    assert again.outcome == "unchanged"
    _owe(Session(lived.runtime, 1, PARIS, lived.clock.at), [again])
    assert runs_used(lived) > 0
    assert lived.owed("replan") == []


def test_an_import_that_brought_nothing_replans_nothing(lived):
    bring_in(lived, log(28))
    lived.clock.later(seconds=1)
    lived.work()
    before = lived.rows(tables.outbox, actor="replan")
    _owe(Session(lived.runtime, 1, PARIS, lived.clock.at), [bring_in(lived, log(28))])
    assert lived.rows(tables.outbox, actor="replan") == before


@pytest.mark.parametrize("file", [log(120), history(120)], ids=["log", "history"])
@pytest.mark.parametrize("commit", [1, 2, 3])
def test_an_import_killed_at_any_commit_is_made_whole_by_repeating_it(lived, file, commit):
    killed_at(lived, commit, file)
    stored = len(lived.activities())
    assert stored == 50 * (commit - 1)
    assert bool(lived.owed("replan")) == bool(stored)
    fate = bring_in(lived, file)
    assert fate.outcome == "imported"
    assert len(fate.keys) == len(lived.activities()) == 120
    assert bring_in(lived, file).outcome == "unchanged"


def test_a_recording_and_its_copy_are_stored_together_or_not_at_all(lived):
    file = OriginalFile("a.fit", fit_file(start=START - timedelta(days=1)))
    killed_at(lived, 1, file)
    assert lived.activities() == ()
    assert lived.rows(tables.raw_copy) == []
    assert bring_in(lived, file).outcome == "imported"
    assert len(lived.rows(tables.raw_copy)) == 1
    assert bring_in(lived, file).outcome == "unchanged"


def test_no_transaction_holds_more_than_fifty_runs(lived):
    with transactions(lived.engine, "observation") as sizes:
        bring_in(lived, log(120))
    assert sum(sizes) == 120
    assert max(sizes) == 50


# --- account exports ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made():
    return templates(4, every_s=30)


def bring_in_export(lived, path):
    """The fates by the last part of their paths, and what was decoded."""
    decoded, read = [], lived.runtime.decode

    def counting(file):
        decoded.append(file.name)
        return read(file)

    lived.runtime.decode = counting
    try:
        fates = list(Importer(lived.runtime, 1, lived.clock.at).bring_in_all(walk([path])))
    finally:
        lived.runtime.decode = read
    return {fate.path.rpartition("/")[2]: fate for fate in fates}, decoded


def known(lived):
    return {
        (r.start_at, r.distance_m, r.name, r.is_race, r.surface, r.sport)
        for r in (lived_one.record for lived_one in observations(lived))
    }


def observations(lived):
    rows = lived.rows(tables.observation, superseded_at=None)
    return [from_body(Observation, row.body) for row in rows]


def test_a_strava_export_is_recordings_and_lines_without_one(lived, tmp_path, made):
    strava_export(tmp_path / "s.zip", made, 30, media=10)
    fates, decoded = bring_in_export(lived, tmp_path / "s.zip")
    assert len(decoded) == 30
    assert len(lived.activities()) == 32
    assert fates["activities.csv"].outcome == "imported"
    assert len(fates["activities.csv"].keys) == 2
    assert fates["*"].outcome == "skipped"
    assert {a.name for a in lived.activities()} == {"By hand", *(f"Run {n}" for n in range(30))}
    again, decoded = bring_in_export(lived, tmp_path / "s.zip")
    assert decoded == []
    assert {fate.outcome for fate in again.values()} == {"unchanged", "skipped"}
    assert again["9000003.fit.gz"].keys == fates["9000003.fit.gz"].keys
    assert len(lived.activities()) == 32


def test_an_export_killed_at_any_commit_goes_on_from_there(lived, tmp_path, made):
    strava_export(tmp_path / "s.zip", made, 50)
    importer = Importer(lived.runtime, 1, lived.clock.at)
    for _ in range(2):
        killed(lived, 2, lambda: list(importer.bring_in_all(walk([tmp_path / "s.zip"]))))
    stored = len(lived.activities())
    assert 20 <= stored < 50
    assert lived.owed("replan")
    _, decoded = bring_in_export(lived, tmp_path / "s.zip")
    assert len(decoded) == 50 - stored
    assert len(lived.activities()) == 52


def test_a_damaged_member_is_its_line_until_a_whole_one_comes(lived, tmp_path, made):
    whole = tmp_path / "s.zip"
    strava_export(whole, made, 3, manual=0)
    with zipfile.ZipFile(whole) as archive:
        place = archive.getinfo("activities/9000001.fit.gz").header_offset + 60
    content = bytearray(whole.read_bytes())
    content[place : place + 200] = bytes(200)
    (tmp_path / "damaged.zip").write_bytes(content)
    fates, _ = bring_in_export(lived, tmp_path / "damaged.zip")
    assert fates["9000001.fit.gz"].outcome == "refused"
    assert "cannot be read: activities/9000001.fit.gz: Bad CRC" in fates["9000001.fit.gz"].reason
    assert len(fates["activities.csv"].keys) == 1
    assert len(lived.activities()) == 3
    bring_in_export(lived, whole)
    assert len(lived.activities()) == 3


def test_what_was_said_later_is_read_again(lived, tmp_path, made):
    first = strava_row(0, made[0].start_at, made[0].run, name="activities/1.fit", title="Morning")
    later = strava_row(
        0, made[0].start_at, made[0].run, name="activities/1.fit", title="City 10k", race=True
    )
    for row, name in ((first, "Morning"), (later, "City 10k"), (later, "City 10k")):
        with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
            archive.writestr("activities.csv", table([row]))
            archive.writestr("activities/1.fit", made[0].content)
        _, decoded = bring_in_export(lived, tmp_path / "s.zip")
        (activity,) = lived.activities()
        assert activity.name == name
    assert activity.is_race
    assert decoded == []
    assert bring_in(lived, OriginalFile("1.fit", made[0].content)).outcome == "unchanged"


@pytest.mark.parametrize("order", [("strava", "garmin"), ("garmin", "strava")])
def test_pitfall_20_the_same_run_in_two_exports(lived, tmp_path, made, order):
    """The very same files in both: Strava's word stands, whichever comes first."""
    strava_export(tmp_path / "strava.zip", made, 8, manual=0)
    garmin_export(tmp_path / "garmin.zip", made, 8, manual=0)
    for service in (*order, *order):
        bring_in_export(lived, tmp_path / f"{service}.zip")
    assert len(lived.activities()) == 8
    assert {name for _, _, name, *_ in known(lived)} == {f"Run {n}" for n in range(8)}


def test_the_recordings_of_a_garmin_export_are_named_by_its_summaries(lived, tmp_path, made):
    garmin_export(tmp_path / "g.zip", made, 8)
    _, decoded = bring_in_export(lived, tmp_path / "g.zip")
    assert len(decoded) == 8
    assert len(lived.activities()) == 10
    assert {a.name for a in lived.activities()} >= {f"Paris Running {n}" for n in range(10)}
    assert bring_in_export(lived, tmp_path / "g.zip")[1] == []


def test_progress_ends_at_the_whole_also_when_all_is_known(lived, tmp_path, made):
    strava_export(tmp_path / "s.zip", made, 12)
    importer = Importer(lived.runtime, 1, lived.clock.at)
    steps = []
    for times in (1, 2):
        found = walk([tmp_path / "s.zip"])
        list(importer.bring_in_all(found, step=lambda _, weighed: steps.append(weighed)))
        assert sum(steps) == times * weight([tmp_path / "s.zip"])


def test_settings_of_a_watch_are_not_kept(lived):
    file = OriginalFile("a.fit", fit_file(seconds=5, file_type="settings"))
    assert bring_in(lived, file).outcome == "skipped"
    assert lived.rows(tables.raw_copy) == []


def test_no_transaction_of_an_export_holds_many(lived, tmp_path, made):
    strava_export(tmp_path / "s.zip", made, 60)
    with transactions(lived.engine, "observation") as sizes:
        bring_in_export(lived, tmp_path / "s.zip")
    assert sum(sizes) == 62
    assert max(sizes) <= 25


@pytest.mark.parametrize("service", ["strava", "garmin"])
def test_the_command_with_a_kill_in_its_middle(service, tmp_path, made):
    """The benchmark, small: nothing lost or doubled, and what was in is not decoded again."""
    row = imports.measured(service, tmp_path, made, activities=60, size=5e6)
    assert row["activities"] == 60
    assert row["peak MB"] < imports.MOST_MB
