"""What a new fact changes in a standing plan, and what it does not."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from planning.breaks import Break, BreakKind, Breaks
from planning.fitness.ability import estimate
from planning.goals.goal import HALF_M, TEN_K_M
from planning.schedule.adapt import plan_for
from planning.schedule.draft import run_as_planned
from planning.schedule.effort import hard
from planning.schedule.library import easy
from planning.schedule.lint import lint
from planning.schedule.mileage import mileage_of
from planning.schedule.plan import ASKED, BY_HAND, DayStatus, Layer, LayerKind, Less
from planning.schedule.receipt import is_material
from planning.weather import Weather
from planning.workout import Kind, TargetType, unrolled
from tests.planning.athletes import race, run
from tests.planning.schedule.cases import (
    ATHLETE,
    PACES,
    TODAY,
    as_planned,
    goal_in,
    history,
    planned,
)

GOALS = (goal_in(14, HALF_M),)
HISTORY = history()
FITNESS = estimate(HISTORY, TODAY)
PLAN, _ = planned(ATHLETE, GOALS, HISTORY)
DAY = timedelta(days=1)


def workouts(plan, first=None, last=None):
    return {
        d.day: d.workout.workout
        for d in plan.days()
        if d.workout and (not first or d.day >= first) and (not last or d.day <= last)
    }


def next_day(closing=PLAN, today=TODAY + DAY, activities=None, fitness=FITNESS, **more):
    ran = (*HISTORY, *as_planned(closing, TODAY, today - DAY)) if activities is None else activities
    told = {"goals": GOALS, "complete_until": today - DAY} | more
    return plan_for(
        athlete=told.pop("athlete", ATHLETE),
        activities=ran,
        fitness=fitness,
        today=today,
        closing_plan=closing,
        **told,
    )


def moved(ln):
    """The same fitness, faster or slower by `ln`."""
    return replace(FITNESS, ln_speeds=FITNESS.ln_speeds + ln)


def paces(workout):
    return [s.target.low for s in unrolled(workout.steps) if s.target.type is TargetType.PACE]


def key_day(plan, kind=None):
    """The first key session outside the freeze of the second week."""
    return next(
        d
        for d in plan.days()
        if d.day > TODAY + 7 * DAY
        and d.workout
        and (d.workout.workout.kind is kind if kind else d.workout.ident.endswith("q1"))
    )


def test_the_same_facts_give_the_same_plan():
    again, _ = planned(ATHLETE, GOALS, tuple(reversed(HISTORY)))
    assert again == PLAN
    first, second = next_day(), next_day()
    assert first == second


def test_without_a_goal_there_is_no_plan():
    assert planned(ATHLETE, (), HISTORY) == (None, ())
    retired = replace(GOALS[0], retired_on=TODAY)
    assert planned(ATHLETE, (retired,), HISTORY)[0] is None


def test_a_day_as_planned_changes_nothing():
    plan, changes = next_day()
    assert changes == ()
    assert workouts(plan) == workouts(PLAN)
    assert [w.volume_m for w in plan.weeks] == [w.volume_m for w in PLAN.weeks]


@pytest.mark.parametrize("ln", [0.009, -0.009])
def test_paces_stand_while_ability_moves_less_than_a_per_cent(ln):
    plan, changes = next_day(fitness=moved(ln))
    assert changes == ()
    assert workouts(plan) == workouts(PLAN)
    assert plan.paced_at == PLAN.paced_at


@pytest.mark.parametrize("ln", [0.016, -0.016, 0.05])
def test_paces_move_with_ability_outside_the_freeze(ln):
    today = TODAY + DAY
    plan, changes = next_day(fitness=moved(ln))
    assert plan.paced_at == pytest.approx(PLAN.paced_at + ln)
    assert workouts(plan, last=today + DAY) == workouts(PLAN, last=today + DAY)
    assert plan.untouched is None  # without a hand it is what it is made as, frozen days too
    assert {change.rule for change in changes} == {"G-1"}
    assert all(change.day > today + DAY for change in changes)
    before, after = workouts(PLAN), workouts(plan)
    assert before.keys() == after.keys()
    assert all(before[day].name == after[day].name for day in before)
    slow_s = [1000 / speed for workout in after.values() for speed in paces(workout)]
    assert all(abs(s / 5 - round(s / 5)) < 1e-6 for s in slow_s)
    key = key_day(PLAN).day
    way = [b - a for a, b in zip(paces(before[key]), paces(after[key]), strict=True)]
    assert all(step * ln >= 0 for step in way)
    if abs(ln) > 0.02:
        assert any(way)


def test_a_session_that_rounding_leaves_as_it_is_stays_the_same_to_the_metre():
    plan, _ = next_day(fitness=moved(0.011))
    assert plan.paced_at != PLAN.paced_at
    before, after = workouts(PLAN), workouts(plan)
    alike = [day for day in before if before[day].steps == after[day].steps]
    assert len(alike) > len(before) / 2
    assert all(before[day] == after[day] for day in alike)


def test_small_moves_add_up_until_they_count():
    plan, _ = next_day(fitness=moved(0.006))
    ran = (*HISTORY, *as_planned(PLAN, TODAY, TODAY + DAY))
    plan, _changes = next_day(plan, TODAY + 2 * DAY, ran, moved(0.012))
    assert plan.paced_at == pytest.approx(PLAN.paced_at + 0.012)


def test_a_race_moves_paces_below_a_per_cent_and_is_named():
    ran = (*HISTORY, race(TODAY, 10.0, 2480))
    plan, _ = next_day(activities=ran, fitness=moved(0.008))
    assert plan.paced_at == pytest.approx(PLAN.paced_at + 0.008)
    assert plan.races_seen[-1] == TODAY
    faster = next_day(activities=ran, fitness=moved(0.021))[1]
    told = next(c for c in faster if c.day == key_day(PLAN).day)
    assert "because your 10 km in 41:20 moved the estimate up by 2.1 % (rule G-1)." in told.sentence
    assert told.sentence.count("/km") == 2
    # The day after, the same race is old news.
    later, _changes = next_day(
        plan, TODAY + 2 * DAY, (*ran, *as_planned(plan, TODAY + DAY, TODAY + DAY)), moved(0.012)
    )
    assert later.paced_at == plan.paced_at


def test_at_most_three_material_changes_in_seven_days():
    full = replace(PLAN, material_on=(TODAY,) * 3)
    plan, changes = next_day(full, fitness=moved(0.05))
    assert changes == ()
    assert plan.paced_at == PLAN.paced_at
    free = replace(PLAN, material_on=(TODAY - 7 * DAY,) * 3)
    plan, changes = next_day(free, fitness=moved(0.05))
    assert changes
    assert plan.material_on == (TODAY + DAY,)


def test_what_is_over_is_told_apart():
    days = list(PLAN.days())
    first = next(d for d in days if d.workout)
    today = first.day + DAY
    long_m = first.workout.workout.distance_m

    def status(activities, complete_until):
        plan, _ = next_day(PLAN, today, activities, complete_until=complete_until)
        closed = plan.on(first.day)
        assert closed.workout == first.workout
        return closed.status

    assert status((*HISTORY, run(first.day, long_m / 1000, 340)), None) is DayStatus.DONE
    assert status((*HISTORY, run(first.day, long_m / 2500, 340)), first.day) is DayStatus.PARTLY
    assert status(HISTORY, first.day) is DayStatus.MISSED
    assert status(HISTORY, first.day - DAY) is DayStatus.UNKNOWN
    assert status(HISTORY, None) is DayStatus.UNKNOWN


def test_a_late_run_turns_unknown_into_done():
    first = next(d for d in PLAN.days() if d.workout)
    plan, _ = next_day(PLAN, first.day + DAY, HISTORY, complete_until=None)
    assert plan.on(first.day).status is DayStatus.UNKNOWN
    late = (*HISTORY, *as_planned(PLAN, first.day, first.day))
    plan, _ = next_day(plan, first.day + 2 * DAY, late, complete_until=None)
    assert plan.on(first.day).status is DayStatus.DONE


def test_a_missed_session_is_not_made_up():
    key = next(d for d in PLAN.days() if d.workout and d.workout.ident.endswith("q1"))
    today = key.day + DAY
    ran = (*HISTORY, *as_planned(PLAN, TODAY, key.day - DAY))
    plan, _changes = next_day(PLAN, today, ran, complete_until=key.day)
    assert plan.on(key.day).status is DayStatus.MISSED
    before, after = workouts(PLAN, first=today), workouts(plan, first=today)
    assert before.keys() == after.keys()
    assert all(after[day].distance_m <= before[day].distance_m for day in before)


def test_long_runs_shrink_when_the_longest_of_a_month_fades():
    """The long runs of five weeks are missed: what follows stands on what was run."""
    plan, closing, ran, today = PLAN, PLAN, HISTORY, TODAY
    seen = []
    for _ in range(35):
        today += DAY
        short = [a for a in as_planned(closing, today - DAY, today - DAY) if a.distance_m < 12_000]
        ran = (*ran, *short)
        plan, changes = next_day(closing, today, ran)
        seen += changes
        findings = lint(plan, athlete=ATHLETE, goals=GOALS, activities=ran, today=today)
        assert not findings, (today, findings)
        closing = plan
    rules = {c.rule for c in seen}
    assert "P-2" in rules
    shrunk = next(c for c in seen if c.rule == "P-2")
    assert "Long" in shrunk.before
    assert "30 days" in shrunk.sentence


def test_a_week_off_leads_back_gently():
    closing, today = PLAN, TODAY
    for _ in range(14):
        today += DAY
        closing, _changes = next_day(closing, today, HISTORY)
        findings = lint(closing, athlete=ATHLETE, goals=GOALS, activities=HISTORY, today=today)
        assert not findings, (today, findings)
    next_week = closing.weeks[0]
    assert next_week.volume_m < 0.75 * PLAN.weeks[2].volume_m


def test_skip_and_its_undo():
    key = key_day(PLAN)
    layer = Layer(LayerKind.SKIP, key.workout.ident)
    plan, changes = next_day(layers=(layer,))
    assert plan.on(key.day).workout is None
    assert plan.on(key.day).status is DayStatus.SKIPPED
    assert [c.day for c in changes] == [key.day]
    assert changes[0].rule == "athlete"
    kept, changes = next_day(plan, TODAY + 2 * DAY, layers=(layer,))
    assert changes == ()
    back, changes = next_day(
        kept, TODAY + 3 * DAY, (*HISTORY, *as_planned(PLAN, TODAY, TODAY + 2 * DAY))
    )
    assert back.on(key.day).workout == key.workout
    assert back.on(key.day).status is DayStatus.PLANNED


def test_what_the_hand_did_to_a_day_stays_when_the_day_is_over():
    skipped = next(d for d in PLAN.days() if d.workout and d.day > TODAY)
    layer = Layer(LayerKind.SKIP, skipped.workout.ident)
    plan, _ = next_day(today=skipped.day, layers=(layer,))
    for said in ((layer,), ()):  # and it stays when it is taken back then: it is too late
        after, changes = next_day(plan, skipped.day + DAY, layers=said)
        assert changes == ()
        assert after.on(skipped.day).status is DayStatus.SKIPPED
        assert after.on(skipped.day).workout is None
        assert after.on(skipped.day).set_aside == skipped.workout


def test_what_a_session_read_under_the_hand_stays_when_its_day_is_over():
    pinned = next(d for d in PLAN.days() if d.workout and d.day > TODAY)
    other = next(d for d in PLAN.days() if d.workout and d.workout != pinned.workout)
    layer = Layer(LayerKind.PIN, pinned.workout.ident, workout=other.workout.workout)
    plan, _ = next_day(today=pinned.day, layers=(layer,))
    after, _ = next_day(plan, pinned.day + DAY)
    assert after.on(pinned.day).workout.workout == other.workout.workout


@pytest.mark.parametrize("ahead", [0, 1, 8])
def test_a_pin_and_its_undo_today_tomorrow_or_later(ahead):
    pinned = next(d for d in PLAN.days() if d.workout and d.day >= TODAY + (1 + ahead) * DAY)
    other = next(d for d in PLAN.days() if d.workout and d.workout != pinned.workout)
    layer = Layer(LayerKind.PIN, pinned.workout.ident, workout=other.workout.workout)
    today = pinned.day - ahead * DAY
    plan, changes = next_day(today=today, layers=(layer,))
    assert plan.on(pinned.day).workout.workout == other.workout.workout
    assert [(change.day, change.rule) for change in changes] == [(pinned.day, "athlete")]
    if ahead:
        back, changes = next_day(plan, today + DAY)
        assert back.on(pinned.day).workout == pinned.workout
        assert [change.rule for change in changes] == ["athlete"]
        assert "you took your change back" in changes[0].sentence


def test_move_to_a_rest_day_and_its_undo():
    key = key_day(PLAN)
    free = next(d.day for d in PLAN.days() if d.day > key.day and d.workout is None)
    layer = Layer(LayerKind.MOVE, key.workout.ident, free)
    plan, changes = next_day(layers=(layer,))
    assert plan.on(free).workout == replace(key.workout, day=free)
    assert plan.on(key.day).workout is None
    assert plan.on(key.day).status is DayStatus.MOVED
    assert {c.rule for c in changes} == {"athlete"}
    assert not lint(plan, athlete=ATHLETE, goals=GOALS, activities=HISTORY, today=TODAY + DAY)
    kept, changes = next_day(plan, TODAY + 2 * DAY, layers=(layer,))
    assert changes == ()
    back, _ = next_day(kept, TODAY + 3 * DAY, (*HISTORY, *as_planned(PLAN, TODAY, TODAY + 2 * DAY)))
    assert workouts(back, first=TODAY + 4 * DAY) == workouts(PLAN, first=TODAY + 4 * DAY)


def test_move_changes_places_with_an_easy_run_but_not_with_a_key_session():
    key, long = key_day(PLAN), key_day(PLAN, Kind.LONG)
    easy = key_day(PLAN, Kind.EASY)
    plan, _ = next_day(layers=(Layer(LayerKind.MOVE, key.workout.ident, easy.day),))
    assert plan.on(easy.day).workout.ident == key.workout.ident
    assert plan.on(key.day).workout.ident == easy.workout.ident
    plan, changes = next_day(layers=(Layer(LayerKind.MOVE, key.workout.ident, long.day),))
    assert changes == ()


def test_what_was_moved_to_a_day_that_a_break_took_does_not_come_back_when_that_day_is_over():
    key = key_day(PLAN)
    free = next(d.day for d in PLAN.days() if key.day - 4 * DAY < d.day < key.day and not d.workout)
    said = {"layers": (Layer(LayerKind.MOVE, key.workout.ident, free),)}
    plan, _ = next_day(today=free - 2 * DAY, **said)
    said["breaks"] = Breaks((Break("calf", BreakKind.INJURY, free - DAY, free),))
    for today in (free - DAY, free):
        plan, _ = next_day(plan, today, **said)
    assert plan.on(free).set_aside.ident == plan.on(key.day).set_aside.ident == key.workout.ident
    after, _ = next_day(plan, free + DAY, **said)
    assert after.on(key.day).workout is None
    assert after.on(key.day).status is DayStatus.MOVED


def test_a_frozen_day_keeps_its_paces_on_the_evening_on_which_something_is_taken_back():
    """Limits had left less of it under the hand; its paces stand as those of any frozen day do."""
    frozen, later = [d.workout for d in PLAN.days() if d.workout and d.day > TODAY + DAY][::9][:2]
    today = frozen.day - DAY
    less = tuple(Less(each.ident, (), each) for each in (frozen, later))
    closing = replace(PLAN, untouched=PLAN, less=less, hand=("taken back",))
    after, _ = next_day(closing, today, fitness=moved(-0.03))
    assert after.on(frozen.day).workout == frozen
    assert after.on(later.day).workout != later


def test_what_was_moved_to_tomorrow_keeps_its_paces_when_something_else_is_taken_back():
    """Where it was made its paces have moved; where it stands it is frozen."""
    days = [d for d in PLAN.days() if d.day > TODAY + 3 * DAY]
    free = [d.day for d in PLAN.days() if d.day > TODAY + DAY and not d.workout]
    moved_from = next(d for d in days if d.workout and d.day > free[0] + DAY)
    to = max(day for day in free if day < moved_from.day)
    skipped = next(d for d in days if d.workout and d.day > moved_from.day + 4 * DAY)
    move = Layer(LayerKind.MOVE, moved_from.workout.ident, to)
    skip = Layer(LayerKind.SKIP, skipped.workout.ident)
    plan, _ = next_day(today=to - DAY, layers=(move,))
    plan, _ = next_day(plan, to - DAY, fitness=moved(-0.03), layers=(move, skip))
    trip = Breaks((Break("trip", BreakKind.TRAVEL, *[to + 40 * DAY] * 2, minutes=40),))
    after, _ = next_day(plan, to, fitness=moved(-0.03), layers=(move,), breaks=trip)
    assert after.on(to).workout.workout.steps == moved_from.workout.workout.steps
    assert after.on(skipped.day).workout.workout.steps != skipped.workout.workout.steps


def test_an_edited_session_is_left_alone():
    key = key_day(PLAN)
    plan, changes = next_day(
        layers=(Layer(LayerKind.EDIT, key.workout.ident),), fitness=moved(0.05)
    )
    assert plan.on(key.day).workout == key.workout
    assert changes


def test_an_edited_session_is_left_alone_in_the_heat_as_well():
    key = key_day(PLAN)
    hot = (Weather("athlete", key.day, 30.0),)
    edited = (Layer(LayerKind.EDIT, key.workout.ident),)
    softened, _ = next_day(weather=hot)
    assert softened.on(key.day).workout != key.workout
    plan, changes = next_day(weather=hot, layers=edited)
    assert plan.on(key.day).workout == key.workout
    assert changes == ()


def test_targets_of_far_weeks_rise_on_mondays_only():
    def far(plan):
        return {week.first_day: week.volume_m for week in plan.weeks if not week.days}

    more = (*HISTORY, *(run(TODAY + n * DAY, 18.0, 345.0) for n in range(7)))
    plan, closing = PLAN, PLAN
    for n in range(1, 7):
        plan, _ = next_day(closing, TODAY + n * DAY, more)
        assert all(far(plan)[week] <= metres for week, metres in far(closing).items())
        closing = plan
    monday, _ = next_day(closing, TODAY + 7 * DAY, more)
    assert any(far(monday)[week] > far(closing)[week] for week in far(monday))


def test_a_changed_goal_changes_days_beyond_the_freeze():
    today = TODAY + DAY
    sooner = (goal_in(8, TEN_K_M, id="g2"),)
    plan, changes = next_day(goals=sooner)
    assert workouts(plan, last=today + DAY) == workouts(PLAN, last=today + DAY)
    assert changes
    assert {c.rule for c in changes} == {"asked"}
    assert plan.goal_ids == ("g2",)
    assert plan.material_on == ()
    findings = lint(plan, athlete=ATHLETE, goals=sooner, activities=HISTORY, today=today)
    assert not findings, findings


def test_what_was_run_beyond_a_session_is_no_room_for_days_that_are_laid_anew():
    first = next(d.workout.workout for d in PLAN.days() if d.workout)
    sunday = PLAN.weeks[0].days[-1].day
    ran = as_planned(PLAN, TODAY, TODAY + DAY)
    assert ran
    farther = (*ran[:-1], replace(ran[-1], distance_m=ran[-1].distance_m + first.distance_m))

    def still_planned_m(activities):
        said = {"goals": (goal_in(12, HALF_M),), "activities": (*HISTORY, *activities)}
        plan, _ = next_day(today=TODAY + DAY, **said)
        coming = workouts(plan, TODAY + 2 * DAY, sunday)
        return sum(workout.distance_m for workout in coming.values())

    assert still_planned_m(farther) <= still_planned_m(ran) - 0.8 * first.distance_m


def test_a_goal_for_tomorrow_puts_the_race_there_at_once():
    today = TODAY + DAY
    both = (*GOALS, goal_in(0, TEN_K_M, weekday=2, id="g9"))
    plan, _ = next_day(goals=both)
    assert plan.on(today + DAY).workout.workout.kind is Kind.RACE


def test_other_days_to_run_on():
    athlete = replace(ATHLETE, run_weekdays=frozenset({1, 3, 5, 6}))
    plan, changes = next_day(athlete=athlete)
    thaw = TODAY + 3 * DAY
    assert all(day.weekday() in athlete.run_weekdays for day in workouts(plan, first=thaw))
    assert changes


def test_a_run_of_tomorrow_goes_where_its_weekday_is_no_longer_run_on():
    today = next(d.day for d in PLAN.days() if d.day > TODAY and d.workout) - DAY
    tomorrow = today + DAY
    athlete = replace(ATHLETE, run_weekdays=frozenset(range(7)) - {tomorrow.weekday()})
    plan, changes = next_day(today=today, athlete=athlete)
    assert plan.on(tomorrow).workout is None
    assert next(one for one in changes if one.day == tomorrow).rule == ASKED
    by_hand = replace(PLAN.on(tomorrow), why=(BY_HAND,))  # the athlete's own word stays
    weeks = [
        replace(week, days=tuple(by_hand if d.day == tomorrow else d for d in week.days))
        for week in PLAN.weeks
    ]
    stays, _ = next_day(replace(PLAN, weeks=tuple(weeks)), today=today, athlete=athlete)
    assert stays.on(tomorrow).workout == PLAN.on(tomorrow).workout


def test_the_version_is_the_content():
    assert next_day()[0].version == next_day()[0].version
    assert next_day(fitness=moved(0.05))[0].version != next_day()[0].version


@pytest.mark.parametrize(
    ("share", "material"), [(0.8, True), (0.9, False), (1.1, False), (1.2, True)]
)
def test_a_change_is_material_from_fifteen_per_cent_on(share, material):
    old = key_day(PLAN).workout.workout
    for size in ("distance_m", "duration_s"):
        assert is_material(old, replace(old, **{size: share * getattr(old, size)})) is material


def test_receipts_say_before_and_after():
    _, changes = next_day(fitness=moved(math.log(1.03)))
    change = next(c for c in changes if c.day == key_day(PLAN).day)
    assert change.before != change.after
    assert change.ability_after - change.ability_before == pytest.approx(math.log(1.03))
    assert change.before in change.sentence
    assert change.sentence.endswith("moved the estimate up by 3.0 % (rule G-1).")


def test_the_week_gives_outside_the_freeze_only():
    """On a Sunday the coming week turns out too big: Monday stays, the days behind it shrink."""
    daily = replace(ATHLETE, runs_per_week=7)
    standing, _ = planned(daily, GOALS, HISTORY)
    sunday = TODAY + 6 * DAY
    bigger = {}
    for day in standing.days():
        if day.workout and day.workout.workout.kind is Kind.EASY:
            grown = replace(day.workout.workout, distance_m=13_000.0)
            bigger[day.day] = replace(day, workout=replace(day.workout, workout=grown))
    weeks = tuple(
        replace(w, days=tuple(bigger.get(d.day, d) for d in w.days)) for w in standing.weeks
    )
    closing = replace(standing, weeks=weeks)
    ran = (*HISTORY, *as_planned(standing, TODAY, sunday - DAY))
    plan, changes = next_day(closing, sunday, ran, athlete=daily)
    assert {change.rule for change in changes} == {"P-3"}
    monday = closing.on(sunday + DAY)
    assert monday.workout is not None
    assert monday.day in bigger
    assert plan.on(monday.day) == monday


def test_silence_is_neither_rest_nor_progress():
    """Nine days nothing is known of: nothing is missed, and no week asks for more than was held."""
    late = TODAY + 9 * DAY
    plan, _ = next_day(PLAN, late, HISTORY, complete_until=None)
    assert not any(day.status is DayStatus.MISSED for day in plan.days())
    fresh, _ = planned(ATHLETE, GOALS, HISTORY, late)
    held_m = mileage_of(HISTORY, today=late, complete_until=None).held_m(late - 2 * DAY)
    assert all(week.volume_m <= 1.005 * held_m for week in fresh.weeks)  # whole runs are rounded


def test_a_run_that_may_still_arrive_is_ground_for_the_weeks_behind_it():
    """Friday's run is known and Thursday's not yet: that is no week with a run less."""
    week = PLAN.weeks[0]
    first, last = [day for day in week.days if day.workout][:2]
    unknown = replace(first, status=DayStatus.UNKNOWN)
    ran = (*HISTORY, *as_planned(PLAN, last.day, last.day))
    seen = mileage_of(ran, today=last.day, complete_until=first.day - DAY)
    days = tuple(unknown if day.day == first.day else day for day in week.days)
    whole = run_as_planned(seen, days, last.day + DAY).week_m(week.first_day)
    assert whole == pytest.approx(week.volume_m, rel=0.02)
    said = tuple(replace(d, status=DayStatus.SKIPPED) if d == unknown else d for d in days)
    less = run_as_planned(seen, said, last.day + DAY).week_m(week.first_day)
    assert less == pytest.approx(whole - first.workout.workout.distance_m)


def test_a_run_counts_for_the_session_it_names():
    """Friday's session, run on Thursday evening, is done."""
    friday = next(d for d in PLAN.days() if d.workout and d.day.weekday() == 4)
    workout = friday.workout.workout
    early = run(
        friday.day - DAY,
        workout.distance_m / 1000,
        330,
        planned_ident=friday.workout.ident,
        id="early",
    )
    ran = (*HISTORY, *as_planned(PLAN, TODAY, friday.day - DAY), early)
    plan, _ = next_day(PLAN, friday.day + DAY, ran)
    assert plan.on(friday.day).status is DayStatus.DONE


def test_nothing_hard_on_the_days_before_a_race_though_no_other_day_is_left():
    athlete = replace(ATHLETE, run_weekdays=frozenset({4, 5, 6}))
    goals = (goal_in(2, TEN_K_M),)
    plan, _ = planned(athlete, goals, HISTORY)
    race_day = goals[0].day
    assert not any(
        hard(workout) for day, workout in workouts(plan).items() if 0 < (race_day - day).days <= 2
    )


def test_a_run_of_today_is_counted_once():
    """Each day of a week: having just run what was planned takes nothing from the days to come."""
    plan = PLAN
    for offset in range(14):
        today = TODAY + offset * DAY
        after, changes = (
            next_day(plan, today, activities=(*HISTORY, *as_planned(PLAN, TODAY, today)))
            if offset
            else (PLAN, ())
        )
        assert changes == (), today
        plan = after


def test_a_hard_run_that_was_not_planned_softens_the_hard_session_after_it():
    """An easy Thursday run as a race of one's own: Friday's or Saturday's session becomes easy, is
    not put elsewhere, and the days behind the gap stay (rules I-6, R-2).
    """
    athlete = replace(ATHLETE, runs_per_week=5)
    closing, _ = planned(athlete, GOALS, HISTORY)
    keyed = [d for d in closing.days() if d.workout and hard(d.workout.workout)]
    session = next(d for d in keyed if d.day >= TODAY + 3 * DAY)
    eve = session.day - DAY
    ran = (*HISTORY, *as_planned(closing, TODAY, eve - DAY), run(eve, 9.0, 250))
    plan, changes = planned(athlete, GOALS, ran, today=eve, closing=closing)
    softened = plan.on(session.day).workout.workout
    assert softened.kind is Kind.EASY
    assert softened.distance_m <= session.workout.workout.distance_m
    receipt = next(change for change in changes if change.day == session.day)
    assert receipt.rule == "I-6"
    assert "as hard as a session" in receipt.sentence
    others = {d.day: d.workout.workout.kind for d in keyed if d.day > session.day}
    assert {day: plan.on(day).workout.workout.kind for day in others} == others
    # and it stays as it is on the days after, though nothing is said of it again
    later, told = planned(athlete, GOALS, ran, today=eve + DAY, closing=plan)
    assert later.on(session.day) == plan.on(session.day)
    assert all(change.day != session.day for change in told)


def test_what_limits_took_of_a_moved_session_comes_back_though_its_own_day_is_over():
    """A second move had made its week too full; that one is taken back, the first stays said."""
    days = [d for d in PLAN.days() if d.day > TODAY + DAY]
    key = next(d for d in days if d.workout and hard(d.workout.workout))
    to = next(d.day for d in days if d.day > key.day and not d.workout)
    move, gone = Layer(LayerKind.MOVE, key.workout.ident, to), "another:taken back"
    plan, _ = next_day(today=key.day, layers=(move,))
    assert plan.on(to).workout.workout == key.workout.workout
    eased = replace(plan.on(to).workout, workout=easy(4_000.0, PACES))

    def under_both(day):
        return replace(day, workout=eased) if day.day == to else day

    weeks = tuple(replace(w, days=tuple(under_both(d) for d in w.days)) for w in plan.weeks)
    less = (Less(key.workout.ident, (move.statement, gone), eased),)
    closing = replace(plan, weeks=weeks, less=less, hand=(move.statement, gone))
    after, _ = next_day(closing, key.day + DAY, layers=(move,))
    assert after.on(to).workout.workout == key.workout.workout
