"""The chance to finish, judged by gates. A table of judgement, never called calibrated.

Rule C-1: with every gate met .93 finish (Doherty 2020: 7.3 % of marathon starters do not); each
gate missed lowers it by the stated amount. What finishers did is no evidence of finishing, so the
amounts are judgement, and the chance is said as a range in words.
"""

from collections.abc import Sequence

import numpy as np

from planning.goals.goal import Goal
from planning.goals.needs import LONGEST_RUN, WEEKLY_DISTANCE, Need
from planning.goals.wording import chance

ALL_MET = 0.93
LEAST = 0.05
DOUBTFUL = 0.7  # below it a gate is far out of reach
# Reach of a gate as a share of its least -> what is taken off when not yet met; between the rows
# in a straight line, so that no metre costs a fifth.
STILL_TO_COME = 0.04
MISSED = {
    LONGEST_RUN: ((0.2, 0.6, 0.8, 1.0), (0.60, 0.40, 0.20, STILL_TO_COME)),
    WEEKLY_DISTANCE: ((0.2, 0.6, 0.8, 1.0), (0.20, 0.15, 0.08, STILL_TO_COME)),
}
# From the lowest chance of each row: the range that is meant, and how it is said.
RANGES = (
    (0.85, (0.85, 0.95), "very likely (about 9 in 10)"),
    (0.7, (0.7, 0.85), "likely (7 to 8 in 10)"),
    (0.5, (0.5, 0.7), "more likely than not (5 to 7 in 10)"),
    (0.3, (0.3, 0.5), "doubtful (3 to 5 in 10)"),
    (0.0, (0.0, 0.3), "unlikely (under 3 in 10)"),
)


def chance_to_finish(needs: Sequence[Need]) -> float:
    """Probability from the gates: .93 less what each unmet one costs, at least .05."""
    return max(ALL_MET - sum(_cost(need) for need in needs), LEAST)


def in_words(probability: float) -> str:
    """The range of a judged chance, said."""
    return next(words for border, _, words in RANGES if probability >= border)


def likelihood(goal: Goal, probability: float) -> str:
    """The chance of a goal as it may be told: a number of a time, a range in words of finishing."""
    if goal.is_to_finish:
        return f"finishing {in_words(probability)}"
    return f"chance {chance(probability)}"


def range_of(probability: float) -> tuple[float, float]:
    """The ends of what is meant by a judged chance: more is not claimed."""
    return next(ends for border, ends, _ in RANGES if probability >= border)


def _cost(need: Need) -> float:
    if need.met or need.what not in MISSED:
        return 0.0
    if need.feasible:
        return STILL_TO_COME
    shares, costs = MISSED[need.what]
    return float(np.interp((need.reachable or 0.0) / need.value, shares, costs))
