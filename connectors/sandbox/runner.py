"""A simulated runner: what somebody of known fitness records when running something.

Everything is a pure function of the runner (whose `seed` is all the chance there is) and of the
arguments: the same question has the same answer, second by second.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from planning.activity import FloatArray, Surface
from planning.workout import StepKind

FITNESS_DECAY_DAYS = 42.0
FITNESS_GAIN = 0.06  # ln speed between no training at all and the settled week
SETTLED_MIN_PER_KM = 5.6
DAY_FORM_SD = 0.005
PACE_NOISE_SD = 0.02
HEART_RATE_LAG_S = 35.0
ALTITUDE_M = 170.0
METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Runner:
    """`ten_k_s` is what 10 km take when `weekly_km` have been the habit for long.

    `fade` is Riegel's exponent: with 1.07 the default runner is worth about 3:24 in the marathon.
    """

    seed: int = 7
    ten_k_s: float = 2625.0
    fade: float = 1.07
    weekly_km: float = 50.0
    max_heart_rate_bpm: float = 188.0
    resting_heart_rate_bpm: float = 48.0
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Paris"))
    latitude: float = 45.7772
    longitude: float = 4.8559

    def speed(self, distance_m: float, fitness: float) -> float:
        """Race speed in m/s over a distance; `fitness` is ln of the 10 km speed."""
        return math.exp(fitness + (1.0 - self.fade) * math.log(distance_m / 10_000.0))

    def fitness(self, day: date, minutes: Mapping[date, float]) -> float:
        """Ln of the true 10 km speed in m/s on `day`, from the minutes run on the days before.

        An exponential average with a memory of 42 days, against the settled week. Before the first
        known day the runner did three quarters of it.
        """
        settled = self.weekly_km * SETTLED_MIN_PER_KM / 7.0
        before = [known for known in minutes if known < day]
        known_days = (day - min(before)).days if before else 0
        average = 0.75 * settled * math.exp(-known_days / FITNESS_DECAY_DAYS) + sum(
            minutes[past] * math.exp(-(day - past).days / FITNESS_DECAY_DAYS) / FITNESS_DECAY_DAYS
            for past in before
        )
        level = min(average / settled, 1.4)
        return math.log(10_000.0 / self.ten_k_s) + FITNESS_GAIN * (level - 1.0)

    def day_form(self, day: date) -> float:
        """A good or a bad day, in ln speed."""
        return float(chance(self.seed, "form", day).normal(0.0, DAY_FORM_SD))

    def heart_rate_bpm(self, speed_m_per_s: float, fitness: float) -> float:
        """Where the heart settles: 88 % of the reserve at one-hour race speed, linear below."""
        threshold = self.speed(15_500.0, fitness)
        share = float(np.clip(0.88 * speed_m_per_s / threshold, 0.30, 0.99))
        return self.resting_heart_rate_bpm + share * self._reserve_bpm

    def speed_at_heart_rate(self, heart_rate_bpm: float, fitness: float) -> float:
        share = (heart_rate_bpm - self.resting_heart_rate_bpm) / self._reserve_bpm
        return share / 0.88 * self.speed(15_500.0, fitness)

    @property
    def _reserve_bpm(self) -> float:
        return self.max_heart_rate_bpm - self.resting_heart_rate_bpm


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch at one intended speed, by distance or by time. Speed 0: standing still."""

    speed_m_per_s: float
    distance_m: float | None = None
    duration_s: float | None = None
    kind: StepKind = StepKind.WORK

    @property
    def seconds(self) -> int:
        if self.duration_s is not None:
            return max(1, round(self.duration_s))
        if self.distance_m is None:
            raise ValueError("a stretch has a distance or a duration")
        return max(1, round(self.distance_m / self.speed_m_per_s))


@dataclass(frozen=True, slots=True)
class Lap:
    """From one sample to another; `first` and `last` are indices, seconds from the start."""

    kind: StepKind
    first: int
    last: int


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What the watch recorded. Arrays are per second and of one length; sample 0 is the start."""

    start_at: datetime
    name: str
    distance_m: FloatArray
    speed_m_per_s: FloatArray
    heart_rate_bpm: FloatArray
    altitude_m: FloatArray
    cadence_steps_per_min: FloatArray
    latitude: FloatArray
    longitude: FloatArray
    laps: tuple[Lap, ...]
    surface: Surface = Surface.ROAD
    is_race: bool = False
    is_manual: bool = False

    @property
    def elapsed_s(self) -> int:
        return len(self.distance_m) - 1

    @property
    def moving_s(self) -> int:
        return int(np.count_nonzero(self.speed_m_per_s[1:] > 0.3))

    @property
    def total_m(self) -> float:
        return float(self.distance_m[-1])

    @property
    def climb_m(self) -> float:
        return float(np.clip(np.diff(self.altitude_m), 0.0, None).sum())


@dataclass(frozen=True, slots=True)
class Setting:
    """When and where something is run. `hill_m` is how far the ground goes up and down."""

    start_at: datetime
    name: str
    hill_m: float = 4.0
    surface: Surface = Surface.ROAD
    is_race: bool = False
    is_manual: bool = False


def run(runner: Runner, stretches: Sequence[Stretch], *, setting: Setting, fitness: float) -> Run:
    """Runs the stretches one after the other, each exactly as far or as long as it says."""
    random = chance(runner.seed, setting.start_at.astimezone(UTC), setting.name, setting.is_race)
    seconds = [stretch.seconds for stretch in stretches]
    ends = np.cumsum(seconds)
    intended = np.repeat([stretch.speed_m_per_s for stretch in stretches], seconds)
    altitude = _ground(np.concatenate(([0.0], np.cumsum(intended))), setting, random)
    grade = np.diff(altitude) / np.maximum(intended, 0.5)
    effort = intended * (1.0 + _wander(random, len(intended)))
    speed = _fitted(effort * np.clip(1.0 - 2.5 * grade, 0.8, 1.12), stretches, ends, random)
    distance = np.concatenate(([0.0], np.cumsum(speed)))
    latitude, longitude = _path(runner, distance, random)
    shown = np.concatenate((speed[:1], speed))
    return Run(
        start_at=setting.start_at.astimezone(UTC),
        name=setting.name,
        distance_m=distance,
        speed_m_per_s=shown,
        heart_rate_bpm=_heart(runner, speed * (1.0 + 3.0 * grade), fitness, random),
        altitude_m=np.round(altitude * 5.0) / 5.0,
        cadence_steps_per_min=np.where(shown > 0.3, np.round(148.0 + 7.5 * shown), 0.0),
        latitude=latitude,
        longitude=longitude,
        laps=tuple(
            Lap(stretch.kind, int(end) - length, int(end))
            for stretch, length, end in zip(stretches, seconds, ends, strict=True)
        ),
        surface=setting.surface,
        is_race=setting.is_race,
        is_manual=setting.is_manual,
    )


def chance(seed: int, *key: object) -> np.random.Generator:
    """The chance that belongs to one thing, whatever was drawn for others before."""
    told = "\x1f".join(map(str, (seed, *key)))
    return np.random.default_rng(list(hashlib.sha256(told.encode()).digest()))


def _wander(random: np.random.Generator, length: int) -> FloatArray:
    """Pace wanders slowly: white noise, averaged over 20 s."""
    white = random.normal(0.0, PACE_NOISE_SD * math.sqrt(20.0), length + 19)
    return np.convolve(white, np.full(20, 1.0 / 20.0), mode="valid")


def _fitted(
    speed: FloatArray,
    stretches: Sequence[Stretch],
    ends: npt.NDArray[np.int_],
    random: np.random.Generator,
) -> FloatArray:
    """Each stretch as far as it says, or on average as fast (within half a per cent)."""
    fitted = np.clip(speed, 0.0, None)
    first = 0
    for stretch, end in zip(stretches, ends, strict=True):
        part = slice(first, int(end))
        first = int(end)
        covered = float(fitted[part].sum())
        if covered == 0.0:
            continue
        wanted = stretch.distance_m
        if wanted is None:
            seconds = end - part.start
            wanted = stretch.speed_m_per_s * seconds * (1.0 + random.normal(0.0, 0.005))
        fitted[part] *= wanted / covered
    return fitted


def _ground(distance_m: FloatArray, setting: Setting, random: np.random.Generator) -> FloatArray:
    """Out and back over rolling ground; a treadmill and a track are flat."""
    if setting.surface in (Surface.TREADMILL, Surface.TRACK):
        return np.full_like(distance_m, ALTITUDE_M)
    out = np.minimum(distance_m, distance_m[-1] - distance_m)
    phase = random.uniform(0.0, 2.0 * math.pi, 2)
    waves: FloatArray = np.sin(out / 310.0 + phase[0]) + 0.4 * np.sin(out / 120.0 + phase[1])
    return ALTITUDE_M + setting.hill_m * waves


def _path(
    runner: Runner, distance_m: FloatArray, random: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    half = distance_m[-1] / 2.0
    out = np.minimum(distance_m, distance_m[-1] - distance_m)
    bearing = random.uniform(0.0, 2.0 * math.pi) + 0.5 * np.sin(out / 900.0)
    step = np.diff(distance_m) * np.where(distance_m[1:] <= half, 1.0, -1.0)
    north = np.concatenate(([0.0], np.cumsum(step * np.cos(bearing[1:]))))
    east = np.concatenate(([0.0], np.cumsum(step * np.sin(bearing[1:]))))
    shrink = math.cos(math.radians(runner.latitude))
    return (
        runner.latitude + north / METRES_PER_DEGREE,
        runner.longitude + east / (METRES_PER_DEGREE * shrink),
    )


def _heart(
    runner: Runner, effort: FloatArray, fitness: float, random: np.random.Generator
) -> FloatArray:
    """The heart follows the effort with a lag, and drifts up over the hours."""
    threshold = runner.speed(15_500.0, fitness)
    reserve = runner.max_heart_rate_bpm - runner.resting_heart_rate_bpm
    drift = 0.04 * np.arange(len(effort)) / 3600.0
    share = np.clip(0.88 * effort / threshold + drift, 0.30, 0.99)
    wanted = runner.resting_heart_rate_bpm + share * reserve
    keep = math.exp(-1.0 / HEART_RATE_LAG_S)
    beat = runner.resting_heart_rate_bpm + 0.35 * reserve
    beats = [beat]
    for target in wanted.tolist():
        beat = keep * beat + (1.0 - keep) * target
        beats.append(beat)
    return np.round(np.array(beats) + random.normal(0.0, 0.7, len(beats)))
