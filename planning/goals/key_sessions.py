"""The sessions that a goal turns on, in plain words: those that its weeks are going to hold.

They are read from the same menu that plans are made by, so an assessment names no other session
than the plan has. All of it is the practice of good coaches (D) and no proof, but for the long run
before half and marathon (Fokkema 2020, C).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from planning.goals.goal import HALF_M, Goal
from planning.goals.needs import longest_run_gate
from planning.goals.season import SeasonWeek, demand_of, monday_of, season
from planning.goals.standards import is_marathon
from planning.goals.wording import kilometres, opening
from planning.schedule.library import Theme
from planning.schedule.menu import ULTRA_FROM_M, Menu, menu_of, two_long_runs
from planning.schedule.plan import Phase
from planning.units import counted

MOST_A_WEEK = 2  # hard sessions, from four runs on (rule I-6)
HOW_MANY = "Two hard sessions a week from four runs on, one at three (I-6, D)."
CALM = "One hard session a week at most: arriving at the start healthy comes first (D)."
REHEARSE = (
    "Eating and drinking, and walking breaks where they are planned, tried on every long run of an "
    "hour and a half or more (D)."
)
SHAPED_BY_OTHERS = "Other goals shape the weeks until then: no session is for this one alone."
RESTED = "Nothing new: the work is done, and what is left is to arrive rested (T-1, A)."
IN_LONG_RUN = "race pace within the long run"
TWO_LONG = "long runs on two days in a row"
WORDS = {
    Theme.HILLS: "hills",
    Theme.TEMPO: "tempo",
    Theme.THRESHOLD: "threshold",
    Theme.INTERVAL: "intervals",
    Theme.REPETITION: "repetitions",
    Theme.RACE_PACE: "race pace",
}
PHASES = (Phase.BUILD, Phase.PEAK, Phase.TAPER)


@dataclass(frozen=True, slots=True)
class KeySession:
    """`what` stands in so many `weeks` `of` the full ones of the phase that are to come."""

    what: str
    phase: Phase
    weeks: int
    of: int


def key_sessions(
    goal: Goal, goals: Sequence[Goal], today: date, *, master: bool = False
) -> tuple[str, ...]:
    """Sentences, the one that matters most first.

    `goals` are all that stand, this one among them or not: another one may shape its weeks. Of
    a `master` more of them are lighter (M-2).
    """
    weeks = weeks_of(goal, goals, today, master=master)
    if goal.distance_m is None:
        turns = dict.fromkeys(WORDS[theme] for week in weeks for theme in _menu(week).themes)
        return (f"One hard session a week at most, in turn {', '.join(turns)} (D).",)
    if not weeks:
        return (SHAPED_BY_OTHERS,)
    if all(week.phase is Phase.TAPER for week in weeks):
        return (*_by_phase(held_sessions(weeks)), RESTED)
    calm = all(len(_hard(week)) <= 1 for week in weeks)
    return (*_long_run(goal), *_by_phase(held_sessions(weeks)), CALM if calm else HOW_MANY)


def held_sessions(weeks: Sequence[SeasonWeek]) -> tuple[KeySession, ...]:
    """What the menu has for these weeks by phase, what stands in most of them first."""
    found: list[KeySession] = []
    for phase in PHASES:
        mine = [week for week in weeks if week.phase is phase]
        held = Counter(what for week in mine for what in _named(week))
        found += [KeySession(what, phase, n, len(mine)) for what, n in held.most_common()]
    return tuple(found)


def weeks_of(
    goal: Goal, goals: Sequence[Goal], today: date, *, master: bool = False
) -> tuple[SeasonWeek, ...]:
    """The full weeks to come that this goal shapes; of a habit all of them."""
    monday = monday_of(today)
    standing = [goal, *(other for other in goals if other.id != goal.id)]
    return tuple(
        week
        for week in season(standing, monday, master=master)
        if week.goal.id == goal.id
        and week.phase is not Phase.RECOVERY
        and not (week.light and goal.distance_m)
    )


def _menu(week: SeasonWeek) -> Menu:
    return menu_of(week, hard_sessions=MOST_A_WEEK)


def _hard(week: SeasonWeek) -> list[str]:
    menu = _menu(week)
    return [WORDS[theme] for theme in menu.themes] + [IN_LONG_RUN] * menu.race_pace_long


def _named(week: SeasonWeek) -> list[str]:
    return _hard(week) + [TWO_LONG] * two_long_runs(week)


def _long_run(goal: Goal) -> Iterator[str]:
    """From the half on the long run leads; it ends where its time does (L-1)."""
    distance_m = goal.distance_m or 0.0
    if distance_m < HALF_M * 0.98:
        return
    hours = f"{demand_of(goal).long_s / 3600:g} h"
    less = ", half an hour less before a first one" if is_marathon(distance_m) else ""
    aim = kilometres(longest_run_gate(distance_m).aim)
    grade = "D" if distance_m > ULTRA_FROM_M else "C"
    ends = f"{aim} or to {hours}{less}, whichever is first"
    yield f"A long run every week, growing to {ends} ({grade})."
    yield REHEARSE


def _by_phase(held: Sequence[KeySession]) -> Iterator[str]:
    """As in "Build (6 full weeks): intervals every week, threshold in 3 (D)."."""
    for phase, group in groupby(held, key=lambda each: each.phase):
        sessions = list(group)
        of = sessions[0].of
        told = ", ".join(f"{each.what} {_how_often(each)}" for each in sessions)
        weeks = "week" if phase is Phase.TAPER else "full week"
        yield f"{opening(phase)} ({counted(of, weeks)}): {told} (D)."


def _how_often(session: KeySession) -> str:
    return "every week" if session.weeks == session.of else f"in {session.weeks}"
