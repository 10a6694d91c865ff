from datetime import timedelta

import numpy as np
import pytest
from garmin_fit_sdk import CrcCalculator, Encoder
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.files.checksum import fit_checksum
from connectors.files.decode import decode
from connectors.files.decoded import Imported, Refused, Skipped
from connectors.ports import MARKER, OriginalFile
from planning.activity import RecordKind, Sport, Surface
from tests.connectors.files.made import NUMBERS, START, fit_file


def decoded(content, **told):
    return decode(OriginalFile("run.fit", content), **told)


def only(content):
    result = decoded(content)
    assert isinstance(result, Imported), result
    (one,) = result.recorded
    return one


def test_a_run_is_what_the_watch_wrote():
    one = only(
        fit_file(
            seconds=600,
            speed=3.0,
            avg_heart_rate=151,
            max_heart_rate=163,
            total_ascent=12,
            total_timer_time=590.0,
            utc_offset_s=7200,
        )
    )
    record = one.record
    assert record.start_at == START
    assert (record.source, record.kind) == ("files", RecordKind.DEVICE_FILE)
    assert (record.sport, record.surface) == (Sport.RUN, Surface.ROAD)
    assert record.distance_m == 1800.0
    assert (record.moving_time_s, record.elapsed_time_s) == (590.0, 600.0)
    assert (record.average_heart_rate_bpm, record.max_heart_rate_bpm) == (151, 163)
    assert record.climb_m == 12
    assert record.utc_offset_s == 7200
    assert record.device == "garmin fr945"
    assert not record.is_manual
    assert not record.start_hidden
    series = one.streams
    assert series.time_s[[0, -1]].tolist() == [0, 600]
    assert series.distance_m[-1] == 1800
    assert set(series.heart_rate_bpm) == {150}
    assert set(series.cadence_steps_per_min) == {176}  # the watch counts one foot
    assert series.temperature_c is None


def test_what_the_watch_holds_the_threshold_to_be_is_read_of_runs():
    for bpm, sport, told in ((172, "running", 172.0), (0, "running", None), (172, "cycling", None)):
        zones = {"mesg_num": NUMBERS["ZONES_TARGET"], "threshold_heart_rate": bpm}
        assert only(fit_file(before=[zones], sport=sport)).record.watch_threshold_bpm == told
    assert only(fit_file()).record.watch_threshold_bpm is None


@pytest.mark.parametrize(
    ("sport", "sub_sport", "is_sport", "surface"),
    [
        ("running", "generic", Sport.RUN, Surface.ROAD),
        ("running", "street", Sport.RUN, Surface.ROAD),
        ("running", "treadmill", Sport.RUN, Surface.TREADMILL),
        ("running", "indoor_running", Sport.RUN, Surface.TREADMILL),
        ("running", "trail", Sport.RUN, Surface.TRAIL),
        ("running", "track", Sport.RUN, Surface.TRACK),
        ("running", "virtual_activity", Sport.RUN, Surface.VIRTUAL),
        ("fitness_equipment", "treadmill", Sport.RUN, Surface.TREADMILL),
        ("cycling", "road", Sport.RIDE, Surface.ROAD),
        ("fitness_equipment", "indoor_cycling", Sport.RIDE, Surface.ROAD),
        ("swimming", "lap_swimming", Sport.SWIM, Surface.ROAD),
        ("walking", "generic", Sport.WALK, Surface.ROAD),
        ("hiking", "generic", Sport.WALK, Surface.ROAD),
        ("training", "strength_training", Sport.STRENGTH, Surface.ROAD),
        ("training", "cardio_training", Sport.OTHER, Surface.ROAD),
        ("kitesurfing", "generic", Sport.OTHER, Surface.ROAD),
    ],
)
def test_sport_and_surface(sport, sub_sport, is_sport, surface):
    record = only(fit_file(sport=sport, sub_sport=sub_sport, seconds=20)).record
    assert (record.sport, record.surface) == (is_sport, surface)


def test_cadence_means_steps_only_on_foot():
    assert only(fit_file(sport="cycling", seconds=20)).streams.cadence_steps_per_min is None


@pytest.mark.parametrize("offset", [-34_200, 0, 20_700, 45_900])
def test_zones_of_whole_quarters_are_read(offset):
    assert only(fit_file(seconds=20, utc_offset_s=offset)).record.utc_offset_s == offset


@pytest.mark.parametrize("offset", [400, -50_000, -50_400, 54_000])
def test_a_clock_that_is_no_zone_is_not_believed(offset):
    assert only(fit_file(seconds=20, utc_offset_s=offset)).record.utc_offset_s is None


def test_sessions_become_records_and_transitions_do_not():
    legs = [leg("transition", 600, 60, 60.0), leg("cycling", 660, 300, 2400.0)]
    records = [
        {
            "timestamp": START + timedelta(seconds=s),
            "distance": 3.0 * s,
            "heart_rate": 120 + s // 100,
        }
        for s in range(961)
    ]
    result = decoded(fit_file(seconds=600, extra_session=legs, records=records))
    run, ride = result.recorded
    assert [run.record.sport, ride.record.sport] == [Sport.RUN, Sport.RIDE]
    assert ride.record.external_id == f"{run.record.external_id}-2"
    assert run.streams.time_s[-1] == 599
    assert ride.streams.time_s[[0, -1]].tolist() == [0, 300]
    assert ride.record.start_at == START + timedelta(seconds=660)


def leg(sport, first, seconds, metres):
    return {
        "start_time": START + timedelta(seconds=first),
        "timestamp": START + timedelta(seconds=first + seconds),
        "total_elapsed_time": float(seconds),
        "total_timer_time": float(seconds),
        "total_distance": metres,
        "sport": sport,
    }


@pytest.mark.parametrize("late", [0, 1, 3])
def test_a_leg_whose_distance_starts_again_does_not_inherit_the_last_one(late):
    """Distance starts again at 0, some seconds after the new session began."""
    records = [
        {
            "timestamp": START + timedelta(seconds=s),
            "distance": 3.0 * s if s < 600 + late else 8.0 * (s - 600),
        }
        for s in range(901)
    ]
    legs = [leg("cycling", 600, 300, 2400.0)]
    _, ride = decoded(fit_file(seconds=600, extra_session=legs, records=records)).recorded
    known = ride.streams.distance_m[np.isfinite(ride.streams.distance_m)]
    assert known[0] <= 8.0 * late
    assert known[-1] == 2400
    assert known[100] == pytest.approx(8 * (100 + late))


def test_packed_speed_and_distance_are_unpacked():
    """Speed in 12 bits of 1/100 m/s, distance in 12 bits of 1/16 m that roll over at 256 m."""

    def packed(second):
        speed, distance = 300, 48 * second % 4096
        whole = speed | distance << 12
        return list(whole.to_bytes(3, "little"))

    records = [
        {"timestamp": START + timedelta(seconds=s), "compressed_speed_distance": packed(s)}
        for s in range(301)
    ]
    series = only(fit_file(seconds=300, records=records)).streams
    np.testing.assert_allclose(series.distance_m, 3.0 * np.arange(301))
    assert set(series.speed_m_per_s) == {3.0}


def test_a_record_split_over_two_messages_is_one_point():
    records = []
    for second in range(20):
        at = START + timedelta(seconds=second)
        records += [
            {"timestamp": at, "heart_rate": 140},
            {"timestamp": at, "distance": second * 3.0},
        ]
    series = only(fit_file(seconds=19, records=records)).streams
    assert len(series.time_s) == 20
    assert series.heart_rate_bpm[5] == 140
    assert series.distance_m[5] == 15


def test_no_heart_rate_is_not_a_heart_rate_of_zero():
    one = only(fit_file(seconds=30, heart_rate=0, avg_heart_rate=0, max_heart_rate=0))
    assert one.streams.heart_rate_bpm is None
    assert one.record.average_heart_rate_bpm is None
    assert one.record.max_heart_rate_bpm is None


def test_a_mean_heart_rate_the_session_does_not_give_comes_from_the_records():
    assert only(fit_file(seconds=30, heart_rate=142)).record.average_heart_rate_bpm == 142


def test_distance_comes_from_positions_when_the_device_gave_none():
    step = 1e-4  # degrees of latitude: 11.12 m
    records = [
        {
            "timestamp": START + timedelta(seconds=4 * n),
            "position_lat": round((50 + n * step) * 2**31 / 180),
            "position_long": round(8 * 2**31 / 180),
        }
        for n in range(50)
    ]
    series = only(fit_file(seconds=196, records=records)).streams
    assert series.distance_m[-1] == pytest.approx(49 * 11.1195, rel=1e-3)


def test_records_outside_the_session_are_left_out():
    late = {"timestamp": START + timedelta(days=40), "distance": 5000.0}
    early = {"timestamp": START - timedelta(days=40), "distance": 0.0}
    good = [{"timestamp": START + timedelta(seconds=s), "distance": 3.0 * s} for s in range(61)]
    series = only(fit_file(seconds=60, records=[early, *good, late])).streams
    assert series.time_s.tolist() == list(range(61))


def test_an_executed_workout_of_ours_is_recognised():
    ident = "g1-2026W19-2"
    workout = {
        "mesg_num": NUMBERS["WORKOUT"],
        "wkt_name": f"5 x 1 km {MARKER.format(ident=ident)}",
        "sport": "running",
        "num_valid_steps": 1,
    }
    record = only(fit_file(seconds=30, before=[workout])).record
    assert record.planned_ident == ident
    assert record.name == "5 x 1 km"


def hr_messages(seconds, beat):
    """Buffered heart rate as chest straps send it: an anchor, then counted events."""
    yield {
        "mesg_num": NUMBERS["HR"],
        "timestamp": START,
        "fractional_timestamp": 0.0,
        "event_timestamp": [0.0],
        "filtered_bpm": [beat],
    }
    for second in range(1, seconds + 1):
        yield {
            "mesg_num": NUMBERS["HR"],
            "event_timestamp": [float(second)],
            "filtered_bpm": [beat],
        }


def test_buffered_heart_rate_is_merged_into_the_records():
    records = [{"timestamp": START + timedelta(seconds=s), "distance": 3.0 * s} for s in range(31)]
    content = fit_file(seconds=30, records=records, before=list(hr_messages(32, 133)))
    one = only(content)
    assert set(one.streams.heart_rate_bpm) == {133}
    assert one.record.average_heart_rate_bpm == 133


@pytest.mark.parametrize("kind", ["settings", "workout", "course", "monitoring_b", "weight"])
def test_other_kinds_of_fit_file_are_skipped_by_name(kind):
    result = decoded(fit_file(file_type=kind, records=[], session=False))
    assert result == Skipped(f"not a recording: a {kind.replace('_', ' ')} file")


def test_a_recording_that_broke_off_keeps_what_was_run():
    whole = fit_file(seconds=600, before=[{"mesg_num": NUMBERS["SPORT"], "sport": "running"}])
    one = only(whole[: len(whole) // 2])
    assert one.record.sport is Sport.RUN
    assert 200 < one.record.elapsed_time_s < 400
    assert one.record.distance_m == pytest.approx(3 * one.record.elapsed_time_s, abs=4)
    assert decoded(whole[: len(whole) // 2]).problem.startswith("cut short")


def test_a_flipped_bit_is_told_and_the_rest_is_kept():
    whole = bytearray(fit_file(seconds=600))
    whole[len(whole) // 2] ^= 0x08
    result = decoded(bytes(whole))
    assert isinstance(result, Imported)
    assert "checksum" in result.problem
    assert result.recorded[0].record.distance_m == 1800


def test_two_files_chained_in_one_are_two_activities_and_doubles_are_one():
    first, later = fit_file(seconds=60), fit_file(seconds=60, start=START + timedelta(hours=3))
    assert len(decoded(first + later).recorded) == 2
    assert len(decoded(first + first).recorded) == 1


def test_an_activity_without_times_is_refused():
    records = [{"distance": 3.0 * n, "heart_rate": 140} for n in range(9)]
    assert decoded(fit_file(session=False, records=records)) == Refused(
        "no activity in it has a time"
    )


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.binary(max_size=2000))
def test_the_checksum_is_that_of_the_sdk(content):
    assert fit_checksum(content) == CrcCalculator.calculate_crc(content, 0, len(content))


def test_what_the_encoder_closes_fits_its_checksum():
    content = Encoder().close()
    assert fit_checksum(content) == 0


@settings(deadline=None, derandomize=True, max_examples=25)
@given(
    seconds=st.integers(2, 120),
    speed=st.floats(0.5, 6).map(lambda v: round(v, 2)),
    beat=st.integers(40, 210),
)
def test_any_run_comes_back_as_it_was_written(seconds, speed, beat):
    one = only(fit_file(seconds=seconds, speed=speed, heart_rate=beat))
    assert one.record.distance_m == pytest.approx(seconds * speed, abs=0.01)
    np.testing.assert_allclose(one.streams.distance_m, np.arange(seconds + 1) * speed, atol=0.01)
    assert set(one.streams.heart_rate_bpm) == {beat}
