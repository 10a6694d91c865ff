"""A watch's own threshold: the newest that makes sense, whatever the order."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from planning.activity import Observation, Record, RecordKind, Sport
from planning.fitness.watch import WatchThreshold, watch_threshold
from planning.records import activities_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOON.date()


def copy(days_ago=0, source="garmin", **told):
    start_at = NOON - timedelta(days=days_ago)
    record = Record(
        source=source,
        external_id=str(days_ago),
        kind=RecordKind.DEVICE_FILE,
        start_at=start_at,
        sport=Sport.RUN,
        distance_m=10_000.0,
        moving_time_s=3_000.0,
        elapsed_time_s=3_000.0,
        **told,
    )
    return Observation(record, start_at.date())


def test_the_newest_counts_in_any_order():
    copies = [copy(n, watch_threshold_bpm=160.0 + n) for n in range(5)]
    random.Random(1).shuffle(copies)
    assert watch_threshold(copies, TODAY) == WatchThreshold(TODAY, "garmin", None, 160.0)
    yesterday = TODAY - timedelta(days=1)
    assert watch_threshold(copies, yesterday).heart_rate_bpm == 161.0  # what is later is not known


def test_of_one_day_the_one_with_a_pace_counts():
    file = copy(source="strava", watch_threshold_bpm=172.0)
    service = copy(watch_threshold_bpm=171.0, watch_threshold_m_per_s=4.1)
    told = WatchThreshold(TODAY, "garmin", 4.1, 171.0)
    assert watch_threshold([file, service], TODAY) == told
    assert watch_threshold([service, file], TODAY) == told


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"watch_threshold_bpm": 30.0},
        {"watch_threshold_bpm": 255.0},
        {"watch_threshold_m_per_s": 0.41},  # some of Garmin's answers are in tens of m/s
        {"watch_threshold_m_per_s": 14.8},
    ],
)
def test_what_makes_no_sense_is_not_told(told):
    assert watch_threshold([copy(**told)], TODAY) is None
    sound = copy(3, watch_threshold_bpm=170.0)
    assert watch_threshold([copy(**told), sound], TODAY).day == TODAY - timedelta(days=3)


def test_nothing_is_estimated_from_it():
    """Rule Z-2: an activity does not carry it, so nothing downstream can read it."""
    plain = copy()
    marked = copy(watch_threshold_bpm=172.0, watch_threshold_m_per_s=4.1)
    assert activities_of([plain]) == activities_of([marked])
    assert activities_of([replace(plain, usable=False)]) != activities_of([plain])
