"""Where something holds, from where to where."""

import numpy as np

from planning.activity import FloatArray
from planning.fitness.comparable import BoolArray


def spans(marked: BoolArray, at: FloatArray, *, within: float) -> list[tuple[int, int]]:
    """First and last index of each run of True, in order.

    Two are one where the second begins at most `within` after the first ends, as `at` (ascending,
    of the same length) tells of each sample.
    """
    places = np.flatnonzero(marked)
    if len(places) == 0:
        return []
    breaks = np.flatnonzero(np.diff(at[places]) > within)
    firsts = places[np.concatenate(([0], breaks + 1))]
    lasts = places[np.concatenate((breaks, [len(places) - 1]))]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))
