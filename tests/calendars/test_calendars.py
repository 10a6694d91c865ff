"""Each calendar as it is written for real: histories by chance, and crashes at every touch."""

import pytest

from tests.calendars.__main__ import SIDES, crashed_ones, random_ones
from tests.calendars.histories import Counts
from tests.sizes import SEED, examples

FIRST = 1 + int(SEED or 0) * 10_000
CRASHED = 1  # histories


@pytest.mark.parametrize("side", SIDES)
def test_when_the_trouble_ends_the_calendar_equals_the_plan(side):
    counts = Counts()
    random_ones(side, range(FIRST, FIRST + examples(20)), counts)
    assert counts.histories == examples(20)
    assert min(counts.runs, counts.writes, counts.crashes, counts.hands) > 0
    assert (counts.faults > 0) == SIDES[side].FAILS


@pytest.mark.parametrize("side", SIDES)
def test_a_crash_at_any_call_or_commit_leaves_nothing_wrong(side):
    counts = Counts()
    every = 3 if SIDES[side].TOUCHES > 20 else 1  # a third of many, or all of few
    crashed_ones(side, range(FIRST, FIRST + CRASHED), counts, every=every)
    assert counts.crashes > 10
