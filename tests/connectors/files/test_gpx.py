import numpy as np
import pytest

from connectors.files.decode import decode
from connectors.files.decoded import Imported, Refused, Skipped
from connectors.files.track import haversine_m
from connectors.ports import OriginalFile
from planning.activity import RecordKind, Sport, Surface
from tests.connectors.files.made import START, gpx_file

LATITUDE_DEGREE_M = 111_195.08  # 2 pi 6371.0088 km / 360


def decoded(content):
    return decode(OriginalFile("run.gpx", content))


def north(seconds, *, start_s=0, speed=3.0, latitude=47.0, every=1, elevation=400.0):
    return [
        (start_s + s, latitude + s * speed / LATITUDE_DEGREE_M, 8.5, elevation)
        for s in range(0, seconds + 1, every)
    ]


def test_haversine_between_two_cities():
    """Paris to London, 343.6 km on the mean sphere by the spherical law of cosines."""
    lat, lon = np.array([48.8566, 51.5074]), np.array([2.3522, -0.1278])
    a, b = np.radians(lat)
    by_cosines = 6_371_008.8 * np.arccos(
        np.sin(a) * np.sin(b) + np.cos(a) * np.cos(b) * np.cos(np.radians(lon[1] - lon[0]))
    )
    assert haversine_m(lat, lon)[0] == pytest.approx(by_cosines, rel=1e-9)
    assert haversine_m(lat, lon)[0] == pytest.approx(343_560, abs=60)


def test_a_run_of_positions():
    (one,) = decoded(gpx_file(north(600), kind="trail_running")).recorded
    record = one.record
    assert (record.kind, record.sport, record.surface) == (
        RecordKind.EXCHANGE_FILE,
        Sport.RUN,
        Surface.TRAIL,
    )
    assert record.start_at == START
    assert record.distance_m == pytest.approx(1800, abs=0.5)
    assert (record.moving_time_s, record.elapsed_time_s) == (600, 600)
    assert record.average_heart_rate_bpm == 140
    assert record.name == "Morning"
    assert record.climb_m == 0


def test_a_pause_and_the_way_across_it_are_not_run():
    """Two segments, ten minutes and a kilometre apart."""
    away = 47.0 + 2800 / LATITUDE_DEGREE_M
    points = [*north(600), None, *north(300, start_s=1200, latitude=away)]
    (one,) = decoded(gpx_file(points)).recorded
    assert one.record.distance_m == pytest.approx(2700, abs=1)
    assert (one.record.moving_time_s, one.record.elapsed_time_s) == (900, 1500)


def test_standing_still_in_one_segment_is_not_moving():
    stop = 47.0 + 1800 / LATITUDE_DEGREE_M
    points = [*north(600), *north(300, start_s=900, latitude=stop)]
    (one,) = decoded(gpx_file(points)).recorded
    assert (one.record.moving_time_s, one.record.elapsed_time_s) == (900, 1200)


def test_climb_counts_rises_and_not_noise():
    wavering = [(s, 47 + s * 2.5e-5, 8.5, 400 + (s % 2)) for s in range(100)]
    (flat,) = decoded(gpx_file(wavering)).recorded
    hill = [(s, 47 + s * 2.5e-5, 8.5, 400 + s) for s in range(101)]
    (up,) = decoded(gpx_file(hill)).recorded
    assert flat.record.climb_m == 0
    assert up.record.climb_m == pytest.approx(100, abs=3)


@pytest.mark.parametrize(
    ("kind", "speed", "sport"),
    [
        ("running", 3.0, Sport.RUN),
        ("9", 3.0, Sport.RUN),
        ("cycling", 3.0, Sport.RIDE),
        ("1", 7.0, Sport.RIDE),
        ("hiking", 1.2, Sport.WALK),
        ("kayaking", 2.0, Sport.OTHER),
        (None, 3.0, Sport.RUN),
        (None, 9.0, Sport.OTHER),
        (None, 1.0, Sport.OTHER),
    ],
)
def test_sport(kind, speed, sport):
    content = gpx_file(north(120, speed=speed), kind=kind, name="Out")
    (one,) = decoded(content).recorded
    assert one.record.sport is sport


def test_a_route_without_times_is_skipped():
    content = b'<gpx version="1.1"><trk><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>'
    assert decoded(content) == Skipped("not a recording: a route without times")


def test_a_file_that_breaks_off_keeps_its_whole_points():
    content = gpx_file(north(600))
    result = decoded(content[: len(content) // 2])
    assert isinstance(result, Imported)
    assert result.problem.startswith("damaged")
    assert 200 < result.recorded[0].record.elapsed_time_s < 400


def test_declared_entities_are_refused():
    text = gpx_file(north(10)).decode().replace("?>", '?><!DOCTYPE g [<!ENTITY a "b">]>', 1)
    assert isinstance(decoded(text.encode()), Refused)


def test_nothing_that_leaves_says_where_it_was():
    (one,) = decoded(gpx_file(north(600))).recorded
    assert "47." not in repr(one.record)
    assert not any("lat" in name or "lon" in name for name in type(one.streams).__slots__)
