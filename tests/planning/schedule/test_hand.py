"""The athlete's hand: laid on, and taken off again without a trace."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from planning.goals.goal import HALF_M
from planning.schedule.hand import with_layers, without_layers
from planning.schedule.plan import DayStatus, Layer, LayerKind
from tests.planning.schedule.cases import ATHLETE, TODAY, goal_in, history, planned

PLAN, _ = planned(ATHLETE, (goal_in(14, HALF_M),), history())
DAYS = tuple(PLAN.days())
IDENTS = [day.workout.ident for day in DAYS if day.workout]


@st.composite
def layers(draw):
    ident = draw(st.sampled_from(IDENTS))
    if draw(st.booleans()):
        return Layer(LayerKind.SKIP, ident)
    return Layer(LayerKind.MOVE, ident, draw(st.sampled_from(DAYS)).day)


@settings(deadline=None, derandomize=True, max_examples=80)
@given(st.lists(layers(), max_size=6), st.integers(0, 10))
def test_any_hand_can_be_taken_off(told, later):
    today = TODAY + timedelta(days=later)
    touched = with_layers(DAYS, told, today=today)
    idents = [day.workout.ident for day in touched if day.workout]
    assert len(idents) == len(set(idents))
    assert [day.day for day in touched] == [day.day for day in DAYS]
    assert all(day.workout.day == day.day for day in touched if day.workout)
    assert [d for d in touched if d.day < today and d.workout != PLAN.on(d.day).workout] == []
    bare = without_layers(touched, today=today)
    assert [d.workout for d in bare if d.day >= today] == [
        d.workout for d in DAYS if d.day >= today
    ]


def test_a_session_moved_forward_and_done_does_not_come_back():
    """Moved from Friday to Tuesday; on Wednesday its old day is still to come, and stays free."""
    late = next(d for d in DAYS[3:] if d.workout)
    early = next(d for d in DAYS if d.workout is None and d.day < late.day)
    layer = Layer(LayerKind.MOVE, late.workout.ident, early.day)
    touched = with_layers(DAYS, [layer], today=TODAY)
    after = early.day + timedelta(days=1)
    again = with_layers(without_layers(touched, today=after), [layer], today=after)
    idents = [day.workout.ident for day in again if day.workout]
    assert len(idents) == len(set(idents))
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


def test_i_did_not_run_is_an_answer_for_a_past_day():
    first = next(d for d in DAYS if d.workout)
    days = tuple(replace(d, status=DayStatus.UNKNOWN) if d == first else d for d in DAYS)
    layer = Layer(LayerKind.SKIP, first.workout.ident)
    touched = with_layers(days, [layer], today=first.day + timedelta(days=1))
    answered = next(d for d in touched if d.day == first.day)
    assert answered.status is DayStatus.SKIPPED
    assert answered.workout == first.workout
