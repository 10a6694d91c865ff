"""Plans broken by hand, one rule at a time: the check must see each, and nothing in a sound plan."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from planning.breaks import NO_BREAKS, Break, BreakKind, Breaks
from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, Priority
from planning.schedule import rules as tables
from planning.schedule.effort import hard
from planning.schedule.lint import CHECKS, lint
from planning.schedule.plan import BY_HAND, DayStatus, PlanDay
from planning.schedule.rules import beginners, days, races, weeks
from planning.schedule.rules.case import is_race
from planning.workout import (
    Duration,
    DurationType,
    Kind,
    Repeat,
    Step,
    StepKind,
    Target,
    TargetType,
)
from tests.planning.athletes import race, run
from tests.planning.schedule.cases import ATHLETE, TODAY, goal_in, history, planned

HISTORY = (race(TODAY - timedelta(days=250), 42.195, 3.5 * 3600), *history(60, 330))
FAR = (goal_in(14, HALF_M),)
PLAN, _ = planned(ATHLETE, FAR, HISTORY)
NEAR = (goal_in(3, MARATHON_M),)
RACE_PLAN, _ = planned(ATHLETE, NEAR, HISTORY)
DAY = timedelta(days=1)


def findings(plan, goals=FAR, athlete=ATHLETE, activities=HISTORY, today=TODAY, breaks=NO_BREAKS):
    return lint(
        plan, athlete=athlete, goals=goals, activities=activities, today=today, breaks=breaks
    )


def rules(*what, **how):
    return {finding.rule for finding in findings(*what, **how)}


def with_days(plan, change):
    """`change(day)` returns the new day, or None to leave it."""
    weeks = tuple(replace(w, days=tuple(change(d) or d for d in w.days)) for w in plan.weeks)
    return replace(plan, weeks=weeks)


def with_workout(plan, kind, nth=0, **fields):
    days = [d.day for d in plan.days() if d.workout and d.workout.workout.kind is kind]

    def change(day):
        if day.day != days[nth]:
            return None
        workout = replace(day.workout.workout, **fields)
        return replace(day, workout=replace(day.workout, workout=workout))

    return with_days(plan, change)


def test_sound_plans_have_no_findings():
    assert rules(PLAN) == set()
    assert rules(RACE_PLAN, NEAR) == set()


def test_a_long_run_out_of_proportion():
    assert "P-2" in rules(with_workout(PLAN, Kind.LONG, distance_m=29_000.0))
    assert "P-2" not in rules(with_workout(PLAN, Kind.LONG, distance_m=20_000.0))


def test_after_a_month_off_half_of_the_longest():
    late = TODAY + timedelta(days=35)
    plan, _ = planned(ATHLETE, (goal_in(20, HALF_M),), HISTORY, late)
    goals = (goal_in(20, HALF_M),)
    assert rules(plan, goals, today=late) == set()
    first = next(day for day in plan.days() if day.workout).workout.workout.kind
    assert "P-2" in rules(with_workout(plan, first, distance_m=8_100.0), goals, today=late)


def test_too_much_in_a_week():
    def longer(day):
        if not day.workout or day.workout.workout.kind is not Kind.EASY:
            return None
        workout = replace(day.workout.workout, distance_m=19_000.0)
        return replace(day, workout=replace(day.workout, workout=workout))

    assert "P-3" in rules(with_days(PLAN, longer))
    far = replace(PLAN, weeks=(*PLAN.weeks[:-1], replace(PLAN.weeks[-1], volume_m=140_000.0)))
    assert "P-3" in rules(far)


def test_a_race_that_was_run_is_no_more_training_than_the_longest_run_before_it():
    """The long run of the next days stands after a race as it stood before it (rules P-3, T-3)."""
    longs = {d.day for d in PLAN.days() if d.workout and d.workout.workout.kind is Kind.LONG}
    only_long = with_days(PLAN, lambda d: None if d.day in longs else replace(d, workout=None))
    raced = (*HISTORY, race(TODAY, 60.0, 6 * 3600))
    ran = (*HISTORY, run(TODAY, 60.0, 360.0))
    assert "P-3" in rules(only_long, activities=ran)
    assert "P-3" not in rules(only_long, activities=raced)


def test_too_little_of_it_easy():
    pace = Target(TargetType.PACE, 3.9, 4.0)
    fast = (Step(StepKind.WORK, Duration(DurationType.TIME, 7_200.0), pace, "hard"),)
    assert "I-5" in rules(with_workout(PLAN, Kind.TEMPO, nth=1, steps=fast, duration_s=7_200.0))


def test_hard_sessions_too_close_or_too_many():
    key = next(d for d in PLAN.days() if d.workout and d.workout.ident.endswith("q1"))

    def again(day):
        if day.day != key.day + timedelta(days=1):
            return None
        return PlanDay(day.day, replace(key.workout, ident="gx-2026w23-q9", day=day.day))

    assert "I-6" in rules(with_days(PLAN, again))

    def by_hand(day):
        new = again(day)
        return replace(new, why=("athlete",)) if new else None

    assert "I-6" not in rules(with_days(PLAN, by_hand))


def test_three_hard_sessions_a_week():
    monday = PLAN.weeks[1].first_day
    key = next(d for d in PLAN.days() if d.workout and d.workout.ident.endswith("q1"))
    spread = {monday + timedelta(days=n): f"gx-2026w24-q{n}" for n in (0, 2, 4, 6)}

    def many(day):
        if day.day not in spread:
            return replace(day, workout=None) if monday <= day.day < monday + timedelta(7) else None
        return PlanDay(day.day, replace(key.workout, ident=spread[day.day], day=day.day))

    assert "I-6" in rules(with_days(PLAN, many))


def test_masters_need_a_day_more():
    older = replace(ATHLETE, birth_year=1970)
    assert "I-6" in rules(PLAN, athlete=older)
    plan, _ = planned(older, FAR, HISTORY)
    assert rules(plan, athlete=older) == set()


def test_a_long_run_of_half_the_week_or_four_hours():
    assert "L-1" in rules(with_workout(RACE_PLAN, Kind.LONG, duration_s=4 * 3600.0), NEAR)

    def only_long(day):
        keep = day.workout and day.workout.workout.kind in {Kind.LONG, Kind.RACE}
        return None if keep else replace(day, workout=None)

    assert "L-1" in rules(with_days(PLAN, only_long))


def test_no_taper():
    def longer(day):
        if not day.workout or day.workout.workout.kind is not Kind.EASY:
            return None
        workout = replace(day.workout.workout, distance_m=16_000.0)
        return replace(day, workout=replace(day.workout, workout=workout))

    assert "T-3" in rules(with_days(RACE_PLAN, longer), NEAR)


def test_nothing_can_be_mended_where_only_the_race_is_still_to_be_run():
    race_day = NEAR[0].day
    eve = race_day - timedelta(days=1)
    far = (*HISTORY, *(run(race_day - timedelta(days=n), 30, 330) for n in (3, 4, 5)))
    last_run = next(d for d in RACE_PLAN.days() if d.workout and not is_race(d))

    def rested(day):
        return replace(day, workout=None) if day.workout and not is_race(day) else None

    def one_left(day):
        if day.day != eve:
            return rested(day)
        return replace(day, workout=replace(last_run.workout, day=eve))

    assert not {"T-3", "P-3"} & rules(with_days(RACE_PLAN, rested), NEAR, activities=far, today=eve)
    assert {"T-3", "P-3"} <= rules(with_days(RACE_PLAN, one_left), NEAR, activities=far, today=eve)


def taken_by_hand(day):
    return replace(day, workout=None, why=(BY_HAND,), set_aside=day.workout)


def is_easy(day):
    return day.workout is not None and not hard(day.workout.workout)


def test_who_takes_easy_runs_off_by_hand_chose_the_share_of_hard_running():
    def only_hard(take):
        return with_days(PLAN, lambda day: take(day) if is_easy(day) else None)

    assert "I-5" in rules(only_hard(lambda day: replace(day, workout=None)))
    assert "I-5" not in rules(only_hard(taken_by_hand))


def test_a_week_that_was_too_hard_before_the_hand_touched_it_is_too_hard():
    week = PLAN.weeks[1].first_day

    def one_by_hand(day):
        if not is_easy(day):
            return None
        first = day.day == next(d.day for d in PLAN.weeks[1].days if is_easy(d))
        return replace(day, workout=None, why=(BY_HAND,) if first else ())

    found = [each for each in findings(with_days(PLAN, one_by_hand)) if each.day == week]
    assert "I-5" in {each.rule for each in found}


def shortened_to(day, seconds):
    workout = replace(day.workout.workout, duration_s=seconds)
    return replace(day, workout=replace(day.workout, workout=workout))


def test_the_share_of_hard_running_is_past_mending_when_all_of_it_is_done():
    """Strides that are to come are no hard running."""
    week = PLAN.weeks[0]
    hards = [d.day for d in week.days if d.workout and hard(d.workout.workout)]

    def but_for(open_still):
        def change(day):
            if day.day < week.first_day + timedelta(days=7) and is_easy(day):
                strides = day.workout.workout.kind is Kind.STRIDES
                return shortened_to(day, 600.0) if strides else replace(day, workout=None)
            over = day.day in hards and day.day not in open_still
            return replace(day, status=DayStatus.DONE) if over else None

        plan = with_days(PLAN, change)
        return {each.rule for each in findings(plan) if each.day == week.first_day}

    assert "I-5" in but_for(hards[-1:])
    assert "I-5" not in but_for([])


def too_many_hard(plan, week):
    """Whether the week holds too many, however far apart they stand."""
    told = [each for each in findings(plan) if each.day == week.first_day]
    return any(each.rule == "I-6" and "in a week" in each.sentence for each in told)


def test_hard_sessions_that_the_hand_put_into_a_week_were_chosen():
    week = PLAN.weeks[2]
    free = next(d.day for d in week.days if not d.workout)
    more = on_day(PLAN, free, key_session())
    by_hand = with_days(more, lambda d: replace(d, why=(BY_HAND,)) if d.day == free else None)
    assert too_many_hard(more, week)
    assert not too_many_hard(by_hand, week)


def test_too_many_hard_sessions_are_past_mending_when_all_are_done():
    week = PLAN.weeks[2]
    free = [d.day for d in week.days if not d.workout]
    more = on_day(PLAN, free[0], key_session())
    hards = [d.day for d in more.weeks[2].days if d.workout and hard(d.workout.workout)]

    def done(days):
        change = dict.fromkeys(days, DayStatus.DONE)
        return with_days(more, lambda d: replace(d, status=change.get(d.day, d.status)))

    assert too_many_hard(done(hards[:-1]), week)
    assert not too_many_hard(done(hards), week)


def test_the_hand_makes_a_week_of_three_runs_and_does_not_hide_that_it_held_too_much_hard():
    week = PLAN.weeks[2]
    free = next(d.day for d in week.days if not d.workout)
    easy = [d.day for d in week.days if is_easy(d)]

    def but_two(plan):
        return with_days(plan, lambda d: taken_by_hand(d) if d.day in easy[:2] else None)

    assert not too_many_hard(but_two(PLAN), week)
    assert too_many_hard(but_two(on_day(PLAN, free, key_session())), week)


def test_a_session_done_on_another_day_is_not_counted_besides():
    week = PLAN.weeks[0]
    long = next(d for d in week.days if d.workout and d.workout.workout.kind is Kind.LONG)
    ran = (*HISTORY, run(TODAY, long.workout.workout.distance_m / 1000, 330))

    def found(status):
        plan = with_days(PLAN, lambda d: replace(d, status=status) if d is long else None)
        return [each.day for each in findings(plan, activities=ran) if each.rule == "P-3"]

    assert found(DayStatus.PLANNED) == [week.first_day]
    assert found(DayStatus.DONE) == []


def test_what_was_run_today_is_no_finding():
    day = next(d for d in PLAN.days() if d.workout)
    others = replace(ATHLETE, run_weekdays=frozenset(range(7)) - {day.day.weekday()})
    done = with_days(PLAN, lambda d: replace(d, status=DayStatus.DONE) if d is day else None)
    found = {
        ran: [
            one.day
            for one in lint(plan, athlete=others, goals=FAR, activities=HISTORY, today=day.day)
            if one.rule == "days"
        ]
        for ran, plan in ((True, done), (False, PLAN))
    }
    assert day.day not in found[True]
    assert day.day in found[False]


@pytest.mark.parametrize("days_before", [1, 2])
def test_a_hard_session_on_the_eve(days_before):
    key = next(d for d in RACE_PLAN.days() if d.workout and d.workout.ident.endswith("q1"))

    def eve(day):
        if day.day != NEAR[0].day - timedelta(days=days_before):
            return None
        return PlanDay(day.day, replace(key.workout, ident="gx-2026w26-q9", day=day.day))

    assert "T-5" in rules(with_days(RACE_PLAN, eve), NEAR)


def test_the_race_is_missing_or_elsewhere():
    def gone(day):
        return replace(day, workout=None) if day.day == NEAR[0].day else None

    assert "race" in rules(with_days(RACE_PLAN, gone), NEAR)
    assert "race" in rules(RACE_PLAN, FAR)


def test_a_day_on_which_the_athlete_does_not_run():
    assert "days" in rules(PLAN, athlete=replace(ATHLETE, run_weekdays=frozenset({0, 4, 6})))


def test_a_pace_the_wrong_way_round():
    wrong = Target(TargetType.PACE, 4.0, 3.0)
    steps = (Repeat(3, (Step(StepKind.WORK, Duration(DurationType.DISTANCE, 1000.0), wrong, ""),)),)
    assert "pace" in rules(with_workout(PLAN, Kind.EASY, steps=steps))


def test_one_ident_twice_and_a_workout_of_another_day():
    ident = next(d.workout.ident for d in PLAN.days() if d.workout)

    def same(day):
        return replace(day, workout=replace(day.workout, ident=ident)) if day.workout else None

    assert "shape" in rules(with_days(PLAN, same))

    def other(day):
        if not day.workout:
            return None
        return replace(day, workout=replace(day.workout, day=day.day + timedelta(days=1)))

    assert "shape" in rules(with_days(PLAN, other))
    assert "shape" in rules(
        replace(PLAN, weeks=(replace(PLAN.weeks[0], days=PLAN.weeks[0].days[1:]), *PLAN.weeks[1:]))
    )


def key_session(plan=PLAN):
    return next(d.workout for d in plan.days() if d.workout and d.workout.ident.endswith("q1"))


def on_day(plan, day, workout, ident="gx-2026w30-q9"):
    def put(other):
        return PlanDay(day, replace(workout, ident=ident, day=day)) if other.day == day else None

    return with_days(plan, put)


def test_a_hard_session_in_the_week_of_a_b_race():
    goals = (goal_in(2, HALF_M, id="b", priority=Priority.B), *FAR)
    plan, _ = planned(ATHLETE, goals, HISTORY)
    assert rules(plan, goals) == set()
    tuesday = goals[0].day - timedelta(days=5)
    assert "T-4" in rules(on_day(plan, tuesday, key_session()), goals)


def test_two_hard_sessions_beside_a_c_race():
    goals = (goal_in(2, HALF_M, id="c", priority=Priority.C), *FAR)
    plan, _ = planned(ATHLETE, goals, HISTORY)
    assert rules(plan, goals) == set()
    monday = goals[0].day - timedelta(days=6)
    more = on_day(plan, monday, key_session())
    assert "T-4" in rules(on_day(more, monday + timedelta(days=3), key_session(), "gy-q9"), goals)


def test_a_run_on_the_day_after_a_marathon():
    goals = (*NEAR, goal_in(16, HALF_M, id="later"))
    plan, _ = planned(ATHLETE, goals, HISTORY, laid_out_weeks=20)
    assert rules(plan, goals) == set()
    easy = next(d.workout for d in plan.days() if d.workout and d.workout.workout.kind is Kind.EASY)
    assert "T-5" in rules(on_day(plan, NEAR[0].day + timedelta(days=1), easy), goals)


def test_a_race_that_begins_too_fast():
    day = next(d for d in RACE_PLAN.days() if d.day == NEAR[0].day)
    first, *rest = day.workout.workout.steps
    assert first.target.type is TargetType.PACE
    faster = replace(first, target=Target(TargetType.PACE, *(1.1 * v for v in _speeds(first))))
    workout = replace(day.workout.workout, steps=(faster, *rest))
    broken = with_days(
        RACE_PLAN,
        lambda d: replace(d, workout=replace(d.workout, workout=workout)) if d == day else None,
    )
    assert "G-2" in rules(broken, NEAR)


def _speeds(step):
    return step.target.low, step.target.high


@pytest.mark.parametrize(
    ("born", "metres", "broken"),
    [
        (2011, HALF_M, True),
        (2009, HALF_M, False),
        (2009, MARATHON_M, True),
        (2007, MARATHON_M, False),
    ],
)
def test_races_too_long_for_the_young(born, metres, broken):
    athlete = replace(ATHLETE, birth_year=born)
    goals = (goal_in(14, metres),)
    plan, _ = planned(athlete, goals, HISTORY)
    assert ("Y-1" in rules(plan, goals, athlete=athlete)) is broken


def test_a_hard_session_for_beginners():
    goals = (goal_in(20, HALF_M),)
    plan, _ = planned(ATHLETE, goals, ())
    assert rules(plan, goals, activities=()) == set()
    hard = on_day(plan, TODAY + timedelta(days=2), key_session())
    assert "B-1" in rules(hard, goals, activities=())
    chosen = with_days(hard, lambda day: replace(day, why=("athlete",)))
    assert "B-1" not in rules(chosen, goals, activities=())


def test_weeks_that_never_lighten():
    plan, _ = planned(ATHLETE, FAR, HISTORY, laid_out_weeks=20)
    assert rules(plan) == set()
    level = tuple(replace(w, volume_m=60_000.0) for w in plan.weeks[:8])
    never = replace(plan, weeks=(*level, *plan.weeks[8:]))
    assert "P-1" in rules(never)
    trip = Break("trip", BreakKind.TRAVEL, level[3].first_day, level[3].first_day + DAY, minutes=30)
    assert "P-1" in rules(never, breaks=Breaks((trip,)))  # on the way as much was run as before
    level = (*level[:3], replace(level[3], volume_m=50_000.0), *level[4:])
    lighter = replace(never, weeks=(*level, *plan.weeks[8:]))
    assert "P-1" not in rules(lighter, breaks=Breaks((trip,)))


def test_weeks_before_the_first_run_are_no_weeks_off():
    """After nine weeks of running and one off half of the level counts again, and soon all of it."""
    first = PLAN.weeks[0].first_day
    km = [30.0, 0.0, 10.0, *[20.0] * 5, 60.0, 60.0]  # the last week first
    ran = [
        run(first - timedelta(weeks=n), each, 330 * each)
        for n, each in enumerate(km, start=1)
        if each
    ]

    def findings_of(volume_m):
        weeks = (replace(PLAN.weeks[0], days=(), volume_m=volume_m), *PLAN.weeks[1:])
        found = findings(replace(PLAN, weeks=weeks), (goal_in(14, HALF_M),), activities=tuple(ran))
        return {each.rule for each in found if each.day == first}

    assert "P-3" not in findings_of(66_000.0)
    assert "P-3" in findings_of(68_000.0)


def test_a_week_after_a_break_is_held_against_what_was_run_before_it_once_one_is_back():
    """Five weeks of 40 km with two of 60 km before them, and eight days off a fortnight ago."""
    first = PLAN.weeks[0].first_day
    km = [20.0, 5.0, 5.0, *[40.0] * 5, 60.0, 60.0]  # the last week first
    mondays = [first - timedelta(weeks=n) for n in range(1, len(km) + 1)]
    mondays[1] += 2 * DAY  # the first run after the break
    ran = [run(day, each, 330 * each) for day, each in zip(mondays, km, strict=True)]
    goals, ill = (goal_in(14, HALF_M),), Break("flu", BreakKind.ILLNESS, first - 20 * DAY)

    def findings_of(until):
        breaks = Breaks((replace(ill, until_day=until),)) if until else NO_BREAKS
        weeks = (replace(PLAN.weeks[0], days=(), volume_m=64_000.0), *PLAN.weeks[1:])
        found = findings(replace(PLAN, weeks=weeks), goals, activities=tuple(ran), breaks=breaks)
        return {each.rule for each in found if each.day == first}

    assert "P-3" in findings_of(None)
    assert "P-3" not in findings_of(first - 13 * DAY)
    assert "P-3" in findings_of(first - 8 * DAY)  # the way back takes thirteen days


@pytest.mark.parametrize(
    ("ill_days", "week_m", "broken"),
    [(0, 35e3, True), (6, 53e3, True), (13, 55e3, False), (13, 59e3, True)],
)
def test_half_way_back_from_a_break_five_sixths_of_what_was_held_count(ill_days, week_m, broken):
    """Eight days after thirteen without a run, 60 km before: 51 km, and the weeks alone say 30."""
    first = PLAN.weeks[0].first_day
    km = [20.0, 5.0, 5.0, *[30.0] * 5, *[60.0] * 10]  # the last week first
    ran = tuple(run(first - timedelta(weeks=n), each, 330 * each) for n, each in enumerate(km, 1))
    last = first - 8 * DAY
    ill = Break("flu", BreakKind.ILLNESS, last - (ill_days - 1) * DAY, last)
    weeks = (replace(PLAN.weeks[0], days=(), volume_m=week_m), *PLAN.weeks[1:])
    breaks = Breaks((ill,)) if ill_days else NO_BREAKS
    found = findings(replace(PLAN, weeks=weeks), activities=ran, breaks=breaks)
    assert any(each.rule == "P-3" and each.day == first for each in found) is broken


def test_a_season_beyond_what_was_ever_run():
    weeks = [replace(week, volume_m=60_000 + 4_000.0 * n) for n, week in enumerate(PLAN.weeks)]
    assert "P-5" in rules(replace(PLAN, weeks=tuple(weeks)))


def test_a_first_marathon_has_long_runs_of_two_hours_and_a_half():
    goals = (goal_in(14, MARATHON_M),)
    for activities, broken in ((HISTORY[1:], True), (HISTORY, False)):
        plan, _ = planned(ATHLETE, goals, activities)
        assert rules(plan, goals, activities=activities) == set()
        longer = with_workout(plan, Kind.LONG, duration_s=2.75 * 3600)
        assert ("L-1" in rules(longer, goals, activities=activities)) is broken


def test_masters_weeks_lighten_sooner():
    older = replace(ATHLETE, birth_year=1970)
    plan, _ = planned(older, FAR, HISTORY, laid_out_weeks=20)
    assert rules(plan, athlete=older) == set()
    level = [replace(w, volume_m=50_000.0) for w in plan.weeks[:6]]
    level[-1] = replace(level[-1], volume_m=40_000.0)
    later = replace(plan, weeks=(*level, *plan.weeks[6:]))
    assert "P-1" in rules(later, athlete=older)
    assert "P-1" not in rules(later)


def test_a_taper_that_rises():
    goals = (goal_in(6, MARATHON_M),)
    plan, _ = planned(ATHLETE, goals, HISTORY, laid_out_weeks=20)
    assert rules(plan, goals) == set()
    last = goals[0].day - timedelta(days=4)
    easy = next(d.workout for d in plan.days() if d.workout and d.workout.workout.kind is Kind.EASY)
    long = replace(easy, workout=replace(easy.workout, distance_m=18_000.0))
    put = on_day(plan, last, long)
    for number in (1, 2, 3):
        put = on_day(put, last - timedelta(days=number), long, f"gz-q{number}")
    assert "T-2" in rules(put, goals)
    other = (goal_in(4, FIVE_K_M, id="b", priority=Priority.B), *goals)  # it has rest of its own
    assert "T-2" not in rules(put, other)


def risen_taper():
    """A marathon's, with its windows: the last holds as much as the first."""
    goals = (goal_in(6, MARATHON_M),)
    plan, _ = planned(ATHLETE, goals, HISTORY, laid_out_weeks=20)
    easy = next(d.workout for d in plan.days() if is_easy(d))
    firsts = [goals[0].day + timedelta(days=1) - timedelta(weeks=n) for n in (3, 2, 1)]
    return goals, plan, easy, firsts


def in_days(plan, first, change):
    week = {first + timedelta(days=n) for n in range(7)}
    return with_days(plan, lambda day: change(day) if day.day in week else None)


def off(day):
    return PlanDay(day.day, None, DayStatus.BREAK)


def rest(day):
    return replace(day, workout=None)


@pytest.mark.parametrize(("metres", "rises"), [(14_000.0, False), (24_000.0, True)])
def test_behind_a_break_a_taper_goes_on_from_the_week_before_it(metres, rises):
    goals, plan, easy, (_, second, last) = risen_taper()
    for number in range(3):
        session = replace(easy, workout=replace(easy.workout, distance_m=metres))
        plan = on_day(plan, last + timedelta(days=number), session, f"gz-q{number}")
    assert "T-2" in rules(in_days(plan, second, rest), goals)
    assert ("T-2" in rules(in_days(plan, second, off), goals)) is rises
    flu = Break("flu", BreakKind.ILLNESS, second - timedelta(days=9), second - timedelta(days=1))
    quiet = findings(in_days(plan, second, rest), goals, breaks=Breaks((flu,)))
    behind = [each for each in quiet if each.rule == "T-2" and each.day == last]
    assert bool(behind) is rises


def test_a_race_just_after_an_illness_is_the_athletes_to_run_and_nothing_else_hard_is():
    race_day = NEAR[0].day
    flu = Break(
        "flu", BreakKind.ILLNESS, race_day - timedelta(days=9), race_day - timedelta(days=2)
    )
    breaks = Breaks((flu,))
    assert breaks.quiet(race_day)

    def illness(found):
        return {each.day for each in found if each.rule == "R-1"}

    plan = with_days(RACE_PLAN, lambda d: off(d) if breaks.off(d.day) else None)
    assert illness(findings(plan, NEAR, breaks=breaks)) == set()
    eve = race_day - timedelta(days=1)
    beside = on_day(plan, eve, key_session(RACE_PLAN))
    assert illness(findings(beside, NEAR, breaks=breaks)) == {eve}
    until_race = Breaks((replace(flu, until_day=race_day),))
    assert race_day in illness(findings(RACE_PLAN, NEAR, breaks=until_race))


@pytest.mark.parametrize(("why", "found"), [((BY_HAND,), False), ((), True)])
def test_what_the_hand_took_from_full_weeks_leaves_the_lighter_one_lighter(why, found):
    """Six weeks of 60 km, an easy run of each taken off, and one of 53 that was lighter."""
    plan, _ = planned(ATHLETE, FAR, HISTORY, laid_out_weeks=20)

    def smaller(week):
        easy = next(d for d in week.days if is_easy(d))
        eight = replace(easy.workout, workout=replace(easy.workout.workout, distance_m=8_000.0))
        less = replace(easy, workout=None, why=why, set_aside=eight)
        days = tuple(less if d is easy else d for d in week.days)
        return replace(week, volume_m=52_000.0, days=days)

    full = [smaller(week) for week in plan.weeks[:6]]
    lighter = replace(plan.weeks[6], volume_m=53_000.0)
    assert ("P-1" in rules(replace(plan, weeks=(*full, lighter)))) is found


BEGINNING = (goal_in(20, HALF_M),)


def strides(planned_workout):
    return replace(planned_workout, workout=replace(planned_workout.workout, kind=Kind.STRIDES))


def novice(change, goals=BEGINNING, athlete=ATHLETE):
    plan, _ = planned(athlete, goals, (), laid_out_weeks=20)
    assert rules(plan, goals, athlete, activities=()) == set()
    return {
        finding.sentence
        for finding in lint(change(plan), athlete=athlete, goals=goals, activities=(), today=TODAY)
        if finding.rule == "B-1"
    }


def test_novices_walk_in_every_run():
    (told,) = novice(lambda plan: with_workout(plan, Kind.EASY, steps=key_session().workout.steps))
    assert "walking" in told


def test_no_strides_in_the_first_four_weeks():
    def with_strides(nth):
        def change(plan):
            chosen = [day for day in plan.days() if day.workout][nth]
            return on_day(plan, chosen.day, strides(chosen.workout), chosen.workout.ident)

        return change

    (told,) = novice(with_strides(0))
    assert "Strides" in told
    assert novice(with_strides(15)) == set()


def test_a_fourth_run_only_for_those_who_ask():
    def fourth(plan):
        week = plan.weeks[1]
        runs = [day.workout for day in week.days if day.workout]
        free = next(day.day for day in week.days if not day.workout)
        assert len(runs) == 3
        return on_day(plan, free, runs[0])

    (told,) = novice(fourth)
    assert "4 runs" in told
    asked = replace(ATHLETE, runs_per_week=3)
    assert novice(fourth, athlete=asked) == set()


def test_the_table_of_the_rules_names_every_check_and_every_id():
    """What is checked stands in it, and what is not stands there with the reason."""
    table = tables.__doc__
    modules = (beginners, days, races, weeks)
    named = set(re.findall(r"\b((?:beginners|days|races|weeks)\.\w+)", table))
    checks = {f"{check.__module__.rpartition('.')[2]}.{check.__name__}" for check in CHECKS}
    apart = {"days.shape", "days.weekdays", "days.races", "days.paces"}
    assert named == checks - apart
    found = {
        rule
        for module in modules
        for rule in re.findall(r'Finding\(\s*"([\w-]+)"', Path(module.__file__).read_text())
    }
    checked = table.partition("Checked")[2].partition("In part")[0]
    assert found <= set(re.findall(r"\b[A-Z]-\d|\b(?:days|pace|race|shape)\b", checked))
    notes = Path("planning/README.md").read_text()
    rows = re.findall(r"^\| ([A-Z]-\d(?:, [A-Z]-\d)*) \|", notes, re.MULTILINE)
    stated = {rule for row in rows for rule in row.split(", ")}
    told = set(re.findall(r"\b[A-Z]-\d\b", table)) | {"W-2"}  # within "W-1 to W-3"
    assert stated <= told
