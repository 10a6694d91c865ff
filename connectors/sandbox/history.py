"""Weeks of ordinary training, and single runs asked for: the stretches behind each run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from connectors.sandbox.runner import Run, Runner, Setting, Stretch, chance, run
from planning.activity import Surface
from planning.workout import DurationType, Item, Step, StepKind, TargetType, unrolled

WEEKDAY_START = time(6, 45)
WEEKEND_START = time(9, 15)
RACES_WEEKS_AGO = {20: 10_000.0, 11: 21_097.5, 4: 5_000.0}
GPS_TOO_LONG = 1.003  # a raced course measures a little long on every watch
EASY = 0.74  # of 10 km speed
LONG = 0.76
STEADY = 0.86
JOG = 0.62
REST_WEEK_EVERY = 4
OPEN_STEP_S = {StepKind.WARMUP: 900.0, StepKind.COOLDOWN: 600.0}


@dataclass(frozen=True, slots=True)
class _Slot:
    """One run of a week: its weekday, its share of the weekly distance, what it is."""

    weekday: int
    share: float
    kind: str


_WEEK = (
    _Slot(1, 0.20, "quality"),
    _Slot(2, 0.13, "easy"),
    _Slot(3, 0.15, "easy"),
    _Slot(5, 0.16, "hills"),
    _Slot(6, 0.36, "long"),
)


def history(runner: Runner, until: date, *, weeks: int) -> tuple[Run, ...]:
    """The runs of `weeks` whole weeks up to `until` (that day included), oldest first."""
    monday = until - timedelta(days=until.weekday()) - timedelta(weeks=weeks - 1)
    runs: list[Run] = []
    minutes: dict[date, float] = {}
    for number in range(weeks):
        for slot in _slots(runner, weeks - number):
            day = monday + timedelta(weeks=number, days=slot.weekday)
            if day > until:
                continue
            done = _slot_run(runner, slot, day, weeks_ago=weeks - number, minutes=minutes)
            minutes[day] = minutes.get(day, 0.0) + done.moving_s / 60.0
            runs.append(done)
    return tuple(runs)


def _slots(runner: Runner, weeks_ago: int) -> tuple[_Slot, ...]:
    """Every third week somewhere one easy run falls out: life."""
    if chance(runner.seed, "life", weeks_ago).uniform() < 0.3:
        return tuple(slot for slot in _WEEK if slot.weekday != 3)
    return _WEEK


def _slot_run(
    runner: Runner, slot: _Slot, day: date, *, weeks_ago: int, minutes: dict[date, float]
) -> Run:
    fitness = runner.fitness(day, minutes)
    if slot.kind == "long" and weeks_ago in RACES_WEEKS_AGO:
        return race(runner, day, distance_m=RACES_WEEKS_AGO[weeks_ago], fitness=fitness)
    resting = weeks_ago % REST_WEEK_EVERY == 0
    wave = float(chance(runner.seed, "volume", weeks_ago).uniform(0.92, 1.08))
    metres = runner.weekly_km * 1000.0 * slot.share * wave * (0.68 if resting else 1.04)
    kind = "easy" if resting and slot.kind == "quality" else slot.kind
    mood = float(chance(runner.seed, "mood", day).normal(0.0, 0.02))
    setting = _setting(runner, day, kind, weeks_ago=weeks_ago, weekday=slot.weekday)
    stretches = _session(runner, kind, metres, fitness=fitness + mood, weeks_ago=weeks_ago)
    if setting.is_manual:  # typed in from memory
        stretches = [replace(stretches[0], distance_m=round(metres, -3))]
    return run(runner, stretches, setting=setting, fitness=fitness)


def _setting(runner: Runner, day: date, kind: str, *, weeks_ago: int, weekday: int) -> Setting:
    names = {"easy": "Morning Run", "quality": "Workout", "hills": "Hilly Run", "long": "Long Run"}
    indoors = weekday == 2 and weeks_ago % 6 == 5
    forgot_watch = weekday == 2 and weeks_ago % 13 == 7
    return Setting(
        start_at=local_start(runner, day, at=None),
        name="Treadmill" if indoors else names[kind],
        hill_m=14.0 if kind == "hills" else 4.0,
        surface=Surface.TREADMILL if indoors else Surface.ROAD,
        is_manual=forgot_watch,
    )


def _session(
    runner: Runner, kind: str, metres: float, *, fitness: float, weeks_ago: int
) -> list[Stretch]:
    ten_k = runner.speed(10_000.0, fitness)
    if kind != "quality":
        return [Stretch({"long": LONG}.get(kind, EASY) * ten_k, distance_m=metres)]
    warmup = Stretch(EASY * ten_k, distance_m=2500.0, kind=StepKind.WARMUP)
    cooldown = Stretch(EASY * ten_k, distance_m=2000.0, kind=StepKind.COOLDOWN)
    if weeks_ago % 2:
        work = [Stretch(runner.speed(21_097.5, fitness), distance_m=max(4000.0, metres - 4500.0))]
    else:
        fast = Stretch(runner.speed(5_000.0, fitness), distance_m=1000.0)
        jog = Stretch(JOG * ten_k, duration_s=120.0, kind=StepKind.RECOVERY)
        work = [fast, jog] * 5
    return [warmup, *work, cooldown]


def race(
    runner: Runner, day: date, *, distance_m: float, fitness: float, at: time | None = None
) -> Run:
    """A race as fast as the fitness of the day allows, a little negative split."""
    speed = runner.speed(distance_m, fitness + runner.day_form(day))
    half = distance_m * GPS_TOO_LONG / 2.0
    pace = speed * GPS_TOO_LONG
    setting = Setting(
        local_start(runner, day, at=at or WEEKEND_START), "Race", hill_m=2.0, is_race=True
    )
    legs = [Stretch(pace * 0.995, distance_m=half), Stretch(pace * 1.005, distance_m=half)]
    return run(runner, legs, setting=setting, fitness=fitness)


def easy(
    runner: Runner, day: date, *, distance_m: float, fitness: float, at: time | None = None
) -> Run:
    setting = Setting(local_start(runner, day, at=at), "Morning Run")
    stretch = Stretch(EASY * runner.speed(10_000.0, fitness), distance_m=distance_m)
    return run(runner, [stretch], setting=setting, fitness=fitness)


def paced(
    runner: Runner,
    day: date,
    *,
    distance_m: float,
    duration_s: float,
    fitness: float,
    is_race: bool = False,
    at: time | None = None,
) -> Run:
    """So far in so many seconds, over flat ground: what somebody else has made up."""
    name = "Race" if is_race else "Morning Run"
    setting = Setting(local_start(runner, day, at=at), name, hill_m=0.0, is_race=is_race)
    stretch = Stretch(distance_m / duration_s, distance_m=distance_m)
    return run(runner, [stretch], setting=setting, fitness=fitness)


def execute(
    runner: Runner, day: date, *, items: Sequence[Item], name: str, fitness: float, at: time | None
) -> Run:
    """A structured workout, run as it is written."""
    stretches = [_stretch(runner, step, fitness) for step in unrolled(items)]
    setting = Setting(local_start(runner, day, at=at), name)
    return run(runner, stretches, setting=setting, fitness=fitness)


def local_start(runner: Runner, day: date, *, at: time | None) -> datetime:
    """When a run starts, in UTC: `at` by the runner's own clock, else the habit."""
    usual = WEEKEND_START if day.weekday() >= 5 else WEEKDAY_START
    return datetime.combine(day, at or usual, tzinfo=runner.zone).astimezone(UTC)


def _stretch(runner: Runner, step: Step, fitness: float) -> Stretch:
    speed = _speed(runner, step, fitness)
    match step.duration.type:
        case DurationType.DISTANCE if speed > 0.0:
            return Stretch(speed, distance_m=step.duration.value, kind=step.kind)
        case DurationType.TIME:
            return Stretch(speed, duration_s=step.duration.value, kind=step.kind)
        case _:  # until the lap button: as long as a runner would
            return Stretch(speed, duration_s=OPEN_STEP_S.get(step.kind, 120.0), kind=step.kind)


def _speed(runner: Runner, step: Step, fitness: float) -> float:
    """The middle of the target; without one what the step is for."""
    ten_k = runner.speed(10_000.0, fitness)
    low, high = step.target.low, step.target.high
    if step.target.type is TargetType.PACE and low and high:
        return (low + high) / 2.0
    if step.target.type is TargetType.HEART_RATE and low and high:
        return runner.speed_at_heart_rate((low + high) / 2.0, fitness)
    habit = {StepKind.WORK: STEADY, StepKind.RECOVERY: JOG, StepKind.REST: 0.0}
    if step.kind is StepKind.WORK and step.duration.type is DurationType.TIME:
        return EASY * ten_k if (step.duration.value or 0.0) > 1200.0 else STEADY * ten_k
    return habit.get(step.kind, EASY) * ten_k
