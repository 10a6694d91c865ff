"""What the weeks of a plan stand on, and how the athlete runs on that ground."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planning.athlete import Athlete
from planning.breaks import NO_BREAKS, Breaks
from planning.goals.goal import Goal, GoalKind
from planning.goals.season import is_master, monday_of
from planning.schedule.beginning import begun, is_beginner
from planning.schedule.mileage import Mileage
from planning.schedule.paces import Paces
from planning.schedule.shape import Habits

LAID_OUT_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Ground:
    """What the weeks stand on. `race_paces` by goal id; `peaks_m` is the weekly volume each goal is
    led to, by goal id, fixed when it was first planned for, so that a season cannot run away.
    """

    athlete: Athlete
    goals: Sequence[Goal]  # standing, by day
    past: Sequence[Goal]  # races of the last weeks
    mileage: Mileage
    paces: Paces
    race_paces: Mapping[str, Paces]
    peaks_m: Mapping[str, float]
    ran_marathon: bool
    today: date
    laid_out_weeks: int = LAID_OUT_WEEKS  # from the current one; later weeks are targets only
    breaks: Breaks = NO_BREAKS
    held: frozenset[str] = frozenset()  # idents of sessions whose content the athlete holds

    @property
    def monday(self) -> date:
        return monday_of(self.today)

    @property
    def master(self) -> bool:
        return is_master(self.athlete.birth_year, self.today)


def habits_of(ground: Ground, mileage: Mileage, monday: date) -> Habits:
    """As the athlete wishes, else as the athlete has been running; beginners by rule B-1."""
    athlete = ground.athlete
    so_far = begun(mileage, monday)
    beginner = is_beginner(mileage, monday)
    usual = math.floor(ground.mileage.runs_a_week(ground.monday) + 0.5) or 3
    wished = _runs_to_keep_up(ground, monday)
    runs = max(athlete.runs_per_week or min(max(usual, 2), 7), wished)
    most = 3 if beginner and not athlete.runs_per_week else 7
    runs = min(runs, len(athlete.run_weekdays), max(most, wished))
    hard_sessions = 0 if runs < 3 else 1 if runs == 3 else 2
    if beginner:
        hard_sessions = min(hard_sessions, 1 if so_far.hard else 0)
    return Habits(
        weekdays=athlete.run_weekdays,
        long_weekday=athlete.long_run_weekday,
        runs=runs,
        hard_gap_days=hard_gap_days(master=ground.master),
        hard_sessions=hard_sessions,
        strides=so_far.strides,
        walk_every_s=so_far.walk_every_s,
        first_marathon=not ground.ran_marathon,
    )


def hard_gap_days(*, master: bool) -> int:
    """Days from one hard session to the next: 48 h (rule I-6), from 50 on 72 h (M-2)."""
    return 3 if master else 2


def _runs_to_keep_up(ground: Ground, monday: date) -> int:
    """Days with a run that health goals ask for in this week; 0 without one."""
    sunday = monday + timedelta(days=6)
    return max(
        (
            goal.runs_per_week or 0
            for goal in ground.goals
            if goal.kind is GoalKind.HEALTH
            and (goal.from_day is None or goal.from_day <= sunday)
            and goal.day >= monday
        ),
        default=0,
    )
