"""A few days of one season through the whole worker; `make verify PART=whole` lives twelve of them.

Each check of what the worker keeps is shown to find what it is for.
"""

import shutil
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from planning.schedule.plan import Change
from tests.seasons.athletes import runner
from tests.seasons.kept import wrong_at_the_end, wrong_in
from tests.seasons.whole import whole
from tests.seasons.worker import lived
from worker import tables
from worker.db import writing

DAYS = 5
HISTORY = timedelta(weeks=4)
SEED = 2
RECEIPT = Change(
    day=date(2026, 4, 9),
    ident="never",
    fact="nobody said so",
    rule="none",
    before="",
    after="",
    sentence="It was never told.",
    material=False,
)


@pytest.fixture(scope="module")
def days(sqlite_template, tmp_path_factory):
    """A season of which some days were lived, and their account."""
    home = tmp_path_factory.mktemp("season")
    shutil.copy(sqlite_template, home / "goalward.db")
    url = f"sqlite:///{home / 'goalward.db'}"
    with whole(runner(SEED), url, home, history=HISTORY) as season:
        yield season, lived(season, DAYS)


@pytest.fixture
def evening(days):
    """The last one, with its season; what a test makes of the evenings is taken back."""
    season, _ = days
    told = dict(season.told)
    yield season, told[max(told)].evening
    season.told = told


def test_days_through_the_whole_worker(days):
    season, account = days
    assert [str(violation) for violation in account.violations] == []
    assert account.statuses["done"]
    assert [row.key for row in season.lived.rows(tables.closing)] == [
        day.isoformat() for day in sorted(season.told)
    ]


def told_otherwise(season, day, **fields):
    """As if this had been said on that evening."""
    said = season.told[day]
    outcome = replace(said.outcome, **fields)
    season.told[day] = replace(said, evening=replace(said.evening, outcome=outcome))


def found(season, last):
    return {what for what, _ in wrong_in(season, last)}


def test_nothing_is_found_where_all_is_well(evening):
    season, last = evening
    assert list(wrong_in(season, last)) == []


def test_a_decision_that_is_not_the_pure_one_is_found(evening):
    season, last = evening
    assert found(season, replace(last, outcome=replace(last.outcome, effects=("new",)))) == {
        "stored"
    }


OTHERWISE = [({"race_days": ("new",)}, "closing"), ({"changes": (RECEIPT,)}, "receipts")]


@pytest.mark.parametrize(("fields", "what"), OTHERWISE)
def test_a_day_that_closed_otherwise_than_its_evening_is_found(evening, fields, what):
    season, last = evening
    yesterday = last.state.closing.day
    told_otherwise(season, yesterday, **fields)
    assert found(season, last) == {what}


@pytest.mark.parametrize(("fields", "what"), OTHERWISE)
def test_the_last_day_as_well(evening, fields, what):
    season, last = evening
    told_otherwise(season, last.today, **fields)
    assert what in {each for each, _ in wrong_at_the_end(season)}


def test_a_day_that_the_facts_do_not_give_again_is_found(evening):
    season, last = evening
    yesterday = last.state.closing.day
    told_otherwise(season, yesterday, effects=("new",))
    assert [what for what, _ in wrong_at_the_end(season)] == ["replay"]


def test_what_was_not_known_then_is_found(evening):
    season, last = evening
    said = season.told[last.today]
    season.told[last.today] = replace(said, at=said.at - timedelta(hours=12))
    assert "known at" in {what for what, _ in wrong_at_the_end(season)}


def test_a_day_that_did_not_close_is_found(evening):
    season, last = evening
    earlier = replace(last.state.closing, day=last.today - timedelta(days=2))
    state = replace(last.state, closing=earlier)
    assert found(season, replace(last, state=state)) >= {"closing"}
    assert found(season, replace(last, state=replace(state, closing=None))) >= {"closing"}


def test_an_entry_that_is_not_as_planned_is_found(evening):
    season, last = evening
    ident, day = next(
        (day.workout.ident, day.day)
        for day in last.outcome.plan.days()
        if day.workout and day.day > last.today
    )
    season.control.move_entry(ident, day + timedelta(days=1))
    assert found(season, last) == {"calendar"}
    season.unseen.add(ident)  # the runner did it, and nobody has looked yet
    assert found(season, last) == set()
    season.unseen.clear()
    season.control.move_entry(ident, day)


def test_a_touched_entry_of_the_athletes_own_is_found(evening):
    season, last = evening
    season.control.add_entry("Yoga", last.today)
    assert found(season, last) == {"foreign"}
    season.foreign = season.control.dump()["foreign"]


def test_work_that_was_given_up_is_found(evening):
    season, last = evening
    row = tables.outbox
    mine = row.c.actor == "replan"
    with writing(season.engine) as conn:
        conn.execute(update(row).where(mine).values(generation=99, buried_at=season.clock.at))
    assert found(season, last) == {"given up"}
    with writing(season.engine) as conn:
        conn.execute(update(row).where(mine).values(buried_at=None))
