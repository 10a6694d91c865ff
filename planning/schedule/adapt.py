"""plan(today) = adapt(plan as closed yesterday, everything known now).

The days as they are made know of no hand and are carried on from evening to evening: those that
stand keep their workouts unless a rule says otherwise. The past is immutable, today and tomorrow
are only ever softened by themselves, target paces move with ability by steps of one per cent,
limits take but never add, and what was missed is not made up (rule R-2). Days that enter the
horizon are new. Over them the athlete's hand is laid afresh every evening, and the limits hold for
what comes of it. Nothing here depends on an earlier result of the same day.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from planning.activity import Activity, content_id
from planning.athlete import Athlete
from planning.breaks import NO_BREAKS, Breaks
from planning.fitness.ability import Fitness
from planning.goals.goal import Goal
from planning.goals.season import PAST_RACES, alive, monday_of
from planning.schedule import time_off
from planning.schedule.autonomy import material_groups, waiting, without
from planning.schedule.causes import Tonight, changes
from planning.schedule.draft import Draft, draft, planned_week
from planning.schedule.ground import LAID_OUT_WEEKS
from planning.schedule.hand import (
    as_it_read,
    as_yesterday,
    last_words,
    left,
    lessened,
    lying_on,
    pinned,
    still_less,
    takes_back,
    untouched,
    with_layers,
)
from planning.schedule.heat import HEAT, for_heat, hot_days
from planning.schedule.known import Known
from planning.schedule.limits import Softened
from planning.schedule.pacing import LATELY_DAYS, pacing_of, ran_lately, recent
from planning.schedule.plan import Answer, Change, Layer, Less, Plan, PlanDay, PlanWeek
from planning.schedule.standing import Standing, standing, steady
from planning.weather import Weather
from planning.wellness import Wellness


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
    wellness: Sequence[Wellness] = (),
    answers: Sequence[Answer] = (),
) -> tuple[Plan | None, tuple[Change, ...]]:
    """The plan as of `today` and a receipt for every day it changes in `closing_plan`.

    None without a goal that still stands. Activities after `today` are not looked at.
    `complete_until` is the last day of which all sources are complete; unless the plan `grows`, no
    week is more than what is held. What was done on the days `withheld_on` is not known, however
    complete the sources are: something was. Days are laid out for `laid_out_weeks` from this one,
    later weeks are targets. The paces stand on `closing_plan.paced_at`.
    """
    monday = monday_of(today)
    standing_goals = alive(goals, monday)
    if not standing_goals:
        return None, ()
    ran = tuple(activity for activity in activities if activity.day <= today)
    known = Known(
        athlete=athlete,
        standing=standing_goals,
        past=tuple(g for g in alive(goals, monday - PAST_RACES) if g.day < monday),
        activities=ran,
        fitness=fitness,
        layers=last_words(layers),
        complete_until=complete_until,
        today=today,
        pacing=pacing_of(
            fitness,
            activities=ran,
            closing=closing_plan,
            today=today,
            sex=athlete.sex,
            highest_bpm=athlete.max_heart_rate_bpm,
            heard=_is_heard(ran, complete_until, breaks, today),
        ),
        grows=grows,
        withheld_on=frozenset(withheld_on),
        weather=tuple(weather),
        laid_out_weeks=laid_out_weeks,
        breaks=breaks,
        wellness=tuple(wellness),
        answers=tuple(sorted(answers, key=lambda answer: (answer.day, answer.id))),
    )
    plan, receipts = _adapted(known, closing_plan)
    if closing_plan is None:
        return plan, receipts
    held = waiting(known, closing_plan, receipts)
    left = without(known, closing_plan, held)  # limits do not wait
    if left is not known:
        plan, receipts = _adapted(left, closing_plan)
    return replace(plan, held=held), receipts


def _is_heard(
    ran: Sequence[Activity], complete_until: date | None, breaks: Breaks, today: date
) -> bool:
    """Whether it is known how the last days went: run, complete, or said to be off."""
    eve = today - timedelta(days=LATELY_DAYS)
    complete = complete_until is not None and complete_until >= eve
    return complete or ran_lately(ran, today) or breaks.off(eve) is not None


def _adapted(known: Known, closing: Plan | None) -> tuple[Plan, tuple[Change, ...]]:
    stands = standing(known, closing) if closing else None
    made = _carried_on(known, stands)
    shown = _under_hand(known, stands, made)
    receipts: tuple[Change, ...] = ()
    if stands:
        stood = _hand_alone(known, stands)
        tonight = Tonight(known, stands.closing, stood, shown.softened, made.softer)
        receipts = changes(tonight, _days(shown.weeks))
    return _plan(known, closing, made, shown, receipts), receipts


@dataclass(frozen=True, slots=True)
class _Made:
    """The weeks as they are made, without the hand; `softer` by ident of what limits took."""

    weeks: tuple[PlanWeek, ...]
    peaks_m: Mapping[str, float]
    softer: Mapping[str, Softened]
    unbroken: "_Made | None" = None


def _carried_on(known: Known, stands: Standing | None) -> _Made:
    """The chain with all breaks; beside it, where breaks shape it, the one without any."""
    shown = untouched(stands.closing) if stands else None
    if shown is None or not time_off.is_taken_back(shown, known.breaks):
        new = time_off.new_in(shown, known.shaping) if shown else NO_BREAKS
        made = _made(known, stands, shown, new)
    else:
        made = _made(known, stands, time_off.without(shown), known.shaping)
    if not known.shaping.said:
        return made
    whole = replace(known, breaks=NO_BREAKS)
    before = time_off.without(shown) if shown else None
    return replace(made, unbroken=_made(whole, stands and replace(stands, known=whole), before))


def _made(
    known: Known, stands: Standing | None, before: Plan | None, new: Breaks = NO_BREAKS
) -> _Made:
    """The weeks of today, carried on from `before`, which does not know of the breaks `new`."""
    kept: dict[date, PlanDay] = {}
    tired: dict[date, Softened] = {}
    unready: dict[date, Softened] = {}
    anew = before is not None and known.asks_anew(before)
    if stands and before:
        kept = stands.kept(stands.days_of(before), anew=anew, breaks=new)
        tired, unready = stands.after_hard(kept), stands.unready(before)
    drafted = draft(
        known.ground(before),
        kept={**kept, **{day: soft.day for day, soft in tired.items()}},
        most_m=_far_targets_m(known, None if anew or new.said else before),
    )
    softened = {**unready, **drafted.softened, **tired}
    softer = {
        w.ident: soft
        for day, soft in softened.items()
        if (w := soft.day.workout or kept[day].workout)
    }
    weeks = _weeks(known, drafted)
    return _Made(weeks, drafted.peaks_m, softer)


@dataclass(frozen=True, slots=True)
class _Shown:
    """The weeks under the hand, what limits took from their days, and `Plan.less`."""

    weeks: tuple[PlanWeek, ...]
    softened: Mapping[date, Softened]
    less: tuple[Less, ...]


def _under_hand(known: Known, stands: Standing | None, made: _Made) -> _Shown:
    """The weeks with the hand laid over them and within the limits again. What is new by hand comes
    last: what the limits take without it stays taken when it goes.
    """
    less: tuple[Less, ...] = ()
    softened: Mapping[date, Softened] = {}
    days = _days(made.weeks)
    if stands:
        paces = known.pacing.paces
        less = still_less(stands.closing, days, known.layers, stands.repaced, paces)
    if stands and known.lays_anew(stands.closing):
        stay = {d.workout.ident for d in days if d.workout and known.stays(d.day, stands.closing)}
        less = tuple(each for each in less if each.ident in stay)
    elif stands:
        idents = {day.workout.ident for day in days if day.workout}
        said = {layer.statement for layer in known.layers if layer.ident in idents}
        new = said.difference(stands.closing.hand)
        older = tuple(layer for layer in known.layers if layer.statement not in new)
        if new and stands.closing.hand:
            without = _laid_over(replace(known, layers=older), stands, made, less)
            less, softened = without.less, without.softened
    shown = _laid_over(known, stands, made, less)
    return replace(shown, softened={**softened, **shown.softened})


def _laid_over(
    known: Known, stands: Standing | None, made: _Made, less: tuple[Less, ...]
) -> _Shown:
    """The weeks with the layers that are `known`, and what limits take from these."""
    days = _days(made.weeks)
    under = _with_hand(known, stands, made, less)
    if under == days:
        return _Shown(made.weeks, {}, ())
    off = time_off.with_days_off(under, known.shaping, today=known.today)
    by_day = {day.day: day for day in off}
    tired = stands.after_hard(by_day) if stands else {}
    held = pinned(known.layers)
    ground = replace(known.ground(None), peaks_m=made.peaks_m, held=held)
    drafted = draft(
        ground,
        kept={**by_day, **{day: soft.day for day, soft in tired.items()}},
        most_m=_far_targets_m(known, _far_before(known, stands)),
    )
    softened = {**drafted.softened, **tired}
    anew = stands is None or known.lays_anew(stands.closing)
    stood = stands.closing.days() if stands and not anew else ()
    weeks = _weeks(known, drafted, tuple(stood))
    idents = {w.ident for d in (*days, *under) for w in (d.workout, d.set_aside) if w}
    said = tuple(sorted(layer.statement for layer in known.layers if layer.ident in idents))
    taken = {(each.ident, each.under): each for each in less}
    for day, soft in sorted(softened.items()):
        if was := by_day[day].workout:
            taken.pop((was.ident, said), None)  # the latest stands last
            hot = HEAT in soft.day.why
            taken[was.ident, said] = Less(was.ident, said, soft.day.workout, hot)
    return _Shown(weeks, softened, tuple(taken.values()))


def _with_hand(
    known: Known, stands: Standing | None, made: _Made, less: tuple[Less, ...]
) -> tuple[PlanDay, ...]:
    """The days as made without what limits had taken under the hand, and the hand over them."""
    days = lessened(_days(made.weeks), less, today=known.today)
    if stands is None:
        return with_layers(days, known.layers, today=known.today)
    closing = stands.closing
    under = with_layers(days, known.layers, today=known.today, left=left(closing))
    return as_yesterday(under, closing, known.layers, but=made.softer, today=known.today)


def _far_before(known: Known, stands: Standing | None) -> Plan | None:
    """The plan whose far weeks are not exceeded; None where they may be."""
    if stands is None or known.lays_anew(stands.closing):
        return None
    taken_back = takes_back(stands.closing, known.layers)
    return untouched(stands.closing) if taken_back else stands.closing


def _hand_alone(known: Known, stands: Standing) -> tuple[PlanDay, ...]:
    """The closing plan's days with today's word of the hand, as if nothing else had happened."""
    days = stands.days_of(untouched(stands.closing))
    read = as_it_read(days, stands.closing, known.layers, today=known.today)
    return with_layers(read, known.layers, today=known.today, left=left(stands.closing))


def _days(weeks: Sequence[PlanWeek]) -> tuple[PlanDay, ...]:
    return tuple(day for week in weeks for day in week.days)


def _in_heat(days: Sequence[PlanDay], known: Known) -> tuple[PlanDay, ...]:
    """Coming days with targets for the heat that is known of, or with paces again after it."""
    hot, hands_off = hot_days(known.weather, known.today), pinned(known.layers)
    after: list[PlanDay] = []
    for day in days:
        turned = (day.day in hot) != (HEAT in day.why)
        if day.workout and turned and day.day >= known.today and day.workout.ident not in hands_off:
            goal, paces = known.goal_and_paces(day.workout.ident)
            is_hot, thawed = day.day in hot, day.day >= known.thaw
            day = for_heat(day, hot=is_hot, thawed=thawed, goal=goal, paces=paces)  # noqa: PLW2901 - the day as it is now
        after.append(day)
    return tuple(after)


def _far_targets_m(known: Known, closing: Plan | None) -> dict[date, float]:
    """The most a far week may hold: its target, which rises on Mondays only; then, and without a
    `closing` plan, there is no limit.
    """
    if closing is None or not closing.weeks or closing.weeks[0].first_day != known.monday:
        return {}
    return {week.first_day: week.volume_m for week in closing.weeks if not week.days}


def _weeks(known: Known, drafted: Draft, stood: Sequence[PlanDay] = ()) -> tuple[PlanWeek, ...]:
    """The drafted weeks, with the targets of their weather; as they `stood` where nothing moved."""
    days = _in_heat([day for week in drafted.weeks for day in week.days], known)
    final = {day.day: day for day in steady(days, stood, known)}
    return tuple(
        planned_week(week.first_day, week.phase, week.focus, tuple(final[d.day] for d in week.days))
        if week.days
        else week
        for week in drafted.weeks
    )


def _plan(
    known: Known,
    closing: Plan | None,
    made: _Made,
    under: _Shown,
    receipts: Sequence[Change],
) -> Plan:
    goal_ids = tuple(goal.id for goal in known.standing)
    earlier = recent(closing, known.today) if closing else ()
    material_on = (*earlier, *[known.today] * material_groups(receipts))

    def plan(weeks: tuple[PlanWeek, ...], of: _Made, asked: tuple[str, ...]) -> Plan:
        return Plan(
            version=content_id(goal_ids, asked, known.pacing.paced_at, weeks),
            made_on=known.today,
            goal_ids=goal_ids,
            paced_at=known.pacing.paced_at,
            weeks=weeks,
            asked=asked,
            peaks_m=tuple(sorted(of.peaks_m.items())),
            races_seen=known.pacing.races_seen,
            material_on=material_on,
        )

    unbroken = None
    if made.unbroken:
        asked = replace(known, breaks=NO_BREAKS).asked()
        unbroken = plan(made.unbroken.weeks, made.unbroken, asked)
    bare = replace(plan(made.weeks, made, known.asked()), unbroken=unbroken)
    shown = bare
    if under.weeks != made.weeks:
        shown = plan(under.weeks, made, known.asked())
        shown = replace(shown, unbroken=unbroken, untouched=bare, less=under.less)
    return replace(shown, hand=lying_on(shown, known.layers))
