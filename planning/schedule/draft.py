"""The weeks of a plan, laid out one after the other, each on the ground of those before it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from planning.goals.goal import Goal, GoalKind, Priority
from planning.goals.season import (
    LIGHT_EVERY,
    MASTERS_LIGHT_EVERY,
    SeasonWeek,
    demand_of,
    full,
    monday_of,
    season,
    tires,
)
from planning.schedule.beginning import ENOUGH_M, begun
from planning.schedule.effort import hard
from planning.schedule.ground import Ground, habits_of
from planning.schedule.limits import Limit, Room, Softened, balanced, soften, still_to_run_m
from planning.schedule.long_run import longest_s
from planning.schedule.menu import focus_of
from planning.schedule.mileage import (
    FIRST_WEEK_M,
    PLANNED_WEEK_RISE,
    PLANNED_WEEK_RISE_M,
    Mileage,
    week_of,
)
from planning.schedule.plan import BEFORE_PLAN, DayStatus, Phase, PlanDay, PlanWeek
from planning.schedule.resting import before_it_m, lightest_m, rest_of
from planning.schedule.shape import Week
from planning.schedule.time_off import day_off, focus_in, open_share
from planning.schedule.week import lay
from planning.workout import Kind

MORE_THAN_EASY = 1.12  # metres of an hour of mixed running, easy ones being 1
PLANNED_HOURS = 0.95  # of the hours there are: sessions are rounded
MEAN_RUN_M = 16_000.0
LEAST_BESIDE_RACE = 0.5  # of a week, however long its race
LOW_LEAD = 2.0  # beginners have nothing to lose by being led to the peak early: P-3 holds them


@dataclass(frozen=True, slots=True)
class Draft:
    weeks: tuple[PlanWeek, ...]
    peaks_m: Mapping[str, float]
    softened: Mapping[date, Softened]  # kept days that the limits made smaller


def draft(
    ground: Ground, *, kept: Mapping[date, PlanDay], most_m: Mapping[date, float] | None = None
) -> Draft:
    """Weeks from the current Monday. `kept` days stay, but for what the limits take from them. Far
    weeks hold no more than `most_m`, by their Monday, and those behind them are built on that.
    """
    weeks = season(ground.goals, ground.monday, master=ground.master, past=ground.past)
    peaks = _peaks(ground, weeks)
    start_long_m = ground.mileage.longest_within(ground.today + timedelta(days=1), 30)
    mileage = replace(ground.mileage, rested_on=_rested_on(ground))
    in_a_row = (MASTERS_LIGHT_EVERY if ground.master else LIGHT_EVERY) - 1
    planned: list[tuple[SeasonWeek, PlanWeek]] = []
    softened: dict[date, Softened] = {}
    for index, week in enumerate(weeks):
        peak_m = peaks[week.goal.id]
        little = _volume_m(ground, full(week), mileage, peak_m) <= ENOUGH_M
        # For a week less than that a break was rest enough: what is lighter then is a full week.
        if little or mileage.was_off(week.first_day, weeks=in_a_row - 1):
            week = full(week)  # noqa: PLW2901 - there is nothing to lighten
        lightens = not _hours_to_keep_up_m(ground, week.goal)
        lighter_m = lightest_m(week, planned, mileage, in_a_row=in_a_row) if lightens else math.inf
        volume_m = min(_volume_m(ground, week, mileage, peak_m), lighter_m)
        if (share := open_share(ground.breaks, week.first_day)) < 1.0:
            volume_m = round(share * volume_m, -2)
        if index >= ground.laid_out_weeks:
            volume_m = min(volume_m, (most_m or {}).get(week.first_day, math.inf))
            planned.append((week, _far_week(ground, week, volume_m)))
            mileage = _foreseen(mileage, week, volume_m, start_long_m)
            continue
        before = planned[-1][1] if planned else None
        rest = rest_of(week, volume_m, before, lighter_m if softened else math.inf)
        laid = _laid_out(ground, week, mileage, volume_m, start_long_m, kept, before, rest)
        softened |= laid.softened
        planned.append((week, laid.week))
        mileage = run_as_planned(mileage, laid.week.days, ground.today)
    return Draft(tuple(week for _, week in planned), peaks, softened)


@dataclass(frozen=True, slots=True)
class _LaidOut:
    week: PlanWeek
    softened: Mapping[date, Softened]  # of its kept days


def _laid_out(
    ground: Ground,
    week: SeasonWeek,
    mileage: Mileage,
    volume_m: float,
    start_long_m: float,
    kept: Mapping[date, PlanDay],
    before: PlanWeek | None,
    rest: Limit | None,
) -> _LaidOut:
    """The week with its `kept` days within the limits, and sessions on the others."""
    mine = {d.day: d for d in _standing(kept, week, ground)}
    if week.phase is Phase.TAPER and rest:
        rest = replace(rest, most_m=rest.most_m - before_it_m(week, mileage, mine))
    held, long_s = ground.held, longest_s(ground.goals, ran_marathon=ground.ran_marathon)
    so_far = begun(mileage, week.first_day)
    room = Room(week.first_day, ground.today, mileage, ground.paces, rest, held, long_s, so_far)
    softened = soften(mine, room)
    mine |= {day: soft.day for day, soft in softened.items()}
    others = (day for day in kept.values() if monday_of(day.day) != week.first_day)
    near = [*(before.days if before else ()), *others]
    shape = _shape(ground, week, mileage, volume_m, start_long_m, mine, near)
    days = lay(shape)
    if len(mine) < len(days) and any(day >= ground.today for day in mine):
        level = balanced({d.day: d for d in days}, room)
        days = tuple(level[d.day].day if d.day in level else d for d in days)
        softened |= {day: soft for day, soft in level.items() if day in mine}
    focus = focus_in(ground.breaks, week.first_day)
    focus = focus or focus_of(week, walking=shape.habits.run_walk)
    return _LaidOut(planned_week(week.first_day, week.phase, focus, days), softened)


def planned_week(first_day: date, phase: Phase, focus: str, days: tuple[PlanDay, ...]) -> PlanWeek:
    """Volume and load are those of the training: a race is not counted (rule T-3)."""
    training = [d.workout.workout for d in days if d.workout]
    training = [workout for workout in training if workout.kind is not Kind.RACE]
    volume_m = sum(workout.distance_m for workout in training)
    load_min = sum(workout.load_min for workout in training)
    return PlanWeek(first_day, phase, focus, round(volume_m, 1), round(load_min, 1), days)


def run_as_planned(mileage: Mileage, days: Sequence[PlanDay], today: date) -> Mileage:
    """Coming days count as planned; so do past days of which nothing is known (unknown is neither
    done nor missed), unless the athlete said they were not run.
    """
    for planned in days:
        unknown = planned.status is DayStatus.UNKNOWN or not mileage.is_known(planned.day)
        unknown = unknown and planned.status is not DayStatus.SKIPPED
        to_come = planned.day >= today or unknown
        if planned.workout and to_come and (metres := still_to_run_m(planned, mileage)):
            training = planned.workout.workout.kind is not Kind.RACE
            mileage = mileage.and_then(planned.day, metres, training=training)
    return mileage


def _hours_to_keep_up_m(ground: Ground, goal: Goal) -> float:
    """The hours of a health goal as metres of easy running; 0.0 without any."""
    if goal.kind is not GoalKind.HEALTH or goal.hours_per_week is None:
        return 0.0
    return MORE_THAN_EASY * goal.hours_per_week * 3600 * ground.paces.easy


def _peaks(ground: Ground, weeks: Sequence[SeasonWeek]) -> dict[str, float]:
    """Known peaks stay while they are above what is held; a new goal leads on from there."""
    held_m = ground.mileage.held_m(ground.monday)
    peaks: dict[str, float] = {}
    for week in weeks:
        demand, goal = week.demand, week.goal
        if goal.id in peaks:
            continue
        ceiling_m = ground.mileage.ceiling_m(ground.monday, least_m=_least_ceiling(goal))
        wanted_m = max(
            held_m * demand.growth, demand.least_peak_m, _hours_to_keep_up_m(ground, goal)
        )
        known_m = ground.peaks_m.get(goal.id)
        new_m = min(wanted_m, max(ceiling_m, held_m))
        peaks[goal.id] = round(new_m if known_m is None else max(known_m, held_m), -2)
    return peaks


def _least_ceiling(goal: Goal) -> float:
    """Rule P-5: 25, 40 or 50 km a week are allowed to everyone, by goal."""
    if goal.kind is GoalKind.HEALTH or goal.distance_m is None or goal.distance_m < 30_000:
        return 25_000.0
    return 40_000.0 if goal.distance_m < 45_000 else 50_000.0


def _volume_m(ground: Ground, week: SeasonWeek, mileage: Mileage, peak_m: float) -> float:
    """The week's training volume, metres: by phase, within rule P-3, days and hours."""
    most_m = _time_for_m(ground, mileage, week)
    return min(_wanted_m(ground, week, mileage, min(peak_m, most_m), most_m), most_m)


def _before_race(ground: Ground, week: SeasonWeek) -> date:
    """The Monday before the taper of the last race that week recovers from: what recovery is a
    share of lies before it.
    """
    races = [race for race in (*ground.past, *ground.goals) if race.distance_m and tires(race)]
    last = max((race for race in races if race.day < week.first_day), key=lambda race: race.day)
    return min(_first_rested(last), week.first_day)


def _first_rested(race: Goal) -> date:
    """The Monday of the first week in which less is run because of a race."""
    tapered = len(demand_of(race).taper_shares) if race.priority is Priority.A else 1
    return monday_of(race.day) - timedelta(weeks=tapered - 1)


def _rested_on(ground: Ground) -> frozenset[date]:
    """The days of weeks in which less is run because of a race: before an A race, around every one
    of which training makes room, and after those that tire.
    """
    days: set[date] = set()
    for race in (*ground.past, *ground.goals):
        if race.distance_m is None:
            continue
        after = len(demand_of(race).after_shares) if tires(race) else 0
        monday, last = _first_rested(race), race.day + timedelta(weeks=after)
        while monday <= last:
            days |= {monday + timedelta(days=day) for day in range(7)}
            monday += timedelta(weeks=1)
    return frozenset(days)


def _time_for_m(ground: Ground, mileage: Mileage, week: SeasonWeek) -> float:
    """What the hours hold, and the days: fewer runs than usual are on the mean at most 16 km long,
    or as long as they were.
    """
    hours, usual = ground.athlete.hours_per_week, ground.mileage.runs_a_week(ground.monday)
    most_m = hours * 3600 * PLANNED_HOURS * ground.paces.easy if hours else math.inf
    runs = habits_of(ground, mileage, week.first_day).runs
    if runs >= usual:
        return most_m
    usual_m = ground.mileage.held_m(ground.monday) / usual
    return min(most_m, runs * max(usual_m, MEAN_RUN_M))


def _wanted_m(
    ground: Ground, week: SeasonWeek, mileage: Mileage, peak_m: float, most_m: float
) -> float:
    """`most_m` is what a full week has time for: lighter weeks are a share of it."""
    if week.phase is Phase.TAPER:
        before_m = max(min(mileage.peak_m(_taper_start(week)), most_m), FIRST_WEEK_M)
        return round(_beside_races_m(week, week.share * before_m), -2)
    held_m = mileage.held_m(week.first_day)
    allowed_m = max(FIRST_WEEK_M, PLANNED_WEEK_RISE * held_m, held_m + PLANNED_WEEK_RISE_M)
    if not mileage.grows:
        allowed_m = max(min(held_m, ground.mileage.held_m(ground.monday)), FIRST_WEEK_M)
    if week.phase is Phase.RECOVERY:
        before_m = max(min(mileage.peak_m(_before_race(ground, week)), most_m), FIRST_WEEK_M)
        return round(min(week.share * before_m, allowed_m), -2)
    start_m = ground.mileage.held_m(ground.monday)
    lead = LOW_LEAD if start_m < ENOUGH_M else 1.0
    aim_m = start_m + (peak_m - start_m) * min(lead * week.build_up, 1.0)
    # The first weeks of all, and the hours to be kept up: below them nothing is lightened.
    least_m = max(FIRST_WEEK_M, min(_hours_to_keep_up_m(ground, week.goal), peak_m))
    # A race in it may lift the level held over the peak: no later week goes there (rule P-5).
    level_m = min(held_m, max(peak_m, start_m))
    full_m = min(max(aim_m, level_m, least_m), allowed_m, most_m)
    full_m = max(week.share * full_m, min(full_m, least_m))
    return round(_beside_races_m(week, full_m), -2)


def _beside_races_m(week: SeasonWeek, full_m: float) -> float:
    """A B or C race takes its metres from the week's training."""
    minor = [race.distance_m or 0.0 for race in week.races if race.priority is not Priority.A]
    return max(full_m - sum(minor), LEAST_BESIDE_RACE * full_m)


def _taper_start(week: SeasonWeek) -> date:
    """The Monday of the taper's first week: the peak week lies before it."""
    tapered = len(demand_of(week.goal).taper_shares) - 1 - week.weeks_to_go
    return week.first_day - timedelta(weeks=max(tapered, 0))


def _standing(kept: Mapping[date, PlanDay], week: SeasonWeek, ground: Ground) -> list[PlanDay]:
    """Kept days of this week. Days before today that were never planned are rest, as they were;
    days off stand empty.
    """
    standing = []
    for day in week_of(week.first_day):
        if day in kept:
            standing.append(kept[day])
        elif day < ground.today:
            standing.append(PlanDay(day, None, why=(BEFORE_PLAN,)))
        elif ground.breaks.off(day):
            standing.append(day_off(PlanDay(day, None)))
    return standing


def _shape(
    ground: Ground,
    week: SeasonWeek,
    mileage: Mileage,
    volume_m: float,
    start_long_m: float,
    taken: Mapping[date, PlanDay],
    near: Sequence[PlanDay],
) -> Week:
    races = [goal for goal in (*ground.past, *ground.goals) if goal.distance_m]
    current = week.first_day == ground.monday
    ran = [day for day in mileage.volume_m if week.first_day <= day <= ground.today]
    unplanned = [day for day in ran if not (day in taken and taken[day].workout)]
    done_m = sum(_unplanned_m(day, mileage, taken) for day in ran) if current else 0.0
    first_free = ground.today + timedelta(days=1 if ground.today in mileage.volume_m else 0)
    hard_near = {d.day for d in near if d.workout and hard(d.workout.workout)}
    return Week(
        season=week,
        habits=habits_of(ground, mileage, week.first_day),
        mileage=mileage,
        paces=ground.race_paces.get(week.goal.id, ground.paces),
        race_paces=ground.race_paces,
        races=races,
        volume_m=max(volume_m - done_m, 0.0),
        peak_m=min(mileage.peak_m(_taper_start(week)), _time_for_m(ground, mileage, week)),
        start_long_m=start_long_m,
        taken=taken,
        hard_days=frozenset(hard_near | {race.day for race in races}),
        first_free=max(first_free, week.first_day) if current else week.first_day,
        runs_done=len(unplanned) if current else 0,
        idents=frozenset(d.workout.ident for d in (*near, *taken.values()) if d.workout),
        quiet=frozenset(day for day in week_of(week.first_day) if ground.breaks.quiet(day)),
    )


def _unplanned_m(day: date, mileage: Mileage, taken: Mapping[date, PlanDay]) -> float:
    """Metres that were run on a day beyond what was planned for it."""
    planned = taken[day].workout if day in taken else None
    return max(mileage.volume_m[day] - (planned.workout.distance_m if planned else 0.0), 0.0)


def _far_week(ground: Ground, week: SeasonWeek, volume_m: float) -> PlanWeek:
    """A week beyond the horizon: its load is that of mostly easy running."""
    paces, focus = ground.paces, focus_in(ground.breaks, week.first_day) or focus_of(week)
    load_min = volume_m / paces.easy / 60 * (paces.easy / paces.threshold) ** 2 * 1.12
    return PlanWeek(week.first_day, week.phase, focus, volume_m, round(load_min, 1))


def _foreseen(mileage: Mileage, week: SeasonWeek, volume_m: float, long_m: float) -> Mileage:
    """Far weeks count as run: on four days, so that the weeks behind them have a ground."""
    if not volume_m:
        return mileage
    long_m = min(max(long_m, 0.3 * volume_m), volume_m)
    after = mileage.and_then(week.first_day + timedelta(days=6), long_m)
    for weekday in (1, 2, 4):
        after = after.and_then(week.first_day + timedelta(days=weekday), (volume_m - long_m) / 3)
    return replace(after, known_until=mileage.known_until)
