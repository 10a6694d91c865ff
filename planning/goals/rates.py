"""How fast runners really get faster: base rates beside what a goal asks for."""

import numpy as np

# How much faster a quarter and a tenth of 34 runners got within some weeks, per cent of speed
# (1,270 overlapping windows of training logs; it mixes fitness with intent).
GAIN_WEEKS = np.array([8.0, 12.0, 16.0, 26.0, 52.0])
GAIN_QUARTER = np.array([4.2, 5.1, 5.8, 5.8, 5.8])  # a longer time never makes less of it
GAIN_TENTH = np.array([8.9, 10.8, 11.5, 11.5, 12.9])
FEWEST_WEEKS = 6.0  # less is not in the table


def base_rate(gain_percent: float, weeks: float) -> str | None:
    """How many runners got this much faster in the time, in words; None under six weeks."""
    if weeks < FEWEST_WEEKS:
        return None
    if gain_percent <= float(np.interp(weeks, GAIN_WEEKS, GAIN_QUARTER)):
        return "at least one in four"
    if gain_percent <= float(np.interp(weeks, GAIN_WEEKS, GAIN_TENTH)):
        return "between one in four and one in ten"
    return "fewer than one in ten"
