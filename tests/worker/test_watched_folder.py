"""A watched folder, from the file to the run: half-copied, written over, poisonous, full."""

import os
from contextlib import contextmanager
from datetime import timedelta

import pytest

from connectors.ports import OriginalFile
from tests.connectors.files.made import NUMBERS, fit_file
from tests.worker.counted import transactions
from tests.worker.living import START, life
from tests.worker.readers import POISON, frail
from worker import tables
from worker.decoder import Decoder
from worker.importing import Importer
from worker.schedule import tick

SPORT = {"mesg_num": NUMBERS["SPORT"], "sport": "running", "sub_sport": "generic"}


def a_run(*, start=START, seconds=1800, speed=3.0):
    return fit_file(seconds=seconds, speed=speed, start=start, before=[SPORT])


WHOLE = a_run()


@contextmanager
def watching(database_url, home):
    (home / "in").mkdir()
    with life(database_url, home) as lived:
        lived._connect("files", str(home / "in"), {}, folder=str(home / "in"))
        yield Watched(lived, home / "in")


class Watched:
    def __init__(self, lived, folder):
        self.lived, self.folder = lived, folder

    def put(self, name, content, *, age_s=60.0):
        path = self.folder / name
        path.write_bytes(content)
        os.utime(path, (self.lived.clock.at.timestamp() - age_s,) * 2)

    def look(self, name=None, content=None):
        """The next look, ten minutes later, at what was put there in between."""
        self.lived.clock.later(minutes=10)
        if name:
            self.put(name, content)
        self.lived.poll("files")

    @property
    def runs(self):
        return [(run.start_at, run.distance_m) for run in self.lived.activities()]


@pytest.fixture
def watched(sqlite_url, tmp_path):
    with watching(sqlite_url, tmp_path) as found:
        yield found


# --- what is in a file ----------------------------------------------------------------------------


def test_all_that_is_in_a_file_comes_in(watched):
    second = {
        "timestamp": START + timedelta(seconds=3600),
        "start_time": START + timedelta(seconds=1800),
        "total_elapsed_time": 1800.0,
        "total_timer_time": 1800.0,
        "total_distance": 12_000.0,
        "sport": "cycling",
        "sub_sport": "road",
    }
    watched.put("duathlon.fit", fit_file(seconds=1800, start=START, extra_session=[second]))
    watched.put("broken.fit", WHOLE[: len(WHOLE) // 2])
    watched.put("noise.fit", b"noise" * 40)
    watched.put("workout.fit", fit_file(file_type="workout", records=[], session=False))
    watched.look()
    lived = watched.lived
    sports = sorted(run.sport.value for run in lived.activities())
    problems = {row.name: row.problem for row in lived.rows(tables.raw_copy)}
    buried = [row.last_error for row in lived.rows(tables.outbox) if row.buried_at]
    assert sports.count("ride") == 1
    assert "run" in sports
    assert problems["duathlon.fit"] is None
    assert problems["broken.fit"]
    assert problems["noise.fit"]
    assert "workout.fit" not in problems
    assert len(buried) == 1
    assert buried[0].startswith("noise.fit")
    assert [told for told in lived.outcomes() if told and told.startswith("not kept")]


def test_a_file_that_kills_its_reader_is_given_up_with_the_reason_and_kept(watched):
    decoder = Decoder(read=frail)
    watched.lived.runtime.decode = decoder
    watched.put("a.fit", POISON)
    watched.put("b.fit", WHOLE)
    try:
        watched.look()
    finally:
        decoder.close()
    (owed,) = watched.lived.owed("ingest")
    assert owed.buried_at
    assert owed.last_error.startswith("a.fit: kills its reader")
    assert owed.tries == 1
    copies = {row.name: (row.content, row.problem) for row in watched.lived.rows(tables.raw_copy)}
    assert copies["a.fit"][0] == POISON
    assert "kills its reader" in copies["a.fit"][1]
    assert copies["b.fit"][1] is None
    assert len(watched.runs) == 1


def test_a_day_dated_ahead_in_a_file_of_several_is_asked_for_again(watched):
    ahead = START + timedelta(days=3)
    second = {
        "timestamp": ahead + timedelta(seconds=1800),
        "start_time": ahead,
        "total_elapsed_time": 1800.0,
        "total_timer_time": 1800.0,
        "total_distance": 5_000.0,
        "sport": "running",
    }
    watched.put("two.fit", fit_file(seconds=1800, start=START, extra_session=[second]))
    watched.look()
    assert len(watched.runs) == 1
    assert "1 more kept aside" in watched.lived.outcomes()[0]
    watched.lived.clock.later(days=3)
    watched.look()
    assert len(watched.runs) == 2
    watched.look()
    assert len(watched.lived.outcomes()) == 2


# --- files that change ----------------------------------------------------------------------------


def test_a_file_that_is_being_written_is_asked_for_again_soon(watched):
    watched.put("a.fit", WHOLE[: len(WHOLE) // 2], age_s=0)
    watched.lived.poll("files")
    assert watched.lived.outcomes() == []
    (owed,) = watched.lived.owed("ingest")
    assert owed.due_at == watched.lived.clock.at + timedelta(seconds=30)
    watched.put("a.fit", WHOLE, age_s=0)
    watched.lived.clock.later(seconds=31)
    watched.lived.work("ingest")
    assert watched.runs == [(START, 5400.0)]
    assert watched.lived.owed("ingest") == []


def test_a_file_that_is_written_for_hours_is_left_to_the_polls_by_the_clock(watched):
    tick(watched.lived.runtime)
    for _ in range(20):
        watched.put("live.gpx", b"<gpx>", age_s=0)
        watched.lived.work("ingest")
        watched.lived.clock.later(seconds=30)
    assert len(watched.lived.rows(tables.inbox_event, kind="poll")) == 4
    assert watched.lived.outcomes() == []


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_that_was_read_half_copied_becomes_one_run(database_url, tmp_path, share):
    with watching(database_url, tmp_path) as watched:
        watched.put("b.fit", a_run(start=START - timedelta(days=1)))
        watched.look("a.fit", WHOLE[: int(len(WHOLE) * share)])
        assert len(watched.runs) == 2
        watched.lived.clock.later(seconds=1)
        watched.lived.work("replan")
        assert watched.lived.owed("replan") == []
        watched.look("a.fit", WHOLE)
        assert watched.runs[1:] == [(START, 5400.0)]
        assert [row.key for row in watched.lived.owed("replan")] == ["1"]


def test_taking_back_alone_moves_the_plan(watched):
    """The whole file was imported by hand meanwhile: here it says nothing new."""
    lived = watched.lived
    watched.look("a.fit", WHOLE[: len(WHOLE) // 2])
    Importer(lived.runtime, 1, lived.clock.at).bring_in(OriginalFile("a.fit", WHOLE), "a.fit")
    lived.clock.later(seconds=1)
    lived.work("replan")
    assert lived.owed("replan") == []
    watched.look("a.fit", WHOLE)
    assert lived.outcomes() == ["stored", "stored"]
    assert watched.runs == [(START, 5400.0)]
    assert lived.owed("replan")


def test_a_copy_that_breaks_off_unreadably_takes_nothing_back(watched):
    watched.look("a.fit", WHOLE)
    watched.look("a.fit", b"noise" * 40)
    assert watched.runs == [(START, 5400.0)]
    corrected = a_run(seconds=2000)
    watched.look("a.fit", corrected)
    assert watched.runs == [(START, 6000.0)]


def test_another_run_under_the_same_name_takes_nothing_back(watched):
    watched.look("latest.fit", WHOLE)
    earlier = START - timedelta(days=2)
    watched.look("latest.fit", a_run(start=earlier, seconds=1200))
    assert watched.runs == [(earlier, 3600.0), (START, 5400.0)]


def test_what_another_file_gives_as_well_is_not_taken_back(watched):
    watched.put("copy.fit", WHOLE)
    watched.look("a.fit", WHOLE)
    longer = a_run(seconds=3000)
    watched.look("a.fit", longer)
    keys = {
        row.key for row in watched.lived.rows(tables.observation, superseded_at=None) if row.body
    }
    assert len(keys) == 2


def test_a_file_that_is_only_touched_changes_nothing(watched):
    watched.look("a.fit", WHOLE)
    watched.look("a.fit", WHOLE)
    assert watched.lived.outcomes() == ["stored", "known already"]
    assert len(watched.lived.rows(tables.observation)) == 1


# --- many files -----------------------------------------------------------------------------------


def test_many_files_are_taken_in_a_few_at_a_time(watched):
    for n in range(120):
        watched.put(f"{n}.fit", b"")
    lived = watched.lived
    with transactions(lived.engine, "inbox_event") as sizes:
        watched.look()
    assert sum(sizes) == 121
    assert max(sizes) <= 50
    assert len(lived.outcomes()) == 120


def test_what_comes_after_the_first_look_is_no_history(watched):
    watched.look("a.fit", WHOLE)
    watched.look("b.fit", a_run(start=START - timedelta(days=1)))
    found = watched.lived.rows(tables.inbox_event, kind="activity")
    assert [row.payload["backfill"] for row in found] == [True, False]


def test_one_who_lost_the_lease_keeps_nothing(watched):
    """Paused for longer than a lease, between asking and writing."""
    from worker import outbox
    from worker.ingest import ingest
    from worker.perform import Held, LeaseLost

    watched.put("a.fit", WHOLE)
    lived = watched.lived
    tick(lived.runtime)
    (row,) = lived.owed("ingest")
    paused = outbox.claim(lived.engine, row.id, owner="paused")
    lived.clock.later(seconds=11)
    assert outbox.claim(lived.engine, row.id, owner="quick")
    with pytest.raises(LeaseLost):
        ingest(lived.runtime, row.key, Held(lived.engine, paused))
    assert lived.rows(tables.inbox_event, kind="activity") == []
