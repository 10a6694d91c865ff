import pytest

from planning.activity import Surface
from planning.fitness.quality import Quality, quality_of
from tests.planning.athletes import MONDAY, ride, run


@pytest.mark.parametrize(
    ("fields", "reasons"),
    [
        ({}, ()),
        ({"flat_distance_m": 10_040.0}, ()),
        ({"flat_distance_m": 10_400.0}, ("for its hills it is read as 4 % more way on the flat",)),
        ({"flat_distance_m": 9_700.0}, ("for its hills it is read as 3 % less way on the flat",)),
        ({"climb_m": 180.0}, ()),
        (
            {"climb_m": 181.0},
            ("hilly, and its altitude was not recorded: it shows less than was in it",),
        ),
        ({"temperature_c": 14.0}, ()),
        ({"temperature_c": 28.0}, ("for its 28 °C it is read as 5 % faster",)),
        ({"surface": Surface.TRAIL}, ("on a trail: it shows less than was in it",)),
        ({"elapsed_time_s": 3_449.0}, ()),
        (
            {"elapsed_time_s": 3_451.0},
            ("read by its moving time: with such pauses it was no race",),
        ),
    ],
)
def test_what_counts_says_how_it_was_read(fields, reasons):
    assert quality_of(run(MONDAY, 10.0, 300.0, **fields), learnt=True) == Quality(True, reasons)


def test_reasons_add_up():
    hard = run(MONDAY, 10.0, 400.0, surface=Surface.TRAIL, climb_m=400.0, elapsed_time_s=6_000.0)
    assert len(quality_of(hard, learnt=True).reasons) == 3


@pytest.mark.parametrize(
    ("activity", "reason"),
    [
        (ride(MONDAY), "not a run but a ride"),
        (run(MONDAY, 10.0, 300.0, surface=Surface.TREADMILL), "on a treadmill"),
        (run(MONDAY, 2.9, 300.0), "under 3 km"),
        (run(MONDAY, 10.0, 300.0, usable=False), "left out by hand"),
        (run(MONDAY, 10.0, 300.0, reasons=("a", "b")), "a; b"),
        (run(MONDAY, 10.0, 150.0), "no believable distance"),
        (run(MONDAY, 10.0, 200.0), "far faster than anything in the year before"),
    ],
)
def test_what_does_not_count_has_its_reason(activity, reason):
    quality = quality_of(activity, learnt=False)
    assert not quality.counts
    assert quality.reasons[0].startswith(reason)
