"""What lint alone says of plans: of the grid, after a month off, and day by day when life happens.

Each guard of the generator is broken once (`tests.planning.test_schedule_mutations`), and it is
lint that must see it: here no other check stands in the way.
"""

import random
from datetime import timedelta

import pytest

from planning.athlete import Athlete
from planning.goals.goal import HALF_M, Priority
from planning.schedule.effort import hard
from planning.schedule.lint import lint
from tests.planning.athletes import run
from tests.planning.schedule.cases import ATHLETE, TODAY, ZONE, goal_in, history, planned
from tests.planning.schedule.grid import case
from tests.planning.schedule.test_seasons import lived

# Cases of the grid that lean on one guard or another: without it they are unlawful.
LEANING = (
    0, 1, 2, 3, 4, 5, 7, 11, 15, 17, 19, 22, 31, 32, 54, 59, 80, 96, 97, 102, 132, 154,
)  # fmt: skip


def told(findings):
    return "\n".join(f"{f.day} {f.rule} {f.sentence}" for f in findings)


@pytest.mark.parametrize("number", LEANING)
def test_a_plan_of_the_grid_is_lawful(number):
    one = case(number)
    known = {"goals": one.goals, "activities": one.activities, "today": one.today}
    found = lint(one.plan(), athlete=one.athlete, **known)
    assert not found, f"{one.told}\n{told(found)}"


@pytest.mark.parametrize("days_off", [12, 28, 35, 42, 49, 55, 80])
@pytest.mark.parametrize(("km", "pace_s_per_km"), [(20, 400), (60, 330), (100, 290)])
def test_after_weeks_off_a_plan_is_lawful(km, pace_s_per_km, days_off):
    """The way back (R-3) starts at half of what was held, for single runs as well (P-2)."""
    today, goals = TODAY + timedelta(days=days_off), (goal_in(30, HALF_M),)
    runs = history(km, pace_s_per_km)
    known_until = today - timedelta(days=1)
    plan, _ = planned(ATHLETE, goals, runs, today, complete_until=known_until, laid_out_weeks=40)
    found = lint(plan, athlete=ATHLETE, goals=goals, activities=runs, today=today)
    assert not found, told(found)


@pytest.mark.parametrize("missed", [0.15, 0.5])
def test_three_weeks_in_which_much_is_missed_are_lawful_every_evening(missed):
    """`lived` asserts it: what stands is cut as far as what was run asks for."""
    chance = random.Random(missed)
    goals = (goal_in(2, 10_000.0, id="b", priority=Priority.B), goal_in(12, HALF_M))
    athlete = Athlete(zone=ZONE, runs_per_week=5)

    def share(_):
        return 0.0 if chance.random() < missed else chance.uniform(0.8, 1.05)

    evenings = list(lived(athlete, goals, history(50, 330), 21, share=share))
    assert len(evenings) == 21


@pytest.mark.parametrize(
    ("weeks", "runs_a_week", "run_m"), [(2, 3, 9_000.0), (3, 5, 2_500.0), (0, 0, 0.0)]
)
def test_whoever_has_just_begun_has_a_lawful_plan(weeks, runs_a_week, run_m):
    """Far enough for a plan without walking, often and short, and not at all yet (rule B-1)."""
    days = [7 * back + number + 1 for back in range(weeks) for number in range(runs_a_week)]
    runs = tuple(
        run(TODAY - timedelta(days=day), run_m / 1000, 400.0) for day in sorted(days)[::-1]
    )
    goals = (goal_in(16, HALF_M),)
    plan, _ = planned(ATHLETE, goals, runs, laid_out_weeks=20)
    found = lint(plan, athlete=ATHLETE, goals=goals, activities=runs, today=TODAY)
    assert not found, told(found)


def test_another_goal_stated_on_a_hard_day_makes_a_lawful_week():
    """What stands today and tomorrow stays, and counts among the week's hard sessions."""
    athlete, runs = Athlete(zone=ZONE, runs_per_week=6), history(60, 330)
    before = (goal_in(12, HALF_M),)
    plan, _ = planned(athlete, before, runs)
    today = next(d.day for d in plan.days() if d.workout and hard(d.workout.workout))
    goals = (goal_in(12, 10_000.0, id="new"), *before)
    anew, _ = planned(athlete, goals, runs, today, closing=plan)
    found = lint(anew, athlete=athlete, goals=goals, activities=runs, today=today)
    assert not found, told(found)
