"""Which run was which planned session; and what a hard run that was none asks of coming days.

How a session was run is another question: `judging` answers it.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from planning.activity import Activity
from planning.fitness.zones import DAY_SD
from planning.schedule.as_run import PACED_ON, mean_speed, was_hard
from planning.schedule.effort import hard
from planning.schedule.limits import Softened, as_easy, gives_way
from planning.schedule.naming import kilometres
from planning.schedule.paces import Paces
from planning.schedule.plan import DayStatus, PlanDay
from planning.schedule.receipt import Cause, day_name
from planning.workout import Kind, PlannedWorkout, Workout

DONE_SHARE = 0.75  # of the planned distance or time
SETTLED = frozenset({DayStatus.SKIPPED, DayStatus.BREAK, DayStatus.MOVED})
MOST_PARTS = 6  # runs of a day that are looked at in all combinations, the longest ones
# Times the middle of easy running: its fast end is 5 % above, and 3 % are the luck of the day. A
# faster run of another day is taken for something else.
EASY_AT_MOST = 1.08
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Matched:
    """`runs` by day and ident of the session they were; what is left of the days is `extra`."""

    runs: Mapping[tuple[date, str], tuple[Activity, ...]]
    extra: tuple[Activity, ...]

    def of(self, planned: PlanDay) -> tuple[Activity, ...]:
        """The runs of a session where it stood, by start; none for a rest day."""
        workout = planned.workout
        return self.runs.get((planned.day, workout.ident), ()) if workout else ()


def matched(days: Sequence[PlanDay], activities: Sequence[Activity], today: date) -> Matched:
    """Which runs, up to `today`, belong to which session of `days`; each to one at most.

    A run that names its workout is that. Of a day's other runs those that together come nearest
    to its session's distance and time are it. A session without any may have been run a day late,
    or else a day early: by what nothing else claims, and only if it can be taken for it. What was
    missed is more often caught up on than run ahead, so late is asked before early. The order of
    `activities` does not matter.
    """
    match = _Match(days, activities, today)
    for planned in match.open:
        match.claim(planned, planned.day)
    for planned in match.open:
        match.claim_elsewhere(planned, planned.day + DAY)
    for planned in match.open:
        match.claim_elsewhere(planned, planned.day - DAY)
    runs = {key: tuple(sorted(found, key=_start)) for key, found in match.found.items() if found}
    return Matched(runs, tuple(run for run in match.free if run.day >= match.first))


def share_done(workout: Workout, runs: Sequence[Activity]) -> float:
    """By distance or by time, whichever says more: a treadmill knows the one, a trail the other."""
    return max(
        sum(run.distance_m or 0.0 for run in runs) / max(workout.distance_m, 1.0),
        sum(run.moving_time_s or 0.0 for run in runs) / max(workout.duration_s, 1.0),
    )


def unplanned_hard(days: Sequence[PlanDay], found: Matched, paces: Paces) -> tuple[Activity, ...]:
    """Runs that were as hard as a hard session without being one of `days`, by start: extra runs,
    and easy sessions that were run hard.
    """
    easy_ones = (run for d in days if d.workout and not _is_hard(d) for run in found.of(d))
    hard_ones = (run for run in (*easy_ones, *found.extra) if was_hard(run, paces))
    return tuple(sorted(hard_ones, key=_start))


def soften_after_hard(
    days: Mapping[date, PlanDay],
    ran_hard: Sequence[Activity],
    *,
    gap_days: int,
    today: date,
    paces: Paces,
    hands_off: Collection[str] = frozenset(),
) -> dict[date, Softened]:
    """For each hard session less than `gap_days` after a run of `ran_hard` (`unplanned_hard`) the
    easy run that stands for it, no longer by way or by time: 48 h between hard runs are 2 days
    (rule I-6, D), 72 h from 50 on 3 days (rule M-2, D).

    Only from `today` on and what is still planned; races stay, and so do sessions that the athlete
    moved or whose ident is in `hands_off`. Each session gives way by itself: nothing is put
    elsewhere (rule R-2).
    """
    softer: dict[date, Softened] = {}
    for day, planned in sorted(days.items()):
        near = [run for run in ran_hard if day - run.day < gap_days * DAY]
        if near and day >= today and gives_way(planned, hands_off):
            cause = _hard_run_cause(max(near, key=_start))
            softer[day] = Softened(as_easy(planned, paces), cause)
    return softer


class _Match:
    """One matching under way: `free` runs are those that nothing has claimed yet."""

    def __init__(
        self, days: Sequence[PlanDay], activities: Sequence[Activity], today: date
    ) -> None:
        self.first = min((planned.day for planned in days), default=today)
        self.open = sorted(
            (planned for planned in days if planned.workout and planned.status not in SETTLED),
            key=lambda planned: planned.day,
        )
        stands: dict[str, list[date]] = {}
        for planned in days:
            if planned.workout:
                stands.setdefault(planned.workout.ident, []).append(planned.day)
        self.found: dict[tuple[date, str], list[Activity]] = {}
        self.free: list[Activity] = []
        for run in activities:
            if not run.is_run or run.day > today:
                continue
            ident = run.planned_ident or ""
            if ident in stands:
                # Were it there twice, the day it was run on keeps it: the past stays as it was.
                _, day = min((abs(day - run.day), day) for day in stands[ident])
                self.found.setdefault((day, ident), []).append(run)
            elif run.day >= self.first - DAY:
                self.free.append(run)
        self.free.sort(key=_start)

    def claim(self, planned: PlanDay, day: date) -> None:
        """The runs of the session's own day. One that was run under its name on another day needs
        none of them.
        """
        if planned.workout is None:
            return
        had = self.found.get((planned.day, planned.workout.ident), [])
        if all(run.day == day for run in had):
            best = _nearest(planned.workout.workout, had, [r for r in self.free if r.day == day])
            self._take(planned.workout, planned.day, best)

    def claim_elsewhere(self, planned: PlanDay, day: date) -> None:
        workout = planned.workout
        if workout is None or self.found.get((planned.day, workout.ident)):
            return
        # The day before the first is no longer known of: its run may have been its own session's,
        # unless it was seen to be this one while both stood.
        if day < self.first and planned.status is not DayStatus.DONE:
            return
        best = _nearest(workout.workout, [], [run for run in self.free if run.day == day])
        if _taken_for(workout.workout, best):
            self._take(workout, planned.day, best)

    def _take(self, workout: PlannedWorkout, day: date, runs: Sequence[Activity]) -> None:
        taken = {run.id for run in runs}
        self.found.setdefault((day, workout.ident), []).extend(runs)
        self.free = [run for run in self.free if run.id not in taken]


def _start(run: Activity) -> tuple[float, str]:
    return run.start_at.timestamp(), run.id


def _nearest(
    workout: Workout, had: Sequence[Activity], free: Sequence[Activity]
) -> tuple[Activity, ...]:
    """Of the free runs of a day those that with the ones it `had` come nearest to the session:
    enough of it first, then the one race for a race, then distance and time, then the fewest.
    """
    parts = sorted(free, key=lambda run: (-(run.moving_time_s or 0.0), *_start(run)))[:MOST_PARTS]
    fewest = 0 if had else 1
    choices = [chosen for n in range(fewest, len(parts) + 1) for chosen in combinations(parts, n)]
    if not choices:
        return ()

    def unlike(chosen: tuple[Activity, ...]) -> tuple[float, bool, float, int]:
        runs = (*had, *chosen)
        lacking = min(share_done(workout, runs), DONE_SHARE)
        raced = any(run.is_race for run in runs)
        return -lacking, (workout.kind is Kind.RACE) != raced, _misfit(workout, runs), len(runs)

    return min(choices, key=unlike)


def _misfit(workout: Workout, runs: Sequence[Activity]) -> float:
    """Mean of |ln(run / planned)| of distance and time, as far as they are known."""
    apart = [abs(math.log(max(share, 1e-3))) for share in _shares(workout, runs)]
    return sum(apart) / len(apart) if apart else math.inf


def _shares(workout: Workout, runs: Sequence[Activity]) -> list[float]:
    """Of distance and time, those that every run tells; off the road time alone, if it is known."""
    paced = all(run.surface in PACED_ON for run in runs)
    shares = []
    if all(run.moving_time_s for run in runs):
        took_s = sum(run.moving_time_s or 0.0 for run in runs)
        shares.append(took_s / max(workout.duration_s, 1.0))
    if all(run.distance_m for run in runs) and (paced or not shares):
        ran_m = sum(run.distance_m or 0.0 for run in runs)
        shares.append(ran_m / max(workout.distance_m, 1.0))
    return shares


def _taken_for(workout: Workout, runs: Sequence[Activity]) -> bool:
    """Whether runs of another day may have been this session: three quarters of it at least, and no
    more than it is three quarters of. What was hard must have been as fast, the luck of a day
    aside, and what was easy, easy. A race is run on its day, and nothing else is a race.
    """
    shares = _shares(workout, runs)
    if not runs or workout.kind is Kind.RACE or any(run.is_race for run in runs):
        return False
    if not shares or not all(DONE_SHARE <= share <= 1 / DONE_SHARE for share in shares):
        return False
    speed, planned = mean_speed(runs), workout.distance_m / max(workout.duration_s, 1.0)
    if hard(workout):
        return speed is not None and speed >= (1 - DAY_SD) * planned
    return speed is None or speed <= EASY_AT_MOST * planned


def _is_hard(planned: PlanDay) -> bool:
    return planned.workout is not None and hard(planned.workout.workout)


def _hard_run_cause(run: Activity) -> Cause:
    what = "race" if run.is_race else "run"
    far = f"{kilometres(run.distance_m)} {what}" if run.distance_m else what
    return Cause(f"your {far} on {day_name(run.day)} was as hard as a session", "I-6")
