"""Fitness by the athlete's word: the published figures it stands on, its width, and how it ends."""

import math
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.athlete import Athlete, StatedFitness, StatedRace
from planning.fitness.ability import estimate
from planning.fitness.prediction import MARATHON_M, predict
from planning.fitness.stated import runs_by_word, with_stated
from planning.fitness.zones import TOO_UNSURE
from planning.goals.goal import HALF_M
from planning.goals.groundwork import groundwork
from planning.schedule.mileage import mileage_of
from planning.schedule.paces import paces_of
from tests.planning.athletes import run as a_run

TODAY = date(2026, 8, 31)
NOBODY = estimate((), TODAY)
TEN_K = StatedRace(10_000.0, 3_150.0, TODAY - timedelta(weeks=4))
RUNNER = Athlete(ZoneInfo("Europe/Paris"))


def stating(*races, **told):
    return StatedFitness(TODAY, races, **told)


def times(stated, fitness=NOBODY):
    told = with_stated(fitness, stated, TODAY)
    return {m: predict(told, m) for m in (5_000.0, 10_000.0, HALF_M, MARATHON_M)}


def some_runs(count, speed=2.6):
    return [a_run(TODAY - timedelta(days=2 * n + 1), 8.0, 1_000.0 / speed) for n in range(count)]


def test_the_distance_stated_comes_back_and_others_by_riegel():
    told = times(stating(TEN_K))
    assert told[10_000.0].median_s == pytest.approx(3_150.0)
    assert told[5_000.0].median_s == pytest.approx(3_150.0 / 2**1.06)
    assert told[HALF_M].median_s == pytest.approx(3_150.0 * 2.10975**1.06)


def test_the_marathon_is_that_of_vickers_and_vertosick():
    """1:50 and 20 miles a week: v_R = 42195 / (6600 * 2^1.07) = 3.0453 m/s, so 2.8185 and 4:09:31."""
    half = StatedRace(HALF_M, 6_600.0, TODAY)
    told = times(stating(half, weekly_m=20 * 1_609.344))
    assert told[MARATHON_M].median_s == pytest.approx(14_971.0, abs=3.0)
    assert times(stating(half, weekly_m=80_000.0))[MARATHON_M].median_s < 14_971.0


def test_the_word_alone_is_too_wide_for_paces_and_says_what_it_is():
    told = with_stated(NOBODY, stating(TEN_K), TODAY)
    assert told.ready
    assert told.today().sd_ln > TOO_UNSURE
    assert "By your word of 10k in 52:30" in told.message
    assert not paces_of(told, activities=(), today=TODAY).certain


def test_older_and_further_away_is_wider_and_several_are_no_narrower():
    near, old = stating(TEN_K), stating(replace(TEN_K, day=TODAY - timedelta(weeks=60)))
    assert times(old)[10_000.0].sd_ln > times(near)[10_000.0].sd_ln
    sds = [one.sd_ln for one in times(near).values()]
    assert sds[1] == min(sds)
    assert sds[3] == max(sds)
    assert times(stating(TEN_K, TEN_K))[10_000.0].sd_ln == times(near)[10_000.0].sd_ln


@pytest.mark.parametrize(
    "race",
    [
        replace(TEN_K, day=TODAY + timedelta(days=1)),
        replace(TEN_K, day=TODAY - timedelta(weeks=105)),
    ],
)
def test_a_result_to_come_or_over_two_years_old_says_nothing(race):
    assert with_stated(NOBODY, stating(race), TODAY) == NOBODY


def test_runs_replace_the_word_step_by_step():
    """Runs of a jogger against a fast word: alone under five runs, between them up to nine."""
    word = StatedRace(10_000.0, 2_400.0, TODAY)
    middle = [
        times(stating(word), estimate(some_runs(count), TODAY))[10_000.0].median_s
        for count in range(12)
    ]
    assert middle[0] == middle[4] == pytest.approx(2_400.0)
    assert all(sooner < later for sooner, later in pairwise(middle[4:11]))
    nine = times(None, estimate(some_runs(9), TODAY))[10_000.0].median_s
    assert middle[9] == pytest.approx(nine, rel=0.02)  # the word hardly counts any more
    enough = estimate(some_runs(10), TODAY)
    assert with_stated(enough, stating(word), TODAY) is enough


def test_the_weeks_stated_are_a_ground_for_limits_and_needs():
    athlete = replace(RUNNER, stated=stating(weekly_m=40_000.0, longest_m=18_000.0))
    runs = runs_by_word(athlete, ())
    done = groundwork(runs, TODAY)
    assert done.weekly_m == pytest.approx(40_000.0)
    assert done.longest_m == 18_000.0
    ground = mileage_of(runs, today=TODAY, complete_until=None)
    assert ground.held_m(TODAY) == pytest.approx(40_000.0, rel=0.02)
    assert ground.run_limit_m(TODAY) == pytest.approx(19_800.0)
    assert ground.regular_weeks(TODAY) >= 8
    assert ground.grows


def test_years_of_running_are_a_year_of_ground_and_a_few_weeks_are_few():
    long_ago = replace(RUNNER, stated=stating(weekly_m=30_000.0, running_since=2015))
    lately = replace(RUNNER, stated=stating(weekly_m=30_000.0, running_since=2026))
    unsaid = replace(RUNNER, stated=stating(weekly_m=30_000.0))
    first = [min(run.day for run in runs_by_word(a, ())) for a in (long_ago, lately, unsaid)]
    assert (TODAY - first[0]).days > 365
    assert first[1].year == 2026
    assert 77 < (TODAY - first[2]).days <= 84


def test_the_record_replaces_the_word_from_its_first_run_on():
    athlete = replace(RUNNER, stated=stating(weekly_m=40_000.0))
    recorded = some_runs(10)
    first = min(run.day for run in recorded)
    assert all(run.day < first for run in runs_by_word(athlete, recorded))
    old = [a_run(TODAY - timedelta(weeks=30), 8.0, 375.0)]
    assert runs_by_word(athlete, old) == ()
    assert runs_by_word(RUNNER, ()) == ()


@given(
    st.floats(5_000.0, 42_195.0),
    st.floats(0.18, 0.7),
    st.integers(0, 700),
    st.floats(0.0, 150_000.0),
)
def test_any_result_is_read_without_a_longer_race_being_faster(metres, per_m, ago, weekly_m):
    race = StatedRace(metres, metres * per_m, TODAY - timedelta(days=ago))
    told = with_stated(NOBODY, stating(race, weekly_m=weekly_m), TODAY)
    assert (np.diff(told.ln_speeds) <= 1e-12).all()
    assert (told.sd_ln > TOO_UNSURE).all()
    assert (told.sd_ln <= 0.2501).all()
    at = predict(told, metres)
    assert at.median_s == pytest.approx(race.time_s, rel=0.03)


@given(
    st.floats(0.0, 150_000.0),
    st.one_of(st.none(), st.floats(0.0, 60_000.0)),
    st.sets(st.integers(0, 6), min_size=1),
    st.one_of(st.none(), st.integers(1, 7)),
)
def test_the_weeks_stated_stand_on_own_days_and_hold_what_was_said(weekly_m, longest_m, days, runs):
    athlete = replace(
        RUNNER,
        run_weekdays=frozenset(days),
        long_run_weekday=min(days),
        runs_per_week=runs,
        stated=stating(weekly_m=weekly_m, longest_m=longest_m),
    )
    told = runs_by_word(athlete, ())
    assert {run.day.weekday() for run in told} <= days
    assert all(run.day < TODAY for run in told)
    last = math.fsum(run.distance_m for run in told if run.day >= TODAY - timedelta(days=7))
    if len(days) > 1:
        assert last == pytest.approx(max(weekly_m, longest_m or 0.0), abs=1e-6)
