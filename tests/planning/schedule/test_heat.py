"""Hot days go by heart rate or effort, and by pace again when they are not (rule H-1)."""

from dataclasses import replace
from datetime import timedelta

from planning.athlete import Athlete
from planning.fitness.ability import estimate
from planning.goals.goal import HALF_M, TEN_K_M
from planning.schedule.adapt import plan_for
from planning.schedule.hand import lessened
from planning.schedule.heat import HEAT
from planning.schedule.lint import lint
from planning.schedule.plan import Layer, LayerKind, Less
from planning.weather import Weather
from planning.workout import Kind, TargetType, unrolled
from tests.planning.schedule.cases import TODAY, ZONE, goal_in, history, planned

HISTORY = history(50, 340)
ATHLETE = Athlete(zone=ZONE, max_heart_rate_bpm=188.0, sex="f", runs_per_week=6)
GOAL = goal_in(10, HALF_M)
DAY = timedelta(days=1)


def degrees(day, temperature_c):
    return Weather("athlete", day, temperature_c)


def told(today=TODAY, closing=None, weather=(), goal=GOAL, athlete=ATHLETE):
    plan, changes = planned(athlete, (goal,), HISTORY, today, closing, weather=weather)
    findings = lint(plan, athlete=athlete, goals=(goal,), activities=HISTORY, today=today)
    assert not findings
    return plan, changes


def easy_day(plan, after):
    return next(
        day.day
        for day in plan.days()
        if day.day >= after and day.workout and day.workout.workout.kind is Kind.EASY
    )


def targets(plan, day):
    return {step.target.type for step in unrolled(plan.on(day).workout.workout.steps)}


def test_a_hot_day_goes_by_heart_rate_and_a_cool_one_by_pace_again():
    cool, _ = told()
    day = easy_day(cool, TODAY + 4 * DAY)
    assert targets(cool, day) == {TargetType.PACE}
    hot, changes = told(TODAY + DAY, cool, [degrees(day, 27.0)])
    assert targets(hot, day) == {TargetType.HEART_RATE}
    assert [(one.day, one.rule, one.material) for one in changes] == [(day, HEAT, False)]
    assert "bpm, because it is expected to be over 25 degrees" in changes[0].sentence
    still, changes = told(TODAY + 2 * DAY, hot, [degrees(day, 26.0)])
    assert changes == ()
    assert targets(still, day) == {TargetType.HEART_RATE}
    again, changes = told(TODAY + 2 * DAY, hot, [degrees(day, 22.0)])
    assert again.on(day).workout.workout.steps == cool.on(day).workout.workout.steps
    assert "no longer" in changes[0].sentence
    assert again.on(day).why == cool.on(day).why


def test_what_was_softened_for_tomorrow_stays_soft():
    cool, _ = told()
    day = easy_day(cool, TODAY + 2 * DAY)
    hot, changes = told(day - DAY, cool, [degrees(day, 30.0)])
    assert changes
    assert targets(hot, day) == {TargetType.HEART_RATE}
    frozen, changes = told(day, hot, [degrees(day, 15.0)])
    assert changes == ()
    assert targets(frozen, day) == {TargetType.HEART_RATE}


def test_paces_that_move_do_not_bring_paces_back_to_a_hot_day():
    cool, _ = told()
    day = easy_day(cool, TODAY + 5 * DAY)
    weather = [degrees(day, 28.0)]
    hot, _ = told(TODAY + DAY, cool, weather)
    today, fitness = TODAY + 2 * DAY, estimate(HISTORY, TODAY + 2 * DAY)
    fitter = replace(
        fitness,
        ln_speeds=fitness.ln_speeds + 0.03,
        ln_speeds_later=fitness.ln_speeds_later + 0.03,
    )
    plan, changes = plan_for(
        athlete=ATHLETE,
        goals=(GOAL,),
        activities=HISTORY,
        fitness=fitter,
        today=today,
        closing_plan=hot,
        weather=weather,
    )
    assert "G-1" in {one.rule for one in changes}
    assert targets(plan, day) == {TargetType.HEART_RATE}


def test_new_days_know_of_the_heat_and_without_a_heart_rate_it_is_effort():
    cool, _ = told()
    day = easy_day(cool, TODAY + 4 * DAY)
    unknown = Athlete(zone=ZONE, runs_per_week=6)
    plan, _ = told(weather=[degrees(day, 31.0)], athlete=unknown)
    assert targets(plan, day) == {TargetType.OPEN}
    assert HEAT in plan.on(day).why
    others = {d.day for d in plan.days() if d.workout and HEAT in d.why}
    assert others == {day}


def test_a_race_in_the_heat_is_run_by_effort_and_a_warm_one_more_slowly():
    goal = goal_in(2, TEN_K_M)
    cool, _ = told(goal=goal)
    assert targets(cool, goal.day) == {TargetType.PACE}
    hot, changes = told(TODAY + DAY, cool, [degrees(goal.day, 29.0)], goal=goal)
    assert targets(hot, goal.day) == {TargetType.OPEN}
    assert {one.rule for one in changes} == {HEAT}
    assert "25 degrees" in hot.on(goal.day).workout.workout.purpose
    warm, _ = told(weather=[degrees(goal.day, 24.0)], goal=goal)
    pace = [plan.on(goal.day).workout.workout.duration_s for plan in (cool, warm)]
    assert pace[1] > 1.01 * pace[0]


def test_a_session_moved_off_a_day_that_becomes_hot_reads_as_it_did():
    cool, _ = told()
    home = easy_day(cool, TODAY + 4 * DAY)
    free = next(d.day for d in cool.days() if d.day > home and d.workout is None)
    ident = cool.on(home).workout.ident
    layers = (Layer(LayerKind.MOVE, ident, free),)
    moved, _ = planned(ATHLETE, (GOAL,), HISTORY, TODAY + DAY, cool, layers=layers)
    weather = [degrees(home, 28.0)]
    hot, changes = planned(
        ATHLETE, (GOAL,), HISTORY, TODAY + 2 * DAY, moved, layers=layers, weather=weather
    )
    assert HEAT in hot.untouched.on(home).why
    assert hot.on(free).workout == moved.on(free).workout
    assert [one for one in changes if one.day in {home, free}] == []


def test_what_limits_left_of_a_session_goes_by_heart_rate_on_a_hot_day_as_the_session_does():
    cool, _ = told()
    day = easy_day(cool, TODAY + 4 * DAY)
    hot, _ = told(TODAY + DAY, cool, [degrees(day, 28.0)])
    for made, left in ((hot, cool), (cool, hot)):
        was = left.on(day)
        less = Less(was.workout.ident, ("x",), was.workout, hot=HEAT in was.why)
        read = next(d for d in lessened(tuple(made.days()), [less], today=TODAY) if d.day == day)
        assert read.workout == was.workout
        assert (HEAT in read.why) is (HEAT in was.why)
