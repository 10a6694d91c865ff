"""The chance to finish, judged by gates. A table of judgement, never called calibrated.

Rule C-1: with every gate met .93 finish (Doherty 2020: 7.3 % of marathon starters do not); each
gate missed lowers it by the stated amount. What finishers did is no evidence of finishing, so the
amounts are judgement, and the chance is said as a range in words.
"""

from collections.abc import Sequence

from planning.goals.needs import LONGEST_RUN, Need

ALL_MET = 0.93
LEAST = 0.05
# Reach of a gate as a share of its least -> what is taken off when not yet met.
STILL_TO_COME = 0.04
LONG_RUN_MISSED = ((0.75, 0.20), (0.5, 0.40), (0.0, 0.60))
WEEK_MISSED = ((0.75, 0.08), (0.5, 0.15), (0.0, 0.20))
WORDS = (
    (0.85, "very likely (about 9 in 10)"),
    (0.7, "likely (7 to 8 in 10)"),
    (0.5, "more likely than not (5 to 7 in 10)"),
    (0.3, "doubtful (3 to 5 in 10)"),
    (0.0, "unlikely (under 3 in 10)"),
)


def chance_to_finish(needs: Sequence[Need]) -> float:
    """Probability from the gates: .93 less what each unmet one costs, at least .05."""
    return max(ALL_MET - sum(_cost(need) for need in needs), LEAST)


def in_words(probability: float) -> str:
    """The range of a judged chance."""
    return next(words for border, words in WORDS if probability >= border)


def _cost(need: Need) -> float:
    if need.met:
        return 0.0
    if need.feasible:
        return STILL_TO_COME
    table = LONG_RUN_MISSED if need.what == LONGEST_RUN else WEEK_MISSED
    reach = (need.reachable or 0.0) / need.value
    return next(cost for border, cost in table if reach >= border)
