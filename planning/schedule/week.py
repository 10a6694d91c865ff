"""Lays one week out: which days, which sessions, how far."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from planning.goals.goal import Priority
from planning.goals.season import no_hard_days
from planning.schedule import library
from planning.schedule.days import hard_days
from planning.schedule.easy_week import easy_runs
from planning.schedule.effort import FOUR_RUNS, hard
from planning.schedule.library import Family, Theme
from planning.schedule.long_run import long_run
from planning.schedule.menu import Menu, menu_of, work_m
from planning.schedule.mileage import PLANNED_LONGEST_RISE
from planning.schedule.naming import ident_of
from planning.schedule.plan import Phase, PlanDay
from planning.schedule.shape import Placed, Week, free_days
from planning.schedule.spare import drawn_out
from planning.schedule.taper import within_taper
from planning.workout import Kind, PlannedWorkout, Workout

TESTED = frozenset({Family.FIVE_K, Family.TEN_K, Family.HALF, Family.MARATHON})
NO_RACE_DAYS, TEST_FROM = 28, 0.25  # of the way to the taper: not while getting under way
WORTH_A_RUN_M = 4_000.0  # fewer runs rather than runs shorter than this on average, from three on


def lay(week: Week) -> tuple[PlanDay, ...]:
    """Seven days. Fewer hard sessions, then fewer runs, where the volume does not carry them."""
    placed = _races(week)
    standing = [day.workout.workout for day in week.taken.values() if day.workout]
    left_m = week.volume_m - sum(w.distance_m for w in standing if w.kind is not Kind.RACE)
    runs = max(_runs_wanted(week) - len(placed) - len(standing) - week.runs_done, 0)
    hard_left = _hard_sessions_left(week, standing)
    menu = menu_of(week.season, hard_sessions=hard_left, test=_time_for_a_test(week))
    for day, slot, session in long_run(week, menu, placed, left_m, runs):
        placed[day] = slot, session
        left_m, runs = left_m - session.distance_m, runs - 1
    for day, slot, session in _hard_sessions(week, menu, placed, left_m, runs):
        placed[day] = slot, session
        left_m, runs = left_m - session.distance_m, runs - 1
    for day, slot, session in easy_runs(week, placed, left_m, runs):
        placed[day] = slot, session
        left_m -= session.distance_m
    if week.season.phase is Phase.TAPER or not week.season.races:
        placed = drawn_out(week, placed, left_m)
    placed = within_taper(week, placed)
    return tuple(_plan_day(week, day, placed.get(day)) for day in week.all_days())


def _time_for_a_test(week: Week) -> bool:
    """Whether a test would tell much and cost little: a race against the clock is prepared for,
    none stands within four weeks, and the lighter week holds the test.
    """
    season = week.season
    family = library.family_of(season.goal)
    if family not in TESTED or season.phase not in {Phase.BASE, Phase.BUILD}:
        return False
    near = any(abs((race.day - week.first_day).days) <= NO_RACE_DAYS for race in week.races)
    asked_m = work_m(Theme.TEST, week=season, volume_m=week.volume_m, alone=True)
    tests = library.serving(
        Theme.TEST, family=family, phase=season.phase, level=library.level_of(week.volume_m)
    )
    fits = any(library.suits(test, asked_m, week.paces) for test in tests)
    return fits and not near and season.build_up >= TEST_FROM


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
    blocked = no_hard_days(week.races) | week.quiet
    over = [race.day for race in week.season.races if race.priority is not Priority.C]
    free = [
        day
        for day in free_days(week, placed)
        if day not in blocked and not any(day > race_day for race_day in over)
    ]
    alone = len(menu.themes) == 1 and not menu.race_pace_long
    long_stands = any(workout.kind is Kind.LONG for _, workout in placed.values())
    stand = len(placed) + sum(day.workout is not None for day in week.taken.values())
    most = 2 if runs + stand >= FOUR_RUNS else 1  # rule I-6
    for count in range(min(len(menu.themes), runs, most), 0, -1):
        beside = 1 if long_stands and count == 1 else 2  # with it, three runs at least
        easy_m = min(max(runs - count, 0), beside) * library.SHORTEST_RUN_M
        most_m = (left_m - easy_m) / count
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
            if (session := _fitting(week, theme, day, most_m, alone=alone)) is not None
        ]
        if found:
            return found
    return []


def _fitting(week: Week, theme: Theme, day: date, most_m: float, *, alone: bool) -> Workout | None:
    """The session, or a tempo run where the week is too small for it."""
    sessions = (_session(week, each, day, most_m, alone=alone) for each in (theme, Theme.TEMPO))
    return next((session for session in sessions if session is not None), None)


def _session(week: Week, theme: Theme, day: date, most_m: float, *, alone: bool) -> Workout | None:
    """The session of this purpose whose turn it is, as long as the week and rule P-2 allow."""
    season = week.season
    sessions = library.in_turn(
        library.serving(
            theme,
            family=library.family_of(season.goal),
            phase=season.phase,
            level=library.level_of(week.peak_m),
        ),
        build_up=_progress(week, theme),
        turn=season.weeks_to_go,
    )
    return library.quality(
        sessions,
        work_m=work_m(theme, week=season, volume_m=week.volume_m, alone=alone),
        limit_m=min(most_m, week.mileage.run_limit_m(day, rise=PLANNED_LONGEST_RISE)),
        paces=week.paces,
    )


def _progress(week: Week, theme: Theme) -> float:
    """From 0 to 1: how far the season has come; for race pace, which comes last, its own weeks."""
    if theme is not Theme.RACE_PACE:
        return week.season.build_up
    weeks = week.season.demand.peak_weeks + len(week.season.demand.taper_shares)
    return max(1.0 - week.season.weeks_to_go / max(weeks, 1), 0.0)


def _hard_among(placed: Placed, taken: Mapping[date, PlanDay]) -> frozenset[date]:
    new = {day for day, (_, workout) in placed.items() if hard(workout)}
    old = {day for day, kept in taken.items() if kept.workout and hard(kept.workout.workout)}
    return frozenset(new | old)


def _plan_day(week: Week, day: date, new: tuple[str, Workout] | None) -> PlanDay:
    if day in week.taken:
        return week.taken[day]
    if new is None:
        return PlanDay(day, None)
    slot, workout = new
    goal = week.season.goal
    if slot == "race":
        goal = next(race for race in week.season.races if race.day == day)
    ident = _unused(ident_of(goal.id, week.first_day, slot), week.idents)
    note = library.note_of(workout)
    if workout.kind is Kind.RACE and day in week.quiet:
        note = f"{RACE_TOO_SOON} {note}"
    planned = PlannedWorkout(ident, day, workout, note)
    return PlanDay(day, planned, why=_RULES.get(workout.kind, ("I-6", "G-1")))


RACE_TOO_SOON = (
    "You have been off ill or injured: nothing hard for some days yet (rule R-1, D). "
    "Run it easily, or leave it out."
)
_RULES = {
    Kind.EASY: ("I-5",),
    Kind.STRIDES: ("I-5", "S-1"),
    Kind.LONG: ("P-2", "L-1"),
    Kind.RACE: ("G-2",),
    Kind.HILLS: ("I-6", "S-1"),
}


def _unused(ident: str, used: frozenset[str]) -> str:
    """The ident, or its next free sibling when a standing day carries it."""
    if ident not in used:
        return ident
    siblings = (f"{ident}{letter}" for letter in "bcdefgh")
    return next(sibling for sibling in siblings if sibling not in used)
