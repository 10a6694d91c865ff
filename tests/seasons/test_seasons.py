"""A few simulated seasons in `make test`; `python -m tests.verify seasons` lives a thousand."""

from dataclasses import replace
from itertools import islice

import pytest

from planning.replan import replan
from tests.seasons.athletes import Chances, runner
from tests.seasons.checks import checked
from tests.seasons.living import evenings

DAYS = 45


def first_days(seed, **how):
    who = runner(seed)
    return checked(islice(evenings(who, **how), DAYS), who)


@pytest.mark.parametrize("seed", [1, 2, 5, 9, 10, 16])
def test_no_evening_breaks_what_a_runner_may_trust_in(seed):
    account = first_days(seed)
    assert account.days == DAYS
    assert [str(violation) for violation in account.violations] == []


def test_the_same_seed_meets_the_same_days_whatever_the_plan_says():
    assert runner(3) == runner(3)
    assert Chances.of(3, runner(3).first_day) == Chances.of(3, runner(3).first_day)
    assert runner(3) != runner(4)


def careless(state, today):
    """Forgets what stood: every evening a plan from nothing, without a receipt."""
    return replan(replace(state, closing=None), today)


def test_a_plan_that_is_made_afresh_every_evening_is_found_out():
    found = {violation.what for violation in first_days(1, decide=careless).violations}
    assert found >= {"receipt"}, found
