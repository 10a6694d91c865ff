"""Files as devices and apps wrote them: each one ends as imported, skipped or refused, with reason.

They are measured against a direct reading by the SDK with its defaults, which shares no option with
the reading under test.
"""

import csv
import os
from datetime import timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from garmin_fit_sdk import Decoder, Stream

from connectors.files.decode import decode
from connectors.files.decoded import Imported, Refused, Skipped
from connectors.ports import OriginalFile
from planning.activity import RecordKind, Sport

FOLDER = Path(
    os.environ.get("GOALWARD_DEVICE_FILES")
    or Path(__file__).parents[4] / "shared" / "data" / "device-files"
)
FILES = sorted(p for p in FOLDER.glob("*") if p.suffix in {".fit", ".tcx", ".gpx"})
needs_files = pytest.mark.skipif(
    not FILES, reason="no device files beside the repository, nor in GOALWARD_DEVICE_FILES"
)
pytestmark = needs_files

SKIPPED = {"Settings", "Settings2", "WeightScaleSingleUser"}
REFUSED = {"DeveloperData": "no activity in it has a time"}
DAMAGED = {
    "activity-filecrc": "checksum",
    "activity-activity-filecrc": "checksum",
    "activity-unexpected-eof": "cut short",
    "strava-android-app-201.10-b1218918": "cut short",
}


def stem(path):
    return path.stem.split("__", 1)[1]


@cache
def of(path):
    return decode(OriginalFile(path.name, path.read_bytes()))


@cache
def read_directly(path):
    """Messages of the SDK with its defaults: strings, dates, expansion, merged heart rate."""
    messages, _ = Decoder(Stream.from_byte_array(bytearray(path.read_bytes()))).read()
    return messages


@pytest.mark.parametrize("path", FILES, ids=stem)
def test_every_file_is_accounted_for(path):
    result = of(path)
    name = stem(path)
    if name in SKIPPED or name.startswith("Workout"):
        assert isinstance(result, Skipped)
        assert result.reason.startswith("not a recording: a ")
    elif name in REFUSED:
        assert result == Refused(REFUSED[name])
    else:
        assert isinstance(result, Imported)
        assert bool(result.problem) == (name in DAMAGED)
        assert DAMAGED.get(name, "") in (result.problem or "")


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix == ".fit"], ids=stem)
def test_totals_are_those_of_the_sessions(path):
    told = [
        session
        for session in read_directly(path).get("session_mesgs", [])
        if session["sport"] != "transition"
    ]
    unique = {(s["start_time"], s["total_elapsed_time"]): s for s in told}
    recorded = of(path).recorded
    assert len(recorded) == len(unique)
    for session, one in zip(unique.values(), recorded, strict=True):
        record = one.record
        assert record.kind is RecordKind.DEVICE_FILE
        assert record.distance_m == session["total_distance"]
        assert record.moving_time_s == session["total_timer_time"]
        assert record.elapsed_time_s == max(session["total_elapsed_time"], record.moving_time_s)
        assert record.climb_m == session.get("total_ascent", record.climb_m)
        if session.get("avg_heart_rate"):
            assert record.average_heart_rate_bpm == session["avg_heart_rate"]
            assert record.max_heart_rate_bpm == session["max_heart_rate"]
        assert (record.sport is Sport.RUN) == (session["sport"] == "running")


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix == ".fit"], ids=stem)
def test_series_are_those_of_the_records(path):
    """Heart rate and distance of every second, of files with one session and no damage."""
    messages = read_directly(path)
    result = of(path)
    if len(messages.get("session_mesgs", [])) != 1 or not isinstance(result, Imported):
        pytest.skip("not one session")
    (one,) = result.recorded
    start = one.record.start_at
    if one.streams is None or result.problems or not messages["record_mesgs"]:
        pytest.skip("no series, or damaged, or in a form that the SDK does not read")
    for name, field in (("heart_rate_bpm", "heart_rate"), ("distance_m", "distance")):
        told = {
            (record["timestamp"] - start).total_seconds(): record[field]
            for record in messages["record_mesgs"]
            if record.get(field)
        }
        series = getattr(one.streams, name)
        if not told:
            assert series is None or not np.nansum(series)
            continue
        at = np.searchsorted(one.streams.time_s, list(told))
        np.testing.assert_allclose(series[at], list(told.values()), rtol=0, atol=0)


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix == ".fit"], ids=stem)
def test_heart_rate_distance_and_duration_are_the_sdks(path):
    """Mean and maximum over all records, last distance and span, of every readable file."""
    result, messages = of(path), read_directly(path)
    told = [record for record in messages.get("record_mesgs", []) if record.get("timestamp")]
    if not isinstance(result, Imported) or not told or len(result.recorded) > 1:
        pytest.skip("not one activity with records that the SDK reads")
    (one,) = result.recorded
    beats = {r["timestamp"]: r["heart_rate"] for r in told if r.get("heart_rate", 0) >= 20}
    if beats:
        mine = one.streams.heart_rate_bpm[np.isfinite(one.streams.heart_rate_bpm)]
        assert len(mine) == len(beats)
        assert mine.mean() == pytest.approx(np.mean(list(beats.values())), rel=1e-12)
        assert mine.max() == max(beats.values())
    metres = [record["distance"] for record in told if record.get("distance") is not None]
    if metres:
        assert np.nanmax(one.streams.distance_m) == max(metres)
    start, slack = one.record.start_at, timedelta(seconds=one.record.elapsed_time_s + 60)
    stamps = [r["timestamp"] for r in told if start <= r["timestamp"] <= start + slack]
    assert np.ptp(one.streams.time_s) == (max(stamps) - min(stamps)).total_seconds()


@pytest.mark.parametrize("path", FILES, ids=stem)
def test_series_are_in_order(path):
    for one in of(path).recorded:
        if one.streams is None:
            continue
        assert one.streams.time_s[0] >= 0
        assert (np.diff(one.streams.time_s) > 0).all()
        distance = one.streams.distance_m[np.isfinite(one.streams.distance_m)]
        assert (np.diff(distance) >= 0).all()
        if one.record.distance_m and len(distance):
            assert distance[-1] <= one.record.distance_m * 1.01 + 1


def test_a_multisport_race_is_one_record_a_leg():
    (path,) = [p for p in FILES if stem(p) == "triathlon-multisport"]
    assert [one.record.sport for one in of(path).recorded] == [Sport.SWIM, Sport.RIDE, Sport.RUN]


def test_legs_of_a_multisport_race_count_from_their_own_start():
    (path,) = [p for p in FILES if stem(p) == "activity-large-fenxi2-multisport"]
    for one in of(path).recorded:
        assert one.streams.distance_m[-1] == pytest.approx(one.record.distance_m, rel=0.001)
        assert one.streams.time_s[-1] == pytest.approx(one.record.elapsed_time_s, abs=3)


def test_the_manifest_agrees_on_what_has_heart_rate():
    with (FOLDER / "manifest.csv").open(encoding="utf-8") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    assert set(rows) == {path.name for path in FILES}
    for path in FILES:
        told = rows[path.name]["with_hr"]
        for one in of(path).recorded:
            if told == "0":
                assert one.record.average_heart_rate_bpm is None


def test_records_with_compressed_timestamps_are_read():
    """The SDK stops at the first one. Distance, packed too, ends where the watch's own total does."""
    (path,) = [p for p in FILES if stem(p) == "compressed-speed-distance"]
    (one,) = of(path).recorded
    assert len(one.streams.time_s) == 755
    assert np.isfinite(one.streams.heart_rate_bpm).sum() == 754
    assert one.streams.distance_m[-1] == pytest.approx(one.record.distance_m, abs=0.1)
    assert one.streams.time_s[-1] == pytest.approx(one.record.elapsed_time_s, abs=5)
