from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import correlation, fmean

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.history import easy, race
from connectors.sandbox.recorded import RecordedRun
from connectors.sandbox.runner import Runner
from connectors.sandbox.wellness import Watch, nights, strain_of, synced_at
from tests.sizes import FIXED, examples

TODAY = date(2026, 11, 23)
YEAR_AGO = TODAY - timedelta(days=364)


def many(strain=None, watch=None, runner=None, first=YEAR_AGO):
    return list(nights(runner or Runner(), watch or Watch(), strain or {}, first=first, last=TODAY))


def recorded(run, number=1):
    zone = Runner().zone
    return RecordedRun(run, number, number, 1, zone, 5, datetime(2026, 11, 23, tzinfo=UTC))


def test_the_same_question_has_the_same_answer_whatever_range_it_came_in():
    week_ago = TODAY - timedelta(days=6)
    assert many()[-1] == many(first=TODAY)[-1]
    assert [n for n in many() if n.day >= week_ago] == many(first=week_ago)


@settings(max_examples=examples(10), derandomize=FIXED, deadline=None)
@given(seed=st.integers(1, 10_000), strain=st.floats(0.0, 6.0))
def test_every_night_is_one_that_a_person_could_have(seed, strain):
    everyday = {YEAR_AGO + timedelta(days=n): strain for n in range(-2, 366)}
    made = many(everyday, runner=Runner(seed=seed), first=TODAY - timedelta(days=60))
    for night in made:
        assert 3.5 * 3600 < night.sleep_s < 11.5 * 3600
        assert 1 <= night.sleep_score <= 100
        assert 25 < night.hrv_ms < 110
        assert 40 <= night.resting_heart_rate_bpm <= 62
        assert 1 <= night.readiness <= 100


def test_some_nights_are_without_the_watch():
    assert 345 <= len(many()) < 365
    unworn = many()[10].day
    assert unworn not in {night.day for night in many(watch=Watch(unworn={unworn}))}


def test_after_hard_days_it_is_worse():
    hard = {YEAR_AGO + timedelta(days=n): 3.0 if n % 7 == 0 else 0.5 for n in range(365)}
    after = [n for n in many(hard) if hard.get(n.day - timedelta(days=1)) == 3.0]
    rested = [n for n in many(hard) if n not in after]
    for name in ("hrv_ms", "readiness", "sleep_score"):
        worse, usual = (fmean(getattr(n, name) for n in some) for some in (after, rested))
        assert worse < 0.95 * usual
    pulse = [fmean(n.resting_heart_rate_bpm for n in some) for some in (after, rested)]
    assert pulse[0] > pulse[1] + 0.5


def test_illness_is_plain_to_see():
    healthy, ill = many(first=TODAY)[0], many(watch=Watch(ill={TODAY}), first=TODAY)[0]
    assert ill.hrv_ms < 0.8 * healthy.hrv_ms
    assert ill.resting_heart_rate_bpm >= healthy.resting_heart_rate_bpm + 6
    assert ill.readiness < healthy.readiness


def test_values_of_one_night_go_together_and_those_of_neighbours_do_not():
    made = many()
    pairs = [(n.hrv_ms, n.readiness) for n in made]
    assert correlation(*zip(*pairs, strict=True)) > 0.4
    assert abs(correlation(*zip(*pairwise(n.hrv_ms for n in made), strict=True))) < 0.3


def test_a_race_strains_more_than_an_easy_run():
    runner = Runner()
    slow = recorded(easy(runner, TODAY, distance_m=10_000.0, fitness=1.3))
    fast = recorded(race(runner, TODAY, distance_m=10_000.0, fitness=1.3), 2)
    assert strain_of(runner, [fast])[TODAY] > 1.3 * strain_of(runner, [slow])[TODAY]
    assert strain_of(runner, [slow, fast])[TODAY] > strain_of(runner, [fast])[TODAY]


def test_the_watch_syncs_in_the_morning_and_after_each_run_until_it_is_silent():
    runner, watch = Runner(), Watch()
    assert synced_at(runner, watch, [], today=TODAY) == datetime(2026, 11, 23, 6, tzinfo=UTC)
    run = recorded(easy(runner, TODAY, distance_m=8000.0, fitness=1.3))
    end = run.run.start_at + timedelta(seconds=run.run.elapsed_s)
    assert synced_at(runner, watch, [run], today=TODAY) == end
    watch.silent_from = TODAY
    assert synced_at(runner, watch, [run], today=TODAY) == datetime(2026, 11, 22, 6, tzinfo=UTC)
