"""Which runs the sessions of a plan were, and how each was run."""

from dataclasses import replace
from datetime import timedelta

from planning.goals.goal import HALF_M
from planning.schedule.judging import Verdict
from planning.schedule.review import reviewed
from planning.workout import Kind
from tests.planning.athletes import race, run
from tests.planning.schedule.cases import ATHLETE, TODAY, as_planned, goal_in, history, planned

DAY = timedelta(days=1)
PACED = {Kind.TEMPO, Kind.THRESHOLD}
SUNDAY = TODAY + 6 * DAY
HISTORY = history()
PLAN, _ = planned(ATHLETE, [goal_in(10, HALF_M)], HISTORY)
DONE = as_planned(PLAN, TODAY, SUNDAY)


def review(*runs, today=SUNDAY):
    return reviewed(PLAN, athlete=ATHLETE, activities=(*HISTORY, *runs), today=today)


def test_a_week_done_as_planned_is_told_so_day_by_day():
    found = review(*DONE)
    assert [one.planned.day for one in found] == [one.day for one in DONE]
    assert [one.runs for one in found] == [(one,) for one in DONE]
    assert {one.judgement.verdict for one in found} == {Verdict.AS_PLANNED}


def test_what_was_no_session_is_not_in_it():
    free = next(d.day for d in PLAN.days() if d.workout is None and d.day > TODAY)
    assert review(run(free, 3.0, 400.0), today=free) == ()


def test_it_is_judged_beside_the_paces_that_the_plan_stands_on():
    session = next(d for d in PLAN.days() if d.workout and d.workout.workout.kind in PACED)
    workout = session.workout.workout
    km, slow = workout.distance_m / 1000, 1.13 * workout.duration_s
    ran = run(session.day, km, slow / km, planned_ident=session.workout.ident)
    slower = replace(PLAN, paced_at=PLAN.paced_at - 0.1)
    (told,), (else_told,) = (
        reviewed(plan, athlete=ATHLETE, activities=(*HISTORY, ran), today=session.day)
        for plan in (PLAN, slower)
    )
    assert told.judgement.verdict is Verdict.ANOTHER_KIND  # all of it was easy running
    assert else_told.judgement.verdict is Verdict.EASIER


def test_later_runs_and_the_order_of_runs_change_nothing():
    wednesday = TODAY + 2 * DAY
    then = review(*(one for one in DONE if one.day <= wednesday), today=wednesday)
    later = (*DONE, race(TODAY + 5 * DAY, 10.0, 36 * 60.0))
    assert then
    assert review(*later, today=wednesday) == then
    assert review(*later[::-1], today=wednesday) == then
