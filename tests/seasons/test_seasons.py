"""A few simulated seasons in `make test`; `python -m tests.verify seasons` lives a thousand.

Every check is shown to find what it is for, in plans that are spoiled on purpose.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import islice

import pytest

from planning.breaks import NO_BREAKS, Break, BreakKind, Breaks
from planning.replan import replan
from planning.schedule.effort import hard
from planning.schedule.plan import BY_HAND, DayStatus, Layer, LayerKind
from planning.schedule.receipt import Cause, change
from tests.seasons.athletes import Chances, runner
from tests.seasons.checks import checked
from tests.seasons.living import evenings

DAY = timedelta(days=1)
DAYS, SPOILED_DAYS = 30, 8


def lived(seed, days=DAYS, **how):
    who = runner(seed)
    return checked(islice(evenings(who, **how), days), who)


@pytest.mark.parametrize("seed", [1, 2, 9, 10, 16, 21])
def test_no_evening_breaks_what_a_runner_may_trust_in(seed):
    account = lived(seed)
    assert account.days == DAYS
    assert [str(violation) for violation in account.violations] == []


def test_the_same_seed_meets_the_same_days_whatever_the_plan_says():
    assert runner(3) == runner(3)
    assert Chances.of(3, runner(3).first_day) == Chances.of(3, runner(3).first_day)
    assert runner(3) != runner(4)


def spoiled(seed, *, ahead, day_as, told=None, days=SPOILED_DAYS, **fields):
    """What is found when, from the second evening on, the day so far ahead reads `day_as(day)`;
    with a receipt by the rule `told`, or with none.
    """

    def decide(state, today):
        outcome = replan(state, today)
        target = outcome.plan.on(today + ahead * DAY)
        if state.closing is None or target is None or target.workout is None:
            return outcome
        now = day_as(target)
        weeks = tuple(
            replace(week, days=tuple(now if day is target else day for day in week.days))
            for week in outcome.plan.weeks
        )
        receipt = change(target, now, Cause("of a test", told)) if told else None
        changes = (*outcome.changes, *([receipt] if receipt else []))
        return replace(outcome, plan=replace(outcome.plan, weeks=weeks, **fields), changes=changes)

    return {violation.what for violation in lived(seed, days, decide=decide).violations}


def with_workout(day, **fields):
    workout = replace(day.workout.workout, **fields)
    return replace(day, workout=replace(day.workout, workout=workout))


def doubled(day):
    return with_workout(
        day,
        name="Twice as much",
        distance_m=2 * day.workout.workout.distance_m,
        duration_s=2 * day.workout.workout.duration_s,
    )


def renamed(day):
    return with_workout(day, name=f"{day.workout.workout.name}, again")


def rested(day):
    return replace(day, workout=None)


def test_a_changed_past_is_found():
    assert "past" in spoiled(1, ahead=-1, day_as=renamed)


def test_what_was_done_stays_done():
    assert "past" in spoiled(1, ahead=-1, day_as=lambda day: replace(day, status=DayStatus.MISSED))


def test_a_day_called_missed_of_which_nobody_knows_is_found():
    found = spoiled(1, ahead=0, day_as=lambda day: replace(day, status=DayStatus.MISSED))
    assert "missed" in found


def test_a_change_without_a_receipt_is_found():
    assert "receipt" in spoiled(1, ahead=5, day_as=renamed)


def test_a_frozen_day_that_becomes_more_is_found_and_one_that_becomes_less_is_not():
    assert {"frozen", "raised"} <= spoiled(1, ahead=1, day_as=doubled, told="P-3")
    assert "frozen" not in spoiled(1, ahead=1, day_as=rested, told="P-3")


@pytest.mark.parametrize("wish", ["athlete", "asked"])
def test_a_receipt_that_names_a_wish_nobody_had_is_found(wish):
    assert "reason" in spoiled(1, ahead=5, day_as=rested, told=wish)


def test_a_day_that_is_raised_is_found():
    found = spoiled(1, ahead=5, day_as=doubled, told="P-3")
    assert "raised" in found
    assert "frozen" not in found
    assert "lint" in found


def test_a_fourth_material_change_in_seven_days_is_found_but_safety_is_apart():
    assert "material" in spoiled(1, ahead=5, day_as=rested, told="G-1")
    assert "material" not in spoiled(1, ahead=5, day_as=rested, told="H-1")


def test_a_session_on_a_day_that_is_not_run_on_is_found():
    who = next(r for r in map(runner, range(1, 99)) if len(r.athlete(r.first_day).run_weekdays) < 5)
    free = min(set(range(7)) - who.athlete(who.first_day).run_weekdays)

    def decide(state, today):
        other = replace(state.athlete, run_weekdays=frozenset(range(7)), long_run_weekday=free)
        return replan(replace(state, athlete=other), today)

    assert "weekday" in {one.what for one in lived(who.seed, 3, decide=decide).violations}


def test_a_plan_that_is_deaf_to_breaks_is_found():
    who = next(
        r
        for r in map(runner, range(1, 99))
        if any(one.minutes is None and one.from_day < r.first_day + 20 * DAY for one in r.off)
    )

    def decide(state, today):
        return replan(replace(state, breaks=NO_BREAKS), today)

    assert "break" in {one.what for one in lived(who.seed, 30, decide=decide).violations}


def test_a_plan_that_is_made_afresh_every_evening_is_found():
    found = lived(
        1, SPOILED_DAYS, decide=lambda state, today: replan(replace(state, closing=None), today)
    )
    assert "receipt" in {violation.what for violation in found.violations}


def test_the_order_of_facts_that_matters_is_found():
    def decide(state, today):
        outcome = replan(state, today)
        late = state.activities[0].day > state.activities[-1].day
        return replace(outcome, plan=None) if late else outcome

    assert "order" in {one.what for one in lived(1, 21, decide=decide).violations}


# --- the last of a few evenings told otherwise: each check alone ---------------------------------


@pytest.fixture(scope="module")
def few():
    return list(islice(evenings(runner(1)), SPOILED_DAYS))


def told_of(*doctored):
    """What is found in evenings, as (what, told)."""
    return [(one.what, one.told) for one in checked(doctored, runner(1)).violations]


def coming(evening, ahead=4):
    """A day to come with a session, beyond the freeze."""
    first = evening.today + ahead * DAY
    return next(d for d in evening.outcome.plan.days() if d.workout and d.day >= first)


def with_days(evening, *days, receipts=()):
    """The evening with these days in its plan, and these receipts alone."""
    now, plan = {day.day: day for day in days}, evening.outcome.plan
    weeks = tuple(
        replace(week, days=tuple(now.get(day.day, day) for day in week.days)) for week in plan.weeks
    )
    outcome = replace(evening.outcome, plan=replace(plan, weeks=weeks), changes=receipts)
    return replace(evening, outcome=outcome)


def quiet_evening(few):
    """One that changed nothing."""
    return next(each for each in few[1:] if not each.outcome.changes)


def told_receipts(evening, receipts, *days):
    found = told_of(with_days(evening, *days, receipts=receipts))
    return [told for what, told in found if what == "receipt"]


def test_a_receipt_that_is_not_of_the_change_is_found(few):
    evening = quiet_evening(few)
    day = coming(evening)
    now = rested(day)
    cut = change(day, now, Cause("of a test", "P-3"))
    assert told_receipts(evening, (cut,), now) == []
    for receipts, found in [
        ((cut, cut), "two receipts for one day"),
        ((replace(cut, after="8 km easy"),), "tells another change"),
        ((replace(cut, fact=""),), "says no reason"),
    ]:
        assert any(found in told for told in told_receipts(evening, receipts, now)), found
    assert any("reads as before" in told for told in told_receipts(evening, (cut,)))
    nowhere = replace(cut, day=evening.outcome.plan.weeks[-1].first_day + 99 * DAY)
    assert any("nothing stood" in told for told in told_receipts(evening, (nowhere,)))


def test_a_day_that_is_gone_from_the_plan_is_found(few):
    evening = quiet_evening(few)
    plan = evening.outcome.plan
    last = next(week for week in reversed(plan.weeks) if any(day.workout for day in week.days))
    weeks = tuple(replace(week, days=()) if week is last else week for week in plan.weeks)
    gone = replace(evening, outcome=replace(evening.outcome, plan=replace(plan, weeks=weeks)))
    assert any(" is gone with " in told for _, told in told_of(gone))


def moved(few):
    """An evening on which a session was moved to a free day, and the layer that says so."""
    evening = quiet_evening(few)
    session = coming(evening)
    free = next(
        day.day
        for day in evening.outcome.plan.days()
        if day.workout is None and day.day > evening.today + 3 * DAY
    )
    layer = Layer(LayerKind.MOVE, session.workout.ident, free)
    state = replace(evening.state, layers=(*evening.state.layers, layer))
    return replace(evening, state=state, outcome=replan(state, evening.today)), layer


def test_a_change_of_the_hand_that_is_laid_to_a_rule_is_found(few):
    evening, _ = moved(few)
    assert {change.rule for change in evening.outcome.changes} == {BY_HAND}
    assert told_of(evening) == []
    laid = tuple(replace(change, rule="P-3") for change in evening.outcome.changes)
    other = replace(evening, outcome=replace(evening.outcome, changes=laid))
    assert any("the athlete's hand did it" in told for _, told in told_of(other))


def test_what_the_hand_leaves_behind_when_it_is_taken_back_is_found(few):
    evening, layer = moved(few)
    later = few[few.index(quiet_evening(few)) + 1]

    def leaves_a_trace(state, today):
        outcome = replan(state, today)
        if state.closing.plan.hand and not state.layers:
            cut = rested(outcome.plan.on(coming(later).day))
            return with_days(replace(later, outcome=outcome), cut).outcome
        return outcome

    def two_evenings(decide):
        first = replace(evening, decide=decide)
        state = replace(later.state, layers=(layer,), closing=evening.outcome.closing)
        outcome = decide(state, later.today)
        second = replace(later, state=state, outcome=outcome, before=first.state, decide=decide)
        return {what for what, _ in told_of(first, second)}

    assert two_evenings(replan) == set()
    assert two_evenings(leaves_a_trace) == {"undo"}


def test_what_a_break_leaves_no_room_for_is_found(few):
    evening = quiet_evening(few)
    hard_day = next(
        d.day
        for d in evening.outcome.plan.days()
        if d.workout and d.day > evening.today and hard(d.workout.workout)
    )
    ill = Break("ill", BreakKind.ILLNESS, hard_day - 9 * DAY, hard_day - 2 * DAY)
    short = Break("way", BreakKind.TRAVEL, hard_day, hard_day, minutes=20.0)
    for one, found in ((ill, "hard soon after illness"), (short, "longer than 20 minutes")):
        known = replace(evening, state=replace(evening.state, breaks=Breaks((one,))))
        assert any(what == "break" and found in told for what, told in told_of(known))


def test_a_fourth_material_change_by_the_plans_own_count_is_found(few):
    evening = quiet_evening(few)

    def booked(count):
        plan = replace(evening.outcome.plan, material_on=(evening.today,) * count)
        return told_of(replace(evening, outcome=replace(evening.outcome, plan=plan)))

    assert booked(3) == []
    assert [what for what, _ in booked(4)] == ["material"]
