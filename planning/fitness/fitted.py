"""Every constant that was fitted on data, and how.

The weights are what `fitting.fit` finds on the project's study: 18 runners of several years each,
311 race-like efforts from 5 km to the marathon, each seen from 0 to 26 weeks before. To find them
again, or on runners of your own: `goalward backtest --runs R.csv --efforts E.csv --refit`.
"""

import numpy as np

from planning.fitness.detection import Signs
from planning.fitness.expectation import TERMS, Weights

_WEIGHTS: dict[str, tuple[float, float]] = {  # on the day, and what comes to it 26 weeks ahead
    "constant": (0.0323, 0.0408),
    "recent": (0.0839, 0.1628),
    "best near": (0.1293, 0.1169),
    "usual": (0.1573, 0.0006),
    "speed": (-0.1137, -0.1145),
    "absence": (-0.0025, -0.0187),
    "long runs": (0.0082, -0.0087),
    "marathon long runs": (0.0280, 0.0001),
}

WEIGHTS = Weights(*np.array([_WEIGHTS[term] for term in TERMS]).T)

# Of ln(odds) that a run was raced, by `race_fitting.fit_signs`: 9,155 runs of the same 18 runners,
# 26 of them named races. The same command finds them again.
RACE_SIGNS = Signs(
    constant=-3.337,
    standard=0.857,
    longer=1.720,
    faster=27.702,
    heart_rate=np.array([-2.649, -1.647, -0.353, 0.919, 2.115]),
    named=6.029,
)

# Of `ultra.course_terms`, within runners: the 5,465 trail and ultra races of the first 555 runners
# of the study. `goalward backtest --ultra HISTORIES.csv` does so again and tries it on the others.
ULTRA_SHAPE = np.array([1.2847, 0.0666, -0.3318, 0.1890])
# Of ln(time): what no history removes, and what a single race like this leaves open beside it. By
# hand, so that four of five of the first half lie in the range.
ULTRA_SPREAD = (0.09, 0.12)
