import gzip
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import Refused
from connectors.intervals.original import MOST_BYTES, Torn, original
from connectors.intervals.records import (
    clocks_of,
    is_withheld,
    record_of,
    sport_of,
    streams_of,
    wellness_of,
    withheld_of,
)
from planning.activity import Sport
from tests.sizes import FIXED, examples

LOCAL = "2026-07-14T06:30:00"


@pytest.mark.parametrize(
    ("row", "start", "offset_s"),
    [
        ({"start_date": "2026-07-14T04:30:00Z"}, 4.5, None),
        ({"start_date": "2026-07-14T04:30:00"}, 4.5, None),
        ({"start_date": "2026-07-14T06:30:00+02:00", "start_date_local": LOCAL}, 4.5, 7200),
        ({"start_date": "2026-07-14T04:30:00Z", "start_date_local": LOCAL}, 4.5, 7200),
        ({"start_date_local": LOCAL, "timezone": "Europe/Paris"}, 4.5, 7200),
        # The text ignores summer time (pitfall 2).
        ({"start_date_local": LOCAL, "timezone": "(GMT+01:00) Europe/Paris"}, 4.5, 7200),
        ({"start_date_local": LOCAL, "timezone": "UTC"}, 6.5, 0),
        ({"start_date_local": LOCAL, "timezone": "America/Argentina/Buenos_Aires"}, 9.5, -10800),
    ],
)
def test_pitfall_2_the_offset_comes_from_clocks_and_names_of_zones(row, start, offset_s):
    began = datetime(2026, 7, 14, int(start), 30, tzinfo=UTC)
    assert clocks_of(row) == (began, offset_s)


@pytest.mark.parametrize(
    "row", [{}, {"start_date_local": LOCAL}, {"start_date_local": "now", "timezone": "Nowhere/At"}]
)
def test_a_run_without_a_time_is_refused_and_not_guessed(row):
    with pytest.raises(Refused):
        clocks_of({"id": "i1", **row})


@pytest.mark.parametrize(
    ("row", "withheld"),
    [
        ({"id": "1", "source": "STRAVA", "_note": "no"}, True),
        ({"id": "1", "source": "STRAVA"}, True),
        ({"id": "1", "_note": "not available"}, True),
        ({"id": "i1", "source": "GARMIN_CONNECT", "type": "Run"}, False),
        ({"id": "i1", "source": "UPLOAD", "type": "Run", "_note": "private words"}, False),
    ],
)
def test_pitfall_27_stubs_are_told_from_runs(row, withheld):
    assert is_withheld(row) is withheld


def test_a_stub_tells_its_day_when_it_knows_it():
    row = {"id": "16358453283", "source": "STRAVA", "start_date_local": "2025-11-04T23:21:15"}
    assert withheld_of(row).day == date(2025, 11, 4)
    assert withheld_of({"id": "1"}).day is None


@pytest.mark.parametrize(
    ("kind", "sport"),
    [
        ("TrailRun", Sport.RUN),
        ("VirtualRide", Sport.RIDE),
        ("OpenWaterSwim", Sport.SWIM),
        ("Yoga", Sport.OTHER),
        (None, Sport.OTHER),
    ],
)
def test_pitfall_21_sports(kind, sport):
    assert sport_of({"type": kind}) is sport


def test_zero_and_null_are_not_measured():
    row = {"id": "i1", "start_date": "2026-07-14T04:30:00Z", "distance": 0, "moving_time": None}
    record = record_of(
        {
            **row,
            "average_heartrate": True,
            "total_elevation_gain": float("nan"),
            "elapsed_time": 1e999,
        }
    )
    assert (record.climb_m, record.elapsed_time_s) == (None, None)
    assert (record.distance_m, record.moving_time_s, record.average_heart_rate_bpm) == (None,) * 3
    assert wellness_of({"id": "2026-07-14", "hrv": 0, "restingHR": None}).is_empty


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("restingHR", 12),
        ("restingHR", 400),
        ("hrv", 5000),
        ("sleepSecs", 90_000),
        ("sleepSecs", -1),
        ("readiness", 101),
        ("readiness", "high"),
    ],
)
def test_what_no_body_can_be_is_taken_for_nothing(name, value):
    assert wellness_of({"id": "2026-07-14", name: value}).is_empty


def test_streams_drop_repeated_instants():
    found = streams_of(
        [
            {"type": "time", "data": [0, 1, 1, 0, 4]},
            {"type": "distance", "data": [0, 3, 3, 2, 12]},
            {"type": "heartrate", "data": [100, None, 101, 99, 104]},
            {"type": "altitude", "data": [1, 2]},
        ]
    )
    assert found.time_s.tolist() == [0, 1, 4]
    assert np.isnan(found.heart_rate_bpm[1])
    assert found.altitude_m is None
    assert streams_of([]) is None
    assert (
        streams_of([{"type": "time", "data": ["now"]}, {"type": "distance", "data": [1]}]) is None
    )
    assert streams_of([{"type": "time", "data": 3}, {"type": "distance", "data": 3}]) is None


def test_a_file_is_what_is_in_it():
    fit = b"\x0e\x10\x00\x00\x00\x00\x00\x00.FIT" + b"x" * 50
    assert original("i1", gzip.compress(fit)).name == "i1.fit"
    assert original("i1", fit).content == fit
    assert original("i1", b"<?xml ?><gpx></gpx>").name == "i1.gpx"
    assert original("i1", b"<TrainingCenterDatabase/>").name == "i1.tcx"
    assert original("i1", b"PK\x03\x04...").name == "i1.zip"
    assert original("i1", b"<html>sorry</html>") is None
    with pytest.raises(Torn):
        original("i1", gzip.compress(fit)[:-9])


def test_a_small_file_that_unpacks_without_end_is_left():
    endless = b"\x0e\x10\x00\x00\x00\x00\x00\x00.FIT" + bytes(MOST_BYTES)
    assert original("i1", gzip.compress(endless[:9000])) is not None
    assert original("i1", gzip.compress(endless)) is None


@given(st.binary(max_size=300), st.booleans())
@settings(max_examples=examples(100), derandomize=FIXED, deadline=None)
def test_any_bytes_are_a_file_or_none_or_for_later(content, packed):
    try:
        found = original("i1", b"\x1f\x8b" + content if packed else content)
    except Torn:
        return
    assert found is None or found.content


@pytest.mark.parametrize(
    "clock",
    [
        {"start_date": "0001-01-01T00:00:00+05:00"},
        {"start_date_local": "0001-01-01T00:00:00", "timezone": "Asia/Tokyo"},
    ],
)
def test_a_start_in_no_year_is_no_fault_of_ours(clock):
    with pytest.raises(Refused):
        clocks_of({"id": "i1", **clock})
