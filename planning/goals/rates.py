"""What a goal asks for beside what is there, and beside how fast runners really get faster."""

import math
from dataclasses import dataclass

import numpy as np

# How much faster a quarter and a tenth of 34 runners got within some weeks, per cent of speed
# (1,270 overlapping windows of training logs; it mixes fitness with intent). The middle one gained
# nothing: -.2 to .4.
GAIN_WEEKS = np.array([8.0, 12.0, 16.0, 26.0, 52.0])
GAIN_QUARTER = np.array([4.2, 5.1, 5.8, 5.8, 5.8])  # a longer time never makes less of it
GAIN_TENTH = np.array([8.9, 10.8, 11.5, 11.5, 12.9])
FEWEST_WEEKS = 6.0  # less is not in the table
# Of a season's training, per cent: trained runners, from the literature and not measured here.
SEASON_GAIN = (1.0, 4.0)
MOST_SEASONS = 8


@dataclass(frozen=True, slots=True)
class Required:
    """What a time goal asks for: seconds, per cent of speed, weeks.

    `today_s` is the middle of the same race run today, on the same course. `ten_k_s` and
    `ten_k_needed_s` are 10 km times of today's ability, flat and cool, and of the one that makes
    the goal an even chance: both shifted by the same share of speed.
    """

    today_s: float
    target_s: float
    ten_k_s: float
    weeks: float

    @property
    def gain_percent(self) -> float:
        """More speed than today, as 100 ln; below 0 the goal is slower than today's race."""
        return 100 * math.log(self.today_s / self.target_s)

    @property
    def percent_a_week(self) -> float | None:
        """None on the day itself."""
        return self.gain_percent / self.weeks if self.weeks > 0 else None

    @property
    def ten_k_needed_s(self) -> float:
        return self.ten_k_s * self.target_s / self.today_s

    @property
    def gained_by(self) -> str | None:
        """How many runners gained as much in the time; see `base_rate`. None: nothing to gain."""
        return base_rate(self.gain_percent, self.weeks) if self.gain_percent > 0.0 else None


def base_rate(gain_percent: float, weeks: float) -> str | None:
    """How many runners got this much faster in the time, in words; None under six weeks."""
    if weeks < FEWEST_WEEKS:
        return None
    for gains, share in (
        (GAIN_QUARTER, "at least one in four"),
        (GAIN_TENTH, "between one in four and one in ten"),
    ):
        if gain_percent <= float(np.interp(weeks, GAIN_WEEKS, gains)):
            return share
    return "fewer than one in ten"


def seasons_for(gain_percent: float) -> tuple[int, int] | None:
    """The fewest and the most seasons in which trained runners gain as much, at 4 and at 1 % each;
    None where nothing has to be gained, or more than can be said.
    """
    low, high = SEASON_GAIN
    fewest, most = (math.ceil(gain_percent / each - 1e-9) for each in (high, low))
    return (fewest, most) if fewest >= 1 and most <= MOST_SEASONS else None
