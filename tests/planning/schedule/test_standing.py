"""What stays as it stood, and what is laid out anew."""

from dataclasses import replace
from datetime import timedelta

import pytest

from planning.breaks import Break, BreakKind, Breaks
from planning.goals.goal import FIVE_K_M, HALF_M
from planning.schedule.heat import HEAT
from planning.schedule.library import easy
from planning.schedule.pacing import Pacing
from planning.schedule.receipt import Cause
from planning.schedule.standing import steady
from planning.schedule.time_off import asked_in
from tests.planning.schedule.cases import ATHLETE, PACES, TODAY, goal_in, history, known_on, planned

DAY = timedelta(days=1)
FAR, NEAR = goal_in(10, HALF_M), goal_in(7, FIVE_K_M, id="near")
PLAN, _ = planned(ATHLETE, [FAR], history())
TONIGHT = TODAY + DAY
KNOWN = known_on(TONIGHT, [FAR])
SESSION = next(d for d in PLAN.days() if d.workout and d.day > TONIGHT)
SLOWER = replace(PACES, easy_low=1000 / 360, easy_high=1000 / 325)


def reads(day, workout, **fields):
    return replace(day, workout=replace(day.workout, workout=workout), **fields)


STOOD, NOW = reads(SESSION, easy(8_000.0, PACES)), reads(SESSION, easy(8_000.0, SLOWER))


def test_a_session_that_only_reads_otherwise_by_its_paces_keeps_them():
    assert NOW != STOOD
    assert steady([NOW], [STOOD], KNOWN) == (STOOD,)


def test_it_keeps_them_on_the_day_it_is_moved_to():
    later = replace(NOW, day=NOW.day + DAY, workout=replace(NOW.workout, day=NOW.day + DAY))
    (kept,) = steady([later], [STOOD], KNOWN)
    assert kept.day == kept.workout.day == later.day
    assert kept.workout.workout == STOOD.workout.workout


def test_paces_that_ability_has_moved_are_the_new_ones():
    cause = Cause("your recent runs moved the estimate", "G-1", 1.35, 1.33)
    moved = replace(KNOWN, pacing=Pacing(SLOWER, 1.33, (), cause, PACES))
    assert steady([NOW], [STOOD], moved) == (NOW,)


def test_what_is_another_session_or_of_another_weather_or_over_is_left_alone():
    shorter = reads(SESSION, easy(6_000.0, SLOWER))
    assert steady([shorter], [STOOD], KNOWN) == (shorter,)
    hot = replace(NOW, why=(*NOW.why, HEAT))
    assert steady([hot], [STOOD], KNOWN) == (hot,)
    over = known_on(NOW.day + DAY, [FAR])
    assert steady([NOW], [STOOD], over) == (NOW,)
    other = replace(NOW, workout=replace(NOW.workout, ident="of another"))
    rest = replace(NOW, workout=None)
    assert steady([other, rest], [STOOD], KNOWN) == (other, rest)
    assert steady([NOW], [replace(STOOD, workout=None)], KNOWN) == (NOW,)


FLU = Break("flu", BreakKind.ILLNESS, TONIGHT + 4 * DAY, TONIGHT + 5 * DAY)
SHAPED = FLU.shapes_until()
FREE = SHAPED + DAY
HAD = replace(PLAN, asked=(*PLAN.asked, *asked_in(Breaks((FLU,)))))


@pytest.mark.parametrize(
    ("closing", "told", "stay", "go"),
    [
        (PLAN, {}, [TONIGHT, TONIGHT + 2 * DAY, FREE], []),
        (PLAN, {"goals": [FAR, NEAR]}, [TONIGHT, TONIGHT + DAY], [TONIGHT + 2 * DAY, FREE]),
        (PLAN, {"breaks": Breaks((FLU,))}, [TONIGHT + 3 * DAY, FREE], [FLU.from_day, SHAPED]),
        (HAD, {"breaks": Breaks((FLU,))}, [FLU.from_day, SHAPED, FREE], []),
        (HAD, {}, [TONIGHT, TONIGHT + DAY], [TONIGHT + 2 * DAY, FREE]),
    ],
    ids=["nothing new", "a goal", "a break", "a known break", "a break taken back"],
)
def test_a_day_stays_unless_what_is_asked_for_tonight_shapes_it(closing, told, stay, go):
    goals = told.get("goals", [FAR])
    known = known_on(TONIGHT, goals, **{k: v for k, v in told.items() if k != "goals"})
    assert [day for day in stay if not known.stays(day, closing)] == []
    assert [day for day in go if known.stays(day, closing)] == []
    assert known.lays_anew(closing) is bool(go)
