"""Account exports: what they are recognised by, what their index says, and what cannot be trusted."""

import gzip
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.files import walk
from connectors.files.decode import decode
from connectors.files.exports import GARMIN, STRAVA, Index, Line, joined
from connectors.files.garmin_export import summaries
from connectors.files.members import Member, Unreadable
from connectors.files.strava_export import start_of
from connectors.files.walk import Found, LeftOut, Rest, weight
from connectors.ports import OriginalFile, Recorded
from planning.activity import Sport, Surface
from tests.connectors.files.exported import (
    STRAVA_HEADER,
    garmin_export,
    garmin_summary,
    strava_export,
    strava_row,
    table,
    templates,
)
from tests.connectors.files.made import START, fit_file
from tests.sizes import FIXED, examples

FIT = fit_file(seconds=30)


@pytest.fixture(scope="module")
def made():
    return templates(3, every_s=30)


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def entries(path):
    """What is found, read at once, as one who imports does."""
    return [(entry, entry.read() if isinstance(entry, Found) else None) for entry in walk([path])]


def strava(path, rows, files, header=STRAVA_HEADER):
    return zipped(path, {"activities.csv": table(rows, header), **files})


def test_a_strava_export_is_recognised_and_its_pictures_are_one_entry(tmp_path, made):
    strava_export(tmp_path / "export.zip", made, 6, media=50)
    told = [entry for entry, _ in entries(tmp_path / "export.zip")]
    found = [entry for entry in told if isinstance(entry, Found)]
    assert [entry.path.rpartition("/")[2] for entry in found] == [
        f"{9_000_000 + n}.fit.gz" for n in range(6)
    ]
    left = {
        entry.path.partition(".zip/")[2]: entry.reason
        for entry in told
        if isinstance(entry, LeftOut)
    }
    assert left.keys() == {"profile.csv", "bikes.csv", "comments.csv", "messaging.json", "*"}
    assert left["*"] == "50 pictures and films of the export, not looked at"
    (rest,) = [entry for entry in told if isinstance(entry, Rest)]
    assert told[-1] is rest
    assert len(rest.index.lines) == 8
    assert weight([tmp_path / "export.zip"]) == sum(entry.weight for entry in found)


def test_the_same_export_unpacked_into_a_folder(tmp_path, made):
    strava_export(tmp_path / "export.zip", made, 3)
    with zipfile.ZipFile(tmp_path / "export.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    packed, bare = (
        [(entry.path.split("/")[-1], file) for entry, file in entries(tmp_path / name)]
        for name in ("export.zip", "unpacked")
    )
    assert packed == bare


def test_the_recordings_of_a_garmin_export_lie_in_archives_in_it(tmp_path, made):
    garmin_export(tmp_path / "g.zip", made, 7)
    told = entries(tmp_path / "g.zip")
    found = [(entry, file) for entry, file in told if isinstance(entry, Found)]
    assert len(found) == 7
    for entry, file in found:
        (one,) = decode(file).recorded
        (line,) = entry.index.lines_of(entry.path, [one.record.start_at])
        assert line.start_at == one.record.start_at
        assert line.utc_offset_s == 3600
        assert line.distance_m == pytest.approx(one.record.distance_m, abs=0.1)


@pytest.mark.parametrize(("apart_s", "named"), [(0, "a"), (100, "a"), (-120, "a"), (-121, None)])
def test_a_line_of_garmin_is_of_the_run_that_began_with_it(apart_s, named):
    starts = (START, START + timedelta(seconds=130))
    lines = (Line("a", starts[0]), Line("b", starts[1]), Line("c", None))
    index = Index(GARMIN, "x", lines, starts=starts)
    at = START + timedelta(seconds=apart_s if apart_s <= 0 else apart_s - 40)
    assert [line.id for line in index.lines_of("x", [at])] == ([named] if named else [])
    assert index.lines_of("x", [START + timedelta(seconds=90)]) == (lines[1],)


def test_names_of_columns_in_another_language(tmp_path):
    header = [f"Spalte {n}" for n in range(len(STRAVA_HEADER))]
    row = strava_row(1, START, None, name="activities/1.fit", title="Morgenlauf", kind="Lauf")
    strava(tmp_path / "x.zip", [row], {"activities/1.fit": FIT}, header)
    ((entry, _), *_) = entries(tmp_path / "x.zip")
    line = entry.index.by_file["1.fit"]
    assert (line.name, line.distance_m, line.sport) == ("Morgenlauf", 10_000.0, None)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("Apr 3, 2021, 5:36:01 PM", datetime(2021, 4, 3, 17, 36, 1, tzinfo=UTC)),
        ("Apr 3, 2021, 12:00:00 AM", datetime(2021, 4, 3, tzinfo=UTC)),
        ("Sept 30, 2024, 12:05:00\u202fPM", datetime(2024, 9, 30, 12, 5, tzinfo=UTC)),
        ("3 Apr 2021, 17:36:01", datetime(2021, 4, 3, 17, 36, 1, tzinfo=UTC)),
        ("31 Feb 2021, 17:36:01", None),
        ("03.04.2021, 17:36:01", None),
        ("", None),
    ],
)
def test_days_of_strava(text, instant):
    assert start_of(text) == instant


def recorded(**how):
    (one,) = decode(OriginalFile("a.fit", fit_file(seconds=60, **how))).recorded
    return one


def test_what_a_person_said_joins_what_the_watch_measured():
    one = recorded()
    told = joined(one, Line("1", START, Sport.RUN, Surface.TRAIL, "Over the hill", is_race=True))
    assert (told.record.name, told.record.surface, told.record.is_race) == (
        "Over the hill",
        Surface.TRAIL,
        True,
    )
    assert told.record.distance_m == one.record.distance_m
    assert told.record.external_id == one.record.external_id
    assert told.streams is one.streams
    assert joined(one, Line("1", START)).record == one.record
    assert joined(one, Line("1", START, Sport.RIDE)).record.sport is Sport.RIDE


def test_pitfall_14_treadmill_distance_as_it_was_put_right():
    line = Line("1", START, Sport.RUN, distance_m=5_000.0, moving_time_s=1_500.0)
    told = joined(recorded(sub_sport="treadmill"), line).record
    assert (told.distance_m, told.moving_time_s) == (5_000.0, 1_500.0)
    assert joined(recorded(), line).record.distance_m == 180.0


def test_pitfall_16_manual_activity_is_its_line():
    line = Line("1", START, Sport.RUN, distance_m=5_000.0, moving_time_s=1_500.0)
    alone = line.alone(STRAVA)
    assert alone.record.is_manual
    assert alone.streams is None
    assert alone == line.alone(STRAVA)
    assert alone.record.external_id != line.alone(GARMIN).record.external_id
    assert Line("1", None, distance_m=5.0).alone(STRAVA) is None
    assert Line("1", START).alone(STRAVA) is None


def test_pitfall_22_multisport_parents_are_left_to_their_legs(tmp_path):
    told = [
        garmin_summary(1, START, None, parent=True, childIds=[2, 3]),
        garmin_summary(2, START + timedelta(hours=1), None, activityType="treadmill_running"),
    ]
    name = "DI_CONNECT/DI-Connect-Fitness/a_0_summarizedActivities.json"
    path = zipped(tmp_path / "g.zip", {name: json.dumps([{"summarizedActivitiesExport": told}])})
    ((rest, _),) = entries(path)
    (line,) = rest.index.lines
    assert (line.id, line.sport, line.surface) == ("5000002", Sport.RUN, Surface.TREADMILL)


@settings(deadline=None, derandomize=FIXED, max_examples=examples(50))
@given(
    st.lists(
        st.dictionaries(st.text(max_size=9), st.text() | st.integers() | st.none()), max_size=40
    )
)
def test_summaries_are_read_one_by_one(objects):
    whole = [{"before": ["[", "]"], "summarizedActivitiesExport": objects, "after": [1]}]
    assert list(summaries(io.BytesIO(json.dumps(whole).encode()))) == objects


def test_summaries_that_break_off_are_read_so_far_and_the_export_too(tmp_path):
    whole = json.dumps(
        [{"summarizedActivitiesExport": [garmin_summary(n, START, None) for n in (1, 2)]}]
    )
    name = "DI_CONNECT/DI-Connect-Fitness/a_0_summarizedActivities.json"
    path = zipped(tmp_path / "g.zip", {name: whole[:-40], "DI_CONNECT/1.fit": FIT})
    (found, _), (rest, _) = entries(path)
    assert isinstance(found, Found)
    assert len(rest.index.lines) == 1
    assert "cannot be read to its end" in rest.index.problem


# --- what cannot be trusted -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../../a.fit", "/etc/a.fit", "x/../../a.fit", "C:/a.fit"])
def test_a_name_that_leads_out_is_refused(tmp_path, name):
    (entry, _), (good, _) = sorted(
        entries(zipped(tmp_path / "x.zip", {name: FIT, "good.fit": FIT})),
        key=lambda each: isinstance(each[0], Found),
    )
    assert entry == LeftOut(
        f"{tmp_path}/x.zip/{name}", "its name leads out of the archive", refused=True
    )
    assert isinstance(good, Found)


def test_archives_that_swell_are_refused_and_the_next_file_is_read(tmp_path):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.fit", bytes(300_000_000))
    path = zipped(tmp_path / "x.zip", {"a.zip": bomb.getvalue(), "b.fit.gz": gzip.compress(FIT)})
    first, second = walk([path]), None
    swollen = next(first)
    with pytest.raises(OSError, match="more than 200 MB unpacked"):
        swollen.read()
    second = next(first)
    assert decode(second.read()).recorded


def test_nothing_is_spooled_without_end():
    endless = Member("a.zip", 1_000, partial(Path("/dev/zero").open, "rb"))
    with pytest.raises(Unreadable, match="times as large"), endless.spooled():
        pass


def test_a_damaged_archive_in_an_archive_is_one_file(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.fit", FIT)
    path = zipped(tmp_path / "x.zip", {"a.zip": inner.getvalue()[:300], "b.fit": FIT})
    (_, damaged), (_, whole) = entries(path)
    assert decode(damaged).reason.startswith("the archive is damaged")
    assert decode(whole).recorded


def test_more_than_four_gigabytes_are_listed_by_zip64(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        with archive.open("activities/1.fit", "w", force_zip64=True) as file:
            file.write(FIT)
        archive.writestr("activities.csv", table([]))
    (found, file), *_ = entries(tmp_path / "x.zip")
    assert file.content == FIT
    assert found.index.service == STRAVA


def test_a_recording_stays_itself_with_what_is_said_of_it():
    one = recorded()
    assert isinstance(joined(one, Line("1", START, name="x")), Recorded)
    tag = Line("1", START, name="x").said(STRAVA)
    assert tag != Line("1", START, name="y").said(STRAVA)
    assert len(tag) < 200
