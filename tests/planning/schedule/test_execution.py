"""Which run was which session, and how it was run."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.activity import Surface
from planning.fitness.ability import estimate
from planning.goals.goal import TEN_K_M
from planning.schedule.adapt import plan_for
from planning.schedule.as_run import was_hard
from planning.schedule.effort import hard
from planning.schedule.execution import matched, soften_after_hard, unplanned_hard
from planning.schedule.library import easy, long
from planning.schedule.library import race as race_day
from planning.schedule.outcome import closed
from planning.schedule.plan import BY_HAND, DayStatus, Layer, LayerKind, PlanDay
from planning.schedule.receipt import Cause
from planning.workout import Kind, PlannedWorkout
from tests.planning.athletes import race, ride, run
from tests.planning.schedule.cases import ATHLETE, PACES, TODAY, goal_in, history, planned
from tests.sizes import FIXED, examples

DAY = timedelta(days=1)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = (TODAY + n * DAY for n in range(7))
HISTORY = history()
FITNESS = estimate(HISTORY, TODAY)
PLAN, _ = planned(ATHLETE, (goal_in(14, TEN_K_M),), HISTORY)
THRESHOLD = next(
    d.workout.workout
    for d in PLAN.days()
    if d.workout and d.workout.workout.kind in {Kind.THRESHOLD, Kind.TEMPO}
)
EASY_PACE = 1000 / PACES.easy


def on(day, workout, ident=None, **fields):
    ident = ident or f"s-{day:%a}".lower()
    return PlanDay(day, PlannedWorkout(ident, day, workout) if workout else None, **fields)


def week(**workouts):
    """A week with these workouts by weekday (`mon`, `tue`, ...), rest on the other days."""
    return [on(TODAY + n * DAY, workouts.get(f"{TODAY + n * DAY:%a}".lower())) for n in range(7)]


def at(clock_time, activity):
    started = datetime.combine(activity.day, clock_time, tzinfo=UTC)
    return replace(activity, start_at=started, id=f"{activity.id}-{clock_time}")


def as_asked(workout, day, **fields):
    km = workout.distance_m / 1000
    return run(day, km, workout.duration_s / km, **fields)


def was(days, *activities, today=SUNDAY):
    """Ids of the runs by weekday of the session they were, and those that are left."""
    found = matched(days, activities, today)
    runs = {f"{d.day:%a}".lower(): [r.id for r in found.of(d)] for d in days if found.of(d)}
    return runs, [run.id for run in found.extra]


def test_a_run_that_names_its_workout_is_that_on_whatever_day():
    days = week(tue=THRESHOLD, sat=easy(8_000, PACES))
    named = run(SATURDAY, 8, 340, planned_ident="s-tue", id="named")
    other = run(SATURDAY, 3, 360, id="other")
    assert was(days, named, other) == ({"tue": ["named"], "sat": ["other"]}, [])
    jog = run(TUESDAY, 6, 360, id="jog")
    half = replace(named, distance_m=5_000.0, moving_time_s=1_700.0)
    assert was(days, half, jog) == ({"tue": ["named"]}, ["jog"])


def test_a_name_that_stands_twice_is_that_of_the_day_it_was_run_on():
    nine = easy(9_000, PACES)
    days = [on(TUESDAY, nine, "twice"), on(THURSDAY, nine, "twice")]
    named = as_asked(nine, TUESDAY, planned_ident="twice", id="r")
    for told in (days, days[::-1]):
        assert was(told, named) == ({"tue": ["r"]}, [])


def test_a_run_of_the_day_is_its_session_whatever_it_was_like():
    days = week(tue=easy(8_000, PACES))
    for ran in (run(TUESDAY, 2, 400, id="r"), race(TUESDAY, 21.1, 5_400, id="r")):
        assert was(days, ran) == ({"tue": ["r"]}, [])


def test_warm_up_main_part_and_cool_down_are_one_session():
    days = week(tue=easy(12_000, PACES))
    parts = [
        at(time(7, 0), run(TUESDAY, 2, 360)),
        at(time(7, 15), run(TUESDAY, 8, 330)),
        at(time(8, 5), run(TUESDAY, 2, 360)),
    ]
    assert was(days, *reversed(parts)) == ({"tue": [part.id for part in parts]}, [])


def test_two_runs_that_do_it_together_are_the_session():
    """7.4 of 10 km come nearer to it than 14.8 do, but one of them alone is not the session."""
    days = week(tue=easy(10_000, PACES))
    twice = [at(time(hour), run(TUESDAY, 7.4, EASY_PACE)) for hour in (7, 19)]
    assert was(days, *twice) == ({"tue": [one.id for one in twice]}, [])


def test_the_run_that_fits_is_the_session_and_the_other_is_extra():
    days = week(tue=THRESHOLD)
    km = THRESHOLD.distance_m / 1000
    jog = at(time(7), run(TUESDAY, km, EASY_PACE * 1.1, id="jog"))
    work = at(time(19), as_asked(THRESHOLD, TUESDAY, id="work"))
    assert was(days, jog, work) == ({"tue": [work.id]}, [jog.id])


def test_a_race_of_the_day_is_the_planned_race():
    ten = goal_in(0, TEN_K_M, weekday=6)
    days = week(sun=race_day(ten, PACES))
    raced, jog = race(SUNDAY, 10.05, 2_500, id="race"), run(SUNDAY, 10, 250.5, id="jog")
    assert was(days, jog, raced)[0]["sun"] == ["race"]


@pytest.mark.parametrize("day", [MONDAY, WEDNESDAY])
@pytest.mark.parametrize("workout", [easy(9_000, PACES), THRESHOLD])
def test_a_session_a_day_early_or_late(day, workout):
    days = week(tue=workout)
    assert was(days, as_asked(workout, day, id="r")) == ({"tue": ["r"]}, [])


def test_two_days_away_is_another_run():
    workout = easy(9_000, PACES)
    assert was(week(tue=workout), as_asked(workout, THURSDAY, id="r")) == ({}, ["r"])


def test_a_run_is_its_own_days_first():
    nine = easy(9_000, PACES)
    days = week(tue=nine, wed=easy(7_000, PACES))
    assert was(days, as_asked(nine, WEDNESDAY, id="r")) == ({"wed": ["r"]}, [])
    seven = at(time(18), run(WEDNESDAY, 7, EASY_PACE, id="own"))
    late = as_asked(nine, WEDNESDAY, id="late")
    assert was(days, late, seven) == ({"tue": ["late"], "wed": [seven.id]}, [])


def test_a_session_with_a_run_of_its_own_takes_no_other_days():
    days = week(tue=easy(9_000, PACES))
    cut = run(TUESDAY, 3, EASY_PACE, id="cut")
    rest = run(WEDNESDAY, 9, EASY_PACE, id="rest")
    assert was(days, cut, rest) == ({"tue": ["cut"]}, ["rest"])


def test_one_run_is_one_session_and_rather_a_late_one():
    nine = easy(9_000, PACES)
    days = week(tue=nine, thu=nine)
    assert was(days, as_asked(nine, WEDNESDAY, id="r")) == ({"tue": ["r"]}, [])


def test_what_is_not_like_the_session_is_extra_on_another_day():
    nine, km = easy(9_000, PACES), THRESHOLD.distance_m / 1000
    other = [
        (nine, run(WEDNESDAY, 6, EASY_PACE)),  # too short
        (nine, run(WEDNESDAY, 14, EASY_PACE)),  # too long
        (nine, run(WEDNESDAY, 9, 0.9 * EASY_PACE)),  # not easy
        (nine, race(WEDNESDAY, 9, 9 * EASY_PACE)),
        (THRESHOLD, run(WEDNESDAY, km, 1.05 * THRESHOLD.duration_s / km)),  # no work in it
        (THRESHOLD, as_asked(THRESHOLD, WEDNESDAY, surface=Surface.TREADMILL)),  # who knows
    ]
    for workout, ran in other:
        assert was(week(tue=workout), ran) == ({}, [ran.id])
    ten = race_day(goal_in(0, TEN_K_M, weekday=6), PACES)
    early = as_asked(ten, SATURDAY)
    assert was(week(sun=ten), early) == ({}, [early.id])


def test_off_the_road_time_tells_what_a_session_was():
    """A trail run of the same time, however few kilometres."""
    workout = easy(9_000, PACES)
    hilly = run(WEDNESDAY, 6, workout.duration_s / 6, surface=Surface.TRAIL, id="trail")
    assert was(week(tue=workout), hilly) == ({"tue": ["trail"]}, [])


def test_what_the_athlete_said_was_not_run_claims_nothing():
    days = [on(TUESDAY, easy(9_000, PACES), status=DayStatus.SKIPPED)]
    assert was(days, run(TUESDAY, 9, EASY_PACE, id="r")) == ({}, ["r"])
    assert was(days, run(WEDNESDAY, 9, EASY_PACE, id="r")) == ({}, ["r"])


def test_rides_and_later_runs_are_not_looked_at():
    nine = easy(9_000, PACES)
    late = as_asked(nine, WEDNESDAY)
    assert was(week(tue=nine), ride(TUESDAY), late, today=TUESDAY) == ({}, [])


def test_the_sunday_that_is_no_longer_known_of_gives_only_what_was_seen():
    """From Tuesday on last week is gone: its Sunday's run may have been its own session's."""
    nine = easy(9_000, PACES)
    sunday = as_asked(nine, MONDAY - DAY, id="r")
    assert was([on(MONDAY, nine)], sunday) == ({}, [])
    assert was([on(MONDAY, nine, status=DayStatus.DONE)], sunday) == ({"mon": ["r"]}, [])
    rest = on(MONDAY - DAY, None)
    assert was([rest, on(MONDAY, nine)], sunday) == ({"mon": ["r"]}, [])


KINDS = st.sampled_from(
    [None, easy(6_000, PACES), easy(9_000, PACES), long(18_000, PACES), THRESHOLD]
)
RUNS = st.builds(
    lambda n, hour, km, pace, named, raced: at(
        time(hour),
        run(TODAY + n * DAY, km, pace, planned_ident=named, is_race=raced),
    ),
    st.integers(0, 6),
    st.integers(5, 21),
    st.sampled_from([2.0, 5.0, 6.0, 9.0, 10.0, 18.0]),
    st.sampled_from([270.0, 300.0, 335.0, 350.0]),
    st.sampled_from([None, None, None, "s-tue", "s-sat"]),
    st.booleans(),
)


@given(st.lists(KINDS, min_size=7, max_size=7), st.lists(RUNS, max_size=8), st.randoms())
@settings(max_examples=examples(60), derandomize=FIXED, deadline=None)
def test_in_any_order_each_run_is_one_session_or_extra(workouts, runs, chance):
    days = [on(TODAY + n * DAY, workout) for n, workout in enumerate(workouts)]
    runs = list({one.id: one for one in runs}.values())
    found = matched(days, runs, SUNDAY)
    shuffled = chance.sample(runs, len(runs))
    assert matched(chance.sample(days, 7), shuffled, SUNDAY) == found
    taken = [one.id for ran in found.runs.values() for one in ran] + [r.id for r in found.extra]
    assert sorted(taken) == sorted(one.id for one in runs)
    for day in days:
        if day.workout and any(one.day == day.day and not one.planned_ident for one in runs):
            assert found.of(day), "a day with a run has its session begun"


def closed_on(today, activities, closing=PLAN, **more):
    return plan_for(
        athlete=ATHLETE,
        goals=(goal_in(14, TEN_K_M),),
        activities=(*HISTORY, *activities),
        fitness=FITNESS,
        today=today,
        closing_plan=closing,
        complete_until=today - DAY,
        **more,
    )[0]


def next_to_rest(step):
    """A day with a session beside a day of rest: after it (1) or before it (-1)."""
    return next(
        d
        for d in PLAN.days()
        if TODAY + 7 * DAY < d.day < TODAY + 13 * DAY
        and d.workout
        and PLAN.on(d.day + step * DAY).workout is None
    )


@pytest.mark.parametrize("step", [1, -1])
def test_the_plan_holds_a_session_run_on_a_day_of_rest_for_done(step):
    session = next_to_rest(step)
    resting = session.day + step * DAY
    ran = as_asked(session.workout.workout, resting)
    plan = closed_on(max(session.day, resting) + DAY, (ran,))
    assert plan.on(session.day).status is DayStatus.DONE
    assert plan.on(session.day).workout == session.workout
    assert plan.on(resting) == PLAN.on(resting)
    assert closed_on(max(session.day, resting) + DAY, ()).on(session.day).status is DayStatus.MISSED


def test_mondays_session_run_on_sunday_stays_done_when_last_week_is_gone():
    nine = on(TODAY + 7 * DAY, easy(9_000, PACES), "monday")
    weeks = [
        replace(week, days=tuple(_monday_run(day, nine) for day in week.days))
        for week in PLAN.weeks
    ]
    closing = replace(PLAN, weeks=tuple(weeks))
    early = as_asked(nine.workout.workout, nine.day - DAY)
    heard_late = closed_on(nine.day, (early,), closing=closing)
    assert heard_late.on(nine.day).status is DayStatus.DONE
    for today in (nine.day - DAY, nine.day, nine.day + DAY, nine.day + 2 * DAY):
        closing = closed_on(today, (early,), closing=closing)
        assert closing.on(nine.day).status is DayStatus.DONE


def _monday_run(day, nine):
    if day.day == nine.day - DAY:
        return PlanDay(day.day, None)
    return nine if day.day == nine.day else day


def test_a_run_is_of_the_session_that_the_athlete_put_on_its_day():
    """A hard session changes places with an easy run: that one's run is not the hard session's."""
    key = next(
        d
        for d in PLAN.days()
        if d.day > TODAY + 7 * DAY
        and d.workout
        and hard(d.workout.workout)
        and PLAN.on(d.day + DAY).workout
        and PLAN.on(d.day + DAY).workout.workout.kind is Kind.EASY
    )
    move = Layer(LayerKind.MOVE, key.workout.ident, to_day=key.day + DAY)
    swapped = closed_on(key.day - DAY, (), layers=(move,))
    assert swapped.on(key.day + DAY).workout.ident == key.workout.ident
    jog = run(key.day, key.workout.workout.distance_m / 1000, EASY_PACE)
    plan = closed_on(key.day, (jog,), closing=swapped, layers=(move,))
    assert plan.on(key.day + DAY).workout.ident == key.workout.ident
    assert plan.on(key.day + DAY).status is DayStatus.PLANNED


TEMPO_RUN = run(TUESDAY, 12, 285, id="tempo")


def test_a_hard_run_asks_for_a_gap_before_the_next_hard_session():
    days = {d.day: d for d in week(wed=THRESHOLD, thu=easy(8_000, PACES), fri=THRESHOLD)}
    soft = softened(days, TEMPO_RUN, gap_days=2)
    assert list(soft) == [WEDNESDAY]
    after, before = soft[WEDNESDAY].day.workout, days[WEDNESDAY].workout
    assert after.ident == before.ident
    assert after.workout.kind is Kind.EASY
    assert soft[WEDNESDAY].cause == Cause(
        "your 12 km run on Tuesday 2 June was as hard as a session", "I-6"
    )
    assert list(softened(days, TEMPO_RUN, gap_days=3)) == [WEDNESDAY]
    days[THURSDAY] = on(THURSDAY, THRESHOLD)
    assert list(softened(days, TEMPO_RUN, gap_days=2)) == [WEDNESDAY]
    assert list(softened(days, TEMPO_RUN, gap_days=3)) == [WEDNESDAY, THURSDAY]
    raced = race(WEDNESDAY, 5, 1_200)
    soft = softened(days, TEMPO_RUN, raced, today=WEDNESDAY, gap_days=3)
    assert soft[WEDNESDAY].cause.fact.startswith("your 5 km race on Wednesday 3 June was")


def softened(days, *ran, today=TUESDAY, gap_days=2, **more):
    return soften_after_hard(days, ran, gap_days=gap_days, today=today, paces=PACES, **more)


def test_races_and_the_athletes_own_sessions_are_left_alone():
    ten = race_day(goal_in(0, TEN_K_M, weekday=2), PACES)
    left_alone = [
        on(WEDNESDAY, ten),
        on(WEDNESDAY, THRESHOLD, why=(BY_HAND,)),
        on(WEDNESDAY, THRESHOLD, status=DayStatus.DONE),
        on(WEDNESDAY, easy(9_000, PACES)),
        on(WEDNESDAY, None),
        on(MONDAY, THRESHOLD),  # before it
    ]
    for day in left_alone:
        assert softened({day.day: day}, TEMPO_RUN) == {}
    days = {WEDNESDAY: on(WEDNESDAY, THRESHOLD, "mine")}
    assert softened(days, TEMPO_RUN, hands_off={"mine"}) == {}
    assert softened(days, TEMPO_RUN, today=THURSDAY) == {}, "the past stands"
    assert softened(days) == {}


SESSIONS = [d.workout.workout for d in PLAN.days() if d.workout and hard(d.workout.workout)]


@pytest.mark.parametrize("session", [*SESSIONS, long(30_000, PACES, blocks=3, block_m=5_000)])
def test_what_stands_for_a_hard_session_is_easy_and_no_longer(session):
    days = {WEDNESDAY: on(WEDNESDAY, session)}
    after = softened(days, TEMPO_RUN)[WEDNESDAY].day.workout.workout
    assert not hard(after)
    assert after.distance_m <= session.distance_m
    assert after.duration_s <= session.duration_s + 1
    assert after.distance_m > 0.7 * session.distance_m
    assert (after.kind is Kind.LONG) == (session.kind is Kind.LONG)


def test_hard_without_a_hard_session():
    """An extra run and an easy one run hard; not the hard session itself."""
    days = week(tue=THRESHOLD, thu=easy(8_000, PACES))
    session = as_asked(THRESHOLD, TUESDAY, id="session", curve_m=tuple([0.0] * 16 + [5_000.0]))
    assert was_hard(session, PACES)
    fast = run(THURSDAY, 8, 285, id="fast")
    extra = run(SATURDAY, 10, 285, id="extra")
    jog = run(SUNDAY, 10, 340, id="jog")
    ran = [jog, extra, fast, session]
    found = unplanned_hard(days, matched(days, ran, SUNDAY), PACES)
    assert [one.id for one in found] == ["fast", "extra"]


def test_a_run_that_comes_in_late_and_fits_better_takes_back_nothing_that_was_called_done():
    plan, _ = planned(ATHLETE, (goal_in(14, TEN_K_M),), history())
    day = next(d for d in plan.days() if d.workout)
    part = run(day.day, 0.5 * day.workout.workout.distance_m / 1000, 340)
    later = day.day + timedelta(days=2)
    told = {
        status: closed(
            replace(day, status=status), runs=runs, complete_until=later, today=later
        ).status
        for status, runs in ((DayStatus.DONE, (part,)), (DayStatus.UNKNOWN, (part,)))
    }
    assert told == {DayStatus.DONE: DayStatus.DONE, DayStatus.UNKNOWN: DayStatus.PARTLY}
    gone = closed(replace(day, status=DayStatus.DONE), runs=(), complete_until=later, today=later)
    assert gone.status is DayStatus.MISSED  # no run of it is left
