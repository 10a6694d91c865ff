"""plan(today) = adapt(plan as closed yesterday, everything known now).

Days that stand keep their workouts unless a rule says otherwise: the past is immutable, today and
tomorrow are only ever softened by themselves, target paces move with ability by steps of one per
cent, limits take but never add, and what was missed is not made up (rule R-2). Days that enter the
horizon are new. Nothing here depends on an earlier result of the same day.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from planning.activity import Activity, content_id
from planning.athlete import Athlete
from planning.breaks import NO_BREAKS, Breaks
from planning.fitness.ability import Fitness
from planning.fitness.stated import runs_by_word
from planning.goals.goal import Goal
from planning.goals.season import MARATHON_BEFORE_M, PAST_RACES, alive, is_master, monday_of
from planning.schedule import time_off
from planning.schedule.draft import (
    LAID_OUT_WEEKS,
    Draft,
    Ground,
    draft,
    hard_gap_days,
    planned_week,
)
from planning.schedule.execution import Matched, matched, soften_after_hard, unplanned_hard
from planning.schedule.hand import pinned, with_layers, without_layers
from planning.schedule.heat import HEAT, for_heat, heat_cause, hot_days, paces_on
from planning.schedule.limits import FREEZE_DAYS, Softened
from planning.schedule.mileage import REMEMBERED_DAYS, mileage_of
from planning.schedule.naming import belongs_to
from planning.schedule.outcome import closed
from planning.schedule.paces import Paces, for_goal
from planning.schedule.pacing import Pacing, may_change, pacing_of, recent
from planning.schedule.plan import ASKED, BY_HAND, Change, Layer, Plan, PlanDay, PlanWeek
from planning.schedule.receipt import Cause, change
from planning.schedule.reshape import retargeted
from planning.weather import Weather, temperature_on
from planning.workout import Kind

BY_THE_ATHLETE = frozenset({BY_HAND, ASKED, *time_off.RULES})
REMEMBERED = timedelta(days=REMEMBERED_DAYS)


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything of one call, sorted once. `standing` goals are those of this week and later."""

    athlete: Athlete
    standing: tuple[Goal, ...]
    past: tuple[Goal, ...]
    activities: tuple[Activity, ...]
    fitness: Fitness
    layers: tuple[Layer, ...]
    complete_until: date | None
    today: date
    pacing: Pacing
    grows: bool
    withheld_on: frozenset[date]
    weather: tuple[Weather, ...]
    laid_out_weeks: int
    breaks: Breaks  # all that were said

    @property
    def shaping(self) -> Breaks:
        """Those that days from this week on are planned by."""
        return time_off.shaping(self.breaks, self.today)

    @property
    def monday(self) -> date:
        return monday_of(self.today)

    @property
    def race_paces(self) -> dict[str, Paces]:
        return {
            goal.id: for_goal(
                self.pacing.paces,
                goal=goal,
                fitness=self.fitness,
                today=self.today,
                activities=self.activities,
                temperature_c=temperature_on(goal.day, self.weather),
            )
            for goal in (*self.past, *self.standing)
        }

    @property
    def thaw(self) -> date:
        """The first day that may change by itself."""
        return self.today + timedelta(days=FREEZE_DAYS)


def plan_for(  # noqa: PLR0913 - one door, and everything that is known goes through it
    *,
    athlete: Athlete,
    goals: Sequence[Goal],
    activities: Sequence[Activity],
    fitness: Fitness,
    today: date,
    closing_plan: Plan | None = None,
    layers: Sequence[Layer] = (),
    complete_until: date | None = None,
    grows: bool = True,
    withheld_on: Collection[date] = (),
    weather: Sequence[Weather] = (),
    laid_out_weeks: int = LAID_OUT_WEEKS,
    breaks: Breaks = NO_BREAKS,
) -> tuple[Plan | None, tuple[Change, ...]]:
    """The plan as of `today` and a receipt for every day it changes in `closing_plan`.

    None without a goal that still stands. Activities after `today` are not looked at.
    `complete_until` is the last day of which all sources are complete; unless the plan `grows`, no
    week is more than what is held. What was done on the days `withheld_on` is not known, however
    complete the sources are: something was. Days are laid out for `laid_out_weeks` from this one,
    later weeks are targets. The paces stand on `closing_plan.paced_at`.
    """
    monday = monday_of(today)
    standing = alive(goals, monday)
    if not standing:
        return None, ()
    ran = tuple(activity for activity in activities if activity.day <= today)
    known = _Known(
        athlete=athlete,
        standing=standing,
        past=tuple(g for g in alive(goals, monday - PAST_RACES) if g.day < monday),
        activities=ran,
        fitness=fitness,
        layers=tuple({layer.ident: layer for layer in layers}.values()),  # the last word counts
        complete_until=complete_until,
        today=today,
        pacing=pacing_of(
            fitness,
            activities=ran,
            closing=closing_plan,
            today=today,
            sex=athlete.sex,
            highest_bpm=athlete.max_heart_rate_bpm,
        ),
        grows=grows,
        withheld_on=frozenset(withheld_on),
        weather=tuple(weather),
        laid_out_weeks=laid_out_weeks,
        breaks=breaks,
    )
    plan, changes = _carried_on(known, closing_plan)
    if not known.shaping.said:
        return plan, changes
    before = closing_plan and time_off.without(closing_plan)
    unbroken, _ = _carried_on(replace(known, breaks=NO_BREAKS), before)
    return replace(plan, unbroken=unbroken), changes


def _carried_on(known: _Known, closing: Plan | None) -> tuple[Plan, tuple[Change, ...]]:
    plan, changes = _adapted(known, closing)
    if closing and not may_change(closing, known.today) and _moves_paces(changes):
        # The week's material changes are used up: the paces wait, the limits do not.
        held_back = replace(known, pacing=known.pacing.held_back(closing))
        plan, changes = _adapted(held_back, closing)
    return plan, changes


def _adapted(known: _Known, closing: Plan | None) -> tuple[Plan, tuple[Change, ...]]:
    anew = closing is not None and _asked_anew(known, closing)
    kept = {} if closing is None else _kept(known, closing, anew=anew)
    tired = {} if closing is None else _after_hard(known, closing, kept)
    rested = {day: softer.day for day, softer in tired.items()}
    drafted = draft(_ground(known, closing), kept={**kept, **rested})
    drafted = replace(drafted, softened={**drafted.softened, **tired})
    weeks = _weeks(known, drafted, closing if not anew else None)
    changes = _changes(known, closing, weeks, drafted) if closing else ()
    return _plan(known, closing, drafted, weeks, changes), changes


def _after_hard(
    known: _Known, closing: Plan, kept: Mapping[date, PlanDay]
) -> Mapping[date, Softened]:
    """What a hard run that was not planned takes from the days after it (rules I-6, M-2)."""
    days = tuple(closing.days())
    ran_hard = unplanned_hard(
        days, matched(days, known.activities, known.today), known.pacing.paces
    )
    return soften_after_hard(
        kept,
        ran_hard,
        gap_days=hard_gap_days(master=is_master(known.athlete.birth_year, known.today)),
        today=known.today,
        paces=known.pacing.paces,
        hands_off=pinned(known.layers),
    )


def _moves_paces(changes: Sequence[Change]) -> bool:
    return any(change.material and change.rule == "G-1" for change in changes)


def _ground(known: _Known, closing: Plan | None) -> Ground:
    ran = (*runs_by_word(known.athlete, known.activities), *known.activities)
    last = max(goal.day for goal in known.standing) + timedelta(weeks=1)
    easy = known.pacing.paces.easy
    caps_m = time_off.caps_m(known.breaks, first=known.monday, last=last, easy_m_per_s=easy)
    return Ground(
        athlete=known.athlete,
        goals=known.standing,
        past=known.past,
        mileage=mileage_of(
            ran,
            today=known.today,
            complete_until=known.complete_until,
            grows=known.grows,
            withheld_on=known.withheld_on,
            off_on=known.breaks.off_between(known.today - REMEMBERED, last),
            caps_m=caps_m,
        ),
        paces=known.pacing.paces,
        race_paces=known.race_paces,
        peaks_m=dict(closing.peaks_m) if closing else {},
        ran_marathon=any(a.is_run and (a.distance_m or 0.0) > MARATHON_BEFORE_M for a in ran),
        today=known.today,
        laid_out_weeks=known.laid_out_weeks,
        breaks=known.shaping,
    )


def _kept(known: _Known, closing: Plan, *, anew: bool) -> dict[date, PlanDay]:
    """The standing days as of today: closed, paced, with the athlete's hand on them. When something
    else was asked for, only the past and the frozen days stand; of a break that is new or reads
    otherwise, the days that it shapes are laid out anew.
    """
    days, new = _yesterdays(known, closing)
    # Last week's days as well: a run of its Sunday may have been its own session's.
    ran = matched(tuple(closing.days()), known.activities, known.today)
    standing = [
        _paced(_closed(day, ran, known), known)
        for day in without_layers(days, today=known.today)
        if not (anew and day.day >= known.thaw)
        and not _race_to_place(day, known)
        and not (day.day >= known.today and time_off.shapes(new, day.day))
    ]
    by_hand = with_layers(standing, known.layers, today=known.today)
    off = time_off.with_days_off(by_hand, known.shaping, today=known.today)
    return {day.day: day for day in off}


def _yesterdays(known: _Known, closing: Plan) -> tuple[list[PlanDay], Breaks]:
    """The days that stand from yesterday, and the breaks that these do not know of. When a break
    was taken back, coming days are those of the plan without any.
    """
    days = [day for day in closing.days() if day.day >= known.monday]
    if not time_off.is_taken_back(closing, known.breaks):
        return days, time_off.new_in(closing, known.shaping)
    past = [day for day in days if day.day < known.today]
    coming = (day for day in time_off.without(closing).days() if day.day >= known.today)
    return [*past, *coming], known.shaping


def _closed(day: PlanDay, ran: Matched, known: _Known) -> PlanDay:
    complete_until = None if day.day in known.withheld_on else known.complete_until
    return closed(day, runs=ran.of(day), complete_until=complete_until, today=known.today)


def _race_to_place(day: PlanDay, known: _Known) -> bool:
    """A race that is not yet on its day displaces what stands there, in the freeze as well."""
    if known.shaping.off(day.day):
        return False
    races = [goal for goal in known.standing if goal.day == day.day and goal.distance_m]
    on_it = day.workout is not None and day.workout.workout.kind is Kind.RACE
    return day.day >= known.today and bool(races) != on_it


def _paced(day: PlanDay, known: _Known) -> PlanDay:
    """Today's paces for a day outside the freeze when the paces moved; else the day as it is."""
    hands_off = day.workout is None or day.workout.ident in pinned(known.layers)
    if known.pacing.cause is None or hands_off or day.day < known.thaw or day.workout is None:
        return day
    ident = day.workout.ident
    goal, paces = _goal_and_paces(ident, known)
    workout = retargeted(day.workout.workout, goal=goal, paces=paces_on(day, paces))
    if workout.steps == day.workout.workout.steps:
        return day  # rounding hid the move; estimates of load alone are no reason to rewrite
    return replace(day, workout=replace(day.workout, workout=workout))


def _goal_and_paces(ident: str, known: _Known) -> tuple[Goal | None, Paces]:
    goal = next((g for g in known.standing if belongs_to(ident, g.id)), None)
    return goal, known.race_paces.get(goal.id if goal else "", known.pacing.paces)


def _in_heat(days: Sequence[PlanDay], known: _Known) -> tuple[PlanDay, ...]:
    """Coming days with targets for the heat that is known of, or with paces again after it."""
    hot, hands_off = hot_days(known.weather, known.today), pinned(known.layers)
    after: list[PlanDay] = []
    for day in days:
        turned = (day.day in hot) != (HEAT in day.why)
        if day.workout and turned and day.day >= known.today and day.workout.ident not in hands_off:
            goal, paces = _goal_and_paces(day.workout.ident, known)
            is_hot, thawed = day.day in hot, day.day >= known.thaw
            day = for_heat(day, hot=is_hot, thawed=thawed, goal=goal, paces=paces)  # noqa: PLW2901 - the day as it is now
        after.append(day)
    return tuple(after)


def _weeks(known: _Known, drafted: Draft, closing: Plan | None) -> tuple[PlanWeek, ...]:
    """The drafted weeks with the athlete's hand on new days. Targets of far weeks rise on Mondays
    only (`closing` is None when they may at once).
    """
    far = {}
    same_week = closing and closing.weeks and closing.weeks[0].first_day == known.monday
    if closing and same_week and not time_off.is_taken_back(closing, known.breaks):
        far = {week.first_day: week for week in closing.weeks if not week.days}
    days = [day for week in drafted.weeks for day in week.days]
    by_hand = with_layers(days, known.layers, today=known.today)
    final = {day.day: day for day in _in_heat(by_hand, known)}
    return tuple(
        planned_week(week.first_day, week.phase, week.focus, tuple(final[d.day] for d in week.days))
        if week.days
        else min(far.get(week.first_day, week), week, key=lambda target: target.volume_m)
        for week in drafted.weeks
    )


def _changes(
    known: _Known, closing: Plan, weeks: Sequence[PlanWeek], drafted: Draft
) -> tuple[Change, ...]:
    """Receipts for days from today on that stood in the closing plan and now read differently."""
    after = {day.day: day for week in weeks for day in week.days}
    anew = _asked_anew(known, closing)
    taken_back = time_off.is_taken_back(closing, known.breaks)
    receipts = [
        change(
            before,
            after[before.day],
            _cause(before, after[before.day], known, drafted, anew=anew, taken_back=taken_back),
        )
        for before in closing.days()
        if before.day >= known.today and before.day in after
    ]
    return tuple(receipt for receipt in receipts if receipt is not None)


def _cause(
    before: PlanDay,
    after: PlanDay,
    known: _Known,
    drafted: Draft,
    *,
    anew: bool,
    taken_back: bool,
) -> Cause:
    """The one cause to name: a break, a limit, the athlete's hand, the paces, what was asked."""
    if (off := time_off.cause_of(after, known.shaping)) is not None:
        return off
    if (soft := drafted.softened.get(before.day)) is not None:
        return soft.cause
    if (heat := heat_cause(before, after)) is not None:
        return heat
    if (BY_HAND in before.why) != (BY_HAND in after.why):
        undone = BY_HAND in before.why
        return Cause("you took your change back" if undone else "you asked for it", BY_HAND)
    if taken_back:
        return time_off.TAKEN_BACK
    if known.pacing.cause is not None and not anew:
        return known.pacing.cause
    return Cause("what you asked for has changed: a goal or your days", ASKED)


def _asked(known: _Known) -> tuple[str, ...]:
    """What was asked for, in digests: `goal id:digest` for each goal, `days:digest` at the end."""
    goals = (
        f"{g.id}:"
        + content_id(g.kind, g.priority, g.day, g.distance_m, g.target_s, g.climb_m, *g.habit)
        for g in known.standing
    )
    athlete = known.athlete
    days = content_id(
        sorted(athlete.run_weekdays),
        athlete.long_run_weekday,
        athlete.runs_per_week,
        athlete.birth_year,
        *((athlete.hours_per_week,) if athlete.hours_per_week else ()),
        *((athlete.stated,) if athlete.stated else ()),
    )
    return (*goals, *time_off.asked_in(known.shaping), f"days:{days}")


def _asked_anew(known: _Known, closing: Plan) -> bool:
    """A goal is new, changed or given up, or the days are others. A goal that is over is none."""
    before = {asked for asked in closing.asked if not time_off.is_break(asked)}
    now = {asked for asked in _asked(known) if not time_off.is_break(asked)}
    over = {goal.id for goal in known.past}
    gone = {asked for asked in before - now if asked.rpartition(":")[0] not in over}
    return bool(now - before or gone)


def _plan(
    known: _Known,
    closing: Plan | None,
    drafted: Draft,
    weeks: tuple[PlanWeek, ...],
    changes: Sequence[Change],
) -> Plan:
    goal_ids = tuple(goal.id for goal in known.standing)
    asked = _asked(known)
    groups = {c.rule for c in changes if c.material and c.rule not in BY_THE_ATHLETE}
    earlier = recent(closing, known.today) if closing else ()
    return Plan(
        version=content_id(goal_ids, asked, known.pacing.paced_at, weeks),
        made_on=known.today,
        goal_ids=goal_ids,
        paced_at=known.pacing.paced_at,
        weeks=weeks,
        asked=asked,
        peaks_m=tuple(sorted(drafted.peaks_m.items())),
        races_seen=known.pacing.races_seen,
        material_on=(*earlier, *(known.today for _ in groups)),
    )
