from datetime import UTC, date, datetime

import numpy as np
import pytest

from connectors.strava.records import record_of, streams_of, tag_of
from planning.activity import RecordKind, Sport, Surface

DETAIL = {
    "id": 19000000420,
    "name": "Tempo",
    "sport_type": "Run",
    "type": "Run",
    "workout_type": 1,
    "start_date": "2026-11-22T06:31:04Z",
    "start_date_local": "2026-11-22T07:31:04Z",
    "timezone": "(GMT+01:00) Europe/Paris",
    "distance": 10003.2,
    "moving_time": 2995,
    "elapsed_time": 3050,
    "total_elevation_gain": 41.0,
    "average_heartrate": 148.0,
    "max_heartrate": 171.0,
    "device_name": "Garmin Forerunner 265",
    "manual": False,
    "trainer": False,
}


def test_a_race_in_every_field():
    record = record_of(DETAIL)
    assert (record.source, record.external_id, record.kind) == (
        "strava",
        "19000000420",
        RecordKind.STRAVA_API,
    )
    assert record.start_at == datetime(2026, 11, 22, 6, 31, 4, tzinfo=UTC)
    assert (record.sport, record.surface, record.is_race) == (Sport.RUN, Surface.ROAD, True)
    assert (record.distance_m, record.moving_time_s, record.elapsed_time_s) == (10003.2, 2995, 3050)
    assert (record.climb_m, record.average_heart_rate_bpm, record.max_heart_rate_bpm) == (
        41,
        148,
        171,
    )
    assert (record.name, record.device) == ("Tempo", "Garmin Forerunner 265")
    assert not record.is_manual
    assert not record.start_hidden


@pytest.mark.parametrize(
    ("utc", "local", "offset_s"),
    [
        ("2026-11-22T06:31:04Z", "2026-11-22T07:31:04Z", 3600),
        ("2026-07-22T06:31:04Z", "2026-07-22T08:31:04Z", 7200),  # the zone's text says +01:00
        ("2026-11-22T20:31:04Z", "2026-11-23T09:31:04Z", 13 * 3600),
        ("2026-11-22T03:31:04Z", "2026-11-21T20:31:04Z", -7 * 3600),
    ],
)
def test_pitfall_02_the_offset_is_the_difference_of_the_clocks(utc, local, offset_s):
    record = record_of(DETAIL | {"start_date": utc, "start_date_local": local})
    assert record.utc_offset_s == offset_s


def test_pitfall_17_midnight_and_one_second_is_a_hidden_start():
    hidden = DETAIL | {
        "start_date": "2026-11-21T23:00:01Z",
        "start_date_local": "2026-11-22T00:00:01Z",
    }
    assert record_of(hidden).start_hidden


@pytest.mark.parametrize(
    ("changes", "sport", "surface"),
    [
        ({"sport_type": "TrailRun"}, Sport.RUN, Surface.TRAIL),
        ({"sport_type": "VirtualRun"}, Sport.RUN, Surface.VIRTUAL),
        ({"trainer": True}, Sport.RUN, Surface.TREADMILL),
        ({"sport_type": "Ride"}, Sport.RIDE, Surface.ROAD),
        ({"sport_type": "Hike"}, Sport.WALK, Surface.TRAIL),
        ({"sport_type": "WeightTraining"}, Sport.STRENGTH, Surface.ROAD),
        ({"sport_type": "Kitesurf"}, Sport.OTHER, Surface.ROAD),
        ({"sport_type": None}, Sport.RUN, Surface.ROAD),
    ],
)
def test_sports(changes, sport, surface):
    record = record_of(DETAIL | changes)
    assert (record.sport, record.surface) == (sport, surface)


def test_only_a_run_is_a_race_by_type_one():
    assert not record_of(DETAIL | {"sport_type": "Ride"}).is_race
    assert not record_of(DETAIL | {"workout_type": None}).is_race


def test_what_was_not_measured_is_not_known():
    bare = DETAIL | {"distance": 0.0, "moving_time": 0, "average_heartrate": None}
    record = record_of(bare)
    assert record.distance_m is record.moving_time_s is record.average_heart_rate_bpm is None


def series(**data):
    return {key: {"data": values} for key, values in data.items()}


def test_streams_keep_gaps_double_the_cadence_and_mark_what_is_missing():
    streams = streams_of(
        series(
            time=[0, 1, 2, 62],
            distance=[0.0, 3.0, 6.0, 9.0],
            heartrate=[99, None, 104, 110],
            cadence=[85, 86, 87, 88],
            altitude=[1.0, 2.0],
        )
    )
    assert streams.time_s.tolist() == [0, 1, 2, 62]
    assert np.isnan(streams.heart_rate_bpm[1])
    assert streams.cadence_steps_per_min.tolist() == [170, 172, 174, 176]
    assert streams.altitude_m is None  # of another length: nobody knows what it means
    assert streams.temperature_c is None


def test_time_increases_strictly_whatever_is_sent():
    streams = streams_of(series(time=[0, 5, 5, 3, 6], distance=[0.0, 1.0, 2.0, 3.0, 4.0]))
    assert streams.time_s.tolist() == [0, 5, 6]
    assert streams.distance_m.tolist() == [0.0, 1.0, 4.0]


@pytest.mark.parametrize(
    "found",
    [{}, series(time=[0, 1]), series(time=[], distance=[]), series(time=[0], distance=[0, 1])],
)
def test_nothing_to_read_is_none(found):
    assert streams_of(found) is None


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Other"},
        {"distance": 9000.0},
        {"sport_type": "TrailRun"},
        {"workout_type": 3},
        {"trainer": True},
    ],
)
def test_the_tag_moves_with_what_matters(change):
    assert tag_of(DETAIL | change) != tag_of(DETAIL)


def test_the_tag_stays_when_nothing_of_ours_changed():
    assert tag_of(DETAIL | {"kudos_count": 9, "description": "ouch"}) == tag_of(DETAIL)


def test_pitfall_01_a_local_start_that_ends_in_z_is_no_instant():
    """A run of nine in the morning, thirteen hours ahead of UTC."""
    record = record_of(
        {
            "id": 19_000_000_420,
            "sport_type": "Run",
            "start_date": "2026-11-22T20:00:00Z",
            "start_date_local": "2026-11-23T09:00:00Z",
        }
    )
    assert record.start_at == datetime(2026, 11, 22, 20, tzinfo=UTC)
    assert record.utc_offset_s == 13 * 3600
    assert record.local_day(None) == date(2026, 11, 23)


def test_pitfall_13_ids_beyond_32_bits_stay_what_they_are():
    detail = {"id": 9_223_372_036_854_775_807, "sport_type": "Run", "start_date": "2026-11-22T20:00:00Z"}  # fmt: skip
    assert record_of(detail).external_id == "9223372036854775807"


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), 1e300, True, "10 km"])
def test_what_measures_nothing_is_not_known(odd):
    record = record_of(DETAIL | {"distance": odd, "average_heartrate": odd})
    assert (record.distance_m, record.average_heart_rate_bpm) == (None, None)


@pytest.mark.parametrize(
    ("utc", "local", "hidden"),
    [
        ("2026-11-21T23:00:01Z", "2026-11-22T00:00:01Z", True),
        ("2026-11-22T00:00:01Z", "2026-11-22T01:00:01Z", True),
        ("2026-11-22T00:00:02Z", "2026-11-22T01:00:02Z", False),
    ],
)
def test_pitfall_17_midnight_and_a_second_is_no_time_of_day(utc, local, hidden):
    record = record_of(DETAIL | {"start_date": utc, "start_date_local": local})
    assert record.start_hidden is hidden
