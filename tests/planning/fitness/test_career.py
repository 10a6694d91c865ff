"""One reading of a life: the same numbers as reading it anew, however it came together."""

from dataclasses import fields, replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.activity import Sport, Surface
from planning.fitness.ability import estimate
from planning.fitness.career import Career
from planning.fitness.fitted import RACE_SIGNS, WEIGHTS
from tests.planning.athletes import MONDAY, race, ride, run, runs
from tests.sizes import FIXED, examples

quick = settings(deadline=None, derandomize=FIXED, max_examples=examples(15))
ODD = (
    ride(MONDAY + timedelta(33)),
    run(MONDAY + timedelta(50), 12.0, 190.0),  # a ride saved as a run
    run(MONDAY + timedelta(70), 10.0, 60.0),  # a car
    run(MONDAY + timedelta(71), 9.0, 320.0, surface=Surface.TREADMILL),
    run(MONDAY + timedelta(72), 9.0, 320.0, distance_m=None),
    race(MONDAY + timedelta(90), 10.0, 2_300.0),
    run(MONDAY + timedelta(130), 15.0, 285.0),
    run(MONDAY + timedelta(130), 5.0, 262.0),
)
LIFE = (*runs(30, 50.0, 330.0, seed=4), *ODD)
DAYS = [MONDAY + timedelta(n) for n in (-1, 0, 12, 47, 50, 91, 129, 130, 150, 209, 260, 700)]


def equal(one, other):
    columns = ((one.runs, other.runs), (one.efforts, other.efforts))
    return one.told == other.told and all(
        np.asarray(getattr(mine, column.name)).tobytes()
        == np.asarray(getattr(theirs, column.name)).tobytes()
        for mine, theirs in columns
        for column in fields(mine)
    )


def numbers(fitness):
    return (
        fitness.ln_speeds.tolist(),
        fitness.ln_speeds_later.tolist(),
        fitness.sd_ln.tolist(),
        fitness.runs_used,
        fitness.ready,
        fitness.message,
    )


def test_every_day_of_a_life_is_as_it_was_estimated_then():
    career = Career.of(LIFE)
    assert len(career.efforts.row) >= 5
    for day in DAYS:
        known = [activity for activity in LIFE if activity.day <= day]
        assert numbers(career.fitness_on(day)) == numbers(estimate(known, day))
        assert numbers(career.fitness_on(day)) == numbers(estimate(LIFE, day))


@quick
@given(st.lists(st.integers(0, 6), min_size=len(LIFE), max_size=len(LIFE)), st.randoms())
def test_in_whatever_parts_it_is_told_it_is_the_same(part, chance):
    career = Career.of(())
    told = list(zip(part, LIFE, strict=True))
    chance.shuffle(told)
    for number in range(7):
        career = career.extended(activity for which, activity in told if which == number)
    assert equal(career, Career.of(LIFE))


def changed(activity, how):
    match how:
        case "faster":
            return replace(activity, moving_time_s=0.9 * (activity.moving_time_s or 1.0))
        case "moved":
            return replace(activity, day=activity.day + timedelta(9))
        case "ride":
            return replace(activity, sport=Sport.RIDE)
        case "race":
            return replace(activity, is_race=not activity.is_race)
        case _:
            return activity


@quick
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(LIFE) - 1),
            st.sampled_from(["faster", "moved", "ride", "race", "same"]),
        ),
        max_size=4,
    )
)
def test_late_and_changed_runs_give_what_all_at_once_gives(changes):
    new = {LIFE[which].id: changed(LIFE[which], how) for which, how in changes}
    now = [new.get(activity.id, activity) for activity in LIFE]
    assert equal(Career.of(LIFE).extended(new.values()), Career.of(now))


@quick
@given(st.sets(st.integers(0, len(LIFE) - 1), max_size=5))
def test_what_is_taken_out_was_never_there(which):
    out = [LIFE[n].id for n in which]
    left = [activity for activity in LIFE if activity.id not in out]
    assert equal(Career.of(LIFE).without(out), Career.of(left))


def test_nothing_new_is_nothing_to_do():
    career = Career.of(LIFE)
    assert career.extended(LIFE[20:40]) is career
    assert career.extended([ride(MONDAY)]) is career
    assert career.without(["nobody"]) is career


def test_its_own_signs_of_a_race_go_with_it():
    nothing = replace(RACE_SIGNS, constant=-99.0)
    career = Career.of(LIFE[:100], signs=nothing).extended(LIFE[100:])
    assert set(career.efforts.row) < set(Career.of(LIFE).efforts.row)


def test_its_own_weights_go_with_it():
    other = replace(WEIGHTS, now=WEIGHTS.now * 1.5)
    day = DAYS[-2]
    career = Career.of(LIFE[:100], weights=other).extended(LIFE[100:])
    assert numbers(career.fitness_on(day)) == numbers(estimate(LIFE, day, weights=other))
    assert career.fitness_on(day).ln_speeds != pytest.approx(estimate(LIFE, day).ln_speeds)
