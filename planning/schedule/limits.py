"""What the limits take from days that stand already; nothing is ever added here."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from planning.schedule.beginning import Begun, too_soon
from planning.schedule.effort import FAST_SHARE, MOST_FAST, hard, too_hard
from planning.schedule.library import SHORTEST_RUN_M, easy, long, note_of, quiet
from planning.schedule.long_run import PLANNED_LONG_SHARE, most_long_share
from planning.schedule.mileage import (
    ALWAYS_ALLOWED_M,
    PLANNED_LONGEST_RISE,
    Mileage,
    as_training_m,
    week_of,
)
from planning.schedule.paces import Paces
from planning.schedule.plan import BEFORE_PLAN, BY_HAND, DayStatus, PlanDay
from planning.schedule.receipt import Cause
from planning.schedule.reshape import shortened
from planning.schedule.shape import in_steps
from planning.workout import Kind, PlannedWorkout

FREEZE_DAYS = 2  # today and tomorrow
NOTHING = 0.01  # of a limit: so much over it is nothing
ROUNDING_M = 500.0  # sessions are cut in steps
DAYS_A_WEEK = 7


TOO_LITTLE_EASY = Cause("what is left of the week has too little easy running beside it", "I-5")


@dataclass(frozen=True, slots=True)
class Softened:
    """A kept day after a limit took something from it, and why."""

    day: PlanDay
    cause: Cause


@dataclass(frozen=True, slots=True)
class Limit:
    """The most a week may hold, metres, and what to say of it."""

    most_m: float
    cause: Cause


@dataclass(frozen=True, slots=True)
class Room:
    """A week and what it may hold: `mileage` is as run and planned before it; no more than `rest`
    where it is one of rest, before a race or after full weeks. `held` are idents of sessions whose
    content the athlete holds. A long run takes at most `long_s` seconds. `begun` is for whoever has
    just begun to run; None: long ago.
    """

    monday: date
    today: date
    mileage: Mileage
    paces: Paces
    rest: Limit | None = None
    held: frozenset[str] = frozenset()
    long_s: float = math.inf
    begun: Begun | None = None

    @property
    def limit(self) -> Limit:
        """The least of them, rule P-3 first."""
        lawful_m = self.mileage.week_limit_m(self.monday)
        fact = f"{lawful_m / 1000:.0f} km is what the weeks you have really run allow"
        lawful = Limit(lawful_m, Cause(fact, "P-3"))
        return self.rest if self.rest and self.rest.most_m < lawful_m else lawful


def soften(days: Mapping[date, PlanDay], room: Room) -> dict[date, Softened]:
    """What rule B-1 spares whoever begins to run, laid when more weeks were to lie before it. Then
    single runs by rule P-2, and the week by P-3, or by T-3 in a taper; what is left of it keeps its
    balance of long and of hard running (rules L-1, I-5, I-6), and so does a whole week that has
    lost it in any other way but by the athlete's hand. Softening is allowed in the freeze, but a
    week gives from days beyond it as long as these have any.
    """
    spared = _spared(days, room)
    now = {**days, **{day: soft.day for day, soft in spared.items()}}
    within, mileage = _runs_within(now, room)
    softer = spared | within
    now |= {day: soft.day for day, soft in within.items()}
    if week := _week_within(now, room, total_m=mileage.week_m(room.monday)):
        now |= {day: soft.day for day, soft in week.items()}
        softer |= week | _runs_within(now, room)[0]  # a shorter run is less to build on
    if softer or _is_as_made(now, room.held):
        now |= {day: soft.day for day, soft in softer.items()}
        softer |= _balanced(now, room, most_fast=MOST_FAST if softer else FAST_SHARE)
    return {day: _with_first(spared.get(day), soft) for day, soft in softer.items()}


def _with_first(first: Softened | None, last: Softened) -> Softened:
    """Of a day that two limits took from both are told, the first one as the rule."""
    if first is None or first.cause == last.cause:
        return last
    fact = f"{first.cause.fact}, and {last.cause.fact} (rule {last.cause.rule})"
    return replace(last, cause=replace(first.cause, fact=fact))


def _spared(days: Mapping[date, PlanDay], room: Room) -> dict[date, Softened]:
    """What comes too soon for whoever begins to run; what the athlete put there stays."""
    softer: dict[date, Softened] = {}
    for day, planned in days.items():
        if planned.workout is None or room.begun is None or BY_HAND in planned.why:
            continue
        cause = too_soon(planned.workout.workout, room.begun)
        if cause is not None and _may_shrink(planned, room.today):
            softer[day] = Softened(_as_easy_run(planned, room), cause)
    return softer


def _runs_within(days: Mapping[date, PlanDay], room: Room) -> tuple[dict[date, Softened], Mileage]:
    """Single runs that are too long (rules P-2, L-1), and what will be run with the others."""
    softer: dict[date, Softened] = {}
    mileage = room.mileage
    for day, planned in sorted(days.items()):
        if shorter := _shorter(planned, room, mileage):
            softer[day] = shorter
            planned = shorter.day  # noqa: PLW2901 - what counts from here on
        to_come = day >= room.today or planned.status is DayStatus.UNKNOWN
        if to_come and not _is_race(planned):
            mileage = mileage.and_then(day, still_to_run_m(planned, room.mileage))
    return softer, mileage


def _shorter(planned: PlanDay, room: Room, mileage: Mileage) -> Softened | None:
    """None: it is no longer than it may be."""
    day, metres = planned.day, _metres(planned)
    if planned.workout is None or not _may_shrink(planned, room.today):
        return None
    if metres > mileage.run_limit_m(day) + 1:
        to_m, cause = mileage.run_limit_m(day, rise=PLANNED_LONGEST_RISE), _run_cause(mileage, day)
    elif _kind(planned) is Kind.LONG and planned.workout.workout.duration_s > room.long_s + 1:
        to_m = metres * room.long_s / planned.workout.workout.duration_s
        cause = Cause(f"it would take over {room.long_s / 3600:g} hours at your pace", "L-1")
    else:
        return None
    return Softened(_cut(planned, to_m, room), cause)


def balanced(days: Mapping[date, PlanDay], room: Room) -> dict[date, Softened]:
    """What the balance of long and of hard running takes from a whole week."""
    return _balanced(days, room, most_fast=FAST_SHARE) if _is_as_made(days, room.held) else {}


def _balanced(
    days: Mapping[date, PlanDay], room: Room, *, most_fast: float
) -> dict[date, Softened]:
    softer = _long_within(days, room)
    now = {**days, **{day: soft.day for day, soft in softer.items()}}
    return {**softer, **_eased(now, room, most_fast=most_fast)}


def _is_as_made(days: Mapping[date, PlanDay], held: Collection[str]) -> bool:
    """Whether the week is whole, and none of it by the athlete's hand."""
    otherwise = {BY_HAND, BEFORE_PLAN}
    return len(days) == DAYS_A_WEEK and not any(
        otherwise & set(d.why)
        or d.status is DayStatus.BREAK
        or (d.workout and d.workout.ident in held)
        for d in days.values()
    )


def still_to_run_m(planned: PlanDay, mileage: Mileage) -> float:
    """Metres of the day's session beyond what was run on it; none of one that is done."""
    if planned.status is DayStatus.DONE:
        return 0.0
    return max(_metres(planned) - mileage.volume_m.get(planned.day, 0.0), 0.0)


def _week_within(
    days: Mapping[date, PlanDay], room: Room, *, total_m: float
) -> dict[date, Softened]:
    limit = room.limit
    excess_m = total_m - limit.most_m
    if excess_m <= NOTHING * limit.most_m:
        return {}
    after = dict(days)
    for first in (room.today + timedelta(days=FREEZE_DAYS), room.today):
        given = _given([d for d in after.values() if _may_shrink(d, first)], excess_m, room)
        excess_m -= sum(_metres(after[day]) - _metres(given[day]) for day in given)
        after |= given
        if excess_m <= NOTHING * limit.most_m:
            break
    smaller = {day: now for day, now in after.items() if now != days[day]}
    return {day: Softened(planned, limit.cause) for day, planned in smaller.items()}


def _given(giving: Sequence[PlanDay], excess_m: float, room: Room) -> dict[date, PlanDay]:
    """The long run gives last, as the next ones are built on it (rule P-2), and all others the same
    share; but it is no larger a part of what is left than in a new week (rule L-1).
    """
    long_run = next((each for each in reversed(giving) if _kind(each) is Kind.LONG), None)
    if long_run is None or len(giving) == 1:
        return _shared(giving, excess_m, room)
    all_m, long_m = sum(_metres(each) for each in giving), _metres(long_run)
    left_m = max(all_m - excess_m - ROUNDING_M, 0.0)
    most_m = PLANNED_LONG_SHARE * most_long_share(left_m) * left_m
    kept_m = max(min(long_m, most_m), long_m * left_m / all_m)
    shorter = _cut(long_run, kept_m, room)
    if shorter.workout is None:
        return _shared(giving, excess_m, room)
    others = [each for each in giving if each is not long_run]
    others_m = excess_m - (long_m - _metres(shorter))
    return {long_run.day: shorter} | _shared(others, others_m, room)


def _shared(giving: Sequence[PlanDay], excess_m: float, room: Room) -> dict[date, PlanDay]:
    """Every run gives the same share. An easy one that would be too short goes as a whole, the
    shortest first, which leaves more to the others.
    """
    gone: dict[date, PlanDay] = {}
    left = sorted(giving, key=lambda d: (_is_key(d), _metres(d), d.day))
    while left and excess_m > 0:
        left_m = sum(_metres(planned) for planned in left)
        keep = max(1.0 - (excess_m + ROUNDING_M) / left_m, 0.0)
        short = next((d for d in left if keep * _metres(d) < SHORTEST_RUN_M), None)
        if short is None:
            return gone | {d.day: _cut(d, keep * _metres(d), room) for d in left}
        gone[short.day] = replace(short, workout=None)
        left = [planned for planned in left if planned is not short]
        excess_m -= _metres(short)
    return gone


def _long_within(days: Mapping[date, PlanDay], room: Room) -> dict[date, Softened]:
    """The long run as a part of what is left of its week (rule L-1); a short one is an easy run."""
    after: dict[date, Softened] = {}
    for day, planned in days.items():
        if not _may_shrink(planned, room.today) or _kind(planned) is not Kind.LONG:
            continue
        others_m = sum(_held_m(each, days, room) for each in week_of(room.monday) if each != day)
        share = most_long_share(others_m + _metres(planned))
        most_m = share / (1 - share) * others_m
        if _metres(planned) > (share + NOTHING) * (others_m + _metres(planned)):
            fact = f"it would be over {100 * share:.0f} % of what is left of the week"
            shorter = _cut(planned, max(most_m, ALWAYS_ALLOWED_M), room)
            plain = most_m < ALWAYS_ALLOWED_M
            run = _as_easy_run(shorter, room) if plain else shorter
            after[day] = Softened(run, Cause(fact, "L-1"))
    return after


def _held_m(day: date, days: Mapping[date, PlanDay], room: Room) -> float:
    """What the day holds as planned, or as run if that was more; a race what it adds to the level
    held.
    """
    planned_m = _metres(days[day]) if day in days else 0.0
    if day in days and _is_race(days[day]):
        planned_m = as_training_m(planned_m, room.mileage.longest_m, day)
    return max(planned_m, room.mileage.volume_m.get(day, 0.0))


def _eased(days: Mapping[date, PlanDay], room: Room, *, most_fast: float) -> dict[date, Softened]:
    """A week may be too small for its hard sessions: they become easy runs, the last one first and
    those of the freeze after all others, until no more than `most_fast` of the time is fast (I-5,
    but for the week of a race) and three runs hold one of them (I-6).
    """
    eased: dict[date, Softened] = {}
    now, thaw = dict(days), room.today + timedelta(days=FREEZE_DAYS)
    share = 1.0 if any(_is_race(d) for d in days.values()) else most_fast
    for day in sorted(days, key=lambda day: (day >= thaw, day), reverse=True):
        if not too_hard([d.workout.workout for d in now.values() if d.workout], most_fast=share):
            break
        planned = days[day]
        if _may_shrink(planned, room.today) and planned.workout and hard(planned.workout.workout):
            now[day] = _as_easy_run(planned, room)
            eased[day] = Softened(now[day], TOO_LITTLE_EASY)
    return eased


def _cut(planned: PlanDay, to_m: float, room: Room) -> PlanDay:
    """As `cut`; what is only an easy run after it has walking where a beginner's week has it."""
    shorter = cut(planned, to_m=to_m, paces=room.paces)
    return next((soft.day for soft in _spared({shorter.day: shorter}, room).values()), shorter)


def _as_easy_run(planned: PlanDay, room: Room) -> PlanDay:
    """As far, and easy, whatever it was; with walking where a beginner's week has it."""
    if planned.workout is None:
        return planned
    run_s = room.begun.walk_every_s if room.begun else None
    run = quiet(planned.workout.workout.distance_m // 500 * 500.0, room.paces, run_s=run_s)
    told = PlannedWorkout(planned.workout.ident, planned.day, run, note_of(run))
    return replace(planned, workout=told)


def _run_cause(mileage: Mileage, day: date) -> Cause:
    limit_m = mileage.run_limit_m(day)
    told = f"{limit_m / 1000:.1f} km"
    if limit_m >= mileage.caps_m.get(day, math.inf):
        return Cause(f"{told} is what there is time for on that day", "P-2")
    longest_m = mileage.longest_within(day, 30)
    if limit_m <= ALWAYS_ALLOWED_M or not longest_m:
        return Cause(f"{told} is enough after the runs of your last 30 days", "P-2")
    return Cause(f"{told} is 10 % over the longest run of your last 30 days", "P-2")


def cut(planned: PlanDay, *, to_m: float, paces: Paces) -> PlanDay:
    """The day with its workout at most `to_m` long, or with rest when nothing sensible is left."""
    if planned.workout is None:
        return planned
    shorter = shortened(planned.workout.workout, to_m=to_m, paces=paces)
    if shorter is None:
        return replace(planned, workout=None)
    fewer = PlannedWorkout(planned.workout.ident, planned.day, shorter, note_of(shorter))
    return replace(planned, workout=fewer)


def as_easy(planned: PlanDay, paces: Paces) -> PlanDay:
    """The day with an easy run, no longer by way or by time; a long run stays one, but easy."""
    if planned.workout is None:
        return planned
    before = planned.workout.workout
    plain = long if before.kind is Kind.LONG else easy
    as_far = plain(before.distance_m, paces)
    share = min(before.duration_s / max(as_far.duration_s, 1.0), 1.0)
    run = plain(in_steps(share * before.distance_m), paces)
    told = PlannedWorkout(planned.workout.ident, planned.day, run, note_of(run))
    return replace(planned, workout=told)


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


def _may_shrink(planned: PlanDay, first_day: date) -> bool:
    return (
        planned.workout is not None
        and planned.day >= first_day
        and planned.status is DayStatus.PLANNED
        and not _is_race(planned)
    )


def _is_race(planned: PlanDay) -> bool:
    return _kind(planned) is Kind.RACE


def _is_key(planned: PlanDay) -> bool:
    return _kind(planned) not in {Kind.EASY, Kind.STRIDES}


def _kind(planned: PlanDay) -> Kind | None:
    return planned.workout.workout.kind if planned.workout else None


def _metres(planned: PlanDay) -> float:
    return planned.workout.workout.distance_m if planned.workout else 0.0
