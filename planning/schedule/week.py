"""Lays one week out: which days, which sessions, how far."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from planning.goals.goal import Goal, Priority
from planning.goals.season import no_hard_days
from planning.schedule import library
from planning.schedule.days import easy_days, hard_days
from planning.schedule.effort import Effort, hard
from planning.schedule.long_run import long_run
from planning.schedule.menu import Menu, menu_of, work_m
from planning.schedule.mileage import PLANNED_LONGEST_RISE
from planning.schedule.naming import ident_of, kilometres
from planning.schedule.plan import Phase, PlanDay
from planning.schedule.shape import Placed, Week, free_days, in_steps
from planning.schedule.taper import within_taper
from planning.workout import Kind, PlannedWorkout, Workout

WORTH_A_RUN_M = 4_000.0  # fewer runs rather than runs shorter than this on average, from three on
SHAKEOUT_M = 4_000.0  # the day before a race, and the two days after one
AFTER_RACE_M = 8_000.0  # later in a race's week
LONGEST_EASY_M = 18_000.0


def lay(week: Week) -> tuple[PlanDay, ...]:
    """Seven days. Fewer hard sessions, then fewer runs, where the volume does not carry them."""
    placed = _races(week)
    standing = [day.workout.workout for day in week.taken.values() if day.workout]
    left_m = week.volume_m - sum(w.distance_m for w in standing if w.kind is not Kind.RACE)
    runs = max(_runs_wanted(week) - len(placed) - len(standing) - week.runs_done, 0)
    hard_left = _hard_sessions_left(week, standing)
    menu = menu_of(week.season, hard_sessions=hard_left)
    for day, slot, session in long_run(week, menu, placed, left_m, runs):
        placed[day] = slot, session
        left_m, runs = left_m - session.distance_m, runs - 1
    for day, slot, session in _hard_sessions(week, menu, placed, left_m, runs):
        placed[day] = slot, session
        left_m, runs = left_m - session.distance_m, runs - 1
    for day, slot, session in _easy_runs(week, placed, left_m, runs):
        placed[day] = slot, session
    placed = within_taper(week, placed)
    return tuple(_plan_day(week, day, placed.get(day)) for day in week.all_days())


def _races(week: Week) -> Placed:
    """A race stands on its day, whatever else; of two on one day the more important."""
    placed: Placed = {}
    for goal in sorted(week.season.races, key=lambda goal: (goal.priority, goal.id)):
        if goal.day not in placed and goal.day >= week.first_free - timedelta(days=1):
            placed[goal.day] = ("race", library.race(goal, week.race_paces[goal.id]))
    return {day: race for day, race in placed.items() if day not in week.taken}


def _runs_wanted(week: Week) -> int:
    """A taper keeps the number of runs (rule T-1); recovery from a marathon does not."""
    few = min(int(week.volume_m // library.SHORTEST_RUN_M), 3)
    carried = max(int(week.volume_m // WORTH_A_RUN_M), few, 1) + len(week.season.races)
    runs = min(week.habits.runs, carried)
    return min(runs, 4) if week.season.phase is Phase.RECOVERY else runs


def _hard_sessions_left(week: Week, standing: Sequence[Workout]) -> int:
    """A C race replaces a hard session; in the week of a B race there is no other (rule T-4)."""
    used = sum(1 for workout in standing if hard(workout) and workout.kind is not Kind.RACE)
    minor = sum(1 for race in week.season.races if race.priority is not Priority.A)
    return max(week.habits.hard_sessions - used - minor, 0)


def _hard_sessions(
    week: Week, menu: Menu, placed: Placed, left_m: float, runs: int
) -> list[tuple[date, str, Workout]]:
    """As many as leave enough volume for the easy runs around them."""
    blocked = no_hard_days(week.races)
    over = [race.day for race in week.season.races if race.priority is not Priority.C]
    free = [
        day
        for day in free_days(week, placed)
        if day not in blocked and not any(day > race_day for race_day in over)
    ]
    found: list[tuple[date, str, Workout]] = []
    alone = len(menu.themes) == 1 and not menu.race_pace_long
    long_stands = any(workout.kind is Kind.LONG for _, workout in placed.values())
    for count in range(min(len(menu.themes), runs), 0, -1):
        days = hard_days(
            free,
            count=count,
            hard=week.hard_days | _hard_among(placed, week.taken),
            gap=week.habits.hard_gap_days,
            long_weekday=week.habits.long_weekday,
        )
        found = [
            (day, f"q{n}", session)
            for n, (day, theme) in enumerate(zip(days, menu.themes, strict=False), start=1)
            if (session := _session(week, theme, day, alone=alone)) is not None
        ]
        left_for_easy_m = left_m - sum(session.distance_m for _, _, session in found)
        easy_runs = max(runs - len(found), 0)
        beside = 1 if long_stands and len(found) == 1 else 2  # with it, three runs at least
        if found and left_for_easy_m >= min(easy_runs, beside) * library.SHORTEST_RUN_M:
            return found
    return []


def _session(week: Week, theme: library.Theme, day: date, *, alone: bool) -> Workout | None:
    return library.quality(
        theme,
        work_m=work_m(theme, week=week.season, volume_m=week.volume_m, alone=alone),
        limit_m=week.mileage.run_limit_m(day, rise=PLANNED_LONGEST_RISE),
        paces=week.paces,
        turn=week.season.weeks_to_go,
        race_m=week.season.goal.distance_m or 0.0,
    )


def _hard_among(placed: Placed, taken: Mapping[date, PlanDay]) -> frozenset[date]:
    new = {day for day, (_, workout) in placed.items() if hard(workout)}
    old = {day for day, kept in taken.items() if kept.workout and hard(kept.workout.workout)}
    return frozenset(new | old)


def _easy_runs(
    week: Week, placed: Placed, left_m: float, runs: int
) -> list[tuple[date, str, Workout]]:
    free = free_days(week, placed)
    count = min(runs, len(free), int(left_m // library.SHORTEST_RUN_M))
    if count <= 0:
        return []
    busy = {*placed, *(day for day, kept in week.taken.items() if kept.workout)}
    days = easy_days(
        free,
        count=count,
        busy=busy,
        long_weekday=week.habits.long_weekday,
        races=[race.day for race in week.season.races if race.priority is not Priority.C],
    )
    long_m = max((w.distance_m for _, w in placed.values() if w.kind is Kind.LONG), default=0.0)
    lengths = _shared_out(week, days, left_m, 0.9 * long_m or LONGEST_EASY_M)
    with_strides = _strides_day(week, days)
    return [
        (day, f"e{n}", _easy(week, lengths[day], strides=day == with_strides))
        for n, day in enumerate(days, start=1)
    ]


def _shared_out(
    week: Week, days: Sequence[date], left_m: float, most_m: float
) -> dict[date, float]:
    """Metres by day: equal but for a longer run in mid-week and short ones just around a race."""
    near_race = {
        race.day + timedelta(days=n)
        for race in week.races
        for n in ((-1,) if race.priority is Priority.C else (-1, 1, 2))
    }
    lengths: dict[date, float] = {}
    rest = [day for day in days if day not in near_race]
    for day in set(days) - set(rest):
        lengths[day] = in_steps(min(SHAKEOUT_M, left_m / len(days)))
    left_m -= sum(lengths.values())
    weights = {day: 1.25 if day.weekday() == 2 and len(rest) > 2 else 1.0 for day in rest}
    # No run is asked to be longer than the week's runs are on the mean, unless the long one is.
    most_m = min(max(most_m, week.volume_m / max(week.habits.runs, 1)), LONGEST_EASY_M)
    caps = {
        day: min(
            week.mileage.run_limit_m(day, rise=PLANNED_LONGEST_RISE),
            AFTER_RACE_M if any(day > race.day for race in week.season.races) else most_m,
        )
        for day in rest
    }
    total = sum(weights.values())
    for day in sorted(rest, key=lambda day: (caps[day] / weights[day], day)):
        lengths[day] = in_steps(min(left_m * weights[day] / total, caps[day]))
        left_m, total = left_m - lengths[day], total - weights[day]
    return {day: max(metres, library.SHORTEST_RUN_M) for day, metres in lengths.items()}


def _strides_day(week: Week, days: Sequence[date]) -> date | None:
    """One easy run a week ends with strides: before a race the last, otherwise the middle one."""
    if not week.habits.strides or week.season.phase is Phase.RECOVERY or week.season.light:
        return None
    before_race = [day for day in days if any(_is_eve(day, race) for race in week.season.races)]
    return before_race[0] if before_race else days[len(days) // 2]


def _is_eve(day: date, race: Goal) -> bool:
    return (race.day - day).days == 1


def _easy(week: Week, distance_m: float, *, strides: bool) -> Workout:
    if week.habits.run_walk:
        run_s, walk_s = (60.0, 60.0) if not week.habits.strides else (180.0, 60.0)
        easy, walk = week.paces.easy, week.paces.speed(Effort.WALK)
        speed = (run_s * easy + walk_s * walk) / (run_s + walk_s)
        duration_s = distance_m / speed // (run_s + walk_s) * (run_s + walk_s)
        return library.run_walk(duration_s, week.paces, run_s=run_s, walk_s=walk_s)
    if strides:
        return library.strides(distance_m, week.paces, times=4 if distance_m < 6_000 else 6)
    return library.easy(distance_m, week.paces)


def _plan_day(week: Week, day: date, new: tuple[str, Workout] | None) -> PlanDay:
    if day in week.taken:
        return week.taken[day]
    if new is None:
        return PlanDay(day, None)
    slot, workout = new
    goal = week.season.goal
    if slot == "race":
        goal = next(race for race in week.season.races if race.day == day)
    used = {kept.workout.ident for kept in week.taken.values() if kept.workout}
    ident = _unused(ident_of(goal.id, week.first_day, slot), used)
    planned = PlannedWorkout(ident, day, workout, note_of(workout))
    return PlanDay(day, planned, why=_RULES.get(workout.kind, ("I-6", "G-1")))


_RULES = {
    Kind.EASY: ("I-5",),
    Kind.STRIDES: ("I-5", "S-1"),
    Kind.LONG: ("P-2", "L-1"),
    Kind.RACE: ("G-2",),
    Kind.HILLS: ("I-6", "S-1"),
}


def _unused(ident: str, used: set[str]) -> str:
    """The ident, or its next free sibling when a standing day of the week carries it."""
    if ident not in used:
        return ident
    siblings = (f"{ident}{letter}" for letter in "bcdefgh")
    return next(sibling for sibling in siblings if sibling not in used)


def note_of(workout: Workout) -> str:
    """Why, and the easier option, for the description on the watch."""
    match workout.kind:
        case Kind.RACE:
            easier = "Start a little slower than feels right."
        case Kind.LONG:
            easier = f"Easier option: {kilometres(0.75 * workout.distance_m)} without any pace."
        case Kind.EASY | Kind.STRIDES:
            easier = "Easier option: shorten it, walk, or leave it out."
        case _:
            easier = "Easier option: half the repeats, or 40 min easy."
    return f"{workout.purpose} {easier}"
