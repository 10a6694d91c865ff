"""The athlete's hand: laid over the days as they are made, and settled where it is too late."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from planning.goals.goal import HALF_M
from planning.schedule.effort import hard
from planning.schedule.hand import (
    as_yesterday,
    left,
    lessened,
    settled,
    still_less,
    with_layers,
)
from planning.schedule.library import easy
from planning.schedule.plan import DayStatus, Layer, LayerKind, Less
from planning.workout import Kind, PlannedWorkout
from tests.planning.schedule.cases import ATHLETE, PACES, TODAY, goal_in, history, planned

PLAN, _ = planned(ATHLETE, (goal_in(14, HALF_M),), history())
DAYS = tuple(PLAN.days())


def as_it_is(workout, hot):
    return workout


IDENTS = [day.workout.ident for day in DAYS if day.workout]


def idents(days):
    return [day.workout.ident for day in days if day.workout]


@st.composite
def layers(draw):
    ident = draw(st.sampled_from(IDENTS))
    if draw(st.booleans()):
        return Layer(LayerKind.SKIP, ident)
    return Layer(LayerKind.MOVE, ident, draw(st.sampled_from(DAYS)).day)


@settings(deadline=None, derandomize=True, max_examples=80)
@given(st.lists(layers(), max_size=6), st.integers(0, 10))
def test_a_hand_moves_and_takes_sessions_and_makes_none(told, later):
    today = TODAY + timedelta(days=later)
    touched = with_layers(DAYS, told, today=today)
    assert len(idents(touched)) == len(set(idents(touched)))
    assert set(idents(touched)) <= set(IDENTS)
    assert [day.day for day in touched] == [day.day for day in DAYS]
    assert all(day.workout.day == day.day for day in touched if day.workout)
    assert [d for d in touched if d.day < today and d.workout != PLAN.on(d.day).workout] == []
    assert with_layers(touched, told[-1:], today=today) == touched  # said again it is nothing new


@settings(deadline=None, derandomize=True, max_examples=80)
@given(st.lists(layers(), max_size=6), st.integers(0, 10), st.integers(0, 6))
def test_what_reached_the_past_is_settled_and_all_that_changed_places_with_it(told, later, more):
    """Days go by: what is over stays as it was shown, and no session stands twice or is lost."""
    today = TODAY + timedelta(days=later)
    shown = with_layers(DAYS, told, today=TODAY)
    past = [one if one.day < today else own for one, own in zip(shown, DAYS, strict=True)]
    over = {d.workout.ident for days in (shown, DAYS) for d in days if d.day < today and d.workout}
    days = settled(past, shown, over)
    assert len(idents(days)) == len(set(idents(days)))
    assert [d for d in days if d.day < today] == [d for d in shown if d.day < today]
    missing = set(idents(shown)) - set(idents(days))
    assert not missing & over
    untouched = [d for d in DAYS if d.day >= today and d == PLAN.on(d.day)]
    alone = [d for d in untouched if d.workout and d in shown]
    assert set(idents(alone)) <= set(idents(days))


def test_a_session_moved_forward_and_done_does_not_come_back():
    """Moved from Friday to Tuesday; on Wednesday its old day is still to come, and stays free."""
    late = next(d for d in DAYS[3:] if d.workout)
    early = next(d for d in DAYS if d.workout is None and d.day < late.day)
    layer = Layer(LayerKind.MOVE, late.workout.ident, early.day)
    touched = with_layers(DAYS, [layer], today=TODAY)
    after = early.day + timedelta(days=1)
    past = [one if one.day < after else own for one, own in zip(touched, DAYS, strict=True)]
    days = settled(past, touched, {late.workout.ident})
    again = with_layers(days, [layer], today=after)
    assert len(idents(again)) == len(set(idents(again)))
    held = next(day for day in again if day.day == late.day)
    assert held.workout is None
    assert held.status is DayStatus.MOVED


def test_nothing_moves_into_the_past_or_from_it():
    first = next(d for d in DAYS if d.workout)
    today = first.day + timedelta(days=1)
    free = next(d for d in DAYS if d.workout is None and d.day > today)
    from_past = Layer(LayerKind.MOVE, first.workout.ident, free.day)
    assert with_layers(DAYS, [from_past], today=today) == DAYS
    rest = next(d for d in DAYS if d.workout is None)
    late = today + timedelta(days=7)
    coming = next(d for d in DAYS if d.workout and d.day > late)
    into_past = Layer(LayerKind.MOVE, coming.workout.ident, rest.day)
    assert with_layers(DAYS, [into_past], today=late) == DAYS


def test_what_is_pinned_reads_as_it_was_pinned_wherever_it_is_moved():
    one, other = [d for d in DAYS if d.workout][:2]
    free = next(d for d in DAYS if d.workout is None)
    pin = Layer(LayerKind.PIN, one.workout.ident, workout=other.workout.workout)
    move = Layer(LayerKind.MOVE, one.workout.ident, free.day)
    for told in ([pin, move], [move, pin]):
        moved = next(d for d in with_layers(DAYS, told, today=TODAY) if d.day == free.day)
        assert moved.workout.ident == one.workout.ident
        assert moved.workout.workout == other.workout.workout


def test_i_did_not_run_is_an_answer_for_a_past_day():
    first = next(d for d in DAYS if d.workout)
    days = tuple(replace(d, status=DayStatus.UNKNOWN) if d == first else d for d in DAYS)
    layer = Layer(LayerKind.SKIP, first.workout.ident)
    touched = with_layers(days, [layer], today=first.day + timedelta(days=1))
    answered = next(d for d in touched if d.day == first.day)
    assert answered.status is DayStatus.SKIPPED
    assert answered.workout == first.workout


def test_what_limits_took_because_of_the_hand_stays_off_as_long_as_all_of_it_is_said():
    one, other = [d for d in DAYS if d.workout][:2]
    skip, move = Layer(LayerKind.SKIP, "a"), Layer(LayerKind.MOVE, "b", TODAY)
    shorter = replace(one.workout, workout=replace(one.workout.workout, distance_m=3_000.0))
    under = (skip.statement, move.statement)
    closing = replace(
        PLAN,
        less=(Less(one.workout.ident, under, shorter), Less(other.workout.ident, under, None)),
    )
    kept = still_less(closing, DAYS, [skip, move], as_it_is, PACES)
    assert [each.workout for each in kept] == [shorter, None]
    read = {day.day: day.workout for day in lessened(DAYS, kept, today=TODAY)}
    assert (read[one.day].workout.distance_m, read[other.day]) == (3_000.0, None)
    for said in ([skip], [move], []):
        assert still_less(closing, DAYS, said, as_it_is, PACES) == ()


def test_what_limits_took_is_never_more_than_what_is_made_today():
    one = next(d for d in DAYS if d.workout)
    less = Less(one.workout.ident, (), replace(one.workout, note="as it was yesterday"))
    closing, kept_m = replace(PLAN, less=(less,)), one.workout.workout.distance_m - 500
    smaller = replace(
        one, workout=replace(one.workout, workout=replace(one.workout.workout, distance_m=kept_m))
    )
    for made, told in ((one, less.workout), (smaller, smaller.workout)):
        (kept,) = still_less(closing, [made], [], as_it_is, PACES)
        assert kept.workout == told


def day_of(sort, after=TODAY):
    return next(d for d in DAYS if d.day > after and d.workout and d.workout.workout.kind is sort)


def test_a_moved_session_that_is_no_longer_made_leaves_the_other_where_it_was_put():
    home = day_of(Kind.LONG)
    there = day_of(Kind.EASY, home.day)
    layer = Layer(LayerKind.MOVE, home.workout.ident, there.day)
    shown = with_layers(DAYS, [layer], today=TODAY)
    closing = replace(PLAN, weeks=tuple(within(week, shown) for week in PLAN.weeks))
    made = tuple(replace(d, workout=None) if d is home else d for d in DAYS)
    for again in range(2):  # and so it stays on every later evening
        now = {d.day: d for d in with_layers(made, [layer], today=TODAY, left=left(closing))}
        assert now[home.day].workout.ident == there.workout.ident, again
        assert now[there.day].workout is None
        assert now[home.day].set_aside.ident == home.workout.ident
        closing = replace(
            closing, weeks=tuple(within(week, tuple(now.values())) for week in closing.weeks)
        )
    assert with_layers(made, [], today=TODAY, left=left(closing)) == made


def within(week, days):
    by_day = {d.day: d for d in days}
    return replace(week, days=tuple(by_day[d.day] for d in week.days))


def test_tomorrow_stays_empty_when_a_session_is_newly_made_where_its_own_was_moved_to():
    home = next(d for d in DAYS if d.day > TODAY and d.workout and hard(d.workout.workout))
    free = next(d for d in DAYS if d.day > home.day and d.workout is None)
    layer = Layer(LayerKind.MOVE, home.workout.ident, free.day)
    shown = with_layers(DAYS, [layer], today=TODAY)
    weeks = tuple(within(week, shown) for week in PLAN.weeks)
    closing = replace(PLAN, weeks=weeks, hand=(layer.statement,))
    run = PlannedWorkout("g1-new", free.day, easy(6_000.0, PACES))
    made = tuple(replace(d, workout=run) if d is free else d for d in DAYS)

    def tonight(closing, days_ahead):
        today = home.day - timedelta(days=days_ahead)
        under = with_layers(made, [layer], today=today)
        now = {d.day: d for d in as_yesterday(under, closing, [layer], but=(), today=today)}
        assert now[free.day].workout.ident == home.workout.ident
        return now[home.day]

    assert tonight(closing, 1).workout is None
    assert tonight(closing, 1).status is DayStatus.MOVED
    assert tonight(closing, 1).set_aside == home.workout
    assert tonight(closing, 2).workout.ident == run.ident
    assert tonight(replace(closing, hand=()), 1).workout.ident == run.ident  # said tonight


def test_a_session_that_comes_to_tomorrow_from_a_later_day_reads_as_it_is_made():
    tomorrow, later = [d for d in DAYS if d.day > TODAY and d.workout][::4][:2]
    other = easy(3_500.0, PACES)
    made = replace(tomorrow, workout=PlannedWorkout(later.workout.ident, tomorrow.day, other))
    today = tomorrow.day - timedelta(days=1)
    assert as_yesterday([made], PLAN, [], but=(), today=today) == (made,)
    same = replace(made, workout=replace(made.workout, ident=tomorrow.workout.ident))
    assert as_yesterday([same], PLAN, [], but=(), today=today) == (tomorrow,)


def test_what_limits_left_of_an_easy_run_keeps_its_targets_when_it_is_made_shorter():
    one = day_of(Kind.EASY)
    slower = replace(PACES, easy_low=PACES.easy_low - 0.05, easy_high=PACES.easy_high - 0.05)
    had, now = (replace(one.workout, workout=easy(*it)) for it in ((6500.0, slower), (6e3, PACES)))
    closing = replace(PLAN, less=(Less(one.workout.ident, (), had),))
    (kept,) = still_less(closing, [replace(one, workout=now)], [], as_it_is, PACES)
    assert kept.workout.workout.distance_m == 6_000.0
    assert kept.workout.workout.steps[0].target == had.workout.steps[0].target


def test_what_is_made_easier_is_no_longer_for_that_than_what_limits_had_left():
    hard_day = next(d for d in DAYS if d.day > TODAY and d.workout and hard(d.workout.workout))
    layer = Layer(LayerKind.SKIP, hard_day.workout.ident)
    small = replace(hard_day.workout.workout, distance_m=4_300.0)
    less = Less(
        hard_day.workout.ident, (layer.statement,), replace(hard_day.workout, workout=small)
    )
    now = replace(hard_day, workout=replace(hard_day.workout, workout=easy(9_000.0, PACES)))
    closing = replace(PLAN, less=(less,))
    (after,) = still_less(closing, [now], [layer], as_it_is, PACES)
    assert after.workout.workout.kind is Kind.EASY
    assert after.workout.workout.distance_m <= 4_300.0
    (same,) = still_less(closing, [hard_day], [layer], as_it_is, PACES)
    assert same == less
    assert still_less(closing, [now], [], as_it_is, PACES) == ()


def test_what_the_hand_gives_back_is_given_back_for_tomorrow_as_well():
    tomorrow = next(d for d in DAYS if d.day > TODAY and d.workout)
    short = replace(tomorrow.workout.workout, distance_m=3_000.0)
    layer = Layer(LayerKind.SKIP, "g1-other")
    had = replace(tomorrow, workout=replace(tomorrow.workout, workout=short))
    closing = replace(
        PLAN,
        weeks=tuple(
            replace(w, days=tuple(had if d is tomorrow else d for d in w.days)) for w in PLAN.weeks
        ),
        less=(Less(tomorrow.workout.ident, (layer.statement,), had.workout),),
        hand=(layer.statement,),
    )
    today = tomorrow.day - timedelta(days=1)
    said = as_yesterday([tomorrow], closing, [layer], but=(), today=today)
    back = as_yesterday([tomorrow], closing, [], but=(), today=today)
    assert said[0].workout == had.workout
    assert back == (tomorrow,)


def test_a_hard_session_that_limits_made_easy_stays_easy_when_it_is_made_shorter():
    hard_day = next(d for d in DAYS if d.day > TODAY and d.workout and hard(d.workout.workout))
    shorter = replace(hard_day.workout.workout, distance_m=3_800.0)
    eased = replace(hard_day.workout, workout=easy(4_000.0, PACES))
    closing = replace(PLAN, less=(Less(hard_day.workout.ident, (), eased),))
    made = replace(hard_day, workout=replace(hard_day.workout, workout=shorter))
    (kept,) = still_less(closing, [made], [], as_it_is, PACES)
    assert not hard(kept.workout.workout)
    assert 3_000.0 <= kept.workout.workout.distance_m <= 3_800.0
