"""What the watch writes is what Garmin's own decoder reads."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from garmin_fit_sdk import Decoder, Stream

from connectors.sandbox.fit_file import encode, zipped
from connectors.sandbox.history import execute
from connectors.sandbox.runner import Runner, Setting, Stretch, run
from planning.activity import Surface
from planning.workout import Duration, DurationType, Step, StepKind, Target, TargetType

PARIS = ZoneInfo("Europe/Paris")
RUNNER = Runner()
FITNESS = 1.33


def decoded(content):
    checking = Decoder(Stream.from_byte_array(bytearray(content)))
    assert checking.is_fit()
    assert checking.check_integrity()  # leaves its stream at the end: reading needs another
    messages, errors = Decoder(Stream.from_byte_array(bytearray(content))).read()
    assert errors == []
    return messages


@pytest.fixture(scope="module")
def done():
    pace = Target(TargetType.PACE, 3.7, 3.9)
    items = (
        Step(StepKind.WARMUP, Duration(DurationType.TIME, 301)),
        Step(StepKind.WORK, Duration(DurationType.DISTANCE, 1500), pace),
        Step(StepKind.REST, Duration(DurationType.TIME, 47)),
        Step(StepKind.COOLDOWN, Duration(DurationType.TIME, 200)),
    )
    day = date(2026, 7, 14)
    return execute(RUNNER, day, items=items, name="Tue 14 Jul tempo", fitness=FITNESS, at=None)


@pytest.mark.parametrize("every_s", [1, 3])
def test_records_come_back(done, every_s):
    messages = decoded(encode(done, serial=77, zone=PARIS, every_s=every_s))
    records = messages["record_mesgs"]
    seconds = [int((r["timestamp"] - done.start_at).total_seconds()) for r in records]
    assert seconds[0] == 0
    assert seconds[-1] == done.elapsed_s
    assert seconds == sorted(set(seconds))
    assert {lap.last for lap in done.laps} <= set(seconds)
    assert max(np.diff(seconds)) == every_s
    np.testing.assert_allclose(
        [r["distance"] for r in records], done.distance_m[seconds], atol=0.006
    )
    np.testing.assert_allclose(
        [r["enhanced_altitude"] for r in records], done.altitude_m[seconds], atol=0.11
    )
    np.testing.assert_allclose([r["heart_rate"] for r in records], done.heart_rate_bpm[seconds])
    degrees = np.array([r["position_lat"] for r in records]) * 180 / 2**31
    np.testing.assert_allclose(degrees, done.latitude[seconds], atol=1e-6)


def test_laps_and_session_come_back(done):
    messages = decoded(encode(done, serial=77, zone=PARIS, workout="Tue 14 Jul tempo"))
    laps, session = messages["lap_mesgs"], messages["session_mesgs"][0]
    assert [lap["intensity"] for lap in laps] == ["warmup", "active", "rest", "cooldown"]
    assert laps[1]["total_distance"] == pytest.approx(1500, abs=0.01)
    assert laps[0]["total_timer_time"] == 301
    assert session["num_laps"] == 4
    assert session["total_distance"] == pytest.approx(done.total_m, abs=0.01)
    assert session["total_elapsed_time"] == done.elapsed_s
    assert session["start_time"] == done.start_at
    assert messages["file_id_mesgs"][0]["type"] == "activity"
    assert messages["file_id_mesgs"][0]["serial_number"] == 77
    assert messages["workout_mesgs"][0]["wkt_name"] == "Tue 14 Jul tempo"
    assert [e["event_type"] for e in messages["event_mesgs"]] == ["start", "stop_all"]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 7, 14), 2), (date(2026, 12, 14), 1)])
def test_the_local_clock_stands_in_the_file(day, hours):
    start = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
    done = run(RUNNER, [Stretch(3.0, 900.0)], setting=Setting(start, "x"), fitness=FITNESS)
    activity = decoded(encode(done, serial=1, zone=PARIS))["activity_mesgs"][0]
    fit_epoch = datetime(1989, 12, 31, tzinfo=UTC)
    local = fit_epoch + timedelta(seconds=activity["local_timestamp"])
    assert local - activity["timestamp"] == timedelta(hours=hours)


def test_a_treadmill_records_no_place():
    setting = Setting(datetime(2026, 1, 4, 9, tzinfo=UTC), "Treadmill", surface=Surface.TREADMILL)
    done = run(RUNNER, [Stretch(3.0, 900.0)], setting=setting, fitness=FITNESS)
    messages = decoded(encode(done, serial=1, zone=PARIS))
    assert messages["session_mesgs"][0]["sub_sport"] == "treadmill"
    assert not {"position_lat", "enhanced_altitude"} & set(messages["record_mesgs"][9])


def test_the_same_run_is_the_same_bytes(done):
    one = zipped("1_ACTIVITY.fit", encode(done, serial=1, zone=PARIS))
    two = zipped("1_ACTIVITY.fit", encode(done, serial=1, zone=PARIS))
    assert one == two
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert archive.namelist() == ["1_ACTIVITY.fit"]
