"""How a session was run, beside what was planned: a word, the figures behind it, and a reason.

Nothing follows from a single one; it is what a person, or several of them together, may act on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from planning.activity import Activity
from planning.fitness.efforts import CURVE_S
from planning.fitness.zones import DAY_SD
from planning.schedule.as_run import flat_m, mean_speed, was_hard
from planning.schedule.effort import Effort, effort_of, hard
from planning.schedule.paces import Paces
from planning.schedule.receipt import MATERIAL_SHARE
from planning.units import format_pace
from planning.workout import DurationType, Kind, Step, StepKind, TargetType, Workout, unrolled

PACE_MARGIN = DAY_SD  # beyond the band: what one and the same runner differs by from day to day
HEART_MARGIN_BPM = 5.0  # how well heart rate anchors a border (rule Z-1: 3 to 5 bpm)
MOSTLY = 0.75  # of the time must have a heart rate to go by, for its mean to say anything
WORK_S, SHORT_WORK_S = 300, 60  # the fastest of these tell whether there was any hard work
SHORT_WORK = frozenset({Kind.INTERVAL, Kind.REPETITION})


class Verdict(StrEnum):
    AS_PLANNED = "as planned"
    SHORTER = "shorter"
    LONGER = "longer"
    HARDER = "harder"
    EASIER = "easier"
    ANOTHER_KIND = "another kind"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Between:
    """What was planned, from `low` to `high`: m/s or bpm."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """Shares of what was planned; means over the whole session, warm-up and rests included, on the
    flat as far as that is known. None: not known, or it says nothing here.
    """

    verdict: Verdict
    because: str
    distance_share: float | None = None
    time_share: float | None = None
    speed_m_per_s: float | None = None
    planned_speed: Between | None = None
    heart_rate_bpm: float | None = None
    planned_heart_rate: Between | None = None


def judged(workout: Workout, runs: Sequence[Activity], paces: Paces) -> Judgement:
    """How `runs`, which were this session, were run. `paces` are those it was planned with.

    Another kind: a race that was planned as none, or hard work that was easy running to its fastest
    minutes. Harder or easier: a mean speed 3 % beyond what the bands of the steps allow, or a mean
    heart rate 5 bpm beyond, where it was planned by heart rate; harder as well is an easy run that
    `was_hard`. Shorter or longer: distance and time both by more than 15 %, which makes a change of
    a plan material. Harder is said first, it asks more of the body; who stops early is not called
    easier besides. Not judged is what says neither how far nor how long, and hard work of which
    neither speed nor heart rate says how hard. Pace is not asked on a treadmill or a trail, in
    heat, uphill by effort, or where none was asked for.
    """
    seen = _seen(workout, runs, paces)
    shares = [share for share in (seen.distance_share, seen.time_share) if share is not None]
    if not shares:
        return replace(seen, because="neither distance nor time is known")
    told = (
        _another_kind(workout, runs, seen, paces)
        or _harder(workout, runs, seen, paces)
        or _other_size(shares)
        or _easier(seen)
        or _as_planned(workout, seen)
    )
    return replace(seen, verdict=told[0], because=told[1])


type _Told = tuple[Verdict, str]


def _seen(workout: Workout, runs: Sequence[Activity], paces: Paces) -> Judgement:
    """The figures alone. Off the road the planned speed is left out: it would be compared."""
    distance_m = sum(run.distance_m or 0.0 for run in runs)
    time_s = sum(run.moving_time_s or 0.0 for run in runs)
    speed = mean_speed(runs)
    return Judgement(
        Verdict.NOT_JUDGED,
        "",
        distance_share=distance_m / max(workout.distance_m, 1.0) if distance_m else None,
        time_share=time_s / max(workout.duration_s, 1.0) if time_s else None,
        speed_m_per_s=speed,
        planned_speed=None if speed is None else _planned_speed(workout, paces),
        heart_rate_bpm=_mean_heart_rate(runs),
        planned_heart_rate=_planned_heart_rate(workout, paces),
    )


def _another_kind(
    workout: Workout, runs: Sequence[Activity], seen: Judgement, paces: Paces
) -> _Told | None:
    if any(run.is_race for run in runs):
        as_race = workout.kind in {Kind.RACE, Kind.TEST}
        return None if as_race else (Verdict.ANOTHER_KIND, "it was a race")
    fastest = _fastest_work(workout, runs)
    if not hard(workout) or seen.speed_m_per_s is None or seen.planned_speed is None:
        return None
    if fastest is not None and fastest <= paces.easy_high:
        pace = format_pace(fastest)
        return Verdict.ANOTHER_KIND, f"its fastest minutes, at {pace}, were easy running"
    if fastest is None and seen.speed_m_per_s <= paces.easy < seen.planned_speed.low:
        return Verdict.ANOTHER_KIND, f"{format_pace(seen.speed_m_per_s)} in all is easy running"
    return None


def _harder(
    workout: Workout, runs: Sequence[Activity], seen: Judgement, paces: Paces
) -> _Told | None:
    speed, band = seen.speed_m_per_s, seen.planned_speed
    if speed and band and speed > (1 + PACE_MARGIN) * band.high:
        return (
            Verdict.HARDER,
            f"{format_pace(speed)} in all, planned at most {format_pace(band.high)}",
        )
    bpm, beats = seen.heart_rate_bpm, seen.planned_heart_rate
    if bpm and beats and bpm > beats.high + HEART_MARGIN_BPM:
        return Verdict.HARDER, f"{bpm:.0f} bpm on average, planned at most {beats.high:.0f}"
    if not hard(workout) and any(was_hard(run, paces) for run in runs):
        return Verdict.HARDER, "20 minutes and more of it were as hard as a marathon, or harder"
    return None


def _other_size(shares: Sequence[float]) -> _Told | None:
    if max(shares) < 1 - MATERIAL_SHARE:
        return Verdict.SHORTER, f"{100 * max(shares):.0f} % of what was planned"
    if min(shares) > 1 + MATERIAL_SHARE:
        return Verdict.LONGER, f"{100 * min(shares):.0f} % of what was planned"
    return None


def _easier(seen: Judgement) -> _Told | None:
    speed, band = seen.speed_m_per_s, seen.planned_speed
    if speed and band and speed < (1 - PACE_MARGIN) * band.low:
        return (
            Verdict.EASIER,
            f"{format_pace(speed)} in all, planned at least {format_pace(band.low)}",
        )
    bpm, beats = seen.heart_rate_bpm, seen.planned_heart_rate
    if bpm and beats and bpm < beats.low - HEART_MARGIN_BPM:
        return Verdict.EASIER, f"{bpm:.0f} bpm on average, planned at least {beats.low:.0f}"
    return None


def _as_planned(workout: Workout, seen: Judgement) -> _Told:
    if seen.planned_speed:
        return Verdict.AS_PLANNED, "its length and its mean pace are as planned"
    if seen.planned_heart_rate and seen.heart_rate_bpm:
        return Verdict.AS_PLANNED, "its length and its mean heart rate are as planned"
    if hard(workout):
        return Verdict.NOT_JUDGED, "how hard it was cannot be seen from its pace or heart rate"
    return Verdict.AS_PLANNED, "its length is as planned; its pace was not asked"


def _planned_speed(workout: Workout, paces: Paces) -> Between | None:
    """Slowest and fastest mean that keep to the bands, m/s; who walks in a recovery keeps to it.
    None where less than three quarters of the time have a pace, and for hills.
    """
    steps = list(unrolled(workout.steps))
    paced_s = sum(_seconds(step, paces) for step in steps if step.target.type is TargetType.PACE)
    if workout.kind is Kind.HILLS or paced_s < MOSTLY * _total_s(steps, paces):
        return None
    slow = [(_slowest(step, paces), step) for step in steps]
    fast = [(step.target.high or 0.0, step) for step in steps]
    return Between(_mean(slow, paces), _mean(fast, paces))


def _slowest(step: Step, paces: Paces) -> float:
    if step.kind in {StepKind.RECOVERY, StepKind.REST}:
        return min(paces.speed(Effort.WALK), _speed(step, paces))
    return step.target.low or 0.0


def _mean(pieces: Sequence[tuple[float, Step]], paces: Paces) -> float:
    """m/s over all steps, each at the speed beside it; at its expected one where it has no pace."""
    metres = seconds = 0.0
    for asked, step in pieces:
        speed = asked if step.target.type is TargetType.PACE and asked else _speed(step, paces)
        value = step.duration.value or 0.0
        by_distance = step.duration.type is DurationType.DISTANCE
        metres += value if by_distance else value * speed
        seconds += value / speed if by_distance else value
    return metres / max(seconds, 1.0)


def _planned_heart_rate(workout: Workout, paces: Paces) -> Between | None:
    """Mean of the bands by time, bpm; None where less than three quarters of the time have one."""
    steps = list(unrolled(workout.steps))
    told = [s for s in steps if s.target.type is TargetType.HEART_RATE and s.target.low]
    told_s = sum(_seconds(step, paces) for step in told)
    if not told_s or told_s < MOSTLY * _total_s(steps, paces):
        return None
    low = sum((step.target.low or 0.0) * _seconds(step, paces) for step in told)
    high = sum((step.target.high or 0.0) * _seconds(step, paces) for step in told)
    return Between(low / told_s, high / told_s)


def _total_s(steps: Sequence[Step], paces: Paces) -> float:
    return sum(_seconds(step, paces) for step in steps)


def _seconds(step: Step, paces: Paces) -> float:
    value = step.duration.value or 0.0
    by_distance = step.duration.type is DurationType.DISTANCE
    return value / _speed(step, paces) if by_distance else value


def _speed(step: Step, paces: Paces) -> float:
    low, high = step.target.low, step.target.high
    if step.target.type is TargetType.PACE and low and high:
        return (low + high) / 2
    return paces.speed(effort_of(step))


def _mean_heart_rate(runs: Sequence[Activity]) -> float | None:
    """By time; None where less than three quarters of it have a heart rate."""
    known = [run for run in runs if run.average_heart_rate_bpm and run.moving_time_s]
    known_s = sum(run.moving_time_s or 0.0 for run in known)
    if not known_s or known_s < MOSTLY * sum(run.moving_time_s or 0.0 for run in runs):
        return None
    beats = sum((run.average_heart_rate_bpm or 0.0) * (run.moving_time_s or 0.0) for run in known)
    return beats / known_s


def _fastest_work(workout: Workout, runs: Sequence[Activity]) -> float | None:
    """m/s of the fastest minutes, at least what they were on the flat; None where not known."""
    at = CURVE_S.index(SHORT_WORK_S if workout.kind in SHORT_WORK else WORK_S)
    found = [
        run.curve_m[at] / CURVE_S[at] * max(flat_m(run) / run.distance_m, 1.0)
        for run in runs
        if run.distance_m and len(run.curve_m) > at
    ]
    return max(found, default=None)
