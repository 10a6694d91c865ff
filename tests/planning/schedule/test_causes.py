"""What a receipt names as the reason of a change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from planning.athlete import Athlete
from planning.breaks import Break, BreakKind, Breaks
from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, GoalKind, Priority
from planning.schedule.causes import Tonight, changes
from planning.schedule.heat import HEAT
from planning.schedule.library import easy
from planning.schedule.limits import Softened
from planning.schedule.pacing import Pacing
from planning.schedule.plan import ASKED, BY_HAND, DayStatus, Layer, LayerKind
from planning.schedule.receipt import Cause
from planning.schedule.time_off import asked_in
from planning.workout import Kind
from tests.planning.athletes import race, run
from tests.planning.schedule.cases import (
    ATHLETE,
    PACES,
    TODAY,
    goal_in,
    history,
    known_on,
    planned,
)

DAY = timedelta(days=1)
HISTORY = history()
FAR = goal_in(10, HALF_M)
NEAR = goal_in(7, FIVE_K_M, id="near", name="Town Run")
HEALTH = goal_in(12, None, id="well", kind=GoalKind.HEALTH, runs_per_week=4, from_day=TODAY)

TWO_SAID = (
    "you set a goal, Town Run of 26 July 2026 and you changed a goal, the marathon of "
    "16 August 2026"
)


def facts(before, after, athlete=ATHLETE):
    """The reasons for what changes when `after` is asked for the evening after `before`."""
    plan, _ = planned(ATHLETE, before, HISTORY)
    _, receipts = planned(athlete, after, HISTORY, TODAY + DAY, plan)
    return {receipt.fact for receipt in receipts}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ([FAR], [FAR, NEAR], "you set a goal, Town Run of 26 July 2026"),
        ([FAR, NEAR], [FAR], "you gave up a goal"),
        (
            [FAR],
            [replace(FAR, day=FAR.day - timedelta(weeks=2))],
            "you changed a goal, the half marathon of 2 August 2026",
        ),
        (
            [FAR],
            [replace(FAR, distance_m=MARATHON_M), NEAR],
            TWO_SAID,
        ),
        (
            [HEALTH],
            [FAR],
            "you set a goal, the half marathon of 16 August 2026 and you gave up a goal",
        ),
    ],
)
def test_a_goal_that_is_new_changed_or_given_up_is_named(before, after, told):
    assert facts(before, after) == {told}


def test_other_days_are_named():
    few = Athlete(ATHLETE.zone, run_weekdays=frozenset({0, 2, 5}))
    assert facts([FAR], [FAR], few) == {"you changed your days, or what you said of yourself"}


SATURDAY = TODAY + 5 * DAY


def limits_after(ten_k_s):
    """The receipts of limits on the evening of a 10 km race the day before the long run, after a
    week with much more than was planned.
    """
    plan, _ = planned(ATHLETE, [FAR], HISTORY)
    extra = [run(TODAY + n * DAY, 14.0, 345.0) for n in range(3)]
    ran = (*HISTORY, *extra, race(SATURDAY, 10.0, ten_k_s))
    _, receipts = planned(ATHLETE, [FAR], ran, SATURDAY, plan, complete_until=SATURDAY - DAY)
    return [receipt for receipt in receipts if receipt.rule in {"P-2", "P-3"}]


def test_a_day_that_a_limit_and_new_paces_change_tells_of_both():
    told = limits_after(38 * 60.0)
    both = [one for one in told if "moved the estimate up by" in one.fact]
    assert both
    assert all(one.ability_after > one.ability_before for one in both)


def test_a_limit_alone_is_told_alone():
    told = limits_after(47 * 60.0)  # near to what was expected: rounding hides it
    assert len(told) > 1
    assert all(one.ability_after is None for one in told)


RACE = goal_in(1, TEN_K_M, id="ten", priority=Priority.C)


def ill(until, today, closing):
    """Plan and receipts of the evening, ill from the second day on; a race lies thirteen on."""
    said = Break("ill", BreakKind.ILLNESS, TODAY + DAY, until)
    return planned(ATHLETE, [RACE, FAR], HISTORY, today, closing, breaks=Breaks((said,)))


def test_a_race_in_a_break_is_told_where_it_may_go():
    before, _ = planned(ATHLETE, [RACE, FAR], HISTORY)
    plan, receipts = ill(RACE.day, TODAY + DAY, before)
    assert plan.on(RACE.day).workout is None
    (told,) = [receipt for receipt in receipts if receipt.day == RACE.day]
    assert told.fact.endswith("; `goalward goal change` gives the race another day")
    assert told.rule == "R-1"
    others = [receipt for receipt in receipts if receipt.day != RACE.day]
    assert others
    assert not any("goalward" in receipt.fact for receipt in others)


def test_a_race_too_soon_after_an_illness_comes_back_with_a_warning():
    before, _ = planned(ATHLETE, [RACE, FAR], HISTORY)
    off, _ = ill(None, TODAY + DAY, before)
    plan, receipts = ill(TODAY + 7 * DAY, TODAY + 7 * DAY, off)
    assert plan.on(RACE.day).workout.workout.kind is Kind.RACE
    (told,) = [receipt for receipt in receipts if receipt.day == RACE.day]
    assert told.fact == "you come back from 7 days off: run it easily, or leave it out"
    assert not any("leave it out" in one.fact for one in receipts if one.day != RACE.day)


def test_a_race_on_the_way_back_that_is_not_too_soon_comes_back_without_a_warning():
    before, _ = planned(ATHLETE, [RACE, FAR], HISTORY)
    off, _ = ill(None, TODAY + DAY, before)
    _, receipts = ill(TODAY + 5 * DAY, TODAY + 5 * DAY, off)
    (told,) = [receipt for receipt in receipts if receipt.day == RACE.day]
    assert told.fact == "you come back from 5 days off"


# --- one cause for each change, by where it came in ---------------------------------------------

PLAN, _ = planned(ATHLETE, [FAR], HISTORY)
TONIGHT = TODAY + DAY
COMING = [d for d in PLAN.days() if d.workout and d.day >= TONIGHT + 2 * DAY]
FROZEN = next(d for d in PLAN.days() if d.workout and d.day >= TONIGHT)
LIMIT = Cause("40 km is what the weeks you have really run allow", "P-3")
FASTER = Cause("your recent runs moved the estimate up by 1.2 %", "G-1", 1.35, 1.362)
MOVED = Pacing(replace(PACES, threshold=1000 / 258), 1.362, (), FASTER, PACES)
FLU = Break("flu", BreakKind.ILLNESS, TONIGHT, TONIGHT + 2 * DAY)
OTHER = Layer(LayerKind.SKIP, "of another session")


def rested(day):
    return replace(day, workout=None)


def shortened(day):
    return replace(day, workout=replace(day.workout, workout=easy(3_000.0, PACES)))


def named(was, now, *, plan=PLAN, by_hand=None, softened=None, made_softer=None, **told):
    """Fact and rule of the receipt for the one day that `was` so and is so `now`; the hand alone
    made it `by_hand`.
    """

    def with_day(day):
        return tuple(day if each.day == day.day else each for each in PLAN.days())

    closing = replace(plan, weeks=(replace(plan.weeks[0], days=with_day(was)),))
    known = known_on(TONIGHT, told.pop("goals", [FAR]), **told)
    tonight = Tonight(known, closing, with_day(by_hand or was), softened or {}, made_softer or {})
    (receipt,) = changes(tonight, with_day(now))
    assert receipt.day == now.day
    return receipt.fact, receipt.rule


def test_what_the_hand_does_is_the_hands_whatever_else_happened():
    day = COMING[0]
    soft = {day.day: Softened(rested(day), LIMIT)}
    asked = ("you asked for it", BY_HAND)
    assert named(day, rested(day), by_hand=rested(day)) == asked
    assert named(day, rested(day), by_hand=rested(day), pacing=MOVED, softened=soft) == asked
    assert named(day, rested(day), by_hand=rested(day), goals=[FAR, NEAR]) == asked


def test_what_the_limits_leave_of_the_hands_change_is_told_with_it():
    day = COMING[0]
    soft = {day.day: Softened(rested(day), LIMIT)}
    fact, rule = named(day, rested(day), by_hand=shortened(day), softened=soft)
    assert fact == f"you asked for it, and {LIMIT.fact} (rule P-3)"
    assert rule == BY_HAND


def test_what_the_hand_takes_back_is_told_as_that():
    day = COMING[0]
    lay = replace(PLAN, hand=(OTHER.statement,))
    taken = ("you took your change back", BY_HAND)
    assert named(rested(day), day, by_hand=day, plan=lay) == taken
    said_still = named(rested(day), day, by_hand=day, plan=lay, layers=(OTHER,))
    assert said_still == ("you asked for it", BY_HAND)
    other = replace(shortened(day), why=(*day.why, BY_HAND))
    assert named(day, other, by_hand=other, plan=lay) == ("you asked for it", BY_HAND)


def test_a_break_that_is_new_is_named_before_limits_and_paces():
    day = replace(FROZEN, status=DayStatus.PLANNED)
    soft = {day.day: Softened(rested(day), LIMIT)}
    off = replace(rested(day), status=DayStatus.BREAK)
    fact, rule = named(day, off, breaks=Breaks((FLU,)), softened=soft, pacing=MOVED)
    assert fact.startswith("you are ill")
    assert rule == "R-1"


def test_the_days_after_a_break_are_the_way_back():
    quiet = next(d for d in COMING if d.day > FLU.until_day)
    back = named(quiet, shortened(quiet), breaks=Breaks((FLU,)))
    assert back == ("you come back from 3 days off", "R-1")


def test_a_break_taken_back_gives_the_day_back():
    day = COMING[0]
    had = replace(PLAN, asked=(*PLAN.asked, *asked_in(Breaks((FLU,)))))
    fact, _ = named(rested(day), day, plan=had)
    assert fact == "you took your break back"
    again = {day.day: Softened(shortened(day), LIMIT)}
    assert named(rested(day), shortened(day), plan=had, softened=again)[0] == fact
    assert named(day, shortened(day), plan=had)[0] == fact
    limit = named(day, shortened(day), plan=had, softened={day.day: Softened(day, LIMIT)})
    assert limit == (LIMIT.fact, "P-3")


def test_what_is_asked_for_is_named_beyond_the_freeze_only():
    goals, day = [FAR, NEAR], COMING[0]
    said = "you set a goal, Town Run of 26 July 2026"
    soft = {each.day: Softened(each, LIMIT) for each in (day, FROZEN)}
    assert named(day, shortened(day), goals=goals, softened=soft) == (said, ASKED)
    assert named(FROZEN, shortened(FROZEN), goals=goals, softened=soft) == (LIMIT.fact, "P-3")


def test_a_limit_is_named_by_its_day_or_by_the_session_that_the_hand_moved():
    day = COMING[0]
    by_ident = {day.workout.ident: Softened(shortened(day), LIMIT)}
    assert named(day, shortened(day), softened={day.day: Softened(day, LIMIT)})[1] == "P-3"
    assert named(day, shortened(day), made_softer=by_ident)[1] == "P-3"
    assert named(day, rested(day), made_softer=by_ident)[1] == "P-3"
    emptied = replace(rested(day), set_aside=day.workout)
    other = replace(COMING[1], day=day.day, workout=replace(COMING[1].workout, day=day.day))
    assert named(emptied, other, made_softer=by_ident)[1] == "P-3"
    assert (
        named(day, shortened(day), made_softer={"another": by_ident[day.workout.ident]})[1] == ASKED
    )


def test_heat_is_named_on_the_day_that_it_changes():
    day = COMING[0]
    hot = replace(shortened(day), why=(*day.why, HEAT))
    assert named(day, hot, pacing=MOVED) == ("it is expected to be over 25 degrees", HEAT)
    assert named(hot, day, pacing=MOVED) == ("it is no longer expected to be over 25 degrees", HEAT)
    assert named(hot, replace(hot, workout=day.workout), pacing=MOVED)[1] == "G-1"


def test_paces_are_named_when_nothing_else_moved_the_day():
    day = COMING[0]
    assert named(day, shortened(day), pacing=MOVED) == (FASTER.fact, "G-1")
    assert named(day, shortened(day)) == ("what you asked for has changed", ASKED)
