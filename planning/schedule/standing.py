"""What stands from yesterday, as of this evening: the past as it was, and which run was which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from planning.activity import Activity
from planning.breaks import Breaks
from planning.schedule import time_off
from planning.schedule.as_run import was_hard
from planning.schedule.execution import Matched, matched, soften_after_hard, unplanned_hard
from planning.schedule.hand import (
    as_it_read,
    given_back,
    left,
    pinned,
    placed,
    settled,
    untouched,
    with_layers,
)
from planning.schedule.heat import HEAT, for_weather
from planning.schedule.known import Known
from planning.schedule.limits import Softened
from planning.schedule.outcome import closed
from planning.schedule.plan import BY_HAND, DayStatus, Plan, PlanDay
from planning.schedule.readiness import soften_unready
from planning.schedule.reshape import aimless, no_harder, retargeted
from planning.workout import Kind, PlannedWorkout


@dataclass(frozen=True, slots=True)
class Standing:
    """`closing` is what was shown yesterday; `shown` are its days of last week and this week's and
    later ones with today's word of the athlete's hand; `ran` says which run was which of them.
    """

    known: Known
    closing: Plan
    shown: tuple[PlanDay, ...]
    ran: Matched

    @property
    def ran_hard(self) -> tuple[Activity, ...]:
        """Runs that were as hard as a hard session without being one of the plan."""
        return unplanned_hard(self.shown, self.ran, self.known.pacing.paces)

    @property
    def by_hand(self) -> frozenset[str]:
        """Idents of sessions that the athlete put where they are, or holds as they read."""
        return placed(self.shown) | pinned(self.known.layers)

    def days_of(self, plan: Plan) -> tuple[PlanDay, ...]:
        """The days from this Monday on as `plan` made them, without the hand: closed as known now,
        the past as it was shown, and what the hand did to it, or to what was run, settled.
        """
        softer = {day: soft.day for day, soft in self.unready(plan).items()}
        where = {d.workout.ident: d.day for d in self.shown if d.workout}
        days = (softer.get(planned.day, planned) for planned in self._settled(plan))
        return tuple(self._closed(planned, where) for planned in days)

    def unready(self, plan: Plan) -> dict[date, Softened]:
        """What this morning takes from today's hard session (rule H-2). Not once it was run hard:
        the morning was over then.
        """
        known, paces = self.known, self.known.pacing.paces
        if any(run.day == known.today and was_hard(run, paces) for run in known.activities):
            return {}
        return soften_unready(
            {planned.day: planned for planned in self._settled(plan)},
            known.wellness,
            today=known.today,
            paces=known.pacing.standing or paces,
            hands_off=self.by_hand,
        )

    def _settled(self, plan: Plan) -> tuple[PlanDay, ...]:
        run = {ident for day, ident in self.ran.runs if day >= self.known.today}
        return settled(_with_past(plan, self.closing, self.known), self.shown, run)

    def kept(self, days: Sequence[PlanDay], *, anew: bool, breaks: Breaks) -> dict[date, PlanDay]:
        """Those of `days` that stay, paced. When something else was asked for (`anew`), only the
        past and the frozen days do, these without what stands on a weekday that is not run on.
        Where one of `breaks` shapes the days, they are laid out anew.
        """
        known = self.known
        stay = [
            _paced(_allowed(planned, known) if anew else planned, known)
            for planned in days
            if not (anew and planned.day >= known.thaw)
            and not _race_to_place(planned, known)
            and not self._laid_anew(planned, breaks)
        ]
        off = time_off.with_days_off(stay, known.shaping, today=known.today)
        return {planned.day: planned for planned in off}

    def repaced(self, workout: PlannedWorkout, hot: bool) -> PlannedWorkout:  # noqa: FBT001 - of a workout in heat, or not
        """What limits left of a session, at today's paces where its day is not frozen."""
        thaw = self.known.thaw
        frozen = {d.workout.ident for d in self.shown if d.workout and d.day < thaw}
        return workout if workout.ident in frozen else repaced(workout, self.known, hot=hot)

    def after_hard(self, days: Mapping[date, PlanDay]) -> dict[date, Softened]:
        """What a hard run that was not planned takes from the days after it (rules I-6, M-2)."""
        return soften_after_hard(
            days,
            self.ran_hard,
            gap_days=self.known.gap_days,
            today=self.known.today,
            paces=self.known.pacing.standing or self.known.pacing.paces,
            hands_off=self.by_hand,
        )

    def _laid_anew(self, planned: PlanDay, breaks: Breaks) -> bool:
        """Less time for running takes from the frozen days, and puts nothing on them."""
        shaped = time_off.shapes(breaks, planned.day)
        if shaped is None or planned.day < self.known.today:
            return False
        return planned.day >= self.known.thaw or (shaped.is_off and planned.workout is not None)

    def _closed(self, planned: PlanDay, where: Mapping[str, date]) -> PlanDay:
        known, ident = self.known, planned.workout.ident if planned.workout else ""
        stood = planned.day if planned.day < known.today else where.get(ident, planned.day)
        return closed(
            planned,
            runs=self.ran.runs.get((stood, ident), ()),
            complete_until=None if planned.day in known.withheld_on else known.complete_until,
            today=known.today,
        )


def standing(known: Known, closing: Plan) -> Standing:
    """What stands of `closing`. A run of last Sunday may have been that day's own session, so last
    week's days are asked as well.
    """
    made = _with_past(untouched(closing), closing, known)
    days = as_it_read(made, closing, known.layers, today=known.today)
    shown = with_layers(days, known.layers, today=known.today, left=left(closing))
    last_week = tuple(d for d in closing.days() if d.day < known.monday)
    every = (*last_week, *shown)
    return Standing(known, closing, every, matched(every, known.activities, known.today))


def _with_past(plan: Plan, closing: Plan, known: Known) -> tuple[PlanDay, ...]:
    """The coming days of `plan` after the past as `closing` showed it. What the hand moved across
    today stays as it was shown, and so does what a break took from the day it was moved to.
    """
    over = [d for each in (plan, closing) for d in each.days() if d.day < known.today]
    taken = [d.set_aside for d in over if d.status is DayStatus.BREAK and BY_HAND in d.why]
    idents = {w.ident for w in (*(d.workout for d in over), *taken) if w}
    past = {d.day: d for d in closing.days() if d.day < known.today}
    own = [past.get(d.day, d) for d in plan.days() if d.day >= known.monday]
    return settled(own, given_back(closing, plan.days(), known.layers), idents)


def _race_to_place(day: PlanDay, known: Known) -> bool:
    """A race that is not yet on its day displaces what stands there, in the freeze as well."""
    if known.shaping.off(day.day):
        return False
    races = [goal for goal in known.standing if goal.day == day.day and goal.distance_m]
    on_it = day.workout is not None and day.workout.workout.kind is Kind.RACE
    return day.day >= known.today and bool(races) != on_it


def _allowed(day: PlanDay, known: Known) -> PlanDay:
    """A day to come is rest where the athlete does not run on its weekday."""
    stands = day.day < known.today or day.status is not DayStatus.PLANNED or BY_HAND in day.why
    stands = stands or day.workout is None or day.workout.workout.kind is Kind.RACE
    allowed = day.day.weekday() in known.athlete.run_weekdays
    return day if stands or allowed else replace(day, workout=None)


def repaced(planned: PlannedWorkout, known: Known, *, hot: bool = False) -> PlannedWorkout:
    """The session at today's paces when these moved, and no harder for it; else as it is."""
    if known.pacing.cause is None:
        return planned
    goal, paces = known.goal_and_paces(planned.ident)
    paces = for_weather(paces, hot=hot)
    again = retargeted(planned.workout, goal=goal, paces=paces)
    workout = no_harder(again, planned.workout, paces)
    if workout.steps == planned.workout.steps:
        return planned  # rounding hid the move; estimates of load alone are no reason to rewrite
    return replace(planned, workout=workout)


def steady(days: Sequence[PlanDay], stood: Sequence[PlanDay], known: Known) -> tuple[PlanDay, ...]:
    """The days with the targets of each session as it `stood`, unless ability (rule G-1) or heat
    has moved them: the same pace counted on another evening may round otherwise.
    """
    if known.pacing.cause is not None:
        return tuple(days)
    had = {planned.workout.ident: planned for planned in stood if planned.workout}
    return tuple(
        replace(planned, workout=replace(as_was.workout, day=planned.day))
        if planned.workout
        and planned.day >= known.today
        and (as_was := had.get(planned.workout.ident))
        and as_was.workout
        and (HEAT in planned.why) == (HEAT in as_was.why)
        and aimless(planned.workout.workout) == aimless(as_was.workout.workout)
        else planned
        for planned in days
    )


def _paced(day: PlanDay, known: Known) -> PlanDay:
    if day.workout is None or day.day < known.thaw:
        return day
    return replace(day, workout=repaced(day.workout, known, hot=HEAT in day.why))
