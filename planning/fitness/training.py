"""Speeds to train at, by purpose, from ability and never from a goal (rule G-1)."""

from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

from planning.fitness import daniels
from planning.fitness.ability import Fitness
from planning.fitness.history import TEN_K_M
from planning.fitness.prediction import MARATHON_M, MILE_M, speed_over
from planning.fitness.zones import ability_sd_ln, first_of_second, threshold_m_per_s

EASY_OF_VDOT = (0.62, 0.70)
INTERVAL_M = 4_000.0
BELOW_MARATHON = 0.96  # of marathon speed: who fades much runs easy slower still
LEAST_EASY_BAND = 0.97  # the slow end of easy as a share of the fast one, at most
_QUARTILE = NormalDist().inv_cdf(0.75)


class Purpose(StrEnum):
    """From the longest to the shortest; none is ever faster than a shorter one."""

    EASY = "easy"
    LONG = "long"
    MARATHON = "marathon"
    THRESHOLD = "threshold"
    INTERVAL = "interval"
    REPETITION = "repetition"

    @property
    def feel(self) -> str:
        """What it is like, for whom no pace can be given yet."""
        return {
            Purpose.EASY: "easy, able to talk in whole sentences",
            Purpose.LONG: "easy, able to talk to the very end",
            Purpose.MARATHON: "steady, in short sentences",
            Purpose.THRESHOLD: "comfortably hard, a few words at a time",
            Purpose.INTERVAL: "hard, even to the last one",
            Purpose.REPETITION: "fast, with relaxed form",
        }[self]


@dataclass(frozen=True, slots=True)
class TrainingSpeeds:
    """m/s. Easy, which long runs are too, is a range; of the others the middle of one.

    `sd_ln` is of the 10 km race's time; `half_width_ln` half the width of a band around a middle.
    """

    easy_low: float
    easy_high: float
    marathon: float
    threshold: float
    interval: float
    repetition: float
    sd_ln: float

    @property
    def half_width_ln(self) -> float:
        """What can be held lies within the band in one of two cases: the quartiles."""
        return _QUARTILE * ability_sd_ln(self.sd_ln)

    def band(self, purpose: Purpose) -> tuple[float, float]:
        """Slow and fast end, m/s."""
        if purpose in {Purpose.EASY, Purpose.LONG}:
            return self.easy_low, self.easy_high
        middle: float = getattr(self, purpose.value)
        return middle * (1 - self.half_width_ln), middle * (1 + self.half_width_ln)


def training_speeds(fitness: Fitness, *, sex: str | None = None) -> TrainingSpeeds | None:
    """Training speeds of today; None under five runs. Whether they are sure enough to be prescribed
    (rule B-1) is `zones.TOO_UNSURE`'s to say.

    Marathon is the predicted race, threshold the race of an hour (the second border of `zones`),
    interval the 4 km race, repetition the mile. Easy is 62-70 % of VDOT, read from the predicted 10
    km (Daniels, Running Formula; equations in `daniels`), and stays below the first border, which
    depends on the sex, and below the marathon.
    """
    sd_ln = fitness.today().sd_ln
    if sd_ln is None:
        return None
    threshold, marathon = threshold_m_per_s(fitness), speed_over(fitness, MARATHON_M)
    interval = max(speed_over(fitness, INTERVAL_M), threshold)  # 4 km may take a walker an hour
    vdot = daniels.vdot(TEN_K_M, TEN_K_M / speed_over(fitness, TEN_K_M))
    easy_low, easy_high = (daniels.speed_at(vdot, share) for share in EASY_OF_VDOT)
    first_border = first_of_second(sex)[0] * threshold
    easy_high = min(easy_high, first_border, BELOW_MARATHON * marathon)
    return TrainingSpeeds(
        easy_low=min(easy_low, LEAST_EASY_BAND * easy_high),
        easy_high=easy_high,
        marathon=marathon,
        threshold=threshold,
        interval=interval,
        repetition=speed_over(fitness, MILE_M),
        sd_ln=sd_ln,
    )
