"""What the limits take from days that stand already; nothing is ever added here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from planning.schedule.effort import hard, too_hard
from planning.schedule.library import easy, long, note_of
from planning.schedule.mileage import PLANNED_LONGEST_RISE, Mileage
from planning.schedule.paces import Paces
from planning.schedule.plan import BY_HAND, DayStatus, PlanDay
from planning.schedule.receipt import Cause
from planning.schedule.reshape import shortened
from planning.schedule.shape import in_steps
from planning.workout import Kind, PlannedWorkout

FREEZE_DAYS = 2  # today and tomorrow


@dataclass(frozen=True, slots=True)
class Softened:
    """A kept day after a limit took something from it, and why."""

    day: PlanDay
    cause: Cause


def soften(
    days: Mapping[date, PlanDay], *, mileage: Mileage, monday: date, today: date, paces: Paces
) -> dict[date, Softened]:
    """Single runs by rule P-2, then the week by rule P-3. Softening is allowed in the freeze, but
    the week's volume is taken from days beyond it.
    """
    softer: dict[date, Softened] = {}
    ran = frozenset(mileage.volume_m)  # what was run today counts as run, not as planned besides
    for day, planned in sorted(days.items()):
        limit_m = mileage.run_limit_m(day)
        if _may_shrink(planned, today) and _metres(planned) > limit_m + 1:
            to_m = mileage.run_limit_m(day, rise=PLANNED_LONGEST_RISE)
            softer[day] = Softened(cut(planned, to_m=to_m, paces=paces), _run_cause(limit_m))
            planned = softer[day].day  # noqa: PLW2901 - what counts from here on
        if (
            planned.workout
            and planned.day >= today
            and day not in ran
            and planned.workout.workout.kind is not Kind.RACE
        ):
            mileage = mileage.and_then(day, _metres(planned))
    now = {**days, **{day: soft.day for day, soft in softer.items()}}
    return softer | _week_within(now, mileage=mileage, monday=monday, today=today, paces=paces)


def cut(planned: PlanDay, *, to_m: float, paces: Paces) -> PlanDay:
    """The day with its workout at most `to_m` long, or with rest when nothing sensible is left."""
    if planned.workout is None:
        return planned
    shorter = shortened(planned.workout.workout, to_m=to_m, paces=paces)
    if shorter is None:
        return replace(planned, workout=None)
    fewer = PlannedWorkout(planned.workout.ident, planned.day, shorter, note_of(shorter))
    return replace(planned, workout=fewer)


def gives_way(planned: PlanDay, hands_off: Collection[str]) -> bool:
    """Whether a day holds a hard session, still to be run, that may become easy by itself: no race,
    nothing that the athlete's hand put there, none whose ident is in `hands_off`.
    """
    return (
        planned.workout is not None
        and planned.status is DayStatus.PLANNED
        and hard(planned.workout.workout)
        and not _is_race(planned)
        and BY_HAND not in planned.why
        and planned.workout.ident not in hands_off
    )


def as_easy(planned: PlanDay, paces: Paces) -> PlanDay:
    """The day with the easy run that stands for its session, no longer by way or by time. A long
    run stays a long run.
    """
    if planned.workout is None:
        return planned
    before = planned.workout.workout
    plain = long if before.kind is Kind.LONG else easy
    as_far = plain(before.distance_m, paces)
    share = min(before.duration_s / max(as_far.duration_s, 1.0), 1.0)
    run = plain(in_steps(share * before.distance_m), paces)
    told = PlannedWorkout(planned.workout.ident, planned.day, run, note_of(run))
    return replace(planned, workout=told)


def _week_within(
    days: Mapping[date, PlanDay], *, mileage: Mileage, monday: date, today: date, paces: Paces
) -> dict[date, Softened]:
    """Every run outside the freeze gives the same share when the week holds too much."""
    limit_m = mileage.week_limit_m(monday)
    total_m = mileage.week_m(monday)
    excess_m = total_m - limit_m
    frozen_until = today + timedelta(days=FREEZE_DAYS)
    giving = [d for d in days.values() if _may_shrink(d, frozen_until) and d.workout]
    given_m = sum(_metres(planned) for planned in giving)
    if excess_m <= 0.01 * limit_m or not giving:
        return {}
    keep = max(1.0 - (excess_m + 500.0) / given_m, 0.0)
    smaller = {
        planned.day: cut(planned, to_m=keep * _metres(planned), paces=paces) for planned in giving
    }
    eased = _eased(days, smaller, paces)
    return {day: Softened(planned, _week_cause(limit_m)) for day, planned in eased.items()}


def _eased(
    days: Mapping[date, PlanDay], smaller: Mapping[date, PlanDay], paces: Paces
) -> dict[date, PlanDay]:
    """A smaller week may be too small for its hard sessions: from the last on they become easy
    runs, until three quarters of the time are easy (I-5) and three runs hold one of them (I-6).
    """
    after = dict(smaller)
    for day in sorted(smaller, reverse=True):
        if not too_hard([d.workout.workout for d in {**days, **after}.values() if d.workout]):
            break
        standing = after[day].workout
        if standing is not None and hard(standing.workout):
            run = easy(standing.workout.distance_m // 500 * 500.0, paces)
            told = PlannedWorkout(standing.ident, day, run, note_of(run))
            after[day] = replace(after[day], workout=told)
    return after


def _run_cause(limit_m: float) -> Cause:
    fact = f"{limit_m / 1000:.1f} km is 10 % over the longest run of your last 30 days"
    return Cause(fact, "P-2")


def _week_cause(limit_m: float) -> Cause:
    fact = f"{limit_m / 1000:.0f} km is what the weeks you have really run allow"
    return Cause(fact, "P-3")


def _may_shrink(planned: PlanDay, first_day: date) -> bool:
    return (
        planned.workout is not None
        and planned.day >= first_day
        and planned.status is DayStatus.PLANNED
        and not _is_race(planned)
    )


def _is_race(planned: PlanDay) -> bool:
    return planned.workout is not None and planned.workout.workout.kind is Kind.RACE


def _metres(planned: PlanDay) -> float:
    return planned.workout.workout.distance_m if planned.workout else 0.0
