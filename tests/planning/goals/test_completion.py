import itertools
from dataclasses import replace
from datetime import date

import pytest

from planning.goals.completion import chance_to_finish, in_words, likelihood
from planning.goals.goal import Goal, GoalKind, Priority
from planning.goals.needs import LONGEST_RUN, WEEKLY_DISTANCE, Need


def need(what=LONGEST_RUN, *, reach=None, met=False):
    feasible = met or reach is None or reach >= 1
    return Need(what, date(2026, 9, 6), 25_000.0, "m", met, feasible, 25_000.0 * (reach or 1.0))


def test_with_every_gate_met_seven_in_a_hundred_do_not_finish():
    met = (need(met=True), need(WEEKLY_DISTANCE, met=True))
    assert chance_to_finish(met) == pytest.approx(0.93)


@pytest.mark.parametrize(
    ("needs", "chance"),
    [
        ((need(), need(WEEKLY_DISTANCE, met=True)), 0.89),
        ((need(reach=0.8), need(WEEKLY_DISTANCE)), 0.69),
        ((need(reach=0.6), need(WEEKLY_DISTANCE, reach=0.8)), 0.45),
        ((need(reach=0.2), need(WEEKLY_DISTANCE, reach=0.2)), 0.13),
    ],
)
def test_each_gate_missed_takes_off_what_the_table_says(needs, chance):
    assert chance_to_finish(needs) == pytest.approx(chance)


def test_reaching_further_never_lowers_the_chance():
    for what in (LONGEST_RUN, WEEKLY_DISTANCE):
        chances = [chance_to_finish((need(what, reach=step / 20),)) for step in range(1, 30)]
        assert all(less <= more for less, more in itertools.pairwise(chances))
        assert chances[-1] < chance_to_finish((need(what, met=True),))


def test_a_chance_is_a_range_in_words():
    assert "9 in 10" in in_words(0.93)
    assert "7 to 8" in in_words(0.7)
    assert "5 to 7" in in_words(0.5)
    assert "3 to 5" in in_words(0.3)
    assert "unlikely" in in_words(0.0)


def test_a_chance_to_finish_is_told_in_words_and_that_of_a_time_as_a_number():
    """Rule C-1: what is judged is never told as if it were measured."""
    to_finish = Goal("g", GoalKind.COMPLETION, Priority.A, date(2026, 9, 6), 42_195.0)
    assert likelihood(to_finish, 0.75) == "finishing likely (7 to 8 in 10)"
    timed = replace(to_finish, kind=GoalKind.TIME, target_s=12_600.0)
    assert likelihood(timed, 0.75) == "chance about 75 %"
