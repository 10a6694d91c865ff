"""Three zones, by the two borders between them: pace first, heart rate second (rule Z-1).

Below the first border lactate stays where it is at rest, above the second it no longer settles.
Nuuttila 2025 (165 recreational runners, strength B), women / men: first border at 67.3 / 64.6 % of
the peak speed of a treadmill test and 83.6 / 78.9 % of the highest heart rate, second at 80.9 /
80.8 % and 91.7 / 89.9 %. A peak speed is not known here; the race of an hour is, and stands for the
second border. The first then follows from the ratio of the two.

How well pace and heart rate agree was looked at on three runners whose highest heart rate is well
seen: over 417 even stretches of five minutes, ten minutes or more into the run, the heart was at
77 % of it at the first border's pace and at 86 % at the second's. Pace is the gentler of the two.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

from planning.fitness.ability import Fitness
from planning.fitness.heart import Highest
from planning.fitness.prediction import speed_held_for

HOUR_S = 3_600.0
TOO_UNSURE = 0.10  # sd of ln speed over which no pace is given (rule B-1)
PEAK_SHARE = {"f": (0.673, 0.809), "m": (0.646, 0.808)}  # of peak speed: first border, second
HEART_SHARE = {"f": (0.836, 0.917), "m": (0.789, 0.899)}  # of the highest heart rate
# Mean absolute errors of these anchors there: .6 and .4 km/h, 4.9 and 2.8 bpm. Of a normal
# distribution the sd is sqrt(pi / 2) times that.
_SD_OF_MEAN_ERROR = math.sqrt(math.pi / 2)
SPEED_SD = (0.6 / 3.6 * _SD_OF_MEAN_ERROR, 0.4 / 3.6 * _SD_OF_MEAN_ERROR)  # m/s
HEART_SD = (4.9 * _SD_OF_MEAN_ERROR, 2.8 * _SD_OF_MEAN_ERROR)  # bpm
# One race comes out that much beside the athlete's own mean: 2-3 % trained, 3-5 % recreational.
# That is the day's luck and no doubt about ability; the low figure, so that little is taken off.
DAY_SD = 0.03
_RANGE = NormalDist().inv_cdf(0.9)  # eight times out of ten within


@dataclass(frozen=True, slots=True)
class Range:
    """Middle and the range that holds it 8 times out of 10: m/s or bpm."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Border:
    """None: not known."""

    speed_m_per_s: Range | None
    heart_rate_bpm: Range | None


@dataclass(frozen=True, slots=True)
class Zones:
    """Easy lies below `first`, hard above `second`. `sex` is what the borders are for, or None."""

    first: Border
    second: Border
    sex: str | None


def zones(fitness: Fitness, *, highest: Highest | None = None, sex: str | None = None) -> Zones:
    """The borders of today: speed from the estimate, heart rate from the highest one.

    No speed under five runs or with a sd over .10 (rule B-1), no heart rate without a highest.
    Without a sex the mean of both, and wider by what the sexes differ. Never raises.
    """
    sd_ln = fitness.today().sd_ln
    if sd_ln is None or sd_ln > TOO_UNSURE:
        speeds: tuple[Range | None, Range | None] = (None, None)
    else:
        speeds = _speeds(fitness, sex, sd_ln=sd_ln)
    beats = _beats(highest, sex) if highest else (None, None)
    first, second = (Border(v, bpm) for v, bpm in zip(speeds, beats, strict=True))
    return Zones(first, second, sex if sex in PEAK_SHARE else None)


def threshold_m_per_s(fitness: Fitness) -> float:
    """The speed of a race of an hour, which stands for the second border."""
    return speed_held_for(fitness, HOUR_S)


def first_of_second(sex: str | None) -> tuple[float, float]:
    """The first border's speed as a share of the second's, and how unsure the sex makes it.

    .832 for women, .800 for men; others find .844 (Esteve-Lanao 2025, 1,411 runners, ventilatory)
    and .823 (Smyth & Muniz-Pumares 2020, of critical speed).
    """
    return _by_sex({each: (first / second) for each, (first, second) in PEAK_SHARE.items()}, sex)


def ability_sd_ln(sd_ln: float) -> float:
    """Sd of ln of what can be held: that of a race's time, less the luck of the day; half at least.

    Read it from the 10 km: paces and borders stand on what is raced for 30 to 60 minutes.
    """
    return math.sqrt(max(sd_ln**2 - DAY_SD**2, (sd_ln / 2) ** 2))


def _speeds(fitness: Fitness, sex: str | None, *, sd_ln: float) -> tuple[Range, Range]:
    second, known = threshold_m_per_s(fitness), ability_sd_ln(sd_ln)
    share, share_sd = first_of_second(sex)
    first = share * second
    return (
        _range(first, math.hypot(known * first, SPEED_SD[0], share_sd * second)),
        _range(second, math.hypot(known * second, SPEED_SD[1])),
    )


def _beats(highest: Highest, sex: str | None) -> tuple[Range, Range]:
    first, second = (
        _by_sex({each: shares[border] for each, shares in HEART_SHARE.items()}, sex)
        for border in (0, 1)
    )
    return (
        _range(
            first[0] * highest.bpm,
            math.hypot(HEART_SD[0], first[0] * highest.sd_bpm, first[1] * highest.bpm),
        ),
        _range(
            second[0] * highest.bpm,
            math.hypot(HEART_SD[1], second[0] * highest.sd_bpm, second[1] * highest.bpm),
        ),
    )


def _by_sex(figures: dict[str, float], sex: str | None) -> tuple[float, float]:
    """The figure and its sd: half of the difference when the sex is not known."""
    if sex in figures:
        return figures[sex], 0.0
    low, high = sorted(figures.values())
    return (low + high) / 2, (high - low) / 2


def _range(middle: float, sd: float) -> Range:
    return Range(middle, middle - _RANGE * sd, middle + _RANGE * sd)
