import dataclasses
import math
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.fitness.ability import estimate
from planning.fitness.prediction import predict
from planning.goals.drift import Running, running_of
from planning.goals.goal import HALF_M, MARATHON_M, Goal, GoalKind, Priority
from planning.goals.trajectory import Before, forecast
from tests.planning.athletes import MONDAY, race, ride, run, runs
from tests.sizes import FIXED, examples

EXAMPLES = examples(25)
WEEKS = 26
TODAY = MONDAY + timedelta(weeks=WEEKS)
HISTORY = runs(WEEKS, 55, 330)
FITNESS = estimate(HISTORY, TODAY)
Z = {0.8: 0.8416212, 0.5: 0.0, 0.2: -0.8416212, 0.05: -1.6448536}


def goal(target_s=None, distance_m=MARATHON_M, weeks=12.0, **fields):
    kind = GoalKind.TIME if target_s else GoalKind.COMPLETION
    day = TODAY + timedelta(days=round(weeks * 7))
    return Goal("g", kind, Priority.A, day, distance_m, target_s, **fields)


def told(stated, *, history=HISTORY, fitness=FITNESS, today=TODAY, **fields):
    return forecast(stated, fitness=fitness, activities=history, today=today, **fields)


@pytest.mark.parametrize("probability", sorted(Z))
def test_probability_is_the_normal_tail_of_ln_time(probability):
    on_the_day = predict(FITNESS, MARATHON_M, weeks_ahead=12)
    target_s = on_the_day.median_s * math.exp(Z[probability] * on_the_day.sd_ln)
    assert told(goal(target_s)).probability == pytest.approx(probability, abs=1e-6)


@pytest.mark.parametrize(
    ("verdict", "z", "status"),
    [
        ("conservative", 0.85, "ahead"),
        ("realistic", 0.83, "on_track"),
        ("stretch", -0.01, "behind"),
        ("very_ambitious", -0.85, "behind"),
        ("not_by_then", -1.65, "out_of_reach"),
    ],
)
def test_the_words_stand_at_their_borders(verdict, z, status):
    on_the_day = predict(FITNESS, MARATHON_M, weeks_ahead=12)
    said = told(goal(on_the_day.median_s * math.exp(z * on_the_day.sd_ln)))
    assert (said.verdict, said.status) == (verdict, status)
    assert ("aggressive but possible" in said.message) == (verdict == "stretch")


OFF = TODAY + timedelta(days=60)
RESTED = Running({day.day: 9e3 for day in HISTORY}, TODAY, TODAY, OFF)  # nothing planned for weeks


@pytest.mark.parametrize(
    "fields",
    [{}, {"temperature_c": 27.0}, {"running": RESTED}, {"running": RESTED, "temperature_c": 19.0}],
)
def test_versions_range_and_probability_are_of_one_distribution(fields):
    said = told(goal(11_700), **fields)
    assert (said.median_s == told(goal(11_700)).median_s) == (not fields)
    assert said.median_s == said.realistic_s
    order = [said.p10_s, said.stretch_s, said.realistic_s, said.conservative_s, said.p90_s]
    assert order == sorted(order)
    for version_s, probability in (
        (said.stretch_s, 0.2),
        (said.realistic_s, 0.5),
        (said.conservative_s, 0.8),
        (said.p10_s, 0.1),
        (said.p90_s, 0.9),
    ):
        assert told(goal(version_s), **fields).probability == pytest.approx(probability, abs=1e-9)


def test_a_goal_further_away_is_less_certain_either_way():
    # the spread grows, so the chance of what is as far from the middle moves towards a half
    for share, sign in ((0.9, 1), (1.1, -1)):
        middles = [told(goal(11_700, weeks=weeks)).median_s for weeks in (1, 4, 8, 16, 40)]
        said = [
            told(goal(round(share * middle_s), weeks=weeks))
            for middle_s, weeks in zip(middles, (1, 4, 8, 16, 40), strict=True)
        ]
        widths = [math.log(one.p90_s / one.p10_s) for one in said]
        chances = [sign * one.probability for one in said]
        assert widths == sorted(widths)
        assert chances == sorted(chances)


def test_the_middle_goes_as_far_as_was_looked_and_no_further():
    middles = [told(goal(11_700, weeks=weeks)).median_s for weeks in (0, 4, 13, 26, 52)]
    assert middles[3] == pytest.approx(middles[4])
    assert middles == pytest.approx([middles[0]] * 5, rel=0.04)
    assert middles[:4] in (sorted(middles[:4]), sorted(middles[:4], reverse=True))


@settings(deadline=None, derandomize=FIXED, max_examples=EXAMPLES)
@given(
    st.floats(1_000, 40_000), st.floats(1.0, 1.3), st.sampled_from([5e3, 1e4, HALF_M, MARATHON_M])
)
def test_a_slower_target_is_never_less_likely(target_s, factor, distance_m):
    hard, soft = told(goal(target_s, distance_m)), told(goal(target_s * factor, distance_m))
    assert soft.probability >= hard.probability


@settings(deadline=None, derandomize=FIXED, max_examples=EXAMPLES)
@given(st.floats(2_200, 3_000), st.floats(0.97, 1.0), st.integers(0, 20))
def test_a_faster_last_race_never_slows_the_middle_of_the_forecast(time_s, factor, seed):
    history = runs(20, 55, 330, seed=seed)
    today = MONDAY + timedelta(weeks=20)

    def after(seconds):
        known = [*history, race(today, 10.0, seconds)]
        return told(goal(11_700), history=known, fitness=estimate(known, today), today=today)

    assert after(time_s * factor).median_s <= after(time_s).median_s + 1e-9


def test_nothing_known_of_late_widens_the_forecast():
    running = running_of(HISTORY, None, today=TODAY, known_until=TODAY - timedelta(days=21))
    silent = told(goal(11_700), running=running)
    assert silent.median_s == told(goal(11_700)).median_s
    assert silent.p90_s > told(goal(11_700)).p90_s
    assert "if you did not run, expect less" in silent.message
    assert "Nothing is on record" not in told(goal(11_700)).message


def test_too_little_data_has_no_numbers_and_says_what_is_missing():
    for history in ((), HISTORY[-3:], (ride(TODAY),)):
        said = told(goal(11_700), history=history, fitness=estimate(history, TODAY))
        numbers = (said.median_s, said.p10_s, said.p90_s, said.probability, said.stretch_s)
        assert numbers == (None,) * 5
        assert said.status == "unknown"
        assert said.verdict is None
        assert said.message.startswith("No forecast yet: ")
        assert "5 are needed" in said.message


def test_few_runs_are_said_to_be_little_to_go_by():
    few = HISTORY[-5:]
    said = told(goal(11_700), history=few, fitness=estimate(few, TODAY))
    assert said.median_s is not None
    assert "Not yet sure: 5 runs" in said.message
    assert "Not yet" not in told(goal(11_700)).message


def test_a_distance_too_short_to_foresee_says_so():
    said = told(goal(150, 800.0))
    assert said.status == "unknown"
    assert "0.8 km" in said.message


def test_a_goal_to_finish_has_no_versions_and_is_judged_by_gates():
    said = told(goal())
    assert (said.stretch_s, said.realistic_s, said.conservative_s) == (None, None, None)
    assert said.median_s == predict(FITNESS, MARATHON_M, weeks_ahead=12).median_s
    assert said.p10_s < said.median_s < said.p90_s
    assert 0.8 < said.probability <= 0.93
    assert "not by statistics" in said.message


def test_a_cut_off_multiplies_the_chance():
    free, bound = told(goal()), told(goal(cut_off_s=free_median(goal())))
    assert bound.probability == pytest.approx(free.probability / 2)


def free_median(stated):
    return told(stated).median_s


def test_a_beginner_is_judged_before_a_time_can_be_foreseen():
    history = tuple(run(TODAY - timedelta(days=days), 5.0, 400) for days in (1, 4, 7))
    said = told(goal(weeks=40), history=history, fitness=estimate(history, TODAY))
    assert said.median_s is None
    assert said.probability is not None
    closed = told(goal(cut_off_s=2e4), history=history, fitness=estimate(history, TODAY))
    assert (closed.probability, closed.status) == (None, "unknown")
    assert "5 are needed" in closed.message


def test_a_health_goal_is_told_what_was_kept_up():
    stated = Goal("h", GoalKind.HEALTH, Priority.B, TODAY + timedelta(weeks=10), None)
    said = told(stated)
    assert said.median_s is None
    assert "running in 4 of 4 weeks" in said.message
    assert "on record" in told(stated, history=()).message


def test_the_past_is_done_and_today_is_done_once_it_is_run():
    past = dataclasses.replace(goal(11_700), day=TODAY - timedelta(days=1))
    assert told(past).status == "done"
    assert told(past).probability is None
    now = dataclasses.replace(goal(11_700), day=TODAY)
    assert told(now).status != "done"
    run_it = [*HISTORY, race(TODAY, 42.3, 11_650)]
    assert told(now, history=run_it).status == "done"
    assert "met" in told(now, history=run_it).message


def test_status_waits_and_a_race_or_another_goal_do_not():
    stated = goal(11_700)
    assert told(stated).status == "behind"
    ahead = dataclasses.replace(told(stated), status="ahead")
    assert told(stated, before=Before(ahead)).status == "ahead"
    assert told(stated, before=Before(ahead)).waiting == ("behind", 1)
    waited = dataclasses.replace(ahead, waiting=("behind", 3))
    assert told(stated, before=Before(waited)).status == "behind"
    assert told(stated, before=Before(ahead, raced=True)).status == "behind"
    other = dataclasses.replace(stated, target_s=11_600)
    assert told(other, before=Before(ahead)).status == "behind"
