from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.activity import Effort, Sport, Streams, Surface
from planning.fitness.efforts import CURVE_S
from planning.fitness.observation import DERIVER, derive
from tests.planning.fitness.test_comparable import record
from tests.planning.fitness.test_efforts import steady

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_run_with_streams_is_derived_whole():
    flat = steady(10 / 3, 3_000)
    streams = Streams(flat.time_s, flat.distance_m, altitude_m=0.02 * flat.distance_m)
    seen = derive(record(), streams, zone=BERLIN)
    assert seen.usable
    assert seen.reasons == ()
    assert seen.efforts[0] == Effort(10_000.0, 3_000.0)
    assert len(seen.efforts) == 8
    assert seen.flat_distance_m == pytest.approx(10_000 * 1.05, rel=1e-6)
    assert seen.curve_m[:2] == (33.3, 50.0)
    assert len(seen.curve_m) == sum(seconds <= 3_000 for seconds in CURVE_S)
    assert seen.deriver == DERIVER
    assert seen.key == "files:x"


def test_the_day_is_the_athletes():
    late = datetime(2026, 5, 1, 22, 30, tzinfo=UTC)
    assert derive(record(start_at=late), None, zone=BERLIN).day == date(2026, 5, 2)
    at_home = record(start_at=late, utc_offset_s=-4 * 3_600)
    assert derive(at_home, None, zone=BERLIN).day == date(2026, 5, 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"sport": Sport.RIDE},
        {"surface": Surface.TREADMILL},
        {"moving_time_s": 900.0},
        {"distance_m": 500.0},
    ],
)
def test_what_teaches_nothing_stays_with_its_reason(fields):
    seen = derive(record(**fields), steady(4.0, 2_500), zone=BERLIN)
    assert not seen.usable
    assert len(seen.reasons) == 1
    assert seen.efforts == seen.curve_m == ()


numbers = st.none() | st.floats(allow_nan=True, allow_infinity=True)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(numbers, numbers, numbers, st.lists(st.floats(), max_size=40), st.sampled_from(Sport))
def test_whatever_a_record_says_it_is_derived(distance, moving, elapsed, along, sport):
    said = record(distance_m=distance, moving_time_s=moving, elapsed_time_s=elapsed, sport=sport)
    series = np.array(along, dtype=float)
    streams = Streams(np.arange(float(len(along))), series, altitude_m=series)
    seen = derive(said, streams, zone=BERLIN)
    assert seen.usable == (not seen.reasons)
