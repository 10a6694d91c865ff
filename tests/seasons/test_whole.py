"""A few days of one season through the whole worker; `make verify PART=whole` lives twelve of them.

The checks of what the worker keeps are shown to find what they are for.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.seasons.athletes import runner
from tests.seasons.kept import wrong_at_the_end, wrong_in
from tests.seasons.whole import whole
from tests.seasons.worker import lived
from worker import tables
from worker.db import writing

DAYS, HISTORY = 6, timedelta(weeks=4)
SEED = 2


@pytest.fixture
def season(sqlite_url, tmp_path):
    with whole(runner(SEED), sqlite_url, tmp_path, history=HISTORY) as season:
        yield season


def test_days_through_the_whole_worker(season):
    account = lived(season, DAYS)
    assert account.days == DAYS
    assert [str(violation) for violation in account.violations] == []
    assert len(season.lived.rows(tables.closing)) == DAYS
    what_is_kept_wrongly_is_found(season)


def what_is_kept_wrongly_is_found(season):
    """Each spoiled at its place, one after the other, at the end of the days that were lived."""
    day = max(season.told)
    told = season.told[day]
    season.told[day] = replace(told, at=told.at - timedelta(days=1))
    assert {"known at"} <= {what for what, _ in wrong_at_the_end(season)}
