"""What the limits take from weeks that stand, and what weeks of rest hold at most."""

import math
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M
from planning.goals.season import season
from planning.schedule.draft import run_as_planned
from planning.schedule.effort import hard, too_hard
from planning.schedule.library import easy
from planning.schedule.limits import Limit, Room, balanced, soften
from planning.schedule.long_run import longest_s, most_long_share
from planning.schedule.mileage import mileage_of
from planning.schedule.plan import BY_HAND, DayStatus, Phase, PlanWeek
from planning.schedule.receipt import Cause
from planning.schedule.resting import before_it_m, lightest_m
from planning.workout import Kind, PlannedWorkout
from tests.planning.schedule.cases import ATHLETE, PACES, TODAY, goal_in, history, planned

DAY = timedelta(days=1)
HISTORY = history(50)
PLAN, _ = planned(ATHLETE, (goal_in(14, HALF_M),), HISTORY)
NEXT = PLAN.weeks[1]
MILEAGE = mileage_of(HISTORY, today=TODAY, complete_until=TODAY)
ROOM = Room(NEXT.first_day, TODAY, MILEAGE, PACES)


def week(change=lambda day: day):
    return {day.day: change(day) for day in NEXT.days}


def without_easy(day):
    return replace(day, workout=None) if day.workout and kind(day) is Kind.EASY else day


def kind(day):
    return day.workout.workout.kind


NEXT_LONG = next(d.workout.workout for d in NEXT.days if d.workout and kind(d) is Kind.LONG)


def by_hand(day):
    return replace(without_easy(day), why=(*day.why, BY_HAND))


def test_a_week_as_it_was_made_loses_nothing():
    assert soften(week(), ROOM) == {}
    assert balanced(week(), ROOM) == {}


def test_a_week_that_lost_its_easy_runs_keeps_its_balance_though_no_limit_cut_it():
    softer = soften(week(without_easy), ROOM)
    assert {soft.cause.rule for soft in softer.values()} <= {"L-1", "I-5"}
    assert softer
    now = week(without_easy) | {day: soft.day for day, soft in softer.items()}
    assert soften(now, ROOM) == {}
    assert softer.keys() <= {day for day, planned in now.items() if planned.workout}


def test_a_long_run_that_slower_paces_make_too_long_is_cut_to_its_time():
    (day,) = [d.day for d in NEXT.days if d.workout and kind(d) is Kind.LONG]
    most_s = NEXT_LONG.duration_s - 600.0
    (softer,) = soften(week(), replace(ROOM, long_s=most_s)).values()
    assert (softer.day.day, softer.cause.rule) == (day, "L-1")
    left = softer.day.workout.workout
    assert most_s - 300.0 <= left.duration_s <= most_s
    assert soften(week(), replace(ROOM, long_s=NEXT_LONG.duration_s)) == {}


@pytest.mark.parametrize(
    ("metres", "ran_marathon", "hours"),
    [
        (HALF_M, False, 3.0),
        (MARATHON_M, True, 3.0),
        (MARATHON_M, False, 2.5),
        (50_000.0, False, math.inf),
    ],
)
def test_how_long_a_long_run_may_take(metres, ran_marathon, hours):
    goals = (goal_in(14, metres), goal_in(4, FIVE_K_M))
    assert longest_s(goals, ran_marathon=ran_marathon) == 3600 * hours


@pytest.mark.parametrize("share", [0.9, 0.75, 0.6, 0.45])
def test_the_long_run_gives_last_as_the_next_ones_are_built_on_it(share):
    """Of a week over what may be run the other runs go first, down to the balance of rule L-1."""
    rested = Limit(share * NEXT.volume_m, Cause("", "T-3"))
    softer = soften(week(), replace(ROOM, rest=rested))
    now = {**week(), **{day: soft.day for day, soft in softer.items()}}
    left = [day.workout.workout for day in now.values() if day.workout]
    left_m = sum(workout.distance_m for workout in left)
    (long_m,) = (workout.distance_m for workout in left if workout.kind is Kind.LONG)
    assert (share - 0.1) * NEXT.volume_m < left_m <= 1.01 * rested.most_m
    if share > 0.7:  # there it is no larger a part of the week than it may be
        assert long_m == NEXT_LONG.distance_m
    assert share * NEXT_LONG.distance_m <= long_m + 500.0
    assert long_m <= most_long_share(left_m) * left_m


def test_what_a_week_gives_is_less_for_its_later_runs_to_build_on():
    """A first run cut for the sake of the week is no longer what a later one may exceed by 10 %."""
    away = history(48, until=TODAY - 40 * DAY)
    mileage = mileage_of(away, today=TODAY, complete_until=TODAY)
    now = {day: replace(planned, workout=None) for day, planned in week().items()}
    for at, km in ((0, 8.0), (2, 6.3), (3, 5.9), (4, 8.8), (6, 6.5)):
        day = NEXT.first_day + at * DAY
        run = PlannedWorkout(f"g1-{at}", day, easy(1000 * km, PACES))
        now[day] = replace(now[day], workout=run)
    assert mileage.run_limit_m(NEXT.first_day) == 8_000.0
    now |= {d: soft.day for d, soft in soften(now, replace(ROOM, mileage=mileage)).items()}
    first_m, *_, fourth_m, _ = [d.workout.workout.distance_m for d in now.values() if d.workout]
    assert first_m < 8_000.0
    assert fourth_m <= 1.10 * first_m


def test_two_hard_sessions_of_three_runs_become_one():
    fast = next(d.workout.workout for d in PLAN.days() if d.workout and hard(d.workout.workout))

    def sharp(day):
        plain = day.workout and kind(day) is not Kind.LONG
        return replace(day, workout=replace(day.workout, workout=fast)) if plain else day

    softer = soften(week(sharp), ROOM)
    now = week(sharp) | {day: soft.day for day, soft in softer.items()}
    assert {soft.cause.rule for soft in softer.values()} == {"I-5"}
    assert not too_hard([d.workout.workout for d in now.values() if d.workout])


@pytest.mark.parametrize("spoil", ["hand", "break", "part", "pin"])
def test_who_took_the_easy_runs_off_by_hand_or_in_a_break_keeps_the_rest_as_it_is(spoil):
    days = week(by_hand if spoil == "hand" else without_easy)
    if spoil == "break":
        days[NEXT.first_day] = replace(days[NEXT.first_day], status=DayStatus.BREAK)
    if spoil == "part":  # the other days are still to be laid out
        del days[NEXT.first_day]
    pins = frozenset(d.workout.ident for d in days.values() if d.workout and spoil == "pin")
    assert soften(days, replace(ROOM, held=pins)) == {}


def test_a_race_stands_in_its_week_for_no_more_than_it_adds_to_training():
    far = replace(easy(60_000.0, PACES), kind=Kind.RACE)
    first = next(day.day for day in NEXT.days if day.workout)

    def raced(day):
        if day.day == first:
            return replace(day, workout=replace(day.workout, workout=far))
        return day if day.workout and kind(day) is Kind.LONG else replace(day, workout=None)

    long = max(day.day for day in NEXT.days if day.workout and kind(day) is Kind.LONG)
    assert balanced(week(raced), ROOM) == {}
    little = {day: min(metres, 5_000.0) for day, metres in MILEAGE.longest_m.items()}
    softer = balanced(week(raced), replace(ROOM, mileage=replace(MILEAGE, longest_m=little)))
    assert softer[long].cause.rule == "L-1"


def test_what_nobody_knows_of_yet_counts_as_planned():
    """Three days into the week, none of them known: their sessions are not free room."""
    today = NEXT.first_day + 3 * DAY
    longest = replace(MILEAGE, longest_m=MILEAGE.longest_m | {TODAY: 60_000.0})
    twice = {
        day: replace(planned, workout=replace(planned.workout, workout=easy(18_000.0, PACES)))
        if planned.workout
        else planned
        for day, planned in week().items()
    }
    status = {True: DayStatus.UNKNOWN, False: DayStatus.MISSED}
    taken = []
    for unknown in (True, False):
        days = {
            day: replace(planned, status=status[unknown]) if day < today else planned
            for day, planned in twice.items()
        }
        softer = soften(days, replace(ROOM, today=today, mileage=longest))
        taken.append({day for day, soft in softer.items() if soft.cause.rule == "P-3"})
    assert taken[0] > taken[1] or (taken[0] and not taken[1])


def of(first_day, volume_m, share=1.0, phase=Phase.BASE):
    week = SimpleNamespace(share=share, phase=phase, first_day=first_day)
    return week, PlanWeek(first_day, phase, "", volume_m, 0.0)


def test_a_lighter_week_is_lighter_than_the_full_ones_since_the_last_lighter_one():
    weeks = [
        of(TODAY + n * 7 * DAY, metres, share)
        for n, (metres, share) in enumerate([(60e3, 1.0), (55e3, 0.8), (40e3, 1.0), (38e3, 1.0)])
    ]
    light, _ = of(TODAY, 0.0, 0.8)
    nothing = mileage_of((), today=TODAY, complete_until=TODAY)
    assert lightest_m(light, weeks, nothing) == pytest.approx(36e3)
    assert lightest_m(weeks[0][0], weeks, nothing) == math.inf
    assert lightest_m(of(TODAY, 0.0, 0.5, Phase.TAPER)[0], weeks, nothing) == math.inf
    assert lightest_m(light, weeks[:2], nothing) == math.inf  # it follows a lighter one
    small = [of(TODAY, 14e3)]
    assert lightest_m(light, small, nothing) == math.inf
    run = replace(nothing, volume_m={TODAY + DAY: 50e3})  # more than was planned of that week
    assert lightest_m(light, [of(TODAY, 14e3)], run) == pytest.approx(45e3)


@pytest.mark.parametrize(("ran_m", "most_m"), [(30e3, math.inf), (36e3, 32.4e3)])
def test_a_lighter_week_is_none_lighter_than_weeks_that_were_light_by_themselves(ran_m, most_m):
    held = {TODAY - n * DAY: 11e3 for n in range(1, 57) if n % 7 in {1, 2, 4, 6}}
    mileage = replace(mileage_of((), today=TODAY, complete_until=TODAY), volume_m=held)
    light, _ = of(TODAY + 7 * DAY, 0.0, 0.75)
    assert lightest_m(light, [of(TODAY, ran_m)], mileage) == pytest.approx(most_m)
    # After as many as lie between two lighter weeks it is one, whatever was held before them.
    assert lightest_m(light, [of(TODAY, ran_m)], mileage, in_a_row=1) == pytest.approx(0.9 * ran_m)


def test_a_race_on_saturday_counts_its_week_of_taper_from_sunday_on():
    goal = goal_in(2, FIVE_K_M, weekday=5)
    last = season((goal,), TODAY)[-1]
    sunday = last.first_day - DAY
    long = replace(MILEAGE, volume_m={**MILEAGE.volume_m, sunday: 20_000.0})
    assert before_it_m(last, long, {}) == pytest.approx(20_000.0)
    after = next(day for day in NEXT.days if day.workout and kind(day) is Kind.LONG)
    again = replace(after, day=last.first_day + 6 * DAY)
    more_m = 20_000.0 - after.workout.workout.distance_m
    assert before_it_m(last, long, {again.day: again}) == pytest.approx(more_m)
    on_sunday = season((goal_in(2, FIVE_K_M),), TODAY)[-1]
    assert before_it_m(on_sunday, long, {}) == 0.0


def test_a_session_of_which_the_athlete_said_not_to_have_run_it_is_no_ground_to_build_on():
    day = next(d for d in NEXT.days if d.workout)
    today = day.day + DAY
    for status, counts in ((DayStatus.UNKNOWN, True), (DayStatus.SKIPPED, False)):
        after = run_as_planned(MILEAGE, [replace(day, status=status)], today)
        assert (day.day in after.volume_m) is counts
