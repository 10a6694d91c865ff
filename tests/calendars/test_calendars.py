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
    assert min(counts.runs, counts.writes, counts.crashes, counts.faults, counts.hands) > 0


@pytest.mark.parametrize("side", SIDES)
def test_a_crash_at_any_call_or_commit_leaves_nothing_wrong(side):
    counts = Counts()
    crashed_ones(side, range(FIRST, FIRST + CRASHED), counts, every=3)
    assert counts.crashes > 10
